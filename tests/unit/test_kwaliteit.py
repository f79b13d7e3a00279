"""Quality figures from values: outcomes, medians, terms and stretches of time, each on both sides of its boundary."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from services.declaration.sturing.kwaliteit import Regels, prestatierijen
from services.kernel.kwaliteit import (
    AFGEKEURD,
    DEELS,
    GOED,
    OPEN,
    XSD,
    Aanbod,
    Wachttijd,
    berichtrijen,
    gewogen_midden,
    procent,
    tijdvak_van,
    top,
    uitkomst_van,
)
from services.kernel.working_days import werkdagen_tussen

VANDAAG = date(2025, 4, 10)
EEN = "75000001", "2025-02", "WMO323"


def uitkomst(oordeel: str, **changes: Any) -> str:
    values: dict[str, Any] = {"telt": True, "wacht": True, "ingediend": 100, "toegekend": None, "beantwoord": False}
    return uitkomst_van(oordeel, **{**values, **changes})


@pytest.mark.parametrize(
    ("oordeel", "changes", "becomes"),
    [
        ("goedgekeurd", {}, GOED),
        ("goedgekeurd", {"telt": False}, AFGEKEURD),
        ("afgekeurd", {"telt": False}, AFGEKEURD),
        ("deels_afgekeurd", {}, DEELS),
        ("doorgestuurd", {}, OPEN),
        ("doorgestuurd", {"wacht": False}, GOED),
        ("doorgestuurd", {"beantwoord": True}, GOED),
        ("doorgestuurd", {"beantwoord": True, "toegekend": 100}, GOED),
        ("doorgestuurd", {"beantwoord": True, "toegekend": 99}, DEELS),
        ("doorgestuurd", {"beantwoord": True, "telt": False}, AFGEKEURD),
    ],
)
def test_what_became_of_a_message(oordeel: str, changes: dict[str, Any], becomes: str) -> None:
    assert uitkomst(oordeel, **changes) == becomes


def test_first_time_right_is_of_what_was_judged_schema_errors_included() -> None:
    soorten = [GOED, GOED, DEELS, AFGEKEURD, XSD, OPEN]
    (row,) = berichtrijen([Aanbod(*EEN, soort) for soort in soorten], [], VANDAAG)

    assert (row["aangeboden"], row["ineensGoed"], row["schemafout"], row["open"]) == (6, 2, 1, 1)
    assert row["percentageIneensGoed"] == 40.0


def test_what_was_there_already_is_counted_as_double_beyond_the_ten_codes() -> None:
    codes = (*(f"90{n:02d}" for n in range(12)), "9389", "9389", "9056")
    (row,) = berichtrijen([Aanbod(*EEN, DEELS, codes), Aanbod(*EEN, DEELS, ("8021",))], [], VANDAAG)

    assert row["dubbel"] == 4


def test_with_nothing_judged_there_is_no_percentage() -> None:
    (row,) = berichtrijen([Aanbod(*EEN, OPEN)], [], VANDAAG)

    assert row["percentageIneensGoed"] is None


def test_the_ten_most_frequent_codes_and_of_equal_ones_the_lowest() -> None:
    codes = Counter({f"90{n:02d}": 1 for n in range(12)}) + Counter({"9321": 2})

    found = top(codes)

    assert [code["retourcode"] for code in found] == ["9321", *(f"90{n:02d}" for n in range(9))]
    assert found[0]["aantal"] == 2


@pytest.mark.parametrize(
    ("van", "tot", "dagen"),
    [
        ("2025-02-03", "2025-02-03", 0),
        ("2025-02-07", "2025-02-09", 0),  # Friday to Sunday
        ("2025-02-07", "2025-02-10", 1),
        ("2025-04-17", "2025-04-22", 1),  # Goede Vrijdag and Tweede paasdag lie between
    ],
)
def test_answer_times_are_in_working_days(van: str, tot: str, dagen: int) -> None:
    assert werkdagen_tussen(date.fromisoformat(van), date.fromisoformat(tot)) == dagen


def test_an_answer_is_in_time_through_the_last_day_of_its_term() -> None:
    # Three working days from Monday 3 February end on Thursday 6 February.
    def row(beantwoord: str | None, vandaag: date = VANDAAG) -> dict[str, Any]:
        dag = date.fromisoformat(beantwoord) if beantwoord else None
        wacht = Wachttijd("0503", "2025-02", "WMO302", date(2025, 2, 3), dag, 3)
        (found,) = berichtrijen([], [wacht], vandaag)
        return found

    assert (row("2025-02-06")["percentageBinnenTermijn"], row("2025-02-06")["mediaanWerkdagen"]) == (100.0, 3.0)
    assert row("2025-02-07")["percentageBinnenTermijn"] == 0.0
    assert [(row(dag)["opTijd"], row(dag)["teLaat"]) for dag in ("2025-02-06", "2025-02-07")] == [(1, 0), (0, 1)]
    # What is not answered counts once its term is over.
    assert row(None, date(2025, 2, 6))["percentageBinnenTermijn"] is None
    assert row(None, date(2025, 2, 7))["percentageBinnenTermijn"] == 0.0
    assert (row(None)["beantwoord"], row(None)["mediaanWerkdagen"]) == (0, None)


@pytest.mark.parametrize(
    ("dag", "week53", "label"),
    [
        ("2024-12-29", "P13_LONG", "2024-P13"),
        ("2024-12-30", "P13_LONG", "2025-P01"),
        ("2025-01-26", "P13_LONG", "2025-P01"),
        ("2025-01-27", "P13_LONG", "2025-P02"),
        ("2027-01-03", "P13_LONG", "2026-P13"),
        ("2027-01-03", "P14_WEEK", "2026-P14"),
    ],
)
def test_four_weeks_are_those_of_the_period_table(dag: str, week53: str, label: str) -> None:
    assert tijdvak_van(date.fromisoformat(dag), "periode", week53) == label
    assert tijdvak_van(date.fromisoformat(dag), "maand", week53) == dag[:7]


@pytest.mark.parametrize(
    ("aantallen", "midden"), [({}, None), ({3: 1}, 3.0), ({1: 1, 4: 1}, 2.5), ({1: 2, 9: 1}, 1.0), ({1: 1, 9: 5}, 9.0)]
)
def test_the_median_of_counted_values(aantallen: dict[int, int], midden: float | None) -> None:
    assert gewogen_midden(aantallen) == midden


def test_a_percentage_has_two_decimals_and_of_nothing_there_is_none() -> None:
    assert (procent(1, 3), procent(0, 3), procent(0, 0)) == (33.33, 0.0, None)


def test_the_lines_of_an_aanbieder_in_a_month() -> None:
    januari, februari = date(2025, 1, 31), date(2025, 2, 28)
    regels = [
        Regels("75000001", "2025-03", date(2025, 3, 3), februari, "D", "goedgekeurd", 6),
        Regels("75000001", "2025-03", date(2025, 3, 3), februari, "D", "afgekeurd", 1),
        Regels("75000001", "2025-03", date(2025, 3, 3), februari, "D", "ingediend", 2),
        Regels("75000001", "2025-03", date(2025, 3, 3), januari, "C", "goedgekeurd", 1),
    ]

    (row,) = prestatierijen(regels, {("75000001", "2025-03"): Counter({"9321": 1})})

    assert row == {
        "partij": "75000001",
        "tijdvak": "2025-03",
        "aangeboden": 10,
        "goedgekeurd": 7,
        "open": 2,
        "percentageGoedgekeurd": 87.5,
        "credits": 1,
        "percentageCredits": 10.0,
        # Of the debits: 28 February to 3 March.
        "mediaanDagenTotDeclaratie": 3.0,
        "codes": [{"retourcode": "9321", "aantal": 1}],
    }
