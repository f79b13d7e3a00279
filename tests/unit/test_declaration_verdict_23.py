"""The verdict on a 303: levels in order, credits first, awards in part; and what a gemeente's own 304 decides."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from builders_23 import prestatie23, wmo303, wmo304
from declaration_judging import client_hash
from declaration_judging_23 import (
    CREDIT,
    IN_P2,
    LATER,
    P1,
    antwoord_feiten,
    contract,
    debetregel,
    declaratie,
    feiten,
    found_ids,
    judged,
    read_303,
    read_304,
    tarieven,
    toewijzing,
    zonder_toewijzing,
)

from builders import bsn
from services.declaration.message import Declaratie303, Prestatie303
from services.declaration.rules.feiten import FACTUUR, Feiten
from services.declaration.verdict import Oordeel, check_antwoord, judge, judge_antwoord, judge_technisch, toets_niveau_2

TODAY = date(2025, 2, 10)
WRONG = prestatie23(volume=2)


def verdict(facts: Feiten, *prestaties: dict[str, Any], **anders: Any) -> Oordeel:
    """The verdict of `facts.vandaag`."""
    return judge(declaratie(*prestaties, **anders), facts)


# --- order and stops ---


def test_everything_approved() -> None:
    oordeel = verdict(feiten())

    assert (oordeel.oordeel, oordeel.toegekend) == ("goedgekeurd", 48000)
    assert (oordeel.toekenningen, oordeel.regel_codes, oordeel.bevindingen) == ({(1, 1): 48000}, {}, ())
    assert (oordeel.berekend, oordeel.gedeeltelijk) == ({(1, 1): 48000}, frozenset())


def test_every_line_refused_is_still_processed() -> None:
    oordeel = verdict(feiten(), WRONG)

    assert (oordeel.oordeel, oordeel.toegekend) == ("deels_afgekeurd", 0)
    assert (oordeel.regel_codes, oordeel.toekenningen) == ({(1, 1): ("9321",)}, {})


def test_a_finding_of_level_2_refuses_the_message() -> None:
    oordeel = judge_technisch(toets_niveau_2(declaratie(totaal=1)))

    assert (oordeel.oordeel, oordeel.kop_codes, oordeel.toegekend) == ("afgekeurd", ("0001",), 0)
    assert found_ids(oordeel) == [("TR312", "0001")]


def test_findings_in_the_Header_are_collected_and_stop_before_the_agreement() -> None:
    oordeel = verdict(feiten(vandaag=date(2024, 12, 1), gemeente_bestaat=False, nummer_bezet=True), WRONG)

    assert (oordeel.oordeel, oordeel.kop_codes) == ("afgekeurd", ("8848", "8847", "S300"))
    assert (oordeel.declaratie_codes, oordeel.regel_codes, oordeel.toekenningen) == ((), {}, {})
    assert [bevinding.pad for bevinding in oordeel.bevindingen] == ["/Bericht/Header"] * 3


def test_findings_on_number_agreement_and_period_are_collected_and_stop_before_the_lines() -> None:
    facts = feiten(nummer_bezet=True, contracten=(contract(vorm=FACTUUR),), laatste_periode=date(2025, 1, 27))

    oordeel = verdict(facts, WRONG, eind="2025-01-25")

    assert (oordeel.oordeel, oordeel.kop_codes) == ("afgekeurd", ())
    assert oordeel.declaratie_codes == ("0030", "8855", "8214")
    assert found_ids(oordeel) == [("TR324", "0030"), ("OP278", "8855"), ("HUB01", "8214"), ("TR318", "8214")]
    assert (oordeel.regel_codes, oordeel.toekenningen, oordeel.toegekend) == ({}, {}, 0)


def test_findings_stand_in_document_order_with_place_level_and_sentences() -> None:
    oordeel = verdict(feiten(), prestatie23(volume=2, tarief=1, bedrag=2), CREDIT)

    first, second, third = oordeel.bevindingen
    assert [(b.regel, b.niveau, b.retourcode) for b in (first, second, third)] == [
        ("TR321", 3, "9321"),
        ("IV032", 4, "0611"),
        ("TR323", 3, "8017"),
    ]
    assert [b.pad for b in (first, third)] == [f"/Bericht/Clienten/Client[1]/Prestaties/Prestatie[{n}]" for n in (1, 2)]
    assert second.element == "IngediendeBedragPrestatie/ProductTarief"
    assert first.regelnummer
    assert first.melding
    assert first.advies


def test_a_refused_client_leaves_the_others() -> None:
    facts = feiten(toewijzing(client=client_hash(bsn(3))), toewijzing(nummer=1002, client=client_hash(bsn(2))))
    lines = {bsn(1): [prestatie23()], bsn(2): [prestatie23(referentie="B", toewijzing=1002)]}

    oordeel = verdict(facts, clienten=lines)

    assert (oordeel.client_codes, oordeel.regel_codes) == ({1: ("8187",)}, {(1, 1): ("0233",)})
    assert oordeel.toekenningen == {(2, 1): 48000}


def test_lines_of_a_refused_client_claim_nothing() -> None:
    """Two Clienten name toewijzing 1001, which is the second one's."""
    lines = {bsn(1): [prestatie23()], bsn(2): [prestatie23(referentie="B")]}

    oordeel = verdict(feiten(toewijzing(client=client_hash(bsn(2)))), clienten=lines)

    assert (oordeel.toekenningen, oordeel.berekend) == ({(2, 1): 48000}, {(2, 1): 48000})


