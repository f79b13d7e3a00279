"""Reading CSV files that a person hands over, and what a cell may hold."""

import io

import pytest

from services.kernel.celtypes import Kolom, bekijk
from services.kernel.loading import Laadfout, eerste_rijen, lees_cellen, lees_csv, lees_rijen

KOLOMMEN = ("gemeente", "reden_wijziging")


def cellen(tekst: str, mag_ontbreken: tuple[str, ...] = ()) -> list[tuple[int, dict[str, str]]]:
    rijen, fouten = lees_cellen(tekst, KOLOMMEN, mag_ontbreken)
    assert fouten == []
    return rijen


@pytest.mark.parametrize(
    "tekst",
    [
        pytest.param("gemeente,reden_wijziging\n0503,01\n", id="komma"),
        pytest.param("gemeente;reden_wijziging\r\n0503;01\r\n", id="puntkomma"),
        pytest.param("\ufeffgemeente,reden_wijziging\n0503,01", id="BOM"),
        pytest.param("Gemeente,redenWijziging\n0503, 01 \n", id="other capitals, no underscore"),
        pytest.param('reden_wijziging,gemeente\n"01","0503"\n', id="other order, quotes"),
    ],
)
def test_every_way_to_write_a_csv_is_read_alike(tekst: str) -> None:
    assert cellen(tekst) == [(2, {"gemeente": "0503", "reden_wijziging": "01"})]


def test_an_empty_line_is_no_row() -> None:
    assert [rij for rij, _ in cellen("gemeente,reden_wijziging\n\n0503,\n,\n0603,\n")] == [3, 5]


@pytest.mark.parametrize("kop", ["gemeente", "gemeente,reden_wijziging,kleur", "gemeente,gemeente,reden_wijziging", ""])
def test_another_header_is_refused_with_the_columns_it_should_have(kop: str) -> None:
    with pytest.raises(Laadfout, match="Rij 1: verwacht de kolommen gemeente, reden_wijziging"):
        lees_cellen(f"{kop}\n", KOLOMMEN)


def test_a_column_that_may_be_absent_is_empty_then() -> None:
    assert cellen("gemeente\n0503\n", ("reden_wijziging",)) == [(2, {"gemeente": "0503", "reden_wijziging": ""})]


def test_a_row_with_too_few_cells_is_named_and_the_others_are_read() -> None:
    rijen, fouten = lees_cellen("gemeente,reden_wijziging\n0503\n0603,01\n", KOLOMMEN)

    assert fouten == ["Rij 2: 1 kolommen, verwacht 2"]
    assert [rij for rij, _ in rijen] == [3]


def test_a_quote_that_is_never_closed_is_named() -> None:
    assert lees_cellen('gemeente,reden_wijziging\n"0503,01\n', KOLOMMEN)[1] == [
        "Rij 2: geen leesbare CSV (aanhalingstekens?)"
    ]


def test_every_wrong_cell_is_named_and_none_is_quoted() -> None:
    with pytest.raises(Laadfout) as fout:
        lees_csv("a,b\nx,2\n3,geheim\n", {"a": (int, "een getal"), "b": (int, "een getal")})

    assert fout.value.fouten == ("Rij 2, kolom a: verwacht een getal", "Rij 3, kolom b: verwacht een getal")


# --- what a cell may hold --------------------------------------------------------------------------------------------


def mis(type: str, cel: str, release: str = "3.2", leeg: bool = False) -> list[str]:
    return [wat for _, wat in bekijk({"cel": cel}, {"cel": Kolom(type, leeg)}, "iwmo", release)]


@pytest.mark.parametrize(
    ("type", "release", "cel"),
    [
        ("LDT_Eenheid", "3.2", "84"),
        ("LDT_Eenheid", "2.3", "21"),
        ("LDT_Frequentie", "2.3", "3"),
        ("LDT_Nummer", "3.2", "999999999"),
        ("LDT_Datum", "3.2", "2024-02-29"),
        ("LDT_Tijd", "3.2", "23:59:59"),
    ],
)
def test_what_the_element_may_hold_fits(type: str, release: str, cel: str) -> None:
    assert mis(type, cel, release) == []


@pytest.mark.parametrize(
    ("type", "release", "cel", "verwacht"),
    [
        ("LDT_Eenheid", "2.3", "84", "een code uit de codelijst (01, 04, 14, 16, 21, 81, 82, 83)"),
        ("LDT_Frequentie", "3.2", "3", "een code uit de codelijst (1, 2, 4, 6)"),
        ("LDT_Nummer", "3.2", "1000000000", "een geheel getal van 0 tot en met 999999999"),
        ("LDT_Bedrag", "3.2", "480.00", "een geheel getal van 0 tot en met 99999999"),
        ("LDT_Datum", "3.2", "2025-02-29", "een datum als jjjj-mm-dd zonder tijdzone"),
        ("LDT_Datum", "3.2", "20250101", "een datum als jjjj-mm-dd zonder tijdzone"),
        ("LDT_Datum", "3.2", "12025-01-01", "een datum als jjjj-mm-dd zonder tijdzone"),
        ("LDT_Tijd", "3.2", "24:00:00", "een tijdstip als uu:mm:ss zonder tijdzone"),
        ("LDT_Budget", "2.3", "100", "een lege cel"),
        ("LDT_Nummer", "3.2", "", "een geheel getal van 0 tot en met 999999999"),
    ],
)
def test_what_it_may_not_is_told_with_what_was_expected(type: str, release: str, cel: str, verwacht: str) -> None:
    assert mis(type, cel, release) == [verwacht]


def test_an_empty_cell_fits_where_it_may_be_empty() -> None:
    assert mis("LDT_Datum", "", leeg=True) == []
    assert mis("LDT_Datum", "morgen", leeg=True) == ["een datum als jjjj-mm-dd zonder tijdzone, of leeg"]


# --- files that people keep ------------------------------------------------------------------------------------------

GETAL = {"a": (int, "een getal"), "b": (int, "een getal")}


def test_a_column_that_the_file_lacks_is_in_no_row() -> None:
    assert lees_csv("a\n1\n", GETAL, ("b",)) == [(2, {"a": 1})]


def test_good_rows_are_read_beside_bad_ones() -> None:
    rijen, fouten = lees_rijen("a,b\n1,2\nx,2\n", GETAL)

    assert rijen == [(2, {"a": 1, "b": 2})]
    assert fouten == ["Rij 3, kolom a: verwacht een getal"]


def test_of_many_errors_the_first_thousand_are_named_and_all_are_counted() -> None:
    with pytest.raises(Laadfout) as fout:
        lees_csv("a,b\n" + "x,1\n" * 1_200, GETAL)

    assert (len(fout.value.fouten), fout.value.aantal) == (1_000, 1_200)


def test_of_a_file_that_is_too_long_only_the_first_row_too_many_is_read() -> None:
    asked = iter(["a,b\n", *(f"{nummer},1\n" for nummer in range(100))])

    assert eerste_rijen(asked, 3) == "a,b\n0,1\n1,1\n2,1\n3,1\n"
    assert next(asked) == "4,1\n"


def test_of_a_file_that_fits_everything_is_read() -> None:
    tekst = '\ufeffa;b\r\n"1";2\r\n\r\n;\r\n3;"x\r\ny"\r\n'

    assert eerste_rijen(io.StringIO(tekst, newline=""), 3) == tekst
