"""Every byte that a database keeps: in SQLite its files, in PostgreSQL every value of every row of every table."""

from __future__ import annotations

from pathlib import Path

import databases
from sqlalchemy import create_engine, inspect, text


def stored_bytes(folder: Path, dienst: str) -> bytes:
    """What somebody with the disk, or with a dump, has of this service's database."""
    files = sorted(folder.glob(f"{dienst}.sqlite*"))
    if files:
        return b"\n".join(file.read_bytes() for file in files)
    return bytes_of(databases.url(folder, dienst))


def bytes_of(url: str) -> bytes:
    """Every value of every row of every table of this database, one after the other."""
    engine = create_engine(url)
    with engine.connect() as conn:
        rows = [
            _plain(value)
            for table in inspect(conn).get_table_names()
            for row in conn.execute(text(f'SELECT * FROM "{table}"'))
            for value in row
        ]
    engine.dispose()
    return b"\n".join(rows)


def _plain(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
