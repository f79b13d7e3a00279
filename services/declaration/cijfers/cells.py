"""The units of verzilvering out of the database, added up by it per place: a part for each gemeente and period.

Now comes from the table stand, a moment in the past from the journal (docs/decisions/0010, 0013); either way the
database adds up and Python gets one row per place. The parts are kept until somebody books on them (onthouden.py).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, partial
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    FromClause,
    String,
    case,
    cast,
    func,
    or_,
    select,
)

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_producten
from services.declaration.cijfers.suppression import Atoom, Cel, Indeling, atoom_van, blokken
from services.declaration.journal import GEDECLAREERD, VERPLICHT
from services.declaration.onthouden import Vak, onthoud, onthoud_delen
from services.declaration.stand import ZONDER_TOEWIJZING
from services.declaration.verzilvering import Plaats, Som, tel_samen
from services.kernel.settings import AMSTERDAM

_J = tables.journaal.c
_S = tables.stand.c
_T = tables.toewijzing.c
_K = tables.kenmerk.c
_A = tables.afsluiting.c

Wie = Mapping[Plaats, frozenset[str]]


@dataclass(frozen=True)
class Deel:
    """The units of one gemeente in one period, per place, and who they are of: `wie` have a grant, `zonder` only D."""

    cellen: Mapping[Plaats, Som]
    wie: Wie
    zonder: Wie

    @cached_property
    def afdruk(self) -> int:
        """The same as long as nobody comes or goes in any place, whatever is booked: the blocks rest on no more."""
        return hash((frozenset(self.cellen), frozenset(self.wie.items())))


def vakken(conn: Connection, gemeenten: Collection[str] | None = None) -> list[Vak]:
    """The (gemeente, period) that something was ever booked on; of these gemeenten (None: all)."""
    v = _vakken().c
    statement = select(v.gemeente, v.periode).where(v.gemeente.is_not(None)).order_by(v.periode, v.gemeente)
    alle = map(tuple, conn.execute(statement))
    return [vak for vak in alle if gemeenten is None or vak[0] in gemeenten]


def _vakken() -> CTE:
    """The first of the table, and from each the next: a few look-ups in its key where DISTINCT would read all of it."""
    perioden = select(func.min(_S.periode).label("periode")).cte("perioden", recursive=True)
    later = select(func.min(_S.periode)).where(_S.periode > perioden.c.periode).scalar_subquery()
    perioden = perioden.union_all(select(later).where(perioden.c.periode.is_not(None)))
    eerste = select(func.min(_S.gemeente)).where(_S.periode == perioden.c.periode).scalar_subquery()
    begin = select(perioden.c.periode, eerste.label("gemeente")).where(perioden.c.periode.is_not(None))
    gevonden = begin.cte("vakken", recursive=True)
    v = gevonden.c
    volgende = select(func.min(_S.gemeente)).where(_S.periode == v.periode, _S.gemeente > v.gemeente).scalar_subquery()
    return gevonden.union_all(select(v.periode, volgende).where(v.gemeente.is_not(None)))


def delen_nu(conn: Connection, welke: Collection[Vak]) -> dict[Vak, Deel]:
    """These parts as they stand now; at most one query."""
    return onthoud_delen(conn, "nu", welke, lambda nieuw: lees_delen(conn, tables.stand, nieuw))


def delen_op(conn: Connection, peildatum: date, welke: Collection[Vak]) -> dict[Vak, Deel]:
    """The same as they were known by the end of that day."""
    return onthoud_delen(conn, peildatum, welke, partial(_lees_toen, conn, bekend_op(peildatum)))


def delen_bevroren(conn: Connection, welke: Collection[Vak]) -> dict[Vak, Deel]:
    """The same as they stood when they were closed; all of them must be."""
    return onthoud_delen(conn, "bevroren", welke, partial(_lees_toen, conn, voor_afsluiting()))


def cellen_van(delen: Iterable[Deel]) -> dict[Atoom, Cel]:
    """The clients of every cell of the table of which the region sees whole blocks."""
    clienten: dict[Atoom, set[str]] = {}
    for deel in delen:
        for plaats in deel.cellen:
            clienten.setdefault(atoom_van(plaats), set()).update(deel.wie.get(plaats, ()))
    return {atoom: Cel(len(van), frozenset(van)) for atoom, van in clienten.items()}


def indeling_van(
    conn: Connection, delen: Mapping[Vak, Deel], peildatum: date | None = None, bevroren: bool = False
) -> Indeling:
    """Of which blocks whatever the region sees must be made: those of the whole table, whatever part is asked.

    `delen` are all parts at that moment.
    """
    afdruk = tuple(sorted((vak, deel.afdruk) for vak, deel in delen.items()))
    moment = "blokken", peildatum, bevroren
    return onthoud(conn, moment, lambda: blokken(cellen_van(delen.values())), lambda _: afdruk)


def lees_delen(conn: Connection, bron: FromClause, welke: Collection[Vak]) -> dict[Vak, Deel]:
    """Out of a table with the columns of stand; one row per place, with its clients as one text."""
    c = bron.c
    sleutel = c.periode, c.gemeente, c.aanbieder, c.productcode, _K.cohort
    kenmerk = (_K.gemeente == c.gemeente) & (_K.domein == c.domein) & (_K.nummer == c.toewijzing)
    wie, zonder = _clienten(c)
    statement = (
        select(*sleutel, wie, zonder, *_sommen(c))
        .select_from(bron)
        .join(tables.kenmerk, kenmerk, isouter=True)
        # Rows that came to nothing are about nobody.
        .where(or_(c.toegewezen != 0, c.gedeclareerd != 0), *_binnen(c, welke))
        .group_by(*sleutel)
    )
    producten = {product.code: (product.resultaatgebied, product.trede) for product in lees_producten(conn)}
    delen = {vak: Deel({}, {}, {}) for vak in welke}
    for periode, gemeente, aanbieder, code, cohort, met, zonder_a, *sommen in conn.execute(statement):
        deel = delen.get((gemeente, periode))
        if deel is not None:
            gebied, trede = producten.get(code, (None, None))
            plaats = Plaats(gemeente, aanbieder, periode, gebied, trede, cohort)
            _tel_bij(deel, plaats, Som(*map(int, sommen)), met, zonder_a)
    return delen


def _tel_bij(deel: Deel, plaats: Plaats, som: Som, wie: str | None, zonder: str | None) -> None:
    """Products of one resultaatgebied and trede are one place."""
    eerder = deel.cellen.get(plaats)
    deel.cellen[plaats] = som if eerder is None else tel_samen((eerder, som))  # type: ignore[index]
    for waar, tekst in ((deel.wie, wie), (deel.zonder, zonder)):
        if tekst:
            waar[plaats] = waar.get(plaats, frozenset()).union(tekst.split(","))  # type: ignore[index]


def _binnen(c: Any, welke: Collection[Vak]) -> list[ColumnElement[bool]]:
    """The rows of these parts; also those of others where a few gemeenten and a few periods are not all asked for."""
    gemeenten, perioden = ({vak[n] for vak in welke} for n in (0, 1))
    return [c.periode.in_(sorted(perioden)), c.gemeente.in_(sorted(gemeenten))]


def _sommen(c: Any) -> list[ColumnElement[Any]]:
    """The fields of Som, in order."""
    a, d = c.toegewezen, c.gedeclareerd
    begrensd = case((d <= 0, 0), (d > a, a), else_=d)
    tellers: list[Any] = [a, d, begrensd, 1, case((d > 0, 1), else_=0), case((d >= a, 1), else_=0)]
    met_a = (func.sum(case((a > 0, teller), else_=0)) for teller in tellers)
    return [func.sum(a), func.sum(d), *met_a, func.sum(case((a > d, a - d), else_=0))]


def _clienten(c: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Who have a grant, and who have not; without a toewijzing in the books every number is somebody else."""
    client = cast(c.client, String)
    onbekend = "onbekend " + c.domein + " " + cast(c.toewijzing, String)
    met = case((c.toegewezen > 0, client))
    zonder = case((c.toegewezen <= 0, func.coalesce(client, onbekend)))
    return func.aggregate_strings(met, ","), func.aggregate_strings(zonder, ",")


