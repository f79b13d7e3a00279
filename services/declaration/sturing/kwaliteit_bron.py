"""The lines of declarations that came as messages, counted by what they have in common: a query per question."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Select, String, case, cast, func, select

from services.declaration import tables
from services.declaration.sturing.kwaliteit import Regels, Sleutel
from services.kernel.kwaliteit_bron import Vraag, Zicht
from services.kernel.read_in import INGELEZEN
from services.kernel.tables import bericht

_D = tables.declaratie.c
_P = tables.prestatie.c
_B = bericht.c


def lees_regels(conn: Connection, vraag: Vraag, zicht: Zicht) -> Iterator[Regels]:
    """The lines of what was received, together where they are alike. A message refused as a whole has left none."""
    alike = _D.aanbieder, _D.gemeente, _B.ontvangen, _D.dagtekening, _P.eind, _P.dc, _P.status
    for row in conn.execute(_ontvangen(select(*alike, func.count().label("aantal")), vraag).group_by(*alike)):
        if zicht(row.aanbieder, row.gemeente):
            tijdvak = vraag.label(row.ontvangen)
            yield Regels(row.aanbieder, tijdvak, row.dagtekening, row.eind, row.dc, row.status, row.aantal)


def lees_codes(conn: Connection, vraag: Vraag, zicht: Zicht) -> Mapping[Sleutel, Counter[str]]:
    """How often each code was given to a refused line, per aanbieder and stretch of time."""
    # PostgreSQL cannot group by JSON, by its text it can.
    alike = _D.aanbieder, _D.gemeente, _B.ontvangen, cast(_P.codes, String).label("tekst")
    statement = _ontvangen(select(*alike, func.count().label("aantal")), vraag)
    gevonden: dict[Sleutel, Counter[str]] = defaultdict(Counter)
    for row in conn.execute(statement.where(_P.status == tables.AFGEKEURD).group_by(*alike)):
        if zicht(row.aanbieder, row.gemeente):
            telling = gevonden[row.aanbieder, vraag.label(row.ontvangen)]
            telling.update(dict.fromkeys(json.loads(row.tekst), row.aantal))
    return gevonden


def tel_clienten(conn: Connection, vraag: Vraag) -> dict[Sleutel, int]:
    """How many distinct clients the lines of an aanbieder in a stretch of time are about, at all gemeenten together."""
    tijdvak = case(*((_B.ontvangen < voor, label) for label, voor in vraag.tijdvakken.items())).label("tijdvak")
    wie = _ontvangen(select(_D.aanbieder, tijdvak, _P.client), vraag).distinct().subquery().c
    statement = select(wie.aanbieder, wie.tijdvak, func.count().label("clienten")).group_by(wie.aanbieder, wie.tijdvak)
    return {(row.aanbieder, row.tijdvak): row.clienten for row in conn.execute(statement)}


def _ontvangen(statement: Select[Any], vraag: Vraag) -> Select[Any]:
    begin, eind = vraag.momenten
    return (
        statement.select_from(tables.prestatie)
        .join(tables.declaratie, _D.nr == _P.declaratie)
        .join(bericht, _B.nr == _D.bericht)
        .where(_B.ontvangen >= begin, _B.ontvangen < eind, _B.partij != INGELEZEN)
    )
