"""The feed: each change of the actual state of a toewijzing, in commit order, for declaration."""

from typing import Any

from sqlalchemy import Connection, select

from services.allocation import tables
from services.kernel.wiring import Dienst


def lees_feed(dienst: Dienst, na: int, limit: int) -> list[dict[str, Any]]:
    """At most `limit` rows after number `na`, oldest first; each has the whole state of one ToewijzingNummer."""
    with dienst.database.read() as conn:
        return feedrijen(conn, na, limit)


def feedrijen(conn: Connection, na: int, limit: int | None = None) -> list[dict[str, Any]]:
    """As lees_feed, on a connection of the caller's; without a limit all of them."""
    f = tables.feed.c
    statement = select(f.nr, f.toestand).where(f.nr > na).order_by(f.nr).limit(limit)
    return [{"nr": nr, **toestand} for nr, toestand in conn.execute(statement)]
