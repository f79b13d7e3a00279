"""The database of a service: one engine that writes, one that reads, and the migrations.

SQLite is opened so that a transaction is what we say it is: the driver opens none by itself (isolation_level None), a
writer takes its lock at BEGIN IMMEDIATE and not half-way, a reader sees one snapshot and can change nothing.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Column, Connection, Engine, Table, create_engine, event, insert, text
from sqlalchemy import exc as sa_exc
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeEngine

from services.kernel import tables

T = TypeVar("T")

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_WAIT_SECONDS = 30
# SQLite takes at most 32,766 parameters in one statement.
_AT_ONCE = 30_000
_READERS = 40  # as many as the thread pool has threads


class DatabaseBezet(RuntimeError):
    """No turn to write within the time we wait: 503, and the sender may try again."""


class Database:
    """The database of one service at `url`; both engines connect only when they are first used."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer = _engine(url, writes=True)
        self._reader = _engine(url, writes=False)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back if it raises; DatabaseBezet without a turn."""
        try:
            connection = self._writer.connect()
        except sa_exc.TimeoutError as fout:
            raise DatabaseBezet from fout
        with connection, _begun(connection):
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot; a statement that writes fails."""
        with self._reader.connect() as connection:
            yield connection

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def _begun(connection: Connection) -> Any:
    try:
        return connection.begin()
    except sa_exc.OperationalError as fout:
        if getattr(fout.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            raise
        raise DatabaseBezet from fout


def _engine(url: str, *, writes: bool, foreign_keys: bool = True) -> Engine:
    """hide_parameters: an error of the database must not quote the values, a BSN among them, that went in."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, writes, foreign_keys)
    engine = create_engine(url, hide_parameters=True, pool_timeout=_WAIT_SECONDS)
    if writes:
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite_engine(url: str, writes: bool, foreign_keys: bool) -> Engine:
    if make_url(url).database in (None, "", ":memory:"):
        raise ValueError("A SQLite database needs a file: writers and readers each have their own connections.")
    # One writing connection: the threads of this process queue for it in order, and do not poll for SQLite's lock.
    size = 1 if writes else _READERS
    engine = create_engine(url, hide_parameters=True, pool_size=size, max_overflow=0, pool_timeout=_WAIT_SECONDS)
    pragmas = [
        f"busy_timeout = {_WAIT_SECONDS * 1000}",
        f"foreign_keys = {int(foreign_keys)}",
        "journal_mode = WAL",  # kept by the file: readers and the writer do not wait for each other
    ]
    if writes:
        # FULL: in WAL mode NORMAL may lose the last commits when the power fails, and we answer 201 after the commit.
        # recursive_triggers: without it INSERT OR REPLACE deletes rows behind the back of the append-only triggers.
        pragmas += ["synchronous = FULL", "recursive_triggers = ON"]
    else:
        pragmas += ["query_only = ON"]
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def migrate(url: str, lineage: str) -> None:
    """Bring the database of a service ("allocation" or "declaration") to the newest version, all of it or nothing."""
    if (parsed := make_url(url)).get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # SQLite alters a table by copying it and dropping the old one, which foreign keys would take for a delete.
    engine = _engine(url, writes=True, foreign_keys=False)
    try:
        with engine.begin() as connection:
            config = alembic_config(lineage)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


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
    statement = upsert(conn, tables.teller).values(naam=naam, waarde=aantal)
    statement = statement.on_conflict_do_update(
        index_elements=[tables.teller.c.naam], set_={"waarde": tables.teller.c.waarde + aantal}
    )
    return int(conn.execute(statement.returning(tables.teller.c.waarde)).scalar_one())


def een_tegelijk(conn: Connection, *bereik: str) -> None:
    """Wait until no other transaction holds this scope (design §3, Locks), and hold it until the commit."""
    # A SQLite writer has had the whole database to itself since BEGIN IMMEDIATE.
    if conn.dialect.name == "postgresql":
        key = text("SELECT pg_advisory_xact_lock(hashtextextended(:bereik, 0))")
        conn.execute(key, {"bereik": "/".join(bereik)})


def upsert(conn: Connection, table: Table) -> Any:
    """An INSERT that knows on_conflict_do_update, spelled alike in the dialects we run on."""
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


def in_parts(values: Collection[T]) -> Iterator[list[T]]:
    """The values in lists that fit one statement."""
    all_of_them = list(values)
    for start in range(0, len(all_of_them), _AT_ONCE):
        yield all_of_them[start : start + _AT_ONCE]


def insert_rows(conn: Connection, table: Table, rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> None:
    """Insert many rows at once; each tuple has the values of `columns`, in that order. Column defaults do not apply."""
    if not rows:
        return
    if conn.dialect.name != "sqlite":
        conn.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
        return
    # Tuples straight to the driver, with the types' own conversions: 100,000 rows in 60% of the time of Core's dicts.
    quote = conn.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    marks = ", ".join("?" * len(columns))
    converted = list(zip(*_converted_columns(conn.dialect, table, rows, columns), strict=True))
    conn.exec_driver_sql(f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})", converted)


def _converted_columns(
    dialect: Dialect, table: Table, rows: Sequence[tuple[Any, ...]], columns: Sequence[str]
) -> Iterator[Sequence[Any]]:
    values_per_column = zip(*rows, strict=True)
    for name, values in zip(columns, values_per_column, strict=True):
        column: Column[Any] = table.c[name]
        convert = _type(column).dialect_impl(dialect).bind_processor(dialect)
        yield values if convert is None else [convert(value) for value in values]


def _type(column: Column[Any]) -> TypeEngine[Any]:
    return column.type
