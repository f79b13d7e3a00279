"""The story of release 3.2: contracts per calendar month, twelve times a 323 and its 325."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from services.cli import example_messages as messages
from services.cli.demo_cases import (
    Administratie,
    Geval,
    Lijn,
    afgekeurd,
    alles,
    andere_client,
    correctie,
    dubbel,
    eens_fout,
    goed,
    hoger_tarief,
    nooit,
    onbekend_nummer,
    tot,
)
from services.cli.demo_declarations import Opgave, Verhaal
from services.cli.demo_scenario import Deelnemer, Zending
from services.cli.example_messages import Declaratie, Kop, Regel
from services.cli.example_xml import as_bytes
from services.declaration.contracts import Toewijzing
from services.kernel.catalogue import find

_323: Final = find("WMO323", messages.RELEASE)


def _half(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    return [goed(_met_volume(regel, regel.volume // 2)) for regel in boek.regels(wie, t, maand)]


def _te_laat(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    """April and May come with the declaration of June (IV090)."""
    maanden = {4: (), 5: (), 6: (4, 5, 6)}.get(maand, (maand,))
    return [lijn for een in maanden for lijn in alles(boek, wie, t, een)]


def _geweigerd(boek: Administratie, wie: Deelnemer, t: Toewijzing, maand: int) -> list[Lijn]:
    """The aanbieder refused this toewijzing itself, and declares on it once."""
    regels = boek.regels(wie, t, maand) if maand == 1 else []
    return [afgekeurd(regel, "9338", "toewijzing die met een 302 is geweigerd") for regel in regels]


def _met_volume(regel: Regel, volume: int) -> Regel:
    return replace(regel, volume=volume, bedrag=volume * (regel.tarief or 1))


def _week_meer(regel: Regel) -> Regel:
    return _met_volume(regel, regel.volume + 1)


def _week_minder(regel: Regel) -> Regel:
    return _met_volume(regel, regel.volume - 1)


_GEVALLEN: Mapping[str, Geval] = {
    "": alles,
    "half": _half,
    "nooit": nooit,
    "stopt": tot(8),
    "te-laat": _te_laat,
    "geweigerd": _geweigerd,
    "verkeerd-tarief": eens_fout(4, "0611", "ander tarief dan gecontracteerd", hoger_tarief),
    "te-veel": eens_fout(5, "9321", "een week te veel", _week_meer),
    "onbekend-nummer": eens_fout(7, "9338", "onbekend toewijzingnummer", onbekend_nummer),
    "andere-client": eens_fout(8, "8187", "toewijzing van een andere cliënt", andere_client),
    "dubbel": dubbel(6, "9389", "mei staat er al"),
    "correctie": correctie(3, 9, _week_minder),
}


def _declaratie(opgave: Opgave) -> Declaratie:
    return Declaratie(f"DN{opgave.gemeente}{opgave.nummer:02d}", opgave.begin, opgave.eind, opgave.regels)


def _als_bytes(kop: Kop, declaratie: Declaratie) -> bytes:
    return as_bytes(lambda uit: messages.write_323(uit, kop, declaratie))


def _schrijf(opgave: Opgave) -> bytes:
    return _als_bytes(opgave.kop, _declaratie(opgave))


def _schrijf_antwoord(opgave: Opgave) -> bytes:
    declaratie = _declaratie(opgave)
    return as_bytes(
        lambda uit: messages.write_325(uit, opgave.kop_antwoord, opgave.kop, declaratie, opgave.afgekeurd),
    )


def _verkeerd_totaal(opgave: Opgave) -> Zending:
    declaratie = _declaratie(opgave)
    inhoud = _als_bytes(opgave.kop, replace(declaratie, totaal=declaratie.bedrag + 100))
    waarover = "totaal klopt niet met de regels"
    return Zending(_323, opgave.aanbieder, inhoud, "afgekeurd", waarover, frozenset({"0001"}))


def _nummer_van_januari(opgave: Opgave) -> Zending:
    kop = replace(opgave.kop, identificatie=f"D{opgave.gemeente}FOUT")
    inhoud = _als_bytes(kop, replace(_declaratie(opgave), nummer=f"DN{opgave.gemeente}01"))
    waarover = "declaratienummer van januari"
    return Zending(_323, opgave.aanbieder, inhoud, "afgekeurd", waarover, frozenset({"9333"}))


def _ongeldige_xml(opgave: Opgave) -> Zending:
    inhoud = _schrijf(opgave).replace(b"<Eenheid>82", b"<Eenheid>stuks", 1)
    waarover = "schema: alleen een foutmelding, geen antwoord"
    return Zending(_323, opgave.aanbieder, inhoud, None, waarover, status=400)


def _namens_een_ander(opgave: Opgave) -> Zending:
    waarover = f"75000003 dient in namens {opgave.aanbieder} zonder machtiging"
    return Zending(_323, "75000003", _schrijf(opgave), None, waarover, status=403)


PER_MAAND: Final = Verhaal(
    naam="Per maand (323, 325)",
    release=messages.RELEASE,
    soort=_323.naam,
    gevallen=_GEVALLEN,
    eerst={
        ("75000001", "0503", 10): _verkeerd_totaal,
        ("75000001", "1783", 2): _nummer_van_januari,
        ("75000001", "1842", 3): _ongeldige_xml,
        ("75000002", "0503", 2): _namens_een_ander,
    },
    nog_eens=("75000001", "0503", 1),
    schrijf=_schrijf,
    schrijf_antwoord=_schrijf_antwoord,
)
