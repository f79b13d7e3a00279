"""Rows of verzilvering: sums first, division last, and who may see a small cell."""

from dataclasses import replace
from datetime import date

import pytest

from services.declaration.verzilvering import (
    AFGESLOTEN,
    ALLE_GROEPEN,
    GROEPEN,
    RIJP,
    VOORLOPIG,
    Rij,
    Rijsleutel,
    Stand,
    onderdruk,
    rijen,
    rijpheid_van,
    som_van,
    tel_samen,
    vol_van,
)
from services.declaration.weeks import Periode

STAND = Stand(
    gemeente="0503",
    domein="wmo",
    aanbieder="75000001",
    client="c1",
    resultaatgebied="SPF",
    trede=3,
    periode="2025-P03",
    toegewezen=48000,
    gedeclareerd=48000,
)
SLEUTELS = set(GROEPEN)
CIJFERS = set(Rij.__required_keys__) - SLEUTELS - {"rijpheid"}


def altijd_rijp(gemeente: str, periode: str) -> str:
    return RIJP


def volledig(_: Rijsleutel) -> float | None:
    return 100.0


def per(*sleutels: str, standen: list[Stand]) -> list[Rij]:
    return rijen(standen, sleutels, altijd_rijp, volledig)


def totaal(*standen: Stand) -> Rij:
    [rij] = per(standen=list(standen))
    return rij


def test_a_row_has_exactly_the_keys_of_the_contract_in_their_order():
    assert list(totaal(STAND)) == [
        "gemeente",
        "aanbieder",
        "resultaatgebied",
        "trede",
        "periode",
        "toegewezen",
        "gedeclareerd",
        "percentage",
        "aantalToegewezen",
        "aantalGedeclareerd",
        "percentageAantal",
        "percentageGemaximeerd",
        "clienten",
        "gemiddeldToegewezen",
        "gemiddeldGedeclareerd",
        "rijpheid",
        "volledigheid",
        "open",
    ]


def test_everything_claimed_is_a_hundred_percent():
    rij = totaal(STAND, replace(STAND, periode="2025-P04"))
    assert (rij["toegewezen"], rij["gedeclareerd"], rij["open"]) == (96000, 96000, 0)
    assert rij["percentage"] == rij["percentageAantal"] == rij["percentageGemaximeerd"] == 100.0


def test_sums_come_first_and_the_division_last():
    # An average of the percentages 50 and 100 would say 75.
    rij = totaal(replace(STAND, gedeclareerd=24000), replace(STAND, toegewezen=12000, gedeclareerd=12000))
    assert rij["percentage"] == 60.0


@pytest.mark.parametrize(
    "d, a, percentage",
    [
        (48000, 52800, 90.91),
        (48000, 43200, 111.11),
        (1, 80000, 0.0),
        (1, 20000, 0.01),
        (3, 20000, 0.02),
        (-3, 20000, -0.02),
    ],
)
def test_percentages_are_rounded_half_up_to_two_decimals(d, a, percentage):
    assert totaal(replace(STAND, toegewezen=a, gedeclareerd=d))["percentage"] == percentage


def test_nothing_allocated_has_no_percentage_and_no_average():
    rij = totaal(replace(STAND, toegewezen=0, gedeclareerd=0))
    for sleutel in (
        "percentage",
        "percentageAantal",
        "percentageGemaximeerd",
        "gemiddeldToegewezen",
        "gemiddeldGedeclareerd",
    ):
        assert rij[sleutel] is None
    assert (rij["toegewezen"], rij["gedeclareerd"], rij["clienten"], rij["open"]) == (0, 0, 0, 0)


def test_what_is_declared_without_a_grant_is_shown_but_lifts_no_percentage():
    zonder_grond = replace(STAND, client="c2", toegewezen=0, gedeclareerd=9000)
    rij = totaal(replace(STAND, gedeclareerd=24000), zonder_grond)
    assert (rij["gedeclareerd"], rij["open"]) == (33000, 15000)
    assert (rij["percentage"], rij["percentageGemaximeerd"]) == (50.0, 50.0)
    assert (rij["aantalToegewezen"], rij["aantalGedeclareerd"]) == (1, 1)
    assert (rij["clienten"], rij["gemiddeldGedeclareerd"]) == (1, 24000)


def test_the_capped_version_counts_no_more_than_was_allocated_and_no_less_than_nothing():
    standen = [
        replace(STAND, toegewezen=40000, gedeclareerd=60000),
        replace(STAND, toegewezen=40000, gedeclareerd=-10000),
        replace(STAND, toegewezen=20000, gedeclareerd=10000),
    ]
    rij = totaal(*standen)
    assert (rij["percentage"], rij["percentageGemaximeerd"]) == (60.0, 50.0)


def test_counts_are_of_units_with_a_grant():
    rij = totaal(STAND, replace(STAND, gedeclareerd=0), replace(STAND, gedeclareerd=-1))
    assert (rij["aantalToegewezen"], rij["aantalGedeclareerd"], rij["percentageAantal"]) == (3, 1, 33.33)


def test_a_client_counts_once_in_a_total_and_once_in_each_area():
    standen = [STAND, replace(STAND, resultaatgebied="FIN", toegewezen=12001, gedeclareerd=0)]
    assert totaal(*standen)["clienten"] == 1
    assert [rij["clienten"] for rij in per("resultaatgebied", standen=standen)] == [1, 1]


