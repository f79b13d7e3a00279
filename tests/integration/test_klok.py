"""`hub klok`: what a round does and says, and that it ends when told to."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import databases
import pytest
from going_live import hub
from running_hub import HUB, ROOT, environment

from services.kernel import termijnen, wiring
from services.kernel.catalogue import find
from services.kernel.settings import Settings
from services.kernel.waarneming.heartbeat import sinds

Bewaar = Callable[..., int]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BERICHTENHUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BERICHTENHUB_VANDAAG", "2026-02-15")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    assert hub("init", "--data", tmp_path / "var").exit_code == 0
    return tmp_path / "var"


def let_wait(data: Path, bewaar_bericht: Bewaar) -> None:
    """A 323 of long ago that nobody answered."""
    dienst = wiring.wire("declaration", Settings(data=data, **databases.settings_of(data)))
    with closing(dienst.database), dienst.database.write() as conn:
        nr = bewaar_bericht(conn)
        termijnen.begin(conn, find("WMO323", "3.2"), nr, "75000001", "0503", date(2025, 2, 3))


def test_one_round_says_what_it_did_and_the_next_has_nothing_to_do(data: Path, bewaar_bericht: Bewaar) -> None:
    let_wait(data, bewaar_bericht)

    for gemeld in ("1", "niets"):
        result = hub("klok", "--eenmaal", "--data", data)
        assert (result.exit_code, result.output.splitlines()) == (
            0,
            [
                "declaration: feed gelezen tot en met niets",
                "declaration: cijfers van perioden gemeld niets",
                "allocation: verlopen termijnen gemeld niets",
                "allocation: regels van het auditspoor verzegeld niets",
                f"declaration: verlopen termijnen gemeld {gemeld}",
                "declaration: regels van het auditspoor verzegeld niets",
            ],
        )


def test_a_round_that_fails_in_part_does_the_rest_and_ends_with_3(
    data: Path, bewaar_bericht: Bewaar, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_wait(data, bewaar_bericht)
    monkeypatch.setenv("BERICHTENHUB_ALLOCATION_URL", "http://127.0.0.1:9/allocation")

    result = hub("klok", "--eenmaal", "--service", "declaration", "--data", data)

    assert result.exit_code == 3
    assert result.output.splitlines() == [
        "declaration: feed gelezen tot en met: mislukt (Onbereikbaar)",
        "declaration: cijfers van perioden gemeld niets",
        "declaration: verlopen termijnen gemeld 1",
        "declaration: regels van het auditspoor verzegeld niets",
    ]


def test_a_clock_for_declaration_alone_must_be_told_where_allocation_is(data: Path) -> None:
    result = hub("klok", "--eenmaal", "--service", "declaration", "--data", data)

    assert result.exit_code == 2
    assert "BERICHTENHUB_ALLOCATION_URL" in result.output


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_running_clock_ends_when_it_is_told_to(data: Path, sign: signal.Signals) -> None:
    command = [*HUB, "klok", "--data", str(data)]
    where = {f"BERICHTENHUB_{name.upper()}": url for name, url in databases.settings_of(data).items()}
    with subprocess.Popen(command, cwd=ROOT, env=environment(**where)) as process:
        # It says that it lives once it listens to signals.
        while sinds(data, "klok") is None:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(sign)
        assert process.wait(timeout=30) == 0
