"""What is counted, shown and logged of messages; whether a service is ready; and who may see it."""

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from declaration_hub import Hub, make_hub
from fastapi.testclient import TestClient
from log_lines import requests_in
from pamqp import commands, frame
from pamqp.header import ProtocolHeader
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import insert, text, update
from sqlalchemy.exc import OperationalError

from builders import bsn, prestatie, set_text, wmo323
from services.cli.console import free_port
from services.declaration.api import create_app
from services.kernel import postbus, tables, termijnen
from services.kernel.berichten import Uitkomst
from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import CATALOGUE, find
from services.kernel.database import Database
from services.kernel.toegang import parties
from services.kernel.waarneming import gauges, observing, readiness
from services.kernel.waarneming.gauges import Standen
from services.kernel.waarneming.meterpoort import meterpoort
from services.kernel.waarneming.observing import Ontvangst, Waarneming

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
Bewaar = Callable[..., int]
XML = {"Content-Type": "application/xml"}
BSN = "999900006"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = make_hub(tmp_path)
    made.toewijs()
    yield made
    made.dienst.database.close()


@pytest.fixture
def keys(hub: Hub) -> dict[str, str]:
    with hub.dienst.database.write() as conn:
        made = {
            partij.code: parties.nieuwe_sleutel(conn, partij.code, hub.dienst.nu()) for partij in parties.lijst(conn)
        }
    return {**made, "dienst": "d" * 32}


