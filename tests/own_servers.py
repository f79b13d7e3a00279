"""A PostgreSQL cluster and a RabbitMQ node of our own: in a folder of theirs, on free ports of 127.0.0.1 only.

They are ours to stop, start and kill, and are fast rather than safe. As a program this starts one for a whole test run
and keeps it until the run ends: `python tests/own_servers.py postgres|rabbitmq FOLDER PID`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg

POSTGRES_MINIMUM = 15
# A cold start of Erlang on a busy machine takes its time.
_PATIENCE = 180.0
_Server = TypeVar("_Server", "OwnPostgres", "OwnRabbitmq")
# What the keeper of a server leaves in its folder, and what it looks for there.
READY, FAILED, STOP = "ready", "failed", "stop"


class ServerOntbreekt(RuntimeError):
    """A server that the tests need is not there and cannot be had; says so in one sentence."""


def postgres_programs() -> Path | None:
    """The folder with initdb and postgres of the newest version installed here; None without version 15 or newer."""
    versions = {int(file.parts[-3]): file.parent for file in Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb")}
    if versions and max(versions) >= POSTGRES_MINIMUM:
        return versions[max(versions)]
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere and not versions else None


def rabbitmq_programs() -> Path | None:
    """The folder with rabbitmq-server. Debian's command of that name changes user and folder, so not that one."""
    debian = Path("/usr/lib/rabbitmq/bin")
    if (debian / "rabbitmq-server").is_file():
        return debian
    elsewhere = shutil.which("rabbitmq-server")
    return Path(elsewhere).resolve().parent if elsewhere else None


def free_ports(count: int) -> list[int]:
    """So many different ports of 127.0.0.1 that nobody listens on."""
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in opened]
    for one in opened:
        one.close()
    return ports


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Whether anybody accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


