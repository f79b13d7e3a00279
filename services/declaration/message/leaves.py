"""The leaves that every release writes alike: days, amounts, places."""

from collections.abc import Callable
from datetime import date
from typing import Any

from services.kernel.reading import datum

Datum = Callable[[str], date]
Element = Any  # lxml's own types know neither slices nor line numbers


def remembered() -> Datum:
    """`datum` for one message, which names few dates and names them often."""
    seen: dict[str, date] = {}

    def dag(text: str) -> date:
        found = seen.get(text)
        if found is None:
            found = seen[text] = datum(text)
        return found

    return dag


def periode(element: Element, dag: Datum) -> tuple[date, date]:
    """Begindatum and Einddatum."""
    return dag(element[0].text or ""), dag(element[1].text or "")


def bedrag(element: Element) -> tuple[int, str]:
    """A signed amount and its D or C."""
    waarde, dc = int(element[0].text or ""), element[1].text or ""
    return (-waarde if dc == "C" else waarde), dc


def referentie(element: Element) -> tuple[str, str | None]:
    """ReferentieNummer and VorigReferentieNummer."""
    return element[0].text or "", (element[1].text or "") if len(element) > 1 else None


def retourcodes(element: Element) -> tuple[str, ...]:
    """The codes in an element RetourCodes."""
    return tuple(code.text or "" for code in element)


def regelnummer(element: Element) -> int | None:
    nummer: int | None = element.sourceline
    return nummer
