"""A tariff that changes with retroactive effect: differences per period, the besluit, and the worklist until done."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders_23 import prestatie23, wmo303
from declaration_hub import Hub, make_hub
from four_week_hub import make_hub_23, toewijs_23

from builders import prestatie, wmo323
from services.declaration import tables
from services.declaration.afspraken import gevolgen, loading
from services.declaration.afspraken.indexation import Indexatie
from services.declaration.afspraken.tariff_loading import indexeer
from services.declaration.feed import pull
from services.declaration.lijsten.herstel import CREDITEREN, VERVANGEN, Herstelregel, lees_herstel
from services.kernel.loading import Laadfout

KOP = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"
JANUARI = {"begin": "2025-01-01", "eind": "2025-01-31"}


def laad(hub: Hub, code: str, bedrag: str, van: str = "2025-01-01", besluit: str = "FICTIEF herstel") -> Any:
    with hub.dienst.database.write() as conn:
        bekend = hub.dienst.vandaag().isoformat()
        return loading.laad_tarieven(conn, f"{KOP}\n0503,,{code},{van},,{bedrag},,{bekend},{besluit}\n", hub.moment)


def werklijst(hub: Hub, status: str | None = None) -> list[Herstelregel]:
    with hub.dienst.database.read() as conn:
        return lees_herstel(conn, [], status)


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """SPF3 per week at 120.00, approved for January: four Sundays."""
    made = make_hub(tmp_path)
    made.toewijs()
    made.post(wmo323(prestatie(**JANUARI, volume=4, tarief=12000, bedrag=48000)))
    return made.op(date(2025, 3, 3))


def crediteer(hub: Hub) -> None:
    credit = prestatie(**JANUARI, referentie="P2", vorig="P0001", dc="C", volume=4, tarief=12000, bedrag=48000)
    hub.post(wmo323(credit, identificatie="D2", nummer="N2", dagtekening="2025-03-03"))


def declareer_opnieuw(hub: Hub, volgnummer: int = 3, **anders: Any) -> None:
    debet = {**JANUARI, "referentie": f"P{volgnummer}", "volume": 4, "tarief": 13200, "bedrag": 52800, **anders}
    kop = {"identificatie": f"D{volgnummer}", "nummer": f"N{volgnummer}", "dagtekening": "2025-03-03"}
    hub.post(wmo323(prestatie(**debet), **kop))


# --- what is booked --------------------------------------------------------------------------------------------------


def test_every_difference_names_the_besluit_and_the_period_it_is_of(hub: Hub) -> None:
    voor = {row.nr for row in hub.rows(tables.journaal)}

    laad(hub, "SPF3", "528.00", van="2025-04-01")

    verschillen = [row for row in hub.rows(tables.journaal) if row.nr not in voor]
    # 31 March lies in P4 (24 March to 20 April): three of its four weeks have the new price.
    assert {row.periode: row.bedrag for row in verschillen} == {
        "2025-P04": 3 * 1200,
        **{f"2025-P{nr:02d}": 4800 for nr in range(5, 14)},
        "2026-P01": 1200,
    }
    assert all("FICTIEF herstel" in row.besluit for row in verschillen)
    assert {row.bekend_op for row in verschillen} == {date(2025, 3, 3)}


def test_a_lower_tariff_goes_back_by_the_same_besluit(hub: Hub) -> None:
    voor = {row.nr for row in hub.rows(tables.journaal)}

    laad(hub, "SPF3", "432.00")

    terug = [row for row in hub.rows(tables.journaal) if row.nr not in voor]
    assert {(row.van, row.naar, row.besluit) for row in terug} == {("verplicht", "begroting", "FICTIEF herstel")}


# --- the worklist ----------------------------------------------------------------------------------------------------


def test_an_approved_line_at_the_old_price_is_listed_with_both_prices(hub: Hub) -> None:
    laad(hub, "SPF3", "528.00")

    [regel] = werklijst(hub)
    assert (regel.soort, regel.oud, regel.nieuw, regel.besluit) == (CREDITEREN, 48000, 52800, "FICTIEF herstel")
    assert (regel.referentienummer, regel.toewijzing, regel.begin) == ("P0001", 1001, date(2025, 1, 1))
    assert (regel.status, regel.aan_zet) == ("open", "aanbieder")


def test_it_is_followed_until_it_is_credited_and_approved_at_the_new_price(hub: Hub) -> None:
    laad(hub, "SPF3", "528.00")

    crediteer(hub)
    assert [(regel.status, regel.aan_zet) for regel in werklijst(hub)] == [("gecrediteerd", "aanbieder")]
    declareer_opnieuw(hub)
    assert [(regel.status, regel.aan_zet) for regel in werklijst(hub)] == [("gedaan", None)]


def test_another_volume_at_the_new_price_is_done_too_and_the_old_price_is_not(hub: Hub) -> None:
    laad(hub, "SPF3", "528.00")
    crediteer(hub)

    declareer_opnieuw(hub, tarief=12000, bedrag=48000)  # refused: 0611
    assert [regel.status for regel in werklijst(hub)] == ["gecrediteerd"]
    declareer_opnieuw(hub, 4, volume=3, bedrag=39600)
    assert [regel.status for regel in werklijst(hub)] == ["gedaan"]


def test_the_worklist_can_be_asked_by_status(hub: Hub) -> None:
    laad(hub, "SPF3", "528.00")

    assert len(werklijst(hub, "open")) == 1
    assert werklijst(hub, "gedaan") == []


def test_a_second_change_takes_the_place_of_the_first_and_the_old_price_asks_nothing(hub: Hub) -> None:
    laad(hub, "SPF3", "528.00")
    laad(hub.op(date(2025, 3, 10)), "SPF3", "540.00", besluit="FICTIEF tweede")
    laad(hub.op(date(2025, 3, 17)), "SPF3", "480.00", besluit="FICTIEF derde")

    assert [(regel.oud, regel.nieuw, regel.status) for regel in werklijst(hub)] == [
        (48000, 52800, "vervallen"),
        (48000, 54000, "vervallen"),
        (48000, 48000, "gedaan"),
    ]


@pytest.mark.parametrize(("van", "geraakt"), [("2025-01-01", 1), ("2025-02-01", 0)])
def test_a_change_from_after_the_line_does_not_list_it(hub: Hub, van: str, geraakt: int) -> None:
    laad(hub, "SPF3", "528.00", van=van)

    assert len(werklijst(hub)) == geraakt


def test_what_was_credited_or_refused_is_not_listed(hub: Hub) -> None:
    crediteer(hub)
    declareer_opnieuw(hub)  # refused: the price is still the old one

    laad(hub, "SPF3", "528.00")

    assert werklijst(hub) == []


def test_loading_the_same_tariff_again_lists_nothing_again(hub: Hub) -> None:
    for _ in range(2):
        laad(hub, "SPF3", "528.00")

    assert len(werklijst(hub)) == 1


def test_in_euros_the_gemeente_first_replaces_the_toewijzing(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    euro = {"code": "ORH3", "categorie": "01", "eenheid": "83", "frequentie": "2", "volume": 7500}
    hub.toewijs(**euro)
    regel = {**JANUARI, "categorie": "01", "code": "ORH3", "eenheid": "83", "tarief": None}
    hub.post(wmo323(prestatie(**regel, volume=30000, bedrag=30000)))
    hub = hub.op(date(2025, 3, 3))

    laad(hub, "ORH3", "320.00")
    [herstel] = werklijst(hub)
    assert (herstel.soort, herstel.oud, herstel.nieuw) == (VERVANGEN, 30000, 32000)
    assert (herstel.status, herstel.aan_zet, herstel.toewijzing_vervangen) == ("open", "gemeente", False)

    hub.toewijs(**euro | {"volume": 8000}, toewijzingsdatum="2025-03-03")
    pull(hub.dienst, hub.bron)
    assert [(r.aan_zet, r.toewijzing_vervangen) for r in werklijst(hub)] == [("aanbieder", True)]

    anders = {"dagtekening": "2025-03-03"}
    credit = prestatie(**regel, volume=30000, bedrag=30000, referentie="P2", vorig="P0001", dc="C")
    hub.post(wmo323(credit, identificatie="D2", nummer="N2", **anders))
    debet = prestatie(**regel, volume=32000, bedrag=32000, referentie="P3")
    hub.post(wmo323(debet, identificatie="D3", nummer="N3", **anders))
    assert [(r.status, r.aan_zet) for r in werklijst(hub)] == [("gedaan", None)]


def test_a_piece_of_four_weeks_is_mended_when_the_tariff_of_ingangsdatum_changes(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs(code="DAG4", categorie="07", volume=13, frequentie="6", einddatum="2025-12-28")
    regel = prestatie(**JANUARI, categorie="07", code="DAG4", volume=1, tarief=80000, bedrag=80000)
    hub.post(wmo323(regel))
    hub = hub.op(date(2025, 3, 3))

    laad(hub, "DAG4", "900.00", van="2025-02-01")
    assert werklijst(hub) == []
    laad(hub.op(date(2025, 3, 10)), "DAG4", "900.00")
    assert [(r.oud, r.nieuw) for r in werklijst(hub)] == [(80000, 90000)]


def test_a_line_of_2_3_is_mended_like_one_of_3_2(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path)
    toewijs_23(hub)
    hub.post(wmo303(prestatie23(tarief=48000, bedrag=48000)))
    hub = hub.op(date(2025, 3, 3))

    with hub.dienst.database.write() as conn:
        rij = "0503,,SPF3,2023-01-01,2025-12-31,528.00,,2025-03-03,FICTIEF herstel"
        loading.laad_tarieven(conn, f"{KOP}\n{rij}\n", hub.moment)

    assert [(r.soort, r.oud, r.nieuw, r.besluit) for r in werklijst(hub)] == [
        (CREDITEREN, 48000, 52800, "FICTIEF herstel")
    ]


# --- what a load would do --------------------------------------------------------------------------------------------


def test_a_load_tells_what_changes_per_gemeente_product_and_period_and_what_is_to_be_mended(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        voor = gevolgen.stand(conn)
        rij = "0503,,SPF3,2025-01-01,2025-01-31,528.00,,2025-03-03,FICTIEF herstel"
        loading.laad_tarieven(conn, f"{KOP}\n{rij}\n", hub.moment)
        gevolg = gevolgen.sinds(conn, voor)

    [verschuiving] = gevolg.verschuivingen
    assert (verschuiving.gemeente, verschuiving.productcode, verschuiving.periode) == ("0503", "SPF3", "2025-P01")
    assert (verschuiving.toewijzingen, verschuiving.bedrag, gevolg.bedrag) == (1, 4800, 4800)
    [werk] = gevolg.werk
    assert (werk.aanbieder, werk.soort, werk.regels, werk.bedrag) == ("75000001", CREDITEREN, 1, 4800)


@pytest.mark.parametrize(
    ("rij", "zegt"),
    [
        ("0503,,XXX9,2025-01-01,,480.00,,2025-03-03,B", "Rij 2, kolom productcode: staat niet in de producttabel"),
        ("0503,75999999,SPF3,2025-01-01,,480.00,,2025-03-03,B", "Rij 2, kolom aanbieder: is geen aanbieder"),
        ("0503,,DAG4,2027-01-01,,480.00,,2025-03-03,B\n0503,,FIN2,2025-01-01,x,1,,2025-03-03,B", "Rij 3, kolom tot"),
    ],
)
def test_a_wrong_file_is_refused_whole(hub: Hub, rij: str, zegt: str) -> None:
    with pytest.raises(Laadfout, match=zegt), hub.dienst.database.write() as conn:
        loading.laad_tarieven(conn, f"{KOP}\n{rij}\n", hub.moment)


# --- indexation ------------------------------------------------------------------------------------------------------


def test_indexation_keeps_the_percentage_with_its_source_and_books_the_differences(hub: Hub) -> None:
    vng = Indexatie(5000, "VNG advies 2025", date(2024, 10, 2), date(2025, 1, 1), "FICTIEF besluit", "0503", "SPF3")

    with hub.dienst.database.write() as conn:
        geladen = indexeer(conn, vng, hub.moment)

    [bewaard] = hub.rows(tables.indexatie)
    assert (bewaard.percentage, bewaard.bron, bewaard.datum) == (5000, "VNG advies 2025", date(2024, 10, 2))
    nieuw = [row for row in hub.rows(tables.tarief) if row.indexatie == bewaard.nr]
    assert [(row.bedrag, row.van, row.besluit) for row in nieuw] == [(50400, date(2025, 1, 1), "FICTIEF besluit")]
    assert geladen.rijen == 1
    assert hub.toegewezen()["2025-P02"] == 50400
    assert [regel.nieuw for regel in werklijst(hub)] == [50400]


def test_indexation_of_nothing_is_refused(hub: Hub) -> None:
    vng = Indexatie(5000, "VNG", date(2024, 10, 2), date(2025, 1, 1), "FICTIEF besluit", gemeente="1926")

    with pytest.raises(Laadfout, match="geen tarief"), hub.dienst.database.write() as conn:
        indexeer(conn, vng, hub.moment)


def test_indexation_within_a_month_is_refused_for_W_and_names_the_product(hub: Hub) -> None:
    vng = Indexatie(5000, "VNG", date(2024, 10, 2), date(2025, 1, 15), "FICTIEF besluit", "0503", "SPF3")

    with pytest.raises(Laadfout, match="0503, SPF3: 2025-01 krijgt twee weekprijzen"), hub.dienst.database.write() as c:
        indexeer(c, vng, hub.moment)


def test_a_change_within_a_month_is_right_for_a_contract_of_four_weeks(tmp_path: Path) -> None:
    """Of release 2.3: its mapping is for 3.2 only, and a period costs the sum of its weeks whatever the month is."""
    hub = make_hub_23(tmp_path)

    laad(hub, "SPF3", "504.00", van="2025-01-13")

    with pytest.raises(Laadfout, match="twee weekprijzen"):
        laad(make_hub(tmp_path / "3.2"), "SPF3", "504.00", van="2025-01-13")
