"""What somebody read of a person, or did as an operator, stands in the audit trail: who, what, when, which message."""

import json
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from faults.traffic import AANBIEDER, DELFT, Dossier
from small_hub import VANDAAG, hub, key, running, send
from sqlalchemy import func, select

from builders import bsn
from services.kernel.database import Database, DatabaseBezet
from services.kernel.privacy import leesspoor
from services.kernel.privacy.leesspoor import Leesspoor
from services.kernel.tables import audit
from services.kernel.toegang import parties


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERICHTENHUB_VANDAAG", VANDAAG)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    assert hub(folder, "init", "--voorbeeld").exit_code == 0
    return folder


def trail(data: Path, *asked: str) -> list[dict[str, Any]]:
    listed = hub(data, "audit", "lijst", "--json", *asked)
    assert listed.exit_code == 0, listed.output
    found: list[dict[str, Any]] = json.loads(listed.output)
    return found


def test_who_read_a_message_and_which_one(data: Path) -> None:
    with running(data) as client:
        id = send(client, data, Dossier(1000).wmo301())["id"]
        declaratie = send(client, data, Dossier(1000).wmo323())
        for path in (f"/allocation/v1/berichten/{id}/xml", f"/allocation/v1/berichten/{id}"):
            assert client.get(path, headers=key(data, DELFT)).is_success
        assert client.get(declaratie["retour"]["href"], headers=key(data, AANBIEDER)).is_success  # type: ignore[index]

    read = trail(data, "--actie", "bericht gelezen")
    assert [(row["dienst"], row["partij"], row["oorzaak"]) for row in read] == [
        ("allocation", DELFT, "getBerichtXml"),
        ("declaration", AANBIEDER, "getBerichtRetour"),
    ]
    assert read[0]["bericht"] == id
    assert read[1]["bericht"] not in (None, declaratie["id"])


def test_an_answer_that_comes_along_with_the_verdict_was_read_too(data: Path) -> None:
    with running(data) as client:
        send(client, data, Dossier(1000).wmo301())
        headers = {**key(data, AANBIEDER), "content-type": "application/xml", "accept": "application/xml"}
        bericht = Dossier(1000).wmo323()
        assert client.post("/declaration/v1/berichten", content=bericht.inhoud, headers=headers).status_code == 201

    assert [(row["partij"], row["oorzaak"]) for row in trail(data, "--actie", "bericht gelezen")] == [
        (AANBIEDER, "postBericht")
    ]


def test_a_message_that_may_not_be_read_was_not_read(data: Path) -> None:
    with running(data) as client:
        id = send(client, data, Dossier(1000).wmo301())["id"]
        assert client.get(f"/allocation/v1/berichten/{id}/xml", headers=key(data, "0603")).status_code == 404

    assert trail(data, "--actie", "bericht gelezen") == []


def test_a_search_for_a_person_is_told_and_not_for_whom(data: Path) -> None:
    with running(data) as client:
        for asked in ({"bsn": bsn(1)}, {"berichtsoort": "WMO301"}):
            assert client.post("/allocation/v1/berichten/zoek", json=asked, headers=key(data, DELFT)).is_success

    [gezocht] = trail(data, "--actie", "cliënt gezocht")
    assert (gezocht["partij"], gezocht["oorzaak"], gezocht["detail"]) == (DELFT, "postZoekvraag", None)


def test_a_concept_was_read_and_the_clients_for_it(data: Path) -> None:
    with running(data) as client:
        send(client, data, Dossier(1000).wmo301())
        asked = {"gemeente": DELFT, "maand": "2025-03"}
        reply = client.get("/declaration/v1/declaratieruimte/concept", params=asked, headers=key(data, AANBIEDER))
        assert reply.status_code == 200, reply.text

    [concept] = trail(data, "--actie", "concept")
    assert (concept["dienst"], concept["partij"]) == ("declaration", AANBIEDER)
    assert concept["detail"] == f"wmo {DELFT} {AANBIEDER}: WMO323 2025-03-01 t/m 2025-03-31"
    [clienten] = trail(data, "--actie", "cliënten")
    assert (clienten["dienst"], clienten["partij"], clienten["detail"]) == (
        *("allocation", "dienst"),
        f"wmo {DELFT} {AANBIEDER}: 1 toewijzingen",
    )


