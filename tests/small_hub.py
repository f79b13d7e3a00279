"""A hub of one data folder in this process: its commands, its application, and messages handed in over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import databases
from click.testing import Result
from faults.traffic import Bericht
from starlette.testclient import TestClient
from typer.testing import CliRunner

from services import together
from services.cli import app
from services.cli.example_loading import read_keys
from services.kernel.settings import Settings

VANDAAG = "2026-02-15"


def hub(data: Path, *arguments: object) -> Result:
    """Run a command on the databases of this folder."""
    with databases.environment_of(data):
        return CliRunner().invoke(app, [*(str(argument) for argument in arguments), "--data", str(data)])


@contextmanager
def running(data: Path) -> Iterator[TestClient]:
    with databases.environment_of(data), TestClient(together.build(Settings(data=data))) as client:
        yield client


def key(data: Path, partij: str) -> dict[str, str]:
    """The header that says who is calling."""
    return {"authorization": f"Bearer {read_keys(data)[partij]}"}


def send(client: TestClient, data: Path, bericht: Bericht) -> dict[str, object]:
    headers = {**key(data, bericht.partij), "content-type": "application/xml"}
    reply = client.post(f"/{bericht.dienst}/v1/berichten", content=bericht.inhoud, headers=headers)
    assert reply.status_code in (200, 201), reply.text
    return {**reply.json(), "status": reply.status_code}
