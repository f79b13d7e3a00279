"""Weeks that are there twice for one client in one resultaatgebied: on two treden, or paid on two toewijzingen.

The pairs come from the standing sums, in one query. Whether they share a week follows from the weights that A and D
were counted with: days where days were counted, else whole weeks.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Connection, and_, or_, select

from services.declaration import tables
from services.declaration.afspraken.agreements import Afspraken, lees_afspraken, lees_toewijzingen
from services.declaration.contracts import Gebroken, Telwijze, Toewijzing, mapping_of
from services.declaration.contracts import Mapping as Vorm
from services.declaration.journal import laatste_dag
from services.declaration.lijsten.bereik import Bereik
from services.declaration.lijsten.soorten import DUBBELE_WEEK, Lijstrij
from services.declaration.onthouden import REGELS, TOEWIJZINGEN, Vak, onthoud_delen, van_toewijzingen
from services.declaration.tariffs import half_up
from services.declaration.weeks import Periode, Periodes, iso_weken, monday, weights
from services.kernel.one_of import one_of

Nummer = tuple[str, str, int]  # gemeente, domein, ToewijzingNummer

_P = tables.prestatie.c
_DAG = timedelta(days=1)
# No line counts for days farther than a whole period from its own.
_VERST = timedelta(weeks=6)


@dataclass(frozen=True, slots=True)
class Paar:
    """Two toewijzingen of one client in one resultaatgebied, with money of these aanbieders in the same period."""

    een: Nummer
    ander: Nummer
    periode: str
    client: int
    aanbieders: tuple[str, str]


class Dubbel(NamedTuple):
    """A case, and on whose books the two payments are."""

    rij: Lijstrij
    aanbieders: tuple[str, str]


def twee_treden(conn: Connection, bereik: Bereik) -> list[Lijstrij]:
    """Two toewijzingen of different treden with A in the same week: one row per pair, at the first period."""
    alle = _paren(conn, bereik.gemeenten(), bereik.blik.labels, "toegewezen", alleen_treden=True)
    paren = [
        paar
        for paar in alle
        if bereik.blik.mag(paar.een[0], paar.periode) and _is_eigen(bereik, paar.een[0], paar.aanbieders)
    ]
    telling, toewijzingen = partial(_telling, lees_afspraken(conn, tarieven=False)), _toewijzingen(conn, paren)
    gevonden: dict[tuple[Nummer, Nummer], Lijstrij] = {}
    for paar in sorted(paren, key=lambda paar: paar.periode):
        periode = bereik.blik.periodes.met_label(paar.periode)
        beide = toewijzingen.get(paar.een), toewijzingen.get(paar.ander)
        if periode is None or None in beide or (paar.een, paar.ander) in gevonden:
            continue
        een, ander = (_in(periode, _reeksen(t, telling(t), periode.begin, periode.eind, periode)) for t in beide if t)
        if een & ander:
            tekst = f"Ook toewijzing {{}}, op een andere trede, vanaf de week van {_week(een & ander)}."
            gevonden[paar.een, paar.ander] = _rij(paar, beide, tekst, None)
    return list(gevonden.values())


def van_treden(conn: Connection) -> Hashable:
    """What `twee_treden` rests on: toewijzingen, agreements, and of a toewijzing without a product what was claimed."""
    s, t = tables.stand.c, tables.toewijzing.c
    zonder = select(s.gemeente, s.domein, s.toewijzing, s.periode, s.aanbieder, s.productcode).join(
        tables.toewijzing, _is(tables.stand, t.gemeente, t.domein, t.nummer)
    )
    geclaimd = conn.execute(zonder.where(t.code.is_(None), s.productcode.is_not(None)))
    return van_toewijzingen(conn), frozenset(map(tuple, geclaimd))


def dubbel_betaald(conn: Connection, bereik: Bereik) -> list[Lijstrij]:
    """Two toewijzingen on which lines were awarded for the same week: one row per pair and period."""
    vakken = bereik.vakken(conn)
    lees = partial(_lees_dubbel, conn)
    delen = onthoud_delen(conn, DUBBELE_WEEK, vakken, lees, ook=(TOEWIJZINGEN, REGELS))
    gevallen = (geval for vak in vakken for geval in delen[vak])
    return [rij for rij, aanbieders in gevallen if _is_eigen(bereik, rij.gemeente, aanbieders)]


def _is_eigen(bereik: Bereik, gemeente: str, aanbieders: tuple[str, str]) -> bool:
    """Both must be the reader's own: an aanbieder learns nothing of another one's clients."""
    return all(bereik.mag(gemeente, aanbieder) for aanbieder in aanbieders)


def _lees_dubbel(conn: Connection, vakken: Collection[Vak]) -> dict[Vak, list[Dubbel]]:
    """Everybody's, in each of these parts."""
    gemeenten, labels = ({vak[n] for vak in vakken} for n in (0, 1))
    paren = _paren(conn, gemeenten, labels, "gedeclareerd", alleen_treden=False)
    afspraken = lees_afspraken(conn, tarieven=False)
    telling, toewijzingen, regels = partial(_telling, afspraken), _toewijzingen(conn, paren), _regels(conn, paren)
    gevonden: dict[Vak, list[Dubbel]] = {vak: [] for vak in vakken}
    for paar in paren:
        deel = gevonden.get((paar.een[0], paar.periode))
        periode = afspraken.periodes.met_label(paar.periode)
        beide = toewijzingen.get(paar.een), toewijzingen.get(paar.ander)
        if deel is None or periode is None or None in beide:
            continue
        kanten = [
            _betaald(t, telling(t), regels[nummer], periode)
            for t, nummer in zip(beide, (paar.een, paar.ander), strict=True)
            if t
        ]
        een, ander = (frozenset[int]().union(*(dagen for dagen, _ in kant)) for kant in kanten)
        if dubbel := een & ander:
            bedrag = min(_bedrag(kant, dubbel) for kant in kanten)
            tekst = f"Ook betaald op toewijzing {{}}, vanaf de week van {_week(dubbel)}."
            deel.append(Dubbel(_rij(paar, beide, tekst, bedrag), paar.aanbieders))
    return gevonden