def test_what_an_operator_did_stands_there_with_his_name(data: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "beheerder7")
    made = hub(data, "partij", "sleutel", "75000002").output.strip()
    hub(data, "partij", "machtiging", "75000003", "75000002", "--van", "2026-01-01")
    hub(data, "partij", "retour", "75000002", "hub")
    hub(data, "backup", tmp_path / "kopie")
    hub(data, "journaal", "rebuild")

    found = [(row["dienst"], row["actie"], row["partij"], row["detail"]) for row in trail(data, "--partij", "hub")]
    beide, een = ("allocation", "declaration"), "door beheerder7"
    sleutel = f"{een}; partij 75000002, sleutel {parties.sleutel_hash(made)[:12]}, vervalt niet"
    assert ("allocation", "partij sleutel", "hub", sleutel) in found
    for dienst in beide:
        assert (dienst, "partij machtiging", "hub", f"{een}; 75000003 namens 75000002, tot open") in found
        assert (dienst, "backup", "hub", een) in found
    assert ("allocation", "partij retour", "hub", f"{een}; partij 75000002, 302 door hub") in found
    assert any(row[:2] == ("declaration", "journaal rebuild") for row in found)
    assert made not in json.dumps(found)


def test_a_load_is_told_and_its_trial_is_not(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "mandaten.csv"
    file.write_text("gemeente,van,tot,besluit,soorten\n0603,2026-01-01,,FICTIEF,WMO323\n", "utf-8")
    assert hub(data, "partij", "mandaat", file).exit_code == 0

    assert [row["detail"].partition("; ")[2] for row in trail(data, "--actie", "partij mandaat")] == ["1 rijen"]


def test_closing_a_period_is_told(data: Path) -> None:
    with running(data) as client:
        asked = {"besluit": "FICTIEF besluit"}
        path = "/declaration/v1/perioden/2025-P01/afsluiting"
        assert client.post(path, json=asked, headers=key(data, DELFT)).status_code == 201

    [row] = trail(data, "--actie", "periode afsluiten")
    assert (row["partij"], row["detail"]) == (DELFT, f"gemeente {DELFT}, periode 2025-P01")


# --- reading does not wait for writing -------------------------------------------------------------------------------


def test_a_reader_does_not_wait_for_the_turn_to_write(db: Database, nu: datetime) -> None:
    spoor = Leesspoor(db)
    with db.write() as conn:
        conn.execute(select(1))
        spoor.noteer(nu, "0503", "bericht gelezen", "proef")
        spoor.noteer(nu, "0603", "bericht gelezen", "proef")
    spoor.schrijf()

    with db.read() as conn:
        assert conn.execute(select(audit.c.partij).order_by(audit.c.nr)).scalars().all() == ["0503", "0603"]


def test_what_could_not_be_written_is_kept(db: Database, nu: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    spoor = Leesspoor(db)
    with monkeypatch.context() as patched:
        patched.setattr(db, "write", _bezet)
        spoor.noteer(nu, "0503", "bericht gelezen", "proef")
        with pytest.raises(DatabaseBezet):
            spoor.schrijf()
    spoor.schrijf()

    with db.read() as conn:
        assert conn.execute(select(func.count()).select_from(audit)).scalar_one() == 1


def test_nothing_is_written_after_the_database_was_closed(
    db: Database, nu: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever closes it writes first; a thread that went on would open it again, and go on for as long as it fails."""
    before = threading.enumerate()
    monkeypatch.setattr(leesspoor, "_ELKE", 0.05)
    monkeypatch.setattr(leesspoor, "_STRAKS", 0.05)
    monkeypatch.setattr(db, "write", _bezet)
    Leesspoor(db).noteer(nu, "0503", "bericht gelezen", "proef")
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "leesspoor" and thread not in before]
    db.close()
    thread.join(timeout=30)
    assert not thread.is_alive()


def _bezet() -> None:
    raise DatabaseBezet


def test_every_reading_is_written_once_by_whoever_comes_first(db: Database, nu: datetime) -> None:
    spoor = Leesspoor(db)

    def read(wie: int) -> None:
        for _ in range(20):
            spoor.noteer(nu, f"P{wie}", "bericht gelezen", "proef")
            spoor.schrijf()

    readers = [threading.Thread(target=read, args=(wie,)) for wie in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    with db.read() as conn:
        per_wie = conn.execute(select(audit.c.partij, func.count()).group_by(audit.c.partij)).all()
    assert sorted(tuple(row) for row in per_wie) == [(f"P{wie}", 20) for wie in range(4)]
