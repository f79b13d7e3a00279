"""Long poll: readers of an empty postbus wait here, without a thread, until something is put in it.

One task looks for all readers of a service together, four times a second, at the counters of the parties they wait for:
the row may have been written by another process. It runs only while somebody waits.
"""

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from anyio import CapacityLimiter, move_on_after, to_thread
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from services.kernel.database import Database, DatabaseBezet
from services.kernel.tables import postbus_teller
from services.kernel.waarneming import logs

LANGST: Final = 30
_ELKE: Final = 0.25
_LOG = logs.log()
_WAIT = re.compile(r'wait\s*=\s*"?([0-9]{1,9})"?', re.IGNORECASE)


def wachttijd(prefer: Sequence[str]) -> int | None:
    """The seconds that Prefer headers (RFC 7240) ask to wait, at most 30; None when they ask for nothing of the kind.

    The first wait counts, and one that we do not understand is no error: a preference may be passed over.
    """
    for voorkeur in (deel.partition(";")[0].strip() for header in prefer for deel in header.split(",")):
        if found := _WAIT.fullmatch(voorkeur):
            return min(int(found[1]), LANGST)
    return None


@dataclass(eq=False, slots=True)
class _Wachtende:
    partij: str
    na: int
    gewekt: asyncio.Event = field(default_factory=asyncio.Event)


class Wekker:
    """Who waits for which postbus of this service. To be used from one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wachtenden: set[_Wachtende] = set()
        self._kijker: asyncio.Task[None] | None = None
        self._gestopt = False

    async def wacht(self, partij: str, na: int, seconden: float) -> None:
        """Until the party's postbus has a row above `na`, or so many seconds have passed, or the server must stop."""
        wachtende = _Wachtende(partij, na)
        self._wachtenden.add(wachtende)
        try:
            if self._kijker is None or self._kijker.done():
                self._kijker = asyncio.create_task(self._kijk())
            with move_on_after(seconden):
                await wachtende.gewekt.wait()
        finally:
            self._wachtenden.discard(wachtende)

    def stop(self) -> None:
        """Let everybody go within a moment; may be called from a signal handler."""
        self._gestopt = True

    @property
    def aantal(self) -> int:
        return len(self._wachtenden)

    async def _kijk(self) -> None:
        # A place of its own: it neither takes one of the threads that answer requests, nor waits for one.
        plaats = CapacityLimiter(1)
        while self._wachtenden:
            partijen = {wachtende.partij for wachtende in self._wachtenden}
            try:
                standen = await to_thread.run_sync(self._standen, partijen, limiter=plaats)
            except (DatabaseBezet, SQLAlchemyError) as fout:
                _LOG.warning("wekker", exc_info=fout)
                standen = {}
            for wachtende in self._wachtenden:
                if self._gestopt or standen.get(wachtende.partij, 0) > wachtende.na:
                    wachtende.gewekt.set()
            await asyncio.sleep(_ELKE)

    def _standen(self, partijen: Collection[str]) -> dict[str, int]:
        """The highest number in each postbus: of committed rows only, and without gaps."""
        teller = postbus_teller.c
        with self._database.read() as conn:
            rows = conn.execute(select(teller.partij, teller.nr).where(teller.partij.in_(partijen)))
            return {row.partij: row.nr for row in rows}
