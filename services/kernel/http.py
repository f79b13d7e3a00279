"""The HTTP side both services share: one log line per request, problems, and the application itself.

Endpoints are plain functions in the thread pool; only the spooling of a body is async. Those of a service take
`DezeDienst` and the caller (`Zender`, `Lezer`, `Rapporteur`, `Beheerder`, `Beller`) as parameters.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from time import perf_counter
from typing import Any
from uuid import uuid4

from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client.registry import Collector
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kernel import (
    kwaliteit_api,
    openapi,
    openapi_page,
    parameters,
    postbus_api,
    problems,
    shared_api,
    termijnen_api,
)
from services.kernel.berichten import Uitkomst
from services.kernel.database import DatabaseBezet
from services.kernel.delivery import asyncapi_page
from services.kernel.inzage import inzage_api, validaties_api, zoeken_api
from services.kernel.inzage.dienstkennis import Dienstkennis
from services.kernel.problems import Probleem
from services.kernel.reading import Afwijzing
from services.kernel.receiving import (
    KOPPEN,
    REGEL,
    UITKOMST,
    Beheerder,
    Beller,
    DezeDienst,
    Lezer,
    Rapporteur,
    Verwerk,
    Zender,
    log_fields,
    request_id,
    verrichting,
)
from services.kernel.shared_api import INDIENEN
from services.kernel.toegang import access, parties_api
from services.kernel.toegang.credentials import Herkenner
from services.kernel.toegang.rate_limit import Emmers, Grenzen
from services.kernel.waarneming import logs, operations_api
from services.kernel.waarneming.gauges import Standen
from services.kernel.waarneming.observing import Waarneming
from services.kernel.waarneming.readiness import Gereedheid
from services.kernel.wekker import Wekker
from services.kernel.wiring import Dienst

__all__ = [
    "Beheerder",
    "Beller",
    "DezeDienst",
    "Lezer",
    "Rapporteur",
    "Verwerk",
    "Zender",
    "create_app",
    "log_fields",
]
_LOG = logs.log()
# Parameters that name a party.
_CODES = ("gemeente", "aanbieder", "partij", "verzender", "bestemming")
# What a caller who goes on and on gets, or everybody while the database is away; the counters count each of them.
_IN_STROMEN = (401, 429, 503)
_REGELS_PER_MINUUT = 60


# --- one line of log and the same headers for every request ----------------------------------------------------------


def _headers(verzoek: str) -> dict[str, str]:
    return {
        "API-Version": openapi.API_VERSION,
        "X-Request-Id": verzoek,
    }


class Verzoekregel:
    """ASGI middleware: a request gets its id, every reply its headers; when done it is counted and has its one line."""

    def __init__(self, app: ASGIApp, waarneming: Waarneming) -> None:
        self.app = app
        self.waarneming = waarneming
        self._regels = Emmers(_REGELS_PER_MINUUT)
        self._weggelaten: Counter[int] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        regel = scope[REGEL] = {"dienst": self.waarneming.dienst, "verzoek": str(uuid4()), "status": 500}
        started = perf_counter()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                regel["status"] = message["status"]
                headers = MutableHeaders(scope=message)
                headers.update({**_headers(regel["verzoek"]), **scope.get(KOPPEN, {})})
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            seconden = perf_counter() - started
            _tel(self.waarneming, scope, regel, seconden)
            if self._schrijft(regel):
                _write(scope, regel, round(seconden * 1000, 1))

    def _schrijft(self, regel: dict[str, Any]) -> bool:
        """Whether this line is written: of refusals that may come by the thousand only so many, and how many not."""
        status = regel["status"]
        if status not in _IN_STROMEN:
            return True
        if not self._regels.neem(str(status)).toegestaan:
            self._weggelaten[status] += 1
            return False
        if weggelaten := self._weggelaten.pop(status, 0):
            regel["weggelaten"] = weggelaten
        return True


def _tel(waarneming: Waarneming, scope: Scope, regel: dict[str, Any], seconden: float) -> None:
    """A refusal counts as a message when we know who sent it; that we could not take it (5xx) is no refusal."""
    name = verrichting(scope)
    waarneming.verzoek(name, regel["status"])
    if name != INDIENEN:
        return
    uitkomst = scope.get(UITKOMST)
    if isinstance(uitkomst, Uitkomst):
        waarneming.verwerkt(uitkomst, "http", seconden)
    elif "partij" in regel and "probleem" in regel and regel["status"] < 500:
        afwijzing = scope.get(UITKOMST)
        soort, bevindingen = (
            (afwijzing.soort, afwijzing.bevindingen) if isinstance(afwijzing, Afwijzing) else (None, ())
        )
        waarneming.geweigerd(regel["probleem"], soort, "http", len(bevindingen))


def _write(scope: Scope, regel: dict[str, Any], ms: float) -> None:
    name = verrichting(scope)
    level = logging.WARNING if regel["status"] >= 500 else logging.INFO
    _LOG.log(level, "verzoek", verrichting=name, methode=scope["method"], ms=ms, **regel)


# --- problems --------------------------------------------------------------------------------------------------------


def _reply(request: Request, probleem: Probleem) -> JSONResponse:
    log_fields(request, probleem=probleem.type)
    content = problems.body(probleem, request_id(request))
    return JSONResponse(content, probleem.status, probleem.headers, media_type=problems.MEDIA_TYPE)


async def _on_probleem(request: Request, fout: Probleem) -> JSONResponse:
    """A 403 is put in the trail here, wherever it was raised; who refused may have done so already."""
    partij = request.scope[REGEL].get("partij")
    if fout.status == 403 and partij is not None and not fout.vastgelegd:
        detail = _gevraagde_codes(request) if fout.type == "niet-namens" else None
        dienst: Dienst = request.app.state.dienst
        await run_in_threadpool(
            access.leg_weigering_vast, dienst, partij, verrichting(request.scope), fout.type, detail or None
        )
    if fout.status == 401:
        grenzen: Grenzen = request.app.state.grenzen
        fout = grenzen.weiger(request.client.host if request.client else "", fout)
    return _reply(request, fout)


def _gevraagde_codes(request: Request) -> str:
    """Whose rows were asked for."""
    asked = {**request.query_params, **request.path_params}
    return ", ".join(f"{naam} {access.toonbaar(str(asked[naam]))}" for naam in _CODES if naam in asked)


async def _on_afwijzing(request: Request, fout: Afwijzing) -> JSONResponse:
    request.scope[UITKOMST] = fout
    if fout.soort:
        log_fields(request, berichtsoort=fout.soort.naam, release=fout.soort.release, bevindingen=len(fout.bevindingen))
    return _reply(request, problems.as_probleem(fout))


async def _on_bezet(request: Request, fout: DatabaseBezet) -> JSONResponse:
    return _reply(request, problems.bezet())


async def _on_invalid(request: Request, fout: RequestValidationError) -> JSONResponse:
    names = sorted({str(error["loc"][-1]) for error in fout.errors()})
    return _reply(request, problems.ongeldige_invoer(names))


async def _on_http_exception(request: Request, fout: HTTPException) -> JSONResponse:
    reply = _reply(request, problems.bij_status(fout.status_code))
    reply.headers.update(fout.headers or {})
    return reply


async def _on_unexpected(request: Request, fout: Exception) -> JSONResponse:
    """Runs outside the middleware, hence the headers; the line of the request is written, this one says what broke."""
    verzoek = request_id(request)
    _LOG.error("onverwachte fout", verzoek=verzoek, dienst=request.scope[REGEL]["dienst"], exc_info=fout)
    reply = _reply(request, problems.onverwacht())
    reply.headers.update({**_headers(verzoek), "Cache-Control": "no-store"})
    return reply


_HANDLERS: dict[Any, Any] = {
    Probleem: _on_probleem,
    Afwijzing: _on_afwijzing,
    DatabaseBezet: _on_bezet,
    RequestValidationError: _on_invalid,
    HTTPException: _on_http_exception,
    Exception: _on_unexpected,
}


# --- the application -------------------------------------------------------------------------------------------------

_GEDEELD = (
    *(shared_api, zoeken_api, inzage_api, validaties_api),
    *(postbus_api, termijnen_api, kwaliteit_api, parties_api),
)


def create_app(
    dienst: Dienst,
    verwerk: Verwerk,
    kennis: Dienstkennis,
    routers: Iterable[APIRouter],
    titel: str,
    beschrijving: str,
    standen: Iterable[Collector] = (),
) -> FastAPI:
    """The application of one service, to be mounted at `dienst.pad`: the shared endpoints and its routers below /v1.

    `standen` are gauges of its own. One app and not a mounted one per version: the lifespan and the handlers of a
    mounted app are easily forgotten.
    """
    waarneming = Waarneming(dienst, (Standen(dienst), *standen))
    app = nieuwe_app(dienst.pad, titel, beschrijving, waarneming)
    _zet_klaar(app, dienst, verwerk, kennis)
    for router in (*(module.router for module in _GEDEELD), *routers):
        app.include_router(router, prefix=openapi.PREFIX)
    app.include_router(operations_api.router)
    toon_documenten(app, titel, dienst.naam)
    asyncapi_page.install(app, dienst, titel)
    return app


def nieuwe_app(pad: str, titel: str, beschrijving: str, waarneming: Waarneming) -> FastAPI:
    """An application without endpoints, to be mounted at `pad`: its documents, problems, headers and line of log.

    Who adds its routers calls `toon_documenten` after the last of them.
    """
    app = FastAPI(
        title=titel,
        description=beschrijving,
        version=openapi.API_VERSION,
        contact=openapi.CONTACT,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": f"{pad}{openapi.PREFIX}"}],
        root_path_in_servers=False,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        exception_handlers=_HANDLERS,
        dependencies=[Depends(parameters.alleen_bekende)],
    )
    app.state.waarneming = waarneming
    app.add_middleware(Verzoekregel, waarneming=waarneming)
    return app


def toon_documenten(app: FastAPI, titel: str, voorbeelden: str | None = None) -> None:
    """Its OpenAPI document, with the examples recorded under this name, and the page that shows it."""
    openapi.install(app, voorbeelden)
    openapi_page.install(app, titel)


def _zet_klaar(app: FastAPI, dienst: Dienst, verwerk: Verwerk, kennis: Dienstkennis) -> None:
    """What the requests of this app share."""
    app.state.dienst = dienst
    app.state.verwerk = verwerk
    app.state.kennis = kennis
    app.state.grenzen = Grenzen(dienst.settings)
    app.state.limiter = CapacityLimiter(dienst.settings.gelijktijdig)
    app.state.wekker = Wekker(dienst.database)
    app.state.gereedheid = Gereedheid(dienst)
    app.state.herkenner = Herkenner(dienst)
    app.state.waarneming.volg(app.state.wekker)
