"""The rules of a 301 about the person: Client, Relatie and Contact, which are the same in every release.

The tuple at the end is their part of the registry in rules.py.
"""

import re
from calendar import monthrange
from datetime import date
from typing import Final

from stdnum.nl import bsn as elfproef

from services.allocation.message import Client, Contact, Toewijzingsbericht
from services.allocation.rule_rows import (
    GEBOORTEDATUM_ONBEKEND,
    datum_gebruik_past,
    eenmalig,
    eindigt_niet_voor_begin,
    naam_gebruik_past,
    niet_na_dagtekening,
    technisch,
)
from services.kernel.rules import BerichtRegel, Regel

_NEDERLANDSE_POSTCODE: Final = re.compile(r"[1-9][0-9]{3}[a-zA-Z]{2}")
_GEBOREN: Final = "Geboortedatum/Datum"


# Client and Relatie


@technisch("CS002", "Client", "Bsn")
def bsn_voldoet_aan_elfproef(client: Client, _: Toewijzingsbericht) -> bool:
    # Only the sum: by the standard 000000000 passes, which the library's is_valid refuses.
    return len(client.bsn) == 9 and elfproef.checksum(client.bsn) == 0


@technisch("TR002", "Client", "Geboortedatum/Datum")
def is_niet_ouder_dan_120_jaar(client: Client, bericht: Toewijzingsbericht) -> bool:
    unknown = client.datum_gebruik == "3" and client.geboortedatum == GEBOORTEDATUM_ONBEKEND
    return unknown or client.geboortedatum >= years_before(bericht.kop.dagtekening, 120)


def years_before(dag: date, jaren: int) -> date:
    """The same day years earlier; 28 February where that year has no 29th."""
    if dag.year <= jaren:
        return date.min
    year = dag.year - jaren
    return date(year, dag.month, min(dag.day, monthrange(year, dag.month)[1]))


@technisch("CS318", "Client", "Naam")
def client_is_een_persoon(client: Client, _: Toewijzingsbericht) -> bool:
    # NaamGebruik 6 is the name of an organisation, which only a Relatie can be.
    return client.naam_gebruik != "6"


@technisch("CD007", "Client", "Communicatie/Taal")
def taal_alleen_bij_tolk(client: Client, _: Toewijzingsbericht) -> bool:
    if client.communicatievorm is None:
        return True
    return (client.communicatievorm == "1") == (client.taal is not None)


@technisch("TR061", "Client", "Contactgegevens/Contact")
def heeft_een_adres(client: Client, _: Toewijzingsbericht) -> bool:
    return any(contact.soort in ("01", "02", "03") for contact in client.contacten)


# Contact


@technisch("TR006", "Contact", "Telefoon")
def is_bereikbaar(contact: Contact, _: Toewijzingsbericht) -> bool:
    return contact.telefoon or (contact.huis and contact.postcode is not None)


@technisch("CD034", "Contact", "Adres/Postcode")
def vast_adres_heeft_postcode(contact: Contact, _: Toewijzingsbericht) -> bool:
    return contact.soort not in ("01", "03") or contact.postcode is not None


@technisch("CD025", "Contact", "Adres/Huis")
def nederlands_adres_heeft_huis(contact: Contact, _: Toewijzingsbericht) -> bool:
    return contact.landcode != "NL" or contact.huis


@technisch("CS089", "Contact", "Adres/Postcode")
def nederlandse_postcode(contact: Contact, _: Toewijzingsbericht) -> bool:
    if contact.landcode != "NL" or contact.postcode is None:
        return True
    return _NEDERLANDSE_POSTCODE.fullmatch(contact.postcode) is not None


@technisch("CD005", "Contact", "Adres/LandCode")
def landcode_precies_bij_postcode(contact: Contact, _: Toewijzingsbericht) -> bool:
    return (contact.landcode is None) == (contact.postcode is None)


@technisch("CD009", "Contact", "Periode")
def periode_alleen_bij_tijdelijk_adres(contact: Contact, _: Toewijzingsbericht) -> bool:
    return contact.soort == "04" or not contact.periode


CLIENT_REGELS: Final[tuple[Regel | BerichtRegel, ...]] = (
    bsn_voldoet_aan_elfproef,
    datum_gebruik_past("CS139", "Client"),
    datum_gebruik_past("CS139", "Relatie"),
    is_niet_ouder_dan_120_jaar,
    niet_na_dagtekening("TR134", "Client", _GEBOREN, "geboortedatum"),
    niet_na_dagtekening("TR134", "Relatie", _GEBOREN, "geboortedatum"),
    client_is_een_persoon,
    naam_gebruik_past("CS050", "Client"),
    naam_gebruik_past("CS050", "Relatie"),
    taal_alleen_bij_tolk,
    is_bereikbaar,
    vast_adres_heeft_postcode,
    nederlands_adres_heeft_huis,
    nederlandse_postcode,
    landcode_precies_bij_postcode,
    periode_alleen_bij_tijdelijk_adres,
    eindigt_niet_voor_begin("CS003", "Contact", "Periode/Einddatum", "begindatum"),
    heeft_een_adres,
    eenmalig("TR101", "Contact", "Soort", lambda client: ((c.soort, c) for c in client.contacten)),
    eenmalig("TR101", "Relatie", "Nummer", lambda client: ((r.nummer, r) for r in client.relaties)),
)
