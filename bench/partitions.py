"""Try the journal in partitions on PostgreSQL: which parts are read, what a row costs, what becomes of the triggers.

Not how the hub is: its migrations make plain tables. The statements are those of docs/scale.md.
"""

import argparse
import os
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
import servers
from rich.console import Console

from bench.figures import keep
from services.kernel.columns import append_only_ddl
from services.kernel.database import migrate

YEARS: Final = (2024, 2025, 2026)
PARTS: Final = 8
_COLUMNS: Final = "van, naar, bedrag, gemeente, aanbieder, domein, toewijzing, periode, stukken, bekend_op, geboekt_op"
# 342 gemeenten; of each toewijzing a row in every period of the years.
_ROWS: Final = f"""
    SELECT 'begroting', 'verplicht', 45000 + mod(n, 1000), lpad(mod(n, 342)::text, 4, '0'),
           (75000000 + mod(n, 6000))::text, 'wmo', rest / {13 * len(YEARS)},
           ({YEARS[0]} + mod(rest / 13, {len(YEARS)}))::text || '-P' || lpad((1 + mod(rest, 13))::text, 2, '0'),
           0, '2026-02-15', now()
    FROM generate_series(%s::bigint, %s::bigint) AS n, LATERAL (SELECT n / 342 AS rest) AS period
"""
MAKE: Final = (
    """
    CREATE TABLE journaal_delen (
        LIKE journaal INCLUDING DEFAULTS,
        PRIMARY KEY (nr, gemeente, periode)
    ) PARTITION BY RANGE (periode)
    """,
    "CREATE INDEX ON journaal_delen (gemeente, domein, toewijzing, periode)",
    "CREATE INDEX ON journaal_delen (aanbieder, gemeente)",
    "CREATE INDEX ON journaal_delen (prestatie)",
    "CREATE INDEX ON journaal_delen (periode)",
    "CREATE TABLE journaal_zonder PARTITION OF journaal_delen FOR VALUES FROM ('zonder-periode') TO (MAXVALUE)",
    *append_only_ddl("journaal_delen", "postgresql"),
)
_QUESTIONS: Final = {
    "of a message": "WHERE gemeente = '0042' AND domein = 'wmo' AND toewijzing IN (1, 2) AND periode = '2025-P03'",
    "of a toewijzing": "WHERE gemeente = '0042' AND domein = 'wmo' AND toewijzing IN (1, 2)",
    "of a credit": "WHERE prestatie IN (1, 2, 3)",
    "of a period": "WHERE periode = '2025-P03'",
}


def year_statements(year: int) -> list[str]:
    """One year of the journal, in parts by gemeente."""
    name = f"journaal_{year}"
    parts = [
        f"CREATE TABLE {name}_{part} PARTITION OF {name} FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
        for part in range(PARTS)
    ]
    return [
        f"CREATE TABLE {name} PARTITION OF journaal_delen FOR VALUES FROM ('{year}-P01') TO ('{year + 1}-P01') "
        "PARTITION BY HASH (gemeente)",
        *parts,
    ]


def run(rows: int) -> dict[str, Any]:
    servers.begin_run()
    try:
        url = servers.fresh_database()
        migrate(url, "declaration")
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
            for statement in (*MAKE, *(one for year in YEARS for one in year_statements(year))):
                conn.execute(statement)
            return {"rows": rows, **_filled(conn, rows), **_read(conn), **_refused(conn)}
    finally:
        servers.drop_databases()
        servers.end_run()


def _filled(conn: psycopg.Connection[Any], rows: int) -> dict[str, Any]:
    """Seconds per million rows, in turns, in either table."""
    taken = {"journaal": 0.0, "journaal_delen": 0.0}
    step = rows // 4
    for begin in range(0, rows, step):
        for table in taken:
            insert = f"INSERT INTO {table} ({_COLUMNS}) {_ROWS}"
            taken[table] += _seconds(lambda insert=insert, begin=begin: conn.execute(insert, (begin, begin + step - 1)))
    for table in taken:
        conn.execute(f"ANALYZE {table}")
    return {"insert_s_per_million": {table: round(each / rows * 1e6, 2) for table, each in taken.items()}}


def _read(conn: psycopg.Connection[Any]) -> dict[str, Any]:
    """How many parts each question looks at, its milliseconds in either table, and what reading everything costs."""
    parts, ms = {}, {}
    for name, where in _QUESTIONS.items():
        plan = str(conn.execute(f"EXPLAIN SELECT * FROM journaal_delen {where}").fetchall())
        parts[name] = sum(f"journaal_{year}_{part} " in plan for year in YEARS for part in range(PARTS))
        ms[name] = {
            table: _ms(conn, f"SELECT count(*) FROM {table} {where}") for table in ("journaal", "journaal_delen")
        }
    everything = _ms(conn, "SELECT naar, sum(bedrag) FROM journaal GROUP BY naar")
    (rows,) = conn.execute("SELECT count(*) FROM journaal").fetchone() or (1,)
    return {
        "parts": len(YEARS) * PARTS,
        "parts_read": parts,
        "ms": ms,
        "whole_journal_s_per_million": round(everything / 1000 / rows * 1e6, 3),
    }


def _refused(conn: psycopg.Connection[Any]) -> dict[str, Any]:
    """Whether what a journal refuses is refused: on the whole, on one part, and on a part that was detached."""
    part, found = f"journaal_{YEARS[0]}_0", {}
    found["update of the whole"] = _is_refused(conn, "UPDATE journaal_delen SET bedrag = 1")
    found["update of a part"] = _is_refused(conn, f"UPDATE {part} SET bedrag = 1")
    found["truncate of the whole"] = _is_refused(conn, "TRUNCATE journaal_delen")
    found["truncate of a part"] = _is_refused(conn, f"TRUNCATE {part}")
    detach = f"ALTER TABLE journaal_delen DETACH PARTITION journaal_{YEARS[0]} CONCURRENTLY"
    taken = _seconds(lambda: conn.execute(detach))
    found["update of a part that was detached"] = _is_refused(conn, f"UPDATE journaal_{YEARS[0]}_1 SET bedrag = 1")
    return {"refused": found, "detach_s": round(taken, 3)}


def _is_refused(conn: psycopg.Connection[Any], statement: str) -> bool:
    """Tried and undone again."""
    try:
        with conn.transaction(force_rollback=True):
            conn.execute(statement)
    except psycopg.errors.RaiseException:
        return True
    return False


def _ms(conn: psycopg.Connection[Any], question: str) -> float:
    return round(min(_seconds(lambda: conn.execute(question)) for _ in range(5)) * 1000, 2)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rows")
    quick = parser.parse_args().quick
    facts = run(40_000 if quick else 400_000)
    keep("partitions", [], quick, facts)
    Console().print_json(data=facts | {"load": round(os.getloadavg()[0], 1)})


if __name__ == "__main__":
    main()
