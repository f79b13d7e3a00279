"""Parties, what their keys are good for, and for whom they may act."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, get_args

from pydantic import SecretStr
from sqlalchemy import ColumnElement, Connection, Date, bindparam, insert, literal, or_, select

from services.kernel.database import upsert
from services.kernel.tables import machtiging, partij, sleutel

Partijsoort = Literal["gemeente", "aanbieder", "regio", "software", "dienst", "beheer"]
# What a key begins with: a person sees at once whether one is of the hub or of a zandbak.
PREFIX = "bh_"
# How many characters of a key's hash are its id.
ID: Final = 12
_NINE_DIGITS: Final = re.compile(r"\d{9}")
# What a key is good for: handing in and recording, reading one's own, totals, running the hub.
Scope = Literal["send", "read", "report", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
_DEELNEMER: Final[frozenset[Scope]] = frozenset({"send", "read", "report"})
# What a key of this soort may have at most, and has unless it is made for less.
SCOPES_VAN: Final[Mapping[Partijsoort, frozenset[Scope]]] = {
    "gemeente": _DEELNEMER,
    "aanbieder": _DEELNEMER,
    "regio": _DEELNEMER,
    "software": _DEELNEMER,
    "dienst": frozenset({"admin"}),
    "beheer": _DEELNEMER | {"admin"},
}


@dataclass(frozen=True, slots=True)
class Partij:
    """A party: a gemeente by its CBS code, an aanbieder by its AGB code, others by a code of ours."""

    code: str
    soort: Partijsoort
    naam: str


_VIND: Final = select(partij).where(partij.c.code == bindparam("van"))

# The other service of the hub, known by the key the two share and not by a row.
DIENST = Partij(code="dienst", soort="dienst", naam="Dienst van de hub")


def bewaar(conn: Connection, wie: Partij) -> None:
    """Add a party, or change the soort and naam of the one with this code."""
    if wie.soort not in get_args(Partijsoort):
        raise ValueError(f"no such soort: {wie.soort}")
    values = {"soort": wie.soort, "naam": wie.naam}
    statement = upsert(conn, partij).values(code=wie.code, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=[partij.c.code], set_=values))


def vind(conn: Connection, code: str) -> Partij | None:
    row = conn.execute(_VIND, {"van": code}).one_or_none()
    return Partij(*row) if row else None


def lijst(conn: Connection) -> Sequence[Partij]:
    return [Partij(*row) for row in conn.execute(select(partij).order_by(partij.c.code))]


def nieuwe_sleutel(
    conn: Connection,
    code: str,
    nu: datetime,
    vervalt: datetime | None = None,
    naam: str = "",
    scopes: Collection[Scope] | None = None,
    voorvoegsel: str = PREFIX,
) -> str:
    """A new key of 256 random bits for the party; shown this once, because only its SHA-256 is stored.

    Without `scopes` it has all that a key of its soort may have; ValueError for one that it may not.
    """
    key = _trek(voorvoegsel)
    text = scopes_tekst(mogelijk(conn, code, scopes))
    values = {"hash": sleutel_hash(key), "partij": code, "aangemaakt": nu, "vervalt": vervalt, "naam": naam}
    conn.execute(insert(sleutel).values(scopes=text, **values))
    return key


def _trek(voorvoegsel: str) -> str:
    """A key whose id (the beginning of its hash) can stand in a log line, where nine digits are masked as a BSN."""
    while True:
        key = voorvoegsel + secrets.token_urlsafe(32)
        if not _NINE_DIGITS.search(sleutel_hash(key)[:ID]):
            return key


def mogelijk(conn: Connection, code: str, scopes: Collection[Scope] | None) -> frozenset[Scope]:
    """These scopes, or all that a party of its soort may have; ValueError for none, and for one that it may not."""
    wie = vind(conn, code)
    most = SCOPES_VAN[wie.soort] if wie else frozenset()
    chosen = most if scopes is None else frozenset(scopes)
    if not chosen or not chosen <= most:
        raise ValueError(f"not for {code}: {sorted(chosen - most)}")
    return chosen


def scopes_tekst(scopes: Collection[str]) -> str:
    """As they are stored and told (RFC 6749, section 3.3): in one order, with a space between."""
    return " ".join(scope for scope in SCOPES if scope in scopes)


def scopes_van_tekst(text: str) -> frozenset[Scope]:
    """The ones we know in a text; others have no meaning here."""
    words = text.split()
    return frozenset(scope for scope in SCOPES if scope in words)


def is_dienst(key: str, dienst_sleutel: SecretStr) -> bool:
    """Whether this is the key the two services share."""
    return hmac.compare_digest(key.encode(), dienst_sleutel.get_secret_value().encode())


def sleutel_hash(key: str) -> str:
    """The SHA-256 of a key, in hex: what is stored of it."""
    # Random keys need no slow hash: there is nothing to guess from.
    return hashlib.sha256(key.encode()).hexdigest()


def machtig(conn: Connection, gemachtigde: str, namens: str, van: date, tot: date | None = None) -> None:
    """Let a party act for another from `van` through `tot`; the same `van` again changes `tot`."""
    statement = upsert(conn, machtiging).values(gemachtigde=gemachtigde, namens=namens, van=van, tot=tot)
    key = [machtiging.c.gemachtigde, machtiging.c.namens, machtiging.c.van]
    conn.execute(statement.on_conflict_do_update(index_elements=key, set_={"tot": tot}))


def machtigingen(conn: Connection) -> list[tuple[str, str, date, date | None]]:
    """(gemachtigde, namens, first day, last day) of each, also of those that are over."""
    c = machtiging.c
    columns = (c.gemachtigde, c.namens, c.van, c.tot)
    return [tuple(row) for row in conn.execute(select(*columns).order_by(*columns[:3]))]


def mag_namens(conn: Connection, wie: Partij, code: str, vandaag: date) -> bool:
    """Whether a party may send as `code` and read what is meant for it: itself, or a machtiging valid today."""
    if wie.code == code:
        return True
    mandate = select(machtiging.c.van).where(machtiging.c.namens == code, _geldig(wie, vandaag)).limit(1)
    return conn.execute(mandate).first() is not None


def namens(conn: Connection, wie: Partij, vandaag: date) -> list[str]:
    """The codes a party may act for by a machtiging valid today, beside its own."""
    return sorted(set(conn.execute(select(machtiging.c.namens).where(_geldig(wie, vandaag))).scalars()) - {wie.code})


def leesbaar_voor(conn: Connection, wie: Partij, vandaag: date) -> frozenset[str] | None:
    """The codes whose messages a party may read; None is all of them (beheer), the region reads none (persons)."""
    if wie.soort == "beheer":
        return None
    if wie.soort in ("regio", "dienst"):
        return frozenset()
    return frozenset(namens(conn, wie, vandaag)) | {wie.code}


def _geldig(wie: Partij, vandaag: date) -> ColumnElement[bool]:
    day = literal(vandaag, Date)
    not_ended = or_(machtiging.c.tot.is_(None), machtiging.c.tot >= day)
    return (machtiging.c.gemachtigde == wie.code) & (machtiging.c.van <= day) & not_ended
