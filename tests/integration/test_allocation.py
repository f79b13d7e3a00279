"""A 301 and its 302 through the whole service: what is stored, routed, told and refused."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from allocation_judging import SCHEMAS, WMO301, WMO302
from allocation_service import DELFT, EEN, NU, RIJSWIJK, SOFTWARE, TWEE, VANDAAG, Hub
from geheimen import ring
from sqlalchemy import event

from builders import client, contact, product, remove, set_text, text, wmo301, wmo302, wmo323
from services.allocation import process as story
from services.allocation import retour_machtigingen, tables
from services.kernel import tables as kernel
from services.kernel.clients import open_bsn
from services.kernel.gebeurtenissen import BERICHT_AFGEKEURD
from services.kernel.problems import Probleem
from services.kernel.reading import Afwijzing, as_stream
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij

HEEN = wmo301()
BROKEN = wmo301(client=client(bsn="999900007"))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.dienst.database.close()


def version(identificatie: str, tijd: str = "10:00:00", **changes: object) -> bytes:
    """A 301 with one version of allocation 1001."""
    return wmo301(product(toewijzingstijd=tijd, **changes), identificatie=identificatie)


def refused(hub: Hub, partij: Partij, xml: bytes, proef: bool = False) -> Afwijzing | Probleem:
    """What was raised, after proving that nothing of the message was stored."""
    before = hub.counts()
    with pytest.raises((Afwijzing, Probleem)) as caught:
        hub.send(partij, xml, proef)
    after = {**hub.counts(), "audit": before["audit"], "weigering": before["weigering"]}
    assert after == before
    return caught.value


# --- a 301 -----------------------------------------------------------------------------------------------------------


def test_a_passed_301_is_stored_told_and_routed(hub: Hub) -> None:
    outcome = hub.send(DELFT, HEEN)

    assert (outcome.oordeel, outcome.nieuw, outcome.bevindingen, outcome.retour) == ("goedgekeurd", True, (), None)
    assert (outcome.verzender, outcome.bestemming, outcome.identificatie) == ("0503", "75000001", "T0001")
    assert hub.postbus("75000001") == ["WMO301"]
    assert hub.postbus("0503") == []
    assert hub.content(outcome.id) == HEEN
    (row,) = hub.rows(kernel.bericht)
    assert (row.telt, row.partij, row.dagtekening, row.domein) == (True, "0503", date(2024, 12, 16), "wmo")


def test_the_feed_tells_the_whole_state_and_no_person(hub: Hub) -> None:
    hub.send(DELFT, HEEN)

    (row,) = hub.feed()
    assert re.fullmatch("[0-9a-f]{64}", row.pop("bsnHash"))
    assert row == {
        "nr": 1,
        "gemeente": "0503",
        "domein": "wmo",
        "nummer": 1001,
        "aanbieder": "75000001",
        "status": "actueel",
        "release": "3.2",
        "categorie": "02",
        "code": "SPF3",
        "ingangsdatum": "2025-01-01",
        "einddatum": "2025-12-31",
        "volume": 1,
        "eenheid": "82",
        "frequentie": "2",
        "budget": None,
        "redenWijziging": None,
        "toewijzingsdatum": "2024-12-16",
        "toewijzingstijd": "10:00:00",
    }


def test_a_replay_gives_the_first_answer_again_and_stores_nothing(hub: Hub) -> None:
    first = hub.send(DELFT, HEEN)
    before = hub.counts()

    again = hub.send(DELFT, HEEN)

    assert (again.id, again.oordeel, again.nieuw) == (first.id, "goedgekeurd", False)
    assert hub.counts() == before


def test_a_replay_of_a_refusal_gives_the_refusal_again(hub: Hub) -> None:
    first = hub.send(DELFT, BROKEN)
    before = hub.counts()

    again = hub.send(DELFT, BROKEN)

    assert (again.id, again.oordeel, again.bevindingen) == (first.id, "afgekeurd", first.bevindingen)
    assert again.retour == first.retour
    assert hub.counts() == before


def test_other_bytes_under_a_used_Identificatie_are_refused_with_9056(hub: Hub) -> None:
    hub.send(DELFT, HEEN)

    outcome = hub.send(DELFT, version("T0001", nummer=2002))

    assert [found.retourcode for found in outcome.bevindingen] == ["9056"]
    assert len(hub.feed()) == 1


def test_a_refused_301_may_be_corrected_under_the_same_Identificatie(hub: Hub) -> None:
    hub.send(DELFT, BROKEN)

    outcome = hub.send(DELFT, HEEN)

    assert outcome.oordeel == "goedgekeurd"
    assert [row.telt for row in hub.rows(kernel.bericht) if row.berichtsoort == "WMO301"] == [False, True]
    assert hub.postbus("75000001") == ["WMO301"]


def test_the_same_Identificatie_of_another_gemeente_is_another_message(hub: Hub) -> None:
    hub.send(DELFT, HEEN)

    assert hub.send(RIJSWIJK, wmo301(afzender="0603")).oordeel == "goedgekeurd"
    assert [(row["gemeente"], row["nummer"]) for row in hub.feed()] == [("0503", 1001), ("0603", 1001)]


def test_a_number_of_another_client_product_or_aanbieder_is_refused_with_9332(hub: Hub) -> None:
    hub.send(DELFT, HEEN)

    for nr, other in enumerate(
        [
            wmo301(client=client(bsn="999900018"), identificatie="T2"),
            version("T3", code="SPF4"),
            version("T4", ingangsdatum="2025-01-02"),
            wmo301(ontvanger="75000002", identificatie="T5"),
        ]
    ):
        outcome = hub.send(DELFT, other)
        assert [found.retourcode for found in outcome.bevindingen] == ["9332"], nr
    assert len(hub.feed()) == 1


def test_a_gemeente_that_does_not_exist_is_refused_with_S300(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        parties.bewaar(conn, (nowhere := Partij("9999", "gemeente", "Nergens")))

    outcome = hub.send(nowhere, wmo301(afzender="9999"))

    assert [found.retourcode for found in outcome.bevindingen] == ["S300"]


def test_a_Dagtekening_after_today_is_refused_with_8848(hub: Hub) -> None:
    outcome = hub.send(DELFT, wmo301(dagtekening="2025-02-04"))

    assert [found.retourcode for found in outcome.bevindingen] == ["8848"]


# --- versions --------------------------------------------------------------------------------------------------------


def test_a_newer_version_is_actual(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))
    hub.send(DELFT, version("T2", "11:00:00", einddatum="2025-06-30", reden="12"))

    assert [(row["nr"], row["einddatum"]) for row in hub.feed()] == [(1, "2025-12-31"), (2, "2025-06-30")]
    assert len(hub.rows(tables.toewijzing_versie)) == 2


def test_an_older_version_that_comes_late_is_kept_and_changes_nothing(hub: Hub) -> None:
    hub.send(DELFT, version("T1", "11:00:00", einddatum="2025-06-30"))
    hub.send(DELFT, version("T2", "10:00:00"))

    assert [row["einddatum"] for row in hub.feed()] == ["2025-06-30"]
    assert len(hub.rows(tables.toewijzing_versie)) == 2
    assert hub.rows(tables.signaal) == []


def test_the_day_comes_before_the_hour(hub: Hub) -> None:
    hub.send(DELFT, version("T1", "09:00:00", toewijzingsdatum="2024-12-16"))
    hub.send(DELFT, version("T2", "23:00:00", toewijzingsdatum="2024-12-15", einddatum="2025-06-30"))

    assert hub.actual()["einddatum"] == "2025-12-31"


def test_the_same_version_again_is_no_new_version(hub: Hub) -> None:
    hub.send(DELFT, version("T1", reden="12", referentie="R1"))

    outcome = hub.send(DELFT, version("T2"))

    assert outcome.oordeel == "goedgekeurd"
    assert len(hub.rows(tables.toewijzing_versie)) == 1
    assert len(hub.feed()) == 1
    assert hub.rows(tables.signaal) == []
    assert hub.postbus("75000001") == ["WMO301", "WMO301"]


def test_of_two_versions_with_one_stamp_the_last_received_wins_and_is_listed(hub: Hub) -> None:
    hub.send(DELFT, version("T1", volume=1))
    hub.send(DELFT, version("T2", volume=2))
    assert hub.actual()["volume"] == 2
    hub.send(DELFT, version("T3", volume=1))

    assert [row["volume"] for row in hub.feed()] == [1, 2, 1]
    assert [(row.soort, row.gemeente, row.nummer) for row in hub.rows(tables.signaal)] == [
        ("gelijk-stempel", "0503", 1001)
    ] * 2


def test_RedenWijziging_13_counts_as_never_sent(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))
    hub.send(DELFT, version("T2", "11:00:00", reden="13", einddatum="2025-01-01"))

    assert [row["status"] for row in hub.feed()] == ["actueel", "vervallen"]
    hub.send(DELFT, version("T3", "10:30:00", volume=2))
    assert [row["status"] for row in hub.feed()] == ["actueel", "vervallen"]


def test_a_removal_of_what_nobody_knew_tells_nothing(hub: Hub) -> None:
    hub.send(DELFT, version("T1", reden="13", einddatum="2025-01-01"))
    hub.send(DELFT, version("T2", "09:00:00"))

    assert hub.feed() == []
    assert len(hub.rows(tables.toewijzing_versie)) == 2


def test_many_products_take_as_many_statements_as_one(hub: Hub) -> None:
    hub.send(DELFT, wmo301(product(nummer=999_999)))
    executed: list[str] = []
    event.listen(hub.dienst.database._writer, "before_cursor_execute", lambda *args: executed.append(args[2]))
    hub.send(DELFT, wmo301(product(nummer=1), identificatie="T1"))
    for_one = len(executed)
    executed.clear()

    hub.send(DELFT, wmo301(*(product(nummer=nr, code=f"X{nr}") for nr in range(2, 400)), identificatie="T2"))

    # Many rows go to PostgreSQL by COPY, which is not counted here; a few by INSERT, which is.
    assert len(executed) <= for_one
    assert [row["nr"] for row in hub.feed()] == list(range(1, 401))


# --- a refused 301 ---------------------------------------------------------------------------------------------------


def test_a_refused_301_keeps_its_verdict_and_not_its_content(hub: Hub) -> None:
    outcome = hub.send(DELFT, wmo301(client=client(bsn="999900007"), ontvanger="75000002"))

    assert (outcome.oordeel, outcome.retour) == ("afgekeurd", None)
    assert hub.content(outcome.id) is None
    assert hub.rows(kernel.client) == []
    assert hub.rows(tables.toewijzing_versie) == []
    assert (hub.feed(), hub.postbus("75000002")) == ([], [])


def test_a_refused_301_without_a_302_is_told_to_the_gemeente_by_a_gebeurtenis(hub: Hub) -> None:
    refused = wmo301(client=client(bsn="999900007"), ontvanger="75000002")
    outcome = hub.send(DELFT, refused)
    hub.send(DELFT, refused)

    assert hub.postbus("0503") == [BERICHT_AFGEKEURD]
    (row,) = hub.rows(kernel.gebeurtenis)
    assert (row.soort, row.bericht, row.tijdstip) == (BERICHT_AFGEKEURD, hub.rows(kernel.bericht)[0].nr, NU)
    assert row.data == {
        "berichtsoort": "WMO301",
        "release": "3.2",
        "identificatie": outcome.identificatie,
        "bestemming": "75000002",
        "oordeel": "afgekeurd",
        "aantalBevindingen": len(outcome.bevindingen),
        "bevindingen": [bevinding.json() for bevinding in outcome.bevindingen],
    }
    assert "999900007" not in json.dumps(row.data)


def test_a_301_that_is_answered_with_a_302_brings_no_gebeurtenis(hub: Hub) -> None:
    hub.send(DELFT, BROKEN)
    hub.send(DELFT, wmo301(identificatie="T2", ontvanger="75000002"))

    assert hub.postbus("0503") == ["WMO302"]
    assert hub.rows(kernel.gebeurtenis) == []


def test_a_trial_of_a_refused_301_tells_nothing(hub: Hub) -> None:
    hub.send(DELFT, wmo301(client=client(bsn="999900007"), ontvanger="75000002"), proef=True)

    assert hub.rows(kernel.gebeurtenis) == []


def test_with_a_machtiging_the_hub_answers_with_a_302_in_the_name_of_the_aanbieder(hub: Hub) -> None:
    outcome = hub.send(DELFT, BROKEN)

    assert outcome.retour is not None
    answer = hub.content(outcome.retour.id)
    assert answer is not None
    assert text(answer, "Header/RetourCodes/RetourCode") == "0001"
    assert text(answer, "Header/IdentificatieRetour") == "H1"
    assert text(answer, "Header/DagtekeningRetour") == VANDAAG.isoformat()
    assert hub.postbus("0503") == ["WMO302"]
    assert hub.postbus("75000001") == []
    heen, retour = hub.rows(kernel.bericht)
    assert (retour.verzender, retour.bestemming, retour.antwoord_op) == ("75000001", "0503", heen.nr)
    assert (retour.partij, retour.telt, heen.telt) == (None, True, False)


def test_a_machtiging_has_its_dates(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        retour_machtigingen.bewaar_retour_machtiging(conn, "75000002", "hub", date(2025, 1, 1), date(2025, 2, 2))
        assert not retour_machtigingen.retour_door_hub(conn, "75000002", VANDAAG)
        retour_machtigingen.bewaar_retour_machtiging(conn, "75000002", "hub", date(2025, 1, 1), VANDAAG)
        assert retour_machtigingen.retour_door_hub(conn, "75000002", VANDAAG)
        retour_machtigingen.bewaar_retour_machtiging(conn, "75000002", "aanbieder", VANDAAG)
        assert not retour_machtigingen.retour_door_hub(conn, "75000002", VANDAAG)
        assert retour_machtigingen.retour_door_hub(conn, "75000002", date(2025, 2, 2))


def test_the_series_of_the_hub_counts_on_and_passes_over_numbers_the_aanbieder_used(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    hub.send(EEN, wmo302(HEEN, identificatie="H2"))

    for nr in range(1, 37):
        hub.send(DELFT, wmo301(client=client(bsn="999900007"), identificatie=f"F{nr}"))

    given = [row.identificatie for row in hub.rows(kernel.bericht) if row.partij is None]
    assert given[:3] == ["H1", "H3", "H4"]
    assert given[8:10] == ["HA", "HB"]
    assert given[-2:] == ["H10", "H11"]


def test_a_refused_class_is_answered_with_the_Client_and_its_codes(hub: Hub) -> None:
    hub.send(DELFT, HEEN)

    outcome = hub.send(DELFT, wmo301(product(nummer=7), product(code="FIN1"), identificatie="T2"))

    assert outcome.retour is not None
    answer = hub.content(outcome.retour.id) or b""
    assert [text(answer, "ToegewezenProduct/RetourCodes/RetourCode", nr) for nr in (1, 2)] == ["0200", "9332"]
    assert text(answer, "Header/RetourCodes/RetourCode") == "0200"


# --- a 302 -----------------------------------------------------------------------------------------------------------


def test_an_accepting_302_is_stored_and_routed(hub: Hub) -> None:
    heen = hub.send(DELFT, HEEN)
    answer = wmo302(HEEN)

    outcome = hub.send(EEN, answer)

    assert (outcome.oordeel, outcome.verzender, outcome.bestemming) == ("goedgekeurd", "75000001", "0503")
    assert outcome.identificatie == "R0001"
    assert hub.postbus("0503") == ["WMO302"]
    assert hub.content(outcome.id) == answer
    assert len(hub.feed()) == 1
    again = hub.send(DELFT, HEEN)
    assert again.id == heen.id
    assert again.retour is not None
    assert again.retour.id == outcome.id


def test_a_lone_0200_without_Client_accepts(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    hub.send(EEN, wmo302(HEEN, header_codes=("0200",)))

    assert hub.actual()["status"] == "actueel"


@pytest.mark.parametrize("refusal", [{"codes": ("9332",)}, {"header_codes": ("0001",)}], ids=["class", "header"])
def test_a_refusing_302_makes_its_versions_vervallen(hub: Hub, refusal: dict[str, tuple[str, ...]]) -> None:
    hub.send(DELFT, HEEN)

    hub.send(EEN, wmo302(HEEN, **refusal))

    assert [row["status"] for row in hub.feed()] == ["actueel", "vervallen"]
    assert [row.vervallen for row in hub.rows(tables.toewijzing_versie)] == [True]
    assert hub.postbus("0503") == ["WMO302"]


def test_a_refusing_302_restores_the_previous_version(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))
    newer = wmo301(product(toewijzingstijd="11:00:00", volume=3), product(nummer=2, code="FIN1"), identificatie="T2")
    hub.send(DELFT, newer)

    hub.send(EEN, wmo302(newer, codes=("9332",)))

    assert hub.actual(1001)["volume"] == 1
    assert hub.actual(1001)["status"] == "actueel"
    assert hub.actual(2)["status"] == "vervallen"
    assert [row["nr"] for row in hub.feed()] == [1, 2, 3, 4, 5]


def test_after_a_refusing_302_the_number_counts_as_unknown(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    hub.send(EEN, wmo302(HEEN, codes=("9332",)))

    assert hub.send(DELFT, version("T2", code="SPF4")).oordeel == "goedgekeurd"


def test_after_a_refusing_302_the_message_counts_as_not_sent(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    hub.send(EEN, wmo302(HEEN, header_codes=("0001",)))

    corrected = hub.send(DELFT, version("T0001", volume=2))

    assert corrected.oordeel == "goedgekeurd"
    assert hub.actual()["volume"] == 2


def test_a_version_that_a_later_301_repeats_survives_the_refusal_of_the_first(hub: Hub) -> None:
    first = version("T1")
    hub.send(DELFT, first)
    hub.send(DELFT, wmo301(product(), product(nummer=2, code="FIN1"), identificatie="T2"))

    hub.send(EEN, wmo302(first, codes=("9332",)))
    assert hub.actual(1001)["status"] == "actueel"
    assert hub.rows(tables.toewijzing_herhaling) == []

    second = wmo301(product(), product(nummer=2, code="FIN1"), identificatie="T2")
    hub.send(EEN, wmo302(second, codes=("9332",), identificatie="R2"))
    assert {hub.actual(nr)["status"] for nr in (1001, 2)} == {"vervallen"}


def test_refusing_the_repetition_leaves_the_version_of_the_first(hub: Hub) -> None:
    hub.send(DELFT, version("T1"))
    hub.send(DELFT, version("T2"))

    hub.send(EEN, wmo302(version("T2"), codes=("9332",)))

    assert [row["status"] for row in hub.feed()] == ["actueel"]
    assert hub.rows(tables.toewijzing_herhaling) == []


def test_a_302_again_gives_the_first_answer_again(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    first = hub.send(EEN, wmo302(HEEN, codes=("9332",)))
    before = hub.counts()

    again = hub.send(EEN, wmo302(HEEN, codes=("9332",)))

    assert (again.id, again.nieuw) == (first.id, False)
    assert hub.counts() == before


@pytest.mark.parametrize(
    "heen",
    [
        wmo301(identificatie="ELSE"),
        wmo301(ontvanger="75000002"),
        wmo301(dagtekening="2024-12-17"),
        wmo301(afzender="0603"),
    ],
    ids=["identificatie", "aanbieder", "dagtekening", "gemeente"],
)
def test_a_302_that_matches_no_301_is_refused(hub: Hub, heen: bytes) -> None:
    hub.send(DELFT, HEEN)
    sender = TWEE if text(heen, "Header/Ontvanger") == "75000002" else EEN

    assert (fout := refused(hub, sender, wmo302(heen))).type == "geen-heenbericht"
    assert fout.status == 409


def test_a_302_to_a_301_that_the_hub_refused_matches_nothing(hub: Hub) -> None:
    hub.send(DELFT, BROKEN)

    assert refused(hub, EEN, wmo302(BROKEN)).type == "geen-heenbericht"


def test_a_second_302_is_refused(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    hub.send(EEN, wmo302(HEEN))

    fout = refused(hub, EEN, wmo302(HEEN, codes=("9332",), identificatie="R0002"))

    assert (fout.type, fout.status) == ("al-beantwoord", 409)
    assert hub.actual()["status"] == "actueel"


def test_an_IdentificatieRetour_used_before_is_refused(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    hub.send(DELFT, (second := version("T2", nummer=2)))
    hub.send(EEN, wmo302(HEEN))

    fout = refused(hub, EEN, wmo302(second))

    assert (fout.type, fout.status) == ("identificatie-bezet", 409)


def test_a_302_that_is_built_wrongly_is_refused_with_its_findings(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    without_refusal = wmo302(HEEN, header_codes=("0200",), client_codes={})
    another = set_text(wmo302(HEEN, codes=("9332",)), "Client/Bsn", "999900018")

    for answer in (without_refusal, another):
        fout = refused(hub, EEN, answer)
        assert (fout.type, fout.status) == ("retour-onjuist", 400)
        assert [found.regel for found in fout.bevindingen] == ["OP065"]


# --- who may, and to whom --------------------------------------------------------------------------------------------


def test_somebody_elses_code_as_sender_is_403_and_in_the_audit_trail(hub: Hub) -> None:
    fout = refused(hub, RIJSWIJK, HEEN)

    assert (fout.type, fout.status) == ("niet-namens", 403)
    (row,) = hub.rows(kernel.audit)
    assert (row.partij, row.actie, row.oorzaak, row.detail) == (
        "0603",
        "WMO301 indienen",
        "niet-namens",
        "namens 0503",
    )


def test_a_gemeente_may_not_send_the_302_of_an_aanbieder(hub: Hub) -> None:
    hub.send(DELFT, HEEN)

    assert refused(hub, DELFT, wmo302(HEEN)).status == 403


def test_a_software_house_sends_with_a_machtiging_and_not_without(hub: Hub) -> None:
    assert refused(hub, SOFTWARE, HEEN).status == 403
    with hub.dienst.database.write() as conn:
        parties.machtig(conn, SOFTWARE.code, DELFT.code, VANDAAG)

    assert hub.send(SOFTWARE, HEEN).oordeel == "goedgekeurd"
    assert [row.partij for row in hub.rows(kernel.bericht)] == ["SOFT01"]


@pytest.mark.parametrize("code", ["75000099", "00000503"])
def test_a_301_for_an_aanbieder_the_hub_does_not_know_is_refused(hub: Hub, code: str) -> None:
    fout = refused(hub, DELFT, wmo301(ontvanger=code))

    assert (fout.type, fout.status) == ("onbekende-bestemming", 400)


def test_a_message_of_the_other_service_is_told_where_to_go(hub: Hub) -> None:
    fout = refused(hub, EEN, wmo323())

    assert fout.type == "onbekende-berichtsoort"
    assert "/declaration/v1/berichten" in fout.detail


def test_an_XSD_violation_leaves_a_row_without_content(hub: Hub) -> None:
    fout = refused(hub, DELFT, set_text(HEEN, "Client/Bsn", "99990000X"))

    assert (fout.type, [found.regel for found in fout.bevindingen]) == ("xsd-ongeldig", ["XSD"])
    (row,) = hub.rows(kernel.weigering)
    assert (row.partij, row.berichtsoort, row.aantal_bevindingen) == ("0503", "WMO301", 1)
    assert "99990000X" not in str(tuple(row))


def test_a_value_our_types_cannot_hold_is_told_so(hub: Hub) -> None:
    assert refused(hub, DELFT, version("T1", einddatum="12026-01-01")).type == "waarde-buiten-bereik"


def test_a_301_without_a_Client_is_an_XSD_violation(hub: Hub) -> None:
    assert refused(hub, DELFT, remove(HEEN, "Client")).type == "xsd-ongeldig"
    assert refused(hub, DELFT, remove(HEEN, "Header/Afzender")).type == "xsd-ongeldig"


# --- all or nothing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("xml", [HEEN, BROKEN], ids=["passed", "refused"])
def test_a_trial_gives_the_same_verdict_and_stores_nothing(hub: Hub, xml: bytes) -> None:
    before = hub.counts()

    trial = hub.send(DELFT, xml, proef=True)

    assert hub.counts() == before
    real = hub.send(DELFT, xml)
    assert (trial.oordeel, trial.bevindingen) == (real.oordeel, real.bevindingen)


def test_a_trial_of_a_302_changes_nothing(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    before = hub.counts()

    assert hub.send(EEN, wmo302(HEEN, codes=("9332",)), proef=True).oordeel == "goedgekeurd"
    assert hub.counts() == before
    assert hub.actual()["status"] == "actueel"
    assert refused(hub, EEN, wmo302(wmo301(identificatie="X")), proef=True).type == "geen-heenbericht"


@pytest.mark.parametrize("xml", [HEEN, BROKEN], ids=["passed", "refused"])
def test_an_exception_half_way_leaves_no_row(hub: Hub, xml: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("half-way")

    before = hub.counts()
    # bezorg is the last statement of the transaction.
    with monkeypatch.context() as patched:
        patched.setattr(story.postbus, "bezorg", broken)
        with pytest.raises(RuntimeError):
            hub.send(DELFT, xml)

    assert hub.counts() == before
    assert hub.send(DELFT, xml).nieuw


def test_an_exception_half_way_a_refusing_302_leaves_the_toewijzing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("half-way")

    hub.send(DELFT, HEEN)
    before = hub.counts()
    with monkeypatch.context() as patched:
        patched.setattr(story.postbus, "bezorg", broken)
        with pytest.raises(RuntimeError):
            hub.send(EEN, wmo302(HEEN, codes=("9332",)))

    assert hub.counts() == before
    assert [row.vervallen for row in hub.rows(tables.toewijzing_versie)] == [False]


def test_the_bsn_stands_in_one_table_and_is_encrypted_there(hub: Hub) -> None:
    hub.send(DELFT, HEEN)
    hub.send(EEN, wmo302(HEEN, codes=("9332",)))

    every = (*kernel.metadata.sorted_tables, *tables.metadata.sorted_tables)
    holding = [table.name for table in every if "999900006" in str([tuple(row) for row in hub.rows(table)])]
    assert holding == []
    [row] = hub.rows(kernel.client)
    assert open_bsn(ring(), row.hash, row.bsn) == "999900006"


def test_offline_levels_1_and_2_are_checked() -> None:
    assert story.toets_offline(WMO301, as_stream(HEEN), SCHEMAS) == ()
    assert [b.regel for b in story.toets_offline(WMO301, as_stream(BROKEN), SCHEMAS)] == ["CS002"]
    invalid = wmo301(client=client(contacten=[contact(soort="09")]))
    assert [b.regel for b in story.toets_offline(WMO301, as_stream(invalid), SCHEMAS)] == ["XSD"]
    wrong = wmo302(HEEN, header_codes=("0200",), client_codes={})
    assert [b.regel for b in story.toets_offline(WMO302, as_stream(wrong), SCHEMAS)] == ["OP065"]
    with pytest.raises(Afwijzing):
        story.toets_offline(WMO301, as_stream(HEEN[:-30]), SCHEMAS)
