"""A and D the naive way, to hold the journal against: loops over days, whole versions, whole answers, no kept sums.

Nothing here calls the code of the money. What it knows of the region: periods of four weeks from 30 December 2024, the
contract form (FULL, WEEK or DAY in 2.3; W, E, P or M in 3.2), the tariffs in the order of loading, and who is whose.
Amounts are eurocent.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

DAG = timedelta(days=1)
BEGIN = date(2024, 12, 30)
LABELS = [f"2025-P{n:02d}" for n in range(1, 14)]
AREAS = {"SPF3": "SPF", "FIN2": "FIN"}

Bedragen = Mapping[tuple[int, str], int]  # (toewijzing, period) → eurocent
Deel = tuple[str, int]  # a period and its weight, in order of time
Rijen = dict[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Version:
    """What a 301 says of a toewijzing; `volume` as its shape counts it (1 in 2.3)."""

    code: str
    van: date
    tot: date
    volume: int = 1
    removed: bool = False


@dataclass(frozen=True)
class Price:
    """A tariff per four weeks, in the order of loading."""

    code: str
    van: date
    tot: date
    bedrag: int
    known: date


@dataclass
class World:
    """What was told so far. `shape` of a number, and `client`; `booked` are the actual versions of the last pull."""

    shape: Callable[[int], str]
    client: Callable[[int], int]
    prices: list[Price]
    told: dict[int, list[Version]] = field(default_factory=dict)
    refused: dict[int, Version] = field(default_factory=dict)
    booked: dict[int, Version] = field(default_factory=dict)
    lines: dict[str, list[Deel]] = field(default_factory=dict)

    def actual(self, nummer: int) -> Version | None:
        stack = self.told.get(nummer)
        return stack[-1] if stack and not stack[-1].removed else None

    def pull(self) -> None:
        self.booked = {nummer: version for nummer in self.told if (version := self.actual(nummer))}

    def price(self, code: str, day: date) -> int:
        """Of the tariffs valid on a day the latest known; of those known together the one loaded last."""
        valid = [(price.known, n) for n, price in enumerate(self.prices) if _holds(price, code, day)]
        return self.prices[max(valid)[1]].bedrag


def _holds(price: Price, code: str, day: date) -> bool:
    return price.code == code and price.van <= day <= price.tot


# --- days, weeks, periods --------------------------------------------------------------------------------------------


def period_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-P{(week - 1) // 4 + 1:02d}"


def days(van: date, tot: date) -> list[date]:
    return [van + n * DAG for n in range((tot - van).days + 1)]


def sunday_of(day: date) -> date:
    return day + (6 - day.weekday()) * DAG


def whole(label: str) -> list[date]:
    """The days of a period."""
    first = BEGIN + LABELS.index(label) * 28 * DAG
    return days(first, first + 27 * DAG)


def stretch(version: Version, label: str) -> list[date]:
    """The days of a period inside a toewijzing."""
    return [day for day in days(version.van, version.tot) if period_of(day) == label]


def touched(version: Version) -> list[str]:
    return sorted({period_of(day) for day in days(version.van, version.tot)})


def shared(amount: int, weights: Sequence[tuple[Any, int]]) -> list[int]:
    """In whole cents: what is left over goes one by one to the largest remainder, of equals to the earliest."""
    total = sum(weight for _, weight in weights)
    exact = [Fraction(amount * weight, total) for _, weight in weights]
    parts = [int(part) for part in exact]
    for _ in range(amount - sum(parts)):
        most = max(range(len(parts)), key=lambda n: (exact[n] - parts[n], -n))
        parts[most] += 1
    return parts


def half_up(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))


# --- allocated -------------------------------------------------------------------------------------------------------


def naive_a(world: World) -> Bedragen:
    """A of every toewijzing and period, as far as declaration was told."""
    found: dict[tuple[int, str], int] = {}
    for nummer, version in world.booked.items():
        shape = world.shape(nummer)
        if shape in ("FULL", "WEEK", "DAY"):
            labels = [label for label in touched(version) if shape != "FULL" or winner(world, nummer, label) == nummer]
            amounts = {label: four_weeks(world, version, label, shape) for label in labels}
        else:
            amounts = SHAPES[shape](world, version)
        found |= {(nummer, label): amount for label, amount in amounts.items()}
    return found


def four_weeks(world: World, version: Version, label: str, shape: str) -> int:
    """Half up: a week touched is a quarter of the tariff of its Sunday, a day a seventh of its week, FULL all weeks."""
    inside = whole(label) if shape == "FULL" else stretch(version, label)
    if shape == "DAY":
        return half_up(sum((Fraction(world.price(version.code, sunday_of(day)), 28) for day in inside), Fraction()))
    sundays = {sunday_of(day) for day in inside}
    return half_up(sum((Fraction(world.price(version.code, day), 4) for day in sundays), Fraction()))


def winner(world: World, nummer: int, label: str) -> int:
    """FULL: who gets the period, of all that one client has in one resultaatgebied."""
    mine, last = world.booked[nummer], whole(label)[-1]
    rivals = {
        other: version
        for other, version in world.booked.items()
        if world.client(other) == world.client(nummer)
        and AREAS[version.code] == AREAS[mine.code]
        and stretch(version, label)
    }
    there = {other: version for other, version in rivals.items() if version.van <= last <= version.tot}
    if there:
        return max(there, key=lambda other: (there[other].van, other))
    return max(rivals, key=lambda other: (rivals[other].tot, rivals[other].van, other))


def weekly(version: Version) -> list[tuple[date, date]]:
    """(day that tells the period, day that tells the price) per week: its Sundays, and a broken last week."""
    sundays = [day for day in days(version.van, version.tot) if day.weekday() == 6]
    weeks = [(day, day) for day in sundays]
    if version.tot.weekday() != 6:
        weeks.append((version.tot, sundays[-1] if sundays else version.tot))
    return weeks


def per_week(world: World, version: Version) -> dict[str, int]:
    return _added((period_of(day), half_up(Fraction(world.price(version.code, at), 4))) for day, at in weekly(version))


def euros_per_week(world: World, version: Version) -> dict[str, int]:
    return _added((period_of(day), version.volume) for day, _ in weekly(version))


def pieces(world: World, version: Version) -> dict[str, int]:
    return dict.fromkeys(touched(version)[: version.volume], world.price(version.code, version.van))


def euros_per_month(world: World, version: Version) -> dict[str, int]:
    """The whole volume in each month touched, over its days in the toewijzing."""
    found: list[tuple[str, int]] = []
    for month in sorted({(day.year, day.month) for day in days(version.van, version.tot)}):
        inside = [day for day in days(version.van, version.tot) if (day.year, day.month) == month]
        weights = by_week(inside)
        found += [
            (period_of(day), part) for (day, _), part in zip(weights, shared(version.volume, weights), strict=True)
        ]
    return _added(found)


def by_week(inside: Iterable[date]) -> list[tuple[date, int]]:
    """(Sunday, how many of these days lie in its week)."""
    counted: dict[date, int] = defaultdict(int)
    for day in inside:
        counted[sunday_of(day)] += 1
    return sorted(counted.items())


def _added(parts: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for label, amount in parts:
        found[label] += amount
    return found


SHAPES: Mapping[str, Callable[[World, Version], dict[str, int]]] = {
    "W": per_week,
    "E": euros_per_week,
    "P": pieces,
    "M": euros_per_month,
}


# --- declared --------------------------------------------------------------------------------------------------------


def claimed_weeks(version: Version, van: date, tot: date) -> list[date]:
    """Of W and E: a day in each week that a line claims; the broken last week goes with the last Sunday."""
    return [day for day, at in weekly(version) if van <= at <= tot]


def over_weeks(version: Version, van: date, tot: date) -> list[Deel]:
    weeks = claimed_weeks(version, van, tot)
    return [(period_of(day), 1) for day in weeks] or [(period_of(tot), 1)]


def over_days(van: date, tot: date) -> list[Deel]:
    return [(period_of(day), weight) for day, weight in by_week(days(van, tot))]


def over_pieces(version: Version, used: Iterable[str], tot: date, volume: int) -> list[Deel]:
    """The oldest periods that nobody claimed yet, one piece each; what is over in the period of the last day."""
    free = [label for label in touched(version) if label not in {*used}][:volume]
    counted = _added([*((label, 1) for label in free), *[(period_of(tot), 1)] * (volume - len(free))])
    return sorted(counted.items())


def naive_d(world: World, answered: Iterable[Any]) -> Bedragen:
    """Awarded lines over what they claimed, less the credited ones; `answered` are the lines with their answer."""
    lines = {row.referentienummer: row for row in answered}
    found: dict[tuple[int, str], int] = defaultdict(int)
    for row in lines.values():
        if row.status != "goedgekeurd":
            continue
        sign, debit = (1, row) if row.dc == "D" else (-1, lines[row.vorig])
        parts = world.lines[debit.referentienummer]
        for (label, _), amount in zip(parts, shared(debit.toegekend, parts), strict=True):
            found[debit.toewijzing, label] += sign * amount
    return found


# --- reported --------------------------------------------------------------------------------------------------------


def begun(vandaag: date) -> list[str]:
    return [label for label in LABELS if whole(label)[0] <= vandaag]


def ended(peildatum: date) -> list[str]:
    return [label for label in LABELS if whole(label)[-1] <= peildatum]


def naive_rows(world: World, a: Bedragen, d: Bedragen, labels: Iterable[str]) -> Rijen:
    """Per period: A, D, percentage, counts and clients."""
    rows: Rijen = {}
    for label in labels:
        granted = [key for key, amount in a.items() if key[1] == label and amount > 0]
        sum_a = sum(a[key] for key in granted)
        sum_d = sum(amount for key, amount in d.items() if key[1] == label)
        used = sum(d.get(key, 0) for key in granted)
        share = Fraction(used * 10_000, sum_a) if sum_a else None
        percentage = None if share is None else half_up(abs(share)) / 100 * (1 if share >= 0 else -1)
        if granted or any(key[1] == label and amount for key, amount in d.items()):
            counted = sum(d.get(key, 0) > 0 for key in granted)
            clients = {world.client(nummer) for nummer, _ in granted}
            rows[label] = (sum_a, sum_d, percentage, len(granted), counted, len(clients))
    return rows