def _paren(
    conn: Connection, gemeenten: Collection[str] | None, labels: Collection[str], bedrag: str, *, alleen_treden: bool
) -> list[Paar]:
    """In these gemeenten (None: any) and periods.

    From the toewijzingen of clients who have more than one: those are few beside the rows of stand. It asks nothing
    else of those rows: SQLite would begin there, and hold all rows of a gemeente against each other.
    """
    van_een_client = _van_een_client(gemeenten)
    p = van_een_client.c
    een, ander = tables.stand.alias(), tables.stand.alias()
    van_een, van_ander = tables.product.alias(), tables.product.alias()
    treden = [van_een.c.trede != van_ander.c.trede] if alleen_treden else []
    kolommen = p.gemeente, p.domein, p.nummer, p.gemeente, p.ander_domein, p.ander_nummer
    statement = (
        select(*kolommen, een.c.periode, p.client, een.c.aanbieder, ander.c.aanbieder)
        .select_from(van_een_client)
        .join(een, _is(een, p.gemeente, p.domein, p.nummer))
        .join(ander, _is(ander, p.gemeente, p.ander_domein, p.ander_nummer) & (ander.c.periode == een.c.periode))
        .join(van_een, van_een.c.code == een.c.productcode)
        .join(van_ander, van_ander.c.code == ander.c.productcode)
        .where(van_een.c.resultaatgebied == van_ander.c.resultaatgebied, *treden)
        .where(een.c[bedrag] > 0, ander.c[bedrag] > 0, een.c.periode.in_(sorted(labels)))
        .order_by(*kolommen, een.c.periode)
    )
    rows = map(tuple, conn.execute(statement))
    return [Paar(row[:3], row[3:6], row[6], row[7], row[8:]) for row in rows]


def _van_een_client(gemeenten: Collection[str] | None) -> CTE:
    """Toewijzingen of one client in one gemeente that may be of one resultaatgebied; by their own product, if any."""
    een, ander = tables.toewijzing.alias(), tables.toewijzing.alias()
    van_een, van_ander = tables.product.alias(), tables.product.alias()
    zelfde = (ander.c.client == een.c.client) & (ander.c.gemeente == een.c.gemeente) & (een.c.nummer < ander.c.nummer)
    een_gebied = or_(
        een.c.code.is_(None), ander.c.code.is_(None), van_een.c.resultaatgebied == van_ander.c.resultaatgebied
    )
    statement = (
        select(een.c.gemeente, een.c.domein, een.c.nummer, een.c.client)
        .add_columns(ander.c.domein.label("ander_domein"), ander.c.nummer.label("ander_nummer"))
        .select_from(een)
        .join(ander, zelfde)
        .join(van_een, van_een.c.code == een.c.code, isouter=True)
        .join(van_ander, van_ander.c.code == ander.c.code, isouter=True)
        .where(een_gebied, *([] if gemeenten is None else [een.c.gemeente.in_(sorted(gemeenten))]))
    )
    # First these: the database does not see how few they are.
    return statement.cte().prefix_with("MATERIALIZED")


def _is(stand: Any, gemeente: Any, domein: Any, nummer: Any) -> ColumnElement[bool]:
    return and_(stand.c.gemeente == gemeente, stand.c.domein == domein, stand.c.toewijzing == nummer)


