"""What the services ask each other besides the feed: on a removal, whether something was declared on it (TR385)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import httpx
import pytest
from allocation_service import DELFT, Hub
from declaration_hub import make_hub
from fastapi.testclient import TestClient

from builders import prestatie, product, wmo301, wmo323
from services.allocation import declaraties, productlijst
from services.allocation.declaraties import Onbereikbaar, http_goedgekeurd
from services.declaration.api import create_app
from services.declaration.goedgekeurd import goedgekeurde_toewijzingen
from services.kernel.problems import Probleem

PAD = "/v1/toewijzingen/wmo/0503/1001/goedgekeurd"
VERWIJDERING = wmo301(product(reden="13", einddatum="2025-01-01", toewijzingstijd="11:00:00"), identificatie="T2")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    made.send(DELFT, wmo301())
    yield made
    made.dienst.database.close()


def test_TR385_9385_what_was_declared_on_stays(hub: Hub) -> None:
    hub.goedgekeurd = frozenset({1001})

    outcome = hub.send(DELFT, VERWIJDERING)

    assert (outcome.oordeel, [b.retourcode for b in outcome.bevindingen]) == ("afgekeurd", ["9385"])
    assert hub.actual()["status"] == "actueel"


def test_a_removal_waits_while_declaration_is_away_and_everything_else_goes_on(hub: Hub) -> None:
    hub.goedgekeurd = None
    with pytest.raises(Probleem, match="declaraties-onbereikbaar") as raised:
        hub.send(DELFT, VERWIJDERING)

    assert (raised.value.status, raised.value.headers["Retry-After"]) == (503, "60")
    assert hub.send(DELFT, wmo301(product(nummer=1002, code="X2"), identificatie="T3")).oordeel == "goedgekeurd"
    hub.goedgekeurd = frozenset()
    assert hub.send(DELFT, VERWIJDERING).oordeel == "goedgekeurd"
    # The same bytes again get the first answer, whether declaration answers or not.
    hub.goedgekeurd = None
    assert not hub.send(DELFT, VERWIJDERING).nieuw


def test_the_list_of_a_gemeente_judges_its_301s(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        productlijst.vervang(conn, [("0503", "ORH1", "01", date(2023, 1, 1), None)])

    outcome = hub.send(DELFT, wmo301(product(nummer=1003), identificatie="T4"))

    assert [b.retourcode for b in outcome.bevindingen] == ["S329"]


def test_what_is_approved_and_not_credited(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs()
    vraag = "wmo", "0503", [1001, 1002]
    assert goedgekeurde_toewijzingen(hub.dienst, *vraag) == frozenset()

    hub.post(wmo323())
    assert goedgekeurde_toewijzingen(hub.dienst, *vraag) == {1001}

    credit = prestatie(referentie="P0002", vorig="P0001", dc="C")
    hub.post(wmo323(credit, identificatie="D2", nummer="N2"))
    assert goedgekeurde_toewijzingen(hub.dienst, *vraag) == frozenset()


def test_only_the_hub_itself_may_ask(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    with TestClient(create_app(hub.dienst, hub.bron)) as client:
        assert client.get(PAD).status_code == 401
        dienst = {"Authorization": f"Bearer {hub.dienst.settings.dienst_sleutel.get_secret_value()}"}
        reply = client.get(PAD, headers=dienst)
        assert client.get(PAD.replace("wmo", "zvw"), headers=dienst).status_code == 400

    assert reply.json() == {"domein": "wmo", "gemeente": "0503", "nummer": 1001, "goedgekeurd": False}


Antwoord = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def beantwoord(monkeypatch: pytest.MonkeyPatch) -> Callable[[Antwoord], AbstractContextManager[None]]:
    """Declaration over HTTP, played by a function."""
    client = httpx.Client

    def install(antwoord: Antwoord) -> None:
        def made(**options: object) -> httpx.Client:
            return client(transport=httpx.MockTransport(antwoord), **options)  # type: ignore[arg-type]

        monkeypatch.setattr(declaraties.httpx, "Client", made)

    return install  # type: ignore[return-value]


def test_over_HTTP_it_asks_per_number_with_the_key_of_the_hub(beantwoord: Callable[[Antwoord], None]) -> None:
    seen = []

    def antwoord(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, request.headers["Authorization"]))
        return httpx.Response(200, json={"goedgekeurd": "1001" in request.url.path})

    beantwoord(antwoord)
    vraag = http_goedgekeurd("http://127.0.0.1:9/declaration", "sleutel")

    assert vraag("wmo", "0503", [1001, 1002]) == {1001}
    assert seen[0] == (f"/declaration{PAD}", "Bearer sleutel")


@pytest.mark.parametrize(
    "reply", [httpx.Response(500), httpx.Response(200, text="geen json"), httpx.Response(200, json=[])]
)
def test_over_HTTP_anything_but_an_answer_is_unreachable(
    beantwoord: Callable[[Antwoord], None], reply: httpx.Response
) -> None:
    beantwoord(lambda _: reply)

    with pytest.raises(Onbereikbaar):
        http_goedgekeurd("http://127.0.0.1:9/declaration", "sleutel")("wmo", "0503", [1])
