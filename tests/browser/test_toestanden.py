"""What the page does while it waits and when something is not there; and by keyboard, large, and without JavaScript."""

import re
from collections.abc import Callable

import pytest
from browser_views import GEZICHTEN
from browser_visits import Bezoek, visiting
from playwright.sync_api import Browser, Locator, Page, Route, expect
from running_hub import Hub

Bezoeker = Callable[..., Bezoek]
VERZILVERING = re.compile(r"/verzilvering\?")


# --- waiting, and what does not come ---------------------------------------------------------------------------------


def test_it_is_told_that_an_answer_is_awaited_and_that_it_came(bezoeker: Bezoeker) -> None:
    page = bezoeker("0503").ga("/verzilvering")
    held: list[Route] = []
    page.route(VERZILVERING, lambda route: held.append(route))
    bezig = page.get_by_role("status")
    expect(bezig).to_be_hidden()
    page.get_by_label("Rijpheid").select_option("rijp")

    expect(bezig).to_be_visible()
    expect(bezig).to_contain_text("Bezig met ophalen")
    held[0].continue_()
    expect(page).to_have_url(re.compile("rijpheid=rijp"))
    expect(bezig).to_be_hidden()


def test_an_answer_that_does_not_come_is_told_and_what_was_there_stays(bezoeker: Bezoeker) -> None:
    bezoek = bezoeker("0503")
    page = bezoek.ga("/verzilvering")
    page.route(VERZILVERING, lambda route: route.abort())
    page.get_by_label("Rijpheid").select_option("rijp")

    melding = page.get_by_role("status")
    expect(melding).to_have_text("Het ophalen is niet gelukt. Probeer het opnieuw.", use_inner_text=True)
    expect(page.get_by_role("table").first).to_be_visible()
    assert bezoek.toegankelijk() == []
    page.unroute(VERZILVERING)
    page.get_by_label("Rijpheid").select_option("afgesloten")
    expect(page).to_have_url(re.compile("rijpheid=afgesloten"))
    expect(melding).to_be_hidden()
    # The browser tells of the request that was cut off.
    bezoek.klachten.clear()


def test_a_session_that_is_over_leads_to_the_form_also_by_htmx(browser: Browser, hub: Hub) -> None:
    with visiting(browser, hub) as bezoek:
        bezoek.log_in("0503")
        page = bezoek.ga("/verzilvering")
        page.context.clear_cookies()
        page.get_by_label("Rijpheid").select_option("rijp")

        expect(page).to_have_url(f"{hub.url}/inloggen")
        expect(page.get_by_label("Sleutel")).to_be_visible()


def test_a_refusal_by_htmx_says_why(bezoeker: Bezoeker) -> None:
    page = bezoeker("0503").ga("/verzilvering")
    page.get_by_label("Zoals bekend op").evaluate("veld => { veld.type = 'text'; veld.value = 'ooit'; }")
    page.get_by_role("button", name="Toon").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Dat verzoek klopt niet")
    expect(page.get_by_role("alert")).to_contain_text("peildatum")


@pytest.mark.parametrize("pad", ["/berichten/declaration/verzonnen", "/lijsten/verzonnen", "/static/verzonnen.css"])
def test_a_link_that_leads_nowhere_says_so_and_leads_back(bezoeker: Bezoeker, pad: str) -> None:
    page = bezoeker("0503").ga(pad)

    expect(page.get_by_role("heading", level=1)).to_have_text("Niet gevonden")
    page.get_by_role("link", name="Terug naar het begin").press("Enter")
    expect(page).to_have_url(re.compile("/verzilvering$"))


# --- the keyboard ----------------------------------------------------------------------------------------------------


def tab_to(page: Page, wat: Locator) -> Locator:
    """Press Tab until this has the focus, which must be seen."""
    for _ in range(150):
        if wat.evaluate("hier => hier === document.activeElement"):
            stijl = wat.evaluate("hier => [getComputedStyle(hier).outlineStyle, getComputedStyle(hier).outlineWidth]")
            assert stijl == ["solid", "3px"]
            return wat
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wat}")


@pytest.mark.parametrize("kleuren", ["none", "active"])
def test_a_visit_by_the_keyboard_alone(browser: Browser, hub: Hub, kleuren: str) -> None:
    with visiting(browser, hub) as bezoek:
        page = bezoek.page
        page.emulate_media(forced_colors="active" if kleuren == "active" else "none")
        page.goto(f"{hub.url}/inloggen")
        tab_to(page, page.get_by_label("Sleutel"))
        page.keyboard.type(hub.keys["0503"])
        page.keyboard.press("Enter")
        bezoek.klaar()

        # A choice: the figures change, and one is still at the choice.
        keuze = tab_to(page, page.get_by_label("Aanbieder"))
        page.keyboard.press("ArrowDown")
        expect(page).to_have_url(re.compile("aanbieder=75"))
        bezoek.klaar()
        expect(keuze).to_be_focused()

        # A definition: it opens, and goes away again.
        vraag = tab_to(page, page.get_by_role("button", name="Uitleg: Verzilveringspercentage").first)
        page.keyboard.press("Enter")
        ballon = page.locator(":popover-open")
        expect(ballon).to_contain_text("Verzilveringspercentage")
        page.keyboard.press("Escape")
        expect(ballon).to_have_count(0)
        expect(vraag).to_be_focused()

        tab_to(page, page.get_by_role("link", name="Berichten", exact=True))
        page.keyboard.press("Enter")
        tab_to(page, page.locator("tbody a").first)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/berichten/(allocation|declaration)/"))
        expect(page.get_by_role("heading", level=1)).to_be_visible()

        tab_to(page, page.get_by_role("button", name="Uitloggen"))
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{hub.url}/inloggen")


def test_nothing_moves_for_who_wants_no_motion(bezoeker: Bezoeker) -> None:
    page = bezoeker("0503").ga("/verzilvering")
    page.get_by_label("Rijpheid").select_option("rijp")
    expect(page).to_have_url(re.compile("rijpheid=rijp"))

    assert page.evaluate("document.getAnimations().length") == 0


# --- without JavaScript ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("partij", sorted({gezicht.partij for gezicht in GEZICHTEN}))
def test_without_javascript_every_view_has_its_figures(browser: Browser, bezoeker: Bezoeker, partij: str) -> None:
    bezoek = bezoeker(partij)
    hub, cookies = bezoek.hub, bezoek.page.context.cookies()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    for gezicht in GEZICHTEN:
        if gezicht.partij != partij:
            continue
        page.goto(hub.url + gezicht.pad)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        tekening = page.locator("figure.grafiek")
        if tekening.count():
            expect(tekening.get_by_text("De grafiek wordt getekend met JavaScript.")).to_have_count(tekening.count())
            expect(page.locator("figure.grafiek ~ .rol tbody tr").first).to_be_visible()
    context.close()


def test_without_javascript_a_choice_is_sent_by_its_button(browser: Browser, bezoeker: Bezoeker) -> None:
    bezoek = bezoeker("0503")
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(bezoek.page.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{bezoek.hub.url}/verzilvering")
    page.get_by_label("Rijpheid").select_option("rijp")
    page.get_by_role("button", name="Toon").click()

    expect(page).to_have_url(re.compile("rijpheid=rijp"))
    expect(page.get_by_label("Rijpheid")).to_have_value("rijp")
    context.close()
