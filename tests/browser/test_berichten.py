"""Berichten and Proef as a contract manager and a tester use them: find, understand, try out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser_visits import Bezoek
from playwright.sync_api import Page, expect
from running_hub import Hub

Bezoeker = Callable[..., Bezoek]
GEMEENTE, AANBIEDER = "0503", "75000002"


@pytest.fixture
def deels(hub: Hub) -> dict[str, Any]:
    """A 323 of the year with a line that was refused."""
    query = {"oordeel": "deels_afgekeurd", "berichtsoort": "WMO323", "verzender": AANBIEDER}
    found = hub.get("/declaration/v1/berichten", GEMEENTE, **query).json()["items"]
    assert found
    return dict(found[0])


@pytest.fixture
def xml(hub: Hub, deels: dict[str, Any]) -> str:
    return hub.get(f"/declaration/v1/berichten/{deels['id']}/xml", GEMEENTE).text


def rows(page: Page) -> list[str]:
    return page.locator("tbody tr th a").all_inner_texts()


def seek(page: Page, **velden: str) -> Page:
    """Fill the form by the names of its fields and press enter; without JavaScript and with it."""
    for label, value in velden.items():
        page.locator(f"[name={label}]").fill(value)
    page.get_by_role("button", name="Zoek", exact=True).press("Enter")
    page.wait_for_url("**/berichten?**")
    page.wait_for_load_state("networkidle")
    return page


# --- finding ---------------------------------------------------------------------------------------------------------


def test_messages_of_both_services_stand_together_and_go_on_on_the_next_page(bezoeker: Bezoeker) -> None:
    page = bezoeker(GEMEENTE).ga("/berichten")
    first = rows(page)
    assert len(first) == 50
    page.get_by_role("link", name="Oudere berichten").click()
    page.wait_for_load_state("networkidle")
    second = rows(page)

    assert second
    assert not set(page.locator("tbody tr th a").evaluate_all("all => all.map(one => one.href)")) & set(first)
    seen = {text.split()[0] for text in first + second}
    while page.get_by_role("link", name="Oudere berichten").count():
        page.get_by_role("link", name="Oudere berichten").click()
        page.wait_for_load_state("networkidle")
        seen |= {text.split()[0] for text in rows(page)}
    assert {"WMO301", "WMO323", "WMO325"} <= seen
    page.get_by_role("link", name="Naar de nieuwste").click()
    expect(page.locator("tbody tr th a").first).to_have_text(first[0])


def test_every_page_together_has_every_message_once(bezoeker: Bezoeker, hub: Hub) -> None:
    page = bezoeker(AANBIEDER).ga("/berichten")
    shown: list[str] = []
    while True:
        shown += [href.rsplit("/", 1)[1] for href in page.locator("tbody th a").evaluate_all("a => a.map(e => e.href)")]
        if not page.get_by_role("link", name="Oudere berichten").count():
            break
        page.get_by_role("link", name="Oudere berichten").click()
        page.wait_for_load_state("networkidle")
    wanted: list[str] = []
    for dienst in ("allocation", "declaration"):
        wanted += [item["id"] for item in hub.get(f"/{dienst}/v1/berichten", AANBIEDER, limit=500).json()["items"]]

    assert len(shown) == len(set(shown))
    assert sorted(shown) == sorted(wanted)


def test_a_message_is_found_by_what_it_is_about(bezoeker: Bezoeker, deels: dict[str, Any]) -> None:
    bezoek = bezoeker(GEMEENTE)
    page = seek(bezoek.ga("/berichten"), identificatie=deels["identificatie"], partij=AANBIEDER)
    assert f"WMO323 {deels['identificatie']}" in rows(page)
    page = seek(bezoek.ga("/berichten"), retourcode="9389")
    assert f"WMO323 {deels['identificatie']}" in rows(page)
    page = seek(bezoek.ga("/berichten"), toewijzing="100", partij=AANBIEDER)
    assert {text.split()[0] for text in rows(page)} >= {"WMO301", "WMO323", "WMO325"}
    expect(page.locator("[name=toewijzing]")).to_have_value("100")


def test_what_is_not_there_and_what_cannot_be_is_told(bezoeker: Bezoeker) -> None:
    bezoek = bezoeker(GEMEENTE)
    page = seek(bezoek.ga("/berichten"), identificatie="BESTAATNIET")
    expect(page.locator(".leeg")).to_contain_text("Geen bericht past bij deze vraag")
    assert bezoek.toegankelijk() == []
    page = bezoek.ga("/berichten?toewijzing=abc")
    expect(page.get_by_role("alert")).to_contain_text("toewijzing")


def test_a_client_is_sought_without_its_bsn_in_the_address(bezoeker: Bezoeker, hub: Hub, xml: str) -> None:
    bsn = xml.split("Bsn>")[1].split("<")[0]
    bezoek = bezoeker(GEMEENTE)
    asked: list[str] = []
    bezoek.page.on("request", lambda request: asked.append(request.url))
    page = bezoek.ga("/berichten")
    page.get_by_text("Zoek op cliënt").first.press("Enter")
    page.get_by_label("Burgerservicenummer").fill(bsn)
    page.keyboard.press("Enter")
    expect(page.get_by_role("table")).to_contain_text("WMO301")

    assert "WMO323" in page.get_by_role("table").inner_text()
    assert bsn not in page.content()
    assert not any(bsn in url for url in asked)
    assert bsn not in hub.log
    assert bezoek.toegankelijk() == []


def test_a_bsn_that_cannot_be_is_told_where_it_was_filled_in(bezoeker: Bezoeker) -> None:
    bezoek = bezoeker(GEMEENTE)
    page = bezoek.ga("/berichten")
    page.get_by_text("Zoek op cliënt").first.click()
    page.get_by_label("Burgerservicenummer").fill("12345")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_have_text("Een burgerservicenummer heeft negen cijfers.")
    expect(page.get_by_label("Burgerservicenummer")).to_have_attribute("aria-invalid", "true")
    assert "12345" not in page.content()
    assert bezoek.toegankelijk() == []


# --- understanding ---------------------------------------------------------------------------------------------------


def test_a_message_shows_its_life_and_its_bevindingen_and_leads_to_its_answer(
    bezoeker: Bezoeker, deels: dict[str, Any]
) -> None:
    bezoek = bezoeker(GEMEENTE)
    page = bezoek.ga(f"/berichten/declaration/{deels['id']}")

    expect(page.get_by_role("heading", level=1)).to_contain_text(f"WMO323 {deels['identificatie']}")
    expect(page.locator(".tijdlijn li").first).to_contain_text(f"Ingediend door {AANBIEDER}.")
    fragment = page.get_by_role("region", name="Fragment bij bevinding 1")
    expect(fragment).to_contain_text("<ToewijzingNummer>")
    for thema in ("light", "dark"):
        page.emulate_media(color_scheme=thema)
        assert bezoek.toegankelijk() == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name="Beantwoord door de hub").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("WMO325")
    page.get_by_role("link", name="Antwoord op WMO323").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(deels["identificatie"])


def test_the_xml_is_a_file_byte_for_byte(bezoeker: Bezoeker, deels: dict[str, Any], xml: str) -> None:
    page = bezoeker(AANBIEDER).ga(f"/berichten/declaration/{deels['id']}")
    with page.expect_download() as download:
        page.get_by_role("link", name="XML ophalen").click()

    assert Path(download.value.path()).read_bytes() == xml.encode()
    assert download.value.suggested_filename == f"{deels['id']}.xml"


def test_a_message_of_somebody_else_is_not_there(bezoeker: Bezoeker, deels: dict[str, Any]) -> None:
    page = bezoeker("75000001").ga(f"/berichten/declaration/{deels['id']}")

    expect(page.get_by_role("heading", level=1)).to_have_text("Niet gevonden")


# --- trying out ------------------------------------------------------------------------------------------------------


def levels(page: Page) -> list[str]:
    return page.locator(".niveaus .label").all_inner_texts()


def test_a_pasted_message_is_tried_level_by_level_and_not_stored(bezoeker: Bezoeker, hub: Hub, xml: str) -> None:
    bezoek = bezoeker(AANBIEDER)
    page = bezoek.ga("/proef")
    before = hub.get("/declaration/v1/berichten", AANBIEDER).json()
    page.get_by_label("Of plak het bericht").fill(xml.replace("Identificatie>D", "Identificatie>X", 1))
    page.get_by_role("button", name="Proef dit bericht").press("Enter")
    expect(page.get_by_role("heading", name="Uitslag")).to_be_focused()

    assert levels(page)[0] == "Goed"
    assert "fout" not in " ".join(levels(page)).lower()
    assert bezoek.toegankelijk() == []
    assert hub.get("/declaration/v1/berichten", AANBIEDER).json() == before


def test_a_message_of_the_other_service_is_tried_there(bezoeker: Bezoeker, hub: Hub, tmp_path: Path) -> None:
    een = hub.get("/allocation/v1/berichten", GEMEENTE, berichtsoort="WMO301").json()["items"][0]
    file = tmp_path / "toewijzing.xml"
    file.write_bytes(hub.get(f"/allocation/v1/berichten/{een['id']}/xml", GEMEENTE).content)
    bezoek = bezoeker(GEMEENTE)
    page = bezoek.ga("/proef")
    page.get_by_label("XML-bestand").set_input_files(file)
    page.get_by_role("button", name="Proef dit bericht").press("Enter")

    expect(page.get_by_role("heading", name="Uitslag van toewijzing.xml")).to_be_visible()
    assert levels(page) == ["Goed"] * 4
    expect(page.locator(".uitslag")).to_contain_text("antwoordt met een WMO302")
    assert bezoek.toegankelijk() == []


@pytest.mark.parametrize(
    ("change", "melding", "niveaus"),
    [
        (lambda xml: xml.replace("Afzender>", "Zender>"), "voldoet op", "1 bevinding"),
        (lambda xml: "dit is geen xml", "geen welgevormd XML-document", "Fout"),
        (lambda xml: xml.replace(f">{AANBIEDER}<", ">75000001<"), "niet de partij in het bericht", None),
        (lambda xml: "  ", "Kies een bestand of plak een bericht.", None),
    ],
    ids=["schema", "geen xml", "van een ander", "niets"],
)
def test_what_cannot_be_judged_says_why(
    bezoeker: Bezoeker, xml: str, change: Callable[[str], str], melding: str, niveaus: str | None
) -> None:
    bezoek = bezoeker(AANBIEDER)
    page = bezoek.ga("/proef")
    page.get_by_label("Of plak het bericht").fill(change(xml))
    page.get_by_role("button", name="Proef dit bericht").press("Enter")

    expect(page.get_by_role("alert")).to_contain_text(melding)
    expected = [niveaus, *["Niet beoordeeld"] * 3] if niveaus else []
    assert levels(page) == expected
    assert bezoek.toegankelijk() == []


# --- without JavaScript ----------------------------------------------------------------------------------------------


def test_all_of_it_works_without_javascript(bezoeker: Bezoeker, hub: Hub, deels: dict[str, Any], xml: str) -> None:
    bezoek = bezoeker(AANBIEDER)
    cookies = bezoek.page.context.cookies()
    browser = bezoek.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{hub.url}/berichten")
    page.locator("[name=identificatie]").fill(deels["identificatie"])
    page.get_by_role("button", name="Zoek", exact=True).click()
    assert f"WMO323 {deels['identificatie']}" in rows(page)
    page.goto(f"{hub.url}/proef")
    page.get_by_label("Of plak het bericht").fill(xml)
    page.get_by_role("button", name="Proef dit bericht").click()
    expect(page.get_by_role("heading", name="Uitslag")).to_be_visible()
    context.close()


def test_a_file_that_is_too_large_is_refused(bezoeker: Bezoeker, tmp_path: Path) -> None:
    file = tmp_path / "groot.xml"
    file.write_bytes(b"<" * 26_000_000)
    page = bezoeker(AANBIEDER).ga("/proef")
    page.get_by_label("XML-bestand").set_input_files(file)
    page.get_by_role("button", name="Proef dit bericht").press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("Een bericht is ten hoogste")
