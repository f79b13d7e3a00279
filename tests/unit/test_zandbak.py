"""What of a zandbak can be decided without one: which gedrag applies, to which lines, and what time it is."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.kernel.settings import Settings
from services.together.zandbak.aanvraag_api import NieuweZandbak, Zandbakrij
from services.together.zandbak.gedrag import (
    Regel,
    RegelsWeigeren,
    antwoordregel,
    codes_per_regel,
    fouten,
    verdubbelt,
    vertraging,
)
from services.together.zandbak.modellen import Gedrag, GedragNu, Gedragregel, Personages, Zandbakstand
from services.together.zandbak.plaats import Plaats, Stand
from services.together.zandbak.plaatsen import Plaatsen

PARTIJEN = {"75000001": "aanbieder", "0503": "gemeente", "beheer": "beheer"}
GEZET = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)


def maak(partij: str, soort: str, berichtsoort: str | None = None, **doe: Any) -> Regel:
    return Regel.model_validate({"partij": partij, "berichtsoort": berichtsoort, "doe": {"soort": soort, **doe}})


def weiger(*regels: dict[str, Any]) -> RegelsWeigeren:
    return RegelsWeigeren.model_validate({"soort": "weiger-regels", "regels": regels})


def test_of_the_rules_that_answer_the_first_that_fits_applies() -> None:
    regels = (
        maak("0503", "accepteer"),
        maak("75000001", "verdubbel"),
        maak("75000001", "weiger-bericht", "JW301", retourcode="9332"),
        maak("75000001", "accepteer", naDagen=2),
    )

    assert antwoordregel(regels, "75000001", "JW301") == regels[2].doe
    assert antwoordregel(regels, "75000001", "WMO301") == regels[3].doe
    assert antwoordregel(regels, "75000002", "WMO301") is None
    assert antwoordregel(regels[1:2], "75000001", "WMO301") is None


def test_what_has_no_lines_is_not_refused_by_a_line() -> None:
    regels = (maak("0503", "weiger-regels", regels=[{"regel": 1, "retourcode": "9322"}]), maak("0503", "accepteer"))

    assert antwoordregel(regels, "0503", "WMO323") == regels[0].doe
    assert antwoordregel(regels, "0503", "WMO305") == regels[1].doe


def test_delivery_is_of_the_party_it_is_asked_for() -> None:
    regels = (maak("0503", "vertraag", seconden=7), maak("75000001", "verdubbel"))

    assert (vertraging(regels, "0503"), vertraging(regels, "75000001")) == (7, 0)
    assert (verdubbelt(regels, "0503"), verdubbelt(regels, "75000001")) == (False, True)


def test_a_line_is_refused_by_its_number_or_its_place_and_keeps_each_code_once() -> None:
    doe = weiger(
        {"nummer": "B", "retourcode": "9322"},
        {"regel": 2, "retourcode": "9389"},
        {"regel": 2, "retourcode": "9322"},
        {"regel": 9, "retourcode": "9321"},
    )

    assert codes_per_regel(doe, ["A", "B", "C", None]) == {1: ("9322", "9389")}
    assert codes_per_regel(doe, ["A"]) == {}


@pytest.mark.parametrize("wat", [{}, {"nummer": "B", "regel": 1}, {"regel": 0}, {"nummer": ""}])
def test_a_line_is_named_in_exactly_one_way(wat: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        weiger({"retourcode": "9322", **wat})


@pytest.mark.parametrize(
    ("regel", "goed"),
    [
        (maak("75000001", "accepteer"), True),
        (maak("75000001", "accepteer", "WMO301"), True),
        (maak("75000001", "accepteer", "WMO323"), False),
        (maak("0503", "accepteer", "JW323"), True),
        (maak("0503", "accepteer", "WMO301"), False),
        (maak("0503", "accepteer", "WMO305"), True),
        (maak("75000001", "accepteer", "WMO319"), True),
        (maak("75000001", "accepteer", "WMO302"), False),
        (maak("0503", "weiger-regels", "WMO305", regels=[{"regel": 1, "retourcode": "9322"}]), False),
        (maak("0503", "weiger-regels", "WMO323", regels=[{"regel": 1, "retourcode": "9322"}]), True),
        (maak("beheer", "accepteer"), False),
        (maak("beheer", "verdubbel"), True),
        (maak("onbekend", "verdubbel"), False),
        (maak("0503", "verdubbel", "WMO323"), False),
        # 0551 stands in release 2.3 alone, of which there is a 301 and no 323.
        (maak("75000001", "weiger-bericht", "WMO301", retourcode="0551"), True),
        (maak("0503", "weiger-bericht", "WMO303", retourcode="0551"), True),
        (maak("0503", "weiger-bericht", "WMO323", retourcode="0551"), False),
        (maak("0503", "weiger-bericht", retourcode="9389"), True),
        (maak("0503", "weiger-bericht", retourcode="8001"), False),
    ],
)
def test_a_rule_that_cannot_work_is_named_by_its_place(regel: Regel, goed: bool) -> None:
    gevonden = list(fouten([maak("0503", "verdubbel"), regel], PARTIJEN))

    assert bool(gevonden) is not goed
    assert all(fout.startswith("Regel 2: ") for fout in gevonden)


def stand(**anders: Any) -> Stand:
    dag = date(2026, 2, 15)
    return Stand(
        **{"id": "1", "naam": "proef", "eigenaar": None, "begindatum": dag, "datum": dag, "gezet": GEZET, **anders}
    )


def test_the_time_goes_on_from_eight_in_the_morning_and_never_past_its_day() -> None:
    assert stand().nu(GEZET) == datetime(2026, 2, 15, 7, 0, tzinfo=UTC)
    assert stand().nu(GEZET + timedelta(minutes=5)) == datetime(2026, 2, 15, 7, 5, tzinfo=UTC)
    assert stand().nu(GEZET + timedelta(days=9)) == datetime(2026, 2, 15, 22, 59, 59, tzinfo=UTC)
    # A clock that is set back.
    assert stand().nu(GEZET - timedelta(days=9)) == datetime(2026, 2, 15, 7, 0, tzinfo=UTC)


def test_a_stand_is_read_anew_when_another_process_replaced_it(tmp_path: Path) -> None:
    een, ander = Plaats(tmp_path), Plaats(tmp_path)
    een.bewaar(stand())
    assert (een.stand(), ander.stand()) == (stand(), stand())

    ander.wijzig(lambda oud: oud.model_copy(update={"gedrag": (maak("0503", "accepteer"),)}))

    assert een.stand().gedrag == (maak("0503", "accepteer"),)


@pytest.mark.parametrize(
    "naam", ["..", ".", "", "v1", "leeg", "/etc", "a/../b", "proef\n", "Proef", "p", ".slot", "proef/"]
)
def test_a_name_that_cannot_be_one_leads_to_no_folder(settings: Settings, naam: str) -> None:
    for ander in ("proef", "v1", "leeg"):
        (settings.data / "zandbak" / ander).mkdir(parents=True)
    for ander in ("proef", "v1"):
        Plaats(settings.data / "zandbak" / ander).bewaar(stand())

    assert Plaatsen(settings).vind(naam) is None
    assert Plaatsen(settings).vind("proef") is not None
    assert [een.naam for een in Plaatsen(settings).lijst()] == ["proef"]


@pytest.mark.parametrize(
    "model",
    [Gedrag, GedragNu, Gedragregel, Personages, Zandbakstand, Zandbakrij, NieuweZandbak],
    ids=lambda m: m.__name__,
)
def test_the_examples_in_the_documents_are_what_they_are_examples_of(model: type[BaseModel]) -> None:
    example = model.model_json_schema()["example"]

    assert model.model_validate(example).model_dump(mode="json") == example
