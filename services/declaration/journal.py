"""The journal's arithmetic: allocated (A) and declared (D) per toewijzing and period, and the transfers for it.

Amounts are eurocent per period label. A and D use the same weeks, so what is claimed at contract price falls
in the periods in which it was allocated. Storing the rows, with bekend_op and geboekt_op, is not done here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final

from services.declaration import four_weeks, unit_prices
from services.declaration.contracts import Contract, Gebroken, Mapping, Telwijze, Toewijzing
from services.declaration.tariffs import Tarieven, weekprijs
from services.declaration.weeks import (
    Periode,
    Periodes,
    einde_van,
    laatste_zondag,
    maand_van,
    monday,
    spread,
    weights,
)

BEGROTING: Final = "begroting"
VERPLICHT: Final = "verplicht"
TE_BETALEN: Final = "te_betalen"
GEDECLAREERD: Final = "gedeclareerd"

# Stands where a label would for weeks that the period table does not hold yet: an awarded cent is never dropped.
ZONDER_PERIODE: Final = "zonder-periode"

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Boeking:
    """One transfer of `bedrag` eurocent (always above zero) between two accounts; a reversal swaps the accounts."""

    van: str
    naar: str
    bedrag: int
    gemeente: str
    aanbieder: str
    domein: str
    toewijzing: int
    productcode: str | None
    periode: str
    prestatie: int | None = None
    bericht: int | None = None
    besluit: str | None = None


@dataclass(frozen=True, slots=True)
class Toegewezen:
    """A of one toewijzing: eurocent per period, periods that lack a tariff, and the besluiten behind the prices."""

    bedragen: dict[str, int]
    ontbrekend: tuple[str, ...] = ()
    besluiten: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdeling:
    """D of one line: eurocent per period, summing to its amount, and for mapping P the pieces per period."""

    bedragen: dict[str, int]
    stukken: dict[str, int] = field(default_factory=dict)


def laatste_dag(contract: Contract | None, periodes: Periodes) -> date:
    """The day to which an open-ended toewijzing runs: the contract's end, else that of the table's last month.

    A whole month, because mapping M spreads a month's grant over all its days.
    """
    if contract is not None and contract.tot is not None:
        return contract.tot
    tabel = tuple(periodes)
    return maand_van(tabel[-1].eind)[1] if tabel else date.max


def toegewezen(
    toewijzing: Toewijzing,
    mapping: Telwijze | None,
    periodes: Periodes,
    tarieven: Tarieven,
    productcode: str | None,
    laatste: date,
    verloren: frozenset[str] = frozenset(),
) -> Toegewezen:
    """A per period of the table. `laatste` (see `laatste_dag`) stands in for an open Einddatum.

    W, P and pieces per 4 weeks are priced and miss the periods without tariff; E, M, Budget and euros per 4 weeks or
    in total follow the grant and need none. Any other shape needs a tariff per unit (unit_prices). A removed or lapsed
    toewijzing has nothing. `verloren`: labels of periods that go to another under FULL (four_weeks.verloren); A is 0.
    """
    if toewijzing.vervallen or toewijzing.verwijderd or not len(periodes):
        return Toegewezen({})
    if isinstance(mapping, Gebroken):
        weg = verloren if mapping is Gebroken.FULL else frozenset()
        return Toegewezen(*four_weeks.toegewezen(toewijzing, mapping, periodes, tarieven, productcode, laatste, weg))
    if mapping is Mapping.W:
        return _tegen_weekprijs(toewijzing, periodes, tarieven, productcode, laatste)
    if mapping is Mapping.P:
        return _per_stuk(toewijzing, periodes, tarieven, productcode, laatste)
    per_week = _toekenning(toewijzing, mapping, periodes, laatste)
    if per_week is None:
        return Toegewezen(*unit_prices.toegewezen(toewijzing, periodes, tarieven, productcode, laatste))
    bedragen = _per_periode(per_week, periodes)
    bedragen.pop(ZONDER_PERIODE, None)
    return Toegewezen(bedragen)


def gedeclareerd(
    toewijzing: Toewijzing,
    mapping: Telwijze | None,
    periodes: Periodes,
    begin: date,
    eind: date,
    volume: int,
    bedrag: int,
    stukken: dict[str, int],
    laatste: date,
    berekend: dict[str, int] | None = None,
) -> Verdeling:
    """D of one awarded debit line over ProductPeriode [begin, eind]; `bedrag` is the award, in eurocent.

    `stukken`: for mapping P the pieces already claimed on this toewijzing per period, credits subtracted. A
    line without any weight goes whole to the week of `eind`; weeks outside the table go to ZONDER_PERIODE.
    `berekend`: what four_weeks.berekend says of the line in release 2.3; its periods share the award by price, so that
    what is awarded at that amount falls where it was allocated.
    """
    if mapping is Mapping.P:
        return _stukken_verdeeld(toewijzing, periodes, eind, volume, bedrag, stukken, laatste)
    if isinstance(mapping, Gebroken) and berekend and any(berekend.values()):
        return Verdeling(four_weeks.verdeeld(bedrag, berekend, periodes))
    gewichten = weights(toewijzing, begin, eind, mapping, laatste, periodes) or {monday(eind): 1}
    return Verdeling(dict(_over_periodes(bedrag, tuple(gewichten.items()), periodes)))


def verschil(doel: dict[str, int], geboekt: dict[str, int]) -> dict[str, int]:
    """What must still be booked, per period, to get from what is booked to the goal; periods in balance left out."""
    labels = sorted(doel.keys() | geboekt.keys()) if geboekt else sorted(doel)
    verschillen = ((label, doel.get(label, 0) - geboekt.get(label, 0)) for label in labels)
    return {label: bedrag for label, bedrag in verschillen if bedrag}


def boek_toegewezen(
    toewijzing: Toewijzing,
    bedragen: dict[str, int],
    productcode: str | None,
    besluiten: dict[str, str],
    bericht: int | None = None,
) -> list[Boeking]:
    """Transfers begroting → verplicht for these differences of A; a negative one goes back."""
    return _transfers(toewijzing, (BEGROTING, VERPLICHT), bedragen, productcode, None, bericht, besluiten)


def boek_gedeclareerd(
    toewijzing: Toewijzing,
    bedragen: dict[str, int],
    productcode: str | None,
    prestatie: int | None,
    bericht: int | None,
) -> list[Boeking]:
    """Transfers te_betalen → gedeclareerd for one awarded debit line; a negative amount goes back."""
    return _transfers(toewijzing, (TE_BETALEN, GEDECLAREERD), bedragen, productcode, prestatie, bericht, {})


def saldi(boekingen: Iterable[Boeking]) -> dict[str, int]:
    """Balance per account in eurocent; together they are zero, because each row is a transfer."""
    stand: dict[str, int] = {}
    for boeking in boekingen:
        stand[boeking.van] = stand.get(boeking.van, 0) - boeking.bedrag
        stand[boeking.naar] = stand.get(boeking.naar, 0) + boeking.bedrag
    return stand


def _tegen_weekprijs(
    toewijzing: Toewijzing, periodes: Periodes, tarieven: Tarieven, productcode: str | None, laatste: date
) -> Toegewezen:
    """Mapping W: each week at the price on its Sunday; a period with a week that has no price is missing whole."""
    einde = einde_van(toewijzing, laatste)
    anker = laatste_zondag(toewijzing.ingangsdatum, einde) or einde
    bedragen: dict[str, int] = {}
    besluiten: dict[str, set[str]] = {}
    ontbrekend: set[str] = set()
    for week, gewicht in _weken_in_tabel(toewijzing, Mapping.W, periodes, laatste).items():
        label = _label(week, periodes)
        if label == ZONDER_PERIODE:
            continue
        # The broken last week is priced as the last Sunday; without any Sunday that is Einddatum itself.
        dag = min(week + timedelta(days=6), anker)
        tarief = tarieven.op(toewijzing.gemeente, toewijzing.aanbieder, productcode, dag) if productcode else None
        if tarief is None:
            ontbrekend.add(label)
            continue
        bedrag = (toewijzing.volume or 0) * weekprijs(tarief) * gewicht
        bedragen[label] = bedragen.get(label, 0) + bedrag
        besluiten.setdefault(label, set()).add(tarief.besluit)
    return Toegewezen(
        {label: bedrag for label, bedrag in bedragen.items() if label not in ontbrekend},
        tuple(sorted(ontbrekend)),
        {label: "; ".join(sorted(van)) for label, van in besluiten.items() if label not in ontbrekend},
    )


def _per_stuk(
    toewijzing: Toewijzing, periodes: Periodes, tarieven: Tarieven, productcode: str | None, laatste: date
) -> Toegewezen:
    """Mapping P: the first Volume periods touched get one piece each, at the tariff of Ingangsdatum."""
    labels = [p.label for p in _geraakt(toewijzing, periodes, laatste)[: toewijzing.volume]]
    dag = toewijzing.ingangsdatum
    tarief = tarieven.op(toewijzing.gemeente, toewijzing.aanbieder, productcode, dag) if productcode else None
    if tarief is None:
        return Toegewezen({}, tuple(labels))
    return Toegewezen(dict.fromkeys(labels, tarief.bedrag), (), dict.fromkeys(labels, tarief.besluit))


def _toekenning(
    toewijzing: Toewijzing, mapping: Telwijze | None, periodes: Periodes, laatste: date
) -> dict[date, int] | None:
    """Eurocent per week where the 301 grants euros; None where it grants something else."""
    volume = toewijzing.volume or 0
    if mapping is Mapping.E:
        weken = _weken_in_tabel(toewijzing, mapping, periodes, laatste)
        return {week: volume * gewicht for week, gewicht in weken.items()}
    if mapping is Mapping.M:
        return _per_maand(toewijzing, periodes, laatste)
    bedrag = toewijzing.budget
    if (toewijzing.eenheid, toewijzing.frequentie) == ("83", "6"):
        bedrag = toewijzing.volume
    if bedrag is None:
        return None
    gewichten = weights(toewijzing, toewijzing.ingangsdatum, einde_van(toewijzing, laatste), None, laatste)
    return spread(bedrag, gewichten) if gewichten else {}


def _per_maand(toewijzing: Toewijzing, periodes: Periodes, laatste: date) -> dict[date, int]:
    """Mapping M: the whole volume for every calendar month touched, also a broken one."""
    per_week: dict[date, int] = {}
    geraakt = _geraakt(toewijzing, periodes, laatste)
    if not geraakt:
        return per_week
    eerste = max(toewijzing.ingangsdatum, geraakt[0].begin)
    einde = min(einde_van(toewijzing, laatste), geraakt[-1].eind)
    for begin, eind in _maanden(eerste, einde):
        gewichten = weights(toewijzing, begin, eind, Mapping.M, laatste)
        for week, deel in spread(toewijzing.volume or 0, gewichten).items():
            per_week[week] = per_week.get(week, 0) + deel
    return per_week


def _maanden(begin: date, eind: date) -> Iterator[tuple[date, date]]:
    while begin <= eind:
        maand = maand_van(begin)
        yield maand
        begin = maand[1] + timedelta(days=1)


def _stukken_verdeeld(
    toewijzing: Toewijzing,
    periodes: Periodes,
    eind: date,
    volume: int,
    bedrag: int,
    stukken: dict[str, int],
    laatste: date,
) -> Verdeling:
    """Pieces to the oldest unclaimed periods touched, in order of time; what is left over to the week of `eind`."""
    # Oldest first already is "up to eind, then the next of the toewijzing".
    vrij = (p for p in _geraakt(toewijzing, periodes, laatste) if stukken.get(p.label, 0) < 1)
    nieuw = {periode.begin: 1 for periode in islice(vrij, volume)}
    over = volume - len(nieuw)
    if over > 0 or not nieuw:
        periode = periodes.van_week(monday(eind))
        week = periode.begin if periode else monday(eind)
        nieuw[week] = nieuw.get(week, 0) + over
    # A line of nothing (volume 0) still has its amount.
    bedragen = spread(bedrag, nieuw if volume else dict.fromkeys(nieuw, 1))
    return Verdeling(
        _per_periode(bedragen, periodes),
        {_label(week, periodes): aantal for week, aantal in nieuw.items() if aantal},
    )


def _weken_in_tabel(toewijzing: Toewijzing, mapping: Mapping, periodes: Periodes, laatste: date) -> dict[date, int]:
    """The weights of the whole toewijzing, asked once; cut to the table because an Einddatum may be 9999-12-31."""
    tabel: list[Periode] = [*periodes]
    # A week more: the last broken week of a toewijzing is counted at the Sunday before it.
    van = max(toewijzing.ingangsdatum, tabel[0].begin - _WEEK)
    return weights(toewijzing, van, min(einde_van(toewijzing, laatste), tabel[-1].eind), mapping, laatste)


def _geraakt(toewijzing: Toewijzing, periodes: Periodes, laatste: date) -> tuple[Periode, ...]:
    return periodes.geraakt(toewijzing.ingangsdatum, einde_van(toewijzing, laatste))


def _label(week: date, periodes: Periodes) -> str:
    periode = periodes.van_week(week)
    return periode.label if periode else ZONDER_PERIODE


def _per_periode(per_week: dict[date, int], periodes: Periodes) -> dict[str, int]:
    bedragen: dict[str, int] = {}
    for week, bedrag in per_week.items():
        label = _label(week, periodes)
        bedragen[label] = bedragen.get(label, 0) + bedrag
    return bedragen


@lru_cache(maxsize=4096)
def _over_periodes(bedrag: int, gewichten: tuple[tuple[date, int], ...], periodes: Periodes) -> dict[str, int]:
    """An amount over the periods of its weeks; a message has the same one for the same weeks many times."""
    return _per_periode(spread(bedrag, dict(gewichten)), periodes)


def _transfers(
    toewijzing: Toewijzing,
    rekeningen: tuple[str, str],
    bedragen: dict[str, int],
    productcode: str | None,
    prestatie: int | None,
    bericht: int | None,
    besluiten: dict[str, str],
) -> list[Boeking]:
    van, naar = rekeningen
    return [
        Boeking(
            van=van if bedrag > 0 else naar,
            naar=naar if bedrag > 0 else van,
            bedrag=abs(bedrag),
            gemeente=toewijzing.gemeente,
            aanbieder=toewijzing.aanbieder,
            domein=toewijzing.domein,
            toewijzing=toewijzing.nummer,
            productcode=productcode,
            periode=periode,
            prestatie=prestatie,
            bericht=bericht,
            besluit=besluiten.get(periode),
        )
        for periode, bedrag in bedragen.items()
        if bedrag
    ]
