"""Terms: which message waits for whose answer, until which day that is in time, and the event when it is not.

A term begins when a message is passed on to the party that must answer it, and ends with that answer, late or not. What
the hub answers itself, in the transaction of the message, waits for nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Date, insert, literal, or_, select, update

from services.kernel import gebeurtenissen, postbus
from services.kernel.catalogue import Berichtsoort
from services.kernel.database import een_tegelijk
from services.kernel.tables import bericht, termijn
from services.kernel.waarneming import logs
from services.kernel.wiring import Dienst
from services.kernel.working_days import plus_werkdagen

Status = Literal["open", "vandaag", "te_laat", "beantwoord", "te_laat_beantwoord"]
Rol = Literal["wachtend", "plichtig"]
ONBEANTWOORD: Final[tuple[Status, ...]] = ("open", "vandaag", "te_laat")
# Overdue terms that one transaction tells of: whoever else wants to write waits no longer than for those.
_PER_KEER: Final = 200

_T = termijn.c
_B = bericht.c
_BEGIN: Final = insert(termijn)


# --- from message to answer ------------------------------------------------------------------------------------------


def begin(conn: Connection, soort: Berichtsoort, nr: int, wachtend: str, plichtig: str, vandaag: date) -> None:
    """From now on message `nr`, received today, waits for `plichtig`; nothing for a kind that no message answers."""
    if soort.antwoord is None or soort.termijn is None:
        return
    uiterlijk = plus_werkdagen(vandaag, soort.termijn)
    wie = {"wachtend": wachtend, "plichtig": plichtig}
    conn.execute(_BEGIN, {"bericht": nr, "antwoord": soort.antwoord, "uiterlijk": uiterlijk, **wie})


def sluit(conn: Connection, nr: int, nu: datetime, vandaag: date) -> None:
    """The answer to message `nr` is there; nothing when it had no term (it was read in, say)."""
    laat = _T.uiterlijk < literal(vandaag, Date)
    conn.execute(update(termijn).where(_T.bericht == nr, _T.beantwoord.is_(None)).values(beantwoord=nu, laat=laat))


# --- overdue ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Verlopen:
    nr: int
    id: str
    berichtsoort: str
    release: str
    identificatie: str
    wachtend: str
    plichtig: str
    antwoord: str
    uiterlijk: date

    def data(self) -> dict[str, Any]:
        return {
            "berichtsoort": self.berichtsoort,
            "release": self.release,
            # Free text of the sender's, and an event holds no BSN: who needs it whole follows the subject.
            "identificatie": logs.mask(self.identificatie),
            "wachtend": self.wachtend,
            "plichtig": self.plichtig,
            "antwoord": self.antwoord,
            "uiterlijk": self.uiterlijk.isoformat(),
        }


def meld_verlopen(dienst: Dienst) -> int:
    """Tell both parties of every overdue answer that they were not told of before; how many that were.

    Each term is told once, whatever number of clocks there are: its mark and its event are of one transaction.
    """
    gemeld = 0
    while (aantal := _meld_deel(dienst)) is not None:
        gemeld += aantal
    return gemeld


def _meld_deel(dienst: Dienst) -> int | None:
    """Tell of some of them, in a transaction of their own; None when there is nothing left to tell."""
    te_melden = _te_melden(dienst.vandaag())
    # Asked first without a turn to write: most minutes there is nothing.
    with dienst.database.read() as conn:
        if conn.execute(te_melden.limit(1)).first() is None:
            return None
    with dienst.database.write() as conn:
        een_tegelijk(conn, "termijnen")
        verlopen = [_Verlopen(*row) for row in conn.execute(te_melden.limit(_PER_KEER))]
        ongemeld = _markeer(conn, [termijn.nr for termijn in verlopen], dienst.nu())
        _meld(conn, dienst, [termijn for termijn in verlopen if termijn.nr in ongemeld])
        return len(ongemeld)


def _te_melden(vandaag: date) -> Any:
    """The oldest first."""
    what = (_B.id, _B.berichtsoort, _B.release, _B.identificatie, _T.wachtend, _T.plichtig, _T.antwoord, _T.uiterlijk)
    return (
        select(_T.bericht, *what)
        .join(bericht, _B.nr == _T.bericht)
        .where(_T.beantwoord.is_(None), _T.gemeld.is_(None), _T.uiterlijk < literal(vandaag, Date))
        .order_by(_T.uiterlijk, _T.bericht)
    )


def _markeer(conn: Connection, nrs: Sequence[int], nu: datetime) -> frozenset[int]:
    """Which of these are marked now; an answer may have come between the reading and this."""
    still = (_T.bericht.in_(nrs), _T.beantwoord.is_(None), _T.gemeld.is_(None))
    return frozenset(conn.execute(update(termijn).where(*still).values(gemeld=nu).returning(_T.bericht)).scalars())


def _meld(conn: Connection, dienst: Dienst, verlopen: Sequence[_Verlopen]) -> None:
    nu = dienst.nu()
    rijen: list[tuple[str, int]] = []
    for een in verlopen:
        eenmalig = (dienst.naam, een.id)
        nr = gebeurtenissen.leg_vast(
            conn, gebeurtenissen.TERMIJN_VERLOPEN, nu, een.data(), bericht_nr=een.nr, eenmalig=eenmalig
        )
        if nr is not None:
            rijen += [(een.wachtend, nr), (een.plichtig, nr)]
    postbus.bezorg(conn, (), nu, rijen)


# --- the list --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Termijn:
    """A term, with what one must know of the message that waits."""

    nr: int
    id: str
    standaard: str
    release: str
    berichtsoort: str
    identificatie: str
    wachtend: str
    plichtig: str
    antwoord: str
    ontvangen: datetime
    uiterlijk: date
    beantwoord: datetime | None
    laat: bool | None
    gemeld: datetime | None

    def status(self, vandaag: date) -> Status:
        if self.beantwoord is not None:
            return "te_laat_beantwoord" if self.laat else "beantwoord"
        if self.uiterlijk == vandaag:
            return "vandaag"
        return "te_laat" if self.uiterlijk < vandaag else "open"

    def json(self, pad: str, vandaag: date) -> dict[str, Any]:
        """`pad` is where the service is mounted."""
        return {
            "berichtId": self.id,
            "standaard": self.standaard,
            "release": self.release,
            "berichtsoort": self.berichtsoort,
            "identificatie": self.identificatie,
            "wachtend": self.wachtend,
            "plichtig": self.plichtig,
            "antwoord": self.antwoord,
            "ontvangen": self.ontvangen.isoformat(),
            "uiterlijk": self.uiterlijk.isoformat(),
            "status": self.status(vandaag),
            "beantwoord": self.beantwoord.isoformat() if self.beantwoord else None,
            "gemeld": self.gemeld.isoformat() if self.gemeld else None,
            "href": f"{pad}/v1/berichten/{self.id}",
        }


@dataclass(frozen=True, slots=True)
class Termijnvraag:
    """Which terms: of these parties (None: everybody), in this role (None: either), with one of these statuses."""

    codes: frozenset[str] | None
    rol: Rol | None = None
    status: tuple[Status, ...] = ONBEANTWOORD


def lees(conn: Connection, vraag: Termijnvraag, vandaag: date, na: int, limit: int) -> list[Termijn]:
    """At most `limit` terms in the order in which their messages came, those after message row `na`."""
    of_message: tuple[Any, ...] = (_B.id, _B.standaard, _B.release, _B.berichtsoort, _B.identificatie)
    of_term: tuple[Any, ...] = (
        _T.wachtend,
        _T.plichtig,
        _T.antwoord,
        _B.ontvangen,
        _T.uiterlijk,
        _T.beantwoord,
        _T.laat,
        _T.gemeld,
    )
    statement = (
        select(_T.bericht, *of_message, *of_term)
        .join(bericht, _B.nr == _T.bericht)
        .where(_T.bericht > na, or_(*(_heeft(status, vandaag) for status in vraag.status)))
        .order_by(_T.bericht)
        .limit(limit)
    )
    if vraag.codes is not None:
        kolommen = [_T[vraag.rol]] if vraag.rol else [_T.wachtend, _T.plichtig]
        statement = statement.where(or_(*(kolom.in_(vraag.codes) for kolom in kolommen)))
    return [Termijn(*row) for row in conn.execute(statement)]


def _heeft(status: Status, vandaag: date) -> ColumnElement[bool]:
    """`Termijn.status`, as a condition of the database."""
    if status in ("beantwoord", "te_laat_beantwoord"):
        return _T.beantwoord.is_not(None) & _T.laat.is_(status == "te_laat_beantwoord")
    dag = literal(vandaag, Date)
    due = {"open": _T.uiterlijk > dag, "vandaag": _T.uiterlijk == dag, "te_laat": _T.uiterlijk < dag}
    return _T.beantwoord.is_(None) & due[status]
