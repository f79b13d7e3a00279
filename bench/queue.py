"""Measure what the queue costs: the relay and the consumer against plain aio-pika, in turns, at the same broker.

Relay: ours reads rows from the database, decrypts and publishes them, and writes down how far it came. The reference
has its bodies in memory and writes nothing. Exchange, quorum queue, headers, properties, persistence, mandatory and
confirms are the same, and so is the promise: of one party a message is published only once the broker has confirmed
the one before it, as `await exchange.publish()` does, because what is refused in the middle of a window is passed by
what is behind it. Parties go beside each other, over a channel each. Fact `venster`: what a window of a hundred, which
gives that order up, would bring.

Consume: on both sides one message in hand, acked once what it brought is committed, because a crash costs everything
in hand a delivery. Once with one row as all there is to commit, so that the way in is all that is measured, and once
with a 301 that is judged and stored. Facts: with a hundred in hand (`venster`), and without any work (`alleen_ack`).

The clock of the relay runs from the first row that it reads to the moment at which it writes down the last one; that of
a consumer from the first message that it takes in to the last.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from itertools import count
from typing import Any, Final
from unittest.mock import patch
from uuid import uuid4

import aio_pika
import databases
import servers
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractExchange
from pydantic import SecretStr
from sqlalchemy import func, select, text, update

from bench.figures import Figure, at_least
from bench.hubs import new_hub
from services import together
from services.cli import example_messages, example_set
from services.cli.console import read_settings
from services.cli.example_messages import Kop
from services.kernel import berichten, postbus, tables
from services.kernel.berichten import Uitkomst
from services.kernel.catalogue import find
from services.kernel.delivery import kanalen, topology, zending
from services.kernel.delivery.consume import consume
from services.kernel.delivery.relay import relay
from services.kernel.receiving import Verwerk
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst, Ingekomen
from services.together import Samenstel

# Messages per second of one side.
Werk = Callable[[], Awaitable[float]]

GEMEENTE, AANBIEDER, CODE = "0503", "75000001", "SPF3"
GEMEENTEN: Final = ("0503", "0603", "1783", "1842", "1926")
AANBIEDERS: Final = ("75000001", "75000002", "75000003", "75000004", "75000005")
BEGIN, EIND = date(2025, 1, 1), date(2025, 12, 31)
DOEL: Final = at_least(0.8)
_VENSTER: Final = 100
_WACHT: Final = 120.0


@dataclass(frozen=True, slots=True)
class Maat:
    """How many messages of each kind, how often each side has its turn, and whether to measure the facts too."""

    een: int
    allen: int
    rijen: int
    oordelen: int
    beurten: int
    feiten: bool


QUICK, FULL = Maat(100, 500, 40, 0, 2, False), Maat(1_000, 4_000, 300, 100, 5, True)


def run(quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    dialects: list[databases.Dialect] = ["sqlite"] if quick else ["sqlite", "postgresql"]
    figures: list[Figure] = []
    facts: dict[str, Any] = {}
    for dialect in dialects:
        with _hub(dialect) as hub:
            facts[dialect] = asyncio.run(_measure(hub, QUICK if quick else FULL, dialect, figures))
    return figures, facts | _snelheden(figures)


def _snelheden(figures: Sequence[Figure]) -> dict[str, float]:
    """What the simulation of the country asks: messages a second of the last database."""
    ours = {figure.measure.rpartition(",")[0]: round(figure.ours, 1) for figure in figures}
    namen = {"relay_per_s": "relay, one party", "consume_per_s": "consume, 301s judged"}
    return {feit: ours[naam] for feit, naam in namen.items() if naam in ours}


@contextmanager
def _hub(dialect: databases.Dialect) -> Iterator[Samenstel]:
    """A hub with the example set on databases of this kind."""
    with new_hub(dialect) as data:
        hub = together.samenstel(read_settings(data).model_copy(update={"vandaag": date(2026, 2, 15)}))
        try:
            yield hub
        finally:
            hub.sluit()


async def _measure(hub: Samenstel, maat: Maat, dialect: str, figures: list[Figure]) -> dict[str, int]:
    dienst, nummers = hub.diensten["allocation"], count(1000)
    feiten: dict[str, int] = {}

    def berichten_301(aantal: int) -> list[bytes]:
        return [_wmo301(next(nummers)) for _ in range(aantal)]

    async def meet(naam: str, tegen: str, ours: Werk, plain: Werk, **anders: Werk) -> None:
        snel = await _om_beurten(maat.beurten, ours=ours, plain=plain, **(anders if maat.feiten else {}))
        figures.append(Figure("queue", f"{naam}, {dialect}", tegen, snel["plain"], snel["ours"], "messages/s", DOEL))
        feiten.update({f"{naam}: {feit}": round(snel[feit]) for feit in snel if feit in anders})

    for codes, aantal in ((GEMEENTEN[:1], maat.een), (GEMEENTEN + AANBIEDERS, maat.allen)):
        post = _vul(dienst, codes, berichten_301(aantal))
        await meet(
            "relay, one party" if len(codes) == 1 else f"relay, {len(codes)} parties",
            "plain aio-pika",
            partial(_relay, dienst, post),
            partial(_plain, post, 1),
            venster=partial(_plain, post, _VENSTER),
        )
    rij, inhoud = _rij(dienst), berichten_301(maat.rijen)
    await meet(
        "consume, a row each",
        "plain aio-pika, the same row",
        partial(_consume, dienst, inhoud, rij),
        partial(_plain_consume, dienst, inhoud, rij, 1),
        venster=partial(_plain_consume, dienst, inhoud, rij, _VENSTER),
        alleen_ack=partial(_plain_consume, dienst, inhoud, None, 1),
    )
    if maat.oordelen:
        oordeel = hub.verwerk["allocation"]
        await meet(
            "consume, 301s judged",
            "plain aio-pika, the same judging",
            lambda: _consume(dienst, berichten_301(maat.oordelen), oordeel),
            lambda: _plain_consume(dienst, berichten_301(maat.oordelen), oordeel, 1),
        )
    return feiten


async def _om_beurten(beurten: int, **kanten: Werk) -> dict[str, float]:
    """{side: median messages per second} of sides that take turns."""
    snel: dict[str, list[float]] = {naam: [] for naam in kanten}
    for beurt in range(beurten):
        for naam in sorted(kanten, reverse=bool(beurt % 2)):
            snel[naam].append(await kanten[naam]())
    return {naam: statistics.median(each) for naam, each in snel.items()}


def _wmo301(nummer: int) -> bytes:
    uit = BytesIO()
    toewijzing = example_set.toewijzing(AANBIEDER, GEMEENTE, nummer, CODE, BEGIN, EIND, BEGIN - timedelta(days=16))
    kop = Kop(GEMEENTE, AANBIEDER, f"T{nummer}", BEGIN - timedelta(days=16))
    example_messages.write_301(uit, kop, example_set.persoon(nummer, GEMEENTE), [toewijzing])
    return uit.getvalue()


# --- the relay -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Post:
    """What lies ready, per name of a queue, as what a `Message` is made of; `aantal` in all."""

    stukken: dict[str, list[dict[str, Any]]]

    @property
    def aantal(self) -> int:
        return sum(len(van_een) for van_een in self.stukken.values())


def _vul(dienst: Dienst, codes: Sequence[str], inhoud: Sequence[bytes]) -> Post:
    """Leave these 301s in the postbussen of these parties, in turn; and the same for the reference."""
    soort, nu = find("WMO301", "3.2"), dienst.nu()
    stukken: dict[str, list[dict[str, Any]]] = {}
    with dienst.database.write() as conn:
        for code in codes:
            kanalen.zet(conn, code, "amqp")
        for nr, (body, code) in enumerate(zip(inhoud, codes * len(inhoud), strict=False)):
            uitkomst = _uitkomst(f"{nu:%f}{nr}")
            rij = berichten.bewaar(
                conn,
                uitkomst,
                soort=soort,
                sha256=sha256(body).hexdigest(),
                ontvangen=nu,
                telt=True,
                inhoud=body,
                antwoord_op=None,
                partij=GEMEENTE,
            )
            postbus.bezorg(conn, [(code, rij)], nu)
            partij = parties.vind(conn, code)
            assert partij is not None
            kop: dict[str, Any] = {"dienst": dienst.naam, "nr": nr, "verzender": GEMEENTE, "bestemming": AANBIEDER}
            message = dict(
                body=body,
                headers=kop | {"standaard": soort.standaard, "release": soort.release},
                content_type="application/xml",
                message_id=uitkomst.id,
                type=soort.naam,
                timestamp=nu,
                app_id="berichtenhub",
                delivery_mode=DeliveryMode.PERSISTENT,
            )
            stukken.setdefault(topology.gebruiker_van(partij), []).append(message)
    return Post(stukken)


def _uitkomst(identificatie: str) -> Uitkomst:
    return Uitkomst(
        *(str(uuid4()), "iwmo", "3.2", "WMO301", GEMEENTE, AANBIEDER, identificatie, "goedgekeurd"),
        *(None, None, None, (), None, True),
    )


async def _relay(dienst: Dienst, post: Post) -> float:
    """Messages per second that the relay delivers."""
    _alles_weer_onbezorgd(dienst, post)
    gelezen: list[datetime] = []
    volgende = zending.volgende

    def gezien(*arguments: Any) -> Any:
        gelezen.append(dienst.nu())
        return volgende(*arguments)

    with servers.vhost() as vhost, patch.object(zending, "volgende", gezien):
        stop = asyncio.Event()
        werk = asyncio.create_task(relay([dienst], SecretStr(vhost.url), stop))
        async with asyncio.timeout(_WACHT):
            while await asyncio.to_thread(_iets_te_doen, dienst):
                await asyncio.sleep(0.1)
        stop.set()
        await werk
        async with asyncio.timeout(_WACHT):
            # Of a queue whose leader is slow to answer the broker says that it is empty.
            while (diepte := await _diepte(vhost, post.stukken)) < post.aantal:
                await asyncio.sleep(0.2)
        assert diepte == post.aantal, f"{diepte} messages lie in the queues, and not {post.aantal}"
    return post.aantal / (_laatst_bezorgd(dienst) - gelezen[0]).total_seconds()


def _laatst_bezorgd(dienst: Dienst) -> datetime:
    with dienst.database.read() as conn:
        laatste: datetime = conn.execute(select(func.max(tables.postbus.c.bezorgd))).scalar_one()
    return laatste


def _alles_weer_onbezorgd(dienst: Dienst, post: Post) -> None:
    codes = [naam.partition(".")[2] for naam in post.stukken]
    p = tables.postbus.c
    with dienst.database.write() as conn:
        conn.execute(update(tables.postbus).where(p.partij.in_(codes)).values(bezorgd=None))
        for naam, van_een in post.stukken.items():
            code = naam.partition(".")[2]
            tot = postbus.hoogste(conn, code) - len(van_een)
            conn.execute(update(tables.kanaal).where(tables.kanaal.c.partij == code).values(bezorgd_tot=tot))


def _iets_te_doen(dienst: Dienst) -> bool:
    with dienst.database.read() as conn:
        return any(kanaal.heeft_werk for kanaal in kanalen.lees_alle(conn))


async def _diepte(vhost: servers.Vhost, namen: Iterable[str]) -> int:
    """How many messages lie in these queues, by the broker itself."""
    async with await aio_pika.connect(vhost.url) as connection:
        channel = await connection.channel()
        queues = [await channel.declare_queue(naam, passive=True) for naam in namen]
    return sum(queue.declaration_result.message_count or 0 for queue in queues)


async def _plain(post: Post, venster: int) -> float:
    """Messages per second that plain aio-pika publishes, with at most so many of a party unconfirmed."""
    with servers.vhost() as vhost:
        async with await aio_pika.connect(vhost.url) as connection:
            wegen = {}
            for naam in post.stukken:
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                await topology.declareer_wachtrij(channel, naam)
                wegen[naam] = await channel.get_exchange(topology.BERICHTEN, ensure=False)
            begin = time.perf_counter()
            await asyncio.gather(*(_publiceer(wegen[naam], naam, post.stukken[naam], venster) for naam in wegen))
            return post.aantal / (time.perf_counter() - begin)


async def _publiceer(weg: AbstractExchange, naam: str, stukken: Sequence[dict[str, Any]], venster: int) -> None:
    if venster == 1:
        for stuk in stukken:
            await weg.publish(Message(**stuk), f"{naam}.{stuk['type']}", mandatory=True)
        return
    vrij = asyncio.Semaphore(venster)
    async with asyncio.TaskGroup() as group:
        for stuk in stukken:
            await vrij.acquire()
            taak = group.create_task(weg.publish(Message(**stuk), f"{naam}.{stuk['type']}", mandatory=True))
            taak.add_done_callback(lambda _: vrij.release())


# --- the consumer ----------------------------------------------------------------------------------------------------


def _rij(dienst: Dienst) -> Verwerk:
    """Work that is as little as can be: the bytes as one committed row of the database of this service."""
    bytes_ = "BLOB" if dienst.database.url.startswith("sqlite") else "BYTEA"
    with dienst.database.write() as conn:
        conn.execute(text(f"CREATE TABLE proef (bytes {bytes_} NOT NULL)"))

    def verwerk(dienst: Dienst, _: Partij, ingekomen: Ingekomen, __: bool) -> Uitkomst:
        with dienst.database.write() as conn:
            conn.execute(text("INSERT INTO proef (bytes) VALUES (:bytes)"), {"bytes": ingekomen.stream.read()})
        return _uitkomst("proef")

    return verwerk


class Tijden(list[float]):
    """When each message was taken in."""

    @property
    def per_seconde(self) -> float:
        return (len(self) - 1) / (self[-1] - self[0])

    def om(self, verwerk: Verwerk) -> Verwerk:
        def geklokt(*arguments: Any) -> Uitkomst:
            self.append(time.perf_counter())
            return verwerk(*arguments)

        return geklokt


async def _consume(dienst: Dienst, inhoud: Sequence[bytes], verwerk: Verwerk) -> float:
    """Messages per second that the consumer takes in."""
    tijden, stop = Tijden(), asyncio.Event()
    with servers.vhost() as vhost:
        await _bied_aan(vhost, inhoud)
        werk = asyncio.create_task(
            consume({dienst.naam: dienst}, {dienst.naam: tijden.om(verwerk)}, SecretStr(vhost.url), stop)
        )
        async with asyncio.timeout(_WACHT):
            while len(tijden) < len(inhoud):
                await asyncio.sleep(0.02)
        stop.set()
        await werk
    return tijden.per_seconde


async def _plain_consume(dienst: Dienst, inhoud: Sequence[bytes], verwerk: Verwerk | None, in_hand: int) -> float:
    """Messages per second that plain aio-pika takes in, with so many in hand; without work it only acks."""
    tijden = Tijden()
    gemeente = Partij(GEMEENTE, "gemeente", "Delft")
    with servers.vhost() as vhost:
        await _bied_aan(vhost, inhoud)
        async with await aio_pika.connect(vhost.url) as connection, asyncio.timeout(_WACHT):
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=in_hand)
            queue = await channel.get_queue(topology.wachtrij_van(dienst.naam), ensure=False)
            async with queue.iterator() as messages:
                async for message in messages:
                    if verwerk is None:
                        tijden.append(time.perf_counter())
                    else:
                        hash = sha256(message.body).hexdigest()
                        ingekomen = Ingekomen(BytesIO(message.body), hash, len(message.body))
                        await asyncio.to_thread(tijden.om(verwerk), dienst, gemeente, ingekomen, False)
                    await message.ack()
                    if len(tijden) == len(inhoud):
                        break
    return tijden.per_seconde


async def _bied_aan(vhost: servers.Vhost, inhoud: Sequence[bytes]) -> None:
    """Leave these messages in the queue of allocation, as a back office sends them."""
    naam = f"gemeente.{GEMEENTE}"
    async with await aio_pika.connect(vhost.user(naam)) as connection:
        channel = await connection.channel()
        await topology.declareer_inkomend(channel)
        weg = await channel.get_exchange(topology.INKOMEND, ensure=False)
        async with asyncio.TaskGroup() as group:
            for body in inhoud:
                message = Message(
                    body,
                    user_id=naam,
                    message_id=str(uuid4()),
                    content_type="application/xml",
                    delivery_mode=DeliveryMode.PERSISTENT,
                )
                group.create_task(weg.publish(message, "WMO301"))
