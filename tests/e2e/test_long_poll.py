"""Waiting for post, over real HTTP: nobody waits for a thread, and the server ends when it is told to."""

import re
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from running_hub import Hub, run_hub, serving

from builders import wmo301
from services.kernel import gebeurtenissen, postbus, wiring
from services.kernel.settings import Settings

# More than the thread pool has threads.
WACHTENDEN = 60
POSTBUS = "/allocation/v1/postbus"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub") / "var"
    made = run_hub("init", "--data", str(folder), "--voorbeeld")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def hub(prepared: Path, tmp_path: Path) -> Iterator[Hub]:
    with serving(Path(shutil.copytree(prepared, tmp_path / "var"))) as hub:
        yield hub


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(WACHTENDEN) as pool:
        yield pool


def poll(hub: Hub, partij: str, wait: int = 30) -> httpx.Response:
    headers = {"prefer": f"wait={wait}", **hub.key(partij)}
    return httpx.get(hub.url + POSTBUS, headers=headers, timeout=60, trust_env=False)


def waiting(hub: Hub) -> int:
    """How many readers the server says are waiting."""
    found = re.search(r"^berichtenhub_postbus_lezers_wachtend\S* (\S+)$", hub.get("/allocation/metrics").text, re.M)
    assert found
    return int(float(found[1]))


def until_waiting(hub: Hub, aantal: int) -> None:
    end = time.monotonic() + 20
    while (now := waiting(hub)) != aantal:
        assert time.monotonic() < end, f"{now} wait, not {aantal}"
        time.sleep(0.02)


def deliver(data: Path, partij: str) -> None:
    """Put a gebeurtenis in a postbus from this process, which is not that of the server."""
    dienst = wiring.wire("allocation", Settings(data=data))
    with closing(dienst.database), dienst.database.write() as conn:
        nr = gebeurtenissen.leg_vast(conn, gebeurtenissen.BERICHT_AFGEKEURD, dienst.nu(), {})
        assert nr is not None
        postbus.bezorg(conn, (), dienst.nu(), [(partij, nr)])


def test_what_is_there_comes_at_once(hub: Hub) -> None:
    deliver(hub.data, "0503")
    reply = poll(hub, "0503")

    assert [item["nr"] for item in reply.json()["items"]] == [1]
    assert reply.headers["preference-applied"] == "wait=30"


def test_nothing_comes_after_the_time_that_was_asked(hub: Hub) -> None:
    reply = poll(hub, "0503", wait=1)

    assert (reply.status_code, reply.json()) == (200, {"items": [], "volgende": None})
    assert reply.headers["preference-applied"] == "wait=1"


def test_without_the_preference_nobody_waits(hub: Hub) -> None:
    reply = hub.get(POSTBUS, "0503")

    assert reply.json()["items"] == []
    assert "preference-applied" not in reply.headers


def test_a_request_that_is_wrong_does_not_wait(hub: Hub) -> None:
    for query, status in (("?partij=0603", 403), ("?limit=0", 400), ("?na=-1", 400)):
        headers = {"prefer": "wait=30", **hub.key("0503")}
        assert hub.client.get(POSTBUS + query, headers=headers, timeout=15).status_code == status


def test_sixty_wait_while_others_are_served_and_all_are_woken(hub: Hub, pool: ThreadPoolExecutor) -> None:
    """Half of them for the gemeente, whose post another process brings; half for the aanbieder, by a 301."""
    readers: list[Future[httpx.Response]] = [
        pool.submit(poll, hub, "0503" if i % 2 else "75000001") for i in range(WACHTENDEN)
    ]
    until_waiting(hub, WACHTENDEN)

    assert all(hub.get(POSTBUS, "0603").status_code == 200 for _ in range(20))
    assert hub.client.get("/allocation/readyz").status_code == 200
    assert not any(reader.done() for reader in readers)

    deliver(hub.data, "0503")
    message = wmo301(dagtekening="2025-12-16")
    assert hub.post("allocation", "0503", message).status_code == 201
    for reader in readers:
        reply = reader.result(timeout=25)
        assert (reply.status_code, [item["nr"] for item in reply.json()["items"]]) == (200, [1])
    until_waiting(hub, 0)


def test_a_reader_that_goes_away_is_forgotten(hub: Hub) -> None:
    for _ in range(3):
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(
                hub.url + POSTBUS,
                headers={"prefer": "wait=30", **hub.key("0503")},
                timeout=0.5,
                trust_env=False,
            )
    until_waiting(hub, 0)


def test_a_server_that_must_stop_lets_the_readers_go(hub: Hub, pool: ThreadPoolExecutor) -> None:
    readers = [pool.submit(poll, hub, "0503") for _ in range(20)]
    until_waiting(hub, 20)

    # Measured: 0.3 s. A server that waited for its readers would need 30.
    hub.process.terminate()
    hub.process.wait(timeout=15)

    for reader in readers:
        assert reader.result(timeout=5).json()["items"] == []
    assert "Traceback" not in hub.log
