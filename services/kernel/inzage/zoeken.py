"""Searching messages: by what stands in their Header, by what was found in them, and by what they are about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, or_, select, union

from services.kernel.berichten import EERDER, Eerder, leesbaar
from services.kernel.catalogue import supported
from services.kernel.inzage.dienstkennis import Berichtnummers, Dienstkennis
from services.kernel.tables import bericht, bericht_retourcode

_GELIJK = ("identificatie", "release", "berichtsoort", "verzender", "bestemming", "oordeel")


@dataclass(frozen=True, slots=True)
class Zoekvraag:
    """What a search asks for; None asks nothing. `van` and `tot` bound the moment of receipt, `tot` exclusive.

    `partij` is sender or receiver, `retourcode` stands with a bevinding of the message, `client` is a keyed hash.
    """

    identificatie: str | None = None
    standaard: str | None = None
    release: str | None = None
    berichtsoort: str | None = None
    verzender: str | None = None
    bestemming: str | None = None
    partij: str | None = None
    oordeel: str | None = None
    retourcode: str | None = None
    toewijzing: int | None = None
    declaratienummer: str | None = None
    client: str | None = None
    van: datetime | None = None
    tot: datetime | None = None


def zoek(
    conn: Connection,
    vraag: Zoekvraag,
    kennis: Dienstkennis,
    codes: frozenset[str] | None,
    na: int | None,
    limit: int,
) -> list[Eerder]:
    """The messages `codes` may read, newest first: at most `limit`, those before row `na`."""
    statement = leesbaar(EERDER, codes).where(*_kop(vraag)).order_by(bericht.c.nr.desc()).limit(limit)
    for nummers in _onderwerpen(vraag, kennis):
        statement = statement.where(bericht.c.nr.in_(nummers))
    if na is not None:
        statement = statement.where(bericht.c.nr < na)
    return [Eerder(*row) for row in conn.execute(statement)]


def _kop(vraag: Zoekvraag) -> list[ColumnElement[bool]]:
    """What the row of a message itself says."""
    asked = {name: getattr(vraag, name) for name in _GELIJK}
    found = [bericht.c[name] == value for name, value in asked.items() if value is not None]
    if vraag.standaard is not None:
        # By the kinds it has, for which there is an index.
        kinds = {soort.naam for soort in supported() if soort.standaard == vraag.standaard}
        found.append(bericht.c.berichtsoort.in_(sorted(kinds)))
    if vraag.partij is not None:
        found.append(or_(bericht.c.verzender == vraag.partij, bericht.c.bestemming == vraag.partij))
    if vraag.van is not None:
        found.append(bericht.c.ontvangen >= vraag.van)
    if vraag.tot is not None:
        found.append(bericht.c.ontvangen < vraag.tot)
    return found


def _onderwerpen(vraag: Zoekvraag, kennis: Dienstkennis) -> list[Any]:
    """What other tables say: each a query of numbers of messages."""
    found: list[Any] = []
    if vraag.retourcode is not None:
        codes = bericht_retourcode.c
        found.append(select(codes.bericht).where(codes.code == vraag.retourcode))
    if vraag.toewijzing is not None:
        found.append(_met_antwoord(kennis.toewijzing(vraag.toewijzing)))
    if vraag.declaratienummer is not None:
        nergens = select(bericht.c.nr).where(bericht.c.nr < 0)
        numbered = kennis.declaratienummer(vraag.declaratienummer) if kennis.declaratienummer else nergens
        found.append(_met_antwoord(numbered))
    if vraag.client is not None:
        found.append(_met_antwoord(kennis.client(vraag.client)))
    return found


def _met_antwoord(nummers: Berichtnummers) -> Select[Any]:
    """These messages and what answers them: an answer is about the same, and does not say so in a table of its own."""
    own = nummers.subquery()
    (column,) = own.c
    answers = select(bericht.c.nr).join(own, bericht.c.antwoord_op == column)
    return select(union(select(column), answers).subquery())
