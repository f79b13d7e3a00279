"""Messages of before the hub, read in when it went live: stored as processed then, with nobody's postbus told."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from services.kernel import tables
from services.kernel.berichten import verpak
from services.kernel.catalogue import Berichtsoort
from services.kernel.database import insert_rows
from services.kernel.one_of import one_of
from services.kernel.privacy.sleutelring import ring_van

# In the place of the party that handed a message over: figures about traffic leave these out.
INGELEZEN: Final = "ingelezen"
_B = tables.bericht.c
_KOLOMMEN: Final = (
    *("id", "standaard", "release", "berichtsoort", "domein", "verzender", "bestemming", "identificatie"),
    *("dagtekening", "sha256", "ontvangen", "partij", "oordeel", "telt", "aantal_bevindingen", "bevindingen"),
)

Sleutel = tuple[str, str, str]  # berichtsoort, verzender, identificatie


@dataclass(frozen=True, slots=True)
class Ingelezen:
    """A message that was accepted before the hub was there; `id` is ours."""

    id: str
    soort: Berichtsoort
    verzender: str
    bestemming: str
    identificatie: str
    dagtekening: date
    sha256: str
    inhoud: bytes


def eerdere(conn: Connection, sleutels: Collection[Sleutel]) -> Mapping[Sleutel, Sequence[tuple[str, bool]]]:
    """(sha256, telt) of the messages that have one of these keys already."""
    statement = select(_B.berichtsoort, _B.verzender, _B.identificatie, _B.sha256, _B.telt)
    gezocht = set(sleutels)
    gevonden: dict[Sleutel, list[tuple[str, bool]]] = defaultdict(list)
    genoemd = {identificatie for _, _, identificatie in gezocht}
    for *sleutel, sha256, telt in conn.execute(statement.where(one_of(_B.identificatie, genoemd))):
        soort, verzender, identificatie = sleutel
        if (soort, verzender, identificatie) in gezocht:
            gevonden[soort, verzender, identificatie].append((sha256, telt))
    return gevonden


def bewaar_ingelezen(conn: Connection, berichten: Sequence[Ingelezen], nu: datetime) -> list[int]:
    """Store these as messages that count, with their content; the numbers of their rows, in the same order."""
    insert_rows(conn, tables.bericht, [_rij(bericht, nu) for bericht in berichten], _KOLOMMEN)
    rows = conn.execute(select(_B.id, _B.nr).where(one_of(_B.id, [bericht.id for bericht in berichten])))
    nrs = {row.id: row.nr for row in rows}
    ring = ring_van(conn)
    inhoud = [(nrs[bericht.id], verpak(ring, bericht.id, bericht.inhoud)) for bericht in berichten]
    insert_rows(conn, tables.inhoud, inhoud, ("bericht", "bytes"))
    return [nrs[bericht.id] for bericht in berichten]


def _rij(bericht: Ingelezen, nu: datetime) -> tuple[Any, ...]:
    soort = bericht.soort
    wat = bericht.id, soort.standaard, soort.release, soort.naam, soort.domein
    wie = bericht.verzender, bericht.bestemming, bericht.identificatie, bericht.dagtekening, bericht.sha256
    return *wat, *wie, nu, INGELEZEN, "goedgekeurd", True, 0, []