@pytest.fixture
def client(hub: Hub, keys: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(create_app(hub.dienst, hub.bron), raise_server_exceptions=False) as client:
        yield client


def parsed(content: str) -> Samples:
    """Each sample by its name and labels, but for that of the service."""
    return {
        (sample.name.removeprefix("berichtenhub_"), frozenset(sample.labels.items()) - {("dienst", "declaration")}): (
            sample.value
        )
        for family in text_string_to_metric_families(content)
        for sample in family.samples
    }


def scraped(client: TestClient, keys: dict[str, str], partij: str = "beheer") -> Samples:
    reply = client.get("/metrics", headers={"Authorization": f"Bearer {keys[partij]}"})
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/plain; version=")
    return parsed(reply.text)


def of(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0.0)


def summed(samples: Samples, name: str) -> float:
    return sum(value for (found, _), value in samples.items() if found == name)


def post(
    client: TestClient, keys: dict[str, str], content: bytes, partij: str = "75000001", path: str = "berichten"
) -> Any:
    return client.post(f"/v1/{path}", content=content, headers={"Authorization": f"Bearer {keys[partij]}", **XML})


# --- messages --------------------------------------------------------------------------------------------------------


def test_a_message_is_counted_by_its_verdict(client: TestClient, keys: dict[str, str]) -> None:
    post(client, keys, wmo323())
    post(client, keys, wmo323())
    post(client, keys, wmo323(prestatie(toewijzing=4711), identificatie="D2", nummer="N2"))

    found = scraped(client, keys)
    kind = dict(kanaal="http", berichtsoort="WMO323", release="3.2")
    assert {
        oordeel: of(found, "berichten_total", oordeel=oordeel, **kind)
        for oordeel in ("goedgekeurd", "herhaling", "deels_afgekeurd", "geweigerd")
    } == {"goedgekeurd": 1, "herhaling": 1, "deels_afgekeurd": 1, "geweigerd": 0}
    assert of(found, "bevindingen_total", berichtsoort="WMO323", retourcode="9338") == 1
    assert of(found, "bericht_duur_seconds_count", berichtsoort="WMO323") == 2
    assert of(found, "verzoeken_total", verrichting="postBericht", status="201") == 2
    assert of(found, "verzoeken_total", verrichting="postBericht", status="200") == 1


def test_a_refusal_is_counted_by_why(client: TestClient, keys: dict[str, str]) -> None:
    broken = set_text(wmo323(), "Eenheid", "99")
    post(client, keys, broken)
    post(client, keys, b"geen xml")
    post(client, keys, wmo323(afzender="75000002"))
    client.post("/v1/berichten", content=wmo323(), headers=XML)

    found = scraped(client, keys)
    for berichtsoort, release, aantal in (("WMO323", "3.2", 1), ("onbekend", "onbekend", 2)):
        kind = dict(kanaal="http", berichtsoort=berichtsoort, release=release)
        assert of(found, "berichten_total", oordeel="geweigerd", **kind) == aantal
    for type in ("xsd-ongeldig", "geen-xml", "niet-namens"):
        assert of(found, "weigeringen_total", kanaal="http", type=type) == 1
    assert summed(found, "weigeringen_total") == summed(found, "berichten_total") == 3
    assert of(found, "bevindingen_total", berichtsoort="WMO323", retourcode="geen") == 1


def test_a_validation_is_a_request_and_no_message(client: TestClient, keys: dict[str, str]) -> None:
    post(client, keys, wmo323(), path="validaties")
    post(client, keys, b"geen xml", path="validaties")

    found = scraped(client, keys)
    assert summed(found, "berichten_total") == 0
    assert of(found, "verzoeken_total", verrichting="postValidatie", status="200") == 1
    assert of(found, "verzoeken_total", verrichting="postValidatie", status="400") == 1


def test_what_we_could_not_take_is_no_refusal(client: TestClient, keys: dict[str, str], hub: Hub) -> None:
    hub.weg = True

    assert post(client, keys, wmo323()).status_code == 503
    assert summed(scraped(client, keys), "berichten_total") == 0


def test_labels_are_of_the_catalogue_and_our_own_words_and_name_nobody(
    client: TestClient, keys: dict[str, str]
) -> None:
    post(client, keys, wmo323(identificatie=BSN))
    post(client, keys, wmo323(prestatie(referentie=BSN, toewijzing=4711), identificatie="D2", nummer="N2"))
    client.get(f"/v1/berichten/{BSN}?partij={BSN}")
    client.get(f"/{BSN}")
    client.request("Jansen", "/v1/postbus")

    reply = client.get("/metrics", headers={"Authorization": f"Bearer {keys['beheer']}"})
    words = {value for _, labels in parsed(reply.text) for name, value in labels if name not in ("le", "status")}
    assert BSN not in reply.text
    assert bsn(1) not in reply.text
    assert not {word for word in words if any(digit in word for digit in "0123456789")} - {
        *(soort.naam for soort in CATALOGUE),
        *(soort.release for soort in CATALOGUE),
        "9338",
    }
    assert "Jansen" not in reply.text


def test_two_services_in_one_process_count_apart(hub: Hub) -> None:
    one, other = Waarneming(hub.dienst), Waarneming(replace(hub.dienst, naam="allocation"))
    one.verzoek("getPostbus", 200)

    assert 'dienst="allocation"' not in one.tekst().decode()
    assert "getPostbus" not in other.tekst().decode()


# --- the line of log -------------------------------------------------------------------------------------------------


def test_a_message_over_http_is_one_line_with_all_that_is_known_of_it(
    client: TestClient, keys: dict[str, str], log: io.StringIO
) -> None:
    reply = post(client, keys, wmo323())

    (line,) = requests_in(log)
    for name in ("timestamp", "ms"):
        del line[name]
    assert line == {
        "gebeurtenis": "verzoek",
        "level": "info",
        "dienst": "declaration",
        "verzoek": reply.headers["X-Request-Id"],
        "verrichting": "postBericht",
        "methode": "POST",
        "status": 201,
        "kanaal": "http",
        "partij": "75000001",
        "sleutel": parties.sleutel_hash(keys["75000001"])[:12],
        "grootte": len(wmo323()),
        "berichtsoort": "WMO323",
        "release": "3.2",
        "bericht": reply.json()["id"],
        "verzender": "75000001",
        "bestemming": "0503",
        "identificatie": "D0001",
        "oordeel": "goedgekeurd",
        "codes": [],
        "bevindingen": 0,
        "ingediend": reply.json()["ingediend"],
        "toegekend": reply.json()["toegekend"],
        "feedNr": 1,
        "retour": "WMO325",
        "nieuw": True,
    }


def test_a_refusal_over_http_says_of_what_kind(client: TestClient, keys: dict[str, str], log: io.StringIO) -> None:
    post(client, keys, set_text(wmo323(), "Eenheid", "99"))

    (line,) = requests_in(log)
    found = {name: line[name] for name in ("kanaal", "berichtsoort", "release", "probleem", "bevindingen", "status")}
    assert found == {
        "kanaal": "http",
        "berichtsoort": "WMO323",
        "release": "3.2",
        "probleem": "xsd-ongeldig",
        "bevindingen": 1,
        "status": 400,
    }


def outcome(**changes: Any) -> Uitkomst:
    made = Uitkomst(
        *("6f1c2a8e-3d1b-4c57-9a1f-0f6e2f6f7c11", "iwmo", "3.2", "WMO323", "75000001", "0503", "D1", "goedgekeurd"),
        *(126000, 126000, 41, (), None, True),
    )
    return replace(made, **changes)


def test_a_message_over_the_queue_has_the_same_line_and_the_same_counters(hub: Hub, log: io.StringIO) -> None:
    waarneming = Waarneming(hub.dienst)
    bevinding = Bevinding(3, "TR338", "9338", "/Bericht", "ToewijzingNummer", 1, "Onbekend.", "Kijk na.")
    hoe = Ontvangst("amqp", "75000001", 2792, 0.25, "6c2b8105")

    observing.bericht_verwerkt(waarneming, outcome(bevindingen=(bevinding,)), hoe)
    observing.bericht_geweigerd(waarneming, "xsd-ongeldig", find("WMO323", "3.2"), hoe, bevindingen=2)
    observing.bericht_geweigerd(waarneming, "geen-xml", None, hoe)

    verwerkt, geweigerd, onleesbaar = requests_in(log)
    same = {"gebeurtenis": "bericht", "kanaal": "amqp", "partij": "75000001", "grootte": 2792, "ms": 250.0}
    for line in (verwerkt, geweigerd, onleesbaar):
        assert same.items() <= line.items()
    assert (verwerkt["oordeel"], verwerkt["codes"], verwerkt["feedNr"]) == ("goedgekeurd", ["9338"], 41)
    assert (geweigerd["probleem"], geweigerd["berichtsoort"], geweigerd["bevindingen"]) == ("xsd-ongeldig", "WMO323", 2)
    assert "berichtsoort" not in onleesbaar
    found = parsed(waarneming.tekst().decode())
    assert of(found, "berichten_total", kanaal="amqp", berichtsoort="WMO323", release="3.2", oordeel="goedgekeurd") == 1
    assert summed(found, "weigeringen_total") == 2
    assert of(found, "bericht_duur_seconds_sum", berichtsoort="WMO323") == 0.25


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/declaration/metrics", {"Authorization": "Bearer " + "d" * 32}, 200),
        ("/declaration/metrics", {"Authorization": "bearer " + "d" * 32}, 200),
        ("/allocation/metrics", {"Authorization": "Bearer " + "d" * 32}, 404),
        ("/declaration/metrics", {"Authorization": "Bearer bh_x"}, 401),
        ("/declaration/metrics", {"Authorization": "Basic " + "d" * 32}, 401),
        ("/declaration/metrics", {}, 401),
    ],
)
def test_a_process_without_a_service_shows_its_counters_to_the_key_of_the_services(
    hub: Hub, path: str, headers: dict[str, str], status: int
) -> None:
    waarneming = Waarneming(hub.dienst)
    waarneming.verwerkt(outcome(), "amqp", 0.25)

    with meterpoort("127.0.0.1", 0, SecretStr("d" * 32), {"declaration": waarneming}) as port:
        reply = httpx.get(f"http://127.0.0.1:{port}{path}", headers=headers, trust_env=False)

    assert reply.status_code == status
    assert (summed(parsed(reply.text), "berichten_total") == 1) is (status == 200)


