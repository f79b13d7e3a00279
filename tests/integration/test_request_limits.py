"""What is held before a message is read: how often, how slowly, how much; both sides of each limit."""

from __future__ import annotations

import io
import json
import logging
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running_hub import Hub, run_hub, serving
from starlette.testclient import TestClient

from builders import wmo323
from services import together
from services.cli.example_loading import read_keys
from services.kernel.settings import Settings
from services.kernel.waarneming import logs

pytestmark = pytest.mark.dialects("sqlite")
V1 = "/declaration/v1"
XML = {"Content-Type": "application/xml"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grenzen") / "var"
    made = run_hub("init", "--data", str(folder), "--voorbeeld")
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


class Beperkt:
    """A hub in this process with these settings, and a key."""

    def __init__(self, data: Path, **settings: Any) -> None:
        self.client = TestClient(together.build(Settings(data=data, **settings)), raise_server_exceptions=False)
        self.keys = read_keys(data)

    def get(self, als: str | None, path: str = f"{V1}/perioden") -> Any:
        return self.client.get(path, headers={"Authorization": f"Bearer {self.keys[als]}"} if als else {})

    def post(self, als: str, body: bytes, path: str = f"{V1}/validaties", **headers: str) -> Any:
        own = {"Authorization": f"Bearer {self.keys[als]}", **XML}
        return self.client.post(path, content=body, headers=own | headers)


# --- how often -------------------------------------------------------------------------------------------------------


def test_a_party_that_asks_too_often_gets_429_and_hears_when_to_go_on(data: Path) -> None:
    hub = Beperkt(data, verzoeken_per_minuut=2)

    first, second, third = (hub.get("0503") for _ in range(3))

    assert (first.status_code, first.headers["RateLimit-Remaining"]) == (200, "1")
    assert (second.status_code, second.headers["RateLimit-Remaining"]) == (200, "0")
    assert (third.status_code, third.json()["type"]) == (429, "/problemen/te-veel-verzoeken")
    assert third.headers["content-type"] == "application/problem+json"
    assert third.headers["Retry-After"] == third.headers["RateLimit-Reset"] == "30"
    assert third.headers["RateLimit-Limit"] == "2"


def test_another_party_has_a_share_of_its_own(data: Path) -> None:
    hub = Beperkt(data, verzoeken_per_minuut=1)

    assert [hub.get("0503").status_code for _ in range(2)] == [200, 429]
    assert hub.get("75000001").status_code == 200


def test_messages_and_other_requests_are_counted_apart(data: Path) -> None:
    hub = Beperkt(data, verzoeken_per_minuut=1, berichten_per_minuut=1)

    assert hub.post("75000001", b"<a/>").status_code == 400
    assert hub.post("75000001", b"<a/>", f"{V1}/berichten").status_code == 429
    assert hub.get("75000001").status_code == 200


def test_who_has_no_key_is_limited_by_address_and_takes_nothing_from_who_has(data: Path) -> None:
    hub = Beperkt(data, onbekenden_per_minuut=2)
    wrong = {"Authorization": "Bearer onbekend"}

    assert hub.get(None).status_code == 401
    assert hub.client.get(f"{V1}/perioden", headers=wrong).status_code == 401
    assert hub.get(None).status_code == 429
    assert hub.client.get(f"{V1}/perioden", headers=wrong).status_code == 429
    assert hub.get("0503").status_code == 200


def test_health_meters_and_the_other_service_are_not_limited(data: Path) -> None:
    hub = Beperkt(data, verzoeken_per_minuut=1)
    hub.keys["dienst"] = json.loads((data / "geheimen.json").read_text())["dienst_sleutel"]

    for path, als in (("/declaration/healthz", None), ("/declaration/metrics", "beheer"), (f"{V1}/perioden", "dienst")):
        assert [hub.get(als, path).status_code for _ in range(3)] == [200] * 3, path


def test_a_flood_of_refusals_is_few_lines_of_log_and_counted_whole(data: Path) -> None:
    root = logging.getLogger()
    kept = root.handlers, root.level
    logs.configure(written := io.StringIO())
    hub = Beperkt(data)
    try:
        for _ in range(200):
            hub.get(None)
        hub.get("0503")
    finally:
        root.handlers, root.level = kept

    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    # Sixty of each status, and what comes free meanwhile.
    assert 120 <= len([line for line in lines if line.get("status") in (401, 429)]) < 190
    assert [line.get("status") for line in lines if line.get("status") == 200] == [200]
    meters = hub.get("beheer", "/declaration/metrics").text
    counted = [line for line in meters.splitlines() if 'status="401"' in line or 'status="429"' in line]
    assert sum(float(line.rpartition(" ")[2]) for line in counted) == 200


# --- JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"besluit": "B"', 400),
        (b'{"besluit": NaN}', 400),
        (b'{"besluit": 1e999}', 400),
        (b'{"besluit": "B", "anders": 1}', 400),
        (b"[" * 4_000, 400),
        (b'{"besluit": "\xff"}', 400),
        (b'{"besluit": "\\ud800"}', 400),
        (b'{"besluit": "' + b"x" * 5_000 + b'"}', 413),
        (b"null", 400),
        (b"", 400),
    ],
    ids=["cut", "nan", "infinite", "unknown", "deep", "bytes", "surrogate", "large", "null", "empty"],
)
def test_json_that_is_no_request_is_refused(data: Path, body: bytes, status: int) -> None:
    hub = Beperkt(data)
    reply = hub.post("0503", body, f"{V1}/perioden/2024-P01/afsluiting", **{"Content-Type": "application/json"})

    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"


