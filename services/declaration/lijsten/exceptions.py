"""The exception lists out of the database: a few queries over sets for each, none per row."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal, or_, select

from services.declaration import signals, tables
from services.declaration.lijsten import double_weeks
from services.declaration.lijsten import soorten as lijsten
from services.declaration.lijsten.bereik import Bereik
from services.declaration.lijsten.soorten import LIJSTEN, Lijstrij
from services.declaration.onthouden import REGELS, Vak, onthoud, onthoud_delen, van_toewijzingen
from services.declaration.weeks import Periodes
from services.kernel.one_of import one_of

_S = tables.stand.c
_T = tables.toewijzing.c
_P = tables.prestatie.c
_N = tables.signaal.c

Voorwaarden: TypeAlias = Sequence[ColumnElement[bool]]
Sleutel: TypeAlias = tuple[str, str, str, int]  # gemeente, aanbieder, domein, ToewijzingNummer

_WEKEN: Final = timedelta(weeks=8)
_MINSTE_PERIODEN: Final = 2
_SIGNALEN: Final[Mapping[str, tuple[str, ...]]] = {
    lijsten.ZONDER_GRONDSLAG: (signals.ZONDER_GRONDSLAG,),
    lijsten.ONTBREKEND_TARIEF: (signals.ONTBREKEND_TARIEF, signals.ZONDER_TARIEF),
    lijsten.AFWIJKEND_TARIEF: (signals.AFWIJKEND_TARIEF,),
}


class Leeg(NamedTuple):
    """What was allocated in a period in which nothing was submitted; eurocent."""

    domein: str
    toewijzing: int
    periode: str
    toegewezen: int
    client: int | None


class Telling(NamedTuple):
    """How many cases, and about how many clients."""

    aantal: int
    clienten: int


def lees_lijst(conn: Connection, naam: str, bereik: Bereik) -> list[Lijstrij]:
    """Every case of a list of LIJSTEN, in order of gemeente, toewijzing and period. KeyError for another name."""
    lijst = LIJSTEN[naam].naam
    if lijst in _SIGNALEN:
        rijen = _uit_signalen(conn, _SIGNALEN[lijst], bereik)
    else:
        rijen = _LEZERS[lijst](conn, bereik)
    return sorted(rijen, key=lambda r: (r.gemeente, r.toewijzing or 0, r.periode or "", r.prestatie or "", r.tekst))


def tel_lijst(conn: Connection, naam: str, bereik: Bereik) -> dict[str, Telling]:
    """{gemeente: how many cases a list has there, about how many clients}; KeyError for another name."""
    lijst = LIJSTEN[naam].naam
    if lijst == lijsten.LOOPT_AF:
        tel = partial(_tel, conn, _aflopend(bereik), _T.gemeente, _T.client)
        return onthoud(conn, (lijst, bereik.vraag), tel, van_toewijzingen)
    if lijst in _SIGNALEN:
        return _tel(conn, _signalen(_SIGNALEN[lijst], bereik), _N.gemeente, _CLIENT)
    if lijst == lijsten.NIET_GEDECLAREERD:
        return _tel_gevallen((sleutel[0], leeg[0].client) for sleutel, leeg in _ongedeclareerd(conn, bereik))
    return _tel_gevallen((rij.gemeente, rij.client) for rij in _LEZERS[lijst](conn, bereik))


def _tel_gevallen(gevallen: Iterable[tuple[str, int | None]]) -> dict[str, Telling]:
    """Of each case the gemeente and the client; one of nobody we know counts as nobody."""
    per_gemeente: dict[str, list[int | None]] = defaultdict(list)
    for gemeente, client in gevallen:
        per_gemeente[gemeente].append(client)
    return {gemeente: Telling(len(wie), len({*wie} - {None})) for gemeente, wie in per_gemeente.items()}


def _tel(conn: Connection, rijen: Select[Any], gemeente: Any, client: Any) -> dict[str, Telling]:
    statement = rijen.with_only_columns(gemeente, func.count(), func.count(client.distinct())).group_by(gemeente)
    return {waar: Telling(aantal, clienten) for waar, aantal, clienten in conn.execute(statement)}


def _uit_signalen(conn: Connection, soorten: tuple[str, ...], bereik: Bereik) -> list[Lijstrij]:
    return [Lijstrij(*row) for row in conn.execute(_signalen(soorten, bereik))]


def _signalen(soorten: tuple[str, ...], bereik: Bereik) -> Select[Any]:
    """What was seen when it was booked."""
    same = (_T.gemeente == _N.gemeente) & (_T.domein == _N.domein) & (_T.nummer == _N.toewijzing)
    return (
        select(
            *(_N.gemeente, _N.aanbieder, _N.domein, _N.toewijzing, literal(None), _van_regel(_P.referentienummer)),
            *(_N.bedrag, _N.tekst, _CLIENT),
        )
        .select_from(tables.signaal)
        .join(tables.toewijzing, same, isouter=True)
        .where(_N.soort.in_(soorten), *bereik.waar(_N))
    )


def _van_regel(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Of the line a signaal is about, if any: looked up, where a join makes PostgreSQL read all lines there are."""
    return select(column).where(_P.nr == _N.prestatie).scalar_subquery()


