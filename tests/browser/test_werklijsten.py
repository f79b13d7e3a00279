"""Lijsten, Kwaliteit and Contracten: the figures of the API, to the cent, for whom they are, and as a file."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from browser_visits import Bezoek
from playwright.sync_api import Page, expect
from running_hub import Hub

from services.declaration.lijsten.soorten import LIJSTEN
from services.declaration.page.weergave import aantal, dag, euro, procent

Bezoeker = Callable[..., Bezoek]
NIET_GEDECLAREERD = "/declaration/v1/lijsten/niet-gedeclareerd"


def cellen(page: Page, rij: int = 0) -> list[str]:
    """The texts of a row of the first table."""
    found = page.locator("table").first.locator("tbody tr").nth(rij).locator("th, td")
    return [" ".join(tekst.split()) for tekst in found.all_inner_texts()]


def items(hub: Hub, pad: str, partij: str, **query: Any) -> list[dict[str, Any]]:
    return list(hub.get(pad, partij, **query).json()["items"])


# --- lijsten ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("partij", ["0503", "75000003", "beheer"])
def test_every_list_is_there_with_the_count_of_the_api_and_what_to_do(
    bezoeker: Bezoeker, hub: Hub, partij: str
) -> None:
    page = bezoeker(partij).ga("/lijsten")

    for naam, lijst in LIJSTEN.items():
        geteld = hub.get(f"/declaration/v1/lijsten/{naam}", partij).json()["aantal"]
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=lijst.titel, exact=True))
        expect(row).to_contain_text(str(geteld) if geteld else "geen")
        expect(row).to_contain_text(lijst.wat_te_doen)


def test_a_list_has_the_amounts_of_the_api_and_leads_to_the_messages(bezoeker: Bezoeker, hub: Hub) -> None:
    verwacht = items(hub, NIET_GEDECLAREERD, "75000003")
    page = bezoeker("75000003").ga("/lijsten/niet-gedeclareerd")

    assert len(verwacht) > 1
    for nummer, rij in enumerate(verwacht):
        gezien = cellen(page, nummer)
        assert str(rij["toewijzing"]) in gezien[0]
        assert euro(rij["bedrag"]) in gezien
    eerste = verwacht[0]["toewijzing"]
    expect(page.get_by_role("link", name=str(eerste), exact=True)).to_have_attribute(
        "href", f"/berichten?toewijzing={eerste}"
    )


def test_a_list_can_be_narrowed_without_losing_it(bezoeker: Bezoeker, hub: Hub) -> None:
    page = bezoeker("75000003").ga("/lijsten/niet-gedeclareerd")
    page.get_by_label("Gemeente", exact=True).select_option("1783")
    expect(page).to_have_url(re.compile("gemeente=1783"))
    expect(page.locator("tbody tr")).to_have_count(len(items(hub, NIET_GEDECLAREERD, "75000003", gemeente="1783")))


@pytest.mark.parametrize("formaat", ["CSV", "XLSX"])
def test_the_file_of_a_list_is_that_of_the_api(bezoeker: Bezoeker, hub: Hub, formaat: str) -> None:
    page = bezoeker("75000003").ga("/lijsten/niet-gedeclareerd")
    with page.expect_download() as gehaald:
        page.get_by_role("link", name=f"Hele lijst als {formaat}").click()
    inhoud = gehaald.value.path().read_bytes()

    assert gehaald.value.suggested_filename.endswith(f".{formaat.lower()}")
    if formaat == "CSV":
        assert inhoud == hub.get(NIET_GEDECLAREERD, "75000003", formaat="csv").content
    else:
        assert inhoud.startswith(b"PK")


def test_the_region_sees_how_many_and_no_case(bezoeker: Bezoeker) -> None:
    page = bezoeker("H5").ga("/lijsten/niet-gedeclareerd")

    expect(page.get_by_role("columnheader", name="Toewijzing")).to_have_count(0)
    expect(page.get_by_text("niet getoond: over minder dan vijf cliënten").first).to_be_visible()
    page = bezoeker("H5").ga("/lijsten/herstel")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dit mag u niet zien")


def test_what_is_mended_stays_to_be_seen_with_its_amounts(bezoeker: Bezoeker, hub: Hub) -> None:
    (eerste, *_) = items(hub, "/declaration/v1/herstel", "75000003", status="gedaan")
    page = bezoeker("75000003").ga("/lijsten/herstel?status=gedaan")

    gezien = cellen(page)
    assert gezien[0] == eerste["prestatie"]
    assert [euro(eerste[naam]) for naam in ("oud", "nieuw", "verschil")] == gezien[4:7]
    expect(page.locator(".doen li")).to_have_count(3)


def test_a_term_says_who_waits_for_whom_and_leads_to_its_message(bezoeker: Bezoeker, hub: Hub) -> None:
    verwacht = items(hub, "/declaration/v1/termijnen", "0603", status="beantwoord", limit=500)
    page = bezoeker("0603").ga("/lijsten/termijnen?stand=beantwoord")

    een = verwacht[0]
    row = page.get_by_role("row").filter(has=page.locator(f"a[href='/berichten/declaration/{een['berichtId']}']"))
    for tekst in (een["identificatie"], een["wachtend"], een["plichtig"], dag(een["uiterlijk"])):
        expect(row).to_contain_text(tekst)


def test_a_list_that_is_none_is_not_found(bezoeker: Bezoeker) -> None:
    page = bezoeker("0503").ga("/lijsten/verzonnen")

    expect(page.get_by_role("heading", level=1)).to_have_text("Niet gevonden")


# --- kwaliteit -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("partij", ["0503", "75000001", "H5"])
def test_the_card_adds_up_what_both_services_count(bezoeker: Bezoeker, hub: Hub, partij: str) -> None:
    rijen = [rij for dienst in ("allocation", "declaration") for rij in items(hub, f"/{dienst}/v1/kwaliteit", partij)]
    page = bezoeker(partij).ga("/kwaliteit")

    som = {naam: sum(rij[naam] for rij in rijen) for naam in ("aangeboden", "ineensGoed", "open", "opTijd", "teLaat")}
    goed = round(som["ineensGoed"] * 100 / (som["aangeboden"] - som["open"]), 2)
    waarden = page.locator(".kerncijfer .waarde").all_inner_texts()
    assert waarden[0] == procent(goed)
    assert waarden[1] == procent(round(som["opTijd"] * 100 / (som["opTijd"] + som["teLaat"]), 2))
    assert waarden[3] == aantal(som["aangeboden"])
    zichtbaar = {rij["partij"] for rij in rijen}
    assert (len(zichtbaar) > 1) == page.get_by_role("heading", name="Per partij").is_visible()


def test_a_code_comes_with_what_it_means_and_what_to_do(bezoeker: Bezoeker) -> None:
    page = bezoeker("75000002").ga("/kwaliteit")

    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="9389"))
    expect(row).to_contain_text("al een debetregel goedgekeurd")
    expect(row).to_contain_text("Crediteer eerst de goedgekeurde debetregel")


@pytest.mark.parametrize(("partij", "pad"), [("75000001", "/kwaliteit"), ("0503", "/kwaliteit?partij=75000001")])
def test_the_card_of_a_party_prints_on_one_page(bezoeker: Bezoeker, partij: str, pad: str) -> None:
    page = bezoeker(partij).ga(pad)

    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1


# --- contracten ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("partij", ["0503", "75000004", "H5"])
def test_the_register_is_that_of_the_api(bezoeker: Bezoeker, hub: Hub, partij: str) -> None:
    verwacht = items(hub, "/declaration/v1/contracten", partij)
    page = bezoeker(partij).ga("/contracten")

    expect(page.locator(".kerncijfer").first).to_contain_text(f"van {len(verwacht)}")
    tabel = page.locator("table").last
    for veld in ("resultaatgebied", "vorm", "mapping"):
        expect(tabel).to_contain_text(verwacht[0][veld])
    expect(tabel).to_contain_text(dag(verwacht[0]["tot"]))
    expect(page.get_by_role("heading", name="Wat niet volgens contract is")).to_have_count(0 if partij == "H5" else 1)


def test_what_ends_soon_can_be_asked_for(bezoeker: Bezoeker) -> None:
    page = bezoeker("0503").ga("/contracten")
    page.get_by_label("Einde", exact=True).select_option("180")

    expect(page.get_by_text("Er zijn geen contracten die hieraan voldoen.")).to_be_visible()


def test_a_signal_says_what_is_wrong_with_the_toewijzing(bezoeker: Bezoeker, hub: Hub) -> None:
    (signaal,) = items(hub, "/declaration/v1/signalen", "0503")
    row = bezoeker("0503").ga("/contracten").locator("tbody tr").first

    for tekst in (str(signaal["toewijzing"]), signaal["tekst"], euro(signaal["bedrag"])):
        expect(row).to_contain_text(tekst)


def test_a_tariff_comes_with_its_decision(bezoeker: Bezoeker, hub: Hub) -> None:
    (verwacht,) = items(hub, "/declaration/v1/tarieven", "0503", productcode="SPF3", dag="2025-07-01")
    page = bezoeker("0503").ga("/contracten/tarieven?productcode=SPF3&dag=2025-07-01")

    expect(page.locator("tbody tr")).to_have_count(1)
    assert {euro(verwacht["tarief"]), verwacht["besluit"], dag(verwacht["tot"])} <= set(cellen(page))
