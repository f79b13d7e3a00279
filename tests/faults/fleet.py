"""A hub as in production, to be broken: its processes, its databases on PostgreSQL, its vhost on RabbitMQ."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
import psycopg
from own_servers import OwnPostgres, OwnRabbitmq, free_ports
from running_hub import HUB, ROOT, environment, run_hub

from services.cli.example_loading import read_keys

SERVICES = ("allocation", "declaration")
PATIENCE = 120.0
_SABOTAGE = str(Path(__file__).with_name("sabotage.py"))


@dataclass
class Program:
    """One process of the hub, started again with the same arguments as often as asked."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self, **sabotage: Any) -> None:
        command = [sys.executable, _SABOTAGE, json.dumps(sabotage)] if sabotage else HUB
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*command, *self.arguments], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """As by the kernel: nothing is finished."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        self.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
        self.wait()

    def wait(self) -> None:
        """Until it is gone."""
        if self.process is not None:
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
            self.process = None

    @property
    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Servers:
    """The servers under the hub, and the folder and databases that every fault starts with a copy of."""

    postgres: OwnPostgres
    rabbitmq: OwnRabbitmq
    prepared: Path
    number: int = 0

    def administer(self, statement: str) -> None:
        with psycopg.connect(self.postgres.url, autocommit=True, connect_timeout=10) as conn:
            conn.execute(statement)  # type: ignore[call-overload]

    def database(self, name: str) -> str:
        return urlunsplit(urlsplit(self.postgres.url)._replace(scheme="postgresql+psycopg", path=f"/{name}"))

    def api(self, method: str, path: str, content: Any = None) -> Any:
        """Ask RabbitMQ's management API; None for what does not exist (yet)."""
        reply = httpx.request(method, f"{self.rabbitmq.beheer}/api{path}", json=content, timeout=30, trust_env=False)
        if method == "GET" and reply.status_code == httpx.codes.NOT_FOUND:
            return None
        reply.raise_for_status()
        return reply.json() if reply.content else None


def prepare(postgres: OwnPostgres, rabbitmq: OwnRabbitmq, folder: Path) -> Servers:
    """Make the example set once: two template databases, and a data folder with the keys."""
    servers = Servers(postgres, rabbitmq, folder / "voorbeeld")
    for service in SERVICES:
        servers.administer(f"CREATE DATABASE voorbeeld_{service}")
    urls = {_variable(service): servers.database(f"voorbeeld_{service}") for service in SERVICES}
    made = run_hub("init", "--data", str(servers.prepared), "--voorbeeld", **urls)
    assert made.returncode == 0, made.stdout + made.stderr
    return servers


def _variable(service: str) -> str:
    return f"BERICHTENHUB_{service.upper()}_DATABASE"


@dataclass
class Fleet:
    """The hub of one fault. Its processes are started by the fault; all are ended afterwards."""

    servers: Servers
    data: Path
    urls: dict[str, str]
    second_urls: dict[str, str]
    databases: dict[str, str]
    vhost: str
    programs: dict[str, Program] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def start(self, *names: str, **sabotage: Any) -> None:
        """Start these programs; services are up when this returns."""
        for name in names:
            self.programs[name].start(**sabotage)
        for name in names:
            if url := {**self.urls, **self.second_urls}.get(name):
                self._wait(name, url)

    def start_two_of_each(self) -> None:
        """Both services, each in two processes on one database."""
        self.start(*self.urls, *self.second_urls)

    def url(self, service: str) -> str:
        """Where a sender finds the service: either of its processes, where there are two."""
        second = f"{service}-2"
        return random.choice([self.urls[service], *([self.second_urls[second]] if self.programs[second].lives else [])])

    def _wait(self, name: str, url: str) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.programs[name].lives, self.programs[name].log.read_text(encoding="utf-8")[-2000:]
            try:
                if httpx.get(f"{url}/healthz", timeout=5, trust_env=False).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{name} did not come up")

    def hub(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of hub on this hub's databases."""
        changes = {name: value for name, value in self._environment().items() if name.startswith("BERICHTENHUB_")}
        return run_hub(*arguments, "--data", str(self.data), **changes)

    def user(self, name: str) -> str:
        """The AMQP URL of a party's own user, with the rights that `hub partij amqp` prints."""
        api = self.servers.api
        api("PUT", f"/users/{name}", {"password": "geheim", "tags": ""})
        rights = {"configure": "^$", "write": "^inkomend$", "read": f"^{name}$"}
        api("PUT", f"/permissions/{quote(self.vhost, safe='')}/{name}", rights)
        return f"amqp://{name}:geheim@127.0.0.1:{self.servers.rabbitmq.port}/{self.vhost}"

    def rows(self, service: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database of a service answers."""
        url = self.databases[service].replace("+psycopg", "")
        with psycopg.connect(url, connect_timeout=10) as conn:
            return conn.execute(query, values).fetchall()  # type: ignore[call-overload,no-any-return]

    def _environment(self) -> dict[str, str]:
        return environment(
            **{_variable(service): self.databases[service] for service in SERVICES},
            BERICHTENHUB_RABBITMQ=f"amqp://guest:guest@127.0.0.1:{self.servers.rabbitmq.port}/{self.vhost}",
            **{f"BERICHTENHUB_{service.upper()}_URL": self.urls[service] for service in SERVICES},
        )

    def add_programs(self) -> None:
        for name, url in {**self.urls, **self.second_urls}.items():
            service, port = name.removesuffix("-2"), str(urlsplit(url).port)
            self._add(name, "serve", "--service", service, "--port", port)
        self._add("relay", "relay")
        self._add("consume", "consume")

    def _add(self, name: str, *arguments: str) -> None:
        command = [*arguments, "--data", str(self.data)]
        self.programs[name] = Program(name, command, self._environment(), self.data / f"{name}.log")


@contextmanager
def fleet(servers: Servers) -> Iterator[Fleet]:
    """A hub with the example set that nothing was sent to yet."""
    servers.number += 1
    name = f"fout{servers.number}"
    data = servers.prepared.with_name(name)
    shutil.copytree(servers.prepared, data)
    databases = {}
    for service in SERVICES:
        servers.administer(f"CREATE DATABASE {name}_{service} TEMPLATE voorbeeld_{service}")
        databases[service] = servers.database(f"{name}_{service}")
    servers.api("PUT", f"/vhosts/{name}")
    servers.api("PUT", f"/permissions/{name}/guest", {"configure": ".*", "write": ".*", "read": ".*"})
    ports = iter(free_ports(2 * len(SERVICES)))
    urls = {service: f"http://127.0.0.1:{next(ports)}/{service}" for service in SERVICES}
    second_urls = {f"{service}-2": f"http://127.0.0.1:{next(ports)}/{service}" for service in SERVICES}
    made = Fleet(servers, data, urls, second_urls, databases, name)
    made.keys = read_keys(data)
    made.add_programs()
    with ExitStack() as stack:
        for program in made.programs.values():
            stack.callback(program.kill)
        yield made
    for service in SERVICES:
        servers.administer(f"DROP DATABASE IF EXISTS {name}_{service} WITH (FORCE)")
