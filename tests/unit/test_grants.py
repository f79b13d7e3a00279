"""A grant in euros against the contract tariff, in the unit of the grant."""

from datetime import date

import pytest
from toewijzingen import per_vier_weken

from services.declaration.cijfers.grants import Afwijkend, afwijkend
from services.declaration.contracts import Gebroken, Mapping
from services.declaration.tariffs import Tarief, Tarieven
from services.declaration.weeks import Periodes, Week53, periodes_van

TABEL = Periodes(p for jaar in (2025, 2026) for p in periodes_van(jaar, Week53.P13_LONG))
LAATSTE = date(2026, 12, 31)
TARIEVEN = Tarieven(
    [
        Tarief("0503", None, "SPF3", date(2025, 1, 1), date(2025, 12, 31), 48000, None, date(2024, 12, 1), "B2025"),
        Tarief("0503", None, "SPF3", date(2026, 1, 1), None, 50400, None, date(2025, 12, 1), "B2026"),
    ]
)


def found(vorm, volume, begin="2025-01-06", eind="2025-12-28", **changes):
    frequentie = {Mapping.E: "2", Mapping.M: "4"}.get(vorm, "3")
    changes = {"eenheid": "83", **changes}
    gegrond = per_vier_weken(begin, eind, frequentie=frequentie, volume=volume, **changes)
    return afwijkend(gegrond, vorm, TABEL, TARIEVEN, LAATSTE)


@pytest.mark.parametrize("vorm, volume", [(Mapping.E, 12000), (Mapping.M, 52000), (Gebroken.WEEK, 48000)])
def test_a_grant_at_the_tariff_is_no_case(vorm, volume):
    assert found(vorm, volume) is None


@pytest.mark.parametrize("vorm, volume, tarief", [(Mapping.E, 12001, 12000), (Mapping.M, 51999, 52000)])
def test_a_cent_of_difference_is_one_from_the_first_period(vorm, volume, tarief):
    assert found(vorm, volume) == Afwijkend("2025-P01", volume, tarief)


def test_an_indexation_that_the_grant_does_not_follow_is_one_from_its_period():
    # P1 of 2026 starts on 29 December 2025; its last Sunday is 25 January.
    assert found(Mapping.E, 12000, eind="2026-06-28") == Afwijkend("2026-P01", 12000, 12600)


def test_pieces_a_missing_tariff_and_euros_in_total_are_not_compared():
    assert found(Mapping.W, 1, eenheid="82") is None
    assert found(Mapping.E, 1, code="ORH3") is None
    assert found(None, 1) is None
