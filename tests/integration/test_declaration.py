"""What becomes of a 323 and of its 325: mandaat or not, again, corrected, refused, and half-way."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from declaration_hub import Hub, make_hub
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import Engine, event

from builders import bsn, prestatie, set_text, text, wmo301, wmo323, wmo325
from services.declaration import process, tables
from services.declaration.afspraken import loading
from services.declaration.api import create_app
from services.declaration.facts import load_feiten
from services.declaration.reports import journaal_check
from services.declaration.verdict import Feiten
from services.kernel import berichten, postbus
from services.kernel import tables as kernel
from services.kernel.berichten import Uitkomst
from services.kernel.catalogue import find
from services.kernel.gebeurtenissen import BERICHT_AFGEKEURD
from services.kernel.problems import Probleem
from services.kernel.reading import Afwijzing, Schemas
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij

DELFT, RIJSWIJK = "0503", "0603"  # with and without mandaat
HELLEVOETSLUIS = "0530"  # a gemeente until the end of 2022


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub with one toewijzing at Delft and one, of the same number, at Rijswijk."""
    made = make_hub(tmp_path)
    made.toewijs()
    made.toewijs(gemeente=RIJSWIJK)
    yield made
    made.dienst.database.close()


def postbus_van(hub: Hub, partij: str) -> list[str]:
    """The kinds of message in a party's postbus."""
    with hub.dienst.database.read() as conn:
        return [item.berichtsoort for item in postbus.lees(conn, partij, 0, 100)]


def retour_van(hub: Hub, uitkomst: Uitkomst) -> bytes:
    """The bytes of the answer."""
    assert uitkomst.retour is not None
    with hub.dienst.database.read() as conn:
        antwoord = berichten.vind(conn, uitkomst.retour.id, None)
        assert antwoord is not None
        content = berichten.inhoud(conn, antwoord.nr)
    assert content is not None
    return content


def codes(uitkomst: Uitkomst) -> list[str | None]:
    return [bevinding.retourcode for bevinding in uitkomst.bevindingen]


def statussen(hub: Hub) -> list[str]:
    return [regel.status for regel in hub.rows(tables.prestatie)]


# --- with mandaat ----------------------------------------------------------------------------------------------------


def test_the_hub_judges_answers_and_books_for_a_gemeente_with_mandaat(hub: Hub) -> None:
    uitkomst = hub.post(wmo323())

    assert (uitkomst.oordeel, uitkomst.ingediend, uitkomst.toegekend) == ("goedgekeurd", 48000, 48000)
    assert uitkomst.nieuw
    assert uitkomst.feed_nr == 2
    antwoord = retour_van(hub, uitkomst)
    assert text(antwoord, "DeclaratieAntwoord/RetourCodes/RetourCode") == "8001"
    assert (text(antwoord, "Afzender"), text(antwoord, "Ontvanger")) == (DELFT, "75000001")
    assert text(antwoord, "BerichtIdentificatie/Identificatie") == "H1"
    # January 2025 has four Sundays: three of them in period 1, the fourth in period 1 as well (it ends on the 26th).
    assert hub.gedeclareerd() == {"2025-P01": 48000}
    assert statussen(hub) == [tables.GOEDGEKEURD]


def test_the_gemeente_with_mandaat_gets_the_declaration_and_a_copy_of_the_answer(hub: Hub) -> None:
    hub.post(wmo323())

    assert postbus_van(hub, "75000001") == ["WMO325"]
    assert postbus_van(hub, DELFT) == ["WMO323", "WMO325"]


def test_the_answers_in_the_name_of_a_gemeente_are_numbered_in_base_36(hub: Hub) -> None:
    for nr in range(1, 37):
        uitkomst = hub.post(wmo323(prestatie(toewijzing=9), identificatie=f"D{nr}", nummer=f"N{nr}"))

    assert text(retour_van(hub, uitkomst), "BerichtIdentificatie/Identificatie") == "H10"


