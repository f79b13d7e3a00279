"""The views of the figures: what they show is what the APIs give, what a cell is made of, and who sees what."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from browser_visits import Bezoek
from playwright.sync_api import Page, expect
from running_hub import Hub

from services.declaration.page.weergave import aantal, euro, procent

Bezoeker = Callable[..., Bezoek]
VERZILVERING = "/declaration/v1/verzilvering"


def items(hub: Hub, pad: str, als: str, **query: Any) -> list[dict[str, Any]]:
    reply = hub.get(pad, als, **query)
    assert reply.is_success, reply.text
    return list(reply.json()["items"])


def row(page: Page, tabel: str, kop: str) -> list[str]:
    """The cells of a row of the table with this caption, as somebody reads them."""
    rij = page.get_by_role("region", name=tabel).locator("tbody tr").filter(has=page.locator("th", has_text=kop)).first
    return [" ".join(cel.split()) for cel in rij.locator("td").all_inner_texts()]


def shown(waarde: str) -> str:
    return waarde.replace("\u00a0", " ")


@pytest.mark.parametrize("partij", ["0503", "75000003"])
def test_every_amount_per_period_is_that_of_the_api(bezoeker: Bezoeker, hub: Hub, partij: str) -> None:
    page = bezoeker(partij).ga("/verzilvering?jaar=2025")

    rijen = items(hub, VERZILVERING, partij, groepeer="periode", jaar=2025)
    assert len(rijen) == 13
    for rij in rijen:
        cellen = row(page, "Toegewezen en gedeclareerd per periode, in euro", rij["periode"])
        wanted = [euro(rij[naam]) for naam in ("toegewezen", "gedeclareerd", "open")]
        assert cellen[:4] == [*wanted, shown(procent(rij["percentage"]))]
        assert cellen[5] == rij["rijpheid"]


def test_the_figures_on_top_are_those_of_the_year_with_their_definitions(bezoeker: Bezoeker, hub: Hub) -> None:
    page = bezoeker("0503").ga("/verzilvering?jaar=2025")
    (totaal,) = items(hub, VERZILVERING, "0503", groepeer=" ", jaar=2025)

    kern = page.locator(".kerncijfer", has_text="Verzilveringspercentage").first
    expect(kern.locator(".waarde")).to_have_text(procent(totaal["percentage"]))
    expect(page.locator(".kerncijfer", has_text="Cliënten").locator(".waarde")).to_have_text(aantal(totaal["clienten"]))
    page.get_by_role("button", name="Uitleg: Verzilveringspercentage").first.press("Enter")
    expect(page.locator("#uitleg-kern-percentage")).to_contain_text("eerst opgeteld, dan gedeeld")


def test_a_cell_of_the_heat_table_leads_to_the_toewijzingen_that_make_it(bezoeker: Bezoeker, hub: Hub) -> None:
    page = bezoeker("0503").ga("/verzilvering?jaar=2025")
    heet = page.get_by_role("region", name=re.compile("per resultaatgebied en trede"))
    heet.locator("tr", has_text="SPF").get_by_role("link").first.press("Enter")
    page.wait_for_url("**/verzilvering/toewijzingen?**")

    expect(page.get_by_role("heading", level=1)).to_have_text("Toewijzingen achter de verzilvering")
    query = dict(deel.split("=") for deel in page.url.partition("?")[2].split("&"))
    behind = items(hub, f"{VERZILVERING}/toewijzingen", "0503", **query, limit=500)
    (figure,) = [
        rij
        for rij in items(hub, VERZILVERING, "0503", groepeer="resultaatgebied,trede", jaar=2025)
        if (rij["resultaatgebied"], str(rij["trede"])) == (query["resultaatgebied"], query["trede"])
    ]
    assert sum(rij["open"] for rij in behind) == figure["open"]
    expect(page.locator("tbody tr")).to_have_count(min(len(behind), 50))


def test_the_region_sees_no_single_toewijzing_and_no_link_to_any(bezoeker: Bezoeker) -> None:
    bezoek = bezoeker("H5")
    page = bezoek.ga("/verzilvering?jaar=2025")
    expect(page.locator("a[href*='/verzilvering/toewijzingen']")).to_have_count(0)
    expect(page.get_by_text("niet getoond", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Uitleg: niet getoond").first.press("Enter")
    expect(page.locator("#uitleg-niet-getoond")).to_contain_text("of in een cel")

    page = bezoek.ga("/verzilvering/toewijzingen?jaar=2025")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dit mag u niet zien")


@pytest.mark.parametrize("formaat", ["CSV", "XLSX"])
def test_a_table_is_downloaded_as_the_api_makes_it(bezoeker: Bezoeker, hub: Hub, formaat: str) -> None:
    page = bezoeker("0503").ga("/verzilvering?jaar=2025&rijpheid=rijp")
    with page.expect_download() as gevraagd:
        page.get_by_role("link", name=formaat, exact=True).first.click()

    assert gevraagd.value.suggested_filename == f"FICTIEF-verzilvering.{formaat.lower()}"
    query = {"groepeer": "periode", "jaar": 2025, "rijpheid": "rijp", "formaat": formaat.lower()}
    saved = gevraagd.value.path().read_bytes()
    made = hub.get(VERZILVERING, "0503", **query).content
    assert saved == made if formaat == "CSV" else saved[:2] == made[:2] == b"PK"


def test_frozen_stands_beside_restated(bezoeker: Bezoeker, hub: Hub) -> None:
    page = bezoeker("0503").ga("/verzilvering/bevroren?jaar=2025")
    query = {"groepeer": "periode", "met": "bevroren", "rijpheid": "afgesloten", "jaar": 2025}
    rijen = items(hub, VERZILVERING, "0503", **query)

    assert rijen
    for rij in rijen:
        cellen = row(page, "Afgesloten perioden: bij het afsluiten en nu, in euro", rij["periode"])
        toen = rij["bevroren"]
        assert cellen[:2] == [euro(toen["toegewezen"]), euro(toen["gedeclareerd"])]
        assert cellen[3:5] == [euro(rij["toegewezen"]), euro(rij["gedeclareerd"])]
        assert cellen[6] == euro(rij["gedeclareerd"] - toen["gedeclareerd"])


def test_the_prognose_stands_beside_the_begroting(bezoeker: Bezoeker, hub: Hub) -> None:
    page = bezoeker("0503").ga("/verzilvering/prognose?jaar=2025")

    rijen = [rij for rij in items(hub, "/declaration/v1/prognose", "0503", jaar=2025) if rij["begroting"]]
    assert rijen
    for rij in rijen:
        cellen = row(page, "Per resultaatgebied, in euro", rij["resultaatgebied"])
        velden = ("begroting", "toegewezen", "gedeclareerd", "prognose", "ruimte")
        assert cellen[:5] == [euro(rij[veld]) for veld in velden]


def test_the_region_sees_its_total_of_a_year_and_no_total_of_a_prognose_with_hidden_rows(
    bezoeker: Bezoeker, hub: Hub
) -> None:
    bezoek = bezoeker("H5")
    page = bezoek.ga("/verzilvering?jaar=2025")
    (totaal,) = items(hub, VERZILVERING, "beheer", groepeer=" ", jaar=2025)
    expect(page.locator(".kerncijfer", has_text="Cliënten").locator(".waarde")).to_have_text(aantal(totaal["clienten"]))

    page = bezoek.ga("/verzilvering/prognose?jaar=2025")
    rijen = items(hub, "/declaration/v1/prognose", "H5", jaar=2025)
    hidden = [rij for rij in rijen if rij["prognose"] is None]
    expect(page.locator(".let-op-regel").first).to_contain_text(f"Van {len(hidden)} van de")
    expect(page.locator(".kerncijfer")).to_have_count(0)
    expect(page.get_by_text("Het past")).to_have_count(0)


def test_a_begroting_is_no_business_of_an_aanbieder(bezoeker: Bezoeker) -> None:
    bezoek = bezoeker("75000003")
    page = bezoek.ga("/verzilvering")
    expect(page.get_by_role("link", name="Prognose en begroting")).to_have_count(0)
    expect(page.get_by_label("Aanbieder", exact=True)).to_have_count(0)

    for pad in ("/verzilvering/prognose", "/sturing", "/sturing/verdeling"):
        expect(bezoek.ga(pad).get_by_role("heading", level=1)).to_have_text("Dit mag u niet zien")


def test_a_choice_changes_the_figures_and_the_address(bezoeker: Bezoeker) -> None:
    page = bezoeker("H5").ga("/verzilvering?jaar=2025")
    page.get_by_label("Gemeente", exact=True).select_option("1842")
    page.wait_for_url("**gemeente=1842**")

    expect(page.get_by_role("heading", name="Per gemeente")).to_have_count(0)
    expect(page.locator("figure.grafiek[data-getekend=ja]")).to_have_count(1)


def test_the_flows_are_those_of_the_api(bezoeker: Bezoeker, hub: Hub) -> None:
    page = bezoeker("0503").ga("/sturing?per=kwartaal&van=2025-01-01&tot=2025-12-31")
    query = {"per": "kwartaal", "van": "2025-01-01", "tot": "2025-12-31"}

    rijen = items(hub, "/declaration/v1/sturing", "0503", **query)
    assert len(rijen) == 4
    for rij in rijen:
        velden = ("standBegin", "instroom", "uitstroom", "standEind", "verhuisdIn", "verhuisdUit", "tredeOmhoog")
        assert row(page, "Cliënten per tijdvak", rij["tijdvak"])[:7] == [aantal(rij[veld]) for veld in velden]


def test_changes_of_trede_stand_in_a_matrix(bezoeker: Bezoeker, hub: Hub) -> None:
    page = bezoeker("0503").ga("/sturing?van=2025-01-01&tot=2025-12-31")

    (rij,) = items(hub, "/declaration/v1/sturing/overgangen", "0503", van="2025-01-01", tot="2025-12-31")
    teken = "▲" if rij["richting"] == "omhoog" else "▼"
    assert f"{teken} {rij['clienten']}" in row(page, f"{rij['resultaatgebied']}: van trede naar trede", str(rij["van"]))


def test_what_the_region_may_not_see_is_said(bezoeker: Bezoeker) -> None:
    bezoek = bezoeker("H5")
    page = bezoek.ga("/sturing?per=kwartaal&van=2025-01-01&tot=2025-12-31")
    expect(page.get_by_text("verborgen", exact=True).first).to_be_visible()
    expect(page.get_by_text("Een aantal van minder dan vijf cliënten ziet de regio niet").first).to_be_visible()

    page = bezoek.ga("/sturing/verdeling?tot=2025-06-30")
    expect(page.get_by_text("De regio ziet geen cijfers van één aanbieder.")).to_be_visible()


def test_the_spread_is_that_of_the_api(bezoeker: Bezoeker, hub: Hub) -> None:
    page = bezoeker("0503").ga("/sturing/verdeling?tot=2025-06-30")
    (rij,) = items(hub, "/declaration/v1/sturing/stapeling", "0503", dag="2025-06-30")

    cellen = row(page, "Cliënten naar het aantal resultaatgebieden dat zij tegelijk hebben", "Delft")
    assert cellen[:-1] == [*(aantal(wie) for wie in rij["clienten"].values()), aantal(rij["totaal"])]
