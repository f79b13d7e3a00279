"""One process with both services, or with one of them: mounted on one port, and the zandbakken beside them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from uuid import uuid4

from anyio import to_thread
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import BaseRoute, Mount, Route

from services.kernel import problems
from services.kernel.database import DatabaseBezet
from services.kernel.problems import Probleem
from services.kernel.security_headers import Veiligheidskoppen
from services.kernel.settings import Settings
from services.kernel.wiring import Dienstnaam
from services.together.assembly import Diensten, Klokwerk, Samenstel, Taak, eenmaal, klok_loopt, samenstel
from services.together.zandbak import poort
from services.together.zandbak.inrichting import Inrichting
from services.together.zandbak.zandbakken import Zandbakken


def build(settings: Settings, diensten: Diensten = "both", inrichting: Inrichting | None = None) -> Starlette:
    """The application of one process; its clock starts with it, and its databases close with it.

    With `inrichting`, and both services, there are zandbakken too. AllocationOnbekend when declaration runs alone
    without `allocation_url`. The databases are not migrated here.
    """
    hub = samenstel(settings, diensten)
    apps = hub.apps()
    zandbakken = Zandbakken(settings, inrichting) if inrichting and diensten == "both" and settings.zandbakken else None
    routes: list[BaseRoute] = [Mount(hub.diensten[naam].pad, app, name=naam) for naam, app in apps.items()]
    if zandbakken:
        routes += poort.routes(zandbakken, hub.diensten["allocation"])
    routes.append(_voorkant(hub, apps, settings, zandbakken is not None))
    gebruik = [
        Klokwerk(f"{naam}: gebruik van sleutels", app.state.herkenner.gebruik.schrijf) for naam, app in apps.items()
    ]
    app = Starlette(
        routes=routes,
        lifespan=partial(_lifespan, hub, gebruik, zandbakken),
        middleware=[Middleware(Veiligheidskoppen, tls=settings.tls)],
        exception_handlers=dict.fromkeys((HTTPException, Probleem, DatabaseBezet), _problem),
    )
    # Whoever is told to stop lets the readers that wait for post go first: a server waits for its requests.
    app.state.wekkers = (*(each.state.wekker for each in apps.values()), *([zandbakken] if zandbakken else []))
    return app


@asynccontextmanager
async def _lifespan(
    hub: Samenstel, gebruik: Sequence[Klokwerk], zandbakken: Zandbakken | None, _: Starlette
) -> AsyncIterator[None]:
    """A mounted application has no lifespan of its own: what opens and closes is done here, for all of them."""
    taken: list[Taak] = [*hub.taken, *gebruik, *([zandbakken.sluit_ongebruikte] if zandbakken else [])]
    with klok_loopt(taken) as klok:
        try:
            yield
        finally:
            await to_thread.run_sync(klok)
            await to_thread.run_sync(eenmaal, gebruik)
            if zandbakken:
                await to_thread.run_sync(zandbakken.sluit)
            hub.sluit()


def _voorkant(hub: Samenstel, apps: Mapping[Dienstnaam, FastAPI], settings: Settings, zandbakken: bool) -> BaseRoute:
    """What stands at the root: the page, which belongs to declaration, or for allocation alone its documents."""
    if "declaration" not in apps:
        return Route("/", _naar_docs)
    # Only who serves it needs the libraries of the page.
    from services.declaration.page.apis import elders, in_proces
    from services.declaration.page.app import create_page

    clients = {naam: in_proces(app, naam) for naam, app in apps.items()}
    if "allocation" not in apps and settings.allocation_url is not None:
        clients["allocation"] = elders(settings.allocation_url)
    return Mount("/", create_page(hub.diensten["declaration"], clients, zandbakken=zandbakken), name="pagina")


async def _naar_docs(_: Request) -> RedirectResponse:
    return RedirectResponse("/allocation/v1/docs")


async def _problem(_: Request, fout: Exception) -> JSONResponse:
    if isinstance(fout, DatabaseBezet):
        probleem = problems.bezet()
    else:
        probleem = fout if isinstance(fout, Probleem) else problems.bij_status(getattr(fout, "status_code", 500))
    content = problems.body(probleem, str(uuid4()))
    return JSONResponse(content, probleem.status, probleem.headers, media_type=problems.MEDIA_TYPE)
