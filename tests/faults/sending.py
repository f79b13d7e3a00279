"""Senders that do what a sender must: send the same bytes again until there is an answer."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import aio_pika
import httpx
from faults.fleet import PATIENCE, Fleet
from faults.traffic import Bericht


@dataclass(frozen=True)
class Answer:
    """What came back, after how many attempts."""

    bericht: Bericht
    status: int
    body: dict[str, Any]
    attempts: int


# One for all threads: making one, with its certificates, costs more than sending a message.
_CLIENT = httpx.Client(timeout=60, trust_env=False, limits=httpx.Limits(max_connections=None))


def send(fleet: Fleet, bericht: Bericht) -> Answer:
    """One message, again and again, until it has its verdict."""
    until = time.monotonic() + PATIENCE
    headers = {"authorization": f"Bearer {fleet.keys[bericht.partij]}", "content-type": "application/xml"}
    attempts = 0
    while time.monotonic() < until:
        attempts += 1
        try:
            url = f"{fleet.url(bericht.dienst)}/v1/berichten"
            reply = _CLIENT.post(url, content=bericht.inhoud, headers=headers)
        except httpx.TransportError:
            time.sleep(0.2 + random.random() / 5)
            continue
        if reply.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            time.sleep(0.2 + random.random() / 5)
            continue
        return Answer(bericht, reply.status_code, reply.json(), attempts)
    raise AssertionError(f"no answer to a {bericht.soort}")


def send_all(fleet: Fleet, berichten: Iterable[Bericht], at_once: int = 50) -> list[Answer]:
    """Many of them, so many at a time, in no order that matters."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda bericht: send(fleet, bericht), berichten))


def meanwhile(work: Callable[[], Sequence[Answer]]) -> Callable[[], list[Answer]]:
    """Send in the background; the function returned waits for the answers, and raises what went wrong."""
    found: list[Answer] = []
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            found.extend(work())
        except BaseException as fout:  # noqa: BLE001 - raised again below, in the thread that asked
            wrong.append(fout)

    thread = threading.Thread(target=run)
    thread.start()

    def wait() -> list[Answer]:
        thread.join()
        if wrong:
            raise wrong[0]
        return found

    return wait


def publish(url: str, user: str, berichten: Sequence[Bericht]) -> None:
    """Hand these over by AMQP, in this order, each until the broker has confirmed it."""
    asyncio.run(_publish(url, user, berichten))


async def _publish(url: str, user: str, berichten: Sequence[Bericht]) -> None:
    todo = list(berichten)
    while todo:
        try:
            async with await aio_pika.connect(url) as connection:
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                exchange = await channel.get_exchange("inkomend", ensure=False)
                while todo:
                    await exchange.publish(_message(todo[0], user), routing_key=todo[0].soort, mandatory=True)
                    todo.pop(0)
        except (OSError, aio_pika.exceptions.AMQPError, RuntimeError):
            await asyncio.sleep(0.2)


def _message(bericht: Bericht, user: str) -> aio_pika.Message:
    return aio_pika.Message(
        bericht.inhoud,
        content_type="application/xml",
        message_id=bericht.sha256[:32],
        user_id=user,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
