"""What a release judges a declaration by: its rules, its running sums, and how it judges a debit line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.declaration.message import Declaratie, Prestatie, Prestatie303
from services.declaration.rules import niveau_3, niveau_3_23
from services.declaration.rules.feiten import Feiten
from services.declaration.rules.stand import Stand
from services.declaration.rules.stand_23 import Stand303
from services.declaration.verdict.oordeel import Regeloordeel, broken
from services.kernel.rules import Regel

Regels = tuple[Regel, ...]


@dataclass(frozen=True, slots=True)
class Regelboek:
    """`kop` and `declaratie` refuse the message, the rest a Client or a line.

    `stand` makes the running sums of one verdict; `judge_debet` judges a debit line with them and, when it awards the
    line, adds it.
    """

    kop: Regels
    declaratie: Regels
    client: Regels
    credit: Regels
    stand: Callable[[Any, Feiten], Stand]
    judge_debet: Callable[[Any, Any], Regeloordeel]


def judge_debet_32(prestatie: Prestatie, stand: Stand) -> Regeloordeel:
    """A debit line of a 323 (process.md §10.7): approved or refused as a whole."""
    toewijzing = stand.toewijzing_van(prestatie)
    gebroken = broken(niveau_3.NUMMER_REGELS, prestatie, toewijzing, stand)
    if toewijzing is None:
        return Regeloordeel(gebroken)
    gebroken += broken(niveau_3.DEBET_REGELS, prestatie, toewijzing, stand)
    if niveau_3.eenheid_past not in gebroken:
        gebroken += broken(niveau_3.VOLUME_REGELS, prestatie, toewijzing, stand)
    gebroken += broken(niveau_3.BUDGET_REGELS, prestatie, toewijzing, stand)
    if gebroken:
        return Regeloordeel(gebroken)
    stand.boek(prestatie, toewijzing)
    return Regeloordeel(toegekend=prestatie.bedrag)


def judge_debet_23(prestatie: Prestatie303, stand: Stand303) -> Regeloordeel:
    """A debit line of a 303 (design §6): refused, awarded, or of a declaratie awarded in part."""
    toewijzing = stand.toewijzing_van(prestatie)
    gebroken = broken(niveau_3_23.NUMMER_REGELS, prestatie, toewijzing, stand)
    if toewijzing is None:
        return Regeloordeel(gebroken)
    declarant = niveau_3_23.declarant_is_aanbieder_of_administratie
    if not declarant.toets(prestatie, toewijzing, stand):
        # What else somebody else's toewijzing says is none of the sender's business.
        return Regeloordeel((*gebroken, declarant))
    gebroken += broken(niveau_3_23.DEBET_REGELS, prestatie, toewijzing, stand)
    if niveau_3_23.eenheid_past not in gebroken:
        gebroken += broken(niveau_3_23.VOLUME_REGELS, prestatie, toewijzing, stand)
        gebroken += broken(niveau_3_23.PRIJS_REGELS, prestatie, toewijzing, stand)
    # A line that is refused already awards nothing that could exceed A.
    gebroken = gebroken or broken(niveau_3_23.TOEKENNING_REGELS, prestatie, toewijzing, stand)
    berekening = stand.berekening(prestatie, toewijzing)
    berekend = berekening.totaal if berekening else None
    if gebroken:
        return Regeloordeel(gebroken, berekend=berekend)
    stand.ken_toe(prestatie, toewijzing)
    uitleg = broken(niveau_3_23.UITLEG_REGELS, prestatie, toewijzing, stand)
    return Regeloordeel(uitleg, stand.toekenning(prestatie, toewijzing), berekend)


_PER_RELEASE = {
    "2.3": Regelboek(
        niveau_3_23.KOP_REGELS,
        niveau_3_23.DECLARATIE_REGELS,
        niveau_3_23.CLIENT_REGELS,
        niveau_3_23.CREDIT_REGELS,
        Stand303,
        judge_debet_23,
    ),
    "3.2": Regelboek(
        niveau_3.KOP_REGELS,
        niveau_3.DECLARATIE_REGELS,
        niveau_3.CLIENT_REGELS,
        niveau_3.CREDIT_REGELS,
        Stand,
        judge_debet_32,
    ),
}


def regelboek(declaratie: Declaratie) -> Regelboek:
    """The book of the release of this declaration."""
    return _PER_RELEASE[declaratie.soort.release]
