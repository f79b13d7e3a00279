"""Terms: who waits for whose answer, until when, and what happens when it does not come."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allocation_service import DELFT, EEN
from allocation_service import Hub as Allocation
from declaration_hub import make_hub
from fastapi.testclient import TestClient
from forwarding_messages import heen, retour
from kennis import NIETS
from sqlalchemy import select

from builders import set_text, wmo301, wmo302, wmo323, wmo325
from services.kernel import gebeurtenissen, postbus, tables, termijnen, wiring
from services.kernel.catalogue import CATALOGUE, find
from services.kernel.database import Database
from services.kernel.http import create_app
from services.kernel.settings import Settings
from services.kernel.termijnen import Termijn, Termijnvraag
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

Bewaar = Callable[..., int]
MAANDAG = date(2025, 2, 3)
# Ten working days after it: a 323 may wait until then.
LAATSTE_DAG = date(2025, 2, 17)
PARTIJEN = [
    Partij("0503", "gemeente", "Delft"),
    Partij("0603", "gemeente", "Rijswijk"),
    Partij("75000001", "aanbieder", "Aanbieder een"),
    Partij("75000002", "aanbieder", "Aanbieder twee"),
    Partij("SOFT01", "software", "Softwarehuis"),
    Partij("H5", "regio", "Regio"),
    Partij("BEHEER", "beheer", "Beheer"),
]


@pytest.fixture
def dienst(settings: Settings, db: Database) -> Iterator[Dienst]:
    """Declaration on Monday 3 February 2025; `op` gives it another day."""
    made = wiring.wire("declaration", settings.model_copy(update={"declaration_database": db.url}))
    yield op(made, MAANDAG)
    made.database.close()


def op(dienst: Dienst, dag: date) -> Dienst:
    """The same service on another day, at ten in the morning."""
    moment = datetime(dag.year, dag.month, dag.day, 9, tzinfo=UTC)
    return replace(dienst, vandaag=lambda: dag, nu=lambda: moment)


@pytest.fixture
def wacht(dienst: Dienst, bewaar_bericht: Bewaar) -> Callable[..., int]:
    """A function that lets a message wait, received on `dag`; the number of its row."""

    def wacht(identificatie: str = "B1", dag: date = MAANDAG, soort: str = "WMO323", **changes: str) -> int:
        wie = {"verzender": "75000001", "bestemming": "0503", **changes}
        kind = next(kind for kind in CATALOGUE if kind.naam == soort)
        with dienst.database.write() as conn:
            nr = bewaar_bericht(conn, identificatie, soort=soort, release=kind.release, **wie)
            termijnen.begin(conn, kind, nr, wie["verzender"], wie["bestemming"], dag)
        return nr

    return wacht


def sluit(dienst: Dienst, nr: int) -> None:
    with dienst.database.write() as conn:
        termijnen.sluit(conn, nr, dienst.nu(), dienst.vandaag())


def lees(dienst: Dienst, *status: Any, **changes: Any) -> list[Termijn]:
    vraag = Termijnvraag(None, **changes) if not status else Termijnvraag(None, status=status, **changes)
    with dienst.database.read() as conn:
        return termijnen.lees(conn, vraag, dienst.vandaag(), 0, 500)


def post(dienst: Dienst, code: str) -> list[str]:
    """What lies in a party's postbus, by kind."""
    with dienst.database.read() as conn:
        return [stuk.berichtsoort for stuk in postbus.lees(conn, code, 0, 500)]


def events(dienst: Dienst) -> list[Any]:
    with dienst.database.read() as conn:
        return list(conn.execute(select(tables.gebeurtenis).order_by(tables.gebeurtenis.c.nr)))