def test_an_unknown_number_is_refused_and_the_rest_is_awarded(hub: Hub) -> None:
    uitkomst = hub.post(wmo323(prestatie(), prestatie(referentie="P2", toewijzing=4242)))

    assert (uitkomst.oordeel, uitkomst.toegekend) == ("deels_afgekeurd", 48000)
    assert codes(uitkomst) == ["9338"]
    assert text(retour_van(hub, uitkomst), "Prestatie/RetourCodes/RetourCode") == "9338"
    assert statussen(hub) == [tables.GOEDGEKEURD, tables.AFGEKEURD]


def test_a_refused_message_stores_no_content_and_no_prestaties(hub: Hub) -> None:
    uitkomst = hub.post(wmo323(totaal=1))

    assert (uitkomst.oordeel, uitkomst.toegekend) == ("afgekeurd", 0)
    assert text(retour_van(hub, uitkomst), "Header/RetourCodes/RetourCode") == "0001"
    assert hub.count(tables.prestatie, tables.declaratie) == 0
    refused = hub.rows(kernel.bericht, kernel.bericht.c.berichtsoort == "WMO323")[0]
    assert not refused.telt
    assert [row.bericht for row in hub.rows(kernel.inhoud)] != [refused.nr]
    # The gemeente hears of the answer in its name; the message itself counts as not sent.
    assert postbus_van(hub, DELFT) == ["WMO325"]


def test_a_code_that_is_no_gemeente_is_answered_by_the_hub(hub: Hub) -> None:
    uitkomst = hub.post(wmo323(ontvanger="9999"))

    assert (uitkomst.oordeel, codes(uitkomst)) == ("afgekeurd", ["S300"])
    assert text(retour_van(hub, uitkomst), "Header/RetourCodes/RetourCode") == "S300"
    assert postbus_van(hub, "9999") == []


def test_TR378_S300_a_gemeente_declares_to_its_end_what_it_assigned_before_it_was_joined(hub: Hub) -> None:
    hub.post(wmo323())  # the same aanbieder and numbers, at another gemeente
    with hub.dienst.database.write() as conn:
        parties.bewaar(conn, Partij(HELLEVOETSLUIS, "gemeente", "Hellevoetsluis"))
    hub.toewijs(gemeente=HELLEVOETSLUIS, nummer=2001, ingangsdatum="2022-12-31")
    hub.toewijs(gemeente=HELLEVOETSLUIS, nummer=2002, ingangsdatum="2023-01-01")
    nog, niet_meer = prestatie(referentie="H1", toewijzing=2001), prestatie(referentie="H2", toewijzing=2002)

    heen = wmo323(nog, ontvanger=HELLEVOETSLUIS, identificatie="H1", nummer="H1")
    assert hub.post(heen).oordeel == "doorgestuurd"
    assert hub.post(wmo325(heen), als=HELLEVOETSLUIS).oordeel == "goedgekeurd"
    uitkomst = hub.post(wmo323(nog, niet_meer, ontvanger=HELLEVOETSLUIS, identificatie="H2", nummer="H2"))
    assert (uitkomst.oordeel, codes(uitkomst)) == ("afgekeurd", ["S300"])


