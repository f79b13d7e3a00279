"""Begroting and prognose: what a file is refused for, who sees what, and the figures of a year from the journal."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from declaration_hub import Hub, make_hub
from fastapi.testclient import TestClient

from builders import bsn, prestatie, wmo323
from services.declaration import tables
from services.declaration.afspraken.begroting import laad_begroting, leeswijze_begroting
from services.declaration.api import create_app
from services.declaration.cijfers import cells
from services.declaration.cijfers.closings import sluit
from services.declaration.cijfers.prognose_report import prognose_van
from services.declaration.feed import pull
from services.declaration.reports import Filter, verzilvering
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
        hub.toewijs(nummer=2000 + n, bsnHash=hub.hash(bsn(10 + n)), ingangsdatum="2024-12-30", einddatum="2025-12-28")
    pull(hub.dienst, hub.bron)
    [five] = http("prognose", "H5", jaar=2025).json()["items"]

    assert (few["begroting"], few["prognose"], few["toegewezen"]) == (1000000, None, None)
    assert (five["clienten"], five["prognose"] is None) == (5, False)


@pytest.mark.parametrize("pad", ["prognose", "begroting"])
def test_no_aanbieder_sees_what_a_gemeente_sets_aside(http: Any, pad: str) -> None:
    assert http(pad, "75000001", jaar=2025).status_code == 403


def test_a_prognose_is_of_one_year(http: Any) -> None:
    assert http("prognose", "0503").status_code == 400


# --- prognose beside verzilvering: what the one hides the other does not tell -----------------------------------------

SLEUTELS = ("gemeente", "resultaatgebied", "trede", "periode")
GROEPERINGEN = [",".join(groep) or " " for n in range(len(SLEUTELS) + 1) for groep in combinations(SLEUTELS, n)]
# The figures of a row of the prognose by the periods that they are sums over.
VAN = {"toegewezen": "jaar", "gedeclareerdRijp": "rijp", "vrijval": "afgesloten"}

Cellen = frozenset[tuple[Any, ...]]


def grow(hub: Hub, code: str, first: int, number: int, **anders: Any) -> None:
    """So many clients with a product in all of 2025, at Delft unless it says otherwise."""
    heel = {"ingangsdatum": "2024-12-30", "einddatum": "2025-12-28", "code": code}
    heel["categorie"] = {"SPF3": "02", "DAG4": "07", "ORH3": "01"}[code]
    for n in range(first, first + number):
        hub.toewijs(**{**heel, "nummer": 3000 + n, "bsnHash": hub.hash(bsn(n)), **anders})


@pytest.fixture(params=["area", "period", "gemeente", "year"])
def region(request: pytest.FixtureRequest, hub: Hub) -> Hub:
    """Delft with enough clients in two areas, and beside them something too small, that must be covered."""
    grow(hub, "SPF3", 20, 7)
    grow(hub, "DAG4", 40, 5)
    match request.param:
        case "area":
            grow(hub, "ORH3", 60, 2)
        case "period":
            grow(hub, "SPF3", 60, 6, gemeente="0603")
            grow(hub, "ORH3", 70, 5, einddatum="2025-04-20")
            grow(hub, "ORH3", 80, 1, ingangsdatum="2025-04-21")
        case "gemeente":
            grow(hub, "SPF3", 60, 3, gemeente="0603")
        case "year":
            grow(hub, "SPF3", 60, 2, ingangsdatum="2025-12-29", einddatum="2026-01-25")
    pull(hub.dienst, hub.bron)
    return hub


def told(hub: Hub, http: Any) -> tuple[set[Cellen], set[Cellen], set[Cellen]]:
    """The cells each figure of the region is a sum over: what verzilvering tells, what it hides, what prognose tells.

    All groupings, for each ripeness and gemeente.
    """
    with hub.dienst.database.read() as conn:
        delen = cells.delen_nu(conn, cells.vakken(conn)).values()
    cellen = {tuple(getattr(plaats, naam) for naam in SLEUTELS) for deel in delen for plaats in deel.cellen}
    vakken = http("verzilvering", "beheer", groepeer="gemeente,periode", jaar=2025).json()["items"]
    stand = {(rij["gemeente"], rij["periode"]): rij["rijpheid"] for rij in vakken}
    binnen = {
        "jaar": {cel for cel in cellen if cel[3].startswith("2025")},
        **{naam: set() for naam in ("begonnen", "voorlopig", "rijp", "afgesloten")},
    }
    for cel in cellen:
        if hoe := stand.get((cel[0], cel[3])):
            for naam in {"begonnen", hoe, "rijp" if hoe == "afgesloten" else hoe}:
                binnen[naam].add(cel)

    def van(rij: dict[str, Any], welke: set[tuple[Any, ...]]) -> Cellen:
        return frozenset(
            cel for cel in welke if all(rij.get(naam) in (None, cel[n]) for n, naam in enumerate(SLEUTELS))
        )

    getoond: set[Cellen] = set()
    verborgen: set[Cellen] = set()
    for groepeer, rijpheid, gemeente in product(
        GROEPERINGEN, (None, "voorlopig", "rijp", "afgesloten"), (None, "0503", "0603")
    ):
        filters = {"rijpheid": rijpheid, "gemeente": gemeente}
        vraag = {naam: waarde for naam, waarde in filters.items() if waarde}
        for rij in http("verzilvering", "H5", jaar=2025, groepeer=groepeer, **vraag).json()["items"]:
            waar = van({"gemeente": gemeente} | {n: w for n, w in rij.items() if w}, binnen[rijpheid or "begonnen"])
            (verborgen if rij["toegewezen"] is None else getoond).add(waar)
    rijen = http("prognose", "H5", jaar=2025).json()["items"]
    prognose = {van(rij, binnen[wat]) for rij in rijen for naam, wat in VAN.items() if rij[naam] is not None}
    return getoond, verborgen, prognose - {frozenset()}


@pytest.mark.parametrize("dag", [date(2025, 6, 1), date(2026, 2, 15)])
def test_nothing_that_verzilvering_hides_is_told_by_prognose_or_follows_by_one_subtraction(
    region: Hub, dag: date
) -> None:
    hub = region.op(dag)
    with hub.dienst.database.write() as conn:
        sluit(conn, "0503", "2025-P01", "Besluit", "0503", hub.dienst.vandaag(), hub.dienst.nu())
        sleutels = {p.code: parties.nieuwe_sleutel(conn, p.code, hub.dienst.nu()) for p in parties.lijst(conn)}
    with TestClient(create_app(hub.dienst, hub.bron)) as client:
        getoond, verborgen, prognose = told(
            hub,
            lambda path, als, **query: client.get(
                f"/v1/{path}", params=query, headers={"Authorization": f"Bearer {sleutels[als]}"}
            ),
        )

    alles = getoond | prognose
    assert getoond
    assert verborgen
    assert not verborgen & alles
    assert not verborgen & {groot - klein for groot in alles for klein in alles if klein < groot}


def test_what_verzilvering_shows_of_a_whole_year_prognose_shows_as_well(region: Hub) -> None:
    hub = region.op(date(2026, 2, 15))
    with hub.dienst.database.read() as conn:
        regio = parties.vind(conn, "H5")
        assert regio is not None
        vraag = ["gemeente", "resultaatgebied"], Filter(jaar=2025), None, hub.dienst.vandaag(), regio
        beside = {(rij["gemeente"], rij["resultaatgebied"]): rij["toegewezen"] for rij in verzilvering(conn, *vraag)}
        _, rijen = prognose_van(conn, 2025, None, hub.dienst.vandaag(), regio)

    assert {(rij["gemeente"], rij["resultaatgebied"]): rij["toegewezen"] for rij in rijen} == beside