@pytest.mark.parametrize(
    ("identificatie", "logged"),
    [
        ("D12345678", "D12345678"),
        (BSN, "(9 tekens)"),
        (f"D{BSN}", "(10 tekens)"),
        (f"{BSN}1", "(10 tekens)"),
    ],
)
def test_an_identificatie_that_may_hold_a_bsn_is_only_measured(identificatie: str, logged: str) -> None:
    assert observing.velden(outcome(identificatie=identificatie))["identificatie"] == logged


# --- what is asked of the database -----------------------------------------------------------------------------------


def standen(hub: Hub) -> Samples:
    return parsed(Waarneming(hub.dienst, [Standen(hub.dienst)]).tekst().decode())


@pytest.fixture
def bezorg(hub: Hub, bewaar_bericht: Bewaar) -> Callable[..., None]:
    """A function that puts so many rows in a postbus, so many seconds ago."""
    numbers = iter(range(1000))

    def bezorg(partij: str, aantal: int, seconden: int) -> None:
        moment = hub.dienst.nu() - timedelta(seconds=seconden)
        with hub.dienst.database.write() as conn:
            nr = bewaar_bericht(conn, f"B{next(numbers)}")
            postbus.bezorg(conn, [(partij, nr)] * aantal, moment)

    return bezorg


def channel(hub: Hub, partij: str, soort: str, tot: int, teruggevallen: datetime | None = None) -> None:
    values = dict(partij=partij, soort=soort, versie=1, bezorgd_tot=tot, pogingen=0, teruggevallen=teruggevallen)
    with hub.dienst.database.write() as conn:
        conn.execute(insert(tables.kanaal).values(**values))
        delivered = (tables.postbus.c.partij == partij) & (tables.postbus.c.nr <= tot)
        conn.execute(update(tables.postbus).where(delivered).values(bezorgd=hub.dienst.nu()))


