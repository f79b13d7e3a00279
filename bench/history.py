"""What history costs: the same declarations, and a region-year of verzilvering, beside 0, 1 and 10 million Prestaties.

The Prestaties are of the years before, of the same five gemeenten and their aanbieders: each with its toewijzing, its
row of the journal and its place in the standing sums, written straight into the tables. Twelve of them are of one
toewijzing. Of A they have nothing: one row of the journal for each Prestatie instead of two.
"""

import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import databases
from region_state import GEMEENTEN
from running_hub import Hub, serving
from sqlalchemy import Connection, create_engine, text

from bench import region_year
from bench.declaraties import VANDAAG, Zending, laat_weten
from bench.figures import Figure, at_least, at_most, seconds
from services.cli.console import read_settings
from services.kernel.settings import write_secrets

_VERZILVERING: Final = "/declaration/v1/verzilvering?jaar=2025"
_TABLES: Final = ("toewijzing", "declaratie", "prestatie", "journaal", "stand")
# In pieces of this many Prestaties, so that no transaction grows without end.
_PIECE: Final = 600_000


@dataclass(frozen=True, slots=True)
class Size:
    """How much is stored in turn, how large the region is, and what is sent."""

    stored: dict[databases.Dialect, Sequence[int]]
    clienten: int
    prestaties: int
    messages: int


QUICK: Final = Size({"sqlite": (0, 20_000)}, 30, 100, 3)
FULL: Final = Size({"sqlite": (0, 1_000_000), "postgresql": (0, 1_000_000, 10_000_000)}, 8_000, 500, 7)


@dataclass
class Gemeten:
    """Seconds of each POST, milliseconds of each report right after one, and bytes of the database.

    `journaal`: its rows, A and D, to each Prestatie.
    """

    post: list[float] = field(default_factory=list)
    report: list[float] = field(default_factory=list)
    bytes: int = 0
    journaal: float = 0.0


