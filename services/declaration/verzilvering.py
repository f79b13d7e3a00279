"""Verzilvering: which part of the granted money was really declared. ΣD / ΣA x 100, sums first, division last.

The unit is one toewijzing in one 4-week period. A unit without allocated money (removed, shortened, no
tariff) stays in the sum `gedeclareerd`, so that no cent is hidden, but counts in no percentage and no
average: money without a grant cannot lift the part of the grant that was used.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from operator import attrgetter
from typing import Any, Final, NamedTuple, NotRequired, TypedDict, cast

from services.declaration.tariffs import half_up
from services.declaration.weeks import Periode

# In every row; null where not grouped by.
GROEPEN: Final = ("gemeente", "aanbieder", "resultaatgebied", "trede", "periode")
# In a row only when grouped by.
EXTRA_GROEPEN: Final = ("cluster", "cohort")
ALLE_GROEPEN: Final = (*GROEPEN, *EXTRA_GROEPEN)
VOORLOPIG: Final = "voorlopig"
RIJP: Final = "rijp"
AFGESLOTEN: Final = "afgesloten"

# The household area stands apart; every other resultaatgebied is begeleiding.
ORH: Final = "ORH"
BEGELEIDING: Final = "begeleiding"

# From least to most certain: a row is as certain as its least certain period.
RIJPING: Final = (VOORLOPIG, RIJP, AFGESLOTEN)

Rijsleutel = tuple[Any, ...]  # the values of ALLE_GROEPEN, None where not grouped by


@dataclass(frozen=True, slots=True)
class Stand:
    """What the journal holds for one toewijzing in one period; eurocent. `client` tells one client from another."""

    gemeente: str
    domein: str
    aanbieder: str
    client: str
    resultaatgebied: str | None
    trede: int | None
    periode: str
    toegewezen: int
    gedeclareerd: int
    cohort: str | None = None


class Plaats(NamedTuple):
    """Where units are counted together: one value per key that can be grouped by. None: unknown, or not asked."""

    gemeente: str
    aanbieder: str
    periode: str
    resultaatgebied: str | None = None
    trede: int | None = None
    cohort: str | None = None

    @property
    def cluster(self) -> str | None:
        return cluster_van(self.resultaatgebied)


class Som(NamedTuple):
    """Sums over units; eurocent and counts. `noemer` to `volledig` are of the units with a grant only.

    `begrensd`: D of each between 0 and its A. `gebruikt`: with D above 0; `volledig`: with D of at least A.
    `tegoed`: A − D of each unit, grant or not, where that is more than nothing.
    """

    toegewezen: int = 0
    gedeclareerd: int = 0
    noemer: int = 0
    teller: int = 0
    begrensd: int = 0
    aantal: int = 0
    gebruikt: int = 0
    volledig: int = 0
    tegoed: int = 0


class Rij(TypedDict):
    """A row as GET /v1/verzilvering gives it; amounts in eurocent, percentages with two decimals, None: n.v.t.

    `toegewezen`, `gedeclareerd` and `open` are over all units; percentages, counts, clients and averages over the
    units with a grant, the averages with one and the same number of clients.
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
    cluster: NotRequired[str | None]
    cohort: NotRequired[str | None]


class Vol(TypedDict):
    """Beside a row where asked: how many units were declared in full."""

    aantalVolledig: int | None
    percentageVolledig: float | None


# (gemeente, period label) → how certain; the row's key → share of declarations that are in, or clients with a grant.
Rijpheid = Callable[[str, str], str]
Volledigheid = Callable[[Rijsleutel], float | None]
Clienten = Callable[[Rijsleutel], int]


def cluster_van(resultaatgebied: str | None) -> str | None:
    """ORH or begeleiding; None for an unknown resultaatgebied."""
    if resultaatgebied is None:
        return None
    return ORH if resultaatgebied == ORH else BEGELEIDING


def eis_bekend(groeperen: Collection[str]) -> None:
    """ValueError for a key that cannot be grouped by."""
    if onbekend := set(groeperen) - set(ALLE_GROEPEN):
        kan = ", ".join(ALLE_GROEPEN)
        raise ValueError(f"Groeperen kan niet op {', '.join(sorted(onbekend))}; het kan op {kan}.")


