"""What the figures about the quality of the traffic mean, in Dutch, as data for who reads them. Values only."""

from typing import Final

from services.declaration.cijfers.definities import Definitie

KWALITEIT: Final = (
    Definitie(
        "aangeboden",
        "Aangeboden",
        "Berichten die de partij instuurde. Hetzelfde bericht nog eens sturen telt niet mee, en wat bij ingebruikname "
        "is ingelezen ook niet.",
    ),
    Definitie(
        "ineensGoed",
        "Ineens goed",
        "Berichten die geheel zijn goedgekeurd, van wat is beoordeeld. Wat nog op een oordeel wacht, telt niet mee.",
    ),
    Definitie(
        "schemafout", "Schema (niveau 1)", "Berichten die niet aan het XML-schema voldoen. Ze zijn niet gelezen."
    ),
    Definitie(
        "afgekeurd",
        "Geheel afgekeurd (niveau 2)",
        "Berichten die als geheel zijn afgekeurd: alleen de kop komt terug.",
    ),
    Definitie(
        "deelsAfgekeurd",
        "Deels afgekeurd (niveau 3 en 4)",
        "Berichten waarvan een of meer regels zijn afgekeurd; de rest is verwerkt.",
    ),
    Definitie("open", "Open", "Berichten die nog wachten op het oordeel van een ander."),
    Definitie(
        "binnenTermijn",
        "Antwoord op tijd",
        "Antwoorden binnen de termijn, van alle antwoorden en van wat na de termijn nog niet is beantwoord. Ook wat de "
        "hub met mandaat antwoordt, telt mee.",
    ),
    Definitie(
        "dubbel",
        "Dubbel aangeboden",
        "Bevindingen over wat er al was: een nummer dat opnieuw is gebruikt, of een regel die al was goedgekeurd.",
    ),
    Definitie(
        "mediaanWerkdagen", "Werkdagen tot antwoord", "De middelste van alle tijden tussen ontvangst en antwoord."
    ),
    Definitie(
        "percentageGoedgekeurd",
        "Regels goedgekeurd",
        "Goedgekeurde regels van declaraties, van wat is beoordeeld.",
    ),
    Definitie("percentageCredits", "Credits", "Regels die een eerdere regel terugboeken, van alle aangeboden regels."),
    Definitie(
        "mediaanDagenTotDeclaratie",
        "Dagen tot declaratie",
        "De middelste van de dagen tussen het einde van de ProductPeriode en de dagtekening, zonder credits.",
    ),
    Definitie(
        "percentageTerugwerkend",
        "Toewijzingen achteraf",
        "Nieuwe toewijzingen met een ingangsdatum voor de dagtekening van het bericht.",
    ),
)
