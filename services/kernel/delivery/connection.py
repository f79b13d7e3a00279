"""A connection to the broker, and how long to wait before the next attempt at anything.

A plain connection and no robust one: what is lost with a connection (an unacked message, a confirm that was on its way)
must be decided anew from the database, and a connection that mends itself hides that moment.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from pamqp.common import FieldTable
from pydantic import SecretStr

# Among them OSError, of which TimeoutError is one.
VERBINDINGSFOUTEN: Final = CONNECTION_EXCEPTIONS
# Heartbeats find a broker that is gone without a word; three missed ones are the end.
_HARTSLAG: Final = 10
_SECONDS: Final = 10.0
_LANGST: Final = 60.0


@asynccontextmanager
async def verbonden(url: SecretStr, naam: str) -> AsyncIterator[tuple[AbstractConnection, asyncio.Event]]:
    """A connection for the length of the block, and an event that is set once it is lost."""
    properties: FieldTable = {"connection_name": naam}
    connection = await aio_pika.connect(
        url.get_secret_value(), timeout=_SECONDS, heartbeat=_HARTSLAG, client_properties=properties
    )
    weg = asyncio.Event()
    connection.close_callbacks.add(lambda *_: weg.set())
    try:
        yield connection, weg
    except asyncio.CancelledError as fout:
        # The library cancels what waits on a connection that got stuck; nobody cancelled us.
        if (task := asyncio.current_task()) and task.cancelling():
            raise
        raise ConnectionError from fout
    finally:
        with suppress(*VERBINDINGSFOUTEN, TimeoutError):
            await asyncio.wait_for(connection.close(), _SECONDS)


def wachttijd(pogingen: int, langst: float = _LANGST) -> float:
    """Seconds to wait after this many failures in a row: doubling, with jitter, so that not all come back at once."""
    return min(langst, 0.5 * 2.0 ** min(pogingen, 16)) * random.uniform(0.5, 1.0)


async def pauze(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until we are told to stop. By the event loop's own clock, which nobody sets back."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
