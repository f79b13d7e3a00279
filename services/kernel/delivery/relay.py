"""The relay: pushes what lies in the postbussen, per party strictly one row after another, parties beside each other.

Between any two of these steps it may be killed:

1. rows are read that come after `bezorgd_tot`           → nothing happened; read again
2. the broker or the webhook takes one over and says so, → pushed once more: at least once, with the same ids
   and then the next one, for a second or until one fails
3. `bezorgd_tot` is the last of these, in one short      → done
   transaction

A row is pushed only after the one before it was taken over, so the first time each is seen is in order, whatever fails.
What is remembered in memory is only when to try again, on a clock that nobody sets back.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final, TypeVar

import httpx
from pydantic import SecretStr
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from services.kernel.database import DatabaseBezet
from services.kernel.delivery import kanalen, webhook, zending
from services.kernel.delivery.connection import pauze, wachttijd
from services.kernel.delivery.kanalen import Kanaal
from services.kernel.delivery.outgoing import Onbezorgd, Onverbonden, Uitgang
from services.kernel.delivery.topology import gebruiker_van
from services.kernel.delivery.turn import Beurt
from services.kernel.delivery.zending import Zending
from services.kernel.waarneming import logs
from services.kernel.wiring import Dienst

T = TypeVar("T")

# A webhook that failed this often in a row on one row is given up: the party reads over HTTP until it is set again.
POGINGEN_WEBHOOK: Final = 12
_RUST: Final = 0.2
_EERSTE: Final = 25  # rows to read of a party before it is known how fast it takes them
# How long rows are pushed before it is written down, and looked whether the party still has this channel.
_BIJHOUDEN: Final = 1.0
_AFRONDEN: Final = 15.0
DATABASEFOUTEN: Final = (DatabaseBezet, SQLAlchemyError)
_LOG = logs.log()


async def relay(diensten: Iterable[Dienst], rabbitmq: SecretStr, stop: asyncio.Event) -> None:
    """Push for these services until told to stop; without a URL of a broker, to webhooks alone."""
    uitgang = Uitgang(rabbitmq) if rabbitmq.get_secret_value() else None
    async with webhook.nieuwe_client() as client, asyncio.TaskGroup() as group:
        # The broker stays until the rows in hand are taken over.
        klaar = asyncio.Event()
        if uitgang is not None:
            group.create_task(uitgang.houd_verbonden(klaar))
        bezorgers = [Bezorger(dienst, uitgang, client, stop) for dienst in diensten]
        await asyncio.gather(*(bezorger.loop() for bezorger in bezorgers))
        klaar.set()


class Bezorger:
    """Pushes for one service while it has the turn; `_bezig` holds the task of each party that is being served."""

    def __init__(self, dienst: Dienst, uitgang: Uitgang | None, client: httpx.AsyncClient, stop: asyncio.Event) -> None:
        self._dienst = dienst
        self._uitgang = uitgang
        self._client = client
        self._stop = stop
        self._einde = asyncio.Event()  # of this turn
        self._bezig: dict[str, asyncio.Task[None]] = {}
        self._niet_voor: dict[str, float] = {}

    async def loop(self) -> None:
        """Take the turn, use it until it is lost, and again; the database may come and go."""
        beurt, pogingen = Beurt(self._dienst.database.url), 0
        while not self._stop.is_set():
            try:
                if await asyncio.to_thread(beurt.neem):
                    _LOG.info("relay aan het werk", dienst=self._dienst.naam)
                    await self._gebruik(beurt)
                pogingen = 0
            except DATABASEFOUTEN as fout:
                pogingen += 1
                _LOG.warning("relay wacht op de database", dienst=self._dienst.naam, exc_info=fout)
            finally:
                await asyncio.to_thread(beurt.geef_op)
            await pauze(self._stop, max(_RUST, wachttijd(pogingen, 5.0)))

    async def _gebruik(self, beurt: Beurt) -> None:
        self._einde = asyncio.Event()
        try:
            while not self._stop.is_set() and await asyncio.to_thread(beurt.is_van_ons):
                for kanaal in await self._lees(kanalen.lees_alle):
                    self._begin(kanaal)
                await pauze(self._stop, _RUST)
        finally:
            await self._rond_af()

    async def _rond_af(self) -> None:
        """Let every party end with the row in hand; who takes too long gets that row again later."""
        self._einde.set()
        if not self._bezig:
            return
        _, te_laat = await asyncio.wait(self._bezig.values(), timeout=_AFRONDEN)
        for task in te_laat:
            task.cancel()
        await asyncio.gather(*te_laat, return_exceptions=True)
        self._bezig.clear()

    def _begin(self, kanaal: Kanaal) -> None:
        code = kanaal.partij.code
        if task := self._bezig.get(code):
            if not task.done():
                return
            del self._bezig[code]
            if not task.cancelled() and (fout := task.exception()) is not None:
                # A fault of ours on one row must not stop the pushing for everybody.
                self._niet_voor[code] = time.monotonic() + wachttijd(16)
                _LOG.error("onverwachte fout", dienst=self._dienst.naam, partij=code, exc_info=fout)
        if time.monotonic() >= self._niet_voor.get(code, 0.0) and self._te_doen(kanaal):
            self._bezig[code] = asyncio.create_task(self._bedien(kanaal))

    def _te_doen(self, kanaal: Kanaal) -> bool:
        """There is something to push, or a queue to declare before its party looks for it."""
        if kanaal.soort == "webhook":
            return kanaal.heeft_werk
        if self._uitgang is None or not self._uitgang.verbonden:
            return False
        return kanaal.heeft_werk or not self._uitgang.kent(self._dienst.naam, gebruiker_van(kanaal.partij))

    async def _bedien(self, kanaal: Kanaal) -> None:
        """All that lies ready for one party; on a failure, when to try again."""
        code = kanaal.partij.code
        try:
            await self._bezorg_alles(kanaal)
        except Onverbonden:
            return
        except Onbezorgd as fout:
            pogingen = await self._onthoud_mislukt(code, fout)
            self._niet_voor[code] = time.monotonic() + wachttijd(pogingen)
        except DATABASEFOUTEN as fout:
            self._niet_voor[code] = time.monotonic() + wachttijd(2)
            _LOG.warning("relay wacht op de database", dienst=self._dienst.naam, exc_info=fout)

    async def _bezorg_alles(self, kanaal: Kanaal) -> None:
        if kanaal.soort == "amqp" and self._uitgang is not None:
            await self._uitgang.open(self._dienst.naam, gebruiker_van(kanaal.partij))
        code, rijen = kanaal.partij.code, _EERSTE
        # The tick may have read it before whoever pushed last wrote down how far: what is in it could go out twice.
        actueel = await self._lees(partial(kanalen.lees, code=code))
        stukken: list[Zending] = []
        while actueel is not None and actueel.heeft_werk and not self._einde.is_set():
            # Another channel since the tick: the next tick sees it.
            if (actueel.soort, actueel.url, actueel.versie) != (kanaal.soort, kanaal.url, kanaal.versie):
                return
            na = actueel.bezorgd_tot
            stukken = stukken or await self._lees(partial(zending.volgende, self._dienst, code, na, rijen))
            if not stukken:
                return
            aantal = await self._bezorg(kanaal, stukken)
            del stukken[:aantal]
            # No more than it takes in two seconds: what is read long before it is pushed may have been erased since.
            rijen = min(2 * aantal, zending.RIJEN)
            actueel = await self._lees(partial(kanalen.lees, code=code))

    async def _bezorg(self, kanaal: Kanaal, stukken: Sequence[Zending]) -> int:
        """Push rows for a moment, each once the one before it was taken over, and write down how far; how many."""
        bezorgd: list[int] = []
        tot = time.monotonic() + _BIJHOUDEN
        try:
            for stuk in stukken:
                if self._einde.is_set():
                    break
                await self._verstuur(kanaal, stuk)
                bezorgd.append(stuk.nr)
                if time.monotonic() > tot:
                    break
        finally:
            # Also when the next one fails or is broken off: what was taken over is not pushed again for it.
            await self._onthoud_bezorgd(kanaal.partij.code, bezorgd)
        return len(bezorgd)

    async def _verstuur(self, kanaal: Kanaal, stuk: Zending) -> None:
        """Push one row, and return once it was taken over."""
        dienst = self._dienst
        if stuk.inhoud is None:
            # Over HTTP it is a 404 too. The rows after it must not wait for what is no longer there.
            _LOG.warning("inhoud ontbreekt", dienst=dienst.naam, partij=kanaal.partij.code, bericht=stuk.id)
        elif kanaal.soort == "webhook":
            geheim = kanalen.geheim(dienst.settings.dienst_sleutel, kanaal.partij.code, kanaal.versie)
            await webhook.bezorg(self._client, kanaal.url or "", geheim, stuk, dienst.nu())
        elif self._uitgang is None:
            raise Onverbonden
        else:
            await self._uitgang.publiceer(dienst.naam, gebruiker_van(kanaal.partij), stuk)

    async def _onthoud_bezorgd(self, code: str, nrs: Sequence[int]) -> None:
        """That they were taken over is true whatever the database does: try until it knows, rather than push again."""
        pogingen = 0
        while nrs:
            try:
                await self._schrijf(lambda conn: kanalen.bezorgd(conn, code, nrs[0], nrs[-1], self._dienst.nu()))
                return
            except DATABASEFOUTEN:
                if self._stop.is_set():
                    raise
                pogingen += 1
                await pauze(self._stop, wachttijd(pogingen, 5.0))

    async def _onthoud_mislukt(self, code: str, fout: Onbezorgd) -> int:
        """How many failures in a row it is by now. At the end of its patience a webhook falls back to HTTP."""
        dienst = self._dienst
        try:
            kanaal = await self._lees(partial(kanalen.lees, code=code))
            if kanaal is None:
                return 0
            pogingen = kanaal.pogingen + 1
            op = kanaal.soort == "webhook" and pogingen >= POGINGEN_WEBHOOK
            nu = dienst.nu() if op else None
            await self._schrijf(lambda conn: kanalen.mislukt(conn, code, fout.reden, nu))
        except DATABASEFOUTEN:
            return 1
        naam = "webhook opgegeven" if op else "niet bezorgd"
        _LOG.warning(naam, dienst=dienst.naam, partij=code, kanaal=kanaal.soort, pogingen=pogingen, reden=fout.reden)
        return pogingen

    async def _lees(self, vraag: Callable[[Connection], T]) -> T:
        def lees() -> T:
            with self._dienst.database.read() as conn:
                return vraag(conn)

        return await asyncio.to_thread(lees)

    async def _schrijf(self, doe: Callable[[Connection], None]) -> None:
        def schrijf() -> None:
            with self._dienst.database.write() as conn:
                doe(conn)

        await asyncio.to_thread(schrijf)
