"""What the page costs: each view, as each kind of party opens it, with a year of the whole region in the hub.

Server time: the application in this process, asked over ASGI without a network or a browser. `first` is the honest
figure, the median of requests that each come right after a booking: with running traffic the books change every second.
`cold` is the very first of a process that keeps nothing yet, `kept` the median while nothing changes. The views are
those of tests/browser_views.py.

`python -m bench page` keeps what it found. As a program of its own, for a closer look at some of them:
`python -m bench.page [--data FOLDER] [--postgres] [NAAM...]`; the folder keeps the year for the next time.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import databases
import httpx
import servers
from browser_views import GEZICHTEN, Gezicht
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from bench import region_year
from bench.figures import Figure, at_most
from services import together
from services.cli.console import opened, read_settings
from services.cli.example_loading import read_keys
from services.declaration import tables
from services.declaration.booking import Boekmoment, rij, schrijf
from services.declaration.journal import GEDECLAREERD, TE_BETALEN, Boeking
from services.kernel.settings import Settings, write_secrets
from services.kernel.wiring import Dienst

DOEL_MS: Final = 200
# A quick run: few clients, and the views that count most.
_SNEL: Final = ("verzilvering-regio", "lijsten-gemeente")
_SNELLE_CLIENTEN: Final = 60
_RUNS: Final = 7
_NAMEN: Final[Mapping[databases.Dialect, str]] = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_TELLING: Final = "aantallen.json"
# Where each booking is: in a period that one of the two gemeenten closed.
_GEMEENTE: Final = "0503"
_PERIODE: Final = "2025-P03"


class Meting(NamedTuple):
    """One view in milliseconds: the very first time, after a booking, and while nothing changes.

    `cpu`: of `first`, how long this process worked; what is above it waited, for the database or for a busy machine.
    """

    gezicht: Gezicht
    status: int
    cold: float
    first: float
    cpu: float
    kept: float
    bytes: int

    @property
    def gehaald(self) -> bool:
        return self.first < DOEL_MS


async def measure(settings: Settings, gezichten: Sequence[Gezicht], runs: int) -> list[Meting]:
    sleutels = read_keys(settings.data)
    gevonden = []
    with opened(settings, "declaration") as dienst:
        for gezicht in gezichten:
            # With databases of its own: what another view read first is not there yet.
            app = together.build(settings)
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with (
                app.router.lifespan_context(app),
                httpx.AsyncClient(transport=transport, base_url="http://hub") as client,
            ):
                ingelogd = await client.post("/inloggen", data={"sleutel": sleutels[gezicht.partij]})
                assert ingelogd.status_code == 303, ingelogd.text
                cold, _, _ = await _vraag(client, gezicht.pad)
                na_boeking = []
                for _ in range(runs):
                    _boek(dienst)
                    na_boeking.append(await _vraag(client, gezicht.pad))
                kept = [await _vraag(client, gezicht.pad) for _ in range(runs)]
            first, cpu = (statistics.median(meting[n] for meting in na_boeking) for n in (0, 1))
            reply = kept[-1][2]
            ms = statistics.median(meting[0] for meting in kept)
            gevonden.append(Meting(gezicht, reply.status_code, cold, first, cpu, ms, len(reply.content)))
    return gevonden


async def _vraag(client: httpx.AsyncClient, pad: str) -> tuple[float, float, httpx.Response]:
    """(milliseconds, of which this process worked, the reply)."""
    start, cpu = time.perf_counter(), time.process_time()
    reply = await client.get(pad)
    return (time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000, reply


def _boek(dienst: Dienst) -> None:
    """A cent of D to and fro, on a toewijzing of the largest gemeente: the books change, not what they come to."""
    s = tables.stand.c
    waar = s.gemeente == _GEMEENTE, s.periode == _PERIODE, s.toewijzing >= 0
    sleutel = s.gemeente, s.aanbieder, s.domein, s.toewijzing, s.productcode, s.periode
    with dienst.database.write() as conn:
        een = tuple(conn.execute(select(*sleutel).where(*waar).limit(1)).one())
        moment = Boekmoment(dienst.vandaag(), dienst.nu())
        heen = Boeking(TE_BETALEN, GEDECLAREERD, 1, *een)
        schrijf(conn, [rij(heen, 0, moment), rij(replace(heen, van=heen.naar, naar=heen.van), 0, moment)])


def show(titel: str, metingen: Sequence[Meting]) -> None:
    table = Table(title=titel)
    for naam in ("view", "party", "status", "KB", "cold ms", "first ms", "CPU ms", "kept ms", "target", "met"):
        table.add_column(naam, justify="left" if naam in ("view", "party", "met") else "right")
    for m in metingen:
        wat = m.gezicht.naam, m.gezicht.partij, str(m.status), f"{m.bytes / 1000:.0f}"
        tijden = (f"{tijd:.0f}" for tijd in (m.cold, m.first, m.cpu, m.kept))
        table.add_row(*wat, *tijden, str(DOEL_MS), "yes" if m.gehaald else "NO")
    console = Console(width=130)
    console.print(table)
    gehaald = sum(m.gehaald for m in metingen)
    console.print(f"{gehaald} of {len(metingen)} views within {DOEL_MS} ms right after a booking")


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


def _gezichten(namen: Collection[str]) -> list[Gezicht]:
    """These views, or all. Messages are received by the clock: of the quality of their year it must be asked."""
    jaar = f"?van={region_year.VANDAAG.replace(year=region_year.JAAR)}&tot={region_year.VANDAAG}"
    return [
        gezicht._replace(pad=gezicht.pad + jaar) if gezicht.pad == "/kwaliteit" else gezicht
        for gezicht in GEZICHTEN
        if not namen or gezicht.naam in namen
    ]


@contextmanager
def _servers(dialect: databases.Dialect) -> Iterator[None]:
    """PostgreSQL as the tests find it."""
    if dialect == "sqlite":
        yield
        return
    servers.begin_run()
    try:
        yield
    finally:
        servers.drop_databases()
        servers.end_run()


def meet(
    dialect: databases.Dialect, namen: Collection[str], data: Path | None, clienten: int, runs: int
) -> tuple[list[Meting], dict[str, int]]:
    """The views, and of what there is how much."""
    with _hub(dialect, data, clienten) as (settings, aantallen):
        return asyncio.run(measure(settings, _gezichten(namen), runs)), aantallen


# --- as a part of the benchmark --------------------------------------------------------------------------------------


def run(quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    """Every view against 200 ms, on both databases; a quick run some of them on SQLite, with few clients."""
    figures: list[Figure] = []
    feiten: dict[str, Any] = {}
    for dialect, naam in _NAMEN.items():
        if quick and dialect != "sqlite":
            continue
        namen, clienten, runs = (_SNEL, _SNELLE_CLIENTEN, 3) if quick else ((), region_year.CLIENTEN, _RUNS)
        metingen, aantallen = meet(dialect, namen, None, clienten, runs)
        feiten[naam] = {"rows": aantallen, "load": os.getloadavg()[0], "views": [_feiten(m) for m in metingen]}
        figures += [_figuur(meting, naam) for meting in metingen]
    return figures, feiten


def _figuur(m: Meting, waar: str) -> Figure:
    wat = f"{m.gezicht.naam} ({m.gezicht.partij}), {waar}"
    return Figure("page", wat, f"{DOEL_MS} ms", DOEL_MS, round(m.first, 1), "ms", at_most(1))


def _feiten(m: Meting) -> dict[str, Any]:
    """What the figure does not tell; milliseconds."""
    tijden = {"cold": m.cold, "first": m.first, "cpu": m.cpu, "kept": m.kept}
    return {**m.gezicht._asdict(), "status": m.status, **{naam: round(tijd, 1) for naam, tijd in tijden.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("namen", nargs="*", help="only these views; without: all")
    parser.add_argument("--data", type=Path, help="keep the SQLite hub here, and use it when it is there")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, as the tests find it")
    parser.add_argument("--clienten", type=int, default=region_year.CLIENTEN)
    parser.add_argument("--runs", type=int, default=_RUNS)
    wat = parser.parse_args()
    dialect: databases.Dialect = "postgresql" if wat.postgres else "sqlite"
    with _servers(dialect):
        metingen, aantallen = meet(dialect, wat.namen, None if wat.postgres else wat.data, wat.clienten, wat.runs)
    drukte = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
    show(
        f"Each view, {dialect}, {drukte}: " + ", ".join(f"{aantal} {naam}" for naam, aantal in aantallen.items()),
        metingen,
    )
    sys.exit(0 if all(meting.gehaald and meting.status < 500 for meting in metingen) else 1)


if __name__ == "__main__":
    main()
