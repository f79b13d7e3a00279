"""Units of verzilvering out of the database: as they are now, summed in SQL, or as they were known then, one by one.

Now comes from the table stand, a moment in the past from the journal (docs/decisions/0010, 0013).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, case, func, literal_column, or_, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_producten
from services.declaration.cijfers.suppression import MINSTE_CLIENTEN, Atoom, Cel, Indeling, atoom_van
from services.declaration.contracts import Product
from services.declaration.journal import GEDECLAREERD, VERPLICHT
from services.declaration.stand import ZONDER_TOEWIJZING
from services.declaration.verzilvering import (
    ALLE_GROEPEN,
    BEGELEIDING,
    ORH,
    Clienten,
    Plaats,
    Rijsleutel,
    Som,
    Stand,
    clienten_per_plaats,
    sleutel_van,
    tel_per_plaats,
)
from services.kernel.settings import AMSTERDAM

_J = tables.journaal.c
_S = tables.stand.c
_T = tables.toewijzing.c
_P = tables.product.c
_K = tables.kenmerk.c
_A = tables.afsluiting.c
Where = Sequence[ColumnElement[bool]]

# As words of the statement: PostgreSQL does not see that two parameters of one value are one expression to group by.
_ORH: Final[ColumnElement[Any]] = literal_column(f"'{ORH}'")
_BEGELEIDING: Final[ColumnElement[Any]] = literal_column(f"'{BEGELEIDING}'")
_LEEG: Final[Mapping[str, ColumnElement[Any]]] = {"trede": literal_column("-1")}
# A place in SQL; what is not asked for is null.
_PLAATS: Final[Mapping[str, ColumnElement[Any]]] = {
    "gemeente": _S.gemeente,
    "aanbieder": _S.aanbieder,
    "periode": _S.periode,
    "resultaatgebied": _P.resultaatgebied,
    "trede": _P.trede,
    "cohort": _K.cohort,
    "cluster": case((_P.resultaatgebied == _ORH, _ORH), (_P.resultaatgebied.is_not(None), _BEGELEIDING)),
}
_ATOOM: Final = ("periode", "gemeente", "resultaatgebied", "trede", "cohort")
# Rows that came to nothing are about nobody.
_IETS: Final = or_(_S.toegewezen != 0, _S.gedeclareerd != 0)
_GEGROND: Final = _S.toegewezen > 0


@dataclass(frozen=True, slots=True)
class Telling:
    """What a report is made of: sums per place, and per row the clients with a grant."""

    cellen: Mapping[Plaats, Som]
    clienten: Clienten


def tel_nu(conn: Connection, where: Where, groeperen: Collection[str], nodig: Collection[str] = ()) -> Telling:
    """What stands now under these conditions on the table stand; two queries, whatever the number of toewijzingen.

    Places tell apart what is grouped by, gemeente, aanbieder and period, and what else is `nodig`.
    """
    return Telling(sommen_nu(conn, where, (*groeperen, *nodig)), clienten_nu(conn, where, groeperen))


def sommen_nu(conn: Connection, where: Where, groeperen: Collection[str]) -> dict[Plaats, Som]:
    """The sums per place of `tel_nu`."""
    apart = {*groeperen, "gemeente", "aanbieder", "periode"}
    if "cluster" in apart:
        apart.add("resultaatgebied")
    namen = [naam for naam in Plaats.__dataclass_fields__ if naam in apart]
    sleutel = [_PLAATS[naam] for naam in namen]
    sommen = _bron(select(*sleutel, *_sommen()), apart).where(_IETS, *where).group_by(*sleutel)
    cellen = {}
    for row in conn.execute(sommen):
        plaats = Plaats(**dict(zip(namen, row, strict=False)))
        cellen[plaats] = Som(*(int(waarde) for waarde in row[len(namen) :]))
    return cellen


@dataclass(frozen=True, slots=True)
class Toen:
    """A moment in the past, read once: sums and clients with a grant per place, and the blocks of the region's table.

    The blocks are of all units, whatever part of them is asked; None for who has none.
    """

    cellen: Mapping[Plaats, Som]
    wie: Mapping[Plaats, frozenset[str]]
    indeling: Indeling | None

    def __len__(self) -> int:
        return len(self.cellen)

    def telling(self, groeperen: Collection[str]) -> Telling:
        """As `tel_nu`."""
        per_rij: dict[Rijsleutel, set[str]] = {}
        for plaats, wie in self.wie.items():
            per_rij.setdefault(sleutel_van(plaats, groeperen), set()).update(wie)
        return Telling(self.cellen, lambda sleutel: len(per_rij.get(sleutel, ())))


def tel_toen(standen: Sequence[Stand], indeling: Indeling | None) -> Toen:
    """The same of units one by one."""
    return Toen(tel_per_plaats(standen), clienten_per_plaats(standen), indeling)


def clienten_nu(conn: Connection, where: Where, groeperen: Collection[str]) -> Clienten:
    """The clients with a grant per row of `tel_nu`."""
    namen = [naam for naam in ALLE_GROEPEN if naam in groeperen]
    sleutel = [_PLAATS[naam] for naam in namen]
    statement = _bron(select(*sleutel, func.count(_S.client.distinct())), namen).where(_GEGROND, *where)
    gevonden: dict[Rijsleutel, int] = {}
    for row in conn.execute(statement.group_by(*sleutel) if sleutel else statement):
        waarden = dict(zip(namen, row, strict=False))
        gevonden[tuple(waarden.get(naam) for naam in ALLE_GROEPEN)] = row[-1]
    return lambda rijsleutel: gevonden.get(rijsleutel, 0)


def _sommen() -> list[ColumnElement[Any]]:
    """The fields of Som, in order."""
    a, d = _S.toegewezen, _S.gedeclareerd
    begrensd = case((d <= 0, 0), (d > a, a), else_=d)
    tellers: list[Any] = [a, d, begrensd, 1, case((d > 0, 1), else_=0), case((d >= a, 1), else_=0)]
    return [func.sum(a), func.sum(d), *(func.sum(case((_GEGROND, teller), else_=0)) for teller in tellers)]


def _bron(statement: Select[Any], apart: Collection[str]) -> Select[Any]:
    """From stand, with the product and the kenmerk where something is asked of them."""
    bron: FromClause = tables.stand
    if {"resultaatgebied", "trede", "cluster"} & {*apart}:
        bron = bron.join(tables.product, _P.code == _S.productcode, isouter=True)
    if "cohort" in apart:
        same = (_K.gemeente == _S.gemeente) & (_K.domein == _S.domein) & (_K.nummer == _S.toewijzing)
        bron = bron.join(tables.kenmerk, same, isouter=True)
    return statement.select_from(bron)


# --- the table of which the region sees whole blocks -----------------------------------------------------------------


def cellen_nu(conn: Connection) -> dict[Atoom, Cel]:
    """The clients of every cell of the table, and who they are where they are few."""
    sleutel = [_PLAATS[naam] for naam in _ATOOM]
    aantal = func.count(case((_GEGROND, _S.client)).distinct())
    geteld = _bron(select(*sleutel, aantal), _ATOOM).where(_IETS).group_by(*sleutel)
    cellen = {_atoom(row): Cel(row[-1]) for row in conn.execute(geteld)}
    # Null equals null here: an unknown resultaatgebied is a cell too.
    plat = [func.coalesce(_PLAATS[naam], _LEEG.get(naam, literal_column("''"))) for naam in _ATOOM]
    few = _bron(select(*(deel.label(naam) for deel, naam in zip(plat, _ATOOM, strict=True))), _ATOOM).where(_GEGROND)
    klein = few.group_by(*plat).having(func.count(_S.client.distinct()) < MINSTE_CLIENTEN).subquery()
    same = and_(*(deel == klein.c[naam] for deel, naam in zip(plat, _ATOOM, strict=True)))
    wie = _bron(select(*sleutel, _S.client), _ATOOM).join(klein, same).where(_GEGROND).distinct()
    clienten: dict[Atoom, set[int]] = {}
    for row in conn.execute(wie):
        clienten.setdefault(_atoom(row), set()).add(row[-1])
    return cellen | {atoom: Cel(len(van), frozenset(van)) for atoom, van in clienten.items()}


def cellen_toen(standen: Sequence[Stand]) -> dict[Atoom, Cel]:
    """The same of units one by one."""
    clienten: dict[Atoom, set[str]] = {}
    for s in standen:
        atoom = atoom_van(Plaats(s.gemeente, s.aanbieder, s.periode, s.resultaatgebied, s.trede, s.cohort))
        clienten.setdefault(atoom, set()).update({s.client} if s.toegewezen > 0 else ())
    return {atoom: Cel(len(van), frozenset(van)) for atoom, van in clienten.items()}


def _atoom(row: Any) -> Atoom:
    periode, gemeente, gebied, trede, cohort = row[:5]
    return atoom_van(Plaats(gemeente, "", periode, gebied, trede, cohort))


# --- as it was known then --------------------------------------------------------------------------------------------


def standen_toen(conn: Connection, where: Where, binnen: ColumnElement[bool]) -> list[Stand]:
    """Every unit of the rows of the journal under these conditions, as it stood when the rows `binnen` were all.

    The product is the one that A stood on then; without A the one the claims agree on, else that of the toewijzing.
    """
    t, k = _T, _K
    sleutel = _J.gemeente, _J.domein, _J.aanbieder, _J.toewijzing, _J.periode
    same = (t.gemeente == _J.gemeente) & (t.domein == _J.domein) & (t.nummer == _J.toewijzing)
    kenmerk = (k.gemeente == _J.gemeente) & (k.domein == _J.domein) & (k.nummer == _J.toewijzing)
    sluiting = (_A.gemeente == _J.gemeente) & (_A.periode == _J.periode)
    statement = (
        select(*sleutel, t.client, t.code, k.cohort, _J.productcode, _saldo(VERPLICHT), _saldo(GEDECLAREERD))
        .select_from(tables.journaal)
        .join(tables.toewijzing, same, isouter=True)
        .join(tables.kenmerk, kenmerk, isouter=True)
        .join(tables.afsluiting, sluiting, isouter=True)
        .where(binnen, *where)
        .group_by(*sleutel, t.client, t.code, k.cohort, _J.productcode)
    )
    producten = {product.code: product for product in lees_producten(conn)}
    eenheden: dict[tuple[Any, ...], list[Any]] = {}
    for row in conn.execute(statement):
        eenheden.setdefault(tuple(row[:5]), []).append(row)
    standen = (_stand(producten, rows) for rows in eenheden.values())
    return [stand for stand in standen if stand.toegewezen or stand.gedeclareerd]


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


def _stand(producten: Mapping[str, Product], rows: Sequence[Any]) -> Stand:
    gemeente, domein, aanbieder, nummer, periode, client, code, cohort = rows[0][:8]
    geboekt = {row[8]: (int(row[9]), int(row[10])) for row in rows}
    op_a = {productcode for productcode, (a, _) in geboekt.items() if a}
    geclaimd = {productcode for productcode in geboekt if productcode is not None}
    gekozen = next(iter(op_a)) if len(op_a) == 1 else None
    product = producten.get(gekozen or (next(iter(geclaimd)) if len(geclaimd) == 1 else code) or "")
    return Stand(
        gemeente=gemeente,
        domein=domein,
        aanbieder=aanbieder,
        client=str(client) if client is not None else f"onbekend {gemeente} {domein} {nummer or ZONDER_TOEWIJZING}",
        resultaatgebied=product.resultaatgebied if product else None,
        trede=product.trede if product else None,
        periode=periode,
        toegewezen=sum(a for a, _ in geboekt.values()),
        gedeclareerd=sum(d for _, d in geboekt.values()),
        cohort=cohort,
    )


def _saldo(rekening: str) -> ColumnElement[Any]:
    """What came in on an account less what went out of it."""
    return func.sum(case((_J.naar == rekening, _J.bedrag), (_J.van == rekening, -_J.bedrag), else_=0))
