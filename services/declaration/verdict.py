"""The verdict on a 323, and what a gemeente's own 325 decides: findings in, who is refused and what is awarded out.

process.md §10 is the order. Amounts are signed eurocent: an approved credit awards less than nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.declaration.message import (
    AntwoordRegel,
    Declaratie,
    Declaratieantwoord,
    Prestatie,
)
from services.declaration.rules import antwoord as antwoord_regels
from services.declaration.rules import niveau_3, toets_antwoord, toets_declaratie
from services.declaration.rules.feiten import AntwoordFeiten as AntwoordFeiten
from services.declaration.rules.feiten import Debetregel as Debetregel
from services.declaration.rules.feiten import Feiten as Feiten
from services.declaration.rules.feiten import Gebruik as Gebruik
from services.declaration.rules.feiten import IngediendeDeclaratie as IngediendeDeclaratie
from services.declaration.rules.feiten import IngediendeRegel as IngediendeRegel
from services.declaration.rules.niveau_2 import keurt_af
from services.declaration.rules.stand import Stand
from services.kernel.bevinding import Bevinding, Plaats
from services.kernel.catalogue import Berichtsoort
from services.kernel.retourcodes import AFGEKEURD_TECHNISCH, NIET_BEOORDEELD
from services.kernel.rules import Regel, bevind

GOEDGEKEURD, DEELS_AFGEKEURD, AFGEKEURD = "goedgekeurd", "deels_afgekeurd", "afgekeurd"
Codes = tuple[str, ...]
Regelplaats = tuple[int, int]  # (client, index) of a Prestatie


@dataclass(frozen=True, slots=True)
class Oordeel:
    """Who is refused with which codes, and what is awarded; only codes that refuse, and 0233.

    `kop_codes` and `declaratie_codes` refuse the whole message (afgekeurd: counts as not sent). `client_codes` are per
    index of the Client, `regel_codes` and `toekenningen` per (client, index): every line of a processed message stands
    in exactly one of these two. `toegekend` is the sum of `toekenningen`. `bevindingen` are in document order.
    """

    oordeel: str
    toegekend: int
    kop_codes: Codes = ()
    declaratie_codes: Codes = ()
    client_codes: Mapping[int, Codes] = field(default_factory=dict)
    regel_codes: Mapping[Regelplaats, Codes] = field(default_factory=dict)
    toekenningen: Mapping[Regelplaats, int] = field(default_factory=dict)
    bevindingen: tuple[Bevinding, ...] = ()


Gebroken = tuple[Regel, ...]


def toets_niveau_2(bericht: Declaratie | Declaratieantwoord) -> tuple[Bevinding, ...]:
    """The findings of level 2; any of them refuses the message as a whole."""
    return toets_declaratie(bericht) if isinstance(bericht, Declaratie) else toets_antwoord(bericht)


def judge_technisch(bevindingen: Sequence[Bevinding]) -> Oordeel:
    """The verdict on a 323 with findings of level 2."""
    return Oordeel(AFGEKEURD, 0, kop_codes=(AFGEKEURD_TECHNISCH,), bevindingen=tuple(bevindingen))


def judge(declaratie: Declaratie, feiten: Feiten) -> Oordeel:
    """The verdict on a 323 without findings of level 2."""
    if gebroken := _broken(niveau_3.KOP_REGELS, declaratie, feiten):
        bevindingen = _bevindingen(gebroken, declaratie.soort, declaratie.kop)
        return Oordeel(AFGEKEURD, 0, kop_codes=_codes(gebroken), bevindingen=bevindingen)
    if gebroken := _broken(niveau_3.DECLARATIE_REGELS, declaratie, feiten):
        bevindingen = _bevindingen(gebroken, declaratie.soort, declaratie)
        return Oordeel(AFGEKEURD, 0, declaratie_codes=_codes(gebroken), bevindingen=bevindingen)
    clienten = _judge_clienten(declaratie, feiten)
    regels = _judge_regels(declaratie, Stand(declaratie, feiten), clienten)
    return _oordeel(declaratie, clienten, regels)


def _judge_clienten(declaratie: Declaratie, feiten: Feiten) -> dict[int, Gebroken]:
    """The refused Clienten: {index: broken rules}."""
    gebroken = {client.index: _broken(niveau_3.CLIENT_REGELS, client, feiten) for client in declaratie.clienten}
    return {index: regels for index, regels in gebroken.items() if regels}


def _judge_regels(
    declaratie: Declaratie, stand: Stand, clienten: Mapping[int, Gebroken]
) -> dict[Regelplaats, Gebroken]:
    """The refused lines of the Clienten that are judged: {(client, index): broken rules}; credits first (OP366)."""
    te_beoordelen = [prestatie for prestatie in declaratie.prestaties if prestatie.client not in clienten]
    credits = [(prestatie, _judge_credit(prestatie, stand)) for prestatie in te_beoordelen if prestatie.credit]
    debets = [(prestatie, _judge_debet(prestatie, stand)) for prestatie in te_beoordelen if not prestatie.credit]
    return {prestatie.plaats: gebroken for prestatie, gebroken in (*credits, *debets) if gebroken}


def _judge_credit(prestatie: Prestatie, stand: Stand) -> Gebroken:
    """The rules that a credit line breaks; without any it releases its debit line."""
    vorig = prestatie.vorig or ""
    debet = stand.feiten.debetregels.get(vorig)
    gebroken = _broken(niveau_3.CREDIT_REGELS, prestatie, debet, stand)
    if debet is not None and not gebroken:
        stand.geef_vrij(debet, vorig)
    return gebroken


def _judge_debet(prestatie: Prestatie, stand: Stand) -> Gebroken:
    """The rules that a debit line breaks; without any it is added to the sums."""
    toewijzing = stand.feiten.toewijzingen.get(prestatie.toewijzing)
    gebroken = _broken(niveau_3.NUMMER_REGELS, prestatie, toewijzing, stand)
    if toewijzing is None:
        return gebroken
    gebroken += _broken(niveau_3.DEBET_REGELS, prestatie, toewijzing, stand)
    if niveau_3.eenheid_past not in gebroken:
        gebroken += _broken(niveau_3.VOLUME_REGELS, prestatie, toewijzing, stand)
    gebroken += _broken(niveau_3.BUDGET_REGELS, prestatie, toewijzing, stand)
    if not gebroken:
        stand.boek(prestatie, toewijzing)
    return gebroken


def _oordeel(
    declaratie: Declaratie, clienten: Mapping[int, Gebroken], regels: Mapping[Regelplaats, Gebroken]
) -> Oordeel:
    """What the broken rules come down to for the Declaratie that is processed."""
    regel_codes: dict[Regelplaats, Codes] = {}
    toekenningen: dict[Regelplaats, int] = {}
    for prestatie in declaratie.prestaties:
        plaats = prestatie.plaats
        if prestatie.client in clienten:
            regel_codes[plaats] = (NIET_BEOORDEELD,)
        elif plaats in regels:
            regel_codes[plaats] = _codes(regels[plaats])
        else:
            toekenningen[plaats] = prestatie.bedrag
    return Oordeel(
        oordeel=DEELS_AFGEKEURD if regel_codes else GOEDGEKEURD,
        toegekend=sum(toekenningen.values()),
        client_codes={index: _codes(gebroken) for index, gebroken in clienten.items()},
        regel_codes=regel_codes,
        toekenningen=toekenningen,
        bevindingen=tuple(_in_volgorde(declaratie, clienten, regels)),
    )


def _in_volgorde(
    declaratie: Declaratie, clienten: Mapping[int, Gebroken], regels: Mapping[Regelplaats, Gebroken]
) -> Iterable[Bevinding]:
    """The findings of Clienten and lines in document order."""
    for client in declaratie.clienten:
        yield from _bevindingen(clienten.get(client.index, ()), declaratie.soort, client)
        for prestatie in client.prestaties:
            yield from _bevindingen(regels.get(prestatie.plaats, ()), declaratie.soort, prestatie)


def check_antwoord(antwoord: Declaratieantwoord, feiten: AntwoordFeiten) -> tuple[Bevinding, ...]:
    """What a gemeente's 325 (without findings of level 2) breaks towards its 323; only without any it may be judged."""
    soort = antwoord.soort
    bevindingen = [*_bevindingen(_broken(antwoord_regels.KOP_REGELS, antwoord, feiten), soort, antwoord.kop)]
    declaratie = feiten.declaratie
    if declaratie is None or antwoord.antwoord is None:
        return tuple(bevindingen)
    klasse = antwoord.antwoord
    bevindingen += _bevindingen(_broken(antwoord_regels.ANTWOORD_REGELS, klasse, declaratie), soort, klasse)
    for client in klasse.clienten:
        gebroken = _broken(antwoord_regels.CLIENT_REGELS, client, feiten, declaratie)
        bevindingen += _bevindingen(gebroken, soort, client)
        for prestatie in client.prestaties:
            gebroken = _broken(antwoord_regels.PRESTATIE_REGELS, prestatie, feiten, declaratie)
            bevindingen += _bevindingen(gebroken, soort, prestatie)
    return tuple(bevindingen)


