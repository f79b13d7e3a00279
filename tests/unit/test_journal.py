"""What is allocated and declared per 4-week period, and the transfers that book it. T is 480 euros per 4 weeks."""

from dataclasses import replace
from datetime import date, time

import pytest

from services.declaration.contracts import Contract, Gebroken, Mapping, Toewijzing
from services.declaration.journal import (
    BEGROTING,
    GEDECLAREERD,
    TE_BETALEN,
    VERPLICHT,
    ZONDER_PERIODE,
    Toegewezen,
    Verdeling,
    boek_gedeclareerd,
    boek_toegewezen,
    gedeclareerd,
    laatste_dag,
    saldi,
    toegewezen,
    verschil,
)
from services.declaration.tariffs import Tarief, Tarieven
from services.declaration.weeks import Periodes, Week53, periodes_van

LAATSTE = date(2028, 12, 31)
TABEL = Periodes(p for jaar in range(2024, 2029) for p in periodes_van(jaar, Week53.P13_LONG))
TABEL_P14 = Periodes(p for jaar in range(2024, 2029) for p in periodes_van(jaar, Week53.P14_WEEK))
TARIEF = Tarief("0503", None, "SPF3", date(2024, 1, 1), None, 48000, None, date(2023, 12, 1), "FICTIEF")
VAST = Tarieven([TARIEF])
JAARWISSEL = Tarieven(
    [
        replace(TARIEF, tot=date(2026, 12, 31), bedrag=50400, besluit="B2026"),
        replace(TARIEF, van=date(2027, 1, 1), bedrag=52000, besluit="B2027"),
    ]
)
VORM = {
    Mapping.W: ("82", "2"),
    Mapping.E: ("83", "2"),
    Mapping.P: ("82", "6"),
    Mapping.M: ("83", "4"),
    None: ("83", "6"),
}


def toewijzing(
    begin: str, eind: str | None, mapping: Mapping | None = Mapping.W, volume: int | None = 1, **anders: object
) -> Toewijzing:
    eenheid, frequentie = VORM[mapping]
    gegrond = Toewijzing(
        gemeente="0503",
        domein="wmo",
        nummer=4711,
        aanbieder="75000001",
        client="c1",
        categorie="02",
        code="SPF3",
        ingangsdatum=date.fromisoformat(begin),
        einddatum=date.fromisoformat(eind) if eind else None,
        volume=volume,
        eenheid=eenheid,
        frequentie=frequentie,
        budget=None,
        reden_wijziging=None,
        toewijzingsdatum=date(2025, 1, 2),
        toewijzingstijd=time(9, 30),
        release="3.2",
    )
    return replace(gegrond, **anders)


def a(
    gegrond: Toewijzing,
    mapping: Mapping | None = Mapping.W,
    tarieven: Tarieven = VAST,
    tabel: Periodes = TABEL,
    laatste: date = LAATSTE,
) -> Toegewezen:
    return toegewezen(gegrond, mapping, tabel, tarieven, gegrond.code, laatste)


def d(
    gegrond: Toewijzing,
    begin: str,
    eind: str,
    bedrag: int,
    mapping: Mapping | None = Mapping.W,
    volume: int = 1,
    stukken: dict[str, int] | None = None,
    tabel: Periodes = TABEL,
) -> Verdeling:
    periode = date.fromisoformat(begin), date.fromisoformat(eind)
    return gedeclareerd(gegrond, mapping, tabel, *periode, volume, bedrag, stukken or {}, LAATSTE)


def opgeteld(*regels: Verdeling) -> dict[str, int]:
    som: dict[str, int] = {}
    for regel in regels:
        for label, bedrag in regel.bedragen.items():
            som[label] = som.get(label, 0) + bedrag
    return som


# W: the worked examples of tariffs-and-periods.md §4.5, allocated per period and declared per month

VOORBEELD_A = toewijzing("2025-03-03", "2025-05-18")
VOORBEELD_B = toewijzing("2025-04-09", "2025-06-25")
VOORBEELD_C = toewijzing("2026-12-16", "2027-01-10")


