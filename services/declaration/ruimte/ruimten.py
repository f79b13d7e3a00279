"""What may still be claimed on a toewijzing: a line that would take all of it, held against the rules of the verdict.

There is no second formula: the line is made with the maxima and prices that the rules compare with (TR321, TR322,
HUB05, HUB06), and then judged as if it had been sent. Amounts are eurocent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from services.declaration.contracts import Mapping as Vorm
from services.declaration.contracts import Toewijzing, mapping_of
from services.declaration.message import Client, Client303, Declaratie, Declaratie303, Kop, Prestatie, Prestatie303
from services.declaration.rules.feiten import Feiten
from services.declaration.rules.stand import Stand, omgerekend
from services.declaration.rules.stand_23 import Stand303
from services.declaration.verdict.oordeel import broken
from services.declaration.verdict.regelboek import Regelboek, regelboek
from services.declaration.weeks import max_periode, max_totaal
from services.kernel.catalogue import Berichtsoort
from services.kernel.rules import Regel, bevind

RELEASE_2_3: Final = "2.3"
_EURO, _UUR = "83", "04"
_MINUTEN_PER_UUR = 60
_VRIJGESTELD = "1"  # BtwVrijstellingIndicatie, which every line of a factuur has (CD059)
# Longer than any ReferentieNummer can be, so that no line of a draft meets a used number (8021).
_NIET_TE_GEBRUIKEN = "regel zonder ReferentieNummer "
_ZONDER_RETOURCODE: Final = {
    "geen-productcode": "Er is geen productcode toegewezen: kies er zelf een binnen de toewijzing.",
    "geen-tarief": "Voor dit product is geen prijs bekend: het bedrag is niet te berekenen.",
    "in-behandeling": "Op deze ProductPeriode wacht al een declaratie op antwoord.",
}


@dataclass(frozen=True, slots=True)
class Opdracht:
    """Whose draft it is: `begin` and `eind` are the month or four weeks asked for; the numbers are those of a draft."""

    soort: Berichtsoort
    gemeente: str
    aanbieder: str
    begin: date
    eind: date
    vandaag: date
    factuur: bool = False
    identificatie: str = ""
    nummer: str = ""


@dataclass(frozen=True, slots=True)
class Bezig:
    """What is known of one toewijzing in the period asked for: approved and not credited, and waiting for an answer."""

    goedgekeurd: int = 0
    goedgekeurd_bedrag: int = 0
    in_behandeling: int = 0
    in_behandeling_bedrag: int = 0


@dataclass(frozen=True, slots=True)
class Reden:
    """Why nothing may be claimed; `retourcode` None where no rule of the standard says it."""

    regel: str
    retourcode: str | None
    melding: str


@dataclass(frozen=True, slots=True)
class Ruimte:
    """What may still be claimed on one toewijzing in its ProductPeriode [begin, eind].

    `maximum` is of one line (TR321), `totaal` of the whole toewijzing (TR322), `gebruikt` the volume approved on it so
    far; None where there is none, or it is not known. `volume` and `bedrag` may be claimed; `voorstel` is the line that
    a draft claims, which of pieces in total is no more than what has begun.
    """

    toewijzing: Toewijzing
    begin: date
    eind: date
    maximum: int | None
    totaal: int | None
    gebruikt: int
    bezig: Bezig
    volume: int | None = None
    bedrag: int | None = None
    tarief: int | None = None
    voorstel: Prestatie | None = None
    redenen: tuple[Reden, ...] = field(default_factory=tuple)


def ontwerp(opdracht: Opdracht, toewijzingen: Sequence[Toewijzing]) -> Declaratie:
    """A declaration with a line of nothing on each of these toewijzingen; by it the facts are asked.

    The keyed hash of a client stands in for the Bsn.
    """
    per_client: dict[str, list[Toewijzing]] = {}
    for toewijzing in toewijzingen:
        per_client.setdefault(toewijzing.client, []).append(toewijzing)
    clienten = [
        _client(opdracht, index, wie, [_leeg(opdracht, index, n, t) for n, t in enumerate(van_client, 1)])
        for index, (wie, van_client) in enumerate(per_client.items(), 1)
    ]
    return met_clienten(opdracht, clienten)


def met_clienten(opdracht: Opdracht, clienten: Sequence[Any]) -> Declaratie:
    """The declaration of these Clienten, with the right total."""
    o, totaal = opdracht, sum(p.bedrag for client in clienten for p in client.prestaties)
    kop = Kop(o.aanbieder, o.gemeente, o.identificatie, o.vandaag, ("1.0.0", "1.0.0"), None)
    waarden = o.soort, kop, o.nummer, o.begin, o.eind, o.vandaag, totaal, "C" if totaal < 0 else "D", None
    if o.soort.release == RELEASE_2_3:
        return Declaratie303(*waarden, tuple(clienten), None, "02", None, None, None, o.factuur)
    return Declaratie(*waarden, tuple(clienten))


def productperiode(opdracht: Opdracht, toewijzing: Toewijzing) -> tuple[date, date]:
    """The period asked for, cut to the toewijzing (IV089); its end before its begin where they do not meet."""
    einde = toewijzing.einddatum
    return max(opdracht.begin, toewijzing.ingangsdatum), min(opdracht.eind, einde or opdracht.eind)


def ruimten(opdracht: Opdracht, leeg: Declaratie, feiten: Feiten, bezig: Mapping[int, Bezig]) -> list[Ruimte]:
    """What may be claimed on the toewijzing of each line of the draft `leeg`, in its order."""
    boek = regelboek(leeg)
    kop = broken(boek.kop, leeg, feiten)
    kop += () if kop else broken(boek.declaratie, leeg, feiten)
    algemeen = tuple(Reden(b.regel, b.retourcode, b.melding) for b in (bevind(r, leeg.soort, leeg) for r in kop))
    # What is tried out is kept by place: lines that are judged have sums of their own.
    proef, stand = boek.stand(leeg, feiten), boek.stand(leeg, feiten)
    gevonden = []
    for regel in leeg.prestaties:
        toewijzing = feiten.toewijzingen[regel.toewijzing or 0]
        ruimte = _kaal(regel, toewijzing, stand, feiten, bezig.get(toewijzing.nummer, Bezig()))
        if algemeen:
            gevonden.append(replace(ruimte, volume=0, bedrag=0, redenen=algemeen))
        elif toewijzing.code is None:
            gevonden.append(_zonder_code(ruimte, stand))
        else:
            lijn, geprijsd = _vol(regel, toewijzing, proef)
            zonder_prijs = replace(ruimte, volume=lijn.volume, redenen=(_eigen("geen-tarief"),))
            gevonden.append(_beoordeeld(ruimte, lijn, stand, boek, feiten) if geprijsd else zonder_prijs)
    return gevonden


def _kaal(regel: Prestatie, toewijzing: Toewijzing, stand: Stand, feiten: Feiten, bezig: Bezig) -> Ruimte:
    tabel = feiten.periodes
    return Ruimte(
        toewijzing=toewijzing,
        begin=regel.begin,
        eind=regel.eind,
        maximum=max_periode(toewijzing, regel.begin, regel.eind, tabel),
        totaal=max_totaal(toewijzing, tabel),
        gebruikt=stand.volume(toewijzing) // (_MINUTEN_PER_UUR if toewijzing.eenheid == _UUR else 1),
        bezig=bezig,
    )


def _zonder_code(ruimte: Ruimte, stand: Stand) -> Ruimte:
    """An aspecific toewijzing: what its budget leaves; which product is for the aanbieder to say."""
    budget = ruimte.toewijzing.budget
    over = None if budget is None else max(budget - stand.bedrag(ruimte.toewijzing), 0)
    return replace(ruimte, bedrag=over, redenen=(_eigen("geen-productcode"),))


# --- a line that takes all there is ----------------------------------------------------------------------------------


def _vol(regel: Prestatie, toewijzing: Toewijzing, proef: Stand) -> tuple[Prestatie, bool]:
    """The line with the most volume and what that costs, and whether a price is known to compute that with."""
    lijn = replace(regel, volume=_meeste(regel, toewijzing, proef))
    if not lijn.volume:
        return lijn, True
    if isinstance(lijn, Prestatie303) and isinstance(proef, Stand303):
        return _vol_23(lijn, toewijzing, proef)
    if toewijzing.eenheid == _EURO:
        return replace(lijn, bedrag=lijn.volume), True
    tarief = proef.contract_tarief(lijn, toewijzing)
    return replace(lijn, tarief=tarief, bedrag=lijn.volume * (tarief or 0)), tarief is not None


def _meeste(regel: Prestatie, toewijzing: Toewijzing, proef: Stand) -> int:
    """The most volume by TR321 and TR322; 0 where neither says anything."""
    tabel, per_uur = proef.feiten.periodes, _MINUTEN_PER_UUR if toewijzing.eenheid == _UUR else 1
    maximum, totaal = max_periode(toewijzing, regel.begin, regel.eind, tabel), max_totaal(toewijzing, tabel)
    grenzen = [maximum] if maximum is not None else []
    if totaal is not None:
        grenzen.append((omgerekend(totaal, toewijzing.eenheid, toewijzing) - proef.volume(toewijzing)) // per_uur)
    return max(min(grenzen), 0) if grenzen else 0


def _vol_23(lijn: Prestatie303, toewijzing: Toewijzing, proef: Stand303) -> tuple[Prestatie303, bool]:
    bedrag = proef.ruimte(lijn, toewijzing)
    if bedrag is None or bedrag <= 0:
        return lijn, bedrag is not None
    if toewijzing.eenheid == _EURO:
        return replace(lijn, volume=bedrag, bedrag=bedrag), True
    berekening = proef.berekening(lijn, toewijzing)
    # No more pieces than the amount that is left takes.
    volume = -(-lijn.volume * bedrag // berekening.totaal) if berekening else lijn.volume
    prijzen = proef.prijzen(lijn, toewijzing)
    tarief = next(iter(prijzen)) if prijzen and len(prijzen) == 1 else None
    return replace(lijn, volume=volume, bedrag=bedrag, tarief=tarief), True


# --- held against the rules ------------------------------------------------------------------------------------------


def _beoordeeld(ruimte: Ruimte, lijn: Prestatie, stand: Stand, boek: Regelboek, feiten: Feiten) -> Ruimte:
    """What the verdict makes of the line; of a line of nothing what it makes of one unit, which tells why."""
    gevraagd = lijn if lijn.volume and lijn.bedrag else _een(lijn)
    oordeel = boek.judge_debet(gevraagd, stand)
    if oordeel.toegekend is None or gevraagd is not lijn:
        return replace(ruimte, volume=0, bedrag=0, tarief=lijn.tarief, redenen=_redenen(oordeel.gebroken, lijn, stand))
    vol = replace(ruimte, volume=lijn.volume, bedrag=lijn.bedrag, tarief=lijn.tarief)
    if ruimte.bezig.in_behandeling_bedrag:
        return replace(vol, redenen=(_eigen("in-behandeling"),))
    return replace(vol, voorstel=_wat_begon(lijn, ruimte, feiten))


def _een(lijn: Prestatie) -> Prestatie:
    volume = max(lijn.volume, 1)
    return replace(lijn, volume=volume, bedrag=volume * (lijn.tarief or 1))


def _wat_begon(lijn: Prestatie, ruimte: Ruimte, feiten: Feiten) -> Prestatie | None:
    """Pieces in total name no period: a draft claims those of the periods that have begun, and no later ones."""
    toewijzing = ruimte.toewijzing
    if mapping_of(toewijzing, None) is not Vorm.P or not len(feiten.periodes):
        return lijn
    begonnen = len(feiten.periodes.geraakt(toewijzing.ingangsdatum, ruimte.eind)) - ruimte.gebruikt
    volume = min(lijn.volume, begonnen)
    return replace(lijn, volume=volume, bedrag=volume * (lijn.tarief or 0)) if volume > 0 else None


def _redenen(gebroken: Iterable[Regel], lijn: Prestatie, stand: Stand) -> tuple[Reden, ...]:
    gevonden = (bevind(regel, stand.declaratie.soort, lijn) for regel in gebroken)
    return tuple(Reden(b.regel, b.retourcode, b.melding) for b in gevonden)


def _eigen(regel: str) -> Reden:
    return Reden(regel, None, _ZONDER_RETOURCODE[regel])


# --- a draft as values -----------------------------------------------------------------------------------------------


def _leeg(opdracht: Opdracht, client: int, index: int, t: Toewijzing) -> Prestatie:
    referentie = f"{_NIET_TE_GEBRUIKEN}{client}.{index}"
    wat = client, index, None, referentie, None, t.nummer, t.categorie or "", t.code or ""
    waarden = *wat, *productperiode(opdracht, t), 0, t.eenheid or _EURO, None, 0, "D"
    if opdracht.soort.release == RELEASE_2_3:
        return Prestatie303(*waarden, None, None, None, None, _VRIJGESTELD if opdracht.factuur else None, *[None] * 3)
    return Prestatie(*waarden)


def _client(opdracht: Opdracht, index: int, wie: str, prestaties: Sequence[Any]) -> Client:
    if opdracht.soort.release == RELEASE_2_3:
        return Client303(index, None, wie, tuple(prestaties), date.min, None)
    return Client(index, None, wie, tuple(prestaties))
