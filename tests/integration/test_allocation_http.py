"""Allocation over HTTP: handing in, the list of toewijzingen, the feed, and what is logged."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allocation_service import BEHEER, DELFT, EEN, NU, PARTIJEN, REGIO, RIJSWIJK, SOFTWARE, TWEE, VANDAAG, Hub
from fastapi.testclient import TestClient
from httpx import Response

from builders import client, product, wmo301, wmo302
from services.allocation.api import create_app
from services.kernel import tables as kernel
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij
from services.kernel.waarneming import logs

BSN = "999900006"
HEEN = wmo301()


class Caller:
    """The service behind HTTP, with a key for every party."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.http = TestClient(
            create_app(hub.dienst, hub.vraag), root_path="/allocation", raise_server_exceptions=False
        )
        with hub.dienst.database.write() as conn:
            self.keys = {p.code: parties.nieuwe_sleutel(conn, p.code, NU) for p in PARTIJEN}

    def post(self, partij: Partij, xml: bytes, path: str = "berichten", **headers: str) -> Response:
        every = {**self._key(partij), "Content-Type": "application/xml", **headers}
        return self.http.post(f"/v1/{path}", content=xml, headers=every)

    def get(self, partij: Partij, path: str, **query: Any) -> Response:
        return self.http.get(f"/v1/{path}", params=query, headers=self._key(partij))

    def items(self, partij: Partij, **query: Any) -> list[tuple[str, int]]:
        """(gemeente, nummer) of the toewijzingen a party sees."""
        reply = self.get(partij, "toewijzingen", **query)
        assert reply.status_code == 200
        return [(item["gemeente"], item["nummer"]) for item in reply.json()["items"]]

    def _key(self, partij: Partij) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[partij.code]}"}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.dienst.database.close()


@pytest.fixture
def caller(hub: Hub) -> Caller:
    return Caller(hub)


def test_a_301_is_answered_with_the_verdict(caller: Caller) -> None:
    reply = caller.post(DELFT, HEEN)

    assert reply.status_code == 201
    body = reply.json()
    assert reply.headers["Location"] == f"/allocation/v1/berichten/{body['id']}"
    del body["id"]
    assert body == {
        "standaard": "iwmo",
        "release": "3.2",
        "berichtsoort": "WMO301",
        "verzender": "0503",
        "bestemming": "75000001",
        "identificatie": "T0001",
        "oordeel": "goedgekeurd",
        "ingediend": None,
        "toegekend": None,
        "feedNr": None,
        "aantalBevindingen": 0,
        "bevindingen": [],
        "retour": None,
    }


def test_a_replay_is_200_with_the_same_body(caller: Caller) -> None:
    first = caller.post(DELFT, HEEN)

    again = caller.post(DELFT, HEEN)

    assert (again.status_code, again.json()) == (200, first.json())


def test_a_refused_301_has_its_302_one_link_away(caller: Caller) -> None:
    reply = caller.post(DELFT, wmo301(client=client(bsn="999900007")))

    body = reply.json()
    assert (reply.status_code, body["oordeel"], body["aantalBevindingen"]) == (201, "afgekeurd", 1)
    assert body["retour"]["berichtsoort"] == "WMO302"
    answer = caller.get(DELFT, body["retour"]["href"].removeprefix("/allocation/v1/"))
    assert answer.status_code == 200
    assert b"<wmo302:RetourCode>0001</wmo302:RetourCode>" in answer.content
    assert b"\r\n" in answer.content
    (item,) = caller.get(DELFT, "postbus").json()["items"]
    assert item["berichtsoort"] == "WMO302"


def test_with_Accept_xml_the_302_itself_comes_back(caller: Caller) -> None:
    refused = caller.post(DELFT, wmo301(client=client(bsn="999900007")), Accept="application/xml")
    passed = caller.post(DELFT, HEEN, Accept="application/xml")

    assert refused.headers["content-type"].startswith("application/xml")
    assert passed.status_code == 202


