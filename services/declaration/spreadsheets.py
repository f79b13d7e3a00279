"""Rows as a file for a spreadsheet: CSV in the Dutch dialect, or XLSX with typed cells. Amounts go in as eurocent.

A text that a spreadsheet would take for a formula gets an apostrophe before it, in both: codes and besluiten come from
others. Values only.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import xlsxwriter  # type: ignore[import-untyped]

Formaat = Literal["csv", "xlsx"]
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Soort = Literal["tekst", "getal", "euro", "procent", "datum"]

_BOM: Final = "\ufeff"
# What a spreadsheet reads as a formula, also after a tab or a return.
_FORMULE: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_OPMAAK: Final[Mapping[Soort, str]] = {
    "getal": "0",
    "euro": "#,##0.00",
    "procent": "0.00",
    "datum": "dd-mm-yyyy",
}


@dataclass(frozen=True, slots=True)
class Kolom:
    """A column: its heading, the key of a row, and what kind of value that is. euro: eurocent, shown in euro."""

    kop: str
    sleutel: str
    soort: Soort = "tekst"


def als_bestand(formaat: Formaat, kolommen: Sequence[Kolom], rijen: Iterable[Mapping[str, Any]], blad: str) -> bytes:
    """The rows as a file of this formaat; `blad` is the title of the sheet."""
    return als_csv(kolommen, rijen) if formaat == "csv" else als_xlsx(kolommen, rijen, blad)


def als_csv(kolommen: Sequence[Kolom], rijen: Iterable[Mapping[str, Any]]) -> bytes:
    """Semicolons, decimal commas and a BOM: what a Dutch spreadsheet or financial system opens without asking.

    Days as 2025-01-31, which no system takes for another one; nothing stands between the thousands.
    """
    tekst = io.StringIO(newline="")
    schrijver = csv.writer(tekst, delimiter=";", lineterminator="\r\n")
    schrijver.writerow([kolom.kop for kolom in kolommen])
    schrijver.writerows([_als_tekst(kolom.soort, rij.get(kolom.sleutel)) for kolom in kolommen] for rij in rijen)
    return (_BOM + tekst.getvalue()).encode()


def als_xlsx(kolommen: Sequence[Kolom], rijen: Iterable[Mapping[str, Any]], blad: str) -> bytes:
    """One sheet, the headings frozen; numbers, amounts and dates as such, with their format."""
    uit = io.BytesIO()
    opties = {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(uit, opties) as boek:
        opmaak = {soort: boek.add_format({"num_format": vorm}) for soort, vorm in _OPMAAK.items()}
        vet = boek.add_format({"bold": True})
        sheet = boek.add_worksheet(blad[:31])
        sheet.freeze_panes(1, 0)
        for nr, kolom in enumerate(kolommen):
            sheet.set_column(nr, nr, max(12, len(kolom.kop) + 2))
            sheet.write_string(0, nr, kolom.kop, vet)
        for regel, rij in enumerate(rijen, 1):
            for nr, kolom in enumerate(kolommen):
                _schrijf_cel(sheet, regel, nr, kolom.soort, rij.get(kolom.sleutel), opmaak)
    return uit.getvalue()


def _schrijf_cel(sheet: Any, regel: int, nr: int, soort: Soort, waarde: Any, opmaak: Mapping[Soort, Any]) -> None:
    if waarde is None:
        return
    if soort == "tekst":
        sheet.write_string(regel, nr, _veilig(str(waarde)))
    elif soort == "datum":
        sheet.write_datetime(regel, nr, _datum(waarde), opmaak[soort])
    else:
        sheet.write_number(regel, nr, waarde / 100 if soort == "euro" else waarde, opmaak[soort])


def _als_tekst(soort: Soort, waarde: Any) -> str:
    if waarde is None:
        return ""
    if soort == "euro":
        heel, cent = divmod(abs(int(waarde)), 100)
        return f"{'-' if waarde < 0 else ''}{heel},{cent:02d}"
    if soort == "procent":
        return f"{waarde:.2f}".replace(".", ",")
    if soort == "datum":
        return _datum(waarde).isoformat()
    return str(waarde) if soort == "getal" else _veilig(str(waarde))


def _datum(waarde: Any) -> date:
    return waarde if isinstance(waarde, date) else date.fromisoformat(waarde)


def _veilig(tekst: str) -> str:
    return f"'{tekst}" if tekst.startswith(_FORMULE) else tekst
