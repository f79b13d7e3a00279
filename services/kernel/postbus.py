"""The postbus: what must reach a party, as rows of the transaction that decided it, numbered per party.

The numbers of a party follow commit order, so that a reader's cursor never passes a row that is yet to be committed:
whoever takes a number holds the party's counter row until the commit.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import NoResultFound

from services.kernel.database import insert_rows, upsert
from services.kernel.tables import bericht, postbus, postbus_teller


@dataclass(frozen=True, slots=True)
class Poststuk:
    """One row of a postbus, with what the receiver must know of the message to fetch it."""

    nr: int
    bericht_id: str
    standaard: str
    release: str
    berichtsoort: str
    verzender: str
    aangemaakt: datetime
    bevestigd: datetime | None

    def json(self, pad: str) -> dict[str, Any]:
        """The shape of design §5; `pad` is where the service is mounted."""
        return {
            "nr": self.nr,
            "berichtId": self.bericht_id,
            "standaard": self.standaard,
            "release": self.release,
            "berichtsoort": self.berichtsoort,
            "verzender": self.verzender,
            "aangemaakt": self.aangemaakt.isoformat(),
            "bevestigd": self.bevestigd.isoformat() if self.bevestigd else None,
            "href": f"{pad}/v1/berichten/{self.bericht_id}/xml",
        }


def bezorg(conn: Connection, partijen_en_berichten: Sequence[tuple[str, int]], nu: datetime) -> None:
    """Put each (party, number of the message) in that party's postbus, in the order given per party.

    Call it as the last statement of a transaction: the counters are taken in the order of the parties' codes, so that
    two transactions never wait for each other, and are held for as short as can be.
    """
    per_party: dict[str, list[int]] = defaultdict(list)
    for code, bericht_nr in partijen_en_berichten:
        per_party[code].append(bericht_nr)
    rows: list[tuple[Any, ...]] = []
    for code in sorted(per_party):
        messages = per_party[code]
        first = _take(conn, code, len(messages)) - len(messages) + 1
        rows += [(code, nr, bericht_nr, nu) for nr, bericht_nr in enumerate(messages, first)]
    insert_rows(conn, postbus, rows, ["partij", "nr", "bericht", "aangemaakt"])


def _take(conn: Connection, code: str, aantal: int) -> int:
    """Raise the party's counter by `aantal`; the last of the numbers taken."""
    statement = upsert(conn, postbus_teller).values(partij=code, nr=aantal)
    raised = statement.on_conflict_do_update(
        index_elements=[postbus_teller.c.partij], set_={"nr": postbus_teller.c.nr + aantal}
    )
    return int(conn.execute(raised.returning(postbus_teller.c.nr)).scalar_one())


def lees(conn: Connection, partij: str, na: int, limit: int) -> list[Poststuk]:
    """At most `limit` rows of a party's postbus with a number above `na`, confirmed ones too, in order."""
    message = (bericht.c.id, bericht.c.standaard, bericht.c.release, bericht.c.berichtsoort, bericht.c.verzender)
    statement = (
        select(postbus.c.nr, *message, postbus.c.aangemaakt, postbus.c.bevestigd)
        .join(bericht, bericht.c.nr == postbus.c.bericht)
        .where(postbus.c.partij == partij, postbus.c.nr > na)
        .order_by(postbus.c.nr)
        .limit(limit)
    )
    return [Poststuk(*row) for row in conn.execute(statement)]


def bevestig(conn: Connection, partij: str, nr: int, nu: datetime) -> bool:
    """Confirm the receipt of one row, the first moment stands; False when the party has no such row."""
    this = (postbus.c.partij == partij) & (postbus.c.nr == nr)
    try:
        confirmed = conn.execute(select(postbus.c.bevestigd).where(this)).scalar_one()
    except NoResultFound:
        return False
    if confirmed is None:
        conn.execute(update(postbus).where(this).values(bevestigd=nu))
    return True