# --- until which day -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("soort", "dag", "uiterlijk"),
    [
        ("WMO301", date(2025, 2, 3), date(2025, 2, 6)),
        ("WMO301", date(2025, 2, 7), date(2025, 2, 12)),  # over a weekend
        ("JW301", date(2025, 2, 8), date(2025, 2, 12)),  # received on a Saturday
        ("WMO323", date(2025, 2, 3), LAATSTE_DAG),
        ("WMO303", date(2025, 2, 3), date(2025, 3, 3)),
        ("WMO323", date(2025, 4, 14), date(2025, 4, 30)),  # Goede Vrijdag, Tweede paasdag
        ("WMO301", date(2025, 5, 2), date(2025, 5, 8)),  # 5 May
        ("WMO319", date(2025, 12, 24), date(2025, 12, 31)),  # Christmas
    ],
)
def test_a_term_is_in_working_days_after_the_day_of_receipt(
    dienst: Dienst, wacht: Callable[..., int], soort: str, dag: date, uiterlijk: date
) -> None:
    wacht(dag=dag, soort=soort)

    (found,) = lees(dienst)
    assert (found.uiterlijk, found.antwoord) == (uiterlijk, next(k.antwoord for k in CATALOGUE if k.naam == soort))


@pytest.mark.parametrize("soort", [soort.naam for soort in CATALOGUE if soort.antwoord_op and soort.release == "3.2"])
def test_what_is_an_answer_waits_for_nothing(dienst: Dienst, wacht: Callable[..., int], soort: str) -> None:
    wacht(soort=soort)

    assert lees(dienst, *STATUSES) == []


STATUSES = ("open", "vandaag", "te_laat", "beantwoord", "te_laat_beantwoord")


@pytest.mark.parametrize(
    ("dag", "status", "antwoord"),
    [
        (LAATSTE_DAG - timedelta(days=1), "open", "beantwoord"),
        (LAATSTE_DAG, "vandaag", "beantwoord"),
        (LAATSTE_DAG + timedelta(days=1), "te_laat", "te_laat_beantwoord"),
    ],
)
def test_on_the_last_day_an_answer_is_in_time_and_the_day_after_it_is_late(
    dienst: Dienst, wacht: Callable[..., int], dag: date, status: str, antwoord: str
) -> None:
    nr, then = wacht(), op(dienst, dag)

    for expected in (status, antwoord):
        found = {each: [item.nr for item in lees(then, each)] for each in STATUSES}
        assert found == {each: [nr] if each == expected else [] for each in STATUSES}
        assert [item.status(dag) for item in lees(then, *STATUSES)] == [expected]
        sluit(then, nr)


def test_the_first_answer_is_what_ends_a_term(dienst: Dienst, wacht: Callable[..., int]) -> None:
    nr = wacht()
    sluit(dienst, nr)
    sluit(op(dienst, date(2026, 1, 1)), nr)

    (found,) = lees(dienst, "beantwoord")
    assert found.beantwoord == dienst.nu()


def test_an_answer_to_what_has_no_term_changes_nothing(dienst: Dienst) -> None:
    sluit(dienst, 7)

    assert lees(dienst, *STATUSES) == []


# --- overdue ---------------------------------------------------------------------------------------------------------


def test_nothing_is_told_on_the_last_day(dienst: Dienst, wacht: Callable[..., int]) -> None:
    wacht()

    assert termijnen.meld_verlopen(op(dienst, LAATSTE_DAG)) == 0
    assert (events(dienst), post(dienst, "0503"), post(dienst, "75000001")) == ([], [], [])


def test_the_day_after_both_parties_get_the_same_event(dienst: Dienst, wacht: Callable[..., int]) -> None:
    nr = wacht()
    then = op(dienst, LAATSTE_DAG + timedelta(days=1))

    assert termijnen.meld_verlopen(then) == 1

    (event,) = events(dienst)
    assert (event.soort, event.bericht, event.tijdstip) == (gebeurtenissen.TERMIJN_VERLOPEN, nr, then.nu())
    assert event.data == {
        "berichtsoort": "WMO323",
        "release": "3.2",
        "identificatie": "B1",
        "wachtend": "75000001",
        "plichtig": "0503",
        "antwoord": "WMO325",
        "uiterlijk": "2025-02-17",
    }
    for code in ("75000001", "0503"):
        with dienst.database.read() as conn:
            (stuk,) = postbus.lees(conn, code, 0, 10)
        assert (stuk.id, stuk.berichtsoort) == (event.id, gebeurtenissen.TERMIJN_VERLOPEN)
    assert [item.gemeld for item in lees(then)] == [then.nu()]


