"""Who read what names a person, in the audit trail, without a reader waiting for the turn to write.

What was read is put down here and written a moment later, all of it in one short transaction. A process that is killed
in that moment loses it; the log line of the request, which has the party and the operation, stands by then.
"""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock, Thread
from time import sleep
from typing import Final

from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError

from services.kernel.database import Database, DatabaseBezet
from services.kernel.tables import audit
from services.kernel.waarneming import logs

_ELKE: Final = 0.5
_STRAKS: Final = 5.0
_LOG: Final = logs.log()
_Regel = Mapping[str, str | datetime | None]


class Leesspoor:
    """The readings of one service in this process that are not written yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._slot = Lock()
        self._schrijft = Lock()
        self._regels: list[_Regel] = []
        self._loopt = False

    def noteer(
        self, nu: datetime, partij: str, actie: str, oorzaak: str, bericht: str | None = None, detail: str | None = None
    ) -> None:
        """Put a reading down: as access.audit, which writes what somebody changed or was refused."""
        regel: _Regel = {
            "tijdstip": nu,
            "partij": partij,
            "actie": actie,
            "oorzaak": oorzaak,
            "bericht": bericht,
            "detail": detail,
        }
        with self._slot:
            self._regels.append(regel)
            if self._loopt:
                return
            self._loopt = True
        Thread(target=self._loop, name="leesspoor", daemon=True).start()

    def schrijf(self) -> None:
        """Write what was put down so far; raises, and keeps it, when the database is not to be had."""
        # One at a time: who comes second finds nothing left, or what the first could not write.
        with self._schrijft:
            with self._slot:
                regels, self._regels = self._regels, []
            if not regels:
                return
            try:
                with self._database.write() as conn:
                    conn.execute(insert(audit), regels)
            except BaseException:
                with self._slot:
                    self._regels = regels + self._regels
                raise

    def _loop(self) -> None:
        """Until nothing is left, or the database was closed: without readings there is no thread."""
        pauze = _ELKE
        while True:
            sleep(pauze)
            if self._database.gesloten:
                return
            try:
                self.schrijf()
                pauze = _ELKE
            except (DatabaseBezet, SQLAlchemyError) as fout:
                _LOG.warning("leesspoor", exc_info=fout)
                pauze = _STRAKS
            with self._slot:
                if not self._regels:
                    self._loopt = False
                    return
