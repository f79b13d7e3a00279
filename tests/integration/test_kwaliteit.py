"""Quality figures of both services over HTTP: what counts, whose it is, and who sees it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from allocation_service import DELFT, EEN, RIJSWIJK
from allocation_service import Hub as Allocation
from asking import Vraag, ask
from declaration_hub import Hub, make_hub
from fastapi.testclient import TestClient
from forwarding_messages import heen, retour

from builders import Record, bsn, client, prestatie, product, set_text, wmo301, wmo302, wmo323, wmo325
from services.allocation.api import create_app
from services.declaration import tables
from services.kernel import read_in
from services.kernel.reading import Afwijzing
from services.kernel.tables import bericht
from services.kernel.toegang import parties

AANBIEDER = "75000001"


def rows(reply: httpx.Response) -> list[dict[str, Any]]:
    assert reply.status_code == 200, reply.text
    assert reply.json()["volgende"] is None
    return list(reply.json()["items"])


def of(items: list[dict[str, Any]], partij: str, soort: str) -> dict[str, Any]:
    (row,) = [item for item in items if (item["partij"], item["berichtsoort"]) == (partij, soort)]
    return row


# --- declaration -----------------------------------------------------------------------------------------------------


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """10 February: to Delft one right, one refused line, one XSD refusal and a credit; to Rijswijk one that waits."""
    made = make_hub(tmp_path)
    made.toewijs()
    made.toewijs(gemeente="0603", bsnHash=made.hash(bsn(3)))
    right = wmo323()
    made.post(right)
    made.post(right)  # a replay
    wrong = prestatie(referentie="P2", toewijzing=9999)
    made.post(wmo323(wrong, identificatie="D2", nummer="N2"))
    with pytest.raises(Afwijzing):
        made.post(set_text(wmo323(identificatie="D3", nummer="N3"), "BerichtVersie", "9"))
    credit = prestatie(referentie="P4", vorig="P0001", dc="C")
    made.post(wmo323(credit, identificatie="D4", nummer="N4"))
    made.post(rijswijk())
    return made


def rijswijk() -> bytes:
    lines = {bsn(3): [prestatie(referentie="P5")]}
    return wmo323(clienten=lines, ontvanger="0603", identificatie="D5", nummer="N5")


@pytest.fixture
def get(hub: Hub) -> Vraag:
    return ask(hub)


def test_messages_are_counted_by_what_became_of_them(get: Vraag) -> None:
    row = of(rows(get("kwaliteit", AANBIEDER)), AANBIEDER, "WMO323")

    assert row == {
        "partij": AANBIEDER,
        "tijdvak": "2025-02",
        "berichtsoort": "WMO323",
        "aangeboden": 5,
        "ineensGoed": 2,
        "deelsAfgekeurd": 1,
        "afgekeurd": 0,
        "schemafout": 1,
        "open": 1,
        "percentageIneensGoed": 50.0,
        "codes": [{"retourcode": "9338", "aantal": 1}],
        "dubbel": 0,
        "beantwoord": 0,
        "mediaanWerkdagen": None,
        "opTijd": 0,
        "teLaat": 0,
        "percentageBinnenTermijn": None,
    }


def test_what_the_gemeente_answers_decides_and_its_time_is_counted(hub: Hub) -> None:
    # Ten working days from Monday 10 February end on Monday 24 February.
    later = hub.op(date(2025, 2, 25))
    later.post(wmo325(rijswijk(), refused={"P5": ["9308"]}, dagtekening="2025-02-25"), als="0603")
    items = rows(ask(later)("kwaliteit", "beheer"))

    assert of(items, AANBIEDER, "WMO323")["deelsAfgekeurd"] == 2
    answer = of(items, "0603", "WMO325")
    assert (answer["beantwoord"], answer["mediaanWerkdagen"], answer["percentageBinnenTermijn"]) == (1, 11.0, 0.0)
    assert (answer["aangeboden"], answer["ineensGoed"]) == (1, 1)
    # The hub answered for Delft at once.
    delft = of(items, "0503", "WMO325")
    assert (delft["beantwoord"], delft["mediaanWerkdagen"], delft["aangeboden"]) == (3, 0.0, 0)


def test_what_waits_longer_than_its_term_is_not_in_time(hub: Hub) -> None:
    for dag, percentage in ((date(2025, 2, 24), None), (date(2025, 2, 25), 0.0)):
        row = of(rows(ask(hub.op(dag))("kwaliteit", "0603")), "0603", "WMO325")
        assert (row["beantwoord"], row["percentageBinnenTermijn"]) == (0, percentage)
        assert (row["opTijd"], row["teLaat"]) == (0, 0 if percentage is None else 1)


def test_each_sees_himself_and_a_gemeente_its_aanbieders_towards_it(get: Vraag) -> None:
    assert of(rows(get("kwaliteit", "0603")), AANBIEDER, "WMO323")["aangeboden"] == 1
    # An XSD refusal does not tell for whom it was.
    assert of(rows(get("kwaliteit", "0503")), AANBIEDER, "WMO323")["aangeboden"] == 3
    assert {item["partij"] for item in rows(get("kwaliteit", AANBIEDER))} == {AANBIEDER}
    assert rows(get("kwaliteit", "75000002")) == []
    assert {item["partij"] for item in rows(get("kwaliteit", "H5"))} == {AANBIEDER, "0503", "0603"}
    assert {item["partij"] for item in rows(get("kwaliteit", "H5", partij="0603"))} == {"0603"}


def test_Prestaties_are_counted_apart(get: Vraag) -> None:
    (row,) = rows(get("kwaliteit/prestaties", AANBIEDER))

    assert row == {
        "partij": AANBIEDER,
        "tijdvak": "2025-02",
        "aangeboden": 4,
        "goedgekeurd": 2,
        "open": 1,
        "percentageGoedgekeurd": 66.67,
        "credits": 1,
        "percentageCredits": 25.0,
        # 31 January to 3 February.
        "mediaanDagenTotDeclaratie": 3.0,
        "codes": [{"retourcode": "9338", "aantal": 1}],
    }
    assert rows(get("kwaliteit/prestaties", "0603"))[0]["aangeboden"] == 1
    assert rows(get("kwaliteit/prestaties", "75000002")) == []


def lines(numbers: Iterable[int], message: str) -> dict[str, list[Record]]:
    """A line for each of these clients, each on a toewijzing of his own."""
    return {bsn(n): [prestatie(referentie=f"{message}{n}", toewijzing=1000 + n)] for n in numbers}


def lines_of(folder: Path, clienten: int) -> Hub:
    """3 March. In February all clients but the last in one message, the first and the last in another; in March one."""
    made = make_hub(folder)
    for n in range(1, clienten + 1):
        made.toewijs(nummer=1000 + n, bsnHash=made.hash(bsn(n)))
    made.post(wmo323(clienten=lines(range(1, clienten), "A"), identificatie="A", nummer="A"))
    made.post(wmo323(clienten=lines([1, clienten], "B"), identificatie="B", nummer="B"))
    later = made.op(date(2025, 3, 3))
    later.post(wmo323(clienten=lines([1], "C"), identificatie="C", nummer="C", dagtekening="2025-03-03"))
    return later


def test_the_region_sees_no_figure_about_lines_of_four_clients(tmp_path: Path) -> None:
    get = ask(lines_of(tmp_path, 4))

    figures = ("aangeboden", "goedgekeurd", "open", "percentageGoedgekeurd", "credits", "percentageCredits")
    hidden = {**dict.fromkeys(figures), "mediaanDagenTotDeclaratie": None, "codes": []}
    assert rows(get("kwaliteit/prestaties", "H5")) == [
        {"partij": AANBIEDER, "tijdvak": maand, **hidden} for maand in ("2025-02", "2025-03")
    ]
    for als in ("0503", AANBIEDER, "beheer"):
        assert [row["aangeboden"] for row in rows(get("kwaliteit/prestaties", als))] == [5, 1]


def test_the_region_sees_the_figures_about_lines_of_five_clients(tmp_path: Path) -> None:
    get = ask(lines_of(tmp_path, 5))
    februari, maart = rows(get("kwaliteit/prestaties", "H5"))

    assert februari == rows(get("kwaliteit/prestaties", "beheer"))[0]
    assert (februari["aangeboden"], len(februari["codes"])) == (6, 1)
    assert (maart["tijdvak"], maart["aangeboden"], maart["codes"]) == ("2025-03", None, [])
    periods = rows(get("kwaliteit/prestaties", "H5", per="periode"))
    assert [(row["tijdvak"], row["aangeboden"]) for row in periods] == [("2025-P02", 6), ("2025-P03", None)]


def test_the_day_of_receipt_decides_where_it_counts(hub: Hub, get: Vraag) -> None:
    assert of(rows(get("kwaliteit", AANBIEDER, per="periode")), AANBIEDER, "WMO323")["tijdvak"] == "2025-P02"
    assert rows(get("kwaliteit", AANBIEDER, tot="2025-02-09")) == []
    assert rows(get("kwaliteit", AANBIEDER, van="2025-02-10", tot="2025-02-10")) != []


def test_what_was_read_in_at_going_live_is_no_traffic(hub: Hub, get: Vraag) -> None:
    with hub.dienst.database.write() as conn:
        conn.execute(bericht.update().values(partij=read_in.INGELEZEN))

    assert [item["berichtsoort"] for item in rows(get("kwaliteit", "beheer")) if item["schemafout"] == 0] == []
    assert rows(get("kwaliteit/prestaties", "beheer")) == []
    assert hub.count(tables.prestatie) == 4


@pytest.mark.parametrize("path", ["kwaliteit", "kwaliteit/prestaties"])
@pytest.mark.parametrize(
    "query", [{"per": "week"}, {"van": "2025-03-01", "tot": "2025-02-01"}, {"van": "2010-01-01"}, {"partij": "?"}]
)
def test_what_cannot_be_is_400(get: Vraag, path: str, query: dict[str, str]) -> None:
    assert get(path, "0503", **query).status_code == 400


# --- allocation ------------------------------------------------------------------------------------------------------


@pytest.fixture
def allocation(tmp_path: Path) -> Iterator[Allocation]:
    """On 3 February: two 301s with three toewijzingen, one changed later, a 305 and a refused one."""
    made = Allocation(tmp_path)
    made.send(DELFT, wmo301(dagtekening="2025-01-01"))
    retro = [product(nummer=1002, code="FIN2"), product(nummer=1003, code="ORH3", categorie="01")]
    made.send(DELFT, wmo301(*retro, identificatie="T2", dagtekening="2025-01-11"))
    later = product(einddatum="2025-06-30", reden="12", toewijzingsdatum="2025-02-01")
    made.send(DELFT, wmo301(later, identificatie="T3", dagtekening="2025-02-01"))
    made.send(EEN, heen("WMO305"))
    yield made
    made.dienst.database.close()


Vraagt = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def vraag(allocation: Allocation) -> Vraagt:
    def vraag(path: str, als: str, **query: Any) -> list[dict[str, Any]]:
        with allocation.dienst.database.write() as conn:
            key = parties.nieuwe_sleutel(conn, als, datetime(2025, 2, 3, tzinfo=UTC))
        web = TestClient(create_app(allocation.dienst, allocation.vraag))
        return rows(web.get(f"/v1/{path}", params=query, headers={"Authorization": f"Bearer {key}"}))

    return vraag


def test_allocation_counts_its_own_kinds(allocation: Allocation, vraag: Vraagt) -> None:
    allocation.send(EEN, wmo302(wmo301(dagtekening="2025-01-01"), codes=["9332"], dagtekening="2025-02-03"))
    allocation.send(DELFT, retour("WMO306"))
    items = vraag("kwaliteit", DELFT.code)

    sent = of(items, DELFT.code, "WMO301")
    # The first one is taken back by the 302 that refuses it.
    assert (sent["aangeboden"], sent["ineensGoed"], sent["afgekeurd"]) == (3, 2, 1)
    assert of(items, DELFT.code, "WMO306")["beantwoord"] == 1
    started = of(items, EEN.code, "WMO305")
    assert (started["aangeboden"], started["ineensGoed"], started["open"]) == (1, 1, 0)
    answered = of(items, EEN.code, "WMO302")
    assert (answered["beantwoord"], answered["mediaanWerkdagen"], answered["percentageBinnenTermijn"]) == (
        1,
        0.0,
        100.0,
    )


def test_retroactive_is_what_begins_before_the_day_of_its_301(vraag: Vraagt) -> None:
    (row,) = vraag("kwaliteit/toewijzingen", DELFT.code)

    # On the day itself is not before it, and a changed toewijzing is not a new one.
    assert row == {
        "partij": "0503",
        "tijdvak": "2025-02",
        "nieuw": 3,
        "terugwerkend": 2,
        "percentageTerugwerkend": 66.67,
        "mediaanDagenTerug": 10.0,
        "meesteDagenTerug": 10,
    }


def test_another_gemeente_sees_none_of_it_and_the_region_all(vraag: Vraagt) -> None:
    assert vraag("kwaliteit/toewijzingen", RIJSWIJK.code) == []
    assert [row["partij"] for row in vraag("kwaliteit/toewijzingen", "H5")] == [DELFT.code]
    assert vraag("kwaliteit", RIJSWIJK.code) == []


@pytest.mark.parametrize(("clienten", "told"), [(4, False), (5, True)])
def test_the_region_sees_no_figure_about_toewijzingen_of_fewer_than_five_clients(
    allocation: Allocation, vraag: Vraagt, clienten: int, told: bool
) -> None:
    # The first client has three already.
    for n in range(2, clienten + 1):
        wie = client(bsn=bsn(n))
        een = product(nummer=1100 + n)
        allocation.send(DELFT, wmo301(een, client=wie, identificatie=f"K{n}", dagtekening="2025-01-11"))
    (own,), region = (vraag("kwaliteit/toewijzingen", als) for als in (DELFT.code, "H5"))

    assert own["nieuw"] == clienten + 2
    hidden = {"partij": "0503", "tijdvak": "2025-02", **dict.fromkeys(own.keys() - {"partij", "tijdvak"})}
    assert region == [own if told else hidden]
    assert vraag("kwaliteit/toewijzingen", "BEHEER") == [own]
