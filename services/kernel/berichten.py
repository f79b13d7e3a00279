"""Messages as they are stored: what was decided on each, whether it was seen before, and its bytes."""

import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, or_, select

from services.kernel.bevinding import LIJST_MAXIMUM, Bevinding
from services.kernel.catalogue import Berichtsoort
from services.kernel.database import insert_rows
from services.kernel.one_of import one_of
from services.kernel.privacy.sleutelring import Sleutelring, ring_van
from services.kernel.tables import bericht, bericht_retourcode, weigering
from services.kernel.tables import inhoud as inhoud_tabel

# Compressed inside the writer's turn, and XML shrinks tenfold at the fastest level already.
ZLIB_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Verwijzing:
    """The message that answers another one."""

    berichtsoort: str
    id: str


@dataclass(frozen=True, slots=True)
class Uitkomst:
    """What was decided on one message. Amounts in eurocent; `nieuw` False means that it was decided before (a replay).

    `bevindingen` has all of them when just decided, the first 1,000 when read back; `aantal` is always complete.
    """

    id: str
    standaard: str
    release: str
    berichtsoort: str
    verzender: str
    bestemming: str
    identificatie: str
    oordeel: str
    ingediend: int | None
    toegekend: int | None
    feed_nr: int | None
    bevindingen: tuple[Bevinding, ...]
    retour: Verwijzing | None
    nieuw: bool
    aantal_bevindingen: int | None = None

    @property
    def aantal(self) -> int:
        """How many bevindingen there are, listed or not."""
        return len(self.bevindingen) if self.aantal_bevindingen is None else self.aantal_bevindingen

    def json(self, pad: str) -> dict[str, Any]:
        """The shape and key order of design §5; `pad` is where the service is mounted."""
        href = f"{pad}/v1/berichten/{self.id}/retour"
        return {
            "id": self.id,
            "standaard": self.standaard,
            "release": self.release,
            "berichtsoort": self.berichtsoort,
            "verzender": self.verzender,
            "bestemming": self.bestemming,
            "identificatie": self.identificatie,
            "oordeel": self.oordeel,
            "ingediend": self.ingediend,
            "toegekend": self.toegekend,
            "feedNr": self.feed_nr,
            "aantalBevindingen": self.aantal,
            "bevindingen": listed(self.bevindingen),
            "retour": {"berichtsoort": self.retour.berichtsoort, "href": href} if self.retour else None,
        }


def listed(bevindingen: Sequence[Bevinding]) -> list[dict[str, Any]]:
    """The bevindingen as a reply lists and a row stores them: the first 1,000."""
    return [bevinding.json() for bevinding in bevindingen[:LIJST_MAXIMUM]]


@dataclass(frozen=True, slots=True)
class Eerder:
    """A stored message, without its bevindingen and its bytes. `antwoord_op` is the number of the row it answers."""

    nr: int
    id: str
    standaard: str
    release: str
    berichtsoort: str
    domein: str
    verzender: str
    bestemming: str
    identificatie: str
    dagtekening: date | None
    sha256: str
    ontvangen: datetime
    partij: str | None
    oordeel: str
    telt: bool
    ingediend: int | None
    toegekend: int | None
    feed_nr: int | None
    aantal_bevindingen: int
    antwoord_op: int | None

    def json(self, pad: str) -> dict[str, Any]:
        """One item of a search: the verdict without its bevindingen."""
        return {
            "nr": self.nr,
            "id": self.id,
            "standaard": self.standaard,
            "release": self.release,
            "berichtsoort": self.berichtsoort,
            "verzender": self.verzender,
            "bestemming": self.bestemming,
            "identificatie": self.identificatie,
            "ontvangen": self.ontvangen.isoformat(),
            "oordeel": self.oordeel,
            "ingediend": self.ingediend,
            "toegekend": self.toegekend,
            "aantalBevindingen": self.aantal_bevindingen,
            "href": f"{pad}/v1/berichten/{self.id}",
        }


