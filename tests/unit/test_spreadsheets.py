"""Files for a spreadsheet: the Dutch dialect of CSV, typed cells in XLSX, and nothing that runs as a formula."""

import io
import zipfile

import pytest
from lxml import etree
from starlette.requests import Request

from services.declaration.report_replies import gevraagd_formaat
from services.declaration.spreadsheets import Kolom, als_csv, als_xlsx

KOLOMMEN = [
    Kolom("Gemeente", "gemeente"),
    Kolom("Toegewezen", "toegewezen", "euro"),
    Kolom("Percentage", "percentage", "procent"),
    Kolom("Cliënten", "clienten", "getal"),
    Kolom("Dag", "dag", "datum"),
]
RIJ = {"gemeente": "0503", "toegewezen": 123456, "percentage": 90.9, "clienten": 12, "dag": "2025-01-26"}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(inhoud: bytes) -> list[list[tuple[str, str]]]:
    """(type, value) of every cell of the one sheet; text cells are inline or shared strings."""
    with zipfile.ZipFile(io.BytesIO(inhoud)) as archive:
        sheet = etree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        shared = []
        if "xl/sharedStrings.xml" in archive.namelist():
            strings = etree.fromstring(archive.read("xl/sharedStrings.xml"))
            shared = ["".join(item.itertext()) for item in strings]
    assert not list(sheet.iter(f"{MAIN}f"))
    found = []
    for row in sheet.iter(f"{MAIN}row"):
        values = []
        for cell in row:
            text = "".join(cell.itertext())
            values.append((cell.get("t", "n"), shared[int(text)] if cell.get("t") == "s" else text))
        found.append(values)
    return found


def test_csv_is_what_a_dutch_spreadsheet_opens():
    assert als_csv(KOLOMMEN, [RIJ]).decode("utf-8") == (
        "\ufeffGemeente;Toegewezen;Percentage;Cliënten;Dag\r\n0503;1234,56;90,90;12;2025-01-26\r\n"
    )


def test_what_is_not_there_is_an_empty_cell():
    assert als_csv(KOLOMMEN, [dict.fromkeys(RIJ)]).decode("utf-8").splitlines()[1] == ";;;;"


@pytest.mark.parametrize(
    "cent, tekst", [(-5, "-0,05"), (-123456, "-1234,56"), (0, "0,00"), (100, "1,00"), (123456789, "1234567,89")]
)
def test_an_amount_in_csv_is_in_euro_with_two_decimals(cent, tekst):
    assert als_csv([Kolom("Bedrag", "b", "euro")], [{"b": cent}]).decode("utf-8-sig").splitlines()[1] == tekst


def test_xlsx_has_numbers_as_numbers_and_codes_as_text():
    kop, rij = cells(als_xlsx(KOLOMMEN, [RIJ], "verzilvering"))

    assert [value for _, value in kop] == [kolom.kop for kolom in KOLOMMEN]
    assert [kind == "n" for kind, _ in rij] == [False, True, True, True, True]
    assert rij[0][1] == "0503"
    # The days since 30 December 1899 are how a workbook holds a date.
    assert [float(value) for _, value in rij[1:]] == pytest.approx([1234.56, 90.9, 12, 45683])


@pytest.mark.parametrize("tekst", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_a_text_that_looks_like_a_formula_does_not_run(tekst):
    kolommen = [Kolom("Besluit", "besluit")]
    assert als_csv(kolommen, [{"besluit": tekst}]).decode("utf-8-sig").split("\r\n", 1)[1].lstrip('"').startswith("'")
    _, [(kind, value)] = cells(als_xlsx(kolommen, [{"besluit": tekst}], "blad"))
    assert kind != "n"
    assert value.startswith("'")


def test_a_negative_amount_is_a_number_and_no_formula():
    assert als_csv([Kolom("Bedrag", "b", "euro")], [{"b": -4800}]).decode("utf-8-sig").splitlines()[1] == "-48,00"
    _, [(kind, value)] = cells(als_xlsx([Kolom("Bedrag", "b", "euro")], [{"b": -4800}], "blad"))
    assert (kind, value) == ("n", "-48")


def test_a_semicolon_in_a_value_is_quoted():
    kolommen = [Kolom("a", "a"), Kolom("b", "b", "euro")]
    assert als_csv(kolommen, [{"a": 'x;"y"', "b": 100}]).decode("utf-8-sig").splitlines()[1] == '"x;""y""";1,00'


@pytest.mark.parametrize(
    "formaat, accept, gets",
    [
        (None, "text/csv", "csv"),
        (None, "text/csv;q=0.9, application/json", "csv"),
        (None, "application/json, text/csv", None),
        (None, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        (None, "text/html, text/csv", "csv"),
        ("json", "text/csv", None),
        ("csv", "application/json", "csv"),
        (None, "", None),
    ],
)
def test_who_asks_for_a_file_gets_one(formaat, accept, gets):
    request = Request({"type": "http", "headers": [(b"accept", accept.encode())]})
    assert gevraagd_formaat(request, formaat) == gets
