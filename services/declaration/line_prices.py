"""What an approved line costs at other tariffs than those it was awarded at: what a retroactive change asks to mend.

Values only; amounts are eurocent.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from services.declaration import four_weeks
from services.declaration.contracts import Gebroken, Mapping, Telwijze, Toewijzing
from services.declaration.tariffs import Tarief, Tarieven, half_up, kwart, tarief_van_regel, weekprijs
from services.declaration.unit_prices import prijs_op
from services.declaration.weeks import Periodes, laatste_zondag, weights

_EURO = "83"
_STUKS = "82"
_ZONDAG = timedelta(days=6)

Prijs = tuple[Fraction, str]  # eurocent, and the besluit behind it


@dataclass(frozen=True, slots=True)
class Regel:
    """A debit line as far as its price goes: ProductPeriode, GeleverdVolume, product, and what was awarded."""

    begin: date
    eind: date
    volume: int
    code: str
    toegekend: int


@dataclass(frozen=True, slots=True)
class Regelprijs:
    """What the line costs now, in eurocent, by which besluit."""

    nieuw: int
    besluit: str


def in_euro(toewijzing: Toewijzing) -> bool:
    """The toewijzing grants euros: another price comes by another toewijzing."""
    return toewijzing.eenheid == _EURO


def herprijs(
    regel: Regel,
    toewijzing: Toewijzing,
    telwijze: Telwijze | None,
    periodes: Periodes,
    oud: Tarieven,
    nieuw: Tarieven,
    laatste: date,
) -> Regelprijs | None:
    """The price of the line at the new tariffs where it is another one than at the old; None: nothing to mend.

    The award moves in proportion, so that what was claimed in part stays a part. Pieces that had no tariff before were
    awarded as submitted: they cost what they cost now. Euros that had none follow their grant and stay.
    """
    waar = regel, toewijzing, telwijze, periodes, laatste
    toen, nu = _prijs(*waar, oud), _prijs(*waar, nieuw)
    if nu is None or (toen is not None and toen[0] == nu[0]):
        return None
    if toen is not None and toen[0] > 0:
        return Regelprijs(half_up(regel.toegekend * nu[0] / toen[0]), nu[1])
    return None if in_euro(toewijzing) else Regelprijs(half_up(nu[0]), nu[1])


def _prijs(
    regel: Regel,
    toewijzing: Toewijzing,
    telwijze: Telwijze | None,
    periodes: Periodes,
    laatste: date,
    tarieven: Tarieven,
) -> Prijs | None:
    """What the line costs at these tariffs; of a grant in euros what its weeks or month cost by contract."""
    if isinstance(telwijze, Gebroken):
        return _per_vier_weken(regel, toewijzing, telwijze, periodes, laatste, tarieven)
    if telwijze is Mapping.E:
        return _per_week(regel, toewijzing, laatste, tarieven)
    if telwijze is None:
        return _per_eenheid(regel, toewijzing, tarieven)
    tarief = tarief_van_regel(toewijzing, telwijze, tarieven, regel.code, regel.begin, regel.eind)
    if tarief is None:
        return None
    if telwijze is Mapping.M:
        return Fraction(half_up(Fraction(tarief.bedrag * 13, 12))), tarief.besluit
    return Fraction(regel.volume * (tarief.bedrag if telwijze is Mapping.P else weekprijs(tarief))), tarief.besluit


def _per_vier_weken(
    regel: Regel, toewijzing: Toewijzing, telwijze: Gebroken, periodes: Periodes, laatste: date, tarieven: Tarieven
) -> Prijs | None:
    volume = 1 if in_euro(toewijzing) else regel.volume
    in_stukken = replace(toewijzing, eenheid=_STUKS)
    looptijd = regel.begin, regel.eind
    wat = in_stukken, telwijze, periodes, tarieven, regel.code, *looptijd
    bedragen = four_weeks.berekend(*wat, volume, laatste)
    if bedragen is None:
        return None
    besluiten = four_weeks.kosten(*wat, laatste).besluiten
    return Fraction(sum(bedragen.values())), "; ".join(sorted(set(besluiten.values())))


def _per_week(regel: Regel, toewijzing: Toewijzing, laatste: date, tarieven: Tarieven) -> Prijs | None:
    """Mapping E: each week at its quarter, half up, as a gemeente grants it."""
    anker = laatste_zondag(toewijzing.ingangsdatum, toewijzing.einddatum or laatste) or regel.eind
    totaal, besluiten = 0, set()
    for week, gewicht in weights(toewijzing, regel.begin, regel.eind, Mapping.E, laatste).items():
        tarief = _op(toewijzing, tarieven, regel.code, min(week + _ZONDAG, anker))
        if tarief is None:
            return None
        totaal += gewicht * half_up(kwart(tarief))
        besluiten.add(tarief.besluit)
    return Fraction(totaal), "; ".join(sorted(besluiten))


def _per_eenheid(regel: Regel, toewijzing: Toewijzing, tarieven: Tarieven) -> Prijs | None:
    dag = laatste_zondag(regel.begin, min(regel.eind, toewijzing.einddatum or regel.eind)) or regel.eind
    prijs = prijs_op(toewijzing, tarieven, regel.code, dag)
    return None if prijs is None else (prijs[0] * regel.volume, prijs[1])


def _op(toewijzing: Toewijzing, tarieven: Tarieven, code: str, dag: date) -> Tarief | None:
    return tarieven.op(toewijzing.gemeente, toewijzing.aanbieder, code, dag)
