"""What a party with a webhook gets: every row, in order, signed, however its server behaves."""

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from allocation_service import DELFT, EEN, NU, TWEE, Hub
from delivery import Webhook, delivered, kanaal_van, put, running, until
from pydantic import SecretStr
from sqlalchemy import delete, select, update

from builders import client, product, wmo301, wmo302
from services.kernel import tables
from services.kernel.delivery import kanalen, webhook, zending
from services.kernel.delivery import relay as relay_module
from services.kernel.delivery.relay import POGINGEN_WEBHOOK, relay
from services.kernel.delivery.webhook import handtekening

pytestmark = pytest.mark.anyio
TAKEN = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"
REFUSED = b"HTTP/1.1 500 Oops\r\nconnection: close\r\n\r\n"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits in a test: next attempts come at once."""
    monkeypatch.setattr(relay_module, "wachttijd", lambda *_: 0.0)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.dienst.database.close()


def pushes(hub: Hub) -> partial[object]:
    return partial(relay, [hub.dienst], SecretStr(""))


def zet(hub: Hub, code: str, url: str) -> None:
    with hub.dienst.database.write() as conn:
        kanalen.zet(conn, code, "webhook", url)


def send_301s(hub: Hub, aantal: int) -> list[str]:
    """The ids of as many 301s, each in the postbus of aanbieder een."""
    return [hub.send(DELFT, wmo301(identificatie=f"T{nr}")).id for nr in range(aantal)]


async def test_every_row_arrives_in_order_and_is_known_to_be_delivered(hub: Hub) -> None:
    ids = send_301s(hub, 5)

    async with Webhook().open() as server, running(pushes(hub)):
        zet(hub, EEN.code, server.url)
        await until(lambda: len(delivered(hub.dienst, EEN.code)) == 5)

    assert server.ids == ids
    assert (kanaal_van(hub.dienst, EEN.code).bezorgd_tot, kanaal_van(hub.dienst, EEN.code).fout) == (5, None)


async def test_a_request_is_the_message_signed_with_the_secret_of_the_party(hub: Hub) -> None:
    heen = hub.send(DELFT, wmo301())
    retour = hub.send(EEN, wmo302(wmo301()))
    xml = hub.content(retour.id)

    async with Webhook().open() as server, running(pushes(hub)):
        zet(hub, DELFT.code, server.url)
        await until(lambda: server.requests)

    headers, body = server.requests[0]
    secret = kanalen.geheim(hub.dienst.settings.dienst_sleutel, DELFT.code, 1)
    signed = handtekening(secret, retour.id, int(NU.timestamp()), body)
    assert body == xml
    assert {name: headers[name] for name in signed} == signed
    assert headers["content-type"] == "application/xml"
    assert {name: text for name, text in headers.items() if name.startswith("berichtenhub-")} == {
        "berichtenhub-berichtsoort": "WMO302",
        "berichtenhub-dienst": "allocation",
        "berichtenhub-nr": "1",
        "berichtenhub-standaard": "iwmo",
        "berichtenhub-release": "3.2",
        "berichtenhub-verzender": EEN.code,
        "berichtenhub-bestemming": DELFT.code,
        "berichtenhub-antwoordop": heen.id,
    }


async def test_a_gebeurtenis_arrives_as_a_cloudevent(hub: Hub) -> None:
    outcome = hub.send(DELFT, wmo301(client=client(bsn="999900007"), ontvanger=TWEE.code))

    async with Webhook().open() as server, running(pushes(hub)):
        zet(hub, DELFT.code, server.url)
        await until(lambda: server.requests)

    headers, body = server.requests[0]
    event = json.loads(body)
    assert headers["content-type"] == "application/cloudevents+json"
    assert (event["id"], event["subject"]) == (headers["webhook-id"], outcome.id)
    assert (event["source"], event["type"]) == ("/allocation/v1", "nl.berichtenhub.bericht.afgekeurd")
    assert headers["berichtenhub-verzender"] == "hub"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="dies"),
        pytest.param(b"HTTP/1.1 2", id="dies half-way"),
        pytest.param(b"no http at all\r\n\r\n", id="speaks another language"),
        pytest.param(REFUSED, id="500"),
        pytest.param(b"HTTP/1.1 302 Found\r\nlocation: /hook\r\ncontent-length: 0\r\n\r\n", id="sends elsewhere"),
        pytest.param(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", id="404"),
        pytest.param(b"HTTP/1.1 429 Slow\r\nretry-after: 99999\r\ncontent-length: 0\r\n\r\n", id="429"),
    ],
)
async def test_what_is_not_taken_is_sent_again_before_anything_after_it(hub: Hub, answer: bytes) -> None:
    first, second = send_301s(hub, 2)

    async with Webhook(answer, answer).open() as server, running(pushes(hub)):
        zet(hub, EEN.code, server.url)
        await until(lambda: delivered(hub.dienst, EEN.code) == [1, 2])

    assert server.ids == [first, first, first, second]
    assert kanaal_van(hub.dienst, EEN.code).pogingen == 0


async def test_what_was_taken_before_a_refusal_is_not_sent_again(hub: Hub) -> None:
    first, second, third, fourth = send_301s(hub, 4)

    async with Webhook(TAKEN, TAKEN, REFUSED).open() as server, running(pushes(hub)):
        zet(hub, EEN.code, server.url)
        await until(lambda: delivered(hub.dienst, EEN.code) == [1, 2, 3, 4])

    assert server.ids == [first, second, third, third, fourth]


async def test_what_is_begun_with_an_old_look_at_the_channel_sends_nothing_twice(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock reads all channels while a party is served, and may then begin again for who has just ended."""
    ids, looks = send_301s(hub, 3), list[None]()

    async with Webhook().open() as server:
        zet(hub, EEN.code, server.url)
        with hub.dienst.database.read() as conn:
            oud = kanalen.lees_alle(conn)
        monkeypatch.setattr(kanalen, "lees_alle", lambda _: looks.append(None) or oud)
        async with running(pushes(hub)):
            await until(lambda: delivered(hub.dienst, EEN.code) == [1, 2, 3])
            seen = len(looks)
            await until(lambda: len(looks) > seen + 2)

    assert server.ids == ids


