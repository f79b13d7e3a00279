"""Hours and days with a tariff per unit: what they are worth per period, and what is claimed of all of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from toewijzingen import per_week

from services.declaration.journal import gedeclareerd, toegewezen
from services.declaration.tariffs import Tarief, Tarieven
from services.declaration.weeks import Periodes, Week53, max_totaal, periodes_van

PERIODES = Periodes(p for jaar in (2025, 2026) for p in periodes_van(jaar, Week53.P13_LONG))
UUR = Tarief("0503", None, "SPF3", date(2025, 1, 1), None, 6600, None, date(2024, 12, 1), "FICTIEF uur", "uur")
# Wednesday 9 April up to and including Wednesday 25 June 2025 (P4 to P7): twelve weeks touched.
UREN = per_week("2025-04-09", "2025-06-25", volume=3, eenheid="04", frequentie="2")


def a(tarieven: list[Tarief], **anders: Any) -> Any:
    return toegewezen(replace(UREN, **anders), None, PERIODES, Tarieven(tarieven), "SPF3", date(2028, 12, 31))


def test_hours_per_week_cost_their_tariff_for_every_week_touched() -> None:
    gevonden = a([UUR])

    # 3 hours x 66.00 = 198.00 a week: 2 weeks in P4, 4 in P5 and P6, 2 in P7.
    assert gevonden.bedragen == {"2025-P04": 39600, "2025-P05": 79200, "2025-P06": 79200, "2025-P07": 39600}
    assert set(gevonden.besluiten.values()) == {"FICTIEF uur"}


@pytest.mark.parametrize(
    ("anders", "bedragen"),
    [
        # 12 days in P4, 28 in P5 and P6, 10 in P7.
        ({"frequentie": "1", "volume": 1}, [79200, 184800, 184800, 66000]),
        ({"frequentie": "6", "volume": 78}, [79200, 184800, 184800, 66000]),
        # April has 22 days of it, of which 12 in P4; May lies in P5 and P6; June has 25, of which 10 in P7.
        ({"frequentie": "4", "volume": 22}, [79200, 150310, 148010, 58080]),
        ({"frequentie": "3", "volume": 12}, [39600, 79200, 79200, 39600]),
    ],
)
def test_every_frequency_is_spread_over_the_calendar_days(anders: dict[str, Any], bedragen: list[int]) -> None:
    gevonden = a([UUR], **anders)

    assert list(gevonden.bedragen.values()) == bedragen


def test_minutes_cost_a_sixtieth_of_an_hour_unless_they_have_a_tariff_of_their_own() -> None:
    minuut = replace(UUR, bedrag=120, eenheid="minuut")

    assert a([UUR], eenheid="01", volume=180).bedragen["2025-P05"] == 79200
    assert a([UUR, minuut], eenheid="01", volume=180).bedragen["2025-P05"] == 4 * 180 * 120


@pytest.mark.parametrize(("eenheid", "naam"), [("14", "etmaal"), ("16", "dagdeel"), ("84", "stuk"), ("04", "uur")])
def test_each_unit_has_its_own_tariff(eenheid: str, naam: str) -> None:
    assert a([replace(UUR, eenheid=naam)], eenheid=eenheid).bedragen["2025-P05"] == 79200


@pytest.mark.parametrize("tarieven", [[], [replace(UUR, eenheid=None)], [replace(UUR, eenheid="dagdeel")]])
def test_without_a_tariff_for_the_unit_all_periods_are_missing(tarieven: list[Tarief]) -> None:
    gevonden = a(tarieven)

    assert gevonden.bedragen == {}
    assert gevonden.ontbrekend == ("2025-P04", "2025-P05", "2025-P06", "2025-P07")


def test_a_period_with_a_week_without_a_tariff_is_missing_whole() -> None:
    gevonden = a([replace(UUR, van=date(2025, 5, 1))])

    assert gevonden.ontbrekend == ("2025-P04", "2025-P05")
    assert list(gevonden.bedragen) == ["2025-P06", "2025-P07"]


def test_an_end_far_away_is_cut_to_the_table() -> None:
    assert list(a([UUR], einddatum=date(9999, 12, 31)).bedragen)[-1] == "2026-P13"


@pytest.mark.parametrize(("frequentie", "volume"), [("1", 1), ("2", 3), ("4", 11), ("6", 78)])
def test_the_most_that_may_be_claimed_at_the_tariff_is_what_was_allocated(frequentie: str, volume: int) -> None:
    toewijzing = replace(UREN, frequentie=frequentie, volume=volume)
    bedragen = a([UUR], frequentie=frequentie, volume=volume).bedragen
    most = max_totaal(toewijzing)

    assert most is not None
    # Each period is rounded once: the sum is off by less than a cent per period.
    assert abs(sum(bedragen.values()) - most * 6600) < len(bedragen)


def test_what_is_claimed_per_day_falls_in_the_periods_in_which_it_was_allocated() -> None:
    per_dag = replace(UREN, frequentie="1", volume=1)
    maanden = [((4, 9), (4, 30)), ((5, 1), (5, 31)), ((6, 1), (6, 25))]
    geclaimd: dict[str, int] = {}
    for begin, eind in maanden:
        looptijd = date(2025, *begin), date(2025, *eind)
        volume = (looptijd[1] - looptijd[0]).days + 1
        verdeling = gedeclareerd(per_dag, None, PERIODES, *looptijd, volume, volume * 6600, {}, date(2028, 12, 31))
        for label, bedrag in verdeling.bedragen.items():
            geclaimd[label] = geclaimd.get(label, 0) + bedrag

    assert geclaimd == a([UUR], frequentie="1", volume=1).bedragen


def test_a_budget_follows_its_grant_and_needs_no_tariff() -> None:
    gevonden = a([], volume=None, eenheid=None, frequentie=None, budget=100_000)

    assert sum(gevonden.bedragen.values()) == 100_000
