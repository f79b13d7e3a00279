"""Which tariff is valid and known, what a week costs, and what a file with tariffs is refused for."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from fractions import Fraction

import pytest

from services.declaration.afspraken.tariff_files import lees_tarieven, weiger
from services.declaration.contracts import Mapping, Toewijzing
from services.declaration.tariffs import (
    Tarief,
    Tarieven,
    half_up,
    kwart,
    prijs_per_eenheid,
    vier_weken,
    weekprijs,
)

ALGEMEEN = Tarief(
    gemeente="0503",
    aanbieder=None,
    productcode="SPF3",
    van=date(2025, 1, 1),
    tot=date(2025, 12, 31),
    bedrag=48000,
    weekprijs=None,
    bekend_van=date(2024, 12, 1),
    besluit="FICTIEF 2025",
)
SPECIFIEK = replace(ALGEMEEN, aanbieder="75000001", bedrag=50000)
TOEWIJZING = Toewijzing(
    gemeente="0503",
    domein="wmo",
    nummer=1,
    aanbieder="75000001",
    client="c1",
    categorie="02",
    code="SPF3",
    ingangsdatum=date(2026, 11, 30),
    einddatum=date(2027, 3, 31),
    volume=1,
    eenheid="82",
    frequentie="2",
    budget=None,
    reden_wijziging=None,
    toewijzingsdatum=date(2026, 11, 2),
    toewijzingstijd=time(9, 30),
    release="3.2",
)
# The year boundary of design: 504 until the end of 2026, 520 from 2027.
JAARWISSEL = Tarieven(
    [
        replace(ALGEMEEN, van=date(2026, 1, 1), tot=date(2026, 12, 31), bedrag=50400),
        replace(ALGEMEEN, van=date(2027, 1, 1), tot=None, bedrag=52000),
    ]
)


def bedrag_op(tarieven: Tarieven, dag: date, aanbieder: str | None = "75000001") -> int | None:
    tarief = tarieven.op("0503", aanbieder, "SPF3", dag)
    return tarief.bedrag if tarief else None


# look-up


@pytest.mark.parametrize(
    "dag, bedrag",
    [
        (date(2024, 12, 31), None),
        (date(2025, 1, 1), 48000),
        (date(2025, 12, 31), 48000),
        (date(2026, 1, 1), None),
    ],
)
def test_a_tariff_is_valid_from_its_first_up_to_and_including_its_last_day(dag, bedrag):
    assert bedrag_op(Tarieven([ALGEMEEN]), dag) == bedrag


def test_the_aanbieders_own_tariff_goes_before_the_general_one_even_when_known_earlier():
    later = replace(ALGEMEEN, bekend_van=date(2025, 6, 1))
    assert bedrag_op(Tarieven([SPECIFIEK, later]), date(2025, 3, 1)) == 50000
    assert bedrag_op(Tarieven([SPECIFIEK, later]), date(2025, 3, 1), "75000003") == 48000
    assert bedrag_op(Tarieven([SPECIFIEK, later]), date(2025, 3, 1), None) == 48000


def test_where_the_own_tariff_does_not_run_the_general_one_is_valid():
    kort = replace(SPECIFIEK, van=date(2025, 7, 1))
    assert bedrag_op(Tarieven([kort, ALGEMEEN]), date(2025, 6, 30)) == 48000
    assert bedrag_op(Tarieven([kort, ALGEMEEN]), date(2025, 7, 1)) == 50000


def test_the_latest_known_wins_on_the_days_it_covers_only():
    herzien = replace(ALGEMEEN, van=date(2025, 4, 1), tot=date(2025, 6, 30), bedrag=52800, bekend_van=date(2025, 9, 1))
    tarieven = Tarieven([herzien, ALGEMEEN])
    dagen = [date(2025, 3, 31), date(2025, 4, 1), date(2025, 6, 30), date(2025, 7, 1)]
    assert [bedrag_op(tarieven, dag) for dag in dagen] == [48000, 52800, 52800, 48000]


def test_another_gemeente_or_product_has_no_tariff():
    tarieven = Tarieven([ALGEMEEN])
    assert tarieven.op("0603", None, "SPF3", date(2025, 3, 1)) is None
    assert tarieven.op("0503", None, "SPF4", date(2025, 3, 1)) is None


def test_an_open_tariff_never_ends():
    assert bedrag_op(Tarieven([replace(ALGEMEEN, tot=None)]), date.max) == 48000


@pytest.mark.parametrize(
    "peildatum, bedrag",
    [
        (date(2025, 8, 31), 48000),
        (date(2025, 9, 1), 52800),
        (datetime(2025, 9, 1, 11, 59, tzinfo=UTC), 48000),
        (datetime(2025, 9, 1, 12, 0, tzinfo=UTC), 52800),
        (datetime(2025, 9, 1, 13, 59, tzinfo=timezone(timedelta(hours=2))), 48000),
    ],
)
def test_as_known_at_a_peildatum_leaves_out_what_came_later(peildatum, bedrag):
    herzien = replace(ALGEMEEN, bedrag=52800, bekend_van=datetime(2025, 9, 1, 12, 0, tzinfo=UTC))
    tarieven = Tarieven([ALGEMEEN, herzien]).as_known(peildatum)
    assert bedrag_op(tarieven, date(2025, 3, 1)) == bedrag


def test_before_anything_was_known_there_is_no_tariff():
    assert bedrag_op(Tarieven([ALGEMEEN]).as_known(date(2024, 11, 30)), date(2025, 3, 1)) is None


# week price


@pytest.mark.parametrize("bedrag, prijs", [(50400, 12600), (50401, 12600), (50402, 12601), (50403, 12601)])
def test_the_week_price_is_the_quarter_rounded_half_up(bedrag, prijs):
    assert weekprijs(replace(ALGEMEEN, bedrag=bedrag)) == prijs
    assert kwart(replace(ALGEMEEN, bedrag=bedrag)) == Fraction(bedrag, 4)
    assert vier_weken(replace(ALGEMEEN, bedrag=bedrag)) == bedrag


def test_an_own_week_price_goes_before_the_quarter():
    eigen = replace(ALGEMEEN, weekprijs=12500)
    assert weekprijs(eigen) == kwart(eigen) == 12500
    assert vier_weken(eigen) == 50000


@pytest.mark.parametrize(
    "waarde, rond", [(Fraction(5, 2), 3), (Fraction(-5, 2), -3), (Fraction(9, 4), 2), (Fraction(11, 4), 3), (-7, -7)]
)
def test_half_up_mirrors_negative_amounts(waarde, rond):
    assert half_up(waarde) == rond


# ProductTarief


def verwacht(begin: str, eind: str, mapping: Mapping | None = Mapping.W, **anders: object) -> int | None:
    gegrond = replace(TOEWIJZING, **anders)
    periode = date.fromisoformat(begin), date.fromisoformat(eind)
    return prijs_per_eenheid(gegrond, mapping, JAARWISSEL, "SPF3", *periode)


@pytest.mark.parametrize(
    "begin, eind, prijs", [("2026-12-01", "2026-12-31", 12600), ("2027-01-01", "2027-01-31", 13000)]
)
def test_W_the_price_is_that_of_the_last_sunday_of_the_line(begin, eind, prijs):
    assert verwacht(begin, eind) == prijs


def test_W_the_broken_last_week_is_priced_as_the_last_sunday_of_the_toewijzing():
    # The week runs into January, at 13000; it is claimed in December with the Sundays of December.
    assert verwacht("2026-12-01", "2026-12-31", einddatum=date(2027, 1, 2)) == 12600


def test_W_a_line_without_a_sunday_is_priced_on_its_last_day():
    assert verwacht("2027-01-01", "2027-01-02", einddatum=date(2027, 1, 2)) == 13000


# The price changes on a Wednesday, which a contract in W may not do: it shows which day is asked.
MIDDEN = Tarieven(
    [replace(ALGEMEEN, tot=date(2026, 12, 29)), replace(ALGEMEEN, van=date(2026, 12, 30), tot=None, bedrag=52000)]
)
DECEMBER = date(2026, 12, 1), date(2026, 12, 31)


def test_W_the_last_day_of_a_line_without_a_sunday_is_asked_and_not_its_first():
    gegrond = replace(TOEWIJZING, ingangsdatum=date(2026, 12, 28))
    assert prijs_per_eenheid(gegrond, Mapping.W, MIDDEN, "SPF3", date(2026, 12, 28), date(2026, 12, 31)) == 13000


def test_W_a_sunday_outside_the_toewijzing_is_not_asked():
    na_zondag = replace(TOEWIJZING, ingangsdatum=date(2026, 12, 28))
    assert prijs_per_eenheid(na_zondag, Mapping.W, MIDDEN, "SPF3", *DECEMBER) == 13000
    voor_wissel = replace(TOEWIJZING, ingangsdatum=date(2026, 1, 1), einddatum=date(2027, 1, 2))
    januari = date(2026, 12, 1), date(2027, 1, 31)
    assert prijs_per_eenheid(voor_wissel, Mapping.W, MIDDEN, "SPF3", *januari) == 12000


def test_P_the_price_of_ingangsdatum_holds_for_the_whole_life():
    assert verwacht("2027-03-01", "2027-03-31", Mapping.P) == 50400


@pytest.mark.parametrize("mapping", [Mapping.E, Mapping.M, None])
def test_E_M_and_generic_have_no_price_to_compare(mapping):
    assert verwacht("2027-03-01", "2027-03-31", mapping) is None


@pytest.mark.parametrize("mapping", [Mapping.W, Mapping.P])
def test_without_a_tariff_there_is_no_price_to_compare(mapping):
    periode = date(2026, 12, 1), date(2026, 12, 31)
    assert prijs_per_eenheid(TOEWIJZING, mapping, Tarieven([]), "SPF3", *periode) is None


# the file

KOP = "gemeente;aanbieder;productcode;van;tot;tarief;weekprijs;bekend_van;besluit"
RIJ = "0503;;SPF3;2025-01-01;2025-12-31;480,00;;2024-12-01;FICTIEF 2025"


def fouten(*rijen: str) -> list[str]:
    return lees_tarieven("\r\n".join([KOP, *rijen]))[1]


def test_a_file_with_semicolons_bom_and_decimal_commas_is_read():
    assert lees_tarieven(f"\ufeff{KOP}\r\n{RIJ}\r\n") == ([ALGEMEEN], [])


def test_a_file_with_commas_and_decimal_points_is_read():
    tekst = f"{KOP}\n{RIJ}".replace("480,00", "480.00").replace(";", ",")
    assert lees_tarieven(tekst) == ([ALGEMEEN], [])


def test_columns_may_stand_in_any_order():
    tekst = "\n".join(";".join(reversed(regel.split(";"))) for regel in (KOP, RIJ))
    assert lees_tarieven(tekst) == ([ALGEMEEN], [])


def test_every_optional_column_is_read_when_filled():
    [tarief], mis = lees_tarieven(f"{KOP}\n0503;75000001;SPF3;2025-01-01;;480,5;120;2024-12-01T08:30:00;B1")
    assert mis == []
    assert tarief == replace(
        SPECIFIEK,
        tot=None,
        bedrag=48050,
        weekprijs=12000,
        bekend_van=datetime(2024, 12, 1, 8, 30, tzinfo=UTC),
        besluit="B1",
    )


def test_rows_are_numbered_as_in_the_file_and_empty_ones_passed_over():
    tarieven, mis = lees_tarieven("\n".join([KOP, RIJ, "", ";;;;;;;;", RIJ.replace("480,00", "x"), RIJ]))
    assert [tarief.rij for tarief in tarieven] == [2, 6]
    assert [fout.split(":")[0] for fout in mis] == ["Rij 5, kolom tarief"]


@pytest.mark.parametrize(
    "goed, fout, kolom",
    [
        ("0503", "503", "gemeente"),
        (";;SPF3", ";7500001;SPF3", "aanbieder"),
        ("SPF3", "", "productcode"),
        ("SPF3", "SPF333", "productcode"),
        ("2025-01-01", "01-01-2025", "van"),
        ("2025-01-01", "2025-02-30", "van"),
        ("2025-12-31", "2025-W01-1", "tot"),
        ("480,00", "1.480,00", "tarief"),
        ("480,00", "1.480", "tarief"),
        ("480,00", "0,00", "tarief"),
        ("480,00", "-480", "tarief"),
        ("480,00", "", "tarief"),
        ("480,00;", "480,00;0", "weekprijs"),
        ("2024-12-01", "", "bekend_van"),
        ("2024-12-01", "2024-12-01T25:00", "bekend_van"),
        ("FICTIEF 2025", " ", "besluit"),
    ],
)
def test_a_value_that_does_not_fit_names_row_and_column(goed, fout, kolom):
    [melding] = fouten(RIJ.replace(goed, fout, 1))
    assert melding.startswith(f"Rij 2, kolom {kolom}: verwacht een ")


def test_all_faults_of_a_row_are_named():
    assert len(fouten(RIJ.replace("0503", "x").replace("480,00", "x"))) == 2


@pytest.mark.parametrize("tot, aantal", [("2025-01-01", 0), ("2024-12-31", 1)])
def test_tot_may_not_lie_before_van(tot, aantal):
    assert len(fouten(RIJ.replace("2025-12-31", tot))) == aantal


def test_a_row_of_another_width_is_named():
    assert fouten("0503;SPF3") == ["Rij 2: 2 kolommen, verwacht 9"]


def test_quotes_that_do_not_close_are_named():
    assert fouten('"0503";"x') == ["Rij 2: geen leesbare CSV (aanhalingstekens?)"]


@pytest.mark.parametrize("tekst", ["", "gemeente;tarief\n0503;1", KOP.replace("tot", "van")])
def test_other_columns_are_refused_at_row_1(tekst):
    tarieven, [melding] = lees_tarieven(tekst)
    assert tarieven == []
    assert melding.startswith("Rij 1: verwacht de kolommen gemeente, aanbieder")


# refused at load


def in_w(_: Tarief) -> set[Mapping]:
    return {Mapping.W}


def in_e(_: Tarief) -> set[Mapping]:
    return {Mapping.E}


def test_a_proper_row_on_top_of_nothing_is_not_refused():
    assert weiger([ALGEMEEN, SPECIFIEK], [], in_w) == []


@pytest.mark.parametrize("van, aantal", [(date(2025, 12, 31), 1), (date(2026, 1, 1), 0)])
def test_an_overlap_within_the_file_is_refused(van, aantal):
    volgend = replace(ALGEMEEN, van=van, tot=None, rij=7)
    assert weiger([replace(ALGEMEEN, rij=3), volgend], [], in_e) == aantal * [
        "Rij 7: overlapt rij 3, met dezelfde bekend_van"
    ]


def test_an_overlap_with_what_was_loaded_is_refused():
    assert weiger([replace(ALGEMEEN, van=date(2025, 12, 31), tot=None)], [ALGEMEEN], in_e) == [
        "Rij 1: overlapt een geladen tarief vanaf 2025-01-01, met dezelfde bekend_van"
    ]


@pytest.mark.parametrize(
    "anders",
    [{"bekend_van": date(2025, 1, 2)}, {"aanbieder": "75000001"}, {"productcode": "SPF4"}, {"gemeente": "0603"}],
)
def test_an_overlap_under_another_key_or_known_later_is_meant(anders):
    assert weiger([replace(ALGEMEEN, **anders)], [ALGEMEEN], in_e) == []


def test_a_date_and_its_midnight_are_the_same_moment():
    middernacht = replace(ALGEMEEN, bekend_van=datetime(2024, 12, 1, tzinfo=UTC))
    assert len(weiger([middernacht], [ALGEMEEN], in_e)) == 1


@pytest.mark.parametrize(
    "van, aantal",
    [
        (date(2025, 3, 31), 0),  # no Sunday left in March
        (date(2025, 3, 30), 1),  # the last Sunday of March
        (date(2025, 3, 3), 1),
        (date(2025, 3, 2), 0),  # the first Sunday of March
        (date(2025, 4, 1), 0),
    ],
)
def test_W_a_change_that_gives_one_month_two_week_prices_is_refused(van, aantal):
    hoger = replace(ALGEMEEN, van=van, bedrag=52000, bekend_van=date(2025, 2, 1))
    melding = "Rij 1: 2025-03 krijgt twee weekprijzen; bij mapping W heeft een maand er één"
    assert weiger([hoger], [ALGEMEEN], in_w) == aantal * [melding]


def test_E_may_change_on_any_day():
    hoger = replace(ALGEMEEN, van=date(2025, 3, 12), bedrag=52000, bekend_van=date(2025, 2, 1))
    assert weiger([hoger], [ALGEMEEN], in_e) == []


def test_W_a_price_that_ends_within_a_month_is_refused_too():
    tijdelijk = replace(
        ALGEMEEN, van=date(2025, 4, 1), tot=date(2025, 5, 14), bedrag=52000, bekend_van=date(2025, 2, 1)
    )
    [melding] = weiger([tijdelijk], [ALGEMEEN], in_w)
    assert "2025-05" in melding


def test_W_a_change_that_leaves_the_week_price_as_it_was_is_no_change():
    zelfde = replace(ALGEMEEN, van=date(2025, 3, 12), bedrag=48001, bekend_van=date(2025, 2, 1))
    assert weiger([zelfde], [ALGEMEEN], in_w) == []


def test_W_a_tariff_that_starts_within_a_month_where_there_was_none_is_no_second_price():
    assert weiger([replace(ALGEMEEN, van=date(2025, 3, 12))], [], in_w) == []


def test_W_a_general_tariff_is_compared_with_the_specific_one_it_follows():
    tot_half = replace(SPECIFIEK, tot=date(2025, 3, 12))
    [melding] = weiger([replace(ALGEMEEN, van=date(2025, 3, 1))], [tot_half], in_w)
    assert "2025-03" in melding
