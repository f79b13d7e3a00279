"""What the simulation found, as tables: on a terminal, in the documentation, and as facts in a file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.country import DAY, HOUR, Message
from bench.outcome import Found, Outcome
from bench.pressure import busiest

_NAMES: Final = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
_GB: Final = 1e9


@dataclass(frozen=True, slots=True)
class Shown:
    """One table: its first column names the row, the others are numbers as text."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def facts(self) -> list[dict[str, str]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def all_tables(found: Found) -> list[Shown]:
    return [
        month_table(found),
        days_table(found),
        at_once_table(found),
        pressure_table(found),
        growth_table(found),
        partitions_table(found),
        queue_table(found),
        memory_table(found),
    ]


def month_table(found: Found) -> Shown:
    """What comes in, in the month and in its busiest hour."""
    sent, country = found.sent, found.country
    lines = sorted(message.lines for message in sent)
    rows = [
        ("declarations in the month", f"{len(sent):,}"),
        ("Prestaties in them", f"{sum(lines):,}"),
        ("lines of a message: half have at most", f"{_part(lines, 0.5):,.0f}"),
        ("nineteen of twenty have at most", f"{_part(lines, 0.95):,.0f}"),
        ("the largest has", f"{lines[-1]:,}"),
        (f"messages of more than {country.large:,} lines", f"{sum(each > country.large for each in lines):,}"),
        ("declarations in the busiest hour", f"{busiest((x.at, 1.0) for x in sent):,.0f}"),
        ("Prestaties in the busiest hour", f"{busiest((x.at, float(x.lines)) for x in sent):,.0f}"),
        ("301s in the month", f"{country.toewijzingen:,}"),
    ]
    return Shown("month", "A month of the country (simulate)", ("what", "number"), rows)


def days_table(found: Found) -> Shown:
    columns = ("processes", "answered", "median wait", "p95", "longest", "busiest hour", "told to come again", "empty")
    rows = [_day_row(outcome) for outcome in found.days]
    return Shown("days", f"The first {found.country.simulated_days} working days (simulate)", columns, rows)


def _day_row(outcome: Outcome) -> tuple[str, ...]:
    waits = (seconds(outcome.wait(share)) for share in (0.5, 0.95, 1.0))
    last = max(outcome.empty)
    empty = f"day {int(last // DAY) + 1}, {int(last % DAY // HOUR):02}:{int(last % HOUR // 60):02}"
    return _who(outcome), f"{outcome.messages:,}", *waits, f"{outcome.busiest:.0%}", str(outcome.refused), empty


def at_once_table(found: Found) -> Shown:
    columns = ("processes", "Prestaties", "median wait", "until the last answer", "a second", "told to come again")
    rows = [
        (
            *(_who(outcome), f"{outcome.prestaties:,}", seconds(outcome.wait(0.5)), seconds(outcome.wait(1.0))),
            *(f"{outcome.prestaties / outcome.wait(1.0):,.0f}", str(outcome.refused)),
        )
        for outcome in found.at_once
    ]
    return Shown("at_once", "The whole month in one moment (simulate)", columns, rows)


def pressure_table(found: Found) -> Shown:
    columns = ("what does one thing at a time", "for", "needed in the busiest hour", "full at")
    rows = [(p.what, p.why, f"{p.share:.2%}", f"{p.room:,.1f} × the country") for p in found.pressures]
    return Shown("pressure", "What is full first (locks, large, small, queue; hours of simulate)", columns, rows)


def growth_table(found: Found) -> Shown:
    """Of declaration's database. Nothing is deleted by itself: 15 and 20 years are what stands by then."""
    m, month = found.measured, sum(message.lines for message in found.sent)
    columns = ("after", "Prestaties", *(f"rows of {name}" for name in m.rows_per_prestatie), "database")
    periods = (("a month", 1), ("a year", 12), ("7 years", 84), ("15 years (Wmo)", 180), ("20 years (Jeugdwet)", 240))
    rows = [
        (
            *(name, millions(months * month)),
            *(millions(months * month * each) for each in m.rows_per_prestatie.values()),
            size(months * month * m.stored_per_prestatie),
        )
        for name, months in periods
    ]
    return Shown("growth", "Growth of declaration's database (history × simulate)", columns, rows)


