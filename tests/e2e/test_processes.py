"""Commands that go on until they are told to stop: they say so once, and a SIGTERM ends them well at any moment."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running_hub import HUB, ROOT, environment, run_hub

from services.cli.aanloop import LOOPT_DOOR, ONDERBROKEN
from services.cli.console import free_port

# A SIGTERM at the first import of what takes long to import.
VROEG = """
import os, signal, sys
class Eerste:
    def find_spec(self, name, *_):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGTERM)
sys.meta_path.insert(0, Eerste())
sys.argv = ["hub", *sys.argv[1:]]
import services.cli
print("verder")
"""


@pytest.mark.parametrize(("command", "code"), [*((name, 0) for name in LOOPT_DOOR), ("init", -15)])
def test_a_sigterm_while_it_is_being_imported_ends_it_well(command: str, code: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", VROEG, command], cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", "")


# The same within a finalizer, where Python throws away what is raised.
ONVERMIJDELIJK = VROEG.replace(
    "            os.kill(os.getpid(), signal.SIGTERM)",
    """            class Weg:
                def __del__(self):
                    signal.raise_signal(signal.SIGTERM)
            Weg()""",
)


def test_a_sigterm_is_not_lost_in_a_finalizer() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ONVERMIJDELIJK, "consume"], cwd=ROOT, env=environment(), capture_output=True, text=True
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize(("command", "code"), [("init", ONDERBROKEN), ("serve", 0)])
def test_ctrl_c_while_it_is_being_imported_ends_it_quietly(command: str, code: int) -> None:
    early = VROEG.replace("SIGTERM", "SIGINT")
    ran = subprocess.run(
        [sys.executable, "-c", early, command], cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", "Gestopt.\n")


def test_ctrl_c_is_for_the_command_once_all_is_imported() -> None:
    late = "import sys, signal; sys.argv[0] = 'hub'; import services.cli; print(signal.getsignal(signal.SIGINT))"
    ran = subprocess.run([sys.executable, "-c", late], cwd=ROOT, env=environment(), capture_output=True, text=True)

    assert "default_int_handler" in ran.stdout


@pytest.mark.parametrize("command", LOOPT_DOOR)
def test_it_says_in_json_that_it_runs_and_ends_with_0(example_data: Path, tmp_path: Path, command: str) -> None:
    data = tmp_path / "var"
    shutil.copytree(example_data, data)
    port = free_port(0)
    more = ["--port", str(port)] if command == "serve" else []
    # Nothing listens there: the consumer keeps trying.
    environ = environment(**({"BERICHTENHUB_RABBITMQ": "amqp://x:x@127.0.0.1:9/"} if command == "consume" else {}))

    with subprocess.Popen(
        [*HUB, command, "--data", str(data), "--json", *more],
        cwd=ROOT,
        env=environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        lines = []
        while "}\n" not in lines:
            lines.append(process.stdout.readline())
            assert lines[-1], "it ended by itself"
        process.terminate()
        code = process.wait(timeout=60)

    told = json.loads("".join(lines))
    assert (told["proces"], code) == (command, 0)
    if command == "serve":
        assert told["url"] == f"http://127.0.0.1:{port}/"


def test_a_relay_that_ended_is_told_apart_from_one_that_works(example_data: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    shutil.copytree(example_data, data)
    with subprocess.Popen(
        [*HUB, "relay", "--data", str(data)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while not (data / "hartslag-relay").exists():
            assert process.poll() is None
        process.terminate()
        assert process.wait(timeout=60) == 0

    asked = run_hub("gezond", "relay", "--data", str(data))

    assert asked.returncode == 1
    assert "draait niet" in asked.stderr
