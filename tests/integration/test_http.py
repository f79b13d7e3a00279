"""The shared endpoints, with a function of three lines in the place of a service."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from kennis import NIETS
from log_lines import requests_in
from lxml import etree
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.routing import Mount

from services.kernel import berichten, catalogue, openapi, postbus, reading, tables, wiring
from services.kernel.berichten import Herhaling, Uitkomst, Verwijzing
from services.kernel.bevinding import Bevinding
from services.kernel.database import Database, DatabaseBezet
from services.kernel.http import create_app
from services.kernel.receiving import Beller, DezeDienst
from services.kernel.settings import Settings
from services.kernel.toegang import access, parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst, Ingekomen

BSN = "999900006"
ANTWOORD = b"<Antwoord/>"
V1 = "/declaration/v1"
XML = {"Content-Type": "application/xml"}
KEYS: dict[str, str] = {}

PARTIJEN = [
    Partij("0503", "gemeente", "Delft"),
    Partij("0603", "gemeente", "Rijswijk"),
    Partij("75000001", "aanbieder", "Aanbieder een"),
    Partij("75000002", "aanbieder", "Aanbieder twee"),
    Partij("SOFT01", "software", "Softwarehuis"),
    Partij("H5", "regio", "Regio"),
    Partij("BEHEER", "beheer", "Beheer"),
]

# --- a service of one function ---------------------------------------------------------------------------------------


def message(identificatie: str = "B1", **attributes: str) -> bytes:
    """What our fake service takes for a message; `fout` makes it fail, `antwoord` gives it an answer."""
    values = {"identificatie": identificatie, "verzender": "75000001", "bestemming": "0503", **attributes}
    return etree.tostring(etree.Element("Bericht", values))


def verwerk(dienst: Dienst, partij: Partij, bericht: Ingekomen, proef: bool) -> Uitkomst:
    """The story of a service, shortened: read, allowed, seen before, store, deliver."""
    content = bericht.stream.read()
    given = dict(etree.fromstring(content).attrib)
    fail(given.get("fout"))
    access.eis_namens(dienst, partij, given["verzender"], "bericht indienen")
    new = outcome(given)
    if proef:
        return new
    with dienst.database.write() as conn:
        eerder = berichten.zoek_eerder(conn, "WMO323", new.verzender, new.identificatie, bericht.sha256)
        if isinstance(eerder, Herhaling):
            return eerder.uitkomst
        if eerder is not None:
            taken = Bevinding(
                3, "TR056", "9056", "/Bericht/Header", "Identificatie", 1, "Al gebruikt.", "Nieuw nummer."
            )
            new = replace(new, oordeel="afgekeurd", bevindingen=(taken,))
        kept = dict(ontvangen=dienst.nu(), telt=eerder is None)
        soort = catalogue.find("WMO323", "3.2")
        nr = berichten.bewaar(
            conn, new, soort=soort, sha256=bericht.sha256, inhoud=content, antwoord_op=None, partij=partij.code, **kept
        )
        if "antwoord" in given:
            new = replace(new, retour=answer(conn, nr, new, dienst.nu()))
        fail(given.get("late_fout"))
        postbus.bezorg(conn, [(new.bestemming, nr)], dienst.nu())
    return new


def outcome(given: dict[str, str]) -> Uitkomst:
    return Uitkomst(
        *(str(uuid4()), "iwmo", "3.2", "WMO323", given["verzender"], given["bestemming"], given["identificatie"]),
        *("goedgekeurd", 126000, 126000, 41, (), None, True),
    )


def answer(conn: Any, nr: int, new: Uitkomst, nu: datetime) -> Verwijzing:
    soort = catalogue.find("WMO325", "3.2")
    own = replace(new, id=str(uuid4()), verzender=new.bestemming, bestemming=new.verzender)
    berichten.bewaar(
        conn, own, soort=soort, sha256="a" * 64, ontvangen=nu, telt=True, inhoud=ANTWOORD, antwoord_op=nr, partij=None
    )
    return Verwijzing("WMO325", own.id)


def fail(how: str | None) -> None:
    if how == "xsd":
        bevinding = Bevinding(1, "XSD", None, "/Bericht/Header", "Afzender", 3, "Onbekend element.", "Haal weg.")
        raise reading.ongeldig(catalogue.find("WMO323", "3.2"), (bevinding,))
    if how == "bezet":
        raise DatabaseBezet
    if how == "kapot":
        raise ValueError(f"client {BSN} heet Jansen")


# --- what the tests stand on -----------------------------------------------------------------------------------------


@pytest.fixture
def dienst(settings: Settings, db: Database, nu: datetime) -> Iterator[Dienst]:
    settings = settings.model_copy(update={"max_bytes": 1000, "declaration_database": db.url})
    dienst = wiring.wire("declaration", settings, lambda: nu)
    with dienst.database.write() as conn:
        for partij in PARTIJEN:
            parties.bewaar(conn, partij)
            KEYS[partij.code] = parties.nieuwe_sleutel(conn, partij.code, nu)
        parties.machtig(conn, "SOFT01", "75000001", date(2025, 1, 1))
        parties.machtig(conn, "SOFT01", "0503", date(2025, 1, 1))
    yield dienst
    dienst.database.close()


extra = APIRouter()


@extra.get("/proef/{nummer}", responses=openapi.problems(404))
def proef(nummer: int, partij: Beller, dienst: DezeDienst) -> dict[str, str]:
    """Een eigen adres van een dienst."""
    return {"partij": partij.code, "dienst": dienst.naam}


@pytest.fixture
def client(dienst: Dienst) -> Iterator[TestClient]:
    app = create_app(dienst, verwerk, NIETS, [extra], "Declaratie", "Proef.")
    mounted = Starlette(routes=[Mount("/declaration", app)])
    with TestClient(mounted, raise_server_exceptions=False) as client:
        yield client


def as_party(code: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEYS[code]}", **headers}


def post(client: TestClient, content: bytes, code: str = "75000001", path: str = "/berichten", **headers: str) -> Any:
    return client.post(f"{V1}{path}", content=content, headers=as_party(code, **XML) | headers)


def get(client: TestClient, path: str, code: str = "75000001") -> Any:
    return client.get(f"{V1}{path}", headers=as_party(code))


def count(dienst: Dienst, table: Any) -> int:
    with dienst.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def problem(reply: Any, status: int, type: str) -> dict[str, Any]:
    """The problem of a reply, after checking its shape."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["API-Version"] == openapi.API_VERSION
    found: dict[str, Any] = reply.json()
    openapi.Probleem.model_validate(found)
    assert (found["type"], found["status"]) == (f"/problemen/{type}", status)
    assert found["instance"] == f"urn:uuid:{reply.headers['X-Request-Id']}"
    return found


