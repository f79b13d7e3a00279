"""A column that is one of many values, in both databases."""

from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, insert, select
from sqlalchemy.dialects import sqlite

from services.kernel.database import Database
from services.kernel.one_of import one_of

EEN = Table("een", MetaData(), Column("nr", Integer, primary_key=True), Column("naam", String(8)))
ROWS = [{"nr": nr, "naam": f"n{nr}"} for nr in range(5)] + [{"nr": 5, "naam": None}, {"nr": 6, "naam": "o'c\"[,]"}]


def found(db: Database, column: Any, values: Any, negated: bool = False) -> list[int]:
    with db.write() as conn:
        EEN.create(conn, checkfirst=True)
        if conn.execute(select(EEN)).first() is None:
            conn.execute(insert(EEN), ROWS)
        where = one_of(column, values)
        return list(conn.execute(select(EEN.c.nr).where(~where if negated else where).order_by(EEN.c.nr)).scalars())


@pytest.mark.parametrize(
    "values", [[1, 3], {3, 1}, [1, 3, 99], range(1, 4, 2)], ids=["list", "set", "unknown", "range"]
)
def test_whole_numbers_are_found(db: Database, values: Any) -> None:
    assert found(db, EEN.c.nr, values) == [1, 3]


def test_texts_are_found_whatever_stands_in_them(db: Database) -> None:
    assert found(db, EEN.c.naam, ["n2", "o'c\"[,]", "n9"]) == [2, 6]


def test_of_none_nothing_is_found_and_of_the_rest_all(db: Database) -> None:
    assert found(db, EEN.c.nr, []) == []
    assert found(db, EEN.c.nr, [0, 1], negated=True) == [2, 3, 4, 5, 6]


def test_more_values_than_a_statement_has_parameters(db: Database) -> None:
    assert found(db, EEN.c.nr, range(2, 100_000)) == [2, 3, 4, 5, 6]


def test_a_statement_that_is_made_once_takes_its_values_when_it_runs(db: Database) -> None:
    found(db, EEN.c.nr, [])
    statement = select(EEN.c.nr).where(one_of(EEN.c.nr, bindparam("nrs"))).order_by(EEN.c.nr)

    with db.read() as conn:
        both = [list(conn.execute(statement, {"nrs": nrs}).scalars()) for nrs in ({4, 1}, [99], ())]
    assert both == [[1, 4], [], []]


@pytest.mark.dialects("sqlite")
@pytest.mark.parametrize("column", [EEN.c.nr, EEN.c.naam])
def test_sqlite_finds_them_by_an_index(db: Database, column: Any) -> None:
    """PostgreSQL does so from some thousands of rows on: test_query_plans."""
    found(db, EEN.c.nr, [])
    asked = select(EEN.c.nr).where(one_of(column, bindparam("values"))).compile(dialect=sqlite.dialect())

    with db.write() as conn:
        conn.exec_driver_sql("CREATE INDEX ix_een_naam ON een (naam)")
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ("[]",)).all()
    assert str(plan[0][-1]).startswith("SEARCH een")
