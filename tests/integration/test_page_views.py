"""Who may open which view of the page, and what a view says that an API alone does not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest
from browser_views import GEZICHTEN
from declaration_hub import make_hub
from fastapi.testclient import TestClient
from going_live import hub, init
from small_hub import running

from builders import wmo323, wmo325
from services.cli.example_loading import read_keys
from services.declaration.api import create_app
from services.declaration.page import apis
from services.declaration.page.app import create_page
from services.declaration.page.bezoek import MENU
from services.kernel.toegang import parties
from services.kernel.wiring import Dienstnaam

pytestmark = pytest.mark.dialects("sqlite")
SOORTEN = {"gemeente": "0503", "aanbieder": "75000003", "regio": "H5", "beheer": "beheer", "software": "softwarehuis"}
PADEN = sorted({each.pad.partition("?")[0] for each in GEZICHTEN} | {each.pad for each in MENU})


@pytest.fixture(scope="module")
def keys_and_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], TestClient]]:
    """A hub with the example set and a software party."""
    folder = tmp_path_factory.mktemp("gezichten")
    data, file = init(folder / "var"), folder / "partijen.csv"
    file.write_text("code,soort,naam\nsoftwarehuis,software,Softwarehuis\n", encoding="utf-8")
    assert hub("partij", "laad", file, "--data", data).exit_code == 0
    assert hub("partij", "machtiging", "softwarehuis", "75000003", "--data", data).exit_code == 0
    made = hub("partij", "sleutel", "maak", "softwarehuis", "--data", data)
    with running(data) as client:
        yield {**read_keys(data), "softwarehuis": made.stdout.split()[-1]}, client


@pytest.fixture
def page(keys_and_page: tuple[dict[str, str], TestClient]) -> TestClient:
    keys_and_page[1].cookies.clear()
    return keys_and_page[1]


@pytest.fixture
def keys(keys_and_page: tuple[dict[str, str], TestClient]) -> dict[str, str]:
    return keys_and_page[0]


def log_in(page: TestClient, key: str) -> None:
    assert page.post("/inloggen", data={"sleutel": key}, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("soort", SOORTEN)
def test_a_view_that_is_not_in_ones_menu_is_refused_and_what_is_in_it_opens(
    page: TestClient, keys: dict[str, str], soort: str
) -> None:
    log_in(page, keys[SOORTEN[soort]])
    menu = {each.pad for each in MENU if soort in each.soorten}
    others = {each.pad for each in MENU} - menu

    assert {pad: page.get(pad).status_code for pad in menu} == dict.fromkeys(menu, 200)
    for pad in PADEN:
        if any(pad == each or pad.startswith(f"{each}/") for each in others):
            reply = page.get(pad, headers={"accept": "text/html"})
            assert (pad, reply.status_code) == (pad, 403)
            assert "<h1>Dit mag u niet zien</h1>" in reply.text
            # The way on from there.
            assert all(f'href="{each}"' in reply.text for each in menu)
    if "/berichten" in others:
        assert page.post("/berichten", data={"bsn": "999900006"}).status_code == 403


@pytest.mark.parametrize(
    ("partij", "path", "status"),
    [
        ("0503", "/verzilvering?gemeente=1842", 403),
        ("0503", "/verzilvering?gemeente=0503&aanbieder=75000003", 200),
        ("0503", "/verzilvering/bevroren?gemeente=1842", 403),
        ("0503", "/verzilvering/prognose?gemeente=1842", 403),
        ("0503", "/verzilvering/toewijzingen?gemeente=1842", 403),
        ("0503", "/verzilvering/bestand?wat=perioden&formaat=csv&gemeente=1842", 403),
        ("0503", "/sturing?gemeente=1842", 403),
        ("0503", "/sturing/verdeling?gemeente=1842", 403),
        ("0503", "/sturing?gemeente=0503", 200),
        ("75000003", "/verzilvering?aanbieder=75000001", 403),
        ("75000003", "/verzilvering?aanbieder=75000003", 200),
        ("75000003", "/verzilvering/toewijzingen?aanbieder=75000001", 403),
        ("H5", "/verzilvering?aanbieder=75000001", 403),
        ("H5", "/verzilvering/bevroren?aanbieder=75000001", 403),
        ("H5", "/verzilvering/prognose?aanbieder=75000001", 403),
        ("H5", "/verzilvering?gemeente=1842", 200),
    ],
)
def test_a_choice_of_somebody_else_is_refused_and_not_left_out(
    page: TestClient, keys: dict[str, str], partij: str, path: str, status: int
) -> None:
    log_in(page, keys[partij])

    assert page.get(path).status_code == status


@pytest.mark.parametrize(
    ("xml", "status", "melding"),
    [
        ("dit is geen xml", 400, "geen welgevormd XML-document"),
        ("", 400, "Kies een bestand of plak een bericht."),
        (wmo323().decode(), 403, "niet de partij in het bericht"),
        ("<" * 25_100_000, 413, "Een bericht is ten hoogste 25 MB groot."),
    ],
    ids=["geen xml", "niets", "van een ander", "te groot"],
)
def test_a_trial_that_is_refused_has_the_status_of_the_problem(
    page: TestClient, keys: dict[str, str], xml: str, status: int, melding: str
) -> None:
    log_in(page, keys["75000003"])
    reply = page.post("/proef", files={"xml": (None, xml)})

    assert reply.status_code == status
    assert melding in reply.text


def test_a_message_that_was_passed_on_shows_what_its_answer_awards(tmp_path: Path) -> None:
    made = make_hub(tmp_path)
    made.dienst = replace(made.dienst, pad="/declaration")
    heen = wmo323(ontvanger="0603")
    id = made.post(heen).id
    clients: dict[Dienstnaam, httpx.AsyncClient] = {
        "declaration": apis.in_proces(create_app(made.dienst, made.bron), "declaration")
    }
    page = TestClient(create_page(made.dienst, clients))
    with made.dienst.database.write() as conn:
        key = parties.nieuwe_sleutel(conn, "75000001", made.dienst.nu())
    log_in(page, key)
    before = page.get(f"/berichten/declaration/{id}").text
    made.op(date(2025, 2, 12)).post(wmo325(heen), als="0603")
    after = " ".join(page.get(f"/berichten/declaration/{id}").text.split())

    assert "Doorgestuurd</span></h1>" in before
    assert "nog niet bekend" in before
    assert "Beantwoord</span></h1>" in after
    assert "nog niet bekend" not in after
    assert "<dt>Toegekend</dt><dd>€ 480,00, door 0603 (antwoord <a href=" in after
