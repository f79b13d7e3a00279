"""What holds for every view: accessible in both themes and on a telephone, with data and without, by keyboard alone."""

from collections.abc import Callable

import pytest
from browser_views import GEZICHTEN, Gezicht
from browser_visits import Bezoek
from playwright.sync_api import Page, expect
from running_hub import Hub

Bezoeker = Callable[..., Bezoek]
alle = pytest.mark.parametrize("gezicht", GEZICHTEN, ids=[gezicht.naam for gezicht in GEZICHTEN])


@alle
def test_a_view_is_for_everyone(bezoeker: Bezoeker, gezicht: Gezicht) -> None:
    """In one visit: by keyboard alone, in both themes, on a telephone, and with text twice as large."""
    bezoek = bezoeker(gezicht.partij)
    page = bezoek.ga(gezicht.pad)

    assert_the_keyboard_reaches_everything_and_sees_where_it_is(page)
    assert bezoek.toegankelijk() == []
    page.emulate_media(color_scheme="dark")
    assert bezoek.toegankelijk() == []
    # Only tables scroll sideways, in themselves.
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(_BUITEN_BEELD) == []
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(_BUITEN_BEELD) == []


@alle
def test_a_view_without_data_says_so_and_is_accessible(bezoeker: Bezoeker, gezicht: Gezicht, empty_hub: Hub) -> None:
    bezoek = bezoeker(gezicht.partij, waar=empty_hub)
    page = bezoek.ga(gezicht.pad)

    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert bezoek.toegankelijk() == []


def assert_the_keyboard_reaches_everything_and_sees_where_it_is(page: Page) -> None:
    wanted = page.evaluate(f"[...document.querySelectorAll({_BEREIKBAAR!r})].filter(e => e.checkVisibility()).length")
    # A field for a day has a stop for each of its parts and for its calendar.
    stops = wanted + 3 * page.locator("input[type=date]").count()
    seen: set[int] = set()
    for _ in range(stops + 2):
        page.keyboard.press("Tab")
        waar, zichtbaar = page.evaluate(_WAAR, _BEREIKBAAR)
        assert zichtbaar
        seen.add(waar)

    assert len(seen - {-1}) == wanted


_BEREIKBAAR = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
_WAAR = """wat => {
  const hier = document.activeElement;
  const zichtbaar = hier === document.body || getComputedStyle(hier).outlineStyle !== "none";
  return [[...document.querySelectorAll(wat)].indexOf(hier), zichtbaar];
}"""
# What reaches beyond the screen, where nothing around it scrolls.
_BUITEN_BEELD = """() => {
  const breedte = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= breedte) return [];
  return [...document.querySelectorAll("body *")]
    .filter((deel) => deel.getBoundingClientRect().right > breedte + 1 && !deel.closest(".rol, .tekening, pre"))
    .map((deel) => deel.outerHTML.slice(0, 120));
}"""
