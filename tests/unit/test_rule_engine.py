"""The engine: rules are tagged values, findings are data, and the words come from the rule table."""

from dataclasses import dataclass

from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import find
from services.kernel.rules import bericht_regel, bevind, check, regel, rule_table

SOORT = find("WMO323", "3.2")


@dataclass(frozen=True)
class Regelplaats:
    naam: str
    pad: str = "/Bericht/Declaratie"
    regelnummer: int | None = 7


@regel("CS340", "0001", "Declaratie", "DeclaratiePeriode")
def is_a(plaats: Regelplaats, bericht: object) -> bool:
    return plaats.naam == "a"


def subjects(bericht: list[Regelplaats], klasse: str) -> list[Regelplaats]:
    return bericht if klasse == "Declaratie" else []


def test_a_rule_is_asked_of_every_subject_of_its_class() -> None:
    found = list(check((is_a,), SOORT, [Regelplaats("a"), Regelplaats("b", "/x", 9)], subjects))
    assert [(f.regel, f.retourcode, f.niveau, f.pad, f.regelnummer) for f in found] == [("CS340", "0001", 2, "/x", 9)]


def test_a_rule_over_the_message_yields_the_places_that_break_it() -> None:
    every_b = bericht_regel("CS340", "0001", "Declaratie", "DeclaratiePeriode")(
        lambda bericht: [plaats for plaats in bericht if plaats.naam == "b"]
    )
    found = list(check((every_b,), SOORT, [Regelplaats("b"), Regelplaats("a"), Regelplaats("b")], subjects))
    assert len(found) == 2


def test_a_finding_carries_the_words_of_the_rule_table_and_survives_json() -> None:
    found = bevind(is_a, SOORT, Regelplaats("b"))
    row = next(t for t in rule_table("iwmo", "3.2") if (t.regel, t.berichtsoort) == ("CS340", "WMO323"))
    assert (found.melding, found.advies) == (row.melding, row.advies)
    assert Bevinding.from_json(found.json()) == found


def test_the_decorator_tags_and_leaves_the_function_callable() -> None:
    assert (is_a.id, is_a.retourcode, is_a(Regelplaats("a"), None)) == ("CS340", "0001", True)