def test_a_line_without_toewijzing_has_nothing_computed() -> None:
    oordeel = verdict(zonder_toewijzing())

    assert (oordeel.regel_codes, oordeel.berekend) == ({(1, 1): ("0551",)}, {})


# --- credits and awards in part ---


def test_an_approved_credit_awards_less_than_nothing() -> None:
    oordeel = verdict(feiten(debetregels={"P0000": debetregel()}), CREDIT)

    assert (oordeel.oordeel, oordeel.toegekend, oordeel.toekenningen) == ("goedgekeurd", -48000, {(1, 1): -48000})
    assert (oordeel.berekend, oordeel.gedeeltelijk) == ({}, frozenset())


def test_a_credit_later_in_the_document_makes_room_first() -> None:
    facts = feiten(gedeclareerd={(1001, P1): 48000}, debetregels={"P0000": debetregel()})

    oordeel = verdict(facts, prestatie23(), CREDIT)

    assert (oordeel.oordeel, oordeel.toegekend) == ("goedgekeurd", 0)


def test_an_award_in_part_is_no_full_approval_and_no_refusal() -> None:
    oordeel = verdict(feiten(), prestatie23(bedrag=50000))

    assert (oordeel.oordeel, oordeel.toegekend) == ("deels_afgekeurd", 48000)
    assert (oordeel.toekenningen, oordeel.regel_codes) == ({(1, 1): 48000}, {})
    assert (oordeel.gedeeltelijk, oordeel.berekend) == (frozenset({(1, 1)}), {(1, 1): 48000})
    (bevinding,) = oordeel.bevindingen
    assert (bevinding.regel, bevinding.retourcode, bevinding.niveau) == ("HUB07", None, 4)


def test_refused_awarded_and_awarded_in_part_beside_each_other() -> None:
    lines = (
        prestatie23(),
        prestatie23(referentie="B", toewijzing=9),
        prestatie23(referentie="C", **IN_P2, bedrag=50000),
        CREDIT,
    )

    oordeel = verdict(feiten(debetregels={"P0000": debetregel()}, vandaag=date(2025, 4, 1)), *lines, **LATER)

    assert (oordeel.oordeel, oordeel.toegekend) == ("deels_afgekeurd", 48000)
    assert oordeel.toekenningen == {(1, 1): 48000, (1, 3): 48000, (1, 4): -48000}
    assert (oordeel.regel_codes, oordeel.gedeeltelijk) == ({(1, 2): ("0551",)}, frozenset({(1, 3)}))
    assert oordeel.berekend == {(1, 1): 48000, (1, 3): 48000}


def test_a_factuur_is_awarded_whole_or_not_at_all() -> None:
    line = prestatie23(btw_vrijstelling="1", bedrag=50000)

    oordeel = verdict(feiten(contracten=(contract(vorm=FACTUUR),)), line, factuur=True)

    assert (oordeel.regel_codes, oordeel.toekenningen) == ({(1, 1): ("0611",)}, {})
    assert (oordeel.gedeeltelijk, oordeel.berekend, oordeel.toegekend) == (frozenset(), {(1, 1): 48000}, 0)


def test_a_line_of_nothing_is_awarded_nothing_and_that_is_all_of_it() -> None:
    oordeel = verdict(feiten(), prestatie23(bedrag=0))

    assert (oordeel.oordeel, oordeel.toekenningen, oordeel.gedeeltelijk) == ("goedgekeurd", {(1, 1): 0}, frozenset())


def test_the_award_follows_what_is_computed_in_another_price() -> None:
    assert judged(feiten(tarieven=tarieven(40000)), prestatie23(bedrag=48000)).toekenningen == {(1, 1): 40000}


# --- a gemeente's own 304 ---