_CLIENT: Final = func.coalesce(_T.client, _van_regel(_P.client))


def _boven_toegewezen(conn: Connection, bereik: Bereik) -> list[Lijstrij]:
    """Cumulative: what falls in another period than it was allocated to is no case."""
    zonder_prijs = select(_N.nr).where(
        *(_N.gemeente == _S.gemeente, _N.domein == _S.domein, _N.toewijzing == _S.toewijzing),
        _N.soort == signals.ONTBREKEND_TARIEF,
    )
    a, d = func.sum(_S.toegewezen), func.sum(_S.gedeclareerd)
    laatste = func.max(case((_S.gedeclareerd > _S.toegewezen, _S.periode)))
    sleutel = _S.gemeente, _S.aanbieder, _S.domein, _S.toewijzing
    voorwaarden = bereik.voorwaarden(_S)
    statement = (
        select(*sleutel, laatste, a, d, func.max(_S.client))
        .where(*voorwaarden, ~zonder_prijs.exists())
        .group_by(*sleutel)
        .having(d > a, a > 0)
    )
    tekst = "Meer toegekend dan toegewezen, over alle perioden samen."
    return [
        Lijstrij(gemeente, aanbieder, domein, nummer, periode, None, int(d - a), tekst, client)
        for waar in _ergens_boven(conn, voorwaarden)
        for gemeente, aanbieder, domein, nummer, periode, a, d, client in conn.execute(statement.where(*waar))
    ]


def _ergens_boven(conn: Connection, voorwaarden: Voorwaarden) -> Iterator[Voorwaarden]:
    """Conditions for the toewijzingen that are above in some period, without which none is above in all together."""
    sleutel = _S.gemeente, _S.domein, _S.toewijzing
    nummers: dict[tuple[str, str], list[int]] = defaultdict(list)
    boven = select(*sleutel).where(*voorwaarden, _S.gedeclareerd > _S.toegewezen)
    for gemeente, domein, nummer in {*map(tuple, conn.execute(boven))}:
        nummers[gemeente, domein].append(nummer)
    for (gemeente, domein), alle in nummers.items():
        yield [_S.gemeente == gemeente, _S.domein == domein, one_of(_S.toewijzing, alle)]


def _niet_gedeclareerd(conn: Connection, bereik: Bereik) -> list[Lijstrij]:
    return [
        Lijstrij(
            *sleutel,
            periode=leeg[0].periode,
            prestatie=None,
            bedrag=sum(een.toegewezen for een in leeg),
            tekst=f"Niets ingediend in {len(leeg)} rijpe perioden.",
            client=leeg[0].client,
        )
        for sleutel, leeg in _ongedeclareerd(conn, bereik)
    ]


def _ongedeclareerd(conn: Connection, bereik: Bereik) -> list[tuple[Sleutel, list[Leeg]]]:
    """Toewijzingen with enough mature periods in which nothing was submitted, and those periods in order of time."""
    lees = partial(_lees_leeg, conn, bereik.blik.periodes)
    vakken = bereik.vakken(conn)
    delen = onthoud_delen(conn, lijsten.NIET_GEDECLAREERD, vakken, lees, ook=(REGELS,))
    gevonden: dict[Sleutel, list[Leeg]] = defaultdict(list)
    # In order of their periods.
    for gemeente, periode in vakken:
        for aanbieder, alle in delen[gemeente, periode].items():
            if bereik.mag(gemeente, aanbieder):
                for een in alle:
                    gevonden[gemeente, aanbieder, een.domein, een.toewijzing].append(een)
    return [(sleutel, leeg) for sleutel, leeg in gevonden.items() if len(leeg) >= _MINSTE_PERIODEN]


