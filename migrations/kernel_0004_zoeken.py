"""What a message is found back by, in the databases of both services: its retourcodes, and where it lies. Frozen."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.kernel_0001 import NUMMER

_PER_KEER = 1000


def upgrade() -> None:
    op.create_table(
        "bericht_retourcode",
        sa.Column("code", sa.String, nullable=False),
        sa.Column("bericht", NUMMER, nullable=False),
        sa.PrimaryKeyConstraint("code", "bericht", name="pk_bericht_retourcode"),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name="fk_bericht_retourcode_bericht"),
    )
    _codes_of_what_is_there()
    op.create_index("ix_bericht_oordeel_nr", "bericht", ["oordeel", "nr"])
    op.create_index("ix_bericht_release_nr", "bericht", ["release", "nr"])
    op.create_index("ix_gebeurtenis_bericht", "gebeurtenis", ["bericht"])
    op.create_index("ix_postbus_bericht", "postbus", ["bericht"])
    op.create_index("ix_postbus_gebeurtenis", "postbus", ["gebeurtenis"])


def _codes_of_what_is_there() -> None:
    """Of the bevindingen that were listed: at most the first 1,000 of a message."""
    conn = op.get_bind()
    add = sa.text("INSERT INTO bericht_retourcode (code, bericht) VALUES (:code, :bericht)")
    for rows in _parts(conn):
        found = [
            {"code": code, "bericht": nr}
            for nr, bevindingen in rows
            for code in sorted({item["retourcode"] for item in _read(bevindingen) if item["retourcode"]})
        ]
        if found:
            conn.execute(add, found)


def _parts(conn: sa.Connection) -> Iterator[list[tuple[int, Any]]]:
    """(nr, bevindingen) of the messages that have any, some at a time."""
    part = sa.text(
        "SELECT nr, bevindingen FROM bericht WHERE aantal_bevindingen > 0 AND nr > :na ORDER BY nr LIMIT :aantal"
    )
    na = 0
    while rows := [(nr, found) for nr, found in conn.execute(part, {"na": na, "aantal": _PER_KEER})]:
        yield rows
        na = rows[-1][0]


def _read(bevindingen: Any) -> Any:
    # psycopg reads JSON by itself, SQLite gives its text.
    return json.loads(bevindingen) if isinstance(bevindingen, str) else bevindingen
