"""Working days of art. 3 Algemene termijnenwet, written out and counted."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.working_days import feestdagen, is_werkdag, plus_werkdagen

# Month and day; the same eleven every year, in the order of the calendar. Checked by hand against published calendars.
WRITTEN_OUT = {
    2020: ["01-01", "04-10", "04-12", "04-13", "04-27", "05-05", "05-21", "05-31", "06-01", "12-25", "12-26"],
    2024: ["01-01", "03-29", "03-31", "04-01", "04-27", "05-05", "05-09", "05-19", "05-20", "12-25", "12-26"],
    # 27 April is a Sunday: Koningsdag moves to Saturday the 26th.
    2025: ["01-01", "04-18", "04-20", "04-21", "04-26", "05-05", "05-29", "06-08", "06-09", "12-25", "12-26"],
    2026: ["01-01", "04-03", "04-05", "04-06", "04-27", "05-05", "05-14", "05-24", "05-25", "12-25", "12-26"],
    2027: ["01-01", "03-26", "03-28", "03-29", "04-27", "05-05", "05-06", "05-16", "05-17", "12-25", "12-26"],
    2031: ["01-01", "04-11", "04-13", "04-14", "04-26", "05-05", "05-22", "06-01", "06-02", "12-25", "12-26"],
    2035: ["01-01", "03-23", "03-25", "03-26", "04-27", "05-03", "05-05", "05-13", "05-14", "12-25", "12-26"],
}


def easter(jaar: int) -> date:
    """Eerste paasdag by the anonymous Gregorian algorithm, apart from the library we test."""
    a, b, c = jaar % 19, jaar // 100, jaar % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * i - k - h + m + 32) % 7
    month = (h - m + r + 90) // 25
    return date(jaar, month, (h - m + r + month + 19) % 32)


@pytest.mark.parametrize("jaar", WRITTEN_OUT)
def test_the_holidays_of_a_year_are_those_written_out(jaar: int) -> None:
    assert sorted(feestdagen(jaar)) == [date.fromisoformat(f"{jaar}-{dag}") for dag in WRITTEN_OUT[jaar]]


@pytest.mark.parametrize("jaar", range(2020, 2036))
def test_the_holidays_of_every_year_follow_from_easter_and_the_calendar(jaar: int) -> None:
    pasen = easter(jaar)
    koningsdag = date(jaar, 4, 27)
    if koningsdag.isoweekday() == 7:
        koningsdag = date(jaar, 4, 26)
    moving = {pasen + timedelta(days=days) for days in (-2, 0, 1, 39, 49, 50)}
    fixed = {date(jaar, 1, 1), koningsdag, date(jaar, 5, 5), date(jaar, 12, 25), date(jaar, 12, 26)}

    assert feestdagen(jaar) == moving | fixed


def test_5_may_is_no_working_day_in_a_year_that_is_no_lustrum() -> None:
    assert not is_werkdag(date(2026, 5, 5))


def test_the_saturday_and_sunday_are_no_working_days() -> None:
    assert [is_werkdag(date(2025, 2, dag)) for dag in range(3, 10)] == [True] * 5 + [False] * 2


def test_a_term_counts_from_the_next_working_day() -> None:
    """Received on Friday: three working days end on Wednesday."""
    assert plus_werkdagen(date(2025, 2, 7), 3) == date(2025, 2, 12)


def test_a_term_received_in_the_weekend_ends_as_if_received_on_friday() -> None:
    assert plus_werkdagen(date(2025, 2, 9), 3) == date(2025, 2, 12)


def test_a_term_leaps_over_easter() -> None:
    """Thursday 17 April 2025: Goede Vrijdag and the Monday do not count."""
    assert plus_werkdagen(date(2025, 4, 17), 1) == date(2025, 4, 22)


def test_a_term_leaps_over_the_turn_of_the_year() -> None:
    assert plus_werkdagen(date(2025, 12, 31), 1) == date(2026, 1, 2)


def test_a_term_of_nothing_ends_where_it_begins() -> None:
    assert plus_werkdagen(date(2025, 2, 8), 0) == date(2025, 2, 8)


def test_a_term_is_not_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        plus_werkdagen(date(2025, 2, 8), -1)


@given(st.dates(date(2020, 1, 1), date(2035, 6, 30)), st.integers(1, 40))
def test_a_term_ends_on_a_working_day_with_as_many_in_it(vanaf: date, aantal: int) -> None:
    einde = plus_werkdagen(vanaf, aantal)

    between = (vanaf + timedelta(days=days) for days in range(1, (einde - vanaf).days + 1))
    assert is_werkdag(einde)
    assert sum(is_werkdag(dag) for dag in between) == aantal
