"""What a benchmark found: ratios measured in one run, each held against its target, with the machine they came from.

Machines differ and are noisy; a ratio of two things measured in turns hardly is. Nothing here fails a run: a target
that is not held is printed as such.
"""

import json
import os
import platform
import re
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

RESULTS: Final = Path(__file__).parent / "results"
_BLOCK: Final = re.compile(r"(<!-- numbers: regenerate -->\n).*?(<!-- numbers: end -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """A bound for a ratio: at most, or at least, `limit`."""

    at_most: bool
    limit: float

    def held(self, ratio: float) -> bool:
        return ratio <= self.limit if self.at_most else ratio >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.limit:g}"


def at_most(limit: float) -> Target:
    return Target(True, limit)


def at_least(limit: float) -> Target:
    return Target(False, limit)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, against what, in one unit, and the ratio ours / reference.

    `reference_value` may be a budget: 200 for a view of at most 200 ms.
    """

    part: str
    measure: str
    reference: str
    reference_value: float
    ours: float
    unit: str
    target: Target

    @property
    def ratio(self) -> float:
        return self.ours / self.reference_value

    @property
    def held(self) -> bool:
        return self.target.held(self.ratio)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "target": str(self.target), "ratio": round(self.ratio, 4), "held": self.held}


def turns(runs: int, **works: Callable[[], object]) -> dict[str, float]:
    """{name: median seconds} of works that take turns, so that a busy moment hits them alike."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for run in range(runs):
        for name in sorted(works, reverse=bool(run % 2)):
            taken[name].append(seconds(works[name]))
    return {name: statistics.median(each) for name, each in taken.items()}


def seconds(work: Callable[[], object]) -> float:
    """What it takes once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def machine() -> dict[str, Any]:
    """What machine this is and how busy it is, as far as a figure depends on it."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def keep(part: str, figures: Sequence[Figure], quick: bool, facts: Mapping[str, Any] = {}) -> None:
    """Write what a part found to bench/results, a quick run beside a full one; `facts`: what else it counted."""
    RESULTS.mkdir(exist_ok=True)
    content = {"machine": machine(), "facts": dict(facts), "figures": [figure.as_json() for figure in figures]}
    file = RESULTS / f"{part}{'-quick' if quick else ''}.json"
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def show(figures: Iterable[Figure], title: str) -> None:
    """The table: measure, reference, ours, ratio, target, held or not held."""
    table = Table(title=title)
    for name in ("part", "measure", "reference", "", "ours", "ratio", "target", "held"):
        table.add_column(name, justify="left" if name in ("part", "measure", "reference", "held") else "right")
    for f in figures:
        values = (f"{_amount(value)} {f.unit}" for value in (f.reference_value, f.ours))
        verdict = "held" if f.held else "not held"
        table.add_row(f.part, f.measure, f.reference, *values, f"{f.ratio:.2f}", str(f.target), verdict)
    Console(width=150).print(table)


def kept(parts: Iterable[str]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """(machine, figures) of the last full run of each of these parts that has one, as `keep` wrote them."""
    for part in parts:
        file = RESULTS / f"{part}.json"
        if file.exists():
            content = json.loads(file.read_text(encoding="utf-8"))
            yield content["machine"], content["figures"]


def as_markdown(machine: Mapping[str, Any], figures: Sequence[Mapping[str, Any]]) -> str:
    """The table of one part, and on what machine it was measured."""
    where = f"Python {machine['python']}, {machine['cpus']} CPUs, load {machine['load']}, {machine['when'][:10]}"
    rows = [
        f"| {f['measure']} | {f['reference']} | {_amount(f['reference_value'])} | {_amount(f['ours'])} {f['unit']} |"
        f" {f['ratio']:.2f} | {f['target']} | {'held' if f['held'] else '**not held**'} |"
        for f in figures
    ]
    head = ["| measure | reference | | ours | ratio | target | |", "|---|---|---:|---:|---:|---:|---|"]
    return "\n".join([f"**{figures[0]['part']}** ({where})", "", *head, *rows])


def write_block(page: Path, block: str) -> None:
    """Put this between the two marks of a page of the documentation; ValueError when it has none."""
    old = page.read_text(encoding="utf-8")
    new, times = _BLOCK.subn(lambda marks: f"{marks[1]}\n{block}\n\n{marks[2]}", old)
    if times != 1:
        raise ValueError(f"{page} has no block of numbers: it stands between the marks regenerate and end.")
    page.write_text(new, encoding="utf-8")


def _amount(value: float) -> str:
    return f"{value:,.3g}" if value < 100 else f"{value:,.0f}"
