"""The country as 342 gemeenten and their aanbieders, and what it sends in a month: the input of `simulate`.

Everything that is assumed is a field of `Country`; everything that is measured is a field of `Measured`, read from what
the other parts of the benchmark wrote. Sizes are quantiles of a distribution and not draws from it, so that the country
is the same for any seed; the seed decides who works where, and when a message comes.
"""

import json
import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp
from pathlib import Path
from statistics import NormalDist
from typing import Any, Final

DAY: Final = 86_400
HOUR: Final = 3_600


# Which parts of the benchmark it needs; the last two are programs of their own.
PARTS: Final = ("lines", "large", "history", "small", "queue", "memory", "locks", "partitions")


class FigureOntbreekt(RuntimeError):
    """A figure that the simulation needs was not measured yet; says which part makes it."""


@dataclass(frozen=True, slots=True)
class Country:
    """What is assumed. Shares add up to 1."""

    prestaties: int = 2_000_000  # in a month
    gemeenten: int = 342
    # Sigma of a lognormal: the largest has about 5% of what is declared, the one in the middle a sixth of a percent.
    gemeente_spread: float = 1.05
    aanbieders: int = 6_000
    # Most work for one or two gemeenten: the number is Pareto's, with this exponent and at most so many.
    reach: float = 1.0
    reach_most: int = 250
    aanbieder_spread: float = 2.0
    # An aanbieder has one domein, so that all its messages wait for each other. It declares once a
    # month to each of its gemeenten, in the working days after the month.
    days: tuple[float, ...] = (
        *(0.09, 0.11, 0.12, 0.11, 0.12, 0.08, 0.07, 0.06, 0.05, 0.04),
        *(0.02, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01),
    )
    first_hour: int = 7
    hours: tuple[float, ...] = (0.02, 0.07, 0.13, 0.15, 0.12, 0.07, 0.10, 0.12, 0.10, 0.07, 0.03, 0.02)
    sent_again: float = 0.03  # of the messages: the same bytes once more, a minute later
    toewijzingen: int = 300_000  # 301s in a month, spread evenly over its working days
    largest_message: int = 25_000_000  # bytes
    answer_bytes: int = 3_000  # a 325 that names no refused line
    # As the hub is set: BERICHTENHUB_GELIJKTIJDIG, the wait for a lock, Retry-After of a 503, onthouden._VEEL.
    in_hand: int = 16
    lock_wait: float = 30.0
    retry_after: float = 30.0
    large: int = 1_000
    # How much of the month is simulated hour by hour: its first working days, the busiest.
    simulated_days: int = 5
    seed: int = 342


@dataclass(frozen=True, slots=True)
class Measured:
    """What the benchmark measured. Seconds; `fixed` and `per_prestatie` of one 323, that is approved and booked."""

    fixed: Mapping[str, float]  # by dialect
    per_prestatie: Mapping[str, float]
    per_301: float
    per_pull: float
    per_feed_row: float
    # Which part of the time of a message lies before each lock (bench.locks).
    shares_fixed: Mapping[str, float]
    shares_lines: Mapping[str, float]
    shares_301: Mapping[str, float]
    bytes_per_prestatie: float
    stored_per_prestatie: float
    rows_per_prestatie: Mapping[str, float]
    partitions: Mapping[str, Any]  # what bench.partitions found, as it is
    relay_per_s: float
    consume_per_s: float
    idle_mb: float
    peak_mb: Mapping[int, float]

    def lines_of(self, size: float) -> int:
        """How many lines fit a message of so many bytes."""
        return int(size / self.bytes_per_prestatie)

    def memory_mb(self, lines: int) -> float:
        """What a process needs above idle for one message, on the line through the two sizes that were measured."""
        (small, low), (big, high) = sorted(self.peak_mb.items())[:2]
        return max(low + (lines - small) * (high - low) / (big - small), 0.0)


@dataclass(frozen=True, slots=True)
class Message:
    """A declaration of so many lines; `at` in seconds since 00:00 of the first working day."""

    at: float
    aanbieder: int
    gemeente: int
    lines: int
    again: bool = False


def read_measured(folder: Path) -> Measured:
    """What the parts of the benchmark wrote; FigureOntbreekt when one did not."""
    parts = {name: _facts(folder, name) for name in PARTS}

    def fact(part: str, *path: str) -> Any:
        value: Any = parts[part]
        for name in path:
            if not isinstance(value, dict) or name not in value:
                raise FigureOntbreekt(f"{part}.json has no facts.{'.'.join(path)}: {_again(part)}")
            value = value[name]
        return value

    return Measured(
        fixed=fact("lines", "fixed_s"),
        per_prestatie=fact("lines", "per_prestatie_s"),
        per_301=fact("small", "per_301_s", "postgresql"),
        per_pull=fact("locks", "per_pull_s"),
        per_feed_row=fact("locks", "per_feed_row_s"),
        shares_fixed=fact("locks", "shares", "fixed"),
        shares_lines=fact("locks", "shares", "lines"),
        shares_301=fact("locks", "shares", "toewijzing"),
        bytes_per_prestatie=fact("large", "bytes_per_prestatie"),
        stored_per_prestatie=fact("history", "bytes_per_stored_prestatie", "postgresql"),
        rows_per_prestatie=fact("history", "rows_per_prestatie"),
        partitions=parts["partitions"],
        relay_per_s=fact("queue", "relay_per_s"),
        consume_per_s=fact("queue", "consume_per_s"),
        idle_mb=fact("memory", "idle_mb"),
        peak_mb={int(lines): mb for lines, mb in fact("memory", "peak_over_idle_mb").items()},
    )


