"""`make faults`: break a hub on real servers, fault by fault, and count what was lost and what was doubled.

python -m faults [--seed N] [NAME ...]
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from faults import delivery_faults, service_faults
from faults.fleet import Fleet, Servers, fleet, prepare
from faults.ledger import Row
from own_servers import own_postgres, own_rabbitmq
from rich.console import Console
from rich.table import Table

Fault = Callable[[Fleet, random.Random], Row]
FAULTS: tuple[Fault, ...] = (
    service_faults.service_killed,
    service_faults.database_stopped,
    service_faults.identical_posts,
    service_faults.over_volume,
    service_faults.forty_writers,
    service_faults.calling_each_other,
    service_faults.clock_back,
    delivery_faults.relay_killed,
    delivery_faults.consumer_killed,
    delivery_faults.broker_stopped,
    delivery_faults.queue_full,
    delivery_faults.connection_lost,
    delivery_faults.webhook_bad,
)
_COLUMNS = ("fault", "sent", "answered", "lost", "doubled", "delivered", "repeats", "seconds")


def main() -> int:
    names = [fault.__name__ for fault in FAULTS]
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(names):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    chosen = [fault for fault in FAULTS if not arguments.names or fault.__name__ in arguments.names]
    # That a broker is away is what we do to it.
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)
    out = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    table = Table(title=f"seed {arguments.seed}")
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column == "fault" else "right")
    table.add_column("remark")
    with (
        own_postgres(durable=True) as postgres,
        own_rabbitmq() as rabbitmq,
        tempfile.TemporaryDirectory(prefix="berichtenhub-faults-") as folder,
    ):
        servers = prepare(postgres, rabbitmq, Path(folder))
        held = [_run(servers, fault, arguments.seed, table, out) for fault in chosen]
    out.print(table)
    return 0 if all(held) else 1


def _run(servers: Servers, fault: Fault, seed: int, table: Table, out: Console) -> bool:
    title = (fault.__doc__ or fault.__name__).strip()
    started = time.monotonic()
    out.print(f"{fault.__name__}: {title} …")
    with fleet(servers) as broken:
        row = fault(broken, random.Random(f"{seed}/{fault.__name__}"))
    figures = (row.sent, row.answered, row.lost, row.doubled, row.delivered, row.repeats)
    seconds = f"{time.monotonic() - started:.0f}"
    held = "" if row.holds else "[red]NOT HELD[/red] "
    table.add_row(title, *(str(figure) for figure in figures), seconds, held + row.remark)
    return row.holds


if __name__ == "__main__":
    sys.exit(main())
