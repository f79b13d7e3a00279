"""Messages without rules of the hub's own: checked on their schema, stored, and passed on, both ways."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from allocation_service import DELFT, EEN, NU, RIJSWIJK, SOFTWARE, TWEE, Hub
from forwarding_messages import heen, retour

from builders import remove, set_text
from services.allocation.process import toets_offline
from services.kernel import tables as kernel
from services.kernel.catalogue import CATALOGUE, Berichtsoort, find
from services.kernel.gebeurtenissen import BERICHT_AFGEKEURD
from services.kernel.problems import Probleem
from services.kernel.reading import Afwijzing, Schemas, as_stream
from services.kernel.rules import rule_table
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij

JUDGED = ("WMO301", "WMO302", "JW301", "JW302")
PASSED_ON = [soort for soort in CATALOGUE if soort.dienst == "allocation" and soort.naam not in JUDGED]
HEEN = [soort for soort in PASSED_ON if soort.antwoord]
START = heen("WMO305")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.dienst.database.close()


def named(soort: Berichtsoort) -> str:
    return f"{soort.naam} {soort.release}"


def sender(soort: Berichtsoort) -> Partij:
    return DELFT if soort.rol == "gemeente" else EEN


def refused(hub: Hub, partij: Partij, xml: bytes, proef: bool = False) -> Afwijzing | Probleem:
    """What was raised, after proving that nothing of the message was stored."""
    before = hub.counts()
    with pytest.raises((Afwijzing, Probleem)) as caught:
        hub.send(partij, xml, proef)
    after = {**hub.counts(), "audit": before["audit"], "weigering": before["weigering"]}
    assert after == before
    return caught.value


def test_what_is_passed_on_is_all_that_has_no_rules() -> None:
    for standaard in ("iwmo", "ijw"):
        assert {soort.naam[-3:] for soort in PASSED_ON if soort.standaard == standaard} == {
            *("305", "306", "307", "308", "315", "316", "317", "318", "319", "320")
        }


# --- both ways -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("soort", HEEN, ids=named)
def test_a_message_is_stored_and_reaches_its_addressee(hub: Hub, soort: Berichtsoort) -> None:
    message, to = heen(soort.naam, soort.release), EEN if soort.rol == "gemeente" else DELFT

    outcome = hub.send(sender(soort), message)

    assert (outcome.oordeel, outcome.bevindingen, outcome.retour) == ("doorgestuurd", (), None)
    assert (outcome.standaard, outcome.release, outcome.berichtsoort) == (soort.standaard, soort.release, soort.naam)
    assert (outcome.verzender, outcome.bestemming, outcome.identificatie) == (sender(soort).code, to.code, "B1")
    assert hub.postbus(to.code) == [soort.naam]
    assert hub.postbus(sender(soort).code) == []
    assert hub.content(outcome.id) == message
    (row,) = hub.rows(kernel.bericht)
    assert (row.telt, row.partij, row.dagtekening) == (True, sender(soort).code, date(2025, 2, 3))
    assert (row.domein, row.ontvangen) == (soort.domein, NU)


@pytest.mark.parametrize("soort", HEEN, ids=named)
def test_its_retour_comes_back_the_other_way(hub: Hub, soort: Berichtsoort) -> None:
    first = hub.send(sender(soort), heen(soort.naam, soort.release))
    back = find(soort.antwoord or "", soort.release)

    outcome = hub.send(sender(back), retour(back.naam, back.release))

    assert (outcome.oordeel, outcome.identificatie) == ("doorgestuurd", "R1")
    assert (outcome.verzender, outcome.bestemming) == (sender(back).code, sender(soort).code)
    assert hub.postbus(sender(soort).code) == [back.naam]
    one, other = hub.rows(kernel.bericht)
    assert (other.antwoord_op, other.dagtekening) == (one.nr, date(2025, 1, 31))
    again = hub.send(sender(soort), heen(soort.naam, soort.release))
    assert again.id == first.id
    assert again.retour is not None
    assert (again.retour.berichtsoort, again.retour.id) == (back.naam, outcome.id)


def test_somebody_authorised_may_hand_it_in(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        parties.machtig(conn, SOFTWARE.code, EEN.code, date(2025, 1, 1))

    assert hub.send(SOFTWARE, START).verzender == EEN.code
    assert hub.rows(kernel.bericht)[0].partij == SOFTWARE.code


# --- replay ----------------------------------------------------------------------------------------------------------


def test_the_same_bytes_get_the_first_answer_and_store_nothing(hub: Hub) -> None:
    first = hub.send(EEN, START)
    before = hub.counts()

    again = hub.send(EEN, START)

    assert (again.id, again.oordeel, again.nieuw) == (first.id, "doorgestuurd", False)
    assert hub.counts() == before


def test_other_bytes_under_a_used_Identificatie_are_refused_with_9056_and_go_nowhere(hub: Hub) -> None:
    hub.send(EEN, START)

    outcome = hub.send(EEN, heen("WMO305", dagtekening="2025-02-02"))

    assert outcome.oordeel == "afgekeurd"
    (found,) = outcome.bevindingen
    assert (found.regel, found.retourcode, found.niveau, found.pad) == ("TR056", "9056", 3, "/Bericht/Header")
    assert hub.postbus(DELFT.code) == ["WMO305"]
    assert [row.telt for row in hub.rows(kernel.bericht)] == [True, False]
    assert hub.content(outcome.id) is None


def test_that_it_went_nowhere_is_told_to_its_sender_by_a_gebeurtenis(hub: Hub) -> None:
    hub.send(EEN, START)
    assert hub.postbus(EEN.code) == []
    again = heen("WMO305", dagtekening="2025-02-02")

    hub.send(EEN, again, proef=True)
    outcome = hub.send(EEN, again)
    hub.send(EEN, again)

    assert hub.postbus(EEN.code) == [BERICHT_AFGEKEURD]
    (row,) = hub.rows(kernel.gebeurtenis)
    assert (row.bericht, row.data["bestemming"]) == (hub.rows(kernel.bericht)[1].nr, DELFT.code)
    assert row.data["bevindingen"] == [bevinding.json() for bevinding in outcome.bevindingen]


@pytest.mark.parametrize("soort", HEEN, ids=named)
def test_every_kind_has_the_words_for_a_used_Identificatie(hub: Hub, soort: Berichtsoort) -> None:
    hub.send(sender(soort), heen(soort.naam, soort.release))

    outcome = hub.send(sender(soort), heen(soort.naam, soort.release, dagtekening="2025-02-02"), proef=True)

    assert [found.retourcode for found in outcome.bevindingen] == ["9056"]


def test_the_rule_table_has_no_words_that_are_never_said() -> None:
    for standaard, release in {(soort.standaard, soort.release) for soort in PASSED_ON}:
        spoken = {(text.berichtsoort, text.regel) for text in rule_table(standaard, release)}
        kinds = {soort.naam for soort in PASSED_ON}

        assert {one for one in spoken if one[0] in kinds} == {
            (soort.naam, "TR056") for soort in HEEN if (soort.standaard, soort.release) == (standaard, release)
        }


def test_an_Identificatie_is_of_one_sender_and_one_kind(hub: Hub) -> None:
    hub.send(EEN, START)

    assert hub.send(TWEE, heen("WMO305", aanbieder=TWEE.code)).oordeel == "doorgestuurd"
    assert hub.send(EEN, heen("WMO307")).oordeel == "doorgestuurd"
    assert hub.send(EEN, heen("JW305")).oordeel == "doorgestuurd"
    assert hub.postbus(DELFT.code) == ["WMO305", "WMO305", "WMO307", "JW305"]


def test_a_retour_with_a_used_number_is_refused(hub: Hub) -> None:
    hub.send(EEN, START)
    hub.send(EEN, heen("WMO305", identificatie="B2"))
    hub.send(DELFT, retour("WMO306"))

    fout = refused(hub, DELFT, retour("WMO306", op="B2"))

    assert (fout.type, fout.status) == ("identificatie-bezet", 409)


# --- a retour --------------------------------------------------------------------------------------------------------


def test_a_second_retour_is_refused(hub: Hub) -> None:
    hub.send(EEN, START)
    hub.send(DELFT, retour("WMO306"))

    fout = refused(hub, DELFT, retour("WMO306", identificatie="R2"))

    assert (fout.type, fout.status) == ("al-beantwoord", 409)


@pytest.mark.parametrize(
    "changes",
    [
        {"op": "B2"},
        {"dagtekening": "2025-02-02"},
        {"aanbieder": TWEE.code},
        {"release": "2.3"},
    ],
    ids=str,
)
def test_a_retour_on_nothing_is_refused(hub: Hub, changes: dict[str, str]) -> None:
    hub.send(EEN, START)

    fout = refused(hub, DELFT, retour("WMO306", **changes))

    assert (fout.type, fout.status) == ("geen-heenbericht", 409)
    assert "WMO305" in (fout.detail or "")


def test_a_retour_of_another_gemeente_is_refused(hub: Hub) -> None:
    hub.send(EEN, START)

    fout = refused(hub, RIJSWIJK, retour("WMO306", gemeente=RIJSWIJK.code))

    assert fout.type == "geen-heenbericht"


def test_a_retour_of_ijw_does_not_answer_a_message_of_iwmo(hub: Hub) -> None:
    hub.send(EEN, START)

    assert refused(hub, DELFT, retour("JW306")).type == "geen-heenbericht"


@pytest.mark.parametrize("soort", HEEN, ids=named)
def test_what_a_retour_refuses_counts_as_not_sent(hub: Hub, soort: Berichtsoort) -> None:
    hub.send(sender(soort), heen(soort.naam, soort.release))
    back = find(soort.antwoord or "", soort.release)

    hub.send(sender(back), retour(back.naam, back.release, weigert=True))

    assert [row.telt for row in hub.rows(kernel.bericht)] == [False, True]
    corrected = heen(soort.naam, soort.release, dagtekening="2025-02-02")
    assert hub.send(sender(soort), corrected).oordeel == "doorgestuurd"


@pytest.mark.parametrize("code, telt", [("0200", True), ("9056", False), ("0001", False)])
def test_a_retour_without_a_client_refuses_by_any_code_but_0200(hub: Hub, code: str, telt: bool) -> None:
    hub.send(EEN, START)
    with_code = set_text(remove(retour("WMO306", weigert=True), "/Bericht/Client"), "Header//RetourCode", code)

    hub.send(DELFT, with_code)

    assert hub.rows(kernel.bericht)[0].telt is telt


# --- what is not passed on -------------------------------------------------------------------------------------------


def test_a_message_in_the_name_of_another_is_403_and_in_the_audit_trail(hub: Hub) -> None:
    fout = refused(hub, TWEE, START)

    assert (fout.type, fout.status) == ("niet-namens", 403)
    assert [(row.partij, row.actie, row.oorzaak) for row in hub.rows(kernel.audit)] == [
        (TWEE.code, "WMO305 indienen", "niet-namens")
    ]


def test_the_party_in_the_Header_that_does_not_send_the_retour_is_403(hub: Hub) -> None:
    hub.send(EEN, START)

    assert refused(hub, EEN, retour("WMO306")).status == 403


@pytest.mark.parametrize(
    "partij, message",
    [
        (EEN, heen("WMO305", gemeente="0518")),
        (EEN, heen("WMO315", gemeente="9999")),
        (DELFT, heen("WMO319", aanbieder="75000099")),
        (DELFT, retour("WMO306", aanbieder="75000099")),
    ],
)
def test_an_addressee_the_hub_does_not_know_is_refused(hub: Hub, partij: Partij, message: bytes) -> None:
    fout = refused(hub, partij, message)

    assert (fout.type, fout.status) == ("onbekende-bestemming", 400)


@pytest.mark.parametrize("soort", PASSED_ON, ids=named)
def test_what_does_not_fit_its_schema_is_400_and_leaves_a_row(hub: Hub, soort: Berichtsoort) -> None:
    make = retour if soort.antwoord_op else heen
    broken = set_text(make(soort.naam, soort.release), "BerichtVersie", "9")

    fout = refused(hub, sender(soort), broken)

    assert (fout.type, fout.status) == ("xsd-ongeldig", 400)
    assert [(found.niveau, found.regel, found.element) for found in fout.bevindingen] == [(1, "XSD", "BerichtVersie")]
    (row,) = hub.rows(kernel.weigering)
    assert (row.partij, row.berichtsoort, row.release) == (sender(soort).code, soort.naam, soort.release)


def test_a_Dagtekening_no_calendar_holds_is_out_of_range(hub: Hub) -> None:
    assert refused(hub, EEN, heen("WMO305", dagtekening="12025-01-01")).type == "waarde-buiten-bereik"


def test_a_trial_tells_the_same_and_stores_nothing(hub: Hub) -> None:
    before = hub.counts()
    assert hub.send(EEN, START, proef=True).oordeel == "doorgestuurd"
    assert hub.counts() == before

    hub.send(EEN, START)
    before = hub.counts()
    assert hub.send(DELFT, retour("WMO306"), proef=True).oordeel == "doorgestuurd"
    assert hub.counts() == before


@pytest.mark.parametrize("soort", PASSED_ON, ids=named)
def test_offline_only_the_schema_is_held(soort: Berichtsoort) -> None:
    make = retour if soort.antwoord_op else heen
    message = make(soort.naam, soort.release)

    assert toets_offline(soort, as_stream(message), Schemas()) == ()
    broken = toets_offline(soort, as_stream(set_text(message, "BerichtCode", "999")), Schemas())
    assert [found.regel for found in broken] == ["XSD"]
