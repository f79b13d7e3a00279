"""Per period in release 2.3: its price, who gets it under FULL, and which dates are whole periods.

P3 of 2025 runs from Monday 24 February up to and including Sunday 23 March.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from toewijzingen import per_vier_weken as toewijzing

from services.declaration import four_weeks
from services.declaration.contracts import Gebroken, Toewijzing, mapping_of
from services.declaration.journal import Toegewezen, toegewezen
from services.declaration.tariffs import Tarief, Tarieven
from services.declaration.weeks import Periodes, Week53, periodes_van

LAATSTE = date(2028, 12, 31)
TABEL = Periodes(p for jaar in range(2024, 2029) for p in periodes_van(jaar, Week53.P13_LONG))
TABEL_P14 = Periodes(p for jaar in range(2024, 2029) for p in periodes_van(jaar, Week53.P14_WEEK))
TARIEF = Tarief("0503", None, "SPF3", date(2024, 1, 1), None, 48000, None, date(2023, 12, 1), "FICTIEF")
VAST = Tarieven([TARIEF])
JAARWISSEL = Tarieven(
    [replace(TARIEF, tot=date(2026, 12, 31), bedrag=50400), replace(TARIEF, van=date(2027, 1, 1), bedrag=52000)]
)


# who gets the period under FULL


def verloren(*groep: Toewijzing, laatste: date = LAATSTE) -> dict[int, list[str]]:
    """Sorted labels by nummer, the same in whatever order the group comes."""
    gevonden = [four_weeks.verloren(volgorde, TABEL, lambda _: laatste) for volgorde in permutations(groep)]
    assert all(een == gevonden[0] for een in gevonden)
    return {nummer: sorted(labels) for nummer, labels in gevonden[0].items()}


def test_the_one_valid_on_the_last_day_gets_the_period_though_the_other_was_there_longer():
    oud, nieuw = toewijzing("2025-01-27", "2025-03-22", 1), toewijzing("2025-03-23", "2025-05-18", 2)
    assert verloren(oud, nieuw) == {1: ["2025-P03"], 2: []}


def test_a_change_on_the_monday_that_starts_a_period_costs_nobody_anything():
    oud, nieuw = toewijzing("2025-01-27", "2025-03-23", 1), toewijzing("2025-03-24", "2025-05-18", 2)
    assert verloren(oud, nieuw) == {1: [], 2: []}


def test_without_one_on_the_last_day_the_one_ending_last_gets_it_though_they_never_overlap():
    eerst, later = toewijzing("2025-02-24", "2025-03-02", 2), toewijzing("2025-03-10", "2025-03-16", 1)
    assert verloren(eerst, later) == {1: [], 2: ["2025-P03"]}


@pytest.mark.parametrize("eind", ["2025-03-16", "2025-03-23", None], ids=["before", "on the last day", "open"])
def test_of_those_that_end_alike_the_latest_ingangsdatum_gets_it(eind):
    eerst, later = toewijzing("2025-02-24", eind, 2), toewijzing("2025-02-25", eind, 1)
    gevonden = verloren(eerst, later, laatste=date(2025, 3, 23))
    assert gevonden == {1: [], 2: ["2025-P03"]}


def test_of_those_valid_on_the_last_day_it_does_not_count_who_runs_on_longer():
    lang, kort = toewijzing("2025-02-24", "2025-04-20", 1), toewijzing("2025-03-03", "2025-03-23", 2)
    assert verloren(lang, kort) == {1: ["2025-P03"], 2: []}


def test_of_those_that_run_alike_the_highest_number_gets_it():
    assert verloren(toewijzing("2025-03-03", None, 7), toewijzing("2025-03-03", None, 8), laatste=date(2025, 3, 9)) == {
        7: ["2025-P03"],
        8: [],
    }


def test_of_three_one_gets_it():
    groep = [toewijzing(f"2025-03-{dag:02d}", f"2025-03-{dag + 1:02d}", dag) for dag in (3, 10, 17)]
    assert verloren(*groep) == {3: ["2025-P03"], 10: ["2025-P03"], 17: []}


@pytest.mark.parametrize("anders", [{"vervallen": True}, {"ingangsdatum": date(2025, 3, 31), "reden_wijziging": "01"}])
def test_a_lapsed_or_removed_one_takes_nothing(anders):
    weg = toewijzing("2025-03-10", "2025-03-31", 2, **anders)
    assert verloren(toewijzing("2025-03-03", "2025-04-06", 1), weg) == {1: []}


def test_nobody_alone_loses_anything():
    assert verloren(toewijzing("2025-01-01", None)) == {1: []}
    assert verloren() == {}


def a(gegrond: Toewijzing, weg: Iterable[str], gebroken: Gebroken = Gebroken.FULL, tarieven: Tarieven = VAST):
    return toegewezen(gegrond, gebroken, TABEL, tarieven, gegrond.code, LAATSTE, frozenset(weg))


def test_A_is_0_in_a_lost_period_with_or_without_a_tariff():
    gegrond = toewijzing("2025-02-03", "2025-03-09")
    assert a(gegrond, ["2025-P03", "2027-P01"]).bedragen == {"2025-P02": 48000, "2025-P03": 0}
    tot_maart = Tarieven([replace(TARIEF, tot=date(2025, 2, 28))])
    assert a(gegrond, [], tarieven=tot_maart).ontbrekend == ("2025-P03",)
    gevonden = a(gegrond, ["2025-P03"], tarieven=tot_maart)
    assert gevonden == Toegewezen({"2025-P02": 48000, "2025-P03": 0}, (), {"2025-P02": "FICTIEF"})


@pytest.mark.parametrize("gebroken, p03", [(Gebroken.WEEK, 24000), (Gebroken.DAY, 24000), (Gebroken.FULL, 0)])
def test_periods_are_lost_under_FULL_only(gebroken, p03):
    assert a(toewijzing("2025-02-03", "2025-03-09"), ["2025-P03"], gebroken).bedragen["2025-P03"] == p03


def test_a_change_of_trede_inside_a_period_pays_it_once_at_the_new_trede():
    tarieven = Tarieven([TARIEF, replace(TARIEF, productcode="SPF4", bedrag=60000)])
    oud, nieuw = toewijzing("2025-01-27", "2025-03-09", 1), toewijzing("2025-03-10", "2025-04-20", 2, code="SPF4")
    weg = four_weeks.verloren([oud, nieuw], TABEL, lambda _: LAATSTE)
    assert a(oud, weg[1], tarieven=tarieven).bedragen == {"2025-P02": 48000, "2025-P03": 0}
    assert a(nieuw, weg[2], tarieven=tarieven).bedragen == {"2025-P03": 60000, "2025-P04": 60000}


# whole periods


@pytest.mark.parametrize(
    "begin, eind, heel",
    [
        ("2025-02-24", "2025-03-23", True),
        ("2025-02-24", "2025-04-20", True),
        ("2025-02-25", "2025-03-23", False),
        ("2025-02-23", "2025-03-23", False),
        ("2025-02-24", "2025-03-22", False),
        ("2025-02-24", "2025-03-24", False),
        ("2025-03-03", "2025-03-30", False),  # 28 days from a Monday, but no period
        ("2025-03-24", "2025-03-23", False),
        ("2023-12-04", "2023-12-31", False),
        ("2028-12-04", "2029-01-28", False),
    ],
)
def test_a_declaratieperiode_is_whole_periods_of_the_table(begin, eind, heel):
    assert four_weeks.is_hele_periodes(date.fromisoformat(begin), date.fromisoformat(eind), TABEL) is heel


@pytest.mark.parametrize("tabel, heel", [(TABEL, False), (TABEL_P14, True)])
def test_week_53_is_a_declaratieperiode_by_policy(tabel, heel):
    assert four_weeks.is_hele_periodes(date(2026, 11, 30), date(2026, 12, 27), tabel) is heel
    assert four_weeks.is_hele_periodes(date(2026, 12, 28), date(2027, 1, 3), tabel) is heel
    assert four_weeks.is_hele_periodes(date(2026, 11, 30), date(2027, 1, 3), tabel)


@pytest.mark.parametrize(
    "begin, eind, past",
    [
        ("2025-03-03", "2025-03-23", True),
        ("2025-03-03", "2025-04-20", True),
        ("2025-03-24", "2025-04-20", True),
        ("2025-04-21", "2025-05-14", True),
        ("2025-03-03", "2025-05-14", True),
        ("2025-03-04", "2025-03-23", False),
        ("2025-02-24", "2025-03-23", False),
        ("2025-03-03", "2025-03-22", False),
        ("2025-04-21", "2025-05-13", False),
        ("2025-04-21", "2025-05-18", False),
        ("2025-05-19", "2025-06-15", False),
        ("2025-01-27", "2025-02-23", False),
        ("2025-03-24", "2025-03-23", False),
    ],
)
def test_a_productperiode_is_whole_periods_cut_to_the_toewijzing(begin, eind, past):
    gegrond = toewijzing("2025-03-03", "2025-05-14")
    assert four_weeks.past_op_periodes(date.fromisoformat(begin), date.fromisoformat(eind), gegrond, TABEL) is past


@pytest.mark.parametrize("eind, past", [("2025-06-15", True), ("2025-06-14", False), ("2029-01-28", False)])
def test_a_productperiode_of_an_open_toewijzing_ends_with_a_period(eind, past):
    gegrond = toewijzing("2025-03-03", None)
    assert four_weeks.past_op_periodes(date(2025, 5, 19), date.fromisoformat(eind), gegrond, TABEL) is past


# the price of a period: what ProductTarief must be


def prijs(begin: str, eind: str, tarieven: Tarieven = VAST, **anders: object) -> frozenset[int] | None:
    periode = date.fromisoformat(begin), date.fromisoformat(eind)
    gegrond = toewijzing("2025-03-03", None, **anders)
    return four_weeks.periodeprijs(gegrond, mapping_of(gegrond, None), TABEL, tarieven, "SPF3", *periode)


def test_a_broken_period_has_the_price_of_the_whole_one():
    assert prijs("2025-03-03", "2025-03-23") == {48000}


def test_a_long_P13_has_the_price_of_five_weeks():
    assert prijs("2026-11-30", "2027-01-03", JAARWISSEL) == {63400}


def test_periods_of_different_prices_have_no_single_one():
    assert prijs("2026-11-02", "2027-01-31", JAARWISSEL) == {50400, 63400, 52000}


def test_the_volume_is_not_in_the_price_of_a_piece():
    assert prijs("2025-03-24", "2025-04-20", volume=2) == {48000}


@pytest.mark.parametrize(
    "begin, eind, anders",
    [
        ("2025-03-03", "2025-03-23", {"eenheid": "83"}),
        ("2025-03-03", "2025-03-23", {"eenheid": "04"}),
        ("2025-03-03", "2025-03-23", {"volume": None}),
        ("2028-12-04", "2029-01-01", {}),
        ("2025-01-27", "2025-02-23", {}),
    ],
    ids=["euros", "hours", "no Omvang", "outside the table", "outside the toewijzing"],
)
def test_there_is_no_price_to_compare(begin, eind, anders):
    assert prijs(begin, eind, **anders) is None


def test_without_a_tariff_for_a_week_there_is_no_price_to_compare():
    assert prijs("2025-03-03", "2025-03-23", Tarieven([replace(TARIEF, van=date(2025, 3, 3))])) is None


@pytest.mark.parametrize("frequentie, verwacht", [("2", {12000}), ("6", {48000}), ("4", None)])
def test_what_is_not_per_four_weeks_has_its_price_per_unit(frequentie, verwacht):
    assert prijs("2025-03-24", "2025-04-20", frequentie=frequentie) == verwacht
