"""The trail is sealed in a chain: what is changed, added or removed behind the back of the hub is told by its row."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import databases
import pytest
from geheimen import VASTE_GEHEIMEN
from small_hub import VANDAAG, hub
from sqlalchemy import select

from services.kernel import tables
from services.kernel.database import Database, migrate
from services.kernel.privacy import zegels
from services.kernel.settings import Settings
from services.kernel.toegang import access
from services.kernel.wiring import Dienst, wire

PER_ZEGEL = 3
_INSERT = "INSERT INTO audit (nr, tijdstip, partij, actie, oorzaak) VALUES ({}, '2025-01-01', 'x', 'x', 'x')"


@pytest.fixture
def dienst(tmp_path: Path, nu: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dienst]:
    """Allocation with eight rows in its trail, seven of them sealed: by three, three and one."""
    monkeypatch.setattr(zegels, "_MEESTE", PER_ZEGEL)
    folder = tmp_path / "var"
    folder.mkdir()
    url = databases.place(folder, "allocation", _migrated)
    made = wire("allocation", Settings(data=folder, allocation_database=url, **VASTE_GEHEIMEN), nu=lambda: nu)
    add(made.database, nu, 7)
    assert zegels.verzegel(made) == 7
    add(made.database, nu, 1)
    yield made
    made.database.close()


def _migrated(url: str) -> None:
    migrate(url, "allocation")


def add(database: Database, nu: datetime, aantal: int) -> None:
    with database.write() as conn:
        for n in range(aantal):
            access.audit(conn, nu + timedelta(seconds=n), "0503", "proef", "test", "een-bericht", f"é {n}")


def tamper(dienst: Dienst, *statements: str) -> None:
    """As somebody with the database and without the secrets would: the triggers off, and on again."""
    sqlite = dienst.database.url.startswith("sqlite")
    with dienst.database.write() as conn:
        if sqlite:
            triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('audit', 'zegel')"
            found = conn.exec_driver_sql(triggers).all()
            for name, _ in found:
                conn.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for table in ("audit", "zegel"):
                conn.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            conn.exec_driver_sql(statement)
        if sqlite:
            for _, sql in found:
                conn.exec_driver_sql(sql)
        else:
            for table in ("audit", "zegel"):
                conn.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def check(dienst: Dienst, bewaard: str | None = None) -> zegels.Controle:
    with dienst.database.read() as conn:
        return zegels.controleer(conn, dienst, bewaard)


def newest(dienst: Dienst) -> str:
    with dienst.database.read() as conn:
        found = zegels.laatste_afdruk(conn)
    assert found is not None
    return found


def test_a_trail_that_nobody_touched_holds_and_its_open_end_is_told(dienst: Dienst) -> None:
    found = check(dienst)

    assert found.klopt
    assert (found.regels, found.zegels, found.open, found.open_vanaf) == (8, 3, 1, 8)


def test_sealing_again_goes_on_where_it_was(dienst: Dienst) -> None:
    assert zegels.verzegel(dienst) == 1
    assert zegels.verzegel(dienst) == 0
    assert (check(dienst).zegels, check(dienst).open) == (4, 0)


@pytest.mark.parametrize(
    "column",
    [
        "partij = '0603'",
        "actie = 'iets'",
        "oorzaak = ''",
        "bericht = NULL",
        "detail = 'e 3'",
        "tijdstip = '2025-02-03'",
    ],
)
def test_a_changed_row_is_named(dienst: Dienst, column: str) -> None:
    tamper(dienst, f"UPDATE audit SET {column} WHERE nr = 4")

    assert check(dienst).fouten == ["Regel 4 is veranderd (zegel 2)."]


@pytest.mark.parametrize(("nr", "zegel"), [(1, 1), (3, 1), (4, 2), (7, 3)])
def test_a_removed_row_is_named(dienst: Dienst, nr: int, zegel: int) -> None:
    tamper(dienst, f"DELETE FROM audit WHERE nr = {nr}")

    assert check(dienst).fouten == [f"Regel {nr} ontbreekt (zegel {zegel})."]


@pytest.mark.parametrize("nr", [0, -5])
def test_an_inserted_row_is_named(dienst: Dienst, nr: int) -> None:
    tamper(
        dienst, f"INSERT INTO audit (nr, tijdstip, partij, actie, oorzaak) VALUES ({nr}, '2025-01-01', 'x', 'x', 'x')"
    )

    assert check(dienst).fouten == [f"Regel {nr} is toegevoegd (zegel 1)."]


def test_a_row_inserted_between_sealed_ones_is_named(dienst: Dienst) -> None:
    tamper(dienst, "DELETE FROM audit WHERE nr = 5", _INSERT.format(5))

    assert check(dienst).fouten == ["Regel 5 is veranderd (zegel 2)."]


def test_rows_that_changed_places_are_named(dienst: Dienst) -> None:
    tamper(
        dienst,
        "UPDATE audit SET nr = 100 WHERE nr = 1",
        "UPDATE audit SET nr = 1 WHERE nr = 2",
        "UPDATE audit SET nr = 2 WHERE nr = 100",
    )

    assert check(dienst).fouten == ["Regel 1 is veranderd (zegel 1).", "Regel 2 is veranderd (zegel 1)."]


def test_a_removed_seal_is_named(dienst: Dienst) -> None:
    tamper(dienst, "DELETE FROM zegel WHERE nr = 2")

    assert "Zegel 2 ontbreekt." in check(dienst).fouten


def test_a_seal_removed_with_its_rows_is_named(dienst: Dienst) -> None:
    tamper(dienst, "DELETE FROM zegel WHERE nr = 2", "DELETE FROM audit WHERE nr BETWEEN 4 AND 6")

    fouten = check(dienst).fouten
    assert fouten[:2] == ["Zegel 2 ontbreekt.", "Zegel 3 sluit niet aan op het zegel ervoor."]


def test_a_seal_that_was_made_to_fit_a_changed_row_has_no_signature(dienst: Dienst) -> None:
    """With the database alone everything but the signature can be made."""
    tamper(dienst, "UPDATE audit SET partij = '0603' WHERE nr = 7", "DELETE FROM zegel WHERE nr = 3")
    forger = replace(dienst, settings=dienst.settings.model_copy(update={"zegel_sleutel": _other(dienst)}))
    assert zegels.verzegel(forger) == 2

    assert check(dienst).fouten == ["Zegel 3 is veranderd, of niet met de sleutel van deze hub gezet."]
    assert not check(forger).klopt


def test_a_chain_that_was_replaced_as_a_whole_has_no_signature(dienst: Dienst) -> None:
    tamper(dienst, "UPDATE audit SET partij = '0603' WHERE nr = 2", "DELETE FROM zegel")
    forger = replace(dienst, settings=dienst.settings.model_copy(update={"zegel_sleutel": _other(dienst)}))
    zegels.verzegel(forger)

    assert check(forger).klopt
    assert len(check(dienst).fouten) == 3


def _other(dienst: Dienst) -> object:
    return type(dienst.settings.zegel_sleutel)("q" * 32)


def test_the_end_cut_off_with_its_seal_is_told_by_a_seal_that_was_kept(dienst: Dienst) -> None:
    kept = newest(dienst)
    assert check(dienst, kept).klopt
    tamper(dienst, "DELETE FROM zegel WHERE nr = 3", "DELETE FROM audit WHERE nr >= 7")

    assert check(dienst).klopt
    assert check(dienst, kept).fouten == [
        "Het bewaarde zegel staat niet in de keten: die is vervangen, of hij is korter dan toen."
    ]


def test_a_kept_seal_holds_while_the_chain_grows(dienst: Dienst, nu: datetime) -> None:
    kept = newest(dienst)
    add(dienst.database, nu, 5)
    zegels.verzegel(dienst)

    assert newest(dienst) != kept
    assert check(dienst, kept).klopt


def test_a_seal_of_the_other_service_is_none_of_this_one(dienst: Dienst) -> None:
    assert len(check(replace(dienst, naam="declaration")).fouten) == 3


def test_seals_are_only_added_to(dienst: Dienst) -> None:
    for statement in ("UPDATE zegel SET aantal = 2", "DELETE FROM zegel"):
        with pytest.raises(Exception, match="append-only"), dienst.database.write() as conn:
            conn.exec_driver_sql(statement)


def test_two_processes_that_seal_at_once_make_one_chain(dienst: Dienst, nu: datetime) -> None:
    """And rows that come in meanwhile are in one seal or the next."""
    twee = wire("allocation", dienst.settings, nu=lambda: nu)
    work = [
        *(threading.Thread(target=zegels.verzegel, args=(een,)) for een in (dienst, twee) for _ in range(3)),
        *(threading.Thread(target=add, args=(een.database, nu, 4)) for een in (dienst, twee) for _ in range(3)),
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    zegels.verzegel(dienst)
    twee.database.close()

    found = check(dienst)
    assert found.klopt, found.fouten
    assert (found.regels, found.open) == (8 + 24, 0)


# --- the commands ----------------------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nu: datetime) -> Path:
    """A hub of which the trail has two sealed rows in allocation."""
    monkeypatch.setenv("BERICHTENHUB_VANDAAG", VANDAAG)
    folder = tmp_path / "var"
    assert hub(folder, "init").exit_code == 0
    settings = Settings(data=folder, **databases.settings_of(folder))  # type: ignore[arg-type]
    database = Database(settings.allocation_database)
    with database.write() as conn:
        access.audit(conn, nu, "0503", "WMO301 indienen", "niet-namens", detail="namens 0603")
        access.audit(conn, nu + timedelta(days=1), "75000001", "bericht lezen", "getBerichtXml", "id-1")
    database.close()
    assert hub(folder, "audit", "zegel").exit_code == 0
    return folder


def test_the_command_ends_with_1_and_names_the_row(data: Path) -> None:
    assert hub(data, "audit", "check").exit_code == 0
    settings = Settings(data=data, **databases.settings_of(data))  # type: ignore[arg-type]
    dienst = wire("allocation", settings)
    tamper(dienst, "DELETE FROM audit WHERE partij = '0503'")
    dienst.database.close()

    found = hub(data, "audit", "check")

    assert found.exit_code == 1
    assert re.search(r"Regel \d+ ontbreekt \(zegel 1\)", found.output)
    assert "declaration: het auditspoor klopt." in found.output


def test_the_command_holds_the_chain_against_a_kept_seal(data: Path) -> None:
    kept = next(
        each["zegel"]
        for each in json.loads(hub(data, "audit", "zegel", "--json").output)
        if each["dienst"] == "allocation"
    )

    assert hub(data, "audit", "check", "--service", "allocation", "--tot", kept).exit_code == 0
    assert hub(data, "audit", "check", "--service", "allocation", "--tot", kept[::-1]).exit_code == 1
    assert "--service" in hub(data, "audit", "check", "--tot", kept).output


@pytest.mark.parametrize(
    ("asked", "parties"),
    [
        ((), ["0503", "75000001"]),
        (("--partij", "0503"), ["0503"]),
        (("--actie", "bericht"), ["75000001"]),
        (("--bericht", "id-1"), ["75000001"]),
        (("--van", "2025-02-04"), ["75000001"]),
        (("--tot", "2025-02-03"), ["0503"]),
        (("--limiet", "1"), ["75000001"]),
        (("--partij", "9999"), []),
    ],
)
def test_the_list_says_who_did_what_and_when(data: Path, asked: tuple[str, ...], parties: list[str]) -> None:
    listed = hub(data, "audit", "lijst", "--service", "allocation", "--json", *asked)

    assert listed.exit_code == 0, listed.output
    rows = json.loads(listed.output)
    assert [row["partij"] for row in rows if row["partij"] != "hub"] == parties


def test_the_list_is_a_table_too(data: Path) -> None:
    listed = hub(data, "audit", "lijst").output

    assert "niet-namens" in listed
    assert "2025-02-03 10:15:00" in listed


def test_a_filter_is_no_pattern(data: Path) -> None:
    assert hub(data, "audit", "lijst", "--json", "--actie", "%lezen").output == "[]\n"


def test_the_trail_names_every_column_in_its_seal() -> None:
    assert set(zegels._KOLOMMEN) == {column.name for column in tables.audit.c}
    assert select(tables.audit).selected_columns.keys() == list(zegels._KOLOMMEN)
