"""From which trede to which: clients whose trede in a resultaatgebied changed between two days. Values only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from services.declaration.sturing.stromen import TOLERANTIE_DAGEN, Steun, overgangen

# Up before down, then resultaatgebied and the two treden: cells that share the first parts are told together.
Overgang = tuple[bool, str, int | None, int | None]  # omlaag, resultaatgebied, van, naar


def wie_per_overgang(
    steun: Iterable[Steun], van: date, tot: date, tolerantie: int = TOLERANTIE_DAGEN
) -> dict[Overgang, set[str]]:
    """The clients of each change from one trede to another that followed on it, by rank; [van, tot] is inclusive."""
    wie: dict[Overgang, set[str]] = defaultdict(set)
    for oud, nieuw in overgangen(steun, tolerantie):
        if oud.rang is None or nieuw.rang is None or oud.rang == nieuw.rang or not van <= nieuw.begin <= tot:
            continue
        wie[nieuw.rang < oud.rang, nieuw.gebied or "", oud.trede, nieuw.trede].add(nieuw.client)
    return wie


def samen(per_gebied: Iterable[Mapping[Overgang, set[str]]]) -> dict[Overgang, set[str]]:
    """Of several places together."""
    wie: dict[Overgang, set[str]] = defaultdict(set)
    for gevonden in per_gebied:
        for overgang, clienten in gevonden.items():
            wie[overgang] |= clienten
    return wie