def test_json_is_not_read_for_a_stranger_and_not_by_another_name(data: Path) -> None:
    hub, path = Beperkt(data), f"{V1}/perioden/2024-P01/afsluiting"

    assert hub.client.post(path, content=b"x" * 100_000).status_code == 401
    assert hub.post("0503", b"{}", path, **{"Content-Type": "text/plain"}).status_code == 415


@pytest.mark.parametrize(
    "path",
    [
        "/berichten/../../../etc/passwd",
        "/berichten/%2e%2e%2f%2e%2e",
        "/berichten/%00",
        "/berichten/-1/xml",
        "/postbus/-1/ontvangst",
        f"/berichten?identificatie={'x' * 10_000}",
        "/berichten?limit=-1",
        f"/berichten?na={'9' * 400}",
        "//berichten",
        "/berichten;a=b",
    ],
)
def test_tricks_with_a_path_or_query_are_a_problem_and_nothing_else(data: Path, path: str) -> None:
    reply = Beperkt(data).get("0503", f"{V1}{path}")

    assert reply.status_code in (400, 404, 405)
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, identity", "x"])
def test_a_compressed_body_is_415(data: Path, encoding: str) -> None:
    reply = Beperkt(data).post("75000001", wmo323(), **{"Content-Encoding": encoding})

    assert reply.status_code == 415


# --- how slowly, over a real connection -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def slow(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub that waits a second for more of a message, and three for all of it."""
    own = tmp_path_factory.mktemp("langzaam") / "var"
    shutil.copytree(data, own)
    with serving(own, BERICHTENHUB_STILTE_SECONDEN="1", BERICHTENHUB_ONTVANGST_SECONDEN="3") as hub:
        yield hub


def connection(hub: Hub) -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", int(hub.url.rpartition(":")[2])), timeout=30)
    opened.settimeout(30)
    return opened


def head(hub: Hub, *lines: str, path: str = f"{V1}/validaties") -> bytes:
    """The head of a POST with a valid key."""
    key = hub.key("75000001")["authorization"]
    fixed = (f"POST {path} HTTP/1.1", "Host: hub", f"Authorization: {key}", "Content-Type: application/xml")
    return "\r\n".join((*fixed, *lines, "", "")).encode()


def answer(opened: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    got = b""
    while part := opened.recv(65536):
        got += part
    return got


def test_who_falls_silent_is_cut_off(slow: Hub) -> None:
    with connection(slow) as opened:
        opened.sendall(head(slow, "Content-Length: 1000") + b"<Bericht")
        got = answer(opened)

    assert got.startswith(b"HTTP/1.1 408 ")
    assert b"/problemen/te-langzaam" in got


def test_who_sends_a_byte_now_and_then_is_cut_off_and_keeps_nobody_waiting(slow: Hub) -> None:
    with connection(slow) as opened:
        opened.sendall(head(slow, "Transfer-Encoding: chunked"))
        for _ in range(40):
            try:
                opened.sendall(b"1\r\nx\r\n")
            except OSError:
                break
            assert slow.post("declaration", "75000001", b"<a/>").status_code == 400
            time.sleep(0.2)
        else:
            pytest.fail("nobody cut it off")


def test_who_sends_in_pieces_but_in_time_is_heard(slow: Hub) -> None:
    body = b"<geen-bericht/>"
    with connection(slow) as opened:
        opened.sendall(head(slow, f"Content-Length: {len(body)}", "Connection: close") + body[:5])
        time.sleep(0.3)
        opened.sendall(body[5:])
        got = answer(opened)

    assert got.startswith(b"HTTP/1.1 400 ")
    assert b"onbekende-berichtsoort" in got


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: abc",),
        ("Content-Length: -1",),
        ("Content-Length: 5", "Content-Length: 6"),
        ("X-Lang: " + "x" * 20_000,),
        ("geen kop",),
    ],
    ids=["no number", "negative", "two lengths", "long", "no header"],
)
def test_a_head_that_is_none_is_400_and_the_connection_ends(slow: Hub, lines: tuple[str, ...]) -> None:
    with connection(slow) as opened:
        opened.sendall(head(slow, *lines))
        got = answer(opened)

    assert got.startswith(b"HTTP/1.1 400 ")


def test_a_length_and_chunks_together_end_the_connection(slow: Hub) -> None:
    """What a proxy before us might read otherwise than we do."""
    smuggled = f"GET {V1}/perioden HTTP/1.1\r\nHost: hub\r\n\r\n".encode()
    with connection(slow) as opened:
        opened.sendall(head(slow, "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + smuggled)
        got = answer(opened)

    assert b"HTTP/1.1 200" not in got


def test_a_body_shorter_than_it_says_is_never_judged(slow: Hub) -> None:
    with connection(slow) as opened:
        opened.sendall(head(slow, "Content-Length: 100000") + b"<Bericht/>")
        opened.shutdown(socket.SHUT_WR)
        got = answer(opened)

    assert b"HTTP/1.1 200" not in got
    assert b"onbekende-berichtsoort" not in got


def test_requests_in_a_row_are_answered_in_a_row(slow: Hub) -> None:
    one = b"GET /declaration/healthz HTTP/1.1\r\nHost: hub\r\n\r\n"
    last = b"GET /declaration/healthz HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n"
    with connection(slow) as opened:
        opened.sendall(one * 20 + last)
        got = answer(opened)

    assert got.count(b"HTTP/1.1 200 ") == 21
