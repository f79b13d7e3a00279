"""The consumer: what back offices send over RabbitMQ, one message strictly after another per service.

Between any two of these steps it may be killed; the broker then gives the message again, to us or to who stands by:

1. a message is in hand, unacked        → given again
2. judged and stored, one transaction   → given again: the same verdict by its key and bytes, nothing stored twice
   or refused:
   a. published to hub.dead, confirmed  → given again: a second copy for the operator
   b. told to its sender, a transaction → given again: not told twice
3. acked                                → gone

Nothing is ever nacked: what cannot be done now waits in hand, and while the database is away nothing is asked for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import DeliveryError
from pydantic import SecretStr
from sqlalchemy import select

from services.kernel.delivery import topology
from services.kernel.delivery.connection import VERBINDINGSFOUTEN, pauze, verbonden, wachttijd
from services.kernel.delivery.incoming import Aangeboden, Geweigerd, Wacht, meld, neem_in, onverwacht
from services.kernel.delivery.relay import DATABASEFOUTEN
from services.kernel.receiving import Verwerk
from services.kernel.tables import kanaal
from services.kernel.waarneming import logs
from services.kernel.waarneming.observing import Waarneming
from services.kernel.wiring import Dienst, Dienstnaam

T = TypeVar("T")

# After as many program errors on one message it makes way for the others.
POGINGEN: Final = 5
_LANGST: Final = 10.0
_TE_GROOT: Final = 413
_BEVESTIGING: Final = 30.0
_LOG = logs.log()


class Losgelaten(Exception):
    """The connection is gone or we are told to stop: the message in hand is the broker's again."""


async def consume(
    diensten: Mapping[Dienstnaam, Dienst],
    verwerk: Mapping[Dienstnaam, Verwerk],
    url: SecretStr,
    stop: asyncio.Event,
    waarnemingen: Mapping[Dienstnaam, Waarneming] | None = None,
) -> None:
    """Read the queues of these services until told to stop; each has a connection of its own, and counts."""
    counted = waarnemingen or {naam: Waarneming(dienst) for naam, dienst in diensten.items()}
    lezers = [Lezer(dienst, verwerk[naam], url, stop, counted[naam]) for naam, dienst in diensten.items()]
    await asyncio.gather(*(lezer.loop() for lezer in lezers))


