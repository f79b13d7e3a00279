"""What a file with tariffs is refused for beside its cells: gaps, unknown codes, too many rows; and how it was read."""

from dataclasses import replace
from datetime import date

import pytest

from services.declaration.afspraken.tariff_files import lees_tarieven, leeswijze_tarieven, onbekenden, weiger
from services.declaration.contracts import Mapping
from services.declaration.tariffs import Tarief, Tarieven

KOP = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"
RIJ = "0503,,SPF3,2025-01-01,2025-12-31,480.00,,2024-12-01,FICTIEF 2025"
JAAR = Tarief(
    *("0503", None, "SPF3", date(2025, 1, 1), date(2025, 12, 31), 48000, None, date(2024, 12, 1), "FICTIEF 2025")
)


def in_e(_: Tarief) -> set[Mapping]:
    return {Mapping.E}


# --- gaps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("van", "gat"), [(date(2026, 1, 1), False), (date(2026, 1, 2), True)])
def test_days_without_a_tariff_between_two_rows_are_refused_with_both_rows(van: date, gat: bool) -> None:
    volgend = replace(JAAR, van=van, tot=None, rij=7)

    assert weiger([replace(JAAR, rij=3), volgend], [], in_e) == gat * [
        "Rij 3 en 7: geen tarief van 2026-01-01 tot en met 2026-01-01"
    ]


def test_a_gap_with_what_was_loaded_names_the_row_of_the_file() -> None:
    assert weiger([replace(JAAR, van=date(2026, 2, 1), tot=None, rij=2)], [JAAR], in_e) == [
        "Rij 2: geen tarief van 2026-01-01 tot en met 2026-01-31"
    ]


def test_the_first_day_and_the_last_are_free() -> None:
    assert weiger([replace(JAAR, van=date(2030, 6, 1), tot=date(2030, 6, 9))], [], in_e) == []


def test_a_gap_that_was_there_before_is_not_the_files() -> None:
    geladen = [JAAR, replace(JAAR, van=date(2027, 1, 1), tot=date(2027, 12, 31))]

    assert weiger([replace(JAAR, van=date(2028, 1, 1), tot=None)], geladen, in_e) == []


def test_where_an_own_tariff_has_a_gap_the_general_one_fills_it() -> None:
    eigen = [
        replace(JAAR, aanbieder="75000001", tot=date(2025, 3, 31), rij=2),
        replace(JAAR, aanbieder="75000001", van=date(2025, 7, 1), rij=3),
    ]

    assert weiger(eigen, [JAAR], in_e) == []
    assert weiger(eigen, [replace(JAAR, tot=date(2025, 6, 29))], in_e) == [
        "Rij 2 en 3: geen tarief van 2025-04-01 tot en met 2025-06-30"
    ]


def test_beside_a_row_that_cannot_be_read_a_gap_says_nothing() -> None:
    rijen = [replace(JAAR, rij=2), replace(JAAR, van=date(2027, 1, 1), tot=None, rij=4)]

    assert len(weiger(rijen, [], in_e)) == 1
    assert weiger(rijen, [], in_e, onvolledig=True) == []


# --- codes and units -------------------------------------------------------------------------------------------------


def test_an_unknown_product_and_an_unknown_aanbieder_are_named_by_row() -> None:
    vreemd = replace(JAAR, productcode="XXX9", aanbieder="75999999", rij=4)

    assert onbekenden([replace(JAAR, rij=3), vreemd], {"SPF3"}, {"75000001"}) == [
        "Rij 4, kolom productcode: staat niet in de producttabel",
        "Rij 4, kolom aanbieder: is geen aanbieder van de hub",
    ]


def test_a_code_that_no_gemeente_has_is_refused() -> None:
    assert lees_tarieven(f"{KOP}\n{RIJ.replace('0503', '9999')}")[1] == [
        "Rij 2, kolom gemeente: verwacht een CBS-code van een gemeente"
    ]


