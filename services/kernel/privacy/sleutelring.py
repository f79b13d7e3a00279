"""What is encrypted at rest: AES-256-GCM under a ring of keys, each stored value with the id of its key.

A stored value is a version (1 byte), the id of its key (4), a nonce (12) and the ciphertext with its tag (16). What it
is for (column and row) is associated data: a value that was put in another row or column does not open.
"""

import json
import os
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from services.kernel.waarneming import logs

VERSIE: Final = b"\x01"
_ID: Final = slice(1, 5)
_NONCE: Final = slice(5, 17)
_RUMOER: Final = 12
# What every stored value has besides its plain bytes.
OVERHEAD: Final = 1 + 4 + _RUMOER + 16
_DEEL: Final = re.compile(r"([0-9a-f]{8}):([A-Za-z0-9_-]{43})")
_LOG: Final = logs.log()
# Where the connections of a service find the ring.
_OPTIE: Final = "sleutelring"


class Onleesbaar(RuntimeError):
    """A stored value does not open: its key is not in the ring, or it was changed or moved. Names no value."""


@dataclass(frozen=True, slots=True)
class Sleutel:
    """One key; `id` is eight hexadecimal digits."""

    id: str
    geheim: bytes

    def __str__(self) -> str:
        return f"{self.id}:{urlsafe_b64encode(self.geheim).decode().rstrip('=')}"


def nieuwe_sleutel() -> Sleutel:
    return Sleutel(secrets.token_hex(4), secrets.token_bytes(32))


def lees_ring(tekst: str) -> tuple[Sleutel, ...]:
    """The keys of "id:key id:key", the current one first; ValueError, without the keys, when it is no such text."""
    delen = tekst.split()
    gevonden = [match for deel in delen if (match := _DEEL.fullmatch(deel))]
    ids = {match[1] for match in gevonden}
    if not delen or len(gevonden) != len(delen) or len(ids) != len(delen):
        raise ValueError("a ring is one or more of id:key, with different ids")
    return tuple(Sleutel(match[1], urlsafe_b64decode(match[2] + "=")) for match in gevonden)


def schrijf_ring(sleutels: Sequence[Sleutel]) -> str:
    return " ".join(map(str, sleutels))


@dataclass(frozen=True, slots=True)
class _Stand:
    """The ring as it was read, and of which state of its file."""

    stempel: object
    huidig: bytes
    sleutels: Mapping[bytes, AESGCM]


class Sleutelring:
    """The keys of a running process. Those of a file are read again when it changes: a rotation needs no restart."""

    def __init__(self, tekst: str, bestand: Path | None = None, naam: str = _OPTIE) -> None:
        self._bestand = bestand
        self._naam = naam
        self._slot = Lock()
        self._stand = self._lees(tekst, None if bestand is None else _stempel(bestand))

    def __repr__(self) -> str:
        return f"Sleutelring({', '.join(self.ids)})"

    @property
    def huidig(self) -> str:
        """The id of the key that new values get."""
        return self._nu().huidig.hex()

    @property
    def ids(self) -> list[str]:
        return [id.hex() for id in self._nu().sleutels]

    def dicht(self, waarde: bytes, doel: str) -> bytes:
        """The value as it is stored; `doel` says what it is for and in which row."""
        stand, nonce = self._nu(), secrets.token_bytes(_RUMOER)
        versleuteld = stand.sleutels[stand.huidig].encrypt(nonce, waarde, doel.encode())
        return b"".join((VERSIE, stand.huidig, nonce, versleuteld))

    def open(self, opgeslagen: bytes, doel: str) -> bytes:
        """The value itself; Onleesbaar when it is not one that this ring stored for `doel`."""
        if opgeslagen[:1] != VERSIE or len(opgeslagen) < OVERHEAD:
            raise Onleesbaar("a value in the database is not encrypted as it should be")
        sleutel = self._nu().sleutels.get(opgeslagen[_ID])
        if sleutel is None:
            raise Onleesbaar(f"key {opgeslagen[_ID].hex()} is not in the ring")
        try:
            return sleutel.decrypt(opgeslagen[_NONCE], opgeslagen[_NONCE.stop :], doel.encode())
        except InvalidTag:
            raise Onleesbaar("a value in the database was changed, or belongs to another row") from None

    def _nu(self) -> _Stand:
        if self._bestand is None:
            return self._stand
        stempel = _stempel(self._bestand)
        if stempel is not None and stempel != self._stand.stempel:
            with self._slot:
                try:
                    stored = json.loads(self._bestand.read_text(encoding="utf-8"))
                    self._stand = self._lees(stored[self._naam], stempel)
                except (OSError, ValueError, KeyError) as fout:
                    # Somebody is at work in it: what we have is good, and it is looked at again.
                    _LOG.warning("sleutelring", fout=type(fout).__name__)
        return self._stand

    @staticmethod
    def _lees(tekst: str, stempel: object) -> _Stand:
        sleutels = lees_ring(tekst)
        kant_en_klaar = {bytes.fromhex(een.id): AESGCM(een.geheim) for een in sleutels}
        return _Stand(stempel, bytes.fromhex(sleutels[0].id), kant_en_klaar)


def _stempel(bestand: Path) -> tuple[int, int, int] | None:
    """What tells one state of the file from the next; it is replaced, never written in. None: it is not there now."""
    try:
        stat = os.stat(bestand)
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def met_ring(ring: Sleutelring | None) -> dict[str, Sleutelring | None]:
    """The execution options of a connection that carries the ring."""
    return {_OPTIE: ring}


def ring_van(conn: Connection) -> Sleutelring:
    """The ring of the service this connection belongs to."""
    ring = conn.get_execution_options().get(_OPTIE)
    if not isinstance(ring, Sleutelring):
        raise RuntimeError("this connection was opened without the keys of the service")
    return ring