# --- handing in a message --------------------------------------------------------------------------------------------


def test_a_new_message_is_201_with_its_verdict_and_place(client: TestClient) -> None:
    reply = post(client, message(antwoord="ja"))

    found = reply.json()
    assert reply.status_code == 201
    assert reply.headers["Location"] == f"{V1}/berichten/{found['id']}"
    assert found["retour"] == {"berichtsoort": "WMO325", "href": f"{V1}/berichten/{found['id']}/retour"}
    assert (found["oordeel"], found["ingediend"], found["feedNr"]) == ("goedgekeurd", 126000, 41)
    openapi.Uitkomst.model_validate(found)


def test_the_same_message_again_is_200_with_the_same_verdict_and_stores_nothing(
    client: TestClient, dienst: Dienst
) -> None:
    first = post(client, message(antwoord="ja"))
    stored = [count(dienst, table) for table in (tables.bericht, tables.postbus, tables.inhoud)]
    again = post(client, message(antwoord="ja"))

    assert again.status_code == 200
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert [count(dienst, table) for table in (tables.bericht, tables.postbus, tables.inhoud)] == stored


def test_other_bytes_under_the_same_key_are_refused_with_a_code(client: TestClient) -> None:
    post(client, message())
    reply = post(client, message(extra="ja"))

    assert reply.status_code == 201
    assert (reply.json()["oordeel"], reply.json()["bevindingen"][0]["retourcode"]) == ("afgekeurd", "9056")


