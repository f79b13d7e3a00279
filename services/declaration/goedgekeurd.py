"""What allocation may know of declarations: on which toewijzingen Prestaties are approved and not credited (TR385)."""

from collections.abc import Collection

from sqlalchemy import select

from services.declaration import tables
from services.kernel.one_of import one_of
from services.kernel.wiring import Dienst

_P = tables.prestatie.c
_OPEN = (_P.status == tables.GOEDGEKEURD) & (_P.dc == "D") & _P.telt & _P.gecrediteerd_door.is_(None)


def goedgekeurde_toewijzingen(dienst: Dienst, domein: str, gemeente: str, nummers: Collection[int]) -> frozenset[int]:
    """Those of these ToewijzingNummers on which something is approved and not credited."""
    statement = select(_P.grondslag).where(_P.gemeente == gemeente, _P.domein == domein, _OPEN).distinct()
    with dienst.database.read() as conn:
        return frozenset(conn.execute(statement.where(one_of(_P.grondslag, nummers))).scalars())
