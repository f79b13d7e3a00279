"""The rules of a 301: a rule is a small function that says what must hold; the tuples at the end are the registry.

Level 2 (REGELS_301, REGELS_301_23) looks inside the message, levels 3 and 4 (KOP_REGELS, PRODUCT_REGELS) also at what
is known. Their sentences stand in schemas/rules; the rules about the person in client_rules.py, those of a 302 in
retour_rules.py.

2.3 has the rules whose element and code exist in it. Without Budget (CD075, CD077-CD079), RedenWijziging 13 (CS335) and
the codes 9332, 9379 and 9385; RedenWijziging 01 is not yet expired in it (CS336).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.allocation.client_rules import CLIENT_REGELS
from services.allocation.message import VERWIJDERD, VERWIJDERD_OUD, ToegewezenProduct, Toewijzingsbericht
from services.allocation.retour_rules import ECHO_REGELS, REGELS_302
from services.allocation.rule_rows import (
    eenmalig,
    eindigt_niet_voor_begin,
    niet_na_dagtekening,
    omvang_of_budget,
    technisch,
)
from services.allocation.stacking import HULPMIDDELEN, stacked
from services.kernel.bevinding import Bevinding, Plaats
from services.kernel.retourcodes import AFGEKEURD_TECHNISCH
from services.kernel.rules import BerichtRegel, Regel, bericht_regel, bevind, check, regel

# Until this day an aspecific toewijzing could have an Omvang, and any Frequentie went with any Eenheid (CD080, CS338).
OUDE_REGELS_TOT: Final = date(2020, 12, 31)


@dataclass(frozen=True, slots=True)
class Toewijzing:
    """What makes a toewijzing this one and no other (TR332); `client` is the hash of the Bsn."""

    aanbieder: str
    client: str
    categorie: str | None
    code: str | None
    ingangsdatum: date


def toewijzing_van(product: ToegewezenProduct, bericht: Toewijzingsbericht, client: str) -> Toewijzing:
    """Which toewijzing a product of a 301 is; `client` is the hash of its Bsn."""
    return Toewijzing(bericht.kop.ontvanger, client, product.categorie, product.code, product.ingangsdatum)


@dataclass(frozen=True, slots=True)
class Lijstrij:
    """A row of the product list of a gemeente; both dates inclusive, `tot` None is open."""

    code: str
    categorie: str
    van: date
    tot: date | None


@dataclass(frozen=True, slots=True)
class Feiten:
    """What levels 3 and 4 need to know; `toewijzingen` has the known ones of this gemeente and domein by number.

    `goedgekeurd`: of the numbers that the message removes, those with approved, not credited Prestaties.
    `productlijst`: the rows of the gemeente's list about the codes of the message; None: it gave the hub no list.
    """

    vandaag: date
    identificatie_bezet: bool
    gemeente_bestaat: bool
    client: str
    toewijzingen: Mapping[int, Toewijzing]
    goedgekeurd: Set[int] = frozenset()
    productlijst: Sequence[Lijstrij] | None = None


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
    soort = bericht.soort
    return tuple(check(NIVEAU_2[soort.release, soort.naam], soort, bericht, onderwerpen))


def kop_bevindingen(bericht: Toewijzingsbericht, feiten: Feiten) -> tuple[Bevinding, ...]:
    """Levels 3 and 4 of the Header."""
    broken = (rule for rule in KOP_REGELS if not rule(bericht, feiten))
    return tuple(bevind(rule, bericht.soort, bericht.kop) for rule in broken)


def product_bevindingen(bericht: Toewijzingsbericht, feiten: Feiten) -> tuple[Bevinding, ...]:
    """Levels 3 and 4 of the classes below the Header."""
    return tuple(
        bevind(rule, bericht.soort, product)
        for product in bericht.client.producten
        for rule in PRODUCT_REGELS[bericht.soort.release]
        if not rule(product, bericht, feiten)
    )


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
    # By its text 2, 4 or 6, which in 3.2 is every one but 1; 2.3 has 3 (four weeks) and 5 (year) besides.
    return product.frequentie != "1"


@bericht_regel("TR302", AFGEKEURD_TECHNISCH, "ToegewezenProduct", "Product")
def stapelt_niet(bericht: Toewijzingsbericht) -> Iterator[Plaats]:
    return stacked(bericht.client.producten, mogen=HULPMIDDELEN)


@bericht_regel("TR302", AFGEKEURD_TECHNISCH, "ToegewezenProduct", "Product")
def stapelt_nooit(bericht: Toewijzingsbericht) -> Iterator[Plaats]:
    # Of ijw: no Categorie is excepted.
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
    known = None if product.nummer is None else feiten.toewijzingen.get(product.nummer)
    return known in (None, toewijzing_van(product, bericht, feiten.client))


@regel("TR385", "9385", "ToegewezenProduct", "RedenWijziging")
def verwijderd_heeft_geen_prestaties(product: ToegewezenProduct, _: Toewijzingsbericht, feiten: Feiten) -> bool:
    return product.reden_wijziging != VERWIJDERD or product.nummer not in feiten.goedgekeurd


@regel("TR381", "S329", "ToegewezenProduct", "Product/Code")
def code_staat_in_productlijst(product: ToegewezenProduct, _: Toewijzingsbericht, feiten: Feiten) -> bool:
    # A gemeente without a list of its own uses the national one, which the hub does not have.
    if product.code is None or feiten.productlijst is None:
        return True
    wat, einde = (product.code, product.categorie), product.einddatum or date.max
    return any(
        (rij.code, rij.categorie) == wat and rij.van <= einde and product.ingangsdatum <= (rij.tot or date.max)
        for rij in feiten.productlijst
    )


# One row each, of both releases.
_TOEGEWEZEN_VOOR_DAGTEKENING: Final = niet_na_dagtekening(
    "TR134", "ToegewezenProduct", "Toewijzingsdatum", "toewijzingsdatum"
)
_NUMMER_EENMALIG: Final = eenmalig(
    "TR101",
    "ToegewezenProduct",
    "ToewijzingNummer",
    # What has no number (2.3) has no key to be equal to.
    lambda client: ((p.nummer, p) for p in client.producten if p.nummer is not None),
)
_EINDE_NA_INGANG: Final = eindigt_niet_voor_begin("CS003", "ToegewezenProduct", "Einddatum", "ingangsdatum")

REGELS_301_23: Final[tuple[Regel | BerichtRegel, ...]] = (
    *CLIENT_REGELS,
    _TOEGEWEZEN_VOOR_DAGTEKENING,
    _NUMMER_EENMALIG,
    per_week_heeft_einddatum,
    _EINDE_NA_INGANG,
    specifiek_product_heeft_omvang,
    aspecifiek_heeft_geen_omvang,
    frequentie_past_bij_eenheid,
)
REGELS_301: Final[tuple[Regel | BerichtRegel, ...]] = (
    *CLIENT_REGELS,
    _TOEGEWEZEN_VOOR_DAGTEKENING,
    _NUMMER_EENMALIG,
    zonder_budget_een_product,
    budget_heeft_einddatum,
    per_week_heeft_einddatum,
    _EINDE_NA_INGANG,
    verwijderd_eindigt_op_ingangsdatum,
    reden_is_niet_vervallen,
    specifiek_product_heeft_omvang,
    omvang_of_budget("CD077", "Omvang"),
    omvang_of_budget("CD078", "Budget"),
    aspecifiek_heeft_geen_omvang,
    frequentie_past_bij_eenheid,
)
# TR302 is the one rule in which the standards differ.
NIVEAU_2: Final[Mapping[tuple[str, str], tuple[Regel | BerichtRegel, ...]]] = {
    ("2.3", "WMO301"): (*REGELS_301_23, stapelt_niet),
    ("2.3", "JW301"): (*REGELS_301_23, stapelt_nooit),
    ("3.2", "WMO301"): (*REGELS_301, stapelt_niet),
    ("3.2", "JW301"): (*REGELS_301, stapelt_nooit),
}
KOP_REGELS: Final[tuple[Regel, ...]] = (is_niet_van_later, identificatie_is_nieuw, gemeente_staat_in_cbs_lijst)
PRODUCT_REGELS: Final[Mapping[str, tuple[Regel, ...]]] = {
    "2.3": (code_staat_in_productlijst,),
    "3.2": (nummer_is_van_deze_toewijzing, verwijderd_heeft_geen_prestaties, code_staat_in_productlijst),
}

# Every rule of each kind of message this service takes, for what is written about them.
REGELS: Final[Mapping[tuple[str, str], tuple[Regel | BerichtRegel, ...]]] = {
    **{
        (release, naam): (*regels, *KOP_REGELS, *PRODUCT_REGELS[release])
        for (release, naam), regels in NIVEAU_2.items()
    },
    **{
        (release, naam): (*REGELS_302, *regels)
        for release, regels in ECHO_REGELS.items()
        for naam in ("WMO302", "JW302")
    },
}