def test_W_example_A_starts_inside_a_period():
    assert a(VOORBEELD_A).bedragen == {"2025-P03": 36000, "2025-P04": 48000, "2025-P05": 48000}
    declaraties = [
        d(VOORBEELD_A, "2025-03-03", "2025-03-31", 48000),
        d(VOORBEELD_A, "2025-04-01", "2025-04-30", 48000),
        d(VOORBEELD_A, "2025-05-01", "2025-05-18", 36000),
    ]
    assert opgeteld(*declaraties) == a(VOORBEELD_A).bedragen


def test_W_example_B_has_broken_weeks_at_both_ends():
    verwacht = {"2025-P04": 24000, "2025-P05": 48000, "2025-P06": 48000, "2025-P07": 24000}
    assert a(VOORBEELD_B).bedragen == verwacht
    declaraties = [
        d(VOORBEELD_B, "2025-04-09", "2025-04-30", 36000),
        d(VOORBEELD_B, "2025-05-01", "2025-05-31", 48000),
        d(VOORBEELD_B, "2025-06-01", "2025-06-25", 60000),
    ]
    assert opgeteld(*declaraties) == verwacht


@pytest.mark.parametrize(
    "tabel, verwacht",
    [
        (TABEL, {"2026-P13": 36000, "2027-P01": 12000}),
        (TABEL_P14, {"2026-P13": 24000, "2026-P14": 12000, "2027-P01": 12000}),
    ],
)
def test_W_example_C_crosses_week_53(tabel, verwacht):
    assert a(VOORBEELD_C, tabel=tabel).bedragen == verwacht
    declaraties = [
        d(VOORBEELD_C, "2026-12-16", "2026-12-31", 24000, tabel=tabel),
        d(VOORBEELD_C, "2027-01-01", "2027-01-10", 24000, tabel=tabel),
    ]
    assert opgeteld(*declaraties) == verwacht


def test_W_a_long_P13_across_a_tariff_change_prices_itself():
    gegrond = toewijzing("2026-11-30", "2027-01-31")
    gevonden = a(gegrond, tarieven=JAARWISSEL)
    assert gevonden.bedragen == {"2026-P13": 4 * 12600 + 13000, "2027-P01": 4 * 13000}
    assert gevonden.besluiten == {"2026-P13": "B2026; B2027", "2027-P01": "B2027"}


def test_W_the_broken_last_week_is_priced_as_the_last_sunday():
    # Monday 28 December up to Saturday 2 January: claimed in December, at the price of Sunday 27.
    assert a(toewijzing("2026-12-14", "2027-01-02"), tarieven=JAARWISSEL).bedragen == {"2026-P13": 3 * 12600}


def test_W_a_toewijzing_without_a_sunday_is_priced_on_einddatum():
    assert a(toewijzing("2026-12-28", "2026-12-31"), tarieven=JAARWISSEL).bedragen == {"2026-P13": 12600}
    assert a(toewijzing("2026-12-28", "2027-01-02"), tarieven=JAARWISSEL).bedragen == {"2026-P13": 13000}


def test_W_the_week_price_of_an_odd_tariff_is_rounded_before_it_is_summed():
    oneven = Tarieven([replace(TARIEF, bedrag=48002)])
    assert a(toewijzing("2025-01-27", "2025-02-23"), tarieven=oneven).bedragen == {"2025-P02": 4 * 12001}


def test_W_volume_multiplies_the_week_price():
    assert a(toewijzing("2025-01-27", "2025-02-23", volume=2)).bedragen == {"2025-P02": 96000}


def test_W_a_period_with_a_week_without_tariff_is_missing_whole():
    tot_half = Tarieven([replace(TARIEF, tot=date(2025, 2, 22))])
    gevonden = a(toewijzing("2024-12-30", "2025-02-23"), tarieven=tot_half)
    assert gevonden == Toegewezen({"2025-P01": 48000}, ("2025-P02",), {"2025-P01": "FICTIEF"})


