"""What a message asks of a SQLite database goes by an index that was made for it; PostgreSQL: test_query_plans."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from allocation_service import Hub as Allocation
from declaration_hub import make_hub
from four_week_hub import make_hub_23, toewijs_23
from query_plans import (
    GROWS,
    asked,
    way_of_a_301_and_its_302,
    way_of_a_303,
    way_of_a_323_and_its_325,
    way_of_a_323_and_its_replay,
)
from sqlalchemy import text

from builders import prestatie, wmo323
from services.kernel.database import Database

pytestmark = pytest.mark.dialects("sqlite")

WHOLE = re.compile(rf"^SCAN ({'|'.join(GROWS)})\b")


def plans(database: Database, work: Callable[[], object]) -> dict[str, list[str]]:
    """Of every query that the work asks, how SQLite goes about it."""
    with asked() as queries:
        work()
    assert queries
    with database.read() as conn:
        return {
            statement: [str(row[-1]) for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            for statement, values in queries
        }


def whole_tables(database: Database, work: Callable[[], object]) -> list[str]:
    """The queries that read a table from end to end."""
    found = plans(database, work)
    return [f"{statement}\n{steps}" for statement, steps in found.items() if any(map(WHOLE.match, steps))]


def test_the_way_of_a_323_and_its_replay(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs()

    assert whole_tables(hub.dienst.database, partial(way_of_a_323_and_its_replay, hub)) == []


def test_the_way_of_a_323_without_mandaat_and_of_its_325(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs(gemeente="0603")

    assert whole_tables(hub.dienst.database, partial(way_of_a_323_and_its_325, hub)) == []


def test_the_way_of_a_303(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path)
    toewijs_23(hub)

    assert whole_tables(hub.dienst.database, partial(way_of_a_303, hub)) == []


def test_the_way_of_a_301_and_its_302(tmp_path: Path) -> None:
    hub = Allocation(tmp_path)

    assert whole_tables(hub.dienst.database, partial(way_of_a_301_and_its_302, hub)) == []


def test_numbers_that_were_used_are_looked_up_by_the_index_of_what_counts(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs()
    found = {
        statement: " ".join(steps)
        for statement, steps in plans(hub.dienst.database, lambda: hub.post(wmo323(prestatie()))).items()
        if statement.startswith("SELECT prestatie.referentienummer") or "declaratie.nummer = ?" in statement
    }

    assert len(found) == 2
    for statement, plan in found.items():
        index = "uq_prestatie_referentienummer_telt" if "referentienummer" in statement else "uq_declaratie_nummer_telt"
        assert index in plan


def test_a_planted_whole_table_is_seen(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)

    def ask() -> None:
        with hub.dienst.database.read() as conn:
            conn.execute(text("SELECT count(*) FROM prestatie WHERE volume = 7"))

    assert len(whole_tables(hub.dienst.database, ask)) == 1
