"""The rules of 323 and 325: small tagged functions, and per (release, soort) a tuple that is the registry."""

from collections.abc import Mapping

from services.declaration.rules import antwoord, niveau_3
from services.declaration.rules.niveau_2 import (
    ANTWOORD_NIVEAU_2,
    DECLARATIE_NIVEAU_2,
    toets_antwoord,
    toets_declaratie,
)
from services.kernel.rules import BerichtRegel, Regel

__all__ = ["REGELS", "toets_antwoord", "toets_declaratie"]

# Every rule of a message, in the order in which it is asked; a rule asked in two places stands here once.
REGELS: Mapping[tuple[str, str], tuple[Regel | BerichtRegel, ...]] = {
    ("3.2", "WMO323"): (
        *DECLARATIE_NIVEAU_2,
        *niveau_3.KOP_REGELS,
        *niveau_3.DECLARATIE_REGELS,
        *niveau_3.CLIENT_REGELS,
        *niveau_3.CREDIT_REGELS,
        *(niveau_3.toewijzing_is_bekend, *niveau_3.DEBET_REGELS),
        *niveau_3.VOLUME_REGELS,
        *niveau_3.BUDGET_REGELS,
    ),
    ("3.2", "WMO325"): (
        *ANTWOORD_NIVEAU_2,
        *antwoord.KOP_REGELS,
        *antwoord.ANTWOORD_REGELS,
        *antwoord.CLIENT_REGELS,
        *antwoord.PRESTATIE_REGELS,
    ),
}