def test_W_without_a_productcode_every_period_is_missing():
    gevonden = a(toewijzing("2024-12-30", "2025-02-23", code=None))
    assert gevonden == Toegewezen({}, ("2025-P01", "2025-P02"))


def test_W_a_broken_last_week_in_the_first_week_of_the_table_counts():
    tabel = Periodes(periodes_van(2026, Week53.P13_LONG))
    assert a(toewijzing("2025-11-03", "2025-12-31"), tabel=tabel).bedragen == {"2026-P01": 12000}


def test_only_periods_in_the_table_are_booked():
    tabel = Periodes(periodes_van(2025, Week53.P13_LONG))
    bedragen = a(toewijzing("2024-06-01", "9999-12-31"), tabel=tabel).bedragen
    assert bedragen == {periode.label: 48000 for periode in tabel}
    assert a(toewijzing("2024-06-01", "2026-12-31"), tabel=Periodes([])).bedragen == {}


# E


def test_E_the_grant_per_week_needs_no_tariff():
    gegrond = toewijzing("2025-04-09", "2025-06-25", Mapping.E, volume=11111)
    verwacht = {"2025-P04": 22222, "2025-P05": 44444, "2025-P06": 44444, "2025-P07": 22222}
    assert a(gegrond, Mapping.E, Tarieven([])) == Toegewezen(verwacht)


def test_E_a_stub_month_goes_whole_to_the_week_of_its_end():
    gegrond = toewijzing("2026-02-10", "2026-04-03", Mapping.E, volume=25000)
    assert d(gegrond, "2026-04-01", "2026-04-03", 25000, Mapping.E).bedragen == {"2026-P04": 25000}


# P


def test_P_each_period_touched_gets_one_piece_at_the_tariff_of_ingangsdatum():
    gegrond = toewijzing("2026-12-16", "2027-02-10", Mapping.P, volume=3)
    gevonden = a(gegrond, Mapping.P, JAARWISSEL)
    assert gevonden.bedragen == {"2026-P13": 50400, "2027-P01": 50400, "2027-P02": 50400}
    assert set(gevonden.besluiten.values()) == {"B2026"}


@pytest.mark.parametrize("volume, aantal", [(2, 2), (3, 3), (4, 3)])
def test_P_no_more_pieces_than_periods_and_no_more_than_the_volume(volume, aantal):
    gegrond = toewijzing("2026-12-16", "2027-02-10", Mapping.P, volume=volume)
    assert list(a(gegrond, Mapping.P).bedragen) == ["2026-P13", "2027-P01", "2027-P02"][:aantal]


def test_P_without_a_tariff_on_ingangsdatum_every_piece_is_missing():
    gegrond = toewijzing("2026-12-16", "2027-02-10", Mapping.P, volume=2)
    later = Tarieven([replace(TARIEF, van=date(2026, 12, 17))])
    assert a(gegrond, Mapping.P, later) == Toegewezen({}, ("2026-P13", "2027-P01"))


P_GEGROND = toewijzing("2025-01-15", "2025-05-20", Mapping.P, volume=6)


@pytest.mark.parametrize(
    "volume, eind, stukken, verwacht",
    [
        (1, "2025-01-31", {}, {"2025-P01": 1}),
        (2, "2025-01-31", {}, {"2025-P01": 1, "2025-P02": 1}),
        (1, "2025-03-31", {"2025-P01": 1, "2025-P02": 1}, {"2025-P03": 1}),
        (1, "2025-03-31", {"2025-P01": 1, "2025-P02": 0, "2025-P03": 1}, {"2025-P02": 1}),
        # More than was touched: P06 is the last of the toewijzing, the rest goes to the period of 31 March.
        (2, "2025-03-31", {f"2025-P0{n}": 1 for n in range(1, 6)}, {"2025-P06": 1, "2025-P04": 1}),
        (2, "2025-03-31", {f"2025-P0{n}": 1 for n in range(1, 7)}, {"2025-P04": 2}),
    ],
)
def test_P_pieces_go_to_the_oldest_unclaimed_periods_then_the_rest_to_the_end(volume, eind, stukken, verwacht):
    regel = d(P_GEGROND, "2025-01-15", eind, volume * 48000, Mapping.P, volume, stukken)
    assert regel.stukken == verwacht
    assert regel.bedragen == {label: aantal * 48000 for label, aantal in verwacht.items()}


