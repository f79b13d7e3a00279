"""The second half of the demo: the correction after a change with hindsight, and the checks on what it does."""

from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from services.cli.demo import fasen
from services.cli.demo_cases import Administratie
from services.cli.demo_outlook import Vooruitblik, controleer_vooruitblik, verwachte_gevallen
from services.cli.demo_repair import (
    AANBIEDER,
    BESLUIT,
    EERST,
    GERAAKT,
    GESLOTEN,
    REST,
    Moment,
    Verloop,
    betrokkenen,
    correctie,
    label,
    tariefbestand,
    tarieven,
)
from services.cli.demo_repair_checks import PERIODEN, controleer_herstel, meer_per_periode
from services.cli.demo_scenario import deelnemers
from services.declaration.lijsten import soorten as lijsten

Rij = dict[str, Any]

A, D = 4_000_000, 3_900_000


# --- the correction --------------------------------------------------------------------------------------------------


@pytest.fixture
def boek() -> Administratie:
    """What the aanbieder remembers after its year."""
    boeken: defaultdict[str, Administratie] = defaultdict(Administratie)
    fasen(deelnemers(), boeken)
    return boeken[AANBIEDER]


def test_everybody_with_the_product_has_it_in_the_nine_periods_only(boek: Administratie) -> None:
    nummers = {t.nummer for een in betrokkenen() for t in een.toewijzingen}
    gedeclareerd = Counter(periode for nummer, periode in boek.gedeclareerd if nummer in nummers)

    assert gedeclareerd == dict.fromkeys(GERAAKT, len(nummers))


def test_a_correction_credits_and_declares_again_for_the_difference(boek: Administratie) -> None:
    oud, nieuw = tarieven()

    zending = correctie(boek, EERST)

    assert zending.oordeel == "goedgekeurd"
    assert zending.toegekend == (nieuw - oud) * len(EERST) * len(betrokkenen())
    assert zending.inhoud.count(b"VorigReferentieNummer>") == 2 * len(EERST) * len(betrokkenen())


def test_the_two_corrections_are_all_of_it_under_numbers_of_their_own(boek: Administratie) -> None:
    eerst, rest = correctie(boek, EERST), correctie(boek, REST)

    assert sorted([*EERST, *REST]) == list(GERAAKT)
    assert b">D184214<" in eerst.inhoud
    assert b">D184215<" in rest.inhoud


def test_the_tariff_is_marked_FICTIEF_and_its_week_is_a_whole_cent() -> None:
    oud, nieuw = tarieven()

    assert (nieuw * 10, nieuw % 4) == (oud * 11, 0)
    assert "FICTIEF" in tariefbestand()


# --- the checks on the repair ----------------------------------------------------------------------------------------


def cijfer(a: int, d: int, **anders: Any) -> Rij:
    rij = {"toegewezen": a, "gedeclareerd": d, "percentage": round(d / a * 100, 2), "rijpheid": "rijp"}
    return rij | anders


def moment(naam: str, *, toegewezen: range | None, gedeclareerd: range | None, product: float, open_: int) -> Moment:
    meer = meer_per_periode()
    regio = {
        label(n): cijfer(A + meer * (n in (toegewezen or ())), D + meer * (n in (gedeclareerd or ())))
        for n in range(1, PERIODEN + 1)
    }
    return Moment(naam, regio, {"percentage": 100.0}, {"percentage": product}, open_)


@cache
def verloop() -> Verloop:
    """As it must go."""
    regels = len(betrokkenen())
    gemeld = moment("gemeld", toegewezen=None, gedeclareerd=None, product=100.0, open_=0)
    return Verloop(
        gemeld,
        moment("besluit", toegewezen=GERAAKT, gedeclareerd=None, product=90.91, open_=9 * regels),
        moment("half", toegewezen=GERAAKT, gedeclareerd=EERST, product=94.95, open_=5 * regels),
        moment("hersteld", toegewezen=GERAAKT, gedeclareerd=GERAAKT, product=100.0, open_=0),
        [{"oud": tarieven()[0], "nieuw": tarieven()[1], "besluit": BESLUIT}],
        {label(n): gemeld.regio[label(n)] | {"rijpheid": "afgesloten"} for n in GESLOTEN},
        [],
    )


def met(van: Moment, nummer: int, **anders: Any) -> Moment:
    """This moment with one period of the region changed."""
    return replace(van, regio={**van.regio, label(nummer): van.regio[label(nummer)] | anders})


def test_a_repair_that_went_well_has_no_sentence() -> None:
    assert controleer_herstel(verloop()) == []


