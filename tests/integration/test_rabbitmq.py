"""Delivery and taking in over a real RabbitMQ: order, refusals, rights, and what the broker does to us."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import aio_pika
import pytest
import servers
from aio_pika.exceptions import AMQPError
from allocation_service import DELFT, EEN, TWEE, Hub
from delivery import channel, delivered, kanaal_van, put, running, send, take, until
from pydantic import SecretStr
from servers import Vhost

from builders import client, product, wmo301, wmo302, wmo323
from services.kernel import gebeurtenissen, tables
from services.kernel.berichten import Uitkomst
from services.kernel.database import DatabaseBezet
from services.kernel.delivery import consume as consume_module
from services.kernel.delivery import incoming, kanalen, topology
from services.kernel.delivery import relay as relay_module
from services.kernel.delivery.consume import POGINGEN, consume
from services.kernel.delivery.incoming import Aangeboden
from services.kernel.delivery.relay import relay
from services.kernel.gebeurtenissen import BERICHT_GEWEIGERD
from services.kernel.problems import Probleem
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst, Ingekomen

pytestmark = pytest.mark.anyio
GEMEENTE = "gemeente.0503"
RIGHTS = dict(configure="^$", write="^inkomend$", read=r"^gemeente\.0503$")
MESSAGE_ID = "0d5a5c2e-2a3f-4a55-8a53-4b1f2b8a9d10"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def vhost() -> Iterator[Vhost]:
    with servers.vhost() as made:
        yield made


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.dienst.database.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (relay_module, consume_module):
        monkeypatch.setattr(module, "wachttijd", lambda *_: 0.05)


def pushes(hub: Hub, vhost: Vhost) -> partial[Any]:
    return partial(relay, [hub.dienst], SecretStr(vhost.url))


def takes_in(hub: Hub, vhost: Vhost, verwerk: Any = None) -> partial[Any]:
    return partial(consume, {"allocation": hub.dienst}, {"allocation": verwerk or story(hub)}, SecretStr(vhost.url))


def story(hub: Hub) -> Any:
    """What HTTP and the queue both call, without a trial."""

    def verwerk(_: Dienst, partij: Partij, ingekomen: Ingekomen, __: bool) -> Uitkomst:
        return hub.send(partij, ingekomen.stream.read())

    return verwerk


def zet_amqp(hub: Hub, *partijen: Partij) -> None:
    with hub.dienst.database.write() as conn:
        for partij in partijen:
            kanalen.zet(conn, partij.code, "amqp")


def depth(vhost: Vhost, queue: str) -> int | None:
    """How many messages the queue holds, by the broker itself; None when it is not there."""
    found = vhost.api("GET", f"/queues/{vhost.naam}/{queue}", known=False)
    return None if found is None else found.get("messages", 0)


async def declared(vhost: Vhost, queue: str) -> None:
    await until(lambda: depth(vhost, queue) is not None)


async def way_in(vhost: Vhost) -> None:
    """All of the way in, complete before anybody sends."""
    async with channel(vhost.url) as opened:
        await topology.declareer_inkomend(opened)


# --- out -------------------------------------------------------------------------------------------------------------


async def test_what_lies_in_a_postbus_arrives_in_its_queue_in_order(hub: Hub, vhost: Vhost) -> None:
    ids = [hub.send(DELFT, wmo301(identificatie=f"T{nr}")).id for nr in range(30)]

    async with running(pushes(hub, vhost)):
        zet_amqp(hub, EEN)
        await until(lambda: len(delivered(hub.dienst, EEN.code)) == 30)
        messages = await take(vhost.url, "aanbieder.75000001", 30)

    assert [message.message_id for message in messages] == ids
    assert [message.headers["nr"] for message in messages] == list(range(1, 31))
    assert (kanaal_van(hub.dienst, EEN.code).bezorgd_tot, kanaal_van(hub.dienst, EEN.code).pogingen) == (30, 0)


async def test_a_message_says_what_it_is_and_what_it_answers(hub: Hub, vhost: Vhost) -> None:
    heen = hub.send(DELFT, wmo301())
    retour = hub.send(EEN, wmo302(wmo301()))
    zet_amqp(hub, DELFT)

    async with running(pushes(hub, vhost)):
        await until(lambda: delivered(hub.dienst, DELFT.code))
        (message,) = await take(vhost.url, GEMEENTE, 1)

    assert message.body == hub.content(retour.id)
    assert (message.content_type, message.type, message.app_id) == ("application/xml", "WMO302", "berichtenhub")
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert message.routing_key == "gemeente.0503.WMO302"
    assert message.headers == {
        "dienst": "allocation",
        "nr": 1,
        "standaard": "iwmo",
        "release": "3.2",
        "verzender": EEN.code,
        "bestemming": DELFT.code,
        "antwoordOp": heen.id,
    }


async def test_a_gebeurtenis_is_a_cloudevent(hub: Hub, vhost: Vhost) -> None:
    outcome = hub.send(DELFT, wmo301(client=client(bsn="999900007"), ontvanger=TWEE.code))
    zet_amqp(hub, DELFT)

    async with running(pushes(hub, vhost)):
        await until(lambda: delivered(hub.dienst, DELFT.code))
        (message,) = await take(vhost.url, GEMEENTE, 1)

    assert message.content_type == gebeurtenissen.MEDIA_TYPE
    assert json.loads(message.body)["subject"] == outcome.id
    assert message.headers == {"dienst": "allocation", "nr": 1, "verzender": "hub", "bestemming": DELFT.code}


async def test_a_queue_is_there_before_there_is_anything_for_it(hub: Hub, vhost: Vhost) -> None:
    async with running(pushes(hub, vhost)):
        zet_amqp(hub, DELFT)
        await declared(vhost, GEMEENTE)


async def test_a_copy_for_another_party_has_the_same_id_and_both_arrive(hub: Hub, vhost: Vhost) -> None:
    hub.send(DELFT, wmo301())
    for _ in range(10):
        put(hub.dienst, DELFT.code, 1)
        put(hub.dienst, EEN.code, 1)
    zet_amqp(hub, DELFT, EEN)

    async with running(pushes(hub, vhost)):
        assert len(await take_when_there(vhost, GEMEENTE, 10)) == 10
        assert len(await take_when_there(vhost, "aanbieder.75000001", 11)) == 11


async def take_when_there(vhost: Vhost, queue: str, aantal: int) -> list[Any]:
    await declared(vhost, queue)
    return list(await take(vhost.url, queue, aantal))


async def test_a_full_queue_holds_its_party_up_and_nothing_is_dropped(hub: Hub, vhost: Vhost) -> None:
    policy = {"pattern": "^gemeente", "definition": {"max-length": 2}, "apply-to": "queues"}
    vhost.api("PUT", f"/policies/{vhost.naam}/vol", policy)
    hub.send(DELFT, wmo301())
    for _ in range(20):
        put(hub.dienst, DELFT.code, 1)
    zet_amqp(hub, DELFT, EEN)

    async with running(pushes(hub, vhost)):
        await until(lambda: kanaal_van(hub.dienst, DELFT.code).fout == "De wachtrij van deze partij is vol.")
        await until(lambda: delivered(hub.dienst, EEN.code) == [1])
        assert kanaal_van(hub.dienst, DELFT.code).teruggevallen is None
        messages = await take(vhost.url, GEMEENTE, 20)
        await until(lambda: len(delivered(hub.dienst, DELFT.code)) == 20)

    # Of what was taken over before a refusal nothing is pushed again, and nothing passes what was refused.
    assert [message.headers["nr"] for message in messages] == list(range(1, 21))


async def test_a_queue_that_somebody_removed_is_made_again(hub: Hub, vhost: Vhost) -> None:
    hub.send(DELFT, wmo301())
    zet_amqp(hub, DELFT)

    async with running(pushes(hub, vhost)):
        await declared(vhost, GEMEENTE)
        vhost.api("DELETE", f"/queues/{vhost.naam}/{GEMEENTE}")
        # Declared while it is still going, a quorum queue of the same name is refused by a busy broker for good.
        await asyncio.sleep(1)
        put(hub.dienst, DELFT.code, 1)
        await until(lambda: delivered(hub.dienst, DELFT.code) == [1])
        assert [message.headers["nr"] for message in await take(vhost.url, GEMEENTE, 1)] == [1]


async def test_a_queue_of_another_make_is_that_partys_trouble_alone(hub: Hub, vhost: Vhost) -> None:
    async with channel(vhost.url) as opened:
        await opened.declare_queue(GEMEENTE, durable=True)
    hub.send(DELFT, wmo301())
    put(hub.dienst, DELFT.code, 1)
    zet_amqp(hub, DELFT, EEN)

    async with running(pushes(hub, vhost)):
        await until(lambda: kanaal_van(hub.dienst, DELFT.code).fout)
        await until(lambda: delivered(hub.dienst, EEN.code) == [1])

    assert kanaal_van(hub.dienst, DELFT.code).fout == "De broker weigert de wachtrij van deze partij."


async def test_a_relay_without_a_broker_leaves_queues_alone_and_waits(hub: Hub, vhost: Vhost) -> None:
    hub.send(DELFT, wmo301())
    zet_amqp(hub, EEN)

    async with running(partial(relay, [hub.dienst], SecretStr("amqp://127.0.0.1:9/"))):
        await asyncio.sleep(0.5)
    assert (delivered(hub.dienst, EEN.code), kanaal_van(hub.dienst, EEN.code).pogingen) == ([], 0)

    async with running(pushes(hub, vhost)):
        await until(lambda: delivered(hub.dienst, EEN.code) == [1])


# --- in --------------------------------------------------------------------------------------------------------------


async def test_a_301_over_the_queue_is_judged_and_stored_as_over_http(hub: Hub, vhost: Vhost) -> None:
    url = vhost.user(GEMEENTE, **RIGHTS)

    async with running(takes_in(hub, vhost)):
        await way_in(vhost)
        await send(url, wmo301(), "WMO301", user_id=GEMEENTE, content_type="application/xml")
        await send(url, wmo301(), "WMO301", user_id=GEMEENTE)
        await send(url, wmo301(product(nummer=2), identificatie="T2"), "WMO301", user_id=GEMEENTE)
        await until(lambda: len(hub.rows(tables.bericht)) == 2)

    assert [(row.oordeel, row.partij) for row in hub.rows(tables.bericht)] == [("goedgekeurd", DELFT.code)] * 2
    assert hub.postbus(EEN.code) == ["WMO301", "WMO301"]
    assert hub.postbus(DELFT.code) == []


@pytest.mark.parametrize("service", ["allocation", "declaration"])
async def test_every_kind_finds_the_queue_of_its_service(hub: Hub, vhost: Vhost, service: str) -> None:
    kinds = {soort.naam for soort in topology.supported(service)}
    await way_in(vhost)
    for kind in sorted(kinds):
        await send(vhost.url, kind.encode(), kind)

    taken = await take(vhost.url, f"hub.{service}", len(kinds))

    assert {message.body.decode() for message in taken} == kinds


REFUSALS = [
    pytest.param(b"<geen xml", "WMO301", "geen-xml", id="no xml"),
    pytest.param(wmo301(afzender="0603"), "WMO301", "niet-namens", id="of another"),
    pytest.param(wmo301(ontvanger="75000099"), "WMO301", "onbekende-bestemming", id="to nobody"),
    pytest.param(wmo301().replace(b"<wmo301:Bsn>", b"<wmo301:Bsm>"), "WMO301", "geen-xml", id="broken xml"),
    pytest.param(wmo323(), "WMO301", "onbekende-berichtsoort", id="of the other service"),
    pytest.param(b"<Bericht/>", "IETS.ANDERS", "onbekende-berichtsoort", id="under an unknown key"),
]


@pytest.mark.parametrize(("body", "key", "type"), REFUSALS)
async def test_what_cannot_be_processed_goes_to_the_dead_and_its_sender_is_told(
    hub: Hub, vhost: Vhost, body: bytes, key: str, type: str
) -> None:
    url = vhost.user(GEMEENTE, **RIGHTS)

    async with running(takes_in(hub, vhost)):
        await way_in(vhost)
        await send(url, body, key, user_id=GEMEENTE, message_id=MESSAGE_ID)
        (dead,) = await take_when_there(vhost, "hub.dead", 1)
        await until(lambda: hub.postbus(DELFT.code))

    assert dead.body == body
    assert (dead.headers["type"], dead.headers["verzender"]) == (type, DELFT.code)
    assert dead.headers["detail"]
    assert hub.postbus(DELFT.code) == [BERICHT_GEWEIGERD]
    (row,) = hub.rows(tables.gebeurtenis)
    assert row.data["type"] == f"/problemen/{type}"
    assert (row.data["messageId"], row.data["detail"]) == (MESSAGE_ID, dead.headers["detail"])
    assert row.data["instance"] == f"urn:uuid:{dead.headers['verzoek']}"
    assert hub.rows(tables.bericht) == []


async def test_a_violation_of_the_schema_is_told_with_its_bevindingen_and_leaves_its_row(
    hub: Hub, vhost: Vhost
) -> None:
    url = vhost.user(GEMEENTE, **RIGHTS)
    broken = wmo301().replace(b"999", b"99x")

    async with running(takes_in(hub, vhost)):
        await way_in(vhost)
        await send(url, broken, "WMO301", user_id=GEMEENTE)
        await until(lambda: hub.postbus(DELFT.code))

    (row,) = hub.rows(tables.gebeurtenis)
    assert row.data["aantalBevindingen"] == len(row.data["bevindingen"]) > 0
    assert "99x" not in json.dumps(row.data)
    assert [(found.type, found.partij) for found in hub.rows(tables.weigering)] == [("xsd-ongeldig", DELFT.code)]


async def test_a_message_in_the_name_of_another_is_in_the_audit_trail_as_over_http(hub: Hub, vhost: Vhost) -> None:
    url = vhost.user(GEMEENTE, **RIGHTS)

    async with running(takes_in(hub, vhost)):
        await way_in(vhost)
        await send(url, wmo301(afzender="0603"), "WMO301", user_id=GEMEENTE)
        await until(lambda: hub.postbus(DELFT.code))

    assert [(row.partij, row.actie, row.oorzaak) for row in hub.rows(tables.audit)] == [
        (DELFT.code, "WMO301 indienen", "niet-namens")
    ]


@pytest.mark.parametrize(
    ("user", "properties", "oorzaak"),
    [
        pytest.param(GEMEENTE, {}, "geen-gebruiker", id="without user_id"),
        pytest.param("gemeente.0518", {"user_id": "gemeente.0518"}, "onbekende-gebruiker", id="no party of this hub"),
        pytest.param("aanbieder.0503", {"user_id": "aanbieder.0503"}, "onbekende-gebruiker", id="of another soort"),
        pytest.param("iemand", {"user_id": "iemand"}, "onbekende-gebruiker", id="no name of a party"),
    ],
)
async def test_a_message_of_nobody_we_know_goes_to_the_dead(
    hub: Hub, vhost: Vhost, user: str, properties: dict[str, str], oorzaak: str
) -> None:
    url = vhost.user(user, **RIGHTS)

    async with running(takes_in(hub, vhost)):
        await way_in(vhost)
        await send(url, wmo301(), "WMO301", **properties)
        (dead,) = await take_when_there(vhost, "hub.dead", 1)

    assert (dead.headers["type"], dead.headers["verzender"]) == ("onbekende-afzender", "onbekend")
    assert [row.oorzaak for row in hub.rows(tables.audit)] == [oorzaak]
    assert hub.rows(tables.bericht) == hub.rows(tables.gebeurtenis) == []


@pytest.mark.parametrize(("groter", "oordelen"), [(0, ["goedgekeurd"]), (1, [])])
async def test_a_message_may_be_as_large_as_over_http_and_not_a_byte_larger(
    tmp_path: Path, vhost: Vhost, groter: int, oordelen: list[str]
) -> None:
    url = vhost.user(GEMEENTE, **RIGHTS)
    hub = Hub(tmp_path)
    settings = hub.dienst.settings.model_copy(update={"max_bytes": len(wmo301()) - groter})
    hub.dienst = replace(hub.dienst, settings=settings)

    async with running(takes_in(hub, vhost)):
        await way_in(vhost)
        await send(url, wmo301(), "WMO301", user_id=GEMEENTE)
        await until(lambda: hub.rows(tables.bericht) or hub.postbus(DELFT.code))

    assert [row.oordeel for row in hub.rows(tables.bericht)] == oordelen
    hub.dienst.database.close()


async def test_while_the_database_is_away_the_message_stays_in_hand(hub: Hub, vhost: Vhost) -> None:
    url = vhost.user(GEMEENTE, **RIGHTS)
    away = iter([DatabaseBezet(), Probleem("weg", "Weg", "Weg", status=503), DatabaseBezet()])

    def verwerk(dienst: Dienst, partij: Partij, ingekomen: Ingekomen, proef: bool) -> Uitkomst:
        for fout in away:
            raise fout
        return story(hub)(dienst, partij, ingekomen, proef)

    async with running(takes_in(hub, vhost, verwerk)):
        await way_in(vhost)
        await send(url, wmo301(), "WMO301", user_id=GEMEENTE)
        await until(lambda: hub.rows(tables.bericht))

    assert [row.oordeel for row in hub.rows(tables.bericht)] == ["goedgekeurd"]
    assert hub.rows(tables.gebeurtenis) == []


async def lose(vhost: Vhost, times: int) -> None:
    """Take the message of hub.allocation in hand so many times, and lose the connection each time."""
    for _ in range(times):
        async with channel(vhost.url) as opened:
            # Of a queue with a single active consumer nothing can be had by asking once.
            taken: asyncio.Queue[Any] = asyncio.Queue()
            await opened.set_qos(prefetch_count=1)
            await (await opened.get_queue("hub.allocation", ensure=False)).consume(taken.put)
            await asyncio.wait_for(taken.get(), 30)


async def test_a_message_lost_with_ten_connections_is_judged_and_stored_once(hub: Hub, vhost: Vhost) -> None:
    url = vhost.user(GEMEENTE, **RIGHTS)
    await way_in(vhost)
    await send(url, wmo301(), "WMO301", user_id=GEMEENTE)
    await lose(vhost, 10)

    async with running(takes_in(hub, vhost)):
        await until(lambda: hub.rows(tables.bericht))

    assert [row.oordeel for row in hub.rows(tables.bericht)] == ["goedgekeurd"]


@pytest.mark.dialects("sqlite")
async def test_a_message_lost_time_after_time_lies_with_the_dead_and_not_nowhere(vhost: Vhost) -> None:
    url = vhost.user(GEMEENTE, **RIGHTS)
    await way_in(vhost)
    await send(url, wmo301(), "WMO301", user_id=GEMEENTE)
    await lose(vhost, 51)

    (dead,) = await take(vhost.url, "hub.dead", 1)

    assert dead.body == wmo301()


async def test_a_message_on_which_the_program_breaks_makes_way_for_the_next(hub: Hub, vhost: Vhost) -> None:
    url = vhost.user(GEMEENTE, **RIGHTS)
    tried: list[bytes] = []

    def verwerk(dienst: Dienst, partij: Partij, ingekomen: Ingekomen, proef: bool) -> Uitkomst:
        tried.append(ingekomen.stream.read())
        if tried[-1] == b"breekt":
            raise ZeroDivisionError("999900007")
        return hub.send(partij, tried[-1])

    async with running(takes_in(hub, vhost, verwerk)):
        await way_in(vhost)
        await send(url, b"breekt", "WMO301", user_id=GEMEENTE)
        await send(url, wmo301(), "WMO301", user_id=GEMEENTE)
        (dead,) = await take_when_there(vhost, "hub.dead", 1)
        await until(lambda: hub.rows(tables.bericht))

    assert tried == [b"breekt"] * POGINGEN + [wmo301()]
    assert (dead.headers["type"], dead.headers["reden"]) == ("interne-fout", "Onverwachte fout")
    assert hub.postbus(DELFT.code) == [BERICHT_GEWEIGERD]
    assert "999900007" not in json.dumps(hub.rows(tables.gebeurtenis)[0].data)


async def test_told_to_stop_it_finishes_the_message_in_hand_and_takes_no_other(hub: Hub, vhost: Vhost) -> None:
    url = vhost.user(GEMEENTE, **RIGHTS)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def verwerk(dienst: Dienst, partij: Partij, ingekomen: Ingekomen, proef: bool) -> Uitkomst:
        loop.call_soon_threadsafe(stop.set)
        return story(hub)(dienst, partij, ingekomen, proef)

    await way_in(vhost)
    await send(url, wmo301(), "WMO301", user_id=GEMEENTE)
    await send(url, wmo301(product(nummer=2), identificatie="T2"), "WMO301", user_id=GEMEENTE)
    await takes_in(hub, vhost, verwerk)(stop)

    assert len(hub.rows(tables.bericht)) == 1
    (rest,) = await take(vhost.url, "hub.allocation", 1)
    assert b"T2" in rest.body


def test_a_refusal_is_told_once_however_often_the_message_is_redelivered(hub: Hub) -> None:
    """Killed between telling and acking, it is judged and told again."""
    stuk = Aangeboden(b"<geen xml", GEMEENTE, MESSAGE_ID, None)
    for _ in range(2):
        geweigerd = incoming.neem_in(hub.dienst, story(hub), stuk)
        assert geweigerd is not None
        incoming.meld(hub.dienst, stuk, geweigerd)

    assert hub.postbus(DELFT.code) == [BERICHT_GEWEIGERD]


def test_the_same_bytes_sent_anew_are_refused_anew(hub: Hub) -> None:
    for bericht_id in ("a" * 32, "b" * 32):
        stuk = Aangeboden(b"<geen xml", GEMEENTE, bericht_id, None)
        geweigerd = incoming.neem_in(hub.dienst, story(hub), stuk)
        assert geweigerd is not None
        incoming.meld(hub.dienst, stuk, geweigerd)

    assert hub.postbus(DELFT.code) == [BERICHT_GEWEIGERD] * 2


def test_a_message_id_that_is_no_uuid_is_not_repeated(hub: Hub) -> None:
    stuk = Aangeboden(b"<geen xml", GEMEENTE, "999900007", None)
    geweigerd = incoming.neem_in(hub.dienst, story(hub), stuk)
    assert geweigerd is not None
    incoming.meld(hub.dienst, stuk, geweigerd)

    assert "999900007" not in json.dumps(hub.rows(tables.gebeurtenis)[0].data)


# --- rights ----------------------------------------------------------------------------------------------------------


async def test_a_party_may_do_nothing_at_the_broker_but_send_and_read_what_is_its_own(hub: Hub, vhost: Vhost) -> None:
    url = vhost.user(GEMEENTE, **RIGHTS)
    async with channel(vhost.url) as opened:
        await topology.declareer_inkomend(opened)
        await topology.declareer_wachtrij(opened, GEMEENTE)
        await topology.declareer_wachtrij(opened, "gemeente.0603")

    async def may(work: Any) -> bool:
        async with channel(url) as opened:
            try:
                await work(opened)
            except AMQPError:
                return False
            return True

    def publish(exchange: str, key: str, **properties: str) -> Any:
        async def work(opened: Any) -> None:
            found = await opened.get_exchange(exchange, ensure=False) if exchange else opened.default_exchange
            await found.publish(aio_pika.Message(b"x", **properties), key, timeout=10)

        return work

    def read(queue: str) -> Any:
        async def work(opened: Any) -> None:
            await (await opened.get_queue(queue, ensure=False)).get(fail=False, timeout=10)

        return work

    assert await may(publish("inkomend", "WMO301", user_id=GEMEENTE))
    assert await may(read(GEMEENTE))
    assert not await may(publish("inkomend", "WMO301", user_id="gemeente.0603"))
    assert not await may(publish("", "hub.allocation", user_id=GEMEENTE))
    assert not await may(publish("berichten", "gemeente.0603.WMO301", user_id=GEMEENTE))
    assert not await may(publish("hub.dead", "", user_id=GEMEENTE))
    assert not await may(read("gemeente.0603"))
    assert not await may(read("hub.allocation"))
    assert not await may(lambda opened: opened.declare_queue("eigen"))
    assert not await may(lambda opened: opened.declare_exchange("eigen"))
