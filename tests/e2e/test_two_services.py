"""Two processes that know each other by URL only give the verdicts and the verzilvering of one process."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from running_hub import Hub, serving

from services.cli import example_messages, example_set
from services.cli.console import free_port
from services.cli.demo import fasen
from services.cli.demo_cases import Administratie
from services.cli.demo_scenario import VANDAAG, Deelnemer, Zending, deelnemers
from services.cli.example_messages import Declaratie, Kop
from services.cli.example_xml import as_bytes
from services.cli.fouten import fouten_van, scenario
from services.kernel.catalogue import find

# Enough of the demo to meet every kind of verdict in both releases: refusals of level 2 to 4, a refused 301, an award
# in part, the gemeente's own 304 and 325.
GEMEENTEN = {"0503", "0603", "1842"}


@pytest.fixture(scope="module")
def wie() -> tuple[Deelnemer, ...]:
    return tuple(een for een in deelnemers() if een.gemeente in GEMEENTEN)


@pytest.fixture(scope="module")
def zendingen(wie: tuple[Deelnemer, ...]) -> list[Zending]:
    """All toewijzingen and retouren, and half a year of declarations."""
    toewijzingen, retouren, *jaren = fasen(wie, defaultdict(Administratie)).values()
    return [*toewijzingen, *retouren, *(zending for jaar in jaren for zending in jaar[: len(jaar) // 2])]


@pytest.fixture(scope="module")
def samen(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Both services in one process."""
    data = copied(example_data, tmp_path_factory, "samen")
    with serving(data) as hub:
        yield hub


@pytest.fixture(scope="module")
def apart(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Hub]]:
    """Each service in its own process; both are told where the other is."""
    data = copied(example_data, tmp_path_factory, "apart")
    port = free_port(0)
    with ExitStack() as stack:
        url = f"http://127.0.0.1:{port}/declaration"
        allocation = stack.enter_context(serving(data, "allocation", BERICHTENHUB_DECLARATION_URL=url))
        url = f"{allocation.url}/allocation"
        declaration = stack.enter_context(serving(data, "declaration", port, BERICHTENHUB_ALLOCATION_URL=url))
        yield {"allocation": allocation, "declaration": declaration}


def copied(example_data: Path, factory: pytest.TempPathFactory, name: str) -> Path:
    data = factory.mktemp(name) / "var"
    shutil.copytree(example_data, data)
    return data


def sent(hubs: dict[str, Hub], zendingen: list[Zending]) -> list[dict[str, Any]]:
    """What came back, without what differs from one time to the next: ids, and the numbers in their addresses."""
    replies = []
    for zending in zendingen:
        dienst = zending.soort.dienst
        reply = hubs[dienst].post(dienst, zending.partij, zending.inhoud)
        body = reply.json()
        kept = {name: body.get(name) for name in ("oordeel", "ingediend", "toegekend", "feedNr", "bevindingen", "type")}
        replies.append({"status": reply.status_code, "soort": zending.soort.naam, **kept})
    return replies


def verzilvering(hub: Hub) -> Any:
    return hub.get("/declaration/v1/verzilvering", groepeer="gemeente,aanbieder,resultaatgebied,periode").json()


@pytest.fixture(scope="module")
def uitkomsten(
    samen: Hub, apart: dict[str, Hub], zendingen: list[Zending]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return sent({"allocation": samen, "declaration": samen}, zendingen), sent(apart, zendingen)


def test_two_processes_give_the_verdicts_of_one(
    uitkomsten: tuple[list[dict[str, Any]], list[dict[str, Any]]], zendingen: list[Zending]
) -> None:
    together, separately = uitkomsten

    assert separately == together
    assert [reply["status"] for reply in together] == [zending.status for zending in zendingen]
    assert {"goedgekeurd", "deels_afgekeurd", "afgekeurd", "doorgestuurd"} <= {reply["oordeel"] for reply in together}


def test_two_processes_give_the_verzilvering_of_one(
    uitkomsten: tuple[list[dict[str, Any]], list[dict[str, Any]]], samen: Hub, apart: dict[str, Hub]
) -> None:
    rows = verzilvering(samen)

    assert verzilvering(apart["declaration"]) == rows
    assert sum(row["gedeclareerd"] for row in rows["items"]) > 0


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("betaalbaar/totalen", {}),
        ("sturing", {"per": "jaar", "van": "2025-01-01"}),
        ("sturing/treden", {"dag": "2025-06-30"}),
        ("sturing/reeks", {}),
        ("kwaliteit", {"per": "periode"}),
        ("kwaliteit/prestaties", {}),
    ],
)
def test_two_processes_give_the_figures_of_one(
    uitkomsten: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    samen: Hub,
    apart: dict[str, Hub],
    path: str,
    query: dict[str, str],
) -> None:
    items = samen.get(f"/declaration/v1/{path}", **query).json()["items"]

    assert items
    assert apart["declaration"].get(f"/declaration/v1/{path}", **query).json()["items"] == items


