"""What every figure of the verzilvering means, in Dutch, as data: for the documentation, the page and the files.

docs/verzilvering.md says which rule of the reference each follows and which test holds it. Values only.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Definitie:
    """One figure: its key in the JSON, what it is called, and what it means."""

    sleutel: str
    naam: str
    betekenis: str


CIJFERS: Final = (
    Definitie(
        "toegewezen",
        "Toegewezen bedrag",
        "Wat voor de toewijzingen in deze periode(n) is verplicht: het tarief van elke week die meetelt.",
    ),
    Definitie(
        "gedeclareerd",
        "Gedeclareerd bedrag",
        "Wat is toegekend, min wat is gecrediteerd, in de weken waarin is geleverd; ook wat zonder grondslag is.",
    ),
    Definitie(
        "percentage",
        "Verzilveringspercentage",
        "Gedeclareerd gedeeld door toegewezen, keer honderd; eerst opgeteld, dan gedeeld. Zonder toegewezen bedrag: "
        "n.v.t. Wat zonder grondslag of zonder tarief is gedeclareerd telt niet mee. Het kan boven honderd liggen.",
    ),
    Definitie(
        "aantalToegewezen",
        "Aantal toegewezen",
        "Toewijzingen per periode waarvoor een bedrag is toegewezen.",
    ),
    Definitie(
        "aantalGedeclareerd",
        "Aantal gedeclareerd",
        "Daarvan die waarop per saldo iets is gedeclareerd.",
    ),
    Definitie(
        "percentageAantal",
        "Verzilvering in aantallen",
        "Aantal gedeclareerd gedeeld door aantal toegewezen, keer honderd.",
    ),
    Definitie(
        "percentageGemaximeerd",
        "Verzilvering, gemaximeerd",
        "Als het verzilveringspercentage, waarbij elke toewijzing per periode voor ten hoogste het toegewezen bedrag "
        "meetelt en nooit negatief.",
    ),
    Definitie(
        "clienten",
        "Cliënten",
        "Personen met een toegewezen bedrag, ieder één keer; aantallen van resultaatgebieden of gemeenten tellen dus "
        "niet op tot het totaal.",
    ),
    Definitie("gemiddeldToegewezen", "Gemiddeld toegewezen", "Toegewezen bedrag per cliënt."),
    Definitie(
        "gemiddeldGedeclareerd",
        "Gemiddeld gedeclareerd",
        "Gedeclareerd bedrag per cliënt, met hetzelfde aantal cliënten als gemiddeld toegewezen.",
    ),
    Definitie(
        "rijpheid",
        "Rijpheid",
        "voorlopig tot 92 dagen na het einde van de periode, dan rijp; afgesloten als de gemeente dat heeft besloten. "
        "Een rij is zo rijp als haar minst rijpe periode.",
    ),
    Definitie(
        "volledigheid",
        "Volledigheid",
        "Deel van de weken waarin een aanbieder een toegewezen bedrag had waarover een declaratie is verwerkt, keer "
        "honderd.",
    ),
    Definitie("open", "Open", "Toegewezen min gedeclareerd; negatief als er meer is gedeclareerd."),
    Definitie("cluster", "Cluster", "ORH (huishouden) of begeleiding (alle andere resultaatgebieden)."),
    Definitie(
        "cohort", "Cohort", "Of een toewijzing van voor (oud) of na (nieuw) de nieuwe werkwijze is; leeg: onbekend."
    ),
    Definitie("aantalVolledig", "Aantal volledig", "Toewijzingen per periode waarvan alles of meer is gedeclareerd."),
    Definitie(
        "percentageVolledig", "Volledig gedeclareerd", "Aantal volledig gedeeld door aantal toegewezen, keer honderd."
    ),
    Definitie(
        "bevroren",
        "Bevroren cijfers",
        "De cijfers zoals ze waren toen de gemeente de periode afsloot; van perioden die open zijn: zoals nu.",
    ),
    Definitie(
        "ingediend",
        "Ingediend bedrag",
        "Wat is ingediend, credits negatief, verdeeld over de weken van de productperiode.",
    ),
    Definitie(
        "afgekeurd", "Afgekeurd bedrag", "Wat daarvan is afgekeurd, ook het deel van een regel dat niet is toegekend."
    ),
    Definitie("inBehandeling", "In behandeling", "Wat daarvan nog op het antwoord van de gemeente wacht."),
    Definitie(
        "herstelactie",
        "Herstelactie",
        "De besluiten waardoor een toegewezen bedrag is gewijzigd nadat de periode was geëindigd; tot de aanbieder "
        "aanvullend declareert daalt of stijgt het percentage daardoor.",
    ),
)

PROGNOSE: Final = (
    Definitie("begroting", "Begroting", "Wat de gemeente voor het jaar heeft begroot, na de laatst bekende wijziging."),
    Definitie(
        "prognose",
        "Prognose",
        "Gedeclareerd in de rijpe perioden, en van elke andere periode wat is toegewezen maal de verzilvering van de "
        "rijpe; nooit lager dan wat erin is gedeclareerd. Is nog geen periode rijp, dan telt alles wat is toegewezen.",
    ),
    Definitie("ruimte", "Ruimte", "Begroting min prognose; negatief als het naar verwachting niet past."),
    Definitie("vrijval", "Vrijval", "Toegewezen min gedeclareerd van de afgesloten perioden."),
    Definitie(
        "vrijvalBijAfsluiten",
        "Vrijval bij afsluiten",
        "Toegewezen min gedeclareerd van de perioden die rijp zijn en nog niet afgesloten.",
    ),
    Definitie(
        "nogTeOntvangen",
        "Nog te ontvangen",
        "Wat over de weken tot en met 31 december is toegewezen en nog niet gedeclareerd, zonder afgesloten perioden.",
    ),
)


def definitie_van(sleutel: str) -> Definitie:
    """The definition of a figure; KeyError when there is none."""
    return {definitie.sleutel: definitie for definitie in (*CIJFERS, *PROGNOSE)}[sleutel]
