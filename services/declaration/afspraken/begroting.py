"""Begroting: what a gemeente sets aside per resultaatgebied and year, and how that changed. Append-only; eurocent.

A wijziging says the amount of the whole year as of its day, and not what it differs by: so it can be read alone, and no
row is ever below nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_producten
from services.declaration.afspraken.gevolgen import Geladen
from services.declaration.afspraken.tariff_files import eurocent
from services.declaration.booking import Boekmoment
from services.declaration.cijfers.prognose import Gebied
from services.declaration.onthouden import verouder
from services.kernel.codelists import gemeente_bestaat
from services.kernel.database import insert_rows
from services.kernel.loading import Kolommen, Leeswijze, Rij, eis_zonder, lees_cellen, lees_rijen, leeswijze

PRIMITIEF: Final = "primitief"
WIJZIGING: Final = "wijziging"

Sleutel = tuple[str, str, int]  # gemeente, resultaatgebied, jaar

_B = tables.begroting.c
_VELDEN: Final = ("gemeente", "resultaatgebied", "jaar", "bedrag", "soort", "besluit", "bekend_op")


def laad_begroting(conn: Connection, tekst: str, moment: Boekmoment) -> Geladen:
    """Rows: gemeente, resultaatgebied, jaar, bedrag (euro), soort, besluit, bekend_op. What is there is left alone.

    Laadfout: unreadable, unknown, a second primitief, two rows of one day, a wijziging of nothing, or a year left out.
    """
    rijen, fouten = lees_rijen(tekst, _KOLOMMEN)
    onvolledig = bool(fouten)
    bestaand = [_waarden(row) for row in lees_begrotingen(conn)]
    nieuw = [(nummer, rij) for nummer, rij in rijen if rij not in bestaand]
    gebieden = {product.resultaatgebied for product in lees_producten(conn)}
    fouten += [
        f"Rij {nummer}, kolom resultaatgebied: staat niet in de producttabel"
        for nummer, rij in rijen
        if rij["resultaatgebied"] not in gebieden
    ]
    alles = [*((None, rij) for rij in bestaand), *nieuw]
    eis_zonder([*fouten, *_per_jaar(alles, onvolledig), *(() if onvolledig else _gaten(alles))])
    columns = (*_VELDEN, "geladen")
    waarden = [(*(rij[naam] for naam in _VELDEN), moment.geboekt_op) for _, rij in nieuw]
    insert_rows(conn, tables.begroting, waarden, columns)
    verouder(conn)
    return Geladen(len(nieuw), 0)


def leeswijze_begroting(tekst: str) -> Leeswijze:
    """Which separator, decimal sign and BOM were read. Laadfout for another header."""
    rijen, _ = lees_cellen(tekst, _KOLOMMEN)
    return leeswijze(tekst, {cellen["bedrag"] for _, cellen in rijen})


def lees_begrotingen(conn: Connection, gemeente: str | None = None, jaar: int | None = None) -> Sequence[Row[Any]]:
    """Every row, in the order in which they were loaded."""
    gevraagd = ((_B.gemeente, gemeente), (_B.jaar, jaar))
    where = [column == waarde for column, waarde in gevraagd if waarde is not None]
    return conn.execute(select(tables.begroting).where(*where).order_by(_B.nr)).all()


def begroot(rows: Iterable[Row[Any]], jaar: int, dag: date) -> Mapping[Gebied, int]:
    """What was set aside for the year as known on this day: {(gemeente, resultaatgebied): eurocent}."""
    geldig = sorted((row for row in rows if row.jaar == jaar and row.bekend_op <= dag), key=lambda row: row.bekend_op)
    return {(row.gemeente, row.resultaatgebied): row.bedrag for row in geldig}


def _waarden(row: Row[Any]) -> Rij:
    return {naam: getattr(row, naam) for naam in _VELDEN}


def _per_jaar(alles: Sequence[tuple[int | None, Rij]], onvolledig: bool) -> Iterator[str]:
    """One primitief first, and then at most one wijziging a day."""
    groepen: dict[Sleutel, list[tuple[int | None, Rij]]] = defaultdict(list)
    for nummer, rij in alles:
        groepen[rij["gemeente"], rij["resultaatgebied"], rij["jaar"]].append((nummer, rij))
    for groep in groepen.values():
        primitief = [rij["bekend_op"] for _, rij in groep if rij["soort"] == PRIMITIEF]
        gezien: set[tuple[str, date]] = set()
        for nummer, rij in groep:
            dubbel = rij["soort"] == PRIMITIEF and any(soort == PRIMITIEF for soort, _ in gezien)
            if nummer is not None and (dubbel or any(dag == rij["bekend_op"] for _, dag in gezien)):
                wat = "een tweede primitieve begroting" if dubbel else "twee bedragen bekend op dezelfde dag"
                yield f"Rij {nummer}: {wat} van dit jaar"
            los = rij["soort"] == WIJZIGING and all(rij["bekend_op"] <= dag for dag in primitief)
            if nummer is not None and los and not onvolledig:
                yield f"Rij {nummer}: een wijziging zonder eerdere primitieve begroting"
            gezien.add((rij["soort"], rij["bekend_op"]))


def _gaten(alles: Sequence[tuple[int | None, Rij]]) -> Iterator[str]:
    """No year is left out between two years of a gemeente and resultaatgebied."""
    jaren: dict[tuple[str, str], dict[int, int | None]] = defaultdict(dict)
    for nummer, rij in alles:
        jaren[rij["gemeente"], rij["resultaatgebied"]].setdefault(rij["jaar"], nummer)
    for (gemeente, gebied), eigen in jaren.items():
        for voor, na in pairwise(sorted(eigen)):
            rijen = sorted(rij for rij in (eigen[voor], eigen[na]) if rij is not None)
            if na > voor + 1 and rijen:
                wie = f"{gemeente}, {gebied}"
                yield f"Rij {' en '.join(map(str, rijen))}: geen begroting voor {voor + 1} tot en met {na - 1} ({wie})"


def _gemeente(cel: str) -> str:
    if not gemeente_bestaat(cel, date.max):
        raise ValueError
    return cel


def _passend(patroon: str, cel: str) -> str:
    if re.fullmatch(patroon, cel) is None:
        raise ValueError
    return cel


_KOLOMMEN: Final[Kolommen] = {
    "gemeente": (_gemeente, "een CBS-code van een gemeente"),
    "resultaatgebied": (lambda cel: _passend(r"[0-9A-Za-z]{1,10}", cel), "een resultaatgebied"),
    "jaar": (lambda cel: int(_passend(r"20[0-9]{2}", cel)), "een jaar als 2025"),
    "bedrag": (eurocent, "een bedrag in euro vanaf nul, hoogstens twee decimalen, geen duizendtalteken"),
    "soort": (lambda cel: _passend(f"{PRIMITIEF}|{WIJZIGING}", cel.lower()), f"{PRIMITIEF} of {WIJZIGING}"),
    "besluit": (lambda cel: _passend(r".{1,200}", cel), "een verwijzing naar het besluit, hoogstens 200 tekens"),
    "bekend_op": (date.fromisoformat, "een datum als 2025-01-31"),
}
