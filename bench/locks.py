"""When in its life a declaration takes each lock, and so for which part of its time others wait: for `simulate`.

On PostgreSQL, in this process, one message at a time. Its transaction takes the turn of its aanbieder first, then the
journal beside others, then the one counter of large messages, that of its gemeente's answers, and the postbus last.
"""

import argparse
import itertools
import os
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import databases
import servers
from region_state import TOEWIJZINGEN, Lopend, toewijzingen_csv
from rich.console import Console
from sqlalchemy import Engine, event, text

from bench.figures import Figure, keep
from services import together
from services.allocation.feed import feedrijen
from services.allocation.loading import laad_toewijzingen
from services.allocation.running_state import lees_rijen
from services.cli import example_messages, example_set
from services.cli.console import read_settings
from services.cli.example_messages import Declaratie, Kop
from services.cli.init import initialise
from services.declaration import feed
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst, Dienstnaam, Ingekomen
from services.together import Samenstel

GEMEENTE: Final = "0503"
AANBIEDER: Final = "75000001"
_CODE: Final = "SPF3"
_BEGIN, _EIND = date(2025, 1, 1), date(2025, 12, 31)
_BESLUIT: Final = date(2024, 12, 16)
# What a statement or its parameters hold when it takes a lock, in the order of a message's life.
_TOEWIJZING: Final = {"turn": f"{GEMEENTE}/wmo", "feed": "feed"}
_LOCKS: Final = {
    "turn": f"{AANBIEDER}/wmo",
    "journal": "journaal",
    "large": "cijfers-gewijzigd",
    "answer": f"antwoord:{GEMEENTE}",
}
# Toewijzingen that come later have numbers of their own.
_reeks: Final = itertools.count(2)
# Lines of the two sizes that are measured; the larger one takes the counter of large messages.
_SMALL, _LARGE, _LARGE_QUICK = 100, 6_000, 1_100


