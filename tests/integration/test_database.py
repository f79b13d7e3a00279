"""A transaction is what we say it is, and the migrations make the tables the code describes."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import databases
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from geheimen import ring
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    LargeBinary,
    MetaData,
    String,
    Table,
    Time,
    create_engine,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, StatementError

from services.kernel import columns, engines, tables
from services.kernel.database import Database, DatabaseBezet, een_tegelijk, insert_rows, migrate, volgende
from services.kernel.engines import is_sqlite
from services.kernel.toegang import access

HalfWay = Callable[[Database, Callable[[Connection], object]], None]
LINEAGES = ["allocation", "declaration"]


def count(db: Database, table: object) -> int:
    with db.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


# --- transactions ----------------------------------------------------------------------------------------------------


def test_what_is_written_is_there_for_readers_after_the_block(db: Database) -> None:
    with db.write() as conn:
        volgende(conn, "H")
        assert count(db, tables.teller) == 0

    assert count(db, tables.teller) == 1


def test_an_exception_half_way_leaves_no_row(db: Database, half_way: HalfWay) -> None:
    with pytest.raises(ZeroDivisionError):
        half_way(db, lambda conn: volgende(conn, "H"))

    assert count(db, tables.teller) == 0


def test_an_exception_rolls_back_tables_made_in_the_transaction(db: Database, half_way: HalfWay) -> None:
    with pytest.raises(ZeroDivisionError):
        half_way(db, lambda conn: conn.execute(text("CREATE TABLE half (nr INTEGER)")))

    with db.read() as conn:
        assert not inspect(conn).has_table("half")


def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), db.read() as conn:
        volgende(conn, "H")


def test_a_reader_sees_one_moment(db: Database) -> None:
    with db.read() as reading:
        before = reading.execute(select(func.count()).select_from(tables.teller)).scalar_one()
        with db.write() as conn:
            volgende(conn, "H")
        after = reading.execute(select(func.count()).select_from(tables.teller)).scalar_one()

    assert before == after == 0


@pytest.mark.dialects("sqlite")
def test_a_writer_is_safe_once_it_is_told_so(db: Database) -> None:
    with db.write() as conn:
        pragmas = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2}


def test_a_writer_that_gets_no_turn_is_told_so(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process holds the lock, and we wait no longer."""
    # In PostgreSQL no time at all would be to wait for ever.
    monkeypatch.setattr(engines, "WAIT_SECONDS", 0 if is_sqlite(db.url) else 0.01)
    other = Database(db.url)
    with db.write() as conn:
        volgende(conn, "H")
        with pytest.raises(DatabaseBezet), other.write() as waiting:
            volgende(waiting, "H")

    with other.write() as conn:
        assert volgende(conn, "H") == 2
    other.close()


def test_a_second_writer_in_the_same_process_waits_its_turn(db: Database) -> None:
    order: list[str] = []

    def second() -> None:
        with db.write() as conn:
            een_tegelijk(conn, "bereik")
            order.append("second")

    with db.write() as conn:
        een_tegelijk(conn, "bereik")
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.05)
        order.append("first")
    waiting.join()

    assert order == ["first", "second"]


def test_foreign_keys_are_kept(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write() as conn:
        conn.execute(insert(tables.inhoud).values(bericht=1, bytes=ring().dicht(b"", "proef")))


def test_an_error_of_the_database_does_not_quote_values(db: Database) -> None:
    row = {"hash": "999900006", "bsn": None}
    with pytest.raises(IntegrityError) as raised, db.write() as conn:
        conn.execute(insert(tables.client), [row, row])

    assert "999900006" not in str(raised.value)


@pytest.mark.dialects("sqlite")
def test_an_sqlite_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a file"):
        Database("sqlite://")


# --- numbers and rows ------------------------------------------------------------------------------------------------


def test_a_counter_counts_from_one(db: Database) -> None:
    with db.write() as conn:
        assert [volgende(conn, "H"), volgende(conn, "H"), volgende(conn, "feed")] == [1, 2, 1]


def test_a_number_taken_in_vain_is_given_back(db: Database, half_way: HalfWay) -> None:
    with pytest.raises(ZeroDivisionError):
        half_way(db, lambda conn: volgende(conn, "H"))

    with db.write() as conn:
        assert volgende(conn, "H") == 1


def test_many_rows_come_back_as_they_went_in(db: Database, nu: datetime) -> None:
    columns = ["ontvangen", "partij", "type", "sha256", "aantal_bevindingen", "bevindingen"]
    rows = [(nu + timedelta(seconds=i), "0503", "xsd-ongeldig", "a" * 64, i, [{"regel": "é"}]) for i in range(1000)]

    with db.write() as conn:
        insert_rows(conn, tables.weigering, rows, columns)

    with db.read() as conn:
        found = conn.execute(select(*(tables.weigering.c[name] for name in columns)).order_by(tables.weigering.c.nr))
        assert [tuple(row) for row in found] == rows


EVERYTHING = Table(
    "everything",
    MetaData(),
    Column("nr", columns.Nummer, primary_key=True),
    Column("tekst", String),
    Column("groot", BigInteger),
    Column("waar", Boolean),
    Column("dag", Date),
    Column("uur", Time),
    Column("moment", columns.UtcTijd),
    Column("bytes", LargeBinary),
    Column("json", JSON),
    Column("bsn", columns.BsnKolom),
)


def test_every_type_of_column_arrives_as_it_was(db: Database, nu: datetime) -> None:
    columns = [column.name for column in EVERYTHING.c if column.name != "nr"]
    rows = [
        (
            'é\t\\N\n"',
            -(2**62),
            True,
            date(2025, 2, 3),
            time(10, 15),
            nu,
            b"\x00\\x\xff\n",
            {"a": [1, "é\n"]},
            ring().dicht(b"999900006", "proef"),
        ),
        ("", 0, False, date(1, 1, 1), time.min, nu, b"", [], None),
        (None, None, None, None, None, None, None, None, None),
    ]
    with db.write() as conn:
        EVERYTHING.create(conn)
        insert_rows(conn, EVERYTHING, rows, columns)

    with db.read() as conn:
        found = conn.execute(select(*(EVERYTHING.c[name] for name in columns)).order_by(EVERYTHING.c.nr))
        assert [tuple(row) for row in found] == rows


def test_many_rows_that_break_a_rule_are_an_error_without_their_values(db: Database) -> None:
    rows = [("naam", "999900006", "0503"), (None, "999900018", "0603")]

    with pytest.raises(IntegrityError) as raised, db.write() as conn:
        insert_rows(conn, tables.partij, rows, ["naam", "code", "soort"])

    links = [raised.value, raised.value.__cause__, raised.value.orig]
    assert not any(bsn in str(link) for link in links for bsn in ("999900006", "999900018"))
    assert count(db, tables.partij) == 0


def test_no_rows_are_no_statement(db: Database) -> None:
    with db.write() as conn:
        insert_rows(conn, tables.weigering, [], ["partij"])

    assert count(db, tables.weigering) == 0


def test_rows_are_checked_by_the_types_of_their_columns(db: Database) -> None:
    with pytest.raises(ValueError, match="encrypted values only"), db.write() as conn:
        insert_rows(conn, tables.client, [("h", b"999900006")], ["hash", "bsn"])


def test_a_moment_comes_back_in_utc(db: Database) -> None:
    amsterdam = datetime(2025, 2, 3, 10, 15, tzinfo=timezone(timedelta(hours=1)))
    with db.write() as conn:
        access.audit(conn, amsterdam, "0503", "proef", "test")

    with db.read() as conn:
        moment = conn.execute(select(tables.audit.c.tijdstip)).scalar_one()
    assert moment == amsterdam
    assert moment.tzinfo is UTC


def test_a_moment_without_time_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="time zone"), db.write() as conn:
        access.audit(conn, datetime(2025, 2, 3), "0503", "proef", "test")  # noqa: DTZ001 - the point of the test


