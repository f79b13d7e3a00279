"""What the demo holds against each other: what the scenario expects, what the hub answered, and what it booked.

Every check gives sentences in Dutch about what is not right; none: all is well.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.cli.console import euro
from services.cli.demo_sending import Antwoord
from services.declaration.reports import Journaalcontrole
from services.declaration.verzilvering import AFGESLOTEN, RIJP, VOORLOPIG

# Here everything is claimed in the end, by contracts of both releases.
VOLLEDIG = "1842"

Rij = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cijfers:
    """Rows of the verzilvering as the hub gives them, grouped in different ways."""

    per_gemeente: Sequence[Rij]
    per_gebied: Sequence[Rij]
    per_aanbieder: Sequence[Rij]
    per_periode: Sequence[Rij]
    regio: Rij

    @property
    def gedeclareerd(self) -> Mapping[tuple[str, str], int]:
        """What is booked as D per (gemeente, aanbieder)."""
        return {(rij["gemeente"], rij["aanbieder"]): rij["gedeclareerd"] for rij in self.per_aanbieder}


def controleer(antwoorden: Sequence[Antwoord], cijfers: Cijfers, controle: Journaalcontrole) -> list[str]:
    """Everything that is not as it should be."""
    return [
        *(antwoord.afwijking for antwoord in antwoorden if antwoord.afwijking),
        *_toegekend_is_geboekt(antwoorden, cijfers, controle),
        *_gebieden_zijn_samen_de_gemeente(cijfers),
        *_alles_verzilverd(cijfers.per_gemeente),
        *_rijpheid(cijfers.per_periode),
        *([] if controle.klopt else ["het journaal klopt niet"]),
    ]


def _toegekend_is_geboekt(
    antwoorden: Iterable[Antwoord], cijfers: Cijfers, controle: Journaalcontrole
) -> Iterator[str]:
    """Per gemeente and aanbieder, and in the journal as a whole."""
    verwacht: Counter[tuple[str, str]] = Counter()
    for antwoord in antwoorden:
        if antwoord.kent_toe:
            verwacht[antwoord.partijen] += antwoord.zending.te_betalen
    for sleutel in sorted(verwacht.keys() | cijfers.gedeclareerd.keys()):
        geboekt = cijfers.gedeclareerd.get(sleutel, 0)
        if geboekt != verwacht[sleutel]:
            wie = " en ".join(sleutel)
            yield f"{wie}: te betalen is {euro(verwacht[sleutel])}, geboekt als gedeclareerd {euro(geboekt)}"
    if controle.geboekt != verwacht.total():
        yield f"te betalen is {euro(verwacht.total())}, in het journaal staat {euro(controle.geboekt)}"


def _gebieden_zijn_samen_de_gemeente(cijfers: Cijfers) -> Iterator[str]:
    for veld in ("toegewezen", "gedeclareerd"):
        for samen in cijfers.per_gemeente:
            gebieden = [rij[veld] for rij in cijfers.per_gebied if rij["gemeente"] == samen["gemeente"]]
            if sum(gebieden) != samen[veld]:
                yield f"{samen['gemeente']}: {veld} per resultaatgebied telt niet op tot dat van de gemeente"
        if sum(samen[veld] for samen in cijfers.per_gemeente) != cijfers.regio[veld]:
            yield f"{veld} per gemeente telt niet op tot dat van de regio"


def _alles_verzilverd(per_gemeente: Sequence[Rij]) -> Iterator[str]:
    volledig = [rij["percentage"] for rij in per_gemeente if rij["gemeente"] == VOLLEDIG]
    if volledig != [100.0]:
        yield f"in {VOLLEDIG} is alles gedeclareerd, en de verzilvering is {volledig}"


def _rijpheid(per_periode: Sequence[Rij]) -> Iterator[str]:
    if {rij["rijpheid"] for rij in per_periode} != {AFGESLOTEN, RIJP, VOORLOPIG}:
        yield "niet alle perioden zijn zo rijp als op deze dag hoort"
