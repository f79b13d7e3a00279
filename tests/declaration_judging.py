"""Declarations as values, and the facts they are judged against; each with one change from what is in order.

The toewijzing is the builders' product: one stuk SPF3 a week in 2025, at 48000 eurocent per 4 weeks.
"""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from builders import bsn, wmo323
from services.declaration.contracts import Contract, Mapping, Product, Toewijzing
from services.declaration.message import Declaratie, Prestatie, read_declaratie
from services.declaration.rules.feiten import (
    AntwoordFeiten,
    Debetregel,
    Feiten,
    IngediendeDeclaratie,
    IngediendeRegel,
)
from services.declaration.tariffs import Tarief, Tarieven
from services.kernel.catalogue import find
from services.kernel.reading import Schemas, as_stream

SCHEMAS = Schemas()
WMO323 = find("WMO323", "3.2")
WMO325 = find("WMO325", "3.2")
VANDAAG = date(2025, 2, 10)
PRODUCTEN = {
    "SPF3": Product("SPF3", "SPF", 3, 3, "02"),
    "SPF4": Product("SPF4", "SPF", 4, 4, "02"),
    "ORH1": Product("ORH1", "ORH", 1, 11, "01"),
    "DAG2": Product("DAG2", "DAG", 2, 22, "07"),
}


def declaratie(*prestaties: dict[str, Any], **anders: Any) -> Declaratie:
    """The 323 that the builder makes of these, as values."""
    return read_declaratie(as_stream(wmo323(*prestaties, **anders)), WMO323, SCHEMAS)


def client_hash(number: str) -> str:
    return f"client-{number}"


def toewijzing(**anders: Any) -> Toewijzing:
    waarden: dict[str, Any] = {
        "gemeente": "0503",
        "domein": "wmo",
        "nummer": 1001,
        "aanbieder": "75000001",
        "client": client_hash(bsn(1)),
        "categorie": "02",
        "code": "SPF3",
        "ingangsdatum": date(2025, 1, 1),
        "einddatum": date(2025, 12, 31),
        "volume": 1,
        "eenheid": "82",
        "frequentie": "2",
        "budget": None,
        "reden_wijziging": None,
        "toewijzingsdatum": date(2024, 12, 16),
        "toewijzingstijd": time(10),
        "release": "3.2",
    }
    return Toewijzing(**waarden | anders)


def contract(**anders: Any) -> Contract:
    waarden: dict[str, Any] = {
        "aanbieder": "75000001",
        "gemeente": "0503",
        "resultaatgebied": "SPF",
        "van": date(2025, 1, 1),
        "tot": None,
        "release": "3.2",
        "vorm": "declaratie",
        "gebroken": "WEEK",
        "mapping": Mapping.W,
    }
    return Contract(**waarden | anders)


def tarieven(bedrag: int = 48000, code: str = "SPF3") -> Tarieven:
    rij = Tarief("0503", None, code, date(2025, 1, 1), None, bedrag, None, date(2024, 12, 1), "FICTIEF")
    return Tarieven([rij])


def feiten(*toewijzingen: Toewijzing, **anders: Any) -> Feiten:
    """What is known of these toewijzingen, of the usual one when none is given; nothing was declared before."""
    waarden: dict[str, Any] = {
        "vandaag": VANDAAG,
        "toewijzingen": {een.nummer: een for een in toewijzingen or (toewijzing(),)},
        "client_van": {bsn(n): client_hash(bsn(n)) for n in range(1, 6)},
        "contracten": (contract(),),
        "producten": PRODUCTEN,
        "tarieven": tarieven(),
    }
    return Feiten(**waarden | anders)


def debetregel(**anders: Any) -> Debetregel:
    """The builder's Prestatie, approved before."""
    waarden: dict[str, Any] = {
        "nr": 1,
        "toewijzing": 1001,
        "categorie": "02",
        "code": "SPF3",
        "begin": date(2025, 1, 1),
        "eind": date(2025, 1, 31),
        "volume": 4,
        "eenheid": "82",
        "tarief": 12000,
        "bedrag": 48000,
        "gecrediteerd": False,
        "gemeente": "0503",
        "client": client_hash(bsn(1)),
    }
    return Debetregel(**waarden | anders)


def antwoord_feiten(heen: Declaratie, **anders: Any) -> AntwoordFeiten:
    """What is known when a gemeente answers this 323."""
    client_van = {bsn(n): client_hash(bsn(n)) for n in range(1, 6)}
    regels = tuple(_ingediend(heen, prestatie) for prestatie in heen.prestaties)
    waarden: dict[str, Any] = {
        "vandaag": VANDAAG,
        "declaratie": IngediendeDeclaratie(heen.nummer, heen.kop.dagtekening, heen.kop.xsd_versie, heen.totaal, regels),
        "client_van": client_van,
    }
    return AntwoordFeiten(**waarden | anders)


def _ingediend(heen: Declaratie, p: Prestatie) -> IngediendeRegel:
    client = client_hash(heen.clienten[p.client - 1].bsn)
    wat = p.toewijzing, p.categorie, p.code, p.begin, p.eind, p.volume, p.eenheid, p.tarief, p.bedrag
    return IngediendeRegel(p.plaats, client, *p.sleutel, *wat)


def rule_ids(bevindingen: Iterable[Any]) -> set[tuple[str, str]]:
    """(rule id, class and element) of findings."""
    return {(b.regel, b.pad.rsplit("/", 1)[-1].partition("[")[0] + "." + b.element) for b in bevindingen}
