"""What is pushed: one row of a postbus with its content, as the queue and the webhook both carry it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from services.kernel import berichten, gebeurtenissen
from services.kernel.postbus import HUB
from services.kernel.tables import bericht, gebeurtenis, postbus
from services.kernel.wiring import Dienst


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


def volgende(conn: Connection, dienst: Dienst, code: str, na: int) -> Zending | None:
    """The first row of a party's postbus with a number above `na`."""
    p = postbus.c
    rest = select(p.nr, p.aangemaakt, p.bericht, p.gebeurtenis).where(p.partij == code, p.nr > na)
    row = conn.execute(rest.order_by(p.nr).limit(1)).one_or_none()
    if row is None:
        return None
    nr, aangemaakt, bericht_nr, gebeurtenis_nr = row
    if bericht_nr is not None:
        return _bericht(conn, dienst, nr, aangemaakt, bericht_nr)
    return _gebeurtenis(conn, dienst, code, nr, aangemaakt, gebeurtenis_nr)


def _bericht(conn: Connection, dienst: Dienst, nr: int, aangemaakt: datetime, bericht_nr: int) -> Zending:
    b, heen = bericht.c, bericht.alias("heen")
    statement = (
        select(b.id, b.berichtsoort, b.standaard, b.release, b.verzender, b.bestemming, heen.c.id)
        .join(heen, heen.c.nr == b.antwoord_op, isouter=True)
        .where(b.nr == bericht_nr)
    )
    id, soort, standaard, release, verzender, bestemming, antwoord_op = conn.execute(statement).one()
    kenmerken = {
        **_kenmerken(dienst, nr, verzender, bestemming),
        "standaard": standaard,
        "release": release,
        **({"antwoordOp": antwoord_op} if antwoord_op else {}),
    }
    return Zending(nr, id, soort, "application/xml", berichten.inhoud(conn, bericht_nr), aangemaakt, kenmerken)


def _gebeurtenis(
    conn: Connection, dienst: Dienst, code: str, nr: int, aangemaakt: datetime, gebeurtenis_nr: int
) -> Zending:
    id = conn.execute(select(gebeurtenis.c.id).where(gebeurtenis.c.nr == gebeurtenis_nr)).scalar_one()
    found = gebeurtenissen.vind(conn, id, None)
    if found is None:
        raise RuntimeError("the id was read in this snapshot")
    inhoud = json.dumps(found.json(dienst.pad), ensure_ascii=False).encode()
    kenmerken = _kenmerken(dienst, nr, HUB, code)
    return Zending(nr, found.id, found.soort, gebeurtenissen.MEDIA_TYPE, inhoud, aangemaakt, kenmerken)


def _kenmerken(dienst: Dienst, nr: int, verzender: str, bestemming: str) -> dict[str, Any]:
    return {"dienst": dienst.naam, "nr": nr, "verzender": verzender, "bestemming": bestemming}
