"""Commands that go on until they are told to stop: their services wired, and SIGTERM or Ctrl-C as an event."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from services import together
from services.cli.console import require_database, stop
from services.kernel import logs
from services.kernel.settings import Settings
from services.together import Diensten, Samenstel


@contextmanager
def verbind(settings: Settings, service: Diensten) -> Iterator[Samenstel]:
    """The services, logging as `hub serve` does. Their databases are migrated by `hub serve`, and waited for here."""
    for naam in together.namen(service):
        require_database(settings, naam)
    try:
        hub = together.samenstel(settings, service)
    except together.AllocationOnbekend:
        allocation_onbekend()
    logs.configure()
    try:
        yield hub
    finally:
        hub.sluit()


def allocation_onbekend() -> NoReturn:
    stop("declaration alleen vraagt BERICHTENHUB_ALLOCATION_URL, zoals http://127.0.0.1:8001/allocation")


async def tot_het_einde(werk: Callable[[asyncio.Event], Awaitable[object]]) -> None:
    """Do the work, which ends when its event is set: what it has in hand is finished first."""
    einde = asyncio.Event()
    loop = asyncio.get_running_loop()
    for nummer in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(nummer, einde.set)
    await werk(einde)
