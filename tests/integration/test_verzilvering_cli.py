"""`hub verzilvering`, `hub lijst` and `hub periode sluit`: tables, files, and what cannot be."""

import json
from datetime import date
from pathlib import Path

import databases
import pytest
from click.testing import Result
from declaration_hub import make_hub
from typer.testing import CliRunner

from builders import bsn
from services.cli import app
from services.declaration.feed import pull
from services.kernel.settings import write_secrets


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a hub with one client in Delft, in periods 1 and 2 of 2025."""
    hub = make_hub(tmp_path, date(2025, 6, 2))
    hub.toewijs(bsnHash=hub.hash(bsn(1)), einddatum="2025-02-23")
    pull(hub.dienst, hub.bron)
    hub.dienst.database.close()
    monkeypatch.setenv("BERICHTENHUB_DECLARATION_DATABASE", hub.dienst.settings.database_url("declaration"))
    write_secrets(tmp_path)
    return tmp_path


def run(data: Path, *words: str) -> Result:
    # Allocation is nowhere: what declaration has is what is reported.
    env = {"BERICHTENHUB_ALLOCATION_URL": "http://127.0.0.1:9/allocation", "BERICHTENHUB_VANDAAG": "2025-06-02"}
    with databases.environment_of(data):
        return CliRunner().invoke(app, [*words, "--data", str(data)], env=env)


def test_the_figures_go_to_a_file(data: Path) -> None:
    naar = data / "cijfers.csv"
    result = run(data, "verzilvering", "--groepeer", "gemeente,cluster", "--formaat", "csv", "--naar", str(naar))

    assert result.exit_code == 0, result.output
    kop, rij = naar.read_text(encoding="utf-8-sig").splitlines()
    assert kop.startswith("Gemeente;Cluster;Toegewezen bedrag")
    assert rij.startswith("0503;begeleiding;960,00;0,00;960,00;0,00")
    assert run(data, "verzilvering", "--formaat", "xlsx", "--naar", str(data / "c.xlsx")).exit_code == 0
    assert (data / "c.xlsx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("welke", "perioden"),
    [
        (["--jaar", "2025"], ["2025-P01", "2025-P02"]),
        (["--jaar", "2024"], []),
        (["--periode", "2025-P02"], ["2025-P02"]),
        (["--aanbieder", "75000001"], ["2025-P01", "2025-P02"]),
        (["--aanbieder", "75000003"], []),
    ],
)
def test_a_part_of_the_figures_can_be_asked_for(data: Path, welke: list[str], perioden: list[str]) -> None:
    result = run(data, "verzilvering", "--groepeer", "periode", *welke, "--json")

    assert result.exit_code == 0, result.output
    assert [rij["periode"] for rij in json.loads(result.stdout)] == perioden


def test_a_list_is_shown_and_the_lists_are_named(data: Path) -> None:
    assert "loopt-af" in run(data, "lijst").output
    result = run(data, "lijst", "niet-gedeclareerd")
    assert result.exit_code == 0, result.output
    assert "960,00" in result.output
    assert run(data, "lijst", "alles").exit_code == 2


def test_a_period_is_closed_once(data: Path) -> None:
    words = "periode", "sluit", "2025-P01", "--gemeente", "0503", "--besluit", "B 118"
    assert run(data, *words).exit_code == 0
    assert run(data, *words).exit_code == 1
    result = run(data, "verzilvering", "--rijpheid", "afgesloten", "--bevroren")
    assert "zoals ze waren toen ze werden afgesloten" in result.output
    assert "480,00" in result.output


@pytest.mark.parametrize(
    "words",
    [("--rijpheid", "zeker"), ("--met", "alles"), ("--bevroren", "--peildatum", "2025-06-01"), ("--groepeer", "wijk")],
)
def test_what_cannot_be_asked_ends_with_2(data: Path, words: tuple[str, ...]) -> None:
    assert run(data, "verzilvering", *words).exit_code == 2
