"""Kenmerken: what a gemeente says about a toewijzing beside the 301. They stand beside the result and never change A.

One row per toewijzing has what holds now; every state it ever had is kept with who set it, and when.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select, tuple_

from services.declaration import tables
from services.declaration.afspraken.gevolgen import Geladen
from services.declaration.onthouden import verouder
from services.kernel.codelists import gemeente_bestaat
from services.kernel.database import insert_rows, upsert
from services.kernel.loading import Kolommen, Rij, eis_zonder, lees_rijen
from services.kernel.one_of import one_of

COHORTEN: Final = ("oud", "nieuw")
REDENEN: Final = ("verzoek", "bezwaar")
# A week has no more.
MEESTE_MINUTEN: Final = 7 * 24 * 60

Sleutel = tuple[str, str, int]  # gemeente, domein, ToewijzingNummer
_K = tables.kenmerk


@dataclass(frozen=True, slots=True)
class Kenmerken:
    """`minuten_per_week` were told to the client on `reden`, by a version of the normenkader: both or none."""

    cohort: str | None = None
    minuten_per_week: int | None = None
    reden: str | None = None
    normenkader: str | None = None
    overgangstermijn_tot: date | None = None
    bron: str | None = None


def mis_met(kenmerken: Kenmerken) -> str | None:
    """What does not go together, in Dutch; None: nothing."""
    uren = kenmerken.minuten_per_week, kenmerken.reden, kenmerken.normenkader
    if None in uren and uren != (None, None, None):
        return "minuten per week, reden en normenkader gaan samen"
    return None


def zet(conn: Connection, wat: Mapping[Sleutel, Kenmerken], wie: str, nu: datetime) -> int:
    """Put these in the place of what there was, and keep that they were; how many are new or changed."""
    huidig = _lees(conn, wat)
    anders = {sleutel: kenmerken for sleutel, kenmerken in wat.items() if huidig.get(sleutel) != kenmerken}
    if not anders:
        return 0
    rijen = [
        {**dict(zip(_SLEUTEL, sleutel, strict=True)), **asdict(kenmerken), "gezet_door": wie, "gezet_op": nu}
        for sleutel, kenmerken in anders.items()
    ]
    statement = upsert(conn, _K)
    rest = {naam: statement.excluded[naam] for naam in rijen[0] if naam not in _SLEUTEL}
    conn.execute(statement.on_conflict_do_update(index_elements=_SLEUTEL, set_=rest), rijen)
    columns = tuple(rijen[0])
    insert_rows(conn, tables.kenmerk_historie, [tuple(rij.values()) for rij in rijen], columns)
    verouder(conn)
    return len(rijen)


def lees_kenmerken(
    conn: Connection, where: Collection[ColumnElement[bool]], na: Sleutel | None, limit: int
) -> Sequence[Row[Any]]:
    """The rows after this key, in its order, with the aanbieder of each toewijzing."""
    k, t = _K.c, tables.toewijzing.c
    same = (t.gemeente == k.gemeente) & (t.domein == k.domein) & (t.nummer == k.nummer)
    statement = select(_K, t.aanbieder).join(tables.toewijzing, same).where(*where)
    if na is not None:
        statement = statement.where(tuple_(k.gemeente, k.domein, k.nummer) > na)
    return conn.execute(statement.order_by(k.gemeente, k.domein, k.nummer).limit(limit)).all()


def bestaat(conn: Connection, gemeente: str, domein: str, nummers: Collection[int]) -> set[int]:
    """Which of these ToewijzingNummers the hub knows."""
    t = tables.toewijzing.c
    known = select(t.nummer).where(t.gemeente == gemeente, t.domein == domein)
    return set(conn.execute(known.where(one_of(t.nummer, nummers))).scalars())


def laad_kenmerken(conn: Connection, tekst: str, wie: str, nu: datetime) -> Geladen:
    """Rows: gemeente, domein, nummer and any of the others; a column that the file lacks stays as it was.

    Laadfout: unreadable, an unknown toewijzing, twice the same one, or hours without their reason.
    """
    rijen, fouten = lees_rijen(tekst, _KOLOMMEN, _MAG_ONTBREKEN)
    sleutels = [(rij["gemeente"], rij["domein"], rij["nummer"]) for _, rij in rijen]
    huidig = _lees(conn, sleutels)
    nieuw: dict[Sleutel, Kenmerken] = {}
    for (nummer, rij), sleutel in zip(rijen, sleutels, strict=True):
        oud = asdict(huidig.get(sleutel, Kenmerken()))
        kenmerken = Kenmerken(**oud | {naam: rij[naam] for naam in oud if naam in rij})
        if mis := mis_met(kenmerken):
            fouten.append(f"Rij {nummer}: {mis}")
        if sleutel in nieuw:
            fouten.append(f"Rij {nummer}: deze toewijzing staat er al")
        nieuw[sleutel] = kenmerken
    eis_zonder([*fouten, *_onbekend(conn, rijen)])
    return Geladen(zet(conn, nieuw, wie, nu), 0)


def _onbekend(conn: Connection, rijen: Sequence[tuple[int, Rij]]) -> list[str]:
    per_gemeente: dict[tuple[str, str], set[int]] = {}
    for _, rij in rijen:
        per_gemeente.setdefault((rij["gemeente"], rij["domein"]), set()).add(rij["nummer"])
    bekend = {waar: bestaat(conn, *waar, nummers) for waar, nummers in per_gemeente.items()}
    return [
        f"Rij {nummer}: de hub kent deze toewijzing niet"
        for nummer, rij in rijen
        if rij["nummer"] not in bekend[rij["gemeente"], rij["domein"]]
    ]


def _lees(conn: Connection, sleutels: Collection[Sleutel]) -> dict[Sleutel, Kenmerken]:
    """What holds now of these; one query per gemeente."""
    gevonden: dict[Sleutel, Kenmerken] = {}
    per_gemeente: dict[tuple[str, str], set[int]] = {}
    for gemeente, domein, nummer in sleutels:
        per_gemeente.setdefault((gemeente, domein), set()).add(nummer)
    for (gemeente, domein), nummers in per_gemeente.items():
        eigen = select(_K).where(_K.c.gemeente == gemeente, _K.c.domein == domein)
        for row in conn.execute(eigen.where(one_of(_K.c.nummer, nummers))):
            velden = {naam: getattr(row, naam) for naam in Kenmerken.__dataclass_fields__}
            gevonden[gemeente, domein, row.nummer] = Kenmerken(**velden)
    return gevonden


_SLEUTEL: Final = ("gemeente", "domein", "nummer")
_MAG_ONTBREKEN: Final = ("cohort", "minuten_per_week", "reden", "normenkader", "overgangstermijn_tot", "bron")


def _patroon(patroon: str) -> Callable[[str], str]:
    def lees(cel: str) -> str:
        if re.fullmatch(patroon, cel) is None:
            raise ValueError
        return cel

    return lees


def _open(lees: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda cel: lees(cel) if cel else None


def _gemeente(cel: str) -> str:
    if not gemeente_bestaat(cel, date.max):
        raise ValueError
    return cel


def _minuten(cel: str) -> int:
    minuten = int(_patroon(r"[0-9]{1,5}")(cel))
    if minuten > MEESTE_MINUTEN:
        raise ValueError
    return minuten


_KOLOMMEN: Final[Kolommen] = {
    "gemeente": (_gemeente, "een CBS-code van een gemeente"),
    "domein": (_patroon("wmo|jeugd"), "wmo of jeugd"),
    "nummer": (lambda cel: int(_patroon(r"[0-9]{1,9}")(cel)), "een ToewijzingNummer"),
    "cohort": (_open(_patroon("|".join(COHORTEN))), "oud of nieuw, of leeg"),
    "minuten_per_week": (_open(_minuten), f"hele minuten, hoogstens {MEESTE_MINUTEN}, of leeg"),
    "reden": (_open(_patroon("|".join(REDENEN))), "verzoek of bezwaar, of leeg"),
    "normenkader": (_open(_patroon(r".{1,100}")), "een versie van hoogstens 100 tekens, of leeg"),
    "overgangstermijn_tot": (_open(date.fromisoformat), "een datum als 2025-01-31, of leeg"),
    "bron": (_open(_patroon(r".{1,200}")), "hoogstens 200 tekens, of leeg"),
}
