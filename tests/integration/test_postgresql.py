"""What PostgreSQL has and SQLite has not: many writers at once, and a server that can be away."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import databases
import psycopg
import pytest
import servers
from builders_23 import wmo303
from declaration_hub import make_hub
from fastapi.testclient import TestClient
from four_week_hub import make_hub_23, toewijs_23
from going_live import hub, init
from running_hub import serving
from sqlalchemy import Connection, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from builders import prestatie, wmo301, wmo323
from services.cli import demo
from services.declaration import tables
from services.declaration.afspraken import loading
from services.declaration.api import create_app
from services.kernel import clients
from services.kernel import tables as kernel
from services.kernel.database import (
    Botsing,
    Database,
    DatabaseBezet,
    een_tegelijk,
    insert_rows,
    naast_elkaar,
    once_more,
    volgende,
)
from services.kernel.settings import Settings
from services.kernel.toegang import parties
from services.kernel.wiring import wire

pytestmark = pytest.mark.dialects("postgresql")


def at_once(*works: Callable[[], object]) -> list[object]:
    """Do all of these at the same moment, and give what they gave."""
    start = threading.Barrier(len(works))

    def begin(work: Callable[[], object]) -> object:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begin, works))


# --- transactions ----------------------------------------------------------------------------------------------------


def test_a_writer_sees_what_was_committed_meanwhile_and_a_reader_does_not(db: Database) -> None:
    counted = select(func.count()).select_from(kernel.teller)
    with db.write() as writing, db.read() as reading:
        before = writing.execute(counted).scalar_one(), reading.execute(counted).scalar_one()
        with db.write() as conn:
            volgende(conn, "H")
        after = writing.execute(counted).scalar_one(), reading.execute(counted).scalar_one()

    assert (before, after) == ((0, 0), (1, 0))


def test_a_session_is_known_by_name_and_counts_in_utc(db: Database) -> None:
    shown = "SELECT current_setting('application_name'), current_setting('TimeZone'), current_setting('lock_timeout')"
    with db.write() as writing, db.read() as reading:
        assert [tuple(conn.execute(text(shown)).one()) for conn in (writing, reading)] == 2 * [
            ("berichtenhub", "UTC", "30s")
        ]


def test_a_url_need_not_name_the_driver(db: Database) -> None:
    database = Database(plain(db.url))
    with database.read() as conn:
        assert conn.execute(text("SELECT 1")).scalar_one() == 1
    database.close()


def test_two_that_wait_for_each_other_both_get_it_done(db: Database) -> None:
    """A deadlock ends one of them, which is done once more."""
    with db.write() as conn:
        for naam in "AB":
            volgende(conn, naam)
    both_have_one = threading.Barrier(2, timeout=10)

    def take(first: str, second: str) -> Callable[[], None]:
        rounds = iter([both_have_one.wait])

        def work() -> None:
            with db.write() as conn:
                volgende(conn, first)
                next(rounds, lambda: None)()  # the second time nobody is waited for
                volgende(conn, second)

        return lambda: once_more(work)

    at_once(take("A", "B"), take("B", "A"))

    with db.read() as conn:
        assert conn.execute(select(kernel.teller.c.waarde)).scalars().all() == [3, 3]


def test_what_meets_another_twice_may_come_back_later(db: Database) -> None:
    def work() -> None:
        with db.write() as conn:
            conn.execute(text("DO $$BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END$$"))

    with pytest.raises(Botsing) as raised:
        once_more(work)
    assert isinstance(raised.value, DatabaseBezet)


def test_a_number_that_is_taken_meanwhile_is_judged_once_more(db: Database) -> None:
    tried: list[int] = []

    def work() -> int:
        tried.append(1)
        if len(tried) == 1:
            raise IntegrityError("", None, Exception())
        return len(tried)

    assert once_more(work) == 2


# --- locks -----------------------------------------------------------------------------------------------------------


def is_free(db: Database, take: Callable[[Connection], None]) -> bool:
    """Whether a lock can be had without waiting."""
    try:
        with db.write() as conn:
            conn.execute(text("SET LOCAL lock_timeout = '10ms'"))
            take(conn)
    except DatabaseBezet:
        return False
    return True


def test_one_scope_is_for_one_at_a_time_and_another_scope_is_free(db: Database) -> None:
    with db.write() as conn:
        een_tegelijk(conn, "75000001", "wmo")

        assert not is_free(db, lambda other: een_tegelijk(other, "75000001", "wmo"))
        assert is_free(db, lambda other: een_tegelijk(other, "75000001", "jeugd"))
    assert is_free(db, lambda other: een_tegelijk(other, "75000001", "wmo"))


def test_those_beside_each_other_keep_out_the_one_that_wants_it_alone(db: Database) -> None:
    with db.write() as conn:
        naast_elkaar(conn, "afspraken")

        assert is_free(db, lambda other: naast_elkaar(other, "afspraken"))
        assert not is_free(db, lambda other: een_tegelijk(other, "afspraken"))


def test_a_trial_waits_for_nobody(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs()
    hub.post(wmo323(prestatie()))
    with hub.dienst.database.write() as conn:
        een_tegelijk(conn, "75000001", "wmo")

        assert hub.post(wmo323(prestatie(), identificatie="B2"), proef=True).nieuw


def test_the_same_new_clients_in_either_order_are_made_once(db: Database) -> None:
    """Two aanbieders send the same persons at once, and neither waits for the other in vain."""
    hashes = [f"{n:064}" for n in range(300)]

    def make(order: list[str]) -> Callable[[], dict[str, int]]:
        def work() -> dict[str, int]:
            with db.write() as conn:
                return clients.client_nrs_van(conn, dict.fromkeys(order))

        return work

    found = at_once(*(make(order) for order in (hashes, hashes[::-1], hashes, hashes[::-1])))

    assert all(one == found[0] for one in found)
    with db.read() as conn:
        assert conn.execute(select(func.count()).select_from(kernel.client)).scalar_one() == len(hashes)


def test_an_aanbieder_and_who_keeps_its_administration_claim_once_what_both_claim(tmp_path: Path) -> None:
    """Their declarations have no number in common: what is used of the toewijzing is counted in one turn (TR311)."""
    service = make_hub_23(tmp_path)
    toewijs_23(service, aanbieder="75000002")
    with service.dienst.database.write() as conn:
        parties.machtig(conn, "75000001", "75000002", date(2024, 1, 1))

    both = [wmo303(aanbieder=aanbieder, nummer=f"F{aanbieder}") for aanbieder in ("75000001", "75000002")]
    outcomes = at_once(
        *(
            lambda xml=xml, als=als: service.post(xml, als=als)
            for xml, als in zip(both, ("75000001", "75000002"), strict=True)
        )
    )

    assert sorted(outcome.toegekend for outcome in outcomes) == [0, 48000]
    assert service.gedeclareerd() == {"2025-P01": 48000}


def test_tariffs_that_overlap_are_not_loaded_by_two_at_once(tmp_path: Path) -> None:
    service = make_hub(tmp_path)
    kop = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"

    def load(tarief: str) -> bool:
        with suppress(Exception), service.dienst.database.write() as conn:
            loading.laad_tarieven(conn, f"{kop}\n1926,,SPF3,2025-01-01,,{tarief},,2024-12-01,FICTIEF\n", service.moment)
            return True
        return False

    loaded = at_once(lambda: load("480.00"), lambda: load("520.00"))

    assert sorted(loaded) == [False, True]


def waits(db: Database, work: Future[Any]) -> bool:
    """Whether it comes to wait for a lock, before it is done."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
    own = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    with psycopg.connect(plain(db.url), autocommit=True) as conn:
        while not work.done():
            if conn.execute(f"{waiting} AND {own}").fetchone() != (0,):
                return True
    return False


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def test_messages_wait_while_the_agreements_change(tmp_path: Path) -> None:
    service = make_hub(tmp_path)
    service.toewijs()
    service.post(wmo323(prestatie()))
    with service.dienst.database.write() as conn, ThreadPoolExecutor(1) as pool:
        loading.laad_mandaten(conn, "gemeente,van,tot,besluit,soorten\n0503,2023-01-01,2024-12-31,FICTIEF,WMO323\n")
        judged = pool.submit(service.post, wmo323(prestatie(referentie="P2"), identificatie="D2", nummer="N2"))
        assert waits(service.dienst.database, judged)
        conn.commit()

    assert judged.result().oordeel == "doorgestuurd"


