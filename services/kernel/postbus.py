"""The postbus: what must reach a party, as rows of the transaction that decided it, numbered per party.

The numbers of a party follow commit order, so that a reader's cursor never passes a row that is yet to be committed:
whoever takes a number holds the party's counter row until the commit.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, func, literal, select, update

from services.kernel.columns import UtcTijd
from services.kernel.database import insert_rows, upsert
from services.kernel.tables import bericht, gebeurtenis, postbus, postbus_teller

# The verzender of a gebeurtenis.
HUB: Final = "hub"


@dataclass(frozen=True, slots=True)
class Poststuk:
    """One row of a postbus, with what the receiver must know of the message or gebeurtenis to fetch it.

    Of a gebeurtenis `berichtsoort` is its CloudEvents type, and there is no standaard and release.
    """

    nr: int
    id: str
    standaard: str | None
    release: str | None
    berichtsoort: str
    verzender: str
    aangemaakt: datetime
    bevestigd: datetime | None

    def json(self, pad: str) -> dict[str, Any]:
        """The shape of design §5; `pad` is where the service is mounted."""
        waar = f"gebeurtenissen/{self.id}" if self.standaard is None else f"berichten/{self.id}/xml"
        return {
            "nr": self.nr,
            "berichtId": self.id,
            "standaard": self.standaard,
            "release": self.release,
            "berichtsoort": self.berichtsoort,
            "verzender": self.verzender,
            "aangemaakt": self.aangemaakt.isoformat(),
            "bevestigd": self.bevestigd.isoformat() if self.bevestigd else None,
            "href": f"{pad}/v1/{waar}",
        }


def bezorg(
    conn: Connection,
    berichten: Sequence[tuple[str, int]],
    nu: datetime,
    gebeurtenissen: Sequence[tuple[str, int]] = (),
) -> None:
    """Put each (party, number of the message), then each (party, number of the gebeurtenis), in that party's postbus.

    In the order given per party. Call it as the last statement of a transaction: the counters are taken in the order
    of the parties' codes, so that two transactions never wait for each other, and are held for as short as can be.
    """
    per_party: dict[str, list[tuple[int | None, int | None]]] = defaultdict(list)
    for code, nr in berichten:
        per_party[code].append((nr, None))
    for code, nr in gebeurtenissen:
        per_party[code].append((None, nr))
    rows: list[tuple[Any, ...]] = []
    for code in sorted(per_party):
        stukken = per_party[code]
        first = _take(conn, code, len(stukken)) - len(stukken) + 1
        rows += [(code, nr, *stuk, nu) for nr, stuk in enumerate(stukken, first)]
    insert_rows(conn, postbus, rows, ["partij", "nr", "bericht", "gebeurtenis", "aangemaakt"])


def _take(conn: Connection, code: str, aantal: int) -> int:
    """Raise the party's counter by `aantal`; the last of the numbers taken."""
    return int(conn.execute(_raise(conn.dialect.name), {"partij": code, "nr": aantal}).scalar_one())


@cache
def _raise(dialect: str) -> Any:
    statement = upsert(dialect, postbus_teller)
    raised = {"nr": postbus_teller.c.nr + statement.excluded.nr}
    return statement.on_conflict_do_update(index_elements=[postbus_teller.c.partij], set_=raised).returning(
        postbus_teller.c.nr
    )


def hoogste(conn: Connection, partij: str) -> int:
    """The number of the last row in a party's postbus; 0 when there is none."""
    return conn.execute(select(postbus_teller.c.nr).where(postbus_teller.c.partij == partij)).scalar_one_or_none() or 0


def lees(conn: Connection, partij: str, na: int, limit: int) -> list[Poststuk]:
    """At most `limit` rows of a party's postbus with a number above `na`, confirmed ones too, in order."""
    b, g, p = bericht.c, gebeurtenis.c, postbus.c
    what = (func.coalesce(b.id, g.id), b.standaard, b.release, func.coalesce(b.berichtsoort, g.soort))
    statement = (
        select(p.nr, *what, func.coalesce(b.verzender, HUB), p.aangemaakt, p.bevestigd)
        .join(bericht, b.nr == p.bericht, isouter=True)
        .join(gebeurtenis, g.nr == p.gebeurtenis, isouter=True)
        .where(p.partij == partij, p.nr > na)
        .order_by(p.nr)
        .limit(limit)
    )
    return [Poststuk(*row) for row in conn.execute(statement)]


def bevestig(conn: Connection, partij: str, nr: int, nu: datetime) -> bool:
    """Confirm the receipt of one row, the first moment stands; False when the party has no such row."""
    this = (postbus.c.partij == partij) & (postbus.c.nr == nr)
    # One statement that looks and writes: two confirmations at once do not both find it unconfirmed.
    statement = update(postbus).where(this).values(bevestigd=func.coalesce(postbus.c.bevestigd, literal(nu, UtcTijd)))
    return conn.execute(statement).rowcount == 1