def test_TR381_S329_the_list_of_the_gemeente_on_the_days_of_the_line(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        lijst = "gemeente,productcode,van,tot\n0503,SPF3,2023-01-01,2024-12-31\n"
        loading.laad_productlijst(conn, lijst)
    hub.toewijs(nummer=1002, ingangsdatum="2024-12-02")
    december = prestatie(referentie="P2", toewijzing=1002, begin="2024-12-02", eind="2024-12-31")

    uitkomst = hub.post(wmo323(december, prestatie()))

    assert [(b.retourcode, b.pad) for b in uitkomst.bevindingen] == [
        ("S329", "/Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie[2]")
    ]


def test_a_gemeente_that_is_not_connected_gets_nothing(hub: Hub) -> None:
    with pytest.raises(Afwijzing, match="onbekende-bestemming") as raised:
        hub.post(wmo323(ontvanger="0599"))

    assert raised.value.status == 400
    assert hub.count(kernel.bericht) == 0


# --- who may send ----------------------------------------------------------------------------------------------------


def test_somebody_elses_code_as_sender_is_refused_and_audited(hub: Hub) -> None:
    with pytest.raises(Probleem) as raised:
        hub.post(wmo323(), als="75000002")

    assert raised.value.status == 403
    assert [row.partij for row in hub.rows(kernel.audit)] == ["75000002"]
    assert hub.count(kernel.bericht) == 0


def test_an_xsd_violation_leaves_a_row_without_content(hub: Hub) -> None:
    with pytest.raises(Afwijzing) as raised:
        hub.post(set_text(wmo323(), "Prestatie/GeleverdVolume", "veel"))

    assert raised.value.bevindingen
    assert [row.berichtsoort for row in hub.rows(kernel.weigering)] == ["WMO323"]
    assert hub.count(kernel.bericht, kernel.inhoud) == 0


# --- again -----------------------------------------------------------------------------------------------------------


def test_the_same_message_again_gets_the_first_answer(hub: Hub) -> None:
    first = hub.post(wmo323())
    rows = hub.count(kernel.bericht, kernel.postbus, tables.journaal)

    again = hub.post(wmo323())

    assert (again.id, again.retour, again.nieuw) == (first.id, first.retour, False)
    assert hub.count(kernel.bericht, kernel.postbus, tables.journaal) == rows


def test_a_refused_message_again_gets_the_first_refusal(hub: Hub) -> None:
    first, again = hub.post(wmo323(totaal=1)), hub.post(wmo323(totaal=1))

    assert (again.id, again.nieuw, again.oordeel) == (first.id, False, "afgekeurd")


def test_other_bytes_under_the_same_identificatie_are_9056(hub: Hub) -> None:
    hub.post(wmo323())

    uitkomst = hub.post(wmo323(nummer="DN0002"))

    assert (uitkomst.oordeel, codes(uitkomst)) == ("afgekeurd", ["9056"])
    assert text(retour_van(hub, uitkomst), "Header/RetourCodes/RetourCode") == "9056"


def test_a_declaratienummer_used_before_is_9333(hub: Hub) -> None:
    hub.post(wmo323())

    uitkomst = hub.post(wmo323(prestatie(referentie="P2"), identificatie="D0002"))

    assert codes(uitkomst) == ["9333"]
    assert text(retour_van(hub, uitkomst), "DeclaratieAntwoord/RetourCodes/RetourCode") == "9333"


def test_what_was_refused_as_a_whole_may_be_sent_again_under_the_same_key(hub: Hub) -> None:
    hub.post(wmo323(totaal=1))

    uitkomst = hub.post(wmo323())

    assert uitkomst.oordeel == "goedgekeurd"


def test_a_referentienummer_used_before_is_8021_also_at_another_gemeente(hub: Hub) -> None:
    hub.post(wmo323(ontvanger=RIJSWIJK))

    uitkomst = hub.post(wmo323(identificatie="D0002", nummer="DN0002"))

    assert codes(uitkomst) == ["8021"]
    assert [regel.telt for regel in hub.rows(tables.prestatie)] == [True, False]


def test_a_number_twice_in_a_message_counts_once(hub: Hub) -> None:
    hub.toewijs(nummer=1002, bsnHash=hub.hash(bsn(2)))
    lines = {bsn(1): [prestatie()], bsn(2): [prestatie(toewijzing=1002)]}

    uitkomst = hub.post(wmo323(clienten=lines))

    assert codes(uitkomst) == ["8021", "8021"]
    assert [regel.telt for regel in hub.rows(tables.prestatie)] == [True, False]


# --- corrections -----------------------------------------------------------------------------------------------------


def test_a_refused_line_may_be_corrected_and_declared_again(hub: Hub) -> None:
    hub.post(wmo323(prestatie(volume=5)))

    uitkomst = hub.post(wmo323(prestatie(referentie="P2"), identificatie="D0002", nummer="DN0002"))

    assert uitkomst.oordeel == "goedgekeurd"
    assert hub.gedeclareerd() == {"2025-P01": 48000}


def test_a_credit_and_the_new_debit_book_the_difference_in_the_same_period(hub: Hub) -> None:
    hub.post(wmo323())
    credit = prestatie(referentie="P2", vorig="P0001", dc="C")
    nieuw = prestatie(referentie="P3", volume=3)

    uitkomst = hub.post(wmo323(credit, nieuw, identificatie="D0002", nummer="DN0002"))

    assert (uitkomst.oordeel, uitkomst.toegekend) == ("goedgekeurd", -12000)
    assert hub.gedeclareerd() == {"2025-P01": 36000}
    debet, tegen, _ = hub.rows(tables.prestatie)
    assert debet.gecrediteerd_door == tegen.nr


def test_a_debit_is_credited_once(hub: Hub) -> None:
    hub.post(wmo323())
    hub.post(wmo323(prestatie(referentie="P2", vorig="P0001", dc="C"), identificatie="D2", nummer="N2"))

    uitkomst = hub.post(wmo323(prestatie(referentie="P3", vorig="P0001", dc="C"), identificatie="D3", nummer="N3"))

    assert codes(uitkomst) == ["9390"]
    assert hub.gedeclareerd() == {}


def test_the_same_month_twice_is_9389(hub: Hub) -> None:
    hub.post(wmo323(prestatie(volume=2)))

    uitkomst = hub.post(wmo323(prestatie(referentie="P2", volume=2), identificatie="D2", nummer="N2"))

    assert codes(uitkomst) == ["9389"]


# --- allocation away -------------------------------------------------------------------------------------------------


def test_known_numbers_are_judged_while_allocation_is_away(hub: Hub) -> None:
    hub.post(wmo323(ontvanger=RIJSWIJK, identificatie="D0", nummer="N0"))
    hub.weg = True

    uitkomst = hub.post(wmo323(prestatie(referentie="P2")))

    assert (uitkomst.oordeel, uitkomst.feed_nr) == ("goedgekeurd", 2)


def test_an_unknown_number_while_allocation_is_away_is_no_9338(hub: Hub) -> None:
    hub.weg = True

    with pytest.raises(Probleem, match="toewijzingen-onbereikbaar") as raised:
        hub.post(wmo323())

    assert raised.value.status == 503
    assert "Retry-After" in raised.value.headers
    assert hub.count(kernel.bericht) == 0
    hub.weg = False
    assert hub.post(wmo323()).oordeel == "goedgekeurd"


# --- nothing half ----------------------------------------------------------------------------------------------------


def test_an_exception_half_way_leaves_no_row(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def breekt(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(postbus, "bezorg", breekt)
    with pytest.raises(ZeroDivisionError):
        hub.post(wmo323())
    assert hub.count(kernel.bericht, kernel.inhoud, tables.prestatie, tables.declaratie, kernel.postbus) == 0
    assert hub.gedeclareerd() == {}
    monkeypatch.undo()

    assert hub.post(wmo323()).oordeel == "goedgekeurd"


def test_a_trial_gives_the_same_verdict_and_stores_nothing(hub: Hub) -> None:
    # The counter that says that agreements were loaded.
    before = hub.count(kernel.teller)
    trial = hub.post(wmo323(), proef=True)

    assert (trial.oordeel, trial.toegekend, trial.retour) == ("goedgekeurd", 48000, None)
    # The pull before it is kept: it is no part of the message.
    assert hub.count(tables.toewijzing) == 2
    assert hub.count(kernel.bericht, tables.prestatie) == 0
    assert hub.count(kernel.teller) == before + 1
    assert hub.post(wmo323()).nieuw


def test_no_bsn_is_stored_here(hub: Hub) -> None:
    hub.post(wmo323())

    assert [row.bsn for row in hub.rows(kernel.client)] == [None]


# --- without mandaat -------------------------------------------------------------------------------------------------


def test_without_mandaat_the_declaration_goes_on_to_the_gemeente(hub: Hub) -> None:
    uitkomst = hub.post(wmo323(ontvanger=RIJSWIJK))

    assert (uitkomst.oordeel, uitkomst.toegekend, uitkomst.retour) == ("doorgestuurd", None, None)
    assert postbus_van(hub, RIJSWIJK) == ["WMO323"]
    assert postbus_van(hub, "75000001") == []
    assert statussen(hub) == [tables.INGEDIEND]
    assert hub.gedeclareerd() == {}


def test_a_mandaat_begins_on_its_first_day(tmp_path: Path) -> None:
    mandaten = "gemeente,van,tot,besluit,soorten\n0503,2025-02-11,2025-02-12,FICTIEF,WMO323\n"
    hub = make_hub(tmp_path, mandaten=mandaten)
    hub.toewijs()

    def oordeel(dag: int, nr: int) -> str:
        lines = prestatie(referentie=f"P{nr}", volume=nr)
        return hub.op(date(2025, 2, dag)).post(wmo323(lines, identificatie=f"D{nr}", nummer=f"N{nr}")).oordeel

    assert [oordeel(10, 1), oordeel(11, 2), oordeel(12, 3), oordeel(13, 4)] == [
        *("doorgestuurd", "goedgekeurd", "deels_afgekeurd", "doorgestuurd")
    ]


def test_without_mandaat_level_2_refuses_without_an_answer(hub: Hub) -> None:
    uitkomst = hub.post(wmo323(ontvanger=RIJSWIJK, totaal=1))

    assert (uitkomst.oordeel, uitkomst.retour) == ("afgekeurd", None)
    assert codes(uitkomst) == ["0001"]
    assert postbus_van(hub, RIJSWIJK) == []
    assert hub.count(kernel.inhoud, tables.prestatie) == 0


def test_what_is_refused_without_mandaat_is_told_to_the_aanbieder_by_a_gebeurtenis(hub: Hub) -> None:
    refused = wmo323(ontvanger=RIJSWIJK, totaal=1)
    uitkomst = hub.post(refused)
    hub.post(refused)
    hub.post(wmo323(ontvanger=RIJSWIJK, totaal=2), proef=True)

    assert postbus_van(hub, "75000001") == [BERICHT_AFGEKEURD]
    (row,) = hub.rows(kernel.gebeurtenis)
    assert row.data == {
        "berichtsoort": "WMO323",
        "release": "3.2",
        "identificatie": uitkomst.identificatie,
        "bestemming": RIJSWIJK,
        "oordeel": "afgekeurd",
        "aantalBevindingen": len(uitkomst.bevindingen),
        "bevindingen": [bevinding.json() for bevinding in uitkomst.bevindingen],
    }


def test_what_is_refused_with_mandaat_has_its_325_and_no_gebeurtenis(hub: Hub) -> None:
    hub.post(wmo323(totaal=1))
    hub.post(wmo323(ontvanger=RIJSWIJK, identificatie="D2", nummer="N2"))

    assert postbus_van(hub, "75000001") == ["WMO325"]
    assert hub.count(kernel.gebeurtenis) == 0


def test_without_mandaat_a_key_that_is_taken_is_refused_without_an_answer(hub: Hub) -> None:
    hub.post(wmo323(ontvanger=RIJSWIJK))

    uitkomst = hub.post(wmo323(ontvanger=RIJSWIJK, nummer="DN0002"))

    assert (uitkomst.oordeel, uitkomst.retour, codes(uitkomst)) == ("afgekeurd", None, ["9056"])


def test_the_answer_of_the_gemeente_is_booked_and_passed_on(hub: Hub) -> None:
    heen = wmo323(prestatie(volume=2), prestatie(referentie="P2", toewijzing=9, volume=2), ontvanger=RIJSWIJK)
    hub.post(heen)

    uitkomst = hub.post(wmo325(heen, refused={"P2": ["9338"]}), als=RIJSWIJK)

    assert (uitkomst.oordeel, uitkomst.ingediend, uitkomst.toegekend) == ("goedgekeurd", 48000, 24000)
    assert postbus_van(hub, "75000001") == ["WMO325"]
    assert statussen(hub) == [tables.GOEDGEKEURD, tables.AFGEKEURD]
    assert sum(hub.gedeclareerd().values()) == 24000
    assert hub.rows(tables.prestatie)[1].codes == ["9338"]


def test_the_aanbieder_finds_the_gemeentes_answer_at_his_message(hub: Hub) -> None:
    heen = wmo323(ontvanger=RIJSWIJK)
    hub.post(heen)
    antwoord = hub.post(wmo325(heen), als=RIJSWIJK)

    again = hub.post(heen)

    assert again.retour is not None
    assert again.retour.id == antwoord.id


def test_a_second_answer_is_409(hub: Hub) -> None:
    heen = wmo323(ontvanger=RIJSWIJK)
    hub.post(heen)
    hub.post(wmo325(heen), als=RIJSWIJK)

    with pytest.raises(Afwijzing, match="al-beantwoord") as raised:
        hub.post(wmo325(heen, identificatie="A0002"), als=RIJSWIJK)

    assert raised.value.status == 409
    assert sum(hub.gedeclareerd().values()) == 48000


def test_the_same_answer_again_is_a_replay(hub: Hub) -> None:
    heen = wmo323(ontvanger=RIJSWIJK)
    hub.post(heen)
    first = hub.post(wmo325(heen), als=RIJSWIJK)

    again = hub.post(wmo325(heen), als=RIJSWIJK)

    assert (again.id, again.nieuw) == (first.id, False)


def test_an_answer_to_what_the_hub_answered_is_409(hub: Hub) -> None:
    hub.post(wmo323())

    with pytest.raises(Afwijzing, match="al-beantwoord"):
        hub.post(wmo325(wmo323()), als=DELFT)


def test_other_bytes_under_the_identificatie_of_an_answer_are_9056(hub: Hub) -> None:
    heen, next_one = wmo323(ontvanger=RIJSWIJK), wmo323(prestatie(referentie="P2"), ontvanger=RIJSWIJK, nummer="N2")
    next_one = set_text(next_one, "BerichtIdentificatie/Identificatie", "D2")
    hub.post(heen)
    hub.post(next_one)
    hub.post(wmo325(heen), als=RIJSWIJK)

    with pytest.raises(Afwijzing) as raised:
        hub.post(wmo325(next_one), als=RIJSWIJK)

    assert [bevinding.retourcode for bevinding in raised.value.bevindingen] == ["9056"]


def test_an_answer_to_nothing_is_409(hub: Hub) -> None:
    with pytest.raises(Afwijzing, match="geen-heenbericht") as raised:
        hub.post(wmo325(wmo323(ontvanger=RIJSWIJK)), als=RIJSWIJK)

    assert raised.value.status == 409


def test_an_answer_of_another_gemeente_is_409(hub: Hub) -> None:
    heen = wmo323(ontvanger=RIJSWIJK)
    hub.post(heen)

    with pytest.raises(Afwijzing, match="geen-heenbericht"):
        hub.post(wmo325(set_text(heen, "Ontvanger", DELFT)), als=DELFT)


def test_an_answer_that_does_not_add_up_is_400_and_changes_nothing(hub: Hub) -> None:
    heen = wmo323(ontvanger=RIJSWIJK)
    hub.post(heen)

    with pytest.raises(Afwijzing) as raised:
        hub.post(wmo325(heen, toegekend=1), als=RIJSWIJK)

    assert raised.value.status == 400
    assert [bevinding.regel for bevinding in raised.value.bevindingen] == ["TR342"]
    assert statussen(hub) == [tables.INGEDIEND]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("DeclaratieAntwoord/DeclaratieNummer", "ANDERS"),
        ("Prestatie/ProductReferentie/ReferentieNummer", "P9"),
        ("Prestatie/ProductCode", "SPF4"),
        ("Prestatie/ProductTarief", "12001"),
        ("Client/Bsn", bsn(2)),
    ],
)
def test_an_answer_that_does_not_repeat_the_declaration_is_400(hub: Hub, path: str, value: str) -> None:
    heen = wmo323(ontvanger=RIJSWIJK)
    hub.post(heen)
    antwoord = set_text(wmo325(heen, refused={"P0001": ["9338"]}), path, value)

    with pytest.raises(Afwijzing) as raised:
        hub.post(antwoord, als=RIJSWIJK)

    assert raised.value.status == 400
    assert raised.value.bevindingen
    assert statussen(hub) == [tables.INGEDIEND]


def test_a_whole_refusal_by_the_gemeente_makes_the_declaration_not_sent(hub: Hub) -> None:
    heen = wmo323(ontvanger=RIJSWIJK)
    hub.post(heen)
    hub.post(wmo325(heen, declaratie_codes=["8214"]), als=RIJSWIJK)

    uitkomst = hub.post(wmo323(ontvanger=RIJSWIJK, dagtekening="2025-02-04"))

    assert uitkomst.oordeel == "doorgestuurd"
    assert hub.gedeclareerd() == {}


def test_a_credit_the_gemeente_awards_reverses_its_debit(hub: Hub) -> None:
    first = wmo323(ontvanger=RIJSWIJK)
    hub.post(first)
    hub.post(wmo325(first), als=RIJSWIJK)
    credit = prestatie(referentie="P2", vorig="P0001", dc="C")
    second = wmo323(credit, ontvanger=RIJSWIJK, identificatie="D2", nummer="N2")
    hub.post(second)

    hub.post(wmo325(second, identificatie="A2"), als=RIJSWIJK)

    assert hub.gedeclareerd() == {}
    assert hub.rows(tables.prestatie)[0].gecrediteerd_door == 2


def test_what_the_gemeente_awards_on_an_unknown_toewijzing_is_booked_by_its_days(hub: Hub) -> None:
    heen = wmo323(prestatie(toewijzing=9, volume=31, tarief=100), ontvanger=RIJSWIJK)
    hub.post(heen)

    hub.post(wmo325(heen), als=RIJSWIJK)

    # Of the 31 days of January the 26th is the last of period 1.
    assert hub.gedeclareerd() == {"2025-P01": 2600, "2025-P02": 500}
    assert [row.soort for row in hub.rows(tables.signaal)] == ["declaratie-zonder-grondslag"]


def test_a_credit_the_gemeente_awards_without_its_debit_is_booked_and_listed(hub: Hub) -> None:
    heen = wmo323(prestatie(referentie="P2", vorig="P1", dc="C"), ontvanger=RIJSWIJK)
    hub.post(heen)

    hub.post(wmo325(heen), als=RIJSWIJK)

    assert sum(hub.gedeclareerd().values()) == -48000
    assert [row.soort for row in hub.rows(tables.signaal)] == ["credit-zonder-debet"]
    with hub.dienst.database.read() as conn:
        assert journaal_check(conn).klopt


# --- at the same moment ----------------------------------------------------------------------------------------------


def test_one_message_handed_in_eight_times_at_once_is_stored_once(hub: Hub) -> None:
    with ThreadPoolExecutor(8) as pool:
        uitkomsten = list(pool.map(lambda _: hub.post(wmo323()), range(8)))

    assert [uitkomst.nieuw for uitkomst in uitkomsten].count(True) == 1
    assert len({uitkomst.id for uitkomst in uitkomsten}) == 1
    assert hub.gedeclareerd() == {"2025-P01": 48000}


def test_one_number_in_eight_messages_at_once_is_awarded_once(hub: Hub) -> None:
    with ThreadPoolExecutor(8) as pool:
        messages = [wmo323(identificatie=f"D{n}", nummer=f"N{n}") for n in range(8)]
        uitkomsten = list(pool.map(hub.post, messages))

    assert sorted(uitkomst.toegekend or 0 for uitkomst in uitkomsten) == [0] * 7 + [48000]


def test_a_number_taken_in_the_meantime_judges_once_more(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a database with several writers can do: the facts were read before the other message committed."""
    hub.post(wmo323())
    seen: list[Feiten] = []

    def load(*about: Any, **known: Any) -> Feiten:
        feiten = load_feiten(*about, **known)
        seen.append(feiten)
        return replace(feiten, nummer_bezet=False) if len(seen) == 1 else feiten

    monkeypatch.setattr(process, "load_feiten", load)
    uitkomst = hub.post(wmo323(prestatie(referentie="P2"), identificatie="D0002"))

    assert codes(uitkomst) == ["9333"]
    assert len(seen) == 2
    assert hub.count(tables.prestatie) == 1


def test_more_lines_are_no_more_statements(hub: Hub) -> None:
    for n in range(60):
        hub.toewijs(nummer=2000 + n, bsnHash=hub.hash(bsn(1 + n)))
    hub.post(wmo323())

    def statements(key: str, many: range) -> int:
        counted: list[str] = []

        def count(*about: Any) -> None:
            counted.append(about[2])

        lines = {bsn(1 + n): [prestatie(referentie=f"{key}{n}", toewijzing=2000 + n)] for n in many}
        event.listen(Engine, "before_cursor_execute", count)
        try:
            uitkomst = hub.post(wmo323(clienten=lines, identificatie=key, nummer=key))
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        assert uitkomst.oordeel == "goedgekeurd"
        return len(counted)

    # Many rows go to PostgreSQL by COPY, which is not counted here; a few by INSERT, which is.
    assert statements("A", range(2)) >= statements("B", range(2, 60))


# --- over HTTP -------------------------------------------------------------------------------------------------------

Post = Callable[..., Response]


@pytest.fixture
def post(hub: Hub) -> Iterator[Post]:
    """Hand in a message over HTTP as a party: post(xml, als=..., path=..., accept=...)."""
    with hub.dienst.database.write() as conn:
        keys = {
            code: parties.nieuwe_sleutel(conn, code, hub.dienst.nu()) for code in ("75000001", "75000002", RIJSWIJK)
        }
    with TestClient(create_app(hub.dienst, hub.bron)) as client:

        def send(xml: bytes, als: str = "75000001", path: str = "berichten", accept: str = "*/*") -> Response:
            headers = {"Authorization": f"Bearer {keys[als]}", "Content-Type": "application/xml", "Accept": accept}
            return client.post(f"/v1/{path}", content=xml, headers=headers)

        yield send


def test_http_201_and_200_for_the_same_again(post: Post) -> None:
    first, again = post(wmo323()), post(wmo323())

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    body = first.json()
    assert (body["oordeel"], body["toegekend"], body["feedNr"]) == ("goedgekeurd", 48000, 2)
    assert body["retour"] == {"berichtsoort": "WMO325", "href": f"/declaration/v1/berichten/{body['id']}/retour"}


def test_http_gives_the_answer_itself_when_asked(post: Post) -> None:
    reply = post(wmo323(), accept="application/xml")

    assert (reply.status_code, reply.headers["content-type"]) == (201, "application/xml")
    assert text(reply.content, "DeclaratieAntwoord/RetourCodes/RetourCode") == "8001"


def test_http_202_when_somebody_else_judges(post: Post) -> None:
    reply = post(wmo323(ontvanger=RIJSWIJK), accept="application/xml")

    assert (reply.status_code, reply.content) == (202, b"")
    assert reply.headers["location"].startswith("/declaration/v1/berichten/")


def test_http_a_validation_has_no_id_and_stores_nothing(post: Post, hub: Hub) -> None:
    reply = post(wmo323(), path="validaties")

    assert reply.status_code == 200
    assert (reply.json()["id"], reply.json()["retour"], reply.json()["toegekend"]) == (None, None, 48000)
    assert hub.count(kernel.bericht) == 0


@pytest.mark.parametrize(
    ("als", "message", "status", "kind"),
    [
        ("75000002", wmo323(), 403, "niet-namens"),
        ("75000001", wmo323(ontvanger="0599"), 400, "onbekende-bestemming"),
        ("75000001", set_text(wmo323(), "DebetCredit", "X"), 400, "xsd-ongeldig"),
        ("75000001", b"<Bericht/>", 400, "onbekende-berichtsoort"),
        ("75000001", wmo301(), 400, "onbekende-berichtsoort"),
        (RIJSWIJK, wmo325(wmo323(ontvanger=RIJSWIJK)), 409, "geen-heenbericht"),
        (RIJSWIJK, wmo325(wmo323(ontvanger=RIJSWIJK), toegekend=1), 400, "antwoord-onjuist"),
    ],
)
def test_http_problems(post: Post, als: str, message: bytes, status: int, kind: str) -> None:
    reply = post(message, als=als)

    assert (reply.status_code, reply.json()["type"]) == (status, f"/problemen/{kind}")
    assert bsn(1) not in reply.text


def test_http_503_says_when_to_come_back(post: Post, hub: Hub) -> None:
    hub.weg = True
    reply = post(wmo323())

    assert (reply.status_code, reply.json()["type"]) == (503, "/problemen/toewijzingen-onbereikbaar")
    assert reply.headers["retry-after"].isdecimal()


def test_offline_gives_levels_1_and_2() -> None:
    soort = find("WMO323", "3.2")

    def regels(xml: bytes) -> list[str]:
        return [bevinding.regel for bevinding in process.toets_offline(soort, BytesIO(xml), Schemas())]

    assert regels(wmo323()) == []
    assert regels(wmo323(totaal=1)) == ["TR358"]
    assert regels(set_text(wmo323(), "DebetCredit", "X")) == ["XSD"]
    with pytest.raises(Afwijzing, match="geen-xml"):
        regels(b"geen xml")
