"""Who makes the 302 of a 301 that the hub refuses: the aanbieder itself, or the hub in its name."""

from datetime import date

from sqlalchemy import Connection, Date, literal, or_, select

from services.allocation import tables
from services.kernel.database import upsert


def retour_door_hub(conn: Connection, aanbieder: str, dag: date) -> bool:
    """Whether the hub makes the 302 of a 301 it refuses, in the aanbieder's name, on this day."""
    m = tables.retour_machtiging.c
    day = literal(dag, Date)
    valid = (m.aanbieder == aanbieder) & (m.van <= day) & or_(m.tot.is_(None), m.tot >= day)
    return conn.execute(select(m.retour).where(valid).order_by(m.van.desc()).limit(1)).scalar() == tables.HUB


def bewaar_retour_machtiging(conn: Connection, aanbieder: str, retour: str, van: date, tot: date | None = None) -> None:
    """Who makes the aanbieder's 302 of a refused 301 ("hub" or "aanbieder") from `van` through `tot`."""
    values = {"retour": retour, "tot": tot}
    statement = upsert(conn, tables.retour_machtiging).values(aanbieder=aanbieder, van=van, **values)
    key = [tables.retour_machtiging.c.aanbieder, tables.retour_machtiging.c.van]
    conn.execute(statement.on_conflict_do_update(index_elements=key, set_=values))
