"""Start and stop of care, as a 305 or 307 tells them of a toewijzing, and the state they add up to. Values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

START: Final = "start"
STOP: Final = "stop"
# The class that a message of this kind holds per toewijzing.
_KLASSEN: Final = {"StartProduct": START, "StopProduct": STOP}
_VERWIJDEREN: Final = "3"

Product = tuple[str | None, str | None]  # Categorie, Code


@dataclass(frozen=True, slots=True)
class Levering:
    """A StartProduct or StopProduct; a start has no `eind` and no `reden` (RedenBeeindiging)."""

    soort: str
    nummer: int
    categorie: str | None
    code: str | None
    begin: date
    eind: date | None
    reden: str | None
    status: str

    @property
    def sleutel(self) -> tuple[Any, ...]:
        """By which a class with StatusAanlevering 3 names the one it deletes (process.md §3)."""
        return self.soort, self.categorie, self.code, self.begin, self.eind, self.reden


@dataclass(frozen=True, slots=True)
class Stand:
    """Of one toewijzing: when care began, and its end with the reason, as far as the aanbieder told."""

    start: date | None = None
    einde: date | None = None
    reden: str | None = None

    def json(self) -> dict[str, Any]:
        """What a row of the feed has of it; nothing where nothing was told."""
        told: dict[str, Any] = {"start": self.start.isoformat()} if self.start else {}
        if self.einde is not None:
            told["stop"] = {"einddatum": self.einde.isoformat(), "reden": self.reden}
        return told


def stand_van(leveringen: Iterable[Levering]) -> Stand:
    """The state after these, in order of receipt (process.md §9); a start after the end of a stop begins again."""
    gelden: dict[tuple[Any, ...], Levering] = {}
    for levering in leveringen:
        gelden.pop(levering.sleutel, None)
        if levering.status != _VERWIJDEREN:
            gelden[levering.sleutel] = levering
    if not gelden:
        return Stand()
    begin = max(levering.begin for levering in gelden.values())
    # A final stop comes after the temporary one that it takes the place of: the last received holds.
    stops = [levering for levering in gelden.values() if levering.soort == STOP and levering.begin == begin]
    return Stand(begin, stops[-1].eind, stops[-1].reden) if stops else Stand(begin)


def soort_van(klasse: str) -> str | None:
    """What a class of this name tells; None for every other class."""
    return _KLASSEN.get(klasse)
