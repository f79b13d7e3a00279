"""The servers the tests stand on: what a test gets there is its own, and is gone afterwards."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import servers
from sqlalchemy.engine import make_url

pytestmark = pytest.mark.dialects("postgresql")


def plain(url: str) -> str:
    """The URL as psycopg itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def databases() -> set[str]:
    with psycopg.connect(servers.postgres()) as conn:
        return {name for (name,) in conn.execute("SELECT datname FROM pg_database")}


def test_a_database_is_a_copy_of_its_template_and_no_more() -> None:
    def fill(url: str) -> None:
        with psycopg.connect(plain(url)) as conn:
            conn.execute("CREATE TABLE t (n integer)")

    made = servers.template(fill)
    first, second = servers.fresh_database(made), servers.fresh_database(made)
    with psycopg.connect(plain(first)) as conn:
        conn.execute("INSERT INTO t VALUES (1)")

    with psycopg.connect(plain(second)) as conn:
        assert conn.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_a_database_that_was_dropped_is_gone_whoever_is_connected() -> None:
    url = servers.fresh_database()
    name = make_url(url).database
    connected = psycopg.connect(plain(url))
    assert name in databases()

    servers.drop_database(url)

    assert name not in databases()
    connected.close()


def test_a_vhost_and_its_users_are_gone_afterwards() -> None:
    with servers.vhost() as made:
        made.user(f"{made.naam}_0503", write="inkomend")
        assert made.naam in {row["name"] for row in made.api("GET", "/vhosts")}
        assert f"{made.naam}_0503" in {row["name"] for row in made.api("GET", "/users")}

    with servers.vhost() as other:
        assert made.naam not in {row["name"] for row in other.api("GET", "/vhosts")}
        assert f"{made.naam}_0503" not in {row["name"] for row in other.api("GET", "/users")}


def test_a_server_of_ones_own_is_stopped_killed_and_started_again() -> None:
    with servers.own_postgres() as server:
        for end in (server.stop, server.kill):
            with psycopg.connect(server.url) as conn:
                conn.execute("CREATE TABLE IF NOT EXISTS t (n integer)")
            end()
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(server.url, connect_timeout=5)
            server.start()

        with psycopg.connect(server.url) as conn:
            assert conn.execute("SELECT count(*) FROM t").fetchone() == (0,)


@pytest.fixture
def no_run_yet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """As in a process that found nothing yet."""
    monkeypatch.setattr(servers, "_environment", {"BERICHTENHUB_TEST_RUN": str(tmp_path)})
    servers.postgres.cache_clear()
    yield
    servers.postgres.cache_clear()


@pytest.mark.usefixtures("no_run_yet")
def test_a_server_that_is_named_and_does_not_answer_is_a_failure() -> None:
    servers._environment["BERICHTENHUB_TEST_POSTGRES"] = "postgresql://postgres@127.0.0.1:1/postgres"

    with pytest.raises(servers.ServerOntbreekt, match="BERICHTENHUB_TEST_POSTGRES is niet te gebruiken"):
        servers.postgres()


@pytest.mark.usefixtures("no_run_yet")
def test_a_server_that_cannot_be_had_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_postgres_refuses", lambda _: "niemand antwoordt")
    monkeypatch.setattr(servers.own_servers, "postgres_programs", lambda: None)
    monkeypatch.setattr(servers.shutil, "which", lambda _: None)

    with pytest.raises(servers.ServerOntbreekt, match="De tests hebben PostgreSQL nodig: zet BERICHTENHUB_TEST_"):
        servers.postgres()


@pytest.mark.usefixtures("no_run_yet")
def test_a_server_that_is_named_comes_before_every_other() -> None:
    with servers.own_postgres() as server:
        servers._environment["BERICHTENHUB_TEST_POSTGRES"] = server.url
        assert servers.postgres() == server.url
