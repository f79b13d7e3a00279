"""The story of release 2.3: contracts per four weeks, thirteen times a 303 and its 304, as declaratie or as factuur."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

from services.cli import example_messages_23 as messages
from services.cli import example_set
from services.cli.console import euro
from services.cli.demo_cases import (
    Administratie,
    Geval,
    Lijn,
    alles,
    correctie,
    dubbel,
    eens_fout,
    hoger_tarief,
    onbekend_nummer,
    tot,
)
from services.cli.demo_declarations import Opgave, Verhaal
from services.cli.demo_scenario import JAAR, Deelnemer, Zending
from services.cli.example_messages import RELEASE as MAAND
from services.cli.example_messages import Declaratie, Regel, write_323
from services.cli.example_messages_23 import Antwoord, DeclaratieFactuur
from services.cli.example_xml import as_bytes
from services.declaration.contracts import Toewijzing
from services.declaration.weeks import maand_van
from services.kernel.catalogue import find

_303: Final = find("WMO303", messages.RELEASE)
_TE_VEEL: Final = 2500
_TE_HOOG_IN: Final = 5


def _te_hoog_zonder_tarief(boek: Administratie, wie: Deelnemer, t: Toewijzing, periode: int) -> list[Lijn]:
    """A price that hides: no ProductTarief, and an amount above the contract. A declaratie gets what it should cost."""
    lijnen = alles(boek, wie, t, periode)
    if periode != _TE_HOOG_IN:
        return lijnen
    waarover = f"te hoog bedrag zonder tarief: {euro(_TE_VEEL)} gekort"
    return [replace(lijn, regel=_te_hoog(lijn.regel), waarover=waarover) for lijn in lijnen]


def _te_hoog(regel: Regel) -> Regel:
    return replace(regel, tarief=None, bedrag=regel.bedrag + _TE_VEEL)


def _week_minder(regel: Regel) -> Regel:
    """One week of the four; a declaratie may claim less than it should cost."""
    return replace(regel, bedrag=regel.bedrag - regel.bedrag // 4)


def _hele_periode(regel: Regel) -> Regel:
    """The tariff of four weeks for a broken period."""
    return replace(regel, bedrag=regel.tarief or 0)


def _nummer_uit_323(regel: Regel) -> Regel:
    """The ReferentieNummer that this aanbieder gave to the first line of its first 323."""
    return replace(regel, referentie="P000001")


# What is refused of a factuur is taken back before it comes again (IV055).
_factuurregel = partial(eens_fout, crediteert=True)
_GEVALLEN: Mapping[str, Geval] = {
    "": alles,
    "stopt": tot(9),
    "verkeerd-tarief": eens_fout(4, "0611", "ander tarief dan gecontracteerd", hoger_tarief),
    "onbekend-nummer": eens_fout(7, "0551", "onbekend toewijzingnummer", onbekend_nummer),
    "nummer-uit-323": eens_fout(9, "8021", "referentienummer uit een eerdere 323", _nummer_uit_323),
    "dubbel": dubbel(6, "9322", "P5 staat er al"),
    "te-hoog": _te_hoog_zonder_tarief,
    "correctie": correctie(3, 10, _week_minder),
    "factuur-tarief": _factuurregel(6, "0611", "factuurregel met ander tarief", hoger_tarief),
    "factuur-gebroken": _factuurregel(3, "9321", "factuurregel, hele prijs voor een deel van P3", _hele_periode),
}


def _declaratie(opgave: Opgave) -> DeclaratieFactuur:
    """In the vorm that the contract asks for."""
    regels = opgave.regels
    personen = {regel.bsn: example_set.persoon_van(regel.bsn, opgave.gemeente) for regel in regels}
    _, vorm = example_set.afspraak(opgave.aanbieder, opgave.gemeente)
    return DeclaratieFactuur(opgave.kop, opgave.begin, opgave.eind, regels, personen, vorm == example_set.FACTUUR)


def _als_bytes(declaratie: DeclaratieFactuur) -> bytes:
    return as_bytes(lambda uit: messages.write_303(uit, declaratie))


def _schrijf(opgave: Opgave) -> bytes:
    return _als_bytes(_declaratie(opgave))


def _schrijf_antwoord(opgave: Opgave) -> bytes:
    kop = opgave.kop_antwoord
    antwoord = Antwoord(kop.identificatie, kop.dagtekening, opgave.afgekeurd)
    return as_bytes(lambda uit: messages.write_304(uit, _declaratie(opgave), antwoord))


def _verkeerde_vorm(opgave: Opgave) -> Zending:
    inhoud = _als_bytes(replace(_declaratie(opgave), factuur=False))
    return _geweigerd(opgave, inhoud, "8855", "declaratie waar het contract facturen vraagt")


def _kalendermaand(opgave: Opgave) -> Zending:
    begin, eind = maand_van(opgave.eind)
    inhoud = _als_bytes(replace(_declaratie(opgave), begin=begin, eind=eind))
    return _geweigerd(opgave, inhoud, "8214", "over een kalendermaand, niet over vier weken")


def _nummer_van_p1(opgave: Opgave) -> Zending:
    kop = replace(opgave.kop, identificatie=f"D{opgave.gemeente}01")
    inhoud = _als_bytes(replace(_declaratie(opgave), kop=kop))
    return _geweigerd(opgave, inhoud, "0030", "declaratienummer van P1")


def _per_maand(opgave: Opgave) -> Zending:
    """One line of it in a 323 over February: one release per contract, or the same care could be declared twice."""
    begin, eind = maand_van(date(JAAR, 2, 1))
    regel = replace(opgave.regels[0], begin=begin, eind=eind, referentie="M000001")
    kop = replace(opgave.kop, identificatie=f"D{opgave.gemeente}M02")
    declaratie = Declaratie(f"DN{opgave.gemeente}02", begin, eind, [regel])
    inhoud = as_bytes(lambda uit: write_323(uit, kop, declaratie))
    waarover, soort = "contract per vier weken, per maand gedeclareerd", find("WMO323", MAAND)
    codes = frozenset({"8214"})
    return Zending(soort, opgave.aanbieder, inhoud, "deels_afgekeurd", waarover, codes, toegekend=0)


def _geweigerd(opgave: Opgave, inhoud: bytes, code: str, waarover: str) -> Zending:
    return Zending(_303, opgave.aanbieder, inhoud, "afgekeurd", waarover, frozenset({code}))


PER_VIER_WEKEN: Final = Verhaal(
    naam="Per vier weken (303, 304)",
    release=messages.RELEASE,
    soort=_303.naam,
    gevallen=_GEVALLEN,
    eerst={
        ("75000003", "1842", 2): _kalendermaand,
        ("75000003", "1842", 3): _per_maand,
        ("75000003", "1842", 8): _nummer_van_p1,
        ("75000003", "1926", 2): _verkeerde_vorm,
    },
    nog_eens=("75000003", "1842", 1),
    schrijf=_schrijf,
    schrijf_antwoord=_schrijf_antwoord,
)
