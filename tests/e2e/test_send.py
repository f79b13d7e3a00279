"""`hub send` against a real hub: the right service and key per message, in order, and on where it was after an end."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from running_hub import HUB, ROOT, Hub, environment, serving
from typer.testing import CliRunner

from services.cli import app
from services.cli.example_loading import SLEUTELS
from services.cli.send_state import STAND

VANDAAG = "2026-02-15"


@pytest.fixture(scope="module")
def hub(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    data = tmp_path_factory.mktemp("send") / "var"
    shutil.copytree(example_data, data)
    with serving(data, BERICHTENHUB_VANDAAG=VANDAAG) as running:
        yield running


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def example(map_: Path, soort: str, seed: int, *more: object) -> None:
    made = run("example", soort, "--seed", seed, "--vandaag", VANDAAG, "--uit", map_, *more)
    assert made.exit_code == 0, made.output


def send(hub: Hub, *arguments: object, sleutels: bool = True) -> Result:
    keys = ("--sleutelbestand", hub.data / SLEUTELS) if sleutels else ()
    return run("send", *arguments, "--url", hub.url, *keys)


def sent(hub: Hub, *arguments: object) -> dict[str, Any]:
    """What `hub send --json` says, whatever it ends with."""
    result = send(hub, *arguments, "--json")
    told: dict[str, Any] = json.loads(result.stdout)
    return told | {"exit_code": result.exit_code}


def stored(hub: Hub) -> int:
    """How many messages both services have."""
    return sum(
        len(hub.get(f"/{dienst}/v1/berichten", limit=500).json()["items"]) for dienst in ("allocation", "declaration")
    )


def test_each_message_goes_to_its_service_with_the_key_of_its_sender_and_its_answer_stands_beside_it(
    hub: Hub, tmp_path: Path
) -> None:
    for seed in (11, 12):
        example(tmp_path, "WMO301", seed)
        example(tmp_path, "WMO323", seed, "--prestaties", 3)

    told = sent(hub, tmp_path)

    assert (told["exit_code"], told["perOordeel"], told["nietVerstuurd"]) == (0, {"goedgekeurd": 4}, 0)
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert [key for key in (told.keys() - {"exit_code"}) | told["items"][0].keys() if f"`{key}`" not in page] == []
    for seed in (11, 12):
        answer = json.loads((tmp_path / f"WMO323-{seed}.antwoord.json").read_text("utf-8"))
        assert (answer["berichtsoort"], answer["verzender"]) == ("WMO323", "75000001")
        assert b"WMO325" in (tmp_path / f"WMO323-{seed}.retour.xml").read_bytes().upper()
        assert not (tmp_path / f"WMO301-{seed}.retour.xml").exists()


def test_the_same_command_again_sends_nothing(hub: Hub, tmp_path: Path) -> None:
    example(tmp_path, "WMO301", 21)
    first, before = sent(hub, tmp_path), (tmp_path / STAND).read_bytes()

    second = sent(hub, tmp_path)

    assert (first["eerder"], second["eerder"], second["exit_code"]) == (0, 1, 0)
    assert (tmp_path / STAND).read_bytes() == before


def test_without_what_it_remembers_the_hub_answers_as_before(hub: Hub, tmp_path: Path) -> None:
    example(tmp_path, "WMO301", 22)
    first = sent(hub, tmp_path)
    (tmp_path / STAND).unlink()
    before = stored(hub)

    second = sent(hub, tmp_path)

    assert [first["items"][0]["status"], second["items"][0]["status"]] == [201, 200]
    assert stored(hub) == before


def test_a_message_that_was_changed_is_sent_again(hub: Hub, tmp_path: Path) -> None:
    example(tmp_path, "WMO301", 23)
    sent(hub, tmp_path)
    file = tmp_path / "WMO301-23.xml"
    file.write_bytes(file.read_bytes() + b"\n")

    again = sent(hub, tmp_path)

    assert (again["eerder"], again["exit_code"], again["perRetourcode"]) == (0, 1, {"9056": 1})


def test_what_is_refused_is_told_per_code_and_per_problem_and_ends_with_1(hub: Hub, tmp_path: Path) -> None:
    example(tmp_path / "fout", "WMO323", 31, "--fout", "TR307")
    (tmp_path / "onzin.xml").write_text("geen bericht", "utf-8")
    uit = tmp_path / "uit"

    told = sent(hub, tmp_path / "fout", tmp_path / "onzin.xml", "--uit", uit)

    assert told["exit_code"] == 1
    assert told["perOordeel"] == {"deels_afgekeurd": 1, "goedgekeurd": 1}
    assert told["perRetourcode"]["9307"] == 1
    assert told["perProbleem"] == {"geen-xml": 1}
    assert json.loads((uit / "onzin.antwoord.json").read_text("utf-8"))["status"] == 400
    assert [path.parent.name for path in uit.rglob("02-*.antwoord.json")] == ["WMO323-3.2-TR307-1"]


def test_names_come_from_stdin_as_well(hub: Hub, tmp_path: Path) -> None:
    example(tmp_path, "WMO301", 41)
    arguments = ["send", "-", "--url", f"{hub.url}/", "--sleutelbestand", str(hub.data / SLEUTELS)]

    result = CliRunner().invoke(app, arguments, input=f"{tmp_path / 'WMO301-41.xml'}\n")

    assert result.exit_code == 0, result.output
    assert "goedgekeurd" in result.stdout


def test_one_key_may_stand_in_the_environment_and_sends_for_its_own_party_only(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example(tmp_path, "WMO301", 42)
    example(tmp_path, "WMO323", 42, "--prestaties", 1)
    monkeypatch.setenv("BERICHTENHUB_SLEUTEL", hub.keys["0503"])

    result = send(hub, tmp_path, "--json", sleutels=False)

    told = json.loads(result.stdout)
    assert (result.exit_code, told["perOordeel"], told["perProbleem"]) == (1, {"goedgekeurd": 1}, {"niet-namens": 1})


def test_a_key_that_is_not_accepted_ends_the_run_and_names_what_to_do(hub: Hub, tmp_path: Path) -> None:
    for seed in range(50, 55):
        example(tmp_path, "WMO301", seed)

    result = run("send", tmp_path, "--url", hub.url, "--sleutel", "bh_onbekend", "--tegelijk", 1)

    assert result.exit_code == 3
    assert "hub partij sleutel" in result.stderr
    assert not (tmp_path / STAND).exists()


def test_an_address_without_a_hub_ends_the_run_and_names_the_option(hub: Hub, tmp_path: Path) -> None:
    example(tmp_path, "WMO301", 56)

    wrong = run("send", tmp_path, "--url", f"{hub.url}/allocation", "--sleutel", "bh_x")
    away = run("send", tmp_path, "--url", "http://127.0.0.1:9", "--sleutel", "bh_x", "--geduld", 0)

    assert (wrong.exit_code, away.exit_code) == (3, 3)
    assert "--url" in wrong.stderr
    assert "niet te bereiken" in away.stderr


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_told_to_end_goes_on_where_it_was(hub: Hub, tmp_path: Path, sign: signal.Signals) -> None:
    first = 1_000 if sign == signal.SIGTERM else 2_000
    for seed in range(first, first + 60):
        example(tmp_path, "WMO301", seed)
    before = stored(hub)
    command = [*HUB, "send", str(tmp_path), "--url", hub.url, "--sleutelbestand", str(hub.data / SLEUTELS)]
    process = subprocess.Popen(
        [*command, "--tegelijk", "1"], cwd=ROOT, env=environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    while not (tmp_path / STAND).exists():
        time.sleep(0.01)
    process.send_signal(sign)
    _, stderr = process.communicate(timeout=60)
    done = len((tmp_path / STAND).read_text("utf-8").splitlines())

    told = sent(hub, tmp_path)

    assert process.returncode == 3, stderr
    assert b"verder waar deze ophield" in stderr
    assert 0 < done < 60
    assert (told["exit_code"], told["eerder"], told["perOordeel"]) == (0, done, {"goedgekeurd": 60})
    assert stored(hub) - before == 60
    # What was sent in the second run was new to the hub: nothing went twice.
    assert {item["status"] for item in told["items"]} == {201}


def test_a_run_that_was_killed_goes_on_after_its_half_line(hub: Hub, tmp_path: Path) -> None:
    for seed in (61, 62):
        example(tmp_path, "WMO301", seed)
    sent(hub, tmp_path)
    lines = (tmp_path / STAND).read_bytes()
    (tmp_path / STAND).write_bytes(lines[:-40])

    told = sent(hub, tmp_path)

    assert (told["eerder"], told["exit_code"]) == (1, 0)
    assert sent(hub, tmp_path)["eerder"] == 2