def test_a_postbus_that_is_read_is_as_deep_as_what_was_not_confirmed(hub: Hub, bezorg: Callable[..., None]) -> None:
    bezorg("0503", 2, 300)
    bezorg("0503", 1, 100)
    bezorg("0603", 1, 200)
    with hub.dienst.database.write() as conn:
        postbus.bevestig(conn, "0503", 1, hub.dienst.nu())
        postbus.bevestig(conn, "0503", 2, hub.dienst.nu())

    found = standen(hub)
    assert (of(found, "postbus_wachtend", kanaal="http"), of(found, "postbus_oudste_seconds", kanaal="http")) == (
        2,
        200,
    )
    assert of(found, "relay_achterstand_seconds") == 0


def test_what_is_pushed_is_as_deep_as_what_was_not_delivered(hub: Hub, bezorg: Callable[..., None]) -> None:
    bezorg("0503", 2, 300)
    bezorg("0503", 3, 50)
    bezorg("75000001", 1, 400)
    channel(hub, "0503", "amqp", tot=2)
    channel(hub, "75000001", "webhook", tot=1)

    found = standen(hub)
    depth = {soort: of(found, "postbus_wachtend", kanaal=soort) for soort in ("http", "amqp", "webhook")}
    assert depth == {"http": 0, "amqp": 3, "webhook": 0}
    assert of(found, "postbus_oudste_seconds", kanaal="amqp") == of(found, "relay_achterstand_seconds") == 50


def test_who_fell_back_reads_over_http_and_is_counted(hub: Hub, bezorg: Callable[..., None]) -> None:
    bezorg("75000001", 3, 400)
    channel(hub, "75000001", "webhook", tot=1, teruggevallen=hub.dienst.nu())

    found = standen(hub)
    assert (of(found, "postbus_wachtend", kanaal="http"), of(found, "postbus_wachtend", kanaal="webhook")) == (2, 0)
    assert (of(found, "kanaal_teruggevallen"), of(found, "relay_achterstand_seconds")) == (1, 0)


def test_terms_are_open_until_their_last_day_and_then_overdue(hub: Hub, bewaar_bericht: Bewaar) -> None:
    kind = find("WMO323", "3.2")
    with hub.dienst.database.write() as conn:
        for i, dag in enumerate([date(2025, 1, 24), date(2025, 1, 27), date(2025, 1, 27), date(2025, 1, 28)]):
            termijnen.begin(conn, kind, bewaar_bericht(conn, f"B{i}"), "75000001", "0503", dag)
        termijnen.sluit(conn, 1, hub.dienst.nu(), hub.dienst.vandaag())

    # 27 January plus ten working days is today, 10 February.
    now, then = standen(hub), standen(hub.op(date(2025, 2, 11)))
    assert (of(now, "termijnen", status="open"), of(now, "termijnen", status="te_laat")) == (3, 0)
    assert (of(then, "termijnen", status="open"), of(then, "termijnen", status="te_laat")) == (1, 2)


def test_the_accounts_of_the_journal_sum_to_nothing(client: TestClient, keys: dict[str, str]) -> None:
    reply = post(client, keys, wmo323())

    found = scraped(client, keys)
    toegekend = reply.json()["toegekend"]
    assert of(found, "journaal_saldo_eurocent", rekening="gedeclareerd") == toegekend > 0
    assert of(found, "journaal_saldo_eurocent", rekening="te_betalen") == -toegekend
    assert summed(found, "journaal_saldo_eurocent") == 0


