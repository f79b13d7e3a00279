"""Whose turn it is to push for one service: one relay at work, the others stand by.

No lease with a time in it: the turn ends with the connection or the process that holds it, whatever the clocks say.

Should two be at work for a moment (a connection that one side thinks is lost), then a party gets some rows twice and
still in order: each pushes a row only after the one before it, from a row that was delivered.
"""

import fcntl
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from services.kernel.engines import is_sqlite, read_url

_SLEUTEL: Final = "berichtenhub/relay"
# A server that is gone without a word is noticed, and so is a turn that went with it.
_HARTSLAG: Final = {
    "application_name": "berichtenhub relay",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class Beurt:
    """The turn at one database; as many calls as you like, from one thread at a time."""

    def __init__(self, url: str) -> None:
        if is_sqlite(url):
            self._slot: _Bestandsslot | _Databaseslot = _Bestandsslot(Path(f"{read_url(url).database}.relay"))
        else:
            self._slot = _Databaseslot(url)

    def neem(self) -> bool:
        """Try to take it; False: another relay has it. SQLAlchemyError when the database is away."""
        return self._slot.neem()

    def is_van_ons(self) -> bool:
        """Whether it still is ours."""
        return self._slot.is_van_ons()

    def geef_op(self) -> None:
        self._slot.geef_op()


class _Bestandsslot:
    """Beside a SQLite database: a lock on a file, which ends with the process."""

    def __init__(self, pad: Path) -> None:
        self._pad = pad
        self._bestand: IO[bytes] | None = None

    def neem(self) -> bool:
        bestand = self._pad.open("ab")
        try:
            fcntl.flock(bestand, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            bestand.close()
            return False
        self._bestand = bestand
        return True

    def is_van_ons(self) -> bool:
        return self._bestand is not None

    def geef_op(self) -> None:
        if self._bestand is not None:
            self._bestand.close()
            self._bestand = None


class _Databaseslot:
    """In PostgreSQL: an advisory lock of a session that does nothing else, which ends with its connection."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(
            read_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=_HARTSLAG
        )
        self._verbinding: Connection | None = None

    def neem(self) -> bool:
        self.geef_op()
        verbinding = self._engine.connect()
        try:
            vraag = text("SELECT pg_try_advisory_lock(hashtextextended(:sleutel, 0))")
            ons = bool(verbinding.execute(vraag, {"sleutel": _SLEUTEL}).scalar_one())
        except SQLAlchemyError:
            _sluit(verbinding)
            raise
        if not ons:
            _sluit(verbinding)
            return False
        self._verbinding = verbinding
        return True

    def is_van_ons(self) -> bool:
        if self._verbinding is None:
            return False
        try:
            self._verbinding.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def geef_op(self) -> None:
        if self._verbinding is not None:
            _sluit(self._verbinding)
            self._verbinding = None


def _sluit(verbinding: Connection) -> None:
    # Of a connection that is gone, even the goodbye fails.
    with suppress(SQLAlchemyError):
        verbinding.close()
