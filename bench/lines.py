"""What a message costs that is one of many: a + b x lines, of 10 and of 1,000, at a server that has seen others before.

A program: `PYTHONPATH=tests:. python -m bench.lines`. `bench.simulate` asks for it.
"""

import statistics
import time
from collections.abc import Sequence
from typing import Final

import databases
import servers
from rich.console import Console
from running_hub import Hub

from bench.declaraties import Zending, draaiend
from bench.figures import keep
from bench.large import world

_FEW: Final = [Zending("3.2", 10, nr) for nr in range(40)]
_MANY: Final = [Zending("3.2", 1_000, nr) for nr in range(8)]
_DIALECTS: Final[Sequence[databases.Dialect]] = ("sqlite", "postgresql")


def measure(dialect: databases.Dialect) -> tuple[float, float]:
    """(seconds of a message without its lines, seconds of a line)."""
    with world(dialect, [*_FEW, *_MANY]) as data, draaiend(data) as hub:
        # The first half lets the process make what it makes once.
        few, many = (statistics.median(_send(hub, all_of)[len(all_of) // 2 :]) for all_of in (_FEW, _MANY))
    per_line = (many - few) / (_MANY[0].prestaties - _FEW[0].prestaties)
    return few - _FEW[0].prestaties * per_line, per_line


def _send(hub: Hub, zendingen: Sequence[Zending]) -> list[float]:
    taken = []
    for zending in zendingen:
        inhoud = zending.inhoud()
        start = time.perf_counter()
        reply = hub.post("declaration", zending.partij, inhoud)
        taken.append(time.perf_counter() - start)
        assert reply.json()["oordeel"] == "goedgekeurd", reply.text
    return taken


def main() -> None:
    servers.begin_run()
    try:
        found = {dialect: measure(dialect) for dialect in _DIALECTS}
    finally:
        servers.drop_databases()
        servers.end_run()
    for dialect, (fixed, per_line) in found.items():
        Console().print(f"{dialect}: {fixed * 1000:.1f} ms a message and {per_line * 1e6:.0f} µs a line")
    facts = {
        "fixed_s": {dialect: round(fixed, 5) for dialect, (fixed, _) in found.items()},
        "per_prestatie_s": {dialect: round(per_line, 7) for dialect, (_, per_line) in found.items()},
    }
    keep("lines", [], False, facts)


if __name__ == "__main__":
    main()
