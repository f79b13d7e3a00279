"""Keys are rotated while the hub runs, rotation can be broken off, and a key goes only when nothing needs it."""

import json
import re
from itertools import islice
from pathlib import Path

import databases
import pytest
from faults.traffic import DELFT, Dossier, dossiers
from raw_bytes import stored_bytes
from small_hub import VANDAAG, hub, key, running, send

from services.kernel.database import Database
from services.kernel.privacy import herversleutelen
from services.kernel.privacy.sleutelring import nieuwe_sleutel
from services.kernel.settings import GEHEIMEN, RING, Settings


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERICHTENHUB_VANDAAG", VANDAAG)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A hub that took three 301s and judged three claims."""
    folder = tmp_path / "var"
    assert hub(folder, "init", "--voorbeeld").exit_code == 0
    with running(folder) as client:
        for dossier in dossiers(1000, 3):
            send(client, folder, dossier.wmo301())
            send(client, folder, dossier.wmo323())
    return folder


def ids(data: Path) -> list[str]:
    return [deel.partition(":")[0] for deel in json.loads((data / GEHEIMEN).read_text("utf-8"))[RING].split()]


def in_use(data: Path) -> dict[str, int]:
    """{id of a key: how many values it closes}, as the bytes in the database say."""
    found: dict[str, int] = {}
    for dienst in databases.DIENSTEN:
        for table, column in (("client", "bsn"), ("inhoud", "bytes")):
            for (stored,) in databases.content(data, f"SELECT {column} FROM {table}", dienst):
                if stored is not None:
                    id = bytes(stored)[1:5].hex()
                    found[id] = found.get(id, 0) + 1
    return found


def test_everything_is_closed_by_the_key_of_init(data: Path) -> None:
    [eerste] = ids(data)

    listed = hub(data, "geheim", "lijst")

    assert listed.exit_code == 0, listed.output
    assert list(in_use(data)) == [eerste]
    # Three clients; three 301s, three 323s and their 325s.
    assert re.search(rf"{eerste}\W+huidige\W+3\W+9\b", listed.output), listed.output


def test_rotation_while_the_hub_runs_needs_no_restart(data: Path) -> None:
    [oud] = ids(data)
    with running(data) as client:
        before = {id: client.get(f"/allocation/v1/berichten/{id}/xml", headers=key(data, DELFT)) for id in _301s(data)}
        turned = hub(data, "geheim", "roteer")
        after = {id: client.get(f"/allocation/v1/berichten/{id}/xml", headers=key(data, DELFT)) for id in before}
        send(client, data, Dossier(1003).wmo301())
        send(client, data, Dossier(1003).wmo323())

    assert turned.exit_code == 0, turned.output
    assert len(before) == 3
    assert {id: (r.status_code, r.content) for id, r in after.items()} == {
        id: (200, r.content) for id, r in before.items()
    }
    nieuw, ook_nog = ids(data)
    assert ook_nog == oud
    assert in_use(data) == {nieuw: 12 + 4}


def test_rotation_that_was_broken_off_goes_on(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(herversleutelen, "_TEGELIJK", 1)
    [oud] = ids(data)
    stored = json.loads((data / GEHEIMEN).read_text("utf-8"))
    nieuw = nieuwe_sleutel()
    (data / GEHEIMEN).write_text(json.dumps({**stored, RING: f"{nieuw} {stored[RING]}"}), "utf-8")
    settings = Settings(data=data, **databases.settings_of(data))  # type: ignore[arg-type]
    database = Database(settings.allocation_database, settings.ring())
    assert list(islice(herversleutelen.herversleutel(database), 2)) == [1, 1]
    database.close()
    assert in_use(data) == {nieuw.id: 2, oud: 10}

    went_on = hub(data, "geheim", "roteer", "--hervat")

    assert went_on.exit_code == 0, went_on.output
    assert "allocation: 4 waarden" in went_on.output
    assert ids(data) == [nieuw.id, oud]
    assert in_use(data) == {nieuw.id: 12}


def test_a_key_that_closes_something_is_not_removed(data: Path) -> None:
    [oud] = ids(data)
    stored = json.loads((data / GEHEIMEN).read_text("utf-8"))
    (data / GEHEIMEN).write_text(json.dumps({**stored, RING: f"{nieuwe_sleutel()} {stored[RING]}"}), "utf-8")

    refused = hub(data, "geheim", "verwijder", oud)

    assert refused.exit_code == 1
    assert "nog 12 waarden" in refused.output
    assert oud in ids(data)


def test_a_key_that_closes_nothing_is_removed(data: Path) -> None:
    [oud] = ids(data)
    hub(data, "geheim", "roteer")

    removed = hub(data, "geheim", "verwijder", oud)

    assert removed.exit_code == 0, removed.output
    assert oud not in ids(data)
    assert oud not in hub(data, "geheim", "lijst").output


def test_the_current_key_is_not_removed(data: Path) -> None:
    assert "huidige" in hub(data, "geheim", "verwijder", ids(data)[0]).output
    assert len(ids(data)) == 1


def test_a_key_that_is_missing_is_said(data: Path) -> None:
    [oud] = ids(data)
    stored = json.loads((data / GEHEIMEN).read_text("utf-8"))
    (data / GEHEIMEN).write_text(json.dumps({**stored, RING: str(nieuwe_sleutel())}), "utf-8")

    listed = hub(data, "geheim", "lijst")

    assert listed.exit_code == 1
    assert re.search(rf"{oud}\W+ontbreekt", listed.output), listed.output


def test_a_ring_of_the_environment_is_changed_there(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = json.loads((data / GEHEIMEN).read_text("utf-8"))
    nieuw = nieuwe_sleutel()
    monkeypatch.setenv("BERICHTENHUB_SLEUTELRING", f"{nieuw} {stored[RING]}")

    refused, turned = hub(data, "geheim", "roteer"), hub(data, "geheim", "roteer", "--hervat")

    assert refused.exit_code == 1
    assert "BERICHTENHUB_SLEUTELRING" in refused.output
    assert turned.exit_code == 0, turned.output
    assert in_use(data) == {nieuw.id: 12}


def test_rotating_and_removing_stand_in_the_trail_of_both_services(data: Path) -> None:
    [oud] = ids(data)
    hub(data, "geheim", "roteer")
    hub(data, "geheim", "verwijder", oud)

    for dienst in databases.DIENSTEN:
        found = databases.content(data, "SELECT actie, oorzaak, detail FROM audit ORDER BY nr", dienst)
        acts = [(actie, oorzaak) for actie, oorzaak, _ in found if actie.startswith("geheim ")]
        assert acts == [
            ("geheim roteer", "begonnen"),
            ("geheim roteer", "klaar"),
            ("geheim verwijder", "niet meer in gebruik"),
        ]
        assert all(detail.startswith("door ") for actie, _, detail in found if actie.startswith("geheim "))


def test_the_keys_themselves_stand_nowhere_but_in_their_file(data: Path) -> None:
    turned = hub(data, "geheim", "roteer")

    geheimen = [deel.partition(":")[2] for deel in json.loads((data / GEHEIMEN).read_text("utf-8"))[RING].split()]
    for dienst in databases.DIENSTEN:
        assert not any(geheim.encode() in stored_bytes(data, dienst) for geheim in geheimen)
    assert not any(geheim in turned.output for geheim in geheimen)


def _301s(data: Path) -> list[str]:
    query = "SELECT id FROM bericht WHERE berichtsoort = 'WMO301' ORDER BY nr"
    return [id for (id,) in databases.content(data, query, "allocation")]