def test_what_is_to_be_paid_is_what_was_booked(
    uitkomsten: tuple[list[dict[str, Any]], list[dict[str, Any]]], samen: Hub
) -> None:
    totalen = samen.get("/declaration/v1/betaalbaar/totalen").json()["items"]
    geboekt = verzilvering(samen)["items"]

    for totaal in totalen:
        wie = totaal["gemeente"], totaal["aanbieder"]
        assert totaal["netto"] == sum(r["gedeclareerd"] for r in geboekt if (r["gemeente"], r["aanbieder"]) == wie)


@pytest.mark.parametrize(
    ("aanbieder", "gemeente", "tijdvak"),
    [("75000001", "0503", {"maand": "2025-11"}), ("75000003", "1842", {"periode": "2025-P12"})],
)
def test_a_draft_is_approved_in_full_in_both_releases(
    uitkomsten: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    samen: Hub,
    apart: dict[str, Hub],
    aanbieder: str,
    gemeente: str,
    tijdvak: dict[str, str],
) -> None:
    """Persons come from allocation, by a function in one process and over HTTP in two."""
    path = "/declaration/v1/declaratieruimte/concept"
    draft, same = (hub.get(path, aanbieder, gemeente=gemeente, **tijdvak) for hub in (samen, apart["declaration"]))

    assert (draft.status_code, draft.headers["weggelaten-regels"]) == (200, "0"), draft.text
    assert same.content == draft.content
    reply = samen.post("declaration", aanbieder, draft.content).json()
    assert (reply["oordeel"], reply["toegekend"], reply["aantalBevindingen"]) == ("goedgekeurd", reply["ingediend"], 0)
    assert reply["toegekend"] > 0
    assert samen.get(path, aanbieder, gemeente=gemeente, **tijdvak).status_code == 404


def test_a_process_has_only_its_own_service(apart: dict[str, Hub]) -> None:
    reply = apart["allocation"].client.get("/declaration/healthz")

    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_removal_asks_the_other_process_what_was_declared(apart: dict[str, Hub]) -> None:
    # Of the Jeugdwet: other parties than those of the tests below.
    soort = find("JW301", "3.2")
    fout = next(fout for fout in fouten_van(soort) if fout.regel == "TR385")

    for stuk in scenario(soort, fout, 5, VANDAAG).stukken:
        reply = apart[stuk.soort.dienst].post(stuk.soort.dienst, stuk.verzender, stuk.inhoud)
        codes = {bevinding["retourcode"] for bevinding in reply.json().get("bevindingen", ())}
        assert (reply.status_code, codes) == (stuk.verwacht.status, {code for _, code in stuk.verwacht.regels})

    assert codes == {"9385"}


def late_claim(wie: tuple[Deelnemer, ...], nummer: int | None) -> bytes:
    """A 323 of one line for December, on the first toewijzing of Delft or on another number."""
    een = wie[0]
    toewijzing = een.toewijzingen[0]
    claim = example_set.maandclaim(toewijzing, date(2025, 12, 1))
    assert claim is not None
    suffix = "A" if nummer is None else "B"
    regel = example_set.regel(een.persoon.bsn, f"LAAT{suffix}", toewijzing, claim)
    if nummer is not None:
        regel = example_messages.Regel(
            **{name: getattr(regel, name) for name in regel.__slots__} | {"toewijzing": nummer}
        )
    declaratie = Declaratie(f"LAAT{suffix}", date(2025, 12, 1), date(2025, 12, 31), [regel])
    kop = Kop(een.aanbieder, een.gemeente, f"LAAT{suffix}", date(2026, 1, 5))
    return as_bytes(lambda uit: example_messages.write_323(uit, kop, declaratie))


def test_without_allocation_known_numbers_are_judged_and_an_unknown_one_gives_503(
    uitkomsten: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    apart: dict[str, Hub],
    wie: tuple[Deelnemer, ...],
) -> None:
    apart["allocation"].stop()
    declaration = apart["declaration"]

    unknown = declaration.post("declaration", "75000001", late_claim(wie, 987_654))
    known = declaration.post("declaration", "75000001", late_claim(wie, None))

    assert unknown.status_code == 503, unknown.text
    assert int(unknown.headers["retry-after"]) > 0
    assert "9338" not in unknown.text
    assert known.status_code == 201, known.text
    assert known.json()["oordeel"] == "goedgekeurd"
    assert declaration.get("/declaration/v1/berichten", identificatie="LAATB").json()["items"] == []
