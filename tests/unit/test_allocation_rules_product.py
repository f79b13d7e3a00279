"""Level 2 of a 301: the rules of ToegewezenProduct. Each test changes one thing in a valid message."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from allocation_judging import PRODUCT, PRODUCTEN, breaks, toewijzing, with_product
from both_standards import in_ijw
from hypothesis import given, strategies

from builders import product, wmo301
from services.allocation.message import ToegewezenProduct
from services.allocation.rules import technische_bevindingen
from services.allocation.stacking import HULPMIDDELEN, stacked

SECOND = f"{PRODUCTEN}/ToegewezenProduct[2]"
NO_OMVANG = {"volume": None}
BUDGET = {**NO_OMVANG, "code": None, "budget": 100_000}
GENERIC = {**BUDGET, "categorie": None}
ASPECIFIC = {**NO_OMVANG, "code": None}
REMOVED = {"reden": "13", "ingangsdatum": "2025-01-01", "einddatum": "2025-01-01"}


@pytest.mark.parametrize("shape", [{}, BUDGET, GENERIC, ASPECIFIC], ids=["specific", "budget", "generic", "aspecific"])
def test_every_shape_of_a_toewijzing_is_valid(shape: dict[str, object]) -> None:
    assert breaks(with_product(**shape)) == set()


def test_TR134_a_Toewijzingsdatum_after_the_Dagtekening() -> None:
    assert breaks(with_product(toewijzingsdatum="2024-12-17")) == {("TR134", PRODUCT)}


def test_TR134_a_Toewijzingsdatum_on_the_Dagtekening() -> None:
    assert breaks(with_product(toewijzingsdatum="2024-12-16")) == set()


def test_CD079_neither_Product_nor_Budget() -> None:
    assert breaks(with_product(categorie=None, **NO_OMVANG)) == {("CD079", PRODUCT)}


def test_CD079_a_Budget_without_Product() -> None:
    assert breaks(with_product(**GENERIC)) == set()


def test_CD075_a_Budget_without_Einddatum() -> None:
    assert breaks(with_product(**BUDGET, einddatum=None)) == {("CD075", PRODUCT)}


def test_CD075_without_Budget_the_Einddatum_may_be_open() -> None:
    assert breaks(with_product(**ASPECIFIC, einddatum=None)) == set()


def test_CD076_per_week_without_Einddatum() -> None:
    assert breaks(with_product(einddatum=None)) == {("CD076", PRODUCT)}


@pytest.mark.parametrize("frequentie", ["1", "4", "6"])
def test_CD076_other_frequencies_may_be_open_ended(frequentie: str) -> None:
    assert breaks(with_product(frequentie=frequentie, einddatum=None)) == set()


def test_CS003_a_toewijzing_that_ends_before_it_begins() -> None:
    assert breaks(with_product(einddatum="2024-12-31")) == {("CS003", PRODUCT)}


def test_CS003_a_toewijzing_of_one_day() -> None:
    assert breaks(with_product(einddatum="2025-01-01")) == set()


def test_CS335_a_removal_that_does_not_end_on_its_Ingangsdatum() -> None:
    assert breaks(with_product(reden="13", einddatum="2025-01-02")) == {("CS335", PRODUCT)}
    assert breaks(with_product(reden="13", einddatum=None, frequentie="6")) == {("CS335", PRODUCT)}


def test_CS335_a_removal_that_does_and_another_reason_that_does_not() -> None:
    assert breaks(with_product(**REMOVED)) == set()
    assert breaks(with_product(reden="12")) == set()


def test_CS336_the_expired_reason() -> None:
    assert breaks(with_product(reden="01")) == {("CS336", PRODUCT)}


@pytest.mark.parametrize("reden", [None, "02", "12", "14"])
def test_CS336_no_reason_or_one_in_use(reden: str | None) -> None:
    assert breaks(with_product(reden=reden)) == set()


def test_CD041_a_Code_without_Omvang() -> None:
    assert breaks(with_product(**NO_OMVANG)) == {("CD041", PRODUCT)}


def test_CD041_a_Categorie_without_Omvang() -> None:
    assert breaks(with_product(**ASPECIFIC)) == set()


def test_CD077_and_CD078_an_Omvang_and_a_Budget() -> None:
    assert breaks(with_product(budget=100_000)) == {("CD077", PRODUCT), ("CD078", PRODUCT)}


def test_CD077_an_Omvang_without_Budget() -> None:
    assert breaks(with_product(budget=None)) == set()


def test_CD078_a_Budget_without_Omvang() -> None:
    assert breaks(with_product(**BUDGET)) == set()


def old(**changes: object) -> bytes:
    """A toewijzing of 2020."""
    dates = {"ingangsdatum": "2020-01-01", "einddatum": "2020-12-31", "toewijzingsdatum": "2019-12-16"}
    return with_product(**{**dates, **changes})


@pytest.mark.parametrize("einddatum", ["2021-01-01", None])
def test_CD080_an_Omvang_without_Code_after_2020(einddatum: str | None) -> None:
    assert breaks(old(code=None, frequentie="6", einddatum=einddatum)) == {("CD080", PRODUCT)}


def test_CD080_holds_without_Product_too() -> None:
    assert ("CD080", PRODUCT) in breaks(with_product(categorie=None))


def test_CD080_an_Omvang_without_Code_until_2020() -> None:
    assert breaks(old(code=None)) == set()


@pytest.mark.parametrize("eenheid", ["14", "16", "83", "84"])
def test_CS338_a_Frequentie_per_day_with_a_unit_that_has_none(eenheid: str) -> None:
    assert breaks(with_product(eenheid=eenheid, frequentie="1")) == {("CS338", PRODUCT)}
    assert breaks(old(eenheid=eenheid, frequentie="1", einddatum="2021-01-01")) == {("CS338", PRODUCT)}
    assert breaks(old(eenheid=eenheid, frequentie="1", einddatum=None)) == {("CS338", PRODUCT)}


@pytest.mark.parametrize("eenheid", ["14", "16", "83", "84"])
def test_CS338_the_other_frequencies_and_before_2021_every_one(eenheid: str) -> None:
    for frequentie in ("2", "4", "6"):
        assert breaks(with_product(eenheid=eenheid, frequentie=frequentie)) == set()
    assert breaks(old(eenheid=eenheid, frequentie="1")) == set()


@pytest.mark.parametrize("eenheid", ["01", "04", "82"])
def test_CS338_a_unit_that_may_go_per_day(eenheid: str) -> None:
    assert breaks(with_product(eenheid=eenheid, frequentie="1")) == set()


def test_TR101_one_ToewijzingNummer_twice() -> None:
    twice = wmo301(product(), product(code="FIN1"), product(nummer=1002, code="HUI1"))

    assert breaks(twice) == {("TR101", SECOND)}


def test_TR101_a_ToewijzingNummer_each() -> None:
    assert breaks(wmo301(product(), product(nummer=1002, code="FIN1"))) == set()


# TR302: stacking


def pair(one: dict[str, object], other: dict[str, object]) -> bytes:
    return wmo301(product(**one), product(**{"nummer": 1002, **other}))


VALID = toewijzing(wmo301()).client.producten[0]
DAY = date(2025, 1, 1)
SPECIFIC: dict[str, object] = {}
SAME = [
    (SPECIFIC, SPECIFIC),
    (SPECIFIC, ASPECIFIC),
    (ASPECIFIC, SPECIFIC),
    (ASPECIFIC, ASPECIFIC),
    (ASPECIFIC, BUDGET),
    (SPECIFIC, GENERIC),
    (GENERIC, ASPECIFIC),
    (GENERIC, GENERIC),
    (SPECIFIC, {**ASPECIFIC, "frequentie": None}),
]


@pytest.mark.parametrize("one, other", SAME)
def test_TR302_the_same_product_stacked(one: dict[str, object], other: dict[str, object]) -> None:
    assert breaks(pair(one, other)) == {("TR302", SECOND)}


@pytest.mark.parametrize(
    "one, other",
    [
        (SPECIFIC, {"code": "FIN1"}),
        (SPECIFIC, {"categorie": "07"}),
        (ASPECIFIC, {**ASPECIFIC, "categorie": "07"}),
        (SPECIFIC, {**ASPECIFIC, "categorie": "07"}),
        (ASPECIFIC, {"categorie": "07"}),
    ],
)
def test_TR302_different_products_stacked(one: dict[str, object], other: dict[str, object]) -> None:
    assert breaks(pair(one, other)) == set()
    assert breaks(pair(other, one)) == set()


@pytest.mark.parametrize("one, other", SAME)
def test_TR302_one_day_of_overlap_and_none(one: dict[str, object], other: dict[str, object]) -> None:
    first = {**one, "einddatum": "2025-06-30"}

    assert breaks(pair(first, {**other, "ingangsdatum": "2025-06-30"})) == {("TR302", SECOND)}
    assert breaks(pair(first, {**other, "ingangsdatum": "2025-07-01"})) == set()


def test_TR302_the_order_in_the_message_does_not_matter() -> None:
    later, earlier = {"ingangsdatum": "2025-06-30"}, {"einddatum": "2025-06-30"}

    assert breaks(pair(later, earlier)) == {("TR302", PRODUCT)}


def test_TR302_an_open_Einddatum_never_ends() -> None:
    open_ended = {"frequentie": "6", "einddatum": None}

    assert breaks(pair(open_ended, {"ingangsdatum": "2031-01-01", "einddatum": "2031-12-31"})) == {("TR302", SECOND)}


def test_TR302_overlap_with_an_earlier_one_that_runs_on_behind_a_short_one() -> None:
    long = product(nummer=1)
    short = product(nummer=2, code="FIN1", ingangsdatum="2025-02-01", einddatum="2025-02-02")
    third = product(nummer=3, ingangsdatum="2025-12-31")

    assert breaks(wmo301(long, short, third)) == {("TR302", f"{PRODUCTEN}/ToegewezenProduct[3]")}


def test_TR302_what_is_removed_does_not_stack() -> None:
    assert breaks(pair(REMOVED, SPECIFIC)) == set()
    assert breaks(pair(SPECIFIC, REMOVED)) == set()


@pytest.mark.parametrize("categorie", ["11", "12", "13", "14"])
def test_TR302_of_ijw_no_categorie_may_stack(categorie: str) -> None:
    xml = pair({"categorie": categorie}, {"categorie": categorie})
    found = technische_bevindingen(in_ijw(toewijzing(xml)))

    assert [bevinding.regel for bevinding in found] == ["TR302"]


@pytest.mark.parametrize("categorie", ["11", "12", "13", "14"])
def test_TR302_hulpmiddelen_may_stack(categorie: str) -> None:
    aid = {"categorie": categorie}

    assert breaks(pair(aid, aid)) == set()
    assert breaks(pair({**aid, **ASPECIFIC}, aid)) == set()
    assert breaks(pair(aid, GENERIC)) == set()
    assert breaks(pair(GENERIC, aid)) == set()


@pytest.mark.parametrize("categorie", ["10", "15"])
def test_TR302_the_categories_next_to_hulpmiddelen_may_not_stack(categorie: str) -> None:
    other = {"categorie": categorie}

    assert breaks(pair(other, other)) == {("TR302", SECOND)}
    assert breaks(pair(other, GENERIC)) == {("TR302", SECOND)}


def one_product(categorie: str | None, code: str | None, begin: int, days: int | None) -> ToegewezenProduct:
    known = {"categorie": categorie, "code": code if categorie else None, "ingangsdatum": DAY + timedelta(begin)}
    known["einddatum"] = None if days is None else DAY + timedelta(begin + days)
    return replace(VALID, **known)  # type: ignore[arg-type]


def same_and_overlapping(a: ToegewezenProduct, b: ToegewezenProduct) -> bool:
    """TR302 by the letter, for a pair."""
    if a.ingangsdatum > (b.einddatum or date.max) or b.ingangsdatum > (a.einddatum or date.max):
        return False
    aids = [p.categorie in ("11", "12", "13", "14") for p in (a, b)]
    if all(aids) or (any(aids) and None in (a.categorie, b.categorie)):
        return False
    if None in (a.categorie, b.categorie):
        return True
    return a.categorie == b.categorie and (a.code == b.code or None in (a.code, b.code))


some_products = strategies.builds(
    one_product,
    strategies.sampled_from([None, "02", "07", "11", "14"]),
    strategies.sampled_from([None, "A", "B"]),
    strategies.integers(0, 9),
    strategies.sampled_from([None, 0, 1, 4]),
)


@given(strategies.lists(some_products, max_size=6))
def test_TR302_one_sweep_finds_what_comparing_every_pair_finds(producten: list[ToegewezenProduct]) -> None:
    in_pairs = any(same_and_overlapping(a, b) for a, b in combinations(producten, 2))

    assert bool(list(stacked(producten, HULPMIDDELEN))) == in_pairs


def test_TR302_of_ten_thousand_products_each_stacked_pair_is_found() -> None:
    """Fifty million pairs, if they were compared one by one."""
    many = [replace(VALID, nummer=nummer, code=f"X{nummer % 9000}") for nummer in range(10_000)]

    assert len(list(stacked(many))) == 1000
