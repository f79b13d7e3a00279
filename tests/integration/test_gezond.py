"""A process without a port says that it works, and `hub gezond` looks how long ago."""

import os
import time
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli import app
from services.kernel.waarneming.heartbeat import einde, hartslag, sinds

# There is no database in it.
pytestmark = pytest.mark.dialects("sqlite")


def hub(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["gezond", *(str(argument) for argument in arguments)])


def long_ago(data: Path, naam: str, seconden: int) -> None:
    hartslag(data, naam)
    then = time.time() - seconden
    os.utime(data / f"hartslag-{naam}", (then, then))


def test_who_never_said_anything_is_not_well(tmp_path: Path) -> None:
    result = hub("relay", "--data", tmp_path)

    assert (result.exit_code, sinds(tmp_path, "relay")) == (1, None)
    assert f"hub relay --data {tmp_path}" in result.output
    assert "nog geen teken van leven" in result.output


@pytest.mark.parametrize(("seconden", "code"), [(0, 0), (170, 0), (190, 1)])
def test_who_was_silent_for_too_long_is_not_well(tmp_path: Path, seconden: int, code: int) -> None:
    long_ago(tmp_path, "relay", seconden)

    assert hub("relay", "--data", tmp_path).exit_code == code


def test_who_ended_as_it_was_told_to_is_not_at_work_however_short_ago(tmp_path: Path) -> None:
    hartslag(tmp_path, "relay")
    einde(tmp_path, "relay")

    ended = hub("relay", "--data", tmp_path)
    hartslag(tmp_path, "relay")

    assert (ended.exit_code, hub("relay", "--data", tmp_path).exit_code) == (1, 0)
    assert "draait niet" in ended.stderr


def test_how_long_may_be_said(tmp_path: Path) -> None:
    long_ago(tmp_path, "consume", 20)

    codes = [hub("consume", "--data", tmp_path, "--seconden", allowed).exit_code for allowed in (10, 60)]
    assert codes == [1, 0]


def test_each_process_speaks_for_itself(tmp_path: Path) -> None:
    hartslag(tmp_path, "relay")

    assert [hub(name, "--data", tmp_path).exit_code for name in ("relay", "consume", "klok")] == [0, 1, 1]
