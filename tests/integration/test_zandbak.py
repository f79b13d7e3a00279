"""A zandbak from the inside of one process: made, used, moved in time, answered, and begun again."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import databases
import forwarding_messages
import pytest
import typer
from starlette.testclient import TestClient
from zandbak_hub import AANBIEDER, DATUM, GEMEENTE, ZONDER_MANDAAT, Proef, regel, stukken

from services import together
from services.cli import example_loading, zandbak
from services.cli.fouten.stuk import Stuk
from services.kernel.catalogue import find, supported
from services.kernel.database import migrate
from services.kernel.settings import Settings, write_secrets
from services.together.zandbak import plaatsen as plaatsen_module
from services.together.zandbak import zandbak as open_zandbak
from services.together.zandbak.plaatsen import NietTeMaken, Plaatsen
from services.together.zandbak.zandbakken import Zandbakken

pytestmark = pytest.mark.dialects("sqlite")


@pytest.fixture(scope="module")
def echt(dialect: databases.Dialect, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a real hub with the example set; its keys are in sleutels.json."""
    data = tmp_path_factory.mktemp("zandbak") / "var"
    write_secrets(data)
    settings = Settings(data=data, zandbakken=4, **databases.settings_of(data))
    for naam in ("allocation", "declaration"):
        migrate(settings.database_url(naam), naam)
    list(example_loading.load(settings))
    return settings


@pytest.fixture(scope="module")
def client(echt: Settings) -> Iterator[TestClient]:
    with TestClient(together.build(echt, inrichting=zandbak.INRICHTING)) as running:
        yield running


@pytest.fixture(scope="module")
def gemaakt(echt: Settings, client: TestClient) -> Proef:
    stand, sleutels = Plaatsen(echt).maak(zandbak.INRICHTING, "proef", DATUM, None)
    return Proef(client, stand.naam, sleutels)


@pytest.fixture
def proef(gemaakt: Proef) -> Iterator[Proef]:
    """The zandbak of this module, at its beginning."""
    yield gemaakt
    assert gemaakt.vraag("POST", "/v1/herstart").status_code == 200


