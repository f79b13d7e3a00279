"""What the quality figures count, read in sets: messages that parties handed in, and how long their answers took.

Replays leave no row. What was read in at going live is no traffic, and what the hub wrote was handed in by nobody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, select, text

from services.kernel import problems
from services.kernel.catalogue import CATALOGUE
from services.kernel.kwaliteit import XSD, Aanbod, Per, Wachttijd, tijdvak_van, uitkomst_van
from services.kernel.read_in import INGELEZEN
from services.kernel.settings import AMSTERDAM
from services.kernel.tables import bericht, weigering
from services.kernel.toegang import access, parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

_HEEN = bericht.alias("heen")
_TERUG = bericht.alias("terug")
_SOORTEN = {(soort.naam, soort.release): soort for soort in CATALOGUE}

# (party, other party) → whether the reader may see what the first did towards the second.
Zicht = Callable[[str, str | None], bool]


@dataclass(frozen=True, slots=True)
class Vraag:
    """What is received from `van` through `tot`, per month or four weeks; `partij` asks for one."""

    van: date
    tot: date
    per: Per
    week53: str
    partij: str | None = None

    def label(self, moment: datetime) -> str:
        """The stretch of time that holds a moment."""
        return tijdvak_van(dag_van(moment), self.per, self.week53)

    @property
    def momenten(self) -> tuple[datetime, datetime]:
        """From when, and before when, in UTC."""
        return _middernacht(self.van), _middernacht(self.tot + timedelta(days=1))

    @property
    def tijdvakken(self) -> dict[str, datetime]:
        """The stretches of time in order, each with the moment before which it ends, in UTC."""
        dagen = (self.van + timedelta(days=n) for n in range((self.tot - self.van).days + 1))
        laatste = {tijdvak_van(dag, self.per, self.week53): dag for dag in dagen}
        return {label: _middernacht(dag + timedelta(days=1)) for label, dag in laatste.items()}


def _middernacht(dag: date) -> datetime:
    """The moment a day begins in Amsterdam, in UTC."""
    return datetime.combine(dag, time.min, AMSTERDAM).astimezone(UTC)


def dag_van(moment: datetime) -> date:
    """The day in Amsterdam."""
    return moment.astimezone(AMSTERDAM).date()


def zicht_van(conn: Connection, dienst: Dienst, kijker: Partij, partij: str | None) -> Zicht:
    """Everybody sees himself, a gemeente also what is done towards it; region and operator everything. 403 for another.

    The region may see figures per party; those made of what clients have are hidden from it when they are few
    (privacy/kleine_aantallen.py).
    """
    if kijker.soort in ("regio", "beheer"):
        return lambda wie, _: partij in (None, wie)
    codes = parties.leesbaar_voor(conn, kijker, dienst.vandaag()) or frozenset()
    gemeenten = {code for code in codes if access.is_gemeente(code)}
    # A gemeente may ask for any aanbieder, in its traffic with her.
    if partij is not None and partij not in codes and (access.is_gemeente(partij) or not gemeenten):
        raise problems.niet_namens()
    return lambda wie, naar: partij in (None, wie) and (wie in codes or naar in gemeenten)


def lees_aanbod(conn: Connection, vraag: Vraag, zicht: Zicht) -> Iterator[Aanbod]:
    """The messages that were handed in, and those that did not fit their schema: of these only who handed them in is
    known, and not for whom."""
    begin, eind = vraag.momenten
    columns = (
        *(_HEEN.c.verzender, _HEEN.c.bestemming, _HEEN.c.berichtsoort, _HEEN.c.release, _HEEN.c.ontvangen),
        *(_HEEN.c.oordeel, _HEEN.c.telt, _HEEN.c.ingediend, _HEEN.c.bevindingen),
        *(_TERUG.c.nr.label("antwoord"), _TERUG.c.toegekend),
    )
    rows = conn.execute(
        _met_antwoord(select(*columns)).where(
            *(_HEEN.c.ontvangen >= begin, _HEEN.c.ontvangen < eind),
            *(_HEEN.c.partij.is_not(None), _HEEN.c.partij != INGELEZEN),
        )
    )
    yield from (_aanbod(vraag, row) for row in rows if zicht(row.verzender, row.bestemming))
    w = weigering.c
    geweigerd = select(w.partij, w.ontvangen, w.berichtsoort).where(
        w.ontvangen >= begin, w.ontvangen < eind, w.berichtsoort.is_not(None)
    )
    for row in conn.execute(geweigerd):
        if zicht(row.partij, None):
            yield Aanbod(row.partij, vraag.label(row.ontvangen), row.berichtsoort, XSD)


def lees_wachttijden(conn: Connection, vraag: Vraag, zicht: Zicht) -> Iterator[Wachttijd]:
    """What was received that asks for an answer, and when it came; what counts as not sent asks for none."""
    begin, eind = vraag.momenten
    columns = (
        *(_HEEN.c.verzender, _HEEN.c.bestemming, _HEEN.c.berichtsoort, _HEEN.c.release, _HEEN.c.ontvangen),
        *(_HEEN.c.telt, _TERUG.c.ontvangen.label("beantwoord")),
    )
    rows = conn.execute(
        _met_antwoord(select(*columns)).where(
            *(_HEEN.c.ontvangen >= begin, _HEEN.c.ontvangen < eind, _HEEN.c.antwoord_op.is_(None)),
            *(_HEEN.c.partij.is_not(None), _HEEN.c.partij != INGELEZEN),
        )
    )
    for row in rows:
        soort = _SOORTEN.get((row.berichtsoort, row.release))
        if soort is None or soort.antwoord is None or soort.termijn is None:
            continue
        if (row.telt or row.beantwoord is not None) and zicht(row.bestemming, row.verzender):
            dag = dag_van(row.beantwoord) if row.beantwoord is not None else None
            wie = row.bestemming, vraag.label(row.ontvangen), soort.antwoord
            yield Wachttijd(*wie, dag_van(row.ontvangen), dag, soort.termijn)


def _met_antwoord(statement: Select[Any]) -> Select[Any]:
    """With the answer that counts, if there is one."""
    # As its index says it: that telt = 1 is the same SQLite does not see, and then it reads them all for each message.
    same = and_(_TERUG.c.antwoord_op == _HEEN.c.nr, text("terug.telt"))
    return statement.select_from(_HEEN).join(_TERUG, same, isouter=True)


def _aanbod(vraag: Vraag, row: Any) -> Aanbod:
    soort = _SOORTEN.get((row.berichtsoort, row.release))
    uitkomst = uitkomst_van(
        row.oordeel,
        telt=row.telt,
        wacht=soort is not None and soort.antwoord is not None,
        ingediend=row.ingediend,
        toegekend=row.toegekend,
        beantwoord=row.antwoord is not None,
    )
    codes = tuple(item["retourcode"] for item in row.bevindingen if item["retourcode"])
    return Aanbod(row.verzender, vraag.label(row.ontvangen), row.berichtsoort, uitkomst, codes)
