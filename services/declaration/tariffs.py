"""Tariffs: per 4 weeks, all-in, in eurocent; what a week costs, and which ProductTarief a Prestatie must carry.

A Tarief is valid in time and known in time. The specific one (with an aanbieder) goes before the general one;
of those that are valid on a day the latest known wins.
"""

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from itertools import combinations
from typing import Any

from services.declaration.contracts import Mapping, Telwijze, Toewijzing
from services.declaration.contracts import Product as Product
from services.declaration.weeks import laatste_zondag, maand_van, sundays

Sleutel = tuple[str, str | None, str]  # gemeente, aanbieder or None, productcode


@dataclass(frozen=True, slots=True)
class Tarief:
    """`bedrag` in eurocent per 4 weeks from `van` up to and including `tot` (None: open); aanbieder None: for all.

    `weekprijs` (eurocent) where the contract has one of its own. `bekend_van`: since when we know it; a date
    counts as its midnight, a moment without zone as UTC. `rij`: the row of the file it came from, for
    messages only.
    """

    gemeente: str
    aanbieder: str | None
    productcode: str
    van: date
    tot: date | None
    bedrag: int
    weekprijs: int | None
    bekend_van: date
    besluit: str
    rij: int | None = field(default=None, compare=False)

    @property
    def sleutel(self) -> Sleutel:
        """What one tariff at a time is valid for."""
        return (self.gemeente, self.aanbieder, self.productcode)


class Tarieven:
    """Look-up over tariffs, immutable; each key is cut into stretches once, so `op` is a bisection."""

    __slots__ = ("_lijnen", "_rijen")

    def __init__(self, rijen: Iterable[Tarief]) -> None:
        self._rijen = tuple(rijen)
        per_sleutel: dict[Sleutel, list[Tarief]] = {}
        for tarief in self._rijen:
            per_sleutel.setdefault(tarief.sleutel, []).append(tarief)
        self._lijnen = {sleutel: _tijdlijn(tarieven) for sleutel, tarieven in per_sleutel.items()}

    def op(self, gemeente: str, aanbieder: str | None, productcode: str, dag: date) -> Tarief | None:
        """The tariff valid on this day: the aanbieder's own before the general one; None when there is none."""
        specifiek = self._geldig((gemeente, aanbieder, productcode), dag)
        if specifiek is not None or aanbieder is None:
            return specifiek
        return self._geldig((gemeente, None, productcode), dag)

    def as_known(self, peildatum: date) -> "Tarieven":
        """Only what was known at this moment; a date means the end of that day."""
        if isinstance(peildatum, datetime):
            return Tarieven(rij for rij in self._rijen if _moment(rij.bekend_van) <= _moment(peildatum))
        return Tarieven(rij for rij in self._rijen if _moment(rij.bekend_van).date() <= peildatum)

    def _geldig(self, sleutel: Sleutel, dag: date) -> Tarief | None:
        lijn = self._lijnen.get(sleutel)
        if lijn is None:
            return None
        grenzen, stukken = lijn
        plaats = bisect_right(grenzen, dag.toordinal()) - 1
        return stukken[plaats] if plaats >= 0 else None


def half_up(waarde: Fraction | int) -> int:
    """Rounded to a whole cent, halves away from zero: a negative amount mirrors its positive."""
    teller, noemer = abs(waarde.numerator), waarde.denominator
    rond = (2 * teller + noemer) // (2 * noemer)
    return rond if waarde >= 0 else -rond


def kwart(tarief: Tarief) -> Fraction:
    """The exact price of a week in eurocent: its own week price, else a quarter of the 4-week tariff."""
    return Fraction(vier_weken(tarief), 4)


def vier_weken(tarief: Tarief) -> int:
    """Four times the price of a week in eurocent: a whole number, to count with before anything is rounded."""
    return tarief.bedrag if tarief.weekprijs is None else 4 * tarief.weekprijs


def weekprijs(tarief: Tarief) -> int:
    """The week price of mapping W in eurocent, the quarter rounded half up, in A and D alike."""
    return (tarief.bedrag + 2) // 4 if tarief.weekprijs is None else tarief.weekprijs


def prijs_per_eenheid(
    toewijzing: Toewijzing,
    mapping: Telwijze | None,
    tarieven: Tarieven,
    productcode: str,
    begin: date,
    eind: date,
) -> int | None:
    """The ProductTarief (eurocent) that a Prestatie over [begin, eind] must carry (TR418); None: nothing to compare.

    W: the week price on the line's last Sunday, which is the toewijzing's last for the broken last week;
    without a Sunday on `eind`. P: the 4-week tariff on Ingangsdatum. E, M and generic carry no price of ours;
    of the 4-week periods of release 2.3 the price is four_weeks.periodeprijs.
    """
    if mapping is Mapping.P:
        tarief = tarieven.op(toewijzing.gemeente, toewijzing.aanbieder, productcode, toewijzing.ingangsdatum)
        return tarief.bedrag if tarief else None
    if mapping is not Mapping.W:
        return None
    tot = min(eind, toewijzing.einddatum or eind)
    dag = laatste_zondag(max(begin, toewijzing.ingangsdatum), tot) or eind
    tarief = tarieven.op(toewijzing.gemeente, toewijzing.aanbieder, productcode, dag)
    return weekprijs(tarief) if tarief else None


