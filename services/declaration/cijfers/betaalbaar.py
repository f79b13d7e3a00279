"""What is to be paid: per answer to a declaration what was awarded, credited, and the net of the two, in eurocent.

The net is what the journal booked as D for the declaration. What was judged before the hub was there has no answer
here, and was paid then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, false, func, or_, select

from services.declaration import tables
from services.declaration.cijfers.cells import begin_van_dag, einde_van_dag
from services.kernel.one_of import one_of
from services.kernel.settings import AMSTERDAM
from services.kernel.tables import bericht

_D = tables.declaratie.c
_P = tables.prestatie.c
_HEEN = bericht.alias("heen")
_TERUG = bericht.alias("terug")
_DEBET = func.coalesce(func.sum(case((_P.dc == "D", _P.te_betalen), else_=0)), 0)
_CREDIT = func.coalesce(func.sum(case((_P.dc == "C", -_P.te_betalen), else_=0)), 0)

# The columns in the order of JSON and CSV, and those that hold eurocent.
KOLOMMEN = (
    *("gemeente", "aanbieder", "domein", "declaratienummer", "declaratie", "antwoord", "berichtsoort", "datum"),
    *("dagtekening", "vorm", "begin", "eind", "ingediend", "toegekend", "gecrediteerd", "netto", "totaalToegekend"),
    *("gefactureerd", "teBetalen"),
)
KOLOMMEN_TOTAAL = (
    *("gemeente", "aanbieder", "aantal", "ingediend", "toegekend", "gecrediteerd", "netto", "totaalToegekend"),
    *("gefactureerd", "teBetalen"),
)
BEDRAGEN = ("ingediend", "toegekend", "gecrediteerd", "netto", "totaalToegekend", "gefactureerd", "teBetalen")


@dataclass(frozen=True, slots=True)
class Selectie:
    """Which answers: None asks nothing; `van` and `tot` (inclusive) bound the day on which they were processed.

    `codes`: only what is of one of these parties; None: of everybody.
    """

    gemeente: str | None = None
    aanbieder: str | None = None
    van: date | None = None
    tot: date | None = None
    codes: frozenset[str] | None = None


def betaalregels(conn: Connection, selectie: Selectie, na: int = 0, limit: int | None = None) -> list[dict[str, Any]]:
    """The answers after number `na`, in the order in which they were given; each with its `nr`, by which to go on."""
    columns = (
        *(_TERUG.c.nr.label("nr"), _D.nr.label("declaratie"), _D.gemeente, _D.aanbieder, _D.domein, _D.nummer),
        *(_D.vorm, _D.begin, _D.eind, _D.ingediend, _D.toegekend, _D.gefactureerd, _D.verwerkt_op),
        *(_HEEN.c.id.label("heen"), _TERUG.c.id.label("terug"), _TERUG.c.berichtsoort, _TERUG.c.dagtekening),
    )
    statement = _beantwoord(select(*columns), selectie).where(_TERUG.c.nr > na).order_by(_TERUG.c.nr).limit(limit)
    rows = conn.execute(statement).all()
    sommen = _sommen(conn, [row.declaratie for row in rows])
    return [_regel(row, *sommen.get(row.declaratie, (0, 0))) for row in rows]


def totalen(conn: Connection, selectie: Selectie) -> list[dict[str, Any]]:
    """The same per gemeente and aanbieder."""
    wie = _D.gemeente, _D.aanbieder
    factuur = _D.vorm == tables.FACTUUR
    columns = (
        *(*wie, func.count().label("aantal"), func.sum(_D.ingediend).label("ingediend")),
        func.sum(_D.toegekend).label("toegekend"),
        func.sum(_D.gefactureerd).label("gefactureerd"),
        func.sum(case((factuur, _D.te_betalen))).label("te_betalen"),
    )
    rows = conn.execute(_beantwoord(select(*columns), selectie).group_by(*wie).order_by(*wie)).all()
    lines = _beantwoord(select(*wie, _DEBET, _CREDIT), selectie).join(tables.prestatie, _P.declaratie == _D.nr)
    sommen = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in conn.execute(lines.group_by(*wie))}
    return [_totaal(row, *sommen.get((row.gemeente, row.aanbieder), (0, 0))) for row in rows]


def _beantwoord(statement: Select[Any], selectie: Selectie) -> Select[Any]:
    """Of the declarations that count and their answers those that were selected."""
    return (
        statement.select_from(tables.declaratie)
        .join(_HEEN, _HEEN.c.nr == _D.bericht)
        .join(_TERUG, (_TERUG.c.antwoord_op == _HEEN.c.nr) & _TERUG.c.telt)
        .where(_D.telt, *_voorwaarden(selectie))
    )


def _voorwaarden(selectie: Selectie) -> list[ColumnElement[bool]]:
    gelijk = {_D.gemeente: selectie.gemeente, _D.aanbieder: selectie.aanbieder}
    where = [column == waarde for column, waarde in gelijk.items() if waarde is not None]
    if selectie.van is not None:
        where.append(_D.verwerkt_op >= begin_van_dag(selectie.van))
    if selectie.tot is not None:
        where.append(_D.verwerkt_op < einde_van_dag(selectie.tot))
    if selectie.codes is not None:
        codes = selectie.codes
        where.append(or_(_D.gemeente.in_(codes), _D.aanbieder.in_(codes)) if codes else false())
    return where


def _sommen(conn: Connection, declaraties: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """{declaration: (awarded on debits, credited)}; the credit of a refused line of a factuur counts for nothing."""
    statement = select(_P.declaratie, _DEBET, _CREDIT).where(one_of(_P.declaratie, declaraties))
    return {nr: (int(debet), int(credit)) for nr, debet, credit in conn.execute(statement.group_by(_P.declaratie))}


def _regel(row: Row[Any], toegekend: int, gecrediteerd: int) -> dict[str, Any]:
    netto = toegekend - gecrediteerd
    return {
        "nr": row.nr,
        "gemeente": row.gemeente,
        "aanbieder": row.aanbieder,
        "domein": row.domein,
        "declaratienummer": row.nummer,
        "declaratie": row.heen,
        "antwoord": row.terug,
        "berichtsoort": row.berichtsoort,
        "datum": row.verwerkt_op.astimezone(AMSTERDAM).date().isoformat(),
        "dagtekening": row.dagtekening.isoformat() if row.dagtekening else None,
        "vorm": row.vorm,
        "begin": row.begin.isoformat(),
        "eind": row.eind.isoformat(),
        "ingediend": row.ingediend,
        "toegekend": toegekend,
        "gecrediteerd": gecrediteerd,
        "netto": netto,
        "totaalToegekend": row.toegekend,
        "gefactureerd": row.gefactureerd,
        "teBetalen": netto if row.vorm == tables.FACTUUR else None,
    }


def _totaal(row: Row[Any], toegekend: int, gecrediteerd: int) -> dict[str, Any]:
    return {
        "gemeente": row.gemeente,
        "aanbieder": row.aanbieder,
        "aantal": row.aantal,
        "ingediend": int(row.ingediend),
        "toegekend": toegekend,
        "gecrediteerd": gecrediteerd,
        "netto": toegekend - gecrediteerd,
        "totaalToegekend": int(row.toegekend),
        "gefactureerd": None if row.gefactureerd is None else int(row.gefactureerd),
        "teBetalen": None if row.te_betalen is None else int(row.te_betalen),
    }
