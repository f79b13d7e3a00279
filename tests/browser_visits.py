"""Visits to the page with a real browser: who logs in, what may not happen meanwhile, what axe says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import servers
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright
from running_hub import Hub

Thema = Literal["light", "dark"]
_ARGUMENTS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
# What WCAG 2.2 AA asks; "best-practice" besides.
_REGELS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def launch(playwright: Playwright) -> Browser:
    """Debian's chromium, without a screen."""
    return playwright.chromium.launch(executable_path=str(servers.chromium()), args=list(_ARGUMENTS))


_GETEKEND: Final = "() => [...document.querySelectorAll('figure.grafiek')].every(each => each.dataset.getekend)"


@dataclass
class Bezoek:
    """A page in the browser of one visitor. `klachten`: what the browser complained of, and requests to elsewhere."""

    hub: Hub
    page: Page
    klachten: list[str] = field(default_factory=list)

    def ga(self, pad: str) -> Page:
        """Go there and wait until everything, charts included, is drawn."""
        self.page.goto(self.hub.url + pad)
        return self.klaar()

    def klaar(self) -> Page:
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('figure.grafiek')].every(f => f.dataset.getekend)"
        )
        return self.page

    def log_in(self, partij: str) -> Page:
        self.page.goto(f"{self.hub.url}/inloggen")
        self.page.get_by_label("Sleutel").fill(self.hub.keys[partij])
        self.page.get_by_role("button", name="Inloggen").click()
        return self.klaar()

    def toegankelijk(self) -> list[str]:
        """What axe finds wrong with the page as it is now, one line each."""
        found: Any = Axe().run(self.page, options={"runOnly": _REGELS, "resultTypes": ["violations"]})
        return [
            f"{each['id']}: {node['html'][:200]}" for each in found.response["violations"] for node in each["nodes"]
        ]


@contextmanager
def visiting(browser: Browser, hub: Hub, thema: Thema = "light", width: int = 1280) -> Iterator[Bezoek]:
    """A visitor with an empty browser; afterwards nothing may have gone wrong that he did not ask for."""
    context = browser.new_context(
        color_scheme=thema, locale="nl-NL", reduced_motion="reduce", viewport={"width": width, "height": 900}
    )
    bezoek = Bezoek(hub, context.new_page())

    def told(message: ConsoleMessage) -> None:
        # A refusal is a page here; the browser reports its status as well.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            bezoek.klachten.append(message.text)

    bezoek.page.on("console", told)
    bezoek.page.on("pageerror", lambda error: bezoek.klachten.append(str(error)))
    bezoek.page.on("request", lambda request: _binnen(request.url, bezoek))
    try:
        yield bezoek
        assert bezoek.klachten == []
    finally:
        context.close()


def _binnen(url: str, bezoek: Bezoek) -> None:
    if not url.startswith((bezoek.hub.url, "data:", "blob:")):
        bezoek.klachten.append(f"asked for {url}")
