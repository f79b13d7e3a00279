"""What an aanbieder may still claim over HTTP, and the draft of it: handed in as it is, it is approved in full."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from allocation_service import DELFT
from allocation_service import Hub as Allocation
from asking import Vraag, ask
from builders_23 import prestatie23, product23, wmo301_23, wmo303
from declaration_hub import Hub, make_hub
from fastapi.testclient import TestClient
from four_week_hub import make_hub_23, retour_van, toewijs_23

from builders import bsn, client, prestatie, product, text, texts, wmo301, wmo323
from services.allocation.api import create_app as allocation_app
from services.allocation.clienten import lees_clienten
from services.declaration import tables
from services.declaration.feed import Onbereikbaar
from services.declaration.ruimte import personen
from services.declaration.ruimte.personen import http_personen, niet_te_vragen
from services.kernel.tables import client as client_tabel
from services.kernel.toegang import parties

EEN = "75000001"


def persoon(nummer: int, wie: str) -> dict[str, Any]:
    return {
        "nummer": nummer,
        "bsn": wie,
        "geboortedatum": "1950-05-17",
        "datumGebruik": None,
        "geslacht": "2",
        "achternaam": "Voorbeeld",
        "voorvoegsel": "van",
        "voornamen": None,
        "voorletters": "A",
    }


class Bevolking:
    """What allocation would tell: {ToewijzingNummer: Bsn}."""

    def __init__(self, wie: dict[int, str]) -> None:
        self.wie = wie
        self.gevraagd: list[tuple[str, str, str]] = []

    def __call__(self, aanbieder: str, gemeente: str, domein: str, nummers: Collection[int]) -> list[dict[str, Any]]:
        self.gevraagd.append((aanbieder, gemeente, domein))
        return [persoon(nummer, self.wie[nummer]) for nummer in sorted(nummers) if nummer in self.wie]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """10 April 2025: two clients at Delft, of whom one was declared for in March, and one at Rijswijk."""
    made = make_hub(tmp_path, date(2025, 4, 10))
    made.toewijs()
    made.toewijs(nummer=1002, bsnHash=made.hash(bsn(2)), code="ORH3", categorie="01", volume=7500, eenheid="83")
    made.toewijs(gemeente="0603", bsnHash=made.hash(bsn(3)))
    maart = prestatie(begin="2025-03-01", eind="2025-03-31", volume=5, bedrag=60000)
    made.post(wmo323(maart, begin="2025-03-01", eind="2025-03-31", dagtekening="2025-04-03"))
    yield made
    made.dienst.database.close()


@pytest.fixture
def four_weeks(tmp_path: Path) -> Iterator[Callable[..., Hub]]:
    """10 April 2025: a function that makes a hub of four weeks."""
    with ExitStack() as stack:

        def make(**vorm: str) -> Hub:
            made = make_hub_23(tmp_path, date(2025, 4, 10), **vorm)
            stack.callback(made.dienst.database.close)
            return made

        yield make


@pytest.fixture
def bevolking() -> Bevolking:
    return Bevolking({1001: bsn(1), 1002: bsn(2)})


@pytest.fixture
def get(hub: Hub, bevolking: Bevolking) -> Vraag:
    return ask(hub, personen=bevolking)


def regels(reply: httpx.Response) -> list[dict[str, Any]]:
    assert reply.status_code == 200, reply.text
    return list(reply.json()["items"])


# --- the room --------------------------------------------------------------------------------------------------------


def test_of_each_toewijzing_what_may_still_be_claimed_and_at_what_price(get: Vraag) -> None:
    first, second, third = regels(get("declaratieruimte", EEN, maand="2025-03"))

    assert first == {
        "gemeente": "0503",
        "domein": "wmo",
        "nummer": 1001,
        "release": "3.2",
        "categorie": "02",
        "code": "SPF3",
        "begin": "2025-03-01",
        "eind": "2025-03-31",
        "eenheid": "82",
        "maximum": 5,
        "maximumToewijzing": 53,
        "gebruikt": 5,
        "goedgekeurd": 5,
        "goedgekeurdBedrag": 60000,
        "inBehandeling": 0,
        "inBehandelingBedrag": 0,
        "volume": 0,
        "bedrag": 0,
        "tarief": 12000,
        "besluit": "FICTIEF 2023",
        "indienbaarVanaf": "2025-03-31",
        "redenen": [
            {"regel": "TR389", "retourcode": "9389", "melding": first["redenen"][0]["melding"]},
        ],
    }
    # Categorie 01 per week may reach six times the volume (TR321).
    assert (second["nummer"], second["maximum"], second["volume"], second["bedrag"]) == (1002, 45000, 45000, 45000)
    assert (third["gemeente"], third["volume"], third["bedrag"]) == ("0603", 5, 60000)


def test_without_a_month_it_is_the_one_that_runs(get: Vraag) -> None:
    (row,) = regels(get("declaratieruimte", EEN, gemeente="0603"))

    assert (row["begin"], row["eind"], row["indienbaarVanaf"]) == ("2025-04-01", "2025-04-30", "2025-04-30")


def test_what_waits_for_the_gemeente_is_told_and_still_counts_as_room(hub: Hub, get: Vraag) -> None:
    maart = prestatie(referentie="P9", begin="2025-03-01", eind="2025-03-31", volume=5, bedrag=60000)
    periode = {"begin": "2025-03-01", "eind": "2025-03-31", "dagtekening": "2025-04-03"}
    hub.post(wmo323(clienten={bsn(3): [maart]}, ontvanger="0603", identificatie="D9", nummer="N9", **periode))

    (row,) = regels(get("declaratieruimte", EEN, gemeente="0603", maand="2025-03"))

    assert (row["inBehandeling"], row["inBehandelingBedrag"], row["goedgekeurd"]) == (5, 60000, 0)
    assert (row["volume"], [reden["regel"] for reden in row["redenen"]]) == (5, ["in-behandeling"])


def test_toewijzingen_that_do_not_run_then_or_are_gone_are_left_out(hub: Hub, get: Vraag) -> None:
    hub.toewijs(nummer=1003, einddatum="2025-02-28")
    hub.toewijs(nummer=1004, ingangsdatum="2025-05-01")
    hub.toewijs(nummer=1005, status="vervallen")
    hub.toewijs(nummer=1006, einddatum="2025-03-01", ingangsdatum="2025-03-01", redenWijziging="13")
    hub.toewijs(nummer=1007, aanbieder="75000002")

    rows = regels(get("declaratieruimte", EEN, maand="2025-03", gemeente="0503"))

    assert [row["nummer"] for row in rows] == [1001, 1002]


def test_it_is_read_page_by_page(get: Vraag) -> None:
    found: list[tuple[str, int]] = []
    na: int | None = 0
    while na is not None:
        body = get("declaratieruimte", EEN, maand="2025-03", na=na, limit=1).json()
        found += [(row["gemeente"], row["nummer"]) for row in body["items"]]
        na = body["volgende"]

    assert found == [("0503", 1001), ("0503", 1002), ("0603", 1001)]


def test_contracts_of_2_3_and_3_2_each_have_their_own_period(four_weeks: Callable[..., Hub]) -> None:
    hub = four_weeks()
    toewijs_23(hub)
    get = ask(hub)

    assert regels(get("declaratieruimte", EEN, maand="2025-03")) == []
    (row,) = regels(get("declaratieruimte", EEN, periode="2025-P03"))
    assert (row["release"], row["begin"], row["eind"]) == ("2.3", "2025-02-24", "2025-03-23")
    assert (row["volume"], row["tarief"], row["bedrag"]) == (1, 48000, 48000)
    (now,) = regels(get("declaratieruimte", EEN))
    assert (now["begin"], now["eind"]) == ("2025-03-24", "2025-04-20")


@pytest.mark.parametrize(
    "query",
    [
        {"maand": "2025-13"},
        {"maand": "2025-03", "periode": "2025-P03"},
        {"periode": "2099-P01"},
        {"aanbieder": "x"},
    ],
)
def test_what_cannot_be_is_400(get: Vraag, query: dict[str, str]) -> None:
    assert get("declaratieruimte", EEN, **query).status_code == 400


def test_it_is_for_the_aanbieder_and_whom_he_authorised(hub: Hub, get: Vraag) -> None:
    assert get("declaratieruimte", "75000002", aanbieder=EEN).status_code == 403
    assert get("declaratieruimte", "0503", aanbieder=EEN).status_code == 403
    assert get("declaratieruimte", "0503").status_code == 400
    with hub.dienst.database.write() as conn:
        parties.machtig(conn, "75000002", EEN, date(2025, 1, 1))
    assert len(regels(get("declaratieruimte", "75000002", aanbieder=EEN, maand="2025-03"))) == 3


# --- the draft -------------------------------------------------------------------------------------------------------


def test_a_draft_handed_in_as_it_is_is_approved_in_full(hub: Hub, get: Vraag, bevolking: Bevolking) -> None:
    hub.toewijs(nummer=1003, bsnHash=hub.hash(bsn(2)), einddatum="2025-03-12")
    bevolking.wie[1003] = bsn(2)
    reply = get("declaratieruimte/concept", EEN, gemeente="0503", maand="2025-03")

    assert (reply.status_code, reply.headers["Weggelaten-Regels"]) == (200, "0"), reply.text
    # One Client with two lines: what was claimed already is not in it.
    assert texts(reply.content, "Bsn") == [bsn(2)]
    assert texts(reply.content, "ReferentieNummer") == ["CC2504100503-000001", "CC2504100503-000002"]
    outcome = hub.post(reply.content)
    assert (outcome.oordeel, outcome.toegekend) == ("goedgekeurd", 45000 + 36000)
    assert text(retour_van(hub, outcome), "DeclaratieAntwoord/RetourCodes/RetourCode") == "8001"
    assert get("declaratieruimte/concept", EEN, gemeente="0503", maand="2025-03").status_code == 404


@pytest.mark.parametrize("factuur", [False, True])
@pytest.mark.parametrize("gebroken", ["WEEK", "DAY", "FULL"])
def test_a_draft_of_four_weeks_is_approved_in_full(
    four_weeks: Callable[..., Hub], factuur: bool, gebroken: str
) -> None:
    hub = four_weeks(gebroken=gebroken, vorm="factuur" if factuur else "declaratie")
    toewijs_23(hub, ingangsdatum="2025-03-05")
    toewijs_23(hub, nummer=1002, bsnHash=hub.hash(bsn(2)), volume=2)
    get = ask(hub, personen=Bevolking({1001: bsn(1), 1002: bsn(2)}))

    reply = get("declaratieruimte/concept", EEN, gemeente="0503", periode="2025-P03", identificatie="F77")

    assert reply.status_code == 200, reply.text
    assert text(reply.content, "BerichtCode") == ("448" if factuur else "416")
    outcome = hub.post(reply.content)
    broken = {"WEEK": 36000, "DAY": 32571, "FULL": 48000}[gebroken]
    assert (outcome.oordeel, outcome.toegekend, outcome.bevindingen) == ("goedgekeurd", broken + 96000, ())
    assert outcome.identificatie == "F77"


def test_what_was_awarded_in_part_leaves_the_rest(four_weeks: Callable[..., Hub]) -> None:
    hub = four_weeks()
    toewijs_23(hub)
    hub.post(wmo303(prestatie23(bedrag=20000), nummer="F1"))
    get = ask(hub, personen=Bevolking({1001: bsn(1)}))

    reply = get("declaratieruimte/concept", EEN, gemeente="0503", periode="2025-P01", identificatie="F2")

    assert hub.post(reply.content).toegekend == 28000
    assert hub.gedeclareerd() == {"2025-P01": 48000}


def test_the_caller_chooses_his_own_numbers(hub: Hub, get: Vraag) -> None:
    eigen = {"identificatie": "D123", "declaratienummer": "N123", "reeks": "2025-03-"}
    reply = get("declaratieruimte/concept", EEN, gemeente="0503", maand="2025-03", **eigen)

    assert text(reply.content, "BerichtIdentificatie/Identificatie") == "D123"
    assert text(reply.content, "DeclaratieNummer") == "N123"
    assert text(reply.content, "ReferentieNummer") == "2025-03-000001"


def test_each_month_has_a_number_of_its_own_without_asking(hub: Hub, bevolking: Bevolking) -> None:
    later = hub.op(date(2025, 5, 5))
    get = ask(later, personen=bevolking)

    for maand in ("2025-03", "2025-04"):
        concept = get("declaratieruimte/concept", EEN, gemeente="0503", maand=maand).content
        assert later.post(concept).oordeel == "goedgekeurd"


def test_a_used_series_is_told_before_anything_is_handed_out(hub: Hub, bevolking: Bevolking) -> None:
    later = hub.op(date(2025, 5, 5))
    get = ask(later, personen=bevolking)
    later.post(get("declaratieruimte/concept", EEN, gemeente="0503", maand="2025-03", reeks="A").content)

    reply = get("declaratieruimte/concept", EEN, gemeente="0503", maand="2025-04", reeks="A")

    assert (reply.status_code, reply.json()["type"]) == (409, "/problemen/reeks-bezet")


def test_a_month_that_is_not_over_is_told_with_its_rule(get: Vraag) -> None:
    reply = get("declaratieruimte/concept", EEN, gemeente="0503", maand="2025-04")

    assert (reply.status_code, reply.json()["type"]) == (409, "/problemen/nog-niet-in-te-dienen")
    assert {bevinding["regel"] for bevinding in reply.json()["bevindingen"]} == {"TR137"}


def test_an_older_month_goes_into_the_last_DeclaratiePeriode(hub: Hub, get: Vraag) -> None:
    reply = get("declaratieruimte/concept", EEN, gemeente="0503", maand="2025-02")

    assert text(reply.content, "DeclaratiePeriode/Begindatum") == "2025-03-01"
    assert texts(reply.content, "ProductPeriode/Begindatum") == ["2025-02-01", "2025-02-01"]
    assert hub.post(reply.content).oordeel == "goedgekeurd"


def test_a_person_who_is_not_whom_our_copy_says_is_never_declared_for(hub: Hub) -> None:
    get = ask(hub, personen=Bevolking({1001: bsn(7), 1002: bsn(8)}))

    assert get("declaratieruimte/concept", EEN, gemeente="0503", maand="2025-02").status_code == 404


def test_what_is_left_out_because_nobody_knows_for_whom_it_is_is_counted(hub: Hub) -> None:
    get = ask(hub, personen=Bevolking({1002: bsn(2)}))
    reply = get("declaratieruimte/concept", EEN, gemeente="0503", maand="2025-02")

    assert reply.headers["Weggelaten-Regels"] == "1"
    assert texts(reply.content, "Bsn") == [bsn(2)]


def test_with_allocation_away_a_draft_waits(hub: Hub) -> None:
    reply = ask(hub, personen=niet_te_vragen)("declaratieruimte/concept", EEN, gemeente="0503", maand="2025-02")

    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "60")


def test_a_draft_stores_nothing_and_no_Bsn(hub: Hub, get: Vraag) -> None:
    counted = tables.metadata.sorted_tables
    before = hub.count(*counted)
    get("declaratieruimte/concept", EEN, gemeente="0503", maand="2025-02")

    assert hub.count(*counted) == before
    assert {row.bsn for row in hub.rows(client_tabel)} == {None}


# --- what allocation tells -------------------------------------------------------------------------------------------


@pytest.fixture
def allocation(tmp_path: Path) -> Iterator[Allocation]:
    made = Allocation(tmp_path / "a")
    wie = client(achternaam="Jansen", voorvoegsel="van", voorletters="B")
    made.send(DELFT, wmo301(client=wie))
    made.send(DELFT, wmo301_23(product23(nummer=1002, code="FIN2"), identificatie="T2"))
    yield made
    made.dienst.database.close()


def test_for_whom_a_toewijzing_is_stands_in_its_301(allocation: Allocation) -> None:
    one, other = lees_clienten(allocation.dienst, EEN, "0503", "wmo", [1001, 1002, 1003])

    assert one == {
        "nummer": 1001,
        "bsn": "999900006",
        "geboortedatum": "1950-05-17",
        "datumGebruik": None,
        "geslacht": "2",
        "achternaam": "Jansen",
        "voorvoegsel": "van",
        "voornamen": None,
        "voorletters": "B",
    }
    assert (other["nummer"], other["achternaam"]) == (1002, "Voorbeeld")


def test_nobody_is_told_of_another_aanbieder_or_gemeente(allocation: Allocation) -> None:
    assert lees_clienten(allocation.dienst, "75000002", "0503", "wmo", [1001]) == []
    assert lees_clienten(allocation.dienst, EEN, "0603", "wmo", [1001]) == []
    assert lees_clienten(allocation.dienst, EEN, "0503", "jeugd", [1001]) == []


def test_the_last_301_tells_how_somebody_is_called_now(allocation: Allocation) -> None:
    later = product(einddatum="2025-06-30", reden="12", toewijzingsdatum="2025-02-01")
    allocation.send(
        DELFT, wmo301(later, client=client(achternaam="De Wit"), identificatie="T3", dagtekening="2025-02-01")
    )

    assert lees_clienten(allocation.dienst, EEN, "0503", "wmo", [1001])[0]["achternaam"] == "De Wit"


def test_only_the_other_service_may_ask_over_HTTP(allocation: Allocation, monkeypatch: pytest.MonkeyPatch) -> None:
    with allocation.dienst.database.write() as conn:
        key = parties.nieuwe_sleutel(conn, EEN, allocation.dienst.nu())
    web = TestClient(allocation_app(allocation.dienst, allocation.vraag))
    pad = "/v1/toewijzingen/wmo/0503/clienten?aanbieder=75000001&nummer=1001"
    assert web.get(pad).status_code == 401
    assert web.get(pad, headers={"Authorization": f"Bearer {key}"}).status_code == 403

    secret = allocation.dienst.settings.dienst_sleutel.get_secret_value()
    monkeypatch.setattr(personen.httpx, "Client", lambda **options: TestClient(web.app, headers=options["headers"]))
    (wie,) = http_personen("", secret)(EEN, "0503", "wmo", [1001])
    assert (wie["nummer"], wie["bsn"]) == (1001, "999900006")
    with pytest.raises(Onbereikbaar):
        http_personen("", "verkeerd")(EEN, "0503", "wmo", [1001])
