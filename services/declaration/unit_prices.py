"""Toewijzingen in hours, days and other units: what they are worth where the contract has a tariff per unit.

Values only; amounts are eurocent. The volume granted is counted as the maxima of the standard count it (TR322), so that
what is claimed up to them never exceeds A: per day, per week touched, per month touched, or in total.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from services.declaration.contracts import Toewijzing
from services.declaration.tariffs import Tarieven, half_up
from services.declaration.weeks import Periodes, einde_van, maand_van, weights

# What a tariff may be per, beside four weeks.
EENHEDEN: Final = ("minuut", "uur", "dagdeel", "etmaal", "stuk")

# Eenheid of a toewijzing → the tariff it is priced by, and how many of it go into one of those.
_PRIJZEN: Final = {
    "01": (("minuut", 1), ("uur", 60)),
    "04": (("uur", 1),),
    "14": (("etmaal", 1),),
    "16": (("dagdeel", 1),),
    "82": (("stuk", 1),),
    "84": (("stuk", 1),),
}
_ZONDAG = timedelta(days=6)

Prijs = tuple[Fraction, str]  # eurocent per unit of the toewijzing, and the besluit behind it


def toegewezen(
    toewijzing: Toewijzing, periodes: Periodes, tarieven: Tarieven, productcode: str | None, laatste: date
) -> tuple[dict[str, int], tuple[str, ...], dict[str, str]]:
    """The fields of journal.Toegewezen: tariff per unit × volume of each week, half up once per period.

    A period with a week that has no tariff is missing whole.
    """
    exact: dict[str, Fraction] = defaultdict(Fraction)
    besluiten: dict[str, set[str]] = defaultdict(set)
    geraakt = [p.label for p in periodes.geraakt(toewijzing.ingangsdatum, einde_van(toewijzing, laatste))]
    ontbrekend = set(geraakt) if toewijzing.frequentie not in _TELLINGEN else set()
    for week, volume in _volumes(toewijzing, periodes, laatste):
        periode = periodes.van_week(week)
        if periode is None:
            continue
        dag = min(week + _ZONDAG, einde_van(toewijzing, laatste))
        prijs = prijs_op(toewijzing, tarieven, productcode, dag)
        if prijs is None:
            ontbrekend.add(periode.label)
            continue
        exact[periode.label] += volume * prijs[0]
        besluiten[periode.label].add(prijs[1])
    return (
        {label: half_up(bedrag) for label, bedrag in exact.items() if label not in ontbrekend},
        tuple(label for label in geraakt if label in ontbrekend),
        {label: "; ".join(sorted(van)) for label, van in besluiten.items() if label not in ontbrekend},
    )


def prijs_op(toewijzing: Toewijzing, tarieven: Tarieven, productcode: str | None, dag: date) -> Prijs | None:
    """What one unit costs on this day; minutes may have the price of an hour, exactly a sixtieth."""
    if productcode is None:
        return None
    for naam, aantal in _PRIJZEN.get(toewijzing.eenheid or "", ()):
        tarief = tarieven.op(toewijzing.gemeente, toewijzing.aanbieder, productcode, dag, naam)
        if tarief is not None:
            return Fraction(tarief.bedrag, aantal), tarief.besluit
    return None


def _volumes(toewijzing: Toewijzing, periodes: Periodes, laatste: date) -> Iterator[tuple[date, Fraction]]:
    """The weeks of the table with the volume that is granted in them; a week may come in two parts (two months)."""
    tabel = [*periodes]
    begin, einde = toewijzing.ingangsdatum, einde_van(toewijzing, laatste)
    # An Einddatum may be 9999-12-31.
    van, tot = max(begin, tabel[0].begin), min(einde, tabel[-1].eind)
    volume = toewijzing.volume
    telling = _TELLINGEN.get(toewijzing.frequentie or "")
    if volume is None or telling is None or tot < van:
        return
    if toewijzing.frequentie == _PER_MAAND:
        yield from _per_maand(toewijzing, van, tot, laatste)
        return
    dagen_samen = (einde - begin).days + 1
    for week, dagen in weights(toewijzing, van, tot, None, laatste).items():
        yield week, volume * telling(dagen, dagen_samen)


def _per_maand(toewijzing: Toewijzing, van: date, tot: date, laatste: date) -> Iterator[tuple[date, Fraction]]:
    """The whole volume for each month touched, also a broken one, over its days inside the toewijzing."""
    while van <= tot:
        eerste, eind = maand_van(van)
        gewichten = weights(toewijzing, eerste, eind, None, laatste)
        for week, dagen in gewichten.items():
            yield week, Fraction((toewijzing.volume or 0) * dagen, sum(gewichten.values()))
        van = eind + timedelta(days=1)


_PER_MAAND = "4"
# Frequentie → which part of the Volume a week with so many days of the toewijzing has, of so many days in all.
_TELLINGEN: Final[dict[str, Callable[[int, int], Fraction]]] = {
    "1": lambda dagen, _: Fraction(dagen),
    "2": lambda dagen, _: Fraction(1),
    "3": lambda dagen, _: Fraction(1, 4),
    "4": lambda dagen, samen: Fraction(dagen, samen),
    "6": lambda dagen, samen: Fraction(dagen, samen),
}