# --- a server that is away -------------------------------------------------------------------------------------------


def end_session(conn: Connection) -> None:
    """Let the server end the session of this connection, from another one."""
    pid = conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with psycopg.connect(servers.postgres(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def lose(begin: Callable[[], AbstractContextManager[Connection]], *work: Callable[[Connection], object]) -> None:
    """Do the first work, lose the connection, and do the rest."""
    first, *rest = work
    with begin() as conn:
        first(conn)
        end_session(conn)
        for later in rest:
            later(conn)


def test_a_connection_lost_in_a_statement_is_bezet_and_the_next_one_works(db: Database) -> None:
    ask = partial(Connection.execute, statement=text("SELECT 1"))
    for begin in (db.write, db.read):
        with pytest.raises(DatabaseBezet):
            lose(begin, ask, ask)

    with db.write() as conn:
        assert volgende(conn, "H") == 1


def test_a_connection_lost_in_a_copy_is_bezet(db: Database) -> None:
    def copy(conn: Connection) -> None:
        insert_rows(conn, kernel.partij, [("0503", "gemeente", "Delft")], ["code", "soort", "naam"])

    with pytest.raises(DatabaseBezet):
        lose(db.write, lambda conn: volgende(conn, "H"), copy)


def test_a_connection_lost_at_the_commit_is_bezet(db: Database) -> None:
    with pytest.raises(DatabaseBezet):
        lose(db.write, lambda conn: volgende(conn, "H"))


def test_a_message_whose_connection_is_lost_is_stored_once_when_it_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_hub(tmp_path)
    service.toewijs()
    monkeypatch.setattr("services.declaration.process.postbus.bezorg", lambda conn, *_: end_session(conn))
    with pytest.raises(DatabaseBezet):
        service.post(wmo323())
    monkeypatch.undo()

    assert [service.post(wmo323()).nieuw for _ in range(2)] == [True, False]
    assert service.count(tables.declaratie) == 1


def test_a_server_that_stops_and_starts_is_503_and_then_works_again(settings: Settings) -> None:
    with servers.own_postgres() as server:
        dienst = wire("declaration", settings.model_copy(update={"declaration_database": server.url}))
        client = TestClient(create_app(dienst, lambda *_: []))
        statuses = [client.get("/healthz").status_code]
        for end in (server.stop, server.kill):
            end()
            statuses.append(client.get("/healthz").status_code)
            server.start()
            statuses.append(client.get("/healthz").status_code)
        dienst.database.close()

    assert statuses == [200, 503, 200, 503, 200]


# --- the command -----------------------------------------------------------------------------------------------------


def test_init_makes_tables_in_a_database_that_is_there_and_no_files(tmp_path: Path) -> None:
    data = init(tmp_path / "var")

    assert databases.content(data, "SELECT count(*) FROM partij") > [(5,)]
    assert not list(data.glob("*.sqlite*"))
    assert hub("journaal", "check", "--data", data).exit_code == 0


def test_a_served_hub_takes_a_message_and_knows_it_again(tmp_path: Path) -> None:
    data = init(tmp_path / "var")
    urls = {f"BERICHTENHUB_{name.upper()}": url for name, url in databases.settings_of(data).items()}

    with serving(data, **urls) as running:
        statuses = [running.post("allocation", "0503", wmo301()).status_code for _ in range(2)]

    assert statuses == [201, 200]


def test_a_demo_leaves_the_databases_of_the_environment_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERICHTENHUB_VANDAAG", "2026-02-15")
    for name, url in databases.settings_of(tmp_path).items():
        monkeypatch.setenv(f"BERICHTENHUB_{name.upper()}", url)

    demo.prepare(tmp_path / "demo")

    assert {file.name for file in (tmp_path / "demo").glob("*.sqlite")} == {"allocation.sqlite", "declaration.sqlite"}
    assert set(databases.snapshot(tmp_path)) == set()


@pytest.mark.parametrize("command", ["init", "serve", "partij lijst"])
def test_a_database_that_does_not_exist_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    refused = without_server(tmp_path, monkeypatch, f"{servers.postgres().rsplit('/', 1)[0]}/nergens", command)

    assert "De database nergens" in refused
    assert "createdb nergens" in refused
    assert "BERICHTENHUB_" in refused


@pytest.mark.parametrize("command", ["init", "serve", "partij lijst"])
def test_a_server_that_does_not_answer_is_named_without_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    refused = without_server(tmp_path, monkeypatch, "postgresql://hub:geheim@127.0.0.1:1/declaration", command)

    assert "PostgreSQL op 127.0.0.1:1 antwoordt niet" in refused
    assert "geheim" not in refused.replace("geheimen", "")


def without_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, command: str) -> str:
    """What a command says that is told to use this database."""
    data = init(tmp_path / "var")
    for dienst in databases.DIENSTEN:
        monkeypatch.setenv(f"BERICHTENHUB_{dienst.upper()}_DATABASE", url)
        monkeypatch.setitem(databases._made, (data, dienst), url)
    refused = hub(*command.split(), "--data", data)
    databases._made.pop((data, "allocation"))
    databases._made.pop((data, "declaration"))
    assert refused.exit_code == 3
    assert "Traceback" not in refused.output
    return str(refused.stderr)
