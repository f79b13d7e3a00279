"""The database of a service: one engine that writes, one that reads, the migrations, and what both dialects share.

How SQLite and PostgreSQL are opened, and what their errors mean: engines.py.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Column, Connection, Table, bindparam, cast, func, inspect, select, text
from sqlalchemy import exc as sa_exc
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeEngine

from services.kernel import tables
from services.kernel.engines import (
    Botsing,
    DatabaseBezet,
    first_line,
    is_sqlite,
    later_if_busy,
    open_engine,
    read_url,
)
from services.kernel.privacy.opruimen import ruim_op
from services.kernel.privacy.sleutelring import Sleutelring, met_ring

__all__ = ["Botsing", "Database", "DatabaseBezet"]

T = TypeVar("T")

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
# Where a migration tells which tables hold remains of what it encrypted.
HERSCHREVEN = "herschreven"
# A COPY of so few rows takes longer than an INSERT.
_FEW = 8
# Rows that are turned into what the driver takes at a time: those of a large message together are memory for nothing.
_AT_ONCE = 10_000


class Database:
    """The database of one service at `url`; both engines connect only when they are first used."""

    def __init__(self, url: str, ring: Sleutelring | None = None) -> None:
        """`ring` opens what is encrypted; without it that can neither be read nor written."""
        self.url = url
        self.gesloten = False
        self._writer = open_engine(url, writes=True).execution_options(**met_ring(ring))
        self._reader = open_engine(url, writes=False).execution_options(**met_ring(ring))

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back if it raises; DatabaseBezet without a turn."""
        with later_if_busy(), self._writer.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot; a statement that writes fails."""
        with later_if_busy(), self._reader.connect() as connection:
            yield connection

    def close(self) -> None:
        """Let go of its connections; what writes by itself looks at `gesloten` and stops."""
        self.gesloten = True
        self._writer.dispose()
        self._reader.dispose()


def once_more(work: Callable[[], T]) -> T:
    """Do the work, a transaction and all that is decided in it; once more when another one came in between.

    Either the other took the same number, which a unique index found, or the two waited for each other.
    """
    try:
        return work()
    except (sa_exc.IntegrityError, Botsing):
        return work()


def migrate(url: str, lineage: str, ring: Sleutelring | None = None) -> None:
    """Bring the database of a service ("allocation" or "declaration") to the newest version, all of it or nothing.

    `ring` is for a database with rows of before they were encrypted: a migration encrypts them.
    """
    if is_sqlite(url) and (file := read_url(url).database):
        _maak_bestand(Path(file))
    # SQLite alters a table by copying it and dropping the old one, which foreign keys would take for a delete.
    engine = open_engine(url, writes=True, foreign_keys=False)
    try:
        with later_if_busy(), engine.begin() as connection:
            een_tegelijk(connection, "migratie")
            config = alembic_config(lineage)
            config.attributes["connection"] = connection.execution_options(**met_ring(ring))
            command.upgrade(config, "head")
    finally:
        engine.dispose()
    if rewritten := config.attributes.get(HERSCHREVEN):
        ruim_op(url, rewritten)


def _maak_bestand(file: Path) -> None:
    """An empty file that only its owner reads, where there is none yet; what SQLite puts beside it gets the same."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def is_migrated(url: str) -> bool:
    """Whether the database has tables of ours at all; at which version they are `migrate` knows."""
    database = Database(url)
    try:
        with database.read() as conn:
            return inspect(conn).has_table("alembic_version")
    finally:
        database.close()


def alembic_config(lineage: str) -> Config:
    """The alembic configuration of one lineage; env.py finds the connection in `attributes["connection"]`."""
    versions = MIGRATIONS / lineage / "versions"
    if not versions.is_dir():
        raise ValueError(f"no lineage {lineage!r} in {MIGRATIONS}")
    config = Config()
    config.attributes["lineage"] = lineage
    for name, value in {
        "script_location": MIGRATIONS,
        "version_locations": versions,
        "path_separator": "os",
    }.items():
        config.set_main_option(name, str(value).replace("%", "%%"))
    return config


def volgende(conn: Connection, naam: str, aantal: int = 1) -> int:
    """The next number of a counter, from 1; of `aantal` numbers taken at once the last one.

    Without gaps, because it is taken and given back with the transaction.
    """
    return int(conn.execute(_volgende(conn.dialect.name), {"naam": naam, "waarde": aantal}).scalar_one())