@pytest.mark.parametrize(("cel", "eenheid"), [("uur", "uur"), ("Dagdeel", "dagdeel"), ("", None)])
def test_a_tariff_may_be_per_unit_where_the_file_has_that_column(cel: str, eenheid: str | None) -> None:
    [tarief], fouten = lees_tarieven(f"{KOP},eenheid\n{RIJ},{cel}")

    assert (tarief.eenheid, fouten) == (eenheid, [])


@pytest.mark.parametrize("cel", ["week", "04"])
def test_an_unknown_unit_is_refused(cel: str) -> None:
    assert "kolom eenheid" in lees_tarieven(f"{KOP},eenheid\n{RIJ},{cel}")[1][0]


def test_a_tariff_per_unit_has_no_week_price() -> None:
    assert lees_tarieven(f"{KOP},eenheid\n{RIJ.replace('480.00,', '480.00,120.00')},uur")[1] == [
        "Rij 2: een tarief per uur heeft geen weekprijs"
    ]


def test_a_tariff_per_unit_stands_beside_the_one_per_four_weeks() -> None:
    tarieven = Tarieven([JAAR, replace(JAAR, bedrag=6000, eenheid="uur")])

    assert weiger([replace(JAAR, bedrag=6000, eenheid="uur")], [JAAR], in_e) == []
    prijzen = [tarieven.op("0503", None, "SPF3", date(2025, 5, 5), eenheid) for eenheid in (None, "uur", "dagdeel")]
    assert [tarief.bedrag if tarief else None for tarief in prijzen] == [48000, 6000, None]


# --- how it was read, and how much -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tekst", "gelezen"),
    [
        (f"{KOP}\n{RIJ}", "komma als scheidingsteken, punt als decimaalteken, zonder BOM"),
        (f"\ufeff{KOP}\n{RIJ}".replace(",", ";").replace("480.00", "480,00"), "puntkomma als scheidingsteken, komma"),
        (f"\ufeff{KOP}\n{RIJ}", "met BOM"),
        (f"{KOP}\n{RIJ}".replace("480.00", "480"), "geen decimalen"),
        ("wat anders", "komma als scheidingsteken, geen decimalen, zonder BOM"),
    ],
)
def test_the_way_a_file_was_read_is_told(tekst: str, gelezen: str) -> None:
    assert gelezen in str(leeswijze_tarieven(tekst))


def test_a_file_with_too_many_rows_is_refused_whole_and_its_errors_are_named() -> None:
    fout = RIJ.replace("480.00", "-1")

    tarieven, fouten = lees_tarieven("\n".join([KOP, fout, *([RIJ] * 100_001)]))

    assert fouten[0] == "Rij 100002 en verder: een bestand heeft ten hoogste 100.000 rijen"
    assert fouten[1].startswith("Rij 2, kolom tarief")
    assert tarieven == []


def test_many_rows_that_overlap_are_each_named_once() -> None:
    rijen = [replace(JAAR, rij=nummer) for nummer in range(2, 1_002)]

    assert len(weiger(rijen, [], in_e)) == 999


# --- what is valid ---------------------------------------------------------------------------------------------------


def test_what_is_valid_is_each_tariff_cut_to_the_days_on_which_no_later_known_one_is() -> None:
    herzien = replace(JAAR, van=date(2025, 4, 1), tot=date(2025, 6, 30), bedrag=52800, bekend_van=date(2025, 9, 1))

    stukken = [(tarief.van, tarief.tot, tarief.bedrag) for tarief in Tarieven([herzien, JAAR]).geldend()]

    assert stukken == [
        (date(2025, 1, 1), date(2025, 3, 31), 48000),
        (date(2025, 4, 1), date(2025, 6, 30), 52800),
        (date(2025, 7, 1), date(2025, 12, 31), 48000),
    ]


def test_what_is_valid_without_an_end_has_none() -> None:
    [tarief] = Tarieven([replace(JAAR, tot=None)]).geldend()

    assert tarief.tot is None
