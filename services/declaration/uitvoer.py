"""Lists as CSV for a Dutch spreadsheet or financial system: semicolons, decimal commas, UTF-8 with BOM, CR/LF."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

MEDIA_TYPE: Final = "text/csv; charset=utf-8; header=present"
_BOM: Final = "\ufeff"
# A spreadsheet takes a cell that begins with one of these for a formula, and runs it.
_FORMULE: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_van(kolommen: Sequence[str], rijen: Iterable[Mapping[str, Any]], bedragen: Iterable[str] = ()) -> bytes:
    """The rows under these columns; `bedragen` are the columns in eurocent, which are written in euros."""
    in_euro = frozenset(bedragen)
    uit = io.StringIO(newline="")
    writer = csv.writer(uit, delimiter=";", lineterminator="\r\n")
    writer.writerow(kolommen)
    for rij in rijen:
        writer.writerow([euro(rij[naam]) if naam in in_euro else cel(rij[naam]) for naam in kolommen])
    return (_BOM + uit.getvalue()).encode()


def euro(cent: int | None) -> str:
    """Eurocent as euros with a decimal comma, and nothing between the thousands: 1234567 is 12345,67."""
    if cent is None:
        return ""
    heel, rest = divmod(abs(cent), 100)
    return f"{'-' if cent < 0 else ''}{heel},{rest:02d}"


def cel(waarde: Any) -> str:
    """Any other value. Text that would be run as a formula gets an apostrophe before it."""
    if waarde is None:
        return ""
    if isinstance(waarde, bool):
        return "ja" if waarde else "nee"
    if isinstance(waarde, int):
        return str(waarde)
    if isinstance(waarde, float):
        return f"{waarde:.2f}".replace(".", ",")
    if isinstance(waarde, date | datetime):
        return waarde.isoformat()
    text = str(waarde)
    return f"'{text}" if text.startswith(_FORMULE) else text


def wil_csv(formaat: str | None, accept: str) -> bool:
    """Whether a caller asks for CSV: by `formaat`, which decides, else by the first type of its Accept header."""
    if formaat is not None:
        return formaat == "csv"
    return accept.lower().split(",")[0].split(";")[0].strip() == "text/csv"
