"""The product lists of the gemeenten as this service knows them: a copy of declaration's, put here by hub contract."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection, bindparam, delete, exists, select

from services.allocation import tables
from services.allocation.rules import Lijstrij
from services.kernel.database import een_tegelijk, insert_rows
from services.kernel.one_of import one_of

_COLUMNS = ("gemeente", "productcode", "categorie", "van", "tot")
_L = tables.productlijst.c
_HEEFT_LIJST = select(exists().where(_L.gemeente == bindparam("van")))
_OP_LIJST = select(_L.productcode, _L.categorie, _L.van, _L.tot).where(
    _L.gemeente == bindparam("van"), one_of(_L.productcode, bindparam("codes"))
)


def vervang(conn: Connection, rijen: Sequence[tuple[str, str, str, date, date | None]]) -> None:
    """Put these lists (gemeente, productcode, categorie, van, tot) in the place of all there are."""
    een_tegelijk(conn, "productlijst")
    conn.execute(delete(tables.productlijst))
    insert_rows(conn, tables.productlijst, rijen, _COLUMNS)


def lees(conn: Connection, gemeente: str, codes: Collection[str]) -> tuple[Lijstrij, ...] | None:
    """The rows of a gemeente's list about these codes; None when it has given the hub no list at all."""
    if not conn.execute(_HEEFT_LIJST, {"van": gemeente}).scalar_one():
        return None
    rijen = conn.execute(_OP_LIJST, {"van": gemeente, "codes": sorted(set(codes))})
    return tuple(Lijstrij(*row) for row in rijen)
