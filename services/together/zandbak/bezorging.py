"""Delivery in a zandbak: rows for a party's postbus that come late, or twice; in the transaction that made them.

What waits stands in a table of the zandbak's own, beside those of the service: for who reads the postbus, at once or by
long poll, it is not there yet. A row that comes twice has two numbers and one berichtId, as after a redelivery.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from services.kernel import postbus
from services.kernel.columns import UtcTijd
from services.kernel.database import Database
from services.kernel.privacy.sleutelring import Sleutelring
from services.kernel.tables import bericht, gebeurtenis, postbus_teller
from services.kernel.tables import postbus as postbus_tabel
from services.kernel.wiring import clock
from services.together.zandbak.gedrag import Regel, verdubbelt, vertraging

Gedrag = Callable[[], tuple[Regel, ...]]

_EIGEN: Final = MetaData()
# `vanaf` is of the real clock, `aangemaakt` of the zandbak's.
wachtrij: Final = Table(
    "zandbak_wachtrij",
    _EIGEN,
    Column("nr", Integer, primary_key=True),
    Column("partij", String, nullable=False),
    Column("bericht", ForeignKey(bericht.c.nr)),
    Column("gebeurtenis", ForeignKey(gebeurtenis.c.nr)),
    Column("aangemaakt", UtcTijd, nullable=False),
    Column("vanaf", UtcTijd, nullable=False),
)
_P = postbus_tabel.c
_W = wachtrij.c


class Zandbakdatabase(Database):
    """The database of a service in a zandbak: before each commit the new rows for a postbus are delivered as asked."""

    def __init__(self, url: str, ring: Sleutelring, gedrag: Gedrag) -> None:
        super().__init__(url, ring)
        self._gedrag = gedrag
        with super().write() as conn:
            _EIGEN.create_all(conn, tables=[wachtrij])

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as conn:
            voor = _tellers(conn)
            yield conn
            _bezorg(conn, voor, self._gedrag())

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with super().read() as conn:
            te_laat = conn.execute(_aan_de_beurt(clock()).limit(1)).first() is not None
        if te_laat:
            with super().write() as conn:
                _laat_los(conn, clock())
        with super().read() as conn:
            yield conn


def _tellers(conn: Connection) -> dict[str, int]:
    return {row.partij: row.nr for row in conn.execute(select(postbus_teller))}


def _bezorg(conn: Connection, voor: dict[str, int], gedrag: tuple[Regel, ...]) -> None:
    """Double and hold back what this transaction put in a postbus, by the gedrag of the party it is for."""
    for partij in {regel.partij for regel in gedrag}:
        seconden, dubbel = vertraging(gedrag, partij), verdubbelt(gedrag, partij)
        if not (seconden or dubbel):
            continue
        na = voor.get(partij, 0)
        nieuw = [
            (row.bericht, row.gebeurtenis, row.aangemaakt)
            for row in conn.execute(select(postbus_tabel).where(_P.partij == partij, _P.nr > na).order_by(_P.nr))
        ]
        stukken = [stuk for stuk in nieuw for _ in range(2 if dubbel else 1)]
        _neem_uit(conn, partij, na)
        if seconden:
            _houd_vast(conn, partij, stukken, clock() + timedelta(seconds=seconden))
        else:
            _leg_in(conn, partij, stukken)


def _neem_uit(conn: Connection, partij: str, na: int) -> None:
    """As if nothing was put there since: nobody saw it, and who waits for a higher number must not be woken by it."""
    conn.execute(delete(postbus_tabel).where(_P.partij == partij, _P.nr > na))
    conn.execute(update(postbus_teller).where(postbus_teller.c.partij == partij).values(nr=na))


def _houd_vast(
    conn: Connection, partij: str, stukken: list[tuple[int | None, int | None, datetime]], vanaf: datetime
) -> None:
    rijen = [
        {"partij": partij, "bericht": b, "gebeurtenis": g, "aangemaakt": gemaakt, "vanaf": vanaf}
        for b, g, gemaakt in stukken
    ]
    if rijen:
        conn.execute(insert(wachtrij), rijen)


def _leg_in(conn: Connection, partij: str, stukken: list[tuple[int | None, int | None, datetime]]) -> None:
    for bericht_nr, gebeurtenis_nr, gemaakt in stukken:
        berichten = [(partij, bericht_nr)] if bericht_nr is not None else []
        gebeurtenissen = [(partij, gebeurtenis_nr)] if gebeurtenis_nr is not None else []
        postbus.bezorg(conn, berichten, gemaakt, gebeurtenissen)


def _aan_de_beurt(nu: datetime) -> Select[Any]:
    return select(wachtrij).where(_W.vanaf <= nu).order_by(_W.vanaf, _W.nr)


def _laat_los(conn: Connection, nu: datetime) -> None:
    for row in conn.execute(_aan_de_beurt(nu)).all():
        _leg_in(conn, row.partij, [(row.bericht, row.gebeurtenis, row.aangemaakt)])
        conn.execute(delete(wachtrij).where(_W.nr == row.nr))
