"""Declaratieruimte: what may still be claimed, as the API counts it, the concept of it, and for whom it is."""

import re
from collections.abc import Callable

import pytest
from browser_visits import Bezoek, visiting
from playwright.sync_api import Browser, expect
from running_hub import Hub, run_hub, serving

from services.declaration.page.weergave import dag, euro

Bezoeker = Callable[..., Bezoek]
AANBIEDER = "75000003"
DECEMBER = "/declaratieruimte?tijdvak=2025-12"
CONCEPT = "/declaratieruimte/concept?gemeente=0503&tijdvak=2025-12"


def test_the_amounts_are_those_of_the_api(bezoeker: Bezoeker, hub: Hub) -> None:
    verwacht = hub.get("/declaration/v1/declaratieruimte", AANBIEDER, maand="2025-12").json()["items"]
    page = bezoeker(AANBIEDER).ga(DECEMBER)

    velden = ("bedrag", "goedgekeurdBedrag", "inBehandelingBedrag")
    waarden = page.locator(".kerncijfer .waarde").all_inner_texts()
    assert waarden == [f"€ {euro(sum(rij[veld] for rij in verwacht))}" for veld in velden]
    for rij in verwacht:
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=str(rij["nummer"]), exact=True))
        for tekst in (*(euro(rij[veld]) for veld in velden), dag(rij["indienbaarVanaf"])):
            expect(row).to_contain_text(tekst)


def test_a_toewijzing_is_found_by_its_number(bezoeker: Bezoeker) -> None:
    page = bezoeker(AANBIEDER).ga(DECEMBER)
    page.get_by_label("ToewijzingNummer").fill("140")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("toewijzing=140"))
    expect(page.locator("tbody th")).to_have_count(1)
    expect(page.locator("tbody th")).to_contain_text("140")


def test_the_concept_is_a_proposal_to_download(bezoeker: Bezoeker, hub: Hub) -> None:
    page = bezoeker(AANBIEDER).ga(DECEMBER)
    page.get_by_role("link", name=re.compile("Concept voor .*Delft")).click()
    expect(page.get_by_text("Dit is een voorstel")).to_be_visible()
    with page.expect_download() as gehaald:
        page.get_by_role("link", name="Download het concept (XML)").click()

    api = hub.get("/declaration/v1/declaratieruimte/concept", AANBIEDER, gemeente="0503", maand="2025-12")
    assert gehaald.value.path().read_bytes() == api.content
    assert gehaald.value.suggested_filename == "concept-0503-wmo-2025-12.xml"
    # Who the clients are is in the file, and not on the page or in an address.
    for bsn in re.findall(rb"9999\d{5}", api.content):
        assert bsn.decode() not in page.content() + page.url


def test_without_anything_to_claim_the_page_says_so(bezoeker: Bezoeker) -> None:
    page = bezoeker(AANBIEDER).ga("/declaratieruimte/concept?gemeente=0503")

    expect(page.get_by_role("alert")).to_contain_text("Niets te declareren")
    expect(page.get_by_role("link", name="Download")).to_have_count(0)


def test_without_allocation_the_concept_waits_and_the_rest_is_there(browser: Browser, hub: Hub) -> None:
    # Nothing listens on port 9: allocation cannot be reached.
    with (
        serving(hub.data, "declaration", BERICHTENHUB_ALLOCATION_URL="http://127.0.0.1:9/allocation") as alone,
        visiting(browser, alone) as bezoek,
    ):
        bezoek.log_in(AANBIEDER)
        expect(bezoek.ga(DECEMBER).locator("tbody th").first).to_be_visible()
        page = bezoek.ga("/kwaliteit")
        expect(page.get_by_role("alert")).to_contain_text("allocation is nu niet te bereiken")
        expect(page.get_by_role("heading", name="Per maand")).to_be_visible()
        antwoord = page.goto(alone.url + CONCEPT)
        assert antwoord is not None
        assert antwoord.status == 503
        expect(page.get_by_role("alert")).to_contain_text("Toewijzingen tijdelijk niet te raadplegen")
        assert bezoek.toegankelijk() == []
        # The browser reports the status of the page that was asked for.
        bezoek.klachten[:] = [klacht for klacht in bezoek.klachten if "status of 503" not in klacht]


@pytest.mark.parametrize("partij", ["0503", "H5", "beheer"])
def test_who_is_no_aanbieder_has_none(bezoeker: Bezoeker, hub: Hub, partij: str) -> None:
    bezoek = bezoeker(partij)
    antwoord = bezoek.page.goto(hub.url + DECEMBER)

    assert antwoord is not None
    assert antwoord.status == 403
    expect(bezoek.page.get_by_role("alert")).to_contain_text("Declaratieruimte is er voor aanbieders")


def test_a_software_party_chooses_for_whom_it_looks(
    browser: Browser, hub: Hub, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bestand = tmp_path_factory.mktemp("software") / "partijen.csv"
    bestand.write_text("code,soort,naam\nsoftwarehuis,software,Softwarehuis\n", encoding="utf-8")
    data = ("--data", str(hub.data))
    assert run_hub("partij", "laad", str(bestand), *data).returncode == 0
    for namens in ("75000001", AANBIEDER):
        assert run_hub("partij", "machtiging", "softwarehuis", namens, *data).returncode == 0
    made = run_hub("partij", "sleutel", "softwarehuis", *data)
    hub.keys["softwarehuis"] = made.stdout.split()[-1]

    with visiting(browser, hub) as bezoek:
        bezoek.log_in("softwarehuis")
        page = bezoek.ga(DECEMBER)
        page.get_by_label("Aanbieder", exact=True).select_option(AANBIEDER)
        expect(page.get_by_role("link", name="140", exact=True)).to_be_visible()
        # For whom it has no machtiging, it sees nothing.
        antwoord = page.goto(f"{hub.url}{DECEMBER}&aanbieder=75000002")
        assert antwoord is not None
        assert antwoord.status == 403
