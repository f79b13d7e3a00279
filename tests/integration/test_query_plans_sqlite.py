"""What a message asks of a SQLite database goes by an index that was made for it; PostgreSQL: test_query_plans."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from allocation_service import DELFT, EEN
from allocation_service import Hub as Allocation
from builders_23 import prestatie23, wmo303
from declaration_hub import make_hub
from four_week_hub import make_hub_23, toewijs_23
from query_plans import GROWS, asked
from sqlalchemy import text

from builders import prestatie, product, wmo301, wmo302, wmo323, wmo325
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

    def way() -> None:
        hub.post(wmo323())
        hub.post(wmo323())
        terug = prestatie(referentie="P2", vorig="P0001", dc="C")
        hub.post(wmo323(terug, identificatie="D2", nummer="N2"))

    assert whole_tables(hub.dienst.database, way) == []


def test_the_way_of_a_323_without_mandaat_and_of_its_325(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs(gemeente="0603")
    heen = wmo323(ontvanger="0603")

    def way() -> None:
        hub.post(heen)
        hub.post(wmo325(heen), als="0603")

    assert whole_tables(hub.dienst.database, way) == []


def test_the_way_of_a_303(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path)
    toewijs_23(hub)

    assert whole_tables(hub.dienst.database, lambda: hub.post(wmo303(prestatie23(toewijzing=None)))) == []


def test_the_way_of_a_301_and_its_302(tmp_path: Path) -> None:
    hub = Allocation(tmp_path)

    def way() -> None:
        hub.send(DELFT, wmo301())
        hub.send(DELFT, wmo301(product(toewijzingsdatum="2025-01-02"), identificatie="T2", dagtekening="2025-01-02"))
        hub.send(EEN, wmo302(wmo301(), codes=("0001",)))

    assert whole_tables(hub.dienst.database, way) == []


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
