"""One process with both services, or with one of them: mounted on one port, each handed what it needs of the other.

In one process declaration reads allocation's feed by calling its function; apart, over HTTP with the key they share.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread
from typing import Literal
from uuid import uuid4

from anyio import to_thread
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import BaseRoute, Mount, Route

from services.allocation import api as allocation
from services.allocation.clienten import lees_clienten
from services.allocation.declaraties import Goedgekeurd, http_goedgekeurd, niet_te_vragen
from services.allocation.feed import lees_feed
from services.allocation.process import process as judge_toewijzing
from services.declaration import api as declaration
from services.declaration.cijfers.figures_feed import meld_cijfers
from services.declaration.feed import Bron, Onbereikbaar, http_bron, pull
from services.declaration.goedgekeurd import goedgekeurde_toewijzingen
from services.declaration.process import process as judge_declaratie
from services.declaration.ruimte.personen import Personen, http_personen
from services.kernel import logs, problems
from services.kernel.database import DatabaseBezet
from services.kernel.receiving import Verwerk
from services.kernel.settings import Settings
from services.kernel.termijnen import meld_verlopen
from services.kernel.wiring import Dienst, Dienstnaam, wire

Diensten = Literal["both", "allocation", "declaration"]
Taak = Callable[[], object]
# What the clock tries again a minute later.
GAAT_OVER = (Onbereikbaar, DatabaseBezet, SQLAlchemyError)
_SECONDS = 60.0
_LOG = logs.log()


class AllocationOnbekend(ValueError):
    """Declaration runs alone and is not told where allocation is."""


@dataclass(frozen=True, slots=True)
class Klokwerk:
    """A task of the clock; `naam` is what `hub klok --eenmaal` says before what came of it."""

    naam: str
    doe: Taak

    def __call__(self) -> object:
        return self.doe()


@dataclass(frozen=True)
class Samenstel:
    """The services of one process, each with its story and with what it needs of the other; and the clock's tasks.

    HTTP and the queue hand a message to the same functions; `hub serve`, `hub relay` and `hub klok` run the same tasks.
    """

    diensten: Mapping[Dienstnaam, Dienst]
    bron: Bron | None
    goedgekeurd: Goedgekeurd

    @property
    def verwerk(self) -> dict[Dienstnaam, Verwerk]:
        verhalen: dict[Dienstnaam, Verwerk] = {
            "allocation": partial(judge_toewijzing, goedgekeurd=self.goedgekeurd),
        }
        if self.bron is not None:
            verhalen["declaration"] = partial(judge_declaratie, bron=self.bron)
        return {naam: verhalen[naam] for naam in self.diensten}

    @property
    def taken(self) -> tuple[Klokwerk, ...]:
        """What the clock runs, in this order; each is safe to run twice, and in two processes at once."""
        taken: list[Klokwerk] = []
        if self.bron is not None:
            feed = partial(pull, self.diensten["declaration"], self.bron)
            taken.append(Klokwerk("declaration: feed gelezen tot en met", feed))
            cijfers = partial(meld_cijfers, self.diensten["declaration"])
            taken.append(Klokwerk("declaration: cijfers van perioden gemeld", cijfers))
        for naam, dienst in self.diensten.items():
            taken.append(Klokwerk(f"{naam}: verlopen termijnen gemeld", partial(meld_verlopen, dienst)))
        return tuple(taken)

    def sluit(self) -> None:
        for dienst in self.diensten.values():
            dienst.database.close()


def samenstel(settings: Settings, diensten: Diensten = "both") -> Samenstel:
    """Wire the services of one process; the databases are not migrated here.

    AllocationOnbekend when declaration runs alone without `allocation_url`.
    """
    wired = {naam: wire(naam, settings) for naam in namen(diensten)}
    bron = _bron(wired, settings) if "declaration" in wired else None
    return Samenstel(wired, bron, _goedgekeurd(wired, settings))


def namen(diensten: Diensten) -> tuple[Dienstnaam, ...]:
    return ("allocation", "declaration") if diensten == "both" else (diensten,)


def build(settings: Settings, diensten: Diensten = "both") -> Starlette:
    """The application of one process; its clock starts with it, and its databases close with it.

    AllocationOnbekend when declaration runs alone without `allocation_url`. The databases are not migrated here.
    """
    hub = samenstel(settings, diensten)
    apps: dict[Dienstnaam, FastAPI] = {}
    if "allocation" in hub.diensten:
        apps["allocation"] = allocation.create_app(hub.diensten["allocation"], hub.goedgekeurd)
    if hub.bron is not None:
        apps["declaration"] = declaration.create_app(
            hub.diensten["declaration"], hub.bron, _personen(hub.diensten, settings)
        )
    routes: list[BaseRoute] = [Mount(hub.diensten[naam].pad, app, name=naam) for naam, app in apps.items()]
    routes.append(_voorkant(hub, apps, settings))
    app = Starlette(routes=routes, lifespan=partial(_lifespan, hub), exception_handlers={HTTPException: _problem})
    # Whoever is told to stop lets the readers that wait for post go first: a server waits for its requests.
    app.state.wekkers = tuple(each.state.wekker for each in apps.values())
    return app


def _bron(wired: Mapping[Dienstnaam, Dienst], settings: Settings) -> Bron:
    """Where declaration reads the feed: allocation in this process, else over HTTP."""
    if "allocation" in wired:
        return partial(lees_feed, wired["allocation"])
    if settings.allocation_url is None:
        raise AllocationOnbekend
    return http_bron(settings.allocation_url, settings.dienst_sleutel.get_secret_value())


def _personen(wired: Mapping[Dienstnaam, Dienst], settings: Settings) -> Personen:
    """Whom declaration asks for whom a toewijzing is: allocation in this process, else over HTTP."""
    if "allocation" in wired:
        return partial(lees_clienten, wired["allocation"])
    if settings.allocation_url is None:
        raise AllocationOnbekend
    return http_personen(settings.allocation_url, settings.dienst_sleutel.get_secret_value())


def _goedgekeurd(wired: Mapping[Dienstnaam, Dienst], settings: Settings) -> Goedgekeurd:
    """Whom allocation asks about Prestaties: declaration in this process, else over HTTP, else nobody."""
    if "declaration" in wired:
        return partial(goedgekeurde_toewijzingen, wired["declaration"])
    if settings.declaration_url is None:
        return niet_te_vragen
    return http_goedgekeurd(settings.declaration_url, settings.dienst_sleutel.get_secret_value())


@asynccontextmanager
async def _lifespan(hub: Samenstel, _: Starlette) -> AsyncIterator[None]:
    """A mounted application has no lifespan of its own: what opens and closes is done here, for both."""
    with klok_loopt(hub.taken) as klok:
        try:
            yield
        finally:
            await to_thread.run_sync(klok)
            hub.sluit()


@contextmanager
def klok_loopt(taken: Sequence[Taak]) -> Iterator[Callable[[], None]]:
    """The clock as a thread of this process for as long as the block takes; gives what stops it and waits for it."""
    stop = Event()
    klok = Thread(target=run_klok, args=(stop, taken), name="klok", daemon=True)
    klok.start()

    def einde() -> None:
        stop.set()
        klok.join()

    try:
        yield einde
    finally:
        einde()


def run_klok(stop: Event, taken: Sequence[Taak]) -> None:
    """Once a minute, until told to stop. What fails now is tried again a minute later."""
    while not stop.wait(_SECONDS):
        for taak in taken:
            try:
                taak()
            except GAAT_OVER as fout:
                _LOG.warning("klok", exc_info=fout)


def _voorkant(hub: Samenstel, apps: Mapping[Dienstnaam, FastAPI], settings: Settings) -> BaseRoute:
    """What stands at the root: the page, which belongs to declaration, or for allocation alone its documents."""
    if "declaration" not in apps:
        return Route("/", _naar_docs)
    # Only who serves it needs the libraries of the page.
    from services.declaration.page.apis import elders, in_proces
    from services.declaration.page.app import create_page

    clients = {naam: in_proces(app, naam) for naam, app in apps.items()}
    if "allocation" not in apps and settings.allocation_url is not None:
        clients["allocation"] = elders(settings.allocation_url)
    return Mount("/", create_page(hub.diensten["declaration"], clients), name="pagina")


async def _naar_docs(_: Request) -> RedirectResponse:
    return RedirectResponse("/allocation/v1/docs")


async def _problem(_: Request, fout: Exception) -> JSONResponse:
    status = fout.status_code if isinstance(fout, HTTPException) else 500
    content = problems.body(problems.bij_status(status), str(uuid4()))
    return JSONResponse(content, status, media_type=problems.MEDIA_TYPE)
