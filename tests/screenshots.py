"""`make screenshots`: every view of the page in light and in dark, and on a telephone, as pictures to look at.

A program: `python tests/screenshots.py FOLDER [NAAM...]`.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from browser_views import GEZICHTEN
from browser_visits import Thema, launch, visiting
from playwright.sync_api import sync_playwright
from running_hub import run_hub, serving


def main(folder: Path, namen: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    gezichten = [each for each in GEZICHTEN if not namen or each.naam in namen]
    with TemporaryDirectory() as place, sync_playwright() as playwright:
        data = Path(place) / "demo"
        made = run_hub("demo", "--once", "--data", str(data), "--port", "0")
        if made.returncode != 0:
            sys.exit(made.stdout + made.stderr)
        browser = launch(playwright)
        with serving(data) as hub:
            for gezicht in gezichten:
                for thema in get_args(Thema):
                    with visiting(browser, hub, thema) as bezoek:
                        bezoek.log_in(gezicht.partij)
                        bezoek.ga(gezicht.pad).screenshot(path=folder / f"{gezicht.naam}-{thema}.png", full_page=True)
                with visiting(browser, hub, width=390) as bezoek:
                    bezoek.log_in(gezicht.partij)
                    bezoek.ga(gezicht.pad).screenshot(path=folder / f"{gezicht.naam}-smal.png", full_page=True)
        browser.close()
    sys.stdout.write(f"{3 * len(gezichten)} pictures in {folder}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
