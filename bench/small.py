"""What a small message costs: 301s of one client over kept connections, at once, against an endpoint that only stores.

Both sides have the same database, the same number of processes, and the same client that sends to them in turn. The hub
judges each message, stores it encrypted, numbers it, tells the feed and the postbus; the endpoint writes one row.
"""

import asyncio
import io
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlsplit

import databases
import httpx
from running_hub import ROOT, serving

from bench import bare
from bench.figures import Figure, at_least
from bench.hubs import new_hub
from services.cli import example
from services.cli.console import free_port

_GEMEENTE: Final = "0503"
_VANDAAG: Final = date(2026, 2, 15)
_CONNECTIONS: Final = 8
# On SQLite one process writes at a time, however many there are.
_WORKERS: Final = {"sqlite": (1,), "postgresql": (1, 2)}
_seeds = count(1)

Headers = dict[str, str]


def run(quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    messages, rounds = (40, 2) if quick else (400, 5)
    figures, per_301 = [], {}
    for dialect, workers in [*_WORKERS.items()][: 1 if quick else None]:
        with new_hub(dialect) as data:
            bare.prepare(databases.url(data, "allocation"))
            for aantal in workers:
                ours, theirs = _measure(data, aantal, messages, rounds)
                wat = f"301s at once, {aantal} process{'es' * (aantal > 1)}, {dialect}"
                figures.append(Figure("small", wat, "FastAPI storing a row", theirs, ours, "/s", at_least(0.5)))
                per_301[dialect if aantal == 1 else f"{dialect}-{aantal}"] = 1 / ours
    return figures, {"per_301_s": per_301}


def _measure(data: Path, workers: int, messages: int, rounds: int) -> tuple[float, float]:
    """Messages per second of the hub and of the endpoint, which take turns."""
    with ExitStack() as stack:
        urls = {f"BERICHTENHUB_{naam.upper()}": url for naam, url in databases.settings_of(data).items()}
        hubs = [stack.enter_context(serving(data, "allocation", **urls)) for _ in range(workers)]
        store = databases.url(data, "allocation")
        ports = [stack.enter_context(_bare(store)) for _ in range(workers)]
        key = hubs[0].key(_GEMEENTE)
        ours = [f"{hub.url}/allocation/v1/berichten" for hub in hubs]
        theirs = [f"http://127.0.0.1:{port}/" for port in ports]
        taken: dict[str, list[float]] = {"ours": [], "theirs": []}
        for ronde in range(rounds + 1):
            for naam, places in (("ours", ours), ("theirs", theirs))[:: -1 if ronde % 2 else 1]:
                rate = asyncio.run(_send(places, key, [_message() for _ in range(messages)]))
                # The first round compiles what a process compiles once.
                taken[naam] += [rate] if ronde else []
    return median(taken["ours"]), median(taken["theirs"])


def _message() -> bytes:
    uit = io.BytesIO()
    example.write(uit, "WMO301", example.Vraag(_GEMEENTE, "75000001", 1, next(_seeds), _VANDAAG))
    return uit.getvalue()


async def _send(places: Sequence[str], key: Headers, messages: Sequence[bytes]) -> float:
    """Send all of them over kept connections, spread over the places; how many a second."""
    waiting = list(messages)
    start = time.perf_counter()
    await asyncio.gather(*(_sender(places[nr % len(places)], key, waiting.pop) for nr in range(_CONNECTIONS)))
    return len(messages) / (time.perf_counter() - start)


async def _sender(place: str, key: Headers, take: Callable[[], bytes]) -> None:
    """One connection, spoken plainly: a library would cost both sides more than the endpoint does."""
    url = urlsplit(place)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    head = f"POST {url.path} HTTP/1.1\r\nHost: hub\r\nContent-Type: application/xml\r\n"
    head += "".join(f"{name}: {text}\r\n" for name, text in key.items())
    while True:
        try:
            content = take()
        except IndexError:
            break
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        await _reply(reader)
    writer.close()
    await writer.wait_closed()


async def _reply(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    assert head.startswith("http/1.1 201"), head
    length = next((int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length")), 0)
    await reader.readexactly(length)


@contextmanager
def _bare(url: str) -> Iterator[int]:
    """The endpoint, in a process of its own; its port."""
    port = free_port(0)
    process = subprocess.Popen([sys.executable, "-m", "bench.bare", url, str(port)], cwd=ROOT)
    try:
        with httpx.Client(trust_env=False) as client:
            for _ in range(600):
                try:
                    client.get(f"http://127.0.0.1:{port}/")
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)
