"""What holds for every view: accessible in both themes and on a telephone, with data and without, by keyboard alone."""

from collections.abc import Callable

import pytest
from browser_views import GEZICHTEN, Gezicht
from browser_visits import Bezoek
from playwright.sync_api import expect
from running_hub import Hub

Bezoeker = Callable[..., Bezoek]
alle = pytest.mark.parametrize("gezicht", GEZICHTEN, ids=[gezicht.naam for gezicht in GEZICHTEN])


@alle
def test_a_view_is_accessible_in_both_themes_and_fits_a_telephone(bezoeker: Bezoeker, gezicht: Gezicht) -> None:
    bezoek = bezoeker(gezicht.partij)
    page = bezoek.ga(gezicht.pad)

    assert bezoek.toegankelijk() == []
    page.emulate_media(color_scheme="dark")
    assert bezoek.toegankelijk() == []
    page.set_viewport_size({"width": 360, "height": 800})
    # Only tables scroll sideways, in themselves.
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@alle
def test_a_view_without_data_says_so_and_is_accessible(bezoeker: Bezoeker, gezicht: Gezicht, empty_hub: Hub) -> None:
    bezoek = bezoeker(gezicht.partij, waar=empty_hub)
    page = bezoek.ga(gezicht.pad)

    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert bezoek.toegankelijk() == []


@alle
def test_the_keyboard_reaches_everything_and_sees_where_it_is(bezoeker: Bezoeker, gezicht: Gezicht) -> None:
    page = bezoeker(gezicht.partij).ga(gezicht.pad)
    reachable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
    wanted = page.evaluate(f'[...document.querySelectorAll("{reachable}")].filter(e => e.checkVisibility()).length')
    # A field for a day has a stop for each of its parts and for its calendar.
    stops = wanted + 3 * page.locator("input[type=date]").count()
    seen: set[int] = set()
    for _ in range(stops + 2):
        page.keyboard.press("Tab")
        seen.add(page.evaluate(_WAAR, reachable))
        assert page.evaluate(_ZICHTBAAR)

    assert len(seen - {-1}) == wanted


_WAAR = "wat => [...document.querySelectorAll(wat)].indexOf(document.activeElement)"
_ZICHTBAAR = (
    "() => (here => here === document.body || getComputedStyle(here).outlineStyle !== 'none')(document.activeElement)"
)
