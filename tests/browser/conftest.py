"""A region's year to look at, and a browser to look with. One of each for all tests of a worker."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from browser_visits import Bezoek, Thema, launch, visiting
from playwright.sync_api import Browser, sync_playwright
from running_hub import Hub, run_hub, serving

from services.cli.console import free_port

Bezoeker = Callable[..., Bezoek]


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """The hub that the demo leaves: a year of both releases, closed periods, a tariff that rose with hindsight."""
    data = tmp_path_factory.mktemp("pagina") / "demo"
    # Not the port it takes by itself: another demo may be about to.
    made = run_hub("demo", "--once", "--data", str(data), "--port", str(free_port(0)))
    assert made.returncode == 0, made.stdout + made.stderr
    with serving(data) as running:
        yield running


@pytest.fixture(scope="session")
def empty_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with the example set and not one message: every view is empty."""
    data: Path = tmp_path_factory.mktemp("leeg") / "var"
    made = run_hub("init", "--voorbeeld", "--data", str(data))
    assert made.returncode == 0, made.stdout + made.stderr
    with serving(data) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@pytest.fixture(scope="session")
def sessies() -> dict[tuple[str, str], Any]:
    """The cookies of who logged in before, by hub and party."""
    return {}


@pytest.fixture
def bezoeker(browser: Browser, hub: Hub, sessies: dict[tuple[str, str], Any]) -> Iterator[Bezoeker]:
    """A visitor who is logged in as this party: `bezoeker("0503", thema="dark")`; `waar` is another hub."""
    with ExitStack() as stack:

        def komt(partij: str, thema: Thema = "light", width: int = 1280, waar: Hub = hub) -> Bezoek:
            bezoek = stack.enter_context(visiting(browser, waar, thema, width))
            if (waar.url, partij) in sessies:
                bezoek.page.context.add_cookies(sessies[waar.url, partij])
            else:
                bezoek.log_in(partij)
                sessies[waar.url, partij] = bezoek.page.context.cookies()
            return bezoek

        yield komt