def _toewijzingen(conn: Connection, paren: Iterable[Paar]) -> Mapping[Nummer, Toewijzing]:
    return {
        (*waar, nummer): toewijzing
        for waar, nummers in _per_gemeente(paren).items()
        for nummer, toewijzing in lees_toewijzingen(conn, *waar, nummers).items()
    }


def _regels(conn: Connection, paren: Iterable[Paar]) -> Mapping[Nummer, Sequence[Any]]:
    """The lines that stand awarded on these toewijzingen."""
    awarded = select(_P.gemeente, _P.domein, _P.grondslag, _P.begin, _P.eind, _P.te_betalen).where(
        _P.status == tables.GOEDGEKEURD, _P.dc == "D", _P.gecrediteerd_door.is_(None)
    )
    gevonden: dict[Nummer, list[Any]] = defaultdict(list)
    for (gemeente, domein), nummers in _per_gemeente(paren).items():
        van_gemeente = awarded.where(_P.gemeente == gemeente, _P.domein == domein)
        for row in conn.execute(van_gemeente.where(one_of(_P.grondslag, nummers))):
            gevonden[row.gemeente, row.domein, row.grondslag].append(row)
    return gevonden


def _per_gemeente(paren: Iterable[Paar]) -> Mapping[tuple[str, str], set[int]]:
    nummers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for paar in paren:
        for gemeente, domein, nummer in (paar.een, paar.ander):
            nummers[gemeente, domein].add(nummer)
    return nummers


@dataclass(frozen=True, slots=True)
class _Telling:
    """How a toewijzing is counted, and the day that stands in for an open Einddatum."""

    vorm: Telwijze | None
    laatste: date
    periodes: Periodes


def _telling(afspraken: Afspraken, t: Toewijzing) -> _Telling:
    contract = afspraken.contract(t)
    return _Telling(mapping_of(t, contract), laatste_dag(contract, afspraken.periodes), afspraken.periodes)


def _betaald(
    t: Toewijzing, telling: _Telling, regels: Iterable[Any], periode: Periode
) -> list[tuple[frozenset[int], Fraction]]:
    """Of each line on a toewijzing the days of the period that it was paid for, and eurocent per day."""
    gevonden = []
    for regel in regels:
        if regel.eind + _VERST < periode.begin or regel.begin - _VERST > periode.eind:
            continue
        reeksen = _reeksen(t, telling, regel.begin, regel.eind, None)
        if dagen := _in(periode, reeksen):
            gevonden.append((dagen, Fraction(regel.te_betalen or 0, sum(map(len, reeksen)))))
    return gevonden


def _bedrag(kant: Iterable[tuple[frozenset[int], Fraction]], dubbel: frozenset[int]) -> int:
    """What these days cost on one of the two."""
    return half_up(sum((len(dagen & dubbel) * per_dag for dagen, per_dag in kant), Fraction(0)))


def _reeksen(t: Toewijzing, telling: _Telling, begin: date, eind: date, periode: Periode | None) -> list[range]:
    """The days (as ordinals) that [begin, eind] of a toewijzing counts for, whole weeks where weeks are counted."""
    vorm, laatste = telling.vorm, telling.laatste
    if vorm in (None, Vorm.M, Gebroken.DAY):
        van, tot = max(begin, t.ingangsdatum), min(eind, t.einddatum or laatste)
        return [range(van.toordinal(), tot.toordinal() + 1)]
    if vorm is Vorm.P:
        # A piece is its whole period, whichever weeks of it the toewijzing touches.
        weken: Iterable[date] = iso_weken(*((periode.begin, periode.eind) if periode else (begin, eind)))
    else:
        # A week more: the last broken week of a toewijzing is counted at the Sunday before it.
        weken = weights(t, begin - 7 * _DAG if periode else begin, eind, vorm, laatste, telling.periodes)
    return [range(week.toordinal(), week.toordinal() + 7) for week in weken]


def _in(periode: Periode, reeksen: Iterable[range]) -> frozenset[int]:
    """The days of a period among these."""
    begin, einde = periode.begin.toordinal(), periode.eind.toordinal() + 1
    return frozenset(dag for reeks in reeksen for dag in range(max(reeks.start, begin), min(reeks.stop, einde)))


def _week(dagen: Iterable[int]) -> str:
    eerste = monday(date.fromordinal(min(dagen)))
    return f"{eerste.day}-{eerste.month}-{eerste.year}"


def _rij(paar: Paar, beide: tuple[Toewijzing | None, ...], tekst: str, bedrag: int | None) -> Lijstrij:
    """On the toewijzing that began last, naming the other."""
    eerste, laatste = sorted((t for t in beide if t), key=lambda t: (t.ingangsdatum, t.nummer))
    t = laatste
    regel = tekst.format(eerste.nummer)
    return Lijstrij(t.gemeente, t.aanbieder, t.domein, t.nummer, paar.periode, None, bedrag, regel, paar.client)