@dataclass
class Watched:
    """The moment at which each of these locks was first asked for, since `begin`."""

    locks: Mapping[str, str]
    begin: float = field(default_factory=time.perf_counter)
    seen: dict[str, float] = field(default_factory=dict)

    def statement(self, conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        """Of every statement, before it is executed."""
        if "advisory" in statement or "INSERT INTO teller" in statement:
            values = parameters.values() if isinstance(parameters, dict) else ()
            for name, value in self.locks.items():
                if value in values:
                    self.seen.setdefault(name, time.perf_counter() - self.begin)


def run(quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    """No figures, which are ratios: the shares and seconds that the simulation needs."""
    runs, large, pulls, at_once = (2, _LARGE_QUICK, 7, 30) if quick else (5, _LARGE, 25, 100)
    with _hub(large) as hub:
        # The first message finds nothing in any cache, and the planner no statistics of tables that were empty.
        _message(hub, large, 0)
        _analyse(hub)
        small = [_message(hub, _SMALL, number) for number in range(1, runs + 1)]
        big = [_message(hub, large, number) for number in range(runs + 1, 2 * runs + 1)]
        _analyse(hub)
        toewijzing = _median([_toewijzing(hub, number) for number in range(2 * runs)])
        one = statistics.median(_pull(hub, 1) for _ in range(pulls))
        row = statistics.median(_pull(hub, at_once) for _ in range(3)) / at_once
    return [], {
        "lines": large,
        "shares": {**_shares(small, big), "toewijzing": _part_of_whole(toewijzing, _TOEWIJZING)},
        "per_pull_s": round(max(one - row, 0.0), 6),
        "per_feed_row_s": round(row, 6),
    }


def _shares(small: list[dict[str, float]], big: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Which part of the time of a message lies before each lock: of what every message costs, and of what lines cost.

    A small message, of 100 lines, stands for the first. It does not take the counter of large ones: what it does from
    `journal` on counts as after it.
    """
    fixed, whole = ({"large": one["journal"], **one} for one in (_median(small), _median(big)))
    lines = {name: max(whole[name] - fixed[name], 0.0) for name in fixed}
    return {name: _part_of_whole(moments, _LOCKS) for name, moments in (("fixed", fixed), ("lines", lines))}


def _part_of_whole(moments: Mapping[str, float], locks: Iterable[str]) -> dict[str, float]:
    """Of what is measured in turns one moment may seem to come before another: each is put after those before it."""
    latest, parts = 0.0, {}
    for name in locks:
        latest = max(latest, min(moments[name] / moments["end"], 1.0))
        parts[name] = round(latest, 4)
    return parts


def _median(messages: list[dict[str, float]]) -> dict[str, float]:
    """The message in the middle by its whole time."""
    return sorted(messages, key=lambda seen: seen["end"])[len(messages) // 2]


def _message(hub: Samenstel, lines: int, number: int) -> dict[str, float]:
    """Send one 323 of so many lines: the seconds until each lock, and until the end."""
    return _send(hub, "declaration", AANBIEDER, _declaratie(lines, number), _LOCKS)


def _toewijzing(hub: Samenstel, number: int) -> dict[str, float]:
    """Send one 301, as _message does."""
    uit = BytesIO()
    (een,) = _staat(next(_reeks), 1)
    kop = Kop(GEMEENTE, AANBIEDER, f"T{number}", _BESLUIT)
    example_messages.write_301(uit, kop, example_set.persoon_van(een.bsn, GEMEENTE), [een.toewijzing])
    return _send(hub, "allocation", GEMEENTE, uit.getvalue(), _TOEWIJZING)


def _send(hub: Samenstel, dienst: Dienstnaam, van: str, content: bytes, locks: Mapping[str, str]) -> dict[str, float]:
    service = hub.diensten[dienst]
    wie = _partij(service, van)
    stuk = Ingekomen(BytesIO(content), sha256(content).hexdigest(), len(content))
    with _watching(locks) as watched:
        uitkomst = hub.verwerk[dienst](service, wie, stuk, False)
        end = time.perf_counter() - watched.begin
    assert uitkomst.oordeel == "goedgekeurd", uitkomst.bevindingen[:3]
    return {**watched.seen, "end": end}


@contextmanager
def _watching(locks: Mapping[str, str]) -> Iterator[Watched]:
    watched = Watched(locks)
    event.listen(Engine, "before_cursor_execute", watched.statement)
    try:
        yield watched
    finally:
        event.remove(Engine, "before_cursor_execute", watched.statement)


def _pull(hub: Samenstel, rows: int) -> float:
    """Seconds to apply so many rows of the feed in one transaction; each brings a toewijzing of a year."""
    van, naar = hub.diensten["allocation"], hub.diensten["declaration"]
    _laad(van, _staat(next(_reeks), rows))
    start = time.perf_counter()
    _taken_over(van, naar)
    return time.perf_counter() - start


# --- the hub ---------------------------------------------------------------------------------------------------------


@contextmanager
def _hub(clients: int) -> Iterator[Samenstel]:
    """A hub on PostgreSQL that knows a toewijzing of each of these clients."""
    databases.use("postgresql")
    os.environ["BERICHTENHUB_VANDAAG"] = "2026-02-15"
    servers.begin_run()
    try:
        with TemporaryDirectory() as tijdelijk, databases.environment_of(Path(tijdelijk)):
            for _ in initialise(Path(tijdelijk), voorbeeld=True):
                pass
            hub = together.samenstel(read_settings(Path(tijdelijk)))
            _laad(hub.diensten["allocation"], _staat(1, clients))
            _taken_over(hub.diensten["allocation"], hub.diensten["declaration"])
            yield hub
            hub.sluit()
    finally:
        servers.drop_databases()
        servers.end_run()


def _analyse(hub: Samenstel) -> None:
    """As autovacuum does by itself after a load; the servers of the tests have none."""
    for dienst in hub.diensten.values():
        with dienst.database.write() as conn:
            conn.execute(text("ANALYZE"))


def _staat(reeks: int, clients: int) -> list[Lopend]:
    bsns = example_set.test_bsns()
    soort = AANBIEDER, GEMEENTE
    return [
        Lopend(
            bsns[(reeks * 211 + n) % len(bsns)],
            example_set.toewijzing(*soort, reeks * 10_000_000 + n, _CODE, _BEGIN, _EIND, _BESLUIT),
        )
        for n in range(clients)
    ]


def _laad(van: Dienst, staat: list[Lopend]) -> None:
    kop, *rijen = toewijzingen_csv(staat).splitlines()
    assert kop == TOEWIJZINGEN
    stukken, fouten = lees_rijen("\n".join([f"{kop},domein", *(f"{rij},wmo" for rij in rijen)]) + "\n")
    with van.database.write() as conn:
        laad_toewijzingen(conn, van, stukken, fouten)


def _taken_over(van: Dienst, naar: Dienst) -> None:
    """Apply all there is in the feed, at once."""
    with van.database.read() as conn, naar.database.write() as boekt:
        feed.verwerk(boekt, naar, feedrijen(conn, feed.beurt(boekt)))


def _partij(dienst: Dienst, code: str) -> Partij:
    with dienst.database.read() as conn:
        wie = parties.vind(conn, code)
    assert wie is not None
    return wie


def _declaratie(lines: int, number: int) -> bytes:
    """A month of the first clients, each time the next one."""
    maand = (_BEGIN + timedelta(days=31 * number)).replace(day=1)
    regels = []
    for een in _staat(1, lines):
        claim = example_set.maandclaim(een.toewijzing, maand)
        assert claim is not None
        referentie = f"R{number}-{een.toewijzing.nummer}"
        regels.append(example_set.regel(een.bsn, referentie, een.toewijzing, claim))
    uit = BytesIO()
    begin, eind = example_set.tijdvak("3.2", maand)
    kop = Kop(AANBIEDER, GEMEENTE, f"D{number}", date(2026, 2, 5))
    example_messages.write_323(uit, kop, Declaratie(f"D{number}", begin, eind, regels))
    return uit.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller message and fewer runs")
    quick = parser.parse_args().quick
    figures, facts = run(quick)
    keep("locks", figures, quick, facts)
    Console().print_json(data=facts)


if __name__ == "__main__":
    main()
