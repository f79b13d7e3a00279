"""The FICTIEF example set (schemas/codes/voorbeeld) as values: what a toewijzing grants, and what is claimed of it.

A contract of release 2.3 is granted and claimed per four weeks, one of 3.2 by its mapping and per calendar month.
Tariffs, products and contracts of the region are not public; nothing here comes from them.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

from services.cli.example_messages import Persoon, Regel
from services.declaration.afspraken.tariff_files import lees_tarieven
from services.declaration.contracts import Contract, Gebroken, Product, Toewijzing, mapping_of
from services.declaration.contracts import Mapping as Vorm
from services.declaration.four_weeks import berekend, periodeprijs
from services.declaration.tariffs import Tarieven, half_up, kwart, prijs_per_eenheid
from services.declaration.weeks import Periodes, Week53, maand_van, periodes_van, weights
from services.kernel.codelists import CODES

FOLDER = CODES / "voorbeeld"
# The years that the example tariffs cover.
JAREN = range(2023, 2028)
VIER_WEKEN = "2.3"
DECLARATIE, FACTUUR = "declaratie", "factuur"
JEUGD = "jeugd"

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
    """Products and tariffs; contracts by (aanbieder, gemeente, resultaatgebied); lists by gemeente."""

    producten: Mapping[str, Product]
    contracten: Mapping[tuple[str, str, str], Contract]
    productlijsten: Mapping[str, tuple[str, ...]]
    tarieven: Tarieven
    periodes: Periodes


@dataclass(frozen=True, slots=True)
class Claim:
    """What one toewijzing claims in a month or four weeks: ProductPeriode, volume, price per unit, eurocent."""

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
        contracten={
            (row["aanbieder"], row["gemeente"], row["resultaatgebied"]): _contract(row)
            for row in rows("contracten.csv")
        },
        productlijsten={gemeente: tuple(codes) for gemeente, codes in lijsten.items()},
        tarieven=Tarieven(tarieven),
        periodes=Periodes(p for jaar in range(2022, 2030) for p in periodes_van(jaar, Week53.P13_LONG)),
    )


def _contract(row: dict[str, str]) -> Contract:
    return Contract(
        aanbieder=row["aanbieder"],
        gemeente=row["gemeente"],
        resultaatgebied=row["resultaatgebied"],
        van=date.fromisoformat(row["van"]),
        tot=date.fromisoformat(row["tot"]),
        release=row["release"],
        vorm=row["vorm"],
        gebroken=Gebroken(row["gebroken"]),
        mapping=Vorm(row["mapping"]),
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


@cache
def _volgnummers() -> dict[str, int]:
    return {bsn: volgnummer for volgnummer, bsn in enumerate(test_bsns())}


def persoon_van(bsn: str, gemeente: str) -> Persoon:
    """The person with this test BSN."""
    return persoon(_volgnummers()[bsn], gemeente)


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


def te_leveren(aanbieder: str, gemeente: str, release: str, vorm: str) -> list[str]:
    """The product codes that the aanbieder has such a contract for and the gemeente has in its list."""
    set_ = voorbeeld()
    contracten = {
        code: set_.contracten.get((aanbieder, gemeente, set_.producten[code].resultaatgebied))
        for code in set_.productlijsten.get(gemeente, ())
    }
    return [
        c for c, contract in contracten.items() if contract and (contract.release, contract.vorm) == (release, vorm)
    ]


@cache
def namen() -> Mapping[str, str]:
    """What the parties are called, without what says that they are an example."""
    return {row["code"]: row["naam"].removeprefix("Gemeente ").partition(" (")[0] for row in rows("partijen.csv")}


def domein_van(code: str) -> str:
    """The domein of a product of the set."""
    # ijw numbers its Categorieën from 31, iwmo below it.
    return JEUGD if int(voorbeeld().producten[code].categorie) >= 31 else "wmo"


def afspraak(aanbieder: str, gemeente: str) -> tuple[str, str]:
    """(release, vorm) of all their contracts; KeyError when they have none."""
    for contract in voorbeeld().contracten.values():
        if (contract.aanbieder, contract.gemeente) == (aanbieder, gemeente):
            return contract.release, contract.vorm
    raise KeyError(f"geen contract van {aanbieder} met {gemeente}")


def contract_van(t: Toewijzing) -> Contract:
    """The contract by which a toewijzing of the set is granted."""
    return voorbeeld().contracten[t.aanbieder, t.gemeente, voorbeeld().producten[t.code or ""].resultaatgebied]


def toewijzing(
    aanbieder: str, gemeente: str, nummer: int, code: str, begin: date, eind: date, datum: date
) -> Toewijzing:
    """A toewijzing of one product as its contract says; `datum` is its Toewijzingsdatum.

    KeyError without a contract; ValueError when no tariff is valid on `begin`.
    """
    set_ = voorbeeld()
    product = set_.producten[code]
    contract = set_.contracten[aanbieder, gemeente, product.resultaatgebied]
    volume, eenheid, frequentie = _omvang(contract, code, begin, eind)
    return Toewijzing(
        gemeente=gemeente,
        domein=domein_van(code),
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
        release=contract.release,
    )


def _omvang(contract: Contract, code: str, begin: date, eind: date) -> tuple[int, str, str]:
    """(Volume, Eenheid, Frequentie) of a grant at contract tariff."""
    gemeente = contract.gemeente
    tarief = voorbeeld().tarieven.op(gemeente, contract.aanbieder, code, begin)
    if tarief is None:
        raise ValueError(f"geen FICTIEF tarief voor {code} in {gemeente} op {begin}")
    if contract.release == VIER_WEKEN:
        return 1, "82", "3"
    match contract.mapping:
        case Vorm.W:
            return 1, "82", "2"
        case Vorm.E:
            return half_up(kwart(tarief)), "83", "2"
        case Vorm.P:
            return len(voorbeeld().periodes.geraakt(begin, eind)), "82", "6"
        case Vorm.M:
            return half_up(Fraction(tarief.bedrag * 13, 12)), "83", "4"


def tijdvak(release: str, dag: date) -> tuple[date, date]:
    """The DeclaratiePeriode that holds this day: four weeks (2.3) or a calendar month. ValueError outside the table."""
    if release != VIER_WEKEN:
        return maand_van(dag)
    periode = voorbeeld().periodes.van_week(dag)
    if periode is None:
        raise ValueError(f"geen periode van vier weken op {dag}")
    return periode.begin, periode.eind


@cache
def eerste_dag(release: str) -> date:
    """The first day of the first month or four weeks that the tariffs cover whole."""
    nieuwjaar = date(JAREN[0], 1, 1)
    begin, eind = tijdvak(release, nieuwjaar)
    return begin if begin == nieuwjaar else eind + timedelta(days=1)


def claim(t: Toewijzing, dag: date) -> Claim | None:
    """The full claim of a toewijzing in the month or the four weeks that hold this day; None: nothing to claim."""
    return periodeclaim(t, dag) if t.release == VIER_WEKEN else maandclaim(t, dag)


def periodeclaim(t: Toewijzing, dag: date) -> Claim | None:
    """The full claim of a toewijzing in the four weeks that hold this day: one piece, at what its weeks cost.

    ProductTarief is the price of the whole period, also where the claim is of a broken one.
    """
    set_ = voorbeeld()
    eerste, laatste = tijdvak(t.release, dag)
    begin, eind = max(eerste, t.ingangsdatum), min(laatste, t.einddatum or laatste)
    if eind < begin:
        return None
    code = t.code or ""
    telwijze = set_.contracten[t.aanbieder, t.gemeente, set_.producten[code].resultaatgebied].gebroken
    prijzen = periodeprijs(t, telwijze, set_.periodes, set_.tarieven, code, begin, eind)
    bedragen = berekend(t, telwijze, set_.periodes, set_.tarieven, code, begin, eind, 1, laatste)
    if not prijzen or not bedragen:
        return None
    return Claim(begin, eind, 1, min(prijzen), sum(bedragen.values()))


def maandclaim(t: Toewijzing, maand: date) -> Claim | None:
    """The full claim of a toewijzing in the calendar month that holds this day; None when there is nothing to claim."""
    eerste, laatste = maand_van(maand)
    einde = t.einddatum or laatste
    begin, eind = max(eerste, t.ingangsdatum), min(laatste, einde)
    if eind < begin or t.volume is None:
        return None
    aantal = _aantal(t, begin, eind, einde)
    if t.eenheid == "83":
        bedrag = aantal * t.volume
        return Claim(begin, eind, bedrag, None, bedrag) if bedrag else None
    tarief = prijs_per_eenheid(t, mapping_of(t, None), voorbeeld().tarieven, t.code or "", begin, eind)
    if not aantal or tarief is None:
        return None
    return Claim(begin, eind, aantal, tarief, aantal * tarief)


def _aantal(t: Toewijzing, begin: date, eind: date, einde: date) -> int:
    """Weeks (W, E), 4-week periods that end (P) or months (M) of the toewijzing in [begin, eind]."""
    vorm = mapping_of(t, None)
    if vorm is Vorm.M:
        return 1
    if vorm is Vorm.P:
        periodes = voorbeeld().periodes.geraakt(t.ingangsdatum, einde)
        return sum(begin <= min(periode.eind, einde) <= eind for periode in periodes)
    return sum(weights(t, begin, eind, vorm, einde).values())


def regel(bsn: str, referentie: str, t: Toewijzing, claim: Claim) -> Regel:
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