LINES = {
    bsn(1): [prestatie23(), prestatie23(referentie="B", toewijzing=2, bedrag=24000)],
    bsn(2): [prestatie23(referentie="C", toewijzing=3, vorig="P0000", dc="C")],
}
HEEN = wmo303(clienten=LINES)


def answered(heen: bytes = HEEN, **anders: Any) -> Oordeel:
    antwoord, facts = read_304(wmo304(heen, **anders)), antwoord_feiten(read_303(heen))
    assert toets_niveau_2(antwoord) == ()
    assert check_antwoord(antwoord, facts) == ()
    return judge_antwoord(antwoord, facts)


def test_a_304_that_approves_everything() -> None:
    oordeel = answered()

    assert (oordeel.oordeel, oordeel.toegekend) == ("goedgekeurd", 24000)
    assert oordeel.toekenningen == {(1, 1): 48000, (1, 2): 24000, (2, 1): -48000}
    assert (oordeel.regel_codes, oordeel.gedeeltelijk, oordeel.berekend) == ({}, frozenset(), {})


def test_a_304_that_refuses_lines_approves_the_others() -> None:
    oordeel = answered(refused={"B": ("9321", "9322"), "C": ("8017",)})

    assert (oordeel.oordeel, oordeel.toegekend) == ("deels_afgekeurd", 48000)
    assert oordeel.regel_codes == {(1, 2): ("9321", "9322"), (2, 1): ("8017",)}
    assert oordeel.toekenningen == {(1, 1): 48000}
    assert oordeel.berekend == {(1, 2): 0, (2, 1): 0}


def test_a_304_that_awards_a_line_in_part() -> None:
    oordeel = answered(partly={"B": 23000})

    assert (oordeel.oordeel, oordeel.toegekend) == ("deels_afgekeurd", 23000)
    assert oordeel.toekenningen == {(1, 1): 48000, (1, 2): 23000, (2, 1): -48000}
    assert (oordeel.regel_codes, oordeel.gedeeltelijk) == ({}, frozenset({(1, 2)}))
    assert oordeel.berekend == {(1, 2): 23000}


def test_a_304_that_refuses_a_client() -> None:
    oordeel = answered(client_codes={bsn(1): ("8187",)})

    assert oordeel.regel_codes == {(1, 1): ("0233",), (1, 2): ("0233",)}
    assert (oordeel.toekenningen, oordeel.toegekend) == ({(2, 1): -48000}, -48000)


@pytest.mark.parametrize("codes", [("0001",), ("0030",), ("8855", "8214")])
def test_a_304_that_refuses_the_message(codes: tuple[str, ...]) -> None:
    oordeel = answered(header_codes=codes)

    assert (oordeel.oordeel, oordeel.declaratie_codes, oordeel.toegekend) == ("afgekeurd", codes, 0)
    assert (oordeel.regel_codes, oordeel.toekenningen) == ({}, {})


def test_a_304_to_lines_of_one_client_that_share_a_number() -> None:
    heen = wmo303(prestatie23(), prestatie23(code="SPF4", toewijzing=2), prestatie23(referentie="C", toewijzing=3))

    oordeel = answered(heen, refused={"P0001": ("8021",)})

    assert oordeel.regel_codes == {(1, 1): ("8021",), (1, 2): ("8021",)}
    assert oordeel.toekenningen == {(1, 3): 48000}


def test_a_304_without_its_303_is_not_judged() -> None:
    with pytest.raises(ValueError, match="geen declaratie"):
        judge_antwoord(read_304(wmo304(HEEN)), antwoord_feiten(read_303(HEEN), declaratie=None))


def test_a_line_that_is_not_in_the_303_is_not_judged() -> None:
    elsewhere = antwoord_feiten(declaratie(prestatie23(referentie="Z")))

    with pytest.raises(ValueError, match="niet in zijn declaratie"):
        judge_antwoord(read_304(wmo304(wmo303(), refused={"P0001": ("9321",)})), elsewhere)


# --- size ---


def test_every_one_of_many_lines_is_judged() -> None:
    aantal = 20_000
    many = _many(declaratie(), aantal)
    known = [toewijzing(nummer=n) for n in range(aantal)]
    a = {(n, P1): 48000 for n in range(aantal)}

    oordeel = judge(many, replace(feiten(), toewijzingen={een.nummer: een for een in known}, toegewezen=a))

    assert oordeel.oordeel == "goedgekeurd"
    assert len(oordeel.toekenningen) == aantal


def _many(one: Declaratie303, aantal: int) -> Declaratie303:
    line: Prestatie303 = one.clienten[0].prestaties[0]
    lines = tuple(replace(line, index=n + 1, referentienummer=str(n), toewijzing=n) for n in range(aantal))
    return replace(one, clienten=(replace(one.clienten[0], prestaties=lines),))
