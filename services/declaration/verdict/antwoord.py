"""What a gemeente's own 304 or 325 decides on the declaration it answers, and whether it may."""

from collections.abc import Mapping

from services.declaration.message import AntwoordRegel, AntwoordRegel304, Declaratieantwoord
from services.declaration.rules import antwoord as regels_32
from services.declaration.rules import antwoord_23 as regels_23
from services.declaration.rules.feiten import AntwoordFeiten, IngediendeDeclaratie
from services.declaration.rules.niveau_2 import keurt_af
from services.declaration.verdict.oordeel import (
    AFGEKEURD,
    DEELS_AFGEKEURD,
    GOEDGEKEURD,
    Oordeel,
    Regelplaats,
    bevindingen,
    broken,
)
from services.kernel.bevinding import Bevinding

_PER_RELEASE = {"2.3": regels_23, "3.2": regels_32}


def check_antwoord(antwoord: Declaratieantwoord, feiten: AntwoordFeiten) -> tuple[Bevinding, ...]:
    """What an answer without findings of level 2 breaks towards its declaration; only without any it may be judged."""
    soort, regels = antwoord.soort, _PER_RELEASE[antwoord.soort.release]
    gevonden = [*bevindingen(broken(regels.KOP_REGELS, antwoord, feiten), soort, antwoord.kop)]
    declaratie = feiten.declaratie
    if declaratie is None or antwoord.antwoord is None:
        return tuple(gevonden)
    klasse = antwoord.antwoord
    gevonden += bevindingen(broken(regels.ANTWOORD_REGELS, klasse, declaratie), soort, klasse)
    for client in klasse.clienten:
        gevonden += bevindingen(broken(regels.CLIENT_REGELS, client, feiten, declaratie), soort, client)
        for prestatie in client.prestaties:
            gebroken = broken(regels.PRESTATIE_REGELS, prestatie, feiten, declaratie)
            gevonden += bevindingen(gebroken, soort, prestatie)
    return tuple(gevonden)


def judge_antwoord(antwoord: Declaratieantwoord, feiten: AntwoordFeiten) -> Oordeel:
    """What an answer, without findings of `check_antwoord`, decides; ValueError when it has any.

    `regel_codes` and `toekenningen` are per `plaats` of the lines of the declaration; what does not come back is
    approved, what comes back of a 304 with an amount is awarded in part.
    """
    declaratie, klasse = feiten.declaratie, antwoord.antwoord
    if declaratie is None:
        raise ValueError("het antwoord heeft geen declaratie")
    if klasse is None:
        return Oordeel(AFGEKEURD, 0, kop_codes=antwoord.kop_codes)
    if keurt_af(klasse.codes):
        return Oordeel(AFGEKEURD, 0, declaratie_codes=klasse.codes)
    terug = {_plaats(prestatie, feiten, declaratie): prestatie for prestatie in antwoord.prestaties}
    return _oordeel(terug, declaratie)


def _oordeel(terug: Mapping[Regelplaats, AntwoordRegel], declaratie: IngediendeDeclaratie) -> Oordeel:
    deels = {plaats: p for plaats, p in terug.items() if isinstance(p, AntwoordRegel304) and p.toegekend}
    regel_codes = {plaats: prestatie.codes for plaats, prestatie in terug.items() if plaats not in deels}
    toekenningen = {regel.plaats: regel.bedrag for regel in declaratie.regels if regel.plaats not in regel_codes}
    toekenningen |= {plaats: prestatie.toegekend for plaats, prestatie in deels.items()}
    return Oordeel(
        oordeel=DEELS_AFGEKEURD if terug else GOEDGEKEURD,
        toegekend=sum(toekenningen.values()),
        regel_codes=regel_codes,
        toekenningen=toekenningen,
        berekend={p: r.gemeente_berekend for p, r in terug.items() if isinstance(r, AntwoordRegel304)},
        gedeeltelijk=frozenset(deels),
    )


def _plaats(prestatie: AntwoordRegel, feiten: AntwoordFeiten, declaratie: IngediendeDeclaratie) -> Regelplaats:
    regel = regels_32.ingediende_regel(prestatie, feiten.client_van[prestatie.bsn], declaratie)
    if regel is None:
        raise ValueError("een regel van het antwoord staat niet in zijn declaratie")
    return regel.plaats
