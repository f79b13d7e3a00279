"""A copy that was put back is the same hub: the journal holds, and it goes on where the copy was made."""

import shutil
from pathlib import Path
from typing import Any

import databases
import pytest
from faults.traffic import AANBIEDER, DELFT, Dossier, dossiers
from small_hub import VANDAAG, hub, running, send

from services.cli import backup
from services.cli.example_loading import read_keys
from services.kernel.settings import GEHEIMEN


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERICHTENHUB_VANDAAG", VANDAAG)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A hub that awarded three claims."""
    folder = tmp_path / "var"
    assert hub(folder, "init", "--voorbeeld").exit_code == 0
    with running(folder) as client:
        for dossier in dossiers(1000, 3):
            send(client, folder, dossier.wmo301())
            assert send(client, folder, dossier.wmo323())["oordeel"] == "goedgekeurd"
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path, data: Path) -> Path:
    """Another machine: no databases, and the secrets that were kept apart."""
    folder = tmp_path / "elders"
    folder.mkdir()
    shutil.copy(data / GEHEIMEN, folder)
    shutil.copy(data / "sleutels.json", folder)
    return folder


def test_what_is_put_back_is_what_was_copied_and_its_journal_holds(data: Path, elsewhere: Path, tmp_path: Path) -> None:
    assert hub(data, "backup", tmp_path / "kopie").exit_code == 0
    back = hub(elsewhere, "herstel", tmp_path / "kopie")

    assert back.exit_code == 0, back.output
    assert "Het journaal klopt." in back.output
    assert without_trail(elsewhere) == without_trail(data)


def without_trail(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row but those of the audit trail, which says that something was put back."""
    return {name: rows for name, rows in databases.snapshot(data).items() if not name.endswith((".audit", ".zegel"))}


def test_the_hub_goes_on_where_the_copy_was_made(data: Path, elsewhere: Path, tmp_path: Path) -> None:
    hub(data, "backup", tmp_path / "kopie")
    hub(elsewhere, "herstel", tmp_path / "kopie")

    with running(data) as first, running(elsewhere) as second:
        again = Dossier(1000).wmo323()
        assert send(second, elsewhere, again) == send(first, data, again)
        assert send(second, elsewhere, again)["status"] == 200
        assert send(second, elsewhere, Dossier(1003).wmo301())["oordeel"] == "goedgekeurd"
        assert send(second, elsewhere, Dossier(1003).wmo323())["oordeel"] == "goedgekeurd"
    assert hub(elsewhere, "journaal", "check").exit_code == 0


def test_what_came_between_the_two_copies_reaches_declaration_after_all(
    data: Path, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = backup._kopieer

    def copy_and_go_on(url: str, doel: Path) -> None:
        copied(url, doel)
        if doel.name.startswith("declaration"):
            with running(data) as client:
                send(client, data, Dossier(1003).wmo301())

    monkeypatch.setattr(backup, "_kopieer", copy_and_go_on)
    assert hub(data, "backup", tmp_path / "kopie").exit_code == 0
    assert hub(elsewhere, "herstel", tmp_path / "kopie").exit_code == 0

    with running(elsewhere) as client:
        assert send(client, elsewhere, Dossier(1003).wmo323())["oordeel"] == "goedgekeurd"


def test_a_copy_is_not_put_over_what_is_there(data: Path, tmp_path: Path) -> None:
    hub(data, "backup", tmp_path / "kopie")
    before = databases.snapshot(data)

    refused = hub(data, "herstel", tmp_path / "kopie")

    assert refused.exit_code == 1
    assert "niet leeg" in refused.output
    assert databases.snapshot(data) == before


def test_a_copy_is_not_written_over_another(data: Path, tmp_path: Path) -> None:
    hub(data, "backup", tmp_path / "kopie")

    assert "bestaat al" in hub(data, "backup", tmp_path / "kopie").output


def test_only_its_owner_can_read_a_copy(data: Path, tmp_path: Path) -> None:
    hub(data, "backup", tmp_path / "kopie")

    modes = {file.stat().st_mode & 0o777 for file in (tmp_path / "kopie").iterdir()}
    assert modes == {0o600}


def test_a_folder_without_copies_says_how_to_make_them(elsewhere: Path, tmp_path: Path) -> None:
    refused = hub(elsewhere, "herstel", tmp_path)

    assert refused.exit_code == 1
    assert "hub backup" in refused.output


def test_the_parties_of_the_copy_keep_their_post(data: Path, elsewhere: Path, tmp_path: Path) -> None:
    hub(data, "backup", tmp_path / "kopie")
    hub(elsewhere, "herstel", tmp_path / "kopie")

    with running(elsewhere) as client:
        for code in (DELFT, AANBIEDER):
            headers = {"authorization": f"Bearer {read_keys(elsewhere)[code]}"}
            items = client.get("/declaration/v1/postbus", headers=headers).json()["items"]
            assert items
            assert all(client.get(item["href"], headers=headers).is_success for item in items)
