"""What is to be paid: per answer, per gemeente and aanbieder, as JSON and CSV, and always what the journal booked."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from asking import Vraag, ask
from builders_23 import prestatie23, wmo303
from declaration_hub import Hub, make_hub
from four_week_hub import make_hub_23, toewijs_23
from sqlalchemy import select

from builders import bsn, prestatie, wmo323, wmo325
from services.declaration import tables
from services.declaration.cijfers.betaalbaar import Selectie, betaalregels, totalen
from services.kernel.tables import bericht

JANUARI = ("2025-01-01", "2025-01-31")


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """One declaration at Delft, answered by the hub on 10 February."""
    made = make_hub(tmp_path)
    made.toewijs()
    made.post(wmo323())
    return made


@pytest.fixture
def get(hub: Hub) -> Vraag:
    return ask(hub)


def booked(hub: Hub) -> int:
    """D that the journal booked for declarations that came as messages."""
    rows = hub.rows(tables.journaal, tables.journaal.c.bericht.is_not(None))
    return sum(row.bedrag * ((row.naar == "gedeclareerd") - (row.van == "gedeclareerd")) for row in rows)


def netto(hub: Hub, **selectie: Any) -> list[int]:
    with hub.dienst.database.read() as conn:
        return [regel["netto"] for regel in betaalregels(conn, Selectie(**selectie))]


def assert_the_net_is_what_was_booked(hub: Hub) -> None:
    with hub.dienst.database.read() as conn:
        per_answer = sum(regel["netto"] for regel in betaalregels(conn, Selectie()))
        in_total = sum(rij["netto"] for rij in totalen(conn, Selectie()))
    assert per_answer == in_total == booked(hub)


def test_a_row_tells_what_was_awarded_on_which_declaration(hub: Hub, get: Vraag) -> None:
    (row,) = get("betaalbaar", "0503").json()["items"]

    with hub.dienst.database.read() as conn:
        ids = {row.berichtsoort: row.id for row in conn.execute(select(bericht))}
    assert row == {
        "gemeente": "0503",
        "aanbieder": "75000001",
        "domein": "wmo",
        "declaratienummer": "DN0001",
        "declaratie": ids["WMO323"],
        "antwoord": ids["WMO325"],
        "berichtsoort": "WMO325",
        "datum": "2025-02-10",
        "dagtekening": "2025-02-10",
        "vorm": "declaratie",
        "begin": JANUARI[0],
        "eind": JANUARI[1],
        "ingediend": 48000,
        "toegekend": 48000,
        "gecrediteerd": 0,
        "netto": 48000,
        "totaalToegekend": 48000,
        "gefactureerd": None,
        "teBetalen": None,
    }


def test_a_credit_a_year_later_stands_with_its_own_declaration(hub: Hub) -> None:
    later = hub.op(date(2026, 2, 10))
    credit = prestatie(referentie="P2", vorig="P0001", dc="C")
    later.post(wmo323(credit, identificatie="D2", nummer="N2", dagtekening="2026-02-09"))

    assert netto(hub) == [48000, -48000]
    assert netto(hub, tot=date(2025, 12, 31)) == [48000]
    assert netto(hub, van=date(2026, 2, 10)) == [-48000]
    assert netto(hub, van=date(2026, 2, 11)) == []
    assert_the_net_is_what_was_booked(hub)


def test_debit_and_credit_in_one_declaration_are_told_apart(hub: Hub) -> None:
    credit = prestatie(referentie="P2", vorig="P0001", dc="C")
    again = prestatie(referentie="P3", volume=3, bedrag=36000)
    hub.post(wmo323(credit, again, identificatie="D2", nummer="N2"))

    with hub.dienst.database.read() as conn:
        row = betaalregels(conn, Selectie())[-1]
    assert (row["ingediend"], row["toegekend"], row["gecrediteerd"], row["netto"]) == (-12000, 36000, 48000, -12000)
    assert_the_net_is_what_was_booked(hub)


def test_what_waits_for_an_answer_or_was_refused_as_a_whole_is_not_in_it(hub: Hub) -> None:
    hub.toewijs(gemeente="0603", bsnHash=hub.hash(bsn(3)))
    heen = wmo323(clienten={bsn(3): [prestatie(referentie="P5")]}, ontvanger="0603", identificatie="D5", nummer="N5")
    hub.post(heen)
    assert netto(hub, gemeente="0603") == []

    hub.post(wmo325(heen, declaratie_codes=("9333",)), als="0603")
    assert netto(hub, gemeente="0603") == []
    # Nor does a message that the hub refuses as a whole come in.
    hub.post(wmo323(prestatie(referentie="P6"), identificatie="D6", begin="2024-12-01", eind="2024-12-31"))
    assert netto(hub) == [48000]
    assert_the_net_is_what_was_booked(hub)


def test_an_answer_of_the_gemeente_itself_counts_on_the_day_it_is_processed(hub: Hub) -> None:
    hub.toewijs(gemeente="0603", bsnHash=hub.hash(bsn(3)))
    lines = [prestatie(referentie="P5"), prestatie(referentie="P6", begin="2025-02-01", eind="2025-02-28")]
    heen = wmo323(
        clienten={bsn(3): lines}, ontvanger="0603", identificatie="D5", nummer="N5", begin="2025-02-01",
        eind="2025-02-28", dagtekening="2025-03-03",
    )  # fmt: skip
    later = hub.op(date(2025, 3, 10))
    later.post(heen)
    later.post(wmo325(heen, refused={"P6": ["9308"]}, dagtekening="2025-03-07"), als="0603")

    with hub.dienst.database.read() as conn:
        (row,) = betaalregels(conn, Selectie(gemeente="0603"))
    assert (row["datum"], row["dagtekening"], row["netto"]) == ("2025-03-10", "2025-03-07", 48000)
    assert_the_net_is_what_was_booked(hub)


def test_a_factuur_tells_invoiced_awarded_and_to_be_paid(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path, vorm="factuur")
    toewijs_23(hub)
    right = prestatie23(referentie="P1", btw_vrijstelling="1")
    wrong = {**right, "referentie": "P2", "bedrag": 50000}
    hub.post(wmo303(right, wrong, factuur=True))
    # The credit of the refused line is accepted, and pays nothing back.
    later = hub.op(date(2025, 2, 11))
    later.post(wmo303({**wrong, "referentie": "P3", "vorig": "P2", "dc": "C"}, factuur=True, nummer="F2"))

    with hub.dienst.database.read() as conn:
        rows = betaalregels(conn, Selectie())
        (total,) = totalen(conn, Selectie())
    assert [(row["gefactureerd"], row["totaalToegekend"], row["teBetalen"]) for row in rows] == [
        (98000, 48000, 48000),
        (-50000, -50000, 0),
    ]
    assert (total["aantal"], total["gefactureerd"], total["teBetalen"], total["netto"]) == (2, 48000, 48000, 48000)
    assert_the_net_is_what_was_booked(hub)


def test_a_line_that_is_awarded_in_part_is_paid_in_part(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path)
    toewijs_23(hub)
    hub.post(wmo303(prestatie23(bedrag=50000, tarief=None)))

    with hub.dienst.database.read() as conn:
        (row,) = betaalregels(conn, Selectie())
    assert (row["ingediend"], row["toegekend"], row["netto"], row["teBetalen"]) == (50000, 48000, 48000, None)
    assert_the_net_is_what_was_booked(hub)


def test_each_sees_his_own_and_the_region_nothing(hub: Hub, get: Vraag) -> None:
    for wie, aantal in (("0503", 1), ("75000001", 1), ("beheer", 1), ("0603", 0), ("75000002", 0)):
        assert len(get("betaalbaar", wie).json()["items"]) == aantal, wie
        assert len(get("betaalbaar/totalen", wie).json()["items"]) == aantal, wie
    assert get("betaalbaar", "H5").status_code == 403
    assert get("betaalbaar/totalen", "H5").status_code == 403
    assert get("betaalbaar", "0503", gemeente="0603").status_code == 403


def test_a_list_is_read_page_by_page(hub: Hub, get: Vraag) -> None:
    for n in range(2, 5):
        hub.toewijs(nummer=1000 + n)
        hub.post(wmo323(prestatie(referentie=f"P{n}", toewijzing=1000 + n), identificatie=f"D{n}", nummer=f"N{n}"))
    found, na = [], 0
    while na is not None:
        body = get("betaalbaar", "beheer", na=na, limit=2).json()
        found += [row["declaratienummer"] for row in body["items"]]
        na = body["volgende"]

    assert found == ["DN0001", "N2", "N3", "N4"]


@pytest.mark.parametrize(
    "query", [{"van": "gisteren"}, {"formaat": "pdf"}, {"gemeente": "Delft"}, {"limit": 0}, {"van": "0001-01-01"}]
)
def test_what_cannot_be_is_400(get: Vraag, query: dict[str, Any]) -> None:
    assert get("betaalbaar", "0503", **query).status_code == 400


# --- CSV -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ask_for", [{"formaat": "csv"}, {"headers": {"Accept": "text/csv"}}])
def test_the_file_of_the_financial_system(get: Vraag, ask_for: dict[str, Any]) -> None:
    reply = get("betaalbaar", "0503", **ask_for)

    assert reply.headers["content-type"].startswith("text/csv")
    assert 'filename="FICTIEF-betaalbaar.csv"' in reply.headers["content-disposition"]
    assert reply.content.startswith(b"\xef\xbb\xbfgemeente;aanbieder;")
    (row,) = csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig")), delimiter=";")
    assert (row["gemeente"], row["netto"], row["teBetalen"], row["datum"]) == ("0503", "480,00", "", "2025-02-10")


def test_totals_come_as_a_file_too(get: Vraag) -> None:
    text = get("betaalbaar/totalen", "0503", formaat="csv").content.decode("utf-8-sig")

    assert text.splitlines()[1] == "0503;75000001;1;480,00;480,00;0,00;480,00;480,00;;"


def test_a_workbook_is_there_too(get: Vraag) -> None:
    reply = get("betaalbaar/totalen", "0503", formaat="xlsx")

    assert 'filename="FICTIEF-betaalbaar-totalen.xlsx"' in reply.headers["content-disposition"]
    assert reply.content.startswith(b"PK")
