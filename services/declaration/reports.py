"""Reports over the journal: verzilvering as it is now or was known at a peildatum, and whether the journal is right."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, or_, select

from services.declaration import tables
from services.declaration.agreements import lees_periodes, lees_producten
from services.declaration.contracts import Product
from services.declaration.journal import BEGROTING, GEDECLAREERD, TE_BETALEN, VERPLICHT, ZONDER_PERIODE
from services.declaration.settings import RIJPING_DAGEN
from services.declaration.tariffs import half_up
from services.declaration.verzilvering import (
    GROEPEN,
    VOORLOPIG,
    Rij,
    Sleutel,
    Stand,
    onderdruk,
    rijen,
    rijpheid_van,
)
from services.declaration.weeks import Periodes, sundays
from services.kernel import parties
from services.kernel.parties import Partij
from services.kernel.settings import AMSTERDAM
from services.kernel.tables import client

_J = tables.journaal.c
_REKENINGEN = (BEGROTING, VERPLICHT, TE_BETALEN, GEDECLAREERD)

Week = tuple[str, str, date]  # gemeente, aanbieder, Sunday


@dataclass(frozen=True, slots=True)
class Filter:
    """Which part of the journal a report is about; None asks nothing. `periode` is a label, 2025-P01."""

    gemeente: str | None = None
    aanbieder: str | None = None
    periode: str | None = None


def verzilvering(
    conn: Connection,
    groepeer: Collection[str],
    filter: Filter,
    peildatum: date | None,
    vandaag: date,
    kijker: Partij,
) -> list[Rij]:
    """The rows of GET /v1/verzilvering for this reader: his own, or all of them for the region and the operator.

    With a peildatum: what was known by the end of that day, over the periods that had ended by then. Without:
    restated, with what is known today, over the periods that have begun. ValueError for an unknown key in `groepeer`.
    """
    periodes = lees_periodes(conn)
    where = [*_filter(filter), *_bereik(conn, kijker, vandaag)]
    if peildatum is not None:
        where.append(_bekend(peildatum))
    mag = _tot(periodes, peildatum, vandaag, filter)
    standen = [stand for stand in _standen(conn, where) if mag(stand.periode)]
    volledigheid = _volledigheid(standen, groepeer, periodes, _verwerkt(conn, peildatum))
    gevonden = rijen(standen, groepeer, _rijpheid(periodes, peildatum or vandaag), volledigheid)
    # The reader of a gemeente or an aanbieder sees his own clients only; the region must not find one person.
    return [onderdruk(rij, kijker.soort != "regio") for rij in gevonden]


def _standen(conn: Connection, where: Sequence[ColumnElement[bool]]) -> list[Stand]:
    """A and D per toewijzing and period, one query."""
    t = tables.toewijzing.c
    sleutel = _J.gemeente, _J.domein, _J.aanbieder, _J.toewijzing, _J.periode, client.c.hash, t.code
    same = (t.gemeente == _J.gemeente) & (t.domein == _J.domein) & (t.nummer == _J.toewijzing)
    statement = (
        select(*sleutel, func.min(_J.productcode), func.max(_J.productcode), _saldo(VERPLICHT), _saldo(GEDECLAREERD))
        .select_from(tables.journaal)
        .join(tables.toewijzing, same, isouter=True)
        .join(client, client.c.nr == t.client, isouter=True)
        .where(*where)
        .group_by(*sleutel)
    )
    producten = {product.code: product for product in lees_producten(conn)}
    return [_stand(producten, *row) for row in conn.execute(statement)]


def _stand(
    producten: Mapping[str, Product],
    gemeente: str,
    domein: str,
    aanbieder: str,
    nummer: int,
    periode: str,
    hash: str | None,
    code: str | None,
    eerste: str | None,
    laatste: str | None,
    toegewezen: int,
    gedeclareerd: int,
) -> Stand:
    # Without a product in the toewijzing the claims tell it, if they agree.
    product = producten.get(code or (eerste if eerste == laatste else None) or "")
    return Stand(
        gemeente=gemeente,
        domein=domein,
        aanbieder=aanbieder,
        client=hash or f"onbekend {gemeente} {domein} {nummer}",
        resultaatgebied=product.resultaatgebied if product else None,
        trede=product.trede if product else None,
        periode=periode,
        toegewezen=int(toegewezen),
        gedeclareerd=int(gedeclareerd),
    )


def _saldo(rekening: str) -> ColumnElement[Any]:
    """What came in on an account less what went out of it."""
    return func.sum(case((_J.naar == rekening, _J.bedrag), (_J.van == rekening, -_J.bedrag), else_=0))


def _filter(filter: Filter) -> list[ColumnElement[bool]]:
    waarden = {_J.gemeente: filter.gemeente, _J.aanbieder: filter.aanbieder, _J.periode: filter.periode}
    return [column == waarde for column, waarde in waarden.items() if waarde is not None]


def _bereik(conn: Connection, kijker: Partij, vandaag: date) -> list[ColumnElement[bool]]:
    """What a reader may see: everything for region and operator, else what is his or of whom he may act for."""
    if kijker.soort in ("regio", "beheer"):
        return []
    codes = parties.leesbaar_voor(conn, kijker, vandaag) or frozenset()
    return [or_(_J.gemeente.in_(codes), _J.aanbieder.in_(codes))]


def _bekend(peildatum: date) -> ColumnElement[bool]:
    """What was booked by the end of that day; what the region knew before the hub did, as of the day it knew it."""
    return or_(_J.geboekt_op < _einde(peildatum), _J.bekend_op <= peildatum)


def _einde(dag: date) -> datetime:
    """The moment at which a day is over in Amsterdam."""
    return datetime.combine(dag + timedelta(days=1), time.min, AMSTERDAM).astimezone(UTC)


def _tot(periodes: Periodes, peildatum: date | None, vandaag: date, filter: Filter) -> Callable[[str], bool]:
    """Whether a period belongs in the report. Money without a period is never left out."""
    if peildatum is not None:
        labels = {periode.label for periode in periodes if periode.eind <= peildatum}
    else:
        labels = {periode.label for periode in periodes if periode.begin <= vandaag} | {filter.periode or ""}
    return lambda label: label in labels or label == ZONDER_PERIODE


def _rijpheid(periodes: Periodes, dag: date) -> Callable[[str], str]:
    per_label = {periode.label: rijpheid_van(periode, dag, RIJPING_DAGEN) for periode in periodes}
    return lambda label: per_label.get(label, VOORLOPIG)


def _verwerkt(conn: Connection, peildatum: date | None) -> frozenset[Week]:
    """The weeks, by their Sundays, over which a declaration was processed: of its months or its 4-week periods."""
    d = tables.declaratie.c
    statement = select(d.gemeente, d.aanbieder, d.begin, d.eind).where(d.verwerkt_op.is_not(None), d.telt).distinct()
    if peildatum is not None:
        statement = statement.where(d.verwerkt_op < _einde(peildatum))
    rows = conn.execute(statement)
    return frozenset(
        (gemeente, aanbieder, dag) for gemeente, aanbieder, *looptijd in rows for dag in sundays(*looptijd)
    )


def _volledigheid(
    standen: Iterable[Stand], groepeer: Collection[str], periodes: Periodes, verwerkt: frozenset[Week]
) -> Callable[[Sleutel], float | None]:
    """Of the weeks in which an aanbieder had money allocated: the share that lies in a processed declaration."""
    weken = {periode.label: sundays(periode.begin, periode.eind) for periode in periodes}
    verwacht: dict[tuple[Any, ...], set[Week]] = {}
    for stand in standen:
        if stand.toegewezen > 0:
            sleutel = tuple(getattr(stand, naam) if naam in groepeer else None for naam in GROEPEN)
            wie = stand.gemeente, stand.aanbieder
            verwacht.setdefault(sleutel, set()).update((*wie, zondag) for zondag in weken.get(stand.periode, ()))

    def aandeel(sleutel: Sleutel) -> float | None:
        nodig = verwacht.get(tuple(sleutel[naam] for naam in GROEPEN), set())
        return half_up(Fraction(len(nodig & verwerkt) * 10_000, len(nodig))) / 100 if nodig else None

    return aandeel


# --- is the journal right? -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verschil:
    """An awarded line that is not booked for its award, or booked without one. Eurocent, signed."""

    gemeente: str
    aanbieder: str
    referentienummer: str
    toegekend: int
    geboekt: int


@dataclass(frozen=True, slots=True)
class Journaalcontrole:
    """Balance per account, what was awarded and what was booked as D, and every line where the two differ.

    `toegekend` is what is to be paid: the credit of a refused line of a factuur is answered, and counts for nothing.
    """

    saldi: dict[str, int]
    toegekend: int
    geboekt: int
    verschillen: tuple[Verschil, ...]

    @property
    def klopt(self) -> bool:
        return sum(self.saldi.values()) == 0 and self.toegekend == self.geboekt and not self.verschillen


def journaal_saldi(conn: Connection) -> dict[str, int]:
    """The balance of each account, in eurocent: what came in less what went out."""
    in_balans = select(*(func.coalesce(_saldo(rekening), 0) for rekening in _REKENINGEN))
    return dict(zip(_REKENINGEN, (int(saldo) for saldo in conn.execute(in_balans).one()), strict=True))


def journaal_check(conn: Connection) -> Journaalcontrole:
    """Whether the accounts sum to zero and every awarded line is booked for what is to be paid on it."""
    saldi = journaal_saldi(conn)
    p = tables.prestatie.c
    due = select(func.coalesce(func.sum(p.te_betalen), 0)).where(p.status == tables.GOEDGEKEURD)
    verschillen = tuple(_verschillen(conn))
    return Journaalcontrole(saldi, int(conn.execute(due).scalar_one()), saldi[GEDECLAREERD], verschillen)


def _verschillen(conn: Connection) -> Iterable[Verschil]:
    p = tables.prestatie.c
    netto = select(_J.prestatie, _saldo(GEDECLAREERD).label("bedrag")).group_by(_J.prestatie).subquery()
    te_betalen = case((p.status == tables.GOEDGEKEURD, p.te_betalen), else_=0)
    geboekt = func.coalesce(netto.c.bedrag, 0)
    statement = (
        select(p.gemeente, p.aanbieder, p.referentienummer, te_betalen, geboekt)
        .join(netto, netto.c.prestatie == p.nr, isouter=True)
        .where(te_betalen != geboekt)
        .order_by(p.nr)
    )
    return (Verschil(*row[:3], int(row[3]), int(row[4])) for row in conn.execute(statement))
