"""What the year will cost and what asks attention: the prognose and three lists, read over HTTP and computed again.

Every check gives sentences in Dutch about what is not right; none: all is well.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any, Final

import httpx

from services.cli.console import euro
from services.cli.demo_cases import termijnen
from services.cli.demo_scenario import GEWEIGERDE_301, JAAR, VANDAAG, Deelnemer, deelnemers
from services.cli.demo_sending import lees
from services.cli.example_messages_23 import RELEASE
from services.declaration.lijsten import soorten as lijsten
from services.declaration.tariffs import half_up
from services.declaration.verzilvering import VOORLOPIG

Rij = dict[str, Any]
Gebied = tuple[str, str]  # gemeente, resultaatgebied

LIJSTEN: Final = (lijsten.NIET_GEDECLAREERD, lijsten.LOOPT_AF, lijsten.AFWIJKEND_TARIEF)
_PAD: Final = "/declaration/v1"
_ACHT_WEKEN: Final = timedelta(weeks=8)
_BEDRAGEN: Final = ("toegewezen", "gedeclareerd", "prognose")


@dataclass(frozen=True, slots=True)
class Vooruitblik:
    """Rows of the prognose, what they rest on (verzilvering per gemeente, resultaatgebied and period), and lists."""

    prognose: Sequence[Rij]
    per_periode: Sequence[Rij]
    lijsten: Mapping[str, Rij]

    @property
    def per_gebied(self) -> dict[str, dict[str, int]]:
        """{resultaatgebied: the amounts of all gemeenten together, in eurocent}."""
        velden = "begroting", *_BEDRAGEN, "ruimte", "vrijval", "nogTeOntvangen"
        samen: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(velden, 0))
        for rij in self.prognose:
            for veld in velden:
                samen[rij["resultaatgebied"]][veld] += rij[veld] or 0
        return dict(sorted(samen.items()))


def lees_vooruitblik(hub: httpx.Client, sleutels: Mapping[str, str]) -> Vooruitblik:
    """As the operator sees them: the region sees how many, not who."""

    def vraag(pad: str, **wat: Any) -> Rij:
        antwoord: Rij = lees(hub, sleutels, "beheer", f"{_PAD}/{pad}", **wat)
        return antwoord

    return Vooruitblik(
        prognose=vraag("prognose", jaar=JAAR)["items"],
        per_periode=vraag("verzilvering", groepeer="gemeente,resultaatgebied,periode")["items"],
        lijsten={naam: vraag(f"lijsten/{naam}") for naam in LIJSTEN},
    )


def controleer_vooruitblik(vooruitblik: Vooruitblik) -> list[str]:
    """Everything that is not as it should be."""
    return [*_prognose(vooruitblik), *_lijsten(vooruitblik.lijsten)]


# --- prognose --------------------------------------------------------------------------------------------------------


def _prognose(vooruitblik: Vooruitblik) -> Iterator[str]:
    per_gebied: dict[Gebied, list[Rij]] = defaultdict(list)
    for rij in vooruitblik.per_periode:
        if rij["periode"].startswith(f"{JAAR}-"):
            per_gebied[rij["gemeente"], rij["resultaatgebied"]].append(rij)
    if zonder := per_gebied.keys() - {(rij["gemeente"], rij["resultaatgebied"]) for rij in vooruitblik.prognose}:
        yield f"geen prognose voor {sorted(zonder)}"
    for rij in vooruitblik.prognose:
        gebied = rij["gemeente"], rij["resultaatgebied"]
        verwacht = _verwacht(per_gebied[gebied])
        gekregen = tuple(rij[veld] for veld in _BEDRAGEN)
        if gekregen != verwacht or rij["ruimte"] != rij["begroting"] - rij["prognose"]:
            yield f"prognose van {' '.join(gebied)}: verwacht {_euros(verwacht)}, kreeg {_euros(gekregen)}"


def _verwacht(perioden: Sequence[Rij]) -> tuple[int, int, int]:
    """ΣA, ΣD, and D of the ripe periods with of each other one A × their verzilvering, at least its D."""
    rijp = [rij for rij in perioden if rij["rijpheid"] != VOORLOPIG]
    a, d = (sum(rij[veld] for rij in rijp) for veld in ("toegewezen", "gedeclareerd"))
    deel = Fraction(d, a) if a else Fraction(1)
    overig = [rij for rij in perioden if rij["rijpheid"] == VOORLOPIG]
    nog = sum(max(rij["gedeclareerd"], half_up(rij["toegewezen"] * deel)) for rij in overig)
    return sum(rij["toegewezen"] for rij in perioden), sum(rij["gedeclareerd"] for rij in perioden), d + nog


def _euros(bedragen: Sequence[int]) -> str:
    return ", ".join(euro(bedrag) for bedrag in bedragen)


# --- lists -----------------------------------------------------------------------------------------------------------


def verwachte_gevallen() -> Mapping[str, set[tuple[str, int]]]:
    """{list: (gemeente, ToewijzingNummer) of everything that belongs on it}."""
    wie = [een for een in deelnemers() if een.geval not in (*GEWEIGERDE_301, "geweigerd")]
    _, laatste_zondag = termijnen(RELEASE)[-1]
    return {
        lijsten.NIET_GEDECLAREERD: _nummers(een for een in wie if een.geval in ("nooit", "stopt")),
        lijsten.LOOPT_AF: _nummers(een for een in wie if _loopt_af(een)),
        # Granted in euros, and in force when the tariffs of the next year began.
        lijsten.AFWIJKEND_TARIEF: {
            (een.gemeente, t.nummer)
            for een in wie
            for t in een.toewijzingen
            if t.eenheid == "83" and t.einddatum and t.einddatum > laatste_zondag
        },
    }


def _nummers(wie: Iterable[Deelnemer]) -> set[tuple[str, int]]:
    return {(een.gemeente, t.nummer) for een in wie for t in een.toewijzingen}


def _loopt_af(een: Deelnemer) -> bool:
    einddatum = een.toewijzingen[0].einddatum
    return einddatum is not None and VANDAAG <= einddatum <= VANDAAG + _ACHT_WEKEN


def _lijsten(gelezen: Mapping[str, Rij]) -> Iterator[str]:
    for naam, verwacht in verwachte_gevallen().items():
        gekregen = {(rij["gemeente"], rij["toewijzing"]) for rij in gelezen[naam]["items"]}
        if gekregen != verwacht or not verwacht:
            yield f"op de lijst {naam} staan {sorted(gekregen)}, verwacht {sorted(verwacht)}"
