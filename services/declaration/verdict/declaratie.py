"""The verdict on a 303 or 323: findings in, who is refused and what is awarded out. process.md §10 is the order."""

from collections.abc import Iterable, Mapping, Sequence

from services.declaration.message import Declaratie, Prestatie
from services.declaration.rules.feiten import Feiten
from services.declaration.rules.stand import Stand
from services.declaration.verdict.oordeel import (
    AFGEKEURD,
    DEELS_AFGEKEURD,
    GOEDGEKEURD,
    Codes,
    Gebroken,
    Oordeel,
    Regeloordeel,
    Regelplaats,
    bevindingen,
    broken,
    codes,
)
from services.declaration.verdict.regelboek import Regelboek, regelboek
from services.kernel.bevinding import Bevinding
from services.kernel.retourcodes import AFGEKEURD_TECHNISCH, NIET_BEOORDEELD

Regels = Mapping[Regelplaats, Regeloordeel]


def judge_technisch(gevonden: Sequence[Bevinding]) -> Oordeel:
    """The verdict on a declaration with findings of level 2."""
    return Oordeel(AFGEKEURD, 0, kop_codes=(AFGEKEURD_TECHNISCH,), bevindingen=tuple(gevonden))


def judge(declaratie: Declaratie, feiten: Feiten) -> Oordeel:
    """The verdict on a declaration without findings of level 2."""
    boek = regelboek(declaratie)
    if gebroken := broken(boek.kop, declaratie, feiten):
        gevonden = bevindingen(gebroken, declaratie.soort, declaratie.kop)
        return Oordeel(AFGEKEURD, 0, kop_codes=codes(gebroken), bevindingen=gevonden)
    if gebroken := broken(boek.declaratie, declaratie, feiten):
        gevonden = bevindingen(gebroken, declaratie.soort, declaratie)
        return Oordeel(AFGEKEURD, 0, declaratie_codes=codes(gebroken), bevindingen=gevonden)
    clienten = _judge_clienten(declaratie, feiten, boek)
    regels = _judge_regels(declaratie, boek.stand(declaratie, feiten), clienten, boek)
    return _oordeel(declaratie, clienten, regels)


def _judge_clienten(declaratie: Declaratie, feiten: Feiten, boek: Regelboek) -> dict[int, Gebroken]:
    """The refused Clienten: {index: broken rules}."""
    gebroken = {client.index: broken(boek.client, client, feiten) for client in declaratie.clienten}
    return {index: regels for index, regels in gebroken.items() if regels}


def _judge_regels(
    declaratie: Declaratie, stand: Stand, clienten: Mapping[int, Gebroken], boek: Regelboek
) -> dict[Regelplaats, Regeloordeel]:
    """The verdict on every line of the Clienten that are judged; credits first (OP366)."""
    te_beoordelen = [prestatie for prestatie in declaratie.prestaties if prestatie.client not in clienten]
    credits = [(p.plaats, _judge_credit(p, stand, boek)) for p in te_beoordelen if p.credit]
    debets = [(p.plaats, boek.judge_debet(p, stand)) for p in te_beoordelen if not p.credit]
    return dict([*credits, *debets])


def _judge_credit(prestatie: Prestatie, stand: Stand, boek: Regelboek) -> Regeloordeel:
    """The rules that a credit line breaks; without any it releases its debit line."""
    vorig = prestatie.vorig or ""
    debet = stand.feiten.debetregels.get(vorig)
    gebroken = broken(boek.credit, prestatie, debet, stand)
    if gebroken or debet is None:
        return Regeloordeel(gebroken)
    stand.crediteer(debet, vorig)
    return Regeloordeel(toegekend=prestatie.bedrag)


def _oordeel(declaratie: Declaratie, clienten: Mapping[int, Gebroken], regels: Regels) -> Oordeel:
    """What the verdicts on Clienten and lines come down to for the message that is processed."""
    toekenningen = {plaats: regel.toegekend for plaats, regel in regels.items() if regel.toegekend is not None}
    regel_codes = {
        prestatie.plaats: _codes_van(prestatie, clienten, regels)
        for prestatie in declaratie.prestaties
        if prestatie.plaats not in toekenningen
    }
    bedragen = {prestatie.plaats: prestatie.bedrag for prestatie in declaratie.prestaties}
    gedeeltelijk = frozenset(plaats for plaats, toegekend in toekenningen.items() if toegekend != bedragen[plaats])
    return Oordeel(
        oordeel=DEELS_AFGEKEURD if regel_codes or gedeeltelijk else GOEDGEKEURD,
        toegekend=sum(toekenningen.values()),
        client_codes={index: codes(gebroken) for index, gebroken in clienten.items()},
        regel_codes=regel_codes,
        toekenningen=toekenningen,
        berekend={plaats: regel.berekend for plaats, regel in regels.items() if regel.berekend is not None},
        gedeeltelijk=gedeeltelijk,
        bevindingen=tuple(_in_volgorde(declaratie, clienten, regels)),
    )


def _codes_van(prestatie: Prestatie, clienten: Mapping[int, Gebroken], regels: Regels) -> Codes:
    """The codes of a refused line; those of a refused Client were not judged."""
    return (NIET_BEOORDEELD,) if prestatie.client in clienten else codes(regels[prestatie.plaats].gebroken)


def _in_volgorde(declaratie: Declaratie, clienten: Mapping[int, Gebroken], regels: Regels) -> Iterable[Bevinding]:
    """The findings of Clienten and lines in document order."""
    for client in declaratie.clienten:
        yield from bevindingen(clienten.get(client.index, ()), declaratie.soort, client)
        for prestatie in client.prestaties:
            if (regel := regels.get(prestatie.plaats)) is not None:
                yield from bevindingen(regel.gebroken, declaratie.soort, prestatie)
