"""The migrations of a service lead to exactly the tables its code has, triggers and partial indexes included."""

import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import databases
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from geheimen import ring
from raw_bytes import stored_bytes
from sqlalchemy import Engine, create_engine, select, text

from services.kernel import berichten, tables
from services.kernel.clients import open_bsn
from services.kernel.database import MIGRATIONS, Database, alembic_config, migrate
from services.kernel.tables import client

_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql NOTNULL"
_POSTGRESQL = """
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@pytest.fixture(params=["allocation", "declaration"])
def lineage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def migrated(lineage: str, tmp_path: Path) -> Iterator[Engine]:
    url = databases.url(tmp_path / "migrated", lineage)
    migrate(url, lineage)
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def created(lineage: str, tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "created").mkdir()
    engine = create_engine(databases.url(tmp_path / "created", lineage))
    for metadata in (tables.metadata, import_module(f"services.{lineage}.tables").metadata):
        metadata.create_all(engine)
    yield engine
    engine.dispose()


def described(engine: Engine) -> set[tuple[str, str]]:
    """Indexes and triggers as the database spells them: alembic compares neither triggers nor conditions."""
    query = _SQLITE if engine.dialect.name == "sqlite" else _POSTGRESQL
    with engine.connect() as conn:
        return {(name, " ".join(sql.split())) for name, sql in conn.execute(text(query))}


def test_the_migrations_lead_to_the_tables_of_the_code(lineage: str, migrated: Engine) -> None:
    metadata = [tables.metadata, import_module(f"services.{lineage}.tables").metadata]
    with migrated.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


def test_the_migrations_lead_to_the_indexes_and_triggers_of_the_code(migrated: Engine, created: Engine) -> None:
    found = described(migrated)

    assert found == described(created)
    assert {"uq_bericht_sleutel_telt", "uq_bericht_antwoord_telt"} <= {name for name, _ in found}
    assert any(name.startswith("audit_") for name, _ in found)


def test_the_codes_of_messages_that_were_there_are_found_by_afterwards(lineage: str, tmp_path: Path) -> None:
    """As far as their bevindingen were listed."""
    before = {"allocation": "0007", "declaration": "0008"}[lineage]
    (tmp_path / "older").mkdir()
    url = databases.url(tmp_path / "older", lineage)
    engine = create_engine(url)
    config = alembic_config(lineage)
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, before)
        for nr, codes in enumerate([["9338", "9307", "9338", None], [], ["0001"]], 1):
            bevindingen = json.dumps([{"retourcode": code} for code in codes])
            conn.execute(text(_BERICHT), {"nr": nr, "aantal": len(codes), "bevindingen": bevindingen})
    engine.dispose()
    migrate(url, lineage)
    with engine.connect() as conn:
        found = conn.execute(text("SELECT code, bericht FROM bericht_retourcode ORDER BY bericht, code"))
        assert [tuple(row) for row in found] == [("9307", 1), ("9338", 1), ("0001", 3)]
    engine.dispose()


_BERICHT = """
INSERT INTO bericht (nr, id, standaard, release, berichtsoort, domein, verzender, bestemming, identificatie, sha256,
                     ontvangen, oordeel, telt, aantal_bevindingen, bevindingen)
VALUES (:nr, CAST(:nr AS VARCHAR(36)), 'iwmo', '3.2', 'WMO323', 'wmo', '75000001', '0503', CAST(:nr AS VARCHAR(9)), '',
        CURRENT_TIMESTAMP, 'afgekeurd', false, :aantal, :bevindingen)
"""


VOOR_DE_SLEUTELS = {"allocation": "0008", "declaration": "0009"}
_BERICHT_MET_INHOUD = """
INSERT INTO bericht (nr, id, standaard, "release", berichtsoort, domein, verzender, bestemming, identificatie, sha256,
    ontvangen, oordeel, telt, aantal_bevindingen, bevindingen)
VALUES (7, 'id-7', 'wmo', '3.2', 'WMO301', 'wmo', '0503', '75000001', 'B1', 'a', '2025-01-01', 'goedgekeurd', true,
    0, '[]')
