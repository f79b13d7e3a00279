"""Code lists that live outside the XSDs: the gemeenten of CBS.

schemas/codes/gemeenten.csv holds code, naam, geldig_van, geldig_tot: the list of 2026, and what was joined since the
end of 2020. An empty date is without bound: a gemeente of before 2021 that is there still counts as always there.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache

from services.kernel.rules import ROOT

CODES = ROOT / "schemas" / "codes"


@dataclass(frozen=True, slots=True)
class Gemeente:
    """One row of the list; the dates are inclusive, None is without bound."""

    code: str
    naam: str
    geldig_van: date | None
    geldig_tot: date | None

    def geldig_op(self, dag: date) -> bool:
        begun = self.geldig_van is None or self.geldig_van <= dag
        return begun and (self.geldig_tot is None or dag <= self.geldig_tot)


@cache
def gemeenten() -> dict[str, tuple[Gemeente, ...]]:
    """The rows of each CBS code; a code may have come back after a while."""
    found: dict[str, list[Gemeente]] = {}
    with open(CODES / "gemeenten.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            dates = _day(row["geldig_van"]), _day(row["geldig_tot"])
            found.setdefault(row["code"], []).append(Gemeente(row["code"], row["naam"], *dates))
    return {code: tuple(rows) for code, rows in found.items()}


def gemeente_bestaat(code: str, dag: date) -> bool:
    """Whether the CBS code is of a gemeente that exists on this day (TR378)."""
    return any(gemeente.geldig_op(dag) for gemeente in gemeenten().get(code, ()))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