@dataclass(frozen=True, slots=True)
class Herhaling:
    """The same message again: the first answer is given again and nothing is stored."""

    uitkomst: Uitkomst


@dataclass(frozen=True, slots=True)
class Bezet:
    """Other bytes under a key that an earlier message, which counts, has used."""

    eerder: Eerder


EERDER: Select[Any] = select(*(bericht.c[field.name] for field in fields(Eerder)))


_MET_SLEUTEL: Select[Any] = EERDER.where(
    *(bericht.c.berichtsoort == bindparam("soort"), bericht.c.verzender == bindparam("van")),
    bericht.c.identificatie == bindparam("id"),
).order_by(bericht.c.nr)
_BEWAAR = insert(bericht).returning(bericht.c.nr)
_BEWAAR_INHOUD = insert(inhoud_tabel)


def _eerder(row: Row[*tuple[Any, ...]] | None) -> Eerder | None:
    return Eerder(*row) if row else None


def zoek_eerder(
    conn: Connection, berichtsoort: str, verzender: str, identificatie: str, sha256: str
) -> Herhaling | Bezet | None:
    """Whether this key came before (design §3, Replay): with the same bytes, with others that count, or neither."""
    sleutel = {"soort": berichtsoort, "van": verzender, "id": identificatie}
    rows = [Eerder(*row) for row in conn.execute(_MET_SLEUTEL, sleutel)]
    for row in rows:
        if row.sha256 == sha256:
            return Herhaling(uitkomst_van(conn, row))
    return next((Bezet(row) for row in rows if row.telt), None)


def uitkomst_van(conn: Connection, eerder: Eerder) -> Uitkomst:
    """The verdict on a stored message as it was given, with the answer it has by now."""
    stored = conn.execute(select(bericht.c.bevindingen).where(bericht.c.nr == eerder.nr)).scalar_one()
    antwoord = antwoord_van(conn, eerder.nr)
    return Uitkomst(
        id=eerder.id,
        standaard=eerder.standaard,
        release=eerder.release,
        berichtsoort=eerder.berichtsoort,
        verzender=eerder.verzender,
        bestemming=eerder.bestemming,
        identificatie=eerder.identificatie,
        oordeel=eerder.oordeel,
        ingediend=eerder.ingediend,
        toegekend=eerder.toegekend,
        feed_nr=eerder.feed_nr,
        bevindingen=tuple(Bevinding.from_json(item) for item in stored),
        retour=Verwijzing(antwoord.berichtsoort, antwoord.id) if antwoord else None,
        nieuw=False,
        aantal_bevindingen=eerder.aantal_bevindingen,
    )


def bewaar(
    conn: Connection,
    uitkomst: Uitkomst,
    *,
    soort: Berichtsoort,
    sha256: str,
    ontvangen: datetime,
    telt: bool,
    inhoud: bytes | None,
    antwoord_op: int | None,
    partij: str | None,
    dagtekening: date | None = None,
) -> int:
    """Store a message and the verdict on it; the number of its row.

    `partij` is the code of who handed it over, None when the hub wrote it. `inhoud` None stores no bytes.
    """
    waarden = dict(
        id=uitkomst.id,
        standaard=soort.standaard,
        release=soort.release,
        berichtsoort=soort.naam,
        domein=soort.domein,
        verzender=uitkomst.verzender,
        bestemming=uitkomst.bestemming,
        identificatie=uitkomst.identificatie,
        dagtekening=dagtekening,
        sha256=sha256,
        ontvangen=ontvangen,
        partij=partij,
        oordeel=uitkomst.oordeel,
        telt=telt,
        ingediend=uitkomst.ingediend,
        toegekend=uitkomst.toegekend,
        feed_nr=uitkomst.feed_nr,
        aantal_bevindingen=uitkomst.aantal,
        bevindingen=listed(uitkomst.bevindingen),
        antwoord_op=antwoord_op,
    )
    nr = int(conn.execute(_BEWAAR, waarden).scalar_one())
    codes = {bevinding.retourcode for bevinding in uitkomst.bevindingen if bevinding.retourcode}
    insert_rows(conn, bericht_retourcode, [(code, nr) for code in sorted(codes)], ["code", "bericht"])
    if inhoud is not None:
        conn.execute(_BEWAAR_INHOUD, {"bericht": nr, "bytes": verpak(ring_van(conn), uitkomst.id, inhoud)})
    return nr


