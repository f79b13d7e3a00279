"""Level 3 of a 304: what a gemeente's own answer must keep towards the 303 it answers (release-2.3 §3.2).

As with a 325 nobody answers a 304: the hub refuses what breaks one of these. IV056, OP065 and OP287 say how a 304 is
built; HUB08 guards the key by which the hub tells answers apart.
"""

from services.declaration.message import Antwoord304, AntwoordClient304, AntwoordRegel304, Declaratieantwoord304
from services.declaration.rules.antwoord import client_staat_in_declaratie, ingediende_regel
from services.declaration.rules.feiten import AntwoordFeiten, IngediendeDeclaratie
from services.declaration.rules.niveau_2 import keurt_af
from services.kernel.retourcodes import VOLLEDIG_TOEGEKEND
from services.kernel.rules import Regel, regel

_TOEGEKEND = "ToegekendeBedragPrestatie"


# --- Header: (bericht, feiten) ---


@regel("CS064", "8849", "Header", "RetourHeader/RetourDagtekening")
def retourdagtekening_is_niet_later(bericht: Declaratieantwoord304, feiten: AntwoordFeiten) -> bool:
    return bericht.kop.dagtekening <= feiten.vandaag


@regel("CS300", "S300", "Header", "Gemeente")
def gemeente_bestaat(_: Declaratieantwoord304, feiten: AntwoordFeiten) -> bool:
    return feiten.gemeente_bestaat


@regel("HUB08", None, "Header", "RetourHeader/GemeenteReferentieNummer")
def gemeentereferentienummer_is_nieuw(_: Declaratieantwoord304, feiten: AntwoordFeiten) -> bool:
    return not feiten.identificatie_bezet


@regel("IV056", None, "Header", "BerichtCode")
def code_hoort_bij_declaratie(bericht: Declaratieantwoord304, feiten: AntwoordFeiten) -> bool:
    return feiten.declaratie is None or bericht.factuur == feiten.declaratie.factuur


# --- Header as the answer itself: (antwoord, declaratie) ---


@regel("IV056", None, "Header", "RetourBedragen/IngediendTotaalBedrag")
def totaal_is_van_declaratie(antwoord: Antwoord304, declaratie: IngediendeDeclaratie) -> bool:
    return antwoord.ingediend == declaratie.ingediend


@regel("IV056", None, "Header", "RetourCodes")
def clienten_alleen_bij_0200(antwoord: Antwoord304, _: IngediendeDeclaratie) -> bool:
    geheel = keurt_af(antwoord.codes) or VOLLEDIG_TOEGEKEND in antwoord.codes
    return geheel != bool(antwoord.clienten)


# --- Client and Prestatie: (subject, feiten, declaratie) ---


@regel("IV056", None, "Client", "Prestaties")
def afgekeurde_client_is_volledig(
    client: AntwoordClient304, feiten: AntwoordFeiten, declaratie: IngediendeDeclaratie
) -> bool:
    if not keurt_af(client.codes):
        return True
    compleet = len(client.prestaties) == declaratie.aantal(feiten.client_van[client.bsn])
    return compleet and all(prestatie.toegekend == 0 for prestatie in client.prestaties)


@regel("IV056", None, "Prestatie", "ProductReferentie")
def is_regel_van_declaratie(
    prestatie: AntwoordRegel304, feiten: AntwoordFeiten, declaratie: IngediendeDeclaratie
) -> bool:
    p, heen = prestatie, ingediende_regel(prestatie, feiten.client_van[prestatie.bsn], declaratie)
    return heen is not None and (
        *(p.toewijzing, p.categorie, p.code, p.begin, p.eind, p.volume, p.eenheid, p.tarief, p.bedrag),
    ) == (
        *(heen.toewijzing, heen.categorie, heen.code, heen.begin, heen.eind),
        *(heen.volume, heen.eenheid, heen.tarief, heen.bedrag),
    )


@regel("OP065", None, "Prestatie", "RetourCodes")
def komt_terug_met_reden(prestatie: AntwoordRegel304, _: AntwoordFeiten, __: IngediendeDeclaratie) -> bool:
    # Nothing awarded needs a code; an award in part may do without. What is awarded in full does not come back.
    return keurt_af(prestatie.codes) if prestatie.toegekend == 0 else prestatie.toegekend != prestatie.bedrag


@regel("OP287", None, "Prestatie", f"{_TOEGEKEND}/ToegekendBedrag")
def toekenning_kan_in_deze_vorm(
    prestatie: AntwoordRegel304, _: AntwoordFeiten, declaratie: IngediendeDeclaratie
) -> bool:
    # In part only a debit of a declaratie, and never for more than was submitted.
    if prestatie.toegekend == 0:
        return True
    return not declaratie.factuur and not prestatie.credit and 0 < prestatie.toegekend <= prestatie.bedrag


KOP_REGELS: tuple[Regel, ...] = (
    retourdagtekening_is_niet_later,
    gemeente_bestaat,
    gemeentereferentienummer_is_nieuw,
    code_hoort_bij_declaratie,
)
ANTWOORD_REGELS: tuple[Regel, ...] = (totaal_is_van_declaratie, clienten_alleen_bij_0200)
CLIENT_REGELS: tuple[Regel, ...] = (client_staat_in_declaratie, afgekeurde_client_is_volledig)
PRESTATIE_REGELS: tuple[Regel, ...] = (is_regel_van_declaratie, komt_terug_met_reden, toekenning_kan_in_deze_vorm)
