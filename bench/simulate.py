"""Simulate the country on this hub: how long a month's declarations wait, what is full first, how the database grows.

A message does here what it does in `declaration/process.py`, in the time that was measured: it is read, the feed is
pulled, and in its transaction it takes the locks of `declaration/turns.py` one after the other. A process is one
processor; the database is taken to have enough of them. `python -m bench.simulate`, after the other parts; with
`--into docs/scale.md` the block of numbers there is written anew.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

from bench.country import (
    DAY,
    HOUR,
    Country,
    FigureOntbreekt,
    Measured,
    Message,
    again,
    messages,
    read_measured,
    toewijzingen,
)
from bench.events import Commit, Story, Take, Work, World
from bench.figures import RESULTS, Figure, at_most, keep, write_block
from bench.outcome import Dialect, Found, Outcome
from bench.pressure import pressures
from bench.scale_tables import all_tables, as_markdown, show

# How much of the feed is applied in one transaction (declaration/feed.py).
_FEED_PAGE: Final = 500
# The lock with which a transaction begins.
_BEGINS: Final = ("turn", "feed", "allocation")
_NOT_MEASURED: Final = "*Not measured: made with figures from elsewhere than bench/results, to be written anew.*\n\n"


class Hub:
    """The stories that processes of a hub tell, and what is in allocation's feed and not yet read."""

    def __init__(self, country: Country, measured: Measured, dialect: Dialect) -> None:
        self._country, self._measured, self._sqlite = country, measured, dialect == "sqlite"
        self._fixed, self._per_line = measured.fixed[dialect], measured.per_prestatie[dialect]
        self._pending = 0

    def declaratie(self, message: Message) -> Story:
        """process.py: read, pull, and the transaction."""
        read, before_books, booking, after_booking, answering = self._stretches(message.lines)
        yield Work(read)
        yield from self.pull()
        yield from self._take(("turn", message.aanbieder))
        if message.again:
            # A replay: its key is looked up, and the first answer given again.
            yield Work(self._fixed * self._measured.shares_fixed["turn"])
            return
        yield Work(before_books)
        yield from self._take("journal", alone=False)
        yield Work(booking)
        if message.lines > self._country.large:
            yield from self._take("large")
        yield Work(after_booking)
        yield from self._take(("answer", message.gemeente))
        yield Work(answering)

    def toewijzing(self, gemeente: int) -> Story:
        """A 301 at allocation; its row of the feed has a number that is taken with the commit."""
        shares, whole = self._measured.shares_301, self._measured.per_301
        yield Work(shares["turn"] * whole)
        yield from self._take(("allocation", gemeente), service="allocation")
        yield Work((shares["feed"] - shares["turn"]) * whole)
        yield from self._take("feed-number", service="allocation")
        yield Work((1 - shares["feed"]) * whole)
        self._pending += 1

    def pull(self) -> Story:
        """Apply what is in the feed; A of it is booked while nobody may book D."""
        while self._pending:
            yield from self._take("feed")
            rows = min(self._pending, _FEED_PAGE)
            if rows:
                yield from self._take("journal")
                yield Work(self._measured.per_pull + rows * self._measured.per_feed_row)
                self._pending -= rows
            yield Commit()

    def _take(self, lock: Hashable, alone: bool = True, service: str = "declaration") -> Story:
        """In SQLite one transaction has the whole database of its service; what it takes later it has."""
        kind = lock[0] if isinstance(lock, tuple) else lock
        if not self._sqlite:
            yield Take(lock, alone)
        elif kind in _BEGINS:
            yield Take(("writer", service))

    def _stretches(self, lines: int) -> Iterator[float]:
        """Seconds until the turn, the journal, the counter of large messages, that of the answers, and the commit."""
        before = 0.0
        for lock in ("turn", "journal", "large", "answer"):
            until = self._fixed * self._measured.shares_fixed[lock] + (
                lines * self._per_line * self._measured.shares_lines[lock]
            )
            yield until - before
            before = until
        yield self._fixed + lines * self._per_line - before


def simulate(country: Country, measured: Measured, sent: Sequence[Message], workers: int, dialect: Dialect) -> Outcome:
    """The first working days of the month, hour by hour."""
    arriving = [message for message in sent if message.at < country.simulated_days * DAY]
    second = [message for message in again(country, sent) if message.at < country.simulated_days * DAY]
    hub = Hub(country, measured, dialect)
    world = _world(country, workers)
    for at, gemeente in toewijzingen(country):
        world.tell(at, "allocation", lambda gemeente=gemeente: hub.toewijzing(gemeente), _nobody)  # type: ignore[misc]
    for minute in _minutes(country):
        world.tell(minute, "clock", hub.pull, _nobody)
    return _run(world, hub, arriving, second, workers, dialect)