@pytest.mark.parametrize("status", [201, 200])
def test_who_asks_for_xml_gets_the_answer_itself(client: TestClient, status: int) -> None:
    if status == 200:
        post(client, message(antwoord="ja"))
    reply = post(client, message(antwoord="ja"), Accept="application/xml")

    assert (reply.status_code, reply.content) == (status, ANTWOORD)
    assert reply.headers["content-type"] == "application/xml"
    assert reply.headers["Location"].startswith(f"{V1}/berichten/")


def test_who_asks_for_xml_that_is_not_there_gets_202_with_the_place(client: TestClient) -> None:
    reply = post(client, message(), Accept="application/xml")

    assert (reply.status_code, reply.content) == (202, b"")
    assert get(client, reply.headers["Location"].removeprefix(V1)).json()["identificatie"] == "B1"


@pytest.mark.parametrize(
    ("accept", "xml"),
    [
        ("*/*", False),
        ("application/json", False),
        ("application/json, application/xml", False),
        ("application/xml, */*", True),
        ("text/xml;charset=utf-8", True),
        ("application/json;q=0.5, application/xml;q=0.9", True),
        ("application/xml;q=0", False),
        ("application/xml;q=x", False),
        ("text/html", False),
    ],
)
def test_accept_is_weighed(client: TestClient, accept: str, xml: bool) -> None:
    reply = post(client, message(antwoord="ja"), Accept=accept)

    assert (reply.content == ANTWOORD) is xml


def test_a_validation_is_the_same_verdict_and_stores_nothing(client: TestClient, dienst: Dienst) -> None:
    reply = post(client, message(antwoord="ja"), path="/validaties")

    assert reply.status_code == 200
    assert (reply.json()["id"], reply.json()["retour"], reply.json()["oordeel"]) == (None, None, "goedgekeurd")
    assert count(dienst, tables.bericht) == 0
    assert "Location" not in reply.headers


def test_a_party_sends_for_who_authorised_it(client: TestClient) -> None:
    assert post(client, message(), code="SOFT01").status_code == 201


def test_a_failure_half_way_leaves_nothing(client: TestClient, dienst: Dienst) -> None:
    problem(post(client, message(late_fout="kapot")), 500, "interne-fout")

    assert [count(dienst, table) for table in (tables.bericht, tables.inhoud, tables.postbus)] == [0, 0, 0]
    assert post(client, message()).status_code == 201


def test_no_more_messages_are_judged_at_once_than_there_are_places(dienst: Dienst) -> None:
    """One place: the second message waits for the first, and the postbus for neither."""
    one = replace(dienst, settings=dienst.settings.model_copy(update={"gelijktijdig": 1}))
    busy, release, judged = threading.Event(), threading.Event(), []

    def slow(dienst: Dienst, partij: Partij, bericht: Ingekomen, proef: bool) -> Uitkomst:
        judged.append(bericht.sha256)
        busy.set()
        assert release.wait(10)
        return verwerk(dienst, partij, bericht, proef)

    with TestClient(create_app(one, slow, NIETS, [], "Declaratie", "Proef.")) as client:
        headers = as_party("75000001", **XML)
        senders = [
            threading.Thread(
                target=client.post, args=("/v1/berichten",), kwargs=dict(content=message(b), headers=headers)
            )
            for b in ("B1", "B2")
        ]
        for sender in senders:
            sender.start()
        assert busy.wait(10)
        assert client.get("/v1/postbus", headers=headers).status_code == 200
        assert len(judged) == 1
        release.set()
        for sender in senders:
            sender.join()

    assert len(judged) == 2


# --- what bad input gets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}])
def test_without_a_key_it_is_401(client: TestClient, headers: dict[str, str]) -> None:
    reply = client.get(f"{V1}/postbus", headers=headers)

    problem(reply, 401, "niet-ingelogd")
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="berichtenhub"'


def test_with_an_unknown_key_it_is_401(client: TestClient) -> None:
    reply = client.get(f"{V1}/postbus", headers={"Authorization": "Bearer bh_onbekend"})

    problem(reply, 401, "niet-ingelogd")
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="berichtenhub", error="invalid_token"'


