"""Indexation: a percentage that a person brings, with its source and date; the hub does not compute it. Values only."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from services.declaration.tariffs import Sleutel, Tarief, Tarieven, half_up

_DAG = timedelta(days=1)
_PERCENTAGE = r"-?[0-9]{1,2}([.,][0-9]{1,3})?"


@dataclass(frozen=True, slots=True)
class Indexatie:
    """`percentage` in thousandths of a percent (4960 is 4.96 %), as `bron` gave it on `datum`; prices from `vanaf`.

    None: of every gemeente, every product. Amounts come out as multiples of `veelvoud` cents.
    """

    percentage: int
    bron: str
    datum: date
    vanaf: date
    besluit: str
    gemeente: str | None = None
    productcode: str | None = None
    veelvoud: int = 1

    def bedrag(self, cent: int) -> int:
        """The amount with the percentage on it, half up to a multiple of `veelvoud` cents."""
        exact = cent * Fraction(100_000 + self.percentage, 100_000)
        return self.veelvoud * half_up(exact / self.veelvoud)


def lees_percentage(tekst: str) -> int:
    """4.96 or 4,96 as thousandths of a percent; ValueError for anything else, and from 100 % either way."""
    if re.fullmatch(_PERCENTAGE, tekst) is None:
        raise ValueError("geen percentage")
    return int(Fraction(tekst.replace(",", ".")) * 1000)


def geindexeerd(tarieven: Tarieven, indexatie: Indexatie, bekend_van: datetime) -> list[Tarief]:
    """The tariffs from `vanaf`: of each key the one valid the day before, raised by the percentage.

    It holds as long as what was valid on `vanaf`; where nothing was, to the next tariff or open. Run again it makes the
    same amounts: the price of the year before does not change by it.
    """
    stukken: dict[Sleutel, list[Tarief]] = defaultdict(list)
    for tarief in tarieven.geldend():
        if indexatie.gemeente in (None, tarief.gemeente) and indexatie.productcode in (None, tarief.productcode):
            stukken[tarief.sleutel].append(tarief)
    gevonden = (_vanaf(lijn, indexatie, bekend_van, tarieven) for _, lijn in sorted(stukken.items(), key=str))
    return [tarief for tarief in gevonden if tarief is not None]


def _vanaf(lijn: list[Tarief], indexatie: Indexatie, bekend_van: datetime, tarieven: Tarieven) -> Tarief | None:
    oud = _op(lijn, indexatie.vanaf - _DAG)
    huidig = _op(lijn, indexatie.vanaf)
    if oud is None:
        return None
    if huidig is None and tarieven.op(oud.gemeente, None, oud.productcode, indexatie.vanaf, oud.eenheid):
        # An aanbieder's own tariff has ended, and the general one took its place.
        return None
    later = [tarief.van - _DAG for tarief in lijn if tarief.van > indexatie.vanaf]
    return replace(
        oud,
        van=indexatie.vanaf,
        tot=huidig.tot if huidig else min(later, default=None),
        bedrag=indexatie.bedrag(oud.bedrag),
        weekprijs=None if oud.weekprijs is None else indexatie.bedrag(oud.weekprijs),
        bekend_van=bekend_van,
        besluit=indexatie.besluit,
    )


def _op(lijn: list[Tarief], dag: date) -> Tarief | None:
    return next((t for t in lijn if t.van <= dag and (t.tot is None or dag <= t.tot)), None)
