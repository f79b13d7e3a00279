"""Kinds of columns and of tables: whole numbers, moments, encrypted values; and tables that only grow."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, Table, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import DDL
from sqlalchemy.types import TypeDecorator

from services.kernel.privacy.sleutelring import OVERHEAD, VERSIE

# SQLite numbers rows by itself only in an INTEGER primary key.
Nummer = BigInteger().with_variant(Integer, "sqlite")


class UtcTijd(TypeDecorator[datetime]):
    """A moment: always with a time zone in Python, always UTC in the database. A naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Versleuteld(TypeDecorator[bytes]):
    """A column of which every value is encrypted (sleutelring.py): what is not, it does not take."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        if value is not None and (value[:1] != VERSIE or len(value) < OVERHEAD):
            raise ValueError("this column takes encrypted values only")
        return value


class BsnKolom(Versleuteld):
    """The one column type that holds a BSN (clients.py writes and reads it)."""

    cache_ok = True


def append_only_ddl(table: str, dialect: str, wisbaar: bool = False) -> list[str]:
    """The statements that make a table refuse UPDATE and DELETE, for a migration.

    `wisbaar`: a DELETE passes while the table `wisrecht` has a row, which it has within one transaction only.
    """
    if dialect == "postgresql":
        mag = "IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM wisrecht) THEN RETURN OLD; END IF; " if wisbaar else ""
        refuse = f"BEGIN {mag}RAISE EXCEPTION '{table} is append-only'; END"
        run = f"EXECUTE FUNCTION {table}_append_only()"
        return [
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $${refuse}$$",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {run}",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {run}",
        ]
    mag = "WHEN NOT EXISTS (SELECT 1 FROM wisrecht) " if wisbaar else ""
    return [
        f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} {mag if action == 'DELETE' else ''}"
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for action in ("UPDATE", "DELETE")
    ]


def append_only(table: Table, wisbaar: bool = False) -> Table:
    """Let create_all give the table its triggers; in a migration, execute append_only_ddl."""
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_ddl(table.name, dialect, wisbaar):
            # DDL formats its text with %, and no statement of ours has one.
            ddl: Any = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
    return table
