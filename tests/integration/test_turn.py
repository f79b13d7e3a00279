"""One relay at work per database: whose turn it is, and that the turn ends with who has it."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import servers
from sqlalchemy.engine import make_url

from services.kernel.delivery.turn import Beurt

# It makes a database of each kind by itself.
pytestmark = pytest.mark.dialects("sqlite")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'allocation.sqlite'}"
        return
    made = servers.fresh_database()
    yield made
    servers.drop_database(made)


def test_one_has_the_turn_and_the_other_gets_it_afterwards(url: str) -> None:
    first, second = Beurt(url), Beurt(url)

    assert first.neem()
    assert first.is_van_ons()
    assert not second.neem()
    assert not second.is_van_ons()

    first.geef_op()
    assert not first.is_van_ons()
    assert second.neem()
    second.geef_op()


def test_the_turn_can_be_taken_again(url: str) -> None:
    beurt = Beurt(url)
    for _ in range(2):
        assert beurt.neem()
        beurt.geef_op()


def test_two_databases_have_a_turn_each(url: str, tmp_path: Path) -> None:
    other = Beurt(f"sqlite:///{tmp_path / 'declaration.sqlite'}")
    beurt = Beurt(url)

    assert beurt.neem()
    assert other.neem()
    for taken in (beurt, other):
        taken.geef_op()


def test_who_lost_the_connection_lost_the_turn_and_knows_it() -> None:
    url = servers.fresh_database()
    beurt, other = Beurt(url), Beurt(url)
    assert beurt.neem()

    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert other.neem()
    assert not beurt.is_van_ons()
    beurt.geef_op()
    other.geef_op()
    servers.drop_database(url)
