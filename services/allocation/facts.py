"""What levels 3 and 4 of a 301 need to know, asked in sets, whatever the number of its products."""

from collections.abc import Set
from datetime import date

from sqlalchemy import Connection

from services.allocation import productlijst
from services.allocation.message import Toewijzingsbericht
from services.allocation.rules import Feiten
from services.allocation.store import Versies
from services.kernel.clients import bsn_hash
from services.kernel.codelists import gemeente_bestaat
from services.kernel.settings import Settings


def load_facts(
    conn: Connection,
    bericht: Toewijzingsbericht,
    versies: Versies,
    identificatie_bezet: bool,
    goedgekeurd: Set[int],
    vandaag: date,
    settings: Settings,
) -> Feiten:
    """The facts about a 301; `versies` is what there is of its numbers, `goedgekeurd` as declaration told."""
    producten = bericht.client.producten
    gemeente = bericht.kop.afzender
    return Feiten(
        vandaag=vandaag,
        identificatie_bezet=identificatie_bezet,
        gemeente_bestaat=all(gemeente_bestaat(gemeente, dag) for dag in {p.ingangsdatum for p in producten}),
        client=bsn_hash(bericht.client.bsn, settings.bsn_sleutel),
        toewijzingen={nummer: first.toewijzing for nummer, (first, *_) in versies.items()},
        goedgekeurd=goedgekeurd,
        productlijst=productlijst.lees(conn, gemeente, {p.code for p in producten if p.code is not None}),
    )
