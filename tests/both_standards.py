"""The same message in the other standard: iwmo and ijw are judged alike, so a test of a rule asks both.

A read message is values, and of these only its soort says which standard it is of; that ijw reads alike is tested by
itself. Where the standards differ (TR302, TR321) a test says so.
"""

from dataclasses import replace
from typing import TypeVar

from services.allocation.message import Retourbericht, Toewijzingsbericht
from services.declaration.message import Declaratie, Declaratieantwoord
from services.declaration.rules.feiten import Feiten
from services.declaration.verdict import Oordeel, judge
from services.kernel.catalogue import find

T = TypeVar("T", Toewijzingsbericht, Retourbericht, Declaratie, Declaratieantwoord)

# Per week, Categorie 01 may reach six times the Volume in iwmo only (TR321).
_CATEGORIE_01 = "01"


def in_ijw(bericht: T) -> T:
    """The JW message with these values."""
    return replace(bericht, soort=find(bericht.soort.naam.replace("WMO", "JW"), bericht.soort.release))


def feiten_in_ijw(feiten: Feiten) -> Feiten:
    """The facts with every toewijzing of the Jeugdwet."""
    jeugd = {nummer: replace(een, domein="jeugd") for nummer, een in feiten.toewijzingen.items()}
    oude = [replace(een, domein="jeugd") for een in feiten.oude_toewijzingen]
    return replace(feiten, toewijzingen=jeugd, oude_toewijzingen=oude)


def judged_in_both(declaratie: Declaratie, feiten: Feiten) -> Oordeel:
    """The verdict, which is the same in ijw."""
    oordeel = judge(declaratie, feiten)
    if all(een.categorie != _CATEGORIE_01 for een in feiten.toewijzingen.values()):
        ander = judge(in_ijw(declaratie), feiten_in_ijw(feiten))
        assert replace(ander, bevindingen=()) == replace(oordeel, bevindingen=())
        assert [b.regel for b in ander.bevindingen] == [b.regel for b in oordeel.bevindingen]
    return oordeel
