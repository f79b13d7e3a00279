"""What always holds of the simulation of the country, on a small one with figures made up for these tests."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.country import DAY, Country, FigureOntbreekt, Measured, Message, gemeente_sizes, messages, read_measured
from bench.events import Commit, Story, Take, Work, World
from bench.outcome import Dialect, Outcome
from bench.pressure import pressures
from bench.scale_tables import all_tables, as_markdown
from bench.simulate import at_once, run, simulate

PARTITIONS = {
    "rows": 1_000,
    "parts": 24,
    "parts_read": {"of a message": 1},
    "ms": {"of a message": {"journaal": 0.2, "journaal_delen": 0.1}},
    "insert_s_per_million": {"journaal": 10.0, "journaal_delen": 11.0},
    "refused": {"update of a part": True, "truncate of a part": False},
}
SMALL = Country(prestaties=20_000, gemeenten=20, aanbieders=60, toewijzingen=2_100, simulated_days=2, large=100)
# Four times as slow as what they stand for, so that messages meet.
MEASURED = Measured(
    fixed={"postgresql": 0.2, "sqlite": 0.2},
    per_prestatie={"postgresql": 0.02, "sqlite": 0.02},
    per_301=0.5,
    per_pull=0.1,
    per_feed_row=0.1,
    shares_fixed={"turn": 0.1, "journal": 0.4, "large": 0.4, "answer": 0.9},
    shares_lines={"turn": 0.1, "journal": 0.4, "large": 0.8, "answer": 1.0},
    shares_301={"turn": 0.3, "feed": 0.8},
    bytes_per_prestatie=800,
    stored_per_prestatie=2_000,
    rows_per_prestatie={"journaal": 1.5},
    partitions=PARTITIONS,
    relay_per_s=100,
    consume_per_s=20,
    idle_mb=100,
    peak_mb={30_000: 150, 100_000: 500},
)
SENT = messages(SMALL, MEASURED)


def in_days(workers: int, dialect: Dialect = "postgresql") -> Outcome:
    return simulate(SMALL, MEASURED, SENT, workers, dialect)


# --- the country -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prestaties", [1, 999, 20_000])
def test_the_messages_hold_every_prestatie_of_the_month(prestaties: int) -> None:
    sent = messages(replace(SMALL, prestaties=prestaties), MEASURED)

    assert sum(message.lines for message in sent) == prestaties
    assert all(message.lines > 0 for message in sent)


def test_no_message_is_larger_than_the_standard_allows() -> None:
    country = replace(SMALL, largest_message=8_000)

    assert max(message.lines for message in messages(country, MEASURED)) == 10
    assert sum(message.lines for message in messages(country, MEASURED)) == SMALL.prestaties


def test_gemeenten_differ_in_size_as_those_of_the_country() -> None:
    sizes = gemeente_sizes(Country())

    assert len(sizes) == 342
    assert sum(sizes) == pytest.approx(1)
    assert 0.03 < sizes[-1] < 0.06
    assert sizes[171] < 1 / 342


def test_every_message_arrives_in_the_hours_of_a_working_day() -> None:
    first, last = SMALL.first_hour * 3600, (SMALL.first_hour + len(SMALL.hours)) * 3600

    assert all(first <= message.at % DAY < last for message in SENT)
    assert all(message.at < len(SMALL.days) * DAY for message in SENT)


def test_the_shares_of_days_and_hours_are_the_whole() -> None:
    assert sum(Country().days) == pytest.approx(1)
    assert sum(Country().hours) == pytest.approx(1)


# --- the simulation --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["postgresql", "sqlite"])
@pytest.mark.parametrize("workers", [1, 4])
def test_every_message_is_answered_once(workers: int, dialect: Dialect) -> None:
    arrived = [message for message in SENT if message.at < SMALL.simulated_days * DAY]

    outcome = in_days(workers, dialect)

    assert outcome.messages == len(outcome.waits) == len(arrived)
    assert outcome.prestaties == sum(message.lines for message in arrived)


def test_the_whole_month_at_once_is_answered_whole() -> None:
    assert at_once(SMALL, MEASURED, SENT, 2, "postgresql").prestaties == SMALL.prestaties


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_nobody_works_more_than_all_of_the_time(workers: int) -> None:
    assert 0 < in_days(workers).busiest <= 1 + 1e-9


@pytest.mark.parametrize("share", [0.5, 0.95, 1.0])
def test_with_more_processes_nobody_waits_longer(share: float) -> None:
    waits = [in_days(workers).wait(share) for workers in (1, 2, 4)]

    assert waits == sorted(waits, reverse=True)


def test_an_answer_takes_at_least_what_the_work_takes() -> None:
    assert in_days(8).waits[0] >= MEASURED.fixed["postgresql"]


def test_the_same_input_gives_the_same_output() -> None:
    first, second = (run(SMALL, MEASURED, (1, 2)) for _ in range(2))

    assert first == second
    assert as_markdown(all_tables(first)) == as_markdown(all_tables(second))


def test_with_one_writer_a_second_process_helps_less() -> None:
    shared = [at_once(SMALL, MEASURED, SENT, workers, "postgresql").waits[-1] for workers in (1, 4)]
    one_writer = [at_once(SMALL, MEASURED, SENT, workers, "sqlite").waits[-1] for workers in (1, 4)]

    assert one_writer[0] / one_writer[1] < shared[0] / shared[1]


# --- the locks -------------------------------------------------------------------------------------------------------


def answered(*sent: Message, workers: int = 2) -> float:
    """The moment of the last answer to messages that come together, without toewijzingen."""
    return at_once(SMALL, MEASURED, sent, workers, "postgresql").waits[-1]


ONE = Message(0, 1, 1, 50)


def test_messages_of_one_aanbieder_are_judged_one_after_the_other() -> None:
    of_two = answered(ONE, replace(ONE, aanbieder=2, gemeente=2))
    of_one = answered(ONE, replace(ONE, gemeente=2))

    assert of_two == pytest.approx(answered(ONE))
    # All but the reading.
    assert of_one == pytest.approx(answered(ONE) * 1.9)


def test_large_messages_share_one_counter_and_others_do_not() -> None:
    large = replace(ONE, lines=1_000)
    other = replace(large, aanbieder=2, gemeente=2)

    assert answered(large, other) > answered(large)
    assert answered(large, replace(other, lines=SMALL.large)) == answered(large)


def tell(*stories: list[Work | Take | Commit], processors: int = 9, lock_wait: float = 30) -> tuple[World, list[float]]:
    world, over = World(processors, 99, lock_wait, retry_after=5), [0.0] * len(stories)

    def story(steps: list[Work | Take | Commit]) -> Story:
        yield from steps

    for number, steps in enumerate(stories):
        told = lambda at, number=number: over.__setitem__(number, at)  # noqa: E731
        world.tell(number * 0.001, "any", lambda steps=steps: story(steps), told)
    world.run()
    return world, over


def test_who_holds_a_lock_beside_others_does_not_wait_for_them() -> None:
    _, over = tell(*[[Take("journal", alone=False), Work(1)]] * 3)

    assert max(over) < 1.01


def test_who_wants_a_lock_alone_waits_for_all_and_those_after_it_wait_for_it() -> None:
    beside: list[Work | Take | Commit] = [Take("journal", alone=False), Work(1)]

    _, over = tell(beside, beside, [Take("journal"), Work(1)], beside)

    assert over == pytest.approx([1, 1.001, 2.001, 3.001])


def test_a_commit_lets_the_next_one_in() -> None:
    _, over = tell([Take("feed"), Work(1), Commit(), Work(5)], [Take("feed"), Work(1)])

    assert over == pytest.approx([6, 2])


def test_who_waits_too_long_is_told_to_come_again_and_is_answered_after_all() -> None:
    world, over = tell([Take("turn"), Work(10)], [Take("turn"), Work(1)], lock_wait=4)

    # It gives up at 4 and comes again at 9; at 10 it has its turn.
    assert world.refused == 1
    assert over[1] == pytest.approx(11)


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_what_is_full_first_stands_first() -> None:
    shares = [pressure.share for pressure in pressures(SMALL, MEASURED, SENT)]

    assert shares == sorted(shares, reverse=True)


def test_what_a_part_of_the_journal_does_not_refuse_stands_out() -> None:
    page = as_markdown(all_tables(run(SMALL, MEASURED, (1,))))

    assert "| truncate of a part |  |  | **not refused** |" in page
    assert "| update of a part |  |  | refused |" in page


def test_memory_follows_the_two_sizes_that_were_measured() -> None:
    assert MEASURED.memory_mb(30_000) == 150
    assert MEASURED.memory_mb(65_000) == pytest.approx(325)


# --- the figures -----------------------------------------------------------------------------------------------------

FACTS: dict[str, dict[str, Any]] = {
    "lines": {
        "per_prestatie_s": {"postgresql": 0.001, "sqlite": 0.001},
        "fixed_s": {"postgresql": 0.1, "sqlite": 0.1},
    },
    "large": {"bytes_per_prestatie": 800},
    "history": {"bytes_per_stored_prestatie": {"postgresql": 2_000}, "rows_per_prestatie": {"journaal": 1.2}},
    "small": {"per_301_s": {"postgresql": 0.05}},
    "queue": {"relay_per_s": 100, "consume_per_s": 20},
    "memory": {"peak_over_idle_mb": {"30000": 150, "100000": 500}, "idle_mb": 100},
    "locks": {
        "shares": {"fixed": {}, "lines": {}, "toewijzing": {}},
        "per_pull_s": 0.01,
        "per_feed_row_s": 0.01,
    },
    "partitions": PARTITIONS,
}


def write(folder: Path, facts: dict[str, dict[str, Any]]) -> Path:
    for part, values in facts.items():
        (folder / f"{part}.json").write_text(json.dumps({"facts": values}), encoding="utf-8")
    return folder


def test_what_was_measured_is_read(tmp_path: Path) -> None:
    measured = read_measured(write(tmp_path, FACTS))

    assert measured.per_301 == 0.05
    assert measured.peak_mb == {30_000: 150, 100_000: 500}


@pytest.mark.parametrize("part", FACTS)
def test_without_a_part_it_says_which_one_to_run(part: str, tmp_path: Path) -> None:
    folder = write(tmp_path, {name: facts for name, facts in FACTS.items() if name != part})

    with pytest.raises(FigureOntbreekt, match=rf"{part}\.json is not there.*bench.{part}"):
        read_measured(folder)


def test_a_figure_that_a_part_did_not_write_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path, {**FACTS, "queue": {"relay_per_s": 100}})

    with pytest.raises(FigureOntbreekt, match=r"queue\.json has no facts\.consume_per_s"):
        read_measured(folder)
