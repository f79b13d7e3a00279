"""Begroting and prognose: what a file is refused for, who sees what, and the figures of a year from the journal."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from declaration_hub import Hub, make_hub
from fastapi.testclient import TestClient

from builders import bsn, prestatie, wmo323
from services.declaration import tables
from services.declaration.afspraken.begroting import laad_begroting, leeswijze_begroting
from services.declaration.api import create_app
from services.declaration.cijfers.closings import sluit
from services.declaration.feed import pull
from services.kernel.loading import Laadfout
from services.kernel.toegang import parties

KOP = "gemeente,resultaatgebied,jaar,bedrag,soort,besluit,bekend_op\n"
PRIMITIEF = "0503,SPF,2025,10000.00,primitief,FICTIEF begroting 2025,2024-11-07\n"
WIJZIGING = "0503,SPF,2025,12500.50,wijziging,FICTIEF voorjaarsnota,2025-05-01\n"


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """One client of Delft in all of 2025, declared for January; on a day on which P1 and P2 are ripe."""
    made = make_hub(tmp_path)
    made.toewijs(ingangsdatum="2024-12-30", einddatum="2025-12-28")
    pull(made.dienst, made.bron)
    made.post(wmo323(prestatie()))
    return made.op(date(2025, 6, 1))


@pytest.fixture
def http(hub: Hub) -> Iterator[Any]:
    with hub.dienst.database.write() as conn:
        sleutels = {p.code: parties.nieuwe_sleutel(conn, p.code, hub.dienst.nu()) for p in parties.lijst(conn)}
    with TestClient(create_app(hub.dienst, hub.bron)) as client:
        yield lambda path, als, **query: client.get(
            f"/v1/{path}", params=query, headers={"Authorization": f"Bearer {sleutels[als]}"}
        )


def laad(hub: Hub, rijen: str) -> int:
    with hub.dienst.database.write() as conn:
        return laad_begroting(conn, KOP + rijen, hub.moment).rijen


# --- begroting -------------------------------------------------------------------------------------------------------


def test_a_begroting_and_its_change_are_kept_and_the_last_known_counts(hub: Hub, http: Any) -> None:
    assert laad(hub, PRIMITIEF + WIJZIGING) == 2
    assert laad(hub, PRIMITIEF + WIJZIGING) == 0

    items = http("begroting", "0503", jaar=2025).json()["items"]
    assert [(row["bedrag"], row["soort"]) for row in items] == [(1000000, "primitief"), (1250050, "wijziging")]
    assert http("prognose", "0503", jaar=2025).json()["items"][0]["begroting"] == 1250050


def test_a_change_that_is_not_known_yet_does_not_count_yet(hub: Hub, http: Any) -> None:
    laad(hub, PRIMITIEF + WIJZIGING.replace("2025-05-01", "2025-06-02"))

    assert http("prognose", "0503", jaar=2025).json()["items"][0]["begroting"] == 1000000


@pytest.mark.parametrize(
    ("rijen", "zegt"),
    [
        ("9999" + PRIMITIEF[4:], "Rij 2, kolom gemeente"),
        (PRIMITIEF.replace("SPF", "XXX"), "Rij 2, kolom resultaatgebied: staat niet"),
        (PRIMITIEF.replace("10000.00", "-1"), "Rij 2, kolom bedrag"),
        (PRIMITIEF.replace("10000.00", "10.000,00"), "Rij 2"),
        (WIJZIGING, "Rij 2: een wijziging zonder eerdere primitieve begroting"),
        (PRIMITIEF + WIJZIGING.replace("2025-05-01", "2024-11-07"), "Rij 3"),
        (PRIMITIEF + PRIMITIEF.replace("2024-11-07", "2024-11-08"), "Rij 3: een tweede primitieve begroting"),
        (PRIMITIEF + WIJZIGING + WIJZIGING.replace("12500.50", "1"), "Rij 4: twee bedragen bekend op dezelfde dag"),
        (PRIMITIEF + PRIMITIEF.replace("2025", "2027"), "Rij 2 en 3: geen begroting voor 2026 tot en met 2026"),
    ],
)
def test_a_wrong_begroting_is_refused_whole_with_its_rows(hub: Hub, rijen: str, zegt: str) -> None:
    with pytest.raises(Laadfout, match=zegt):
        laad(hub, rijen)

    assert hub.count(tables.begroting) == 0


def test_all_wrong_rows_are_named_at_once(hub: Hub) -> None:
    with pytest.raises(Laadfout) as fout:
        laad(hub, PRIMITIEF.replace("10000.00", "-1") + PRIMITIEF.replace("SPF", "XXX") + PRIMITIEF + PRIMITIEF)

    assert [melding.partition(":")[0].partition(",")[0] for melding in fout.value.fouten] == ["Rij 2", "Rij 3", "Rij 5"]


def test_the_way_it_was_read_is_told() -> None:
    tekst = (KOP + PRIMITIEF).replace(",", ";").replace("10000.00", "10000,00")

    assert str(leeswijze_begroting(tekst)).startswith("puntkomma als scheidingsteken, komma als decimaalteken")


# --- prognose --------------------------------------------------------------------------------------------------------


def test_the_prognose_of_a_year_from_the_journal(hub: Hub, http: Any) -> None:
    laad(hub, PRIMITIEF)

    reply = http("prognose", "0503", jaar=2025).json()

    # Thirteen periods of 480.00; the four Sundays of January are those of P1.
    [row] = reply["items"]
    assert (row["toegewezen"], row["gedeclareerd"], row["gedeclareerdRijp"]) == (13 * 48000, 48000, 48000)
    # P1 and P2 are ripe on 1 June: 48000 of 96000.
    assert (row["verzilvering"], row["prognose"]) == (50.0, 48000 + 11 * 24000)
    assert (row["ruimte"], row["vrijval"], row["vrijvalBijAfsluiten"]) == (1000000 - 312000, 0, 48000)
    assert (row["nogTeOntvangen"], row["kalenderVerschil"], row["clienten"]) == (12 * 48000, 0, 1)
    assert reply["zondagen"] == 52


def test_what_a_closed_period_left_is_vrijval_of_the_gemeente_that_closed_it(hub: Hub, http: Any) -> None:
    with hub.dienst.database.write() as conn:
        sluit(conn, "0603", "2025-P01", "Besluit", "0603", hub.dienst.vandaag(), hub.dienst.nu())
        sluit(conn, "0503", "2025-P02", "Besluit", "0503", hub.dienst.vandaag(), hub.dienst.nu())

    [row] = http("prognose", "0503", jaar=2025).json()["items"]

    # P2 has 480.00 and nothing was declared: it is closed, and nothing of it is to come any more.
    assert (row["vrijval"], row["vrijvalBijAfsluiten"], row["nogTeOntvangen"]) == (48000, 0, 11 * 48000)


def test_a_long_P13_falls_in_two_calendar_years(hub: Hub, http: Any) -> None:
    hub.toewijs(nummer=1002, bsnHash=hub.hash(bsn(2)), ingangsdatum="2026-12-14", einddatum="2027-01-10")
    pull(hub.dienst, hub.bron)

    toen = http("prognose", "0503", jaar=2026).json()
    daarna = http("prognose", "0503", jaar=2027).json()
    [row], [volgend] = toen["items"], daarna["items"]

    # Weeks of 14, 21 and 28 December at 120.00; the last one has its Sunday in 2027.
    assert (row["toegewezen"], row["kalenderToegewezen"], row["kalenderVerschil"]) == (36000, 24000, -12000)
    assert "week 53 (28-12-2026 t/m 03-01-2027)" in toen["kalender"]
    assert (volgend["toegewezen"], volgend["kalenderToegewezen"], volgend["kalenderVerschil"]) == (12000, 24000, 12000)


def test_a_gemeente_sees_its_own_and_the_region_no_row_about_few_clients(hub: Hub, http: Any) -> None:
    laad(hub, PRIMITIEF)
    assert http("prognose", "0603", jaar=2025).json()["items"] == []
    [few] = http("prognose", "H5", jaar=2025).json()["items"]
    for n in range(4):
        hub.toewijs(nummer=2000 + n, bsnHash=hub.hash(bsn(10 + n)))
    pull(hub.dienst, hub.bron)
    [five] = http("prognose", "H5", jaar=2025).json()["items"]

    assert (few["begroting"], few["prognose"], few["toegewezen"]) == (1000000, None, None)
    assert (five["clienten"], five["prognose"] is None) == (5, False)


@pytest.mark.parametrize("pad", ["prognose", "begroting"])
def test_no_aanbieder_sees_what_a_gemeente_sets_aside(http: Any, pad: str) -> None:
    assert http(pad, "75000001", jaar=2025).status_code == 403


def test_a_prognose_is_of_one_year(http: Any) -> None:
    assert http("prognose", "0503").status_code == 400
