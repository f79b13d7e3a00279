"""Money per four weeks, the contract form of release 2.3: what a line may cost, and who gets a period under FULL.

Values only. Amounts are eurocent, dates inclusive. A week costs a quarter of the tariff valid on its Sunday, a day a
seventh of its week, both exact; a cent is rounded half up once per toewijzing or line and period. The standard has no
rule for any of this (docs/decisions).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

from services.declaration.contracts import Gebroken, Mapping, Telwijze, Toewijzing
from services.declaration.tariffs import Tarieven, half_up, prijs_per_eenheid, vier_weken
from services.declaration.weeks import Periodes, einde_van, iso_weken, monday, spread, weights

_ZONDAG = timedelta(days=6)
_EURO = "83"
_PER_JAAR = "5"


@dataclass(frozen=True, slots=True)
class Kosten:
    """What one toewijzing costs per period label, exact and in order of time, for a Volume of one piece or as granted.

    A period with a week that has no tariff is in `ontbrekend` and not in `bedragen`. `besluiten`: behind the prices.
    """

    bedragen: dict[str, Fraction]
    ontbrekend: tuple[str, ...] = ()
    besluiten: dict[str, str] = field(default_factory=dict)


def kosten(
    toewijzing: Toewijzing,
    telwijze: Gebroken,
    periodes: Periodes,
    tarieven: Tarieven,
    productcode: str | None,
    begin: date,
    eind: date,
    laatste: date,
) -> Kosten:
    """Σ week price × weight of the part of [begin, eind] inside toewijzing and table; the one sum behind A and D.

    Pieces (Eenheid 82) cost the tariff of `productcode`; euros (83) what was granted: the Volume of a whole four weeks.
    """
    sleutel = "kosten", *_sleutel(toewijzing, telwijze, periodes, productcode, begin, eind, laatste)
    weken = _weken(toewijzing, telwijze, periodes, begin, eind, laatste)
    per_gewicht = 1 if telwijze is Gebroken.DAY else 7
    return tarieven.eenmaal(sleutel, partial(_kosten, toewijzing, tarieven, productcode, weken, per_gewicht))


def _sleutel(
    toewijzing: Toewijzing, telwijze: Gebroken, periodes: Periodes, productcode: str | None, *looptijd: date
) -> tuple[Any, ...]:
    """All that the costs depend on beside the tariffs: of the toewijzing that is little, and many have the same."""
    euros = toewijzing.volume if toewijzing.eenheid == _EURO else None
    wie = toewijzing.gemeente, toewijzing.aanbieder, productcode, toewijzing.eenheid
    return *wie, euros, telwijze, periodes, *_binnen(toewijzing, *looptijd)


def _kosten(
    toewijzing: Toewijzing,
    tarieven: Tarieven,
    productcode: str | None,
    weken: Iterable[tuple[str, date, int]],
    per_gewicht: int,
) -> Kosten:
    telling: dict[str, int] = defaultdict(int)
    besluiten: dict[str, set[str]] = defaultdict(set)
    ontbrekend: set[str] = set()
    for label, week, gewicht in weken:
        vier, besluit = _vier_weken(toewijzing, tarieven, productcode, week)
        if vier is None:
            ontbrekend.add(label)
            continue
        telling[label] += vier * gewicht * per_gewicht
        if besluit is not None:
            besluiten[label].add(besluit)
    return Kosten(
        # Counted in whole cents per four weeks times days: 28 of them make one.
        {label: Fraction(aantal, 28) for label, aantal in telling.items() if label not in ontbrekend},
        tuple(sorted(ontbrekend)),
        {label: "; ".join(sorted(van)) for label, van in besluiten.items() if label not in ontbrekend},
    )


def toegewezen(
    toewijzing: Toewijzing,
    telwijze: Gebroken,
    periodes: Periodes,
    tarieven: Tarieven,
    productcode: str | None,
    laatste: date,
    verloren: frozenset[str],
) -> tuple[dict[str, int], tuple[str, ...], dict[str, str]]:
    """The fields of journal.Toegewezen: A per period label, 0 for those in `verloren`; missing periods; besluiten."""
    looptijd = toewijzing.ingangsdatum, einde_van(toewijzing, laatste)
    per_stuk = kosten(toewijzing, telwijze, periodes, tarieven, productcode, *looptijd, laatste)
    stukken = _stukken(toewijzing, periodes, *looptijd)
    bedragen = {label: half_up(bedrag * stukken[label]) for label, bedrag in per_stuk.bedragen.items()}
    weg = dict.fromkeys(sorted(verloren & (bedragen.keys() | set(per_stuk.ontbrekend))), 0)
    return bedragen | weg, tuple(label for label in per_stuk.ontbrekend if label not in weg), per_stuk.besluiten


def berekend(
    toewijzing: Toewijzing,
    telwijze: Telwijze | None,
    periodes: Periodes,
    tarieven: Tarieven,
    productcode: str,
    begin: date,
    eind: date,
    volume: int,
    laatste: date,
) -> dict[str, int] | None:
    """GemeenteBerekendBedrag of a line over ProductPeriode [begin, eind], per period label; its sum is the amount.

    `volume` is its GeleverdVolume: pieces over all periods it touches, so volume n over n periods costs each of them
    once. Another volume scales every period by volume / n, also a broken one: the pieces name no period. In euros the
    volume is the amount itself: never more than that, at most the grant.

    None: nothing to compare with. A week without tariff or outside the period table, no week inside the toewijzing, or
    a unit that has no price (hours). What is not counted per four weeks costs its price per unit, or its euros.
    """
    if not _in_tabel(toewijzing, periodes, begin, eind, laatste):
        return None
    if not isinstance(telwijze, Gebroken):
        return _anders_berekend(toewijzing, telwijze, periodes, tarieven, productcode, begin, eind, volume, laatste)
    per_stuk = kosten(toewijzing, telwijze, periodes, tarieven, productcode, begin, eind, laatste)
    if per_stuk.ontbrekend:
        return None
    sleutel = "berekend", volume, *_sleutel(toewijzing, telwijze, periodes, productcode, begin, eind, laatste)
    euros = toewijzing.eenheid == _EURO
    return tarieven.eenmaal(sleutel, partial(_van_volume, per_stuk.bedragen, volume, euros, periodes))


def _van_volume(bedragen: dict[str, Fraction], volume: int, euros: bool, periodes: Periodes) -> dict[str, int]:
    """`berekend` of what is counted per four weeks, from what one piece costs or what was granted."""
    if euros:
        toegekend = {label: half_up(bedrag) for label, bedrag in bedragen.items()}
        return toegekend if volume >= sum(toegekend.values()) else verdeeld(volume, toegekend, periodes)
    aantal = Fraction(volume, len(bedragen))
    return {label: half_up(bedrag * aantal) for label, bedrag in bedragen.items()}


def ruimte_zonder_a(
    toewijzing: Toewijzing, telwijze: Gebroken, periodes: Periodes, tarieven: Tarieven, productcode: str, label: str
) -> int:
    """Most D, in eurocent, in a period that got no A: one piece where a year has fewer pieces than periods, else 0.

    Such pieces (Frequentie 5) name no period: A has them in the first ones, and TR321 and TR322 count them.
    """
    periode, volume = periodes.met_label(label), toewijzing.volume or 0
    if periode is None or toewijzing.frequentie != _PER_JAAR or volume >= _in_jaar(periodes)[periode.jaar]:
        return 0
    looptijd = periode.begin, periode.eind
    een_stuk = kosten(toewijzing, telwijze, periodes, tarieven, productcode, *looptijd, periode.eind)
    return half_up(een_stuk.bedragen.get(label, Fraction(0)))


def verdeeld(bedrag: int, aandelen: dict[str, int], periodes: Periodes) -> dict[str, int]:
    """An award over periods in proportion to what each was computed at (`berekend`); shares of nothing are left out.

    Awarded at the computed amount, each period gets exactly its own. Largest remainder, ties to the earliest period.
    ValueError where nothing was computed.
    """
    begin = {periode.begin: label for label in aandelen if (periode := periodes.met_label(label))}
    delen = spread(bedrag, {dag: aandelen[label] for dag, label in begin.items()})
    return {begin[dag]: deel for dag, deel in delen.items()}


def periodeprijs(
    toewijzing: Toewijzing,
    telwijze: Telwijze | None,
    periodes: Periodes,
    tarieven: Tarieven,
    productcode: str,
    begin: date,
    eind: date,
) -> frozenset[int] | None:
    """What a piece costs in each whole period touched: the sum of its weeks, half up. ProductTarief must equal it.

    More than one price: the line covers periods of different prices, and no ProductTarief is right. What is not counted
    per four weeks has its price per unit. None: nothing to compare with, because a tariff or period is missing or euros
    or hours were granted.
    """
    if not isinstance(telwijze, Gebroken):
        prijs = prijs_per_eenheid(toewijzing, telwijze, tarieven, productcode, begin, eind)
        return None if prijs is None else frozenset({prijs})
    if toewijzing.eenheid == _EURO or not _in_tabel(toewijzing, periodes, begin, eind, eind):
        return None
    wat = toewijzing, Gebroken.FULL, periodes
    hele = kosten(*wat, tarieven, productcode, begin, eind, eind)
    sleutel = "prijs", *_sleutel(*wat, productcode, begin, eind, eind)
    if hele.ontbrekend:
        return None
    return tarieven.eenmaal(sleutel, lambda: frozenset(half_up(bedrag) for bedrag in hele.bedragen.values()))


def verloren(
    groep: Sequence[Toewijzing], periodes: Periodes, laatste: Callable[[Toewijzing], date]
) -> dict[int, frozenset[str]]:
    """{ToewijzingNummer: labels of the periods it touches but loses to another of the group}, for contracts with FULL.

    `groep`: the toewijzingen counted FULL of one client, gemeente, domein and resultaatgebied. One gets each period:
    the one valid on its last day, else the one ending last; tie: the latest Ingangsdatum, then the highest number.
    Lapsed and removed ones neither win nor lose. `laatste` gives the day that stands in for an open Einddatum.
    """
    geldig = [t for t in groep if not (t.vervallen or t.verwijderd)]
    kandidaten: dict[str, list[tuple[date, date, int]]] = defaultdict(list)
    for toewijzing in geldig:
        einde = einde_van(toewijzing, laatste(toewijzing))
        for periode in periodes.geraakt(toewijzing.ingangsdatum, einde):
            # All that are valid on the last day of the period end equally late in it.
            rang = min(einde, periode.eind), toewijzing.ingangsdatum, toewijzing.nummer
            kandidaten[periode.label].append(rang)
    verliezen: dict[int, set[str]] = {toewijzing.nummer: set() for toewijzing in geldig}
    for label, rangen in kandidaten.items():
        for _, _, nummer in sorted(rangen)[:-1]:
            verliezen[nummer].add(label)
    return {nummer: frozenset(labels) for nummer, labels in verliezen.items()}


def is_hele_periodes(begin: date, eind: date, periodes: Periodes) -> bool:
    """Whether [begin, eind] is one or more whole periods of the table: what a DeclaratiePeriode must be."""
    eerste, laatste = periodes.van_week(begin), periodes.van_week(eind)
    if eerste is None or laatste is None or eind < begin:
        return False
    return (begin, eind) == (eerste.begin, laatste.eind)


def past_op_periodes(begin: date, eind: date, toewijzing: Toewijzing, periodes: Periodes) -> bool:
    """Whether ProductPeriode [begin, eind] is whole periods of the table, cut to the toewijzing and nothing else."""
    eerste, laatste = periodes.van_week(begin), periodes.van_week(eind)
    if eerste is None or laatste is None or eind < begin:
        return False
    return (begin, eind) == _binnen(toewijzing, eerste.begin, laatste.eind, laatste.eind)


def _stukken(toewijzing: Toewijzing, periodes: Periodes, begin: date, eind: date) -> dict[str, int]:
    """Pieces allocated per label of [begin, eind]: the Volume; of pieces per year an even part, the rest to the first.

    In euros 1: the price of a week has the Volume in it.
    """
    volume, geraakt = toewijzing.volume or 0, periodes.geraakt(begin, eind)
    if toewijzing.frequentie != _PER_JAAR:
        return dict.fromkeys((periode.label for periode in geraakt), 1 if toewijzing.eenheid == _EURO else volume)
    in_jaar, stukken, eerder = _in_jaar(periodes), {}, Counter[int]()
    for periode in geraakt:
        heel, rest = divmod(volume, in_jaar[periode.jaar])
        stukken[periode.label] = heel + (eerder[periode.jaar] < rest)
        eerder[periode.jaar] += 1
    return stukken


def _in_jaar(periodes: Periodes) -> Counter[int]:
    """How many periods each ISO year has."""
    return Counter(periode.jaar for periode in periodes)


def _anders_berekend(
    toewijzing: Toewijzing,
    vorm: Mapping | None,
    periodes: Periodes,
    tarieven: Tarieven,
    productcode: str,
    begin: date,
    eind: date,
    volume: int,
    laatste: date,
) -> dict[str, int] | None:
    """`berekend` of a toewijzing in a shape of 3.2, or in no shape of ours: price per unit x volume, or the euros."""
    prijs = 1
    if toewijzing.eenheid != _EURO:
        tarief = prijs_per_eenheid(toewijzing, vorm, tarieven, productcode, begin, eind)
        if tarief is None:
            return None
        prijs = tarief
    _, einde = _binnen(toewijzing, begin, eind, laatste)
    # A piece of P belongs to no week: its D is placed by what is still unclaimed, so only the sum counts here.
    gewichten = {} if vorm is Mapping.P else weights(toewijzing, begin, eind, vorm, laatste)
    bedragen: dict[str, int] = {}
    for week, deel in spread(prijs * volume, gewichten or {monday(einde): 1}).items():
        periode = periodes.van_week(week) or periodes.van_week(einde)
        if periode is not None:
            bedragen[periode.label] = bedragen.get(periode.label, 0) + deel
    return bedragen


def _binnen(toewijzing: Toewijzing, begin: date, eind: date, laatste: date) -> tuple[date, date]:
    """[begin, eind] cut to the toewijzing; ends before it begins where they do not meet."""
    return max(begin, toewijzing.ingangsdatum), min(eind, einde_van(toewijzing, laatste))


def _in_tabel(toewijzing: Toewijzing, periodes: Periodes, begin: date, eind: date, laatste: date) -> bool:
    """Part of [begin, eind] lies in the toewijzing, and the table holds all of that part."""
    van, tot = _binnen(toewijzing, begin, eind, laatste)
    return van <= tot and periodes.van_week(van) is not None and periodes.van_week(tot) is not None


def _weken(
    toewijzing: Toewijzing, telwijze: Gebroken, periodes: Periodes, begin: date, eind: date, laatste: date
) -> Iterator[tuple[str, date, int]]:
    """Period label, week and weight; asked once, and cut to the table first: an Einddatum may be 9999-12-31."""
    geraakt = periodes.geraakt(*_binnen(toewijzing, begin, eind, laatste))
    if not geraakt:
        return
    van, tot = max(begin, geraakt[0].begin), min(eind, geraakt[-1].eind)
    gewichten = weights(toewijzing, van, tot, telwijze, laatste, periodes)
    for periode in geraakt:
        for week in iso_weken(periode.begin, periode.eind):
            if week in gewichten:
                yield periode.label, week, gewichten[week]


def _vier_weken(
    toewijzing: Toewijzing, tarieven: Tarieven, productcode: str | None, week: date
) -> tuple[int | None, str | None]:
    """Four times the price of a week, and the besluit behind it; None without a tariff on its Sunday."""
    if toewijzing.eenheid == _EURO:
        return toewijzing.volume or 0, None
    if productcode is None:
        return None, None
    tarief = tarieven.op(toewijzing.gemeente, toewijzing.aanbieder, productcode, week + _ZONDAG)
    return (vier_weken(tarief), tarief.besluit) if tarief else (None, None)
