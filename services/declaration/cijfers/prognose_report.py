"""The prognose of a year, read from the journal: A and D per toewijzing and period, cut where the year cuts one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, case, func, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_afspraken, lees_periodes, lees_producten, lees_toewijzingen
from services.declaration.afspraken.begroting import begroot, lees_begrotingen
from services.declaration.cijfers import prognose
from services.declaration.cijfers.closings import lees_afsluitingen
from services.declaration.cijfers.prognose import Kalender, Post, Prognoserij
from services.declaration.contracts import mapping_of
from services.declaration.journal import GEDECLAREERD, VERPLICHT
from services.declaration.settings import RIJPING_DAGEN
from services.declaration.verzilvering import AFGESLOTEN, VOORLOPIG, rijpheid_van
from services.declaration.weeks import Periodes
from services.kernel.tables import client
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij

Vak: TypeAlias = Any  # a row of _vakken: what one toewijzing has in one period
Plek = tuple[str, str, int, str]  # gemeente, domein, ToewijzingNummer, period label

_J = tables.journaal.c


def prognose_van(
    conn: Connection, jaar: int, gemeente: str | None, vandaag: date, kijker: Partij
) -> tuple[Kalender, list[Prognoserij]]:
    """How the calendar differs, and the rows for this reader: of his own gemeente, or all of them.

    The region sees no row about fewer than five clients; a begroting is of no person and stays.
    """
    periodes = lees_periodes(conn)
    verschil = prognose.kalender(jaar, periodes)
    eigen = {periode.label for periode in periodes if periode.jaar == jaar}
    tabel, delen = prognose.gesplitst(periodes, jaar)
    mag = None if kijker.soort in ("regio", "beheer") else parties.leesbaar_voor(conn, kijker, vandaag)
    where = _bereik(_J.gemeente, gemeente, mag)
    over = prognose.aan_de_overkant(periodes, jaar)
    vakken = _vakken(conn, eigen | delen.keys() | over, where)
    # A last week with a period of its own (P14) is in the calendar year after it, whole.
    heel = {label: Fraction(label not in eigen) for label in over}
    posten = _posten(conn, vakken, eigen, heel, _in_jaar(conn, vakken, tabel, delen, jaar))
    rijp = {periode.label: rijpheid_van(periode, vandaag, RIJPING_DAGEN) for periode in periodes}
    dicht = lees_afsluitingen(conn)

    def rijpheid(van: str, label: str) -> str:
        return AFGESLOTEN if (van, label) in dicht else rijp.get(label, VOORLOPIG)

    begrotingen = [row for row in lees_begrotingen(conn, gemeente, jaar) if mag is None or row.gemeente in mag]
    rijen = prognose.rijen(posten, begroot(begrotingen, jaar, vandaag), rijpheid, jaar)
    return verschil, [prognose.onderdruk(rij) if kijker.soort == "regio" else rij for rij in rijen]


def _bereik(column: ColumnElement[Any], gemeente: str | None, mag: Collection[str] | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [] if mag is None else [column.in_(mag)]
    return where if gemeente is None else [*where, column == gemeente]


def _vakken(conn: Connection, labels: Collection[str], where: Sequence[ColumnElement[bool]]) -> Sequence[Vak]:
    """A and D per toewijzing and period, one query."""
    t = tables.toewijzing.c
    same = (t.gemeente == _J.gemeente) & (t.domein == _J.domein) & (t.nummer == _J.toewijzing)
    sleutel = _J.gemeente, _J.domein, _J.toewijzing, _J.periode, client.c.hash, t.code
    statement = (
        select(
            *sleutel,
            func.max(_J.productcode).label("geboekt"),
            _saldo(VERPLICHT).label("a"),
            _saldo(GEDECLAREERD).label("d"),
        )
        .select_from(tables.journaal)
        .join(tables.toewijzing, same, isouter=True)
        .join(client, client.c.nr == t.client, isouter=True)
        .where(_J.periode.in_(labels), *where)
        .group_by(*sleutel)
    )
    return conn.execute(statement).all()


def _saldo(rekening: str) -> ColumnElement[Any]:
    return func.sum(case((_J.naar == rekening, _J.bedrag), (_J.van == rekening, -_J.bedrag), else_=0))


def _posten(
    conn: Connection,
    vakken: Sequence[Vak],
    eigen: Collection[str],
    heel: Mapping[str, Fraction],
    in_jaar: Mapping[Plek, Fraction],
) -> list[Post]:
    producten = {product.code: product.resultaatgebied for product in lees_producten(conn)}
    return [
        Post(
            gemeente=vak.gemeente,
            resultaatgebied=producten.get(vak.code or vak.geboekt or ""),
            client=vak.hash or f"onbekend {vak.domein} {vak.toewijzing}",
            periode=vak.periode,
            toegewezen=int(vak.a),
            gedeclareerd=int(vak.d),
            deel=in_jaar.get(
                (vak.gemeente, vak.domein, vak.toewijzing, vak.periode), heel.get(vak.periode, Fraction(1))
            ),
            eigen=vak.periode in eigen,
        )
        for vak in vakken
    ]


def _in_jaar(
    conn: Connection, vakken: Sequence[Vak], tabel: Periodes, delen: Mapping[str, tuple[str, str]], jaar: int
) -> dict[Plek, Fraction]:
    """The part in the calendar year of what stands in a period that is cut; two queries per gemeente and domein."""
    per_gemeente: dict[tuple[str, str], list[Vak]] = defaultdict(list)
    for vak in vakken:
        if vak.periode in delen:
            per_gemeente[vak.gemeente, vak.domein].append(vak)
    gevonden: dict[Plek, Fraction] = {}
    for (gemeente, domein), groep in per_gemeente.items():
        afspraken = lees_afspraken(conn, gemeente)
        nummers = {vak.toewijzing for vak in groep if vak.toewijzing is not None}
        bekend = lees_toewijzingen(conn, gemeente, domein, nummers)
        for vak in groep:
            stukken = delen[vak.periode]
            toewijzing = bekend.get(vak.toewijzing)
            if toewijzing is None:
                voor = prognose.per_week(tabel, stukken)
            else:
                vorm = mapping_of(toewijzing, afspraken.contract(toewijzing))
                wat = toewijzing, vorm, tabel, stukken, afspraken.tarieven
                voor = prognose.deel_voor(*wat, afspraken.laatste_dag(toewijzing))
            eigen = int(vak.periode[:4]) == jaar
            gevonden[gemeente, domein, vak.toewijzing, vak.periode] = voor if eigen else 1 - voor
    return gevonden