def partitions_table(found: Found) -> Shown:
    """What was seen when the journal was tried in parts."""
    facts = found.measured.partitions
    plain, parts = "journaal", "journaal_delen"
    rows = [
        (f"question {name}", f"{facts['parts_read'][name]} of {facts['parts']}", f"{ms[plain]:.2f}", f"{ms[parts]:.2f}")
        for name, ms in facts["ms"].items()
    ]
    inserted = facts["insert_s_per_million"]
    rows.append(("seconds for a million rows, inserted", "", f"{inserted[plain]:.1f}", f"{inserted[parts]:.1f}"))
    rows += [(what, "", "", "refused" if refused else "**not refused**") for what, refused in facts["refused"].items()]
    title = f"The journal in parts, {facts['rows']:,} rows (partitions)"
    return Shown("partitions", title, ("what", "parts read", "as it is, ms", "in parts, ms"), rows)


def queue_table(found: Found) -> Shown:
    """What goes out to gemeenten, and what waits for one that is away on the busiest day."""
    sent, m, country = found.sent, found.measured, found.country
    out = busiest((message.at, 2.0) for message in sent) / HOUR
    each_day: dict[int, list[Message]] = {}
    for message in sent:
        each_day.setdefault(int(message.at // DAY), []).append(message)
    day = max(each_day.values(), key=lambda those: sum(message.lines for message in those))
    of_each = sorted(_bytes((x for x in day if x.gemeente == g), found) for g in range(country.gemeenten))
    rows = [
        ("messages a second to queues, busiest hour", f"{out:,.1f}"),
        ("the relay can (queue)", f"{m.relay_per_s:,.0f}"),
        ("waits when the largest gemeente is away that day", size(of_each[-1])),
        ("the same, the gemeente in the middle", size(of_each[len(of_each) // 2])),
        ("the same, when all 342 are away" if country.gemeenten == 342 else "all of them", size(sum(of_each))),
        ("on the disks of three nodes together", size(3 * sum(of_each))),
    ]
    return Shown("queues", "RabbitMQ on the busiest day (queue, large, simulate)", ("what", "number"), rows)


def memory_table(found: Found) -> Shown:
    m, country = found.measured, found.country
    largest = m.lines_of(country.largest_message)
    for_one = m.memory_mb(largest)
    rows = [
        ("lines in a message of 25 MB", f"{largest:,}"),
        ("a process at rest", f"{m.idle_mb:,.0f} MB"),
        ("with one such message in hand", f"{m.idle_mb + for_one:,.0f} MB"),
        (f"with {country.in_hand} of them in hand", f"{m.idle_mb + country.in_hand * for_one:,.0f} MB"),
    ]
    return Shown("memory", "Memory of a process (memory, large)", ("what", "number"), rows)


def _bytes(those: Iterable[Message], found: Found) -> float:
    return sum(x.lines * found.measured.bytes_per_prestatie + found.country.answer_bytes for x in those)


def _who(outcome: Outcome) -> str:
    return f"{outcome.workers}, {_NAMES[outcome.dialect]}"


def _part(ordered: Sequence[int], share: float) -> int:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def seconds(value: float) -> str:
    if value < 90:
        return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"
    return f"{value / 60:,.0f} min" if value < 5400 else f"{value / 3600:,.1f} h"


def millions(value: float) -> str:
    return f"{value / 1e6:,.1f} M" if value < 1e9 else f"{value / 1e9:,.2f} G"


def size(value: float) -> str:
    if value < 1e6:
        return f"{value / 1e3:,.0f} kB"
    if value < _GB:
        return f"{value / 1e6:,.0f} MB"
    return f"{value / _GB:,.1f} GB" if value < 1000 * _GB else f"{value / 1e12:,.1f} TB"


def show(tables: Sequence[Shown]) -> None:
    console = Console(width=150)
    for shown in tables:
        table = Table(title=shown.title)
        for place, column in enumerate(shown.columns):
            table.add_column(column, justify="right" if place and column != "for" else "left")
        for row in shown.rows:
            table.add_row(*row)
        console.print(table)


def as_markdown(tables: Sequence[Shown]) -> str:
    return "\n\n".join(_markdown(table) for table in tables)


def _markdown(shown: Shown) -> str:
    rules = ["---", *("---" if column == "for" else "---:" for column in shown.columns[1:])]
    lines = [shown.columns, rules, *shown.rows]
    return "\n".join([f"**{shown.title}**", "", *(f"| {' | '.join(line)} |" for line in lines)])