def test_P_all_pieces_in_one_period_of_the_line_keep_the_cents():
    regel = d(P_GEGROND, "2025-01-15", "2025-01-31", 100, Mapping.P, 3)
    assert regel.bedragen == {"2025-P01": 34, "2025-P02": 33, "2025-P03": 33}


def test_P_a_line_without_volume_keeps_its_amount():
    assert d(P_GEGROND, "2025-03-01", "2025-03-31", 100, Mapping.P, 0) == Verdeling({"2025-P04": 100}, {})


# M


def test_M_a_broken_month_has_the_whole_month():
    gegrond = toewijzing("2025-01-20", "2025-02-09", Mapping.M, volume=52000)
    # January: 12 days, 7 of them in P01. February: 9 days, all in P02.
    assert a(gegrond, Mapping.M).bedragen == {"2025-P01": 30333, "2025-P02": 21667 + 52000}


def test_M_what_is_claimed_per_month_falls_where_it_was_allocated():
    gegrond = toewijzing("2025-01-20", "2025-02-09", Mapping.M, volume=52000)
    declaraties = [
        d(gegrond, "2025-01-20", "2025-01-31", 52000, Mapping.M),
        d(gegrond, "2025-02-01", "2025-02-09", 52000, Mapping.M),
    ]
    assert opgeteld(*declaraties) == a(gegrond, Mapping.M).bedragen


def test_M_an_open_toewijzing_runs_to_the_contracts_end():
    gegrond = toewijzing("2025-01-20", None, Mapping.M, volume=52000)
    gevonden = a(gegrond, Mapping.M, laatste=date(2025, 2, 9)).bedragen
    assert gevonden == {"2025-P01": 30333, "2025-P02": 73667}


def test_M_outside_the_table_nothing_is_allocated():
    assert a(toewijzing("2020-01-20", "2020-02-09", Mapping.M, volume=52000), Mapping.M) == Toegewezen({})


def test_M_a_month_half_in_the_table_gives_it_its_share():
    tabel = Periodes(periodes_van(2025, Week53.P13_LONG))
    gegrond = toewijzing("2024-12-01", "2024-12-31", Mapping.M, volume=31000)
    assert a(gegrond, Mapping.M, tabel=tabel).bedragen == {"2025-P01": 2000}


# euros in total, and what has no price


def test_a_budget_is_spread_over_calendar_days():
    gegrond = toewijzing("2025-01-20", "2025-02-02", volume=None, eenheid=None, frequentie=None, budget=140000)
    assert a(gegrond, None, Tarieven([])).bedragen == {"2025-P01": 70000, "2025-P02": 70000}


def test_euros_in_total_are_spread_over_calendar_days():
    gegrond = toewijzing("2025-01-20", "2025-02-02", None, volume=140000)
    assert a(gegrond, None).bedragen == {"2025-P01": 70000, "2025-P02": 70000}


def test_generic_is_declared_by_calendar_days():
    gegrond = toewijzing("2025-01-20", "2025-02-02", None, volume=140000)
    regel = d(gegrond, "2025-01-20", "2025-01-31", 120000, None)
    assert regel.bedragen == {"2025-P01": 70000, "2025-P02": 50000}


def test_a_line_after_the_toewijzing_goes_whole_to_the_week_of_its_end():
    gegrond = toewijzing("2025-01-20", "2025-02-02", None, volume=140000)
    assert d(gegrond, "2025-03-01", "2025-03-31", 500, None).bedragen == {"2025-P04": 500}


def test_hours_have_no_price_yet_so_all_their_periods_are_missing():
    gegrond = toewijzing("2025-01-20", "2025-02-02", volume=4, eenheid="04")
    assert a(gegrond, None) == Toegewezen({}, ("2025-P01", "2025-P02"))


