"""Debit lines of a 303: price, GemeenteBerekendBedrag, award in part, and D within A (design §6, "2.3").

The standard has no rule for these: HUB04 to HUB07 are ours. 48000 eurocent per four weeks, 12000 per week.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from builders_23 import prestatie23
from declaration_judging_23 import (
    CREDIT,
    IN_P2,
    IN_P3,
    LATER,
    P1,
    P2,
    TABEL,
    award,
    codes,
    contract,
    debetregel,
    feiten,
    found_ids,
    judged,
    tarieven,
    toewijzing,
    uren,
)

from services.declaration.contracts import Gebroken, Toewijzing
from services.declaration.four_weeks import verloren
from services.declaration.rules.feiten import FACTUUR, Feiten
from services.declaration.tariffs import Tarief, Tarieven

FULL, WEEK, DAY = Gebroken
# From a Wednesday: two weeks of P1, twelve days of it.
HALF = toewijzing(ingangsdatum=date(2025, 1, 15))
HALF_P1 = {"begin": "2025-01-15"}
P1_AND_P2 = {"begin": "2024-12-30", "eind": "2025-02-23"}
P13_2026 = {"begin": "2026-11-30", "eind": "2027-01-03"}
ASPECIFIC = toewijzing(code=None, volume=None, eenheid=None, frequentie=None)
NO_TARIFF = Tarieven(())


def agreed(gebroken: Gebroken, *toewijzingen: Toewijzing, **anders: Any) -> Feiten:
    return feiten(*toewijzingen, contracten=(contract(gebroken=gebroken),), **anders)


def invoiced(facts: Feiten, **anders: Any) -> tuple[str, ...]:
    """The codes of the line on a factuur."""
    vorm = tuple(contract(gebroken=one.gebroken, vorm=FACTUUR) for one in facts.contracten)
    line = prestatie23(**{"btw_vrijstelling": "1"} | anders)
    return codes(feiten(*facts.toewijzingen.values(), contracten=vorm), line, factuur=True)


# --- IV032: ProductTarief is the price of the whole period ---


@pytest.mark.parametrize(
    ("tarief", "expected"), [(48000, ()), (47999, ("0611",)), (48001, ("0611",)), (12000, ("0611",)), (None, ())]
)
def test_IV032_0611_the_price_of_the_period(tarief: int | None, expected: tuple[str, ...]) -> None:
    assert codes(feiten(), prestatie23(tarief=tarief, bedrag=1)) == expected


@pytest.mark.parametrize("gebroken", Gebroken)
def test_IV032_0611_the_price_of_the_whole_period_in_a_broken_one(gebroken: Gebroken) -> None:
    facts = agreed(gebroken, HALF)

    assert codes(facts, prestatie23(**HALF_P1, tarief=48000, bedrag=1)) == ()
    assert codes(facts, prestatie23(**HALF_P1, tarief=24000, bedrag=1)) == ("0611",)


@pytest.mark.parametrize(("tarief", "expected"), [(60000, ()), (48000, ("0611",))])
def test_IV032_0611_a_long_P13_costs_five_weeks(tarief: int, expected: tuple[str, ...]) -> None:
    facts = feiten(toewijzing(ingangsdatum=date(2026, 11, 30), einddatum=date(2027, 1, 3)))

    assert codes(facts, prestatie23(**P13_2026, tarief=tarief), **P13_2026, dagtekening="2027-02-01") == expected


def raised(van: date) -> Tarieven:
    """48000, from this day on 52000."""
    first = Tarief("0503", None, "SPF3", date(2024, 1, 1), None, 48000, None, date(2023, 12, 1), "FICTIEF")
    second = Tarief("0503", None, "SPF3", van, None, 52000, None, date(2024, 12, 1), "FICTIEF")
    return Tarieven([first, second])


@pytest.mark.parametrize(
    ("van", "price"),
    [(date(2025, 1, 27), 48000), (date(2025, 1, 26), 49000), (date(2025, 1, 13), 50000), (date(2025, 1, 1), 52000)],
)
def test_IV032_0611_each_week_at_the_tariff_of_its_Sunday(van: date, price: int) -> None:
    facts = feiten(tarieven=raised(van))

    assert codes(facts, prestatie23(tarief=price)) == ()
    assert codes(facts, prestatie23(tarief=price - 1)) == ("0611",)


def test_IV032_0611_no_tariff_is_right_for_periods_of_different_prices() -> None:
    line = prestatie23(**P1_AND_P2, volume=2)
    facts = feiten(tarieven=raised(date(2025, 1, 27)))

    assert codes(facts, {**line, "tarief": 48000}, **LATER) == codes(facts, {**line, "tarief": 52000}, **LATER)
    assert codes(facts, {**line, "tarief": 48000}, **LATER) == ("0611",)
    assert award(facts, {**line, "bedrag": 100000}, **LATER) == 100000


def test_IV032_0611_of_a_toewijzing_in_a_shape_of_3_2() -> None:
    weekly = feiten(toewijzing(frequentie="2"))

    assert codes(weekly, prestatie23(volume=4, tarief=12000)) == ()
    assert codes(weekly, prestatie23(volume=4, tarief=12001, bedrag=48000)) == ("0611",)


@pytest.mark.parametrize(("tarief", "expected"), [(48000, ()), (47999, ("0611",)), (48001, ("0611",))])
def test_IV032_0611_of_pieces_without_Omvang_by_the_contract(tarief: int, expected: tuple[str, ...]) -> None:
    assert codes(feiten(ASPECIFIC), prestatie23(tarief=tarief, bedrag=1)) == expected


def test_IV032_0611_not_where_nothing_is_known_to_compare_with() -> None:
    line = prestatie23(tarief=1)

    assert codes(feiten(tarieven=NO_TARIFF), line) == ()
    assert codes(feiten(ASPECIFIC, contracten=()), line) == ()
    assert codes(feiten(uren()), prestatie23(eenheid="04", tarief=1)) == ()


# --- GemeenteBerekendBedrag: what a declaratie gets at most (HUB07), and a factuur at all (HUB04, HUB05) ---

BROKEN = [(FULL, 48000), (WEEK, 24000), (DAY, 20571)]


@pytest.mark.parametrize(("submitted", "awarded"), [(47999, 47999), (48000, 48000), (48001, 48000), (99999, 48000)])
def test_HUB07_a_declaratie_gets_at_most_what_the_gemeente_computes(submitted: int, awarded: int) -> None:
    oordeel = judged(feiten(), prestatie23(bedrag=submitted))

    assert (oordeel.toekenningen, oordeel.regel_codes) == ({(1, 1): awarded}, {})
    assert oordeel.berekend == {(1, 1): 48000}
    partly = submitted > awarded
    assert found_ids(oordeel) == ([("HUB07", None)] if partly else [])
    assert oordeel.gedeeltelijk == (frozenset({(1, 1)}) if partly else frozenset())


@pytest.mark.parametrize(("gebroken", "berekend"), BROKEN)
def test_HUB07_in_a_broken_period_what_the_contract_says(gebroken: Gebroken, berekend: int) -> None:
    facts = agreed(gebroken, HALF)

    assert award(facts, prestatie23(**HALF_P1, bedrag=48001)) == berekend
    assert award(facts, prestatie23(**HALF_P1, bedrag=berekend)) == berekend
    assert award(facts, prestatie23(**HALF_P1, bedrag=berekend - 1)) == berekend - 1


@pytest.mark.parametrize(("gebroken", "berekend"), BROKEN)
def test_HUB04_9321_a_factuur_above_what_a_broken_period_costs(gebroken: Gebroken, berekend: int) -> None:
    facts = agreed(gebroken, HALF)

    assert invoiced(facts, **HALF_P1, bedrag=berekend) == ()
    assert invoiced(facts, **HALF_P1, bedrag=berekend + 1) == ("9321",)


@pytest.mark.parametrize(("bedrag", "expected"), [(47999, ()), (48000, ()), (48001, ("0611",))])
def test_HUB05_0611_a_factuur_above_what_a_whole_period_costs(bedrag: int, expected: tuple[str, ...]) -> None:
    assert invoiced(feiten(), bedrag=bedrag) == expected


def test_HUB05_0611_more_than_nothing_for_nothing() -> None:
    """A declaratie that would be awarded in part, if there were a part: a refusal needs its code."""
    nothing = {"volume": 0, "bedrag": 1}

    assert codes(feiten(), prestatie23(**nothing)) == ("0611",)
    assert codes(feiten(HALF), prestatie23(**HALF_P1, **nothing)) == ("9321",)
    assert award(feiten(), prestatie23(volume=0, bedrag=0)) == 0
    assert award(feiten(), prestatie23(bedrag=0)) == 0


OPTIONAL = {
    "none": {},
    "tarief": {"tarief": 48000},
    "berekend": {"tarief": 48000, "berekend": 60000},
    "percentage": {"verrekenpercentage": 9000},
    "beschikking": {"beschikkingnummer": 1, "commentaar": "Kort"},
}


@pytest.mark.parametrize("filled", OPTIONAL.values(), ids=OPTIONAL)
def test_HUB07_is_computed_whatever_optional_fields_are_filled(filled: dict[str, Any]) -> None:
    oordeel = judged(feiten(), prestatie23(**filled, bedrag=60000))

    assert (oordeel.berekend, oordeel.toegekend) == ({(1, 1): 48000}, 48000)


def test_a_Verrekenpercentage_lowers_what_is_submitted_and_not_what_is_computed() -> None:
    line = prestatie23(tarief=48000, berekend=48000, verrekenpercentage=5000, bedrag=24000)

    assert award(feiten(), line) == 24000


def test_GemeenteBerekendBedrag_is_known_of_a_refused_line_too() -> None:
    oordeel = judged(feiten(), prestatie23(tarief=1))

    assert (oordeel.regel_codes, oordeel.berekend) == ({(1, 1): ("0611",)}, {(1, 1): 48000})


def test_HUB07_a_line_over_two_periods_costs_both() -> None:
    line = prestatie23(**P1_AND_P2, volume=2)

    assert award(feiten(), {**line, "bedrag": 96001}, **LATER) == 96000
    # One piece over two periods is half of each, also of a broken one.
    assert award(feiten(), {**line, "volume": 1, "bedrag": 96001}, **LATER) == 48000
    broken = {**line, **HALF_P1, "bedrag": 96001}
    assert award(feiten(HALF), broken, **LATER) == 72000


def test_HUB07_euros_at_most_the_volume_that_is_claimed() -> None:
    euros = feiten(toewijzing(eenheid="83", volume=48000))

    assert award(euros, prestatie23(eenheid="83", volume=40000, bedrag=48000)) == 40000
    assert award(euros, prestatie23(eenheid="83", volume=40000, bedrag=40000)) == 40000


def test_HUB07_a_toewijzing_in_a_shape_of_3_2_costs_its_price_per_piece() -> None:
    weekly = feiten(toewijzing(frequentie="2"))

    assert award(weekly, prestatie23(volume=3, bedrag=48000)) == 36000


def test_HUB07_pieces_without_Omvang_cost_what_the_contract_says() -> None:
    assert award(feiten(ASPECIFIC), prestatie23(bedrag=99999)) == 48000
    assert award(feiten(ASPECIFIC, contracten=()), prestatie23(bedrag=99999)) == 99999


def test_HUB07_the_product_of_the_line_tells_the_contract_of_an_aspecific_toewijzing() -> None:
    other = contract(gebroken=FULL, resultaatgebied="DAG")
    facts = feiten(replace(ASPECIFIC, ingangsdatum=date(2025, 1, 15)), contracten=(other, contract(gebroken=DAY)))

    assert award(facts, prestatie23(**HALF_P1, bedrag=48000)) == 20571


# --- HUB06: D of a period stays within A ---


@pytest.mark.parametrize(("before", "expected"), [(0, ()), (1, ("9322",)), (48000, ("9322",))])
def test_HUB06_9322_a_period_claimed_before(before: int, expected: tuple[str, ...]) -> None:
    assert codes(feiten(gedeclareerd={(1001, P1): before})) == expected


@pytest.mark.parametrize(("volume", "line"), [(13, {}), (2, {}), (2, IN_P3)])
def test_HUB06_9322_of_pieces_per_year_a_period_holds_one(volume: int, line: dict[str, str]) -> None:
    facts = feiten(toewijzing(frequentie="5", volume=volume))

    oordeel = judged(facts, prestatie23(**line), prestatie23(**line, referentie="B", bedrag=1), **LATER)

    assert (oordeel.regel_codes, oordeel.toekenningen) == ({(1, 2): ("9322",)}, {(1, 1): 48000})


def test_HUB06_9322_of_more_pieces_per_year_than_periods_the_first_hold_two() -> None:
    facts = feiten(toewijzing(frequentie="5", volume=14))
    twice = {"volume": 2, "bedrag": 96000}

    assert codes(facts, prestatie23(**twice), **LATER) == ()
    assert codes(facts, prestatie23(**twice, **IN_P2), **LATER) == ("9322",)


def test_pieces_per_year_cost_the_price_of_a_period() -> None:
    facts = feiten(toewijzing(frequentie="5", volume=13))

    assert award(facts, prestatie23(bedrag=9999999)) == 48000
    assert codes(facts, prestatie23(tarief=48001, bedrag=1)) == ("0611",)
    assert codes(facts, prestatie23(tarief=48000, bedrag=1)) == ()


def test_HUB06_9322_not_for_another_period_or_toewijzing() -> None:
    assert codes(feiten(gedeclareerd={(1001, P2): 48000, (1002, P1): 48000})) == ()


def test_HUB06_9322_the_same_period_twice_in_one_message() -> None:
    oordeel = judged(feiten(), prestatie23(), prestatie23(referentie="B"))

    assert (oordeel.regel_codes, oordeel.toekenningen) == ({(1, 2): ("9322",)}, {(1, 1): 48000})
    assert found_ids(oordeel) == [("HUB06", "9322")]


def test_HUB06_9322_parts_that_fit_together() -> None:
    def second(bedrag: int) -> tuple[str, ...]:
        return codes(feiten(), prestatie23(bedrag=30000), prestatie23(referentie="B", bedrag=bedrag))

    assert (second(18000), second(18001)) == ((), ("9322",))


def test_HUB06_9322_counts_awards_and_not_what_was_submitted() -> None:
    twice = feiten(toewijzing(volume=2))

    assert codes(twice, prestatie23(bedrag=60000), prestatie23(referentie="B")) == ()


def test_HUB06_9322_asks_of_a_line_its_award_and_not_what_it_submits() -> None:
    assert award(feiten(), prestatie23(bedrag=99999)) == 48000
    assert codes(feiten(gedeclareerd={(1001, P1): 1}), prestatie23(bedrag=99999)) == ("9322",)


def test_HUB06_9322_a_refused_line_claims_nothing() -> None:
    oordeel = judged(feiten(), prestatie23(tarief=1, bedrag=48000), prestatie23(referentie="B"))

    assert oordeel.regel_codes == {(1, 1): ("0611",)}


def test_HUB06_9322_is_not_asked_of_a_line_that_is_refused_already() -> None:
    assert codes(feiten(gedeclareerd={(1001, P1): 48000}), prestatie23(tarief=1)) == ("0611",)


def test_HUB06_9322_one_full_period_refuses_a_line_over_two() -> None:
    line = prestatie23(**P1_AND_P2, volume=2)

    assert codes(feiten(gedeclareerd={(1001, P1): 1}), line, **LATER) == ("9322",)
    assert codes(feiten(gedeclareerd={(1001, "2025-P03"): 1}), line, **LATER) == ()


@pytest.mark.parametrize(("gebroken", "berekend"), BROKEN)
def test_HUB06_9322_in_a_broken_period_A_is_what_it_costs(gebroken: Gebroken, berekend: int) -> None:
    line = prestatie23(**HALF_P1, bedrag=berekend)

    assert codes(agreed(gebroken, HALF), line) == ()
    assert codes(agreed(gebroken, HALF), line, {**line, "referentie": "B", "bedrag": 1}) == ("9322",)


def test_HUB06_9322_under_FULL_a_period_goes_to_one_toewijzing() -> None:
    first = toewijzing(einddatum=date(2025, 1, 14))
    second = toewijzing(nummer=1002, ingangsdatum=date(2025, 1, 15))
    lost = verloren([first, second], TABEL, lambda _: date(2025, 12, 28))
    assert lost[1001] == {P1}
    base = agreed(FULL, first, second)
    facts = agreed(FULL, first, second, toegewezen={**base.toegewezen, (1001, P1): 0})

    assert codes(facts, prestatie23(eind="2025-01-14")) == ("9322",)
    assert codes(facts, prestatie23(**HALF_P1, toewijzing=1002)) == ()


def test_HUB06_9322_a_period_without_A_has_none_to_give() -> None:
    assert codes(feiten(toegewezen={})) == ("9322",)


def test_HUB06_without_a_tariff_nothing_is_compared_and_all_is_awarded() -> None:
    facts = feiten(tarieven=NO_TARIFF, gedeclareerd={(1001, P1): 48000})

    oordeel = judged(facts, prestatie23(tarief=1, bedrag=999999), prestatie23(referentie="B", bedrag=7))

    assert (oordeel.oordeel, oordeel.toekenningen) == ("goedgekeurd", {(1, 1): 999999, (1, 2): 7})
    assert (oordeel.berekend, oordeel.bevindingen) == ({}, ())


def test_HUB06_one_period_without_a_tariff_leaves_the_line_unpriced() -> None:
    """The tariff ends with P1."""
    until = Tarief("0503", None, "SPF3", date(2024, 1, 1), date(2025, 1, 26), 48000, None, date(2023, 12, 1), "FICTIEF")
    facts = feiten(tarieven=Tarieven([until]))

    assert award(facts, prestatie23(**P1_AND_P2, volume=2, bedrag=999999), **LATER) == 999999
    assert award(facts, prestatie23(bedrag=999999), **LATER) == 48000


def test_a_credit_of_a_later_period_is_no_line_to_price() -> None:
    debet = debetregel(begin=date(2025, 2, 24), eind=date(2025, 3, 23), bedrag=5, per_periode={"2025-P03": 5})

    assert award(feiten(tarieven=tarieven(1), debetregels={"P0000": debet}), {**CREDIT, **IN_P3, "bedrag": 5}) == -5


def test_each_period_is_claimed_once_in_a_message_of_more() -> None:
    oordeel = judged(feiten(), prestatie23(), prestatie23(referentie="B", **IN_P2), **LATER)

    assert (oordeel.oordeel, oordeel.toegekend) == ("goedgekeurd", 96000)
