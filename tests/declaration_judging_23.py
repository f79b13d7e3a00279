"""Declaraties and facturen of release 2.3 as values, and the facts they are judged against, as `declaration_judging`.

The toewijzing is the builders' product23: one stuk SPF3 per four weeks in all thirteen periods of 2025, at 48000
eurocent per four weeks; A of each period is that, and nothing was declared before.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import declaration_judging
from both_standards import in_ijw, judged_in_both
from builders_23 import prestatie23, wmo303
from declaration_judging import PRODUCTEN, SCHEMAS, rule_ids, tarieven

from services.declaration.contracts import Contract, Gebroken, Toewijzing, contract_for, mapping_of
from services.declaration.journal import laatste_dag, toegewezen
from services.declaration.message import Declaratie303, Declaratieantwoord304, read_antwoord, read_declaratie
from services.declaration.rules import toets_declaratie
from services.declaration.rules.feiten import AntwoordFeiten, Debetregel, Feiten, Vak
from services.declaration.tariffs import Tarieven
from services.declaration.verdict import Oordeel
from services.declaration.weeks import Periodes, Week53, periodes_van
from services.kernel.catalogue import find
from services.kernel.reading import as_stream

Found = set[tuple[str, str]]  # rule id, class and element

WMO303 = find("WMO303", "2.3")
WMO304 = find("WMO304", "2.3")
TABEL = Periodes(p for jaar in range(2019, 2029) for p in periodes_van(jaar, Week53.P13_LONG))
P1, P2, P3 = "2025-P01", "2025-P02", "2025-P03"
IN_P2 = {"begin": "2025-01-27", "eind": "2025-02-23"}
IN_P3 = {"begin": "2025-02-24", "eind": "2025-03-23"}
LATER = {**IN_P3, "dagtekening": "2025-04-01"}  # the Header of a message that may hold lines of P1, P2 and P3
BTW = {"btw_vrijstelling": "2", "btw_percentage": 2100, "btw_bedrag": 8331}
BTW_ID = "NL999999999B01"
CREDIT = prestatie23(referentie="P0002", vorig="P0000", dc="C")


def read_303(content: bytes) -> Declaratie303:
    gelezen = read_declaratie(as_stream(content), WMO303, SCHEMAS)
    assert isinstance(gelezen, Declaratie303)
    return gelezen


def read_304(content: bytes) -> Declaratieantwoord304:
    gelezen = read_antwoord(as_stream(content), WMO304, SCHEMAS)
    assert isinstance(gelezen, Declaratieantwoord304)
    return gelezen


def declaratie(*prestaties: dict[str, Any], **anders: Any) -> Declaratie303:
    """The 303 that the builder makes of these, as values."""
    return read_303(wmo303(*prestaties, **anders))


def broken_in(content: bytes) -> Found:
    """The rules of level 2 that a 303 breaks."""
    declaratie = read_303(content)
    assert rule_ids(toets_declaratie(in_ijw(declaratie))) == rule_ids(toets_declaratie(declaratie))
    return rule_ids(toets_declaratie(declaratie))


def declared(*prestaties: dict[str, Any], **anders: Any) -> Found:
    """`broken_in` of the 303 that the builder makes of these."""
    return broken_in(wmo303(*prestaties, **anders))


def only(broken: bool, rule: str, place: str) -> Found:
    """What is found when this one rule is broken, or nothing is."""
    return {(rule, place)} if broken else set()


def taxed(**anders: Any) -> bytes:
    """A factuur with BTW in its one line."""
    return wmo303(prestatie23(**BTW | anders), factuur=True, btw_id=BTW_ID)


def toewijzing(**anders: Any) -> Toewijzing:
    waarden: dict[str, Any] = {
        "ingangsdatum": date(2024, 12, 30),
        "einddatum": date(2025, 12, 28),
        "frequentie": "3",
        "release": "2.3",
    }
    return declaration_judging.toewijzing(**waarden | anders)


def uren(**anders: Any) -> Toewijzing:
    """Four hours per four weeks: a toewijzing that has volumes and no price."""
    return toewijzing(**{"eenheid": "04", "volume": 4} | anders)


def contract(**anders: Any) -> Contract:
    waarden: dict[str, Any] = {"van": date(2024, 12, 30), "release": "2.3", "gebroken": Gebroken.WEEK}
    return declaration_judging.contract(**waarden | anders)


def _a(een: Toewijzing, contracten: Iterable[Contract], prijzen: Tarieven) -> dict[Vak, int]:
    """A of a toewijzing per period, as it is booked."""
    afspraak = contract_for(contracten, een, PRODUCTEN.get(een.code or ""))
    telwijze, laatste = mapping_of(een, afspraak), laatste_dag(afspraak, TABEL)
    bedragen = toegewezen(een, telwijze, TABEL, prijzen, een.code, laatste).bedragen
    return {(een.nummer, label): bedrag for label, bedrag in bedragen.items()}


def feiten(*toewijzingen: Toewijzing, **anders: Any) -> Feiten:
    """What is known of these toewijzingen, of the usual one when none is given."""
    waarden: dict[str, Any] = {"contracten": (contract(),), "periodes": TABEL, "tarieven": tarieven()} | anders
    bekend = [*(toewijzingen or (toewijzing(),)), *waarden.get("oude_toewijzingen", ())]
    a = [_a(een, waarden["contracten"], waarden["tarieven"]) for een in bekend]
    waarden.setdefault("toegewezen", {vak: bedrag for van_een in a for vak, bedrag in van_een.items()})
    return declaration_judging.feiten(*(toewijzingen or (toewijzing(),)), **waarden)


def zonder_toewijzing(**anders: Any) -> Feiten:
    """No number is known."""
    return replace(feiten(**anders), toewijzingen={})


def debetregel(**anders: Any) -> Debetregel:
    """The builder's Prestatie of a declaratie, approved and booked before."""
    waarden: dict[str, Any] = {
        "begin": date(2024, 12, 30),
        "eind": date(2025, 1, 26),
        "volume": 1,
        "tarief": None,
        "per_periode": {P1: 48000},
    }
    return declaration_judging.debetregel(**waarden | anders)


def antwoord_feiten(heen: Declaratie303, **anders: Any) -> AntwoordFeiten:
    """What is known when a gemeente answers this 303."""
    known = declaration_judging.antwoord_feiten(heen)
    assert known.declaratie is not None
    return replace(known, **{"declaratie": replace(known.declaratie, factuur=heen.factuur)} | anders)


def judged(facts: Feiten, *prestaties: dict[str, Any], **anders: Any) -> Oordeel:
    """The verdict on the 303 of these lines, long after it was sent."""
    return judged_in_both(declaratie(*prestaties, **anders), replace(facts, vandaag=date(2029, 1, 1)))


def codes(facts: Feiten, *prestaties: dict[str, Any], **anders: Any) -> tuple[str, ...]:
    """The codes of the last line; () when something of it is awarded."""
    return judged(facts, *prestaties, **anders).regel_codes.get((1, max(len(prestaties), 1)), ())


def award(facts: Feiten, *prestaties: dict[str, Any], **anders: Any) -> int | None:
    """What the last line is awarded, in eurocent; None when it is refused."""
    return judged(facts, *prestaties, **anders).toekenningen.get((1, max(len(prestaties), 1)))


def found_ids(oordeel: Oordeel) -> list[tuple[str, str | None]]:
    """(rule id, code) of every finding, in order."""
    return [(bevinding.regel, bevinding.retourcode) for bevinding in oordeel.bevindingen]
