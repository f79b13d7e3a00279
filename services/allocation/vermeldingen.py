"""Which messages name a toewijzing or a client, and which belong together by a ReferentieAanbieder."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, Select, select, union

from services.allocation import tables
from services.kernel import tables as kernel
from services.kernel.berichten import EERDER, Eerder
from services.kernel.database import insert_rows

_M: Final = tables.vermelding.c
_V: Final = tables.toewijzing_versie.c
_H: Final = tables.toewijzing_herhaling.c
_B: Final = kernel.bericht.c
# The request of an aanbieder, the gemeente's answer to it, and the 301 that grants it.
_SAMENHANG: Final = ("301", "315", "317", "319")


def bewaar(conn: Connection, bericht_nr: int, toewijzingen: Collection[int], referenties: Collection[str]) -> None:
    """Keep what a message that is passed on names."""
    rows: list[tuple[Any, ...]] = [(bericht_nr, nummer, None) for nummer in sorted(toewijzingen)]
    rows += [(bericht_nr, None, referentie) for referentie in sorted(referenties)]
    insert_rows(conn, tables.vermelding, rows, ["bericht", "toewijzing", "referentie"])


def met_toewijzing(nummer: int) -> Select[Any]:
    """The messages that brought a version of it, carried one again, or name it."""
    versies = select(_V.bericht).where(_V.nummer == nummer, _V.bericht.is_not(None))
    herhaald = select(_H.bericht).join(tables.toewijzing_versie, _V.nr == _H.versie).where(_V.nummer == nummer)
    genoemd = select(_M.bericht).where(_M.toewijzing == nummer)
    return select(union(versies, herhaald, genoemd).subquery())


def van_client(hashed: str) -> Select[Any]:
    """The messages about what was ever assigned to this client: by its versions, or by their numbers."""
    client = select(kernel.client.c.nr).where(kernel.client.c.hash == hashed).scalar_subquery()
    versies = select(_V.bericht).where(_V.client == client, _V.bericht.is_not(None))
    herhaald = select(_H.bericht).join(tables.toewijzing_versie, _V.nr == _H.versie).where(_V.client == client)
    # A number is of one gemeente and domein, and so is a message.
    genoemd = (
        select(_M.bericht)
        .join(tables.toewijzing_versie, _V.nummer == _M.toewijzing)
        .join(kernel.bericht, _B.nr == _M.bericht)
        .where(_V.client == client, _B.domein == _V.domein, _V.gemeente.in_((_B.verzender, _B.bestemming)))
    )
    return select(union(versies, herhaald, genoemd).subquery())


def verwanten(conn: Connection, eerder: Eerder) -> list[Eerder]:
    """The messages between the same two parties that share a ReferentieAanbieder with this one, in order."""
    if not eerder.berichtsoort.endswith(_SAMENHANG):
        return []
    referenties = union(
        select(_V.referentie_aanbieder.label("referentie")).where(_V.bericht == eerder.nr),
        select(_M.referentie).where(_M.bericht == eerder.nr),
    ).subquery()
    gedeeld = select(referenties.c.referentie)
    anderen = union(
        select(_V.bericht).where(_V.referentie_aanbieder.in_(gedeeld)),
        select(_M.bericht).where(_M.referentie.in_(gedeeld)),
    ).subquery()
    wie = (eerder.verzender, eerder.bestemming)
    statement = EERDER.where(
        _B.nr.in_(select(anderen)),
        _B.nr != eerder.nr,
        _B.domein == eerder.domein,
        _B.verzender.in_(wie),
        _B.bestemming.in_(wie),
    )
    return [Eerder(*row) for row in conn.execute(statement.order_by(_B.nr))]
