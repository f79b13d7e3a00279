"""Figures that are kept in this process until what they were counted from has changed: adding up a year takes a second.

What they rest on is read with them, in one snapshot (`stempel`): the last rows of the journal, the messages and the
declarations, the closings, and every counter, the position in allocation's feed among them. Whoever changes something
that leaves no new row there says so with `verouder`, in his transaction. So nobody ever sees an older figure than the
database has, in however many processes.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sized
from threading import Lock
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from sqlalchemy import Connection, Engine, Table, func, select

from services.declaration import tables
from services.kernel.database import volgende
from services.kernel.tables import bericht, teller

T = TypeVar("T", bound=Sized)

_GEWIJZIGD: Final = "cijfers-gewijzigd"
# Numbers are given before the commit: who commits after a higher number is found among the last so many.
_LAATSTE: Final = 10_000
# Rows of answers that are kept, all together.
_MEESTE_RIJEN: Final = 50_000


class _Beurt:
    """The turn to count one answer; it goes when nobody holds it."""

    def __init__(self) -> None:
        self.slot = Lock()


class Geheugen:
    """What was answered from one database, the longest unused first."""

    def __init__(self) -> None:
        self._slot = Lock()
        self._antwoorden: OrderedDict[Hashable, tuple[Hashable, Sized]] = OrderedDict()
        # Who is counting what: whoever asks the same meanwhile waits for it.
        self._bezig: WeakValueDictionary[Hashable, _Beurt] = WeakValueDictionary()

    def beurt(self, vraag: Hashable) -> _Beurt:
        with self._slot:
            return self._bezig.setdefault(vraag, _Beurt())

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


def onthoud(conn: Connection, vraag: Hashable, tel: Callable[[], T]) -> T:
    """The answer to `vraag`: as it was counted before, or counted now where anything changed since.

    `vraag` names all that decides the answer beside the database: who asks, what, and on which day. Nobody may change
    an answer that he gets.
    """
    with _SLOT:
        geheugen = _GEHEUGENS.setdefault(conn.engine, Geheugen())
    nu = stempel(conn)
    beurt = geheugen.beurt((vraag, nu))
    with beurt.slot:
        eerder: T | None = geheugen.zoek(vraag, nu)
        if eerder is not None:
            return eerder
        antwoord = tel()
        geheugen.bewaar(vraag, nu, antwoord)
        return antwoord


def stempel(conn: Connection) -> Hashable:
    """What all figures rest on, as this snapshot has it."""
    groeit = [getal for tabel in (tables.journaal, bericht, tables.declaratie) for getal in _laatste(tabel)]
    gesloten = select(func.count()).select_from(tables.afsluiting).scalar_subquery()
    tellers = conn.execute(select(teller.c.naam, teller.c.waarde).order_by(teller.c.naam)).all()
    return (*conn.execute(select(*groeit, gesloten)).one(), *map(tuple, tellers))


def verouder(conn: Connection) -> None:
    """What was kept until now does not hold after this transaction."""
    volgende(conn, _GEWIJZIGD)


def _laatste(tabel: Table) -> tuple[Any, Any]:
    """The last number, and how many of those just before it are there."""
    laatste = select(func.coalesce(func.max(tabel.c.nr), 0)).scalar_subquery()
    return laatste, select(func.count()).where(tabel.c.nr > laatste - _LAATSTE).scalar_subquery()
