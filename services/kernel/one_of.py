"""Whether a column is one of many values, with one parameter for all of them.

`column.in_(values)` makes a parameter of each, and writing down 30,000 of them takes longer than looking them up.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import JSON, BindParameter, ColumnElement, Dialect, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


def one_of(column: ColumnElement[Any], values: Collection[Any] | BindParameter[Any]) -> ColumnElement[bool]:
    """As `column.in_(values)`, of whole numbers or texts; or of what a parameter brings when the statement runs."""
    if isinstance(values, BindParameter):
        return _OneOf(column, bindparam(values.key, type_=_Values(column.type)))
    return _OneOf(column, bindparam(None, values, type_=_Values(column.type), unique=True))


class _Values(TypeDecorator[list[Any]]):
    """An array in PostgreSQL, a text of JSON in SQLite."""

    impl = JSON
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> list[Any]:
        return list(value or ())

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.of) if dialect.name == "postgresql" else JSON())


class _OneOf(FunctionElement[bool]):
    # No Boolean: SQLAlchemy would compare it to 1 for SQLite, which then finds nothing by an index.
    name = "one_of"
    inherit_cache = True


@compiles(_OneOf, "postgresql")
def _any(element: _OneOf, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_OneOf, "sqlite")
def _in_json(element: _OneOf, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    # A column of ours, and a parameter.
    return f"{column} IN (SELECT value FROM json_each({values}))"  # nosec B608
