"""The processes of docker/compose.yaml by their own commands, environment and healthchecks, on servers started here.

Only what an engine adds is left out: images, networks, volumes. Hosts become ports of 127.0.0.1.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from running_hub import HUB, ROOT, environment
from servers import own_postgres, own_rabbitmq

from services.cli.console import free_port

DOCKER = ROOT / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
SECRETS = {
    name: f"geheim{i}" for i, name in enumerate(["POSTGRES_PASSWORD", "ALLOCATION_PASSWORD", "DECLARATION_PASSWORD"])
}


class Stack:
    """What compose would start, on these ports."""

    def __init__(self, data: Path, postgres: int, rabbitmq: int) -> None:
        self.data = data
        self.ports = {name: free_port(0) for name in ("allocation", "declaration")}
        self.meters = free_port(0)
        # Of the broker the account of its administrator: compose makes one named hub on an empty volume.
        self.hosts = {
            "postgres:5432": f"127.0.0.1:{postgres}",
            "hub:${RABBITMQ_PASSWORD:?}@rabbitmq:5672": f"guest:guest@127.0.0.1:{rabbitmq}",
            **{f"{name}:8000": f"127.0.0.1:{port}" for name, port in self.ports.items()},
            "/data": str(data),
        }

    def environment(self, name: str) -> dict[str, str]:
        given = COMPOSE["services"][name]["environment"].items()
        return environment(**{variable: self._here(value) for variable, value in given})

    def _here(self, value: str) -> str:
        for host, port in self.hosts.items():
            value = value.replace(host, port)
        return re.sub(r"\$\{(\w+):\?\}", lambda found: SECRETS[found[1]], value)

    def command(self, name: str) -> list[str]:
        words = COMPOSE["services"][name]["command"]
        here = [word.replace("0.0.0.0", "127.0.0.1").replace("9100", str(self.meters)) for word in words]
        return [*HUB, *here, *(["--port", str(self.ports[name])] if name in self.ports else [])]

    def run(self, name: str) -> "subprocess.CompletedProcess[str]":
        command, env = self.command(name), self.environment(name)
        return subprocess.run(command, env=env, cwd=self.data, capture_output=True, text=True, check=False)

    @contextmanager
    def running(self, name: str) -> Iterator["subprocess.Popen[bytes]"]:
        with open(self.data / f"{name}.log", "wb") as log:
            process = subprocess.Popen(
                self.command(name), env=self.environment(name), cwd=self.data, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=60)

    def healthy(self, name: str) -> bool:
        """What the healthcheck of compose says, asked here."""
        _, program, *words = COMPOSE["services"][name]["healthcheck"]["test"]
        program_here = {"hub": HUB, "python": [sys.executable]}[program]
        here = [word.replace("127.0.0.1:8000", f"127.0.0.1:{self.ports.get(name)}") for word in words]
        env = self.environment(name)
        return subprocess.run([*program_here, *here], env=env, cwd=self.data, capture_output=True).returncode == 0

    def until_healthy(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        end = time.monotonic() + 60
        while not self.healthy(name):
            assert process.poll() is None, (self.data / f"{name}.log").read_text()
            assert time.monotonic() < end, (self.data / f"{name}.log").read_text()
            time.sleep(0.2)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("compose")
    with own_postgres() as postgres, own_rabbitmq() as rabbitmq:
        _make_databases(postgres.port)
        made = Stack(data, postgres.port, rabbitmq.port)
        init = made.run("init")
        assert init.returncode == 0, init.stderr
        yield made


def _make_databases(port: int) -> None:
    """As the image of PostgreSQL does, with our script."""
    env = {**os.environ, **SECRETS, "POSTGRES_USER": "postgres", "PGHOST": "127.0.0.1", "PGPORT": str(port)}
    ran = subprocess.run([str(DOCKER / "postgres-init.sh")], env=env, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_init_again_changes_nothing(stack: Stack) -> None:
    again = stack.run("init")

    assert again.returncode == 0, again.stderr
    assert "geen nieuw" in again.stdout
    assert "ongewijzigd" in again.stdout


def test_everything_starts_and_is_healthy_and_ends(stack: Stack) -> None:
    names = ("allocation", "declaration", "relay", "consume")
    with ExitStack() as started:
        processes = {name: started.enter_context(stack.running(name)) for name in names}
        for name, process in processes.items():
            stack.until_healthy(name, process)
        for name, port in stack.ports.items():
            ready = httpx.get(f"http://127.0.0.1:{port}/{name}/readyz", trust_env=False)
            assert ready.json() == {"status": "gereed", "database": "goed", "migraties": "goed", "broker": "goed"}
        key = json.loads((stack.data / "geheimen.json").read_text())["dienst_sleutel"]
        for url in (f"http://127.0.0.1:{port}" for port in (stack.meters, stack.ports["declaration"])):
            figures = httpx.get(
                f"{url}/declaration/metrics", headers={"authorization": f"Bearer {key}"}, trust_env=False
            )
            assert "berichtenhub_berichten_total" in figures.text

    assert {name: process.returncode for name, process in processes.items()} == dict.fromkeys(names, 0)
    # The server does its part as well as the databases: no log says that something went wrong.
    assert all("Traceback" not in (stack.data / f"{name}.log").read_text() for name in names)


def test_a_service_that_is_not_there_is_not_healthy(stack: Stack) -> None:
    assert not stack.healthy("allocation")