def test_nothing_is_read_for_a_stranger(client: TestClient) -> None:
    """The 401 comes before the 415 and the 413 that this body deserves."""
    reply = client.post(f"{V1}/berichten", content=b"x" * 2000, headers={"Content-Type": "text/plain"})

    problem(reply, 401, "niet-ingelogd")


def test_a_key_is_refused_from_the_moment_it_expires(client: TestClient, dienst: Dienst) -> None:
    with dienst.database.write() as conn:
        key = parties.nieuwe_sleutel(conn, "0503", dienst.nu(), vervalt=dienst.nu() - timedelta(seconds=1))

    problem(client.get(f"{V1}/postbus", headers={"Authorization": f"Bearer {key}"}), 401, "niet-ingelogd")


def test_the_other_service_is_known_by_the_key_the_two_share(client: TestClient, dienst: Dienst) -> None:
    key = dienst.settings.dienst_sleutel.get_secret_value()

    reply = client.get(f"{V1}/proef/1", headers={"Authorization": f"Bearer {key}"})
    assert reply.json() == {"partij": "dienst", "dienst": "declaration"}


def test_somebody_elses_code_as_sender_is_403_and_in_the_audit_trail(client: TestClient, dienst: Dienst) -> None:
    problem(post(client, message(), code="75000002"), 403, "niet-namens")

    with dienst.database.read() as conn:
        row = conn.execute(select(tables.audit)).one()
    assert (row.partij, row.actie, row.oorzaak, row.detail, row.tijdstip) == (
        *("75000002", "bericht indienen", "niet-namens", "namens 75000001"),
        dienst.nu(),
    )
    assert count(dienst, tables.bericht) == 0


def test_what_is_no_code_is_not_copied_to_the_audit_trail(client: TestClient, dienst: Dienst) -> None:
    problem(get(client, f"/postbus?partij={BSN}"), 403, "niet-namens")

    with dienst.database.read() as conn:
        assert BSN not in str(conn.execute(select(tables.audit)).one())


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"},
        {"Content-Type": ""},
        {"Content-Type": "application/xml; charset=iso-8859-1"},
        {"Content-Type": "application/xml; charset=\"'"},
        {"Content-Type": "application/xml; charset*=utf-8''utf-8"},
        {"Content-Type": b"application/xml; charset=\x80"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_what_is_no_plain_utf_8_xml_is_415(client: TestClient, headers: dict[str, Any]) -> None:
    problem(post(client, message(), **headers), 415, "verkeerd-mediatype")


@pytest.mark.parametrize("media_type", ["text/xml", "application/xml;charset=UTF-8", 'Text/XML; charset="utf-8"'])
def test_xml_is_taken_by_either_name(client: TestClient, media_type: str) -> None:
    assert post(client, message(), **{"Content-Type": media_type}).status_code == 201


def test_a_body_of_the_largest_size_is_read(client: TestClient) -> None:
    content = message()

    assert post(client, content + b" " * (1000 - len(content))).status_code == 201


def test_a_body_that_says_it_is_larger_is_413(client: TestClient) -> None:
    found = problem(post(client, b" " * 1001), 413, "te-groot")

    assert "1 kB" in found["detail"]


def test_a_body_that_turns_out_larger_is_413(client: TestClient, dienst: Dienst) -> None:
    """Sent in chunks, without a Content-Length."""
    chunks = (b" " * 400 for _ in range(3))

    problem(client.post(f"{V1}/berichten", content=chunks, headers=as_party("75000001", **XML)), 413, "te-groot")


def test_a_message_of_more_than_a_megabyte_is_spooled_and_read(dienst: Dienst) -> None:
    large = replace(dienst, settings=dienst.settings.model_copy(update={"max_bytes": 3_000_000}))
    content = message() + b"\n" * 2_000_000
    with TestClient(create_app(large, verwerk, NIETS, [], "Declaratie", "Proef.")) as client:
        reply = client.post("/v1/berichten", content=content, headers=as_party("75000001", **XML))
        found = client.get(f"/v1/berichten/{reply.json()['id']}/xml", headers=as_party("75000001"))

    assert found.content == content


def test_a_spooled_message_can_be_identified(tmp_path: Path, client: TestClient, dienst: Dienst) -> None:
    """lxml reads from the spooled file itself, also when it stands on disk."""

    def identify(dienst: Dienst, partij: Partij, bericht: Ingekomen, proef: bool) -> Uitkomst:
        soort = reading.identify(bericht.stream)
        return outcome({"verzender": "75000001", "bestemming": "0503", "identificatie": soort.naam})

    namespace = catalogue.find("WMO323", "3.2").namespace
    content = f'<Bericht xmlns="{namespace}"/>'.encode() + b"<!-- -->\n" * 150_000
    large = replace(dienst, settings=dienst.settings.model_copy(update={"max_bytes": 3_000_000}))
    with TestClient(create_app(large, identify, NIETS, [], "Declaratie", "Proef.")) as other:
        reply = other.post("/v1/validaties", content=content, headers=as_party("75000001", **XML))

    assert reply.json()["identificatie"] == "WMO323"


def test_what_does_not_fit_its_schema_is_400_with_what_and_where(client: TestClient) -> None:
    found = problem(post(client, message(fout="xsd")), 400, "xsd-ongeldig")

    assert found["aantalBevindingen"] == 1
    assert (found["bevindingen"][0]["regel"], found["bevindingen"][0]["regelnummer"]) == ("XSD", 3)


def test_a_busy_database_is_503_with_when_to_try_again(client: TestClient) -> None:
    reply = post(client, message(fout="bezet"))

    problem(reply, 503, "bezet")
    assert int(reply.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/postbus?na=-1", "na"),
        ("/postbus?na=x", "na"),
        (f"/postbus?na={2**63}", "na"),
        ("/postbus?limit=0", "limit"),
        ("/postbus?limit=501", "limit"),
        ("/berichten?oordeel=best", "oordeel"),
        ("/berichten?van=31-12-2025", "van"),
        ("/berichten?tot=9999-12-31", "tot"),
        ("/berichten?identificatie=%00", "identificatie"),
        ("/berichten/1", "id"),
    ],
)
def test_an_impossible_parameter_is_400_and_named_without_its_value(client: TestClient, path: str, name: str) -> None:
    found = problem(get(client, path), 400, "ongeldige-invoer")

    assert found["detail"] == f"Ongeldige of ontbrekende invoer: {name}."


