"""Debit lines of a 303: volume per ProductPeriode (TR321) and over the whole toewijzing (TR322), per Frequentie.

Most are about hours, which have no price: nothing but volume can refuse them.
"""

from datetime import date
from typing import Any

import pytest
from builders_23 import prestatie23
from declaration_judging_23 import (
    CREDIT,
    IN_P2,
    LATER,
    award,
    codes,
    contract,
    debetregel,
    feiten,
    judged,
    toewijzing,
    uren,
)

from services.declaration.contracts import Toewijzing
from services.declaration.rules.feiten import AFGEKEURD, FACTUUR, Gebruik

P1_AND_P2 = {"begin": "2024-12-30", "eind": "2025-02-23"}
TWO_PERIODS = date(2025, 2, 23)


def hours(volume: int, **anders: Any) -> dict[str, Any]:
    return prestatie23(**{"eenheid": "04", "volume": volume, "bedrag": 100} | anders)


def at_most(maximum: int, allocated: Toewijzing, **anders: Any) -> bool:
    """Whether a line of this volume passes and one of one more is 9321 (and maybe 9322 with it)."""
    fits, too_much = (codes(feiten(allocated), hours(volume, **anders), **LATER) for volume in (maximum, maximum + 1))
    return fits == () and "9321" in too_much


# --- TR321 ---


def test_TR321_9321_Frequentie_3_per_period_touched() -> None:
    assert at_most(4, uren())
    assert at_most(8, uren(), **P1_AND_P2)


def test_TR321_9321_Frequentie_3_a_broken_period_is_a_period() -> None:
    assert at_most(4, uren(ingangsdatum=date(2025, 1, 15)), begin="2025-01-15")
    assert at_most(4, uren(einddatum=date(2024, 12, 30)), eind="2024-12-30")
    assert at_most(8, uren(ingangsdatum=date(2025, 1, 15)), begin="2025-01-15", eind="2025-02-23")


def test_TR321_9321_Frequentie_3_a_long_P13_is_one_period() -> None:
    allocated = uren(ingangsdatum=date(2026, 11, 30), einddatum=date(2027, 1, 3))
    p13 = {"begin": "2026-11-30", "eind": "2027-01-03"}
    facts, kop = feiten(allocated), {**p13, "dagtekening": "2027-02-01"}

    assert codes(facts, hours(4, **p13), **kop) == ()
    assert codes(facts, hours(5, **p13), **kop) == ("9321", "9322")


def test_TR321_9321_Frequentie_3_in_pieces() -> None:
    assert codes(feiten(), prestatie23(volume=1)) == ()
    assert codes(feiten(), prestatie23(volume=2)) == ("9321",)
    assert codes(feiten(), prestatie23(volume=2, **P1_AND_P2), **LATER) == ()
    assert codes(feiten(), prestatie23(volume=3, **P1_AND_P2), **LATER) == ("9321",)


def test_TR321_9321_Frequentie_3_in_euros() -> None:
    euros = feiten(toewijzing(eenheid="83", volume=48000))

    assert codes(euros, prestatie23(eenheid="83", volume=48000)) == ()
    assert codes(euros, prestatie23(eenheid="83", volume=48001, bedrag=48000)) == ("9321",)


def test_TR321_9321_Frequentie_5_per_calendar_year_touched() -> None:
    yearly = uren(frequentie="5", ingangsdatum=date(2024, 12, 2))

    assert at_most(8, yearly)  # P1 begins on 30 December
    assert at_most(4, yearly, **IN_P2)


def test_TR321_9321_Frequentie_5_years_of_the_toewijzing_only() -> None:
    assert at_most(4, uren(frequentie="5", ingangsdatum=date(2025, 1, 1)), begin="2025-01-01")


def test_TR321_9321_Frequentie_2_per_week_touched() -> None:
    assert at_most(16, uren(frequentie="2"))
    assert at_most(8, uren(frequentie="2", ingangsdatum=date(2025, 1, 15)), begin="2025-01-15")


def test_TR321_9321_Frequentie_2_of_Categorie_01_six_weeks() -> None:
    allocated = uren(frequentie="2", categorie="01", code="ORH1")

    assert at_most(24, allocated, categorie="01", code="ORH1")


@pytest.mark.parametrize("frequentie", ["4", "6"])
def test_TR321_9321_Frequentie_4_and_6_the_volume_itself(frequentie: str) -> None:
    facts = feiten(uren(frequentie=frequentie))

    assert codes(facts, hours(4)) == ()
    assert codes(facts, hours(5))[0] == "9321"


def test_TR321_9321_Frequentie_1_per_day() -> None:
    assert at_most(112, uren(frequentie="1"))


def test_TR321_9321_minutes_on_hours() -> None:
    assert at_most(240, uren(), eenheid="01")


