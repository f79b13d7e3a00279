"""A message's life and its bevindingen over HTTP, and what a trial tells level by level."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from allocation_service import BEHEER, DELFT, EEN, NU, PARTIJEN, REGIO, RIJSWIJK, TWEE
from allocation_service import Hub as Allocation
from declaration_hub import Hub, make_hub
from fastapi.testclient import TestClient
from forwarding_messages import retour, verzoek

from builders import prestatie, product, remove, wmo301, wmo302, wmo323, wmo325
from services.allocation import retour_machtigingen
from services.allocation.api import create_app as allocation_app
from services.declaration.api import create_app as declaration_app
from services.kernel import openapi, postbus, termijnen
from services.kernel.inzage.validaties_api import Validatie
from services.kernel.toegang import parties

ZONDER_MANDAAT = "0603"
ONBEKEND = prestatie(toewijzing=7777)


class Lezer:
    """A service behind HTTP, with a key for every party."""

    def __init__(self, app: Any, hub: Any) -> None:
        self.hub = hub
        self.http = TestClient(app, raise_server_exceptions=False)
        with hub.dienst.database.write() as conn:
            codes = [partij.code for partij in parties.lijst(conn)]
            self.keys = {code: parties.nieuwe_sleutel(conn, code, NU) for code in codes}

    def get(self, als: str, path: str) -> Any:
        return self.http.get(f"/v1/{path}", headers={"Authorization": f"Bearer {self.keys[als]}"})

    def try_out(self, xml: bytes, als: str = "75000001", query: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.keys[als]}", "Content-Type": "application/xml"}
        return self.http.post(f"/v1/validaties{query}", content=xml, headers=headers)

    def life(self, id: str, als: str) -> list[dict[str, Any]]:
        reply = self.get(als, f"berichten/{id}/tijdlijn")
        assert reply.status_code == 200, reply.text
        items: list[dict[str, Any]] = reply.json()["items"]
        assert [item["moment"] for item in items] == sorted(item["moment"] for item in items)
        return items

    def steps(self, id: str, als: str) -> list[tuple[str, str]]:
        return [(item["stap"], item["partij"]) for item in self.life(id, als)]

    def links(self, id: str, als: str, *stappen: str) -> list[str]:
        """Where steps of these kinds lead: berichtsoort and identificatie of what is found there."""
        found = []
        for item in self.life(id, als):
            if item["stap"] in stappen:
                there = self.get(als, item["href"].split("/v1/")[1]).json()
                found.append(f"{there['berichtsoort']} {there['identificatie']}")
        return found


@pytest.fixture
def allocation(tmp_path: Path) -> Iterator[Lezer]:
    hub = Allocation(tmp_path)
    yield Lezer(allocation_app(hub.dienst, hub.vraag), hub)
    hub.dienst.database.close()


@pytest.fixture
def declaration(tmp_path: Path) -> Iterator[Lezer]:
    hub = make_hub(tmp_path)
    hub.toewijs()
    hub.toewijs(gemeente=ZONDER_MANDAAT)
    yield Lezer(declaration_app(hub.dienst, hub.bron), hub)
    hub.dienst.database.close()


# --- the timeline ----------------------------------------------------------------------------------------------------


def test_the_life_of_a_301_until_its_302(allocation: Lezer) -> None:
    hub, heen = allocation.hub, wmo301()
    id = hub.send(DELFT, heen).id
    with hub.dienst.database.write() as conn:
        assert postbus.bevestig(conn, EEN.code, 1, NU)
    hub.send(EEN, wmo302(heen, codes=None))

    assert allocation.steps(id, "0503") == [
        ("ontvangen", "0503"),
        ("beoordeeld", "hub"),
        ("beantwoord", EEN.code),
        ("postbus", EEN.code),
        ("bevestigd", EEN.code),
        ("termijn", EEN.code),
        ("termijn-beantwoord", EEN.code),
    ]
    assert allocation.steps(id, EEN.code) == allocation.steps(id, "0503")
    details = {item["stap"]: item["detail"] for item in allocation.life(id, "0503")}
    assert details["ontvangen"] == "Ingediend door 0503."
    assert details["beoordeeld"] == "Goedgekeurd; geen bevindingen."
    assert details["postbus"] == "In de postbus van 75000001, nummer 1."
    assert details["bevestigd"] == "Ontvangst bevestigd door 75000001."
    assert details["termijn"] == "Uiterlijk 6 feb 2025 antwoordt 75000001."
    assert details["termijn-beantwoord"] == "Op tijd beantwoord."


def test_a_clock_that_goes_on_while_a_message_is_stored_changes_no_order(allocation: Lezer) -> None:
    hub, heen, ticks = allocation.hub, wmo301(), count()
    hub.dienst = replace(hub.dienst, nu=lambda: NU + timedelta(microseconds=next(ticks)))
    id = hub.send(DELFT, heen).id
    hub.send(EEN, wmo302(heen, codes=None))

    assert [stap for stap, _ in allocation.steps(id, "0503")] == [
        *("ontvangen", "beoordeeld", "postbus", "termijn", "beantwoord", "termijn-beantwoord")
    ]


def test_heen_and_retour_lead_to_each_other(allocation: Lezer, declaration: Lezer) -> None:
    heen = wmo301()
    id = allocation.hub.send(DELFT, heen).id
    antwoord = allocation.hub.send(EEN, wmo302(heen, codes=None)).id
    assert allocation.links(id, "0503", "beantwoord") == ["WMO302 R0001"]
    assert allocation.links(antwoord, "0503", "antwoord-op") == ["WMO301 T0001"]

    declaratie = declaration.hub.post(wmo323())
    assert declaration.links(declaratie.id, "75000001", "beantwoord") == ["WMO325 H1"]
    assert declaration.links(declaratie.retour.id, "75000001", "antwoord-op") == ["WMO323 D0001"]


def test_a_request_leads_to_its_answer_and_to_the_301_that_grants_it_and_back(allocation: Lezer) -> None:
    hub = allocation.hub
    wens = hub.send(EEN, verzoek("WMO315", identificatie="V1", ReferentieAanbieder="REF-1")).id
    hub.send(DELFT, retour("WMO316", identificatie="R1", op="V1"))
    hub.send(DELFT, verzoek("WMO319", identificatie="A1", ReferentieAanbieder="REF-1"))
    toegewezen = hub.send(DELFT, wmo301(product(referentie="REF-1"))).id
    hub.send(DELFT, wmo301(product(nummer=1002, referentie="REF-1"), ontvanger=TWEE.code, identificatie="T2"))
    hub.send(DELFT, wmo301(product(nummer=1003), identificatie="T3"))

    assert allocation.links(wens, EEN.code, "beantwoord", "verwant") == ["WMO316 R1", "WMO319 A1", "WMO301 T0001"]
    assert allocation.links(toegewezen, "0503", "verwant") == ["WMO315 V1", "WMO319 A1"]


def test_what_is_refused_without_an_answer_is_told_by_a_gebeurtenis(allocation: Lezer) -> None:
    hub = allocation.hub
    fout = wmo301(product(ingangsdatum="2025-02-01", einddatum="2025-01-01"), ontvanger=TWEE.code)
    geweigerd = hub.send(DELFT, fout)
    (told,) = [item for item in allocation.life(geweigerd.id, "0503") if item["stap"] == "gebeurtenis"]

    assert (told["partij"], told["detail"]) == (
        "0503",
        "Bericht dat het is afgekeurd: in de postbus van 0503, nummer 1.",
    )
    assert allocation.get("0503", told["href"].split("/v1/")[1]).json()["subject"] == geweigerd.id
    # The aanbieder may read the message, and not what lies in the postbus of the gemeente.
    seen = [item for item in allocation.life(geweigerd.id, TWEE.code) if item["stap"] == "gebeurtenis"]
    assert [(item["partij"], item["href"]) for item in seen] == [("0503", None)]
    assert allocation.life(geweigerd.id, BEHEER.code) == allocation.life(geweigerd.id, "0503")


def test_a_term_that_passed_is_told_and_so_is_an_answer_that_came_late(declaration: Lezer) -> None:
    hub: Hub = declaration.hub
    heen = wmo323(ontvanger=ZONDER_MANDAAT)
    id = hub.post(heen).id
    later = hub.op(date(2025, 3, 10))
    termijnen.meld_verlopen(later.dienst)
    later.post(wmo325(heen), als=ZONDER_MANDAAT)

    assert declaration.steps(id, "75000001") == [
        ("ontvangen", "75000001"),
        ("beoordeeld", "hub"),
        ("postbus", ZONDER_MANDAAT),
        ("termijn", ZONDER_MANDAAT),
        ("beantwoord", ZONDER_MANDAAT),
        ("gebeurtenis", ZONDER_MANDAAT),
        ("gebeurtenis", "75000001"),
        ("termijn-verlopen", ZONDER_MANDAAT),
        ("termijn-beantwoord", ZONDER_MANDAAT),
    ]
    details = [item["detail"] for item in declaration.life(id, "75000001")]
    assert details[1] == "Doorgestuurd: de ontvanger beoordeelt het."
    assert details[-2:] == [
        "Geen antwoord op 24 feb 2025: de termijn is voorbij.",
        "Te laat beantwoord: dat moest uiterlijk 24 feb 2025.",
    ]


def test_an_answer_of_the_hub_is_told_to_be_so(declaration: Lezer) -> None:
    uitkomst = declaration.hub.post(wmo323())
    life = declaration.life(uitkomst.retour.id, "75000001")

    assert [item["stap"] for item in life] == ["ontvangen", "antwoord-op", "postbus", "postbus"]
    assert life[0]["detail"] == "Opgesteld door de hub, namens 0503."


def test_nobody_else_sees_the_life_of_a_message(allocation: Lezer) -> None:
    id = allocation.hub.send(DELFT, wmo301()).id
    stati = {
        partij.code: allocation.get(partij.code, f"berichten/{id}/tijdlijn").status_code
        for partij in PARTIJEN
        if partij.soort != "software"
    }

    assert stati == {
        DELFT.code: 200, EEN.code: 200, BEHEER.code: 200, RIJSWIJK.code: 404, TWEE.code: 404, REGIO.code: 404
    }  # fmt: skip
    assert allocation.get("0603", f"berichten/{id}/bevindingen").status_code == 404


# --- bevindingen -----------------------------------------------------------------------------------------------------


def test_each_bevinding_comes_with_its_place_in_the_message(declaration: Lezer) -> None:
    uitkomst = declaration.hub.post(wmo323(prestatie(), {**ONBEKEND, "referentie": "P7"}))
    found = declaration.get("75000001", f"berichten/{uitkomst.id}/bevindingen").json()

    (item,) = found["items"]
    assert (item["regel"], item["retourcode"]) == ("TR338", "9338")
    assert item["fragment"].startswith("<Prestatie>\n")
    assert "<ToewijzingNummer>7777</ToewijzingNummer>" in item["fragment"]
    assert (found["volgende"], found["geenFragment"]) == (None, None)


def test_bevindingen_come_in_pages(declaration: Lezer) -> None:
    lines = [prestatie(toewijzing=7000 + i, referentie=f"P{i}") for i in range(5)]
    id = declaration.hub.post(wmo323(*lines)).id
    pages = []
    na: int | None = 0
    while na is not None:
        reply = declaration.get("75000001", f"berichten/{id}/bevindingen?na={na}&limit=2").json()
        pages.append([item["pad"][-12:] for item in reply["items"]])
        na = reply["volgende"]

    assert pages == [[f"Prestatie[{i}]" for i in part] for part in ((1, 2), (3, 4), (5,))]


def test_of_what_was_not_kept_there_is_no_fragment_and_it_says_why(declaration: Lezer) -> None:
    declaration.hub.post(wmo323())
    id = declaration.hub.post(wmo323(prestatie(referentie="P9"), identificatie="D2")).id
    found = declaration.get("75000001", f"berichten/{id}/bevindingen").json()

    assert [item["fragment"] for item in found["items"]] == [None]
    assert found["geenFragment"] == "De inhoud van dit bericht is niet bewaard: het telt als niet verzonden."


def test_a_message_without_bevindingen_has_an_empty_list(declaration: Lezer) -> None:
    id = declaration.hub.post(wmo323()).id

    assert declaration.get("0503", f"berichten/{id}/bevindingen").json() == {
        "items": [], "volgende": None, "geenFragment": None
    }  # fmt: skip


# --- a trial ---------------------------------------------------------------------------------------------------------


def levels(reply: Any) -> str:
    """The status of levels 1 to 4, each by its first letter."""
    assert reply.status_code == 200, reply.text
    Validatie.model_validate(reply.json())
    found = reply.json()["niveaus"]
    assert [item["niveau"] for item in found] == [1, 2, 3, 4]
    assert all((item["aantal"] > 0) == (item["status"] == "fout") for item in found)
    return "".join(item["status"][0] for item in found)


def answer(reply: Any) -> tuple[str | None, str | None, str | None]:
    found = reply.json()["antwoord"]
    return found["berichtsoort"], found["door"], found["aan"]


NIETS = (None, None, None)


@pytest.mark.parametrize(
    ("xml", "niveaus", "antwoord"),
    [
        (wmo323(), "gggg", ("WMO325", "hub", "75000001")),
        (wmo323(ONBEKEND), "ggfg", ("WMO325", "hub", "75000001")),
        (wmo323(totaal=1), "gfoo", ("WMO325", "hub", "75000001")),
        (wmo323(ontvanger=ZONDER_MANDAAT), "ggoo", ("WMO325", ZONDER_MANDAAT, "75000001")),
        (wmo323(ontvanger=ZONDER_MANDAAT, totaal=1), "gfoo", NIETS),
        (wmo323(ontvanger="9999"), "ggof", ("WMO325", "hub", "75000001")),
    ],
)
def test_a_trial_of_a_323_tells_how_far_it_comes_and_who_answers(
    declaration: Lezer, xml: bytes, niveaus: str, antwoord: tuple[str | None, ...]
) -> None:
    reply = declaration.try_out(xml)

    assert (levels(reply), answer(reply)) == (niveaus, antwoord)
    assert reply.json()["id"] is None
    assert declaration.get("75000001", "berichten").json()["items"] == []


@pytest.mark.parametrize(
    ("xml", "niveaus", "antwoord"),
    [
        (wmo301(), "gggg", ("WMO302", EEN.code, "0503")),
        (wmo301(product(ingangsdatum="2025-02-01", einddatum="2025-01-01")), "gfoo", ("WMO302", "hub", "0503")),
        (wmo301(product(ingangsdatum="2025-02-01", einddatum="2025-01-01"), ontvanger=TWEE.code), "gfoo", NIETS),
        (verzoek("WMO319"), "gooo", ("WMO320", EEN.code, "0503")),
    ],
)
def test_a_trial_of_what_a_gemeente_sends(
    allocation: Lezer, xml: bytes, niveaus: str, antwoord: tuple[str | None, ...]
) -> None:
    reply = allocation.try_out(xml, "0503")

    assert (levels(reply), answer(reply)) == (niveaus, antwoord)


def test_a_trial_of_what_was_sent_before_tells_the_same(declaration: Lezer, allocation: Lezer) -> None:
    declaration.hub.post(wmo323(ONBEKEND))
    allocation.hub.send(DELFT, wmo301())

    assert levels(declaration.try_out(wmo323(ONBEKEND))) == "ggfg"
    assert levels(allocation.try_out(wmo301(), "0503")) == "gggg"


def test_a_trial_of_an_answer_says_that_none_follows(allocation: Lezer, declaration: Lezer) -> None:
    allocation.hub.send(DELFT, wmo301())
    retourbericht = allocation.try_out(wmo302(wmo301(), codes=None), EEN.code)
    assert (levels(retourbericht), answer(retourbericht)) == ("gggo", NIETS)

    heen = wmo323(ontvanger=ZONDER_MANDAAT)
    declaration.hub.post(heen)
    antwoord = declaration.try_out(wmo325(heen), ZONDER_MANDAAT)
    assert (levels(antwoord), answer(antwoord)) == ("gggg", NIETS)


def test_a_trial_shows_fragments_when_asked(declaration: Lezer) -> None:
    with_them, without = (declaration.try_out(wmo323(ONBEKEND), query=query) for query in ("?fragment=true", ""))

    (found,) = with_them.json()["bevindingen"]
    assert "<ToewijzingNummer>7777</ToewijzingNummer>" in found["fragment"]
    assert list(without.json()["bevindingen"][0]) == list(openapi.Bevinding.model_fields)


def test_a_trial_of_what_breaks_the_schema_is_the_problem_it_was(declaration: Lezer) -> None:
    reply = declaration.try_out(remove(wmo323(), "Header/Ontvanger"), query="?fragment=true")

    assert (reply.status_code, reply.json()["type"]) == (400, "/problemen/xsd-ongeldig")
    assert "fragment" not in reply.json()["bevindingen"][0]


def test_without_a_machtiging_the_aanbieder_is_said_to_make_no_302(allocation: Lezer) -> None:
    with allocation.hub.dienst.database.write() as conn:
        retour_machtigingen.bewaar_retour_machtiging(conn, EEN.code, "aanbieder", date(2025, 2, 1))
    fout = wmo301(product(ingangsdatum="2025-02-01", einddatum="2025-01-01"))

    assert answer(allocation.try_out(fout, "0503")) == NIETS
    toelichting = allocation.try_out(fout, "0503").json()["antwoord"]["toelichting"]
    assert toelichting == "Er komt geen antwoordbericht; 0503 krijgt een gebeurtenis in de postbus."