@pytest.mark.parametrize(("anders", "zin"), [
    ({"verhoogd": replace(verloop().verhoogd, product={"percentage": 100.0})}, "DAG3 besluit: verwacht 90.91"),
    ({"half": replace(verloop().half, product={"percentage": 94.94})}, "DAG3 half: verwacht 94.95, kreeg 94.94"),
    ({"hersteld": replace(verloop().hersteld, te_herstellen=1)}, "op de werklijst staan [0, 36, 20, 1] regels"),
    ({"werklijst": []}, "op de werklijst staan andere bedragen"),
    ({"hersteld": replace(verloop().hersteld, gemeente={"percentage": 99.99})}, "1842: 100.0 voor het besluit en 99.9"),
    ({"verhoogd": met(verloop().verhoogd, 10, toegewezen=A + 1)}, "besluit, 2025-P10: verwacht 39.000,00 van 40.000"),
    ({"half": met(verloop().half, 5, percentage=1.0)}, "half, 2025-P05"),
    ({"half": replace(verloop().half, regio={})}, "half: 0 perioden, verwacht 13"),
    ({"bevroren": verloop().hersteld.regio}, "2025-P01 is afgesloten met 39.000,00 van 40.000,00 (97.5)"),
])  # fmt: skip
def test_a_step_that_is_not_right_is_told(anders: dict[str, Any], zin: str) -> None:
    fouten = controleer_herstel(replace(verloop(), **anders))

    assert fouten[0].startswith(zin)


# --- the checks on the prognose and the lists ------------------------------------------------------------------------


def vooruitblik(**anders: Any) -> Vooruitblik:
    """P1 ripe at 90 %, P2 not ripe and half declared: 90.00 and 90.00."""
    sleutel = {"gemeente": "0503", "resultaatgebied": "SPF"}
    per_periode = [
        sleutel | cijfer(10000, 9000, periode="2025-P01"),
        sleutel | cijfer(10000, 5000, periode="2025-P02", rijpheid="voorlopig"),
        sleutel | cijfer(10000, 0, periode="2026-P01", rijpheid="voorlopig"),
    ]
    bedragen = {"begroting": 20000, "toegewezen": 20000, "gedeclareerd": 14000, "prognose": 18000, "ruimte": 2000}
    prognose = [sleutel | bedragen | {"vrijval": 0, "nogTeOntvangen": 6000} | anders]
    rijen = {
        naam: {"items": [{"gemeente": gemeente, "toewijzing": nummer} for gemeente, nummer in gevallen]}
        for naam, gevallen in verwachte_gevallen().items()
    }
    return Vooruitblik(prognose, per_periode, rijen)


def test_a_prognose_that_adds_up_and_lists_that_are_whole_have_no_sentence() -> None:
    assert controleer_vooruitblik(vooruitblik()) == []


@pytest.mark.parametrize("anders", [{"prognose": 18001}, {"toegewezen": 1}, {"ruimte": 0}])
def test_a_prognose_that_does_not_add_up_is_told(anders: dict[str, int]) -> None:
    (fout,) = controleer_vooruitblik(vooruitblik(**anders))

    assert fout.startswith("prognose van 0503 SPF: verwacht 200,00, 140,00, 180,00, kreeg")


def test_a_resultaatgebied_without_prognose_is_told() -> None:
    zonder = replace(vooruitblik(), prognose=[])

    assert controleer_vooruitblik(zonder) == ["geen prognose voor [('0503', 'SPF')]"]


@pytest.mark.parametrize("naam", [lijsten.NIET_GEDECLAREERD, lijsten.LOOPT_AF, lijsten.AFWIJKEND_TARIEF])
def test_the_scenario_puts_something_on_every_list_and_what_is_missing_is_told(naam: str) -> None:
    heel = vooruitblik()
    leeg = replace(heel, lijsten={**heel.lijsten, naam: {"items": []}})

    (fout,) = controleer_vooruitblik(leeg)

    assert verwachte_gevallen()[naam]
    assert fout.startswith(f"op de lijst {naam} staan [], verwacht [('0503'")


def test_the_prognose_is_added_up_per_resultaatgebied_and_an_unknown_begroting_is_nothing() -> None:
    een = vooruitblik()
    twee = replace(een, prognose=[*een.prognose, een.prognose[0] | {"gemeente": "1783", "begroting": None}])

    assert twee.per_gebied["SPF"]["prognose"] == 36000
    assert twee.per_gebied["SPF"]["begroting"] == 20000
