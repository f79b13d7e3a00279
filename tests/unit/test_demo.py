"""The demo's two stories, and the checks by which it ends with 1 when something is not right."""

import re
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import pytest

from services.cli.demo_cases import Administratie, termijnen
from services.cli.demo_checks import Cijfers, controleer
from services.cli.demo_declarations import Verhaal, declareren
from services.cli.demo_four_weeks import PER_VIER_WEKEN
from services.cli.demo_months import PER_MAAND
from services.cli.demo_scenario import GEWEIGERDE_301, Zending, deelnemers, retouren, toewijzen
from services.cli.demo_sending import Antwoord
from services.declaration.reports import Journaalcontrole
from services.kernel.catalogue import find

VERHALEN = (PER_MAAND, PER_VIER_WEKEN)
VERWERKT = ("goedgekeurd", "deels_afgekeurd", "doorgestuurd")
# Not VorigReferentieNummer.
NUMMER = re.compile(rb"[<:]ReferentieNummer>(\w+)<")


def jaar(verhaal: Verhaal) -> list[Zending]:
    return list(declareren(verhaal, deelnemers(), defaultdict(Administratie)))


# --- the stories -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("release", "aantal", "begin", "eind"), [
    ("3.2", 12, "2025-01-01", "2025-12-31"),
    ("2.3", 13, "2024-12-30", "2025-12-28"),
])  # fmt: skip
def test_a_year_has_twelve_months_or_thirteen_times_four_weeks(
    release: str, aantal: int, begin: str, eind: str
) -> None:
    gevonden = termijnen(release)

    assert len(gevonden) == aantal
    assert (gevonden[0][0].isoformat(), gevonden[-1][1].isoformat()) == (begin, eind)


@pytest.mark.parametrize("verhaal", VERHALEN, ids=lambda verhaal: verhaal.release)
def test_every_geval_of_a_story_occurs(verhaal: Verhaal) -> None:
    gevallen = {een.geval for een in deelnemers() if een.release == verhaal.release}

    assert gevallen - GEWEIGERDE_301.keys() == set(verhaal.gevallen)


@pytest.mark.parametrize("verhaal", VERHALEN, ids=lambda verhaal: verhaal.release)
def test_every_message_that_comes_first_and_awards_nothing_occurs(verhaal: Verhaal) -> None:
    zendingen = [een for een in jaar(verhaal) if een.oordeel != "doorgestuurd"]

    assert sum(not een.toegekend for een in zendingen) == len(verhaal.eerst)
    assert sum(een.status == 200 for een in zendingen) == 1


def test_toewijzingen_and_retouren_are_of_both_releases() -> None:
    wie = deelnemers()

    for zendingen in (toewijzen(wie), retouren(wie)):
        assert {een.soort.release for een in zendingen} == {"2.3", "3.2"}


def test_the_credit_of_a_refused_factuurregel_is_awarded_and_moves_no_money() -> None:
    facturen = [een for een in jaar(PER_VIER_WEKEN) if "credit van een afgekeurde" in een.waarover]

    assert len(facturen) == 2
    assert all((een.toegekend or 0) < een.te_betalen for een in facturen)


def test_an_aanbieder_has_one_series_of_referentienummers_in_both_releases() -> None:
    """One of them is used twice on purpose: 8021."""
    boeken: defaultdict[str, Administratie] = defaultdict(Administratie)
    gebruikt: Counter[tuple[str, bytes]] = Counter()
    for een in (een for verhaal in VERHALEN for een in declareren(verhaal, deelnemers(), boeken)):
        if een.oordeel in VERWERKT and een.status == 201 and een.soort.antwoord:
            gebruikt.update((een.partij, nummer) for nummer in NUMMER.findall(een.inhoud))

    assert [wie for wie, keren in gebruikt.items() if keren > 1] == [("75000003", b"P000001")]


# --- the checks ------------------------------------------------------------------------------------------------------


def antwoord(**changes: Any) -> Antwoord:
    """A 303 of 480 euro, awarded and to be paid in full."""
    zending = Zending(find("WMO303", "2.3"), "75000003", b"", "goedgekeurd", toegekend=48000, te_betalen=48000)
    inhoud = {
        "oordeel": "goedgekeurd",
        "verzender": "75000003",
        "bestemming": "1842",
        "identificatie": "D184201",
        "ingediend": 48000,
        "toegekend": 48000,
        "bevindingen": [],
    }
    return Antwoord(replace(zending, **changes.pop("zending", {})), changes.pop("status", 201), inhoud | changes)


