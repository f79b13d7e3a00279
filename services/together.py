"""One process with both services, or with one of them: mounted on one port, each handed what it needs of the other.

In one process declaration reads allocation's feed by calling its function; apart, over HTTP with the key they share.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
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
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import BaseRoute, Mount, Route

from services.allocation import api as allocation
from services.allocation.declaraties import Goedgekeurd, http_goedgekeurd, niet_te_vragen
from services.allocation.feed import lees_feed
from services.declaration import api as declaration
from services.declaration.feed import Bron, Onbereikbaar, http_bron, pull
from services.declaration.goedgekeurd import goedgekeurde_toewijzingen
from services.kernel import logs, problems
from services.kernel.database import DatabaseBezet
from services.kernel.settings import Settings
from services.kernel.wiring import Dienst, Dienstnaam, wire

Diensten = Literal["both", "allocation", "declaration"]
_SECONDS = 60.0
_LOG = logs.log()

_LANDING = """<!doctype html>
<html lang="nl">
<head><meta charset="utf-8"><title>berichtenhub</title></head>
<body>
<h1>berichtenhub</h1>
<p>Berichten van de Wmo en de Jeugdwet tussen gemeenten en aanbieders.</p>
<ul>
{links}
</ul>
</body>
</html>
"""
_LINK = """<li>{titel}: <a href="{pad}/v1/docs">uitleg van de API</a>,
<a href="{pad}/v1/openapi.json">OpenAPI-document</a>, <a href="{pad}/healthz">status</a></li>"""


class AllocationOnbekend(ValueError):
    """Declaration runs alone and is not told where allocation is."""


def build(settings: Settings, diensten: Diensten = "both") -> Starlette:
    """The application of one process; its clock starts with it, and its databases close with it.

    AllocationOnbekend when declaration runs alone without `allocation_url`. The databases are not migrated here.
    """
    namen: tuple[Dienstnaam, ...] = ("allocation", "declaration") if diensten == "both" else (diensten,)
    wired = {naam: wire(naam, settings) for naam in namen}
    apps: dict[Dienstnaam, FastAPI] = {}
    elke_minuut: list[Callable[[], object]] = []
    if "allocation" in wired:
        apps["allocation"] = allocation.create_app(wired["allocation"], _goedgekeurd(wired, settings))
    if "declaration" in wired:
        bron = _bron(wired, settings)
        apps["declaration"] = declaration.create_app(wired["declaration"], bron)
        elke_minuut.append(partial(pull, wired["declaration"], bron))
    routes: list[BaseRoute] = [Route("/", partial(_landing, apps))]
    routes += [Mount(wired[naam].pad, app, name=naam) for naam, app in apps.items()]
    return Starlette(
        routes=routes,
        lifespan=partial(_lifespan, tuple(wired.values()), tuple(elke_minuut)),
        exception_handlers={HTTPException: _problem},
    )


def _bron(wired: Mapping[Dienstnaam, Dienst], settings: Settings) -> Bron:
    """Where declaration reads the feed: allocation in this process, else over HTTP."""
    if "allocation" in wired:
        return partial(lees_feed, wired["allocation"])
    if settings.allocation_url is None:
        raise AllocationOnbekend
    return http_bron(settings.allocation_url, settings.dienst_sleutel.get_secret_value())


def _goedgekeurd(wired: Mapping[Dienstnaam, Dienst], settings: Settings) -> Goedgekeurd:
    """Whom allocation asks about Prestaties: declaration in this process, else over HTTP, else nobody."""
    if "declaration" in wired:
        return partial(goedgekeurde_toewijzingen, wired["declaration"])
    if settings.declaration_url is None:
        return niet_te_vragen
    return http_goedgekeurd(settings.declaration_url, settings.dienst_sleutel.get_secret_value())


@asynccontextmanager
async def _lifespan(
    diensten: tuple[Dienst, ...], taken: tuple[Callable[[], object], ...], _: Starlette
) -> AsyncIterator[None]:
    """A mounted application has no lifespan of its own: what opens and closes is done here, for both."""
    stop = Event()
    klok = Thread(target=_run_klok, args=(stop, taken), name="klok", daemon=True)
    klok.start()
    try:
        yield
    finally:
        stop.set()
        await to_thread.run_sync(klok.join)
        for dienst in diensten:
            dienst.database.close()


def _run_klok(stop: Event, taken: tuple[Callable[[], object], ...]) -> None:
    """Once a minute, until told to stop. What fails now is tried again a minute later."""
    while not stop.wait(_SECONDS):
        for taak in taken:
            try:
                taak()
            except (Onbereikbaar, DatabaseBezet, SQLAlchemyError) as fout:
                _LOG.warning("klok", exc_info=fout)


async def _landing(apps: Mapping[Dienstnaam, FastAPI], _: Request) -> HTMLResponse:
    links = "\n".join(_LINK.format(titel=app.title, pad=f"/{naam}") for naam, app in apps.items())
    return HTMLResponse(_LANDING.format(links=links))


async def _problem(_: Request, fout: Exception) -> JSONResponse:
    status = fout.status_code if isinstance(fout, HTTPException) else 500
    content = problems.body(problems.bij_status(status), str(uuid4()))
    return JSONResponse(content, status, media_type=problems.MEDIA_TYPE)