@pytest.mark.parametrize("path", ["/", "/berichten/", "/onbekend", f"/{BSN}"])
def test_an_unknown_address_is_404(client: TestClient, path: str) -> None:
    found = problem(get(client, path), 404, "niet-gevonden")

    assert BSN not in json.dumps(found)


def test_an_unknown_address_outside_v1_is_404(client: TestClient) -> None:
    problem(client.get("/declaration/onbekend"), 404, "niet-gevonden")


def test_a_method_an_address_does_not_know_is_405(client: TestClient) -> None:
    reply = client.delete(f"{V1}/postbus", headers=as_party("0503"))

    problem(reply, 405, "methode-niet-toegestaan")
    assert reply.headers["Allow"] == "GET"


# --- finding it back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["75000001", "0503", "SOFT01", "BEHEER"])
def test_a_message_is_found_by_who_may_read_it(client: TestClient, code: str) -> None:
    posted = post(client, message(antwoord="ja")).json()

    assert get(client, f"/berichten/{posted['id']}", code).json() == posted
    assert get(client, f"/berichten/{posted['id']}/xml", code).content == message(antwoord="ja")
    assert get(client, f"/berichten/{posted['id']}/retour", code).content == ANTWOORD
    assert posted["id"] in [item["id"] for item in get(client, "/berichten", code).json()["items"]]


@pytest.mark.parametrize("code", ["0603", "75000002", "H5"])
def test_a_message_is_not_there_for_anybody_else(client: TestClient, code: str) -> None:
    posted = post(client, message(antwoord="ja")).json()

    for path in ("", "/xml", "/retour"):
        problem(get(client, f"/berichten/{posted['id']}{path}", code), 404, "niet-gevonden")
    assert get(client, "/berichten", code).json() == {"items": [], "volgende": None}


def test_content_is_sent_as_xml_and_not_kept_by_caches(client: TestClient) -> None:
    posted = post(client, message()).json()
    reply = get(client, f"/berichten/{posted['id']}/xml")

    assert reply.headers["content-type"] == "application/xml"
    assert reply.headers["Cache-Control"] == "no-store"


