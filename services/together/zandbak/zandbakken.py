"""The zandbakken that this process has open: opened when somebody comes, closed when nobody has come for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Final

from anyio import CapacityLimiter

from services.kernel import problems
from services.kernel.settings import Settings
from services.together.zandbak import api
from services.together.zandbak.inrichting import Inrichting
from services.together.zandbak.plaats import Plaats
from services.together.zandbak.plaatsen import Plaatsen
from services.together.zandbak.zandbak import Zandbak

# Each has two databases open; those that were used longest ago make room first.
OPEN: Final = 8
# Messages that are judged at once, in all of them together: with the 2 x 16 of the real hub below the pool of threads.
GELIJKTIJDIG: Final = 4
ONGEBRUIKT_SECONDEN: Final = 900.0


@dataclass(eq=False)
class _Geopend:
    zandbak: Zandbak
    bezig: int = 0
    gebruikt: float = field(default_factory=monotonic)


class Zandbakken:
    """To be used from any thread. What is in use is never closed; a round that is over is, after its last request."""

    def __init__(self, echt: Settings, inrichting: Inrichting) -> None:
        self.inrichting = inrichting
        self.plaatsen = Plaatsen(echt)
        self._echt = echt
        self._slot = Lock()
        self._limiter = CapacityLimiter(GELIJKTIJDIG)
        self._maakt = Lock()
        self._open: dict[str, _Geopend] = {}
        self._voorbij: list[_Geopend] = []

    def neem(self, naam: str) -> Zandbak:
        """The zandbak of this name, open, to be given back; a 404 problem when there is none."""
        plaats = self.plaatsen.vind(naam)
        with self._slot:
            geopend = self._open.get(naam)
            if geopend and not geopend.zandbak.is_nu():
                self._voorbij.append(self._open.pop(naam))
                geopend = None
            self._ruim_op()
            if geopend is None:
                geopend = self._open[naam] = _Geopend(self._openen(plaats))
            geopend.bezig += 1
            geopend.gebruikt = monotonic()
        return geopend.zandbak

    def _openen(self, plaats: Plaats | None) -> Zandbak:
        if plaats is None:
            raise problems.niet_gevonden("Deze zandbak")
        try:
            return Zandbak(plaats, self._echt, self.inrichting, api.create_app, self._limiter)
        except FileNotFoundError:
            # Taken away since it was found.
            raise problems.niet_gevonden("Deze zandbak") from None

    def geef_terug(self, zandbak: Zandbak) -> None:
        with self._slot:
            for geopend in (*self._open.values(), *self._voorbij):
                if geopend.zandbak is zandbak:
                    geopend.bezig -= 1
                    geopend.gebruikt = monotonic()
            self._ruim_op()

    @contextmanager
    def om_te_maken(self) -> Iterator[Plaatsen]:
        """The place to make one, for one at a time; a 503 problem for the others, who would each hold a thread."""
        if not self._maakt.acquire(blocking=False):
            raise problems.bezet()
        try:
            yield self.plaatsen
        finally:
            self._maakt.release()

    @contextmanager
    def gebruik(self, naam: str) -> Iterator[Zandbak]:
        """`neem` for as long as the block takes."""
        zandbak = self.neem(naam)
        try:
            yield zandbak
        finally:
            self.geef_terug(zandbak)

    def sluit_ongebruikte(self) -> None:
        """Close what nobody used for a quarter of an hour; a task of the clock."""
        with self._slot:
            grens = monotonic() - ONGEBRUIKT_SECONDEN
            for naam in [naam for naam, een in self._open.items() if not een.bezig and een.gebruikt < grens]:
                self._open.pop(naam).zandbak.sluit()
            self._ruim_op()

    def stop(self) -> None:
        """Let who waits for post go: the server ends when its requests have. May be called from a signal handler."""
        for geopend in (*self._open.values(), *self._voorbij):
            for wekker in geopend.zandbak.wekkers:
                wekker.stop()

    def sluit(self) -> None:
        """Close all of them; the server has ended."""
        with self._slot:
            for geopend in (*self._open.values(), *self._voorbij):
                geopend.zandbak.sluit()
            self._open.clear()
            self._voorbij.clear()

    def _ruim_op(self) -> None:
        """Close rounds that are over, and the longest unused above the most that may be open."""
        for geopend in [een for een in self._voorbij if not een.bezig]:
            self._voorbij.remove(geopend)
            geopend.zandbak.sluit()
        vrij = sorted((een.gebruikt, naam) for naam, een in self._open.items() if not een.bezig)
        for _, naam in vrij[: max(len(self._open) - OPEN, 0)]:
            self._open.pop(naam).zandbak.sluit()
