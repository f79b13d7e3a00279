"""The list of toewijzingen: of every ToewijzingNummer the state that holds now."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, false, func, or_, select

from services.allocation import tables
from services.allocation.message import VERWIJDERD, VERWIJDERD_OUD
from services.allocation.store import ACTUEEL, VERVALLEN

_V = tables.toewijzing_versie.c


@dataclass(frozen=True, slots=True)
class Lijstvraag:
    """What a list asks for; None asks nothing."""

    gemeente: str | None = None
    aanbieder: str | None = None
    nummer: int | None = None
    status: str | None = None


def lees_toewijzingen(
    conn: Connection, vraag: Lijstvraag, codes: frozenset[str] | None, na: int, limit: int
) -> list[tuple[int, dict[str, Any]]]:
    """(key, item) of at most `limit` toewijzingen of or for one of `codes` (None: everybody's), after key `na`."""
    holds = _that_holds(vraag, codes).subquery()
    gone = _gone(holds.c)
    statement = select(holds, gone.label("weg")).where(holds.c.plaats == 1, holds.c.nr > na)
    if vraag.status is not None:
        statement = statement.where(gone if vraag.status == VERVALLEN else ~gone)
    return [(row.nr, _item(row)) for row in conn.execute(statement.order_by(holds.c.nr).limit(limit))]


def _that_holds(vraag: Lijstvraag, codes: frozenset[str] | None) -> Any:
    """Every version with its place within its number; the one in place 1 holds, vervallen only if all of them are."""
    newest_first = (_V.vervallen, _V.toewijzingsdatum.desc(), _V.toewijzingstijd.desc(), _V.nr.desc())
    place = func.row_number().over(partition_by=(_V.gemeente, _V.domein, _V.nummer), order_by=newest_first)
    # Only what is the same for all versions of a number may be asked of each version.
    asked = [_V[name] == value for name in ("gemeente", "nummer") if (value := getattr(vraag, name)) is not None]
    if vraag.aanbieder is not None:
        asked.append(_V.aanbieder == vraag.aanbieder)
    if codes is not None:
        asked.append(or_(_V.gemeente.in_(codes), _V.aanbieder.in_(codes)) if codes else false())
    return select(tables.toewijzing_versie, place.label("plaats")).where(and_(True, *asked))


def _gone(c: Any) -> ColumnElement[bool]:
    removed = and_(c.reden_wijziging.in_((VERWIJDERD, VERWIJDERD_OUD)), c.einddatum == c.ingangsdatum)
    # Not removed when there is no reason or no end: NULL must not make the row disappear from both lists.
    gone: ColumnElement[bool] = or_(c.vervallen, func.coalesce(removed, false()))
    return gone


def _item(row: Row[Any]) -> dict[str, Any]:
    """What both parties see of a toewijzing: no client."""
    return {
        "gemeente": row.gemeente,
        "domein": row.domein,
        "nummer": row.nummer,
        "aanbieder": row.aanbieder,
        "status": VERVALLEN if row.weg else ACTUEEL,
        "release": row.release,
        "categorie": row.categorie,
        "code": row.code,
        "ingangsdatum": row.ingangsdatum.isoformat(),
        "einddatum": row.einddatum.isoformat() if row.einddatum else None,
        "volume": row.volume,
        "eenheid": row.eenheid,
        "frequentie": row.frequentie,
        "budget": row.budget,
        "redenWijziging": row.reden_wijziging,
        "referentieAanbieder": row.referentie_aanbieder,
        "toewijzingsdatum": row.toewijzingsdatum.isoformat(),
        "toewijzingstijd": row.toewijzingstijd.isoformat(),
    }
