"""How many toewijzingen came with retroactive effect, per gemeente and stretch of time: those new in a 301."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from services.allocation import tables
from services.kernel.kwaliteit import midden, procent
from services.kernel.kwaliteit_bron import Vraag, Zicht
from services.kernel.read_in import INGELEZEN
from services.kernel.tables import bericht

_V = tables.toewijzing_versie.c
_B = bericht.c


@dataclass(frozen=True, slots=True)
class Nieuw:
    """A toewijzing that a 301 brought: so many days before its Dagtekening it begins, less than 1 is not before it."""

    gemeente: str
    tijdvak: str
    client: int
    dagen: int


def lees_nieuwe(conn: Connection, vraag: Vraag, zicht: Zicht) -> Iterator[Nieuw]:
    """The first version of every number in what was received; a later version has the Ingangsdatum of the first."""
    begin, eind = vraag.momenten
    eerste = select(func.min(_V.nr)).group_by(_V.gemeente, _V.domein, _V.nummer)
    statement = (
        select(_V.gemeente, _V.aanbieder, _V.client, _V.ingangsdatum, _B.dagtekening, _B.ontvangen)
        .join(bericht, _B.nr == _V.bericht)
        .where(
            *(_B.ontvangen >= begin, _B.ontvangen < eind, _B.telt, _B.partij != INGELEZEN),
            *(_B.dagtekening.is_not(None), _V.nr.in_(eerste)),
        )
    )
    for row in conn.execute(statement):
        if zicht(row.gemeente, row.aanbieder):
            dagen = (row.dagtekening - row.ingangsdatum).days
            yield Nieuw(row.gemeente, vraag.label(row.ontvangen), row.client, dagen)


def toewijzingrijen(nieuwe: Iterable[Nieuw]) -> list[dict[str, Any]]:
    """A row per gemeente and stretch of time, in that order."""
    groepen: dict[tuple[str, str], list[int]] = defaultdict(list)
    for een in nieuwe:
        groepen[een.gemeente, een.tijdvak].append(een.dagen)
    return [_rij(*sleutel, groepen[sleutel]) for sleutel in sorted(groepen)]


def clienten_van(nieuwe: Iterable[Nieuw]) -> dict[tuple[str, str], int]:
    """{(gemeente, stretch of time): distinct clients}."""
    wie: dict[tuple[str, str], set[int]] = defaultdict(set)
    for een in nieuwe:
        wie[een.gemeente, een.tijdvak].add(een.client)
    return {sleutel: len(clienten) for sleutel, clienten in wie.items()}


def _rij(gemeente: str, tijdvak: str, dagen: list[int]) -> dict[str, Any]:
    terug = [aantal for aantal in dagen if aantal > 0]
    return {
        "partij": gemeente,
        "tijdvak": tijdvak,
        "nieuw": len(dagen),
        "terugwerkend": len(terug),
        "percentageTerugwerkend": procent(len(terug), len(dagen)),
        "mediaanDagenTerug": midden(terug),
        "meesteDagenTerug": max(terug, default=None),
    }
