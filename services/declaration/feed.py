"""The feed of allocation: declaration's own copy of the toewijzingen, and what A they change.

A pull asks for every row after the stored position, in order; each page is one short transaction with its new position.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from functools import partial
from itertools import groupby
from typing import Any, Final

import httpx
from sqlalchemy import Connection

from services.declaration import tables
from services.declaration.booking import Boekmoment, herboek
from services.declaration.contracts import Toewijzing
from services.declaration.onthouden import FEED_STAND
from services.declaration.store import stand, zet_stand
from services.declaration.turns import om_bij_te_werken
from services.kernel.clients import client_nrs_van
from services.kernel.database import once_more, upsert
from services.kernel.wiring import Dienst

STAND: Final = FEED_STAND
_LIMIT: Final = 500
_SECONDS: Final = 5.0

Sleutel = tuple[str, str, int]  # gemeente, domein, ToewijzingNummer
Laag = dict[Sleutel, Mapping[str, Any]]
# The day of what the hub learns itself: after every day before it.
_NU: Final = "nu"

# (na, limit) → the rows after `na`, oldest first. Raises Onbereikbaar when allocation is away.
Bron = Callable[[int, int], list[dict[str, Any]]]


class Onbereikbaar(RuntimeError):
    """Allocation does not answer, or not with a feed."""


def pull(dienst: Dienst, bron: Bron) -> int | None:
    """Bring the copy up to date; the position it then has, None when nothing was ever read.

    Raises Onbereikbaar; what was read before that stays.
    """
    na = feed_stand(dienst) or 0
    # Asked before the turn to write is taken: nobody waits for the other service inside a transaction.
    while rows := bron(na, _LIMIT):
        once_more(partial(_pas_toe, dienst, rows))
        na = rows[-1]["nr"]
        if len(rows) < _LIMIT:
            break
    return na or None


def _pas_toe(dienst: Dienst, rows: Sequence[Mapping[str, Any]]) -> None:
    with dienst.database.write() as conn:
        # Another pull may have come first.
        gelezen = beurt(conn)
        verwerk(conn, dienst, [row for row in rows if row["nr"] > gelezen])


def feed_stand(dienst: Dienst) -> int | None:
    """The number of the last row that was applied; None before the first."""
    with dienst.database.read() as conn:
        return stand(conn, STAND) or None


def beurt(conn: Connection) -> int:
    """Wait for the turn to apply rows, which lasts until the commit; the position after which they are applied."""
    om_bij_te_werken(conn)
    return stand(conn, STAND)


def verwerk(conn: Connection, dienst: Dienst, rows: Sequence[Mapping[str, Any]]) -> None:
    """Apply rows of the feed in order: the toewijzingen, their A, and the position."""
    if not rows:
        return
    clients = client_nrs_van(conn, {row["bsnHash"]: None for row in rows})
    for laag in _lagen(rows):
        _bewaar(conn, [_waarden(row, clients[row["bsnHash"]]) for row in laag.values()])
        geraakt: dict[tuple[str, str], list[int]] = defaultdict(list)
        for gemeente, domein, nummer in laag:
            geraakt[gemeente, domein].append(nummer)
        moment = Boekmoment(dienst.vandaag(), dienst.nu())
        herboek(conn, moment, geraakt, _wanneer(laag, moment))
    zet_stand(conn, STAND, rows[-1]["nr"])


def _lagen(rows: Sequence[Mapping[str, Any]]) -> list[Laag]:
    """The rows in turns: in each the last row about a number is its actual version.

    What stood between is history of allocation's; but a version of before the hub (`bekendOp`) has a turn of its own.
    So has each day of a client: under FULL a period stood on one toewijzing until another of the client was known.
    """
    lagen: list[Laag] = []
    eigen: dict[Sleutel, int] = defaultdict(int)
    dagen: dict[str, tuple[str, int]] = {}
    for row in _op_dag(rows):
        sleutel, client = (row["gemeente"], row["domein"], row["nummer"]), row["bsnHash"]
        dag = row.get("bekendOp", _NU)
        vorige, laag = dagen.get(client, (dag, 0))
        laag = max(eigen[sleutel], laag + (dag != vorige))
        while len(lagen) <= laag:
            lagen.append({})
        lagen[laag][sleutel] = row
        eigen[sleutel] = laag + ("bekendOp" in row)
        dagen[client] = dag, laag
    return lagen


def _op_dag(rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """In order; what was known before the hub by the day on which it was, whatever the order of the file."""
    for _, reeks in groupby(rows, lambda row: "bekendOp" in row):
        yield from sorted(reeks, key=lambda row: str(row.get("bekendOp", "")))


def _wanneer(laag: Laag, moment: Boekmoment) -> Callable[[Toewijzing], Boekmoment] | None:
    """The moment of what was known before the hub: the day of the version, else the last one of the same client."""
    dagen = {sleutel: date.fromisoformat(row["bekendOp"]) for sleutel, row in laag.items() if "bekendOp" in row}
    if not dagen:
        return None
    per_client: dict[str, date] = {}
    for sleutel, dag in dagen.items():
        client = laag[sleutel]["bsnHash"]
        per_client[client] = max(dag, per_client.get(client, dag))

    def wanneer(toewijzing: Toewijzing) -> Boekmoment:
        sleutel = toewijzing.gemeente, toewijzing.domein, toewijzing.nummer
        if sleutel in laag and sleutel not in dagen:
            return moment
        dag = dagen.get(sleutel) or per_client.get(toewijzing.client)
        return replace(moment, bekend_op=dag) if dag else moment

    return wanneer


def _bewaar(conn: Connection, waarden: list[dict[str, Any]]) -> None:
    t = tables.toewijzing
    statement = upsert(conn, t)
    sleutel = [t.c.gemeente, t.c.domein, t.c.nummer]
    rest = {name: statement.excluded[name] for name in waarden[0] if name not in {column.name for column in sleutel}}
    conn.execute(statement.on_conflict_do_update(index_elements=sleutel, set_=rest), waarden)


def _waarden(row: Mapping[str, Any], client: int) -> dict[str, Any]:
    einddatum, stop = row["einddatum"], row.get("stop") or {}
    return {
        "gemeente": row["gemeente"],
        "domein": row["domein"],
        "nummer": row["nummer"],
        "aanbieder": row["aanbieder"],
        "client": client,
        "categorie": row["categorie"],
        "code": row["code"],
        "ingangsdatum": date.fromisoformat(row["ingangsdatum"]),
        "einddatum": _dag(einddatum),
        "volume": row["volume"],
        "eenheid": row["eenheid"],
        "frequentie": row["frequentie"],
        "budget": row["budget"],
        "reden_wijziging": row["redenWijziging"],
        "toewijzingsdatum": date.fromisoformat(row["toewijzingsdatum"]),
        "toewijzingstijd": time.fromisoformat(row["toewijzingstijd"]),
        "release": row["release"],
        "vervallen": row["status"] == "vervallen",
        "feed_nr": row["nr"],
        # Left out where no 305 or 307 told anything.
        "start": _dag(row.get("start")),
        "stop": _dag(stop.get("einddatum")),
        "stop_reden": stop.get("reden"),
    }


def _dag(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def http_bron(url: str, sleutel: str) -> Bron:
    """Allocation's GET /v1/feed at `url` (where it is mounted, without /v1), with the key the services share."""
    client = httpx.Client(base_url=url.rstrip("/"), headers={"Authorization": f"Bearer {sleutel}"}, timeout=_SECONDS)

    def bron(na: int, limit: int) -> list[dict[str, Any]]:
        try:
            reply = client.get("/v1/feed", params={"na": na, "limit": limit})
            reply.raise_for_status()
            items: list[dict[str, Any]] = reply.json()["items"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as fout:
            raise Onbereikbaar from fout
        return items

    return bron
