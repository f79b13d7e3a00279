"""What the register of contracts and its signalen mean, in Dutch, as data for who reads them. Values only."""

from typing import Final

from services.declaration import signals
from services.declaration.cijfers.definities import Definitie

CONTRACTVELDEN: Final = (
    Definitie("perceel", "Perceel", "Het deel van de aanbesteding waarin het resultaatgebied is gegund."),
    Definitie(
        "soort",
        "Soort",
        "Regionaal geldt in de hele regio, lokaal in ten hoogste twee gemeenten, toetreder kwam er later bij.",
    ),
    Definitie("optieTot", "Met opties", "De laatste dag als elke optie om te verlengen wordt gebruikt."),
    Definitie("release", "Release", "Van de standaard waarin de berichten over dit contract zijn: 3.2 of 2.3."),
    Definitie(
        "vorm", "Vorm", "Of de aanbieder een declaratie stuurt of een factuur; bij één gemeente altijd hetzelfde."
    ),
    Definitie(
        "mapping",
        "Mapping",
        "Hoe een toewijzing van release 3.2 is geschreven: W stuks per week, E euro per week, P stuks in totaal (één "
        "per vier weken), M euro per maand.",
    ),
    Definitie(
        "gebroken",
        "Gebroken",
        "Hoe vier weken van release 2.3 tellen die maar voor een deel zijn toegewezen: FULL geheel, WEEK elke geraakte "
        "week, DAY elke dag.",
    ),
)
# What is written beside the code of a resultaatgebied; docs/glossary.md has the same in English.
RESULTAATGEBIEDEN: Final = {
    "ORH": "Huishouden",
    "SPF": "Sociaal en persoonlijk functioneren",
    "FIN": "Financiën",
    "DAG": "Daginvulling",
    "HUI": "Huisvesting",
    "GEZ": "Gezondheid",
}
# How a toewijzing of release 3.2 is written, and how a broken period counts, in a word.
MAPPINGS: Final = {
    "W": "stuks per week",
    "E": "euro per week",
    "P": "stuks per vier weken",
    "M": "euro per maand",
}
GEBROKEN: Final = {"FULL": "geheel", "WEEK": "per week", "DAY": "per dag"}
SIGNALEN: Final = {
    definitie.sleutel: definitie
    for definitie in (
        Definitie(
            signals.ONTBREKEND_TARIEF,
            "Geen tarief voor een periode",
            "Er is toegewezen in een periode waarvoor geen tarief is geladen. Laad het tarief met het besluit.",
        ),
        Definitie(
            signals.GEEN_CONTRACT,
            "Toewijzing zonder contract",
            "De aanbieder heeft met de gemeente geen contract voor het resultaatgebied. Trek de toewijzing in, of leg "
            "het contract vast.",
        ),
        Definitie(
            signals.NA_CONTRACTEINDE,
            "Loopt door na het contract",
            "De toewijzing eindigt na het einde van het contract, met opties. Verleng het contract of kort haar in.",
        ),
        Definitie(
            signals.AFWIJKENDE_VORM,
            "Anders geschreven dan afgesproken",
            "De toewijzing heeft niet de vorm van het contract. Stuur haar opnieuw in de afgesproken vorm.",
        ),
        Definitie(
            signals.AFWIJKEND_TARIEF,
            "Bedrag is niet het tarief",
            "De toewijzing in euro's heeft niet het bedrag van het contracttarief. Stuur een toewijzing met het juiste "
            "bedrag, of laad het tarief.",
        ),
    )
}
TARIEFVELDEN: Final = (
    Definitie("tarief", "Tarief", "Per vier weken, alles inbegrepen, of per eenheid als die erbij staat."),
    Definitie("bekendVan", "Bekend vanaf", "Vanaf wanneer de hub met dit tarief rekent. Van twee geldt het laatste."),
    Definitie("besluit", "Besluit", "Het tariefbesluit waarop het bedrag berust."),
)