def judge_antwoord(antwoord: Declaratieantwoord, feiten: AntwoordFeiten) -> Oordeel:
    """What a gemeente's 325, without findings of `check_antwoord`, decides on its 323; ValueError when it has any.

    `regel_codes` and `toekenningen` are per `plaats` of the lines of the 323; what does not come back is approved.
    """
    declaratie, klasse = feiten.declaratie, antwoord.antwoord
    if declaratie is None:
        raise ValueError("het antwoord heeft geen declaratie")
    if klasse is None:
        return Oordeel(AFGEKEURD, 0, kop_codes=antwoord.kop_codes)
    if keurt_af(klasse.codes):
        return Oordeel(AFGEKEURD, 0, declaratie_codes=klasse.codes)
    regel_codes = {_plaats(prestatie, feiten, declaratie): prestatie.codes for prestatie in antwoord.prestaties}
    toekenningen = {regel.plaats: regel.bedrag for regel in declaratie.regels if regel.plaats not in regel_codes}
    oordeel = DEELS_AFGEKEURD if regel_codes else GOEDGEKEURD
    return Oordeel(oordeel, sum(toekenningen.values()), regel_codes=regel_codes, toekenningen=toekenningen)


def _plaats(prestatie: AntwoordRegel, feiten: AntwoordFeiten, declaratie: IngediendeDeclaratie) -> Regelplaats:
    regel = antwoord_regels.ingediende_regel(prestatie, feiten.client_van[prestatie.bsn], declaratie)
    if regel is None:
        raise ValueError("een regel van het antwoord staat niet in zijn declaratie")
    return regel.plaats


def _broken(regels: Iterable[Regel], *waarden: Any) -> Gebroken:
    """The rules that these values do not keep, in order."""
    return tuple([regel for regel in regels if not regel.toets(*waarden)])


def _codes(gebroken: Gebroken) -> Codes:
    return tuple(regel.retourcode for regel in gebroken if regel.retourcode is not None)


def _bevindingen(gebroken: Gebroken, soort: Berichtsoort, plaats: Plaats) -> tuple[Bevinding, ...]:
    return tuple(bevind(regel, soort, plaats) for regel in gebroken)
