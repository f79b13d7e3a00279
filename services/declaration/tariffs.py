"""Tariffs: per 4 weeks, all-in, in eurocent; what a week costs, and which ProductTarief a Prestatie must carry.

A Tarief is valid in time and known in time. The specific one (with an aanbieder) goes before the general one;
of those that are valid on a day the latest known wins.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from heapq import heappop, heappush
from typing import Any, TypeVar

from services.declaration.contracts import Mapping, Telwijze, Toewijzing
from services.declaration.weeks import laatste_zondag

T = TypeVar("T")
Sleutel = tuple[str, str | None, str, str | None]  # gemeente, aanbieder or None, productcode, unit or None
# The day after the last one there is: what is open never ends.
_NOOIT = date.max.toordinal() + 1


@dataclass(frozen=True, slots=True)
class Tarief:
    """`bedrag` in eurocent per 4 weeks from `van` up to and including `tot` (None: open); aanbieder None: for all.

    `weekprijs` (eurocent) where the contract has one of its own. `bekend_van`: since when we know it; a date
    counts as its midnight, a moment without zone as UTC. `eenheid`: a tariff per uur, dagdeel and so on (None: per
    4 weeks), a line of prices of its own. `rij`: the row of the file it came from, for messages only.
    """

    gemeente: str
    aanbieder: str | None
    productcode: str
    van: date
    tot: date | None
    bedrag: int
    weekprijs: int | None
    bekend_van: date
    besluit: str
    eenheid: str | None = None
    rij: int | None = field(default=None, compare=False)

    @property
    def sleutel(self) -> Sleutel:
        """What one tariff at a time is valid for."""
        return (self.gemeente, self.aanbieder, self.productcode, self.eenheid)


class Tarieven:
    """Look-up over tariffs, immutable; each key is cut into stretches once, so `op` is a bisection."""

    __slots__ = ("_gerekend", "_lijnen", "_rijen")

    def __init__(self, rijen: Iterable[Tarief]) -> None:
        self._rijen = tuple(rijen)
        self._gerekend: dict[Hashable, Any] = {}
        per_sleutel: dict[Sleutel, list[Tarief]] = {}
        for tarief in self._rijen:
            per_sleutel.setdefault(tarief.sleutel, []).append(tarief)
        self._lijnen = {sleutel: _tijdlijn(tarieven) for sleutel, tarieven in per_sleutel.items()}

    def op(
        self, gemeente: str, aanbieder: str | None, productcode: str, dag: date, eenheid: str | None = None
    ) -> Tarief | None:
        """The tariff valid on this day: the aanbieder's own before the general one; None when there is none."""
        specifiek = self._geldig((gemeente, aanbieder, productcode, eenheid), dag)
        if specifiek is not None or aanbieder is None:
            return specifiek
        return self._geldig((gemeente, None, productcode, eenheid), dag)

    def eenmaal(self, sleutel: Hashable, reken: Callable[[], T]) -> T:
        """What `reken` computes from these tariffs, once per key: the lines of a message are much alike.

        The key must hold all else that it is computed from.
        """
        if sleutel not in self._gerekend:
            self._gerekend[sleutel] = reken()
        gerekend: T = self._gerekend[sleutel]
        return gerekend

    def zonder(self, rijen: Iterable[Tarief]) -> "Tarieven":
        """All but these: what there was before they were loaded."""
        weg = set(rijen)
        return Tarieven(rij for rij in self._rijen if rij not in weg)

    def geldend(self) -> Iterator[Tarief]:
        """What is valid, per key in order of time: each tariff cut to the days on which no later known one is."""
        for grenzen, stukken in self._lijnen.values():
            eind = [*(date.fromordinal(grens - 1) for grens in grenzen[1:]), None]
            for begin, tot, tarief in zip(grenzen, eind, stukken, strict=True):
                if tarief is not None:
                    yield replace(tarief, van=date.fromordinal(begin), tot=tot)

    def as_known(self, peildatum: date) -> "Tarieven":
        """Only what was known at this moment; a date means the end of that day."""
        if isinstance(peildatum, datetime):
            return Tarieven(rij for rij in self._rijen if moment(rij.bekend_van) <= moment(peildatum))
        return Tarieven(rij for rij in self._rijen if moment(rij.bekend_van).date() <= peildatum)

    def _geldig(self, sleutel: Sleutel, dag: date) -> Tarief | None:
        lijn = self._lijnen.get(sleutel)
        if lijn is None:
            return None
        grenzen, stukken = lijn
        plaats = bisect_right(grenzen, dag.toordinal()) - 1
        return stukken[plaats] if plaats >= 0 else None


