"""The exception lists out of the database: a few queries over sets for each, none per row."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, String, case, cast, func, literal, or_, select

from services.declaration import signals, tables
from services.declaration.lijsten import double_weeks
from services.declaration.lijsten import soorten as lijsten
from services.declaration.lijsten.bereik import Bereik
from services.declaration.lijsten.soorten import LIJSTEN, Lijstrij
from services.declaration.onthouden import onthoud
from services.kernel.database import in_parts

_S = tables.stand.c
_T = tables.toewijzing.c
_P = tables.prestatie.c
_N = tables.signaal.c
_V = tables.periode.c

Voorwaarden: TypeAlias = Sequence[ColumnElement[bool]]

_WEKEN: Final = timedelta(weeks=8)
_MINSTE_PERIODEN: Final = 2
_SIGNALEN: Final[Mapping[str, tuple[str, ...]]] = {
    lijsten.ZONDER_GRONDSLAG: (signals.ZONDER_GRONDSLAG,),
    lijsten.ONTBREKEND_TARIEF: (signals.ONTBREKEND_TARIEF, signals.ZONDER_TARIEF),
    lijsten.AFWIJKEND_TARIEF: (signals.AFWIJKEND_TARIEF,),
}


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
        return _tel(conn, _aflopend(bereik), _T.gemeente, _T.client)
    if lijst in _SIGNALEN:
        return _tel(conn, _signalen(_SIGNALEN[lijst], bereik), _N.gemeente, func.coalesce(_T.client, _P.client))
    if lijst == lijsten.NIET_GEDECLAREERD:
        rijen = _ongedeclareerd(bereik).subquery()
        return _tel(conn, select(rijen), rijen.c.gemeente, rijen.c.client)
    per_gemeente: dict[str, list[int | None]] = defaultdict(list)
    for rij in _LEZERS[lijst](conn, bereik):
        per_gemeente[rij.gemeente].append(rij.client)
    # A case of nobody we know counts as nobody.
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
            *(_N.gemeente, _N.aanbieder, _N.domein, _N.toewijzing, literal(None), _P.referentienummer, _N.bedrag),
            *(_N.tekst, func.coalesce(_T.client, _P.client)),
        )
        .select_from(tables.signaal)
        .join(tables.toewijzing, same, isouter=True)
        .join(tables.prestatie, _P.nr == _N.prestatie, isouter=True)
        .where(_N.soort.in_(soorten), *bereik.waar(_N))
    )


def _boven_toegewezen(conn: Connection, bereik: Bereik) -> list[Lijstrij]:
    """Cumulative: what falls in another period than it was allocated to is no case."""
    zonder_prijs = select(_N.nr).where(
        *(_N.gemeente == _S.gemeente, _N.domein == _S.domein, _N.toewijzing == _S.toewijzing),
        _N.soort == signals.ONTBREKEND_TARIEF,
    )
    a, d = func.sum(_S.toegewezen), func.sum(_S.gedeclareerd)
    laatste = func.max(case((_S.gedeclareerd > _S.toegewezen, _S.periode)))
    sleutel = _S.gemeente, _S.aanbieder, _S.domein, _S.toewijzing
    voorwaarden = *bereik.blik.voorwaarden(_S), *bereik.van(_S)
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
        for part in in_parts(alle):
            yield [_S.gemeente == gemeente, _S.domein == domein, _S.toewijzing.in_(part)]


def _niet_gedeclareerd(conn: Connection, bereik: Bereik) -> list[Lijstrij]:
    tekst = "Niets ingediend in {} rijpe perioden."
    return [
        Lijstrij(gemeente, aanbieder, domein, nummer, periode, None, int(a), tekst.format(perioden), client)
        for gemeente, aanbieder, domein, nummer, periode, a, perioden, client in conn.execute(_ongedeclareerd(bereik))
    ]


def _ongedeclareerd(bereik: Bereik) -> Select[Any]:
    """Mature periods with A in which no line was submitted, refused ones and credited ones included."""
    nul = case((_V.nummer < 10, "0"), else_="")
    label = cast(_V.jaar, String) + "-P" + nul + cast(_V.nummer, String)
    ingediend = select(_P.nr).where(
        *(_P.gemeente == _S.gemeente, _P.domein == _S.domein, _P.grondslag == _S.toewijzing),
        *(_P.begin <= _V.eind, _P.eind >= _V.begin),
    )
    sleutel = _S.gemeente, _S.aanbieder, _S.domein, _S.toewijzing
    aantal = func.count()
    return (
        select(*sleutel, func.min(_S.periode), func.sum(_S.toegewezen), aantal, func.max(_S.client).label("client"))
        .select_from(tables.stand)
        .join(tables.periode, label == _S.periode)
        .where(*bereik.blik.voorwaarden(_S), *bereik.van(_S), _S.toegewezen > 0, _S.gedeclareerd == 0)
        .where(~ingediend.exists())
        .group_by(*sleutel)
        .having(aantal >= _MINSTE_PERIODEN)
    )


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
