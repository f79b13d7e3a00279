"""What sturing counts, read in sets: the toewijzingen that ran, and the stretches of time asked for."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_producten
from services.declaration.contracts import REDEN_VERWIJDERD
from services.declaration.sturing.stromen import Steun, Tijdvak, einde_van_steun
from services.declaration.weeks import Periodes, maand_van
from services.kernel.tables import client

_T = tables.toewijzing.c
_DAG = timedelta(days=1)
_MAANDEN = {"maand": 1, "kwartaal": 3, "jaar": 12}


def lees_steun(conn: Connection, domein: str) -> list[Steun]:
    """Every toewijzing of the region that ran, in one query; removed and refused ones never did."""
    producten = {product.code: product for product in lees_producten(conn)}
    columns = (
        *(_T.gemeente, client.c.hash, _T.aanbieder, _T.code, _T.ingangsdatum, _T.einddatum, _T.reden_wijziging),
        *(_T.stop, _T.stop_reden),
    )
    statement = select(*columns).join(client, client.c.nr == _T.client).where(_T.domein == domein, ~_T.vervallen)
    gevonden = []
    for gemeente, wie, aanbieder, code, begin, einddatum, wijziging, stop, stop_reden in conn.execute(statement):
        eind, reden = einde_van_steun(einddatum, stop, stop_reden)
        if (einddatum == begin and wijziging in REDEN_VERWIJDERD) or eind < begin:
            continue
        product = producten.get(code or "")
        gebied, trede, rang = (product.resultaatgebied, product.trede, product.rang) if product else (None,) * 3
        gevonden.append(Steun(gemeente, wie, aanbieder, gebied, trede, rang, begin, eind, reden))
    return gevonden


def tijdvakken(per: str, van: date, tot: date, periodes: Periodes) -> list[Tijdvak]:
    """The months, quarters, years or 4-week periods that [van, tot] touches; the last goes no further than `tot`."""
    heel = _perioden(van, tot, periodes) if per == "periode" else _kalender(per, van, tot)
    return [Tijdvak(label, begin, min(eind, tot)) for label, begin, eind in heel]


def _perioden(van: date, tot: date, periodes: Periodes) -> Iterator[tuple[str, date, date]]:
    return ((periode.label, periode.begin, periode.eind) for periode in periodes.geraakt(van, tot))


def _kalender(per: str, van: date, tot: date) -> Iterator[tuple[str, date, date]]:
    maanden = _MAANDEN[per]
    begin = date(van.year, van.month - (van.month - 1) % maanden, 1)
    while begin <= tot:
        laatste = date(begin.year, begin.month + maanden - 1, 1)
        eind = maand_van(laatste)[1]
        yield _label(per, begin), begin, eind
        begin = eind + _DAG


def _label(per: str, begin: date) -> str:
    match per:
        case "jaar":
            return f"{begin.year}"
        case "kwartaal":
            return f"{begin.year}-K{(begin.month + 2) // 3}"
    return f"{begin:%Y-%m}"
