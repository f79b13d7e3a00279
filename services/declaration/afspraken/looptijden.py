"""Stretches of days that should follow each other: where two of them overlap, and where days are left between."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

_DAG = timedelta(days=1)


class Looptijd(NamedTuple):
    """From `van` up to and including `tot` (date.max: open); `rij` of the file it came from, None: loaded before."""

    van: date
    tot: date
    rij: int | None


def overlappingen(looptijden: Iterable[Looptijd]) -> Iterator[tuple[Looptijd, Looptijd]]:
    """Each one that begins before an earlier one has ended, as (earlier, later); pairs loaded before are left out."""
    verst: Looptijd | None = None
    for looptijd in _op_volgorde(looptijden):
        if verst is not None and looptijd.van <= verst.tot and (verst.rij, looptijd.rij) != (None, None):
            yield verst, looptijd
        if verst is None or looptijd.tot > verst.tot:
            verst = looptijd


def gaten(looptijden: Iterable[Looptijd]) -> Iterator[tuple[Looptijd, Looptijd]]:
    """(the one before, the one after) of each gap that a row of the file borders on."""
    verst: Looptijd | None = None
    for looptijd in _op_volgorde(looptijden):
        if verst is not None and verst.tot < looptijd.van - _DAG and (verst.rij, looptijd.rij) != (None, None):
            yield verst, looptijd
        if verst is None or looptijd.tot > verst.tot:
            verst = looptijd


def bedekt(begin: date, eind: date, looptijden: Iterable[Looptijd]) -> bool:
    """Whether these leave no day of [begin, eind] free."""
    for looptijd in _op_volgorde(looptijden):
        if looptijd.van > begin:
            return False
        if looptijd.tot >= eind:
            return True
        if looptijd.tot >= begin:
            begin = looptijd.tot + _DAG
    return False


def noem_overlap(een: Looptijd, ander: Looptijd, wat: str) -> str:
    """The overlap as a sentence about the last row of the file that takes part in it; `wat`: een geladen tarief."""
    rijen = sorted(rij for rij in (een.rij, ander.rij) if rij is not None)
    if len(rijen) == 2:
        return f"Rij {rijen[1]}: overlapt rij {rijen[0]}"
    geladen = een if een.rij is None else ander
    return f"Rij {rijen[0]}: overlapt {wat} vanaf {geladen.van}"


def noem_gat(voor: Looptijd, na: Looptijd, wat: str) -> str:
    """The gap as a sentence about the rows of the file beside it."""
    rijen = " en ".join(str(rij) for rij in sorted(rij for rij in (voor.rij, na.rij) if rij is not None))
    return f"Rij {rijen}: geen {wat} van {voor.tot + _DAG} tot en met {na.van - _DAG}"


def _op_volgorde(looptijden: Iterable[Looptijd]) -> list[Looptijd]:
    return sorted(looptijden, key=lambda looptijd: (looptijd.van, looptijd.tot, looptijd.rij or 0))