def rij(**changes: Any) -> dict[str, Any]:
    kaal = {"gemeente": None, "aanbieder": None, "resultaatgebied": None, "periode": None, "rijpheid": "rijp"}
    return kaal | {"toegewezen": 48000, "gedeclareerd": 48000, "percentage": 100.0} | changes


def cijfers(**changes: Any) -> Cijfers:
    kloppend = Cijfers(
        per_gemeente=[rij(gemeente="1842")],
        per_gebied=[
            rij(gemeente="1842", resultaatgebied="ORH", toegewezen=18000, gedeclareerd=18000),
            rij(gemeente="1842", resultaatgebied="SPF", toegewezen=30000, gedeclareerd=30000),
        ],
        per_aanbieder=[rij(gemeente="1842", aanbieder="75000003")],
        per_periode=[
            rij(periode="2025-P01", rijpheid="afgesloten"),
            rij(periode="2025-P05"),
            rij(periode="2026-P01", rijpheid="voorlopig"),
        ],
        regio=rij(),
    )
    return replace(kloppend, **changes)


def controle(**changes: Any) -> Journaalcontrole:
    saldi = {"begroting": -48000, "verplicht": 48000, "te_betalen": -48000, "gedeclareerd": 48000}
    return replace(Journaalcontrole(saldi, 48000, 48000, ()), **changes)


def test_what_is_right_has_no_sentence() -> None:
    assert controleer([antwoord()], cijfers(), controle()) == []


@pytest.mark.parametrize("anders", [
    {"oordeel": "deels_afgekeurd"},
    {"toegekend": 47999},
    {"status": 500},
    {"bevindingen": [{"retourcode": "9322"}]},
], ids=["oordeel", "award", "status", "code"])  # fmt: skip
def test_an_answer_other_than_the_scenario_expects_is_told(anders: dict[str, Any]) -> None:
    fouten = controleer([antwoord(**anders)], cijfers(), controle())

    assert fouten[0].startswith("WMO303 D184201 van 75000003: verwacht")


def test_a_finding_without_code_is_no_refusal() -> None:
    gekort = antwoord(bevindingen=[{"retourcode": None}])

    assert controleer([gekort], cijfers(), controle()) == []


def test_money_that_is_not_booked_is_told_with_gemeente_and_aanbieder() -> None:
    minder = cijfers(per_aanbieder=[rij(gemeente="1842", aanbieder="75000003", gedeclareerd=47000)])

    assert controleer([antwoord()], minder, controle()) == [
        "1842 en 75000003: te betalen is 480,00, geboekt als gedeclareerd 470,00"
    ]


def test_money_that_nobody_was_awarded_is_told() -> None:
    meer = cijfers(per_aanbieder=[*cijfers().per_aanbieder, rij(gemeente="0503", aanbieder="75000001")])

    assert controleer([antwoord()], meer, controle()) == [
        "0503 en 75000001: te betalen is 0,00, geboekt als gedeclareerd 480,00"
    ]


def test_a_replay_is_not_paid_twice() -> None:
    herhaald = antwoord(zending={"status": 200}, status=200)

    assert controleer([antwoord(), herhaald], cijfers(), controle()) == []


@pytest.mark.parametrize(("anders", "zin"), [
    ({"geboekt": 47000, "toegekend": 47000}, "te betalen is 480,00, in het journaal staat 470,00"),
    ({"saldi": {"begroting": -1}}, "het journaal klopt niet"),
])  # fmt: skip
def test_a_journal_that_is_not_right_is_told(anders: dict[str, Any], zin: str) -> None:
    assert controleer([antwoord()], cijfers(), controle(**anders)) == [zin]


@pytest.mark.parametrize(("anders", "zin"), [
    ({"per_gebied": [rij(gemeente="1842", toegewezen=1)]}, "1842: toegewezen per resultaatgebied telt niet op"),
    ({"regio": rij(gedeclareerd=1)}, "gedeclareerd per gemeente telt niet op"),
    ({"per_gemeente": [rij(gemeente="1842", percentage=99.99)]}, "in 1842 is alles gedeclareerd"),
    ({"per_periode": [rij(periode="2025-P01")]}, "niet alle perioden zijn zo rijp"),
])  # fmt: skip
def test_figures_that_do_not_fit_together_are_told(anders: dict[str, Any], zin: str) -> None:
    (fout,) = controleer([antwoord()], cijfers(**anders), controle())

    assert fout.startswith(zin)
