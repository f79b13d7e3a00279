"""Steering over HTTP: whose rows, what is suppressed, and that it rests on what the feed told."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from asking import Vraag, ask
from declaration_hub import Hub, make_hub

from builders import bsn, prestatie, wmo323
from services.declaration.afspraken.loading import laad_producten
from services.kernel.toegang import parties

TELLINGEN = ("standBegin", "instroom", "uitstroom", "standEind")


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """10 April 2025. Client 1 moves from Delft to Rijswijk, client 2 stops early, 3 to 7 come at Delft in February."""
    made = make_hub(tmp_path, date(2025, 4, 10))
    made.toewijs(ingangsdatum="2024-06-01", einddatum="2025-01-31")
    made.toewijs(gemeente="0603", ingangsdatum="2025-02-10", einddatum=None)
    stop = {"start": "2024-06-03", "stop": {"einddatum": "2025-02-28", "reden": "19"}}
    made.toewijs(nummer=1002, bsnHash=made.hash(bsn(2)), ingangsdatum="2024-06-01", **stop)
    for n in range(3, 8):
        made.toewijs(nummer=1000 + n, bsnHash=made.hash(bsn(n)), ingangsdatum="2025-02-03")
    made.toewijs(nummer=1008, bsnHash=made.hash(bsn(8)), status="vervallen")
    made.toewijs(nummer=1009, bsnHash=made.hash(bsn(9)), einddatum="2025-01-01", redenWijziging="13")
    return made


@pytest.fixture
def get(hub: Hub) -> Vraag:
    return ask(hub)


def rijen(get: Vraag, path: str, als: str, **query: Any) -> list[dict[str, Any]]:
    reply = get(path, als, **query)
    assert reply.status_code == 200, reply.text
    assert reply.json()["volgende"] is None
    return list(reply.json()["items"])


def test_a_gemeente_sees_its_own_flows_per_quarter(get: Vraag) -> None:
    first, second = rijen(get, "sturing", "0503")

    assert first == {
        "gemeente": "0503",
        "tijdvak": "2025-K1",
        "begin": "2025-01-01",
        "eind": "2025-03-31",
        "standBegin": 2,
        "instroom": 5,
        "verhuisdIn": 0,
        "uitstroom": 2,
        "verhuisdUit": 1,
        "tredeOmhoog": 0,
        "tredeOmlaag": 0,
        "gebiedErbij": 0,
        "gebiedEraf": 0,
        "aanbiederwissel": 0,
        "redenen": {"19": 1, "natuurlijk-einde": 1},
        "standEind": 5,
        "voorlopig": True,
    }
    assert (second["tijdvak"], second["eind"], second["standBegin"]) == ("2025-K2", "2025-04-10", 5)


def test_the_region_sees_itself_without_who_moved_and_no_small_count(get: Vraag) -> None:
    region = [rij for rij in rijen(get, "sturing", "beheer", per="jaar") if rij["gemeente"] is None]
    assert [[rij[naam] for naam in TELLINGEN] for rij in region] == [[2, 5, 1, 6]]

    rows = {rij["gemeente"]: rij for rij in rijen(get, "sturing", "H5", per="jaar")}
    assert list(rows) == ["0503", "0603", None]
    # One client left: with the standen, who came would tell of him.
    assert [rows[None][naam] for naam in TELLINGEN] == [None, None, None, 6]
    # The five of Delft, taken from the region, would give the one of Rijswijk.
    assert [rows["0503"][naam] for naam in TELLINGEN] == [None] * 4
    assert [rows["0603"][naam] for naam in TELLINGEN] == [0, None, None, None]
    assert [rij["redenen"] for rij in rows.values()] == [{}, {}, {}]
    # Nobody at all is told.
    assert rows["0603"]["tredeOmhoog"] == 0


@pytest.mark.parametrize("path", ["sturing", "sturing/treden", "sturing/stapeling"])
def test_the_region_is_told_no_more_of_a_gemeente_it_asks_for_alone(get: Vraag, path: str) -> None:
    together = [rij for rij in rijen(get, path, "H5") if rij["gemeente"] == "0503"]

    assert rijen(get, path, "H5", gemeente="0503") == together


def test_the_region_is_told_reasons_of_its_outflow_in_total_and_the_few_together(hub: Hub) -> None:
    for n in range(20, 34):
        reden = {20: "02", 21: "36", 22: "36"}.get(n, "19" if n < 29 else "23")
        stop = {"start": "2024-06-03", "stop": {"einddatum": "2025-02-28", "reden": reden}}
        hub.toewijs(nummer=1000 + n, bsnHash=hub.hash(bsn(n)), ingangsdatum="2024-06-01", **stop)
    rows = {rij["gemeente"]: rij for rij in rijen(ask(hub), "sturing", "H5", per="jaar")}

    assert (rows[None]["uitstroom"], rows[None]["redenen"]) == (15, {"19": 7, "overig": 8})
    assert rows["0503"]["redenen"] == {}


def test_a_longer_tolerance_keeps_clients_in(hub: Hub) -> None:
    hub.toewijs(nummer=1010, bsnHash=hub.hash(bsn(2)), ingangsdatum="2025-04-05")
    get = ask(hub)

    # 35 days without support.
    for tolerantie, uitstroom in ((34, 2), (35, 1)):
        (rij,) = rijen(get, "sturing", "0503", per="jaar", tolerantie=tolerantie)
        assert rij["uitstroom"] == uitstroom


def test_treden_on_a_day(get: Vraag) -> None:
    (delft,) = rijen(get, "sturing/treden", "0503", dag="2025-02-10")

    assert delft == {
        "gemeente": "0503",
        "dag": "2025-02-10",
        "resultaatgebied": "SPF",
        "trede": 3,
        "rang": 13,
        "clienten": 6,
    }
    assert [(rij["gemeente"], rij["clienten"]) for rij in rijen(get, "sturing/treden", "H5")] == [
        ("0503", None),
        ("0603", None),
        (None, 6),
    ]


def test_stacking_before_and_after_a_marked_date(hub: Hub) -> None:
    for n in range(3, 6):
        area = {"code": "FIN2", "ingangsdatum": "2025-03-03"}
        hub.toewijs(nummer=1020 + n, bsnHash=hub.hash(bsn(n)), **area)

    voor, na = rijen(ask(hub), "sturing/stapeling", "0503", markering="2025-03-03")

    assert (voor["moment"], voor["dag"], voor["clienten"], voor["gemiddeld"]) == ("voor", "2025-03-02", {"1": 5}, 1.0)
    assert (na["moment"], na["dag"], na["clienten"], na["gemiddeld"]) == ("na", "2025-04-10", {"1": 2, "2": 3}, 1.6)
    (region,) = [rij for rij in rijen(ask(hub), "sturing/stapeling", "H5") if rij["gemeente"] is None]
    assert (region["moment"], region["clienten"], region["totaal"], region["gemiddeld"]) == ("op", {}, 6, None)


@pytest.mark.parametrize(("with_two", "clienten", "gemiddeld"), [(4, {}, None), (5, {"1": 6, "2": 5}, 1.45)])
def test_the_region_is_not_told_that_few_clients_have_a_number_of_areas(
    hub: Hub, with_two: int, clienten: dict[str, int], gemiddeld: float | None
) -> None:
    for n in range(10, 10 + with_two):
        for plaats, code in enumerate(("SPF3", "FIN2")):
            hub.toewijs(nummer=2000 + 100 * plaats + n, bsnHash=hub.hash(bsn(n)), code=code)
    (region,) = [rij for rij in rijen(ask(hub), "sturing/stapeling", "H5") if rij["gemeente"] is None]

    assert (region["clienten"], region["gemiddeld"]) == (clienten, gemiddeld)


def test_averages_per_client_as_a_series(hub: Hub) -> None:
    # The broken last week counts too: five pieces.
    januari = prestatie(volume=5, bedrag=60000)
    hub.post(wmo323(januari, dagtekening="2025-04-03"))
    series = [rij for rij in rijen(ask(hub), "sturing/reeks", "0503") if rij["periode"] == "2025-P01"]

    assert series == [
        {
            "gemeente": "0503",
            "periode": "2025-P01",
            "clienten": 2,
            "gemiddeldToegewezen": 48000,
            "gemiddeldGedeclareerd": 24000,
            "rijpheid": "voorlopig",
        }
    ]
    region = rijen(ask(hub), "sturing/reeks", "H5")
    assert {rij["gemeente"] for rij in region} == {"0503", "0603", None}
    assert [rij["gemiddeldToegewezen"] for rij in region if rij["periode"] == "2025-P01"] == [None, None]


def test_how_it_counts_is_told_in_dutch(get: Vraag) -> None:
    body = get("sturing/definities", "75000001").json()

    assert body["redenen"]["wmo"]["31"] != body["redenen"]["jeugd"]["31"]
    assert "tolerantie" in body["telregels"]


@pytest.mark.parametrize("path", ["sturing", "sturing/treden", "sturing/stapeling", "sturing/reeks"])
def test_an_aanbieder_knows_a_part_and_counts_nothing(get: Vraag, path: str) -> None:
    assert get(path, "75000001").status_code == 403
    assert get(path, "0503", gemeente="0603").status_code == 403


def test_somebody_authorised_sees_the_gemeente(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        parties.bewaar(conn, parties.Partij("SOFT01", "software", "Softwarehuis"))
        parties.machtig(conn, "SOFT01", "0603", date(2025, 1, 1))

    assert {rij["gemeente"] for rij in rijen(ask(hub), "sturing", "SOFT01")} == {"0603"}


@pytest.mark.parametrize(
    "query",
    [
        {"per": "week"},
        {"van": "1812-01-01"},
        {"van": "2010-01-01", "per": "maand"},
        {"tolerantie": -1},
        {"domein": "zvw"},
    ],
)
def test_what_cannot_be_is_400(get: Vraag, query: dict[str, Any]) -> None:
    assert get("sturing", "0503", **query).status_code == 400


@pytest.fixture
def moving(hub: Hub) -> Vraag:
    """Clients 3 to 7 of Delft go from SPF3 to SPF4 on 3 March, client 3 back on 1 April; by another."""
    with hub.dienst.database.write() as conn:
        laad_producten(conn, "code,resultaatgebied,trede,rang,categorie\nSPF4,SPF,4,14,02\n", hub.moment)
    for n in range(3, 8):
        hub.toewijs(nummer=1000 + n, bsnHash=hub.hash(bsn(n)), ingangsdatum="2025-02-03", einddatum="2025-03-02")
        hub.toewijs(nummer=1100 + n, bsnHash=hub.hash(bsn(n)), code="SPF4", ingangsdatum="2025-03-03", einddatum=None)
    hub.toewijs(nummer=1103, bsnHash=hub.hash(bsn(3)), code="SPF4", ingangsdatum="2025-03-03", einddatum="2025-03-31")
    hub.toewijs(nummer=1203, bsnHash=hub.hash(bsn(3)), ingangsdatum="2025-04-01", aanbieder="75000002")
    return ask(hub)


def changes(get: Vraag, als: str, **query: Any) -> list[tuple[Any, ...]]:
    velden = ("gemeente", "resultaatgebied", "van", "naar", "richting", "clienten")
    return [tuple(rij[veld] for veld in velden) for rij in rijen(get, "sturing/overgangen", als, **query)]


def test_who_changed_of_trede_from_which_to_which(moving: Vraag) -> None:
    up, down = ("0503", "SPF", 3, 4, "omhoog", 5), ("0503", "SPF", 4, 3, "omlaag", 1)

    assert changes(moving, "0503") == [up, down]
    assert changes(moving, "0503", tot="2025-03-31") == [up]
    assert changes(moving, "0503", van="2025-03-04") == [down]
    assert changes(moving, "0603") == []


def test_the_changes_add_up_to_the_flows(moving: Vraag) -> None:
    (flow,) = rijen(moving, "sturing", "0503", per="jaar")
    told = changes(moving, "0503")

    assert flow["tredeOmhoog"] == sum(aantal for *_, richting, aantal in told if richting == "omhoog")
    assert flow["tredeOmlaag"] == sum(aantal for *_, richting, aantal in told if richting == "omlaag")


def test_the_region_is_told_no_small_change_nor_what_gives_it_away(moving: Vraag) -> None:
    # The one who went back is joined with the five who went up: neither is told.
    assert changes(moving, "H5") == [
        ("0503", "SPF", 3, 4, "omhoog", None),
        ("0503", "SPF", 4, 3, "omlaag", None),
        (None, "SPF", 3, 4, "omhoog", None),
        (None, "SPF", 4, 3, "omlaag", None),
    ]
    assert [aantal for *_, aantal in changes(moving, "H5", tot="2025-03-31")] == [5, 5]


def test_clients_per_aanbieder_are_for_the_gemeente_and_the_operator(moving: Vraag) -> None:
    def seen(als: str, **query: Any) -> list[tuple[Any, ...]]:
        velden = ("gemeente", "aanbieder", "resultaatgebied", "trede", "clienten")
        return [tuple(rij[veld] for veld in velden) for rij in rijen(moving, "sturing/aanbieders", als, **query)]

    assert seen("0503") == [
        ("0503", "75000001", "SPF", 4, 4),
        ("0503", "75000002", "SPF", 3, 1),
    ]
    assert seen("0503", dag="2025-02-03") == [("0503", "75000001", "SPF", 3, 6)]
    assert {gemeente for gemeente, *_ in seen("beheer")} == {"0503", "0603"}
    for als in ("H5", "75000001"):
        assert moving("sturing/aanbieders", als).status_code == 403
