"""The prognose of a year: from the parts of verzilvering, and where the year cuts a period per toewijzing."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Connection, func, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_afspraken, lees_periodes, lees_producten, lees_toewijzingen
from services.declaration.afspraken.begroting import begroot, lees_begrotingen
from services.declaration.cijfers import cells, prognose
from services.declaration.cijfers.cells import Deel
from services.declaration.cijfers.closings import lees_afsluitingen
from services.declaration.cijfers.prognose import Kalender, Post, Prognoserij, Samen
from services.declaration.cijfers.suppression import is_toonbaar
from services.declaration.contracts import mapping_of
from services.declaration.onthouden import TOEWIJZINGEN, Vak, onthoud_delen
from services.declaration.settings import RIJPING_DAGEN
from services.declaration.verzilvering import AFGESLOTEN, VOORLOPIG, Plaats, rijpheid_van, tel_samen
from services.declaration.weeks import Periodes
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij

Rij: TypeAlias = Any  # a row of _vakken: what one toewijzing has in one period
Plek = tuple[str, str, int, str]  # gemeente, domein, ToewijzingNummer, period label

_S = tables.stand.c


def prognose_van(
    conn: Connection, jaar: int, gemeente: str | None, vandaag: date, kijker: Partij
) -> tuple[Kalender, list[Prognoserij]]:
    """How the calendar differs, and the rows for this reader: of his own gemeente, or all of them.

    The region sees what verzilvering shows it of the same periods, by the same blocks; a begroting is of no person and
    stays.
    """
    periodes = lees_periodes(conn)
    verschil = prognose.kalender(jaar, periodes)
    eigen = {periode.label for periode in periodes if periode.jaar == jaar}
    tabel, delen = prognose.gesplitst(periodes, jaar)
    mag = None if kijker.soort in ("regio", "beheer") else parties.leesbaar_voor(conn, kijker, vandaag)
    if gemeente is not None:
        mag = frozenset({gemeente}) if mag is None else mag & {gemeente}
    over = prognose.aan_de_overkant(periodes, jaar)
    vakken = cells.vakken(conn, mag)
    heel = [vak for vak in vakken if vak[1] in (eigen | over) - delen.keys()]
    gesneden = [vak for vak in vakken if vak[1] in delen]
    # A last week with a period of its own (P14) is in the calendar year after it, whole.
    posten = [
        post
        for vak, deel in cells.delen_nu(conn, heel).items()
        for post in _heel(vak, deel, vak[1] in eigen, (vak[1] in eigen) != (vak[1] in over))
    ]
    lees = partial(_gesneden, conn, eigen, tabel, delen, jaar)
    for stukken in onthoud_delen(conn, ("gesneden", jaar), gesneden, lees, ook=(TOEWIJZINGEN,)).values():
        posten += stukken
    rijp = {periode.label: rijpheid_van(periode, vandaag, RIJPING_DAGEN) for periode in periodes}
    dicht = lees_afsluitingen(conn)

    def rijpheid(van: str, label: str) -> str:
        return AFGESLOTEN if (van, label) in dicht else rijp.get(label, VOORLOPIG)

    begrotingen = [row for row in lees_begrotingen(conn, gemeente, jaar) if mag is None or row.gemeente in mag]
    rijen = prognose.rijen(posten, begroot(begrotingen, jaar, vandaag), rijpheid, jaar)
    if kijker.soort != "regio":
        return verschil, rijen
    begonnen = {periode.label for periode in periodes if periode.begin <= vandaag}
    return verschil, _voor_regio(conn, rijen, rijpheid, _Perioden(eigen, begonnen, over | delen.keys()))


@dataclass(frozen=True, slots=True)
class _Perioden:
    """Labels: of the ISO year, of what has begun, and of what the calendar puts in another year or cuts."""

    eigen: Collection[str]
    begonnen: Collection[str]
    grens: Collection[str]


def _voor_regio(
    conn: Connection, rijen: Iterable[Prognoserij], rijpheid: Callable[[str, str], str], perioden: _Perioden
) -> list[Prognoserij]:
    """The rows with only what is a sum over whole blocks of the table of verzilvering.

    Each set of periods that a figure is of must be: the year, so far as it has begun (what verzilvering tells of it),
    what is ripe, what is closed, and every period at the ends of the calendar year by itself.
    """
    alle = cells.delen_nu(conn, cells.vakken(conn))
    indeling = cells.indeling_van(conn, alle)
    plaatsen: dict[prognose.Gebied, list[Plaats]] = defaultdict(list)
    for deel in alle.values():
        for plaats in deel.cellen:
            plaatsen[plaats.gemeente, plaats.resultaatgebied].append(plaats)

    def getoond(rij: Prognoserij) -> Prognoserij:
        hier = plaatsen[rij["gemeente"], rij["resultaatgebied"]]

        def heel(*welke: Collection[str]) -> bool:
            return all(is_toonbaar((p for p in hier if p.periode in labels), indeling) for labels in welke)

        stand = {label: rijpheid(rij["gemeente"], label) for label in perioden.eigen}
        begonnen = [label for label in stand if label in perioden.begonnen]
        rijp = [label for label in stand if stand[label] != VOORLOPIG]
        dicht = [label for label in stand if stand[label] == AFGESLOTEN]
        return prognose.onderdruk(
            rij,
            jaar=heel(stand.keys(), begonnen),
            rijp=heel(rijp),
            afgesloten=heel(dicht),
            kalender=heel(dicht, *([label] for label in perioden.grens)),
        )

    return [getoond(rij) for rij in rijen]


def _heel(vak: Vak, deel: Deel, eigen: bool, in_jaar: bool) -> Iterator[Samen]:
    """What stands in a period that is whole in the calendar year, or whole outside it."""
    per_gebied: dict[str | None, list[Plaats]] = defaultdict(list)
    for plaats in deel.cellen:
        per_gebied[plaats.resultaatgebied].append(plaats)
    for gebied, plaatsen in per_gebied.items():
        som = tel_samen(deel.cellen[plaats] for plaats in plaatsen)
        wie = frozenset[str]().union(*(van.get(p, ()) for p in plaatsen for van in (deel.wie, deel.zonder)))
        a, d, tegoed = (som.toegewezen, som.gedeclareerd, som.tegoed) if in_jaar else (0, 0, 0)
        bedragen = som.toegewezen, som.gedeclareerd, som.noemer, som.teller
        yield Samen(vak[0], gebied, vak[1], wie, *bedragen, a, d, tegoed, eigen)


def _gesneden(
    conn: Connection,
    eigen: Collection[str],
    tabel: Periodes,
    delen: Mapping[str, tuple[str, str]],
    jaar: int,
    vakken: Collection[Vak],
) -> dict[Vak, list[Samen]]:
    """What stands in periods that the year cuts: each toewijzing by its own weeks."""
    rijen = [rij for rij in _vakken(conn, vakken) if (rij.gemeente, rij.periode) in vakken]
    in_jaar = _in_jaar(conn, rijen, tabel, delen, jaar)
    gevonden: dict[Vak, list[Samen]] = {vak: [] for vak in vakken}
    for post in prognose.samen(_posten(conn, rijen, eigen, in_jaar)):
        gevonden[post.gemeente, post.periode].append(post)
    return gevonden


def _vakken(conn: Connection, vakken: Collection[Vak]) -> Sequence[Rij]:
    """A and D per toewijzing and period, one query."""
    gemeenten, perioden = ({vak[n] for vak in vakken} for n in (0, 1))
    sleutel = _S.gemeente, _S.domein, _S.toewijzing, _S.periode, _S.client, _S.productcode
    statement = (
        select(*sleutel, func.sum(_S.toegewezen).label("a"), func.sum(_S.gedeclareerd).label("d"))
        .where(_S.periode.in_(sorted(perioden)), _S.gemeente.in_(sorted(gemeenten)))
        .group_by(*sleutel)
    )
    return conn.execute(statement).all()


def _posten(
    conn: Connection, rijen: Sequence[Rij], eigen: Collection[str], in_jaar: Mapping[Plek, Fraction]
) -> list[Post]:
    producten = {product.code: product.resultaatgebied for product in lees_producten(conn)}
    return [
        Post(
            gemeente=rij.gemeente,
            resultaatgebied=producten.get(rij.productcode or ""),
            client=f"onbekend {rij.domein} {rij.toewijzing}" if rij.client is None else str(rij.client),
            periode=rij.periode,
            toegewezen=int(rij.a),
            gedeclareerd=int(rij.d),
            deel=in_jaar[rij.gemeente, rij.domein, rij.toewijzing, rij.periode],
            eigen=rij.periode in eigen,
        )
        for rij in rijen
    ]


def _in_jaar(
    conn: Connection, rijen: Sequence[Rij], tabel: Periodes, delen: Mapping[str, tuple[str, str]], jaar: int
) -> dict[Plek, Fraction]:
    """The part in the calendar year of what stands in periods that are cut; two queries per gemeente and domein."""
    rond = {label: prognose.rondom(tabel, stukken) for label, stukken in delen.items()}
    per_gemeente: dict[tuple[str, str], list[Rij]] = defaultdict(list)
    for rij in rijen:
        per_gemeente[rij.gemeente, rij.domein].append(rij)
    gevonden: dict[Plek, Fraction] = {}
    for (gemeente, domein), groep in per_gemeente.items():
        afspraken = lees_afspraken(conn, gemeente)
        nummers = {rij.toewijzing for rij in groep}
        bekend = lees_toewijzingen(conn, gemeente, domein, nummers)
        for rij in groep:
            stukken = delen[rij.periode]
            toewijzing = bekend.get(rij.toewijzing)
            if toewijzing is None:
                voor = prognose.per_week(tabel, stukken)
            else:
                vorm = mapping_of(toewijzing, afspraken.contract(toewijzing))
                wat = toewijzing, vorm, rond[rij.periode], stukken, afspraken.tarieven
                voor = prognose.deel_voor(*wat, afspraken.laatste_dag(toewijzing))
            eigen = int(rij.periode[:4]) == jaar
            gevonden[gemeente, domein, rij.toewijzing, rij.periode] = voor if eigen else 1 - voor
    return gevonden
