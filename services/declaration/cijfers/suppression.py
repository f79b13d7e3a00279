"""Which cells the region may see, so that nothing about fewer than five clients is shown or can be worked out.

The small cells of one fixed table (year, period, gemeente, cluster, resultaatgebied, trede, cohort) are joined with
cells beside them until every block of cells is about five clients or more. A row is shown only when it is made of whole
blocks. Every figure shown is then a sum over whole blocks, and so is whatever is added to or taken from it, in one
answer or in several with other groupings: nothing smaller than a block can come out. Values only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from services.declaration.verzilvering import Plaats
from services.kernel.privacy.kleine_aantallen import MINSTE_CLIENTEN

# So many digits of a label are its year: 2025-P01.
_JAAR: Final = 4

Atoom = tuple[Any, ...]  # ISO year, period, gemeente, cluster, resultaatgebied, trede, cohort
Indeling = Mapping[Atoom, frozenset[Atoom]]  # cell → the block it is in


@dataclass(frozen=True, slots=True)
class Cel:
    """How many clients with a grant one cell of the table is about; who they are where they are fewer than five."""

    aantal: int
    clienten: frozenset[Any] = frozenset()


@dataclass(slots=True)
class _Blok:
    """Cells that are only shown together. `clienten` are known of small ones; a large one is large whoever they are."""

    atomen: list[Atoom]
    aantal: int
    clienten: frozenset[Any]

    @property
    def klein(self) -> bool:
        return self.aantal < MINSTE_CLIENTEN


@lru_cache(maxsize=100_000)
def atoom_van(plaats: Plaats) -> Atoom:
    """The cell of the table in which a place lies; aanbieders are not told apart in it."""
    wanneer = plaats.periode[:_JAAR], plaats.periode
    return *wanneer, plaats.gemeente, plaats.cluster, plaats.resultaatgebied, plaats.trede, plaats.cohort


def blokken(cellen: Mapping[Atoom, Cel]) -> Indeling:
    """Of each cell of the table the block it is in. Cells that are too few even all together are in none.

    Small cells are joined with each other under the same trede, else resultaatgebied, cluster, gemeente, period, year;
    still too small, then with the smallest block there. The same table always gives the same blocks.
    """
    alles = [_Blok([atoom], cel.aantal, cel.clienten) for atoom, cel in sorted(cellen.items(), key=_volgorde)]
    diepte = len(next(iter(cellen), ()))
    for niveau in reversed(range(diepte)):
        alles = [blok for groep in _per_begin(alles, niveau) for blok in _voeg_samen(groep)]
    hele = [frozenset(blok.atomen) for blok in alles if not blok.klein]
    return {atoom: blok for blok in hele for atoom in blok}


def is_toonbaar(plaatsen: Iterable[Plaats], indeling: Indeling) -> bool:
    """Whether a row over these places is made of whole blocks."""
    atomen = {atoom_van(plaats) for plaats in plaatsen}
    return all(atoom in indeling and indeling[atoom] <= atomen for atoom in atomen)


def _voeg_samen(groep: list[_Blok]) -> list[_Blok]:
    """Join the small blocks of a group; with the smallest large one where they stay small and there is one."""
    klein = [blok for blok in groep if blok.klein]
    groot = [blok for blok in groep if not blok.klein]
    if not klein:
        return groot
    samen = klein[0]
    for blok in klein[1:]:
        samen = _samen(samen, blok)
    if samen.klein and groot:
        kleinste = min(groot, key=lambda blok: (blok.aantal, _volgorde((blok.atomen[0], None))))
        rest = [blok for blok in groot if blok is not kleinste]
        return [*rest, _Blok(kleinste.atomen + samen.atomen, kleinste.aantal, frozenset())]
    return [*groot, samen]


def _samen(een: _Blok, ander: _Blok) -> _Blok:
    """Of small ones the clients are known, so that one who is in both counts once."""
    clienten = een.clienten | ander.clienten
    return _Blok(een.atomen + ander.atomen, max(len(clienten), een.aantal), clienten)


def _per_begin(alles: list[_Blok], niveau: int) -> list[list[_Blok]]:
    """The blocks whose first cells share the first `niveau` keys."""
    groepen: dict[Atoom, list[_Blok]] = {}
    for blok in alles:
        groepen.setdefault(blok.atomen[0][:niveau], []).append(blok)
    return list(groepen.values())


def _volgorde(item: tuple[Atoom, Any]) -> list[tuple[bool, Any]]:
    return [(deel is None, deel if deel is not None else 0) for deel in item[0]]
