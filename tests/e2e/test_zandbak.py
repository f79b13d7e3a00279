"""How to try 9389, 9322 and 8017 in a zandbak, from the outside: real HTTP, as docs/zandbak.md tells it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from running_hub import Hub, run_hub, serving
from zandbak_hub import AANBIEDER, DATUM, GEMEENTE, Proef, regel, stukken


@pytest.fixture(scope="module")
def data(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("zandbak") / "var"
    shutil.copytree(example_data, data)
    return data


@pytest.fixture(scope="module")
def hub(data: Path) -> Iterator[Hub]:
    with serving(data) as running:
        yield running


@pytest.fixture(scope="module")
def gemaakt(hub: Hub) -> Proef:
    made = run_hub("zandbak", "maak", "proef", "--datum", DATUM.isoformat(), "--data", str(hub.data))
    assert made.returncode == 0, made.stderr
    return Proef(hub.client, "proef", json.loads(made.stdout))


@pytest.fixture
def proef(gemaakt: Proef) -> Iterator[Proef]:
    """The zandbak at its beginning."""
    yield gemaakt
    assert gemaakt.vraag("POST", "/v1/herstart").status_code == 200


def codes(xml: str) -> list[str]:
    return [deel.partition("<")[0] for deel in xml.split("RetourCode>")[1::2]]


def test_9389_the_same_month_is_declared_twice(proef: Proef) -> None:
    """Sent: a 301, its claim, and the claim again. Forced: the aanbieder accepts the 301. Comes back: 325 with 9389."""
    toewijzing, debet, nog_eens = stukken("TR389")
    proef.gedrag(regel(AANBIEDER, "accepteer", "WMO301"))

    proef.stuur(toewijzing)
    assert codes(proef.xml("allocation", GEMEENTE, "WMO302")) == []
    assert proef.stuur(debet).json()["oordeel"] == "goedgekeurd"
    tweede = proef.stuur(nog_eens).json()

    assert [b["retourcode"] for b in tweede["bevindingen"]] == ["9389"]
    assert "9389" in codes(proef.xml("declaration", AANBIEDER, "WMO325"))


def test_9389_is_not_given_when_the_first_line_was_refused(proef: Proef) -> None:
    """Forced: the gemeente, without mandaat, refuses the first line. The second is then the first that counts."""
    toewijzing, debet, nog_eens = stukken("TR389")
    proef.mandaat(GEMEENTE, aan=False)
    proef.gedrag(regel(GEMEENTE, "weiger-regels", regels=[{"regel": 1, "retourcode": "9384"}]))
    proef.stuur(toewijzing)
    proef.stuur(debet)
    assert "9384" in codes(proef.xml("declaration", AANBIEDER, "WMO325"))

    proef.mandaat(GEMEENTE, aan=True)

    assert proef.stuur(nog_eens).json()["oordeel"] == "goedgekeurd"


def test_9322_more_than_the_toewijzing_holds(proef: Proef) -> None:
    """Sent: claims that are too much together; the hub says 9322 of the last."""
    *eerder, te_veel = stukken("TR322")
    for stuk in eerder:
        assert proef.stuur(stuk).json()["oordeel"] == "goedgekeurd"

    assert [b["retourcode"] for b in proef.stuur(te_veel).json()["bevindingen"]] == ["9322"]


def test_9322_said_by_the_gemeente_of_a_line_that_is_fine(proef: Proef) -> None:
    """Forced: the gemeente, without mandaat, refuses line 1 with 9322, two days later. Comes back: a 325 with 9322."""
    toewijzing, debet, _ = stukken("TR389")
    proef.mandaat(GEMEENTE, aan=False)
    proef.gedrag(regel(GEMEENTE, "weiger-regels", "WMO323", regels=[{"regel": 1, "retourcode": "9322"}], naDagen=2))
    proef.stuur(toewijzing)
    assert proef.stuur(debet).json()["oordeel"] == "doorgestuurd"
    assert proef.soorten("declaration", AANBIEDER) == []

    assert proef.datum(DATUM + timedelta(days=2)).status_code == 200

    assert codes(proef.xml("declaration", AANBIEDER, "WMO325")) == ["0200", "9322", "0200", "0200"]


def test_8017_a_credit_of_a_line_that_was_never_awarded(proef: Proef) -> None:
    """Forced: the gemeente refuses the debit line. Its credit then finds nothing to credit: 8017."""
    toewijzing, debet, credit, _ = stukken("TR390")
    proef.mandaat(GEMEENTE, aan=False)
    proef.gedrag(regel(GEMEENTE, "weiger-regels", "WMO323", regels=[{"regel": 1, "retourcode": "9322"}]))
    proef.stuur(toewijzing)
    proef.stuur(debet)
    proef.mandaat(GEMEENTE, aan=True)

    assert [b["retourcode"] for b in proef.stuur(credit).json()["bevindingen"]] == ["8017"]
    assert "8017" in codes(proef.xml("declaration", AANBIEDER, "WMO325"))


def test_the_same_credit_of_a_line_that_was_awarded_is_right(proef: Proef) -> None:
    for stuk in stukken("TR390")[:3]:
        assert proef.stuur(stuk).json()["oordeel"] == "goedgekeurd"


def test_the_same_messages_at_the_real_hub_stay_apart(proef: Proef, hub: Hub) -> None:
    """Same numbers, same parties: what is in the one is not known in the other."""
    toewijzing, debet, _ = stukken("TR389", seed=91)
    proef.stuur(toewijzing)

    reply = hub.post("declaration", AANBIEDER, debet.inhoud)

    assert [b["retourcode"] for b in reply.json()["bevindingen"]] == ["9338"]
    assert hub.client.get("/zandbak/proef/v1/stand", headers=hub.key("beheer")).status_code == 401
    bz = {"authorization": f"Bearer {proef.sleutels['beheer']}"}
    assert hub.client.get("/allocation/v1/berichten", headers=bz).status_code == 401
    # And a line of log says of which of the two it is.
    diensten = {json.loads(line)["dienst"] for line in hub.log.splitlines() if '"postBericht"' in line}
    assert {"declaration", "zandbak/proef/allocation"} <= diensten


def test_two_processes_serve_one_zandbak(proef: Proef, hub: Hub) -> None:
    toewijzing, debet, nog_eens = stukken("TR389")
    with serving(hub.data) as ander:
        daar = replace(proef, client=ander.client)
        assert daar.gedrag(regel(AANBIEDER, "accepteer"), regel(GEMEENTE, "verdubbel")).status_code == 200
        proef.stuur(toewijzing)
        assert daar.soorten("allocation", GEMEENTE) == ["WMO302", "WMO302"]
        assert daar.stuur(debet).json()["oordeel"] == "goedgekeurd"
        assert [b["retourcode"] for b in proef.stuur(nog_eens).json()["bevindingen"]] == ["9389"]
        assert daar.datum(DATUM + timedelta(days=1)).status_code == 200
        assert proef.vraag("GET", "/v1/datum").json() == {"datum": str(DATUM + timedelta(days=1))}
        assert daar.vraag("POST", "/v1/herstart").status_code == 200
        assert proef.postbus("allocation", GEMEENTE) == daar.postbus("allocation", GEMEENTE) == []
        assert proef.stuur(toewijzing).json()["oordeel"] == "goedgekeurd"
        assert run_hub("zandbak", "lijst", "--data", str(hub.data)).stdout.count("proef") == 1
