"""Verzilvering, tarieven, perioden and journaal over HTTP: who sees what, and what the figures are."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from declaration_hub import Hub, make_hub
from fastapi.testclient import TestClient

from builders import bsn, prestatie, wmo323, wmo325
from services.declaration import tables
from services.declaration.afspraken import loading
from services.declaration.afspraken.loading import Laadfout
from services.declaration.api import create_app
from services.declaration.reports import journaal_check
from services.declaration.weeks import Week53
from services.kernel.toegang import parties

Sleutels = dict[str, str]
KEYS = [
    *("gemeente", "aanbieder", "resultaatgebied", "trede", "periode", "toegewezen", "gedeclareerd", "percentage"),
    *("aantalToegewezen", "aantalGedeclareerd", "percentageAantal", "percentageGemaximeerd", "clienten"),
    *("gemiddeldToegewezen", "gemiddeldGedeclareerd", "rijpheid", "volledigheid", "open"),
]


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """Delft: two clients in period 1, of whom one is declared for; Rijswijk: one client."""
    made = make_hub(tmp_path)
    made.toewijs(einddatum="2025-01-26")
    made.toewijs(nummer=1002, bsnHash=made.hash(bsn(2)), einddatum="2025-01-26")
    made.toewijs(gemeente="0603", bsnHash=made.hash(bsn(3)), einddatum="2025-01-26")
    made.post(wmo323(prestatie(eind="2025-01-26")))
    return made


@pytest.fixture
def http(hub: Hub) -> Iterator[TestClient]:
    with TestClient(create_app(hub.dienst, hub.bron)) as client:
        yield client


@pytest.fixture
def sleutels(hub: Hub) -> Sleutels:
    with hub.dienst.database.write() as conn:
        codes = [partij.code for partij in parties.lijst(conn)]
        return {code: parties.nieuwe_sleutel(conn, code, hub.dienst.nu()) for code in codes}


@pytest.fixture
def get(http: TestClient, sleutels: Sleutels) -> Any:
    def get(path: str, als: str, **query: Any) -> Any:
        reply = http.get(f"/v1/{path}", params=query, headers={"Authorization": f"Bearer {sleutels[als]}"})
        assert reply.status_code == 200, reply.text
        return reply.json()["items"]

    return get


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_a_gemeente_sees_its_own_rows_in_the_shape_of_the_design(get: Any) -> None:
    (row,) = get("verzilvering", "0503")

    assert list(row) == KEYS
    assert row == {
        "gemeente": "0503",
        **dict.fromkeys(("aanbieder", "resultaatgebied", "trede", "periode")),
        "toegewezen": 96000,
        "gedeclareerd": 48000,
        "percentage": 50.0,
        "aantalToegewezen": 2,
        "aantalGedeclareerd": 1,
        "percentageAantal": 50.0,
        "percentageGemaximeerd": 50.0,
        "clienten": 2,
        "gemiddeldToegewezen": 48000,
        "gemiddeldGedeclareerd": 24000,
        "rijpheid": "voorlopig",
        "volledigheid": 100.0,
        "open": 48000,
    }


def test_an_aanbieder_sees_his_own_clients_at_every_gemeente(get: Any) -> None:
    assert [row["gemeente"] for row in get("verzilvering", "75000001")] == ["0503", "0603"]
    assert get("verzilvering", "75000002") == []


def test_another_gemeente_cannot_be_asked_for(http: TestClient, sleutels: Sleutels) -> None:
    reply = http.get("/v1/verzilvering?gemeente=0603", headers={"Authorization": f"Bearer {sleutels['0503']}"})

    assert reply.status_code == 403


def grow(hub: Hub, gemeente: str, begin: int, number: int) -> None:
    """So many more clients with a toewijzing in period 1 at a gemeente."""
    for n in range(begin, begin + number):
        hub.toewijs(gemeente=gemeente, nummer=2000 + n, bsnHash=hub.hash(bsn(n)), einddatum="2025-01-26")


def test_the_region_sees_all_rows_and_no_cell_under_five_clients(hub: Hub, get: Any) -> None:
    grow(hub, "0503", 10, 2)
    grow(hub, "0603", 20, 4)
    four, five = get("verzilvering", "H5")

    assert (four["gemeente"], four["toegewezen"], four["percentage"], four["clienten"]) == ("0503", None, None, None)
    # Shown, Rijswijk would tell what the total leaves for Delft.
    assert (five["gemeente"], five["toegewezen"]) == ("0603", None)
    (total,) = get("verzilvering", "H5", groepeer="")
    assert (total["toegewezen"], total["clienten"]) == (9 * 48000, 9)


def test_the_region_sees_cells_of_five_clients_beside_each_other(hub: Hub, get: Any) -> None:
    grow(hub, "0503", 10, 3)
    grow(hub, "0603", 20, 4)
    five, other = get("verzilvering", "H5")

    assert (five["toegewezen"], five["clienten"], five["percentage"]) == (5 * 48000, 5, 20.0)
    assert other["clienten"] == 5


def test_the_region_sees_no_single_aanbieder(hub: Hub, get: Any) -> None:
    grow(hub, "0503", 10, 8)

    assert {row["toegewezen"] for row in get("verzilvering", "H5", groepeer="aanbieder")} == {None}
    assert {row["toegewezen"] for row in get("verzilvering", "H5", aanbieder="75000001")} == {None}


def test_the_operator_sees_everything(get: Any) -> None:
    assert [row["clienten"] for row in get("verzilvering", "beheer")] == [2, 1]


def test_rows_can_be_grouped_by_every_key(get: Any) -> None:
    row = get("verzilvering", "0603", groepeer="gemeente,aanbieder,resultaatgebied,trede,periode")[0]

    assert [row[key] for key in KEYS[:5]] == ["0603", "75000001", "SPF", 3, "2025-P01"]


def test_an_unknown_key_is_400(http: TestClient, sleutels: Sleutels) -> None:
    headers = {"Authorization": f"Bearer {sleutels['0503']}"}
    reply = http.get("/v1/verzilvering?groepeer=client", headers=headers)

    assert (reply.status_code, reply.json()["type"]) == (400, "/problemen/ongeldige-invoer")


# --- as known then, or now -------------------------------------------------------------------------------------------


def test_periods_that_are_yet_to_begin_are_left_out(hub: Hub, get: Any) -> None:
    hub.toewijs(nummer=1003, bsnHash=hub.hash(bsn(4)))

    # 10 February lies in period 2; a peildatum asks for periods that had ended.
    assert [row["periode"] for row in get("verzilvering", "0503", groepeer="periode")] == ["2025-P01", "2025-P02"]
    ended = get("verzilvering", "0503", groepeer="periode", peildatum="2025-02-22")
    assert [row["periode"] for row in ended] == ["2025-P01"]
    assert [row["periode"] for row in get("verzilvering", "0503", groepeer="periode", periode="2025-P07")] == [
        "2025-P07"
    ]


def test_a_peildatum_shows_what_was_booked_by_then(hub: Hub, get: Any) -> None:
    later = hub.op(date(2025, 3, 3))
    credit = prestatie(referentie="P2", vorig="P0001", dc="C", eind="2025-01-26")
    later.post(wmo323(credit, identificatie="D2", nummer="N2", dagtekening="2025-03-03"))

    assert get("verzilvering", "0503", peildatum="2025-03-02")[0]["percentage"] == 50.0
    assert get("verzilvering", "0503", peildatum="2025-03-03")[0]["percentage"] == 0.0
    assert get("verzilvering", "0503")[0]["percentage"] == 0.0


def test_a_period_ripens_92_days_after_its_end(hub: Hub, sleutels: Sleutels) -> None:
    # 26 January + 92 days is 28 April.
    def rijpheid(dag: date) -> str:
        with TestClient(create_app(hub.op(dag).dienst, hub.bron)) as client:
            headers = {"Authorization": f"Bearer {sleutels['0503']}"}
            items = client.get("/v1/verzilvering?groepeer=periode", headers=headers).json()["items"]
            return str(items[0]["rijpheid"])

    assert [rijpheid(date(2025, 4, 28)), rijpheid(date(2025, 4, 29))] == ["voorlopig", "rijp"]


def test_volledigheid_is_the_share_of_months_declared(hub: Hub, get: Any) -> None:
    # Without a declaration of 75000002 half of the pairs (aanbieder, month) is in.
    hub.toewijs(nummer=1003, aanbieder="75000002", einddatum="2025-01-26")
    assert get("verzilvering", "0503")[0]["volledigheid"] == 50.0
    assert get("verzilvering", "0603")[0]["volledigheid"] == 0.0
    # One that waits for the gemeente's answer is not in; one that is answered is.
    heen = wmo323(prestatie(referentie="P3"), ontvanger="0603", identificatie="D3", nummer="N3")
    hub.post(heen)
    assert get("verzilvering", "0603")[0]["volledigheid"] == 0.0
    hub.post(wmo325(heen, refused={"P3": ["9308"]}), als="0603")
    assert get("verzilvering", "0603")[0]["volledigheid"] == 100.0


# --- tarieven, perioden, journaal ------------------------------------------------------------------------------------


def test_a_gemeente_sees_its_own_tariffs_and_an_aanbieder_those_for_all(hub: Hub, get: Any) -> None:
    own = "0503,75000002,FIN2,2025-01-01,,100.00,,2024-12-01,FICTIEF eigen"
    with hub.dienst.database.write() as conn:
        kop = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"
        loading.laad_tarieven(conn, f"{kop}\n{own}\n", hub.moment)

    assert {row["gemeente"] for row in get("tarieven", "0603")} == {"0603"}
    assert {row["aanbieder"] for row in get("tarieven", "75000001")} == {None}
    assert {row["aanbieder"] for row in get("tarieven", "75000002")} == {None, "75000002"}
    (row,) = get("tarieven", "0603", productcode="SPF3", dag="2025-06-01")
    assert (row["tarief"], row["weekprijs"], row["besluit"]) == (48000, None, "FICTIEF 2023")


def test_the_periods_of_a_year(get: Any) -> None:
    items = get("perioden", "75000001", jaar=2026)

    assert len(items) == 13
    assert items[-1] == {
        "periode": "2026-P13",
        "jaar": 2026,
        "nummer": 13,
        "begin": "2026-11-30",
        "eind": "2027-01-03",
    }


def test_the_journal_is_read_page_by_page(http: TestClient, sleutels: Sleutels) -> None:
    headers = {"Authorization": f"Bearer {sleutels['beheer']}"}
    rows, na = [], 0
    while na is not None:
        body = http.get("/v1/journaal", params={"na": na, "limit": 2}, headers=headers).json()
        rows += body["items"]
        na = body["volgende"]

    assert [row["nr"] for row in rows] == [1, 2, 3, 4]
    assert {row["van"] for row in rows} == {"begroting", "te_betalen"}
    assert rows[-1]["prestatie"] == "P0001"


def test_a_gemeente_sees_its_own_journal_and_an_aanbieder_none(http: TestClient, get: Any, sleutels: Sleutels) -> None:
    assert {row["gemeente"] for row in get("journaal", "0603")} == {"0603"}
    reply = http.get("/v1/journaal", headers={"Authorization": f"Bearer {sleutels['75000001']}"})
    assert reply.status_code == 403


def test_the_journal_cannot_be_changed(hub: Hub) -> None:
    for change in ("UPDATE journaal SET bedrag = 1", "DELETE FROM journaal"):
        with pytest.raises(Exception, match="append-only"), hub.dienst.database.write() as conn:
            conn.exec_driver_sql(change)


# --- loading ---------------------------------------------------------------------------------------------------------


def test_a_raised_tariff_books_the_difference_of_the_past(hub: Hub) -> None:
    kop = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"
    with hub.dienst.database.write() as conn:
        geladen = loading.laad_tarieven(
            conn, f"{kop}\n0503,,SPF3,2025-01-01,2025-12-31,528.00,,2025-02-01,FICTIEF herstel\n", hub.moment
        )

    assert (geladen.rijen, geladen.geboekt) == (1, 2)
    assert hub.toegewezen() == {"2025-P01": 2 * 52800 + 48000}
    assert hub.rows(tables.journaal)[-1].besluit == "FICTIEF herstel"


def test_loading_the_same_again_changes_nothing(hub: Hub) -> None:
    from declaration_hub import CONTRACTEN, TARIEVEN

    before = hub.count(tables.journaal, tables.tarief, tables.contract)
    with hub.dienst.database.write() as conn:
        assert loading.laad_tarieven(conn, TARIEVEN, hub.moment).rijen == 0
        assert loading.laad_contracten(conn, CONTRACTEN, hub.moment).geboekt == 0
        assert loading.laad_perioden(conn, 2024, 2027, Week53.P13_LONG, hub.moment).rijen == 0

    assert hub.count(tables.journaal, tables.tarief, tables.contract) == before


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("7500001,0503,SPF,2023-01-01,,3.2,declaratie,WEEK,W", "Rij 2, kolom aanbieder"),
        ("75000001,9999,SPF,2023-01-01,,3.2,declaratie,WEEK,W", "Rij 2, kolom gemeente"),
        ("75000001,0503,SPF,2023-01-01,2022-01-01,3.2,declaratie,WEEK,W", "Rij 2: tot ligt voor van"),
        ("75000001,0503,SPF,2023-01-01,,3.2,declaratie,WEEK,X", "Rij 2, kolom mapping"),
        ("75000001,0503,SPF,2023-01-01,,3.2,declaratie", "Rij 2: 7 kolommen"),
        ("75000001,0503,SPF,2024-01-01,,3.2,declaratie,WEEK,W", "overlappen"),
        ("75000001,0503,FIN,2023-01-01,,2.3,factuur,WEEK,W", "OP278"),
    ],
)
def test_a_wrong_contract_is_refused_with_its_row(hub: Hub, row: str, says: str) -> None:
    kop = "aanbieder,gemeente,resultaatgebied,van,tot,release,vorm,gebroken,mapping"

    with pytest.raises(Laadfout, match=says), hub.dienst.database.write() as conn:
        loading.laad_contracten(conn, f"{kop}\n{row}\n", hub.moment)


def test_a_period_on_which_something_is_booked_stands(hub: Hub) -> None:
    kop = "jaar,nummer,begin,eind"
    rows = "\n".join(
        f"{row.jaar},{row.nummer},{row.begin},{row.eind}" for row in hub.rows(tables.periode) if row.jaar == 2027
    )
    anders = rows.replace("2027,12,2027-11-08,2027-12-05", "2027,12,2027-11-08,2027-12-12").replace(
        "2027,13,2027-12-06", "2027,13,2027-12-13"
    )
    with hub.dienst.database.write() as conn:
        assert loading.laad_perioden_csv(conn, f"{kop}\n{anders}\n", hub.moment).rijen == 2
    hub.toewijs(nummer=1003, einddatum="2027-12-31")
    hub.post(wmo323(prestatie(referentie="P2"), identificatie="D2", nummer="N2"))

    with pytest.raises(Laadfout, match="2027-P12: op deze periode is al geboekt"), hub.dienst.database.write() as conn:
        loading.laad_perioden_csv(conn, f"{kop}\n{rows}\n", hub.moment)


def test_a_gap_between_periods_is_refused(hub: Hub) -> None:
    with pytest.raises(Laadfout, match="2029-P01 sluit niet aan"), hub.dienst.database.write() as conn:
        loading.laad_perioden(conn, 2029, 2029, Week53.P13_LONG, hub.moment)


def test_money_without_a_period_moves_to_it_when_it_is_loaded(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs(ingangsdatum="2023-12-01")
    december = prestatie(begin="2023-12-01", eind="2023-12-31", volume=5)
    uitkomst = hub.post(wmo323(december))
    assert uitkomst.oordeel == "goedgekeurd"
    assert hub.gedeclareerd() == {"zonder-periode": 60000}

    with hub.dienst.database.write() as conn:
        loading.laad_perioden(conn, 2023, 2023, Week53.P13_LONG, hub.moment)

    # Sundays 3 December (period 12) and 10-31 December (period 13).
    assert hub.gedeclareerd() == {"2023-P12": 12000, "2023-P13": 48000}
    with hub.dienst.database.read() as conn:
        assert journaal_check(conn).klopt


def test_the_journal_check_names_a_line_that_is_not_booked(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        conn.execute(tables.prestatie.update().values(te_betalen=47999))
    with hub.dienst.database.read() as conn:
        controle = journaal_check(conn)

    assert not controle.klopt
    assert (controle.toegekend, controle.geboekt) == (47999, 48000)
    (verschil,) = controle.verschillen
    assert (verschil.referentienummer, verschil.toegekend, verschil.geboekt) == ("P0001", 47999, 48000)
