"""A connection on which no whole head of a request comes is closed, and no other."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import uvicorn

from services.cli import slow_heads

pytestmark = pytest.mark.dialects("sqlite")
WHOLE = b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n"


async def app(scope: dict[str, object], receive: object, send: object) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})  # type: ignore[operator]
    await send({"type": "http.response.body"})  # type: ignore[operator]


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(slow_heads, "_HEAD_SECONDS", 0.5)
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, http=slow_heads.Protocol, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, args=([bound],))
    thread.start()
    yield bound.getsockname()[1]
    server.should_exit = True
    thread.join()


def closed(opened: socket.socket) -> bool:
    """Whether the other side closes without a word; a TimeoutError when it says nothing for ten seconds."""
    opened.settimeout(10)
    return opened.recv(1) == b""


@pytest.mark.parametrize("begun", [b"", b"GET / HT", WHOLE[:-2]])
def test_a_head_that_never_ends_is_cut_off(port: int, begun: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as opened:
        opened.sendall(begun)
        assert closed(opened)


def test_a_byte_now_and_then_does_not_keep_it_open(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as opened:
        # What is sent after it was closed is answered by a reset, if that is seen at all.
        with suppress(OSError):
            for _ in range(40):
                opened.sendall(b"X")
                time.sleep(0.05)
        with suppress(ConnectionResetError):
            assert closed(opened)


def test_a_request_is_answered_and_so_is_the_next_on_the_same_connection(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as opened:
        opened.settimeout(10)
        for _ in range(3):
            opened.sendall(WHOLE[:10])
            time.sleep(0.1)
            opened.sendall(WHOLE[10:])
            assert opened.recv(4096).startswith(b"HTTP/1.1 204 ")
