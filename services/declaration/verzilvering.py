"""Verzilvering: which part of the granted money was really declared. ΣD / ΣA x 100, sums first, division last.

The unit is one toewijzing in one 4-week period. A unit without allocated money (removed, shortened, no
tariff) stays in the sum `gedeclareerd`, so that no cent is hidden, but counts in no percentage and no
average: money without a grant cannot lift the part of the grant that was used.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final, TypedDict

from services.declaration.tariffs import half_up
from services.declaration.weeks import Periode

GROEPEN: Final = ("gemeente", "aanbieder", "resultaatgebied", "trede", "periode")
VOORLOPIG: Final = "voorlopig"
RIJP: Final = "rijp"
AFGESLOTEN: Final = "afgesloten"

# A cell about fewer clients could point at a person.
MINSTE_CLIENTEN: Final = 5

# From least to most certain: a row is as certain as its least certain period.
_RIJPING = (VOORLOPIG, RIJP, AFGESLOTEN)

Sleutel = dict[str, Any]  # every name of GROEPEN → the row's value, None where not grouped by


@dataclass(frozen=True, slots=True)
class Stand:
    """What the journal holds for one toewijzing in one period; eurocent. `client` is the keyed hash of the Bsn."""

    gemeente: str
    domein: str
    aanbieder: str
    client: str
    resultaatgebied: str | None
    trede: int | None
    periode: str
    toegewezen: int
    gedeclareerd: int


class Rij(TypedDict):
    """A row of GET /v1/verzilvering: amounts and averages in eurocent, percentages with two decimals.

    None: not grouped by, not to be computed (nothing allocated), or suppressed.
    """

    gemeente: str | None
    aanbieder: str | None
    resultaatgebied: str | None
    trede: int | None
    periode: str | None
    toegewezen: int | None
    gedeclareerd: int | None
    percentage: float | None
    aantalToegewezen: int | None
    aantalGedeclareerd: int | None
    percentageAantal: float | None
    percentageGemaximeerd: float | None
    clienten: int | None
    gemiddeldToegewezen: int | None
    gemiddeldGedeclareerd: int | None
    rijpheid: str
    volledigheid: float | None
    open: int | None


def rijen(
    standen: Iterable[Stand],
    groeperen: Collection[str],
    rijpheid: Callable[[str], str],
    volledigheid: Callable[[Sleutel], float | None],
) -> list[Rij]:
    """One row per combination of the `groeperen` keys (any of GROEPEN; none: one total), in the order of these keys.

    `rijpheid` tells of a period label how mature it is; `volledigheid` of a row's keys how complete its
    declarations are. No standen, no rows. ValueError for an unknown key.
    """
    if onbekend := set(groeperen) - set(GROEPEN):
        raise ValueError(f"groeperen kan niet op {', '.join(sorted(onbekend))}")
    groepen: dict[tuple[Any, ...], list[Stand]] = {}
    for stand in standen:
        waarden = tuple(getattr(stand, naam) if naam in groeperen else None for naam in GROEPEN)
        groepen.setdefault(waarden, []).append(stand)
    # Unknown (None) last; text and numbers never meet within one key.
    volgorde = sorted(groepen, key=lambda waarden: [(w is None, w if w is not None else 0) for w in waarden])
    return [_rij(dict(zip(GROEPEN, w, strict=True)), groepen[w], rijpheid, volledigheid) for w in volgorde]


def rijpheid_van(periode: Periode, peildatum: date, dagen: int = 92, afgesloten: Collection[str] = frozenset()) -> str:
    """voorlopig to `dagen` days after the period's end (inclusive), then rijp; afgesloten where a person closed it."""
    if periode.label in afgesloten:
        return AFGESLOTEN
    return VOORLOPIG if peildatum <= periode.eind + timedelta(days=dagen) else RIJP


def onderdruk(rij: Rij, kijker_mag: bool) -> Rij:
    """The row without its figures when it is about fewer than five clients and the reader may not see those."""
    if kijker_mag or (rij["clienten"] is not None and rij["clienten"] >= MINSTE_CLIENTEN):
        return rij
    return Rij(
        gemeente=rij["gemeente"],
        aanbieder=rij["aanbieder"],
        resultaatgebied=rij["resultaatgebied"],
        trede=rij["trede"],
        periode=rij["periode"],
        toegewezen=None,
        gedeclareerd=None,
        percentage=None,
        aantalToegewezen=None,
        aantalGedeclareerd=None,
        percentageAantal=None,
        percentageGemaximeerd=None,
        clienten=None,
        gemiddeldToegewezen=None,
        gemiddeldGedeclareerd=None,
        rijpheid=rij["rijpheid"],
        volledigheid=None,
        open=None,
    )


def _rij(
    sleutel: Sleutel,
    standen: list[Stand],
    rijpheid: Callable[[str], str],
    volledigheid: Callable[[Sleutel], float | None],
) -> Rij:
    gegrond = [stand for stand in standen if stand.toegewezen > 0]
    noemer = sum(stand.toegewezen for stand in gegrond)
    teller = sum(stand.gedeclareerd for stand in gegrond)
    begrensd = sum(min(max(stand.gedeclareerd, 0), stand.toegewezen) for stand in gegrond)
    gebruikt = sum(stand.gedeclareerd > 0 for stand in gegrond)
    clienten = len({stand.client for stand in gegrond})
    totaal_a = sum(stand.toegewezen for stand in standen)
    totaal_d = sum(stand.gedeclareerd for stand in standen)
    return Rij(
        gemeente=sleutel["gemeente"],
        aanbieder=sleutel["aanbieder"],
        resultaatgebied=sleutel["resultaatgebied"],
        trede=sleutel["trede"],
        periode=sleutel["periode"],
        toegewezen=totaal_a,
        gedeclareerd=totaal_d,
        percentage=_procent(teller, noemer),
        aantalToegewezen=len(gegrond),
        aantalGedeclareerd=gebruikt,
        percentageAantal=_procent(gebruikt, len(gegrond)),
        percentageGemaximeerd=_procent(begrensd, noemer),
        clienten=clienten,
        gemiddeldToegewezen=_gemiddelde(noemer, clienten),
        gemiddeldGedeclareerd=_gemiddelde(teller, clienten),
        rijpheid=min((rijpheid(label) for label in {s.periode for s in standen}), key=_RIJPING.index),
        volledigheid=volledigheid(sleutel),
        open=totaal_a - totaal_d,
    )


def _procent(teller: int, noemer: int) -> float | None:
    """Two decimals, half up; None when there is nothing to divide by."""
    return half_up(Fraction(teller * 10_000, noemer)) / 100 if noemer else None


def _gemiddelde(bedrag: int, aantal: int) -> int | None:
    return half_up(Fraction(bedrag, aantal)) if aantal else None
