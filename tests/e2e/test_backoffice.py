"""A gemeente that works over RabbitMQ alone: the back office of docs/examples, with a hub of three processes."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import servers
from running_hub import ROOT, Hub, alongside, environment, run_hub, serving
from servers import Vhost

# Without mandaat: the gemeente answers declarations itself.
GEMEENTE, AANBIEDER = "0603", "75000001"
GEBRUIKER = f"gemeente.{GEMEENTE}"
BSN = re.compile(r"(?<!\d)9999\d{5}(?!\d)")
EXAMPLE = ROOT / "docs" / "examples" / "backoffice.py"


@pytest.fixture(scope="module")
def vhost() -> Iterator[Vhost]:
    with servers.vhost() as made:
        yield made


@pytest.fixture(scope="module")
def url(vhost: Vhost) -> str:
    """The broker as the gemeente knows it, with the rights that `hub partij amqp` prints."""
    return vhost.user(GEBRUIKER, configure="^$", write="^inkomend$", read=rf"^gemeente\.{GEMEENTE}$")


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A 301 with its 302, and a 323 on it with the 325 of the gemeente."""
    folder = tmp_path_factory.mktemp("messages")
    who = ("--seed", "7", "--prestaties", "3", "--gemeente", GEMEENTE, "--aanbieder", AANBIEDER)
    for soort in ("WMO301", "WMO302", "WMO323", "WMO325"):
        made = run_hub("example", soort, *who)
        assert made.returncode == 0, made.stderr
        (folder / f"{soort}.xml").write_text(made.stdout, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, vhost: Vhost) -> Iterator[Hub]:
    """`hub serve`, with the gemeente on amqp; relay and consumer are started by the tests."""
    data = tmp_path_factory.mktemp("hub") / "var"
    for command in (("init", "--voorbeeld"), ("partij", "kanaal", GEMEENTE, "amqp")):
        done = run_hub(*command, "--data", str(data))
        assert done.returncode == 0, done.stderr
    with serving(data) as running:
        yield running


@contextmanager
def delivery(hub: Hub, vhost: Vhost) -> Iterator[dict[str, "subprocess.Popen[bytes]"]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(alongside(hub.data, name, BERICHTENHUB_RABBITMQ=vhost.url))
            for name in ("relay", "consume")
        }


@contextmanager
def backoffice(url: str, berichtsoort: str, file: Path, output: Path) -> Iterator[Callable[[], list[str]]]:
    """The example, sending this file; gives what it printed so far."""
    with open(output, "ab") as printed:
        process = subprocess.Popen(
            [sys.executable, str(EXAMPLE), url, berichtsoort, str(file)],
            cwd=ROOT,
            env=environment(),
            stdout=printed,
            stderr=printed,
        )
    try:
        yield lambda: output.read_text(encoding="utf-8").splitlines()
    finally:
        process.terminate()
        process.wait(timeout=30)


def until(holds: Callable[[], Any], said: Callable[[], object] = str) -> None:
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail(f"it never came to be: {said()}")


def stored(hub: Hub, dienst: str, berichtsoort: str) -> list[dict[str, Any]]:
    found = hub.get(f"/{dienst}/v1/berichten", berichtsoort=berichtsoort)
    assert found.is_success, found.text
    return list(found.json()["items"])


def queue_is_there(vhost: Vhost, name: str) -> bool:
    return vhost.api("GET", f"/queues/{vhost.naam}/{name}", known=False) is not None


def test_a_gemeente_sends_and_receives_everything_over_the_queue(
    hub: Hub, vhost: Vhost, url: str, messages: Path, tmp_path: Path
) -> None:
    output = tmp_path / "backoffice.txt"
    with delivery(hub, vhost):
        until(lambda: queue_is_there(vhost, GEBRUIKER) and bindings(vhost))
        with backoffice(url, "WMO301", messages / "WMO301.xml", output) as said:
            until(lambda: stored(hub, "allocation", "WMO301"), said)
            (toewijzing,) = stored(hub, "allocation", "WMO301")
            assert (toewijzing["oordeel"], toewijzing["verzender"]) == ("goedgekeurd", GEMEENTE)
            for dienst, soort in (("allocation", "WMO302"), ("declaration", "WMO323")):
                taken = hub.post(dienst, AANBIEDER, (messages / f"{soort}.xml").read_bytes())
                assert taken.status_code == 201, taken.text
            until(
                lambda: (
                    {"allocation 1 WMO302", "declaration 1 WMO323"} <= {" ".join(line.split()[:3]) for line in said()}
                ),
                said,
            )
        with backoffice(url, "WMO325", messages / "WMO325.xml", output) as said:
            until(lambda: stored(hub, "declaration", "WMO325"), said)

    assert [row["oordeel"] for row in stored(hub, "declaration", "WMO325")] == ["goedgekeurd"]
    box = hub.get("/declaration/v1/postbus", AANBIEDER).json()["items"]
    assert [item["berichtsoort"] for item in box] == ["WMO325"]


def bindings(vhost: Vhost) -> bool:
    """Whether the way in is complete: the last thing the consumer declares is where unknown keys go."""
    return bool(vhost.api("GET", f"/exchanges/{vhost.naam}/inkomend.overig/bindings/source", known=False))


def test_relay_and_consumer_that_are_killed_lose_nothing_and_store_nothing_twice(
    hub: Hub, vhost: Vhost, url: str, messages: Path, tmp_path: Path
) -> None:
    """Killed with a message on its way in, and once more with its gebeurtenis on its way out."""
    before = len(stored(hub, "allocation", "WMO301"))
    refused = tmp_path / "WMO301.xml"
    # The same Identificatie with other bytes: 9056, and without machtiging a gebeurtenis says so.
    refused.write_bytes((messages / "WMO301.xml").read_bytes() + b"\n")
    output = tmp_path / "backoffice.txt"
    with delivery(hub, vhost) as killed:
        for process in killed.values():
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=30)
    with backoffice(url, "WMO301", refused, output) as said:
        until(lambda: said() and said()[0] == "WMO301 verstuurd", said)
        with delivery(hub, vhost) as killed:
            until(lambda: len(stored(hub, "allocation", "WMO301")) == before + 1)
            for process in killed.values():
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=30)
        with delivery(hub, vhost):
            until(lambda: any("bericht.afgekeurd" in line or "WMO302" in line for line in said()), said)

    assert len(stored(hub, "allocation", "WMO301")) == before + 1
    logs = [log.read_text(encoding="utf-8") for log in hub.data.glob("*.log")]
    assert len(logs) == 3
    assert not any(BSN.search(log) for log in logs)


def test_relay_and_consumer_end_when_they_are_told_to(hub: Hub, vhost: Vhost) -> None:
    logs = {"relay": hub.data / "relay.log", "consume": hub.data / "consume.log"}
    for log in logs.values():
        log.unlink(missing_ok=True)
    with delivery(hub, vhost) as running:
        until(lambda: "verbonden met de broker" in logs["relay"].read_text(encoding="utf-8"))
        until(lambda: "consumer leest" in logs["consume"].read_text(encoding="utf-8"))
        for process in running.values():
            process.terminate()
        ended = [process.wait(timeout=30) for process in running.values()]

    assert ended == [0, 0]
    assert [log.read_text(encoding="utf-8").count("Traceback") for log in logs.values()] == [0, 0]
