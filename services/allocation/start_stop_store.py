"""Starts and stops as they are stored, and the state of toewijzingen that follows from those that count."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, select

from services.allocation import tables
from services.allocation.start_stop import Levering, Stand, stand_van
from services.kernel import tables as kernel
from services.kernel.database import insert_rows
from services.kernel.one_of import one_of

_L = tables.levering.c
_VAN_LEVERING: Final = ("soort", "nummer", "categorie", "code", "begin", "eind", "reden", "status")
_KOLOMMEN: Final = ("gemeente", "domein", "aanbieder", "bericht", *_VAN_LEVERING)

# Of messages that count: a 305 or 307 that its retour refused counts as not sent.
_LEES: Final = (
    select(_L.aanbieder, *(_L[name] for name in _VAN_LEVERING))
    .join(kernel.bericht, kernel.bericht.c.nr == _L.bericht)
    .where(_L.gemeente == bindparam("van"), _L.domein == bindparam("in_domein"), kernel.bericht.c.telt)
    .where(one_of(_L.nummer, bindparam("nummers")))
    .order_by(_L.nr)
)

Wie = tuple[int, str]  # ToewijzingNummer, aanbieder: what another aanbieder tells of a number says nothing about it


def bewaar(
    conn: Connection, gemeente: str, domein: str, aanbieder: str, bericht_nr: int, leveringen: Sequence[Levering]
) -> None:
    """Keep what message `bericht_nr` of this aanbieder tells."""
    vast = gemeente, domein, aanbieder, bericht_nr
    rows = [(*vast, *(getattr(levering, name) for name in _VAN_LEVERING)) for levering in leveringen]
    insert_rows(conn, tables.levering, rows, _KOLOMMEN)


def lees(conn: Connection, gemeente: str, domein: str, nummers: Collection[int]) -> Mapping[Wie, Stand]:
    """{(ToewijzingNummer, aanbieder): state} of what messages that count tell of these numbers."""
    gevonden: dict[Wie, list[Levering]] = defaultdict(list)
    for aanbieder, *rest in conn.execute(_LEES, {"van": gemeente, "in_domein": domein, "nummers": nummers}):
        levering = Levering(*rest)
        gevonden[levering.nummer, aanbieder].append(levering)
    return {wie: stand_van(leveringen) for wie, leveringen in gevonden.items()}


def nummers_van(conn: Connection, bericht_nr: int) -> set[int]:
    """The ToewijzingNummers that a message tells of."""
    return set(conn.execute(select(_L.nummer).where(_L.bericht == bericht_nr)).scalars())
