"""The way out over RabbitMQ: one connection that is made anew whenever it is lost, and on it a channel per party."""

import asyncio
from typing import Final

from aio_pika import DeliveryMode
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import DeliveryError, PublishError
from aiormq.abc import AbstractChannel as DriverChannel
from pamqp.commands import Basic
from pydantic import SecretStr

from services.kernel.delivery import topology
from services.kernel.delivery.connection import VERBINDINGSFOUTEN, pauze, verbonden, wachttijd
from services.kernel.delivery.zending import Zending
from services.kernel.waarneming import logs

_LOG = logs.log()
_LANGST: Final = 5.0
_BEVESTIGING: Final = 30.0


class Onbezorgd(Exception):
    """The receiver's side did not take it over; `reden` in our own words. It is tried again later."""

    def __init__(self, reden: str) -> None:
        super().__init__(reden)
        self.reden = reden


class Onverbonden(Exception):
    """There is no connection to the broker just now: nobody's failure, and tried again once there is one."""


class Uitgang:
    """What the relay publishes through; `houd_verbonden` runs beside it for as long as the relay does."""

    def __init__(self, url: SecretStr) -> None:
        self._url = url
        self._verbinding: AbstractConnection | None = None
        self._wegen: dict[tuple[str, str], tuple[AbstractChannel, DriverChannel]] = {}

    async def houd_verbonden(self, stop: asyncio.Event) -> None:
        pogingen = 0
        while not stop.is_set():
            try:
                async with verbonden(self._url, "hub relay") as (verbinding, weg):
                    self._verbinding, pogingen = verbinding, 0
                    _LOG.info("relay verbonden met de broker")
                    await _eerste(weg, stop)
            except VERBINDINGSFOUTEN as fout:
                pogingen += 1
                _LOG.warning("broker onbereikbaar", exc_info=fout)
            finally:
                self._verbinding = None
                self._wegen.clear()
            await pauze(stop, wachttijd(pogingen, _LANGST))

    @property
    def verbonden(self) -> bool:
        return self._verbinding is not None

    def kent(self, dienst: str, gebruiker: str) -> bool:
        """Whether the queue of this party has been declared over this connection."""
        return (dienst, gebruiker) in self._wegen

    async def open(self, dienst: str, gebruiker: str) -> DriverChannel:
        """The channel of this party, the driver's; its queue is declared the first time. Onbezorgd, Onverbonden.

        A channel each: what the broker refuses closes a channel, and that is then nobody else's. And the broker tells
        which message it returned by its id alone; a copy for another party, on its way over the same channel, has that
        id too, and the one that was returned would pass for delivered.
        """
        bekend = self._wegen.get((dienst, gebruiker))
        if bekend is not None and not bekend[0].is_closed:
            return bekend[1]
        verbinding = self._verbinding
        if verbinding is None:
            raise Onverbonden
        try:
            async with asyncio.timeout(_BEVESTIGING):
                channel = await verbinding.channel(publisher_confirms=True, on_return_raises=True)
                await topology.declareer_wachtrij(channel, gebruiker)
                weg = await channel.get_underlay_channel()
        except VERBINDINGSFOUTEN as fout:
            raise self._uitleg(fout, verbinding, "De broker weigert de wachtrij van deze partij.") from fout
        if self._verbinding is verbinding:
            self._wegen[dienst, gebruiker] = channel, weg
        return weg

    async def publiceer(self, dienst: str, gebruiker: str, zending: Zending) -> None:
        """Returns once the broker has it in the party's queue, on disk. Onbezorgd, Onverbonden: perhaps it has not."""
        weg = await self.open(dienst, gebruiker)
        verbinding = self._verbinding
        try:
            # The driver's own call: aio-pika's makes a Message of it first.
            await weg.basic_publish(
                _inhoud(zending),
                exchange=topology.BERICHTEN,
                routing_key=f"{gebruiker}.{zending.berichtsoort}",
                properties=_eigenschappen(zending),
                mandatory=True,
                timeout=_BEVESTIGING,
            )
        except PublishError as fout:
            # Somebody removed the queue: declared anew at the next attempt.
            self._vergeet(dienst, gebruiker)
            raise Onbezorgd("De wachtrij van deze partij bestaat niet meer.") from fout
        except DeliveryError as fout:
            raise Onbezorgd("De wachtrij van deze partij is vol.") from fout
        except VERBINDINGSFOUTEN as fout:
            self._vergeet(dienst, gebruiker)
            raise self._uitleg(fout, verbinding, "De broker bevestigt niet.") from fout

    def _vergeet(self, dienst: str, gebruiker: str) -> None:
        self._wegen.pop((dienst, gebruiker), None)

    def _uitleg(self, fout: Exception, verbinding: AbstractConnection | None, reden: str) -> Exception:
        """Lost with the connection, or by something that is only this party's."""
        if verbinding is None or self._verbinding is not verbinding or isinstance(fout, ConnectionError):
            return Onverbonden()
        return Onbezorgd(reden)


def _inhoud(zending: Zending) -> bytes:
    if zending.inhoud is None:
        raise ValueError("without content there is nothing to publish")
    return zending.inhoud


def _eigenschappen(zending: Zending) -> Basic.Properties:
    return Basic.Properties(
        headers=dict(zending.kenmerken),
        content_type=zending.mediatype,
        message_id=zending.id,
        message_type=zending.berichtsoort,
        timestamp=zending.aangemaakt,
        app_id="berichtenhub",
        delivery_mode=DeliveryMode.PERSISTENT,
    )


async def _eerste(*events: asyncio.Event) -> None:
    """Wait until one of them is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
