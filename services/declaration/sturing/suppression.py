"""What the region may see of flows, treden and stacking: no count of one to four clients, and none that follows.

docs/sturing.md has the rules, with why. Gemeenten add up to the region, and the flows of a stretch join its standen; so
what is hidden is hidden together with others, in two places or more and of five clients or more. It is decided over all
gemeenten, whichever was asked for. Values only.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from services.declaration.cijfers.suppression import Cel, blokken
from services.declaration.sturing.stromen import INSTROOM, UITSTROOM, VERHUISD_IN, VERHUISD_UIT, Stroom
from services.kernel.privacy.kleine_aantallen import MINSTE_CLIENTEN

# Reasons of outflow that are too few each are told together.
OVERIG: Final = "overig"
# What is told of a row together or not at all.
VERLOOP: Final = (INSTROOM, UITSTROOM, VERHUISD_IN, VERHUISD_UIT)

Waar = str | None  # a gemeente; None: the region as a whole


@dataclass(frozen=True, slots=True)
class Zicht:
    """What is told of one Stroom; None is hidden. `redenen` only of the region."""

    stand_begin: int | None
    stand_eind: int | None
    aantallen: Mapping[str, int | None]
    redenen: Mapping[str, int]


def stromen_voor_regio(
    per_gebied: Mapping[Waar, Sequence[Stroom]], soorten: Collection[str]
) -> dict[Waar, list[Zicht]]:
    """What is told of each stretch of time; all places have the same ones, and the region is among them.

    First the standen, on every border between two stretches; then the flows; then every other kind by itself.
    """
    lengte = len(per_gebied[None])
    grenzen = [
        _per_soort({waar: _op_grens(reeks, n) for waar, reeks in per_gebied.items()})
        for n in range(lengte + 1 if lengte else 0)
    ]
    zicht: dict[Waar, list[Zicht]] = {waar: [] for waar in per_gebied}
    for n in range(lengte):
        rijen = {waar: reeks[n] for waar, reeks in per_gebied.items()}
        weg = {soort: _per_soort({waar: _aantal(s, soort) for waar, s in rijen.items()}) for soort in soorten}
        weg |= dict.fromkeys(VERLOOP, _verloop(rijen, grenzen[n] | grenzen[n + 1]))
        for waar, stroom in rijen.items():
            zicht[waar].append(_zicht(waar, stroom, weg, (waar in grenzen[n], waar in grenzen[n + 1])))
    return zicht


def onverkort(stroom: Stroom) -> Zicht:
    """For who may see every count."""
    return Zicht(stroom.stand_begin, stroom.stand_eind, stroom.aantallen, stroom.redenen)


def cellen_voor_regio(
    per_gemeente: Mapping[str, Mapping[tuple[Any, ...], Collection[str]]],
) -> dict[Waar, dict[tuple[Any, ...], bool]]:
    """Whether each cell of clients is told, of each gemeente and of the region, by the blocks of suppression.py.

    Small cells of a gemeente are joined with each other, first those that share the first parts of their key. A cell of
    the region is those of all gemeenten together; the cell () is all there is in a place.
    """
    atomen = {(waar, *cel): wie for waar, cellen in per_gemeente.items() for cel, wie in cellen.items()}
    indeling = blokken({atoom: Cel(len(wie), frozenset(wie)) for atoom, wie in atomen.items()})
    groepen: dict[Waar, dict[tuple[Any, ...], set[tuple[Any, ...]]]] = {None: {}}
    for atoom in atomen:
        for waar, cel in product((atoom[0], None), (atoom[1:], ())):
            groepen.setdefault(waar, {}).setdefault(cel, set()).add(atoom)
    return {
        waar: {cel: all(a in indeling and indeling[a] <= samen for a in samen) for cel, samen in cellen.items()}
        for waar, cellen in groepen.items()
    }


def is_groot(aantal: int) -> bool:
    """Nobody at all, or enough clients to tell of."""
    return aantal == 0 or aantal >= MINSTE_CLIENTEN


def _verborgen(maten: Mapping[Waar, Sequence[int]], klein: Collection[Waar]) -> frozenset[Waar]:
    """Where counts are hidden: where they are `klein`, and what must go with it. `maten` add up to the region's.

    The smallest next to it goes along until two gemeenten or more are hidden, of nobody or five clients in every count:
    the others taken from the region give the hidden ones together. Where that is not enough, or the region itself is
    too few, the region is hidden, and with it every gemeente that counts anybody.
    """
    gemeenten = sorted((waar for waar in maten if waar is not None), key=lambda waar: (sum(maten[waar]), waar))
    wie = [waar for waar in gemeenten if any(maten[waar])]
    weg = {waar for waar in klein if waar is not None}
    for waar in wie if weg else ():
        if _genoeg([maten[een] for een in weg]):
            break
        weg.add(waar)
    if None in klein or (weg and not _genoeg([maten[een] for een in weg])):
        return frozenset({None, *weg, *wie})
    return frozenset(weg)


def _per_soort(aantallen: Mapping[Waar, int]) -> frozenset[Waar]:
    """Of counts that stand by themselves."""
    klein = {waar for waar, aantal in aantallen.items() if not is_groot(aantal)}
    return _verborgen({waar: [aantal] for waar, aantal in aantallen.items()}, klein)


def _verloop(rijen: Mapping[Waar, Stroom], zonder_stand: Collection[Waar]) -> frozenset[Waar]:
    """Of the flows: a row tells all of them or none, and none beside a stand that is hidden.

    Who moved inside the region is no flow of it: what is left without them adds up.
    """
    klein, maten = {*zonder_stand}, {}
    for waar, stroom in rijen.items():
        komt, gaat, van_elders, naar_elders = (_aantal(stroom, soort) for soort in VERLOOP)
        maten[waar] = [komt - van_elders, gaat - naar_elders]
        if not all(map(is_groot, (komt, gaat, van_elders, naar_elders, *maten[waar]))):
            klein.add(waar)
    return _verborgen(maten, klein)


def _genoeg(verborgen: Sequence[Sequence[int]]) -> bool:
    return len(verborgen) > 1 and all(is_groot(sum(samen)) for samen in zip(*verborgen, strict=True))


def _op_grens(reeks: Sequence[Stroom], grens: int) -> int:
    return reeks[grens].stand_begin if grens < len(reeks) else reeks[-1].stand_eind


def _aantal(stroom: Stroom, soort: str) -> int:
    return stroom.aantallen.get(soort, 0)


def _zicht(waar: Waar, stroom: Stroom, weg: Mapping[str, Collection[Waar]], standen: tuple[bool, bool]) -> Zicht:
    redenen = _redenen(stroom.redenen) if waar is None and waar not in weg[UITSTROOM] else {}
    return Zicht(
        None if standen[0] else stroom.stand_begin,
        None if standen[1] else stroom.stand_eind,
        {soort: None if waar in hier else _aantal(stroom, soort) for soort, hier in weg.items()},
        redenen,
    )


def _redenen(redenen: Mapping[str, int]) -> dict[str, int]:
    """The reasons, those of too few clients together with the smallest others until they are enough."""
    op_grootte = sorted(redenen, key=lambda reden: (redenen[reden], reden))
    samen = 0
    while op_grootte and (redenen[op_grootte[0]] < MINSTE_CLIENTEN or not is_groot(samen)):
        samen += redenen[op_grootte.pop(0)]
    getoond = {reden: redenen[reden] for reden in sorted(op_grootte)}
    return {**getoond, OVERIG: samen} if samen else getoond
