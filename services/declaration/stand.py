"""A and D per toewijzing and period, kept in the transaction of every booking: what the reports of today add up.

The journal is the truth. Each row here is the sum of its rows, and can be made again from them to the cent.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, delete, func, insert, or_, select, update

from services.declaration import tables
from services.declaration.journal import BEGROTING, GEDECLAREERD, VERPLICHT
from services.declaration.onthouden import geboekt, verouder, ververst
from services.kernel.database import upsert, upsert_rows
from services.kernel.one_of import one_of

# Where the journal has no ToewijzingNummer; those of the standard begin at 0.
ZONDER_TOEWIJZING: Final = -1
# Held shared by who books D, alone by who books A, closes a period or makes the standing sums again.
BEURT: Final = "journaal"

Vak = tuple[str, str, int, str, str]  # gemeente, domein, toewijzing, periode, aanbieder
Wie = tuple[int | None, str | None]  # number of the client, productcode

_SLEUTEL: Final = ("gemeente", "domein", "toewijzing", "periode", "aanbieder")
_KOLOMMEN: Final = (*_SLEUTEL, "client", "productcode", "toegewezen", "gedeclareerd")
_J = tables.journaal.c
_S = tables.stand.c
_T = tables.toewijzing.c


@dataclass(frozen=True, slots=True)
class Afwijking:
    """A row that is not the sum of its rows of the journal. (A, D) in eurocent as kept and as booked; None: no row."""

    vak: Vak
    stand: tuple[int, int] | None
    journaal: tuple[int, int] | None


def tel_op(conn: Connection, rijen: Iterable[Sequence[Any]]) -> None:
    """Add rows of the journal (booking.rij) that were written in this transaction.

    In the order of their keys: two transactions that add to the same rows wait for each other, and never both.
    """
    alle = list(rijen)
    sommen = _sommen(alle)
    if not sommen:
        return
    geboekt(conn, len(alle))
    wie = _van_wie(conn, sommen)
    s = tables.stand
    statement = upsert(conn, s)
    nieuw = {name: statement.excluded[name] for name in ("client", "productcode")}
    som = {name: s.c[name] + statement.excluded[name] for name in ("toegewezen", "gedeclareerd")}
    keep = statement.on_conflict_do_update(index_elements=[s.c[name] for name in _SLEUTEL], set_=nieuw | som)
    upsert_rows(conn, keep, _KOLOMMEN, [(*vak, *wie[vak], *sommen[vak]) for vak in sorted(sommen)])


def ververs(conn: Connection, gemeente: str, domein: str, nummers: Collection[int]) -> None:
    """Give every row of these toewijzingen its client and product again: a version may name another product."""
    anders = _anders(conn, gemeente, domein, nummers)
    statement = select(*(_S[name] for name in _SLEUTEL), _S.client, _S.productcode).where(
        _S.gemeente == gemeente, _S.domein == domein, one_of(_S.toewijzing, anders)
    )
    rows = conn.execute(statement) if anders else ()
    oud: dict[Vak, Wie] = {row[:5]: row[5:] for row in map(tuple, rows)}
    wie = _van_wie(conn, oud)
    gewijzigd = [vak for vak in sorted(oud) if wie[vak] != oud[vak]]
    if gewijzigd:
        ververst(conn, gemeente)
        where = [_S[name] == bindparam(f"vak_{name}") for name in _SLEUTEL]
        zet = update(tables.stand).where(*where).values(client=bindparam("van"), productcode=bindparam("code"))
        sleutels = [{f"vak_{name}": deel for name, deel in zip(_SLEUTEL, vak, strict=True)} for vak in gewijzigd]
        conn.execute(
            zet,
            [
                {**sleutel, "van": wie[vak][0], "code": wie[vak][1]}
                for vak, sleutel in zip(gewijzigd, sleutels, strict=True)
            ],
        )


def herbouw(conn: Connection) -> int:
    """Make every row again from the journal; how many there are."""
    conn.execute(delete(tables.stand))
    conn.execute(insert(tables.stand).from_select(_KOLOMMEN, _uit_journaal()))
    verouder(conn)
    return int(conn.execute(select(func.count()).select_from(tables.stand)).scalar_one())


def afwijkingen(conn: Connection) -> list[Afwijking]:
    """Every row that differs from the journal, in the order of the keys."""
    kept = select(*(_S[name] for name in _SLEUTEL), _S.client, _S.productcode, _S.toegewezen, _S.gedeclareerd)
    booked = _uit_journaal()
    teveel = {_vak(row): _bedragen(row) for row in conn.execute(kept.except_(booked))}
    tekort = {_vak(row): _bedragen(row) for row in conn.execute(booked.except_(kept))}
    return [Afwijking(vak, teveel.get(vak), tekort.get(vak)) for vak in sorted(teveel.keys() | tekort.keys())]


def _vak(row: Any) -> Vak:
    return row[0], row[1], row[2], row[3], row[4]


def _bedragen(row: Any) -> tuple[int, int]:
    return int(row[-2]), int(row[-1])


def _sommen(rijen: Iterable[Sequence[Any]]) -> dict[Vak, tuple[int, int]]:
    """(A, D) per key; a row of the journal moves one of the two."""
    sommen: dict[Vak, tuple[int, int]] = {}
    for van, naar, bedrag, gemeente, aanbieder, domein, nummer, _, periode, *_ in rijen:
        vak = gemeente, domein, ZONDER_TOEWIJZING if nummer is None else nummer, periode, aanbieder
        a, d = sommen.get(vak, (0, 0))
        if BEGROTING in (van, naar):
            sommen[vak] = a + (bedrag if naar == VERPLICHT else -bedrag), d
        else:
            sommen[vak] = a, d + (bedrag if naar == GEDECLAREERD else -bedrag)
    return sommen


def _van_wie(conn: Connection, vakken: Collection[Vak]) -> dict[Vak, Wie]:
    """The client and the product of each; two queries per gemeente and domein."""
    gevonden: dict[Vak, Wie] = {}
    for (gemeente, domein), groep in _per_gemeente(vakken):
        nummers = {vak[2] for vak in groep}
        bekend = _toewijzingen(conn, gemeente, domein, nummers)
        zonder = {nummer for nummer in nummers if bekend.get(nummer, (None, None))[1] is None}
        geclaimd = _geclaimd(conn, gemeente, domein, zonder) if zonder else {}
        for vak in groep:
            client, code = bekend.get(vak[2], (None, None))
            gevonden[vak] = client, code or geclaimd.get(vak)
    return gevonden


def _per_gemeente(vakken: Collection[Vak]) -> Iterator[tuple[tuple[str, str], list[Vak]]]:
    groepen: dict[tuple[str, str], list[Vak]] = defaultdict(list)
    for vak in vakken:
        groepen[vak[0], vak[1]].append(vak)
    yield from groepen.items()


def _toewijzingen(conn: Connection, gemeente: str, domein: str, nummers: Collection[int]) -> dict[int, Wie]:
    statement = select(_T.nummer, _T.client, _T.code).where(_T.gemeente == gemeente, _T.domein == domein)
    rows = conn.execute(statement.where(one_of(_T.nummer, nummers))).all()
    return {nummer: (client, code) for nummer, client, code in rows}


def _anders(conn: Connection, gemeente: str, domein: str, nummers: Collection[int]) -> set[int]:
    """Those of which a row names another client or product, or a product that only the journal tells.

    Not by a join: without statistics, as in a table that was just filled, it reads all of a gemeente for each of these.
    """
    bekend = _toewijzingen(conn, gemeente, domein, nummers)
    statement = select(_S.toewijzing, _S.client, _S.productcode).where(_S.gemeente == gemeente, _S.domein == domein)
    return {
        nummer
        for nummer, client, code in conn.execute(statement.where(one_of(_S.toewijzing, bekend)).distinct())
        if bekend[nummer][1] is None or (client, code) != bekend[nummer]
    }


def _geclaimd(conn: Connection, gemeente: str, domein: str, nummers: Collection[int]) -> dict[Vak, str | None]:
    """The product that the rows of the journal agree on, where the toewijzing names none."""
    sleutel = [func.coalesce(_J.toewijzing, ZONDER_TOEWIJZING) if n == "toewijzing" else _J[n] for n in _SLEUTEL]
    statement = select(*sleutel, _eensluidend()).where(_J.gemeente == gemeente, _J.domein == domein)
    van_deze = one_of(_J.toewijzing, nummers)
    if ZONDER_TOEWIJZING in nummers:
        van_deze = or_(van_deze, _J.toewijzing.is_(None))
    rows = conn.execute(statement.where(van_deze).group_by(*sleutel[:2], _J.toewijzing, *sleutel[3:]))
    return {_vak(row): row[5] for row in rows}


def _eensluidend() -> ColumnElement[Any]:
    code = _J.productcode
    return case((func.min(code) == func.max(code), func.min(code)))


def _uit_journaal() -> Select[Any]:
    """Every row as it follows from the journal, with the columns in the order of the table."""
    same = (_T.gemeente == _J.gemeente) & (_T.domein == _J.domein) & (_T.nummer == _J.toewijzing)
    nummer = func.coalesce(_J.toewijzing, ZONDER_TOEWIJZING)
    product = func.coalesce(func.max(_T.code), _eensluidend())
    return (
        select(
            *(_J.gemeente, _J.domein, nummer, _J.periode, _J.aanbieder, func.max(_T.client), product),
            *(_in_en_uit(VERPLICHT), _in_en_uit(GEDECLAREERD)),
        )
        .select_from(tables.journaal)
        .join(tables.toewijzing, same, isouter=True)
        .group_by(_J.gemeente, _J.domein, _J.toewijzing, _J.periode, _J.aanbieder)
    )


def _in_en_uit(rekening: str) -> ColumnElement[Any]:
    return func.sum(case((_J.naar == rekening, _J.bedrag), (_J.van == rekening, -_J.bedrag), else_=0))
