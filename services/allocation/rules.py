"""The rules of a 301: a rule is a small function that says what must hold; the tuples at the end are the registry.

Level 2 (REGELS_301) looks inside the message, levels 3 and 4 (KOP_REGELS, PRODUCT_REGELS) also at what is known. Their
sentences stand in schemas/rules; the rules of a 302 in retour_rules.py.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from stdnum.nl import bsn as elfproef

from services.allocation.message import (
    VERWIJDERD,
    VERWIJDERD_OUD,
    Client,
    Contact,
    ToegewezenProduct,
    Toewijzingsbericht,
)
from services.allocation.retour_rules import ECHO_REGELS, REGELS_302
from services.allocation.rule_rows import (
    GEBOORTEDATUM_ONBEKEND,
    datum_gebruik_past,
    eenmalig,
    eindigt_niet_voor_begin,
    naam_gebruik_past,
    niet_na_dagtekening,
    omvang_of_budget,
    technisch,
)
from services.allocation.stacking import stacked
from services.kernel.bevinding import Bevinding, Plaats
from services.kernel.retourcodes import AFGEKEURD_TECHNISCH
from services.kernel.rules import BerichtRegel, Regel, bericht_regel, bevind, check, regel

# Until this day an aspecific toewijzing could have an Omvang, and any Frequentie went with any Eenheid (CD080, CS338).
OUDE_REGELS_TOT: Final = date(2020, 12, 31)
_NEDERLANDSE_POSTCODE = re.compile(r"[1-9][0-9]{3}[a-zA-Z]{2}")


@dataclass(frozen=True, slots=True)
class Toewijzing:
    """What makes a toewijzing this one and no other (TR332); `client` is the hash of the Bsn."""

    aanbieder: str
    client: str
    categorie: str | None
    code: str | None
    ingangsdatum: date


@dataclass(frozen=True, slots=True)
class Feiten:
    """What levels 3 and 4 need to know; `toewijzingen` has the known ones of this gemeente and domein by number."""

    vandaag: date
    identificatie_bezet: bool
    gemeente_bestaat: bool
    client: str
    toewijzingen: Mapping[int, Toewijzing]


def onderwerpen(bericht: Toewijzingsbericht, klasse: str) -> Iterable[Plaats]:
    """The instances of a class in a 301; a Contact stands under the Client and under each Relatie."""
    client = bericht.client
    subjects: Mapping[str, tuple[Plaats, ...]] = {
        "Client": (client,),
        "Relatie": client.relaties,
        "Contact": (*client.contacten, *(relatie.contact for relatie in client.relaties)),
        "ToegewezenProduct": client.producten,
    }
    return subjects[klasse]


def technische_bevindingen(bericht: Toewijzingsbericht) -> tuple[Bevinding, ...]:
    """Level 2 of a 301."""
    return tuple(check(REGELS_301, bericht.soort, bericht, onderwerpen))


def kop_bevindingen(bericht: Toewijzingsbericht, feiten: Feiten) -> tuple[Bevinding, ...]:
    """Levels 3 and 4 of the Header."""
    broken = (rule for rule in KOP_REGELS if not rule(bericht, feiten))
    return tuple(bevind(rule, bericht.soort, bericht.kop) for rule in broken)


def product_bevindingen(bericht: Toewijzingsbericht, feiten: Feiten) -> tuple[Bevinding, ...]:
    """Levels 3 and 4 of the classes below the Header."""
    return tuple(
        bevind(rule, bericht.soort, product)
        for product in bericht.client.producten
        for rule in PRODUCT_REGELS
        if not rule(product, bericht, feiten)
    )


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


# ToegewezenProduct


@technisch("CD079", "ToegewezenProduct", "Product")
def zonder_budget_een_product(product: ToegewezenProduct, _: Toewijzingsbericht) -> bool:
    return product.budget is not None or product.categorie is not None


@technisch("CD075", "ToegewezenProduct", "Einddatum")
def budget_heeft_einddatum(product: ToegewezenProduct, _: Toewijzingsbericht) -> bool:
    return product.budget is None or product.einddatum is not None


@technisch("CD076", "ToegewezenProduct", "Einddatum")
def per_week_heeft_einddatum(product: ToegewezenProduct, _: Toewijzingsbericht) -> bool:
    return product.frequentie != "2" or product.einddatum is not None


@technisch("CS335", "ToegewezenProduct", "RedenWijziging")
def verwijderd_eindigt_op_ingangsdatum(product: ToegewezenProduct, _: Toewijzingsbericht) -> bool:
    return product.reden_wijziging != VERWIJDERD or product.einddatum == product.ingangsdatum


@technisch("CS336", "ToegewezenProduct", "RedenWijziging")
def reden_is_niet_vervallen(product: ToegewezenProduct, _: Toewijzingsbericht) -> bool:
    return product.reden_wijziging != VERWIJDERD_OUD


@technisch("CD041", "ToegewezenProduct", "Omvang")
def specifiek_product_heeft_omvang(product: ToegewezenProduct, _: Toewijzingsbericht) -> bool:
    return product.code is None or product.volume is not None


def _na_oude_regels(product: ToegewezenProduct) -> bool:
    return product.einddatum is None or product.einddatum > OUDE_REGELS_TOT


@technisch("CD080", "ToegewezenProduct", "Omvang")
def aspecifiek_heeft_geen_omvang(product: ToegewezenProduct, _: Toewijzingsbericht) -> bool:
    return product.code is not None or product.volume is None or not _na_oude_regels(product)


@technisch("CS338", "ToegewezenProduct", "Omvang")
def frequentie_past_bij_eenheid(product: ToegewezenProduct, _: Toewijzingsbericht) -> bool:
    if product.eenheid not in ("14", "16", "83", "84") or not _na_oude_regels(product):
        return True
    return product.frequentie in ("2", "4", "6")


@bericht_regel("TR302", AFGEKEURD_TECHNISCH, "ToegewezenProduct", "Product")
def stapelt_niet(bericht: Toewijzingsbericht) -> Iterator[Plaats]:
    return stacked(bericht.client.producten)


# Levels 3 and 4 of a 301


@regel("TR135", "8848", "Header", "BerichtIdentificatie/Dagtekening")
def is_niet_van_later(bericht: Toewijzingsbericht, feiten: Feiten) -> bool:
    return bericht.kop.dagtekening <= feiten.vandaag


@regel("TR056", "9056", "Header", "BerichtIdentificatie/Identificatie")
def identificatie_is_nieuw(_: Toewijzingsbericht, feiten: Feiten) -> bool:
    return not feiten.identificatie_bezet


@regel("TR378", "S300", "Header", "Afzender")
def gemeente_staat_in_cbs_lijst(_: Toewijzingsbericht, feiten: Feiten) -> bool:
    return feiten.gemeente_bestaat


@regel("TR332", "9332", "ToegewezenProduct", "ToewijzingNummer")
def nummer_is_van_deze_toewijzing(product: ToegewezenProduct, bericht: Toewijzingsbericht, feiten: Feiten) -> bool:
    # A resend or a change keeps its number (IV066).
    this = Toewijzing(bericht.kop.ontvanger, feiten.client, product.categorie, product.code, product.ingangsdatum)
    return feiten.toewijzingen.get(product.nummer, this) == this


_GEBOREN: Final = "Geboortedatum/Datum"

REGELS_301: Final[tuple[Regel | BerichtRegel, ...]] = (
    bsn_voldoet_aan_elfproef,
    datum_gebruik_past("CS139", "Client"),
    datum_gebruik_past("CS139", "Relatie"),
    is_niet_ouder_dan_120_jaar,
    niet_na_dagtekening("TR134", "Client", _GEBOREN, "geboortedatum"),
    niet_na_dagtekening("TR134", "Relatie", _GEBOREN, "geboortedatum"),
    niet_na_dagtekening("TR134", "ToegewezenProduct", "Toewijzingsdatum", "toewijzingsdatum"),
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
    eenmalig(
        "TR101", "ToegewezenProduct", "ToewijzingNummer", lambda client: ((p.nummer, p) for p in client.producten)
    ),
    zonder_budget_een_product,
    budget_heeft_einddatum,
    per_week_heeft_einddatum,
    eindigt_niet_voor_begin("CS003", "ToegewezenProduct", "Einddatum", "ingangsdatum"),
    verwijderd_eindigt_op_ingangsdatum,
    reden_is_niet_vervallen,
    specifiek_product_heeft_omvang,
    omvang_of_budget("CD077", "Omvang"),
    omvang_of_budget("CD078", "Budget"),
    aspecifiek_heeft_geen_omvang,
    frequentie_past_bij_eenheid,
    stapelt_niet,
)
KOP_REGELS: Final = (is_niet_van_later, identificatie_is_nieuw, gemeente_staat_in_cbs_lijst)
PRODUCT_REGELS: Final = (nummer_is_van_deze_toewijzing,)

# Every rule of each kind of message this service takes, for what is written about them.
REGELS: Final[Mapping[tuple[str, str], tuple[Regel | BerichtRegel, ...]]] = {
    ("3.2", "WMO301"): (*REGELS_301, *KOP_REGELS, *PRODUCT_REGELS),
    ("3.2", "WMO302"): (*REGELS_302, *ECHO_REGELS),
}
