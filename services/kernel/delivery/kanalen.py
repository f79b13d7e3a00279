"""The push channel of each party as it is stored: which, how far it is delivered, and how often it failed in a row."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import SecretStr
from sqlalchemy import Connection, Select, delete, func, select, update

from services.kernel.database import upsert
from services.kernel.tables import kanaal, partij, postbus, postbus_teller
from services.kernel.toegang.parties import Partij, Partijsoort

Kanaalsoort = Literal["amqp", "webhook"]


@dataclass(frozen=True, slots=True)
class Kanaal:
    """The channel of a party in one service. `laatste` is the highest number in its postbus."""

    partij: Partij
    soort: Kanaalsoort
    url: str | None
    versie: int
    bezorgd_tot: int
    pogingen: int
    fout: str | None
    teruggevallen: datetime | None
    laatste: int

    @property
    def heeft_werk(self) -> bool:
        return self.laatste > self.bezorgd_tot and self.teruggevallen is None


def _kanalen() -> Select[Any]:
    k = kanaal.c
    laatste = func.coalesce(postbus_teller.c.nr, 0)
    return (
        select(
            *(partij.c.code, partij.c.soort, partij.c.naam),
            *(k.soort, k.url, k.versie, k.bezorgd_tot, k.pogingen, k.fout, k.teruggevallen, laatste),
        )
        .join(partij, partij.c.code == k.partij)
        .join(postbus_teller, postbus_teller.c.partij == k.partij, isouter=True)
    )


def lees_alle(conn: Connection) -> list[Kanaal]:
    """Every channel, and with it what there is to do: the one question of a tick."""
    return [_kanaal(*row) for row in conn.execute(_kanalen().order_by(kanaal.c.partij))]


def lees(conn: Connection, code: str) -> Kanaal | None:
    row = conn.execute(_kanalen().where(kanaal.c.partij == code)).one_or_none()
    return _kanaal(*row) if row else None


def _kanaal(code: str, soort: Partijsoort, naam: str, *rest: Any) -> Kanaal:
    return Kanaal(Partij(code, soort, naam), *rest)


def zet(conn: Connection, code: str, soort: Kanaalsoort, url: str | None = None, *, nieuw_geheim: bool = False) -> None:
    """Give a party this channel; one it had goes on from where it was, also after it had fallen back to HTTP.

    A new one begins at the first row that was neither delivered nor confirmed.
    """
    begin = {"versie": 1 + int(nieuw_geheim), "bezorgd_tot": _eerste_open(conn, code) - 1}
    values = {"soort": soort, "url": url, "pogingen": 0, "fout": None, "teruggevallen": None}
    statement = upsert(conn, kanaal).values(partij=code, **values, **begin)
    versie = kanaal.c.versie + int(nieuw_geheim)
    conn.execute(statement.on_conflict_do_update(index_elements=[kanaal.c.partij], set_={**values, "versie": versie}))


def _eerste_open(conn: Connection, code: str) -> int:
    open_rij = (postbus.c.partij == code) & postbus.c.bevestigd.is_(None) & postbus.c.bezorgd.is_(None)
    eerste = conn.execute(select(func.min(postbus.c.nr)).where(open_rij)).scalar_one()
    if eerste is None:
        teller = select(postbus_teller.c.nr).where(postbus_teller.c.partij == code)
        eerste = (conn.execute(teller).scalar_one_or_none() or 0) + 1
    return int(eerste)


def haal_weg(conn: Connection, code: str) -> None:
    """The party reads its postbus over HTTP from now on."""
    conn.execute(delete(kanaal).where(kanaal.c.partij == code))


def bezorgd(conn: Connection, code: str, van: int, tot: int, nu: datetime) -> None:
    """Rows `van` to `tot` were taken over, and so was every row before them.

    Never backwards: another relay may have been further.
    """
    verder = update(kanaal).where(kanaal.c.partij == code, kanaal.c.bezorgd_tot < tot)
    conn.execute(verder.values(bezorgd_tot=tot, pogingen=0, fout=None))
    rijen = (postbus.c.partij == code) & postbus.c.nr.between(van, tot) & postbus.c.bezorgd.is_(None)
    conn.execute(update(postbus).where(rijen).values(bezorgd=nu))


def mislukt(conn: Connection, code: str, fout: str, teruggevallen: datetime | None = None) -> None:
    """One more failure in a row, with why; `teruggevallen` gives the channel up."""
    values = {"pogingen": kanaal.c.pogingen + 1, "fout": fout, "teruggevallen": teruggevallen}
    conn.execute(update(kanaal).where(kanaal.c.partij == code).values(**values))


def geheim(dienst_sleutel: SecretStr, code: str, versie: int) -> str:
    """The secret a webhook of this party is signed with, as Standard Webhooks writes it; derived, never stored."""
    digest = hmac.new(dienst_sleutel.get_secret_value().encode(), f"webhook/{code}/{versie}".encode(), hashlib.sha256)
    return f"whsec_{base64.b64encode(digest.digest()).decode()}"
