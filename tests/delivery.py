"""Delivery in tests: something that runs until it is told to stop, a queue read as its party does, a webhook's side."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from sqlalchemy import select

from services.kernel import postbus
from services.kernel.tables import kanaal
from services.kernel.tables import postbus as postbus_tabel
from services.kernel.wiring import Dienst

PATIENCE = 30.0


@asynccontextmanager
async def running(work: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    """Relay or consumer beside the test; what it raises is raised at the end."""
    stop = asyncio.Event()
    task = asyncio.ensure_future(work(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE)


async def until(holds: Callable[[], object]) -> None:
    """Wait until this is so; it is asked again and again, and a test that waits in vain fails."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def channel(url: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel(on_return_raises=True)


async def take(url: str, queue: str, aantal: int) -> list[AbstractIncomingMessage]:
    """The next so many messages of a queue, acked, as its party reads them: passively."""
    taken: list[AbstractIncomingMessage] = []
    async with channel(url) as opened, asyncio.timeout(PATIENCE):
        await opened.set_qos(prefetch_count=1)
        async with (await opened.get_queue(queue, ensure=False)).iterator() as messages:
            while len(taken) < aantal:
                message = await anext(messages)
                await message.ack()
                taken.append(message)
    return taken


async def send(url: str, body: bytes, key: str, **properties: Any) -> None:
    """Publish to `inkomend`, and return when the broker confirmed it."""
    async with channel(url) as opened:
        exchange = await opened.get_exchange("inkomend", ensure=False)
        await exchange.publish(aio_pika.Message(body, **properties), key, timeout=PATIENCE)


def put(dienst: Dienst, code: str, *berichten: int) -> None:
    """These messages in a party's postbus."""
    with dienst.database.write() as conn:
        postbus.bezorg(conn, [(code, nr) for nr in berichten], dienst.nu())


def kanaal_van(dienst: Dienst, code: str) -> Any:
    """The row of a party's channel."""
    with dienst.database.read() as conn:
        return conn.execute(select(kanaal).where(kanaal.c.partij == code)).one_or_none()


def delivered(dienst: Dienst, code: str) -> list[int]:
    """The numbers of a party's rows that were delivered."""
    p = postbus_tabel.c
    with dienst.database.read() as conn:
        return list(conn.execute(select(p.nr).where(p.partij == code, p.bezorgd.is_not(None)).order_by(p.nr)).scalars())


class Webhook:
    """A server on this machine that keeps what it is sent, and answers each request with the next of `answers`.

    An answer is raw bytes, None to say nothing at all, or b"" to hang up. After the last one it says 204.
    """

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.requests]

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Webhook"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
        headers = {name.lower(): text for name, text in lines}
        self.requests.append((headers, await reader.readexactly(int(headers["content-length"]))))
        answer = self.answers.pop(0) if self.answers else b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"
        if answer is None:
            await reader.read()  # until the other side gives up
        else:
            writer.write(answer)
        writer.close()
