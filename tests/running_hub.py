"""A real hub for tests from the outside: `hub serve` in a process of its own, on a free port of this machine."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cli.console import free_port
from services.cli.demo_scenario import VANDAAG
from services.cli.example_loading import read_keys

HUB = [sys.executable, "-m", "services.cli"]
ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Hub:
    """A running hub: where it listens, its data folder, the keys of its parties."""

    url: str
    data: Path
    keys: dict[str, str]
    process: "subprocess.Popen[bytes]"
    client: httpx.Client

    def post(self, dienst: str, partij: str, inhoud: bytes, **headers: str) -> httpx.Response:
        """Hand in a message; headers are named with underscores."""
        named = {"content-type": "application/xml"} | {name.replace("_", "-"): text for name, text in headers.items()}
        return self.client.post(f"/{dienst}/v1/berichten", content=inhoud, headers=named | self.key(partij))

    def get(self, path: str, partij: str = "beheer", **query: Any) -> httpx.Response:
        return self.client.get(path, params=query, headers=self.key(partij))

    def key(self, partij: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.keys[partij]}"}

    def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        self.process.terminate()
        self.process.wait(timeout=30)

    @property
    def log(self) -> str:
        return (self.data / f"serve-{self.process.pid}.log").read_text(encoding="utf-8", errors="replace")


def environment(**changes: str) -> dict[str, str]:
    """This process's environment without settings of a hub, on the fixed day, with these added."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("BERICHTENHUB_")}
    # A hub starts three times as fast from bytecode, and these tests start many.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    # A test sends in a minute what a party sends in a day.
    limits = {f"BERICHTENHUB_{name}_PER_MINUUT": "1000000" for name in ("BERICHTEN", "VERZOEKEN", "ONBEKENDEN")}
    return kept | {"BERICHTENHUB_VANDAAG": VANDAAG.isoformat()} | limits | changes


def run_hub(*arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of `hub` to its end."""
    command = [*HUB, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(**changes), capture_output=True, text=True, timeout=180, check=False
    )


@contextmanager
def serving(data: Path, service: str = "both", port: int | None = None, **changes: str) -> Iterator[Hub]:
    """`hub serve` over this data, on a free port unless one is given; ended afterwards."""
    port = free_port(0) if port is None else port
    command = [*HUB, "serve", "--data", str(data), "--port", str(port), "--service", service]
    url = f"http://127.0.0.1:{port}"
    half = data / f"serve-{port}.log"
    with ExitStack() as stack:
        log = stack.enter_context(open(half, "wb"))
        process = subprocess.Popen(command, cwd=ROOT, env=environment(**changes), stdout=log, stderr=log)
        stack.callback(_end, process)
        half.rename(data / f"serve-{process.pid}.log")
        client = stack.enter_context(httpx.Client(base_url=url, timeout=60, trust_env=False))
        hub = Hub(url, data, read_keys(data), process, client)
        _wait(hub, service)
        yield hub


@contextmanager
def alongside(data: Path, *command: str, **changes: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`hub relay`, `hub consume` or `hub klok` over this data, with its log in that folder; ended afterwards."""
    with open(data / f"{command[0]}.log", "ab") as log:
        process = subprocess.Popen(
            [*HUB, *command, "--data", str(data)], cwd=ROOT, env=environment(**changes), stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
    process.wait(timeout=30)


def _wait(hub: Hub, service: str) -> None:
    names = ("allocation", "declaration") if service == "both" else (service,)
    for _ in range(600):
        assert hub.process.poll() is None, hub.log
        try:
            if all(hub.client.get(f"/{name}/healthz").is_success for name in names):
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the hub did not come up: {hub.log}")