def test_an_answer_that_is_not_there_yet_is_404(client: TestClient) -> None:
    posted = post(client, message()).json()

    problem(get(client, f"/berichten/{posted['id']}/retour"), 404, "niet-gevonden")


def test_content_that_was_not_kept_is_404(
    client: TestClient, dienst: Dienst, bewaar_bericht: Callable[..., int]
) -> None:
    with dienst.database.write() as conn:
        bewaar_bericht(conn, inhoud=None)
    found = get(client, "/berichten").json()["items"][0]

    problem(get(client, f"/berichten/{found['id']}/xml"), 404, "niet-gevonden")


def test_a_search_goes_through_its_pages(client: TestClient) -> None:
    for i in range(5):
        post(client, message(f"B{i}"))
    first = get(client, "/berichten?limit=3").json()
    second = get(client, f"/berichten?limit=3&na={first['volgende']}").json()

    assert [item["identificatie"] for item in first["items"]] == ["B4", "B3", "B2"]
    assert [item["identificatie"] for item in second["items"]] == ["B1", "B0"]
    assert second["volgende"] is None
    openapi.Berichten.model_validate(first)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("identificatie=B1", 1),
        ("identificatie=B2", 0),
        ("berichtsoort=WMO323&verzender=75000001&bestemming=0503&oordeel=goedgekeurd", 1),
        ("van=2025-02-03&tot=2025-02-03", 1),
        ("van=2025-02-04", 0),
        ("tot=2025-02-02", 0),
    ],
)
def test_a_search_asks_what_is_asked(client: TestClient, query: str, found: int) -> None:
    post(client, message())

    assert len(get(client, f"/berichten?{query}").json()["items"]) == found


# --- the postbus -----------------------------------------------------------------------------------------------------


def test_a_message_lies_in_the_postbus_of_who_it_is_for(client: TestClient) -> None:
    posted = post(client, message()).json()
    found = get(client, "/postbus", "0503").json()

    openapi.Postbus.model_validate(found)
    assert found["volgende"] is None
    assert [(item["nr"], item["berichtId"]) for item in found["items"]] == [(1, posted["id"])]
    assert get(client, found["items"][0]["href"].removeprefix(V1), "0503").content == message()
    assert get(client, "/postbus").json()["items"] == []


def test_a_postbus_goes_through_its_pages(client: TestClient) -> None:
    for i in range(3):
        post(client, message(f"B{i}"))
    first = get(client, "/postbus?limit=2", "0503").json()
    second = get(client, f"/postbus?limit=2&na={first['volgende']}", "0503").json()

    assert [item["nr"] for item in [*first["items"], *second["items"]]] == [1, 2, 3]
    assert (first["volgende"], second["volgende"]) == (2, None)


def test_receipt_is_confirmed_once_and_may_be_confirmed_again(client: TestClient) -> None:
    post(client, message())

    for _ in range(2):
        reply = client.post(f"{V1}/postbus/1/ontvangst", headers=as_party("0503"))
        assert (reply.status_code, reply.content) == (204, b"")
    assert get(client, "/postbus", "0503").json()["items"][0]["bevestigd"] == "2025-02-03T09:15:00+00:00"


def test_the_row_of_another_postbus_is_not_confirmed(client: TestClient) -> None:
    post(client, message())

    reply = client.post(f"{V1}/postbus/1/ontvangst", headers=as_party("75000001"))
    problem(reply, 404, "niet-gevonden")


def test_who_is_authorised_reads_and_confirms_for_another(client: TestClient) -> None:
    post(client, message())

    assert len(get(client, "/postbus?partij=0503", "SOFT01").json()["items"]) == 1
    assert client.post(f"{V1}/postbus/1/ontvangst?partij=0503", headers=as_party("SOFT01")).status_code == 204


def test_who_is_not_authorised_reads_nothing_and_is_in_the_audit_trail(client: TestClient, dienst: Dienst) -> None:
    problem(get(client, "/postbus?partij=0503", "75000002"), 403, "niet-namens")
    problem(client.post(f"{V1}/postbus/1/ontvangst?partij=0503", headers=as_party("75000002")), 403, "niet-namens")

    with dienst.database.read() as conn:
        assert conn.execute(select(tables.audit.c.actie)).scalars().all() == ["postbus lezen", "ontvangst bevestigen"]


