"""Levels 3 and 4 of a 301 on its products: what was declared on it (TR385), and the gemeente's product list (TR381)."""

from datetime import date

import pytest
from allocation_judging import feiten, toewijzing, with_product, with_product_23
from both_standards import in_ijw

from services.allocation.rules import Feiten, Lijstrij
from services.allocation.verdict import judge

VERWIJDERD = {"reden": "13", "einddatum": "2025-01-01"}
LIJST = (Lijstrij("SPF3", "02", date(2023, 1, 1), None),)


def codes(xml: bytes, facts: Feiten) -> set[str | None]:
    found = judge(toewijzing(xml), (), facts)
    assert judge(in_ijw(toewijzing(xml)), (), facts).kop_codes == found.kop_codes
    return {bevinding.retourcode for bevinding in found.bevindingen}


def test_TR385_9385_a_removal_with_approved_Prestaties() -> None:
    assert codes(with_product(**VERWIJDERD), feiten(goedgekeurd=frozenset({1001}))) == {"9385"}


def test_TR385_9385_a_removal_without_them_or_with_them_on_another_number() -> None:
    assert codes(with_product(**VERWIJDERD), feiten(goedgekeurd=frozenset({1002}))) == set()


def test_TR385_9385_an_Einddatum_is_no_removal() -> None:
    assert codes(with_product(reden="12"), feiten(goedgekeurd=frozenset({1001}))) == set()


@pytest.mark.parametrize("make", [with_product, with_product_23])
@pytest.mark.parametrize(
    ("lijst", "expected"),
    [
        (LIJST, set()),
        (None, set()),
        ((), {"S329"}),
        ((Lijstrij("SPF3", "01", date(2023, 1, 1), None),), {"S329"}),
        ((Lijstrij("SPF3", "02", date(2023, 1, 1), date(2024, 12, 29)),), {"S329"}),
        ((Lijstrij("SPF3", "02", date(2023, 1, 1), date(2025, 1, 1)),), set()),
        ((Lijstrij("SPF3", "02", date(2026, 1, 1), None),), {"S329"}),
    ],
    ids=["listed", "no-list", "empty", "other-categorie", "ended-before", "ends-within", "begins-after"],
)
def test_TR381_S329_a_code_off_the_list(make: object, lijst: tuple[Lijstrij, ...] | None, expected: set[str]) -> None:
    assert codes(make(), feiten(productlijst=lijst)) == expected  # type: ignore[operator]


def test_TR381_S329_without_a_code_nothing_is_looked_up() -> None:
    xml = with_product(code=None, volume=None)

    assert codes(xml, feiten(productlijst=())) == set()