def test_the_journal_is_read_once_a_minute(
    client: TestClient, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(gauges, "monotonic", lambda: clock[0])
    before = scraped(client, keys)
    post(client, keys, wmo323())

    clock[0] += 59
    assert of(scraped(client, keys), "journaal_saldo_eurocent", rekening="gedeclareerd") == 0
    clock[0] += 1
    assert of(scraped(client, keys), "journaal_saldo_eurocent", rekening="gedeclareerd") > 0
    assert of(before, "journaal_saldo_eurocent", rekening="gedeclareerd") == 0


@contextmanager
def database_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    @contextmanager
    def read(self: Database) -> Iterator[None]:
        raise OperationalError("", None, Exception())
        yield

    with monkeypatch.context() as patch:
        patch.setattr(Database, "read", read)
        yield


def test_counters_show_when_the_database_does_not_answer(
    client: TestClient, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the key of the services: that of a party is in the database."""
    post(client, keys, wmo323())
    with database_away(monkeypatch):
        found = scraped(client, keys, "dienst")

    assert (of(found, "database_bereikbaar"), summed(found, "berichten_total")) == (0, 1)
    assert of(scraped(client, keys), "database_bereikbaar") == 1


# --- who may see it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("partij", ["beheer", "dienst"])
def test_who_runs_the_hub_sees_the_metrics(client: TestClient, keys: dict[str, str], partij: str) -> None:
    assert scraped(client, keys, partij)


@pytest.mark.parametrize("partij", ["0503", "75000001", "H5"])
def test_a_party_does_not(client: TestClient, keys: dict[str, str], partij: str) -> None:
    reply = client.get("/metrics", headers={"Authorization": f"Bearer {keys[partij]}"})

    assert (reply.status_code, reply.json()["type"]) == (403, "/problemen/scope-ontbreekt")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer bh_onbekend"}])
def test_a_stranger_does_not(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/metrics", headers=headers).status_code == 401


# --- ready -----------------------------------------------------------------------------------------------------------


def ready(client: TestClient) -> tuple[int, dict[str, str]]:
    reply = client.get("/readyz")
    return reply.status_code, reply.json()


def test_a_service_is_ready_with_its_database_at_our_version(client: TestClient) -> None:
    assert ready(client) == (
        200,
        {"status": "gereed", "database": "goed", "migraties": "goed", "broker": "niet ingesteld"},
    )


@pytest.mark.parametrize(
    "statement",
    ["UPDATE alembic_version SET version_num = '0001'", "DELETE FROM alembic_version", "DROP TABLE alembic_version"],
)
def test_another_version_of_the_database_is_named(client: TestClient, hub: Hub, statement: str) -> None:
    with hub.dienst.database.write() as conn:
        conn.execute(text(statement))

    status, stand = ready(client)
    assert (status, stand["status"], stand["database"]) == (503, "niet gereed", "goed")
    assert stand["migraties"] == "wijken af van deze versie"


def test_a_database_that_does_not_answer_is_named(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with database_away(monkeypatch):
        status, stand = ready(client)

    assert (status, stand["database"], stand["migraties"]) == (503, "onbereikbaar", "onbekend")
    assert ready(client)[0] == 200


@contextmanager
def with_broker(hub: Hub, port: int, password: str = "geheim") -> Iterator[TestClient]:
    url = SecretStr(f"amqp://hub:{password}@127.0.0.1:{port}/")
    dienst = replace(hub.dienst, settings=hub.dienst.settings.model_copy(update={"rabbitmq": url}))
    with TestClient(create_app(dienst, hub.bron)) as client:
        yield client


class Broker:
    """As much of a broker as a connection needs: RabbitMQ's first frames. `lets_in`: whether it knows the password."""

    def __init__(self, lets_in: bool = True) -> None:
        self.port = free_port(0)
        self.connections = 0
        self.lets_in = lets_in
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Broker":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        assert await reader.readexactly(8) == ProtocolHeader(0, 9, 1).marshal()
        replies: list[Any] = [commands.Connection.Start(server_properties={"capabilities": {}})]
        if self.lets_in:
            replies += [commands.Connection.Tune(10, 131072, 60), None, commands.Connection.OpenOk()]
        replies += [commands.Connection.CloseOk()]
        for reply in replies:
            if reply is not None:
                writer.write(frame.marshal(reply, 0))
            if isinstance(reply, commands.Connection.CloseOk):
                break
            await self._frame(reader)
        writer.close()

    @staticmethod
    async def _frame(reader: asyncio.StreamReader) -> None:
        head = await reader.readexactly(7)
        await reader.readexactly(int.from_bytes(head[3:7]) + 1)


def test_a_broker_that_lets_us_in_is_asked_once_for_many_probes(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(readiness, "monotonic", lambda: clock[0])
    with Broker() as broker, with_broker(hub, broker.port) as client:
        assert [ready(client)[1]["broker"] for _ in range(3)] == ["goed"] * 3
        assert broker.connections == 1
        clock[0] += 5
        assert ready(client)[0] == 200
        assert broker.connections == 2


def test_a_broker_that_is_away_is_named_without_its_password(hub: Hub, log: io.StringIO) -> None:
    with with_broker(hub, free_port(0), "zeergeheim") as client:
        reply = client.get("/readyz")

        assert (reply.status_code, reply.json()["broker"], reply.json()["database"]) == (503, "onbereikbaar", "goed")
        assert "zeergeheim" not in reply.text + log.getvalue()


def test_a_broker_that_closes_the_door_is_named(hub: Hub) -> None:
    with Broker(lets_in=False) as broker, with_broker(hub, broker.port) as client:
        assert ready(client)[1]["broker"] == "onbereikbaar"
