"""Parties, their keys, and for whom they may act."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from pydantic import SecretStr
from sqlalchemy import ColumnElement, Connection, Date, insert, literal, or_, select

from services.kernel.database import upsert
from services.kernel.tables import machtiging, partij, sleutel

Partijsoort = Literal["gemeente", "aanbieder", "regio", "software", "dienst", "beheer"]
# What a key begins with: a person sees at once whether one is of the hub or of a zandbak.
PREFIX = "bh_"


@dataclass(frozen=True, slots=True)
class Partij:
    """A party: a gemeente by its CBS code, an aanbieder by its AGB code, others by a code of ours."""

    code: str
    soort: Partijsoort
    naam: str


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
    row = conn.execute(select(partij).where(partij.c.code == code)).one_or_none()
    return Partij(*row) if row else None


def lijst(conn: Connection) -> Sequence[Partij]:
    return [Partij(*row) for row in conn.execute(select(partij).order_by(partij.c.code))]


def nieuwe_sleutel(
    conn: Connection, code: str, nu: datetime, vervalt: datetime | None = None, voorvoegsel: str = PREFIX
) -> str:
    """A new key of 256 random bits for the party; shown this once, because only its SHA-256 is stored."""
    key = voorvoegsel + secrets.token_urlsafe(32)
    conn.execute(insert(sleutel).values(hash=hash_van(key), partij=code, aangemaakt=nu, vervalt=vervalt))
    return key


def bij_sleutel(conn: Connection, key: str, nu: datetime) -> Partij | None:
    """The party this key belongs to; None for an unknown key and for one that has expired."""
    return bij_hash(conn, hash_van(key), nu)


def bij_hash(conn: Connection, hash: str, nu: datetime) -> Partij | None:
    """The party of the key with this SHA-256, as `bij_sleutel`."""
    valid = or_(sleutel.c.vervalt.is_(None), sleutel.c.vervalt > nu)
    found = select(partij).join(sleutel, sleutel.c.partij == partij.c.code).where(sleutel.c.hash == hash, valid)
    row = conn.execute(found).one_or_none()
    return Partij(*row) if row else None


def is_dienst(key: str, dienst_sleutel: SecretStr) -> bool:
    """Whether this is the key the two services share."""
    return hmac.compare_digest(key.encode(), dienst_sleutel.get_secret_value().encode())


def hash_van(key: str) -> str:
    """The SHA-256 of a key, in hex: what is stored of it."""
    # Random keys need no slow hash: there is nothing to guess from.
    return hashlib.sha256(key.encode()).hexdigest()


def machtig(conn: Connection, gemachtigde: str, namens: str, van: date, tot: date | None = None) -> None:
    """Let a party act for another from `van` through `tot`; the same `van` again changes `tot`."""
    statement = upsert(conn, machtiging).values(gemachtigde=gemachtigde, namens=namens, van=van, tot=tot)
    key = [machtiging.c.gemachtigde, machtiging.c.namens, machtiging.c.van]
    conn.execute(statement.on_conflict_do_update(index_elements=key, set_={"tot": tot}))


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
