"""The rules of declaration: small tagged functions, and per (release, soort) a tuple that is the registry."""

from collections.abc import Mapping

from services.declaration.message import Declaratie, Declaratieantwoord
from services.declaration.rules import antwoord, antwoord_23, niveau_2, niveau_2_23, niveau_3, niveau_3_23
from services.kernel.bevinding import Bevinding
from services.kernel.rules import BerichtRegel, Regel, check

__all__ = ["NIVEAU_2", "REGELS", "toets_antwoord", "toets_declaratie"]

Register = tuple[Regel | BerichtRegel, ...]

# By release and the number of the kind: WMO303 and JW303 are judged alike. Where the standards differ (TR321 on
# Categorie 01 per week) the rule looks at the domein of the toewijzing.
_NIVEAU_2: Mapping[tuple[str, str], Register] = {
    ("2.3", "303"): niveau_2_23.DECLARATIE_NIVEAU_2_23,
    ("2.3", "304"): niveau_2_23.ANTWOORD_NIVEAU_2_23,
    ("3.2", "323"): niveau_2.DECLARATIE_NIVEAU_2,
    ("3.2", "325"): niveau_2.ANTWOORD_NIVEAU_2,
}
_NIVEAU_3: Mapping[tuple[str, str], Register] = {
    ("2.3", "303"): (
        *niveau_3_23.KOP_REGELS,
        *niveau_3_23.DECLARATIE_REGELS,
        *niveau_3_23.CLIENT_REGELS,
        *niveau_3_23.CREDIT_REGELS,
        *(niveau_3_23.toewijzing_is_bekend, niveau_3_23.declarant_is_aanbieder_of_administratie),
        *niveau_3_23.DEBET_REGELS,
        *niveau_3_23.VOLUME_REGELS,
        *niveau_3_23.PRIJS_REGELS,
        *niveau_3_23.TOEKENNING_REGELS,
        *niveau_3_23.UITLEG_REGELS,
    ),
    ("2.3", "304"): (
        *antwoord_23.KOP_REGELS,
        *antwoord_23.ANTWOORD_REGELS,
        *antwoord_23.CLIENT_REGELS,
        *antwoord_23.PRESTATIE_REGELS,
    ),
    ("3.2", "323"): (
        *niveau_3.KOP_REGELS,
        *niveau_3.DECLARATIE_REGELS,
        *niveau_3.CLIENT_REGELS,
        *niveau_3.CREDIT_REGELS,
        *(niveau_3.toewijzing_is_bekend, *niveau_3.DEBET_REGELS),
        *niveau_3.VOLUME_REGELS,
        *niveau_3.BUDGET_REGELS,
    ),
    ("3.2", "325"): (
        *antwoord.KOP_REGELS,
        *antwoord.ANTWOORD_REGELS,
        *antwoord.CLIENT_REGELS,
        *antwoord.PRESTATIE_REGELS,
    ),
}
_LETTERS = ("WMO", "JW")

NIVEAU_2: Mapping[tuple[str, str], Register] = {
    (release, letters + nummer): regels for (release, nummer), regels in _NIVEAU_2.items() for letters in _LETTERS
}
# Every rule of a message, in the order in which it is asked; a rule asked in two places stands here once.
REGELS: Mapping[tuple[str, str], Register] = {
    (release, letters + nummer): (*_NIVEAU_2[release, nummer], *regels)
    for (release, nummer), regels in _NIVEAU_3.items()
    for letters in _LETTERS
}


def toets_declaratie(declaratie: Declaratie) -> tuple[Bevinding, ...]:
    """The findings of level 2 of a 303 or 323."""
    return _toets(declaratie)


def toets_antwoord(antwoord: Declaratieantwoord) -> tuple[Bevinding, ...]:
    """The findings of level 2 of a 304 or 325."""
    return _toets(antwoord)


def _toets(bericht: Declaratie | Declaratieantwoord) -> tuple[Bevinding, ...]:
    regels = NIVEAU_2[bericht.soort.release, bericht.soort.naam]
    return tuple(check(regels, bericht.soort, bericht, niveau_2.onderwerpen))
