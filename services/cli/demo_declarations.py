"""The declarations of the demo: twelve months of 323s per aanbieder and gemeente, with what goes wrong on purpose."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from services.cli import example_messages as messages
from services.cli import example_set
from services.cli.demo_scenario import (
    GEWEIGERDE_301,
    JAAR,
    ZONDER_MANDAAT,
    Deelnemer,
    Zending,
    as_bytes,
)
from services.cli.example_messages import Declaratie, Kop, Regel
from services.declaration.contracts import Toewijzing
from services.declaration.weeks import maand_van

_ONBEKEND_NUMMER = 999_999_001
_VREEMDE_CLIENT = 900


@dataclass(frozen=True, slots=True)
class Lijn:
    """One line of a 323 and the retourcodes it must get; none: it is awarded. `waarover`: what is wrong with it."""

    regel: Regel
    codes: frozenset[str] = frozenset()
    waarover: str = ""


@dataclass(slots=True)
class Administratie:
    """What an aanbieder remembers: the next ReferentieNummer, and what it declared per toewijzing and month."""

    nummer: int = 0
    gedeclareerd: dict[tuple[int, int], Regel] = field(default_factory=dict)

    def regel(self, wie: Deelnemer, toewijzing: Toewijzing, maand: int, *, bsn: str = "") -> list[Lijn]:
        """The full claim of this month as one line, or nothing when nothing can be claimed."""
        claim = example_set.maandclaim(toewijzing, date(JAAR, maand, 1))
        if claim is None:
            return []
        made = example_set.regel(bsn or wie.persoon.bsn, self.referentie(), toewijzing, claim)
        self.gedeclareerd[toewijzing.nummer, maand] = made
        return [Lijn(made)]

    def referentie(self) -> str:
        self.nummer += 1
        return f"P{self.nummer:06d}"


# A geval: what the aanbieder declares for one toewijzing in one month.
Geval = Callable[[Administratie, Deelnemer, Toewijzing, int], list[Lijn]]


def _alles(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    return boek.regel(wie, t, maand)


def _half(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    return [Lijn(_met_volume(lijn.regel, lijn.regel.volume // 2)) for lijn in boek.regel(wie, t, maand)]


def _nooit(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    return []


def _stopt(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    return boek.regel(wie, t, maand) if maand <= 8 else []


def _te_laat(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    """April and May come with the declaration of June (IV090)."""
    if maand in (4, 5):
        return []
    maanden = (4, 5, 6) if maand == 6 else (maand,)
    return [lijn for een in maanden for lijn in boek.regel(wie, t, een)]


def _verkeerd_tarief(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    if maand == 4:
        return [
            _fout(_met_tarief(lijn.regel, 4), "0611", "ander tarief dan gecontracteerd")
            for lijn in boek.regel(wie, t, 4)
        ]
    return _met_herstel(boek, wie, t, maand, fout_in=4)


def _te_veel(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    if maand == 5:
        return [
            _fout(_met_volume(lijn.regel, lijn.regel.volume + 1), "9321", "een week te veel")
            for lijn in boek.regel(wie, t, 5)
        ]
    return _met_herstel(boek, wie, t, maand, fout_in=5)


def _andere_client(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    if maand == 8:
        vreemd = example_set.test_bsns()[_VREEMDE_CLIENT]
        return [
            _fout(lijn.regel, "8187", "toewijzing van een andere cliënt") for lijn in boek.regel(wie, t, 8, bsn=vreemd)
        ]
    return _met_herstel(boek, wie, t, maand, fout_in=8)


def _onbekend_nummer(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    if maand == 7:
        return [
            _fout(replace(lijn.regel, toewijzing=_ONBEKEND_NUMMER), "9338", "onbekend toewijzingnummer")
            for lijn in boek.regel(wie, t, 7)
        ]
    return _met_herstel(boek, wie, t, maand, fout_in=7)


def _geweigerd(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    """The aanbieder refused this toewijzing itself, and declares on it once."""
    lijnen = boek.regel(wie, t, 1) if maand == 1 else []
    return [_fout(lijn.regel, "9338", "toewijzing die met een 302 is geweigerd") for lijn in lijnen]


def _dubbel(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    lijnen = boek.regel(wie, t, maand)
    if maand == 6:
        nog_eens = replace(boek.gedeclareerd[t.nummer, 5], referentie=boek.referentie())
        lijnen.append(_fout(nog_eens, "9389", "mei staat er al"))
    return lijnen


def _correctie(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    """March is declared a week short; in September it is credited and declared in full."""
    if maand == 3:
        lijnen = [Lijn(_met_volume(lijn.regel, lijn.regel.volume - 1)) for lijn in boek.regel(wie, t, 3)]
        boek.gedeclareerd[t.nummer, 3] = lijnen[0].regel
        return lijnen
    if maand != 9:
        return boek.regel(wie, t, maand)
    oud = boek.gedeclareerd[t.nummer, 3]
    credit = replace(oud, referentie=boek.referentie(), vorig=oud.referentie, dc="C")
    return [Lijn(credit), *boek.regel(wie, t, 3), *boek.regel(wie, t, 9)]


def _met_herstel(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int, fout_in: int) -> list[Lijn]:
    """The month itself and, right after the month that went wrong, that one again as it should have been."""
    herstel = boek.regel(wie, t, fout_in) if maand == fout_in + 1 else []
    return [*herstel, *boek.regel(wie, t, maand)]


def _fout(regel: Regel, code: str, waarover: str) -> Lijn:
    return Lijn(regel, frozenset({code}), waarover)


def _met_volume(regel: Regel, volume: int) -> Regel:
    return replace(regel, volume=volume, bedrag=volume * (regel.tarief or 1))


def _met_tarief(regel: Regel, meer: int) -> Regel:
    tarief = (regel.tarief or 0) + meer
    return replace(regel, tarief=tarief, bedrag=regel.volume * tarief)


_GEVALLEN: dict[str, Geval] = {
    "": _alles,
    "half": _half,
    "nooit": _nooit,
    "stopt": _stopt,
    "te-laat": _te_laat,
    "verkeerd-tarief": _verkeerd_tarief,
    "te-veel": _te_veel,
    "andere-client": _andere_client,
    "onbekend-nummer": _onbekend_nummer,
    "geweigerd": _geweigerd,
    "dubbel": _dubbel,
    "correctie": _correctie,
}


def declareren(wie: tuple[Deelnemer, ...]) -> Iterator[Zending]:
    """Month after month the 323s of every aanbieder and gemeente; without mandaat the gemeente's 325 follows."""
    groepen: dict[tuple[str, str], list[Deelnemer]] = defaultdict(list)
    for een in wie:
        if een.geval not in GEWEIGERDE_301:
            groepen[een.aanbieder, een.gemeente].append(een)
    boeken: dict[str, Administratie] = defaultdict(Administratie)
    for maand in range(1, 13):
        for (aanbieder, gemeente), leden in groepen.items():
            lijnen = _lijnen(boeken[aanbieder], leden, maand)
            if lijnen:
                yield from _zendingen(aanbieder, gemeente, maand, lijnen)


