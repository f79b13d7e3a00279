"""What a message asks of a SQLite database goes by an index that was made for it; PostgreSQL: test_query_plans."""

from pathlib import Path
from typing import Any

import pytest
from declaration_hub import make_hub
from sqlalchemy import event
from sqlalchemy.engine import Engine

from builders import prestatie, wmo323

pytestmark = pytest.mark.dialects("sqlite")


def test_numbers_that_were_used_are_looked_up_by_the_index_of_what_counts(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs()
    asked: list[tuple[str, Any]] = []

    def note(*about: Any) -> None:
        asked.append((about[2], about[3]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        hub.post(wmo323(prestatie()))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    with hub.dienst.database.read() as conn:
        plans = {
            statement: " ".join(str(row) for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
            for statement, values in asked
            if statement.startswith("SELECT prestatie.referentienummer") or "declaratie.nummer = ?" in statement
        }

    assert len(plans) == 2
    for statement, plan in plans.items():
        index = "uq_prestatie_referentienummer_telt" if "referentienummer" in statement else "uq_declaratie_nummer_telt"
        assert index in plan
