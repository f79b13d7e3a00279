"""The keys of parties: recognised, listed, revoked, rotated, and when each was last used.

A key is named by the beginning of its hash, which is the same in both databases and tells nothing of the key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, Literal

from sqlalchemy import Connection, bindparam, or_, select, update

from services.kernel.database import Database
from services.kernel.tables import partij, sleutel
from services.kernel.toegang.parties import ID, Partij, Scope, scopes_van_tekst

Stand = Literal["geldig", "verlopen", "ingetrokken"]
_VIND: Final = (
    select(sleutel, partij.c.code, partij.c.soort, partij.c.naam.label("partijnaam"))
    .join(partij)
    .where(sleutel.c.hash == bindparam("gezocht"))
)
# How often the last use of a key is written at most.
_GEBRUIK_PER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sleutel:
    """What is known of a key; never the key itself."""

    id: str
    partij: str
    naam: str
    scopes: frozenset[Scope]
    aangemaakt: datetime
    vervalt: datetime | None
    ingetrokken: datetime | None
    gebruikt: datetime | None

    def stand(self, nu: datetime) -> Stand:
        """A key is good until the moment it expires, which is no longer part of it."""
        if self.ingetrokken is not None:
            return "ingetrokken"
        return "verlopen" if self.vervalt is not None and self.vervalt <= nu else "geldig"


def vind(conn: Connection, hash: str) -> tuple[Sleutel, Partij] | None:
    """The key with this SHA-256 and whose it is, be it still good or not."""
    row = conn.execute(_VIND, {"gezocht": hash}).one_or_none()
    return (_sleutel(row), Partij(row.code, row.soort, row.partijnaam)) if row else None


def lijst(conn: Connection, code: str | None = None) -> Sequence[Sleutel]:
    """The keys of a party, or of all, the oldest first."""
    statement = select(sleutel).order_by(sleutel.c.partij, sleutel.c.aangemaakt, sleutel.c.hash)
    rows = conn.execute(statement if code is None else statement.where(sleutel.c.partij == code))
    return [_sleutel(row) for row in rows]


def _sleutel(row: Any) -> Sleutel:
    return Sleutel(
        id=row.hash[:ID],
        partij=row.partij,
        naam=row.naam,
        scopes=scopes_van_tekst(row.scopes),
        aangemaakt=row.aangemaakt,
        vervalt=row.vervalt,
        ingetrokken=row.ingetrokken,
        gebruikt=row.gebruikt,
    )


def bij_id(conn: Connection, sleutel_id: str) -> Sleutel | None:
    """The key that is named by this id, and no other: None for a shorter beginning."""
    row = conn.execute(select(sleutel).where(_is(sleutel_id))).one_or_none() if len(sleutel_id) == ID else None
    return _sleutel(row) if row else None


def intrek(conn: Connection, sleutel_id: str, nu: datetime) -> None:
    """From now on the key is good for nothing; the first moment stays."""
    conn.execute(update(sleutel).where(_is(sleutel_id), sleutel.c.ingetrokken.is_(None)).values(ingetrokken=nu))


def laat_vervallen(conn: Connection, sleutel_id: str, moment: datetime) -> None:
    """Let a key expire at this moment, unless it does before."""
    later = or_(sleutel.c.vervalt.is_(None), sleutel.c.vervalt > moment)
    conn.execute(update(sleutel).where(_is(sleutel_id), later).values(vervalt=moment))


def _is(sleutel_id: str) -> Any:
    return sleutel.c.hash.startswith(sleutel_id, autoescape=True)


class Gebruik:
    """When keys were last used at one service of this process; kept here, and written by the clock."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._slot = Lock()
        self._moment: dict[str, datetime] = {}

    def noteer(self, gezien: Sleutel, nu: datetime) -> None:
        if gezien.gebruikt is None or nu - gezien.gebruikt >= _GEBRUIK_PER:
            with self._slot:
                self._moment[gezien.id] = nu

    def schrijf(self) -> int:
        """Write what was noted since the last time; how many keys."""
        with self._slot:
            genoteerd, self._moment = self._moment, {}
        if genoteerd:
            with self._database.write() as conn:
                for sleutel_id, moment in sorted(genoteerd.items()):
                    conn.execute(update(sleutel).where(_is(sleutel_id)).values(gebruikt=moment))
        return len(genoteerd)
