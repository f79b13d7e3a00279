"""A hub that goes live, for tests of `hub laad`: the command, the databases it fills, and the first real messages."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from hashlib import sha256
from pathlib import Path

import databases
import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.allocation import process as allocation
from services.allocation.feed import lees_feed
from services.cli import app
from services.declaration import process as declaration
from services.declaration.goedgekeurd import goedgekeurde_toewijzingen
from services.kernel.berichten import Uitkomst
from services.kernel.settings import Settings
from services.kernel.toegang import parties
from services.kernel.wiring import Dienst, Ingekomen, wire

VANDAAG = "2026-02-15"


def hub(*arguments: object) -> Result:
    """Run a command of `hub`, on the databases that belong to its --data."""
    folder = arguments[arguments.index("--data") + 1] if "--data" in arguments else None
    with databases.environment_of(Path(str(folder))) if folder else nullcontext():
        return CliRunner().invoke(app, [str(argument) for argument in arguments])


def init(data: Path) -> Path:
    """`hub init --voorbeeld` on the fixed day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERICHTENHUB_VANDAAG", VANDAAG)
        made = hub("init", "--data", data, "--voorbeeld")
    assert made.exit_code == 0, made.output
    return data


class Live:
    """Both services of a data folder, wired as in one process."""

    def __init__(self, data: Path) -> None:
        settings = Settings(data=data, vandaag=VANDAAG, **databases.settings_of(data))  # type: ignore[arg-type]
        self.allocation = wire("allocation", settings)
        self.declaration = wire("declaration", settings)

    def send(self, als: str, xml: bytes, dienst: str = "declaration") -> Uitkomst:
        """Hand in a message as this party."""
        service = self._dienst(dienst)
        with service.database.read() as conn:
            partij = parties.vind(conn, als)
        assert partij is not None
        inkomend = Ingekomen(io.BytesIO(xml), sha256(xml).hexdigest(), len(xml))
        if dienst == "allocation":
            goedgekeurd = partial(goedgekeurde_toewijzingen, self.declaration)
            return allocation.process(service, partij, inkomend, False, goedgekeurd=goedgekeurd)
        return declaration.process(service, partij, inkomend, False, bron=partial(lees_feed, self.allocation))

    def _dienst(self, naam: str) -> Dienst:
        return self.allocation if naam == "allocation" else self.declaration


@contextmanager
def live(data: Path) -> Iterator[Live]:
    """The services of a data folder, closed afterwards."""
    services = Live(data)
    try:
        yield services
    finally:
        services.allocation.database.close()
        services.declaration.database.close()
