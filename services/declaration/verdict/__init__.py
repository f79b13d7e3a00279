"""The verdict: what findings mean for a declaration, and what a gemeente's own answer decides."""

from services.declaration.message import Declaratie, Declaratieantwoord
from services.declaration.rules import toets_antwoord, toets_declaratie
from services.declaration.rules.feiten import (
    AntwoordFeiten,
    Debetregel,
    Feiten,
    Gebruik,
    IngediendeDeclaratie,
    IngediendeRegel,
)
from services.declaration.verdict.antwoord import check_antwoord, judge_antwoord
from services.declaration.verdict.declaratie import judge, judge_technisch
from services.declaration.verdict.oordeel import AFGEKEURD, DEELS_AFGEKEURD, GOEDGEKEURD, Oordeel
from services.kernel.bevinding import Bevinding

__all__ = [
    "AFGEKEURD", "DEELS_AFGEKEURD", "GOEDGEKEURD", "AntwoordFeiten", "Debetregel", "Feiten", "Gebruik",
    "IngediendeDeclaratie", "IngediendeRegel", "Oordeel", "check_antwoord", "judge", "judge_antwoord",
    "judge_technisch", "toets_niveau_2",
]  # fmt: skip


def toets_niveau_2(bericht: Declaratie | Declaratieantwoord) -> tuple[Bevinding, ...]:
    """The findings of level 2; any of them refuses the message as a whole."""
    return toets_declaratie(bericht) if isinstance(bericht, Declaratie) else toets_antwoord(bericht)
