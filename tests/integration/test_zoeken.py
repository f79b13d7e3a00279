"""Messages are found by what they are about, and only by who may read them."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allocation_service import BEHEER, DELFT, EEN, NU, PARTIJEN, REGIO, TWEE
from allocation_service import Hub as Allocation
from declaration_hub import Hub, make_hub
from fastapi.testclient import TestClient
from forwarding_messages import gestart, verzoek
from httpx import Response

from builders import bsn, client, prestatie, product, wmo301, wmo302, wmo323
from services.allocation.api import create_app as allocation_app
from services.declaration.api import create_app as declaration_app
from services.kernel.toegang import parties
from services.kernel.waarneming import logs

DE_CLIENT, EEN_ANDER = bsn(1), bsn(2)


class Zoeker:
    """A service behind HTTP, with a key for every party."""

    def __init__(self, app: Any, hub: Any) -> None:
        self.http = TestClient(app, raise_server_exceptions=False)
        with hub.dienst.database.write() as conn:
            codes = [partij.code for partij in parties.lijst(conn)]
            self.keys = {code: parties.nieuwe_sleutel(conn, code, NU) for code in codes}

    def get(self, als: str, **query: Any) -> Response:
        return self.http.get("/v1/berichten", params=query, headers={"Authorization": f"Bearer {self.keys[als]}"})

    def post(self, als: str | None, inhoud: Any, soort: str = "application/json") -> Response:
        key = {"Authorization": f"Bearer {self.keys[als]}"} if als else {}
        content = inhoud if isinstance(inhoud, bytes) else json.dumps(inhoud).encode()
        return self.http.post("/v1/berichten/zoek", content=content, headers={**key, "Content-Type": soort})

    def found(self, als: str, **query: Any) -> list[tuple[str, str]]:
        """(berichtsoort, identificatie), asked in the address, or in the body when it is about a person."""
        reply = self.post(als, query) if "bsn" in query else self.get(als, **query)
        assert reply.status_code == 200, reply.text
        return [(item["berichtsoort"], item["identificatie"]) for item in reply.json()["items"]]


@pytest.fixture
def allocation(tmp_path: Path) -> Iterator[Zoeker]:
    """A 301 of one client with its 302, a start on it, a request about another number, and a 301 of another client."""
    hub = Allocation(tmp_path)
    een = wmo301(product(nummer=1001))
    hub.send(DELFT, een)
    hub.send(EEN, wmo302(een, codes=None))
    hub.send(EEN, gestart("WMO305", ToewijzingNummer=1001, identificatie="S1"))
    hub.send(EEN, verzoek("WMO317", identificatie="V1", ToewijzingNummer=1002))
    hub.send(DELFT, wmo301(product(nummer=1002), client=client(bsn=EEN_ANDER), identificatie="T2"))
    hub.send(DELFT, wmo301(product(nummer=1003), client=client(bsn=DE_CLIENT), ontvanger=TWEE.code, identificatie="T3"))
    yield Zoeker(allocation_app(hub.dienst, hub.vraag), hub)
    hub.dienst.database.close()


@pytest.fixture
def declaration(tmp_path: Path) -> Iterator[Zoeker]:
    """A 323 that is granted, one of another client with a line that is refused, and one that is refused as a whole."""
    hub: Hub = make_hub(tmp_path)
    hub.toewijs()
    hub.post(wmo323(identificatie="D1", nummer="N1"))
    fout = wmo323(clienten={EEN_ANDER: [prestatie(toewijzing=7777, referentie="P7")]}, identificatie="D2", nummer="N2")
    hub.post(fout)
    hub.post(wmo323(prestatie(referentie="P8"), identificatie="D3", nummer="N1"))
    yield Zoeker(declaration_app(hub.dienst, hub.bron), hub)
    hub.dienst.database.close()


# --- what a message is about -----------------------------------------------------------------------------------------


def test_by_toewijzing_come_the_301_its_answer_and_what_names_the_number(allocation: Zoeker) -> None:
    assert allocation.found("0503", toewijzing=1001) == [("WMO305", "S1"), ("WMO302", "R0001"), ("WMO301", "T0001")]
    assert allocation.found("0503", toewijzing=1002) == [("WMO301", "T2"), ("WMO317", "V1")]
    assert allocation.found("0503", toewijzing=9) == []


def test_by_toewijzing_come_the_declarations_and_their_answers(declaration: Zoeker) -> None:
    assert declaration.found("0503", toewijzing=1001) == [("WMO325", "H1"), ("WMO323", "D1")]
    assert declaration.found("75000001", toewijzing=7777) == [("WMO325", "H2"), ("WMO323", "D2")]


def test_by_declaratienummer_come_the_declaration_and_its_answer(declaration: Zoeker, allocation: Zoeker) -> None:
    assert declaration.found("0503", declaratienummer="N2") == [("WMO325", "H2"), ("WMO323", "D2")]
    assert declaration.found("0503", declaratienummer="N3") == []
    assert allocation.found("0503", declaratienummer="N1") == []


def test_by_retourcode_comes_what_has_a_bevinding_with_it(declaration: Zoeker) -> None:
    assert declaration.found("0503", retourcode="9338") == [("WMO323", "D2")]
    assert declaration.found("0503", retourcode="9999") == []


def test_by_partij_come_the_messages_of_either_side(allocation: Zoeker) -> None:
    assert allocation.found("0503", partij=TWEE.code) == [("WMO301", "T3")]
    assert len(allocation.found("0503", partij="0503")) == 6


def test_by_standaard_release_and_oordeel(declaration: Zoeker) -> None:
    assert len(declaration.found("0503", standaard="iwmo", release="3.2", berichtsoort="WMO323")) == 3
    assert declaration.found("0503", release="2.3") == declaration.found("0503", standaard="ijw") == []
    assert declaration.found("0503", oordeel="deels_afgekeurd", berichtsoort="WMO323") == [("WMO323", "D2")]


def test_questions_are_asked_together(declaration: Zoeker) -> None:
    assert declaration.found("0503", toewijzing=1001, declaratienummer="N2") == []
    assert declaration.found("0503", toewijzing=7777, declaratienummer="N2", berichtsoort="WMO325") == [
        ("WMO325", "H2")
    ]


# --- about a person --------------------------------------------------------------------------------------------------


def test_by_bsn_come_the_messages_about_a_client(allocation: Zoeker, declaration: Zoeker) -> None:
    assert allocation.found("0503", bsn=DE_CLIENT) == [
        *[("WMO301", "T3"), ("WMO305", "S1"), ("WMO302", "R0001"), ("WMO301", "T0001")]
    ]
    assert allocation.found("0503", bsn=EEN_ANDER) == [("WMO301", "T2"), ("WMO317", "V1")]
    assert declaration.found("0503", bsn=EEN_ANDER) == [("WMO325", "H2"), ("WMO323", "D2")]
    assert declaration.found("0503", bsn=bsn(3)) == []


def test_who_asks_by_bsn_finds_its_own_messages_only(allocation: Zoeker, declaration: Zoeker) -> None:
    assert allocation.found(TWEE.code, bsn=DE_CLIENT) == [("WMO301", "T3")]
    assert allocation.found("0603", bsn=DE_CLIENT) == declaration.found("0603", bsn=DE_CLIENT) == []
    assert allocation.found(REGIO.code, bsn=DE_CLIENT) == []
    assert len(allocation.found(BEHEER.code, bsn=DE_CLIENT)) == 4


def test_a_bsn_with_another_question_must_answer_both(allocation: Zoeker) -> None:
    assert allocation.found("0503", bsn=DE_CLIENT, berichtsoort="WMO305") == [("WMO305", "S1")]


def test_a_body_is_paged_like_an_address(allocation: Zoeker) -> None:
    first = allocation.post("0503", {"bsn": DE_CLIENT, "limit": 3}).json()
    rest = allocation.post("0503", {"bsn": DE_CLIENT, "limit": 3, "na": first["volgende"]}).json()

    assert [item["identificatie"] for item in [*first["items"], *rest["items"]]] == ["T3", "S1", "R0001", "T0001"]
    assert rest["volgende"] is None


def test_a_bsn_is_in_no_log_and_no_reply(allocation: Zoeker) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    written = io.StringIO()
    logs.configure(written)
    try:
        replies = [
            allocation.post("0503", {"bsn": DE_CLIENT}),
            allocation.post("0503", {"bsn": f"{DE_CLIENT}1"}),
            allocation.post("0503", {DE_CLIENT: DE_CLIENT}),
            allocation.post("0503", f"{DE_CLIENT}{{".encode()),
            allocation.get("0503", bsn=DE_CLIENT),
        ]
    finally:
        root.handlers = handlers
        root.setLevel(level)

    assert [reply.status_code for reply in replies] == [200, 400, 400, 400, 400]
    assert all(DE_CLIENT not in reply.text for reply in replies)
    assert "postZoekvraag" in written.getvalue()
    assert DE_CLIENT not in written.getvalue()


def test_a_body_is_read_of_who_has_a_key_and_says_what_it_is(allocation: Zoeker) -> None:
    assert allocation.post(None, {"bsn": DE_CLIENT}).status_code == 401
    assert allocation.post("0503", {"bsn": DE_CLIENT}, soort="text/plain").status_code == 415
    assert allocation.post("0503", b" " * 9000).status_code == 413
    fout = allocation.post("0503", {"retourcode": "'; --", "onbekend": 1})
    assert (fout.status_code, fout.json()["detail"]) == (400, "Ongeldige of ontbrekende invoer: retourcode.")


# --- what may be asked -----------------------------------------------------------------------------------------------


def test_a_parameter_that_is_not_there_is_refused_and_those_that_are_are_named(allocation: Zoeker) -> None:
    fout = allocation.get("0503", toewijzingnummer=1001)

    assert (fout.status_code, fout.json()["type"]) == (400, "/problemen/onbekende-parameter")
    assert fout.json()["detail"].startswith("Dit adres kent alleen: berichtsoort, bestemming, declaratienummer, ")
    assert "toewijzingnummer" not in fout.json()["detail"]


@pytest.mark.parametrize("pad", ["postbus", "feed", "toewijzingen", "termijnen", "kwaliteit", "openapi.json"])
def test_no_address_takes_a_parameter_it_does_not_know(allocation: Zoeker, pad: str) -> None:
    key = {"Authorization": f"Bearer {allocation.keys['BEHEER']}"}
    known, unknown = (allocation.http.get(f"/v1/{pad}{query}", headers=key) for query in ("", "?onbekend=1"))

    assert known.status_code == 200
    # The document itself asks nothing, so nothing can be mistyped there.
    assert unknown.status_code == (200 if pad == "openapi.json" else 400)


@pytest.mark.parametrize(
    "query", [{"release": "4.0"}, {"standaard": "x"}, {"oordeel": "mooi"}, {"toewijzing": -1}, {"retourcode": "a b"}]
)
def test_a_value_that_cannot_be_is_refused_by_name(allocation: Zoeker, query: dict[str, Any]) -> None:
    fout = allocation.get("0503", **query)

    assert fout.status_code == 400
    assert fout.json()["detail"] == f"Ongeldige of ontbrekende invoer: {next(iter(query))}."


def test_every_party_of_the_test_may_ask(allocation: Zoeker) -> None:
    assert {allocation.get(partij.code).status_code for partij in PARTIJEN} == {200}
