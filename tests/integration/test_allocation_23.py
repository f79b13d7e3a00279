"""A 301 of 2.3 and its 302 through the whole service, and the one number space of both releases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from allocation_judging import SCHEMAS, WMO301_23, WMO302_23, retour
from allocation_service import DELFT, EEN, NU, TWEE, Hub
from builders_23 import beschikking, product23, wmo301_23, wmo302_23
from fastapi.testclient import TestClient
from lxml import etree

from builders import NS, client, product, text, wmo301, wmo302
from services.allocation import process as story
from services.allocation import tables
from services.allocation.api import create_app
from services.kernel import tables as kernel
from services.kernel.reading import Afwijzing, as_stream
from services.kernel.toegang import parties

HEEN = wmo301_23()
BROKEN = wmo301_23(client=client(bsn="999900007"))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.dienst.database.close()


def version(identificatie: str, tijd: str = "10:00:00", **changes: object) -> bytes:
    """A 301 of 2.3 with one version of allocation 1001."""
    return wmo301_23(product23(toewijzingstijd=tijd, **changes), identificatie=identificatie)


def later(identificatie: str, tijd: str = "11:00:00", **changes: object) -> bytes:
    """A 301 of 3.2 with a version of the same allocation 1001."""
    same = {"ingangsdatum": "2024-12-30", "einddatum": "2025-12-28", "toewijzingstijd": tijd}
    return wmo301(product(**{**same, **changes}), identificatie=identificatie)


def refused(hub: Hub, xml: bytes) -> Afwijzing:
    """What the hub says to a 302 it does not take, after proving that it kept nothing of it."""
    before = hub.counts()
    with pytest.raises(Afwijzing) as caught:
        hub.send(EEN, xml)
    assert hub.counts() == before
    return caught.value


def listed(hub: Hub) -> list[tuple[str, int | None]]:
    return [(row.soort, row.nummer) for row in hub.rows(tables.signaal)]


# --- passed ----------------------------------------------------------------------------------------------------------


def test_a_passed_301_is_stored_told_and_routed(hub: Hub) -> None:
    outcome = hub.send(DELFT, HEEN)

    assert (outcome.oordeel, outcome.release, outcome.bevindingen) == ("goedgekeurd", "2.3", ())
    assert hub.postbus("75000001") == ["WMO301"]
    assert hub.content(outcome.id) == HEEN
    (row,) = hub.feed()
    assert row.pop("bsnHash")
    assert row == {
        "nr": 1,
        "gemeente": "0503",
        "domein": "wmo",
        "nummer": 1001,
        "aanbieder": "75000001",
        "status": "actueel",
        "release": "2.3",
        "categorie": "02",
        "code": "SPF3",
        "ingangsdatum": "2024-12-30",
        "einddatum": "2025-12-28",
        "volume": 1,
        "eenheid": "82",
        "frequentie": "3",
        "budget": None,
        "redenWijziging": None,
        "toewijzingsdatum": "2024-12-16",
        "toewijzingstijd": "10:00:00",
    }


@pytest.mark.parametrize("frequentie", ["3", "5"])
def test_Frequentie_3_and_5_are_kept_as_they_are(hub: Hub, frequentie: str) -> None:
    hub.send(DELFT, version("T1", frequentie=frequentie, einddatum=None))

    assert (hub.actual()["frequentie"], hub.actual()["einddatum"]) == (frequentie, None)


def test_a_replay_gives_the_first_answer_again(hub: Hub) -> None:
    first = hub.send(DELFT, HEEN)
    before = hub.counts()

    assert (hub.send(DELFT, HEEN).id, hub.counts()) == (first.id, before)


def test_a_trial_stores_nothing(hub: Hub) -> None:
    before = hub.counts()

    assert hub.send(DELFT, HEEN, proef=True).oordeel == "goedgekeurd"
    assert hub.counts() == before


# --- a number absent, or of another ----------------------------------------------------------------------------------


def test_a_product_without_a_number_is_passed_on_not_stored_and_listed(hub: Hub) -> None:
    outcome = hub.send(DELFT, wmo301_23(product23(nummer=None)))

    assert outcome.oordeel == "goedgekeurd"
    assert hub.postbus("75000001") == ["WMO301"]
    assert (hub.feed(), hub.rows(tables.toewijzing_versie)) == ([], [])
    assert listed(hub) == [("zonder-nummer", None)]
    (row,) = hub.rows(tables.signaal)
    assert row.omschrijving.startswith("02 SPF3 vanaf 2024-12-30: ")
    assert "999900006" not in row.omschrijving


def test_the_numbered_products_beside_it_are_stored(hub: Hub) -> None:
    hub.send(DELFT, wmo301_23(product23(nummer=None), product23(code="FIN1"), product23(nummer=None, code="HUI1")))

    assert [(row["nummer"], row["code"]) for row in hub.feed()] == [(1001, "FIN1")]
    assert listed(hub) == [("zonder-nummer", None)] * 2


def test_a_refusing_302_of_a_301_with_a_product_without_a_number(hub: Hub) -> None:
    heen = wmo301_23(product23(), product23(nummer=None, code="FIN1"))
    hub.send(DELFT, heen)

    hub.send(EEN, wmo302_23(heen, codes=("S329",)))

    assert [row["status"] for row in hub.feed()] == ["actueel", "vervallen"]


@pytest.mark.parametrize(
    "other",
    [
        wmo301_23(client=client(bsn="999900018"), identificatie="T2"),
        wmo301_23(ontvanger="75000002", identificatie="T2"),
        version("T2", code="SPF4"),
        version("T2", ingangsdatum="2025-01-27"),
    ],
    ids=["client", "aanbieder", "product", "ingangsdatum"],
)
def test_a_number_of_another_toewijzing_is_passed_on_not_stored_and_listed(hub: Hub, other: bytes) -> None:
    hub.send(DELFT, HEEN)

    outcome = hub.send(DELFT, other)

    assert outcome.oordeel == "goedgekeurd"
    assert "WMO301" in hub.postbus(outcome.bestemming)
    assert (len(hub.feed()), len(hub.rows(tables.toewijzing_versie))) == (1, 1)
    assert listed(hub) == [("nummer-van-andere-toewijzing", 1001)]


# --- versions --------------------------------------------------------------------------------------------------------


def test_a_newer_version_is_actual_and_an_older_one_that_comes_late_is_not(hub: Hub) -> None:
    hub.send(DELFT, version("T1", "11:00:00", einddatum="2025-06-29", reden="05"))
    hub.send(DELFT, version("T2", "10:00:00"))
    hub.send(DELFT, version("T3", "12:00:00", einddatum="2025-03-23", reden="05"))

    assert [row["einddatum"] for row in hub.feed()] == ["2025-06-29", "2025-03-23"]


def test_of_two_versions_with_one_stamp_the_last_received_wins_and_is_listed(hub: Hub) -> None:
    hub.send(DELFT, version("T1", volume=1))
    hub.send(DELFT, version("T2", volume=2))

    assert hub.actual()["volume"] == 2
    assert listed(hub) == [("gelijk-stempel", 1001)]


def test_01_with_the_Ingangsdatum_as_Einddatum_removes(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))
    hub.send(DELFT, version("T2", "11:00:00", reden="01", einddatum="2024-12-30"))

    assert [row["status"] for row in hub.feed()] == ["actueel", "vervallen"]
    assert hub.actual()["redenWijziging"] == "01"


def test_01_with_another_Einddatum_is_a_change_like_any_other(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))
    hub.send(DELFT, version("T2", "11:00:00", reden="01", einddatum="2025-06-29"))

    assert [(row["status"], row["einddatum"]) for row in hub.feed()] == [
        ("actueel", "2025-12-28"),
        ("actueel", "2025-06-29"),
    ]


# --- both releases ---------------------------------------------------------------------------------------------------


def test_a_version_of_3_2_follows_one_of_2_3(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))

    assert hub.send(DELFT, later("T2")).oordeel == "goedgekeurd"

    assert [(row["release"], row["frequentie"]) for row in hub.feed()] == [("2.3", "3"), ("3.2", "2")]
    assert [row.release for row in hub.rows(tables.toewijzing_versie)] == ["2.3", "3.2"]


def test_a_refused_version_of_3_2_gives_way_to_that_of_2_3(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))
    hub.send(DELFT, (newer := later("T2")))

    hub.send(EEN, wmo302(newer, codes=("S329",)))

    assert [(row["release"], row["status"]) for row in hub.feed()][-1] == ("2.3", "actueel")


def test_3_2_removes_what_2_3_brought(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))
    hub.send(DELFT, later("T2", reden="13", einddatum="2024-12-30"))

    assert [row["status"] for row in hub.feed()] == ["actueel", "vervallen"]


def test_a_number_of_2_3_is_taken_in_3_2(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))

    outcome = hub.send(DELFT, later("T2", code="SPF4"))

    assert [found.retourcode for found in outcome.bevindingen] == ["9332"]


def test_an_Identificatie_of_one_release_is_taken_in_the_other(hub: Hub) -> None:
    hub.send(DELFT, HEEN)

    outcome = hub.send(DELFT, wmo301(product(nummer=7)))

    assert [found.retourcode for found in outcome.bevindingen] == ["9056"]


# --- refused by the hub ----------------------------------------------------------------------------------------------


def test_a_refused_301_is_answered_with_a_302_of_2_3(hub: Hub) -> None:
    outcome = hub.send(DELFT, BROKEN)

    assert (outcome.oordeel, [found.regel for found in outcome.bevindingen]) == ("afgekeurd", ["CS002"])
    assert outcome.retour is not None
    answer = hub.content(outcome.retour.id) or b""
    root = etree.fromstring(answer)
    assert SCHEMAS.xsd(WMO302_23).validate(root)
    assert root.tag == f"{{{NS('WMO302', '2.3')}}}Bericht"
    assert text(answer, "Header/IdentificatieRetour") == "H1"
    assert text(answer, "Header/RetourCodes/RetourCode") == "0001"
    assert retour(answer).client is None
    assert (hub.postbus("0503"), hub.postbus("75000001"), hub.feed()) == (["WMO302"], [], [])
    assert [row.release for row in hub.rows(kernel.bericht)] == ["2.3", "2.3"]


@pytest.mark.parametrize(
    "xml, code",
    [(wmo301_23(dagtekening="2025-02-04"), "8848"), (wmo301_23(product23(volume=2)), "9056")],
)
def test_an_error_in_the_Header_is_answered_with_its_code(hub: Hub, xml: bytes, code: str) -> None:
    if code == "9056":
        hub.send(DELFT, HEEN)

    outcome = hub.send(DELFT, xml)

    assert outcome.retour is not None
    answer = hub.content(outcome.retour.id) or b""
    assert SCHEMAS.xsd(WMO302_23).validate(etree.fromstring(answer))
    assert text(answer, "Header/RetourCodes/RetourCode") == code


def test_an_aanbieder_without_a_machtiging_gets_no_302_made(hub: Hub) -> None:
    outcome = hub.send(DELFT, wmo301_23(client=client(bsn="999900007"), ontvanger=TWEE.code))

    assert (outcome.oordeel, outcome.retour) == ("afgekeurd", None)


# --- the aanbieder's own 302 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("codes", [(), ("0200",)])
def test_an_accepting_302_is_stored_and_routed(hub: Hub, codes: tuple[str, ...]) -> None:
    hub.send(DELFT, HEEN)
    answer = wmo302_23(HEEN, header_codes=codes)

    outcome = hub.send(EEN, answer)

    assert (outcome.oordeel, outcome.release, outcome.berichtsoort) == ("goedgekeurd", "2.3", "WMO302")
    assert hub.postbus("0503") == ["WMO302"]
    assert hub.content(outcome.id) == answer
    assert [row["status"] for row in hub.feed()] == ["actueel"]


@pytest.mark.parametrize(
    "refusal",
    [
        {"codes": ("S329",)},
        {"header_codes": ("0001",)},
        {"header_codes": ("0200",), "client_codes": {"beschikking": ("S329",)}},
    ],
    ids=["product", "header", "beschikking"],
)
def test_a_refusing_302_makes_its_versions_vervallen(hub: Hub, refusal: dict[str, object]) -> None:
    hub.send(DELFT, HEEN)

    hub.send(EEN, wmo302_23(HEEN, **refusal))

    assert [row["status"] for row in hub.feed()] == ["actueel", "vervallen"]
    assert [row.vervallen for row in hub.rows(tables.toewijzing_versie)] == [True]


def test_a_refusing_302_restores_the_previous_version(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))
    newer = version("T2", "11:00:00", einddatum="2025-06-29", reden="05")
    hub.send(DELFT, newer)

    hub.send(EEN, wmo302_23(newer, codes=("S329",)))

    assert [row["einddatum"] for row in hub.feed()] == ["2025-12-28", "2025-06-29", "2025-12-28"]
    assert hub.actual()["status"] == "actueel"


def test_a_refused_removal_brings_the_toewijzing_back(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))
    removal = version("T2", "11:00:00", reden="01", einddatum="2024-12-30")
    hub.send(DELFT, removal)

    hub.send(EEN, wmo302_23(removal, codes=("S329",)))

    assert [row["status"] for row in hub.feed()] == ["actueel", "vervallen", "actueel"]


def test_a_302_of_another_release_answers_nothing(hub: Hub) -> None:
    hub.send(DELFT, HEEN)

    fout = refused(hub, wmo302(wmo301()))

    assert (fout.type, fout.status) == ("geen-heenbericht", 409)
    assert hub.send(EEN, wmo302_23(HEEN)).oordeel == "goedgekeurd"


def test_a_302_of_2_3_answers_no_301_of_3_2(hub: Hub) -> None:
    hub.send(DELFT, wmo301())

    assert refused(hub, wmo302_23(HEEN)).type == "geen-heenbericht"


def test_a_second_302_is_refused(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    hub.send(EEN, wmo302_23(HEEN))

    assert refused(hub, wmo302_23(HEEN, codes=("S329",), identificatie="R2")).type == "al-beantwoord"


def test_a_302_with_another_Beschikking_is_refused_with_its_finding(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    other = wmo302_23(wmo301_23(beschikking=beschikking(nummer=2)), codes=("S329",))

    fout = refused(hub, other)

    assert fout.type == "retour-onjuist"
    assert [found.element for found in fout.bevindingen] == ["Beschikking/BeschikkingNummer"]


# --- offline, and over HTTP ------------------------------------------------------------------------------------------


def test_offline_levels_1_and_2_are_checked() -> None:
    def found(soort: object, xml: bytes) -> list[str]:
        return [one.regel for one in story.toets_offline(soort, as_stream(xml), SCHEMAS)]  # type: ignore[arg-type]

    assert found(WMO301_23, HEEN) == []
    assert found(WMO301_23, BROKEN) == ["CS002"]
    assert found(WMO301_23, wmo301_23(product23(frequentie="7"))) == ["XSD"]
    assert found(WMO302_23, wmo302_23(HEEN)) == []
    assert found(WMO302_23, wmo302_23(HEEN, header_codes=("0200",), client_codes={})) == ["OP065"]


def test_over_HTTP_the_301_the_302_and_the_list(hub: Hub) -> None:
    http = TestClient(create_app(hub.dienst, hub.vraag), root_path="/allocation")
    with hub.dienst.database.write() as conn:
        keys = {p.code: {"Authorization": f"Bearer {parties.nieuwe_sleutel(conn, p.code, NU)}"} for p in (DELFT, EEN)}

    def post(code: str, xml: bytes) -> dict[str, object]:
        reply = http.post("/v1/berichten", content=xml, headers={**keys[code], "Content-Type": "application/xml"})
        assert reply.status_code == 201
        body: dict[str, object] = reply.json()
        return body

    passed, broken = post("0503", HEEN), post("0503", version("T2", nummer=2, frequentie="2", einddatum=None))
    assert (passed["release"], passed["oordeel"], passed["retour"]) == ("2.3", "goedgekeurd", None)
    (found,) = broken["bevindingen"]  # type: ignore[misc]
    assert (found["regel"], found["pad"]) == (
        "CD076",
        "/Bericht/Client/Beschikking/ToegewezenProducten/ToegewezenProduct[1]",
    )
    href = str(broken["retour"]["href"])  # type: ignore[index]
    answer = http.get(href.removeprefix("/allocation"), headers=keys["0503"])
    assert b"<wmo302:RetourCode>0001</wmo302:RetourCode>" in answer.content

    (item,) = http.get("/v1/postbus", headers=keys["75000001"]).json()["items"]
    assert (item["berichtsoort"], item["release"]) == ("WMO301", "2.3")
    (toewijzing,) = http.get("/v1/toewijzingen", headers=keys["75000001"]).json()["items"]
    assert (toewijzing["release"], toewijzing["frequentie"], toewijzing["status"]) == ("2.3", "3", "actueel")
    post("75000001", wmo302_23(HEEN, codes=("S329",)))
    (toewijzing,) = http.get("/v1/toewijzingen", headers=keys["0503"]).json()["items"]
    assert toewijzing["status"] == "vervallen"
