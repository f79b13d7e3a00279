"""The FICTIEF example set (schemas/codes/voorbeeld) as values: what a toewijzing grants, and what a month of it claims.

Tariffs, products and contracts of the region are not public; nothing here comes from them.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from functools import cache
from pathlib import Path

from services.cli.example_messages import Persoon, Regel
from services.declaration.contracts import Mapping as Vorm
from services.declaration.contracts import Product, Toewijzing, mapping_of
from services.declaration.tariffs import Tarieven, half_up, kwart, lees_tarieven, prijs_per_eenheid
from services.declaration.weeks import Periodes, Week53, maand_van, periodes_van, weights
from services.kernel.codelists import CODES

FOLDER = CODES / "voorbeeld"
# The years that the example tariffs cover.
JAREN = range(2023, 2028)

_TOEWIJZINGSTIJD = time(10, 0)
_TEST_BSN = range(999_900_006, 1_000_000_000)
_PLAATSEN = {
    "0503": ("2611AA", "Delft"),
    "0603": ("2281AA", "Rijswijk"),
    "1783": ("2671AA", "Naaldwijk"),
    "1842": ("2636AA", "Schipluiden"),
    "1926": ("2641AA", "Pijnacker"),
}
_ACHTERNAMEN = ("Voorbeeld", "Fictief", "Proefman", "Testers", "Nergens", "Denkbeeld", "Verzonnen", "Elders")


@dataclass(frozen=True, slots=True)
class Voorbeeld:
    """Products and tariffs; mappings of the contracts by (aanbieder, gemeente, resultaatgebied); lists by gemeente."""

    producten: Mapping[str, Product]
    mappings: Mapping[tuple[str, str, str], Vorm]
    productlijsten: Mapping[str, tuple[str, ...]]
    tarieven: Tarieven
    periodes: Periodes


@dataclass(frozen=True, slots=True)
class Maandclaim:
    """What one toewijzing claims in one month: ProductPeriode, volume, price per unit and amount in eurocent."""

    begin: date
    eind: date
    volume: int
    tarief: int | None
    bedrag: int


@cache
def voorbeeld() -> Voorbeeld:
    """The example set, read once."""
    producten = {
        row["code"]: Product(row["code"], row["resultaatgebied"], int(row["trede"]), int(row["rang"]), row["categorie"])
        for row in rows("producten.csv")
    }
    lijsten: dict[str, list[str]] = {}
    for row in rows("productlijsten.csv"):
        lijsten.setdefault(row["gemeente"], []).append(row["productcode"])
    tarieven, fouten = lees_tarieven((FOLDER / "tarieven.csv").read_text(encoding="utf-8"))
    if fouten:
        raise ValueError(f"tarieven.csv: {fouten[0]}")
    return Voorbeeld(
        producten=producten,
        mappings={
            (row["aanbieder"], row["gemeente"], row["resultaatgebied"]): Vorm(row["mapping"])
            for row in rows("contracten.csv")
        },
        productlijsten={gemeente: tuple(codes) for gemeente, codes in lijsten.items()},
        tarieven=Tarieven(tarieven),
        periodes=Periodes(p for jaar in range(2022, 2030) for p in periodes_van(jaar, Week53.P13_LONG)),
    )


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one file of the example set."""
    with open(FOLDER / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def path(name: str) -> Path:
    return FOLDER / name


@cache
def test_bsns() -> tuple[str, ...]:
    """Every test BSN: 9999xxxxx that passes the elfproef (CS002)."""
    gewichten = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return tuple(
        str(nummer)
        for nummer in _TEST_BSN
        if sum(g * int(cijfer) for g, cijfer in zip(gewichten, str(nummer), strict=True)) % 11 == 0
    )


def persoon(volgnummer: int, gemeente: str) -> Persoon:
    """The person of this number, living in the gemeente; there are as many as there are test BSNs."""
    postcode, plaats = _PLAATSEN[gemeente]
    return Persoon(
        bsn=test_bsns()[volgnummer],
        geboortedatum=date(1935 + volgnummer % 60, 1 + volgnummer % 12, 1 + volgnummer % 28),
        geslacht=str(1 + volgnummer % 2),
        voorletters=chr(ord("A") + volgnummer % 26),
        achternaam=_ACHTERNAMEN[volgnummer % len(_ACHTERNAMEN)],
        huisnummer=1 + volgnummer % 200,
        postcode=postcode,
        plaats=plaats,
    )


def te_leveren(aanbieder: str, gemeente: str) -> list[str]:
    """The product codes that the aanbieder has a contract for and the gemeente has in its list."""
    set_ = voorbeeld()
    return [
        code
        for code in set_.productlijsten.get(gemeente, ())
        if (aanbieder, gemeente, set_.producten[code].resultaatgebied) in set_.mappings
    ]


def toewijzing(
    aanbieder: str, gemeente: str, nummer: int, code: str, begin: date, eind: date, datum: date
) -> Toewijzing:
    """A toewijzing of one product by its contract's mapping; `datum` is its Toewijzingsdatum.

    KeyError without a contract; ValueError when no tariff is valid on `begin`.
    """
    set_ = voorbeeld()
    product = set_.producten[code]
    vorm = set_.mappings[aanbieder, gemeente, product.resultaatgebied]
    volume, eenheid, frequentie = _omvang(vorm, aanbieder, gemeente, code, begin, eind)
    return Toewijzing(
        gemeente=gemeente,
        domein="wmo",
        nummer=nummer,
        aanbieder=aanbieder,
        client="",
        categorie=product.categorie,
        code=code,
        ingangsdatum=begin,
        einddatum=eind,
        volume=volume,
        eenheid=eenheid,
        frequentie=frequentie,
        budget=None,
        reden_wijziging=None,
        toewijzingsdatum=datum,
        toewijzingstijd=_TOEWIJZINGSTIJD,
        release="3.2",
    )


def _omvang(vorm: Vorm, aanbieder: str, gemeente: str, code: str, begin: date, eind: date) -> tuple[int, str, str]:
    """(Volume, Eenheid, Frequentie) of a grant at contract tariff."""
    tarief = voorbeeld().tarieven.op(gemeente, aanbieder, code, begin)
    if tarief is None:
        raise ValueError(f"geen FICTIEF tarief voor {code} in {gemeente} op {begin}")
    match vorm:
        case Vorm.W:
            return 1, "82", "2"
        case Vorm.E:
            return half_up(kwart(tarief)), "83", "2"
        case Vorm.P:
            return len(voorbeeld().periodes.geraakt(begin, eind)), "82", "6"
        case Vorm.M:
            return half_up(Fraction(tarief.bedrag * 13, 12)), "83", "4"


def maandclaim(t: Toewijzing, maand: date) -> Maandclaim | None:
    """The full claim of a toewijzing in the calendar month that holds this day; None when there is nothing to claim."""
    eerste, laatste = maand_van(maand)
    einde = t.einddatum or laatste
    begin, eind = max(eerste, t.ingangsdatum), min(laatste, einde)
    if eind < begin or t.volume is None:
        return None
    aantal = _aantal(t, begin, eind, einde)
    if t.eenheid == "83":
        bedrag = aantal * t.volume
        return Maandclaim(begin, eind, bedrag, None, bedrag) if bedrag else None
    tarief = prijs_per_eenheid(t, mapping_of(t, None), voorbeeld().tarieven, t.code or "", begin, eind)
    if not aantal or tarief is None:
        return None
    return Maandclaim(begin, eind, aantal, tarief, aantal * tarief)


def _aantal(t: Toewijzing, begin: date, eind: date, einde: date) -> int:
    """Weeks (W, E), 4-week periods that end (P) or months (M) of the toewijzing in [begin, eind]."""
    vorm = mapping_of(t, None)
    if vorm is Vorm.M:
        return 1
    if vorm is Vorm.P:
        periodes = voorbeeld().periodes.geraakt(t.ingangsdatum, einde)
        return sum(begin <= min(periode.eind, einde) <= eind for periode in periodes)
    return sum(weights(t, begin, eind, vorm, einde).values())


def regel(bsn: str, referentie: str, t: Toewijzing, claim: Maandclaim) -> Regel:
    """The debit Prestatie that makes this claim."""
    return Regel(
        bsn=bsn,
        referentie=referentie,
        toewijzing=t.nummer,
        categorie=t.categorie or "",
        code=t.code or "",
        begin=claim.begin,
        eind=claim.eind,
        volume=claim.volume,
        eenheid=t.eenheid or "",
        tarief=claim.tarief,
        bedrag=claim.bedrag,
    )
