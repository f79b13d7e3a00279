"""PostgreSQL and RabbitMQ for the tests: found or started when a test first needs one, once for a whole run.

In this order: BERICHTENHUB_TEST_POSTGRES, and BERICHTENHUB_TEST_RABBITMQ with BERICHTENHUB_TEST_RABBITMQ_BEHEER; a
server that answers on its default port; containers where an engine runs (docker/compose.test.yaml); what is installed
here, for which root installs the Debian packages. What we make there has names of its own and is removed again, so
that other users of a server notice nothing. Without a server a test fails: it is never skipped.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
import own_servers
import psycopg
from own_servers import ServerOntbreekt, listens, own_postgres, own_rabbitmq
from psycopg import sql

__all__ = [
    "ServerOntbreekt",
    "Vhost",
    "begin_run",
    "drop_database",
    "drop_databases",
    "end_run",
    "fresh_database",
    "name_of",
    "own_postgres",
    "own_rabbitmq",
    "postgres",
    "rabbitmq",
    "template",
    "vhost",
]

POSTGRES, RABBITMQ, BEHEER = (f"BERICHTENHUB_TEST_{name}" for name in ("POSTGRES", "RABBITMQ", "RABBITMQ_BEHEER"))
# The folder in which the processes of one run tell each other what was found, and the process the run belongs to.
_RUN, _OWNER = "BERICHTENHUB_TEST_RUN", "BERICHTENHUB_TEST_OWNER"
# As it was when the process began: many a test clears the settings of a hub.
_environment = {name: value for name, value in os.environ.items() if name.startswith("BERICHTENHUB_TEST_")}
_COMPOSE = Path(__file__).resolve().parents[1] / "docker" / "compose.test.yaml"
_PATIENCE = 300.0
_number = itertools.count(1)
_databases: set[str] = set()


# --- a run -----------------------------------------------------------------------------------------------------------


def begin_run() -> None:
    """Once, in the process that ends last: what is started from now on lives until `end_run`, or until it is gone."""
    begun = {_RUN: tempfile.mkdtemp(prefix="berichtenhub-run-"), _OWNER: str(os.getpid())}
    _environment.update(begun)
    os.environ.update(begun)  # for the workers


def end_run() -> None:
    """Stop what was started for this run, and wait until it has."""
    folder = Path(_environment.pop(_RUN))
    kept = [path for path in folder.iterdir() if path.is_dir() and not (path / own_servers.FAILED).exists()]
    for path in kept:
        (path / own_servers.STOP).touch()
    if (folder / "compose").exists():
        _compose("down", "--volumes")
    until = time.monotonic() + _PATIENCE
    while any(path.exists() for path in kept) and time.monotonic() < until:
        time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


def _once(kind: str, find: Callable[[], Sequence[str]]) -> list[str]:
    """What the first process of the run that asks finds; the others wait for it. What was not found stays so."""
    if _RUN not in _environment:
        raise RuntimeError("call servers.begin_run() first, and servers.end_run() at the end")
    folder = Path(_environment[_RUN])
    found, failed = folder / f"{kind}.found", folder / f"{kind}.failed"
    with open(folder / f"{kind}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if failed.exists():
            raise ServerOntbreekt(failed.read_text(encoding="utf-8"))
        if not found.exists():
            try:
                found.write_text("\n".join(find()), encoding="utf-8")
            except ServerOntbreekt as fout:
                failed.write_text(str(fout), encoding="utf-8")
                raise
    return found.read_text(encoding="utf-8").splitlines()


# --- finding ---------------------------------------------------------------------------------------------------------


@cache
def postgres() -> str:
    """The URL (postgresql://) of a role that may create databases. ServerOntbreekt when there is none to be had."""
    (url,) = _once("postgres", _find_postgres)
    return url


@cache
def rabbitmq() -> tuple[str, str]:
    """The URLs, AMQP and management, of an administrator. ServerOntbreekt when there is none to be had."""
    amqp, beheer = _once("rabbitmq", _find_rabbitmq)
    return amqp, beheer


def _find_postgres() -> list[str]:
    if url := _environment.get(POSTGRES):
        if mis := _postgres_refuses(url):
            raise ServerOntbreekt(f"PostgreSQL van {POSTGRES} is niet te gebruiken: {mis}")
        return [url]
    # As a container or a developer has it; and by the socket, where the role is called as its user.
    usual = [f"postgresql://postgres{password}@127.0.0.1:5432/postgres" for password in (":postgres", "")]
    for url in [*usual, "postgresql:///postgres?host=/var/run/postgresql"]:
        if _postgres_refuses(url) is None:
            return [url]
    if address := _container("postgres", 5432):
        return [f"postgresql://postgres@{address}/postgres"]
    return _start("postgres", "PostgreSQL", "postgresql", own_servers.postgres_programs, POSTGRES)


def _postgres_refuses(url: str) -> str | None:
    """Why the tests cannot use this server, or None."""
    try:
        with psycopg.connect(url, connect_timeout=5) as conn:
            version = conn.info.server_version // 10_000
            may = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
            (may_create,) = conn.execute(may).fetchone() or (False,)
    except psycopg.Error as fout:
        return str(fout).strip().splitlines()[0]
    if version < own_servers.POSTGRES_MINIMUM:
        return f"versie {version}, nodig is {own_servers.POSTGRES_MINIMUM} of nieuwer"
    return None if may_create else "de rol mag geen databases maken"


def _find_rabbitmq() -> list[str]:
    if amqp := _environment.get(RABBITMQ):
        parts = urlsplit(amqp)
        beheer = _environment.get(BEHEER) or f"http://{parts.netloc.split(':' + str(parts.port))[0]}:15672"
        if mis := _rabbitmq_refuses(amqp, beheer):
            raise ServerOntbreekt(f"RabbitMQ van {RABBITMQ} is niet te gebruiken: {mis}")
        return [amqp, beheer]
    usual = ["amqp://guest:guest@127.0.0.1:5672/%2F", "http://guest:guest@127.0.0.1:15672"]
    if _rabbitmq_refuses(*usual) is None:
        return usual
    if (address := _container("rabbitmq", 5672)) and (beheer_address := _container("rabbitmq", 15672)):
        return [f"amqp://guest:guest@{address}/%2F", f"http://guest:guest@{beheer_address}"]
    return _start("rabbitmq", "RabbitMQ", "rabbitmq-server", own_servers.rabbitmq_programs, RABBITMQ)


def _rabbitmq_refuses(amqp: str, beheer: str) -> str | None:
    """Why the tests cannot use this server, or None."""
    address = urlsplit(amqp)
    if not listens(address.port or 5672, address.hostname or "127.0.0.1"):
        return "niemand antwoordt op de AMQP-poort"
    try:
        reply = httpx.get(f"{beheer}/api/whoami", timeout=10, trust_env=False)
    except httpx.HTTPError as fout:
        return f"de beheer-API op {urlsplit(beheer).hostname}:{urlsplit(beheer).port} antwoordt niet ({fout})"
    if reply.is_error or "administrator" not in reply.json()["tags"]:
        return "de gebruiker is geen administrator"
    return None


def _container(service: str, port: int) -> str | None:
    """The address of a service in a container of our own, started if need be; None where no engine runs."""
    if _quiet("docker", "info") is None or _compose("version") is None:
        return None
    (Path(_environment[_RUN]) / "compose").touch()
    if _compose("up", "--detach", "--wait", service) is None:
        return None
    address = _compose("port", service, str(port))
    return address.strip() if address else None


def _compose(*arguments: str) -> str | None:
    project = f"hub_test_{_environment[_OWNER]}"
    return _quiet("docker", "compose", "--project-name", project, "--file", str(_COMPOSE), *arguments)


def _quiet(*command: str) -> str | None:
    """What a command prints; None when it fails or takes too long."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _start(kind: str, naam: str, package: str, programs: Callable[[], Path | None], variable: str) -> list[str]:
    """Start a server that is ours, for as long as the run takes; its programs are installed first if need be."""
    if programs() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        install(package)
    if programs() is None:
        raise ServerOntbreekt(
            f"De tests hebben {naam} nodig: zet {variable}, start het op de standaardpoort, start een containerengine, "
            f"of installeer het pakket {package} (als root doet `make test` dat zelf)."
        )
    folder = Path(_environment[_RUN]) / kind
    folder.mkdir()
    command = [sys.executable, own_servers.__file__, kind, str(folder), _environment[_OWNER]]
    keeper = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    while not (folder / own_servers.READY).exists():
        if (folder / own_servers.FAILED).exists() or keeper.poll() is not None:
            why = folder / own_servers.FAILED
            raise ServerOntbreekt(f"{naam} kwam niet op: {why.read_text(encoding='utf-8') if why.exists() else '?'}")
        time.sleep(0.05)
    return (folder / own_servers.READY).read_text(encoding="utf-8").splitlines()


def install(package: str) -> None:
    """Install a Debian package. That its own service does not start is no matter: we start one of ours."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    get = ["apt-get", "-y", "-o", "DPkg::Lock::Timeout=300"]
    # The lists may be absent or of long ago: asked anew only when the package cannot be had by those there are.
    for command in ([*get, "install", package], [*get, "update"], [*get, "install", package]):
        done = subprocess.run(command, env=environment, capture_output=True, timeout=900, check=False)
        if command[-1] == package and done.returncode == 0:
            return


def chromium() -> Path:
    """Debian's browser, installed first if need be; ServerOntbreekt without it."""
    if shutil.which("chromium") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        install("chromium")
    found = shutil.which("chromium")
    if found is None:
        raise ServerOntbreekt("De tests van de pagina hebben chromium nodig: installeer het pakket chromium.")
    return Path(found)


# --- databases -------------------------------------------------------------------------------------------------------


def template(fill: Callable[[str], None]) -> str:
    """The name of a database that `fill` filled by its URL (all its connections closed), for `fresh_database`."""
    url = fresh_database()
    fill(url)
    return name_of(url)


def fresh_database(copy_of: str | None = None) -> str:
    """The URL (postgresql+psycopg://) of a database of this process: empty, or a copy of a `template`."""
    name = f"hub_test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_number)}"
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
        sql.Identifier(name), sql.Identifier(copy_of or "template0"), sql.SQL(_strategy())
    )
    _administer(statement)
    _databases.add(name)
    parts = urlsplit(postgres())
    return urlunsplit(parts._replace(scheme="postgresql+psycopg", path=f"/{name}"))


