"""What stands on the broker, and who declares it. The relay declares the way out, the consumer the way in.

A back office may declare nothing: its own queue is there once it has the channel amqp.
"""

from dataclasses import dataclass
from typing import Final, get_args

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange
from pamqp.common import FieldTable

from services.kernel.catalogue import supported
from services.kernel.toegang.parties import Partij, Partijsoort
from services.kernel.wiring import Dienstnaam

BERICHTEN: Final = "berichten"  # out: topic, key <soort>.<code>.<berichtsoort>
INKOMEND: Final = "inkomend"  # in: topic, key <berichtsoort>
OVERIG: Final = "inkomend.overig"  # what no key of a service takes
DOOD: Final = "hub.dead"  # exchange and queue
# Times a message may be lost with a connection before it goes to the dead; a fault of the network is no fault of it.
_AFLEVERINGEN: Final = 50


@dataclass(frozen=True, slots=True)
class Gebruiker:
    """A party as the broker knows it: the name of its user, of its queue, and how the keys meant for it begin."""

    soort: str
    code: str

    def __str__(self) -> str:
        return f"{self.soort}.{self.code}"


def gebruiker_van(partij: Partij) -> str:
    """gemeente.0503"""
    return str(Gebruiker(partij.soort, partij.code))


def lees_gebruiker(naam: str | None) -> Gebruiker | None:
    """Of the name of a broker's user; None when no party can be called so."""
    soort, punt, code = (naam or "").partition(".")
    return Gebruiker(soort, code) if punt and code and soort in get_args(Partijsoort) else None


def wachtrij_van(dienst: Dienstnaam) -> str:
    """hub.allocation"""
    return f"hub.{dienst}"


# Quorum queues survive the loss of a node. A full one refuses the publisher, who waits: nothing is ever dropped. How
# full it may be is a policy of the broker's (max-length), so that it can be changed without making the queue anew.
_QUORUM: Final[FieldTable] = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
_INKOMEND: Final[FieldTable] = {
    **_QUORUM,
    "x-single-active-consumer": True,
    "x-delivery-limit": _AFLEVERINGEN,
    "x-dead-letter-exchange": DOOD,
    # At most once is the default, and loses the message with the node that moves it.
    "x-dead-letter-strategy": "at-least-once",
}

# What lies there names persons: whoever looks into it has a month.
_DOOD: Final[FieldTable] = {**_QUORUM, "x-message-ttl": 30 * 24 * 3600 * 1000}


async def declareer_uitgaand(channel: AbstractChannel) -> AbstractExchange:
    return await channel.declare_exchange(BERICHTEN, ExchangeType.TOPIC, durable=True)


async def declareer_wachtrij(channel: AbstractChannel, gebruiker: str) -> None:
    """The queue of one party."""
    await declareer_uitgaand(channel)
    queue = await channel.declare_queue(gebruiker, durable=True, arguments=_QUORUM)
    await queue.bind(BERICHTEN, f"{gebruiker}.#")


async def declareer_inkomend(channel: AbstractChannel) -> None:
    """All of the way in, also by a consumer of one service: a message must find its queue whoever reads it."""
    await declareer_dood(channel)
    await channel.declare_exchange(OVERIG, ExchangeType.FANOUT, durable=True)
    await channel.declare_exchange(INKOMEND, ExchangeType.TOPIC, durable=True, arguments={"alternate-exchange": OVERIG})
    for dienst in get_args(Dienstnaam):
        queue = await channel.declare_queue(wachtrij_van(dienst), durable=True, arguments=_INKOMEND)
        for naam in sorted({soort.naam for soort in supported(dienst)}):
            await queue.bind(INKOMEND, naam)
    # Its story says to the sender what is wrong with a key, or with a soort that nobody knows.
    overig = await channel.get_queue(wachtrij_van("allocation"), ensure=False)
    await overig.bind(OVERIG)


async def declareer_dood(channel: AbstractChannel) -> AbstractExchange:
    exchange = await channel.declare_exchange(DOOD, ExchangeType.FANOUT, durable=True)
    queue = await channel.declare_queue(DOOD, durable=True, arguments=_DOOD)
    await queue.bind(DOOD)
    return exchange