@dataclass(frozen=True)
class Lezer:
    """Reads the queue of one service."""

    dienst: Dienst
    verwerk: Verwerk
    url: SecretStr
    stop: asyncio.Event
    waarneming: Waarneming

    async def loop(self) -> None:
        """Read, and begin anew after whatever went away, the broker or the database."""
        pogingen = 0
        while not self.stop.is_set():
            try:
                await self._database_is_er()
                async with verbonden(self.url, f"hub consume {self.dienst.naam}") as (verbinding, weg):
                    pogingen = 0
                    await self._lees(verbinding, weg)
            except Losgelaten:
                _LOG.warning("bericht losgelaten", dienst=self.dienst.naam)
            except VERBINDINGSFOUTEN as fout:
                pogingen += 1
                _LOG.warning("broker onbereikbaar", dienst=self.dienst.naam, exc_info=fout)
            await pauze(self.stop, wachttijd(pogingen, _LANGST))

    async def _database_is_er(self) -> None:
        """Take nothing in hand before there is a database to put it in: each loss counts for the delivery limit."""

        def vraag() -> None:
            with self.dienst.database.read() as conn:
                conn.execute(select(kanaal.c.partij).limit(1))

        pogingen = 0
        while not self.stop.is_set():
            try:
                await asyncio.to_thread(vraag)
                return
            except DATABASEFOUTEN as fout:
                pogingen += 1
                _LOG.warning("consumer wacht op de database", dienst=self.dienst.naam, exc_info=fout)
                await pauze(self.stop, wachttijd(pogingen, _LANGST))

    async def _lees(self, verbinding: AbstractConnection, weg: asyncio.Event) -> None:
        channel = await verbinding.channel(publisher_confirms=True, on_return_raises=True)
        channel.close_callbacks.add(lambda *_: weg.set())
        await topology.declareer_inkomend(channel)
        dood = await channel.get_exchange(topology.DOOD, ensure=False)
        # One: what is killed with us counts as lost once more, and that is only ever the message in hand.
        await channel.set_qos(prefetch_count=1)
        # The broker also says by itself that we read no longer: the queue was removed, or its node is gone.
        (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(lambda *_: weg.set())
        aangekomen: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        queue = await channel.get_queue(topology.wachtrij_van(self.dienst.naam), ensure=False)
        await queue.consume(aangekomen.put)
        _LOG.info("consumer leest", dienst=self.dienst.naam)
        while message := await self._volgende(aangekomen, weg):
            await self._handel_af(message, channel, dood)

    async def _volgende(
        self, aangekomen: asyncio.Queue[AbstractIncomingMessage], weg: asyncio.Event
    ) -> AbstractIncomingMessage | None:
        """The next message; None when the connection is lost or we are told to stop."""
        volgende = asyncio.ensure_future(aangekomen.get())
        einde = [asyncio.ensure_future(event.wait()) for event in (weg, self.stop)]
        try:
            await asyncio.wait([volgende, *einde], return_when=asyncio.FIRST_COMPLETED)
            return volgende.result() if volgende.done() and not any(task.done() for task in einde) else None
        finally:
            for task in (volgende, *einde):
                task.cancel()

    async def _handel_af(
        self, message: AbstractIncomingMessage, channel: AbstractChannel, dood: AbstractExchange
    ) -> None:
        """Steps 2 and 3 for one message."""
        stuk = Aangeboden(message.body, message.user_id, message.message_id, message.content_type)
        geweigerd = await self._houd_vol(channel, partial(self._neem_in, stuk))
        if geweigerd is not None:
            dode = _als_dood(stuk, geweigerd)
            await self._houd_vol(channel, lambda: dood.publish(dode, "", mandatory=True, timeout=_BEVESTIGING))
            await self._houd_vol(channel, lambda: asyncio.to_thread(meld, self.dienst, stuk, geweigerd))
        await message.ack()

    async def _neem_in(self, stuk: Aangeboden) -> Geweigerd | None:
        """The verdict; a program error is tried again, because the next attempt may find another world."""
        for poging in range(1, POGINGEN + 1):
            taak = asyncio.ensure_future(asyncio.to_thread(neem_in, self.dienst, self.verwerk, stuk, self.waarneming))
            await asyncio.wait([taak])
            fout = taak.exception()
            if fout is None:
                return taak.result()
            if isinstance(fout, Wacht):
                raise fout
            _LOG.error("onverwachte fout", dienst=self.dienst.naam, poging=poging, exc_info=fout)
            await pauze(self.stop, wachttijd(poging, 2.0))
            if self.stop.is_set():
                raise Losgelaten
        return await asyncio.to_thread(onverwacht, self.dienst, stuk)

    async def _houd_vol(self, channel: AbstractChannel, doe: Callable[[], Awaitable[T]]) -> T:
        """Do it as soon as the database, the other service and hub.dead (full?) allow it, with the message in hand."""
        pogingen = 0
        while True:
            try:
                return await doe()
            except (Wacht, DeliveryError, *DATABASEFOUTEN) as fout:
                pogingen += 1
                _LOG.warning("consumer wacht", dienst=self.dienst.naam, pogingen=pogingen, exc_info=fout)
            await pauze(self.stop, wachttijd(pogingen, _LANGST))
            if self.stop.is_set() or channel.is_closed:
                raise Losgelaten


def _als_dood(stuk: Aangeboden, geweigerd: Geweigerd) -> Message:
    """The message as it came, with why: our own sentences, which quote nothing of it.

    Its sender goes in a header: as user_id the broker takes nobody's name but our own.
    """
    probleem = geweigerd.probleem
    return Message(
        # Of what was too large its size was the reason: nobody needs it a second time.
        b"" if probleem.status == _TE_GROOT else stuk.inhoud,
        headers={
            "reden": probleem.titel,
            "type": probleem.type,
            "detail": probleem.detail,
            "verzoek": geweigerd.verzoek,
            "verzender": str(geweigerd.partij.code) if geweigerd.partij else "onbekend",
        },
        content_type=stuk.mediatype,
        delivery_mode=DeliveryMode.PERSISTENT,
    )