async def test_what_was_taken_before_one_that_is_broken_off_is_known_to_be_delivered(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = send_301s(hub, 3)

    async with Webhook(TAKEN, TAKEN, None).open() as server, running(pushes(hub)):
        zet(hub, EEN.code, server.url)
        await until(lambda: len(server.requests) == 3)
        monkeypatch.setattr(relay_module, "_AFRONDEN", 0.0)

    assert server.ids == ids
    assert delivered(hub.dienst, EEN.code) == [1, 2]


async def test_a_webhook_that_moved_gets_what_the_old_one_did_not(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = send_301s(hub, 30)
    monkeypatch.setattr(relay_module, "_BIJHOUDEN", 0.0)

    async with Webhook().open() as old, Webhook().open() as new, running(pushes(hub)):
        zet(hub, EEN.code, old.url)
        await until(lambda: old.requests)
        zet(hub, EEN.code, new.url)
        await until(lambda: len(delivered(hub.dienst, EEN.code)) == 30)

    assert new.ids
    assert old.ids + new.ids == ids


async def test_content_that_cannot_be_opened_holds_up_what_is_behind_it_alone(hub: Hub) -> None:
    ids = send_301s(hub, 3)
    with hub.dienst.database.write() as conn:
        kept = conn.execute(select(tables.inhoud.c.bytes).where(tables.inhoud.c.bericht == 2)).scalar_one()
    keep_as(hub, 2, kept[:-1] + bytes([kept[-1] ^ 1]))

    async with Webhook().open() as server, running(pushes(hub)):
        zet(hub, EEN.code, server.url)
        await until(lambda: delivered(hub.dienst, EEN.code) == [1])
        await asyncio.sleep(0.5)
        assert delivered(hub.dienst, EEN.code) == [1]
        keep_as(hub, 2, kept)
        await until(lambda: delivered(hub.dienst, EEN.code) == [1, 2, 3])

    assert server.ids == ids


def keep_as(hub: Hub, bericht: int, bytes_: bytes) -> None:
    with hub.dienst.database.write() as conn:
        conn.execute(update(tables.inhoud).where(tables.inhoud.c.bericht == bericht).values(bytes=bytes_))


def read(hub: Hub, na: int, rijen: int) -> list[int]:
    """The numbers of the rows that are read at once for aanbieder een."""
    with hub.dienst.database.read() as conn:
        return [stuk.nr for stuk in zending.volgende(hub.dienst, EEN.code, na, rijen, conn)]


def test_rows_are_read_in_order_and_no_more_than_asked(hub: Hub) -> None:
    send_301s(hub, 5)

    assert read(hub, 0, 4) == [1, 2, 3, 4]
    assert read(hub, 0, 6) == [1, 2, 3, 4, 5]
    assert read(hub, 3, 1) == [4]
    assert read(hub, 5, 9) == []


def test_rows_are_read_as_long_as_they_are_small_together(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    send_301s(hub, 3)
    sizes = [len(row.bytes) for row in hub.rows(tables.inhoud)]

    for room, rows in ((sum(sizes), [1, 2, 3]), (sum(sizes) - 1, [1, 2]), (sizes[0], [1]), (0, [1])):
        monkeypatch.setattr(zending, "BYTES", room)
        assert read(hub, 0, 9) == rows


async def test_a_webhook_that_hangs_is_asked_again_before_anything_after_it(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = send_301s(hub, 2)

    async with Webhook(None).open() as server, running(pushes(hub)):
        monkeypatch.setattr(webhook, "_SECONDS", 0.1)
        zet(hub, EEN.code, server.url)
        await until(lambda: len(server.requests) > 1)
        # On a busy machine more than the one that hangs may be too late, and come once more.
        monkeypatch.setattr(webhook, "_SECONDS", 30)
        await until(lambda: delivered(hub.dienst, EEN.code) == [1, 2])

    assert server.ids[:2] == [first, first]
    assert list(dict.fromkeys(server.ids)) == [first, second]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", id="200"),
        pytest.param(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n", id="202"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n<", id="promises a body"),
        pytest.param(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffff\r\n" + b"x" * 10_000, id="no end"),
    ],
)
async def test_a_status_2xx_is_a_receipt_whatever_comes_after_it(hub: Hub, answer: bytes) -> None:
    ids = send_301s(hub, 2)

    async with Webhook(answer, answer).open() as server, running(pushes(hub)):
        zet(hub, EEN.code, server.url)
        await until(lambda: delivered(hub.dienst, EEN.code) == [1, 2])

    assert server.ids == ids


async def test_a_webhook_that_keeps_failing_is_given_up_and_taken_up_again(hub: Hub) -> None:
    first, second = send_301s(hub, 2)

    async with Webhook(*[REFUSED] * POGINGEN_WEBHOOK).open() as server, running(pushes(hub)):
        zet(hub, EEN.code, server.url)
        await until(lambda: kanaal_van(hub.dienst, EEN.code).teruggevallen)
        gave_up = kanaal_van(hub.dienst, EEN.code)
        assert (gave_up.pogingen, gave_up.bezorgd_tot) == (POGINGEN_WEBHOOK, 0)
        assert gave_up.fout == "De webhook antwoordt met status 500."
        assert server.ids == [first] * POGINGEN_WEBHOOK

        zet(hub, EEN.code, server.url)
        await until(lambda: delivered(hub.dienst, EEN.code) == [1, 2])

    assert server.ids[POGINGEN_WEBHOOK:] == [first, second]


async def test_one_failure_less_is_patience(hub: Hub) -> None:
    send_301s(hub, 1)

    async with Webhook(*[REFUSED] * (POGINGEN_WEBHOOK - 1)).open() as server, running(pushes(hub)):
        zet(hub, EEN.code, server.url)
        await until(lambda: delivered(hub.dienst, EEN.code) == [1])

    assert kanaal_van(hub.dienst, EEN.code).teruggevallen is None


async def test_one_party_waits_for_nobody_elses_webhook(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    send_301s(hub, 1)
    hub.send(DELFT, wmo301(product(nummer=2), identificatie="B", ontvanger=TWEE.code))

    async with Webhook(None).open() as hanging, Webhook().open() as server, running(pushes(hub)):
        zet(hub, EEN.code, hanging.url)
        await until(lambda: hanging.requests)
        zet(hub, TWEE.code, server.url)
        await until(lambda: delivered(hub.dienst, TWEE.code) == [1])
        monkeypatch.setattr(relay_module, "_AFRONDEN", 0.0)

    assert delivered(hub.dienst, EEN.code) == []


async def test_a_message_whose_content_is_gone_holds_nobody_up(hub: Hub) -> None:
    _, second = send_301s(hub, 2)
    with hub.dienst.database.write() as conn:
        conn.execute(delete(tables.inhoud).where(tables.inhoud.c.bericht == 1))

    async with Webhook().open() as server, running(pushes(hub)):
        zet(hub, EEN.code, server.url)
        await until(lambda: delivered(hub.dienst, EEN.code) == [1, 2])

    assert server.ids == [second]


async def test_a_second_relay_stands_by_until_the_first_ends(hub: Hub) -> None:
    """Both would push everything; with one at work each row is pushed once."""
    ids = send_301s(hub, 3)

    async with Webhook().open() as server, running(pushes(hub)):
        async with running(pushes(hub)):
            zet(hub, EEN.code, server.url)
            await until(lambda: delivered(hub.dienst, EEN.code) == [1, 2, 3])
        put(hub.dienst, EEN.code, 1)
        await until(lambda: delivered(hub.dienst, EEN.code) == [1, 2, 3, 4])

    assert server.ids == [*ids, ids[0]]


async def test_the_relay_ends_at_once_when_there_is_nothing_in_hand(hub: Hub) -> None:
    async with running(pushes(hub)):
        await asyncio.sleep(0)
