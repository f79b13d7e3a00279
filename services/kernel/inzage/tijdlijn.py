"""A message's life, from what the tables say of it: received, judged, answered, delivered, its term."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, select

from services.kernel import berichten, gebeurtenissen
from services.kernel.berichten import Eerder
from services.kernel.inzage.dienstkennis import Dienstkennis
from services.kernel.read_in import INGELEZEN
from services.kernel.tables import gebeurtenis, postbus, termijn

Stapnaam = Literal[
    "ontvangen",
    "beoordeeld",
    "antwoord-op",
    "beantwoord",
    "verwant",
    "postbus",
    "gebeurtenis",
    "bezorgd",
    "bevestigd",
    "termijn",
    "termijn-beantwoord",
    "termijn-verlopen",
]
# What may have been before the message itself: what it answers, and what it belongs with.
_LOS: Final = ("antwoord-op", "verwant")
MAANDEN: Final = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_OORDEEL = {
    "goedgekeurd": "Goedgekeurd",
    "deels_afgekeurd": "Deels afgekeurd",
    "afgekeurd": "Afgekeurd: het bericht telt als niet verzonden",
    "doorgestuurd": "Doorgestuurd: de ontvanger beoordeelt het",
}
_GEBEURTENIS = {
    gebeurtenissen.BERICHT_AFGEKEURD: "Bericht dat het is afgekeurd",
    gebeurtenissen.TERMIJN_VERLOPEN: "Bericht dat het antwoord te laat is",
}


@dataclass(frozen=True, slots=True)
class Stap:
    """One step; `partij` is a code or "hub", `detail` is Dutch, `href` what can be read further."""

    moment: datetime
    stap: Stapnaam
    partij: str
    detail: str
    href: str | None = None

    def json(self) -> dict[str, Any]:
        return {
            "moment": self.moment.isoformat(),
            "stap": self.stap,
            "partij": self.partij,
            "detail": self.detail,
            "href": self.href,
        }


def tijdlijn(
    conn: Connection, kennis: Dienstkennis, eerder: Eerder, codes: frozenset[str] | None, pad: str
) -> list[Stap]:
    """The steps in order of time; of one moment, in the order in which one follows from the other.

    What is stored together got its moments microseconds apart, in the order of the code: nothing that follows from
    the message is told to be before it.

    `codes` may read the message (None: all), and follow a link to a gebeurtenis in a postbus of theirs only.
    """
    antwoord = berichten.antwoord_van(conn, eerder.nr)
    stappen = [
        *_ontvangst(eerder),
        *_samenhang(conn, kennis, eerder, antwoord, pad),
        *_bezorging(conn, eerder, codes, pad),
        *_termijn(conn, eerder, antwoord),
    ]
    return sorted((_niet_voor(eerder.ontvangen, stap) for stap in stappen), key=lambda stap: stap.moment)


def _niet_voor(ontvangen: datetime, stap: Stap) -> Stap:
    return stap if stap.stap in _LOS else replace(stap, moment=max(stap.moment, ontvangen))


def _ontvangst(eerder: Eerder) -> Iterator[Stap]:
    moment, verzender = eerder.ontvangen, eerder.verzender
    if eerder.partij is None:
        yield Stap(moment, "ontvangen", "hub", f"Opgesteld door de hub, namens {verzender}.")
    elif eerder.partij == INGELEZEN:
        yield Stap(moment, "ontvangen", "hub", "Ingelezen bij de ingebruikname; van voor de hub.")
    else:
        namens = "" if eerder.partij == verzender else f" namens {verzender}"
        yield Stap(moment, "ontvangen", eerder.partij, f"Ingediend door {eerder.partij}{namens}.")
        bevindingen = "" if eerder.oordeel == "doorgestuurd" else f"; {_aantal(eerder.aantal_bevindingen)}"
        yield Stap(moment, "beoordeeld", "hub", f"{_OORDEEL[eerder.oordeel]}{bevindingen}.")


def _aantal(bevindingen: int) -> str:
    return {0: "geen bevindingen", 1: "1 bevinding"}.get(bevindingen, f"{bevindingen} bevindingen")


def _samenhang(
    conn: Connection, kennis: Dienstkennis, eerder: Eerder, antwoord: Eerder | None, pad: str
) -> Iterator[Stap]:
    """What it answers, what answers it, and what else it belongs with."""
    if eerder.antwoord_op is not None:
        heen = berichten.bij_nr(conn, eerder.antwoord_op)
        detail = f"Antwoord op {heen.berichtsoort} {heen.identificatie}."
        yield Stap(eerder.ontvangen, "antwoord-op", eerder.verzender, detail, _href(pad, heen))
    if antwoord is not None:
        maker = "door de hub" if antwoord.partij is None else f"door {antwoord.verzender}"
        detail = f"Beantwoord {maker} met {antwoord.berichtsoort} {antwoord.identificatie}."
        yield Stap(antwoord.ontvangen, "beantwoord", antwoord.verzender, detail, _href(pad, antwoord))
    for ander in kennis.verwanten(conn, eerder):
        detail = f"Hoort bij {ander.berichtsoort} {ander.identificatie}."
        yield Stap(ander.ontvangen, "verwant", ander.verzender, detail, _href(pad, ander))


def _href(pad: str, eerder: Eerder) -> str:
    return f"{pad}/v1/berichten/{eerder.id}"


def _bezorging(conn: Connection, eerder: Eerder, codes: frozenset[str] | None, pad: str) -> Iterator[Stap]:
    """In whose postbus it lies, and the gebeurtenissen about it, each with what became of it there."""
    p, g = postbus.c, gebeurtenis.c
    when = (p.partij, p.nr, p.aangemaakt, p.bezorgd, p.bevestigd)
    for partij, nr, *momenten in conn.execute(select(*when).where(p.bericht == eerder.nr).order_by(p.partij, p.nr)):
        yield Stap(momenten[0], "postbus", partij, f"In de postbus van {partij}, nummer {nr}.")
        yield from _aangekomen(partij, "", *momenten[1:])
    told = select(g.id, g.soort, *when).join(postbus, p.gebeurtenis == g.nr).where(g.bericht == eerder.nr)
    for id, soort, partij, nr, *momenten in conn.execute(told.order_by(g.nr, p.partij)):
        wat = _GEBEURTENIS.get(soort, "Gebeurtenis")
        href = f"{pad}/v1/gebeurtenissen/{id}" if codes is None or partij in codes else None
        yield Stap(momenten[0], "gebeurtenis", partij, f"{wat}: in de postbus van {partij}, nummer {nr}.", href)
        yield from _aangekomen(partij, "Gebeurtenis: ", *momenten[1:])


def _aangekomen(partij: str, wat: str, bezorgd: datetime | None, bevestigd: datetime | None) -> Iterator[Stap]:
    if bezorgd is not None:
        yield Stap(bezorgd, "bezorgd", partij, f"{wat}bezorgd bij {partij}.".capitalize())
    if bevestigd is not None:
        yield Stap(bevestigd, "bevestigd", partij, f"{wat}ontvangst bevestigd door {partij}.".capitalize())


def _termijn(conn: Connection, eerder: Eerder, antwoord: Eerder | None) -> Iterator[Stap]:
    row = conn.execute(select(termijn).where(termijn.c.bericht == eerder.nr)).one_or_none()
    if row is None:
        return
    uiterlijk = _dag(row.uiterlijk)
    yield Stap(eerder.ontvangen, "termijn", row.plichtig, f"Uiterlijk {uiterlijk} antwoordt {row.plichtig}.")
    if row.gemeld is not None:
        yield Stap(
            row.gemeld, "termijn-verlopen", row.plichtig, f"Geen antwoord op {uiterlijk}: de termijn is voorbij."
        )
    if row.beantwoord is not None:
        hoe = f"Te laat beantwoord: dat moest uiterlijk {uiterlijk}." if row.laat else "Op tijd beantwoord."
        moment = max(row.beantwoord, antwoord.ontvangen) if antwoord is not None else row.beantwoord
        yield Stap(moment, "termijn-beantwoord", row.plichtig, hoe)


def _dag(dag: date) -> str:
    """As the page writes a day beside it."""
    return f"{dag.day} {MAANDEN[dag.month - 1]} {dag.year}"
