"""Booking A: the differences per toewijzing and period, as rows of the journal; D is booked in awards.py.

What is computed comes from journal.py; here is which rows there are, and which are missing. Amounts are eurocent.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, or_, select

from services.declaration import signals, stand, tables
from services.declaration.afspraken.agreements import Afspraken, lees_afspraken, lees_toewijzingen
from services.declaration.contracts import Toewijzing, mapping_of
from services.declaration.journal import (
    BEGROTING,
    VERPLICHT,
    Boeking,
    Toegewezen,
    boek_toegewezen,
    toegewezen,
    verschil,
)
from services.kernel.database import een_tegelijk, insert_rows
from services.kernel.one_of import one_of

Houder = tuple[str, str | None]  # aanbieder, productcode: whom and what a row of A is booked on

_COLUMNS = (
    *("van", "naar", "bedrag", "gemeente", "aanbieder", "domein", "toewijzing", "productcode", "periode"),
    *("stukken", "bericht", "prestatie", "besluit", "bekend_op", "geboekt_op"),
)
_J = tables.journaal.c


@dataclass(frozen=True, slots=True)
class Boekmoment:
    """Since when we know what is booked, and when it is."""

    bekend_op: date
    geboekt_op: datetime


def herboek(
    conn: Connection,
    moment: Boekmoment,
    selectie: Mapping[tuple[str, str], Collection[int]] | None = None,
    wanneer: Callable[[Toewijzing], Boekmoment] | None = None,
) -> int:
    """Book the differences of A of the toewijzingen {(gemeente, domein): nummers}, all of them without a selection.

    Under FULL also of the others of the same clients, because a period goes to one of them. `wanneer`: the moment of
    each toewijzing, where it is not `moment`. Also renews their signalen. The number of rows booked.
    """
    # A difference is booked against what is booked: nobody else may book in between.
    een_tegelijk(conn, stand.BEURT)
    geboekt = 0
    for (gemeente, domein), gekozen in (_alle(conn) if selectie is None else selectie).items():
        # Of this gemeente alone: the feed brings a toewijzing or two at a time, and all gemeenten have a lot agreed.
        afspraken = lees_afspraken(conn, gemeente)
        samen = lees_toewijzingen(conn, gemeente, domein, _samen(conn, gemeente, domein, gekozen, selectie is None))
        nummers = samen.keys() if afspraken.telt_heel(gemeente) else gekozen
        toewijzingen = {nummer: samen[nummer] for nummer in nummers if nummer in samen}
        geboekt_a = _stand_a(conn, gemeente, domein, nummers)
        verloren = afspraken.verloren(toewijzingen.values())
        rijen: list[tuple[Any, ...]] = []
        signalen: list[tuple[Any, ...]] = []
        for nummer, toewijzing in toewijzingen.items():
            a = _toegewezen(toewijzing, afspraken, verloren.get(nummer, frozenset()))
            boekingen = _verschillen_a(toewijzing, a, geboekt_a.get(nummer, {}))
            eigen = wanneer(toewijzing) if wanneer else moment
            rijen += [rij(boeking, 0, eigen) for boeking in boekingen]
            signalen += signals.van_toewijzing(toewijzing, afspraken, a)
        schrijf(conn, rijen)
        if selectie is not None:
            stand.ververs(conn, gemeente, domein, nummers)
        signalen += signals.zonder_grondslag(conn, gemeente, domein, toewijzingen)
        signals.vervang(conn, gemeente, domein, nummers, signalen, moment.geboekt_op)
        gebieden = afspraken.niet_stapelbaar(samen.values())
        signals.vervang_stapeling(conn, gemeente, domein, samen, gebieden, moment.geboekt_op)
        geboekt += len(rijen)
    return geboekt


def _samen(conn: Connection, gemeente: str, domein: str, gekozen: Collection[int], alles: bool) -> Collection[int]:
    """All toewijzingen of the clients of these; without a selection they are all there."""
    return gekozen if alles else verwanten(conn, gemeente, domein, gekozen)


def verwanten(conn: Connection, gemeente: str, domein: str, nummers: Collection[int]) -> set[int]:
    """These toewijzingen and the others of their clients: under FULL they share the periods of a resultaatgebied.

    And what an aanbieder lacks for a client shows only beside the toewijzingen of others.
    """
    c = tables.toewijzing.c
    waar = c.gemeente == gemeente, c.domein == domein
    # In two steps: joined to itself, SQLite reads all of the gemeente for each of these.
    clienten = set(conn.execute(select(c.client).where(*waar, one_of(c.nummer, nummers))).scalars())
    return {*nummers, *conn.execute(select(c.nummer).where(*waar, one_of(c.client, clienten))).scalars()}


def toegewezen_per_gemeente(conn: Connection, selectie: Mapping[tuple[str, str], Collection[int]]) -> dict[str, int]:
    """What is booked as A on the toewijzingen {(gemeente, domein): nummers}, over all periods: {gemeente: eurocent}."""
    per_gemeente: dict[str, int] = defaultdict(int)
    for (gemeente, domein), nummers in selectie.items():
        booked = select(func.coalesce(saldo(_J.bedrag, VERPLICHT), 0)).where(
            *(_J.gemeente == gemeente, _J.domein == domein, _J.van.in_((BEGROTING, VERPLICHT)))
        )
        per_gemeente[gemeente] += int(conn.execute(booked.where(one_of(_J.toewijzing, nummers))).scalar_one())
    return per_gemeente


def per_vak(
    conn: Connection, rekening: str, gemeente: str, domein: str, nummers: Collection[int], labels: Collection[str]
) -> dict[tuple[int, str], int]:
    """What is booked on VERPLICHT (A) or GEDECLAREERD (D): {(ToewijzingNummer, period label): eurocent}."""
    booked = select(_J.toewijzing, _J.periode, saldo(_J.bedrag, rekening)).where(
        *(_J.gemeente == gemeente, _J.domein == domein, _J.periode.in_(labels)),
        or_(_J.van == rekening, _J.naar == rekening),
    )
    rows = conn.execute(booked.where(one_of(_J.toewijzing, nummers)).group_by(_J.toewijzing, _J.periode)).all()
    return {(nummer, label): int(bedrag) for nummer, label, bedrag in rows}


def rij(boeking: Boeking, stukken: int, moment: Boekmoment) -> tuple[Any, ...]:
    """A row of the journal; `stukken`: for mapping P the pieces that a row of D takes from its period."""
    b = boeking
    waar = b.van, b.naar, b.bedrag, b.gemeente, b.aanbieder, b.domein, b.toewijzing, b.productcode, b.periode
    return *waar, stukken, b.bericht, b.prestatie, b.besluit, moment.bekend_op, moment.geboekt_op


def schrijf(conn: Connection, rijen: Sequence[tuple[Any, ...]]) -> None:
    """Add rows to the journal, and to the standing sums that reports read: the one place where either is written."""
    insert_rows(conn, tables.journaal, rijen, _COLUMNS)
    stand.tel_op(conn, rijen)


def saldo(column: ColumnElement[Any], rekening: str) -> ColumnElement[Any]:
    """The sum of a column over rows that come in on an account, less those that go out of it."""
    return func.sum(case((_J.naar == rekening, column), else_=-column))


def _alle(conn: Connection) -> dict[tuple[str, str], list[int]]:
    t = tables.toewijzing.c
    gevonden: dict[tuple[str, str], list[int]] = defaultdict(list)
    for gemeente, domein, nummer in conn.execute(select(t.gemeente, t.domein, t.nummer)):
        gevonden[gemeente, domein].append(nummer)
    return gevonden


def _toegewezen(toewijzing: Toewijzing, afspraken: Afspraken, verloren: frozenset[str]) -> Toegewezen:
    vorm = mapping_of(toewijzing, afspraken.contract(toewijzing))
    wat = afspraken.periodes, afspraken.tarieven, toewijzing.code, afspraken.laatste_dag(toewijzing)
    return toegewezen(toewijzing, vorm, *wat, verloren)


def _verschillen_a(
    toewijzing: Toewijzing, a: Toegewezen, geboekt: Mapping[Houder, dict[str, int]]
) -> Iterable[Boeking]:
    """What A still lacks; what stands on another aanbieder or product than the actual version's goes back whole."""
    actueel: Houder = (toewijzing.aanbieder, toewijzing.code)
    for houder in sorted({actueel, *geboekt}, key=str):
        doel = a.bedragen if houder == actueel else {}
        open_ = verschil(doel, geboekt.get(houder, {}))
        yield from boek_toegewezen(replace(toewijzing, aanbieder=houder[0]), open_, houder[1], a.besluiten)


def _stand_a(
    conn: Connection, gemeente: str, domein: str, nummers: Collection[int]
) -> dict[int, dict[Houder, dict[str, int]]]:
    """What is booked as A: {nummer: {(aanbieder, productcode): {period: eurocent}}}."""
    sleutel = (_J.toewijzing, _J.aanbieder, _J.productcode, _J.periode)
    booked = select(*sleutel, saldo(_J.bedrag, VERPLICHT)).where(
        _J.gemeente == gemeente, _J.domein == domein, _J.van.in_((BEGROTING, VERPLICHT))
    )
    geboekt: dict[int, dict[Houder, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for nummer, aanbieder, code, periode, bedrag in conn.execute(
        booked.where(one_of(_J.toewijzing, nummers)).group_by(*sleutel)
    ).all():
        geboekt[nummer][aanbieder, code][periode] = int(bedrag)
    return geboekt