def name_of(url: str) -> str:
    """The name of the database of this URL."""
    return urlsplit(url).path.removeprefix("/")


def drop_database(url: str) -> None:
    """Remove a database of this process, whoever is still connected to it."""
    name = name_of(url)
    _administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    _databases.discard(name)


def drop_databases() -> None:
    """Remove every database that this process made and did not remove."""
    for name in sorted(_databases):
        drop_database(f"postgresql:///{name}")


def _administer(statement: sql.Composed) -> None:
    _administration().execute(statement)


@cache
def _strategy() -> str:
    """Copying files takes half the time of copying pages by the log, but for a server that must flush them."""
    (fsync,) = _administration().execute("SHOW fsync").fetchone() or ("on",)
    return "file_copy" if fsync == "off" else "wal_log"


@cache
def _administration() -> psycopg.Connection[Any]:
    return psycopg.connect(postgres(), autocommit=True, connect_timeout=10)


# --- vhosts ----------------------------------------------------------------------------------------------------------


class Vhost:
    """A virtual host with users of its own; `url` is the administrator's, in this vhost."""

    def __init__(self, naam: str) -> None:
        self.naam = naam
        self._amqp, beheer = rabbitmq()
        self._beheer = httpx.Client(base_url=f"{beheer}/api", timeout=30, trust_env=False)
        self._users: list[str] = []
        self.url = self._url(urlsplit(self._amqp).username or "", urlsplit(self._amqp).password or "")

    def user(self, naam: str, *, configure: str = ".*", write: str = ".*", read: str = ".*", tags: str = "") -> str:
        """The AMQP URL, in this vhost, of a new user; users are known to the whole server, so its name must be free."""
        assert self.api("GET", f"/users/{quote(naam, safe='')}", known=False) is None, f"{naam} is somebody's already"
        self._users.append(naam)
        self.api("PUT", f"/users/{quote(naam, safe='')}", {"password": "geheim", "tags": tags})
        rights = {"configure": configure, "write": write, "read": read}
        self.api("PUT", f"/permissions/{quote(self.naam, safe='')}/{quote(naam, safe='')}", rights)
        return self._url(naam, "geheim")

    def api(self, method: str, path: str, json: Any = None, *, known: bool = True) -> Any:
        """Ask the management API; what it says, or None. `known` False: None too for what does not exist."""
        reply = self._beheer.request(method, path, json=json)
        if reply.status_code == httpx.codes.NOT_FOUND and not known:
            return None
        reply.raise_for_status()
        return reply.json() if reply.content else None

    def make(self) -> None:
        self.api("PUT", f"/vhosts/{quote(self.naam, safe='')}")
        administrator = quote(urlsplit(self._amqp).username or "", safe="")
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        self.api("PUT", f"/permissions/{quote(self.naam, safe='')}/{administrator}", rights)

    def remove(self) -> None:
        self.api("DELETE", f"/vhosts/{quote(self.naam, safe='')}", known=False)
        for naam in self._users:
            self.api("DELETE", f"/users/{quote(naam, safe='')}", known=False)
        self._beheer.close()

    def _url(self, user: str, password: str) -> str:
        parts = urlsplit(self._amqp)
        address = f"{parts.hostname}:{parts.port or 5672}"
        return f"amqp://{quote(user, safe='')}:{quote(password, safe='')}@{address}/{quote(self.naam, safe='')}"


@contextmanager
def vhost() -> Iterator[Vhost]:
    """A vhost that nobody else uses, removed afterwards with its users."""
    made = Vhost(f"hub_test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_number)}")
    made.make()
    try:
        yield made
    finally:
        made.remove()
