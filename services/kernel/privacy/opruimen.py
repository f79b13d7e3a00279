"""Taking what was erased or encrypted out of the files of the database, where its old bytes may still lie."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from sqlalchemy import text

from services.kernel.engines import WAIT_SECONDS, DatabaseBezet, is_sqlite, later_if_busy, open_engine, read_url


def ruim_op(url: str, tabellen: Sequence[str]) -> None:
    """Write these tables anew without what is no longer in them; DatabaseBezet when others keep them occupied.

    In SQLite the whole file and its write-ahead log. In PostgreSQL the tables are locked meanwhile; its own
    write-ahead log and its backups keep what they have for as long as they are kept.
    """
    if is_sqlite(url):
        _herschrijf(read_url(url).database or "")
        return
    engine = open_engine(url, writes=True)
    try:
        with later_if_busy(), engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            for tabel in tabellen:
                alone.execute(text(f"VACUUM FULL {alone.dialect.identifier_preparer.quote(tabel)}"))
    finally:
        engine.dispose()


def _herschrijf(bestand: str) -> None:
    with closing(sqlite3.connect(bestand, timeout=WAIT_SECONDS)) as db:
        try:
            db.execute("VACUUM")
            # The log still has the pages as they were: it is emptied too, which waits for readers of before.
            bezet, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as fout:
            if fout.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            raise DatabaseBezet from fout
    if bezet:
        raise DatabaseBezet("readers keep the write-ahead log")
