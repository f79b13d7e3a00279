"""Logging in and out, by the keyboard alone, and what a visitor without a session gets."""

import pytest
from browser_visits import Thema, visiting
from playwright.sync_api import Browser, expect
from running_hub import Hub


def test_a_visitor_without_a_session_logs_in_and_goes_on_where_he_was(browser: Browser, hub: Hub) -> None:
    with visiting(browser, hub) as bezoek:
        page = bezoek.ga("/over?van=hier")
        page.goto(f"{hub.url}/verzilvering?jaar=2025")
        expect(page).to_have_url(f"{hub.url}/inloggen?naar=%2Fverzilvering%3Fjaar%3D2025")
        page.get_by_label("Sleutel").fill(hub.keys["0503"])
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{hub.url}/verzilvering?jaar=2025")
        expect(page.get_by_role("banner")).to_contain_text("0503")


def test_a_wrong_key_says_so_and_is_not_shown_again(browser: Browser, hub: Hub) -> None:
    with visiting(browser, hub) as bezoek:
        page = bezoek.ga("/inloggen")
        page.get_by_label("Sleutel").fill("bh_verzonnen")
        page.keyboard.press("Enter")

        expect(page.get_by_role("alert")).to_contain_text("onbekend of verlopen")
        assert "bh_verzonnen" not in page.content()
        assert bezoek.toegankelijk() == []


@pytest.mark.parametrize("thema", ["light", "dark"])
def test_the_form_is_accessible(browser: Browser, hub: Hub, thema: Thema) -> None:
    with visiting(browser, hub, thema) as bezoek:
        bezoek.ga("/inloggen")
        assert bezoek.toegankelijk() == []
        bezoek.ga("/over")
        assert bezoek.toegankelijk() == []


def test_logging_out_ends_it(browser: Browser, hub: Hub) -> None:
    with visiting(browser, hub) as bezoek:
        page = bezoek.log_in("0503")
        page.get_by_role("button", name="Uitloggen").press("Enter")
        expect(page).to_have_url(f"{hub.url}/inloggen")
        page.goto(f"{hub.url}/verzilvering")
        expect(page).to_have_url(f"{hub.url}/inloggen?naar=%2Fverzilvering")