def _lijnen(boek: Administratie, leden: list[Deelnemer], maand: int) -> list[Lijn]:
    """All lines of one month; those of one Bsn stand together."""
    lijnen = [lijn for een in leden for t in een.toewijzingen for lijn in _GEVALLEN[een.geval](boek, een, t, maand)]
    return sorted(lijnen, key=lambda lijn: lijn.regel.bsn)


def _zendingen(aanbieder: str, gemeente: str, maand: int, lijnen: list[Lijn]) -> Iterator[Zending]:
    begin, eind = maand_van(date(JAAR, maand, 1))
    kop = Kop(aanbieder, gemeente, f"D{gemeente}{maand:02d}", eind + timedelta(days=5))
    declaratie = Declaratie(f"DN{gemeente}{maand:02d}", begin, eind, [lijn.regel for lijn in lijnen])
    if gemeente == ZONDER_MANDAAT:
        yield from _via_de_gemeente(kop, declaratie, maand)
        return
    goed = _zending_323(kop, declaratie, lijnen)
    yield from _eerst_verkeerd(kop, declaratie, maand)
    yield goed
    if (aanbieder, gemeente, maand) == ("75000001", "0503", 1):
        yield replace(goed, status=200, waarover="dezelfde 323 nog eens: hetzelfde antwoord, niets opgeslagen")


