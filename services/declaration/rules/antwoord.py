"""Level 3 of a 325: what a gemeente's own answer must keep towards the 323 it answers.

There is no answer to a 325, so the codes reach nobody in a message (gaps 12); the hub refuses what breaks one of these.
IV087 and OP303 say how a 325 is built; the standard has no rule that checks it.
"""

from services.declaration.message import Antwoord, AntwoordClient, AntwoordRegel, Declaratieantwoord
from services.declaration.rules.feiten import AntwoordFeiten, IngediendeDeclaratie, IngediendeRegel
from services.declaration.rules.niveau_2 import keurt_af
from services.declaration.rules.niveau_3 import (
    afzender_is_gemeente,
    dagtekening_is_niet_later,
    identificatie_is_nieuw,
)
from services.kernel.retourcodes import VOLLEDIG_TOEGEKEND
from services.kernel.rules import Regel, regel


def ingediende_regel(prestatie: AntwoordRegel, client: str, declaratie: IngediendeDeclaratie) -> IngediendeRegel | None:
    """The line of the 303 or 323 that comes back in `prestatie`, for the Client with this keyed hash."""
    # In 2.3 the product is part of the key (TR101): two lines of a Client may share a number, and be 8021 for it.
    wie = client, prestatie.categorie, prestatie.code
    kandidaten = declaratie.met(prestatie.sleutel)
    return next((heen for heen in kandidaten if (heen.client, heen.categorie, heen.code) == wie), None)


# --- Header: (antwoord, feiten) ---


@regel("TR337", None, "Header", "DeclaratieIdentificatie")
def declaratie_is_bekend(antwoord: Declaratieantwoord, feiten: AntwoordFeiten) -> bool:
    return feiten.declaratie is not None and antwoord.declaratie_dagtekening == feiten.declaratie.dagtekening


@regel("TR371", None, "Header", "XsdVersieDeclaratie")
def xsd_versie_is_van_declaratie(antwoord: Declaratieantwoord, feiten: AntwoordFeiten) -> bool:
    return feiten.declaratie is None or antwoord.xsd_versie_declaratie == feiten.declaratie.xsd_versie


@regel("IV087", None, "Header", "RetourCodes")
def alleen_kop_bij_afkeuring_in_kop(antwoord: Declaratieantwoord, _: AntwoordFeiten) -> bool:
    return keurt_af(antwoord.kop_codes) == (antwoord.antwoord is None)


# --- DeclaratieAntwoord: (antwoord, declaratie) ---


@regel("TR376", None, "DeclaratieAntwoord", "DeclaratieNummer")
def nummer_is_van_declaratie(antwoord: Antwoord, declaratie: IngediendeDeclaratie) -> bool:
    return antwoord.nummer == declaratie.nummer


@regel("IV087", None, "DeclaratieAntwoord", "TotaalIngediendBedrag")
def totaal_is_van_declaratie(antwoord: Antwoord, declaratie: IngediendeDeclaratie) -> bool:
    return antwoord.ingediend == declaratie.ingediend


@regel("IV087", None, "DeclaratieAntwoord", "RetourCodes")
def clienten_alleen_bij_afkeuring_van_regels(antwoord: Antwoord, _: IngediendeDeclaratie) -> bool:
    geheel = keurt_af(antwoord.codes) or VOLLEDIG_TOEGEKEND in antwoord.codes
    return not (geheel and antwoord.clienten)


# --- Client and Prestatie: (subject, feiten, declaratie) ---


@regel("TR304", "8187", "Client", "Bsn")
def client_staat_in_declaratie(
    client: AntwoordClient, feiten: AntwoordFeiten, declaratie: IngediendeDeclaratie
) -> bool:
    return declaratie.aantal(feiten.client_van[client.bsn]) > 0


@regel("IV087", None, "Client", "Prestaties")
def afgekeurde_client_is_volledig(
    client: AntwoordClient, feiten: AntwoordFeiten, declaratie: IngediendeDeclaratie
) -> bool:
    return not keurt_af(client.codes) or len(client.prestaties) == declaratie.aantal(feiten.client_van[client.bsn])


@regel("OP303", None, "Prestatie", "RetourCodes")
def alleen_afgekeurde_prestaties(prestatie: AntwoordRegel, _: AntwoordFeiten, __: IngediendeDeclaratie) -> bool:
    return keurt_af(prestatie.codes)


@regel("TR366", "9366", "Prestatie", "ProductReferentie")
def productreferentie_staat_in_declaratie(
    prestatie: AntwoordRegel, _: AntwoordFeiten, declaratie: IngediendeDeclaratie
) -> bool:
    return bool(declaratie.met(prestatie.sleutel))


@regel("TR367", "9367", "Prestatie", "ProductReferentie")
def waarden_zijn_van_declaratie(
    prestatie: AntwoordRegel, feiten: AntwoordFeiten, declaratie: IngediendeDeclaratie
) -> bool:
    if not declaratie.met(prestatie.sleutel):
        return True
    # Its Client is one of its values too, or a refusal would land on somebody else's line.
    p, heen = prestatie, ingediende_regel(prestatie, feiten.client_van[prestatie.bsn], declaratie)
    return heen is not None and (
        *(p.toewijzing, p.categorie, p.code, p.begin, p.eind, p.volume, p.eenheid, p.tarief, p.bedrag),
    ) == (
        *(heen.toewijzing, heen.categorie, heen.code, heen.begin, heen.eind),
        *(heen.volume, heen.eenheid, heen.tarief, heen.bedrag),
    )


KOP_REGELS: tuple[Regel, ...] = (
    dagtekening_is_niet_later,
    identificatie_is_nieuw,
    afzender_is_gemeente,
    declaratie_is_bekend,
    xsd_versie_is_van_declaratie,
    alleen_kop_bij_afkeuring_in_kop,
)
ANTWOORD_REGELS: tuple[Regel, ...] = (
    nummer_is_van_declaratie,
    totaal_is_van_declaratie,
    clienten_alleen_bij_afkeuring_van_regels,
)
CLIENT_REGELS: tuple[Regel, ...] = (client_staat_in_declaratie, afgekeurde_client_is_volledig)
PRESTATIE_REGELS: tuple[Regel, ...] = (
    alleen_afgekeurde_prestaties,
    productreferentie_staat_in_declaratie,
    waarden_zijn_van_declaratie,
)
