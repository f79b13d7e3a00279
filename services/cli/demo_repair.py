"""A tariff that changes with hindsight, after the year was reported: closed, raised, mended in two steps. FICTIEF.

The figures are read over HTTP at every step: those of the gemeente by itself, those of the region by the operator, from
whom no small cell is kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx

from services.cli import example_set
from services.cli.beheer import laad
from services.cli.demo_cases import Administratie, Lijn, goed, termijnen
from services.cli.demo_declarations import Opgave, door_de_hub
from services.cli.demo_four_weeks import PER_VIER_WEKEN
from services.cli.demo_scenario import JAAR, Deelnemer, Zending, deelnemers
from services.cli.demo_sending import Antwoord, header, lees, send
from services.declaration.afspraken.tariff_loading import laad_tarieven

Rij = dict[str, Any]

GEMEENTE, AANBIEDER, PRODUCT = "1842", "75000003", "DAG3"
# The toewijzingen of this product end with the last of these periods.
GERAAKT: Final = range(1, 10)
EERST: Final = range(1, 5)
REST: Final = range(5, 10)
GESLOTEN: Final = EERST
BESLUIT: Final = "FICTIEF herstelbesluit DAG3 2026"
_AFSLUITBESLUIT: Final = "FICTIEF collegebesluit afsluiting 2025"
_BEKEND: Final = "2026-01-27"
# A quarter of it is a whole cent, as the example tariffs are.
_VERHOGING: Final = (11, 10)
_PAD: Final = "/declaration/v1"


@dataclass(frozen=True, slots=True)
class Moment:
    """The figures at one step: the region per period of the year, the gemeente, its product, and what is to mend."""

    naam: str
    regio: Mapping[str, Rij]
    gemeente: Rij
    product: Rij
    te_herstellen: int

    @property
    def open(self) -> int:
        """What the region has allocated and not declared over the thirteen periods, in eurocent."""
        return sum(rij["toegewezen"] - rij["gedeclareerd"] for rij in self.regio.values())


@dataclass(frozen=True, slots=True)
class Verloop:
    """What happened: the moments in order, the worklist of the change, the closed periods as they were closed."""

    gemeld: Moment
    verhoogd: Moment
    half: Moment
    hersteld: Moment
    werklijst: Sequence[Rij]
    bevroren: Mapping[str, Rij]
    antwoorden: Sequence[Antwoord]

    @property
    def momenten(self) -> tuple[Moment, Moment, Moment, Moment]:
        return self.gemeld, self.verhoogd, self.half, self.hersteld


def label(nummer: int) -> str:
    return f"{JAAR}-P{nummer:02d}"


def tarieven() -> tuple[int, int]:
    """Per four weeks in eurocent: what it was, and what it becomes."""
    oud = example_set.voorbeeld().tarieven.op(GEMEENTE, AANBIEDER, PRODUCT, date(JAAR, 1, 1))
    if oud is None:
        raise ValueError(f"geen FICTIEF tarief voor {PRODUCT} in {GEMEENTE}")
    maal, door = _VERHOGING
    return oud.bedrag, oud.bedrag * maal // door


def betrokkenen() -> list[Deelnemer]:
    """Who has the product: all of theirs is to mend."""
    return [
        een
        for een in deelnemers()
        if (een.gemeente, een.aanbieder) == (GEMEENTE, AANBIEDER) and een.toewijzingen[0].code == PRODUCT
    ]


def herstellen(hub: httpx.Client, sleutels: Mapping[str, str], data: Path, boek: Administratie) -> Verloop:
    """Close, raise, mend the first periods, mend the rest; what the hub says at every step."""
    gemeld = _lees_moment(hub, sleutels, "gemeld")
    sluit_af(hub, sleutels)
    laad(data, "tarief laad", lambda conn, moment: laad_tarieven(conn, tariefbestand(), moment))
    verhoogd = _lees_moment(hub, sleutels, "na besluit")
    werklijst = _werklijst(hub, sleutels)
    antwoorden = list(send(hub, sleutels, [correctie(boek, EERST)]))
    half = _lees_moment(hub, sleutels, "na 1e 303")
    antwoorden += send(hub, sleutels, [correctie(boek, REST)])
    hersteld = _lees_moment(hub, sleutels, "na 2e 303")
    bevroren = _per_periode(hub, sleutels, bevroren=True)
    return Verloop(gemeld, verhoogd, half, hersteld, werklijst, bevroren, antwoorden)


def sluit_af(hub: httpx.Client, sleutels: Mapping[str, str]) -> None:
    """Every gemeente closes its first periods by a besluit; httpx.HTTPStatusError when one is refused."""
    for gemeente in sorted({een.gemeente for een in deelnemers()}):
        for nummer in GESLOTEN:
            reply = hub.post(
                f"{_PAD}/perioden/{label(nummer)}/afsluiting",
                json={"besluit": _AFSLUITBESLUIT},
                headers=header(sleutels, gemeente),
            )
            reply.raise_for_status()


def tariefbestand() -> str:
    """The change as a file: the whole year, known since a day in the next one."""
    _, nieuw = tarieven()
    kop = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"
    bedrag = f"{nieuw // 100}.{nieuw % 100:02d}"
    return f"{kop}\n{GEMEENTE},,{PRODUCT},{JAAR}-01-01,{JAAR}-12-31,{bedrag},,{_BEKEND},{BESLUIT}\n"


# --- what is sent ----------------------------------------------------------------------------------------------------


def correctie(boek: Administratie, perioden: range) -> Zending:
    """A 303 that credits these periods of every client and declares them again at the new tariff."""
    begin, eind = example_set.tijdvak(PER_VIER_WEKEN.release, date(JAAR + 1, 1, 1))
    # The numbers after those of the year's own declarations.
    nummer = len(termijnen(PER_VIER_WEKEN.release)) + (1 if perioden == EERST else 2)
    lijnen = [
        lijn
        for een in betrokkenen()
        for t in een.toewijzingen
        for n in perioden
        for lijn in _opnieuw(boek, t.nummer, n)
    ]
    opgave = Opgave(AANBIEDER, GEMEENTE, nummer, begin, eind, tuple(sorted(lijnen, key=lambda lijn: lijn.regel.bsn)))
    return door_de_hub(PER_VIER_WEKEN, opgave)


def _opnieuw(boek: Administratie, toewijzing: int, periode: int) -> Iterator[Lijn]:
    _, tarief = tarieven()
    debet = boek.gedeclareerd[toewijzing, periode]
    yield goed(boek.credit(debet))
    opnieuw = boek.gedeclareerd[toewijzing, periode] = replace(
        debet, referentie=boek.referentie(), tarief=tarief, bedrag=tarief
    )
    yield goed(opnieuw)


# --- what is read ----------------------------------------------------------------------------------------------------


def _lees_moment(hub: httpx.Client, sleutels: Mapping[str, str], naam: str) -> Moment:
    def rijen(**vraag: Any) -> Iterable[Rij]:
        items: list[Rij] = lees(hub, sleutels, GEMEENTE, f"{_PAD}/verzilvering", **vraag)["items"]
        return items

    product = example_set.voorbeeld().producten[PRODUCT]
    per_trede = rijen(groepeer="resultaatgebied,trede", aanbieder=AANBIEDER)
    sleutel = product.resultaatgebied, product.trede
    return Moment(
        naam,
        regio=_per_periode(hub, sleutels),
        gemeente=next(iter(rijen(groepeer="gemeente"))),
        product=next(rij for rij in per_trede if (rij["resultaatgebied"], rij["trede"]) == sleutel),
        te_herstellen=len(_werklijst(hub, sleutels)),
    )


def _per_periode(hub: httpx.Client, sleutels: Mapping[str, str], **vraag: Any) -> dict[str, Rij]:
    """{period label of the year: the row of the region}."""
    items = lees(hub, sleutels, "beheer", f"{_PAD}/verzilvering", groepeer="periode", **vraag)["items"]
    return {rij["periode"]: rij for rij in items if rij["periode"].startswith(f"{JAAR}-")}


def _werklijst(hub: httpx.Client, sleutels: Mapping[str, str]) -> list[Rij]:
    """What the gemeente still has to see mended."""
    items: list[Rij] = lees(hub, sleutels, GEMEENTE, f"{_PAD}/herstel", status="open", limit=500)["items"]
    return items
