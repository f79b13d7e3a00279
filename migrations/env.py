"""What alembic runs, for both lineages: on the connection it is handed, within the transaction of that connection."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, MetaData
from sqlalchemy.types import TypeDecorator

from services.kernel import tables


def _metadata(lineage: str) -> list[MetaData]:
    module = f"services.{lineage}.tables"
    own = [import_module(module).metadata] if find_spec(module) else []
    return [tables.metadata, *own]


def _plain_type(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Draft a column with the type in the database: a migration does not follow when the code changes."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def _run(connection: Connection, lineage: str) -> None:
    context.configure(
        connection=connection,
        target_metadata=_metadata(lineage),
        # SQLite alters a table by copying it.
        render_as_batch=True,
        render_item=_plain_type,
        # Half a migration is worse than none; SQLite rolls back DDL as well.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_attributes = context.config.attributes
_run(_attributes["connection"], _attributes["lineage"])
