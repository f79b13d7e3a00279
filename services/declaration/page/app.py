"""The application of the page: its routes, its headers, its log line, and what an error looks like."""

import logging
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.declaration.afspraken.agreements import voorbeeld_tarieven
from services.declaration.page import aanmelden, over, weergave
from services.declaration.page.apis import Apis, Geweigerd
from services.declaration.page.bezoek import KOEKJE, NietAangemeld, toon, wie_kijkt
from services.declaration.page.views import (
    berichten,
    bevroren,
    contracten,
    declaratieruimte,
    herstel,
    kwaliteit,
    lijsten,
    proef,
    prognose,
    sturing,
    termijnen,
    toewijzingen,
    verdeling,
    verzilvering,
)
from services.kernel import problems
from services.kernel.database import DatabaseBezet
from services.kernel.waarneming import logs
from services.kernel.wiring import Dienst

_HIER: Final = Path(__file__).parent
_LOG = logs.log()
# Nothing comes from elsewhere and nothing runs but our own files. Vega writes style attributes into its drawings.
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _CSP,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# An address of a list's own comes before the one that names any list.
_GEZICHTEN: Final = (
    *(verzilvering, toewijzingen, bevroren, prognose, sturing, verdeling),
    *(berichten, proef, termijnen, herstel, lijsten, kwaliteit, contracten, declaratieruimte),
)
_TITELS: Final = {
    400: "Dat verzoek klopt niet",
    403: "Dit mag u niet zien",
    404: "Niet gevonden",
    405: "Dat kan hier niet",
    413: "Dat bestand is te groot",
    429: "Even rustig aan",
    503: "Tijdelijk niet beschikbaar",
}

# To whom an API says no, and why that is.
_NIET_VOOR: Final = {
    "regio": "De regio ziet geen gegevens over één toewijzing, één bericht of één aanbieder.",
    "aanbieder": "Een aanbieder ziet alleen wat van hem is, en geen cijfers over een gemeente als geheel.",
    "gemeente": "Een gemeente ziet alleen wat over haar gaat.",
}


def create_page(dienst: Dienst, apis: Apis, *, zandbakken: bool = False) -> FastAPI:
    """The page of a hub, to be mounted at its root. `apis` has a client for each service that can be asked."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, exception_handlers=_HANDLERS)
    app.state.dienst = dienst
    app.state.apis = apis
    app.state.zandbakken = zandbakken
    app.state.templates = Jinja2Templates(env=_omgeving(dienst))
    for module in (aanmelden, over, *_GEZICHTEN):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=_HIER / "static"), name="static")
    app.add_middleware(Bewaking)
    return app


def _omgeving(dienst: Dienst) -> Environment:
    loader = FileSystemLoader(_HIER / "templates")
    omgeving = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    omgeving.filters.update(weergave.FILTERS)
    omgeving.globals.update(fictief=lambda: _fictief(dienst), geen=weergave.GEEN)
    return omgeving


def _fictief(dienst: Dienst) -> bool:
    """Whether example tariffs are loaded; a page that says the database is away cannot know."""
    try:
        with dienst.database.read() as conn:
            return voorbeeld_tarieven(conn) is not None
    except (DatabaseBezet, SQLAlchemyError):
        return False


class Bewaking:
    """ASGI middleware: refuses what another site makes a browser send; every reply gets its headers and its line."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update(_headers(scope))
            await send(message)

        try:
            if _van_elders(scope):
                await HTMLResponse("Dit verzoek komt van een andere site.", 403)(scope, receive, send_with_headers)
            else:
                await self.app(scope, receive, send_with_headers)
        finally:
            _regel(scope, status, round((perf_counter() - started) * 1000, 1))


def _headers(scope: Scope) -> Mapping[str, str]:
    bewaren = "max-age=3600" if "/static/" in scope["path"] else "no-store"
    return {**_HEADERS, "Cache-Control": bewaren}


def _van_elders(scope: Scope) -> bool:
    """Whether a browser says that another site made it send this; reading is for everyone who has the cookie."""
    if scope["method"] in ("GET", "HEAD"):
        return False
    headers = Headers(scope=scope)
    origin, host = headers.get("origin"), headers.get("host", "")
    if origin is not None and origin.partition("://")[2] != host:
        return True
    return headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


def _regel(scope: Scope, status: int, ms: float) -> None:
    """By the pattern of the route: a path and a query are the visitor's own text."""
    route = scope.get("route")
    level = logging.WARNING if status >= 500 else logging.INFO
    _LOG.log(level, "pagina", pad=getattr(route, "path", None), methode=scope["method"], status=status, ms=ms)


# --- what goes wrong -------------------------------------------------------------------------------------------------


async def _naar_inloggen(request: Request, _: Exception) -> Response:
    """Log in and go on where one was; a half-filled form is not sent again by itself."""
    gevraagd = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    query = urlencode({"naar": gevraagd}, quote_via=quote) if request.method == "GET" and gevraagd != "/" else ""
    pad = "/inloggen" + (f"?{query}" if query else "")
    if "hx-request" in request.headers:
        reply = Response(status_code=200, headers={"HX-Redirect": "/inloggen"})
    else:
        reply = RedirectResponse(pad, 303)
    reply.delete_cookie(KOEKJE, path="/", httponly=True, samesite="strict")
    return reply


async def _geweigerd(request: Request, fout: Geweigerd) -> Response:
    return await _foutpagina(request, fout.status, fout.probleem.get("detail"), fout.probleem.get("type"))


async def _ongeldig(request: Request, fout: RequestValidationError) -> Response:
    if any(error["loc"][0] == "path" for error in fout.errors()):
        return await _foutpagina(request, 404, None)
    namen = ", ".join(sorted({str(error["loc"][-1]) for error in fout.errors()}))
    return await _foutpagina(request, 400, f"Wat is ingevuld kan niet: {namen}.")


async def _http(request: Request, fout: HTTPException) -> Response:
    return await _foutpagina(request, fout.status_code, None)


async def _onverwacht(request: Request, fout: Exception) -> Response:
    _LOG.error("onverwachte fout op de pagina", exc_info=fout)
    reply = await _foutpagina(
        request, 500, "Er ging iets mis aan onze kant. Probeer het opnieuw, of meld het de beheerder."
    )
    reply.headers.update(_headers(request.scope))
    return reply


async def _foutpagina(request: Request, status: int, detail: str | None, soort_fout: str | None = None) -> Response:
    if "text/html" not in request.headers.get("accept", "text/html"):
        content = problems.body(problems.bij_status(status), str(uuid4()))
        return JSONResponse(content, status, media_type=problems.MEDIA_TYPE)
    titel = _TITELS.get(status, "Er ging iets mis")
    uitleg = detail or ("Deze pagina bestaat niet." if status == 404 else "Het verzoek kan niet worden verwerkt.")
    kijkt = await wie_kijkt(request)
    if kijkt and soort_fout == f"/problemen/{problems.niet_namens().type}":
        uitleg = _NIET_VOOR.get(kijkt["bezoek"].soort, uitleg)
    return toon(request, "fout.html", status, {**kijkt, "titel": titel, "uitleg": uitleg, "status": status})


_HANDLERS: Final[dict[Any, Any]] = {
    NietAangemeld: _naar_inloggen,
    Geweigerd: _geweigerd,
    RequestValidationError: _ongeldig,
    HTTPException: _http,
    Exception: _onverwacht,
}
