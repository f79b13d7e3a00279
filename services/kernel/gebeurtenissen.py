"""What the hub itself tells a party beside the messages of the standard: gebeurtenissen, given as CloudEvents 1.0.

A gebeurtenis names no person: codes, kinds, days, amounts of groups. It reaches a party as a row of its postbus.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import Connection, select

from services.kernel.berichten import Uitkomst, listed
from services.kernel.database import upsert
from services.kernel.tables import bericht, gebeurtenis, postbus

MEDIA_TYPE: Final = "application/cloudevents+json"
_SOORT: Final = "nl.berichtenhub."

# A message was refused and the standard has no message to say so: the bevindingen are in the event.
BERICHT_AFGEKEURD: Final = f"{_SOORT}bericht.afgekeurd"
# What came over the queue is no message the hub can take: the event has the problem it would have got over HTTP.
BERICHT_GEWEIGERD: Final = f"{_SOORT}bericht.geweigerd"
# The answer to a message is overdue.
TERMIJN_VERLOPEN: Final = f"{_SOORT}termijn.verlopen"
# The figures of a period, to its gemeente and the region.
CIJFERS: Final = f"{_SOORT}verzilvering.periode"


@dataclass(frozen=True, slots=True)
class Gebeurtenis:
    """One gebeurtenis; `bericht_id` is the message it is about."""

    id: str
    soort: str
    tijdstip: datetime
    bericht_id: str | None
    data: dict[str, Any]

    def json(self, pad: str) -> dict[str, Any]:
        """The CloudEvent; `pad` is where the service is mounted."""
        about = {"subject": self.bericht_id} if self.bericht_id else {}
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": f"{pad}/v1",
            "type": self.soort,
            "time": self.tijdstip.isoformat(),
            **about,
            "datacontenttype": "application/json",
            "data": self.data,
        }


def leg_vast(
    conn: Connection,
    soort: str,
    nu: datetime,
    data: Mapping[str, Any],
    *,
    bericht_nr: int | None = None,
    eenmalig: tuple[str, ...] | None = None,
) -> int | None:
    """Store a gebeurtenis, to be given to postbus.bezorg; the number of its row.

    With `eenmalig`, words that tell it from every other of its soort, it is stored once: None the second time.
    """
    id = str(uuid5(NAMESPACE_URL, "/".join((soort, *eenmalig)))) if eenmalig else str(uuid4())
    statement = upsert(conn, gebeurtenis).values(id=id, soort=soort, tijdstip=nu, bericht=bericht_nr, data=dict(data))
    once = statement.on_conflict_do_nothing(index_elements=[gebeurtenis.c.id]).returning(gebeurtenis.c.nr)
    nr = conn.execute(once).scalar_one_or_none()
    return None if nr is None else int(nr)


def meld_afgekeurd(conn: Connection, uitkomst: Uitkomst, bericht_nr: int, nu: datetime) -> tuple[str, int]:
    """Store that a message was refused which gets no answer message, with why; (verzender, number) for postbus.bezorg.

    Over HTTP the reply says so too. Over the queue nothing else would: there is no reply there.
    """
    data = {
        "berichtsoort": uitkomst.berichtsoort,
        "release": uitkomst.release,
        "identificatie": uitkomst.identificatie,
        "bestemming": uitkomst.bestemming,
        "oordeel": uitkomst.oordeel,
        "aantalBevindingen": uitkomst.aantal,
        "bevindingen": listed(uitkomst.bevindingen),
    }
    nr = leg_vast(conn, BERICHT_AFGEKEURD, nu, data, bericht_nr=bericht_nr)
    if nr is None:
        raise RuntimeError("a gebeurtenis that need not be the only one is always stored")
    return uitkomst.verzender, nr


def vind(conn: Connection, id: str, codes: frozenset[str] | None) -> Gebeurtenis | None:
    """The gebeurtenis with this id, if it lies in a postbus of one of `codes` (None: in whoever's)."""
    g = gebeurtenis.c
    statement = (
        select(g.id, g.soort, g.tijdstip, bericht.c.id, g.data)
        .join(bericht, bericht.c.nr == g.bericht, isouter=True)
        .where(g.id == id)
    )
    if codes is not None:
        statement = statement.where(g.nr.in_(select(postbus.c.gebeurtenis).where(postbus.c.partij.in_(codes))))
    row = conn.execute(statement).one_or_none()
    return Gebeurtenis(*row) if row else None