# --- as it was known then --------------------------------------------------------------------------------------------


def _lees_toen(conn: Connection, binnen: ColumnElement[bool], welke: Collection[Vak]) -> dict[Vak, Deel]:
    return lees_delen(conn, _toen(binnen, welke), welke)


def _toen(binnen: ColumnElement[bool], welke: Collection[Vak]) -> FromClause:
    """Every unit as it stood when the rows `binnen` of the journal were all, with the columns of stand.

    The product is the one that A stood on then; without A the one the claims agree on, else that of the toewijzing.
    """
    names = "gemeente", "domein", "toewijzing", "periode", "aanbieder"
    sleutel = [_J[name] for name in names]
    sluiting = (_A.gemeente == _J.gemeente) & (_A.periode == _J.periode)
    b = (
        select(*sleutel, _J.productcode, _saldo(VERPLICHT).label("a"), _saldo(GEDECLAREERD).label("d"))
        .select_from(tables.journaal)
        .join(tables.afsluiting, sluiting, isouter=True)
        .where(binnen, *_binnen(_J, welke))
        .group_by(*sleutel, _J.productcode)
        .subquery("geboekt")
    ).c
    same = (_T.gemeente == b.gemeente) & (_T.domein == b.domein) & (_T.nummer == b.toewijzing)
    op_a = func.nullif(_eensluidend(case((b.a != 0, func.coalesce(b.productcode, "")))), "")
    product = func.coalesce(op_a, _eensluidend(b.productcode), func.max(_T.code))
    toewijzing = func.coalesce(b.toewijzing, ZONDER_TOEWIJZING).label("toewijzing")
    return (
        select(*(toewijzing if name == "toewijzing" else b[name] for name in names))
        .add_columns(func.max(_T.client).label("client"), product.label("productcode"))
        .add_columns(func.sum(b.a).label("toegewezen"), func.sum(b.d).label("gedeclareerd"))
        .join(tables.toewijzing, same, isouter=True)
        .group_by(*(b[name] for name in names))
        .subquery("toen")
    )


