"""What an aanbieder declares for one toewijzing in one term, right or wrong on purpose: the gevallen of demo.csv.

Those of both releases; what only one of them has stands with its story.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

from services.cli import example_set
from services.cli.demo_scenario import JAAR, Deelnemer
from services.cli.example_messages import Regel
from services.declaration.contracts import Toewijzing

_DAG = timedelta(days=1)
_VREEMDE_CLIENT = 900
_ONBEKEND_NUMMER = 999_999_001

Wijziging = Callable[[Regel], Regel]


@dataclass(frozen=True, slots=True)
class Lijn:
    """One line of a declaration, what must be awarded of it (signed eurocent) and the retourcodes that refuse it.

    `waarover`: what is wrong with it. `betaalt` is False where the award moves no money.
    """

    regel: Regel
    toegekend: int
    codes: frozenset[str] = frozenset()
    waarover: str = ""
    betaalt: bool = True


def goed(regel: Regel) -> Lijn:
    return Lijn(regel, regel.waarde)


def afgekeurd(regel: Regel, code: str, waarover: str) -> Lijn:
    return Lijn(regel, 0, frozenset({code}), waarover)


@dataclass(slots=True)
class Administratie:
    """What an aanbieder remembers: the next ReferentieNummer, and what it declared per toewijzing and term."""

    nummer: int = 0
    gedeclareerd: dict[tuple[int, int], Regel] = field(default_factory=dict)

    def regels(self, wie: Deelnemer, toewijzing: Toewijzing, nummer: int) -> list[Regel]:
        """The full claim of this term as one line, or nothing when nothing can be claimed."""
        claim = example_set.claim(toewijzing, termijnen(toewijzing.release)[nummer - 1][0])
        if claim is None:
            return []
        made = example_set.regel(wie.persoon.bsn, self.referentie(), toewijzing, claim)
        self.gedeclareerd[toewijzing.nummer, nummer] = made
        return [made]

    def referentie(self) -> str:
        self.nummer += 1
        return f"P{self.nummer:06d}"

    def credit(self, debet: Regel) -> Regel:
        """The line that takes this one back."""
        return replace(debet, referentie=self.referentie(), vorig=debet.referentie, dc="C")


@cache
def termijnen(release: str) -> tuple[tuple[date, date], ...]:
    """The DeclaratiePeriodes that end in the year: twelve months, or thirteen times four weeks."""
    gevonden: list[tuple[date, date]] = []
    termijn = example_set.tijdvak(release, date(JAAR, 1, 1))
    while termijn[1].year == JAAR:
        gevonden.append(termijn)
        termijn = example_set.tijdvak(release, termijn[1] + _DAG)
    return tuple(gevonden)


Geval = Callable[[Administratie, Deelnemer, Toewijzing, int], list[Lijn]]


def alles(boek: Administratie, wie: Deelnemer, t: Toewijzing, nummer: int) -> list[Lijn]:
    return [goed(regel) for regel in boek.regels(wie, t, nummer)]


def nooit(boek: Administratie, wie: Deelnemer, t: Toewijzing, nummer: int) -> list[Lijn]:
    return []


def tot(laatste: int) -> Geval:
    """Everything, up to and including this term."""

    def geval(boek: Administratie, wie: Deelnemer, t: Toewijzing, nummer: int) -> list[Lijn]:
        return alles(boek, wie, t, nummer) if nummer <= laatste else []

    return geval


def eens_fout(in_termijn: int, code: str, waarover: str, wijziging: Wijziging, *, crediteert: bool = False) -> Geval:
    """Wrong in one term and refused with this code; the next term brings it again as it should have been.

    `crediteert`: first the refused line is taken back, as a factuur must be; nothing was paid on it.
    """

    def geval(boek: Administratie, wie: Deelnemer, t: Toewijzing, nummer: int) -> list[Lijn]:
        lijnen = alles(boek, wie, t, nummer)
        if nummer == in_termijn:
            fout = boek.gedeclareerd[t.nummer, nummer] = wijziging(lijnen[0].regel)
            return [afgekeurd(fout, code, waarover)]
        if nummer != in_termijn + 1:
            return lijnen
        fout = boek.gedeclareerd[t.nummer, in_termijn]
        terug = [_credit_van_afgekeurd(boek, fout)] if crediteert else []
        return [*terug, *alles(boek, wie, t, in_termijn), *lijnen]

    return geval


def _credit_van_afgekeurd(boek: Administratie, afgekeurde: Regel) -> Lijn:
    """Accepted and answered, but nothing was paid on the line, so nothing comes back."""
    credit = boek.credit(afgekeurde)
    waarover = "credit van een afgekeurde factuurregel, en die regel verbeterd"
    return Lijn(credit, credit.waarde, waarover=waarover, betaalt=False)


def dubbel(in_termijn: int, code: str, waarover: str) -> Geval:
    """The term before this one is declared once more, and refused with this code."""

    def geval(boek: Administratie, wie: Deelnemer, t: Toewijzing, nummer: int) -> list[Lijn]:
        lijnen = alles(boek, wie, t, nummer)
        if nummer == in_termijn:
            nog_eens = replace(boek.gedeclareerd[t.nummer, nummer - 1], referentie=boek.referentie())
            lijnen.append(afgekeurd(nog_eens, code, waarover))
        return lijnen

    return geval


def correctie(in_termijn: int, hersteld_in: int, tekort: Wijziging) -> Geval:
    """One term is declared short, and awarded; later it is credited and declared in full."""

    def geval(boek: Administratie, wie: Deelnemer, t: Toewijzing, nummer: int) -> list[Lijn]:
        lijnen = alles(boek, wie, t, nummer)
        if nummer == in_termijn:
            te_weinig = boek.gedeclareerd[t.nummer, nummer] = tekort(lijnen[0].regel)
            return [goed(te_weinig)]
        if nummer != hersteld_in:
            return lijnen
        credit = boek.credit(boek.gedeclareerd[t.nummer, in_termijn])
        terug = Lijn(credit, credit.waarde, waarover="credit van een toegekende regel, en die regel opnieuw")
        return [terug, *alles(boek, wie, t, in_termijn), *lijnen]

    return geval


def hoger_tarief(regel: Regel) -> Regel:
    """Four cents more per piece than the contract says."""
    tarief = (regel.tarief or 0) + 4
    return replace(regel, tarief=tarief, bedrag=regel.volume * tarief)


def onbekend_nummer(regel: Regel) -> Regel:
    return replace(regel, toewijzing=_ONBEKEND_NUMMER)


def andere_client(regel: Regel) -> Regel:
    return replace(regel, bsn=example_set.test_bsns()[_VREEMDE_CLIENT])