def test_TR321_9321_not_without_Omvang() -> None:
    aspecific = toewijzing(code=None, volume=None, eenheid=None, frequentie=None)

    assert codes(feiten(aspecific, contracten=()), hours(99_999_999)) == ()


# --- TR322 ---


def after(before: int, allocated: Toewijzing, volume: int = 4) -> tuple[str, ...]:
    """The codes of four hours more, after so many were approved."""
    return codes(feiten(allocated, gebruikt={1001: Gebruik({"04": before}, 0)}), hours(volume))


@pytest.mark.parametrize(
    ("frequentie", "maximum"),
    [("1", 4 * 56), ("2", 4 * 8), ("3", 4 * 2), ("4", 4 * 3), ("5", 4 * 2), ("6", 4)],
)
def test_TR322_9322_over_the_whole_toewijzing(frequentie: str, maximum: int) -> None:
    """Eight weeks, two periods, in three months and two years."""
    allocated = uren(frequentie=frequentie, einddatum=TWO_PERIODS)

    assert after(maximum - 4, allocated) == ()
    assert after(maximum - 3, allocated) == ("9322",)


def test_TR322_9322_Frequentie_3_counts_broken_periods_of_the_toewijzing() -> None:
    allocated = uren(einddatum=date(2025, 2, 24))

    assert after(8, allocated) == ()
    assert after(9, allocated) == ("9322",)


@pytest.mark.parametrize("frequentie", ["1", "2", "3", "4", "5"])
def test_TR322_9322_an_open_toewijzing_has_no_total(frequentie: str) -> None:
    assert after(99_999, uren(frequentie=frequentie, einddatum=None)) == ()


def test_TR322_9322_an_open_toewijzing_in_total_has_one() -> None:
    assert after(0, uren(frequentie="6", einddatum=None)) == ()
    assert after(1, uren(frequentie="6", einddatum=None)) == ("9322",)


def test_TR322_9322_hours_and_minutes_count_together() -> None:
    allocated = uren(einddatum=TWO_PERIODS)

    def left(minutes: int) -> tuple[str, ...]:
        return codes(feiten(allocated, gebruikt={1001: Gebruik({"04": 3, "01": minutes}, 0)}), hours(4))

    assert (left(60), left(61)) == ((), ("9322",))


def test_TR322_9322_not_for_use_of_another_toewijzing() -> None:
    facts = feiten(uren(frequentie="6"), gebruikt={1002: Gebruik({"04": 4}, 0)})

    assert codes(facts, hours(4)) == ()


def test_TR322_9322_of_lines_that_are_together_too_much_the_later_is_refused() -> None:
    total = feiten(uren(volume=8, frequentie="6"))
    lines = hours(5), hours(4, referentie="B", **IN_P2)

    assert judged(total, *lines, **LATER).regel_codes == {(1, 2): ("9322",)}
    assert judged(total, *reversed(lines), **LATER).regel_codes == {(1, 2): ("9322",)}


def test_TR322_9322_a_refused_line_uses_no_volume() -> None:
    total = feiten(uren(volume=8, frequentie="6"))
    wrong = hours(5, code="SPF4")

    oordeel = judged(total, wrong, hours(4, referentie="B", **IN_P2), **LATER)

    assert oordeel.regel_codes == {(1, 1): ("1142",)}


def test_TR322_9322_a_credit_of_this_message_gives_volume_back() -> None:
    debet = debetregel(eenheid="04", volume=4, bedrag=100, per_periode={})
    facts = feiten(uren(frequentie="6"), gebruikt={1001: Gebruik({"04": 4}, 100)}, debetregels={"P0000": debet})
    credit = {**hours(4), "referentie": "P0002", "vorig": "P0000", "dc": "C"}

    assert codes(facts, hours(4), credit) == codes(facts, credit, hours(4)) == ()
    assert codes(facts, hours(4)) == ("9322",)


def test_TR322_9322_the_credit_of_a_refused_factuur_line_gives_no_volume_back() -> None:
    exempt = {"btw_vrijstelling": "1"}
    refused = debetregel(eenheid="04", volume=4, bedrag=100, vorm=FACTUUR, status=AFGEKEURD, per_periode={})
    facts = feiten(
        uren(frequentie="6"),
        contracten=(contract(vorm=FACTUUR),),
        gebruikt={1001: Gebruik({"04": 4}, 100)},
        debetregels={"P0000": refused},
    )
    credit = {**hours(4, **exempt), "referentie": "P0002", "vorig": "P0000", "dc": "C"}

    assert judged(facts, credit, hours(4, **exempt), factuur=True).regel_codes == {(1, 2): ("9322",)}


def test_volume_is_not_asked_of_a_credit() -> None:
    debet = debetregel(volume=99)

    assert award(feiten(debetregels={"P0000": debet}), {**CREDIT, "volume": 99}) == -48000
