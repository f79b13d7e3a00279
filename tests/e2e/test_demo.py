"""`hub demo --once` from the outside: it does what it says, in time, and leaves nothing running."""

import re
import socket
import time
from pathlib import Path

import pytest
from running_hub import run_hub

BSN = re.compile(r"(?<!\d)9999\d{5}(?!\d)")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int, float, Path]:
    """What the demo printed, its exit code, how many seconds it took, and its folder."""
    data = tmp_path_factory.mktemp("demo") / "data"
    started = time.monotonic()
    ran = run_hub("demo", "--once", "--data", str(data), "--port", "0")
    return ran.stdout + ran.stderr, ran.returncode, time.monotonic() - started, data


def test_the_demo_ends_well(demo: tuple[str, int, float, Path]) -> None:
    printed, code, _, data = demo

    assert code == 0, printed + (data / "serve.log").read_text(encoding="utf-8")[-4000:]
    assert "Alles ging zoals het scenario verwacht." in printed
    assert "Het journaal klopt." in printed


def test_the_demo_takes_less_than_two_minutes(demo: tuple[str, int, float, Path]) -> None:
    assert demo[2] < 120


@pytest.mark.parametrize("code", ["0001", "0611", "8187", "9321", "9332", "9333", "9338", "9389"])
def test_the_demo_explains_each_refusal(demo: tuple[str, int, float, Path], code: str) -> None:
    assert re.search(rf"{code}.*(TR|CD|CS)\d{{3}}", demo[0])


def test_the_demo_shows_verzilvering_and_calls_it_fictief(demo: tuple[str, int, float, Path]) -> None:
    printed = demo[0]

    assert "Verzilvering per gemeente" in printed
    assert "Verzilvering per resultaatgebied" in printed
    assert "100,00" in printed
    assert "FICTIEF" in printed


def test_no_bsn_is_printed_or_logged(demo: tuple[str, int, float, Path]) -> None:
    log = (demo[3] / "serve.log").read_text(encoding="utf-8")

    assert log
    assert not BSN.search(log)
    assert not BSN.search(demo[0])


def test_nothing_is_left_running(demo: tuple[str, int, float, Path]) -> None:
    port = int(re.findall(r"http://127\.0\.0\.1:(\d+)", demo[0])[0])

    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_folder_that_is_not_of_a_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kostbaar.txt").write_text("bewaar mij", encoding="utf-8")

    ran = run_hub("demo", "--once", "--data", str(tmp_path), "--port", "0")

    assert ran.returncode == 1
    assert "niet leeg" in ran.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["kostbaar.txt"]