@cache
def _volgende(dialect: str) -> Any:
    statement, t = upsert(dialect, tables.teller), tables.teller.c
    raised = {"waarde": t.waarde + statement.excluded.waarde}
    return statement.on_conflict_do_update(index_elements=[t.naam], set_=raised).returning(t.waarde)


def een_tegelijk(conn: Connection, *bereik: str) -> None:
    """Wait until no other transaction holds this scope (design §3, Locks), and hold it until the commit."""
    _lock(conn, "pg_advisory_xact_lock", bereik)


def naast_elkaar(conn: Connection, *bereik: str) -> None:
    """Hold this scope until the commit beside others that do, after and before whoever has it with een_tegelijk."""
    _lock(conn, "pg_advisory_xact_lock_shared", bereik)


def _lock(conn: Connection, function: str, bereik: tuple[str, ...]) -> None:
    # A SQLite writer has had the whole database to itself since BEGIN IMMEDIATE. Who only reads waits for nobody: a
    # trial is judged by its own snapshot, which would be of before the wait.
    if conn.dialect.name == "postgresql" and not conn.get_execution_options().get("postgresql_readonly"):
        statement = text(f"SELECT {function}(hashtextextended(:bereik, 0))")
        conn.execute(statement, {"bereik": "/".join(bereik)})


def upsert(conn: Connection | str, table: Table) -> Any:
    """An INSERT that knows on_conflict_do_update, spelled alike in the dialects we run on; `conn`, or its dialect."""
    dialect = conn if isinstance(conn, str) else conn.dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def insert_rows(conn: Connection, table: Table, rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> None:
    """Insert many rows at once; each tuple has the values of `columns`, in that order. Column defaults do not apply."""
    # Tuples straight to the driver, with the types' own conversions: 100,000 rows in 60% of the time of Core's dicts.
    insert, copy, converters = _inserting(conn.dialect, table, tuple(columns))
    for part in _parts(rows):
        per_column = [
            values if convert is None else [convert(value) for value in values]
            for convert, values in zip(converters, zip(*part, strict=True), strict=True)
        ]
        converted = zip(*per_column, strict=True)
        if conn.dialect.name == "postgresql" and len(part) > _FEW:
            _copy(conn, copy, converted)
        else:
            # More than one in a list, for which the driver of PostgreSQL opens a pipeline.
            conn.exec_driver_sql(insert, next(converted) if len(part) == 1 else list(converted))


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))


@lru_cache(maxsize=512)
def _inserting(
    dialect: Dialect, table: Table, columns: tuple[str, ...]
) -> tuple[str, str, Sequence[Callable[[Any], Any] | None]]:
    """An INSERT, a COPY, and per column what its type makes of a value for this driver; None: nothing."""
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    types = [_type(table.c[name]).dialect_impl(dialect).bind_processor(dialect) for name in columns]
    marks = ", ".join(["%s" if dialect.name == "postgresql" else "?"] * len(columns))
    # Names of our own tables and columns, quoted; every value is a parameter.
    insert = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})"  # nosec B608
    return insert, f"COPY {quote(table.name)} ({names}) FROM STDIN", types


def upsert_rows(conn: Connection, statement: Any, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Run an `upsert` for many rows, in their order; each tuple has the values of `columns`, of plain types."""
    if conn.dialect.name == "postgresql":
        # One statement with a list per column: as many statements as rows would each wait for the server.
        table: Table = statement.table
        for part in _parts(rows):
            arrays = [
                cast(bindparam(name, list(values)), postgresql.ARRAY(_type(table.c[name])))
                for name, values in zip(columns, zip(*part, strict=True), strict=True)
            ]
            rows_of = select(func.unnest(*arrays).table_valued(*columns).render_derived())
            conn.execute(statement.from_select(columns, rows_of))
        return
    filled = statement.values({name: bindparam(name) for name in columns})
    compiled = filled.compile(dialect=conn.dialect)
    places = [columns.index(name) for name in compiled.positiontup]
    for part in _parts(rows):
        conn.exec_driver_sql(str(compiled), [tuple(row[place] for place in places) for row in part])


def _copy(conn: Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY, whose errors are raised as those of any other statement of SQLAlchemy, without the values they quote."""
    driver: Any = conn.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as fout:
        fout.args = (first_line(fout),)
        if driver.closed:
            conn.invalidate(fout)
        raise sa_exc.DBAPIError.instance(
            statement,
            None,
            fout,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=bool(driver.closed),
            dialect=conn.dialect,
        ) from fout


def _type(column: Column[Any]) -> TypeEngine[Any]:
    return column.type
