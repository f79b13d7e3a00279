"""What a load brings about: rows, bookings, changes of A per gemeente, product and period, and work for the parties."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, case, cast, func, select

from services.declaration import tables
from services.declaration.journal import BEGROTING, VERPLICHT

_J = tables.journaal.c
_H = tables.herstel.c


@dataclass(frozen=True, slots=True)
class Geladen:
    """How many rows of the file are new or changed, and how many rows of the journal that brought."""

    rijen: int
    geboekt: int


@dataclass(frozen=True, slots=True)
class Verschuiving:
    """What A of one gemeente, product and period changes by, in eurocent, and on how many toewijzingen."""

    gemeente: str
    productcode: str | None
    periode: str
    toewijzingen: int
    bedrag: int


@dataclass(frozen=True, slots=True)
class Werk:
    """Lines that a party of the worklist is asked to mend, and what they differ by, in eurocent."""

    gemeente: str
    aanbieder: str
    soort: str
    regels: int
    bedrag: int


@dataclass(frozen=True, slots=True)
class Gevolgen:
    """Everything that was written to the journal as A and to the worklist since a moment."""

    verschuivingen: tuple[Verschuiving, ...]
    werk: tuple[Werk, ...]

    @property
    def bedrag(self) -> int:
        """What A changes by in all, in eurocent."""
        return sum(verschuiving.bedrag for verschuiving in self.verschuivingen)


Stand = tuple[int, int]  # the last rows of journaal and herstel


def stand(conn: Connection) -> Stand:
    """Where journal and worklist are now; what comes after it inside this transaction is what it brought about."""
    return _hoogste(conn, _J.nr), _hoogste(conn, _H.nr)


def sinds(conn: Connection, voor: Stand) -> Gevolgen:
    """What was written since: two queries."""
    sleutel = _J.gemeente, _J.productcode, _J.periode
    toewijzingen = func.count(func.distinct(_J.domein + "/" + cast(_J.toewijzing, String)))
    som = func.sum(case((_J.naar == VERPLICHT, _J.bedrag), else_=-_J.bedrag))
    booked = (
        select(*sleutel, toewijzingen, som)
        .where(_J.nr > voor[0], _J.van.in_((BEGROTING, VERPLICHT)))
        .group_by(*sleutel)
        .order_by(*sleutel)
    )
    wie = _H.gemeente, _H.aanbieder, _H.soort
    asked = select(*wie, func.count(), func.sum(_H.nieuw - _H.oud)).where(_H.nr > voor[1]).group_by(*wie).order_by(*wie)
    return Gevolgen(
        tuple(Verschuiving(g, c, p, int(n), int(bedrag)) for g, c, p, n, bedrag in conn.execute(booked)),
        tuple(Werk(g, a, soort, int(n), int(bedrag)) for g, a, soort, n, bedrag in conn.execute(asked)),
    )


def _hoogste(conn: Connection, column: ColumnElement[Any]) -> int:
    return int(conn.execute(select(func.coalesce(func.max(column), 0))).scalar_one())