def at_once(country: Country, measured: Measured, sent: Sequence[Message], workers: int, dialect: Dialect) -> Outcome:
    """The whole month in one moment: how long until the last answer."""
    hub = Hub(country, measured, dialect)
    all_of_them = [replace(message, at=0.0) for message in sent]
    return _run(_world(country, workers), hub, all_of_them, [], workers, dialect)


def _world(country: Country, workers: int) -> World:
    return World(workers, country.in_hand * workers, country.lock_wait, country.retry_after)


def _run(
    world: World, hub: Hub, arriving: Sequence[Message], second: Sequence[Message], workers: int, dialect: Dialect
) -> Outcome:
    answered: dict[int, float] = {}
    for number, message in enumerate(chain(arriving, second)):
        story = lambda message=message: hub.declaratie(message)  # noqa: E731
        told = lambda at, number=number: answered.__setitem__(number, at)  # noqa: E731
        world.tell(message.at, "declaration", story, told)
    world.run()
    empty: dict[int, float] = defaultdict(float)
    for number, message in enumerate(arriving):
        empty[int(message.at // DAY)] = max(empty[int(message.at // DAY)], answered[number])
    return Outcome(
        dialect=dialect,
        workers=workers,
        messages=len(answered) - len(second),
        prestaties=sum(arriving[number].lines for number in answered if number < len(arriving)),
        waits=tuple(sorted(answered[number] - message.at for number, message in enumerate(arriving))),
        busiest=max(world.busy.values()) / (HOUR * workers),
        refused=world.refused,
        empty=tuple(empty[day] for day in sorted(empty)),
    )


def _nobody(_: float) -> None:
    """Nobody waits for it."""


def _minutes(country: Country) -> Iterator[float]:
    """When the clock pulls the feed by itself."""
    for day in range(country.simulated_days):
        first = day * DAY + country.first_hour * HOUR
        yield from (first + minute * 60.0 for minute in range(1, 60 * (len(country.hours) + 1)))


# --- the program -----------------------------------------------------------------------------------------------------


def run(country: Country, measured: Measured, workers: Sequence[int]) -> Found:
    """Each number of processes on PostgreSQL; two on SQLite, whose one writer leaves nothing to do for more."""
    sent = messages(country, measured)
    runs: list[tuple[Dialect, int]] = [*(("postgresql", each) for each in workers), ("sqlite", 2)]
    return Found(
        country=country,
        measured=measured,
        sent=sent,
        days=[simulate(country, measured, sent, each, dialect) for dialect, each in runs],
        at_once=[at_once(country, measured, sent, each, dialect) for dialect, each in runs],
        pressures=pressures(country, measured, sent),
    )


def figures(found: Found) -> list[Figure]:
    """On two cores a month should be minutes."""
    two = next((outcome for outcome in found.at_once if outcome.workers == 2 and outcome.dialect == "postgresql"), None)
    if two is None:
        return []
    return [Figure("simulate", "a month at once, 2 processes", "an hour", 60, two.waits[-1] / 60, "min", at_most(1))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prestaties", type=int, default=Country().prestaties, help="in a month")
    parser.add_argument("--workers", type=_numbers, default=(1, 2, 4, 8), help="processes, with commas between")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder with what was measured")
    parser.add_argument("--markdown", action="store_true", help="print the tables as in the documentation")
    parser.add_argument("--into", type=Path, help="write them between the two marks of this page")
    wanted = parser.parse_args()
    country = Country(prestaties=wanted.prestaties)
    try:
        found = run(country, read_measured(wanted.results), wanted.workers)
    except FigureOntbreekt as missing:
        sys.exit(str(missing))
    tables = all_tables(found)
    if wanted.results == RESULTS and country == Country():
        keep("simulate", figures(found), False, {table.name: table.facts() for table in tables})
    if wanted.into:
        write_block(wanted.into, ("" if wanted.results == RESULTS else _NOT_MEASURED) + as_markdown(tables))
    elif wanted.markdown:
        print(as_markdown(tables))
    else:
        show(tables)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


if __name__ == "__main__":
    main()
