"""Fewer than five clients: what is counted of so few could point at a person. Values only."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

MINSTE_CLIENTEN: Final = 5
# For the description of a field that is null then.
ONDERDRUKT: Final = "null: onderdrukt, omdat de rij over minder dan vijf cliënten gaat."

_WAAROVER: Final = frozenset({"partij", "tijdvak"})


def zonder_kleine(rijen: Iterable[Mapping[str, Any]], clienten: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    """Rows of figures per partij and tijdvak; one about fewer than five clients has null for each, or an empty list.

    `clienten`: {(partij, tijdvak): distinct clients}; a row that is not in it is about none.
    """
    return [
        dict(rij) if clienten.get((rij["partij"], rij["tijdvak"]), 0) >= MINSTE_CLIENTEN else _leeg(rij)
        for rij in rijen
    ]


def _leeg(rij: Mapping[str, Any]) -> dict[str, Any]:
    return {
        naam: waarde if naam in _WAAROVER else [] if isinstance(waarde, list) else None for naam, waarde in rij.items()
    }
