"""`hub example --fout` for every rule in the registry, sent to a real hub: each gets exactly the answer it expects."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from running_hub import Hub, run_hub, serving

from services.cli.demo_scenario import VANDAAG
from services.cli.example import SOORTEN
from services.cli.fouten import Scenario, fouten_van, scenario
from services.cli.fouten.stuk import Verwacht
from services.kernel.catalogue import find


@pytest.fixture(scope="module")
def hub(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """One hub for all: every scenario has numbers of its own."""
    data = tmp_path_factory.mktemp("fouten") / "var"
    shutil.copytree(example_data, data)
    with serving(data) as running:
        yield running


def gekregen(reply: httpx.Response) -> Verwacht:
    """What came back, in the terms of what was expected."""
    body: dict[str, Any] = reply.json()
    regels = frozenset((b["regel"], b["retourcode"]) for b in body.get("bevindingen", ()))
    probleem = None if reply.is_success else body["type"].removeprefix("/problemen/")
    return Verwacht(reply.status_code, body.get("oordeel"), regels, probleem)


def afwijking(hub: Hub, een: Scenario) -> str | None:
    """The first message that got something else than it expects; None when all got that."""
    over = f"{een.tekst.regel} {een.tekst.klasse} {een.tekst.element} {een.tekst.retourcode}"
    for nr, stuk in enumerate(een.stukken, 1):
        reply = hub.post(stuk.soort.dienst, stuk.verzender, stuk.inhoud)
        antwoord = gekregen(reply)
        if antwoord != stuk.verwacht:
            return f"{over}: {stuk.soort.naam} ({nr} of {len(een.stukken)}) got {antwoord}, not {stuk.verwacht}"
    # Of the last one: a rule has a row for every element it looks at.
    elementen = {b["element"] for b in reply.json().get("bevindingen", ())}
    if elementen != {een.tekst.element} and not een.toelichting:
        return f"{over}: found in {sorted(elementen)}"
    return None


@pytest.mark.parametrize(("naam", "release"), SOORTEN)
def test_every_rule_is_answered_with_exactly_what_it_expects(
    hub: Hub, naam: str, release: str, record_property: Callable[[str, object], None]
) -> None:
    soort = find(naam, release)
    rijen = fouten_van(soort)

    gemaakt = [scenario(soort, fout, 7, VANDAAG) for fout in rijen]
    afwijkingen = [afwijking(hub, een) for een in gemaakt]

    goed = afwijkingen.count(None)
    niet_alleen = sum(een.toelichting != "" for een in gemaakt)
    record_property("fouten", (naam, release, goed, len(rijen), niet_alleen))
    assert goed == len(rijen), "\n".join(filter(None, afwijkingen))


@pytest.mark.parametrize(("soort", "regel"), [("JW323", "TR304"), ("WMO325", "TR101"), ("WMO303", "IV053")])
def test_the_files_of_the_command_say_what_to_send_and_what_comes_back(
    hub: Hub, tmp_path: Path, soort: str, regel: str
) -> None:
    release = "2.3" if soort == "WMO303" else "3.2"
    made = run_hub("example", soort, "--release", release, "--fout", regel, "--seed", "11", "--uit", str(tmp_path))

    assert made.returncode == 0, made.stderr
    assert len(list(tmp_path.iterdir())) == sum(fout.regel == regel for fout in fouten_van(find(soort, release)))
    for folder in tmp_path.iterdir():
        berichten = json.loads((folder / "verwacht.json").read_text(encoding="utf-8"))["berichten"]
        assert [een["bestand"] for een in berichten] == sorted(file.name for file in folder.glob("*.xml"))
        for een in berichten:
            reply = hub.post(een["dienst"], een["verzender"], (folder / een["bestand"]).read_bytes())
            codes = {code for _, code in gekregen(reply).regels if code}
            assert (reply.status_code, reply.json().get("oordeel")) == (een["status"], een["oordeel"])
            assert sorted(codes) == een["retourcodes"]
