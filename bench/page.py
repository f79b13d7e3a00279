"""Measure what the page costs: each view, as each kind of party opens it, with a year of the whole region in the hub.

Server time: the application in this process, asked over ASGI without a network or a browser; the median of several, so
what is kept between two requests is kept here as well. The views are those of tests/browser_views.py.

A program: `python -m bench.page [--data FOLDER] [--postgres] [NAAM...]`; the folder keeps the year for the next time.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import databases
import httpx
import servers
from browser_views import GEZICHTEN, Gezicht
from rich.console import Console
from rich.table import Table

from bench import region_year
from services import together
from services.cli.console import read_settings
from services.cli.example_loading import read_keys
from services.kernel.settings import Settings, write_secrets

RESULTS: Final = Path(__file__).parent / "results"
DOEL_MS: Final = 200
_TELLING: Final = "aantallen.json"


class Meting(NamedTuple):
    """The median of one view in milliseconds, after `eerst`: the first time, when nothing is kept yet.

    `cpu`: of which this process worked; what is above it waited, for the database or for a busy machine.
    """

    gezicht: Gezicht
    status: int
    ms: float
    cpu: float
    eerst: float
    bytes: int

    @property
    def gehaald(self) -> bool:
        return self.ms < DOEL_MS


async def measure(settings: Settings, gezichten: Sequence[Gezicht], runs: int) -> list[Meting]:
    app = together.build(settings)
    sleutels = read_keys(settings.data)
    gevonden = []
    for gezicht in gezichten:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            ingelogd = await client.post("/inloggen", data={"sleutel": sleutels[gezicht.partij]})
            assert ingelogd.status_code == 303, ingelogd.text
            tijden, gewerkt = [], []
            for _ in range(runs + 1):
                start, cpu = time.perf_counter(), time.process_time()
                reply = await client.get(gezicht.pad)
                tijden.append((time.perf_counter() - start) * 1000)
                gewerkt.append((time.process_time() - cpu) * 1000)
        gevonden.append(
            Meting(
                gezicht,
                reply.status_code,
                statistics.median(tijden[1:]),
                statistics.median(gewerkt[1:]),
                tijden[0],
                len(reply.content),
            )
        )
    return gevonden


def show(titel: str, metingen: Sequence[Meting]) -> None:
    table = Table(title=titel)
    for naam in ("view", "party", "status", "KB", "first ms", "median ms", "CPU ms", "target", "met"):
        table.add_column(naam, justify="left" if naam in ("view", "party", "met") else "right")
    for m in metingen:
        wat = m.gezicht.naam, m.gezicht.partij, str(m.status), f"{m.bytes / 1000:.0f}"
        table.add_row(*wat, f"{m.eerst:.0f}", f"{m.ms:.0f}", f"{m.cpu:.0f}", str(DOEL_MS), "yes" if m.gehaald else "NO")
    Console(width=120).print(table)


@contextmanager
def _hub(dialect: databases.Dialect, data: Path | None, clienten: int) -> Iterator[tuple[Settings, dict[str, int]]]:
    """A hub with the year in it: that of the folder when it has one, else a new one."""
    databases.use(dialect)
    os.environ["BERICHTENHUB_VANDAAG"] = region_year.VANDAAG.isoformat()
    with TemporaryDirectory() as tijdelijk:
        folder = data or Path(tijdelijk)
        folder.mkdir(parents=True, exist_ok=True)
        with databases.environment_of(folder):
            write_secrets(folder)
            settings, telling = read_settings(folder), folder / _TELLING
            if not telling.exists():
                telling.write_text(json.dumps(region_year.fill(folder, settings, clienten)), encoding="utf-8")
            yield settings, json.loads(telling.read_text(encoding="utf-8"))


def run(dialect: databases.Dialect, namen: Sequence[str], data: Path | None, clienten: int, runs: int) -> list[Meting]:
    gezichten = [gezicht for gezicht in GEZICHTEN if not namen or gezicht.naam in namen]
    with _hub(dialect, data, clienten) as (settings, aantallen):
        metingen = asyncio.run(measure(settings, gezichten, runs))
    drukte = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
    show(
        f"Each view, {dialect}, {drukte}: " + ", ".join(f"{aantal} {naam}" for naam, aantal in aantallen.items()),
        metingen,
    )
    RESULTS.mkdir(exist_ok=True)
    rijen = [
        {
            **m.gezicht._asdict(),
            "status": m.status,
            "ms": round(m.ms, 1),
            "cpu": round(m.cpu, 1),
            "first": round(m.eerst),
        }
        for m in metingen
    ]
    if not namen:
        inhoud = {"rows": aantallen, "target": DOEL_MS, "views": rijen}
        (RESULTS / f"page-{dialect}.json").write_text(json.dumps(inhoud, indent=2) + "\n", encoding="utf-8")
    return metingen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("namen", nargs="*", help="only these views; without: all, and the results are kept")
    parser.add_argument("--data", type=Path, help="keep the SQLite hub here, and use it when it is there")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, as the tests find it")
    parser.add_argument("--clienten", type=int, default=region_year.CLIENTEN)
    parser.add_argument("--runs", type=int, default=7)
    wat = parser.parse_args()
    if wat.postgres:
        servers.begin_run()
    try:
        dialect: databases.Dialect = "postgresql" if wat.postgres else "sqlite"
        metingen = run(dialect, wat.namen, None if wat.postgres else wat.data, wat.clienten, wat.runs)
    finally:
        if wat.postgres:
            servers.drop_databases()
            servers.end_run()
    sys.exit(0 if all(meting.gehaald and meting.status < 500 for meting in metingen) else 1)


if __name__ == "__main__":
    main()
