"""How either database is opened: what a transaction is there, what a reader may do, and which errors mean `later`.

SQLite is opened so that a transaction is what we say it is: the driver opens none by itself (isolation_level None), a
writer takes its lock at BEGIN IMMEDIATE and not half-way, a reader sees one snapshot and can change nothing.
PostgreSQL: writers are READ COMMITTED and take the locks of docs/architecture.md, readers REPEATABLE READ READ ONLY.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy import exc as sa_exc
from sqlalchemy.engine import ExceptionContext

WAIT_SECONDS = 30
# As many as the thread pool has threads; a writer waits in the process and not in the database.
_READERS: Final = 40
_WRITERS: Final = 20
_CONNECT_SECONDS: Final = 5
_MINIMUM: Final = 15

# SQLSTATE, the first of which are whole classes: https://www.postgresql.org/docs/15/errcodes-appendix.html
_LATER: Final = (
    "08",  # the connection is lost or cannot be made
    "53300",  # too many connections
    "55P03",  # no lock within lock_timeout
    "57P",  # the server stops, starts, or ended our connection
)
_COLLISION: Final = ("40001", "40P01")  # serialization failure, deadlock


class DatabaseBezet(RuntimeError):
    """No turn within the time we wait, or no connection: 503, and the sender may try again.

    Also when a connection is lost during a commit: whether it took place the replay of the same message will tell.
    """


class Botsing(DatabaseBezet):
    """Two transactions waited for each other and the database ended this one: it may be done once more at once."""


def read_url(url: str) -> URL:
    """The URL as SQLAlchemy needs it: PostgreSQL is spoken to by psycopg 3, also when the URL does not say so."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername in ("postgresql", "postgres") else parsed


def is_sqlite(url: str) -> bool:
    return read_url(url).get_backend_name() == "sqlite"


def why_not(url: str) -> str | None:
    """Why this database cannot be used, with what to do about it, in Dutch; None when it can. Never its password."""
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite":
        return None if Path(parsed.database or "").is_file() else f"De database {parsed.database} bestaat niet."
    waar = f"op {parsed.host or 'deze machine'}:{parsed.port or 5432}"
    engine = open_engine(url, writes=False)
    try:
        with engine.connect() as conn:
            versie = conn.connection.driver_connection.info.server_version // 10_000  # type: ignore[union-attr]
    except sa_exc.OperationalError as fout:
        melding = first_line(fout.orig) if fout.orig else ""
        if f'database "{parsed.database}"' in melding:
            return (
                f"De database {parsed.database} {waar} bestaat niet. Maak haar eerst aan: createdb {parsed.database}."
            )
        return f"PostgreSQL {waar} antwoordt niet, of weigert de gebruiker. Het zei: {melding}"
    finally:
        engine.dispose()
    return None if versie >= _MINIMUM else f"PostgreSQL {waar} is versie {versie}; nodig is {_MINIMUM} of nieuwer."


def open_engine(url: str, *, writes: bool, foreign_keys: bool = True) -> Engine:
    """hide_parameters: an error of the database must not quote the values, a BSN among them, that went in."""
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed, writes, foreign_keys)
    return _postgres_engine(parsed, writes)


@contextmanager
def later_if_busy() -> Iterator[None]:
    """Turn the errors that go away by themselves into DatabaseBezet; every other one is a fault, and stays as it is."""
    try:
        yield
    except sa_exc.TimeoutError as fout:
        raise DatabaseBezet from fout
    except sa_exc.DBAPIError as fout:
        if _code(fout).startswith(_COLLISION):
            raise Botsing from fout
        if fout.connection_invalidated or _is_later(fout):
            raise DatabaseBezet from fout
        raise


def _is_later(fout: sa_exc.DBAPIError) -> bool:
    if isinstance(fout.orig, sqlite3.Error):
        return getattr(fout.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
    # Without a code the server never answered: libpq could not connect.
    return _code(fout).startswith(_LATER) or (isinstance(fout, sa_exc.OperationalError) and not _code(fout))


def _code(fout: sa_exc.DBAPIError) -> str:
    return getattr(fout.orig, "sqlstate", None) or ""


def _sqlite_engine(url: URL, writes: bool, foreign_keys: bool) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise ValueError("A SQLite database needs a file: writers and readers each have their own connections.")
    # One writing connection: the threads of this process queue for it in order, and do not poll for SQLite's lock.
    size = 1 if writes else _READERS
    engine = create_engine(url, hide_parameters=True, pool_size=size, max_overflow=0, pool_timeout=WAIT_SECONDS)
    pragmas = [
        f"busy_timeout = {WAIT_SECONDS * 1000}",
        f"foreign_keys = {int(foreign_keys)}",
        "journal_mode = WAL",  # kept by the file: readers and the writer do not wait for each other
    ]
    if writes:
        # FULL: in WAL mode NORMAL may lose the last commits when the power fails, and we answer 201 after the commit.
        # recursive_triggers: without it INSERT OR REPLACE deletes rows behind the back of the append-only triggers.
        # secure_delete: what is erased is gone from the file, not only from the table.
        pragmas += ["synchronous = FULL", "recursive_triggers = ON", "secure_delete = ON"]
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


def _postgres_engine(url: URL, writes: bool) -> Engine:
    # What the URL says itself stands. The last four notice a server that is gone without a word.
    usual: dict[str, Any] = {
        "application_name": "berichtenhub",
        "connect_timeout": _CONNECT_SECONDS,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        # The driver prepares nothing: a plan that is kept is made without the values, and goes through all of an array
        # (one_of.py) for each row that it reads. Forbidding such plans would do so for the foreign keys too.
        "prepare_threshold": None,
    }
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={name: value for name, value in usual.items() if name not in url.query},
        pool_size=5,
        max_overflow=(_WRITERS if writes else _READERS) - 5,
        pool_timeout=WAIT_SECONDS,
        pool_pre_ping=True,  # the server may have been started anew since
        isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
    )
    event.listen(engine, "connect", _prepare_postgres)
    event.listen(engine, "handle_error", _without_values)
    return engine if writes else engine.execution_options(postgresql_readonly=True)


def _prepare_postgres(connection: Any, _: object) -> None:
    connection.autocommit = True
    connection.execute("SET TIME ZONE 'UTC'")
    connection.execute(f"SET lock_timeout = '{WAIT_SECONDS}s'")
    # Compiling took a quarter of the largest report; no query runs so long that it would pay.
    connection.execute("SET jit = off")
    connection.autocommit = False


def _without_values(context: ExceptionContext) -> None:
    """Leave of an error its first line only: DETAIL and CONTEXT quote the row."""
    wrapped = context.sqlalchemy_exception
    if isinstance(wrapped, sa_exc.DBAPIError) and wrapped.orig is not None:
        original = wrapped.orig
        original.args = (first_line(original),)
        kind = type(original)
        wrapped.args = (f"({kind.__module__}.{kind.__name__}) {original.args[0]}",)


def first_line(fout: BaseException) -> str:
    return (str(fout).strip().splitlines() or [""])[0]
