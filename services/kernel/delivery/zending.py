"""What is pushed: one row of a postbus with its content, as the queue and the webhook both carry it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from services.kernel import berichten, gebeurtenissen
from services.kernel.postbus import HUB
from services.kernel.privacy.sleutelring import Onleesbaar
from services.kernel.tables import bericht, gebeurtenis, postbus
from services.kernel.tables import inhoud as opgeslagen
from services.kernel.wiring import Dienst

# What is read at once: in the memory a message is some ten times as large as it is stored.
RIJEN: Final = 100
BYTES: Final = 256_000


_heen = bericht.alias("heen")
_RIJEN: Final = (
    select(
        *(postbus.c.nr, postbus.c.aangemaakt, postbus.c.bericht, gebeurtenis.c.id.label("gebeurtenis")),
        *(bericht.c[naam] for naam in ("id", "berichtsoort", "standaard", "release", "verzender", "bestemming")),
        _heen.c.id.label("antwoord_op"),
        func.coalesce(func.length(opgeslagen.c.bytes), 0).label("bytes"),
    )
    .join(bericht, bericht.c.nr == postbus.c.bericht, isouter=True)
    .join(_heen, _heen.c.nr == bericht.c.antwoord_op, isouter=True)
    .join(opgeslagen, opgeslagen.c.bericht == postbus.c.bericht, isouter=True)
    .join(gebeurtenis, gebeurtenis.c.nr == postbus.c.gebeurtenis, isouter=True)
    .order_by(postbus.c.nr)
)


@dataclass(frozen=True, slots=True)
class Zending:
    """One row with all that goes out. `kenmerken` tell what it is without opening it: codes and kinds, no persons.

    `inhoud` is None when the bytes of the message were not kept.
    """

    nr: int
    id: str
    berichtsoort: str
    mediatype: str
    inhoud: bytes | None
    aangemaakt: datetime
    kenmerken: dict[str, str | int]


def volgende(dienst: Dienst, code: str, na: int, rijen: int, conn: Connection) -> list[Zending]:
    """The first rows of a party's postbus with a number above `na`, in order; at most so many, and so many bytes."""
    rows = _passend(conn.execute(_RIJEN.where(postbus.c.partij == code, postbus.c.nr > na).limit(rijen)))
    try:
        inhoud = dict(berichten.inhouden(conn, [row.bericht for row in rows if row.bericht is not None]))
    except Onleesbaar:
        if len(rows) == 1:
            raise
        # What comes before a content that cannot be opened does not wait for it.
        return volgende(dienst, code, na, 1, conn)
    return [_zending(conn, dienst, code, row, inhoud) for row in rows]


def _passend(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """The first of them, and those after it as long as they are small together."""
    passend: list[Row[Any]] = []
    ruimte = BYTES
    for row in rows:
        ruimte -= row.bytes
        if passend and ruimte < 0:
            break
        passend.append(row)
    return passend


def _zending(conn: Connection, dienst: Dienst, code: str, row: Row[Any], inhoud: Mapping[int, bytes]) -> Zending:
    if row.bericht is None:
        return _gebeurtenis(conn, dienst, code, row)
    kenmerken = {
        **_kenmerken(dienst, row.nr, row.verzender, row.bestemming),
        "standaard": row.standaard,
        "release": row.release,
        **({"antwoordOp": row.antwoord_op} if row.antwoord_op else {}),
    }
    bytes_ = inhoud.get(row.bericht)
    return Zending(row.nr, row.id, row.berichtsoort, "application/xml", bytes_, row.aangemaakt, kenmerken)


def _gebeurtenis(conn: Connection, dienst: Dienst, code: str, row: Row[Any]) -> Zending:
    found = gebeurtenissen.vind(conn, row.gebeurtenis, None)
    if found is None:
        raise RuntimeError("the id was read in this snapshot")
    inhoud = json.dumps(found.json(dienst.pad), ensure_ascii=False).encode()
    kenmerken = _kenmerken(dienst, row.nr, HUB, code)
    return Zending(row.nr, found.id, found.soort, gebeurtenissen.MEDIA_TYPE, inhoud, row.aangemaakt, kenmerken)


def _kenmerken(dienst: Dienst, nr: int, verzender: str, bestemming: str) -> dict[str, Any]:
    return {"dienst": dienst.naam, "nr": nr, "verzender": verzender, "bestemming": bestemming}
