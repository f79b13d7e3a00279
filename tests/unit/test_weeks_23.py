"""Weights of broken 4-week periods, and the maxima of TR321 and TR322 per four weeks and per year (release 2.3)."""

from dataclasses import replace
from datetime import date

import pytest
from toewijzingen import per_vier_weken as toewijzing

from services.declaration.contracts import Gebroken, Toewijzing
from services.declaration.weeks import Periodes, Week53, max_periode, max_totaal, periodes_van, weights

LAATSTE = date(2028, 12, 31)
TABEL = Periodes(p for jaar in range(2024, 2029) for p in periodes_van(jaar, Week53.P13_LONG))
TABEL_P14 = Periodes(p for jaar in range(2024, 2029) for p in periodes_van(jaar, Week53.P14_WEEK))


def dagen(*teksten: str) -> list[date]:
    return [date.fromisoformat(tekst) for tekst in teksten]


def weken(van: str, tot: str, gegrond: Toewijzing, gebroken: Gebroken, tabel: Periodes | None = TABEL) -> list[int]:
    """The weights in order of time."""
    return [gewicht for _, gewicht in sorted(weights(gegrond, *dagen(van, tot), gebroken, LAATSTE, tabel).items())]


# weights: P3 of 2025 is 24 February up to and including 23 March


@pytest.mark.parametrize(
    "gebroken, verwacht",
    [(Gebroken.FULL, [1, 1, 1, 1]), (Gebroken.WEEK, [1, 1, 1]), (Gebroken.DAY, [5, 7, 7])],
)
def test_a_period_that_starts_broken(gebroken, verwacht):
    assert weken("2025-02-24", "2025-03-23", toewijzing("2025-03-05", None), gebroken) == verwacht


@pytest.mark.parametrize(
    "gebroken, verwacht",
    [(Gebroken.FULL, [1, 1, 1, 1]), (Gebroken.WEEK, [1, 1]), (Gebroken.DAY, [7, 3])],
)
def test_a_period_that_ends_broken(gebroken, verwacht):
    assert weken("2025-02-24", "2025-03-23", toewijzing("2025-01-01", "2025-03-05"), gebroken) == verwacht


@pytest.mark.parametrize("gebroken", Gebroken)
def test_a_line_outside_the_toewijzing_weighs_nothing(gebroken):
    assert weken("2025-03-24", "2025-04-20", toewijzing("2025-03-05", "2025-03-23"), gebroken) == []


def test_the_last_week_of_a_toewijzing_is_one_week_where_it_lies_and_not_at_the_sunday_before():
    gegrond = toewijzing("2025-03-24", "2025-04-23")
    assert weights(gegrond, *dagen("2025-04-21", "2025-04-23"), Gebroken.WEEK, LAATSTE) == {date(2025, 4, 21): 1}


def test_FULL_counts_the_fifth_week_of_a_long_P13():
    gegrond = toewijzing("2027-01-03", None)
    assert weken("2027-01-03", "2027-01-03", gegrond, Gebroken.FULL) == [1] * 5
    assert weken("2027-01-03", "2027-01-03", gegrond, Gebroken.FULL, TABEL_P14) == [1]


def test_FULL_without_a_table_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="periodetabel"):
        weken("2025-02-24", "2025-03-23", toewijzing("2025-03-05", None), Gebroken.FULL, None)


def test_FULL_counts_the_weeks_touched_where_the_table_ends():
    gegrond = toewijzing("2023-12-20", "2024-01-10")
    assert len(weken("2023-12-20", "2024-01-10", gegrond, Gebroken.FULL)) == 2 + 4


# maxima


@pytest.mark.parametrize(
    "begin, eind, hoogste",
    [
        ("2025-02-24", "2025-03-23", 2),
        ("2025-02-24", "2025-03-24", 4),
        ("2025-02-23", "2025-03-23", 4),
        ("2025-03-23", "2025-03-24", 4),
    ],
)
def test_TR321_per_four_weeks_is_the_volume_for_every_period_touched(begin, eind, hoogste):
    assert max_periode(toewijzing("2025-01-01", None, volume=2), *dagen(begin, eind), TABEL) == hoogste


