"""Whether a service can do its work: its database answers and has our migrations, the broker (if any) lets us in."""

import asyncio
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Final

import aio_pika
from alembic.script import ScriptDirectory
from anyio import move_on_after, to_thread
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.kernel.database import DatabaseBezet, alembic_config
from services.kernel.wiring import Dienst

GOED: Final = "goed"
ONBEREIKBAAR: Final = "onbereikbaar"
WIJKT_AF: Final = "wijken af van deze versie"
ONBEKEND: Final = "onbekend"
NIET_INGESTELD: Final = "niet ingesteld"
_SECONDS: Final = 3.0
# A probe every second of every replica must not become a connection every second.
_ONTHOUDEN: Final = 5.0


@dataclass(frozen=True, slots=True)
class Stand:
    """What a probe is told; each is `goed` or says what is not."""

    database: str
    migraties: str
    broker: str

    @property
    def gereed(self) -> bool:
        return self.database == self.migraties == GOED and self.broker in (GOED, NIET_INGESTELD)

    def json(self) -> dict[str, str]:
        status = "gereed" if self.gereed else "niet gereed"
        return {"status": status, "database": self.database, "migraties": self.migraties, "broker": self.broker}


class Gereedheid:
    """Asks for one service. To be used from one event loop."""

    def __init__(self, dienst: Dienst) -> None:
        self._dienst = dienst
        self._broker = ONBEKEND
        self._tot = 0.0

    async def stand(self) -> Stand:
        database, migraties = await self._database()
        return Stand(database, migraties, await self._broker_stand())

    async def _database(self) -> tuple[str, str]:
        with move_on_after(_SECONDS):
            return await to_thread.run_sync(self._vraag_database, abandon_on_cancel=True)
        return ONBEREIKBAAR, ONBEKEND

    def _vraag_database(self) -> tuple[str, str]:
        try:
            with self._dienst.database.read() as conn:
                conn.execute(text("SELECT 1"))
                versie = conn.execute(_VERSIE).scalar_one_or_none()
                return GOED, GOED if versie == _nieuwste(self._dienst.naam) else WIJKT_AF
        except (DatabaseBezet, SQLAlchemyError):
            return self._zonder_versie()

    def _zonder_versie(self) -> tuple[str, str]:
        """The database is away, or was never migrated."""
        try:
            with self._dienst.database.read() as conn:
                conn.execute(text("SELECT 1"))
        except (DatabaseBezet, SQLAlchemyError):
            return ONBEREIKBAAR, ONBEKEND
        return GOED, WIJKT_AF

    async def _broker_stand(self) -> str:
        url = self._dienst.settings.rabbitmq
        if not url.get_secret_value():
            return NIET_INGESTELD
        if monotonic() >= self._tot:
            # First the moment: who asks meanwhile gets what was known, and no second connection is made.
            self._tot = monotonic() + _ONTHOUDEN + _SECONDS
            self._broker = await _vraag_broker(url)
            self._tot = monotonic() + _ONTHOUDEN
        return self._broker


_VERSIE: Final = text("SELECT version_num FROM alembic_version")


@cache
def _nieuwste(lineage: str) -> str | None:
    """The version the code of this process was written for."""
    return ScriptDirectory.from_config(alembic_config(lineage)).get_current_head()


async def _vraag_broker(url: SecretStr) -> str:
    """Connect and log in, as a client would."""
    try:
        async with asyncio.timeout(_SECONDS):
            connection = await aio_pika.connect(url.get_secret_value(), timeout=_SECONDS)
            await connection.close()
    except (aio_pika.exceptions.AMQPError, OSError, ValueError):
        return ONBEREIKBAAR
    return GOED