def _eensluidend(code: ColumnElement[Any]) -> ColumnElement[Any]:
    """The one code of a unit; null where there are more, or none."""
    return case((func.min(code) == func.max(code), func.min(code)))


def bekend_op(peildatum: date) -> ColumnElement[bool]:
    """What was booked by the end of that day; what the region knew before the hub did, as of the day it knew it."""
    return or_(_J.geboekt_op < einde_van_dag(peildatum), _J.bekend_op <= peildatum)


def voor_afsluiting() -> ColumnElement[bool]:
    """What was booked when the gemeente closed the period; of periods that are open everything."""
    return or_(_A.journaal_nr.is_(None), _J.nr <= _A.journaal_nr)


def begin_van_dag(dag: date) -> datetime:
    """The moment at which a day begins in Amsterdam."""
    return datetime.combine(dag, time.min, AMSTERDAM).astimezone(UTC)


def einde_van_dag(dag: date) -> datetime:
    """The moment at which a day is over in Amsterdam."""
    return begin_van_dag(dag + timedelta(days=1))


def _saldo(rekening: str) -> ColumnElement[Any]:
    """What came in on an account less what went out of it."""
    return func.sum(case((_J.naar == rekening, _J.bedrag), (_J.van == rekening, -_J.bedrag), else_=0))
