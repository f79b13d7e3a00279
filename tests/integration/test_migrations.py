"""The migrations of a service lead to exactly the tables its code has, triggers and partial indexes included."""

from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

from services.kernel import tables
from services.kernel.database import migrate

LINEAGES = ["allocation", "declaration"]


def migrated(lineage: str, folder: Path) -> Engine:
    url = f"sqlite:///{folder}/{lineage}.sqlite"
    migrate(url, lineage)
    return create_engine(url)


def created(lineage: str, folder: Path) -> Engine:
    engine = create_engine(f"sqlite:///{folder}/{lineage}-created.sqlite")
    for metadata in (tables.metadata, import_module(f"services.{lineage}.tables").metadata):
        metadata.create_all(engine)
    return engine


def described(engine: Engine) -> set[tuple[str, str]]:
    """Indexes and triggers as the database spells them: alembic compares neither triggers nor conditions."""
    query = text("SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql NOTNULL")
    with engine.connect() as conn:
        return {(name, " ".join(sql.split())) for name, sql in conn.execute(query)}


@pytest.mark.parametrize("lineage", LINEAGES)
def test_the_migrations_lead_to_the_tables_of_the_code(lineage: str, tmp_path: Path) -> None:
    metadata = [tables.metadata, import_module(f"services.{lineage}.tables").metadata]
    with migrated(lineage, tmp_path).connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


@pytest.mark.parametrize("lineage", LINEAGES)
def test_the_migrations_lead_to_the_indexes_and_triggers_of_the_code(lineage: str, tmp_path: Path) -> None:
    assert described(migrated(lineage, tmp_path)) == described(created(lineage, tmp_path))
