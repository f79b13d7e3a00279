"""The exception lists: what each is about and what to do with it, in Dutch, as data. Values only."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Lijst:
    """One list: its name in the address, its title, what is on it, and what a gemeente or aanbieder does about it."""

    naam: str
    titel: str
    definitie: str
    wat_te_doen: str


@dataclass(frozen=True, slots=True)
class Lijstrij:
    """One case. `bedrag` in eurocent; `prestatie` is a ReferentieNummer. `client` tells persons apart, and stays in."""

    gemeente: str
    aanbieder: str
    domein: str
    toewijzing: int | None
    periode: str | None
    prestatie: str | None
    bedrag: int | None
    tekst: str
    client: int | None

    def json(self) -> dict[str, object]:
        """Without what stays inside."""
        return {name: getattr(self, name) for name in Lijstrij.__dataclass_fields__ if name != "client"}


ZONDER_GRONDSLAG: Final = "declaratie-zonder-grondslag"
BOVEN_TOEGEWEZEN: Final = "boven-toegewezen"
DUBBELE_WEEK: Final = "dubbel-betaalde-week"
TWEE_TREDEN: Final = "twee-treden-in-een-gebied"
ONTBREKEND_TARIEF: Final = "ontbrekend-tarief"
AFWIJKEND_TARIEF: Final = "afwijkend-tarief"
NIET_GEDECLAREERD: Final = "niet-gedeclareerd"
LOOPT_AF: Final = "loopt-af"

LIJSTEN: Final = {
    lijst.naam: lijst
    for lijst in (
        Lijst(
            ZONDER_GRONDSLAG,
            "Declaratie zonder grondslag",
            "Toegekende prestaties op een toewijzing die daarna is geweigerd, verwijderd of ingekort.",
            "Laat de aanbieder de prestatie crediteren, of herstel de toewijzing als die ten onrechte is gewijzigd.",
        ),
        Lijst(
            BOVEN_TOEGEWEZEN,
            "Gedeclareerd boven toegewezen",
            "Toewijzingen waarop over alle begonnen perioden samen meer is toegekend dan toegewezen; bedrag is het "
            "meerdere.",
            "Ga na of een tarief of toewijzing met terugwerkende kracht is verlaagd; vorder terug of laat crediteren.",
        ),
        Lijst(
            DUBBELE_WEEK,
            "Dubbel betaalde week",
            "Weken die voor één cliënt en resultaatgebied op twee toewijzingen zijn betaald; bedrag is het kleinste "
            "van de twee.",
            "Laat een van beide prestaties crediteren, en sluit de toewijzingen op elkaar aan.",
        ),
        Lijst(
            TWEE_TREDEN,
            "Twee treden in één resultaatgebied",
            "Cliënten die in dezelfde week op twee treden van één resultaatgebied een toegewezen bedrag hebben.",
            "Beëindig de oude toewijzing op de zondag voor de nieuwe begint.",
        ),
        Lijst(
            ONTBREKEND_TARIEF,
            "Ontbrekend tarief",
            "Toewijzingen zonder tarief, en prestaties die daardoor ongetoetst zijn toegekend. Zij tellen in geen "
            "percentage mee.",
            "Laad het tarief met het besluit; de toegewezen bedragen worden dan bijgeboekt.",
        ),
        Lijst(
            AFWIJKEND_TARIEF,
            "Toewijzing wijkt af van het tarief",
            "Toewijzingen in euro's waarvan het bedrag niet het contracttarief is; bedrag is het verschil per eenheid.",
            "Stuur een toewijzing met het juiste bedrag, of laad het afgesproken tarief.",
        ),
        Lijst(
            NIET_GEDECLAREERD,
            "Toegewezen, niet gedeclareerd",
            "Toewijzingen met twee of meer rijpe perioden waarin een bedrag is toegewezen en niets is ingediend; "
            "bedrag is wat in die perioden is toegewezen.",
            "Vraag de aanbieder of de zorg is gestart; beëindig de toewijzing of laat alsnog declareren.",
        ),
        Lijst(
            LOOPT_AF,
            "Loopt af",
            "Toewijzingen die binnen acht weken eindigen.",
            "Plan een herindicatie, of laat de toewijzing aflopen.",
        ),
    )
}

HERSTEL: Final = Lijst(
    "herstel",
    "Herstel na een tariefwijziging",
    "Goedgekeurde regels die na een tariefbesluit met terugwerkende kracht een andere prijs hebben.",
    "Doe de stap die aan de beurt is: de gemeente vervangt een toewijzing in euro's, de aanbieder crediteert de regel "
    "en declareert hem opnieuw.",
)
# What follows a change of tariff, step by step; the first only for a toewijzing in euros.
HERSTELSTAPPEN: Final = (
    "De gemeente stuurt een toewijzing met het nieuwe bedrag. Dat hoeft alleen bij een toewijzing in euro's.",
    "De aanbieder crediteert de goedgekeurde regel. De regel heet dan gecrediteerd.",
    "De aanbieder declareert dezelfde ProductPeriode opnieuw, met het nieuwe tarief. De regel is dan gedaan.",
)
TERMIJNEN: Final = Lijst(
    "termijnen",
    "Openstaande termijnen",
    "Berichten die een ander moet beantwoorden, met de laatste dag waarop dat op tijd is. Zaterdag, zondag en "
    "feestdagen tellen niet mee.",
    "Beantwoord eerst wat te laat is. Wacht u op een ander, vraag dan na of het bericht is opgehaald.",
)