def _lees_leeg(conn: Connection, periodes: Periodes, vakken: Collection[Vak]) -> dict[Vak, dict[str, list[Leeg]]]:
    """{vak: per aanbieder what has A and no line submitted, refused ones and credited ones included}."""
    gevonden: dict[Vak, dict[str, list[Leeg]]] = {vak: defaultdict(list) for vak in vakken}
    for label, gemeenten in _per_periode(vakken).items():
        periode = periodes.met_label(label)
        if periode is None:
            continue
        # By their dates as values: a join to their table makes PostgreSQL guess wrong how few rows there are.
        ingediend = select(_P.nr).where(
            *(_P.gemeente == _S.gemeente, _P.domein == _S.domein, _P.grondslag == _S.toewijzing),
            *(_P.begin <= periode.eind, _P.eind >= periode.begin),
        )
        statement = select(_S.gemeente, _S.aanbieder, _S.domein, _S.toewijzing, _S.toegewezen, _S.client).where(
            *(_S.periode == label, _S.gemeente.in_(gemeenten), _S.toegewezen > 0, _S.gedeclareerd == 0),
            ~ingediend.exists(),
        )
        for gemeente, aanbieder, domein, nummer, bedrag, client in conn.execute(statement):
            gevonden[gemeente, label][aanbieder].append(Leeg(domein, nummer, label, bedrag, client))
    return gevonden


def _per_periode(vakken: Iterable[Vak]) -> dict[str, list[str]]:
    """The gemeenten of each period."""
    gevonden: dict[str, list[str]] = defaultdict(list)
    for gemeente, label in vakken:
        gevonden[label].append(gemeente)
    return gevonden


def _loopt_af(conn: Connection, bereik: Bereik) -> list[Lijstrij]:
    gevonden = []
    for gemeente, aanbieder, domein, nummer, einddatum, client in conn.execute(_aflopend(bereik)):
        periode = bereik.blik.periodes.van_week(einddatum)
        label = periode.label if periode else None
        tekst = f"Eindigt op {_dag(einddatum)}."
        gevonden.append(Lijstrij(gemeente, aanbieder, domein, nummer, label, None, None, tekst, client))
    return gevonden


def _aflopend(bereik: Bereik) -> Select[Any]:
    vandaag = bereik.blik.vandaag
    binnenkort = _T.einddatum.between(vandaag, vandaag + _WEKEN)
    verwijderd = (_T.einddatum == _T.ingangsdatum) & _T.reden_wijziging.in_(("13", "01"))
    return select(_T.gemeente, _T.aanbieder, _T.domein, _T.nummer, _T.einddatum, _T.client).where(
        binnenkort, ~_T.vervallen, or_(_T.reden_wijziging.is_(None), ~verwijderd), *bereik.waar(_T)
    )


def _dubbele_weken(conn: Connection, bereik: Bereik) -> list[Lijstrij]:
    return double_weeks.dubbel_betaald(conn, bereik)


def _twee_treden(conn: Connection, bereik: Bereik) -> list[Lijstrij]:
    tel = partial(double_weeks.twee_treden, conn, bereik)
    return onthoud(conn, (lijsten.TWEE_TREDEN, bereik.vraag), tel, double_weeks.van_treden)


def _dag(dag: date) -> str:
    return f"{dag.day}-{dag.month}-{dag.year}"


_LEZERS: Final[Mapping[str, Callable[[Connection, Bereik], list[Lijstrij]]]] = {
    lijsten.BOVEN_TOEGEWEZEN: _boven_toegewezen,
    lijsten.DUBBELE_WEEK: _dubbele_weken,
    lijsten.TWEE_TREDEN: _twee_treden,
    lijsten.NIET_GEDECLAREERD: _niet_gedeclareerd,
    lijsten.LOOPT_AF: _loopt_af,
}
