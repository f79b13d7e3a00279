"""What tests of more than one part stand on: settings with secrets, an empty database, a clock that stands still."""

import io
import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import databases
import explaining_path
import pytest
import servers
from geheimen import VASTE_GEHEIMEN, ring
from sqlalchemy import Connection

from services.kernel import berichten, catalogue, tables
from services.kernel.berichten import Uitkomst
from services.kernel.database import Database
from services.kernel.settings import Settings
from services.kernel.waarneming import logs

NU = datetime(2025, 2, 3, 9, 15, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pad",
        choices=("stromend", "uitleggend"),
        default="stromend",
        help="uitleggend: every message is explained as well, in every process, and both verdicts must be the same",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The process that ends last owns the servers that a test of this run may ask for; nothing is started yet."""
    if config.getoption("--pad") == "uitleggend":
        explaining_path.install()
        os.environ["PYTHONPATH"] = str(Path(__file__).parent / "explaining")
    if not hasattr(config, "workerinput"):
        servers.begin_run()


def pytest_sessionfinish() -> None:
    servers.drop_databases()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        servers.end_run()


@pytest.fixture
def nu() -> datetime:
    """Monday 3 February 2025, 10:15 in Amsterdam."""
    return NU


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a hub under tmp_path; model_copy(update=...) changes one."""
    return Settings(data=tmp_path / "var", **VASTE_GEHEIMEN)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A database with the kernel's tables and nothing in them."""
    database = Database(databases.place(tmp_path / "db", "declaration", make_kernel_tables), ring())
    yield database
    database.close()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged while the test runs."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    written = io.StringIO()
    logs.configure(written)
    yield written
    root.handlers = handlers
    root.setLevel(level)


def make_kernel_tables(url: str) -> None:
    """The kernel's tables, as the code has them."""
    database = Database(url)
    with database.write() as conn:
        tables.metadata.create_all(conn)
    database.close()


def fail_half_way(db: Database, work: Callable[[Connection], object]) -> None:
    """Do the work in a transaction, and fail before its end with a ZeroDivisionError."""
    with db.write() as conn:
        work(conn)
        raise ZeroDivisionError


@pytest.fixture
def half_way() -> Callable[[Database, Callable[[Connection], object]], None]:
    """See `fail_half_way`."""
    return fail_half_way


def message_id(*parts: str) -> str:
    """The same id for the same parts, in every run."""
    return str(uuid5(NAMESPACE_OID, "/".join(parts)))


Bewaar = Callable[..., int]


@pytest.fixture
def bewaar_bericht() -> Bewaar:
    """A function that stores a message that counts; keywords change it. Returns the number of its row."""
    return store


def store(conn: Connection, identificatie: str = "B1", **changes: object) -> int:
    """See `bewaar_bericht`. `soort` and `release` choose the row of the catalogue; ids follow from the rest."""
    soort = catalogue.find(str(changes.pop("soort", "WMO323")), str(changes.pop("release", "3.2")))
    extra = dict(
        sha256="a" * 64, ontvangen=NU, telt=True, inhoud=b"<Bericht/>", antwoord_op=None, partij=None, dagtekening=None
    )
    kept = {name: changes.pop(name, default) for name, default in extra.items()}
    outcome = dict(
        id=message_id(soort.naam, identificatie, str(kept["sha256"])),
        standaard=soort.standaard,
        release=soort.release,
        berichtsoort=soort.naam,
        verzender="75000001",
        bestemming="0503",
        identificatie=identificatie,
        oordeel="goedgekeurd",
        ingediend=None,
        toegekend=None,
        feed_nr=None,
        bevindingen=(),
        retour=None,
        nieuw=True,
    )
    unknown = changes.keys() - outcome.keys()
    if unknown:
        raise KeyError(f"unknown: {sorted(unknown)}")
    return berichten.bewaar(conn, Uitkomst(**{**outcome, **changes}), soort=soort, **kept)  # type: ignore[arg-type]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many rules were answered as `hub example --fout` expects, per kind of message and in all.

    Here and not in e2e: the process that ends a run over several workers reads no conftest below this folder.
    """
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    found = [value for report in reports for key, value in report.user_properties if key == "fouten"]
    if not found:
        return
    terminalreporter.section("hub example --fout")
    for naam, release, goed, aantal, _ in sorted(found):
        terminalreporter.write_line(f"{naam} {release}: {goed} of {aantal} answered with exactly what they expect")
    goed, aantal, niet_alleen = (sum(row[column] for row in found) for column in (2, 3, 4))
    terminalreporter.write_line(
        f"all: {goed} of {aantal} over HTTP; {aantal - niet_alleen} expect their own code alone, "
        f"{niet_alleen} what uitzonderingen.py says"
    )
