"""Whom toewijzingen are for: asked by declaration at the moment that an aanbieder wants a draft, and not kept there.

Only of an aanbieder's own toewijzingen: what he was sent in a 301. The Bsn is in table `client`; the rest stands in the
last 301, and is absent of what was read in from a CSV.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from lxml import etree
from sqlalchemy import Connection, func, select

from services.allocation import tables
from services.allocation.header import fields_of
from services.kernel import reading
from services.kernel import tables as kernel
from services.kernel.berichten import inhouden
from services.kernel.clients import open_bsn
from services.kernel.one_of import one_of
from services.kernel.privacy.sleutelring import ring_van
from services.kernel.toegang import parties
from services.kernel.wiring import Dienst

_V = tables.toewijzing_versie.c
# The key of the reply → the path below Client in a 301.
_VELDEN: Final = {
    "geboortedatum": "Geboortedatum/Datum",
    "datumGebruik": "Geboortedatum/DatumGebruik",
    "geslacht": "Geslacht",
    "achternaam": "Naam/Geslachtsnaam/Achternaam",
    "voorvoegsel": "Naam/Geslachtsnaam/Voorvoegsel",
    "voornamen": "Naam/Voornamen",
    "voorletters": "Naam/Voorletters",
}


def lees_clienten(
    dienst: Dienst, aanbieder: str, gemeente: str, domein: str, nummers: Collection[int]
) -> list[dict[str, Any]]:
    """Of each of these toewijzingen that is the aanbieder's: number, Bsn, and the person as far as a 301 told it."""
    with dienst.database.read() as conn:
        gevonden = list(_versies(conn, aanbieder, gemeente, domein, nummers))
        personen = _personen(conn, {bericht for _, _, bericht in gevonden if bericht is not None})
    wat = f"{domein} {gemeente} {aanbieder}: {len(gevonden)} toewijzingen"
    dienst.leesspoor.noteer(dienst.nu(), parties.DIENST.code, "cliënten gelezen", "getClienten", detail=wat)
    geen: dict[str, str | None] = dict.fromkeys(_VELDEN)
    return [{"nummer": nummer, "bsn": bsn, **personen.get((bericht, bsn), geen)} for nummer, bsn, bericht in gevonden]


def _versies(
    conn: Connection, aanbieder: str, gemeente: str, domein: str, nummers: Collection[int]
) -> Iterator[tuple[int, str, int | None]]:
    """(number, Bsn, row of the last 301) of each toewijzing; all versions of a number are of one client."""
    statement = (
        select(_V.nummer, kernel.client.c.hash, kernel.client.c.bsn, func.max(_V.bericht))
        .join(kernel.client, kernel.client.c.nr == _V.client)
        .where(_V.aanbieder == aanbieder, _V.gemeente == gemeente, _V.domein == domein, ~_V.vervallen)
        .where(kernel.client.c.bsn.is_not(None))
        .group_by(_V.nummer, kernel.client.c.hash, kernel.client.c.bsn)
        .order_by(_V.nummer)
    )
    ring = ring_van(conn)
    for nummer, hash, bsn, bericht in conn.execute(statement.where(one_of(_V.nummer, nummers))):
        yield nummer, open_bsn(ring, hash, bsn), bericht


def _personen(conn: Connection, berichten: Collection[int]) -> Mapping[tuple[int | None, str], dict[str, str | None]]:
    """{(row of the 301, Bsn): person}."""
    gevonden: dict[tuple[int | None, str], dict[str, str | None]] = {}
    for nr, content in inhouden(conn, berichten):
        client = reading.parse(reading.as_stream(content)).find("{*}Client")
        if client is not None:
            fields = _fields(client)
            gevonden[nr, fields.get("Bsn", "")] = {key: fields.get(path) for key, path in _VELDEN.items()}
    return gevonden


def _fields(client: etree._Element) -> dict[str, str]:
    return fields_of(client, frozenset({"ToegewezenProducten", "Beschikking", "Contactgegevens", "Relaties"}))
