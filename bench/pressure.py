"""What is full first: of everything that does one thing at a time, the part of the busiest hour that it is needed.

Counted from the messages alone, without waiting: a lock that is needed for half of an hour has room for twice the
country, however many processes there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.country import HOUR, Country, Measured, Message, gemeente_sizes

_MINUTES: Final = 60

# {(what does one thing at a time, for what): seconds of it that the busiest hour needs}
Needed = dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Pressure:
    """One such thing: `share` of its busiest hour, or of what it can do then; `why` says what it is for."""

    what: str
    why: str
    share: float

    @property
    def room(self) -> float:
        """How many times the country is full."""
        return 1 / self.share if self.share else float("inf")


def pressures(country: Country, measured: Measured, sent: Sequence[Message]) -> list[Pressure]:
    """The fullest first."""
    seconds = {**_of_declarations(country, measured, sent), **_of_toewijzingen(country, measured, sent)}
    found = [Pressure(what, why, need / HOUR) for (what, why), need in seconds.items()]
    return sorted(found, key=lambda pressure: -pressure.share)


def busiest(amounts: Iterable[tuple[float, float]]) -> float:
    """(moment, amount): the amount in the hour that has most of it."""
    hours: dict[int, float] = defaultdict(float)
    for at, amount in amounts:
        hours[int(at // HOUR)] += amount
    return max(hours.values(), default=0.0)


def _of_declarations(country: Country, measured: Measured, sent: Sequence[Message]) -> Needed:
    m = measured

    def after(lock: str, lines: int, dialect: str = "postgresql") -> float:
        """Seconds from taking this lock to the commit."""
        lines_after, fixed_after = 1 - m.shares_lines[lock], 1 - m.shares_fixed[lock]
        return m.fixed[dialect] * fixed_after + lines * m.per_prestatie[dialect] * lines_after

    def one(key: str, lock: str) -> float:
        """Of whichever aanbieder or gemeente needs it most."""
        each: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for message in sent:
            each[getattr(message, key)].append((message.at, after(lock, message.lines)))
        return max((busiest(times) for times in each.values()), default=0.0)

    work = busiest((x.at, m.fixed["postgresql"] + x.lines * m.per_prestatie["postgresql"]) for x in sent)
    large = busiest((x.at, after("large", x.lines)) for x in sent if x.lines > country.large)
    _, booking, of_301s = _toewijzingen_in_an_hour(country, measured, sent)
    of_largest = busiest((x.at, 2 / m.relay_per_s) for x in sent if x.gemeente == country.gemeenten - 1)
    return {
        ("one process of both services", "a Python process works on one core"): work + booking + of_301s,
        ("SQLite's writer", "the transactions of declaration, one after the other"): (
            busiest((x.at, after("turn", x.lines, "sqlite")) for x in sent) + booking
        ),
        ("`hub consume` of declaration", "one message in hand, if all came over the queue"): work + booking,
        (
            "counter `cijfers-gewijzigd`",
            f"messages of more than {country.large:,} lines, from booking to commit",
        ): large,
        ("turn of the busiest aanbieder", "its messages of one domein"): one("aanbieder", "turn"),
        ("counter `antwoord:` of the busiest gemeente", "its answers, from number to commit"): one(
            "gemeente", "answer"
        ),
        ("relay of declaration", "the queues of all gemeenten: a 323 and its 325"): (
            busiest((x.at, 2 / m.relay_per_s) for x in sent)
        ),
        ("relay, the largest gemeente", "its rows go one after the other"): of_largest,
    }


def _of_toewijzingen(country: Country, measured: Measured, sent: Sequence[Message]) -> Needed:
    rows, booking, of_301s = _toewijzingen_in_an_hour(country, measured, sent)
    shares, largest = measured.shares_301, max(gemeente_sizes(country))
    return {
        ("lock `journaal`, alone", "A of new toewijzingen is booked while nobody books D"): booking,
        ("counter `feed` of allocation", "every 301, from its row of the feed to commit"): of_301s
        * (1 - shares["feed"]),
        ("turn of the largest gemeente at allocation", "its 301s of one domein"): of_301s
        * (1 - shares["turn"])
        * largest,
        ("`hub consume` of allocation", "one 301 in hand, if all came over the queue"): rows / measured.consume_per_s,
    }


def _toewijzingen_in_an_hour(
    country: Country, measured: Measured, sent: Sequence[Message]
) -> tuple[float, float, float]:
    """In the busiest hour: how many 301s, and the seconds to book A of them and to take them in."""
    rows = country.toewijzingen / len(country.days) * max(country.hours) / sum(country.hours)
    # Each message looks at the feed, and the clock does every minute; who finds nothing takes no lock.
    pulls = min(rows, busiest((message.at, 1.0) for message in sent) + _MINUTES)
    return rows, pulls * measured.per_pull + rows * measured.per_feed_row, rows * measured.per_301
