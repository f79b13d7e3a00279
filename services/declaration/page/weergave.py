"""Values as words: euros, percentages, days and moments as they are written in Dutch. For the templates."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from services.declaration.afspraken.definities import RESULTAATGEBIEDEN
from services.kernel.inzage.tijdlijn import MAANDEN
from services.kernel.settings import AMSTERDAM

GEEN: Final = "–"
WETTEN: Final = {"wmo": "Wmo", "jeugd": "Jeugdwet"}


def euro(cent: int | None) -> str:
    """Eurocent as euros with two decimals: 1234567 → "12.345,67"."""
    if cent is None:
        return GEEN
    hele, rest = divmod(abs(cent), 100)
    return f"{'-' if cent < 0 else ''}{aantal(hele)},{rest:02}"


def euro_rond(cent: int | None) -> str:
    """Eurocent as whole euros, half up from zero: for a heading; the exact amount stands in the table below it."""
    if cent is None:
        return GEEN
    return f"{'-' if cent < 0 else ''}{aantal((abs(cent) + 50) // 100)}"


def aantal(waarde: int | None) -> str:
    """1234567 → "1.234.567"."""
    return GEEN if waarde is None else f"{waarde:,}".replace(",", ".")


def procent(waarde: float | None) -> str:
    """97.5 → "97,50 %"."""
    return GEEN if waarde is None else f"{waarde:.2f}".replace(".", ",") + "\u00a0%"


def dag(waarde: str | date | None) -> str:
    """2025-03-04 → "4 mrt 2025"."""
    if waarde is None or waarde == "":
        return GEEN
    day = date.fromisoformat(waarde[:10]) if isinstance(waarde, str) else waarde
    return f"{day.day} {MAANDEN[day.month - 1]} {day.year}"


def maand(waarde: str) -> str:
    """2025-03 → "mrt 2025"; anything else as it is."""
    jaar, _, nummer = waarde.partition("-")
    return f"{MAANDEN[int(nummer) - 1]} {jaar}" if nummer.isdecimal() else waarde


def moment(waarde: str | datetime | None) -> str:
    """A moment as it was in Amsterdam: "4 mrt 2025, 09:15"."""
    if not waarde:
        return GEEN
    found = datetime.fromisoformat(waarde) if isinstance(waarde, str) else waarde
    local = found.astimezone(AMSTERDAM)
    return f"{dag(local.date())}, {local:%H:%M}"


def tekst(waarde: Any) -> str:
    """What there is, or a dash."""
    return GEEN if waarde in (None, "") else str(waarde)


def kort(naam: str) -> str:
    """What a party is called beside others: "Gemeente Delft (voorbeeld)" → "Delft"."""
    return naam.removeprefix("Gemeente ").partition(" (")[0]


def wet(domein: str) -> str:
    """wmo → "Wmo"; what is neither stays as it is."""
    return WETTEN.get(domein, domein)


def gebied(code: str | None) -> str:
    """What a resultaatgebied is called; empty where it has no name here."""
    return RESULTAATGEBIEDEN.get(code or "", "")


FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "euro": euro,
    "euro_rond": euro_rond,
    "aantal": aantal,
    "procent": procent,
    "dag": dag,
    "maand": maand,
    "moment": moment,
    "tekst": tekst,
    "wet": wet,
    "gebied": gebied,
    "kort": kort,
}
