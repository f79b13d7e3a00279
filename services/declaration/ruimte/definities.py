"""What the declaratieruimte tells, in Dutch, as data for who reads it. Values only."""

from typing import Final

from services.declaration.cijfers.definities import Definitie

RUIMTE: Final = (
    Definitie(
        "bedrag",
        "Nog te declareren",
        "Wat in dit tijdvak nog ten hoogste wordt goedgekeurd, met de regels waarmee de hub een declaratie toetst. "
        "Het is een grens, geen opdracht: declareer alleen wat is geleverd.",
    ),
    Definitie(
        "goedgekeurdBedrag",
        "Al goedgekeurd",
        "Wat in dit tijdvak is goedgekeurd en niet gecrediteerd.",
    ),
    Definitie(
        "inBehandelingBedrag",
        "In behandeling",
        "Wat in dit tijdvak is ingediend en nog op antwoord wacht. Het telt nog niet mee als gebruikt.",
    ),
    Definitie(
        "gebruikt",
        "Gebruikt",
        "Goedgekeurd en niet gecrediteerd volume op de hele toewijzing, van het maximum van de hele toewijzing.",
    ),
    Definitie(
        "indienbaarVanaf",
        "Indienen vanaf",
        "De eerste dag waarop de declaratie mag worden ingediend: een periode moet op de dag van het bericht voorbij "
        "zijn (CS108, TR137). Eerder wordt zij afgekeurd.",
    ),
)
CONCEPT: Final = (
    "Een declaratie van alles wat in dit tijdvak nog kan worden goedgekeurd. De hub weet "
    "niet wat is geleverd. Haal weg of verlaag wat niet geleverd is, en dien het bestand daarna zelf in. Met het "
    "ophalen wordt niets ingediend of bewaard."
)
PERSOONSGEGEVENS: Final = (
    "In het bestand staan namen en burgerservicenummers, want die horen in de declaratie. Bewaar het zo kort als nodig."
)
