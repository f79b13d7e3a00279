"""The client of one file against a real hub, and everything it asks for against the OpenAPI documents."""

import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest
from running_hub import Hub, serving
from typer.testing import CliRunner

from services.cli import app, berichtenhub_client
from services.cli.berichtenhub_client import Probleem
from services.cli.openapi import documenten

VANDAAG = "2026-02-15"


class Opgeschreven(httpx.HTTPTransport):
    """Requests on their way to the hub: method, path and the names of their parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.verzoeken: list[tuple[str, str, frozenset[str]]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        namen = {*request.url.params, *({"prefer"} if "prefer" in request.headers else ())}
        self.verzoeken.append((request.method, request.url.path, frozenset(namen)))
        return super().handle_request(request)


@pytest.fixture(scope="module")
def hub(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    data = tmp_path_factory.mktemp("client") / "var"
    shutil.copytree(example_data, data)
    with serving(data, BERICHTENHUB_VANDAAG=VANDAAG) as running:
        yield running


@pytest.fixture
def weg() -> Opgeschreven:
    return Opgeschreven()


def als(hub: Hub, partij: str, weg: Opgeschreven) -> berichtenhub_client.Hub:
    return berichtenhub_client.Hub(hub.url, hub.keys[partij], transport=weg)


def example(soort: str, seed: int, *more: str) -> bytes:
    made = CliRunner().invoke(app, ["example", soort, "--seed", str(seed), "--vandaag", VANDAAG, *more])
    assert made.exit_code == 0
    return bytes(made.stdout_bytes)


documents = cache(documenten)


def operation(path: str, method: str) -> tuple[str, set[str]] | None:
    """The operation of the documents that this is a request for, and the names of its parameters."""
    for dienst, document in documents().items():
        for template, operations in document["paths"].items():
            pattern = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in template.split("/"))
            if re.fullmatch(f"/{dienst}/v1{pattern}", path) and method.lower() in operations:
                found = operations[method.lower()]
                return found["operationId"], {parameter["name"] for parameter in found.get("parameters", ())}
    return None


def test_a_day_of_two_parties_and_every_request_of_it_stands_in_the_documents(hub: Hub, weg: Opgeschreven) -> None:
    gemeente, aanbieder, beheer = (als(hub, code, weg) for code in ("0503", "75000001", "beheer"))
    toewijzing, declaratie = example("WMO301", 5), example("WMO323", 5, "--prestaties", "2")

    gedaan = gemeente.dien_in(toewijzing)
    assert (gedaan.oordeel, gedaan.nieuw, gemeente.dien_in(toewijzing).nieuw) == ("goedgekeurd", True, False)
    assert aanbieder.valideer(declaratie).id is None
    uitkomst = aanbieder.dien_in(declaratie)
    assert uitkomst.id is not None
    assert uitkomst.retour is not None

    assert aanbieder.bericht("declaration", uitkomst.id).toegekend == uitkomst.toegekend
    assert aanbieder.xml("declaration", uitkomst.id) == declaratie
    assert b"</" in (aanbieder.retour("declaration", uitkomst.id) or b"")
    assert gedaan.id is not None
    assert gemeente.retour("allocation", gedaan.id) is None
    zoekend = {"identificatie": uitkomst.identificatie, "berichtsoort": "WMO323", "verzender": "75000001"}
    gevonden = aanbieder.zoek(
        "declaration", **zoekend, bestemming="0503", oordeel="goedgekeurd", van="2020-01-01", tot="2100-01-01"
    )
    assert [een.id for een in gevonden] == [uitkomst.id]

    post = aanbieder.postbus("allocation", wachten=1, partij="75000001")
    assert [stuk.berichtId for stuk in post] == [gedaan.id]
    aanbieder.bevestig("allocation", post[0].nr, partij="75000001")
    assert aanbieder.postbus("allocation")[0].bevestigd is not None
    with pytest.raises(Probleem) as geen:
        aanbieder.gebeurtenis("00000000-0000-0000-0000-000000000000", "allocation")
    assert (geen.value.status, geen.value.type) == (404, "niet-gevonden")

    toegewezen = list(aanbieder.toewijzingen(gemeente="0503", aanbieder="75000001", status="actueel"))
    nummer = toegewezen[0]["nummer"]
    assert [een["nummer"] for een in aanbieder.toewijzingen(nummer=nummer)] == [nummer]
    rijen = beheer.verzilvering(["gemeente", "periode"], gemeente="0503", aanbieder="75000001", bevroren=False)
    assert sum(rij["gedeclareerd"] for rij in rijen) == uitkomst.toegekend
    assert beheer.verzilvering(periode="2020-P01", rijpheid="rijp", peildatum="2020-02-01") == []
    assert len(list(gemeente.termijnen("allocation", status=["open"], rol="wachtend"))) == 1
    assert len(list(beheer.rijen("declaration", "perioden", jaar=2025))) == 13

    missing = [(method, path) for method, path, _ in weg.verzoeken if operation(path, method) is None]
    assert missing == []
    unknown = [
        (path, names - known[1])
        for method, path, names in weg.verzoeken
        if (known := operation(path, method)) and names - known[1]
    ]
    assert unknown == []


def test_lists_are_read_page_after_page(hub: Hub, weg: Opgeschreven) -> None:
    gemeente = als(hub, "0503", weg)
    for seed in range(70, 73):
        gemeente.dien_in(example("WMO301", seed))

    assert len(list(gemeente.rijen("allocation", "berichten", limit=2))) >= 3
    assert any("na" in names for _, _, names in weg.verzoeken)


def test_a_key_that_is_not_known_is_told_as_such(hub: Hub) -> None:
    with berichtenhub_client.Hub(hub.url, "bh_onbekend") as vreemd, pytest.raises(Probleem) as nee:
        vreemd.postbus("allocation")

    assert (nee.value.status, nee.value.type) == (401, "niet-ingelogd")
