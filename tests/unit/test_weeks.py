"""Weeks, 4-week periods, weights, spreading and the maxima of TR321 and TR322."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from toewijzingen import per_week as toewijzing

from services.declaration.contracts import Mapping, Toewijzing
from services.declaration.weeks import (
    Periode,
    Periodes,
    Week53,
    einde_van,
    iso_weken,
    laatste_zondag,
    maand_van,
    max_periode,
    max_totaal,
    monday,
    periodes_van,
    spread,
    sundays,
    weights,
)

LAATSTE = date(2026, 12, 31)
LANG = Week53.P13_LONG


def dagen(*teksten: str) -> list[date]:
    return [date.fromisoformat(tekst) for tekst in teksten]


def weken(van: str, tot: str, gegrond: Toewijzing, mapping: Mapping | None = Mapping.W) -> dict[str, int]:
    gewichten = weights(gegrond, *dagen(van, tot), mapping, LAATSTE)
    return {week.isoformat(): gewicht for week, gewicht in gewichten.items()}


# weeks


def test_a_week_is_its_monday():
    assert monday(date(2026, 3, 2)) == monday(date(2026, 3, 8)) == date(2026, 3, 2)
    assert monday(date(2026, 3, 1)) == date(2026, 2, 23)


def test_sundays_are_counted_with_both_ends():
    assert sundays(*dagen("2026-03-01", "2026-03-15")) == tuple(dagen("2026-03-01", "2026-03-08", "2026-03-15"))
    assert sundays(*dagen("2026-03-02", "2026-03-07")) == ()


def test_sundays_at_the_end_of_time_do_not_overflow():
    assert sundays(*dagen("9999-12-20", "9999-12-31")) == tuple(dagen("9999-12-26"))
    assert sundays(*dagen("9999-12-27", "9999-12-31")) == ()


def test_a_broken_week_is_touched_also_across_new_year():
    assert iso_weken(*dagen("2025-12-31", "2026-01-05")) == tuple(dagen("2025-12-29", "2026-01-05"))
    assert iso_weken(*dagen("2026-01-05", "2026-01-04")) == ()


def test_last_sunday_is_none_where_there_is_none():
    assert laatste_zondag(*dagen("2026-03-01", "2026-03-07")) == date(2026, 3, 1)
    assert laatste_zondag(*dagen("2026-03-02", "2026-03-07")) is None


def test_month_of_a_day_knows_leap_years():
    assert maand_van(date(2028, 2, 10)) == (date(2028, 2, 1), date(2028, 2, 29))


# periods


@pytest.mark.parametrize(
    "jaar, begin",
    [
        (2019, "2018-12-31"),
        (2020, "2019-12-30"),
        (2021, "2021-01-04"),
        (2022, "2022-01-03"),
        (2023, "2023-01-02"),
        (2024, "2024-01-01"),
        (2025, "2024-12-30"),
        (2026, "2025-12-29"),
        (2027, "2027-01-04"),
        (2028, "2028-01-03"),
    ],
)
def test_P1_starts_on_the_monday_of_iso_week_1(jaar, begin):
    assert periodes_van(jaar, LANG)[0].begin == date.fromisoformat(begin)


@pytest.mark.parametrize(
    "jaar, eind",
    [
        (2019, "2019-12-29"),
        (2020, "2021-01-03"),
        (2023, "2023-12-31"),
        (2024, "2024-12-29"),
        (2025, "2025-12-28"),
        (2026, "2027-01-03"),
        (2027, "2028-01-02"),
        (2028, "2028-12-31"),
    ],
)
def test_P13_ends_on_the_sunday_before_the_next_year_starts(jaar, eind):
    assert periodes_van(jaar, LANG)[-1].eind == date.fromisoformat(eind)
    assert periodes_van(jaar, LANG)[-1].nummer == 13


def test_week_53_makes_P13_of_2026_five_weeks_long():
    assert periodes_van(2026, LANG)[-1] == Periode(2026, 13, date(2026, 11, 30), date(2027, 1, 3))


def test_week_53_of_2026_can_be_a_period_of_its_own():
    *_, dertien, veertien = periodes_van(2026, Week53.P14_WEEK)
    assert dertien == Periode(2026, 13, date(2026, 11, 30), date(2026, 12, 27))
    assert veertien == Periode(2026, 14, date(2026, 12, 28), date(2027, 1, 3))


@pytest.mark.parametrize("jaar", [2025, 2027])
def test_a_year_of_52_weeks_has_thirteen_periods_of_28_days_whatever_the_policy(jaar):
    assert periodes_van(jaar, Week53.P14_WEEK) == periodes_van(jaar, LANG)
    assert [(p.eind - p.begin).days + 1 for p in periodes_van(jaar, LANG)] == [28] * 13


def test_labels_sort_in_the_order_of_time():
    labels = [periode.label for periode in periodes_van(2026, LANG)]
    assert labels[0] == "2026-P01"
    assert labels[12] == "2026-P13"
    assert labels == sorted(labels)


@pytest.mark.parametrize("beleid", Week53)
def test_years_adjoin_and_every_week_is_in_the_period_that_holds_it(beleid):
    tabel = Periodes(p for jaar in range(2019, 2029) for p in periodes_van(jaar, beleid))
    assert all(een.eind + timedelta(days=1) == ander.begin for een, ander in pairwise(tabel))
    for week in iso_weken(*dagen("2018-12-31", "2028-12-31")):
        periode = tabel.van_week(week)
        assert periode is not None
        assert periode.begin <= week <= periode.eind


def test_outside_the_table_a_week_has_no_period():
    tabel = Periodes(periodes_van(2026, LANG))
    assert tabel.van_week(date(2025, 12, 22)) is None
    assert tabel.van_week(date(2025, 12, 29)) == tabel.met_label("2026-P01")
    assert tabel.van_week(date(2026, 12, 28)) == tabel.met_label("2026-P13")
    assert tabel.van_week(date(2027, 1, 4)) is None
    assert Periodes([]).van_week(date(2026, 1, 5)) is None
    assert tabel.met_label("2027-P01") is None


@pytest.mark.parametrize(
    "begin, eind, labels",
    [
        ("2026-01-25", "2026-01-26", ["2026-P01", "2026-P02"]),
        ("2026-01-26", "2026-02-22", ["2026-P02"]),
        ("2020-01-01", "2025-12-29", ["2026-P01"]),
        ("2020-01-01", "2025-12-28", []),
        ("2027-01-03", "9999-12-31", ["2026-P13"]),
        ("2027-01-04", "9999-12-31", []),
        ("2026-03-02", "2026-03-01", []),
    ],
)
def test_touched_periods_have_a_day_in_common(begin, eind, labels):
    tabel = Periodes(periodes_van(2026, LANG))
    assert [p.label for p in tabel.geraakt(*dagen(begin, eind))] == labels


P1, P2, P3 = periodes_van(2026, LANG)[:3]


@pytest.mark.parametrize(
    "fout",
    [
        (P1, P3),
        (P1, replace(P2, begin=P2.begin - timedelta(weeks=1))),
        (replace(P1, begin=P1.begin + timedelta(days=1)), P2),
        (replace(P1, eind=P1.eind + timedelta(days=1)), P2),
        (replace(P1, eind=P1.begin - timedelta(days=1)),),
        (P1, replace(P2, nummer=1)),
    ],
    ids=["gap", "overlap", "no Monday", "no Sunday", "ends before it begins", "same label"],
)
def test_a_faulty_table_is_refused(fout):
    with pytest.raises(ValueError, match=r"P0|label"):
        Periodes(fout)


# weights


def test_a_week_weighs_by_its_sunday():
    assert weken("2025-03-01", "2025-03-31", toewijzing("2025-03-03", "2025-05-18")) == {
        "2025-03-03": 1,
        "2025-03-10": 1,
        "2025-03-17": 1,
        "2025-03-24": 1,
    }


def test_the_broken_last_week_is_claimed_where_the_last_sunday_lies_but_keeps_its_own_week():
    gegrond = toewijzing("2026-02-10", "2026-04-03")
    maart = weken("2026-03-01", "2026-03-31", gegrond)
    assert len(maart) == 6
    assert maart["2026-03-30"] == 1
    assert weken("2026-04-01", "2026-04-03", gegrond) == {}


@pytest.mark.parametrize("eind, aantal", [("2025-09-05", 6), ("2025-09-06", 6), ("2025-09-07", 5)])
def test_only_a_last_week_without_its_sunday_is_broken(eind, aantal):
    assert len(weken("2025-08-01", "2025-08-31", toewijzing("2025-07-07", eind))) == aantal


def test_a_toewijzing_without_a_sunday_is_one_week_in_the_period_that_holds_einddatum():
    gegrond = toewijzing("2025-12-30", "2026-01-02")
    assert weken("2025-12-30", "2025-12-31", gegrond) == {}
    assert weken("2026-01-01", "2026-01-02", gegrond) == {"2025-12-29": 1}


def test_days_outside_the_toewijzing_weigh_nothing():
    gegrond = toewijzing("2025-03-12", "2025-03-18")
    assert weken("2025-03-01", "2025-03-31", gegrond, None) == {"2025-03-10": 5, "2025-03-17": 2}
    assert weken("2025-04-01", "2025-04-30", gegrond, None) == {}
    assert weken("2025-04-01", "2025-04-30", gegrond) == {}


def test_mapping_M_and_generic_count_the_days_of_each_week():
    gegrond = toewijzing("2025-03-01", "2025-12-31")
    april = {"2025-03-31": 6, "2025-04-07": 7, "2025-04-14": 7, "2025-04-21": 7, "2025-04-28": 3}
    assert weken("2025-04-01", "2025-04-30", gegrond, Mapping.M) == april
    assert weken("2025-04-01", "2025-04-30", gegrond, None) == april


def test_an_open_toewijzing_runs_to_the_last_day_given():
    gegrond = toewijzing("2026-12-01", None)
    assert einde_van(gegrond, LAATSTE) == LAATSTE
    assert weken("2026-12-28", "2027-01-31", gegrond, None) == {"2026-12-28": 4}


def test_one_day_weighs_one_day():
    assert weken("2025-04-30", "2025-04-30", toewijzing("2025-01-01", None), None) == {"2025-04-28": 1}


def test_mapping_P_has_no_weeks():
    with pytest.raises(ValueError, match="perioden"):
        weken("2025-04-01", "2025-04-30", toewijzing("2025-01-01", None), Mapping.P)


# spread

EEN, TWEE, DRIE = dagen("2026-01-05", "2026-01-12", "2026-01-19")


def test_ties_of_the_largest_remainder_go_to_the_earliest_week():
    assert spread(200, {DRIE: 1, TWEE: 1, EEN: 1}) == {EEN: 67, TWEE: 67, DRIE: 66}


def test_the_largest_remainder_goes_before_the_earliest_week():
    # 100 over 2:3:6 is 18.18, 27.27 and 54.54.
    assert spread(100, {EEN: 2, TWEE: 3, DRIE: 6}) == {EEN: 18, TWEE: 27, DRIE: 55}


def test_a_negative_amount_mirrors_its_positive():
    assert spread(-200, {EEN: 1, TWEE: 1, DRIE: 1}) == {EEN: -67, TWEE: -67, DRIE: -66}


def test_shares_of_nothing_are_left_out():
    assert spread(1, {EEN: 1, TWEE: 1}) == {EEN: 1}
    assert spread(5, {EEN: 0, TWEE: 1}) == {TWEE: 5}
    assert spread(0, {EEN: 1}) == {}


@pytest.mark.parametrize("gewichten", [{}, {EEN: 0}, {EEN: -1, TWEE: 3}])
def test_spreading_over_no_weight_is_an_error_of_the_caller(gewichten):
    with pytest.raises(ValueError, match="gewichten"):
        spread(100, gewichten)


# maxima: the worked examples of process.md §6.4

A = toewijzing("2026-02-10", "2026-04-16", volume=4, eenheid="04")
B = toewijzing("2026-02-10", "2026-04-03", volume=25000, eenheid="83")
C = replace(A, categorie="01")
D = toewijzing("2025-12-17", "2026-01-14", volume=2, eenheid="84")
E = toewijzing("2026-02-10", "2026-04-16", volume=15, eenheid="04", frequentie="4")
F = toewijzing("2026-02-10", "2026-04-16", volume=80, eenheid="04", frequentie="6")


@pytest.mark.parametrize(
    "gegrond, begin, eind, hoogste",
    [
        pytest.param(A, "2026-02-10", "2026-02-28", 12, id="A1"),
        pytest.param(A, "2026-03-01", "2026-03-31", 24, id="A2"),
        pytest.param(A, "2026-04-01", "2026-04-16", 12, id="A3"),
        pytest.param(B, "2026-02-10", "2026-02-28", 50000, id="B1"),
        pytest.param(B, "2026-03-01", "2026-03-31", 150000, id="B2"),
        pytest.param(B, "2026-04-01", "2026-04-03", 0, id="B3"),
        pytest.param(C, "2026-02-10", "2026-02-28", 24, id="C1"),
        pytest.param(C, "2026-03-01", "2026-03-31", 24, id="C2"),
        pytest.param(C, "2026-04-01", "2026-04-16", 24, id="C3"),
        pytest.param(D, "2025-12-17", "2025-12-31", 6, id="D1"),
        pytest.param(D, "2026-01-01", "2026-01-14", 6, id="D2"),
        pytest.param(E, "2026-02-10", "2026-02-28", 15, id="E1"),
        pytest.param(E, "2026-04-01", "2026-04-16", 15, id="E3"),
        pytest.param(F, "2026-02-10", "2026-02-28", 80, id="F1"),
    ],
)
def test_TR321_worked_example(gegrond, begin, eind, hoogste):
    assert max_periode(gegrond, *dagen(begin, eind)) == hoogste


@pytest.mark.parametrize("gegrond, hoogste", [(A, 40), (B, 200000), (C, 40), (D, 10), (E, 45), (F, 80)], ids="ABCDEF")
def test_TR322_worked_example(gegrond, hoogste):
    assert max_totaal(gegrond) == hoogste


# The control values of the standard's keeper: 300 euros a week, output.
@pytest.mark.parametrize(
    "eind, maxima",
    [("2025-09-07", (90000, 150000, 30000)), ("2025-09-06", (90000, 180000, 0)), ("2025-09-05", (90000, 180000, 0))],
)
def test_TR321_output_ends_on_around_a_sunday(eind, maxima):
    gegrond = toewijzing("2025-07-07", eind, volume=30000, eenheid="83")
    perioden = [("2025-07-07", "2025-07-31"), ("2025-08-01", "2025-08-31"), ("2025-09-01", eind)]
    assert tuple(max_periode(gegrond, *dagen(*periode)) for periode in perioden) == maxima
    assert max_totaal(gegrond) == sum(maxima)


def test_TR321_output_without_a_sunday_is_one_week_in_the_period_of_einddatum():
    gegrond = toewijzing("2025-12-30", "2026-01-02")
    assert max_periode(gegrond, *dagen("2025-12-30", "2025-12-31")) == 0
    assert max_periode(gegrond, *dagen("2026-01-01", "2026-01-02")) == 1
    assert max_totaal(gegrond) == 1


def test_TR321_six_weeks_for_categorie_01_hold_for_output_and_a_stub_month_too():
    stub = toewijzing("2026-02-10", "2026-04-03", categorie="01")
    assert max_periode(stub, *dagen("2026-04-01", "2026-04-03")) == 6
    assert max_totaal(stub) == 8


def test_TR321_six_weeks_for_categorie_01_hold_in_the_wmo_only():
    assert max_periode(replace(C, domein="jeugd"), *dagen("2026-02-10", "2026-02-28")) == 12


def test_TR321_six_weeks_for_categorie_01_hold_for_frequentie_2_only():
    assert max_periode(replace(E, categorie="01"), *dagen("2026-02-10", "2026-02-28")) == 15


def test_TR321_per_day_counts_calendar_days():
    gegrond = toewijzing("2026-02-10", "2026-04-16", volume=2, eenheid="04", frequentie="1")
    assert max_periode(gegrond, *dagen("2026-02-10", "2026-02-28")) == 38
    assert max_totaal(gegrond) == 2 * 66


def test_TR322_counts_calendar_months_across_new_year():
    assert max_totaal(toewijzing("2025-11-30", "2026-02-01", volume=10, frequentie="4")) == 40


@pytest.mark.parametrize("frequentie, hoogste", [("1", None), ("4", None), ("6", 80)])
def test_TR322_has_no_total_for_an_open_einddatum_unless_frequentie_is_total(frequentie, hoogste):
    gegrond = toewijzing("2026-02-10", None, volume=80, eenheid="04", frequentie=frequentie)
    assert max_totaal(gegrond) == hoogste
    assert max_periode(gegrond, *dagen("2026-03-01", "2026-03-01")) == 80


def test_TR321_TR322_without_omvang_there_is_no_maximum():
    gegrond = toewijzing("2026-02-10", "2026-04-16", volume=None, eenheid=None, frequentie=None, budget=100)
    assert max_periode(gegrond, *dagen("2026-03-01", "2026-03-31")) is None
    assert max_totaal(gegrond) is None


def test_TR321_TR322_an_unknown_frequentie_has_no_maximum():
    gegrond = toewijzing("2026-02-10", "2026-04-16", frequentie="9")
    assert max_periode(gegrond, *dagen("2026-03-01", "2026-03-31")) is None
    assert max_totaal(gegrond) is None


def test_TR322_an_einddatum_at_the_end_of_time_is_counted_not_walked():
    gegrond = toewijzing("2026-01-05", "9999-12-31")
    assert max_totaal(gegrond) == (date(9999, 12, 27) - date(2026, 1, 5)).days // 7 + 1