def _facts(folder: Path, part: str) -> Any:
    file = folder / f"{part}.json"
    if not file.exists():
        raise FigureOntbreekt(f"{file} is not there: {_again(part)}")
    return json.loads(file.read_text(encoding="utf-8")).get("facts", {})


def _again(part: str) -> str:
    program = f"bench.{part}" if part in ("lines", "locks", "partitions") else f"bench {part}"
    return f"run `PYTHONPATH=tests:. python -m {program}` first."


# --- who works where -------------------------------------------------------------------------------------------------


def gemeente_sizes(country: Country) -> list[float]:
    """The share of each gemeente in what is declared, the smallest first."""
    return _shares(_lognormal(country.gemeenten, country.gemeente_spread))


def messages(country: Country, measured: Measured) -> list[Message]:
    """The declarations of the month in order of arrival, without those that are sent again."""
    chance = random.Random(country.seed)
    largest = measured.lines_of(country.largest_message)
    moments = _moments(country, chance)
    return sorted(
        (
            Message(next(moments), aanbieder, gemeente, part)
            for (aanbieder, gemeente), lines in _lines_per_pair(country, chance).items()
            for part in _parts(lines, largest)
        ),
        key=lambda message: message.at,
    )


def again(country: Country, sent: Sequence[Message]) -> list[Message]:
    """The messages that are sent a second time, a minute later."""
    chance = random.Random(country.seed + 1)
    chosen = [message for message in sent if chance.random() < country.sent_again]
    return [Message(m.at + 60, m.aanbieder, m.gemeente, m.lines, again=True) for m in chosen]


def toewijzingen(country: Country) -> list[tuple[float, int]]:
    """(moment, gemeente) of each 301 of the simulated days."""
    chance = random.Random(country.seed + 2)
    each_day = country.toewijzingen // len(country.days)
    sizes = list(accumulate(gemeente_sizes(country)))
    return sorted(
        (day * DAY + _in_the_day(country, chance), _pick(sizes, chance.random()))
        for day in range(country.simulated_days)
        for _ in range(each_day)
    )


def _lines_per_pair(country: Country, chance: random.Random) -> dict[tuple[int, int], int]:
    """{(aanbieder, gemeente): lines in the month}; together exactly those of the country."""
    sizes = gemeente_sizes(country)
    strength = _lognormal(country.aanbieders, country.aanbieder_spread)
    chance.shuffle(strength)
    works_at: dict[int, list[int]] = defaultdict(list)
    for aanbieder, reach in enumerate(_reach(country)):
        for gemeente in sorted(set(chance.choices(range(country.gemeenten), sizes, k=reach))):
            works_at[gemeente].append(aanbieder)
    weights = {
        (aanbieder, gemeente): sizes[gemeente] * share
        for gemeente, there in sorted(works_at.items())
        for aanbieder, share in zip(there, _shares([strength[a] for a in there]), strict=True)
    }
    return dict(zip(weights, _whole(country.prestaties, _shares(list(weights.values()))), strict=True))


def _reach(country: Country) -> list[int]:
    """For how many gemeenten each aanbieder works."""
    places = ((n + 0.5) / country.aanbieders for n in range(country.aanbieders))
    most = min(country.reach_most, country.gemeenten)
    return [min(int((1 - place) ** (-1 / country.reach)), most) for place in places]


def _lognormal(count: int, spread: float) -> list[float]:
    normal = NormalDist()
    return [exp(spread * normal.inv_cdf((n + 0.5) / count)) for n in range(count)]


def _parts(lines: int, largest: int) -> Iterator[int]:
    """A declaration that is larger than a message may be goes in several."""
    while lines > 0:
        yield min(lines, largest)
        lines -= largest


def _shares(weights: Sequence[float]) -> list[float]:
    total = sum(weights)
    return [weight / total for weight in weights]


def _whole(total: int, shares: Sequence[float]) -> list[int]:
    """Whole numbers in these shares that add up to `total`."""
    upto = [round(total * part) for part in accumulate(shares)]
    upto[-1] = total
    return [here - before for before, here in zip([0, *upto], upto, strict=False)]


# --- when ------------------------------------------------------------------------------------------------------------


def _moments(country: Country, chance: random.Random) -> Iterator[float]:
    days = list(accumulate(_shares(country.days)))
    while True:
        yield _pick(days, chance.random()) * DAY + _in_the_day(country, chance)


def _in_the_day(country: Country, chance: random.Random) -> float:
    hours = list(accumulate(_shares(country.hours)))
    return (country.first_hour + _pick(hours, chance.random()) + chance.random()) * HOUR


def _pick(upto: Sequence[float], place: float) -> int:
    return min(bisect_left(upto, place), len(upto) - 1)