@pytest.mark.parametrize("dag", [LAATSTE_DAG, LAATSTE_DAG + timedelta(days=2)], ids=["set back", "later"])
def test_what_was_told_is_not_told_again(dienst: Dienst, wacht: Callable[..., int], dag: date) -> None:
    wacht()
    termijnen.meld_verlopen(op(dienst, LAATSTE_DAG + timedelta(days=1)))

    for day in (dag, LAATSTE_DAG + timedelta(days=1)):
        assert termijnen.meld_verlopen(op(dienst, day)) == 0
    assert post(dienst, "0503") == [gebeurtenissen.TERMIJN_VERLOPEN]


def test_what_was_answered_is_not_told(dienst: Dienst, wacht: Callable[..., int]) -> None:
    sluit(dienst, wacht())

    assert termijnen.meld_verlopen(op(dienst, date(2026, 1, 1))) == 0


def test_an_answer_after_the_event_still_ends_the_term(dienst: Dienst, wacht: Callable[..., int]) -> None:
    nr, then = wacht(), op(dienst, LAATSTE_DAG + timedelta(days=1))
    termijnen.meld_verlopen(then)
    sluit(then, nr)

    (found,) = lees(then, "te_laat_beantwoord")
    assert (found.beantwoord, found.gemeld) == (then.nu(), then.nu())


