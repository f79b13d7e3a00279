"""Indexation: the percentage of a person on the price of the day before."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.declaration.afspraken.indexation import Indexatie, geindexeerd, lees_percentage
from services.declaration.tariffs import Tarief, Tarieven

NU = datetime(2024, 11, 1, 9, tzinfo=UTC)
OPEN = Tarief("0503", None, "SPF3", date(2024, 1, 1), None, 70159, None, date(2023, 12, 1), "FICTIEF 2024")
VNG = Indexatie(4960, "VNG advies 2025", date(2024, 10, 2), date(2025, 1, 1), "FICTIEF besluit 2025")


def test_the_new_price_is_the_old_one_with_the_percentage_half_up_to_a_cent() -> None:
    [nieuw] = geindexeerd(Tarieven([OPEN]), VNG, NU)

    # 701.59 x 1.0496 = 736.388...
    assert nieuw == replace(OPEN, van=date(2025, 1, 1), bedrag=73639, bekend_van=NU, besluit="FICTIEF besluit 2025")


@pytest.mark.parametrize(("veelvoud", "bedrag"), [(1, 73639), (4, 73640), (100, 73600)])
def test_amounts_may_be_rounded_to_multiples(veelvoud: int, bedrag: int) -> None:
    [nieuw] = geindexeerd(Tarieven([OPEN]), replace(VNG, veelvoud=veelvoud), NU)

    assert nieuw.bedrag == bedrag


def test_an_own_week_price_is_raised_too() -> None:
    [nieuw] = geindexeerd(Tarieven([replace(OPEN, weekprijs=17500)]), VNG, NU)

    assert nieuw.weekprijs == 18368


def test_a_year_that_ended_is_followed_by_an_open_one_and_a_year_that_was_loaded_keeps_its_end() -> None:
    jaar = replace(OPEN, tot=date(2024, 12, 31))
    volgend = replace(OPEN, van=date(2025, 1, 1), tot=date(2025, 12, 31), bedrag=70159)

    assert [t.tot for t in geindexeerd(Tarieven([jaar]), VNG, NU)] == [None]
    assert [(t.tot, t.bedrag) for t in geindexeerd(Tarieven([jaar, volgend]), VNG, NU)] == [(date(2025, 12, 31), 73639)]


def test_running_it_again_raises_nothing_twice() -> None:
    eerst = geindexeerd(Tarieven([OPEN]), VNG, NU)

    assert [t.bedrag for t in geindexeerd(Tarieven([OPEN, *eerst]), VNG, NU)] == [73639]


def test_only_the_asked_gemeente_and_product_are_raised() -> None:
    tarieven = Tarieven([OPEN, replace(OPEN, gemeente="0603"), replace(OPEN, productcode="ORH3")])
    gevraagd = replace(VNG, gemeente="0503", productcode="ORH3")

    assert [(t.gemeente, t.productcode) for t in geindexeerd(tarieven, gevraagd, NU)] == [("0503", "ORH3")]


def test_an_own_tariff_that_gave_way_to_the_general_one_stays_away() -> None:
    eigen = replace(OPEN, aanbieder="75000001", tot=date(2024, 12, 31))

    assert [t.aanbieder for t in geindexeerd(Tarieven([OPEN, eigen]), VNG, NU)] == [None]


@pytest.mark.parametrize(("tekst", "duizendsten"), [("4.96", 4960), ("4,96", 4960), ("3.944", 3944), ("-1", -1000)])
def test_a_percentage_has_a_point_or_a_comma(tekst: str, duizendsten: int) -> None:
    assert lees_percentage(tekst) == duizendsten


@pytest.mark.parametrize("tekst", ["", "4.9612", "100", "vier", "4%"])
def test_anything_else_is_no_percentage(tekst: str) -> None:
    with pytest.raises(ValueError, match="geen percentage"):
        lees_percentage(tekst)