@pytest.mark.parametrize("eind, hoogste", [("2025-03-23", 1), ("2025-03-24", 2)])
def test_TR321_per_four_weeks_counts_inside_the_toewijzing_only(eind, hoogste):
    assert max_periode(toewijzing("2025-03-03", eind), *dagen("2025-01-27", "2025-05-18"), TABEL) == hoogste
    assert max_periode(toewijzing("2025-03-03", eind), *dagen("2025-05-19", "2025-06-15"), TABEL) == 0


@pytest.mark.parametrize(
    "begin, eind, hoogste",
    [
        ("2025-02-24", "2025-03-23", 1),
        ("2025-02-23", "2025-03-23", 2),
        ("2025-02-24", "2025-03-24", 2),
        ("2025-03-03", "2025-05-18", 3),
    ],
)
def test_TR322_per_four_weeks_is_the_volume_for_every_period_of_the_toewijzing(begin, eind, hoogste):
    assert max_totaal(toewijzing(begin, eind), TABEL) == hoogste


@pytest.mark.parametrize("tabel, hoogste", [(TABEL, 1), (TABEL_P14, 2)])
def test_TR321_TR322_week_53_is_in_P13_or_a_period_of_its_own(tabel, hoogste):
    gegrond = toewijzing("2026-11-30", "2027-01-03")
    assert max_periode(gegrond, *dagen("2026-11-30", "2027-01-03"), tabel) == hoogste
    assert max_totaal(gegrond, tabel) == hoogste


def test_TR321_TR322_hours_per_four_weeks_have_a_maximum_too():
    gegrond = toewijzing("2025-03-03", "2025-05-18", eenheid="04", volume=8)
    assert max_periode(gegrond, *dagen("2025-03-03", "2025-03-23"), TABEL) == 8
    assert max_totaal(gegrond, TABEL) == 24


@pytest.mark.parametrize("tabel, hoogste", [(TABEL, 60003), (TABEL_P14, 96004)])
def test_TR321_TR322_euros_are_granted_per_four_weeks_so_a_long_P13_holds_five_quarters(tabel, hoogste):
    gegrond = toewijzing("2026-12-16", "2027-01-03", eenheid="83", volume=48002)
    assert max_periode(gegrond, *dagen("2026-12-16", "2027-01-03"), tabel) == hoogste
    assert max_totaal(gegrond, tabel) == hoogste


def test_TR321_TR322_without_a_table_that_holds_both_ends_there_is_no_maximum():
    gegrond = toewijzing("2023-12-31", "2025-05-18")
    assert max_totaal(gegrond, TABEL) is None
    assert max_totaal(replace(gegrond, ingangsdatum=date(2024, 1, 1)), TABEL) == 18
    assert max_totaal(toewijzing("2025-01-01", "9999-12-31"), TABEL) is None
    assert max_periode(gegrond, *dagen("2023-12-31", "2024-01-28"), TABEL) is None
    assert max_periode(gegrond, *dagen("2024-01-01", "2024-01-28"), TABEL) == 1
    assert max_periode(gegrond, *dagen("2024-01-01", "2024-01-28")) is None
    assert max_totaal(gegrond) is None


def test_TR322_an_open_einddatum_has_no_total():
    assert max_totaal(toewijzing("2025-01-01", None), TABEL) is None
    assert max_totaal(toewijzing("2025-01-01", None, frequentie="5"), TABEL) is None


@pytest.mark.parametrize(
    "begin, eind, hoogste",
    [("2025-01-01", "2025-12-31", 10), ("2024-12-31", "2025-12-31", 20), ("2025-01-01", "2026-01-01", 20)],
)
def test_TR321_TR322_per_year_is_the_volume_for_every_calendar_year_touched(begin, eind, hoogste):
    per_jaar = toewijzing("2020-01-01", None, frequentie="5", volume=10)
    assert max_periode(per_jaar, *dagen(begin, eind)) == hoogste
    assert max_totaal(toewijzing(begin, eind, frequentie="5", volume=10)) == hoogste


def test_TR321_per_year_counts_inside_the_toewijzing_only():
    per_jaar = toewijzing("2025-03-03", "2025-05-18", frequentie="5", volume=10)
    assert max_periode(per_jaar, *dagen("2024-12-30", "2026-01-25")) == 10
    assert max_periode(per_jaar, *dagen("2025-06-16", "2025-07-13")) == 0