# --- append-only -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE audit SET partij = '0603'", "DELETE FROM audit"])
def test_the_audit_trail_is_only_added_to(db: Database, nu: datetime, statement: str) -> None:
    refuses(db, nu, statement)


@pytest.mark.dialects("sqlite")
def test_the_audit_trail_is_not_replaced_in(db: Database, nu: datetime) -> None:
    columns = "nr, tijdstip, partij, actie, oorzaak"
    refuses(db, nu, f"REPLACE INTO audit ({columns}) VALUES (1, '2025-02-03', '0603', 'a', 'b')")


@pytest.mark.dialects("postgresql")
def test_the_audit_trail_is_not_emptied(db: Database, nu: datetime) -> None:
    refuses(db, nu, "TRUNCATE audit")


def refuses(db: Database, nu: datetime, statement: str) -> None:
    """The audit trail, with one row in it, refuses this statement and keeps the row."""
    with db.write() as conn:
        access.audit(conn, nu, "0503", "proef", "test")

    with pytest.raises(DatabaseError, match="append-only"), db.write() as conn:
        conn.execute(text(statement))

    with db.read() as conn:
        assert conn.execute(select(tables.audit.c.partij)).scalars().all() == ["0503"]


# --- migrations ------------------------------------------------------------------------------------------------------


@pytest.fixture(params=LINEAGES)
def lineage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def migrated(lineage: str, tmp_path: Path) -> str:
    url = databases.url(tmp_path / "var", lineage)
    migrate(url, lineage)
    return url


def test_the_migrations_make_the_tables_of_the_kernel(migrated: str) -> None:
    engine = create_engine(migrated)
    with engine.connect() as conn:
        own = set(tables.metadata.tables)
        context = MigrationContext.configure(
            conn, opts={"include_name": lambda name, kind, _: kind != "table" or name in own}
        )
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_migrating_again_changes_nothing(migrated: str, lineage: str) -> None:
    db = Database(migrated)
    with db.write() as conn:
        volgende(conn, "H")
    db.close()

    migrate(migrated, lineage)

    again = Database(migrated)
    with again.write() as conn:
        assert volgende(conn, "H") == 2
    again.close()


def test_a_migrated_audit_trail_is_only_added_to(migrated: str, nu: datetime) -> None:
    db = Database(migrated)
    with db.write() as conn:
        access.audit(conn, nu, "0503", "proef", "test")

    with pytest.raises(DatabaseError, match="append-only"), db.write() as conn:
        conn.execute(update(tables.audit).values(partij="0603"))
    db.close()


@pytest.mark.dialects("sqlite")
def test_an_unknown_lineage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no lineage"):
        migrate(f"sqlite:///{tmp_path}/x.sqlite", "payment")


@pytest.mark.dialects("sqlite")
def test_a_folder_with_strange_characters_can_hold_a_database(tmp_path: Path) -> None:
    folder = tmp_path / "50% van: alles"
    migrate(f"sqlite:///{folder}/a.sqlite", "allocation")

    assert (folder / "a.sqlite").is_file()


def test_dates_stay_dates(db: Database) -> None:
    with db.write() as conn:
        conn.execute(insert(tables.partij).values(code="75000003", soort="software", naam="Voorbeeld"))
        row = {"gemachtigde": "75000003", "namens": "0503", "van": date(2025, 1, 1), "tot": None}
        conn.execute(insert(tables.machtiging).values(**row))

    with db.read() as conn:
        assert dict(conn.execute(select(tables.machtiging)).one()._mapping) == row