def test_averages_have_the_same_number_of_clients_and_are_rounded_half_up():
    rij = totaal(replace(STAND, toegewezen=101, gedeclareerd=25), replace(STAND, client="c2", toegewezen=100))
    assert rij["clienten"] == 2
    assert (rij["gemiddeldToegewezen"], rij["gemiddeldGedeclareerd"]) == (101, 24013)


def test_keys_not_grouped_by_are_null():
    [rij] = per("gemeente", "trede", standen=[STAND])
    assert [rij[sleutel] for sleutel in GROEPEN] == ["0503", None, None, 3, None]


def test_rows_stand_in_the_order_of_their_keys_with_the_unknown_last():
    standen = [
        replace(STAND, trede=None),
        replace(STAND, trede=2),
        replace(STAND, gemeente="0603", trede=1),
        replace(STAND, trede=1),
    ]
    gevonden = per("trede", "gemeente", standen=standen)
    assert [(rij["gemeente"], rij["trede"]) for rij in gevonden] == [
        ("0503", 1),
        ("0503", 2),
        ("0503", None),
        ("0603", 1),
    ]


def test_no_standen_give_no_rows():
    assert per(standen=[]) == []


def test_an_unknown_key_is_an_error():
    with pytest.raises(ValueError, match="wijk"):
        per("gemeente", "wijk", standen=[STAND])


def test_volledigheid_is_asked_with_the_keys_of_the_row():
    gevraagd: list[Rijsleutel] = []

    def niets_bekend(sleutel: Rijsleutel) -> None:
        gevraagd.append(sleutel)

    [rij] = rijen([STAND], ("gemeente",), altijd_rijp, niets_bekend)
    assert rij["volledigheid"] is None
    assert gevraagd == [("0503", *[None] * (len(ALLE_GROEPEN) - 1))]


# maturity

P3 = Periode(2025, 3, date(2025, 2, 24), date(2025, 3, 23))


@pytest.mark.parametrize(
    "peildatum, rijpheid",
    [(date(2025, 3, 1), VOORLOPIG), (date(2025, 6, 23), VOORLOPIG), (date(2025, 6, 24), RIJP)],
)
def test_a_period_is_voorlopig_until_92_days_after_its_end(peildatum, rijpheid):
    assert rijpheid_van(P3, peildatum) == rijpheid


@pytest.mark.parametrize("peildatum, rijpheid", [(date(2025, 4, 22), VOORLOPIG), (date(2025, 4, 23), RIJP)])
def test_the_contract_may_set_another_number_of_days(peildatum, rijpheid):
    assert rijpheid_van(P3, peildatum, dagen=30) == rijpheid


def test_a_person_closes_a_period():
    assert rijpheid_van(P3, date(2025, 4, 1), afgesloten={"2025-P03"}) == AFGESLOTEN
    assert rijpheid_van(P3, date(2025, 4, 1), afgesloten={"2025-P04"}) == VOORLOPIG


@pytest.mark.parametrize(
    "rijpheden, samen",
    [
        ([RIJP, VOORLOPIG], VOORLOPIG),
        ([AFGESLOTEN, VOORLOPIG], VOORLOPIG),
        ([AFGESLOTEN, RIJP], RIJP),
        ([AFGESLOTEN, AFGESLOTEN], AFGESLOTEN),
    ],
)
def test_a_row_is_as_mature_as_its_least_mature_period(rijpheden, samen):
    per_label = dict(zip(["2025-P03", "2025-P04"], rijpheden, strict=True))
    standen = [replace(STAND, periode=label) for label in per_label]
    [rij] = rijen(standen, (), lambda _, label: per_label[label], volledig)
    assert rij["rijpheid"] == samen


# clusters, cohorts, and what was declared in full


def test_the_household_area_is_a_cluster_and_all_others_are_begeleiding():
    standen = [replace(STAND, resultaatgebied=gebied) for gebied in ("ORH", "SPF", "DAG", None)]
    assert [(rij["cluster"], rij["aantalToegewezen"]) for rij in per("cluster", standen=standen)] == [
        ("ORH", 1),
        ("begeleiding", 2),
        (None, 1),
    ]


def test_cluster_and_cohort_are_keys_of_a_row_only_when_grouped_by():
    [rij] = per("cohort", standen=[replace(STAND, cohort="oud")])
    assert rij["cohort"] == "oud"
    assert "cluster" not in rij
    assert "cohort" not in totaal(STAND)


def test_declared_in_full_is_D_of_at_least_A():
    standen = [STAND, replace(STAND, gedeclareerd=48001), replace(STAND, gedeclareerd=47999)]
    som = tel_samen(map(som_van, standen))
    assert vol_van(som) == {"aantalVolledig": 2, "percentageVolledig": 66.67}
    assert vol_van(som_van(replace(STAND, toegewezen=0))) == {"aantalVolledig": 0, "percentageVolledig": None}


# a row that may not be seen


def test_a_suppressed_row_keeps_its_keys_and_its_maturity():
    [rij] = per("gemeente", "periode", "cohort", standen=[replace(STAND, cohort="oud")])
    gedekt = onderdruk(rij)
    assert (gedekt["gemeente"], gedekt["periode"], gedekt["cohort"]) == ("0503", "2025-P03", "oud")
    assert gedekt["rijpheid"] == RIJP
    assert list(gedekt) == list(rij)
    assert {gedekt[cijfer] for cijfer in CIJFERS} == {None}


def test_suppressing_twice_changes_nothing():
    eens = onderdruk(totaal(STAND))
    assert onderdruk(eens) == eens
