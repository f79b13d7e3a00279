"""Clients: the only place of a BSN. Everything else refers to a client by its number."""

import hashlib
import hmac
from collections.abc import Collection

from pydantic import SecretStr
from sqlalchemy import Connection, select

from services.kernel.database import in_parts, insert_rows
from services.kernel.tables import client


def bsn_hash(bsn: str, sleutel: SecretStr) -> str:
    """HMAC-SHA256 in hex: without the key, the billion possible BSNs cannot be tried."""
    return hmac.digest(sleutel.get_secret_value().encode(), bsn.encode(), hashlib.sha256).hex()


def client_nrs(conn: Connection, bsns: Collection[str], sleutel: SecretStr, *, bewaar_bsn: bool) -> dict[str, int]:
    """{bsn: number of the client}, made where it was not there yet; one query, one insert.

    `bewaar_bsn` False keeps the hash alone. A client known by its hash only gets no BSN afterwards.
    """
    hashes = {bsn: bsn_hash(bsn, sleutel) for bsn in sorted(set(bsns))}
    known = _known(conn, list(hashes.values()))
    new = [(hashed, bsn if bewaar_bsn else None) for bsn, hashed in hashes.items() if hashed not in known]
    if new:
        insert_rows(conn, client, new, ["hash", "bsn"])
        known |= _known(conn, [hashed for hashed, _ in new])
    return {bsn: known[hashed] for bsn, hashed in hashes.items()}


def _known(conn: Connection, hashes: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chosen in in_parts(hashes):
        rows = conn.execute(select(client.c.hash, client.c.nr).where(client.c.hash.in_(chosen)))
        found |= {row.hash: row.nr for row in rows}
    return found
