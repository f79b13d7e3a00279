"""Closing a period: a gemeente says by a besluit that its figures are final. Later bookings stand beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_periodes
from services.declaration.stand import BEURT
from services.kernel.database import een_tegelijk

_A = tables.afsluiting


class NietAfTeSluiten(ValueError):
    """The period cannot be closed; says why in Dutch."""


@dataclass(frozen=True, slots=True)
class Afsluiting:
    """One gemeente closed one period. `journaal_nr`: the last row of the journal that its frozen figures count."""

    gemeente: str
    periode: str
    besluit: str
    door: str
    moment: datetime
    journaal_nr: int


def sluit(
    conn: Connection, gemeente: str, periode: str, besluit: str, door: str, vandaag: date, nu: datetime
) -> Afsluiting:
    """Close a period of a gemeente, for good. NietAfTeSluiten when it is unknown, still runs or was closed before."""
    # Nothing may be booked between the last row that counts and this one.
    een_tegelijk(conn, BEURT)
    gevonden = lees_periodes(conn).met_label(periode)
    if gevonden is None:
        raise NietAfTeSluiten(f"De periode {periode} bestaat niet.")
    if gevonden.eind >= vandaag:
        raise NietAfTeSluiten(f"De periode {periode} loopt nog, tot en met {gevonden.eind}.")
    if (gemeente, periode) in lees_afsluitingen(conn):
        raise NietAfTeSluiten(f"De periode {periode} is door {gemeente} al afgesloten.")
    laatste = int(conn.execute(select(func.coalesce(func.max(tables.journaal.c.nr), 0))).scalar_one())
    gesloten = Afsluiting(gemeente, periode, besluit, door, nu, laatste)
    waarden = {name: getattr(gesloten, name) for name in Afsluiting.__dataclass_fields__}
    conn.execute(insert(_A).values(**waarden))
    return gesloten


def lees_afsluitingen(conn: Connection) -> Mapping[tuple[str, str], Afsluiting]:
    """{(gemeente, period label): its closing}."""
    columns = [_A.c[name] for name in Afsluiting.__dataclass_fields__]
    rows = conn.execute(select(*columns).order_by(_A.c.gemeente, _A.c.periode))
    return {(row.gemeente, row.periode): Afsluiting(*row) for row in rows}