def _zending_323(kop: Kop, declaratie: Declaratie, lijnen: list[Lijn]) -> Zending:
    codes = frozenset[str]().union(*(lijn.codes for lijn in lijnen))
    waarover = "; ".join(lijn.waarover for lijn in lijnen if lijn.codes)
    toegekend = sum(lijn.regel.waarde for lijn in lijnen if not lijn.codes)
    oordeel = "deels_afgekeurd" if codes else "goedgekeurd"
    inhoud = as_bytes(lambda uit: messages.wmo323(uit, kop, declaratie))
    return Zending("declaration", kop.afzender, "WMO323", inhoud, oordeel, waarover, codes, toegekend)


def _eerst_verkeerd(kop: Kop, declaratie: Declaratie, maand: int) -> Iterator[Zending]:
    """Declarations that are refused as a whole: they count as not sent, so the right one follows."""
    zending = Zending("declaration", kop.afzender, "WMO323", b"", "afgekeurd")
    match kop.afzender, kop.ontvanger, maand:
        case "75000001", "0503", 10:
            fout = replace(declaratie, totaal=declaratie.bedrag + 100)
            inhoud = as_bytes(lambda uit: messages.wmo323(uit, kop, fout))
            yield replace(zending, inhoud=inhoud, codes=frozenset({"0001"}), waarover="totaal klopt niet met de regels")
        case "75000001", "1783", 2:
            fout = replace(declaratie, nummer="DN178301")
            anders = replace(kop, identificatie="D1783FOUT")
            inhoud = as_bytes(lambda uit: messages.wmo323(uit, anders, fout))
            yield replace(zending, inhoud=inhoud, codes=frozenset({"9333"}), waarover="declaratienummer van januari")
        case "75000001", "1842", 3:
            inhoud = as_bytes(lambda uit: messages.wmo323(uit, kop, declaratie)).replace(
                b"<Eenheid>82", b"<Eenheid>stuks", 1
            )
            waarover = "voldoet niet aan het schema: geen bericht, wel een foutmelding met regel en pad"
            yield replace(zending, inhoud=inhoud, oordeel=None, status=400, waarover=waarover)
        case "75000002", "0503", 2:
            inhoud = as_bytes(lambda uit: messages.wmo323(uit, kop, declaratie))
            waarover = "75000003 dient in namens 75000002 zonder machtiging"
            yield replace(zending, partij="75000003", inhoud=inhoud, oordeel=None, status=403, waarover=waarover)


def _via_de_gemeente(kop: Kop, declaratie: Declaratie, maand: int) -> Iterator[Zending]:
    """Without mandaat the hub passes the 323 on; the gemeente's own 325 decides. In April it refuses a line."""
    heen = as_bytes(lambda uit: messages.wmo323(uit, kop, declaratie))
    yield Zending("declaration", kop.afzender, "WMO323", heen, "doorgestuurd")
    afgekeurd = {declaratie.regels[0].referentie: ["9321"]} if (kop.afzender, maand) == ("75000001", 4) else {}
    toegekend = sum(regel.waarde for regel in declaratie.regels if regel.referentie not in afgekeurd)
    eigen = Kop(kop.ontvanger, kop.afzender, f"A{kop.afzender[-1]}{maand:02d}", kop.dagtekening + timedelta(days=7))
    inhoud = as_bytes(lambda uit: messages.wmo325(uit, eigen, kop, declaratie, afgekeurd))
    waarover = "Rijswijk beoordeelt zelf en keurt een regel af" if afgekeurd else ""
    yield Zending("declaration", kop.ontvanger, "WMO325", inhoud, "goedgekeurd", waarover, toegekend=toegekend)