@pytest.mark.parametrize("anders", [{"vervallen": True}, {"einddatum": date(2025, 3, 3), "reden_wijziging": "13"}])
@pytest.mark.parametrize("mapping", [*Mapping, None])
def test_a_lapsed_or_removed_toewijzing_has_nothing(mapping, anders):
    gegrond = replace(toewijzing("2025-03-03", "2025-05-18", mapping), **anders)
    assert a(gegrond, mapping) == Toegewezen({})


def test_a_line_outside_the_table_is_not_lost():
    tabel = Periodes(periodes_van(2025, Week53.P13_LONG))
    gegrond = toewijzing("2024-12-02", "2025-01-12")
    regel = d(gegrond, "2024-12-02", "2024-12-31", 60000, tabel=tabel)
    assert regel.bedragen == {ZONDER_PERIODE: 60000}
    generiek = d(gegrond, "2024-12-16", "2025-01-05", 21000, None, tabel=tabel)
    assert generiek.bedragen == {ZONDER_PERIODE: 14000, "2025-P01": 7000}


# the last day of an open toewijzing

CONTRACT = Contract(
    "75000001", "0503", "SPF", date(2023, 1, 1), date(2028, 12, 31), "3.2", "declaratie", Gebroken.WEEK, Mapping.W
)


def test_an_open_toewijzing_ends_with_the_contract_else_with_the_tables_last_month():
    tabel = Periodes(periodes_van(2027, Week53.P13_LONG))
    assert laatste_dag(CONTRACT, tabel) == date(2028, 12, 31)
    assert laatste_dag(replace(CONTRACT, tot=None), tabel) == date(2028, 1, 31)
    assert laatste_dag(None, tabel) == date(2028, 1, 31)


# transfers

A1, A2 = {"2025-P03": 36000}, {"2025-P03": 24000, "2025-P04": 12000}


def test_the_difference_is_what_still_must_be_booked():
    assert verschil(A2, A1) == {"2025-P03": -12000, "2025-P04": 12000}
    assert verschil({}, A1) == {"2025-P03": -36000}
    assert verschil(A1, A1) == {}


def test_A_is_a_transfer_from_begroting_to_verplicht():
    [rij] = boek_toegewezen(VOORBEELD_A, A1, "SPF3", {"2025-P03": "B1"}, bericht=9)
    assert (rij.van, rij.naar, rij.bedrag) == (BEGROTING, VERPLICHT, 36000)
    assert (rij.gemeente, rij.aanbieder, rij.domein, rij.toewijzing) == ("0503", "75000001", "wmo", 4711)
    assert (rij.productcode, rij.periode, rij.besluit) == ("SPF3", "2025-P03", "B1")
    assert (rij.bericht, rij.prestatie) == (9, None)


def test_less_A_is_a_transfer_back_with_a_positive_amount():
    [rij] = boek_toegewezen(VOORBEELD_A, {"2025-P03": -12000, "2025-P04": 0}, "SPF3", {})
    assert (rij.van, rij.naar, rij.bedrag) == (VERPLICHT, BEGROTING, 12000)


def test_D_is_a_transfer_from_te_betalen_to_gedeclareerd():
    [rij] = boek_gedeclareerd(VOORBEELD_A, A1, "SPF3", prestatie=7, bericht=9)
    assert (rij.van, rij.naar, rij.bedrag) == (TE_BETALEN, GEDECLAREERD, 36000)
    assert (rij.prestatie, rij.bericht, rij.besluit) == (7, 9, None)


def test_balances_are_zero_together():
    boekingen = [
        *boek_toegewezen(VOORBEELD_A, A2, "SPF3", {}),
        *boek_gedeclareerd(VOORBEELD_A, A1, "SPF3", 7, 9),
    ]
    assert saldi(boekingen) == {BEGROTING: -36000, VERPLICHT: 36000, TE_BETALEN: -36000, GEDECLAREERD: 36000}