def sleutel_van(plaats: Plaats, groeperen: Collection[str]) -> Rijsleutel:
    """The key of the row in which this is counted."""
    namen = _op_volgorde(groeperen)
    return _heel(namen, _waarden_van(namen)(plaats))


def _op_volgorde(groeperen: Collection[str]) -> tuple[str, ...]:
    return tuple(naam for naam in ALLE_GROEPEN if naam in groeperen)


def _waarden_van(namen: tuple[str, ...]) -> Callable[[Plaats], tuple[Any, ...]]:
    """What a place has under these names only: made for every place, and the whole key once per row."""
    if len(namen) > 1:
        return attrgetter(*namen)
    if not namen:
        return lambda _: ()
    waarde = attrgetter(*namen)
    return lambda plaats: (waarde(plaats),)


def _heel(namen: tuple[str, ...], waarden: tuple[Any, ...]) -> Rijsleutel:
    gevonden = dict(zip(namen, waarden, strict=True))
    return tuple(gevonden.get(naam) for naam in ALLE_GROEPEN)


def som_van(stand: Stand) -> Som:
    """One unit as a sum. Without a grant it counts in the two totals only."""
    a, d = stand.toegewezen, stand.gedeclareerd
    tegoed = max(a - d, 0)
    if a <= 0:
        return Som(a, d, tegoed=tegoed)
    return Som(a, d, a, d, min(max(d, 0), a), 1, int(d > 0), int(d >= a), tegoed)


def tel_samen(sommen: Iterable[Som]) -> Som:
    """All of them together."""
    return Som(*map(sum, zip(*sommen, strict=True)))


def tel_per_plaats(standen: Iterable[Stand]) -> dict[Plaats, Som]:
    """The units, added up for every combination of keys that occurs."""
    cellen: dict[Plaats, Som] = {}
    for s in standen:
        plaats = plaats_van(s)
        cellen[plaats] = tel_samen((cellen.get(plaats, Som()), som_van(s)))
    return cellen


def plaats_van(s: Stand) -> Plaats:
    """Where a unit is counted."""
    return Plaats(s.gemeente, s.aanbieder, s.periode, s.resultaatgebied, s.trede, s.cohort)


def tel_clienten(standen: Iterable[Stand], groeperen: Collection[str]) -> Clienten:
    """Of each row the clients with a grant: each once, however many areas, aanbieders or gemeenten they have."""
    per_rij: dict[Rijsleutel, set[str]] = {}
    for stand in standen:
        if stand.toegewezen > 0:
            per_rij.setdefault(sleutel_van(plaats_van(stand), groeperen), set()).add(stand.client)
    return lambda sleutel: len(per_rij.get(sleutel, ()))


def rijen(
    standen: Iterable[Stand], groeperen: Collection[str], rijpheid: Rijpheid, volledigheid: Volledigheid
) -> list[Rij]:
    """`rijen_van` of units."""
    alle = list(standen)
    return rijen_van(tel_per_plaats(alle), tel_clienten(alle, groeperen), groeperen, rijpheid, volledigheid)


def rijen_van(
    cellen: Mapping[Plaats, Som],
    clienten: Clienten,
    groeperen: Collection[str],
    rijpheid: Rijpheid,
    volledigheid: Volledigheid,
) -> list[Rij]:
    """One row per combination of the `groeperen` keys (none: one total), in the order of ALLE_GROEPEN.

    The keys of EXTRA_GROEPEN are in the row only when grouped by. No cells, no rows. ValueError for an unknown key.
    """
    return rijen_in(per_rij(cellen, groeperen), cellen, clienten, groeperen, rijpheid, volledigheid)