def test_many_are_told_in_the_order_in_which_they_became_due(
    dienst: Dienst, wacht: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(termijnen, "_PER_KEER", 3)
    for i in range(8):
        wacht(f"B{i}", dag=MAANDAG - timedelta(days=7 * i))

    assert termijnen.meld_verlopen(op(dienst, date(2026, 1, 1))) == 8
    assert [event.data["identificatie"] for event in events(dienst)] == [f"B{i}" for i in reversed(range(8))]


def test_after_a_crash_half_way_each_is_told_once(
    dienst: Dienst, wacht: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(3):
        wacht(f"B{i}")
    then = op(dienst, date(2026, 1, 1))

    def crash(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(postbus, "bezorg", crash)
        with pytest.raises(ZeroDivisionError):
            termijnen.meld_verlopen(then)
    assert events(dienst) == []

    assert termijnen.meld_verlopen(then) == 3
    assert len(post(dienst, "0503")) == len(post(dienst, "75000001")) == 3


def test_several_clocks_tell_each_once(
    dienst: Dienst, wacht: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(termijnen, "_PER_KEER", 2)
    for i in range(12):
        wacht(f"B{i}")
    told: list[int] = []

    def klok() -> None:
        own = wiring.wire("declaration", dienst.settings)
        with closing(own.database):
            told.append(termijnen.meld_verlopen(op(own, date(2026, 1, 1))))

    threads = [threading.Thread(target=klok) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(told), sum(told)) == (5, 12)
    assert len(post(dienst, "0503")) == len(post(dienst, "75000001")) == 12


def test_an_event_holds_no_nine_digits(dienst: Dienst, wacht: Callable[..., int]) -> None:
    wacht("999900006")
    termijnen.meld_verlopen(op(dienst, date(2026, 1, 1)))

    assert events(dienst)[0].data["identificatie"] == "#########"


# --- from the messages themselves ------------------------------------------------------------------------------------


@pytest.fixture
def allocation(tmp_path: Path) -> Iterator[Allocation]:
    hub = Allocation(tmp_path / "allocation")
    yield hub
    hub.dienst.database.close()


def waiting(dienst: Dienst) -> list[tuple[str, str, str, str]]:
    return [(item.identificatie, item.wachtend, item.plichtig, item.antwoord) for item in lees(dienst)]


def test_an_accepted_301_waits_for_the_302_of_the_aanbieder(allocation: Allocation) -> None:
    message = wmo301()
    allocation.send(DELFT, message, proef=True)
    assert waiting(allocation.dienst) == []

    allocation.send(DELFT, message)
    allocation.send(DELFT, message)

    assert waiting(allocation.dienst) == [("T0001", "0503", "75000001", "WMO302")]
    answer = wmo302(message)
    allocation.send(EEN, answer, proef=True)
    assert len(waiting(allocation.dienst)) == 1

    allocation.send(EEN, answer)
    allocation.send(EEN, answer)
    assert waiting(allocation.dienst) == []
    assert [item.identificatie for item in lees(allocation.dienst, "beantwoord")] == ["T0001"]


@pytest.mark.parametrize("aanbieder", ["75000001", "75000002"], ids=["the hub answers", "only the reply says why"])
def test_a_refused_301_waits_for_nobody(allocation: Allocation, aanbieder: str) -> None:
    allocation.send(DELFT, wmo301(ontvanger=aanbieder))
    refused = allocation.send(DELFT, wmo301(ontvanger=aanbieder, dagtekening="2024-12-17"))

    assert (refused.oordeel, refused.retour is None) == ("afgekeurd", aanbieder == "75000002")
    assert [item.id for item in lees(allocation.dienst, *STATUSES) if item.id == refused.id] == []
    assert len(waiting(allocation.dienst)) == 1


@pytest.mark.parametrize("soort", ["WMO305", "JW307", "WMO315", "JW317", "WMO319"])
def test_what_is_passed_on_waits_for_its_retour(allocation: Allocation, soort: str) -> None:
    kind = find(soort, "3.2")
    van, naar = (DELFT, EEN) if kind.rol == "gemeente" else (EEN, DELFT)
    allocation.send(van, heen(soort))
    allocation.send(van, set_text(heen(soort), "BerichtIdentificatie/Dagtekening", "2025-02-02"))  # 9056: goes nowhere

    assert waiting(allocation.dienst) == [("B1", van.code, naar.code, kind.antwoord)]
    assert kind.antwoord is not None
    allocation.send(naar, retour(kind.antwoord))
    assert waiting(allocation.dienst) == []


def test_a_declaratie_waits_where_the_gemeente_judges_and_not_where_the_hub_does(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs()
    hub.toewijs(gemeente="0603", nummer=1001)
    hub.post(wmo323())
    hub.post(wmo323(ontvanger="0603", identificatie="D2", nummer="N2"), proef=True)
    assert waiting(hub.dienst) == []

    hub.post(wmo323(ontvanger="0603", identificatie="D2", nummer="N2"))
    hub.post(wmo323(ontvanger="0603", identificatie="D2", nummer="N2"))

    assert waiting(hub.dienst) == [("D2", "75000001", "0603", "WMO325")]
    hub.post(wmo325(wmo323(ontvanger="0603", identificatie="D2", nummer="N2")), als="0603")
    assert waiting(hub.dienst) == []
    hub.dienst.database.close()


# --- over HTTP -------------------------------------------------------------------------------------------------------

KEYS: dict[str, str] = {}


@pytest.fixture
def client(dienst: Dienst, wacht: Callable[..., int]) -> Iterator[TestClient]:
    """On the day after the term of B1: told, not answered; B2 is open, B3 was answered in time, B4 is of others."""
    now = op(dienst, LAATSTE_DAG + timedelta(days=1))
    with dienst.database.write() as conn:
        for partij in PARTIJEN:
            parties.bewaar(conn, partij)
            KEYS[partij.code] = parties.nieuwe_sleutel(conn, partij.code, dienst.nu())
        parties.machtig(conn, "SOFT01", "0603", date(2025, 1, 1))
        parties.machtig(conn, "SOFT01", "75000001", date(2025, 1, 1), date(2025, 1, 31))
    wacht("B1")
    wacht("B2", dag=LAATSTE_DAG)
    sluit(dienst, wacht("B3"))
    wacht("B4", verzender="75000002", bestemming="0603", dag=LAATSTE_DAG)
    termijnen.meld_verlopen(now)
    with TestClient(create_app(now, None, NIETS, [], "Declaratie", "Proef.")) as client:  # type: ignore[arg-type]
        yield client


def get(client: TestClient, code: str, query: str = "") -> Any:
    return client.get(f"/v1/termijnen{query}", headers={"Authorization": f"Bearer {KEYS[code]}"})


def found(reply: Any) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [item["identificatie"] for item in reply.json()["items"]]


def test_a_term_is_given_with_all_that_is_known_of_it(client: TestClient) -> None:
    item = get(client, "75000001").json()["items"][0]

    assert item == {
        "berichtId": item["berichtId"],
        "standaard": "iwmo",
        "release": "3.2",
        "berichtsoort": "WMO323",
        "identificatie": "B1",
        "wachtend": "75000001",
        "plichtig": "0503",
        "antwoord": "WMO325",
        "ontvangen": "2025-02-03T09:15:00+00:00",
        "uiterlijk": "2025-02-17",
        "status": "te_laat",
        "beantwoord": None,
        "gemeld": "2025-02-18T09:00:00+00:00",
        "href": f"/declaration/v1/berichten/{item['berichtId']}",
    }
    assert client.get(item["href"].removeprefix("/declaration"), headers=auth("75000001")).status_code == 200


def auth(code: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEYS[code]}"}


@pytest.mark.parametrize(
    ("code", "query", "expected"),
    [
        ("75000001", "", ["B1", "B2"]),
        ("0503", "", ["B1", "B2"]),
        ("0603", "", ["B4"]),
        ("SOFT01", "", ["B4"]),
        ("SOFT01", "?partij=0603", ["B4"]),
        ("H5", "", []),
        ("H5", "?partij=H5", []),
        ("BEHEER", "", ["B1", "B2", "B4"]),
        ("BEHEER", "?partij=0503", ["B1", "B2"]),
        ("0503", "?rol=plichtig", ["B1", "B2"]),
        ("0503", "?rol=wachtend", []),
        ("75000001", "?status=te_laat", ["B1"]),
        ("75000001", "?status=open", ["B2"]),
        ("75000001", "?status=vandaag", []),
        ("75000001", "?status=te_laat&status=beantwoord", ["B1", "B3"]),
        ("75000001", "?status=te_laat_beantwoord", []),
    ],
)
def test_a_party_sees_its_own_terms_that_it_asks_for(
    client: TestClient, code: str, query: str, expected: list[str]
) -> None:
    assert found(get(client, code, query)) == expected


@pytest.mark.parametrize(("code", "namens"), [("0603", "0503"), ("SOFT01", "75000001"), ("H5", "0503")])
def test_terms_of_another_are_403(client: TestClient, code: str, namens: str) -> None:
    reply = get(client, code, f"?partij={namens}")

    assert (reply.status_code, reply.json()["type"]) == (403, "/problemen/niet-namens")


@pytest.mark.parametrize(("query", "name"), [("?status=oud", "status"), ("?rol=beide", "rol"), ("?na=-1", "na")])
def test_an_impossible_question_is_400(client: TestClient, query: str, name: str) -> None:
    reply = get(client, "0503", query)

    assert reply.status_code == 400
    assert name in reply.json()["detail"] or "0" in reply.json()["detail"]


def test_terms_go_through_their_pages(client: TestClient) -> None:
    first = get(client, "BEHEER", "?limit=2")
    then = get(client, "BEHEER", f"?limit=2&na={first.json()['volgende']}")

    assert (found(first), found(then), then.json()["volgende"]) == (["B1", "B2"], ["B4"], None)


def test_without_a_key_there_are_no_terms(client: TestClient) -> None:
    assert client.get("/v1/termijnen").status_code == 401


def test_both_parties_can_read_the_event_and_others_cannot(client: TestClient) -> None:
    stuk = client.get("/v1/postbus", headers=auth("0503")).json()["items"][0]
    path = stuk["href"].removeprefix("/declaration")

    assert [client.get(path, headers=auth(code)).status_code for code in ("0503", "75000001", "0603")] == [
        200,
        200,
        404,
    ]


def test_the_document_says_how_long_each_answer_may_take(client: TestClient) -> None:
    text = client.get("/v1/openapi.json").json()["paths"]["/termijnen"]["get"]["description"]

    assert "3 voor 301, 305, 307, 315, 317, 319; 10 voor 323; 20 voor 303" in text.replace("; 305", ", 305")
