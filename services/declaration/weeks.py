"""Weeks are the atoms of the money: ISO weeks, the 4-week periods built from them, weights and spreading.

A week is named by its Monday. It belongs to exactly one 4-week period and, by its Sunday, to one month and
one year, so one rule of weeks serves months and periods, allocated and declared. Dates are inclusive, amounts
are eurocent.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from services.declaration.contracts import Gebroken, Mapping, Telwijze, Toewijzing

_DAG = timedelta(days=1)
_ZONDAG = 6

# Units of effort; 82 and 83 are output (process.md §6.1).
_OUTPUT = frozenset({"82", "83"})


class Week53(StrEnum):
    """What becomes of ISO week 53, which thirteen times four weeks leave over."""

    P13_LONG = "P13_LONG"  # period 13 has five weeks
    P14_WEEK = "P14_WEEK"  # a period 14 of one week


@dataclass(frozen=True, slots=True)
class Periode:
    """One row of the period table: whole weeks, from a Monday up to and including a Sunday; `jaar` is the ISO year."""

    jaar: int
    nummer: int
    begin: date
    eind: date
    label: str = field(init=False)

    def __post_init__(self) -> None:
        # Asked for with every week of every line. Sorts as text in the order of time: 2026-P01 … 2026-P13.
        object.__setattr__(self, "label", f"{self.jaar}-P{self.nummer:02d}")


class Periodes:
    """The period table: immutable, in order of time, without gaps.

    Raises ValueError for a period that is not Monday-Sunday, for a gap, an overlap or a label that occurs
    twice.
    """

    __slots__ = ("_begin", "_label", "_rij")

    def __init__(self, periodes: Iterable[Periode]) -> None:
        self._rij = tuple(sorted(periodes, key=lambda periode: periode.begin))
        self._begin = [periode.begin for periode in self._rij]
        self._label = {periode.label: periode for periode in self._rij}
        for periode in self._rij:
            if periode.begin.weekday() != 0 or periode.eind.weekday() != _ZONDAG or periode.eind < periode.begin:
                raise ValueError(f"{periode.label}: een periode loopt van maandag tot en met zondag")
        for vorige, volgende in zip(self._rij, self._rij[1:], strict=False):
            if volgende.begin != vorige.eind + _DAG:
                raise ValueError(f"{volgende.label} sluit niet aan op {vorige.label}")
        if len(self._label) != len(self._rij):
            raise ValueError("een label komt twee keer voor")

    def __iter__(self) -> Iterator[Periode]:
        return iter(self._rij)

    def __len__(self) -> int:
        return len(self._rij)

    def van_week(self, week: date) -> Periode | None:
        """The period that holds this week (or any day of it); None outside the table."""
        plaats = bisect_right(self._begin, week) - 1
        return self._rij[plaats] if plaats >= 0 and week <= self._rij[plaats].eind else None

    def geraakt(self, begin: date, eind: date) -> tuple[Periode, ...]:
        """The periods of the table that [begin, eind] touches, oldest first."""
        if not self._rij or eind < begin or begin > self._rij[-1].eind:
            return ()
        eerste = max(bisect_right(self._begin, begin) - 1, 0)
        return self._rij[eerste : bisect_right(self._begin, eind)]

    def met_label(self, label: str) -> Periode | None:
        """The period of this label; None when the table has none."""
        return self._label.get(label)


def monday(dag: date) -> date:
    """The Monday of the ISO week of this day: the name of that week."""
    return date.fromordinal(dag.toordinal() - dag.weekday())


def sundays(begin: date, eind: date) -> tuple[date, ...]:
    """Every Sunday of [begin, eind]."""
    # In ordinals: the Sunday after 9999-12-27 is no date.
    eerste = begin.toordinal() + _ZONDAG - begin.weekday()
    return tuple(date.fromordinal(dag) for dag in range(eerste, eind.toordinal() + 1, 7))


@lru_cache(maxsize=4096)
def _zondagsweken(begin: date, eind: date) -> tuple[date, ...]:
    """The weeks of these Sundays: the lines of a message have few different periods."""
    return tuple(monday(zondag) for zondag in sundays(begin, eind))


def iso_weken(begin: date, eind: date) -> tuple[date, ...]:
    """Every week that [begin, eind] touches; a broken one counts as one, also across New Year (IV076)."""
    if eind < begin:
        return ()
    return tuple(date.fromordinal(dag) for dag in range(monday(begin).toordinal(), eind.toordinal() + 1, 7))


def maand_van(dag: date) -> tuple[date, date]:
    """The first and the last day of the calendar month of this day."""
    return dag.replace(day=1), dag.replace(day=monthrange(dag.year, dag.month)[1])


def laatste_zondag(begin: date, eind: date) -> date | None:
    """The last Sunday of [begin, eind], if it has one."""
    dag = eind.toordinal() - (eind.weekday() + 1) % 7
    return date.fromordinal(dag) if dag >= begin.toordinal() else None


def periodes_van(jaar: int, beleid: Week53) -> tuple[Periode, ...]:
    """The periods of an ISO year: n starts on the Monday of week 1 + 28(n-1); week 53 goes by `beleid`."""
    begin = date.fromisocalendar(jaar, 1, 1)
    # 28 December always lies in the last ISO week of its year.
    weken = date(jaar, 12, 28).isocalendar().week
    lengtes = [4] * 13
    if weken == 53 and beleid is Week53.P13_LONG:
        lengtes[-1] = 5
    elif weken == 53:
        lengtes.append(1)
    starts = [begin + timedelta(weeks=4 * n) for n in range(len(lengtes))]
    return tuple(
        Periode(jaar, n, start, start + timedelta(weeks=lengte) - _DAG)
        for n, (start, lengte) in enumerate(zip(starts, lengtes, strict=True), 1)
    )


def einde_van(toewijzing: Toewijzing, laatste: date) -> date:
    """Einddatum, or `laatste` (the contract's end) for an open one."""
    return toewijzing.einddatum or laatste


def weights(
    toewijzing: Toewijzing,
    van: date,
    tot: date,
    mapping: Telwijze | None,
    laatste: date,
    periodes: Periodes | None = None,
) -> dict[date, int]:
    """Week → weight of the part of the toewijzing that [van, tot] claims; for A and D alike. May be empty.

    W, E: 1 per Sunday, plus 1 for a broken last week where the last Sunday of the toewijzing lies in [van,
    tot], placed in the week of Einddatum. A toewijzing without any Sunday is one week, in [van, tot] that
    holds its Einddatum. M and generic (None): the number of days of each week. P counts periods, not weeks,
    and raises ValueError. `laatste` stands in for an open Einddatum.

    Release 2.3: WEEK is 1 per week touched, DAY the number of days of each week, FULL 1 for all weeks of the
    `periodes` touched (ValueError without them); outside the table FULL counts the weeks touched.
    """
    if mapping is Mapping.P:
        raise ValueError("mapping P telt perioden, geen weken")
    einde = einde_van(toewijzing, laatste)
    begin, eind = max(van, toewijzing.ingangsdatum), min(tot, einde)
    if mapping in (None, Mapping.M, Gebroken.DAY):
        return _dagen_per_week(begin, eind)
    if mapping is Gebroken.FULL:
        return _hele_periodes(begin, eind, periodes)
    if mapping is Gebroken.WEEK:
        return dict.fromkeys(iso_weken(begin, eind), 1)
    weken = dict.fromkeys(_zondagsweken(begin, eind), 1)
    # The last week is claimed with the last Sunday (IV076) and keeps its own place; unbroken it is there already.
    anker = laatste_zondag(toewijzing.ingangsdatum, einde) or einde
    if begin <= anker <= eind:
        weken[monday(einde)] = 1
    return weken


def spread(bedrag: int, gewichten: dict[date, int]) -> dict[date, int]:
    """The amount over the weeks in whole cents: largest remainder, ties to the earliest week. Sums exactly.

    A negative amount mirrors its positive; zero shares are left out. ValueError without any weight.
    """
    totaal = sum(gewichten.values())
    if totaal <= 0 or min(gewichten.values()) < 0:
        raise ValueError("verdelen kan alleen over positieve gewichten")
    if bedrag < 0:
        return {week: -deel for week, deel in spread(-bedrag, gewichten).items()}
    delen = {week: bedrag * gewicht // totaal for week, gewicht in gewichten.items()}
    rest = bedrag - sum(delen.values())
    if rest:
        grootste_rest = sorted(gewichten, key=lambda week: (-(bedrag * gewichten[week] % totaal), week))
        for week in grootste_rest[:rest]:
            delen[week] += 1
    return {week: delen[week] for week in sorted(delen) if delen[week]}


def max_periode(toewijzing: Toewijzing, begin: date, eind: date, periodes: Periodes | None = None) -> int | None:
    """Most GeleverdVolume in ProductPeriode [begin, eind] (TR321, process.md §6.3), in the unit of the toewijzing.

    Frequentie 3 and 5 (release 2.3) count the `periodes` and calendar years that the part inside the toewijzing
    touches. None: no Omvang, a Frequentie the rule does not know, or for 3 no table that holds both ends.
    Minutes on hours are the caller's times 60.
    """
    if toewijzing.volume is None:
        return None
    match toewijzing.frequentie:
        case "1":
            return toewijzing.volume * _aantal_dagen(begin, eind)
        case "2":
            return toewijzing.volume * _max_weken(toewijzing, begin, eind)
        case "3" | "5":
            binnen = max(begin, toewijzing.ingangsdatum), min(eind, toewijzing.einddatum or eind)
            return _max_23(toewijzing, *binnen, periodes)
        case "4" | "6":
            return toewijzing.volume
    return None


def max_totaal(toewijzing: Toewijzing, periodes: Periodes | None = None) -> int | None:
    """Most GeleverdVolume over the whole toewijzing (TR322, process.md §6.3), in the unit of the toewijzing.

    None as in `max_periode`, and for an open Einddatum unless Frequentie is 6.
    """
    begin, eind = toewijzing.ingangsdatum, toewijzing.einddatum
    if toewijzing.volume is None or toewijzing.frequentie == "6":
        return toewijzing.volume
    if eind is None:
        return None
    match toewijzing.frequentie:
        case "1":
            return toewijzing.volume * _aantal_dagen(begin, eind)
        case "2":
            return toewijzing.volume * _aantal_weken(begin, eind)
        case "3" | "5":
            return _max_23(toewijzing, begin, eind, periodes)
        case "4":
            return toewijzing.volume * (12 * (eind.year - begin.year) + eind.month - begin.month + 1)
    return None


def _max_23(toewijzing: Toewijzing, begin: date, eind: date, periodes: Periodes | None) -> int | None:
    """Volume x periods (Frequentie 3) or calendar years (5) touched by [begin, eind], which lies in the toewijzing."""
    volume = toewijzing.volume or 0
    if eind < begin:
        return 0
    if toewijzing.frequentie == "5":
        return volume * (eind.year - begin.year + 1)
    # What the table does not hold it cannot count: a maximum that is too low would refuse what was granted.
    if periodes is None or periodes.van_week(begin) is None or periodes.van_week(eind) is None:
        return None
    geraakt = periodes.geraakt(begin, eind)
    if toewijzing.eenheid != "83":
        return volume * len(geraakt)
    # Euros are granted per four weeks, a quarter per week: a long P13 holds five quarters, as in A.
    weken = (len(iso_weken(periode.begin, periode.eind)) for periode in geraakt)
    return sum((volume * max(aantal, 4) + 2) // 4 for aantal in weken)


def _max_weken(toewijzing: Toewijzing, begin: date, eind: date) -> int:
    """Weeks that a ProductPeriode may claim of a toewijzing per week."""
    if toewijzing.domein == "wmo" and toewijzing.categorie == "01":
        # Categorie 01 per week may reach six times the volume, however short the period (TR321, IV077).
        return 6
    if toewijzing.eenheid not in _OUTPUT:
        return _aantal_weken(begin, eind)
    weken = len(sundays(begin, eind))
    einde = toewijzing.einddatum
    if einde is None or einde.weekday() == _ZONDAG:
        return weken
    anker = laatste_zondag(toewijzing.ingangsdatum, einde) or einde
    return weken + (begin <= anker <= eind)


def _aantal_dagen(begin: date, eind: date) -> int:
    return max((eind - begin).days + 1, 0)


def _aantal_weken(begin: date, eind: date) -> int:
    return (monday(eind) - monday(begin)).days // 7 + 1 if begin <= eind else 0


def _dagen_per_week(begin: date, eind: date) -> dict[date, int]:
    weken = dict.fromkeys(iso_weken(begin, eind), 7)
    if weken:
        weken[monday(begin)] -= begin.weekday()
        weken[monday(eind)] -= _ZONDAG - eind.weekday()
    return weken


def _hele_periodes(begin: date, eind: date, periodes: Periodes | None) -> dict[date, int]:
    if periodes is None:
        raise ValueError("FULL telt hele perioden en heeft de periodetabel nodig")
    weken = dict.fromkeys(iso_weken(begin, eind), 1)
    for periode in periodes.geraakt(begin, eind):
        weken |= dict.fromkeys(iso_weken(periode.begin, periode.eind), 1)
    return weken
