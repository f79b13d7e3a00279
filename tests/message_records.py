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


# --- 2.3: the periods are those of four weeks; P1 of 2025 runs from 30 December 2024 to 26 January 2025 ---


def product23(**changes: Any) -> Record:
    """A ToegewezenProduct of 2.3: one stuk SPF3 per four weeks, all thirteen periods of 2025; no Budget."""
    defaults = product(ingangsdatum="2024-12-30", einddatum="2025-12-28", frequentie="3")
    del defaults["budget"]
    return _with(defaults, changes)


def beschikking(**changes: Any) -> Record:
    """The Beschikking of a 301 of 2.3, without the products. grondslagen: one or two codes."""
    defaults = {
        "nummer": 1,
        "grondslagen": [],
        "afgiftedatum": "2024-12-16",
        "ingangsdatum": "2024-12-30",
        "einddatum": "2025-12-28",
        "commentaar": None,
        "beperkingen": [],
    }
    return _with(defaults, changes)


def beperking(**changes: Any) -> Record:
    """A Beperking of a Beschikking; scores: pairs of Vraag and Score."""
    return _with({"categorie": "1", "duur": None, "commentaar": None, "scores": []}, changes)


def prestatie23(**changes: Any) -> Record:
    """A Prestatie of a 303: P1 of 2025, one stuk for 48000.

    Without a bedrag it is volume times tarief (without one: 48000), with Eenheid 83 the volume. berekend and
    btw_bedrag are eurocents too; they share dc with bedrag (CS327).
    """
    defaults = {
        "referentie": "P0001",
        "vorig": None,
        "beschikkingnummer": None,
        "toewijzing": 1001,
        "categorie": "02",
        "code": "SPF3",
        "begin": "2024-12-30",
        "eind": "2025-01-26",
        "volume": 1,
        "eenheid": "82",
        "verrekenpercentage": None,
        "tarief": None,
        "berekend": None,
        "btw_vrijstelling": None,
        "btw_percentage": None,
        "btw_bedrag": None,
        "bedrag": None,
        "dc": "D",
        "commentaar": None,
    }
    made = _with(defaults, changes)
    if made["bedrag"] is None:
        # Four weeks cost what four Sundays of `prestatie` do.
        tarief = 48000 if made["tarief"] is None else made["tarief"]
        made["bedrag"] = made["volume"] * (1 if made["eenheid"] == "83" else tarief)
    return made
