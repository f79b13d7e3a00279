"""Prognose: what a year will cost per gemeente and resultaatgebied, beside its begroting. Values only; eurocent.

D of the ripe periods, and of every other period A × verzilvering of the ripe ones, but never less than its D. A year is
the thirteen periods of its ISO year; what the calendar year differs by stands beside it, week by week.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Final, TypedDict

from services.declaration.contracts import Gebroken, Telwijze, Toewijzing
from services.declaration.contracts import Mapping as Vorm
from services.declaration.journal import toegewezen
from services.declaration.tariffs import Tarieven, half_up
from services.declaration.verzilvering import AFGESLOTEN, VOORLOPIG
from services.declaration.weeks import Periode, Periodes, iso_weken, monday, sundays

Gebied = tuple[str, str | None]  # gemeente, resultaatgebied

_ZONDAG: Final = timedelta(days=6)
_PER_JAAR: Final = "5"
# What is told together or not at all, by the periods that it is a sum of.
_VAN_JAAR: Final = ("toegewezen", "gedeclareerd")
_VAN_RIJP: Final = ("gedeclareerdRijp", "verzilvering", "prognose", "ruimte")
_VAN_AFGESLOTEN: Final = ("vrijval", "vrijvalBijAfsluiten")
_VAN_KALENDER: Final = (
    *("nogTeOntvangen", "kalenderToegewezen", "kalenderGedeclareerd", "kalenderVerschil"),
    "clienten",
)
# Numbers that no period of a table has.
_EERSTE_DEEL, _TWEEDE_DEEL = 40, 60


@dataclass(frozen=True, slots=True)
class Kalender:
    """The calendar year beside the periods of the ISO year: weeks (Mondays) that it has more and less, by Sunday."""

    jaar: int
    erbij: tuple[date, ...]
    eraf: tuple[date, ...]
    zondagen: int

    @property
    def tekst(self) -> str:
        """The difference, named, in Dutch."""
        jaar = self.jaar
        delen = [f"{_week(week)} telt in de perioden van {jaar - 1}, haar zondag valt in {jaar}" for week in self.erbij]
        delen += [f"{_week(week)} telt in de perioden van {jaar}, haar zondag valt in {jaar + 1}" for week in self.eraf]
        verschil = "; ".join(delen) or "de perioden en het kalenderjaar tellen dezelfde weken"
        return f"Kalenderjaar {jaar} heeft {self.zondagen} zondagen: {verschil}."


@dataclass(frozen=True, slots=True)
class Post:
    """A and D of one toewijzing in one period. `deel`: its part in the calendar year; `eigen`: of the ISO year."""

    gemeente: str
    resultaatgebied: str | None
    client: str
    periode: str
    toegewezen: int
    gedeclareerd: int
    deel: Fraction = Fraction(1)
    eigen: bool = True


@dataclass(frozen=True, slots=True)
class Samen:
    """The posten of one resultaatgebied of a gemeente in one period; `noemer` and `teller`: with a grant only.

    `kalender_a`, `kalender_d` and `tegoed` are of the weeks in the calendar year. `tegoed`: A − D of each toewijzing
    where that is more than nothing.
    """

    gemeente: str
    resultaatgebied: str | None
    periode: str
    clienten: frozenset[str]
    toegewezen: int
    gedeclareerd: int
    noemer: int
    teller: int
    kalender_a: int
    kalender_d: int
    tegoed: int
    eigen: bool = True


class Prognoserij(TypedDict):
    """A row of GET /v1/prognose. None: no begroting, no ripe period to take a percentage of, or suppressed."""

    gemeente: str
    resultaatgebied: str | None
    jaar: int
    begroting: int | None
    toegewezen: int | None
    gedeclareerd: int | None
    gedeclareerdRijp: int | None
    verzilvering: float | None
    zonderRijpePerioden: bool
    prognose: int | None
    ruimte: int | None
    vrijval: int | None
    vrijvalBijAfsluiten: int | None
    nogTeOntvangen: int | None
    kalenderToegewezen: int | None
    kalenderGedeclareerd: int | None
    kalenderVerschil: int | None
    clienten: int | None


def kalender(jaar: int, periodes: Iterable[Periode]) -> Kalender:
    """How the weeks of a calendar year (by Sunday) differ from those of the periods with its number."""
    eigen = {week for p in periodes if p.jaar == jaar for week in iso_weken(p.begin, p.eind)}
    zondagen = sundays(date(jaar, 1, 1), date(jaar, 12, 31))
    weken = {monday(zondag) for zondag in zondagen}
    return Kalender(jaar, tuple(sorted(weken - eigen)), tuple(sorted(eigen - weken)), len(zondagen))


def gesplitst(periodes: Iterable[Periode], jaar: int) -> tuple[Periodes, dict[str, tuple[str, str]]]:
    """The table with each period that lies in two calendar years cut in two, and {label: (up to, from)} of these.

    Only the cuts at the ends of `jaar`: its own last period, and that of the year before.
    """
    tabel: list[Periode] = []
    delen: dict[str, tuple[str, str]] = {}
    for periode in periodes:
        grens = _eerste_week_van(periode.eind.year)
        if periode.jaar in (jaar - 1, jaar) and periode.begin < grens <= periode.eind:
            voor = replace(periode, nummer=periode.nummer + _EERSTE_DEEL, eind=grens - timedelta(days=1))
            na = replace(periode, nummer=periode.nummer + _TWEEDE_DEEL, begin=grens)
            delen[periode.label] = voor.label, na.label
            tabel += [voor, na]
        else:
            tabel.append(periode)
    return Periodes(tabel), delen


def aan_de_overkant(periodes: Iterable[Periode], jaar: int) -> frozenset[str]:
    """Labels of the periods of `jaar`, and of the year before, that lie whole in the calendar year after their own."""
    return frozenset(p.label for p in periodes if p.jaar in (jaar - 1, jaar) and (p.begin + _ZONDAG).year > p.jaar)


def deel_voor(
    toewijzing: Toewijzing,
    telwijze: Telwijze | None,
    tabel: Periodes,
    delen: tuple[str, str],
    tarieven: Tarieven,
    laatste: date,
) -> Fraction:
    """The part of A of a cut period that lies before the cut: what the same functions give for its two parts.

    A piece of four weeks (P, FULL, per year) belongs to no week, and where there is no A no week is worth more than
    another: then each week has an equal part.
    """
    heel = telwijze in (Vorm.P, Gebroken.FULL) or toewijzing.frequentie == _PER_JAAR
    if not heel:
        a = toegewezen(toewijzing, telwijze, tabel, tarieven, toewijzing.code, laatste).bedragen
        voor, na = (a.get(label, 0) for label in delen)
        if voor + na > 0:
            return Fraction(voor, voor + na)
    return per_week(tabel, delen)


def per_week(tabel: Periodes, delen: tuple[str, str]) -> Fraction:
    """The part of a cut period before the cut, each week alike."""
    weken = [len(iso_weken(p.begin, p.eind)) for label in delen if (p := tabel.met_label(label))]
    return Fraction(weken[0], sum(weken))


def rondom(tabel: Periodes, delen: tuple[str, str]) -> Periodes:
    """The parts of a cut period and what lies beside them: all that `deel_voor` looks at of the table.

    A week belongs to a period whole, and the days of a broken last one to that of the Sunday before it.
    """
    alle = [*tabel]
    eerste = next(n for n, periode in enumerate(alle) if periode.label == delen[0])
    return Periodes(alle[max(eerste - 1, 0) : eerste + 3])


def samen(posten: Iterable[Post]) -> list[Samen]:
    """The posten, added up."""
    groepen: dict[tuple[str, str | None, str, bool], list[Post]] = defaultdict(list)
    for post in posten:
        groepen[post.gemeente, post.resultaatgebied, post.periode, post.eigen].append(post)
    return [
        Samen(
            *(gemeente, gebied, periode),
            clienten=frozenset(post.client for post in groep if post.toegewezen or post.gedeclareerd),
            toegewezen=sum(post.toegewezen for post in groep),
            gedeclareerd=sum(post.gedeclareerd for post in groep),
            noemer=sum(post.toegewezen for post in groep if post.toegewezen > 0),
            teller=sum(post.gedeclareerd for post in groep if post.toegewezen > 0),
            kalender_a=sum(half_up(post.toegewezen * post.deel) for post in groep),
            kalender_d=sum(half_up(post.gedeclareerd * post.deel) for post in groep),
            tegoed=sum(max(half_up((post.toegewezen - post.gedeclareerd) * post.deel), 0) for post in groep),
            eigen=eigen,
        )
        for (gemeente, gebied, periode, eigen), groep in groepen.items()
    ]


def rijen(
    posten: Iterable[Samen], begroot: Mapping[Gebied, int], rijpheid: Callable[[str, str], str], jaar: int
) -> list[Prognoserij]:
    """One row per gemeente and resultaatgebied that has posten or a begroting. `rijpheid`: of a gemeente and period."""
    groepen: dict[Gebied, list[Samen]] = defaultdict(list)
    for gebied in begroot:
        groepen[gebied] = []
    for post in posten:
        groepen[post.gemeente, post.resultaatgebied].append(post)
    volgorde = sorted(groepen, key=lambda gebied: (gebied[0], gebied[1] is None, gebied[1] or ""))
    return [
        _rij(gebied, groepen[gebied], begroot.get(gebied), partial(rijpheid, gebied[0]), jaar) for gebied in volgorde
    ]


def onderdruk(rij: Prognoserij, *, jaar: bool, rijp: bool, afgesloten: bool, kalender: bool) -> Prognoserij:
    """The row as the region sees it: its begroting, and what may be told of the rest.

    `jaar`: of the year; what follows from its ripe or closed periods or from the calendar asks that and its own.
    """
    weg: tuple[str, ...] = () if jaar else _VAN_JAAR
    weg += () if jaar and rijp else _VAN_RIJP
    weg += () if jaar and rijp and afgesloten else _VAN_AFGESLOTEN
    weg += () if jaar and kalender else _VAN_KALENDER
    return Prognoserij(**{**rij, **dict.fromkeys(weg)})  # type: ignore[typeddict-item]


def _rij(
    gebied: Gebied, posten: Sequence[Samen], begroting: int | None, rijpheid: Callable[[str], str], jaar: int
) -> Prognoserij:
    eigen = [post for post in posten if post.eigen]
    rijp = [post for post in eigen if rijpheid(post.periode) != VOORLOPIG]
    dicht = [post for post in rijp if rijpheid(post.periode) == AFGESLOTEN]
    verzilvering = _verzilvering(rijp)
    verwacht = _d(rijp) + _overig([post for post in eigen if rijpheid(post.periode) == VOORLOPIG], verzilvering)
    kalender_a = sum(post.kalender_a for post in posten)
    return Prognoserij(
        gemeente=gebied[0],
        resultaatgebied=gebied[1],
        jaar=jaar,
        begroting=begroting,
        toegewezen=_a(eigen),
        gedeclareerd=_d(eigen),
        gedeclareerdRijp=_d(rijp),
        verzilvering=None if verzilvering is None else half_up(verzilvering * 10_000) / 100,
        zonderRijpePerioden=verzilvering is None,
        prognose=verwacht,
        ruimte=None if begroting is None else begroting - verwacht,
        vrijval=_a(dicht) - _d(dicht),
        vrijvalBijAfsluiten=_a(rijp) - _d(rijp) - (_a(dicht) - _d(dicht)),
        nogTeOntvangen=sum(post.tegoed for post in posten if rijpheid(post.periode) != AFGESLOTEN),
        kalenderToegewezen=kalender_a,
        kalenderGedeclareerd=sum(post.kalender_d for post in posten),
        kalenderVerschil=kalender_a - _a(eigen),
        clienten=len(frozenset().union(*(post.clienten for post in posten))),
    )


def _verzilvering(rijp: Iterable[Samen]) -> Fraction | None:
    """ΣD / ΣA where something is allocated, as the report of that name; None where nothing is."""
    gegrond = [post for post in rijp if post.noemer]
    return Fraction(sum(post.teller for post in gegrond), sum(post.noemer for post in gegrond)) if gegrond else None


def _overig(posten: Iterable[Samen], verzilvering: Fraction | None) -> int:
    """What the periods that are not ripe will cost; A itself where no period is ripe yet."""
    per_periode: dict[str, list[Samen]] = defaultdict(list)
    for post in posten:
        per_periode[post.periode].append(post)
    deel = Fraction(1) if verzilvering is None else verzilvering
    return sum(max(_d(groep), half_up(_a(groep) * deel)) for groep in per_periode.values())


def _a(posten: Iterable[Samen]) -> int:
    return sum(post.toegewezen for post in posten)


def _d(posten: Iterable[Samen]) -> int:
    return sum(post.gedeclareerd for post in posten)


def _eerste_week_van(jaar: int) -> date:
    """The first week of a calendar year by its Sunday."""
    return monday(sundays(date(jaar, 1, 1), date(jaar, 1, 7))[0])


def _week(week: date) -> str:
    return f"week {week.isocalendar().week} ({week:%d-%m-%Y} t/m {week + _ZONDAG:%d-%m-%Y})"