class OwnPostgres:
    """A cluster of our own in an empty folder; `url` is its administrator's."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        programs = postgres_programs()
        if programs is None:
            raise ServerOntbreekt(f"PostgreSQL {POSTGRES_MINIMUM} of nieuwer is niet geïnstalleerd.")
        (self.port,) = free_ports(1)
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._data, self._program = folder / "data", str(programs / "postgres")
        self._durable = durable
        self._children = _Children(folder, "postgres")
        self._children.run(
            *(str(programs / "initdb"), "-D", str(self._data), "-U", "postgres", "--auth=trust", "--no-sync"),
            *("--encoding=UTF8", "--locale=C.UTF-8"),
        )

    def start(self) -> None:
        settings = [part for name, value in self._settings().items() for part in ("-c", f"{name}={value}")]
        self._children.start([self._program, "-D", str(self._data), *settings])
        self._children.wait_until(self._answers)

    def stop(self) -> None:
        """An orderly stop: connections are ended, nothing is lost."""
        self._children.stop(signal.SIGINT)

    def kill(self) -> None:
        """As in a crash: nobody is told, and it recovers at the next start."""
        self._children.stop(signal.SIGQUIT)

    def _settings(self) -> dict[str, object]:
        return {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 300,
            "fsync": "off",
            "full_page_writes": "off",
            # Off, the last commits are lost in a crash of the server; a crash of the machine is nobody's test.
            "synchronous_commit": "on" if self._durable else "off",
            "wal_level": "minimal",
            "max_wal_senders": 0,
            "max_wal_size": "4GB",
            # Statistics are as a test made them, and no worker looks into a database that is about to be copied.
            "autovacuum": "off",
        }

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


class OwnRabbitmq:
    """A node of our own, with the management plugin, in an empty folder; `url` and `beheer` are its administrator's."""

    def __init__(self, folder: Path) -> None:
        programs = rabbitmq_programs()
        if programs is None:
            raise ServerOntbreekt("RabbitMQ is niet geïnstalleerd.")
        self.port, self._beheer_port, self._distribution_port, self._epmd_port = free_ports(4)
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/%2F"
        self.beheer = f"http://guest:guest@127.0.0.1:{self._beheer_port}"
        self._server = str(programs / "rabbitmq-server")
        _write_rabbitmq_configuration(folder, self.port, self._beheer_port)
        self._children = _Children(folder, "rabbitmq", self._environment(folder))

    def start(self) -> None:
        # A name server of our own: the one that Erlang starts by itself would outlive the node.
        epmd = [shutil.which("epmd") or "/usr/bin/epmd", "-port", str(self._epmd_port), "-address", "127.0.0.1"]
        self._children.start(epmd)
        self._children.wait_until(lambda: listens(self._epmd_port))
        self._children.start([self._server])
        self._children.wait_until(self._answers)

    def stop(self) -> None:
        """An orderly stop: what is durable is there again after start()."""
        self._children.stop(signal.SIGTERM)

    def kill(self) -> None:
        """As in a crash: nobody is told."""
        self._children.stop(signal.SIGKILL)

    def _environment(self, folder: Path) -> dict[str, str]:
        return {
            "HOME": str(folder),  # where the Erlang cookie is made
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": f"hub{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ALLOW_INPUT": "true",  # the script becomes the node, so that signals reach it
            # Two schedulers that do not spin: the machine has other work.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-noinput -kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"
            ),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def _answers(self) -> bool:
        try:
            reply = httpx.get(f"{self.beheer}/api/whoami", timeout=5, trust_env=False)
        except httpx.TransportError:
            return False
        return reply.is_success and listens(self.port)


def _write_rabbitmq_configuration(folder: Path, port: int, beheer_port: int) -> None:
    lines = {
        "listeners.tcp.1": f"127.0.0.1:{port}",
        "management.tcp.ip": "127.0.0.1",
        "management.tcp.port": beheer_port,
        "disk_free_limit.absolute": "100MB",
        "log.file.level": "warning",
    }
    text = "".join(f"{name} = {value}\n" for name, value in lines.items())
    (folder / "rabbitmq.conf").write_text(text, encoding="utf-8")
    (folder / "enabled_plugins").write_text("[rabbitmq_management].\n", encoding="utf-8")


class _Children:
    """The processes of one server. Root starts them as the user of the Debian package: neither server runs as root."""

    def __init__(self, folder: Path, user: str, environment: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8", **(environment or {})}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam(user)
            self._as = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            for path in (folder, *folder.iterdir()):
                os.chown(path, owner.pw_uid, owner.pw_gid)

    def run(self, *command: str) -> None:
        """Run a program to its end."""
        process = self._open(list(command))
        if process.wait(_PATIENCE) != 0:
            raise ServerOntbreekt(f"{command[0]} eindigde met {process.returncode}: {self._output()}")

    def start(self, command: list[str]) -> None:
        self._processes.append(self._open(command))

    def stop(self, how: signal.Signals) -> None:
        """End all of them, the last that was started first, and wait until they are gone."""
        while self._processes:
            process = self._processes.pop()
            process.send_signal(how)
            process.wait(_PATIENCE)

    def wait_until(self, ready: Callable[[], bool]) -> None:
        until = time.monotonic() + _PATIENCE
        while not ready():
            if self._processes[-1].poll() is not None or time.monotonic() > until:
                raise ServerOntbreekt(f"{self._processes[-1].args} kwam niet op: {self._output()}")
            time.sleep(0.1)

    def _open(self, command: list[str]) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C is for the tests, which then stop their servers themselves.
        with open(self._folder / "output", "ab") as output:
            return subprocess.Popen(
                command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self._as,
            )

    def _output(self) -> str:
        return (self._folder / "output").read_text(encoding="utf-8", errors="replace")[-2000:].strip()


KINDS: dict[str, type[OwnPostgres] | type[OwnRabbitmq]] = {"postgres": OwnPostgres, "rabbitmq": OwnRabbitmq}


@contextmanager
def own_postgres(*, durable: bool = False) -> Iterator[OwnPostgres]:
    """A running cluster that nobody else uses, removed afterwards: to stop and start within a test.

    `durable`: what was committed survives kill().
    """
    with _own(partial(OwnPostgres, durable=durable)) as server:
        yield server


@contextmanager
def own_rabbitmq() -> Iterator[OwnRabbitmq]:
    """A running node that nobody else uses, removed afterwards: to stop and start within a test."""
    with _own(OwnRabbitmq) as server:
        yield server


@contextmanager
def _own(kind: Callable[[Path], _Server]) -> Iterator[_Server]:
    folder = Path(tempfile.mkdtemp(prefix="berichtenhub-"))
    try:
        server = kind(folder)
        try:
            server.start()
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep(kind: str, folder: Path, owner: int) -> None:
    """Run a server until the test run says that it is done, or is there no more; `folder` is gone when all of it is."""
    try:
        with _own(KINDS[kind]) as server:
            addresses = [server.url, server.beheer] if isinstance(server, OwnRabbitmq) else [server.url]
            _leave(folder / READY, "\n".join(addresses))
            while not (folder / STOP).exists() and _is_alive(owner):
                time.sleep(0.1)
    except ServerOntbreekt as fout:
        _leave(folder / FAILED, str(fout))
    else:
        # A run that was killed left its folder to us.
        shutil.rmtree(folder if _is_alive(owner) else folder.parent, ignore_errors=True)


def _leave(file: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    half = file.with_suffix(".half")
    half.write_text(text, encoding="utf-8")
    half.rename(file)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    _keep(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
