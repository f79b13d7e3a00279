"""Figures that are kept in this process until what they were counted from has changed: adding up a year takes a second.

What they rest on is read with them, in one snapshot (`stempel`): the last rows of the journal, the messages and the
declarations, the closings, and every counter, the position in allocation's feed among them. Whoever changes something
that leaves no new row there says so with `verouder`, in his transaction. So nobody ever sees an older figure than the
database has, in however many processes.

While messages come in an answer holds for a second. What answers are added up from is therefore kept in parts, each of
one gemeente and period (`onthoud_delen`): a booking throws away the parts that it touched and no other.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sized
from threading import Lock
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from sqlalchemy import Connection, Engine, Select, Table, func, select

from services.declaration import tables
from services.kernel.database import volgende
from services.kernel.tables import bericht, teller

T = TypeVar("T", bound=Sized)
D = TypeVar("D")
_T = tables.toewijzing.c
_D = tables.declaratie.c
Vak = tuple[str, str]  # gemeente, period label

# The counter with the position in allocation's feed.
FEED_STAND: Final = "feed-stand"
_GEWIJZIGD: Final = "cijfers-gewijzigd"
# A counter per gemeente: a row of stand got another client or product, without a row of the journal.
_VERVERST: Final = "stand-"
# Numbers are given before the commit: who commits after a higher number is found among the last so many.
_LAATSTE: Final = 10_000
# A transaction that books more rows than this could reach back further than the last so many: all parts go.
_VEEL: Final = 1_000
# Rows of answers that are kept, all together; and questions of which the parts are.
_MEESTE_RIJEN: Final = 100_000
_MEESTE_VERDELINGEN: Final = 10
# What the parts of a gemeente may rest on beside the books, and by what is seen that it changed: its toewijzingen;
# and its lines, of which none ever goes. A declaration is judged or refused as a whole once, with all that this
# changes of other lines.
TOEWIJZINGEN: Final = select(_T.gemeente, func.max(_T.feed_nr), func.count()).group_by(_T.gemeente)
REGELS: Final = select(_D.gemeente, func.count(), func.count(_D.verwerkt_op)).group_by(_D.gemeente)


def _laatste(tabel: Table) -> tuple[Any, Any]:
    """The last number, and how many of those just before it are there."""
    laatste = select(func.coalesce(func.max(tabel.c.nr), 0)).scalar_subquery()
    return laatste, select(func.count()).where(tabel.c.nr > laatste - _LAATSTE).scalar_subquery()


# What only grows; one statement for all who ask: each view does several times, and it is long to write out.
_GROEIT: Final = select(
    *(getal for tabel in (tables.journaal, bericht, tables.declaratie) for getal in _laatste(tabel)),
    select(func.count()).select_from(tables.afsluiting).scalar_subquery(),
)


class _Beurt:
    """The turn to count one answer; it goes when nobody holds it."""

    def __init__(self) -> None:
        self.slot = Lock()


class _Verdeling:
    """What was read of one moment, in parts; and by what is seen which of them changed since."""

    def __init__(self) -> None:
        self.slot = Lock()
        self.delen: dict[Vak, Any] = {}
        self._stempel: Hashable = None
        self._journaal: _Journaal | None = None
        self._versies: dict[tuple[str, ...], Hashable] = {}

    def vergeet(self, conn: Connection, ook: Collection[Select[Any]]) -> None:
        """Throw away what this snapshot has otherwise."""
        nu = stempel(conn)
        if nu == self._stempel:
            return
        self._journaal = self._journaal or _Journaal(conn)
        geboekt = self._journaal.lees(conn)
        versies = _versies(conn, ook)
        anders = {wat for wat in versies.keys() | self._versies.keys() if versies.get(wat) != self._versies.get(wat)}
        if () in anders:
            self.delen.clear()
        for vak in [vak for vak in self.delen if vak in geboekt or vak in anders or vak[:1] in anders]:
            del self.delen[vak]
        self._stempel, self._versies = nu, versies


class _Journaal:
    """By what is seen on which parts rows came: of its last rows how many there are on each, and up to which number."""

    def __init__(self, conn: Connection) -> None:
        self._basis = self._tot = max(_laatste_rij(conn) - _LAATSTE, 0)
        self._per_vak: dict[Vak, tuple[int, int]] = {}

    def lees(self, conn: Connection) -> set[Vak]:
        """The parts of which this snapshot has other rows than the one before it."""
        tot = _laatste_rij(conn)
        nu = self._vervolg(conn)
        if nu is None:
            nu = _per_vak(conn, self._basis)
        anders = {vak for vak in nu.keys() | self._per_vak.keys() if nu.get(vak) != self._per_vak.get(vak)}
        if tot - self._basis > 2 * _LAATSTE:
            self._basis = tot - _LAATSTE
            nu = _per_vak(conn, self._basis)
        self._tot, self._per_vak = tot, nu
        return anders

    def _vervolg(self, conn: Connection) -> dict[Vak, tuple[int, int]] | None:
        """With what came after the last row; None where others came as well, who were committed after a higher number.

        No row ever goes: as long as there are as many up to the last one, they are the same.
        """
        nr = tables.journaal.c.nr
        tellingen = (select(func.count()).where(nr > vanaf).scalar_subquery() for vanaf in (self._basis, self._tot))
        alle, nieuw = conn.execute(select(*tellingen)).one()
        if alle - nieuw != sum(aantal for aantal, _ in self._per_vak.values()):
            return None
        nu = dict(self._per_vak)
        for vak, (aantal, laatste) in _per_vak(conn, self._tot).items():
            nu[vak] = nu.get(vak, (0, 0))[0] + aantal, laatste
        return nu


def _laatste_rij(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(tables.journaal.c.nr), 0))).scalar_one())


def _per_vak(conn: Connection, na: int) -> dict[Vak, tuple[int, int]]:
    """How many rows there are after this one on each part, and the last of them."""
    j = tables.journaal.c
    gevonden: dict[Vak, tuple[int, int]] = {}
    # Counted here: to group them SQLite would read an index on other columns from end to end.
    for gemeente, periode, nr in conn.execute(select(j.gemeente, j.periode, j.nr).where(j.nr > na)):
        aantal, laatste = gevonden.get((gemeente, periode), (0, 0))
        gevonden[gemeente, periode] = aantal + 1, max(laatste, nr)
    return gevonden


class Geheugen:
    """What was answered from one database, the longest unused first."""

    def __init__(self) -> None:
        self._slot = Lock()
        self._verdelingen: OrderedDict[Hashable, _Verdeling] = OrderedDict()
        self._antwoorden: OrderedDict[Hashable, tuple[Hashable, Sized]] = OrderedDict()
        # Who is counting what: whoever asks the same meanwhile waits for it.
        self._bezig: WeakValueDictionary[Hashable, _Beurt] = WeakValueDictionary()

    def beurt(self, vraag: Hashable) -> _Beurt:
        with self._slot:
            return self._bezig.setdefault(vraag, _Beurt())

    def verdeling(self, vraag: Hashable) -> _Verdeling:
        with self._slot:
            gevonden = self._verdelingen.setdefault(vraag, _Verdeling())
            self._verdelingen.move_to_end(vraag)
            while len(self._verdelingen) > _MEESTE_VERDELINGEN:
                self._verdelingen.popitem(last=False)
            return gevonden

    def zoek(self, vraag: Hashable, stempel: Hashable) -> Any:
        with self._slot:
            gevonden = self._antwoorden.get(vraag)
            if gevonden is None or gevonden[0] != stempel:
                return None
            self._antwoorden.move_to_end(vraag)
            return gevonden[1]

    def bewaar(self, vraag: Hashable, stempel: Hashable, antwoord: Sized) -> None:
        with self._slot:
            self._antwoorden[vraag] = stempel, antwoord
            self._antwoorden.move_to_end(vraag)
            while sum(len(wat) for _, wat in self._antwoorden.values()) > _MEESTE_RIJEN:
                self._antwoorden.popitem(last=False)


_GEHEUGENS: Final[WeakKeyDictionary[Engine, Geheugen]] = WeakKeyDictionary()
_SLOT: Final = Lock()


def onthoud(
    conn: Connection, vraag: Hashable, tel: Callable[[], T], rust_op: Callable[[Connection], Hashable] | None = None
) -> T:
    """The answer to `vraag`: as it was counted before, or counted now where anything changed since.

    `vraag` names all that decides the answer beside the database: who asks, what, and on which day. `rust_op` reads
    what the answer rests on where that is less than all (`stempel`). Nobody may change an answer that he gets.
    """
    geheugen = _geheugen(conn)
    nu = (rust_op or stempel)(conn)
    beurt = geheugen.beurt((vraag, nu))
    with beurt.slot:
        eerder: T | None = geheugen.zoek(vraag, nu)
        if eerder is not None:
            return eerder
        antwoord = tel()
        geheugen.bewaar(vraag, nu, antwoord)
        return antwoord


def onthoud_delen(
    conn: Connection,
    vraag: Hashable,
    vakken: Collection[Vak],
    lees: Callable[[Collection[Vak]], Mapping[Vak, D]],
    *,
    ook: Collection[Select[Any]] = (),
) -> dict[Vak, D]:
    """{vak: what `lees` reads of it}: kept, or read now where anything was booked on it, or it was closed, since.

    `lees` gives a part for each of the vakken that it is asked; it decides by `vraag` and the database alone. `ook`:
    what the parts of a gemeente rest on as well, of TOEWIJZINGEN and REGELS. Nobody may change a part that he gets.
    """
    if not vakken:
        return {}
    verdeling = _geheugen(conn).verdeling(vraag)
    with verdeling.slot:
        verdeling.vergeet(conn, ook)
        nieuw = [vak for vak in vakken if vak not in verdeling.delen]
        if nieuw:
            verdeling.delen.update(lees(nieuw))
        return {vak: verdeling.delen[vak] for vak in vakken}


def _geheugen(conn: Connection) -> Geheugen:
    with _SLOT:
        return _GEHEUGENS.setdefault(conn.engine, Geheugen())


def stempel(conn: Connection) -> Hashable:
    """What all figures rest on, as this snapshot has it."""
    tellers = conn.execute(select(teller.c.naam, teller.c.waarde).order_by(teller.c.naam)).all()
    return (*conn.execute(_GROEIT).one(), *map(tuple, tellers))


def van_toewijzingen(conn: Connection) -> Hashable:
    """What figures rest on that know toewijzingen and agreements only, and no money."""
    wat = teller.c.naam.in_((FEED_STAND, _GEWIJZIGD))
    return tuple(map(tuple, conn.execute(select(teller.c.naam, teller.c.waarde).where(wat).order_by(teller.c.naam))))


def verouder(conn: Connection) -> None:
    """What was kept until now does not hold after this transaction."""
    volgende(conn, _GEWIJZIGD)


def ververst(conn: Connection, gemeente: str) -> None:
    """The parts of a gemeente do not hold after this transaction."""
    volgende(conn, f"{_VERVERST}{gemeente}")


def geboekt(conn: Connection, aantal: int) -> None:
    """So many rows go into the journal in this transaction; called before any row of stand is touched."""
    if aantal > _VEEL:
        verouder(conn)


def _versies(conn: Connection, ook: Collection[Select[Any]]) -> dict[tuple[str, ...], Hashable]:
    """By what else is seen that something changed: per (gemeente, period), per (gemeente,), and of all under ()."""
    a = tables.afsluiting.c
    versies: dict[tuple[str, ...], Hashable] = {}
    for gemeente, periode in conn.execute(select(a.gemeente, a.periode)):
        versies[gemeente, periode] = "dicht"
    gemeenten: dict[str, tuple[Any, ...]] = {}
    tellers = conn.execute(select(teller.c.naam, teller.c.waarde).where(teller.c.naam.like(f"{_VERVERST}%")))
    for naam, waarde in tellers:
        gemeenten[naam.removeprefix(_VERVERST)] = (waarde,)
    for nummer, statement in enumerate(ook):
        for gemeente, *wat in conn.execute(statement):
            gemeenten[gemeente] = *gemeenten.get(gemeente, ()), nummer, *wat
    alles = conn.execute(select(teller.c.waarde).where(teller.c.naam == _GEWIJZIGD)).scalar()
    return {**versies, **{(gemeente,): wat for gemeente, wat in gemeenten.items()}, (): alles}
