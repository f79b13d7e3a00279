"""Those who are owed messages: a back office that reads its queue, an aanbieder with a webhook, a reader with a cursor.

Each keeps what it got in the order in which it got it, doubles too. Whether that is right the ledger says.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import httpx


@dataclass
class Received:
    """(service, id) of everything that came in."""

    items: list[tuple[str, str]] = field(default_factory=list)

    def of(self, service: str) -> list[str]:
        """The ids of one service, each at the place where it came first."""
        return list(dict.fromkeys(id for dienst, id in self.items if dienst == service))

    @property
    def repeats(self) -> int:
        return len(self.items) - len(set(self.items))


@contextmanager
def back_office(url: str, queue: str, *, drops: int = 0) -> Iterator[Received]:
    """Read a queue with plain aio-pika; the first `drops` times the connection is cut with a message unacked."""
    received = Received()
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_read_queue(url, queue, drops, received, stop)), daemon=True)
    thread.start()
    try:
        yield received
    finally:
        stop.set()
        thread.join(30)


async def _read_queue(url: str, name: str, drops: int, received: Received, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            connection = await aio_pika.connect(url)
        except (OSError, aio_pika.exceptions.AMQPError):
            await asyncio.sleep(0.2)
            continue
        try:
            dropped = await _read(connection, name, drops > 0, received, stop)
            drops -= dropped
        except (OSError, aio_pika.exceptions.AMQPError, RuntimeError):
            await asyncio.sleep(0.2)
        finally:
            if not connection.is_closed:
                await connection.close()


async def _read(connection: Any, name: str, drop: bool, received: Received, stop: threading.Event) -> bool:
    """True when the connection is to be cut with a message in hand."""
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=10)
    queue = await channel.get_queue(name, ensure=False)
    while not stop.is_set() and not channel.is_closed:
        message = await queue.get(fail=False)
        if message is None:
            await asyncio.sleep(0.05)
            continue
        if drop:
            return True
        received.items.append((str(message.headers["dienst"]), str(message.message_id)))
        await message.ack()
    return False


@dataclass
class Webhook:
    """What an aanbieder's endpoint does: `moods` one after another, then `good` for ever."""

    url: str
    received: Received
    moods: list[str]
    secret: bytes = b""
    refused: int = 0

    def use(self, secret: bytes) -> None:
        """Check signatures with this secret from now on."""
        self.secret = secret


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def webhook(moods: list[str]) -> Iterator[Webhook]:
    """An endpoint on this machine. It keeps a message only when its signature is right, and it says 200 to it."""
    state = Webhook("", Received(), moods)
    lock = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            with lock:
                mood = state.moods.pop(0) if state.moods else "good"
            if mood == "hang":
                time.sleep(30)
            elif mood == "die":
                self.connection.close()
            elif mood == "error":
                self.send_error(500)
            elif mood == "lie":
                # Says where to go instead, and that is not a receipt.
                self.send_response(302)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()
            elif not _is_signed(self.headers, body, state.secret):
                state.refused += 1
                self.send_error(401)
            else:
                with lock:
                    dienst = self.headers["berichtenhub-dienst"]
                    state.received.items.append((dienst, self.headers["webhook-id"]))
                self._accept(endless=mood == "endless")

        def _accept(self, *, endless: bool) -> None:
            self.send_response(200)
            self.end_headers()
            while endless:
                try:
                    self.wfile.write(b"x" * 65_536)
                except OSError:
                    return

        def log_message(self, *_: Any) -> None:
            return

    server = _Server(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}/hub"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def _is_signed(headers: Any, body: bytes, secret: bytes) -> bool:
    """By the Standard Webhooks specification: HMAC-SHA256 of id, time and body."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    return any(hmac.compare_digest(f"v1,{expected}", given) for given in headers["webhook-signature"].split())


@contextmanager
def cursor_reader(url: str, key: str, dienst: str) -> Iterator[Received]:
    """Follow a postbus over HTTP: everything after the highest number seen."""
    received = Received()
    stop = threading.Event()

    def follow() -> None:
        cursor = 0
        with httpx.Client(timeout=60, trust_env=False, headers={"authorization": f"Bearer {key}"}) as client:
            while not stop.is_set():
                try:
                    reply = client.get(f"{url}/v1/postbus", params={"na": cursor, "limit": 20})
                    items = reply.json()["items"] if reply.is_success else []
                except (httpx.TransportError, ValueError):
                    items = []
                for item in items:
                    received.items.append((dienst, item["berichtId"]))
                    cursor = item["nr"]
                if not items:
                    time.sleep(0.02)

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        stop.set()
        thread.join(60)
