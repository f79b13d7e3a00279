"""What the change with hindsight must do to the figures, computed from the scenario and held against what the hub says.

Every check gives sentences in Dutch about what is not right; none: all is well.
"""

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Final

from services.cli.console import euro
from services.cli.demo_repair import (
    BESLUIT,
    EERST,
    GEMEENTE,
    GERAAKT,
    GESLOTEN,
    PRODUCT,
    REST,
    Moment,
    Rij,
    Verloop,
    betrokkenen,
    label,
    tarieven,
)
from services.declaration.tariffs import half_up
from services.declaration.verzilvering import AFGESLOTEN

PERIODEN: Final = 13
# A tenth more over nine periods: 900 of 990, four of them mended 940, all of them 990.
PERCENTAGES: Final = (100.0, 90.91, 94.95, 100.0)


def controleer_herstel(verloop: Verloop) -> list[str]:
    """Everything that is not as it should be."""
    return [
        *(antwoord.afwijking for antwoord in verloop.antwoorden if antwoord.afwijking),
        *_product(verloop),
        *_werklijst(verloop),
        *_gemeente(verloop),
        *_regio(verloop),
        *_bevroren(verloop),
    ]


def meer_per_periode() -> int:
    """What a period costs more by the change, all clients together, in eurocent."""
    oud, nieuw = tarieven()
    return (nieuw - oud) * len(betrokkenen())


def _product(verloop: Verloop) -> Iterator[str]:
    for moment, verwacht in zip(verloop.momenten, PERCENTAGES, strict=True):
        if moment.product["percentage"] != verwacht:
            yield f"{PRODUCT} {moment.naam}: verwacht {verwacht}, kreeg {moment.product['percentage']}"


def _werklijst(verloop: Verloop) -> Iterator[str]:
    regels = len(betrokkenen())
    verwacht = [0, regels * len(GERAAKT), regels * len(REST), 0]
    gekregen = [moment.te_herstellen for moment in verloop.momenten]
    if gekregen != verwacht:
        yield f"op de werklijst staan {gekregen} regels, verwacht {verwacht}"
    if {(rij["oud"], rij["nieuw"], rij["besluit"]) for rij in verloop.werklijst} != {(*tarieven(), BESLUIT)}:
        yield "op de werklijst staan andere bedragen dan het oude en het nieuwe tarief"


def _gemeente(verloop: Verloop) -> Iterator[str]:
    """All is claimed in it, so it is whole again when the product is."""
    voor, na = verloop.gemeld.gemeente, verloop.hersteld.gemeente
    if (voor["percentage"], na["percentage"]) != (100.0, 100.0):
        yield f"{GEMEENTE}: {voor['percentage']} voor het besluit en {na['percentage']} na het herstel, verwacht 100"


def _regio(verloop: Verloop) -> Iterator[str]:
    """Per period: A is more from the change on, D from the correction on, and nothing else moves."""
    for moment, gedeclareerd in zip(verloop.momenten, ((), (), EERST, GERAAKT), strict=True):
        if len(moment.regio) != PERIODEN:
            yield f"{moment.naam}: {len(moment.regio)} perioden, verwacht {PERIODEN}"
            continue
        toegewezen = () if moment is verloop.gemeld else GERAAKT
        yield from _perioden(verloop.gemeld, moment, toegewezen, gedeclareerd)


def _perioden(
    gemeld: Moment, moment: Moment, toegewezen: Collection[int], gedeclareerd: Collection[int]
) -> Iterator[str]:
    meer = meer_per_periode()
    for nummer in range(1, PERIODEN + 1):
        toen, rij = gemeld.regio[label(nummer)], moment.regio[label(nummer)]
        a = toen["toegewezen"] + (meer if nummer in toegewezen else 0)
        d = toen["gedeclareerd"] + (meer if nummer in gedeclareerd else 0)
        procent = half_up(Fraction(d * 10_000, a)) / 100
        if (rij["toegewezen"], rij["gedeclareerd"], rij["percentage"]) != (a, d, procent):
            yield f"{moment.naam}, {label(nummer)}: verwacht {euro(d)} van {euro(a)} ({procent}), kreeg {_cijfers(rij)}"


def _cijfers(rij: Rij) -> str:
    return f"{euro(rij['gedeclareerd'])} van {euro(rij['toegewezen'])} ({rij['percentage']})"


def _bevroren(verloop: Verloop) -> Iterator[str]:
    """A closed period stays as it was reported, but for the word that says that it is closed."""
    for nummer in GESLOTEN:
        toen, nu = verloop.gemeld.regio[label(nummer)], verloop.bevroren[label(nummer)]
        if nu != toen | {"rijpheid": AFGESLOTEN}:
            yield f"{label(nummer)} is afgesloten met {_cijfers(toen)}, en bevroren staat er {_cijfers(nu)}"
