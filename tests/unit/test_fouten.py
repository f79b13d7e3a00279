"""Every rule of the registry has its scenario, whose messages are valid but for the one thing they are about."""

import io
from collections.abc import Iterator
from datetime import date

import pytest

from services.allocation import process as allocation
from services.allocation.rules import REGELS as VAN_ALLOCATION
from services.cli.example import SOORTEN
from services.cli.fouten import FOUTEN, UITZONDERINGEN, Scenario, fouten_van, scenario
from services.cli.fouten.stuk import Stuk
from services.declaration import process as declaration
from services.declaration.rules import REGELS as VAN_DECLARATION
from services.kernel.catalogue import find
from services.kernel.reading import Schemas
from services.kernel.retourcodes import AFGEKEURD_TECHNISCH

SCHEMAS = Schemas()
REGISTRY = {**VAN_ALLOCATION, **VAN_DECLARATION}
TOETS = {"allocation": allocation.toets_offline, "declaration": declaration.toets_offline}
# From the first day on which what is too old (TR335) can be of 2021 (CS100): the first and last of a month, the last of
# a year, and a day beyond the tariffs.
DAGEN = [date(2026, 1, 2), date(2026, 2, 1), date(2026, 2, 15), date(2026, 12, 31), date(2028, 2, 29)]


def found(stuk: Stuk) -> set[tuple[str, str | None]]:
    """Rule and code of what levels 1 and 2 say to a message."""
    bevindingen = TOETS[stuk.soort.dienst](stuk.soort, io.BytesIO(stuk.inhoud), SCHEMAS)
    return {(b.regel, b.retourcode) for b in bevindingen}


def scenarios(naam: str, release: str, vandaag: date) -> Iterator[Scenario]:
    soort = find(naam, release)
    return (scenario(soort, fout, 7, vandaag) for fout in fouten_van(soort))


def test_every_row_of_the_registry_has_one_scenario() -> None:
    for (release, naam), regels in REGISTRY.items():
        registry = [(rule.id, rule.klasse, rule.element, rule.retourcode) for rule in regels]
        rows = [fout.sleutel for fout in fouten_van(find(naam, release))]

        assert sorted(rows, key=str) == sorted(registry, key=str)


def test_there_is_an_example_of_every_kind_with_rules() -> None:
    assert {(release, naam) for naam, release in SOORTEN} == set(REGISTRY)


def test_every_exception_is_about_a_row() -> None:
    rows = {(*soort, *fout.sleutel[:3]) for soort, fouten in FOUTEN.items() for fout in fouten}

    assert UITZONDERINGEN.keys() <= rows
    assert all(een.reden for een in UITZONDERINGEN.values())


@pytest.mark.parametrize(("naam", "release"), SOORTEN)
@pytest.mark.parametrize("vandaag", DAGEN, ids=str)
def test_levels_1_and_2_find_what_is_expected_and_nothing_before_it(naam: str, release: str, vandaag: date) -> None:
    for een in scenarios(naam, release, vandaag):
        *eerder, fout = een.stukken
        op_niveau_2 = fout.verwacht.regels if een.tekst.niveau == 2 else set()

        assert [found(stuk) for stuk in eerder] == [set()] * len(eerder), een.tekst
        assert found(fout) == op_niveau_2, een.tekst


@pytest.mark.parametrize(("naam", "release"), SOORTEN)
def test_what_a_scenario_expects_has_the_rule_and_its_code(naam: str, release: str) -> None:
    for een in scenarios(naam, release, DAGEN[2]):
        verwacht = een.fout.verwacht
        assert (een.tekst.regel, een.tekst.retourcode) in verwacht.regels or verwacht.probleem == "geen-heenbericht"
        assert (een.tekst.niveau == 2) >= ((een.tekst.regel, AFGEKEURD_TECHNISCH) in verwacht.regels)


def test_a_seed_gives_the_same_messages_again_and_another_one_none_of_its_numbers() -> None:
    soort = find("WMO323", "3.2")
    fout = next(fout for fout in fouten_van(soort) if fout.regel == "TR307")
    made = [scenario(soort, fout, seed, DAGEN[2]).fout.inhoud for seed in (7, 7, 8)]

    assert made[0] == made[1]
    assert made[0] != made[2]


def test_messages_have_crlf_line_ends() -> None:
    for een in scenarios("WMO323", "3.2", DAGEN[2]):
        assert een.fout.inhoud.count(b"\n") == een.fout.inhoud.count(b"\r\n")
