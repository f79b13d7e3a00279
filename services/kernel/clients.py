"""Clients: the only place of a BSN, encrypted. Everything else refers to a client by its number, or by its hash."""

import hashlib
import hmac
from collections.abc import Collection, Mapping

from pydantic import SecretStr
from sqlalchemy import Connection, bindparam, select

from services.kernel.database import upsert
from services.kernel.one_of import one_of
from services.kernel.privacy.sleutelring import Sleutelring, ring_van
from services.kernel.tables import client

# Statements of every message are made once: making one costs more than running it.
_BEKEND = select(client.c.hash, client.c.nr).where(one_of(client.c.hash, bindparam("hashes")))


def bsn_hash(bsn: str, sleutel: SecretStr) -> str:
    """HMAC-SHA256 in hex: without the key, the billion possible BSNs cannot be tried."""
    return hmac.digest(sleutel.get_secret_value().encode(), bsn.encode(), hashlib.sha256).hex()


def client_nrs(conn: Connection, bsns: Collection[str], sleutel: SecretStr, *, bewaar_bsn: bool) -> dict[str, int]:
    """{bsn: number of the client}, made where it was not there yet; one query, one insert.

    `bewaar_bsn` False keeps the hash alone. A client known by its hash only gets no BSN afterwards.
    """
    hashes = {bsn: bsn_hash(bsn, sleutel) for bsn in set(bsns)}
    known = client_nrs_van(conn, {hashed: bsn if bewaar_bsn else None for bsn, hashed in hashes.items()})
    return {bsn: known[hashed] for bsn, hashed in hashes.items()}


def client_nrs_van(conn: Connection, bsns: Mapping[str, str | None]) -> dict[str, int]:
    """{keyed hash: number of the client} of {keyed hash: Bsn, or None to keep the hash alone}, made if need be."""
    known = _known(conn, list(bsns))
    # In one order: two messages that bring the same clients then wait for each other, and not both at once.
    new = [_rij(conn, hashed, bsns[hashed]) for hashed in sorted(bsns.keys() - known.keys())]
    if new:
        # Whoever came in between made the same row: it is found afterwards.
        conn.execute(upsert(conn, client).on_conflict_do_nothing(index_elements=[client.c.hash]), new)
        known |= _known(conn, [str(row["hash"]) for row in new])
    return known


def _rij(conn: Connection, hashed: str, bsn: str | None) -> dict[str, str | bytes | None]:
    if bsn is not None and not (len(bsn) == 9 and bsn.isascii() and bsn.isdigit()):
        raise ValueError("a BSN has nine digits")
    dicht = None if bsn is None else ring_van(conn).dicht(bsn.encode(), doel_bsn(hashed))
    return {"hash": hashed, "bsn": dicht}


def open_bsn(ring: Sleutelring, hashed: str, opgeslagen: bytes) -> str:
    """The Bsn of the client with this hash; Onleesbaar when it was changed or came from another row."""
    return ring.open(opgeslagen, doel_bsn(hashed)).decode()


def doel_bsn(hashed: str) -> str:
    """What the encrypted Bsn is bound to: its column, and the client whose it is."""
    return f"client.bsn/{hashed}"


def _known(conn: Connection, hashes: list[str]) -> dict[str, int]:
    return {row.hash: row.nr for row in conn.execute(_BEKEND, {"hashes": hashes})}