def run(quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    size = QUICK if quick else FULL
    figures: list[Figure] = []
    facts: dict[str, Any] = {"bytes_per_stored_prestatie": {}, "rows_per_prestatie": {}}
    for dialect, stored in size.stored.items():
        gemeten = _measure(dialect, size, stored)
        empty = statistics.median(gemeten[0].post)
        for aantal, een in gemeten.items():
            if aantal:
                wat = f"323s of {size.prestaties:,} beside {aantal:,}, {dialect}"
                rate = statistics.median(een.post)
                figures.append(Figure("history", wat, "beside none", 1 / empty, 1 / rate, "/s", at_least(0.9)))
            wat = f"verzilvering of a region-year beside {aantal:,}, {dialect}"
            figures.append(Figure("history", wat, "300 ms", 300, statistics.median(een.report), "ms", at_most(1)))
        most = max(stored)
        facts["rows_per_prestatie"] = {"journaal": round(gemeten[0].journaal, 2)}
        facts["bytes_per_stored_prestatie"][dialect] = round((gemeten[most].bytes - gemeten[0].bytes) / most)
    return figures, facts


def _measure(dialect: databases.Dialect, size: Size, stored: Sequence[int]) -> dict[int, Gemeten]:
    gemeten: dict[int, Gemeten] = {}
    zendingen = [Zending("3.2", size.prestaties, nr) for nr in range(1, 1 + size.messages * len(stored))]
    with _hub(dialect, size, zendingen) as (data, url):
        eerder = 0
        for aantal in stored:
            _store(url, dialect, eerder, aantal)
            eerder, een = aantal, Gemeten(bytes=_bytes(url, dialect), journaal=_per_prestatie(url))
            urls = {f"BERICHTENHUB_{naam.upper()}": where for naam, where in databases.settings_of(data).items()}
            with serving(data, **urls) as hub:
                _send(hub, [zendingen.pop() for _ in range(size.messages)], een)
            gemeten[aantal] = een
    return gemeten


def _send(hub: Hub, zendingen: Sequence[Zending], een: Gemeten) -> None:
    """The first of them lets the process compile what it compiles once."""
    for nr, zending in enumerate(zendingen):
        inhoud = zending.inhoud()
        start = time.perf_counter()
        reply = hub.post("declaration", zending.partij, inhoud)
        taken = time.perf_counter() - start
        assert reply.status_code == 201, reply.text
        assert reply.json()["oordeel"] == "goedgekeurd", reply.text
        report = seconds(lambda: hub.get(_VERZILVERING, "H5").raise_for_status())
        if nr:
            een.post.append(taken)
            een.report.append(report * 1000)


@contextmanager
def _hub(dialect: databases.Dialect, size: Size, zendingen: Sequence[Zending]) -> Iterator[tuple[Path, str]]:
    databases.use(dialect)
    os.environ["BERICHTENHUB_VANDAAG"] = VANDAAG.isoformat()
    with TemporaryDirectory() as map_:
        data = Path(map_) / "hub"
        data.mkdir()
        with databases.environment_of(data):
            write_secrets(data)
            settings = read_settings(data)
            region_year.fill(data, settings, size.clienten)
            laat_weten(settings, zendingen)
        yield data, databases.url(data, "declaration")
        databases.remove(data)


# --- the history -----------------------------------------------------------------------------------------------------


def _store(url: str, dialect: databases.Dialect, van: int, tot: int) -> None:
    """Let there be `tot` Prestaties of others, of which there are `van`."""
    engine = create_engine(url)
    for begin in range(van, tot, _PIECE):
        with engine.begin() as conn:
            _piece(conn, dialect, begin, min(begin + _PIECE, tot))
    with engine.begin() as conn:
        conn.execute(text("ANALYZE"))
    engine.dispose()


def _piece(conn: Connection, dialect: databases.Dialect, van: int, tot: int) -> None:
    jaar = "2020 + (n / 12) % 5"
    if dialect == "postgresql":
        # What is stored refers to what is there: checked row by row it takes as long again.
        conn.execute(text("SET LOCAL session_replication_role = replica"))
        reeks = "generate_series(CAST(:van AS bigint), CAST(:tot AS bigint) - 1) AS reeks(n)"
        codes, dag = "'[]'::json", f"make_date(CAST({jaar} AS int), 1, 6) + 28 * CAST(n % 12 AS int)"
        ingang, einde = f"make_date(CAST({jaar} AS int), 1, 1)", f"make_date(CAST({jaar} AS int), 12, 31)"
    else:
        conn.execute(text("PRAGMA foreign_keys = OFF"))
        reeks = (
            "(WITH RECURSIVE r(n) AS (SELECT :van UNION ALL SELECT n + 1 FROM r WHERE n < :tot - 1) SELECT n FROM r)"
        )
        codes, dag = "'[]'", f"date(({jaar}) || '-01-06', '+' || (28 * (n % 12)) || ' days')"
        ingang, einde = f"({jaar}) || '-01-01'", f"({jaar}) || '-12-31'"
    gemeenten = " ".join(f"WHEN {nr} THEN '{code}'" for nr, code in enumerate(GEMEENTEN))
    deel = {
        "gemeente": f"CASE (n / 60) % {len(GEMEENTEN)} {gemeenten} END",
        "aanbieder": "CAST(75000001 + (n / 300) % 5 AS varchar)",
        "nummer": "200000000 + n / 12",
        "periode": f"CAST({jaar} AS varchar) || '-P' || substr(CAST(101 + n % 12 AS varchar), 2)",
    }
    client = "(SELECT min(nr) FROM client) + (n / 12) % (SELECT count(*) FROM client)"
    waar = f"{deel['gemeente']}, {deel['aanbieder']}, 'wmo'"
    for statement in (
        "INSERT INTO toewijzing (gemeente, domein, nummer, aanbieder, client, categorie, code, ingangsdatum, einddatum,"
        " volume, eenheid, frequentie, toewijzingsdatum, toewijzingstijd, release, vervallen, feed_nr)"
        f" SELECT {deel['gemeente']}, 'wmo', {deel['nummer']}, {deel['aanbieder']}, {client}, '15', 'SPF3',"
        f" {ingang}, {einde}, 1, '82', '2', '2024-12-01', '00:00:00', '3.2', false, 0"
        f" FROM {reeks} WHERE n % 12 = 0",
        "INSERT INTO declaratie (nr, gemeente, aanbieder, domein, release, vorm, nummer, begin, eind, xsd_basisschema,"
        " xsd_bericht, ingediend, toegekend, te_betalen, telt)"
        f" SELECT 50000000 + n, {waar}, '3.2', 'declaratie', 'H' || n, '2020-01-01', '2020-01-31', '1.0.0', '1.0.0',"
        f" 480000, 480000, 480000, true FROM {reeks} WHERE n % 1200 = 0",
        "INSERT INTO prestatie (nr, declaratie, client, gemeente, aanbieder, domein, referentienummer, toewijzing,"
        " grondslag, categorie, code, begin, eind, volume, eenheid, tarief, bedrag, dc, status, codes, toegekend,"
        f" te_betalen, telt) SELECT 50000000 + n, 50000000 + n - n % 1200, {client}, {waar}, 'H' || n,"
        f" {deel['nummer']}, {deel['nummer']}, '15', 'SPF3', {dag}, {dag}, 4, '82', 12000, 48000, 'D', 'goedgekeurd',"
        f" {codes}, 48000, 48000, true FROM {reeks}",
        "INSERT INTO journaal (nr, van, naar, bedrag, gemeente, aanbieder, domein, toewijzing, productcode, periode,"
        " stukken, prestatie, bekend_op, geboekt_op) SELECT 50000000 + n, 'te_betalen', 'gedeclareerd', 48000,"
        f" {waar}, {deel['nummer']}, 'SPF3', {deel['periode']}, 0, 50000000 + n, '2025-02-01', '2025-02-01 00:00:00'"
        f" FROM {reeks}",
        "INSERT INTO stand (gemeente, domein, toewijzing, periode, aanbieder, client, productcode, toegewezen,"
        f" gedeclareerd) SELECT {deel['gemeente']}, 'wmo', {deel['nummer']}, {deel['periode']}, {deel['aanbieder']},"
        f" {client}, 'SPF3', 48000, 48000 FROM {reeks}",
    ):
        conn.execute(text(statement), {"van": van, "tot": tot})


def _bytes(url: str, dialect: databases.Dialect) -> int:
    """What the tables and their indexes take."""
    engine = create_engine(url)
    with engine.connect() as conn:
        if dialect == "postgresql":
            size = " + ".join(f"pg_total_relation_size('{table}')" for table in _TABLES)
            found = conn.execute(text(f"SELECT {size}")).scalar_one()
        else:
            found = conn.execute(
                text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            ).scalar_one()
    engine.dispose()
    return int(found)


def _per_prestatie(url: str) -> float:
    engine = create_engine(url)
    with engine.connect() as conn:
        rijen, prestaties = (
            conn.execute(text(f"SELECT count(*) FROM {t}")).scalar_one() for t in ("journaal", "prestatie")
        )
    engine.dispose()
    return float(rijen / prestaties)
