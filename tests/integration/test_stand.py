"""A and D kept beside the journal: always what the journal says, made again from it to the cent."""

from datetime import date
from pathlib import Path
from typing import Any

import databases
import pytest
from declaration_hub import Hub, make_hub
from sqlalchemy import insert, update
from typer.testing import CliRunner

from builders import bsn, prestatie, wmo323
from services.cli import app
from services.declaration import stand, tables
from services.declaration.afspraken import loading
from services.declaration.feed import pull
from services.declaration.reports import LopendeSaldi, journaal_check, journaal_saldi
from services.declaration.stand import Afwijking
from services.kernel.settings import write_secrets

KOP = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """Two toewijzingen in period 1 of 2025, one of them declared for."""
    made = make_hub(tmp_path)
    made.toewijs(einddatum="2025-01-26")
    made.toewijs(nummer=1002, bsnHash=made.hash(bsn(2)), einddatum="2025-01-26")
    made.post(wmo323(prestatie(eind="2025-01-26")))
    return made


def standen(hub: Hub) -> dict[int, tuple[int, int]]:
    return {row.toewijzing: (row.toegewezen, row.gedeclareerd) for row in hub.rows(tables.stand)}


def afwijkingen(hub: Hub) -> list[Afwijking]:
    with hub.dienst.database.read() as conn:
        return stand.afwijkingen(conn)


def herbouw(hub: Hub) -> int:
    with hub.dienst.database.write() as conn:
        return stand.herbouw(conn)


def test_every_booking_is_added_in_its_own_transaction(hub: Hub) -> None:
    assert standen(hub) == {1001: (48000, 48000), 1002: (48000, 0)}
    assert afwijkingen(hub) == []


def test_a_rebuild_changes_nothing_that_was_right(hub: Hub) -> None:
    before = hub.rows(tables.stand)
    assert herbouw(hub) == 2
    assert hub.rows(tables.stand) == before


def test_a_failed_transaction_leaves_journal_and_standing_sums_alike(hub: Hub, half_way: Any) -> None:
    herstel = f"{KOP}\n0503,,SPF3,2025-01-01,,528.00,,2025-02-01,FICTIEF\n"
    with pytest.raises(ZeroDivisionError):
        half_way(hub.dienst.database, lambda conn: loading.laad_tarieven(conn, herstel, hub.moment))

    assert standen(hub) == {1001: (48000, 48000), 1002: (48000, 0)}
    assert afwijkingen(hub) == []


def test_another_product_of_a_toewijzing_shows_in_every_row_of_it(hub: Hub) -> None:
    hub.toewijs(einddatum="2025-01-26", code="FIN2", toewijzingsdatum="2025-02-01")
    pull(hub.dienst, hub.bron)

    assert {row.productcode for row in hub.rows(tables.stand, tables.stand.c.toewijzing == 1001)} == {"FIN2"}
    assert afwijkingen(hub) == []


def test_without_a_product_in_the_toewijzing_the_claims_tell_it(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs(code=None, eenheid="83", volume=12000, einddatum="2025-01-26")
    hub.post(wmo323(prestatie(eind="2025-01-26", eenheid="83", tarief=None, volume=48000)))

    (row,) = hub.rows(tables.stand)
    assert (row.productcode, row.toegewezen, row.gedeclareerd) == ("SPF3", 48000, 48000)
    assert afwijkingen(hub) == []


def test_what_is_not_what_the_journal_says_is_named_and_mended(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        conn.execute(update(tables.stand).where(tables.stand.c.toewijzing == 1001).values(gedeclareerd=47999))
    with hub.dienst.database.read() as conn:
        assert not journaal_check(conn).klopt

    vak = ("0503", "wmo", 1001, "2025-P01", "75000001")
    assert afwijkingen(hub) == [Afwijking(vak, (48000, 47999), (48000, 48000))]
    herbouw(hub)
    assert afwijkingen(hub) == []


def test_the_command_compares_names_and_mends(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERICHTENHUB_DECLARATION_DATABASE", hub.dienst.settings.database_url("declaration"))

    def run(*words: str) -> tuple[int, str]:
        with databases.environment_of(tmp_path):
            result = CliRunner().invoke(app, ["journaal", *words, "--data", str(tmp_path)])
        return result.exit_code, result.output

    write_secrets(tmp_path)
    assert run("rebuild", "--check")[0] == 0
    with hub.dienst.database.write() as conn:
        conn.execute(update(tables.stand).where(tables.stand.c.toewijzing == 1002).values(toegewezen=0))

    code, output = run("rebuild", "--check")
    assert code == 1
    assert "1002" in output
    assert run("check")[0] == 1
    assert run("rebuild")[0] == 0
    assert run("rebuild", "--check")[0] == 0
    assert run("check")[0] == 0


def test_a_reversed_award_leaves_a_row_of_nothing(hub: Hub) -> None:
    credit = prestatie(referentie="P2", vorig="P0001", dc="C", eind="2025-01-26")
    hub.op(date(2025, 3, 3)).post(wmo323(credit, identificatie="D2", nummer="N2", dagtekening="2025-03-03"))

    assert standen(hub)[1001] == (48000, 0)
    assert afwijkingen(hub) == []


# --- the balances for the meters -------------------------------------------------------------------------------------


def boek(hub: Hub, nr: int, bedrag: int) -> None:
    """A row of D with this number."""
    wat = {"van": "te_betalen", "naar": "gedeclareerd", "bedrag": bedrag, "periode": "2025-P01", "stukken": 0}
    wie = {"gemeente": "0503", "aanbieder": "75000001", "domein": "wmo"}
    with hub.dienst.database.write() as conn:
        wanneer = {"bekend_op": date(2025, 2, 3), "geboekt_op": hub.dienst.nu()}
        conn.execute(insert(tables.journaal).values(nr=nr, **wat, **wie, **wanneer))


@pytest.mark.parametrize("onderweg", [0, 2, 100])
def test_balances_that_run_along_are_those_of_the_journal(hub: Hub, onderweg: int) -> None:
    lopend = LopendeSaldi(onderweg)
    for nr, bedrag in enumerate((1, 20, 300, 4000), 1000):
        with hub.dienst.database.read() as conn:
            assert lopend.lees(conn) == journaal_saldi(conn)
        boek(hub, nr, bedrag)

    with hub.dienst.database.read() as conn:
        assert lopend.lees(conn) == journaal_saldi(conn)


@pytest.mark.parametrize(("onderweg", "counted"), [(10, True), (0, False)])
def test_a_row_that_comes_in_after_a_later_one_is_counted_while_it_is_among_the_last(
    hub: Hub, onderweg: int, counted: bool
) -> None:
    lopend = LopendeSaldi(onderweg)
    boek(hub, 1002, 300)
    with hub.dienst.database.read() as conn:
        lopend.lees(conn)
    boek(hub, 1001, 20)

    with hub.dienst.database.read() as conn:
        assert (lopend.lees(conn) == journaal_saldi(conn)) == counted
