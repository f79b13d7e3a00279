"""The contract that belongs to a toewijzing, and the mapping in which the toewijzing is written."""

from dataclasses import replace
from datetime import date, time

import pytest

from services.declaration.contracts import (
    Contract,
    Gebroken,
    Mapping,
    Product,
    Toewijzing,
    contract_for,
    mapping_of,
    wijkt_af,
)

TOEWIJZING = Toewijzing(
    gemeente="0503",
    domein="wmo",
    nummer=1,
    aanbieder="75000001",
    client="c1",
    categorie="02",
    code="SPF3",
    ingangsdatum=date(2025, 3, 3),
    einddatum=date(2025, 5, 18),
    volume=1,
    eenheid="82",
    frequentie="2",
    budget=None,
    reden_wijziging=None,
    toewijzingsdatum=date(2025, 2, 20),
    toewijzingstijd=time(9, 30),
    release="3.2",
)
CONTRACT = Contract(
    aanbieder="75000001",
    gemeente="0503",
    resultaatgebied="SPF",
    van=date(2023, 1, 1),
    tot=date(2025, 3, 31),
    release="3.2",
    vorm="declaratie",
    gebroken=Gebroken.WEEK,
    mapping=Mapping.W,
)
SPF3 = Product(code="SPF3", resultaatgebied="SPF", trede=3, rang=13, categorie="02")


def test_contract_valid_on_ingangsdatum_wins_from_one_that_overlaps_longer():
    langer = replace(CONTRACT, van=date(2025, 4, 1), tot=None)
    assert contract_for([langer, CONTRACT], TOEWIJZING, SPF3) == CONTRACT


@pytest.mark.parametrize("tot, gevonden", [(date(2025, 3, 3), True), (date(2025, 3, 2), False)])
def test_contract_is_valid_up_to_and_including_its_last_day(tot, gevonden):
    contract = replace(CONTRACT, tot=tot)
    assert (contract_for([contract], TOEWIJZING, SPF3) == contract) is gevonden


def test_without_a_contract_on_ingangsdatum_the_one_with_the_largest_overlap_is_taken():
    april = replace(CONTRACT, van=date(2025, 4, 1), tot=date(2025, 4, 10))
    rest = replace(CONTRACT, van=date(2025, 4, 11), tot=None)
    assert contract_for([april, rest], TOEWIJZING, SPF3) == rest


def test_of_equal_overlaps_the_first_to_start_is_taken():
    eerst = replace(CONTRACT, van=date(2025, 4, 1), tot=date(2025, 4, 10))
    later = replace(CONTRACT, van=date(2025, 4, 11), tot=date(2025, 4, 20))
    assert contract_for([later, eerst], TOEWIJZING, SPF3) == eerst


@pytest.mark.parametrize("begin, gevonden", [(date(2025, 5, 18), True), (date(2025, 5, 19), False)])
def test_a_contract_that_starts_after_einddatum_does_not_count(begin, gevonden):
    contract = replace(CONTRACT, van=begin, tot=None)
    assert (contract_for([contract], TOEWIJZING, SPF3) is not None) is gevonden


@pytest.mark.parametrize("anders", [{"aanbieder": "75000002"}, {"gemeente": "0603"}, {"resultaatgebied": "ORH"}])
def test_a_contract_of_somebody_else_or_another_resultaatgebied_does_not_count(anders):
    assert contract_for([replace(CONTRACT, **anders)], TOEWIJZING, SPF3) is None


def test_without_a_product_any_resultaatgebied_will_do():
    assert contract_for([CONTRACT], TOEWIJZING, None) == CONTRACT


@pytest.mark.parametrize(
    "eenheid, frequentie, mapping",
    [
        ("82", "2", Mapping.W),
        ("83", "2", Mapping.E),
        ("82", "6", Mapping.P),
        ("83", "4", Mapping.M),
        ("83", "6", None),
        ("82", "4", None),
        ("04", "2", None),
        ("04", "3", None),
        ("82", "5", Gebroken.WEEK),
        ("83", "5", None),
        (None, None, None),
    ],
)
def test_the_shape_of_the_message_decides_the_mapping(eenheid, frequentie, mapping):
    toewijzing = replace(TOEWIJZING, eenheid=eenheid, frequentie=frequentie)
    assert mapping_of(toewijzing, CONTRACT) is mapping


@pytest.mark.parametrize("gebroken", Gebroken)
@pytest.mark.parametrize("eenheid", ["82", "83"])
def test_pieces_and_euros_per_four_weeks_count_broken_periods_as_the_contract_says(eenheid, gebroken):
    toewijzing = replace(TOEWIJZING, eenheid=eenheid, frequentie="3")
    assert mapping_of(toewijzing, replace(CONTRACT, gebroken=gebroken)) is gebroken


def test_per_four_weeks_without_a_contract_counts_the_weeks():
    assert mapping_of(replace(TOEWIJZING, frequentie="3"), None) is Gebroken.WEEK


def test_without_omvang_there_is_no_mapping():
    assert mapping_of(replace(TOEWIJZING, volume=None, budget=100000), None) is None


def test_another_shape_than_the_contract_says_is_a_deviation():
    assert not wijkt_af(TOEWIJZING, CONTRACT)
    assert wijkt_af(replace(TOEWIJZING, eenheid="83"), CONTRACT)


def test_a_contract_of_2_3_expects_its_toewijzingen_per_four_weeks_and_one_of_3_2_in_its_mapping():
    vierwekelijks, oud = replace(TOEWIJZING, frequentie="3"), replace(CONTRACT, release="2.3")
    assert not wijkt_af(vierwekelijks, oud)
    assert wijkt_af(TOEWIJZING, oud)
    assert wijkt_af(vierwekelijks, CONTRACT)


@pytest.mark.parametrize(
    "einddatum, reden, verwijderd",
    [
        (date(2025, 3, 3), "13", True),
        (date(2025, 3, 3), "01", True),
        (date(2025, 3, 3), "12", False),
        (date(2025, 3, 4), "13", False),
        (None, "13", False),
    ],
)
def test_removed_is_einddatum_on_ingangsdatum_with_reden_13_or_01(einddatum, reden, verwijderd):
    toewijzing = replace(TOEWIJZING, einddatum=einddatum, reden_wijziging=reden)
    assert toewijzing.verwijderd is verwijderd
