"""The feed: each change of the actual state of a toewijzing, in commit order, for declaration."""

from typing import Any

from sqlalchemy import select

from services.allocation import tables
from services.kernel.wiring import Dienst


def lees_feed(dienst: Dienst, na: int, limit: int) -> list[dict[str, Any]]:
    """At most `limit` rows after number `na`, oldest first; each has the whole state of one ToewijzingNummer."""
    f = tables.feed.c
    statement = select(f.nr, f.toestand).where(f.nr > na).order_by(f.nr).limit(limit)
    with dienst.database.read() as conn:
        return [{"nr": nr, **toestand} for nr, toestand in conn.execute(statement)]
