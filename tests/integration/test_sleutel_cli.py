"""`hub partij sleutel`, `oin` and `client`: keys made, listed, rotated and revoked, and what else names a party."""

import re
from pathlib import Path

import databases
import pytest
from databases import content
from going_live import hub

from services.kernel.database import Database
from services.kernel.settings import Settings
from services.kernel.toegang import parties, sleutels
from services.kernel.toegang.parties import sleutel_hash
from services.kernel.wiring import clock

DIENSTEN = ("allocation", "declaration")


@pytest.fixture(scope="module")
def prepared(dialect: databases.Dialect, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub with the example set."""
    folder = tmp_path_factory.mktemp("sleutels") / "var"
    assert hub("init", "--data", folder, "--voorbeeld").exit_code == 0
    return folder


@pytest.fixture
def data(prepared: Path, tmp_path: Path) -> Path:
    return databases.copy(prepared, tmp_path / "var")


def made(data: Path, *arguments: object) -> str:
    """The key that a command shows."""
    result = hub("partij", "sleutel", *arguments, "--data", data)
    assert result.exit_code == 0, result.output
    return str(result.stdout).strip()


def stand(data: Path, key: str) -> list[str]:
    """What a key is now, in either database."""
    settings = Settings(data=data, **databases.settings_of(data))  # type: ignore[arg-type]
    found = []
    for dienst in DIENSTEN:
        database = Database(settings.database_url(dienst))  # type: ignore[arg-type]
        with database.read() as conn:
            gevonden = sleutels.vind(conn, parties.sleutel_hash(key))
        database.close()
        found.append(gevonden[0].stand(clock()) if gevonden else "onbekend")
    return found


def key_id(key: str) -> str:
    return sleutel_hash(key)[:12]


def row_of(data: Path, key: str) -> str:
    listed = hub("partij", "sleutel", "lijst", "75000001", "--data", data).output
    assert key not in listed
    [row] = [line for line in listed.splitlines() if key_id(key) in line]
    return row


@pytest.mark.parametrize("before", [(), ("maak",)])
def test_a_code_alone_makes_a_key(data: Path, before: tuple[str, ...]) -> None:
    key = made(data, *before, "75000001")

    assert re.fullmatch(r"bh_[\w-]{43}", key)
    assert stand(data, key) == ["geldig", "geldig"]


def test_options_may_come_before_the_code(data: Path) -> None:
    assert made(data, "--vervalt", "2099-12-31", "75000001").startswith("bh_")


def test_a_key_has_the_name_the_scopes_and_the_end_it_was_made_with(data: Path) -> None:
    key = made(data, "maak", "75000001", "--naam", "boekhouding", "--scopes", "report,read", "--vervalt", "2099-12-31")

    row = row_of(data, key)
    assert all(text in row for text in ("boekhouding", "read report", "geldig", "2100-01-01 00:00"))
    for dienst in DIENSTEN:
        where = f"WHERE hash = '{sleutel_hash(key)}'"
        assert content(data, f"SELECT naam, scopes FROM sleutel {where}", dienst) == [("boekhouding", "read report")]


@pytest.mark.parametrize(("code", "scopes"), [("75000001", "admin"), ("75000001", "alles"), ("75000001", "")])
def test_a_scope_that_the_party_cannot_have_is_refused(data: Path, code: str, scopes: str) -> None:
    refused = hub("partij", "sleutel", "maak", code, "--scopes", scopes, "--data", data)

    assert (refused.exit_code, "send, read, report" in refused.stderr) == (1, True)


def test_a_key_that_is_revoked_is_good_for_nothing_at_once(data: Path) -> None:
    key, other = made(data, "75000001"), made(data, "75000001")
    assert hub("partij", "sleutel", "intrek", key_id(key), "--data", data).exit_code == 0

    assert (stand(data, key), stand(data, other)) == (["ingetrokken"] * 2, ["geldig"] * 2)
    assert "ingetrokken" in row_of(data, key)
    refused = hub("partij", "sleutel", "roteer", key_id(key), "--data", data)
    assert (refused.exit_code, "al ingetrokken" in refused.stderr) == (1, True)


def test_a_revocation_that_failed_half_way_is_finished_by_doing_it_again(data: Path) -> None:
    key = made(data, "75000001")
    hub("partij", "sleutel", "intrek", key_id(key), "--data", data)
    moment = f"SELECT ingetrokken FROM sleutel WHERE hash = '{sleutel_hash(key)}'"
    first = content(data, moment)
    databases.change(data, f"UPDATE sleutel SET ingetrokken = NULL WHERE hash = '{sleutel_hash(key)}'", "allocation")

    assert hub("partij", "sleutel", "intrek", key_id(key), "--data", data).exit_code == 0
    assert (stand(data, key), content(data, moment)) == (["ingetrokken"] * 2, first)


def test_a_rotated_key_has_a_successor_and_some_days_left(data: Path) -> None:
    old = made(data, "maak", "75000001", "--naam", "ecd", "--scopes", "send")
    new = made(data, "roteer", key_id(old), "--dagen", "2")

    assert (stand(data, old), stand(data, new)) == (["geldig"] * 2, ["geldig"] * 2)
    assert all(text in row_of(data, new) for text in ("ecd", "send"))
    ends = [content(data, f"SELECT vervalt FROM sleutel WHERE hash = '{sleutel_hash(old)}'", d) for d in DIENSTEN]
    assert all(row[0] is not None for [row] in ends)


def test_a_key_rotated_with_no_days_is_over(data: Path) -> None:
    old = made(data, "75000001")
    made(data, "roteer", key_id(old), "--dagen", "0")

    assert stand(data, old) == ["verlopen"] * 2


def test_an_id_that_is_not_there_is_said(data: Path) -> None:
    for command in ("intrek", "roteer"):
        refused = hub("partij", "sleutel", command, "000000000000", "--data", data)
        assert (refused.exit_code, "hub partij sleutel lijst" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    ("soort", "command", "waarde"), [("oin", "oin", "00000001001234567000"), ("oauth", "client", "ecd-productie")]
)
def test_a_party_is_known_by_more_than_a_key(data: Path, soort: str, command: str, waarde: str) -> None:
    assert hub("partij", command, "0503", waarde, "--scopes", "read", "--data", data).exit_code == 0
    for dienst in DIENSTEN:
        rows = content(data, "SELECT soort, waarde, partij, scopes FROM herkenning", dienst)
        assert rows == [(soort, waarde, "0503", "read")]
    assert waarde in hub("partij", command, "--data", data).output
    assert waarde not in hub("partij", command, "0603", "--data", data).output

    assert hub("partij", command, "0503", waarde, "--weg", "--data", data).exit_code == 0
    assert [content(data, "SELECT * FROM herkenning", dienst) for dienst in DIENSTEN] == [[], []]


def test_an_OIN_has_twenty_digits(data: Path) -> None:
    refused = hub("partij", "oin", "0503", "123", "--data", data)

    assert (refused.exit_code, "twintig cijfers" in refused.stderr) == (2, True)


def test_machtigingen_are_listed_with_their_days(data: Path) -> None:
    hub("partij", "machtiging", "75000003", "75000002", "--van", "2026-01-01", "--tot", "2026-12-31", "--data", data)

    listed = hub("partij", "machtigingen", "--data", data).output
    assert all(text in listed for text in ("75000003", "75000002", "2026-01-01", "2026-12-31"))
