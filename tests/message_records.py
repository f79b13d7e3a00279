"""What messages are made of, as dicts with defaults that break no rule; part of `builders`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

Record = dict[str, Any]


@lru_cache(maxsize=1)
def _test_bsns() -> tuple[int, ...]:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return tuple(
        nummer
        for nummer in range(999900006, 1000000000)
        if sum(w * int(c) for w, c in zip(weights, str(nummer), strict=True)) % 11 == 0
    )


def bsn(n: int = 1) -> str:
    """The n-th test BSN that passes the elfproef; bsn(1) is 999900006, the default client."""
    if n < 1:
        raise ValueError("the first test BSN is bsn(1)")
    return str(_test_bsns()[n - 1])


def _with(defaults: Record, changes: Record) -> Record:
    unknown = changes.keys() - defaults.keys()
    if unknown:
        raise KeyError(f"unknown: {sorted(unknown)}; known: {sorted(defaults)}")
    return {**defaults, **changes}


def contact(**changes: Any) -> Record:
    """A Contact: BRP-adres in Delft. telefoon and telefoon2 are numbers, begin and eind the Periode."""
    defaults = {
        "soort": "01",
        "huisnummer": 1,
        "huisletter": None,
        "toevoeging": None,
        "aanduiding": None,
        "postcode": "2611AA",
        "straat": "Voorbeeldstraat",
        "plaats": "Delft",
        "landcode": "NL",
        "organisatie": None,
        "telefoon": None,
        "landnummer": "+31",
        "telefoon2": None,
        "emailadres": None,
        "begin": None,
        "eind": None,
    }
    return _with(defaults, changes)


def _naam() -> Record:
    return {
        "achternaam": "Voorbeeld",
        "voorvoegsel": None,
        "partnernaam": None,
        "partnervoorvoegsel": None,
        "voornamen": None,
        "voorletters": "A",
        "naamgebruik": "1",
    }


def client(**changes: Any) -> Record:
    """A Client of a 301, without the products."""
    defaults = {
        "bsn": "999900006",
        "geboortedatum": "1950-05-17",
        "datumgebruik": None,
        "geslacht": "2",
        **_naam(),
        "communicatie": None,
        "juridischestatus": None,
        "vertegenwoordiging": None,
        "commentaar": None,
        "contacten": [contact()],
        "relaties": [],
    }
    made = _with(defaults, changes)
    if made["communicatie"] is not None:
        made["communicatie"] = _with({"vorm": "1", "taal": None}, made["communicatie"])
    return made


def relatie(**changes: Any) -> Record:
    """A Relatie (a son or daughter) of a Client."""
    defaults = {
        "nummer": "R1",
        "volgorde": None,
        "soort": "16",
        "geboortedatum": None,
        "datumgebruik": None,
        "geslacht": None,
        "contact": contact(),
        **_naam(),
    }
    return _with(defaults, changes)


def product(**changes: Any) -> Record:
    """A ToegewezenProduct: one stuk SPF3 a week in 2025. Omvang goes with volume, Product with categorie."""
    defaults = {
        "nummer": 1001,
        "categorie": "02",
        "code": "SPF3",
        "toewijzingsdatum": "2024-12-16",
        "toewijzingstijd": "10:00:00",
        "ingangsdatum": "2025-01-01",
        "einddatum": "2025-12-31",
        "reden": None,
        "volume": 1,
        "eenheid": "82",
        "frequentie": "2",
        "budget": None,
        "referentie": None,
        "commentaar": None,
    }
    return _with(defaults, changes)


def prestatie(**changes: Any) -> Record:
    """A Prestatie: the four Sundays of January 2025 at 12000 each. No tarief with Eenheid 83 unless given."""
    defaults = {
        "referentie": "P0001",
        "vorig": None,
        "toewijzing": 1001,
        "categorie": "02",
        "code": "SPF3",
        "begin": "2025-01-01",
        "eind": "2025-01-31",
        "volume": 4,
        "eenheid": "82",
        "tarief": 12000,
        "bedrag": None,
        "dc": "D",
    }
    made = _with(defaults, changes)
    in_euros = made["eenheid"] == "83"
    if in_euros and "tarief" not in changes:
        made["tarief"] = None
    if made["bedrag"] is None:
        # Without a ProductTarief a line is still claimed at the usual one.
        tarief = 12000 if made["tarief"] is None else made["tarief"]
        made["bedrag"] = made["volume"] if in_euros else made["volume"] * tarief
    return made