def inhoud(map_: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of both databases of a round, but what the zandbak keeps for late delivery."""
    rijen: dict[str, list[tuple[Any, ...]]] = {}
    for naam in ("allocation", "declaration"):
        with closing(sqlite3.connect(map_ / f"{naam}.sqlite")) as db:
            namen = [naam for (naam,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for tabel in namen:
                if tabel != "zandbak_wachtrij" and not tabel.startswith("sqlite_"):
                    rijen[f"{naam}.{tabel}"] = sorted(db.execute(f'SELECT * FROM "{tabel}"'), key=repr)
    return rijen


# --- apart from the real hub -----------------------------------------------------------------------------------------


@pytest.mark.dialects("sqlite", "postgresql")
def test_a_key_of_the_zandbak_opens_it_and_not_the_real_hub(proef: Proef, client: TestClient) -> None:
    sleutel = {"authorization": f"Bearer {proef.sleutels[GEMEENTE]}"}

    assert proef.sleutels[GEMEENTE].startswith("bz_")
    for dienst in ("allocation", "declaration"):
        assert client.get(f"/zandbak/proef/{dienst}/v1/postbus", headers=sleutel).status_code == 200
        assert client.get(f"/{dienst}/v1/postbus", headers=sleutel).status_code == 401
    assert client.get("/zandbak/v1/zandbakken", headers=sleutel).status_code == 401


@pytest.mark.dialects("sqlite", "postgresql")
def test_a_key_of_the_real_hub_opens_no_zandbak(proef: Proef, client: TestClient, echt: Settings) -> None:
    dienst_sleutel = echt.dienst_sleutel.get_secret_value()
    for key in (example_loading.read_keys(echt.data)[GEMEENTE], dienst_sleutel):
        sleutel = {"authorization": f"Bearer {key}"}
        assert key != dienst_sleutel or client.get("/allocation/v1/feed", headers=sleutel).status_code == 200
        for pad in ("allocation/v1/postbus", "declaration/v1/postbus", "allocation/v1/feed", "v1/stand", "v1/gedrag"):
            assert client.get(f"/zandbak/proef/{pad}", headers=sleutel).status_code == 401
        assert client.post("/zandbak/proef/v1/herstart", headers=sleutel).status_code == 401


def test_what_is_sent_to_a_zandbak_is_in_no_database_of_the_real_hub(proef: Proef, echt: Settings) -> None:
    assert proef.stuur(stukken("TR389")[0]).status_code == 201

    assert proef.soorten("allocation", AANBIEDER) == ["WMO301"]
    for naam in ("allocation", "declaration"):
        with closing(sqlite3.connect(echt.data / f"{naam}.sqlite")) as db:
            assert db.execute("SELECT count(*) FROM bericht").fetchone() == (0,)


def test_the_settings_of_a_zandbak_come_from_no_environment(
    proef: Proef, echt: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BERICHTENHUB_ALLOCATION_DATABASE", "postgresql://echt/allocation")
    monkeypatch.setenv("BERICHTENHUB_RABBITMQ", "amqp://echt/")
    monkeypatch.setenv("BERICHTENHUB_BSN_SLEUTEL", "e" * 32)
    plaats = Plaatsen(echt).vind("proef")
    assert plaats is not None

    settings = plaats.settings(1, DATUM, echt)

    assert settings.database_url("allocation") == f"sqlite:///{plaats.map}/1/allocation.sqlite"
    assert settings.rabbitmq.get_secret_value() == ""
    assert settings.bsn_sleutel.get_secret_value() not in ("e" * 32, echt.bsn_sleutel.get_secret_value())


def test_each_document_names_the_address_of_the_zandbak(proef: Proef, client: TestClient) -> None:
    for pad in ("/allocation", "/declaration", ""):
        document = client.get(f"/zandbak/proef{pad}/v1/openapi.json").json()
        assert document["servers"] == [{"url": f"/zandbak/proef{pad}/v1"}]
        assert client.get(f"/zandbak/proef{pad}/v1/docs").status_code == 200
    assert client.get("/zandbak/v1/openapi.json").json()["servers"] == [{"url": "/zandbak/v1"}]


def test_an_href_leads_back_into_the_zandbak(proef: Proef) -> None:
    reply = proef.stuur(stukken("TR389")[0])

    assert reply.headers["location"].startswith("/zandbak/proef/allocation/v1/berichten/")
    assert proef.client.get(
        reply.headers["location"], headers={"authorization": f"Bearer {proef.sleutels[GEMEENTE]}"}
    ).is_success


@pytest.mark.parametrize("naam", ["onbekend", "..", "%2e%2e", "Proef", "proef%2f..", "x" * 40, ".half-1", "v2"])
def test_what_is_no_zandbak_is_not_found(client: TestClient, naam: str) -> None:
    reply = client.get(f"/zandbak/{naam}/v1/stand")

    assert reply.status_code in (401, 404)
    assert reply.headers["content-type"] == "application/problem+json"


def test_without_a_key_there_is_nothing_to_see(client: TestClient, proef: Proef) -> None:
    for pad in ("stand", "datum", "gedrag", "personages"):
        assert client.get(f"/zandbak/proef/v1/{pad}").status_code == 401


@pytest.mark.parametrize("lengte", [490_000, 510_000])
def test_a_stranger_hands_over_no_large_body(client: TestClient, proef: Proef, lengte: int) -> None:
    grootte = {"regels": [], "meer": "x" * lengte}
    verwacht = 401 if lengte < 500_000 else 413

    for reply in (
        client.put("/zandbak/proef/v1/gedrag", json=grootte),
        client.post("/zandbak/v1/zandbakken", json=grootte),
    ):
        assert reply.status_code == verwacht
        assert reply.headers["content-type"] == "application/problem+json"


def test_a_hub_without_zandbakken_has_none(echt: Settings) -> None:
    geen = echt.model_copy(update={"zandbakken": 0})
    with TestClient(together.build(geen, inrichting=zandbak.INRICHTING)) as running:
        assert running.get("/zandbak/proef/v1/stand").status_code == 404
        assert running.get("/zandbak/v1/zandbakken").status_code == 404


# --- day and new beginning -------------------------------------------------------------------------------------------


def test_a_term_expires_on_the_day_that_is_set_and_not_before(proef: Proef) -> None:
    proef.stuur(stukken("TR389")[0])
    uiterlijk = date.fromisoformat(proef.vraag("GET", "/allocation/v1/termijnen").json()["items"][0]["uiterlijk"])

    assert proef.datum(uiterlijk).status_code == 200
    assert "nl.berichtenhub.termijn.verlopen" not in proef.soorten("allocation", GEMEENTE)
    assert proef.datum(uiterlijk + timedelta(days=1)).json()["datum"] == str(uiterlijk + timedelta(days=1))
    assert "nl.berichtenhub.termijn.verlopen" in proef.soorten("allocation", GEMEENTE)


def test_the_day_goes_forward_only_and_not_past_the_tariffs(proef: Proef) -> None:
    assert proef.datum(DATUM + timedelta(days=1)).status_code == 200
    assert proef.datum(DATUM + timedelta(days=1)).status_code == 200
    terug = proef.datum(DATUM)
    assert (terug.status_code, terug.json()["type"]) == (409, "/problemen/datum-terug")
    assert proef.datum(date(2028, 1, 1)).status_code == 400
    assert proef.datum(date(2027, 12, 31)).status_code == 200


def test_a_message_is_received_on_the_day_of_the_zandbak(proef: Proef) -> None:
    proef.stuur(stukken("TR389")[0])

    assert proef.vraag("GET", "/allocation/v1/berichten").json()["items"][0]["ontvangen"].startswith(str(DATUM))


def test_a_zandbak_that_begins_again_is_as_it_was_made(proef: Proef, echt: Settings) -> None:
    plaats = Plaatsen(echt).vind("proef")
    assert plaats is not None
    vers, begin = inhoud(plaats.map / "begin"), plaats.stand()
    for stuk in stukken("TR389"):
        proef.stuur(stuk)
    proef.mandaat(GEMEENTE, aan=False)
    proef.gedrag(regel(AANBIEDER, "verdubbel"))
    proef.datum(DATUM + timedelta(days=40))
    assert inhoud(plaats.databases(plaats.stand().ronde)) != vers

    assert proef.vraag("POST", "/v1/herstart").json() == {"datum": str(DATUM)}

    na = plaats.stand()
    assert inhoud(plaats.databases(na.ronde)) == vers
    assert na.model_copy(update={"ronde": begin.ronde, "gezet": begin.gezet}) == begin.model_copy(
        update={"gedrag": (), "mislukt": ()}
    )
    # With the same keys, and nothing of the round before.
    assert proef.vraag("GET", "/allocation/v1/postbus").json()["items"] == []
    assert proef.vraag("GET", "/v1/stand").json()["aantallen"]["allocationBerichten"] == 0


def test_a_new_beginning_is_seen_by_another_process(proef: Proef, echt: Settings) -> None:
    ander = Zandbakken(echt, zandbak.INRICHTING)
    with ander.gebruik("proef") as eerst:
        proef.stuur(stukken("TR389")[0])
        assert eerst.aantallen()["allocationBerichten"] == 1
        proef.vraag("POST", "/v1/herstart")
        # What it has in hand ends where it began.
        assert eerst.aantallen()["allocationBerichten"] == 1
    with ander.gebruik("proef") as daarna:
        assert daarna.aantallen()["allocationBerichten"] == 0
        assert daarna is not eerst
    ander.sluit()


# --- gedrag ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("naam", "release"), [("WMO323", "3.2"), ("JW323", "3.2"), ("WMO303", "2.3"), ("JW303", "2.3")]
)
def test_an_aanbieder_accepts_or_refuses_a_301_in_every_standard_and_release(
    proef: Proef, naam: str, release: str
) -> None:
    code = "9332" if release == "3.2" else "0551"
    for seed, (doe, codes) in enumerate(
        [
            ({"soort": "accepteer"}, []),
            ({"soort": "weiger-bericht", "retourcode": code}, [code]),
            ({"soort": "weiger-regels", "regels": [{"regel": 1, "retourcode": code}]}, ["0200", code]),
        ]
    ):
        heen = stukken("TR323", naam, release, seed=seed)[0]
        aanbieder = bestemming(heen.inhoud)
        assert proef.gedrag({"partij": aanbieder, "doe": doe}).status_code == 200

        reply = proef.stuur(heen)

        assert reply.json()["oordeel"] == "goedgekeurd"
        retour = proef.xml("allocation", heen.verzender, heen.soort.antwoord or "")
        assert set(retourcodes(retour)) == set(codes)
        nu = proef.vraag("GET", "/allocation/v1/toewijzingen?status=vervallen", aanbieder).json()["items"]
        assert len(nu) == seed, "a refusal takes back what the 301 brought"
    assert proef.vraag("GET", "/v1/stand").json()["mislukt"] == []


@pytest.mark.parametrize("release", ["2.3", "3.2"])
def test_what_is_passed_on_is_accepted_or_refused_as_a_whole(proef: Proef, release: str) -> None:
    namen = [s.naam for s in supported("allocation") if s.antwoord and s.release == release and s.naam[-3:] != "301"]
    assert len(namen) == {"2.3": 6, "3.2": 10}[release]
    for doe, codes in (({"soort": "accepteer"}, []), ({"soort": "weiger-bericht", "retourcode": "0001"}, ["0001"])):
        proef.gedrag(*({"partij": partij, "doe": doe} for partij in (GEMEENTE, AANBIEDER)))
        for naam in namen:
            soort = find(naam, release)
            verzender = GEMEENTE if soort.rol == "gemeente" else AANBIEDER
            bericht = forwarding_messages.heen(naam, release, identificatie=f"B{len(codes)}")
            assert proef.stuur(Stuk(soort, verzender, bericht)).json()["oordeel"] == "doorgestuurd"
            assert retourcodes(proef.xml("allocation", verzender, soort.antwoord or "")) == codes
    assert proef.vraag("GET", "/v1/stand").json()["mislukt"] == []
    assert proef.vraag("GET", "/allocation/v1/termijnen").json()["items"] == []


def bestemming(heen: bytes) -> str:
    return heen.decode().partition("Ontvanger>")[2].partition("<")[0]


def retourcodes(xml: str) -> list[str]:
    return [deel.partition("<")[0] for deel in xml.split("RetourCode>")[1::2]]


@pytest.mark.parametrize(("naam", "release"), [("WMO323", "3.2"), ("WMO303", "2.3")])
def test_a_gemeente_without_mandaat_awards_or_refuses_a_line_and_it_is_booked(
    proef: Proef, naam: str, release: str
) -> None:
    toewijzing, debet = stukken("TR389" if release == "3.2" else "TR314", naam, release)[:2]
    gemeente = toewijzing.verzender
    proef.mandaat(gemeente, aan=False)
    proef.gedrag(regel(gemeente, "weiger-regels", naam, regels=[{"regel": 1, "retourcode": "9322"}]))
    proef.stuur(toewijzing)

    reply = proef.stuur(debet)

    assert reply.json()["oordeel"] == "doorgestuurd"
    antwoord = proef.xml("declaration", debet.verzender, debet.soort.antwoord or "")
    assert "9322" in retourcodes(antwoord)
    later = proef.vraag("GET", f"/declaration/v1/berichten/{reply.json()['id']}/retour", debet.verzender)
    assert later.text == antwoord
    journaal = proef.vraag("GET", "/declaration/v1/journaal", "beheer").json()["items"]
    assert not [rij for rij in journaal if rij["van"] == "te_betalen"]


def test_a_gemeente_without_mandaat_awards_everything_after_so_many_days(proef: Proef) -> None:
    toewijzing, debet = stukken("TR389")[:2]
    proef.mandaat(GEMEENTE, aan=False)
    proef.gedrag(regel(GEMEENTE, "accepteer", naDagen=3))
    proef.stuur(toewijzing)
    proef.stuur(debet)

    proef.datum(DATUM + timedelta(days=2))
    assert proef.soorten("declaration", AANBIEDER) == []
    proef.datum(DATUM + timedelta(days=3))

    assert proef.soorten("declaration", AANBIEDER) == ["WMO325"]
    assert "8001" in retourcodes(proef.xml("declaration", AANBIEDER, "WMO325"))
    journaal = proef.vraag("GET", "/declaration/v1/journaal", "beheer").json()["items"]
    assert [rij for rij in journaal if rij["van"] == "te_betalen"]


def test_a_late_answer_has_its_own_day_however_far_the_date_is_moved(proef: Proef) -> None:
    proef.gedrag(regel(AANBIEDER, "accepteer", naDagen=4))
    proef.stuur(stukken("TR389")[0])

    proef.datum(DATUM + timedelta(days=60))

    retour = proef.xml("allocation", GEMEENTE, "WMO302")
    assert f"DagtekeningRetour>{DATUM + timedelta(days=4)}<" in retour
    # Sunday 15 February: the third working day is Wednesday the 18th, and the answer is of Thursday.
    assert proef.soorten("allocation", GEMEENTE) == ["nl.berichtenhub.termijn.verlopen", "WMO302"]


def test_gedrag_answers_what_waits_already_and_only_once(proef: Proef) -> None:
    proef.stuur(stukken("TR389")[0])
    assert proef.soorten("allocation", GEMEENTE) == []

    proef.gedrag(regel(AANBIEDER, "accepteer"))
    proef.gedrag(regel(AANBIEDER, "weiger-bericht", retourcode="9332"))

    assert proef.soorten("allocation", GEMEENTE) == ["WMO302"]


def test_a_gemeente_with_mandaat_is_judged_for_by_the_hub_and_the_rule_says_so(proef: Proef) -> None:
    gezegd = proef.gedrag(regel(GEMEENTE, "weiger-bericht", retourcode="9322")).json()["regels"][0]
    assert "mandaat" in gezegd["opmerking"]
    toewijzing, debet = stukken("TR389")[:2]
    proef.stuur(toewijzing)
    assert proef.stuur(debet).json()["oordeel"] == "goedgekeurd"

    proef.mandaat(GEMEENTE, aan=False)

    assert proef.vraag("GET", "/v1/gedrag").json()["regels"][0]["opmerking"] is None


def test_without_gedrag_a_party_is_played_by_who_tests(proef: Proef) -> None:
    proef.gedrag(regel(AANBIEDER, "accepteer"))
    assert proef.vraag("DELETE", "/v1/gedrag").status_code == 204

    proef.stuur(stukken("TR389")[0])

    assert proef.soorten("allocation", GEMEENTE) == []
    assert not any(partij["antwoordt"] for partij in proef.vraag("GET", "/v1/stand").json()["partijen"])


def test_an_answer_that_cannot_be_given_is_told_and_the_message_stays_taken_in(proef: Proef) -> None:
    # 0551 is a code of release 2.3.
    assert proef.gedrag(regel(AANBIEDER, "weiger-bericht", retourcode="0551")).status_code == 200

    reply = proef.stuur(stukken("TR389")[0])

    assert reply.status_code == 201
    mislukt = proef.vraag("GET", "/v1/stand").json()["mislukt"]
    assert [(een["berichtId"], een["partij"]) for een in mislukt] == [(reply.json()["id"], AANBIEDER)]
    assert "schema" in mislukt[0]["reden"]
    assert proef.soorten("allocation", GEMEENTE) == []
    proef.datum(DATUM + timedelta(days=1))
    assert proef.vraag("GET", "/v1/stand").json()["mislukt"] == mislukt, "told once"


@pytest.mark.parametrize(
    "fout",
    [
        regel("12345678", "accepteer"),
        regel(AANBIEDER, "accepteer", "WMO323"),
        regel("beheer", "accepteer"),
        regel(AANBIEDER, "verdubbel", "WMO301"),
        regel(AANBIEDER, "weiger-bericht", retourcode="0000"),
        regel(AANBIEDER, "weiger-bericht", retourcode="0200"),
        regel(AANBIEDER, "weiger-regels", regels=[{"retourcode": "9332"}]),
        regel(AANBIEDER, "weiger-regels", regels=[]),
        regel(AANBIEDER, "vertraag", seconden=0),
        regel(AANBIEDER, "zwijg"),
    ],
)
def test_gedrag_that_cannot_work_is_refused_and_changes_nothing(proef: Proef, fout: dict[str, Any]) -> None:
    proef.gedrag(regel(AANBIEDER, "accepteer"))

    reply = proef.gedrag(regel(AANBIEDER, "verdubbel"), fout)

    assert (reply.status_code, reply.json()["type"]) == (400, "/problemen/ongeldige-invoer")
    assert len(proef.vraag("GET", "/v1/gedrag").json()["regels"]) == 1


def test_the_mandaat_of_a_gemeente_goes_on_again(proef: Proef) -> None:
    toewijzing, debet = stukken("TR389")[:2]
    proef.stuur(toewijzing)
    proef.mandaat(GEMEENTE, aan=False)
    proef.mandaat(GEMEENTE, aan=True)
    proef.mandaat(ZONDER_MANDAAT, aan=True)

    assert proef.stuur(debet).json()["oordeel"] == "goedgekeurd"
    partijen = {partij["code"]: partij["mandaat"] for partij in proef.vraag("GET", "/v1/stand").json()["partijen"]}
    assert (partijen[GEMEENTE], partijen[ZONDER_MANDAAT], partijen[AANBIEDER]) == (True, True, None)
    assert proef.mandaat("9999", aan=True).status_code == 404


# --- delivery --------------------------------------------------------------------------------------------------------


def test_a_doubled_row_has_two_numbers_and_one_berichtid(proef: Proef) -> None:
    proef.gedrag(regel(AANBIEDER, "verdubbel"))

    for seed in (1, 2):
        proef.stuur(stukken("TR389", seed=seed)[0])

    post = proef.postbus("allocation", AANBIEDER)
    assert [item["nr"] for item in post] == [1, 2, 3, 4]
    assert [post[0]["berichtId"], post[2]["berichtId"]] == [post[1]["berichtId"], post[3]["berichtId"]]
    assert post[0]["berichtId"] != post[2]["berichtId"]
    assert len(proef.postbus("allocation", "beheer")) == 0


def test_a_late_row_is_not_there_until_its_time_and_wakes_who_waits(proef: Proef) -> None:
    proef.gedrag(regel(AANBIEDER, "vertraag", seconden=1))
    begin = monotonic()
    proef.stuur(stukken("TR389")[0])
    assert proef.postbus("allocation", AANBIEDER) == []

    reply = proef.client.get(
        "/zandbak/proef/allocation/v1/postbus",
        headers={"authorization": f"Bearer {proef.sleutels[AANBIEDER]}", "prefer": "wait=20"},
    )

    assert [item["nr"] for item in reply.json()["items"]] == [1]
    assert monotonic() - begin >= 1


def test_late_and_double_together(proef: Proef) -> None:
    proef.gedrag(regel(AANBIEDER, "vertraag", seconden=1), regel(AANBIEDER, "verdubbel"))
    proef.stuur(stukken("TR389")[0])
    assert proef.postbus("allocation", AANBIEDER) == []

    for _ in range(100):
        if post := proef.postbus("allocation", AANBIEDER):
            break
        sleep(0.05)

    assert [item["nr"] for item in post] == [1, 2]
    assert post[0]["berichtId"] == post[1]["berichtId"]


# --- asking for one --------------------------------------------------------------------------------------------------


def vraag_aan(client: TestClient, echt: Settings, naam: str, partij: str = GEMEENTE, **meer: Any) -> Any:
    sleutel = {"authorization": f"Bearer {example_loading.read_keys(echt.data)[partij]}"}
    return client.post("/zandbak/v1/zandbakken", json={"naam": naam, **meer}, headers=sleutel)


def test_a_party_asks_for_a_zandbak_gets_its_keys_once_and_takes_it_away(
    client: TestClient, proef: Proef, echt: Settings
) -> None:
    reply = vraag_aan(client, echt, "van-delft", datum="2025-03-04")
    assert reply.status_code == 201, reply.text
    gekregen = reply.json()
    assert (gekregen["href"], gekregen["begindatum"]) == ("/zandbak/van-delft", "2025-03-04")
    eigen = Proef(client, "van-delft", gekregen["sleutels"])
    assert eigen.vraag("GET", "/v1/datum").json() == {"datum": "2025-03-04"}
    # Nowhere on disk, and no other zandbak's.
    assert not [p for p in echt.data.rglob("*.json") if eigen.sleutels[GEMEENTE] in p.read_text()]
    vreemd = {"authorization": f"Bearer {eigen.sleutels[GEMEENTE]}"}
    assert client.get("/zandbak/proef/v1/stand", headers=vreemd).status_code == 401

    sleutels = example_loading.read_keys(echt.data)
    wie = {partij: {"authorization": f"Bearer {sleutels[partij]}"} for partij in (GEMEENTE, AANBIEDER, "beheer")}
    zien = {
        p: [z["naam"] for z in client.get("/zandbak/v1/zandbakken", headers=h).json()["items"]] for p, h in wie.items()
    }
    assert zien == {GEMEENTE: ["van-delft"], AANBIEDER: [], "beheer": ["proef", "van-delft"]}
    assert client.delete("/zandbak/v1/zandbakken/van-delft", headers=wie[AANBIEDER]).status_code == 404
    assert client.delete("/zandbak/v1/zandbakken/van-delft", headers=wie[GEMEENTE]).status_code == 204
    assert eigen.vraag("GET", "/v1/stand").status_code == 404
    assert not (echt.data / "zandbak" / "van-delft").exists()


def test_a_name_that_is_taken_or_cannot_be_one_is_refused(client: TestClient, proef: Proef, echt: Settings) -> None:
    bezet = vraag_aan(client, echt, "proef")
    assert (bezet.status_code, bezet.json()["type"]) == (409, "/problemen/naam-bezet")
    for naam in ("v1", "../weg", "Proef", "a", "-a", "a/b", "a" * 32, "", "a\n"):
        assert vraag_aan(client, echt, naam).status_code == 400, naam
    assert vraag_aan(client, echt, "goed", datum="2028-01-01").status_code == 400
    assert client.post("/zandbak/v1/zandbakken", json={"naam": "goed"}).status_code == 401


def nep(naam: str, eigenaar: str | None, plaatsen: Plaatsen, van: str = "proef") -> None:
    """A zandbak by name and owner only."""
    plaats = plaatsen.vind(van)
    assert plaats is not None
    stand = plaats.stand().model_copy(update={"naam": naam, "eigenaar": eigenaar})
    (plaatsen.map / naam).mkdir()
    (plaatsen.map / naam / "zandbak.json").write_text(stand.model_dump_json())


def test_there_is_a_most_per_party_and_in_all(proef: Proef, echt: Settings) -> None:
    plaatsen = Plaatsen(echt)
    for nummer in range(plaatsen_module.PER_PARTIJ):
        nep(f"vol-{nummer}", GEMEENTE, plaatsen)
    try:
        with pytest.raises(NietTeMaken, match="zoveel zandbakken als er mogen zijn"):
            plaatsen.maak(zandbak.INRICHTING, "nog-een", DATUM, AANBIEDER)
        meer = Plaatsen(echt.model_copy(update={"zandbakken": 5}))
        with pytest.raises(NietTeMaken, match="U hebt al 3"):
            meer.maak(zandbak.INRICHTING, "nog-een", DATUM, GEMEENTE)
        stand, _ = meer.maak(zandbak.INRICHTING, "nog-een", DATUM, AANBIEDER)
        assert stand.eigenaar == AANBIEDER
    finally:
        for naam in ("vol-0", "vol-1", "vol-2", "nog-een"):
            plaatsen.verwijder(naam)


def test_two_that_ask_for_one_name_at_once_get_one_zandbak(proef: Proef, echt: Settings) -> None:
    uitkomsten: list[str] = []

    def maak() -> None:
        try:
            uitkomsten.append(Plaatsen(echt).maak(zandbak.INRICHTING, "samen", DATUM, None)[0].naam)
        except NietTeMaken as fout:
            uitkomsten.append(fout.type)

    draden = [Thread(target=maak) for _ in range(2)]
    for draad in draden:
        draad.start()
    for draad in draden:
        draad.join()
    Plaatsen(echt).verwijder("samen")

    assert sorted(uitkomsten) == ["naam-bezet", "samen"]


def test_one_is_made_at_a_time_and_who_asks_meanwhile_is_told_to_come_back(
    client: TestClient, proef: Proef, echt: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile: list[Any] = []

    def vul(settings: Settings, voorvoegsel: str) -> Mapping[str, str]:
        meanwhile.append(vraag_aan(client, echt, "tweede"))
        return zandbak.vul(settings, voorvoegsel)

    zandbakken = client.app.state.wekkers[-1]  # type: ignore[attr-defined]
    monkeypatch.setattr(zandbakken, "inrichting", replace(zandbak.INRICHTING, vul=vul))

    assert vraag_aan(client, echt, "eerste").status_code == 201
    assert (meanwhile[0].status_code, meanwhile[0].headers["retry-after"]) == (503, "30")
    assert [stand.naam for stand in Plaatsen(echt).lijst()] == ["eerste", "proef"]
    assert Plaatsen(echt).verwijder("eerste")


def test_a_full_zandbak_takes_nothing_until_it_begins_again(proef: Proef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_zandbak, "VOL", 1)
    reply = proef.stuur(stukken("TR389")[0])
    assert (reply.status_code, reply.json()["type"]) == (409, "/problemen/zandbak-vol")

    monkeypatch.undo()
    assert proef.stuur(stukken("TR389")[0]).status_code == 201


def test_a_new_zandbak_under_an_old_name_is_another_one(client: TestClient, proef: Proef, echt: Settings) -> None:
    plaatsen = Plaatsen(echt)
    _, oud = plaatsen.maak(zandbak.INRICHTING, "opnieuw", DATUM, None)
    assert Proef(client, "opnieuw", oud).stuur(stukken("TR389")[0]).status_code == 201
    assert plaatsen.verwijder("opnieuw")

    _, nieuw = plaatsen.maak(zandbak.INRICHTING, "opnieuw", DATUM, None)

    assert Proef(client, "opnieuw", oud).vraag("GET", "/v1/stand").status_code == 401
    assert Proef(client, "opnieuw", nieuw).postbus("allocation", AANBIEDER) == []
    assert plaatsen.verwijder("opnieuw")


def test_what_is_not_used_is_closed_and_opens_again(
    proef: Proef, echt: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    zandbakken = Zandbakken(echt, zandbak.INRICHTING)
    with zandbakken.gebruik("proef") as eerst:
        monkeypatch.setattr("services.together.zandbak.zandbakken.ONGEBRUIKT_SECONDEN", -1.0)
        zandbakken.sluit_ongebruikte()
        with zandbakken.gebruik("proef") as zelfde:
            assert zelfde is eerst
    zandbakken.sluit_ongebruikte()
    with zandbakken.gebruik("proef") as nieuw:
        assert nieuw is not eerst
        assert nieuw.partijen()
    zandbakken.sluit()


# --- the command line, and who one can try with ----------------------------------------------------------------------


def test_the_command_line_makes_lists_and_removes(echt: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    zandbak.maak("lokaal", echt.data, date(2025, 2, 3))
    sleutels = json.loads(capsys.readouterr().out)
    assert set(sleutels) >= {GEMEENTE, AANBIEDER, "beheer"}
    with pytest.raises(typer.Exit):
        zandbak.maak("lokaal", echt.data, None)
    zandbak.verwijder("lokaal", echt.data)
    with pytest.raises(typer.Exit):
        zandbak.verwijder("lokaal", echt.data)
    assert Plaatsen(echt).vind("lokaal") is None


def test_the_personages_are_test_persons_and_parties_of_the_zandbak(proef: Proef) -> None:
    gekregen = proef.vraag("GET", "/v1/personages").json()
    codes = {partij["code"] for partij in proef.vraag("GET", "/v1/stand").json()["partijen"]}

    assert len(gekregen["personen"]) == 25
    gewichten = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    for persoon in gekregen["personen"]:
        assert persoon["bsn"].startswith("9999")
        assert sum(g * int(c) for g, c in zip(gewichten, persoon["bsn"], strict=True)) % 11 == 0
    assert {codes >= {aanbod["gemeente"], aanbod["aanbieder"]} for aanbod in gekregen["aanbod"]} == {True}
    assert {aanbod["release"] for aanbod in gekregen["aanbod"]} == {"2.3", "3.2"}