# --- health, log, document -------------------------------------------------------------------------------------------


def test_health_asks_for_no_key(client: TestClient) -> None:
    reply = client.get("/declaration/healthz")

    assert (reply.status_code, reply.json()) == (200, {"status": "ok", "dienst": "declaration"})
    assert reply.headers["API-Version"] == openapi.API_VERSION


def test_a_message_is_one_line_of_log(client: TestClient, log: io.StringIO) -> None:
    post(client, message())
    reply = post(client, message(extra="ja"))

    (line,) = requests_in(log, reply)
    assert line["ms"] >= 0
    assert {
        name: line[name] for name in ("dienst", "methode", "verrichting", "status", "partij", "berichtsoort", "oordeel")
    } == {
        "dienst": "declaration",
        "methode": "POST",
        "verrichting": "postBericht",
        "status": 201,
        "partij": "75000001",
        "berichtsoort": "WMO323",
        "oordeel": "afgekeurd",
    }
    assert (line["codes"], line["grootte"]) == (["9056"], len(message(extra="ja")))


@pytest.mark.parametrize(
    "path", ["/berichten?identificatie=Jansen", f"/berichten?identificatie={BSN}", "/postbus?partij=Jansen", "/Jansen"]
)
def test_a_line_of_log_holds_neither_query_nor_path_of_the_caller(
    client: TestClient, log: io.StringIO, path: str
) -> None:
    get(client, path)

    assert "Jansen" not in log.getvalue()
    assert BSN not in log.getvalue()


def test_what_breaks_is_500_and_logged_without_what_it_says(client: TestClient, log: io.StringIO) -> None:
    reply = post(client, message(fout="kapot"))

    found = problem(reply, 500, "interne-fout")
    lines = requests_in(log, reply)
    assert [line.get("status") for line in lines] == [500, None]
    assert lines[1]["fout"][0]["soort"] == "builtins.ValueError"
    for text in (json.dumps(found), log.getvalue()):
        assert BSN not in text
        assert "Jansen" not in text


def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{V1}/openapi.json").json()
    return found


def test_the_document_has_paths_relative_to_a_server_that_ends_in_v1(client: TestClient) -> None:
    found = document(client)

    assert [server["url"] for server in found["servers"]] == [V1]
    assert {"/berichten", "/validaties", "/berichten/{id}/xml", "/postbus/{nr}/ontvangst", "/proef/{nummer}"} <= set(
        found["paths"]
    )
    assert found["info"]["contact"].keys() == {"name", "url", "email"}


def test_the_document_is_as_the_design_rules_ask(client: TestClient) -> None:
    found = document(client)

    ids = []
    for path, item in found["paths"].items():
        for method, operation in item.items():
            ids.append(operation["operationId"])
            assert "422" not in operation["responses"]
            assert {"401", "500"} <= operation["responses"].keys()
            if method != "get" or "parameters" in operation:
                assert "400" in operation["responses"], path
            for status, reply in operation["responses"].items():
                assert "API-Version" in reply["headers"]
                assert reply["description"] != "Successful Response"
                assert (status < "400") or list(reply["content"]) == ["application/problem+json"]
    assert len(ids) == len(set(ids))
    assert found["components"]["securitySchemes"]["sleutel"]["scheme"] == "bearer"
    assert {"title", "status", "detail"} <= found["components"]["schemas"]["Probleem"]["properties"].keys()
    assert "HTTPValidationError" not in found["components"]["schemas"]


def test_the_document_says_that_a_message_is_sent_as_xml(client: TestClient) -> None:
    operation = document(client)["paths"]["/berichten"]["post"]

    assert set(operation["requestBody"]["content"]) == {"application/xml", "text/xml"}
    assert {"200", "201", "202", "400", "401", "403", "409", "413", "415", "503"} <= operation["responses"].keys()


def test_the_document_can_be_read_as_a_page(client: TestClient) -> None:
    reply = client.get(f"{V1}/docs")

    assert reply.status_code == 200
    assert "swagger-ui" in reply.text
