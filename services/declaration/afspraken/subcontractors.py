"""Loading onderaannemers: who delivers for whom, of a perceel or of one toewijzing. An attribute: A and D stay."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_contracten
from services.declaration.afspraken.gevolgen import Geladen
from services.declaration.afspraken.looptijden import Looptijd, noem_overlap, overlappingen
from services.declaration.afspraken.tariff_loading import lees_aanbieders
from services.kernel.codelists import gemeente_bestaat
from services.kernel.database import insert_rows
from services.kernel.loading import Kolommen, Rij, eis_zonder, lees_rijen

_SLEUTEL = ("aanbieder", "onderaannemer", "gemeente", "resultaatgebied", "domein", "toewijzing")


def laad_onderaannemers(conn: Connection, tekst: str) -> Geladen:
    """Rows: aanbieder, onderaannemer, gemeente, resultaatgebied, domein, toewijzing, van, tot.

    Either resultaatgebied (the perceel) or domein and toewijzing. The same row with another `tot` takes its place.
    Laadfout: unknown aanbieder, no such contract or toewijzing of his, or an overlap.
    """
    rijen, fouten = lees_rijen(tekst, _KOLOMMEN)
    eis_zonder([*fouten, *_mis(conn, rijen)])
    o = tables.onderaannemer
    for _, rij in rijen:
        conn.execute(delete(o).where(*(o.c[naam].is_not_distinct_from(rij[naam]) for naam in (*_SLEUTEL, "van"))))
    columns = (*_SLEUTEL, "van", "tot")
    insert_rows(conn, o, [tuple(rij[naam] for naam in columns) for _, rij in rijen], columns)
    return Geladen(len(rijen), 0)


def _mis(conn: Connection, rijen: Sequence[tuple[int, Rij]]) -> Iterator[str]:
    aanbieders = lees_aanbieders(conn)
    percelen = {(c.aanbieder, c.gemeente, c.resultaatgebied) for c in lees_contracten(conn)}
    t = tables.toewijzing.c
    toewijzingen = {tuple(row) for row in conn.execute(select(t.aanbieder, t.gemeente, t.domein, t.nummer))}
    for nummer, rij in rijen:
        perceel, stuk = rij["resultaatgebied"], (rij["domein"], rij["toewijzing"])
        if rij["aanbieder"] not in aanbieders:
            yield f"Rij {nummer}, kolom aanbieder: is geen aanbieder van de hub"
        if rij["onderaannemer"] == rij["aanbieder"]:
            yield f"Rij {nummer}: een aanbieder is niet zijn eigen onderaannemer"
        if (perceel is None) == (None in stuk):
            yield f"Rij {nummer}: verwacht een resultaatgebied, of een domein en een toewijzing"
        elif perceel is not None and (rij["aanbieder"], rij["gemeente"], perceel) not in percelen:
            yield f"Rij {nummer}: de aanbieder heeft hiervoor geen contract"
        elif perceel is None and (rij["aanbieder"], rij["gemeente"], *stuk) not in toewijzingen:
            yield f"Rij {nummer}: de aanbieder heeft deze toewijzing niet"
    yield from _overlappend(conn, rijen)


def _overlappend(conn: Connection, rijen: Sequence[tuple[int, Rij]]) -> Iterator[str]:
    groepen: dict[tuple[Any, ...], list[Looptijd]] = {}
    nieuw = {(*(rij[naam] for naam in _SLEUTEL), rij["van"]) for _, rij in rijen}
    for row in conn.execute(select(tables.onderaannemer)):
        sleutel = tuple(getattr(row, naam) for naam in _SLEUTEL)
        if (*sleutel, row.van) not in nieuw:
            groepen.setdefault(sleutel, []).append(Looptijd(row.van, row.tot or date.max, None))
    for nummer, rij in rijen:
        looptijd = Looptijd(rij["van"], rij["tot"] or date.max, nummer)
        groepen.setdefault(tuple(rij[naam] for naam in _SLEUTEL), []).append(looptijd)
    for groep in groepen.values():
        for een, ander in overlappingen(groep):
            yield noem_overlap(een, ander, "een geladen onderaannemer")


def _agb(cel: str) -> str:
    return _passend(r"[0-9]{8}", cel)


def _gemeente(cel: str) -> str:
    if not gemeente_bestaat(cel, date.max):
        raise ValueError
    return cel


def _gebied(cel: str) -> str | None:
    return _passend(r"[0-9A-Za-z]{1,10}", cel) if cel else None


def _domein(cel: str) -> str | None:
    return _passend("wmo|jeugd", cel) if cel else None


def _nummer(cel: str) -> int | None:
    return int(_passend(r"[0-9]{1,9}", cel)) if cel else None


def _tot(cel: str) -> date | None:
    return date.fromisoformat(cel) if cel else None


def _passend(patroon: str, cel: str) -> str:
    if re.fullmatch(patroon, cel) is None:
        raise ValueError
    return cel


_KOLOMMEN: Final[Kolommen] = {
    "aanbieder": (_agb, "een AGB-code van acht cijfers"),
    "onderaannemer": (_agb, "een AGB-code van acht cijfers"),
    "gemeente": (_gemeente, "een CBS-code van een gemeente"),
    "resultaatgebied": (_gebied, "een resultaatgebied van hoogstens tien letters en cijfers, of leeg"),
    "domein": (_domein, "wmo of jeugd, of leeg"),
    "toewijzing": (_nummer, "een ToewijzingNummer, of leeg"),
    "van": (date.fromisoformat, "een datum als 2025-01-31"),
    "tot": (_tot, "een datum als 2025-01-31 (tot en met), of leeg"),
}
