"""Release 2.3 to the cent: what four weeks cost, broken or not, allocated and declared. T is 480 euros per 4 weeks."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from toewijzingen import per_vier_weken as toewijzing

from services.declaration import four_weeks
from services.declaration.contracts import Gebroken, Mapping, Telwijze, Toewijzing
from services.declaration.journal import ZONDER_PERIODE, Toegewezen, gedeclareerd, toegewezen
from services.declaration.tariffs import Tarief, Tarieven
from services.declaration.weeks import Periodes, Week53, periodes_van

FULL, WEEK, DAY = Gebroken
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


def euros(begin: str, eind: str | None, volume: int) -> Toewijzing:
    return toewijzing(begin, eind, eenheid="83", volume=volume)


def a(
    gegrond: Toewijzing,
    gebroken: Gebroken,
    tabel: Periodes = TABEL,
    tarieven: Tarieven = VAST,
    verloren: Iterable[str] = (),
) -> Toegewezen:
    return toegewezen(gegrond, gebroken, tabel, tarieven, gegrond.code, LAATSTE, frozenset(verloren))


def berekend(
    gegrond: Toewijzing,
    begin: str,
    eind: str,
    telwijze: Telwijze | None = WEEK,
    volume: int = 1,
    tabel: Periodes = TABEL,
    tarieven: Tarieven = VAST,
) -> dict[str, int] | None:
    periode = date.fromisoformat(begin), date.fromisoformat(eind)
    return four_weeks.berekend(gegrond, telwijze, tabel, tarieven, "SPF3", *periode, volume, LAATSTE)


def d(
    gegrond: Toewijzing,
    begin: str,
    eind: str,
    bedrag: int,
    gebroken: Gebroken,
    tabel: Periodes = TABEL,
    per_periode: dict[str, int] | None = None,
) -> dict[str, int]:
    periode = date.fromisoformat(begin), date.fromisoformat(eind)
    return gedeclareerd(gegrond, gebroken, tabel, *periode, 1, bedrag, {}, LAATSTE, per_periode).bedragen


# The worked examples of tariffs-and-periods.md §4.5. Each is claimed as one line over all its periods.

VOORBEELD_A = toewijzing("2025-03-03", "2025-05-18")
VOORBEELD_B = toewijzing("2025-04-09", "2025-06-25")
VOORBEELD_C = toewijzing("2026-12-16", "2027-01-10")
A_HEEL = {"2025-P04": 48000, "2025-P05": 48000}
B_HEEL = {"2025-P05": 48000, "2025-P06": 48000}

VOORBEELDEN = [
    pytest.param(VOORBEELD_A, FULL, TABEL, {"2025-P03": 48000, **A_HEEL}, id="A FULL"),
    pytest.param(VOORBEELD_A, WEEK, TABEL, {"2025-P03": 36000, **A_HEEL}, id="A WEEK"),
    pytest.param(VOORBEELD_A, DAY, TABEL, {"2025-P03": 36000, **A_HEEL}, id="A DAY"),
    pytest.param(VOORBEELD_B, FULL, TABEL, {"2025-P04": 48000, **B_HEEL, "2025-P07": 48000}, id="B FULL"),
    pytest.param(VOORBEELD_B, WEEK, TABEL, {"2025-P04": 24000, **B_HEEL, "2025-P07": 24000}, id="B WEEK"),
    pytest.param(VOORBEELD_B, DAY, TABEL, {"2025-P04": 20571, **B_HEEL, "2025-P07": 17143}, id="B DAY"),
    pytest.param(VOORBEELD_C, FULL, TABEL, {"2026-P13": 60000, "2027-P01": 48000}, id="C FULL, long"),
    pytest.param(VOORBEELD_C, WEEK, TABEL, {"2026-P13": 36000, "2027-P01": 12000}, id="C WEEK, long"),
    pytest.param(VOORBEELD_C, DAY, TABEL, {"2026-P13": 32571, "2027-P01": 12000}, id="C DAY, long"),
    pytest.param(
        VOORBEELD_C, FULL, TABEL_P14, {"2026-P13": 48000, "2026-P14": 12000, "2027-P01": 48000}, id="C FULL, P14"
    ),
    pytest.param(
        VOORBEELD_C, WEEK, TABEL_P14, {"2026-P13": 24000, "2026-P14": 12000, "2027-P01": 12000}, id="C WEEK, P14"
    ),
    pytest.param(
        VOORBEELD_C, DAY, TABEL_P14, {"2026-P13": 20571, "2026-P14": 12000, "2027-P01": 12000}, id="C DAY, P14"
    ),
]


def per_jaar(volume: int, begin: str, eind: str, tabel: Periodes = TABEL) -> dict[str, int]:
    """Pieces in each period of a toewijzing per year."""
    gegrond = toewijzing(begin, eind, frequentie="5", volume=volume)
    return {label: bedrag // 48000 for label, bedrag in a(gegrond, WEEK, tabel).bedragen.items()}


def test_pieces_per_year_are_one_in_each_of_thirteen_periods() -> None:
    assert per_jaar(13, "2024-12-30", "2025-12-28") == {f"2025-P{n:02d}": 1 for n in range(1, 14)}


def test_pieces_per_year_that_are_left_over_go_to_the_first_periods_of_each_year() -> None:
    assert per_jaar(2, "2025-10-06", "2026-03-22") == {
        "2025-P11": 1,
        "2025-P12": 1,
        "2025-P13": 0,
        "2026-P01": 1,
        "2026-P02": 1,
        "2026-P03": 0,
    }
    assert per_jaar(15, "2025-10-06", "2025-12-28") == {"2025-P11": 2, "2025-P12": 2, "2025-P13": 1}


def test_pieces_per_year_in_a_year_of_fourteen_periods() -> None:
    stukken = per_jaar(14, "2025-12-29", "2027-01-03", TABEL_P14)

    assert len(stukken) == 14
    assert all(aantal == 1 for label, aantal in stukken.items() if label != "2026-P14")


@pytest.mark.parametrize("gegrond, gebroken, tabel, verwacht", VOORBEELDEN)
def test_worked_example_is_allocated_and_computed_and_declared_alike(gegrond, gebroken, tabel, verwacht):
    begin, eind = gegrond.ingangsdatum.isoformat(), gegrond.einddatum.isoformat()
    assert a(gegrond, gebroken, tabel).bedragen == verwacht
    gevonden = berekend(gegrond, begin, eind, gebroken, len(verwacht), tabel)
    assert gevonden == verwacht
    assert d(gegrond, begin, eind, sum(verwacht.values()), gebroken, tabel, gevonden) == verwacht


LANG = toewijzing("2026-11-30", "2027-01-03")


@pytest.mark.parametrize("gebroken", Gebroken)
def test_a_long_P13_at_504_and_520_prices_itself(gebroken):
    gevonden = a(LANG, gebroken, tarieven=JAARWISSEL)
    assert gevonden == Toegewezen({"2026-P13": 63400}, (), {"2026-P13": "B2026; B2027"})
    assert berekend(LANG, "2026-11-30", "2027-01-03", gebroken, tarieven=JAARWISSEL) == {"2026-P13": 63400}


def test_a_line_over_a_long_P13_and_the_next_period_falls_by_price_and_not_by_weeks():
    gegrond = toewijzing("2026-11-30", None)
    per_periode = berekend(gegrond, "2026-11-30", "2027-01-31", volume=2, tarieven=JAARWISSEL)
    assert per_periode == {"2026-P13": 63400, "2027-P01": 52000}
    assert d(gegrond, "2026-11-30", "2027-01-31", 115400, WEEK, per_periode=per_periode) == per_periode
    # Without a tariff to go by, nine weeks count alike.
    assert d(gegrond, "2026-11-30", "2027-01-31", 9000, WEEK) == {"2026-P13": 5000, "2027-P01": 4000}


@pytest.mark.parametrize("gebroken, hoogste", [(FULL, 48000), (WEEK, 36000), (DAY, 36000)])
def test_480_claimed_for_21_of_28_days(gebroken, hoogste):
    assert berekend(VOORBEELD_A, "2025-03-03", "2025-03-23", gebroken) == {"2025-P03": hoogste}
    assert a(VOORBEELD_A, gebroken).bedragen["2025-P03"] == hoogste


@pytest.mark.parametrize("gebroken, hoogste", [(FULL, 48000), (WEEK, 36000), (DAY, 34286)])
def test_a_day_less_costs_under_DAY_only(gebroken, hoogste):
    gegrond = replace(VOORBEELD_A, ingangsdatum=date(2025, 3, 4))
    assert berekend(gegrond, "2025-03-04", "2025-03-23", gebroken) == {"2025-P03": hoogste}


def test_a_cent_is_rounded_once_per_period_half_up():
    oneven = Tarieven([replace(TARIEF, bedrag=48002)])
    drie_weken = toewijzing("2025-03-03", "2025-03-23")
    assert a(drie_weken, WEEK, tarieven=oneven).bedragen == {"2025-P03": 36002}  # 36001.5
    assert a(toewijzing("2025-02-24", "2025-03-23"), WEEK, tarieven=oneven).bedragen == {"2025-P03": 48002}
    assert a(replace(drie_weken, volume=2), WEEK, tarieven=oneven).bedragen == {"2025-P03": 72003}


def test_the_own_week_price_goes_before_the_quarter():
    eigen = Tarieven([replace(TARIEF, weekprijs=12100)])
    periode = date(2025, 3, 3), date(2025, 3, 23)
    assert a(VOORBEELD_A, WEEK, tarieven=eigen).bedragen["2025-P03"] == 3 * 12100
    assert four_weeks.periodeprijs(VOORBEELD_A, WEEK, TABEL, eigen, "SPF3", *periode) == {48400}


def test_a_week_is_priced_on_its_sunday_also_after_einddatum():
    assert a(toewijzing("2026-12-28", "2026-12-30"), WEEK, tarieven=JAARWISSEL).bedragen == {"2026-P13": 13000}


def test_a_period_with_a_week_without_tariff_is_missing_whole_and_a_line_on_it_has_nothing_to_compare():
    tot_half = Tarieven([replace(TARIEF, tot=date(2025, 3, 15))])
    gevonden = a(toewijzing("2025-01-27", "2025-03-23"), WEEK, tarieven=tot_half)
    assert gevonden == Toegewezen({"2025-P02": 48000}, ("2025-P03",), {"2025-P02": "FICTIEF"})
    assert berekend(VOORBEELD_A, "2025-03-03", "2025-03-23", tarieven=tot_half) is None


def test_FULL_needs_the_tariff_of_the_weeks_before_ingangsdatum_too():
    vanaf_maart = Tarieven([replace(TARIEF, van=date(2025, 3, 3))])
    assert a(VOORBEELD_A, FULL, tarieven=vanaf_maart).ontbrekend == ("2025-P03",)
    assert a(VOORBEELD_A, WEEK, tarieven=vanaf_maart).ontbrekend == ()


def test_without_a_productcode_every_period_is_missing():
    assert a(replace(VOORBEELD_A, code=None), WEEK) == Toegewezen({}, ("2025-P03", "2025-P04", "2025-P05"))


@pytest.mark.parametrize("gebroken", Gebroken)
@pytest.mark.parametrize("anders", [{"vervallen": True}, {"einddatum": date(2025, 3, 3), "reden_wijziging": "01"}])
def test_a_lapsed_or_removed_toewijzing_has_nothing(gebroken, anders):
    assert a(replace(VOORBEELD_A, **anders), gebroken) == Toegewezen({})


@pytest.mark.parametrize("gebroken", Gebroken)
def test_an_einddatum_at_the_end_of_time_is_cut_to_the_table(gebroken):
    tabel = Periodes(periodes_van(2025, Week53.P13_LONG))
    assert a(toewijzing("2020-01-01", "9999-12-31"), gebroken, tabel).bedragen == {p.label: 48000 for p in tabel}


# euros per four weeks: the grant, whatever the tariff


@pytest.mark.parametrize("gebroken, p13, p01", [(FULL, 60003, 48002), (WEEK, 36002, 12001), (DAY, 32573, 12001)])
def test_A_of_euros_follows_the_grant_a_quarter_per_week(gebroken, p13, p01):
    gegrond = euros("2026-12-16", "2027-01-10", 48002)
    assert a(gegrond, gebroken, tarieven=Tarieven([])) == Toegewezen({"2026-P13": p13, "2027-P01": p01})
    alles = berekend(gegrond, "2026-12-16", "2027-01-10", gebroken, p13 + p01, tarieven=Tarieven([]))
    assert alles == {"2026-P13": p13, "2027-P01": p01}


def test_euros_are_computed_at_no_more_than_the_grant_and_no_more_than_the_volume():
    gegrond = euros("2025-03-03", "2025-05-18", 48000)
    for volume in (36000, 36001, 48000):
        assert berekend(gegrond, "2025-03-03", "2025-03-23", volume=volume) == {"2025-P03": 36000}
    assert berekend(gegrond, "2025-03-03", "2025-03-23", volume=30000) == {"2025-P03": 30000}
    assert berekend(gegrond, "2025-03-03", "2025-04-20", volume=42000) == {"2025-P03": 18000, "2025-P04": 24000}


# volume of a line


@pytest.mark.parametrize("volume, per_periode", [(0, 0), (1, 24000), (2, 48000), (4, 96000)])
def test_the_volume_of_a_line_counts_pieces_over_the_periods_it_touches(volume, per_periode):
    gegrond = toewijzing("2025-01-27", "2025-03-23", volume=2)
    gevonden = berekend(gegrond, "2025-01-27", "2025-03-23", volume=volume)
    assert gevonden == {"2025-P02": per_periode, "2025-P03": per_periode}


def test_what_is_computed_counts_the_part_inside_the_toewijzing():
    assert berekend(VOORBEELD_A, "2025-02-24", "2025-03-23") == {"2025-P03": 36000}
    assert berekend(VOORBEELD_A, "2025-01-27", "2025-02-23") is None


def test_outside_the_table_there_is_nothing_to_compare():
    gegrond = toewijzing("2023-12-01", None)
    assert berekend(gegrond, "2023-12-31", "2024-01-28", volume=2) is None
    assert berekend(gegrond, "2024-01-01", "2024-01-28") == {"2024-P01": 48000}
    assert berekend(gegrond, "2028-12-04", "9999-12-31") == {"2028-P13": 48000}  # LAATSTE is in the table
    vroeg = d(gegrond, "2023-12-31", "2024-01-28", 5000, WEEK)
    assert vroeg == {ZONDER_PERIODE: 1000, "2024-P01": 4000}


@pytest.mark.parametrize(
    "vorm, eenheid, frequentie, volume, verwacht",
    [
        (Mapping.W, "82", "2", 4, {"2025-P02": 48000}),
        (Mapping.P, "82", "6", 2, {"2025-P02": 96000}),
        (Mapping.E, "83", "2", 47000, {"2025-P02": 47000}),
        (None, "83", "5", 47000, {"2025-P02": 47000}),
        (None, "82", "5", 4, None),
        (None, "04", "3", 4, None),
    ],
)
def test_another_shape_is_computed_at_its_price_per_unit_or_its_euros(vorm, eenheid, frequentie, volume, verwacht):
    gegrond = toewijzing("2025-01-27", "2025-12-28", eenheid=eenheid, frequentie=frequentie)
    assert berekend(gegrond, "2025-01-27", "2025-02-23", vorm, volume) == verwacht


def test_another_shape_loses_no_cent_where_its_last_week_lies_outside_the_table():
    tabel = Periodes(periodes_van(2025, Week53.P13_LONG))
    gegrond = toewijzing("2025-12-01", "2025-12-31", frequentie="2")
    assert berekend(gegrond, "2025-12-01", "2025-12-28", Mapping.W, 5, tabel) == {"2025-P13": 60000}


# D: an award over periods


def test_an_award_below_what_was_computed_is_shared_by_price():
    per_periode = {"2025-P03": 36000, "2025-P04": 48000}
    assert d(VOORBEELD_A, "2025-03-03", "2025-04-20", 7001, WEEK, per_periode=per_periode) == {
        "2025-P03": 3000,
        "2025-P04": 4001,
    }


def test_ties_go_to_the_earliest_period_and_a_negative_award_mirrors():
    assert four_weeks.verdeeld(101, {"2025-P04": 7, "2025-P03": 7}, TABEL) == {"2025-P03": 51, "2025-P04": 50}
    assert four_weeks.verdeeld(-101, {"2025-P03": 7, "2025-P04": 7}, TABEL) == {"2025-P03": -51, "2025-P04": -50}


@pytest.mark.parametrize("gebroken, p03", [(FULL, 4000), (WEEK, 3000), (DAY, 3000)])
def test_without_a_computed_amount_D_goes_by_the_weights(gebroken, p03):
    bedrag = p03 + 4000
    assert d(VOORBEELD_A, "2025-03-03", "2025-04-20", bedrag, gebroken) == {"2025-P03": p03, "2025-P04": 4000}
    assert d(VOORBEELD_A, "2025-03-03", "2025-04-20", bedrag, gebroken, per_periode={"2025-P03": 0}) == {
        "2025-P03": p03,
        "2025-P04": 4000,
    }


def test_the_computed_periods_share_what_is_counted_per_four_weeks_only():
    per_week = toewijzing("2025-03-03", "2025-05-18", frequentie="2")
    periode = date(2025, 3, 3), date(2025, 3, 31)
    regel = gedeclareerd(per_week, Mapping.W, TABEL, *periode, 4, 48000, {}, LAATSTE, {"2025-P04": 48000})
    assert regel.bedragen == {"2025-P03": 36000, "2025-P04": 12000}


def test_a_line_after_the_toewijzing_goes_whole_to_the_week_of_its_end():
    assert d(VOORBEELD_A, "2025-05-19", "2025-06-15", 500, FULL) == {"2025-P06": 500}


def test_costs_are_exact_until_they_are_rounded():
    kosten = four_weeks.kosten(VOORBEELD_B, DAY, TABEL, VAST, "SPF3", date(2025, 6, 16), date(2025, 7, 13), LAATSTE)
    assert kosten.bedragen == {"2025-P07": Fraction(48000 * 10, 28)}
