"""`hub demo` from the outside: it does what it says. With --once nothing stays behind, without it the hub."""

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running_hub import HUB, ROOT, environment, run_hub

BSN = re.compile(r"(?<!\d)9999\d{5}(?!\d)")
URL = re.compile(r"http://127\.0\.0\.1:(\d+)")

CODES_23 = ("0030", "0551", "0611", "8021", "8214", "8855", "9321", "9322")
CODES_32 = ("0001", "0611", "8187", "8214", "9321", "9332", "9333", "9338", "9389")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int, Path]:
    """What the demo printed, its exit code, and its folder."""
    data = tmp_path_factory.mktemp("demo") / "data"
    ran = run_hub("demo", "--once", "--data", str(data), "--port", "0")
    return ran.stdout + ran.stderr, ran.returncode, data


def test_the_demo_ends_well(demo: tuple[str, int, Path]) -> None:
    printed, code, data = demo

    assert code == 0, printed + (data / "serve.log").read_text(encoding="utf-8")[-4000:]
    assert "Alles ging zoals het scenario verwacht." in printed
    assert "Het journaal klopt." in printed


@pytest.mark.parametrize(
    ("release", "code"), [*(("2.3", code) for code in CODES_23), *(("3.2", code) for code in CODES_32)]
)
def test_the_demo_explains_each_refusal(demo: tuple[str, int, Path], release: str, code: str) -> None:
    assert re.search(rf"│ {re.escape(release)} +│ WMO\d{{3}} │ {code} │ [A-Z]+\d+ +│ +\d+ │ \w", demo[0])


def test_the_demo_explains_an_award_in_part(demo: tuple[str, int, Path]) -> None:
    assert re.search(r"│ 2\.3 +│ WMO303 │ –    │ HUB07", demo[0])


@pytest.mark.parametrize("gemeente", ["0503 Delft", "0603 Rijswijk", "1842 Midden-Delfland", "Regio H5"])
def test_one_verzilvering_table_ends_each_gemeente_with_its_total(demo: tuple[str, int, Path], gemeente: str) -> None:
    assert demo[0].count("Verzilvering over release 2.3 en 3.2 samen (voorbeeldtarieven zijn FICTIEF)") == 1
    assert re.search(rf"│ {gemeente} +│ alle gebieden +│", demo[0])


def test_what_is_all_claimed_by_contracts_of_both_releases_is_at_100(demo: tuple[str, int, Path]) -> None:
    printed = demo[0]

    assert re.search(r"│ 1842 Midden-Delfland +│ 75000001 +│ 3\.2", printed)
    assert re.search(r"│ 1842 Midden-Delfland +│ 75000003 +│ 2\.3", printed)
    assert re.search(r"│ 1842 Midden-Delfland +│ alle gebieden +│ +([\d.,]+) │ +\1 │ +0,00 │ 100,00", printed)


def test_a_raise_over_nine_periods_dips_and_recovers_in_two_steps(demo: tuple[str, int, Path]) -> None:
    printed = demo[0]

    assert "36 boekingen in het journaal (toegewezen 2.964,96), 36 regels op de werklijst." in printed
    stappen = (
        ("gemeld", 0, "100,00"),
        ("na besluit", 36, "90,91"),
        ("na 1e 303", 20, "94,95"),
        ("na 2e 303", 0, "100,00"),
    )
    for naam, open_, procent in stappen:
        assert re.search(rf"│ {naam} +│ +{open_} │ +[\d.,]+ │ +[\d.,]+ │ +{procent} │", printed)


def test_the_thirteen_periods_of_the_region_dip_recover_and_leave_what_was_closed(
    demo: tuple[str, int, Path],
) -> None:
    perioden = re.findall(
        r"│ (2025-P\d\d) │ +[\d.,]+ │ +[\d.,]+ │ +([\d,]+) │ +([\d,]+) │.*│ +([\d,]*) │ (\w+)", demo[0]
    )

    assert [naam for naam, *_ in perioden] == [f"2025-P{n:02d}" for n in range(1, 14)]
    for nummer, (_, gemeld, besluit, bevroren, stand) in enumerate(perioden, 1):
        assert (besluit < gemeld) == (nummer <= 9)
        assert (bevroren, stand == "afgesloten") == ((gemeld, True) if nummer <= 4 else ("", False))


@pytest.mark.parametrize("titel", [
    "Prognose 2025 naast de begroting, Regio H5 (FICTIEF, in euro)",
    "Lijst: Toegewezen, niet gedeclareerd (3, FICTIEF)",
    "Lijst: Loopt af (2, FICTIEF)",
    "Lijst: Toewijzing wijkt af van het tarief (8, FICTIEF)",
])  # fmt: skip
def test_the_prognose_and_three_lists_with_cases_are_shown(demo: tuple[str, int, Path], titel: str) -> None:
    assert titel in demo[0]


def test_no_bsn_is_printed_or_logged(demo: tuple[str, int, Path]) -> None:
    log = (demo[2] / "serve.log").read_text(encoding="utf-8")

    assert log
    assert not BSN.search(log)
    assert not BSN.search(demo[0])


def test_nothing_is_left_running(demo: tuple[str, int, Path]) -> None:
    assert not answers(int(URL.findall(demo[0])[0]))


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def staying(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A demo without --once."""
    command = [*HUB, "demo", "--data", str(tmp_path / "data"), "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
    yield process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=30)


def test_without_once_the_hub_stays_until_it_is_interrupted(staying: "subprocess.Popen[str]") -> None:
    assert staying.stdout is not None
    line = next(line for line in staying.stdout if "De hub blijft draaien op" in line)
    port = int(URL.findall(line)[0])
    reply = httpx.get(f"http://127.0.0.1:{port}/declaration/healthz", trust_env=False)

    staying.send_signal(signal.SIGINT)
    rest, _ = staying.communicate(timeout=30)

    assert reply.status_code == 200
    assert staying.returncode == 0, rest
    assert not answers(port)


def test_a_folder_that_is_not_of_a_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kostbaar.txt").write_text("bewaar mij", encoding="utf-8")

    ran = run_hub("demo", "--once", "--data", str(tmp_path), "--port", "0")

    assert ran.returncode == 2
    assert "niet leeg" in ran.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["kostbaar.txt"]