"""


@pytest.fixture
def plain(lineage: str, tmp_path: Path) -> str:
    """A database of before anything was encrypted, with a client and a message in it."""
    url = databases.url(tmp_path / "plain", lineage)
    (tmp_path / "plain").mkdir(exist_ok=True)
    engine = create_engine(url)
    with engine.begin() as conn:
        config = alembic_config(lineage)
        config.attributes["connection"] = conn
        command.upgrade(config, VOOR_DE_SLEUTELS[lineage])
        conn.execute(text("INSERT INTO client (hash, bsn) VALUES ('h1', '999900006'), ('h2', NULL)"))
        conn.execute(text(_BERICHT_MET_INHOUD))
        content = {"bytes": zlib.compress(b"<Bsn>999900006</Bsn>", 0)}
        conn.execute(text("INSERT INTO inhoud (bericht, bytes) VALUES (7, :bytes)"), content)
    engine.dispose()
    return url


def test_what_stood_there_plainly_is_encrypted_and_leaves_nothing(plain: str, lineage: str, tmp_path: Path) -> None:
    assert b"999900006" in stored_bytes(tmp_path / "plain", lineage)

    migrate(plain, lineage, ring())

    assert b"999900006" not in stored_bytes(tmp_path / "plain", lineage)
    database = Database(plain, ring())
    with database.read() as conn:
        found = {row.hash: row.bsn and open_bsn(ring(), row.hash, row.bsn) for row in conn.execute(select(client))}
        assert found == {"h1": "999900006", "h2": None}
        assert berichten.inhoud(conn, 7) == b"<Bsn>999900006</Bsn>"
    database.close()


def test_without_keys_a_database_with_rows_stays_as_it_was(plain: str, lineage: str) -> None:
    with pytest.raises(RuntimeError, match="without the keys"):
        migrate(plain, lineage)

    engine = create_engine(plain)
    with engine.connect() as conn:
        assert conn.execute(text("SELECT bsn FROM client ORDER BY nr")).scalars().all() == ["999900006", None]
        found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    engine.dispose()
    assert found == VOOR_DE_SLEUTELS[lineage]


def test_processes_that_migrate_at_once_do_not_meet(lineage: str, tmp_path: Path) -> None:
    """As `hub serve` does in two containers that start together."""
    url = databases.url(tmp_path / "var", lineage)
    code = f"from services.kernel.database import alembic_config, migrate; migrate({url!r}, {lineage!r})"
    processes = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    ended = [(process.communicate()[1].decode(), process.returncode) for process in processes]

    assert [code for _, code in ended] == [0, 0, 0], ended
    engine = create_engine(url)
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
    engine.dispose()


# --- keys with scopes ------------------------------------------------------------------------------------------------


@pytest.fixture
def before_keys(lineage: str, tmp_path: Path) -> Iterator[tuple[Engine, str]]:
    """A database of before, with a key of a gemeente and one of the operator; and the revision that follows."""
    [file] = (MIGRATIONS / lineage / "versions").glob("*_keys.py")
    module = import_module(f"migrations.{lineage}.versions.{file.stem}")
    (tmp_path / "keys").mkdir()
    engine = create_engine(databases.url(tmp_path / "keys", lineage))
    move(engine, lineage, command.upgrade, module.down_revision)
    with engine.begin() as conn:
        for code, soort in (("0503", "gemeente"), ("BEHEER", "beheer")):
            conn.execute(text(f"INSERT INTO partij VALUES ('{code}', '{soort}', '')"))
            columns = "INSERT INTO sleutel (hash, partij, aangemaakt)"
            conn.execute(text(f"{columns} VALUES ('{code}', '{code}', '2025-01-01 00:00:00')"))
    yield engine, module.revision
    engine.dispose()


def move(engine: Engine, lineage: str, where: Callable[[Config, str], object], revision: str) -> None:
    """Upgrade or downgrade to a revision."""
    config = alembic_config(lineage)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        where(config, revision)


def keys(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as conn:
        rows = conn.execute(text("SELECT partij, scopes FROM sleutel ORDER BY partij"))
        return [tuple(row) for row in rows]


def test_a_key_of_before_may_what_it_might(lineage: str, before_keys: tuple[Engine, str]) -> None:
    engine, revision = before_keys
    move(engine, lineage, command.upgrade, revision)

    assert keys(engine) == [("0503", "send read report"), ("BEHEER", "send read report admin")]


def test_the_way_back_leaves_no_revoked_key(lineage: str, before_keys: tuple[Engine, str]) -> None:
    engine, revision = before_keys
    move(engine, lineage, command.upgrade, revision)
    with engine.begin() as conn:
        conn.execute(text("UPDATE sleutel SET ingetrokken = '2025-01-02 00:00:00' WHERE partij = '0503'"))
    move(engine, lineage, command.downgrade, "-1")

    with engine.connect() as conn:
        assert [tuple(row) for row in conn.execute(text("SELECT hash, partij FROM sleutel"))] == [("BEHEER", "BEHEER")]
    move(engine, lineage, command.upgrade, revision)
    assert keys(engine) == [("BEHEER", "send read report admin")]


@pytest.mark.dialects("sqlite")
def test_a_new_file_is_read_by_its_owner_only(lineage: str, tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'var' / lineage}.sqlite", lineage)

    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in (tmp_path / "var").iterdir()}
    assert set(modes.values()) == {"0o600"}, modes