def test_the_aanbieder_reads_its_postbus_and_answers(caller: Caller) -> None:
    caller.post(DELFT, HEEN)
    (item,) = caller.get(EEN, "postbus").json()["items"]
    received = caller.get(EEN, item["href"].removeprefix("/allocation/v1/")).content
    assert received == HEEN

    reply = caller.post(EEN, wmo302(received, codes=("9332",)))

    assert reply.status_code == 201
    assert caller.items(DELFT, status="vervallen") == [("0503", 1001)]


@pytest.mark.parametrize(
    "partij, xml, status, kind",
    [
        (RIJSWIJK, HEEN, 403, "niet-namens"),
        (DELFT, wmo301(ontvanger="75000099"), 400, "onbekende-bestemming"),
        (DELFT, HEEN.replace(b"2611AA", b""), 400, "xsd-ongeldig"),
        (EEN, wmo302(HEEN), 409, "geen-heenbericht"),
    ],
)
def test_what_cannot_be_judged_is_a_problem(caller: Caller, partij: Partij, xml: bytes, status: int, kind: str) -> None:
    reply = caller.post(partij, xml)

    assert (reply.status_code, reply.json()["type"]) == (status, f"/problemen/{kind}")
    assert reply.headers["content-type"] == "application/problem+json"
    assert BSN not in reply.text


def test_a_wrongly_built_302_lists_its_findings(caller: Caller) -> None:
    caller.post(DELFT, HEEN)

    reply = caller.post(EEN, wmo302(HEEN, header_codes=("0200",), client_codes={}))

    assert (reply.status_code, reply.json()["type"]) == (400, "/problemen/retour-onjuist")
    assert [found["regel"] for found in reply.json()["bevindingen"]] == ["OP065"]


def test_a_validation_stores_nothing(caller: Caller) -> None:
    before = caller.hub.counts()

    reply = caller.post(DELFT, wmo301(client=client(bsn="999900007")), "validaties")

    assert (reply.status_code, reply.json()["oordeel"], reply.json()["id"]) == (200, "afgekeurd", None)
    assert caller.hub.counts() == before


# --- GET /toewijzingen -----------------------------------------------------------------------------------------------


@pytest.fixture
def stocked(caller: Caller) -> Caller:
    """Delft with two toewijzingen at aanbieder een and one at twee, of which one is removed; Rijswijk with one."""
    caller.post(DELFT, wmo301(product(), product(nummer=1002, code="FIN1"), identificatie="T1"))
    caller.post(DELFT, wmo301(product(nummer=1003), ontvanger=TWEE.code, identificatie="T2"))
    caller.post(RIJSWIJK, wmo301(product(frequentie="6", einddatum=None), afzender=RIJSWIJK.code))
    gone = product(nummer=1002, code="FIN1", toewijzingstijd="11:00:00", einddatum="2025-01-01", reden="13")
    caller.post(DELFT, wmo301(gone, identificatie="T3"))
    return caller


def test_everyone_sees_their_own_toewijzingen_only(stocked: Caller) -> None:
    delft = [("0503", 1001), ("0503", 1003), ("0503", 1002)]

    assert stocked.items(DELFT) == delft
    assert stocked.items(RIJSWIJK) == [("0603", 1001)]
    assert stocked.items(EEN) == [("0503", 1001), ("0603", 1001), ("0503", 1002)]
    assert stocked.items(TWEE) == [("0503", 1003)]
    assert stocked.items(REGIO) == []
    assert stocked.items(SOFTWARE) == []
    assert len(stocked.items(BEHEER)) == 4


def test_a_machtiging_opens_those_of_the_other(stocked: Caller) -> None:
    with stocked.hub.dienst.database.write() as conn:
        parties.machtig(conn, SOFTWARE.code, TWEE.code, VANDAAG)

    assert stocked.items(SOFTWARE) == [("0503", 1003)]