def lees_tarieven(text: str) -> tuple[list[Tarief], list[str]]:
    """Tariffs from CSV (comma or semicolon, BOM accepted) and what is wrong with it, in Dutch, by row of the file.

    Columns in any order: gemeente aanbieder productcode van tot tarief weekprijs bekend_van besluit; the
    amounts in euro with point or comma. aanbieder, tot and weekprijs may be empty. A faulty row is left out
    of the list.
    """
    inhoud = text.removeprefix("\ufeff")
    scheiding = ";" if ";" in inhoud.partition("\n")[0] else ","
    lezer = csv.reader(io.StringIO(inhoud, newline=""), delimiter=scheiding, strict=True)
    tarieven: list[Tarief] = []
    fouten: list[str] = []
    try:
        kop = [naam.strip().lower() for naam in next(lezer, [])]
        if sorted(kop) != sorted(_KOLOMMEN):
            return [], [f"Rij 1: verwacht de kolommen {', '.join(_KOLOMMEN)}"]
        for cellen in lezer:
            if any(cel.strip() for cel in cellen):
                tarief, mis = _lees_rij(lezer.line_num, kop, cellen)
                fouten += mis
                tarieven += [tarief] if tarief else []
    except csv.Error:
        fouten.append(f"Rij {lezer.line_num}: geen leesbare CSV (aanhalingstekens?)")
    return tarieven, fouten


def weiger(
    rijen: Sequence[Tarief],
    bestaande: Iterable[Tarief],
    mappings: Callable[[Tarief], Collection[Mapping]],
) -> list[str]:
    """Why these new tariffs cannot be loaded on top of the existing ones, in Dutch, by row; empty: they can.

    Refused: an overlap for the same key and the same bekend_van, and for mapping W a change that gives one
    calendar month two week prices. `mappings` tells in which mappings a tariff is or may be claimed.
    """
    genummerd = [(tarief.rij or nummer, tarief) for nummer, tarief in enumerate(rijen, 1)]
    al_geladen = list(bestaande)
    fouten = _overlappingen(genummerd, al_geladen)
    alles = [*al_geladen, *rijen]
    tarieven = Tarieven(alles)
    for nummer, tarief in genummerd:
        if Mapping.W in mappings(tarief):
            fouten += _dubbele_weekprijzen(nummer, tarief, alles, tarieven)
    return fouten


def _moment(bekend: date) -> datetime:
    if not isinstance(bekend, datetime):
        return datetime.combine(bekend, time.min, UTC)
    return bekend.astimezone(UTC) if bekend.tzinfo else bekend.replace(tzinfo=UTC)


def _tijdlijn(tarieven: list[Tarief]) -> tuple[list[int], list[Tarief | None]]:
    """First days (ordinals) of stretches and the tariff of each: the latest known, of equals the last in the list."""
    op_volgorde = sorted(tarieven, key=lambda tarief: _moment(tarief.bekend_van))
    looptijd = [(t.van.toordinal(), (t.tot or date.max).toordinal(), t) for t in op_volgorde]
    grenzen = sorted({dag for van, tot, _ in looptijd for dag in (van, tot + 1)})
    stukken = [
        next((tarief for van, tot, tarief in reversed(looptijd) if van <= grens <= tot), None) for grens in grenzen
    ]
    return grenzen, stukken


def _gemeente(cel: str) -> str:
    return _passend(r"[0-9]{4}", cel)


def _aanbieder(cel: str) -> str | None:
    return _passend(r"[0-9]{8}", cel) if cel else None


def _productcode(cel: str) -> str:
    return _passend(r"[0-9A-Za-z]{1,5}", cel)


def _datum(cel: str) -> date:
    return date.fromisoformat(_passend(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cel))


def _open_datum(cel: str) -> date | None:
    return _datum(cel) if cel else None


def _bekend(cel: str) -> date:
    # Longer than a date: with a time.
    return _moment(datetime.fromisoformat(cel)) if len(cel) > 10 else _datum(cel)


def _eurocent(cel: str) -> int:
    heel, _, cent = _passend(r"[0-9]{1,9}([.,][0-9]{1,2})?", cel).replace(",", ".").partition(".")
    # A tariff of nothing is a missing tariff; it would hide in A as 0.
    return int(_passend(r".*[1-9].*", heel + cent.ljust(2, "0")))


