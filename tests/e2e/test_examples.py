"""What `hub example` writes is taken in by a fresh hub, in both releases: nothing of it is refused, all is awarded."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running_hub import Hub, run_hub, serving

TOEWIJZING = re.compile(rb"<ToewijzingNummer>")

# Release, berichtsoort of the declaration, and what else makes it this one; parties of the first such contract.
DECLARATIES = [
    pytest.param("3.2", "WMO323", (), id="323"),
    pytest.param("2.3", "WMO303", (), id="303-declaratie"),
    pytest.param("2.3", "WMO303", ("--factuur",), id="303-factuur"),
]


@pytest.fixture(scope="module")
def hub(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    data = tmp_path_factory.mktemp("examples") / "var"
    shutil.copytree(example_data, data)
    with serving(data) as running:
        yield running


def example(folder: Path, soort: str, release: str, *options: object) -> bytes:
    """The message that the command writes into this folder."""
    made = run_hub("example", soort, "--release", release, "--uit", str(folder), *(str(option) for option in options))
    assert made.returncode == 0, made.stderr
    return Path(made.stdout.strip()).read_bytes()


def posted(hub: Hub, dienst: str, partij: str, inhoud: bytes) -> dict[str, Any]:
    reply = hub.post(dienst, partij, inhoud)
    assert reply.status_code == 201, reply.text
    body: dict[str, Any] = reply.json()
    return body


def parties(inhoud: bytes) -> tuple[str, str]:
    """Gemeente and aanbieder, from the Header of a 301."""
    found = re.search(rb"<Afzender>(\d{4})</Afzender>\s*<Ontvanger>(\d{8})<", inhoud)
    assert found
    return found[1].decode(), found[2].decode()


@pytest.mark.parametrize(("release", "soort", "options"), DECLARATIES)
@pytest.mark.parametrize("seed", [1, 7])
def test_a_fresh_hub_grants_what_an_example_claims(
    hub: Hub, tmp_path: Path, release: str, soort: str, options: tuple[str, ...], seed: int
) -> None:
    toewijzing = example(tmp_path, "WMO301", release, *options, "--seed", seed)
    gemeente, aanbieder = parties(toewijzing)
    # The declaration begins with what the 301 of its seed grants.
    aantal = len(TOEWIJZING.findall(toewijzing))
    declaratie = example(tmp_path, soort, release, *options, "--seed", seed, "--prestaties", aantal)

    granted = posted(hub, "allocation", gemeente, toewijzing)
    accepted = posted(hub, "allocation", aanbieder, example(tmp_path, "WMO302", release, *options, "--seed", seed))
    claimed = posted(hub, "declaration", aanbieder, declaratie)

    assert [reply["oordeel"] for reply in (granted, accepted, claimed)] == ["goedgekeurd"] * 3, claimed["bevindingen"]
    assert claimed["toegekend"] == claimed["ingediend"] > 0


@pytest.mark.parametrize(("release", "soort", "antwoord"), [("3.2", "WMO323", "WMO325"), ("2.3", "WMO303", "WMO304")])
def test_without_mandaat_the_example_of_the_answer_fits_its_declaration(
    hub: Hub, tmp_path: Path, release: str, soort: str, antwoord: str
) -> None:
    options = "--gemeente", "0603", "--seed", 9, "--prestaties", 4
    gemeente, aanbieder = parties(example(tmp_path, "WMO301", release, *options))

    passed_on = posted(hub, "declaration", aanbieder, example(tmp_path, soort, release, *options))
    answered = posted(hub, "declaration", gemeente, example(tmp_path, antwoord, release, *options))

    assert passed_on["oordeel"] == "doorgestuurd"
    assert answered["oordeel"] == "goedgekeurd"
    assert answered["toegekend"] == passed_on["ingediend"]