def weiger(
    conn: Connection,
    *,
    ontvangen: datetime,
    partij: str,
    type: str,
    sha256: str,
    soort: Berichtsoort | None = None,
    bevindingen: Sequence[Bevinding] = (),
) -> None:
    """One row, without content, about a message that could not be read: for the quality figures."""
    conn.execute(
        insert(weigering).values(
            ontvangen=ontvangen,
            partij=partij,
            type=type,
            standaard=soort.standaard if soort else None,
            release=soort.release if soort else None,
            berichtsoort=soort.naam if soort else None,
            sha256=sha256,
            aantal_bevindingen=len(bevindingen),
            bevindingen=listed(bevindingen),
        )
    )


def vind_heenbericht(conn: Connection, berichtsoort: str, verzender: str, identificatie: str) -> Eerder | None:
    """The message an answer refers to, if it counts."""
    statement = EERDER.where(
        bericht.c.berichtsoort == berichtsoort,
        bericht.c.verzender == verzender,
        bericht.c.identificatie == identificatie,
        bericht.c.telt,
    )
    return _eerder(conn.execute(statement).one_or_none())


def antwoord_van(conn: Connection, nr: int) -> Eerder | None:
    """The message that answers row `nr`, the hub's own or that of the other party."""
    newest_first = (bericht.c.telt.desc(), bericht.c.nr.desc())
    return _eerder(conn.execute(EERDER.where(bericht.c.antwoord_op == nr).order_by(*newest_first).limit(1)).first())


def bij_nr(conn: Connection, nr: int) -> Eerder:
    """The message of this row."""
    return Eerder(*conn.execute(EERDER.where(bericht.c.nr == nr)).one())


def vind(conn: Connection, id: str, codes: frozenset[str] | None) -> Eerder | None:
    """The message with this id, if sent by or meant for one of `codes` (None: whoever's it is)."""
    return _eerder(conn.execute(leesbaar(EERDER.where(bericht.c.id == id), codes)).one_or_none())


def inhoud(conn: Connection, nr: int) -> bytes | None:
    """The bytes of a message exactly as received or given; None when they were not kept."""
    return next((content for _, content in inhouden(conn, [nr])), None)


def inhouden(conn: Connection, nrs: Collection[int]) -> Iterator[tuple[int, bytes]]:
    """(nr, bytes) of each of these messages whose content was kept."""
    ring = ring_van(conn)
    statement = select(inhoud_tabel.c.bericht, bericht.c.id, inhoud_tabel.c.bytes).join(bericht)
    for nr, id, stored in conn.execute(statement.where(one_of(inhoud_tabel.c.bericht, nrs))):
        yield nr, pak_uit(ring, id, stored)


def verpak(ring: Sleutelring, id: str, inhoud: bytes) -> bytes:
    """The bytes of message `id` as they are stored: compressed, then encrypted and bound to that message."""
    return ring.dicht(zlib.compress(inhoud, ZLIB_LEVEL), doel_inhoud(id))


def pak_uit(ring: Sleutelring, id: str, opgeslagen: bytes) -> bytes:
    return zlib.decompress(ring.open(opgeslagen, doel_inhoud(id)))


def doel_inhoud(id: str) -> str:
    """What the encrypted bytes are bound to: their column, and the message whose they are."""
    return f"inhoud.bytes/{id}"


def leesbaar(statement: Select[Any], codes: frozenset[str] | None) -> Select[Any]:
    """Only what one of `codes` sent or is to receive; None: whoever's it is."""
    if codes is None:
        return statement
    return statement.where(or_(bericht.c.verzender.in_(codes), bericht.c.bestemming.in_(codes)))
