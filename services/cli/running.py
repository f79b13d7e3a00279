"""Commands that go on until they are told to stop: their services wired, and SIGTERM or Ctrl-C as an event."""

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NoReturn

from services import together
from services.cli.console import require_database, verkeerd
from services.kernel.engines import is_sqlite
from services.kernel.settings import Settings
from services.kernel.waarneming import heartbeat, logs
from services.together import Diensten, Samenstel

_HARTSLAG: Final = 10.0
_LOG = logs.log()


def ruim_zelden_op() -> None:
    """Let Python look for cycles less often, and never among what was there at the start.

    A message of 30,000 Prestaties is half a million values that go by themselves; looking through them, each time that
    some hundreds were added, took a fifth of all its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@contextmanager
def verbind(settings: Settings, service: Diensten) -> Iterator[Samenstel]:
    """The services, logging as `hub serve` does, which migrates their databases.

    A PostgreSQL that is away is waited for, also at the start: we may be started again while it is.
    """
    for naam in together.namen(service):
        if is_sqlite(settings.database_url(naam)):
            require_database(settings, naam)
    try:
        hub = together.samenstel(settings, service)
    except together.AllocationOnbekend:
        allocation_onbekend()
    logs.configure()
    ruim_zelden_op()
    for library in ("aio_pika", "aiormq"):
        # Each loss of the broker is one line of ours; theirs would be five, with the broker's own texts.
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        yield hub
    finally:
        hub.sluit()


def allocation_onbekend() -> NoReturn:
    verkeerd("declaration alleen vraagt BERICHTENHUB_ALLOCATION_URL, zoals http://127.0.0.1:8001/allocation")


async def tot_het_einde(werk: Callable[[asyncio.Event], Awaitable[object]], data: Path, proces: str) -> None:
    """Do the work, which ends when its event is set: what it has in hand is finished first.

    Meanwhile say in the data folder that this process lives, and at last that it ended.
    """
    einde = asyncio.Event()
    loop = asyncio.get_running_loop()
    for nummer in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(nummer, einde.set)
    hart = asyncio.create_task(_klop(data, proces))
    try:
        await werk(einde)
    finally:
        hart.cancel()
        with suppress(OSError):
            heartbeat.einde(data, proces)


async def _klop(data: Path, proces: str) -> None:
    """From the loop that does the work: it says nothing once something keeps that loop from going round."""
    while True:
        try:
            heartbeat.hartslag(data, proces)
        except OSError as fout:
            # A full disk is seen by who looks for the sign; it must not end the work.
            _LOG.warning("hartslag", exc_info=fout)
        await asyncio.sleep(_HARTSLAG)