def rijen_in(
    groepen: Iterable[tuple[Rijsleutel, Sequence[Plaats]]],
    cellen: Mapping[Plaats, Som],
    clienten: Clienten,
    groeperen: Collection[str],
    rijpheid: Rijpheid,
    volledigheid: Volledigheid,
) -> list[Rij]:
    """`rijen_van` of places that `per_rij` put together."""
    gevonden = []
    for sleutel, groep in groepen:
        plaatsen = {(plaats.gemeente, plaats.periode) for plaats in groep}
        rijp = min((rijpheid(*plaats) for plaats in plaatsen), key=RIJPING.index)
        som = tel_samen(cellen[plaats] for plaats in groep)
        gevonden.append(_rij(sleutel, groeperen, som, clienten(sleutel), rijp, volledigheid(sleutel)))
    return gevonden


def per_rij(plaatsen: Iterable[Plaats], groeperen: Collection[str]) -> list[tuple[Rijsleutel, list[Plaats]]]:
    """The places of each row, the rows in order; unknown (None) last."""
    eis_bekend(groeperen)
    namen = _op_volgorde(groeperen)
    waarden_van = _waarden_van(namen)
    per_waarden: dict[tuple[Any, ...], list[Plaats]] = {}
    for plaats in plaatsen:
        per_waarden.setdefault(waarden_van(plaats), []).append(plaats)
    groepen = {_heel(namen, waarden): groep for waarden, groep in per_waarden.items()}
    # Text and numbers never meet within one key.
    volgorde = sorted(groepen, key=lambda waarden: [(w is None, w if w is not None else 0) for w in waarden])
    return [(sleutel, groepen[sleutel]) for sleutel in volgorde]


def vol_van(som: Som) -> Vol:
    """How many units with a grant were declared in full, and their share."""
    return Vol(aantalVolledig=som.volledig, percentageVolledig=procent(som.volledig, som.aantal))


def rijpheid_van(periode: Periode, peildatum: date, dagen: int = 92, afgesloten: Collection[str] = frozenset()) -> str:
    """voorlopig to `dagen` days after the period's end (inclusive), then rijp; afgesloten where a person closed it."""
    if periode.label in afgesloten:
        return AFGESLOTEN
    return VOORLOPIG if peildatum <= periode.eind + timedelta(days=dagen) else RIJP


def onderdruk(rij: Rij) -> Rij:
    """The row without its figures; its keys and its rijpheid stay."""
    gedekt = dict.fromkeys(rij, None) | {naam: rij.get(naam) for naam in (*ALLE_GROEPEN, "rijpheid") if naam in rij}
    return cast(Rij, gedekt)


def procent(teller: int, noemer: int) -> float | None:
    """Two decimals, half up; None when there is nothing to divide by."""
    return half_up(Fraction(teller * 10_000, noemer)) / 100 if noemer else None


def _rij(
    sleutel: Rijsleutel,
    groeperen: Collection[str],
    som: Som,
    clienten: int,
    rijpheid: str,
    volledigheid: float | None,
) -> Rij:
    waarden = dict(zip(ALLE_GROEPEN, sleutel, strict=True))
    rij = Rij(
        gemeente=waarden["gemeente"],
        aanbieder=waarden["aanbieder"],
        resultaatgebied=waarden["resultaatgebied"],
        trede=waarden["trede"],
        periode=waarden["periode"],
        toegewezen=som.toegewezen,
        gedeclareerd=som.gedeclareerd,
        percentage=procent(som.teller, som.noemer),
        aantalToegewezen=som.aantal,
        aantalGedeclareerd=som.gebruikt,
        percentageAantal=procent(som.gebruikt, som.aantal),
        percentageGemaximeerd=procent(som.begrensd, som.noemer),
        clienten=clienten,
        gemiddeldToegewezen=_gemiddelde(som.noemer, clienten),
        gemiddeldGedeclareerd=_gemiddelde(som.teller, clienten),
        rijpheid=rijpheid,
        volledigheid=volledigheid,
        open=som.toegewezen - som.gedeclareerd,
    )
    if "cluster" in groeperen:
        rij["cluster"] = waarden["cluster"]
    if "cohort" in groeperen:
        rij["cohort"] = waarden["cohort"]
    return rij


def _gemiddelde(bedrag: int, aantal: int) -> int | None:
    return half_up(Fraction(bedrag, aantal)) if aantal else None
