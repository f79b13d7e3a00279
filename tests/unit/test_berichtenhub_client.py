"""The client of one file: it needs httpx alone, waits as the hub asks, and tells a refusal from no answer."""

import ast
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from builders import wmo301, wmo323
from services.cli import berichtenhub_client
from services.cli.berichtenhub_client import Hub, Onbereikbaar, Probleem, dienst_van

UITKOMST: dict[str, Any] = {
    "id": "6f1c2a8e",
    "standaard": "iwmo",
    "release": "3.2",
    "berichtsoort": "WMO323",
    "verzender": "75000001",
    "bestemming": "0503",
    "identificatie": "D1",
    "oordeel": "goedgekeurd",
    "ingediend": 1,
    "toegekend": 1,
    "feedNr": 1,
    "aantalBevindingen": 0,
    "bevindingen": [],
    "retour": None,
    "laterErbij": True,
}
BEZET = {"type": "/problemen/bezet", "title": "Bezet", "status": 503, "detail": "Later."}


class Nagebootst:
    """What a hub answers, one after another; what was asked, and how long was waited."""

    def __init__(self, *antwoorden: httpx.Response | Exception, geduld: float = 100) -> None:
        self.antwoorden = list(antwoorden)
        self.gevraagd: list[httpx.Request] = []
        self.gewacht: list[float] = []
        transport = httpx.MockTransport(self.antwoord)
        self.hub = Hub("http://hub.example/", "bh_x", geduld=geduld, slaap=self.gewacht.append, transport=transport)

    def antwoord(self, verzoek: httpx.Request) -> httpx.Response:
        self.gevraagd.append(verzoek)
        antwoord = self.antwoorden.pop(0)
        if isinstance(antwoord, Exception):
            raise antwoord
        return antwoord


def test_it_can_be_copied_out_of_here() -> None:
    tree = ast.parse(Path(berichtenhub_client.__file__).read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert {name.split(".")[0] for name in imported} - set(sys.stdlib_module_names) == {"httpx"}


@pytest.mark.parametrize(
    ("inhoud", "dienst"), [(wmo301(), "allocation"), (wmo323(), "declaration"), (b"onzin", "allocation")]
)
def test_the_namespace_says_which_service_takes_a_message(inhoud: bytes, dienst: str) -> None:
    assert dienst_van(inhoud) == dienst


def test_what_the_hub_says_besides_is_left_out() -> None:
    nagebootst = Nagebootst(httpx.Response(201, json=UITKOMST))

    uitkomst = nagebootst.hub.dien_in(wmo323())

    assert (uitkomst.oordeel, uitkomst.nieuw, uitkomst.dienst) == ("goedgekeurd", True, "declaration")
    assert uitkomst.inhoud["laterErbij"]
    assert str(nagebootst.gevraagd[0].url) == "http://hub.example/declaration/v1/berichten"


@pytest.mark.parametrize("url", ["http://hub.example/zandbak/proef", "http://hub.example/zandbak/proef/"])
def test_a_hub_may_be_mounted_below_a_path(url: str) -> None:
    gevraagd: list[str] = []

    def antwoord(verzoek: httpx.Request) -> httpx.Response:
        gevraagd.append(verzoek.url.path)
        return httpx.Response(201, json=UITKOMST)

    Hub(url, "bh_x", transport=httpx.MockTransport(antwoord)).dien_in(wmo301())

    assert gevraagd == ["/zandbak/proef/allocation/v1/berichten"]


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_the_hub_asks_and_sends_the_same_again(status: int) -> None:
    bezet = httpx.Response(status, json=BEZET, headers={"Retry-After": "7"})
    nagebootst = Nagebootst(bezet, httpx.Response(200, json=UITKOMST))

    uitkomst = nagebootst.hub.dien_in(wmo323())

    assert not uitkomst.nieuw
    assert [int(seconden) for seconden in nagebootst.gewacht] == [7]
    assert len({verzoek.content for verzoek in nagebootst.gevraagd}) == 1


def test_without_a_connection_it_tries_again_and_later_each_time() -> None:
    weg = [httpx.ConnectError("weg") for _ in range(6)]
    nagebootst = Nagebootst(*weg, httpx.Response(201, json=UITKOMST))

    nagebootst.hub.dien_in(wmo323())

    gewacht = nagebootst.gewacht
    assert all(0.25 * 2**poging <= pauze <= 0.5 * 2**poging for poging, pauze in enumerate(gewacht))
    assert len(set(gewacht)) == len(gewacht) == 6


def test_when_its_patience_is_at_an_end_it_says_why() -> None:
    with pytest.raises(Onbereikbaar):
        Nagebootst(httpx.ConnectError("weg"), geduld=0).hub.dien_in(wmo323())
    with pytest.raises(Probleem) as bezet:
        Nagebootst(httpx.Response(503, json=BEZET, headers={"Retry-After": "30"}), geduld=10).hub.dien_in(wmo323())
    assert (bezet.value.type, bezet.value.wachten) == ("bezet", 30)


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    nagebootst = Nagebootst(httpx.Response(status, json={"type": "/problemen/zo", "title": "Zo", "detail": "Nee."}))

    with pytest.raises(Probleem) as nee:
        nagebootst.hub.dien_in(wmo323())

    assert (nee.value.status, nee.value.type, nagebootst.gewacht) == (status, "zo", [])


def test_an_answer_that_is_none_of_a_hub_is_a_problem_without_a_type() -> None:
    for antwoord in (httpx.Response(200, text="<html>"), httpx.Response(404, text="weg"), httpx.Response(200, json=[])):
        with pytest.raises(Probleem) as vreemd:
            Nagebootst(antwoord).hub.dien_in(wmo323())
        assert vreemd.value.type == "onbekend"