def half_up(waarde: Fraction | int) -> int:
    """Rounded to a whole cent, halves away from zero: a negative amount mirrors its positive."""
    teller, noemer = abs(waarde.numerator), waarde.denominator
    rond = (2 * teller + noemer) // (2 * noemer)
    return rond if waarde >= 0 else -rond


def kwart(tarief: Tarief) -> Fraction:
    """The exact price of a week in eurocent: its own week price, else a quarter of the 4-week tariff."""
    return Fraction(vier_weken(tarief), 4)


def vier_weken(tarief: Tarief) -> int:
    """Four times the price of a week in eurocent: a whole number, to count with before anything is rounded."""
    return tarief.bedrag if tarief.weekprijs is None else 4 * tarief.weekprijs


def weekprijs(tarief: Tarief) -> int:
    """The week price of mapping W in eurocent, the quarter rounded half up, in A and D alike."""
    return (tarief.bedrag + 2) // 4 if tarief.weekprijs is None else tarief.weekprijs


def prijs_per_eenheid(
    toewijzing: Toewijzing,
    mapping: Telwijze | None,
    tarieven: Tarieven,
    productcode: str,
    begin: date,
    eind: date,
) -> int | None:
    """The ProductTarief (eurocent) that a Prestatie over [begin, eind] must carry (TR418); None: nothing to compare.

    W: the week price on the line's last Sunday, which is the toewijzing's last for the broken last week;
    without a Sunday on `eind`. P: the 4-week tariff on Ingangsdatum. E, M and generic carry no price of ours;
    of the 4-week periods of release 2.3 the price is four_weeks.periodeprijs.
    """
    if mapping not in (Mapping.P, Mapping.W):
        return None
    tarief = tarief_van_regel(toewijzing, mapping, tarieven, productcode, begin, eind)
    if tarief is None:
        return None
    return tarief.bedrag if mapping is Mapping.P else weekprijs(tarief)


def tarief_van_regel(
    toewijzing: Toewijzing,
    mapping: Telwijze | None,
    tarieven: Tarieven,
    productcode: str,
    begin: date,
    eind: date,
) -> Tarief | None:
    """The tariff per 4 weeks that a line over [begin, eind] rests on: P that of Ingangsdatum, else of its last Sunday.

    Without a Sunday that of `eind`.
    """
    tot = min(eind, toewijzing.einddatum or eind)
    dag = laatste_zondag(max(begin, toewijzing.ingangsdatum), tot) or eind
    if mapping is Mapping.P:
        dag = toewijzing.ingangsdatum
    return tarieven.op(toewijzing.gemeente, toewijzing.aanbieder, productcode, dag)


def moment(bekend: date) -> datetime:
    """Since when something is known: a date counts as its midnight, a moment without zone as UTC."""
    if not isinstance(bekend, datetime):
        return datetime.combine(bekend, time.min, UTC)
    return bekend.astimezone(UTC) if bekend.tzinfo else bekend.replace(tzinfo=UTC)


def _tijdlijn(tarieven: list[Tarief]) -> tuple[list[int], list[Tarief | None]]:
    """First days (ordinals) of stretches and the tariff of each: the latest known, of equals the last in the list."""
    # Sorting keeps equals in order, so the place in this list is the rank.
    op_rang = sorted(tarieven, key=lambda tarief: moment(tarief.bekend_van))
    op_begin = sorted(((tarief.van.toordinal(), rang) for rang, tarief in enumerate(op_rang)), reverse=True)
    grenzen = {dag for tarief in op_rang for dag in (tarief.van.toordinal(), _na(tarief))}
    lopend: list[tuple[int, int]] = []  # (minus rank, first day after it): the latest known on top
    begin, stukken = [], []
    for grens in sorted(grenzen - {_NOOIT}):
        while op_begin and op_begin[-1][0] == grens:
            _, rang = op_begin.pop()
            heappush(lopend, (-rang, _na(op_rang[rang])))
        while lopend and lopend[0][1] <= grens:
            heappop(lopend)
        begin.append(grens)
        stukken.append(op_rang[-lopend[0][0]] if lopend else None)
    return begin, stukken


def _na(tarief: Tarief) -> int:
    """The first day after a tariff (ordinal)."""
    return _NOOIT if tarief.tot is None else tarief.tot.toordinal() + 1
