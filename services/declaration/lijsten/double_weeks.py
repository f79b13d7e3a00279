"""Weeks that are there twice for one client in one resultaatgebied: on two treden, or paid on two toewijzingen.

The pairs come from the standing sums, in one query. Whether they share a week follows from the weights that A and D
were counted with: days where days were counted, else whole weeks.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, select

from services.declaration import tables
from services.declaration.afspraken.agreements import Afspraken, lees_afspraken, lees_toewijzingen
from services.declaration.cijfers.view import Blik
from services.declaration.contracts import Gebroken, Toewijzing, mapping_of
from services.declaration.contracts import Mapping as Vorm
from services.declaration.lijsten.soorten import Lijstrij
from services.declaration.tariffs import half_up
from services.declaration.weeks import Periode, iso_weken, monday, weights
from services.kernel.database import in_parts

Waar: TypeAlias = Callable[[Any], Collection[ColumnElement[bool]]]
Nummer = tuple[str, str, int]  # gemeente, domein, ToewijzingNummer

_P = tables.prestatie.c
_DAG = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Paar:
    """Two toewijzingen of one client in one resultaatgebied, with money in the same period."""

    een: Nummer
    ander: Nummer
    periode: str
    client: int


def twee_treden(conn: Connection, blik: Blik, waar: Waar) -> list[Lijstrij]:
    """Two toewijzingen of different treden with A in the same week: one row per pair, at the first period."""
    paren = _paren(conn, blik, waar, "toegewezen", alleen_treden=True)
    afspraken, toewijzingen = lees_afspraken(conn), _toewijzingen(conn, paren)
    gevonden: dict[tuple[Nummer, Nummer], Lijstrij] = {}
    for paar in sorted(paren, key=lambda paar: paar.periode):
        periode = blik.periodes.met_label(paar.periode)
        beide = toewijzingen.get(paar.een), toewijzingen.get(paar.ander)
        if periode is None or None in beide or (paar.een, paar.ander) in gevonden:
            continue
        een, ander = (_dagen(t, afspraken, periode.begin, periode.eind, periode) for t in beide if t)
        if een & ander:
            tekst = f"Ook toewijzing {{}}, op een andere trede, vanaf de week van {_week(een & ander)}."
            gevonden[paar.een, paar.ander] = _rij(paar, beide, tekst, None)
    return list(gevonden.values())


def dubbel_betaald(conn: Connection, blik: Blik, waar: Waar) -> list[Lijstrij]:
    """Two toewijzingen on which lines were awarded for the same week: one row per pair and period."""
    paren = _paren(conn, blik, waar, "gedeclareerd", alleen_treden=False)
    afspraken, toewijzingen = lees_afspraken(conn), _toewijzingen(conn, paren)
    regels = _regels(conn, paren)
    gevonden = []
    for paar in paren:
        periode = blik.periodes.met_label(paar.periode)
        beide = toewijzingen.get(paar.een), toewijzingen.get(paar.ander)
        if periode is None or None in beide:
            continue
        een, ander = (
            _betaald(t, afspraken, regels[nummer], periode)
            for t, nummer in zip(beide, (paar.een, paar.ander), strict=True)
            if t
        )
        dubbel = een.keys() & ander.keys()
        if dubbel:
            bedrag = min(half_up(sum((deel[dag] for dag in dubbel), Fraction(0))) for deel in (een, ander))
            tekst = f"Ook betaald op toewijzing {{}}, vanaf de week van {_week(dubbel)}."
            gevonden.append(_rij(paar, beide, tekst, bedrag))
    return gevonden


def _paren(conn: Connection, blik: Blik, waar: Waar, bedrag: str, *, alleen_treden: bool) -> list[Paar]:
    """Both must be the reader's own: an aanbieder learns nothing of another one's clients."""
    een, ander = tables.stand.alias(), tables.stand.alias()
    van_een, van_ander = tables.product.alias(), tables.product.alias()
    same = [een.c[naam] == ander.c[naam] for naam in ("gemeente", "client", "periode")]
    treden = [van_een.c.trede != van_ander.c.trede] if alleen_treden else []
    kolommen = [x.c[naam] for x in (een, ander) for naam in ("gemeente", "domein", "toewijzing")]
    statement = (
        select(*kolommen, een.c.periode, een.c.client)
        .join_from(een, van_een, van_een.c.code == een.c.productcode)
        .join(ander, een.c.client == ander.c.client)
        .join(van_ander, van_ander.c.code == ander.c.productcode)
        .where(*same, een.c.toewijzing < ander.c.toewijzing, van_een.c.resultaatgebied == van_ander.c.resultaatgebied)
        .where(een.c[bedrag] > 0, ander.c[bedrag] > 0, een.c.toewijzing >= 0, *treden)
        .where(*blik.voorwaarden(een.c), *waar(een.c), *waar(ander.c))
        .order_by(*kolommen, een.c.periode)
    )
    rows = map(tuple, conn.execute(statement))
    return [Paar(row[:3], row[3:6], row[6], row[7]) for row in rows]


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
        for part in in_parts(nummers):
            for row in conn.execute(van_gemeente.where(_P.grondslag.in_(part))):
                gevonden[row.gemeente, row.domein, row.grondslag].append(row)
    return gevonden


def _per_gemeente(paren: Iterable[Paar]) -> Mapping[tuple[str, str], set[int]]:
    nummers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for paar in paren:
        for gemeente, domein, nummer in (paar.een, paar.ander):
            nummers[gemeente, domein].add(nummer)
    return nummers


def _betaald(t: Toewijzing, afspraken: Afspraken, regels: Iterable[Any], periode: Periode) -> dict[date, Fraction]:
    """Eurocent per day of the period that was paid on a toewijzing."""
    per_dag: dict[date, Fraction] = defaultdict(Fraction)
    for regel in regels:
        alle = _dagen(t, afspraken, regel.begin, regel.eind, None)
        for dag in alle:
            if periode.begin <= dag <= periode.eind:
                per_dag[dag] += Fraction(regel.te_betalen or 0, len(alle))
    return per_dag


def _dagen(t: Toewijzing, afspraken: Afspraken, begin: date, eind: date, periode: Periode | None) -> frozenset[date]:
    """The days that [begin, eind] of a toewijzing counts for, whole weeks where weeks are counted."""
    vorm = mapping_of(t, afspraken.contract(t))
    laatste = afspraken.laatste_dag(t)
    van, tot = max(begin, t.ingangsdatum), min(eind, t.einddatum or laatste)
    if vorm in (None, Vorm.M, Gebroken.DAY):
        return frozenset(van + n * _DAG for n in range((tot - van).days + 1))
    if vorm is Vorm.P:
        # A piece is its whole period, whichever weeks of it the toewijzing touches.
        weken: Iterable[date] = iso_weken(*((periode.begin, periode.eind) if periode else (begin, eind)))
    else:
        # A week more: the last broken week of a toewijzing is counted at the Sunday before it.
        weken = weights(t, begin - 7 * _DAG if periode else begin, eind, vorm, laatste, afspraken.periodes)
    dagen = frozenset(week + n * _DAG for week in weken for n in range(7))
    return dagen if periode is None else frozenset(dag for dag in dagen if periode.begin <= dag <= periode.eind)


def _week(dagen: Iterable[date]) -> str:
    eerste = monday(min(dagen))
    return f"{eerste.day}-{eerste.month}-{eerste.year}"


def _rij(paar: Paar, beide: tuple[Toewijzing | None, ...], tekst: str, bedrag: int | None) -> Lijstrij:
    """On the toewijzing that began last, naming the other."""
    eerste, laatste = sorted((t for t in beide if t), key=lambda t: (t.ingangsdatum, t.nummer))
    t = laatste
    regel = tekst.format(eerste.nummer)
    return Lijstrij(t.gemeente, t.aanbieder, t.domein, t.nummer, paar.periode, None, bedrag, regel, paar.client)