def test_the_filters_of_the_list(stocked: Caller) -> None:
    assert stocked.items(EEN, gemeente="0603") == [("0603", 1001)]
    assert stocked.items(DELFT, aanbieder=TWEE.code) == [("0503", 1003)]
    assert stocked.items(DELFT, nummer=1001) == [("0503", 1001)]
    assert stocked.items(DELFT, status="vervallen") == [("0503", 1002)]
    assert stocked.items(DELFT, status="actueel") == [("0503", 1001), ("0503", 1003)]
    assert stocked.items(RIJSWIJK, status="actueel") == [("0603", 1001)]
    assert stocked.get(DELFT, "toewijzingen", gemeente="0603").status_code == 403
    assert stocked.get(DELFT, "toewijzingen", gemeente="503").status_code == 400


def test_the_list_goes_by_pages(stocked: Caller) -> None:
    seen, na = [], 0
    while na is not None:
        page = stocked.get(DELFT, "toewijzingen", limit=1, na=na).json()
        seen += [item["nummer"] for item in page["items"]]
        na = page["volgende"]

    assert seen == [1001, 1003, 1002]


def test_an_item_of_the_list_has_no_client(stocked: Caller) -> None:
    item = stocked.get(DELFT, "toewijzingen", nummer=1001).json()["items"][0]

    assert item["status"] == "actueel"
    assert (item["ingangsdatum"], item["einddatum"], item["toewijzingstijd"]) == (
        "2025-01-01",
        "2025-12-31",
        "10:00:00",
    )
    assert not {name for name in item if "bsn" in name.lower() or "client" in name.lower()}


# --- GET /feed -------------------------------------------------------------------------------------------------------


def test_the_feed_is_for_the_hub_itself(stocked: Caller) -> None:
    secret = stocked.hub.dienst.settings.dienst_sleutel.get_secret_value()

    other_service = stocked.http.get("/v1/feed", headers={"Authorization": f"Bearer {secret}"})

    assert other_service.status_code == 200
    assert [row["nr"] for row in other_service.json()["items"]] == [1, 2, 3, 4, 5]
    assert stocked.get(BEHEER, "feed").json() == other_service.json()
    for partij in (DELFT, EEN, REGIO, SOFTWARE):
        assert stocked.get(partij, "feed").status_code == 403


def test_the_feed_goes_on_where_one_was(stocked: Caller) -> None:
    page = stocked.get(BEHEER, "feed", na=1, limit=2).json()
    assert ([row["nr"] for row in page["items"]], page["volgende"]) == ([2, 3], 3)

    last = stocked.get(BEHEER, "feed", na=3, limit=2).json()
    assert ([row["nr"] for row in last["items"]], last["volgende"]) == ([4, 5], None)


# --- what goes out ---------------------------------------------------------------------------------------------------


def test_no_bsn_in_the_log_and_one_line_per_request(caller: Caller) -> None:
    stream = io.StringIO()
    logs.configure(stream)

    caller.post(DELFT, HEEN)
    caller.post(EEN, wmo302(HEEN, codes=("9332",)))
    caller.post(DELFT, HEEN.replace(BSN.encode(), b"99990000X"))
    caller.post(RIJSWIJK, HEEN)

    lines = [json.loads(line) for line in stream.getvalue().splitlines() if '"verzoek"' in line]
    own = [line for line in lines if line.get("gebeurtenis") == "verzoek"]
    assert [line["status"] for line in own] == [201, 201, 400, 403]
    for value in (BSN, "99990000X", "Voorbeeldstraat"):
        assert value not in stream.getvalue()
    for table in (kernel.audit, kernel.weigering, kernel.bericht):
        assert BSN not in str([tuple(row) for row in caller.hub.rows(table)])


def test_the_document_describes_the_lists_with_examples(caller: Caller) -> None:
    document = caller.http.get("/v1/openapi.json").json()

    assert {"/toewijzingen", "/feed", "/berichten"} <= document["paths"].keys()
    toewijzing, feedrij = (
        document["components"]["examples"][name]["value"]["items"][0]
        for name in ("getToewijzingen-200-json", "getFeed-200-json")
    )
    assert toewijzing["nummer"] == feedrij["nummer"]
    assert feedrij["nr"] > 0