def _weekprijs(cel: str) -> int | None:
    return _eurocent(cel) if cel else None


def _besluit(cel: str) -> str:
    return _passend(r".{1,200}", cel)


def _passend(patroon: str, cel: str) -> str:
    if re.fullmatch(patroon, cel) is None:
        raise ValueError(patroon)
    return cel


# Column of the file → field of Tarief, reader (ValueError when it does not fit), what was expected.
_KOLOMMEN: dict[str, tuple[str, Callable[[str], Any], str]] = {
    "gemeente": ("gemeente", _gemeente, "een CBS-code van vier cijfers"),
    "aanbieder": ("aanbieder", _aanbieder, "een AGB-code van acht cijfers, of leeg voor alle aanbieders"),
    "productcode": ("productcode", _productcode, "een productcode van hoogstens vijf letters en cijfers"),
    "van": ("van", _datum, "een datum als 2025-01-31"),
    "tot": ("tot", _open_datum, "een datum als 2025-01-31 (tot en met), of leeg"),
    "tarief": ("bedrag", _eurocent, "een bedrag in euro boven nul, hoogstens twee decimalen, geen duizendtalteken"),
    "weekprijs": ("weekprijs", _weekprijs, "een bedrag in euro boven nul, hoogstens twee decimalen, of leeg"),
    "bekend_van": ("bekend_van", _bekend, "een datum als 2025-01-31, eventueel met tijd"),
    "besluit": ("besluit", _besluit, "een verwijzing naar het besluit, hoogstens 200 tekens"),
}


def _lees_rij(nummer: int, kop: list[str], cellen: list[str]) -> tuple[Tarief | None, list[str]]:
    if len(cellen) != len(kop):
        return None, [f"Rij {nummer}: {len(cellen)} kolommen, verwacht {len(kop)}"]
    waarden: dict[str, Any] = {"rij": nummer}
    fouten: list[str] = []
    for kolom, cel in zip(kop, cellen, strict=True):
        veld, lees, verwacht = _KOLOMMEN[kolom]
        try:
            waarden[veld] = lees(cel.strip())
        except ValueError:
            fouten.append(f"Rij {nummer}, kolom {kolom}: verwacht {verwacht}")
    if fouten:
        return None, fouten
    tarief = Tarief(**waarden)
    if tarief.tot is not None and tarief.tot < tarief.van:
        return None, [f"Rij {nummer}: tot ligt voor van"]
    return tarief, []


def _overlappingen(genummerd: list[tuple[int, Tarief]], bestaande: list[Tarief]) -> list[str]:
    """Two tariffs of one key, known from the same moment, may not both be valid on one day."""
    groepen: dict[tuple[Sleutel, datetime], list[tuple[int | None, Tarief]]] = {}
    for nummer, tarief in [*[(None, tarief) for tarief in bestaande], *genummerd]:
        groepen.setdefault((tarief.sleutel, _moment(tarief.bekend_van)), []).append((nummer, tarief))
    fouten = []
    for groep in groepen.values():
        for (eerder, een), (nummer, ander) in combinations(groep, 2):
            if nummer is not None and een.van <= (ander.tot or date.max) and ander.van <= (een.tot or date.max):
                wat = f"rij {eerder}" if eerder is not None else f"een geladen tarief vanaf {een.van}"
                fouten.append(f"Rij {nummer}: overlapt {wat}, met dezelfde bekend_van")
    return fouten


def _dubbele_weekprijzen(nummer: int, tarief: Tarief, alles: list[Tarief], tarieven: Tarieven) -> list[str]:
    """Only the months in which the tariff begins or ends can get a second price from it."""
    # A general tariff also meets the specific ones that begin or end beside it.
    geraakt = {tarief.aanbieder}
    if tarief.aanbieder is None:
        geraakt |= {t.aanbieder for t in alles if (t.gemeente, t.productcode) == (tarief.gemeente, tarief.productcode)}
    maanden = {maand_van(dag) for dag in (tarief.van, tarief.tot) if dag is not None}
    return [
        f"Rij {nummer}: {eerste:%Y-%m} krijgt twee weekprijzen; bij mapping W heeft een maand er één"
        for eerste, laatste in sorted(maanden)
        if any(_wisselt(replace(tarief, aanbieder=wie).sleutel, eerste, laatste, tarieven) for wie in geraakt)
    ]


def _wisselt(sleutel: Sleutel, begin: date, eind: date, tarieven: Tarieven) -> bool:
    """The week price differs between Sundays of [begin, eind]; a Sunday without a tariff is no difference."""
    gevonden = (tarieven.op(*sleutel, zondag) for zondag in sundays(begin, eind))
    return len({weekprijs(tarief) for tarief in gevonden if tarief is not None}) > 1
