"""Receiving: who is calling, then media type and size, then the body to a spooled file; never through a Body parameter.

Endpoints take `DezeDienst`, the caller and `Bericht` as parameters. The caller is a `Zender`, `Lezer`, `Rapporteur` or
`Beheerder` by the scope that the endpoint asks for, and a `Beller` where any will do.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import Message
from typing import Annotated, Any, BinaryIO, Final, TypeVar, cast

from anyio import CapacityLimiter, current_time, fail_after
from fastapi import Depends, Request, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from pydantic import BaseModel, ValidationError
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from services.kernel import problems
from services.kernel.berichten import Uitkomst
from services.kernel.openapi import XML_TYPES
from services.kernel.privacy.spool import Spool
from services.kernel.settings import Settings
from services.kernel.toegang import access
from services.kernel.toegang.credentials import Herkenner, Meegestuurd, NietHerkend, Toegang
from services.kernel.toegang.parties import Partij
from services.kernel.toegang.parties import Scope as Sleutelscope
from services.kernel.toegang.rate_limit import Grenzen
from services.kernel.waarneming import observing
from services.kernel.waarneming.observing import Waarneming
from services.kernel.wiring import Dienst, Ingekomen

# What a service does with a message; the last argument is True for a trial, after which nothing may be stored.
Verwerk = Callable[[Dienst, Partij, Ingekomen, bool], Uitkomst]

# Where the fields of the log line of a request stand in its ASGI scope.
REGEL = "berichtenhub.regel"
# What is left to a party of its requests, as headers of the reply.
KOPPEN = "berichtenhub.koppen"
# And what became of the message: its Uitkomst, or the Afwijzing.
UITKOMST = "berichtenhub.uitkomst"
# In the trail and in the counters: a party, or an operation, that has no name here.
ONBEKEND = "onbekend"
Model = TypeVar("Model", bound=BaseModel)
_INDIENEN: Final = ("/berichten", "/validaties")
_JSON: Final = "application/json"
_JSON_MAXIMUM: Final = 4096
# Most messages are smaller and never touch the disk.
_IN_MEMORY = 1024 * 1024


def log_fields(request: Request, **fields: Any) -> None:
    """Add to the log line of this request. Codes, kinds, counts; never a value of the message."""
    request.scope[REGEL].update(fields)


def log_uitkomst(request: Request, uitkomst: Uitkomst) -> None:
    """Let the line of this request, and the meters, know what became of the message."""
    request.scope[UITKOMST] = uitkomst
    log_fields(request, **observing.velden(uitkomst))


def request_id(request: Request) -> str:
    return str(request.scope[REGEL]["verzoek"])


@asynccontextmanager
async def spooled(request: Request, max_bytes: int) -> AsyncIterator[Ingekomen]:
    """The body of the request, spooled and hashed on the way; raises a Probleem (400, 408, 413, 415)."""
    check_headers(request.headers, max_bytes)
    digest = hashlib.sha256()
    size = 0
    with Spool(_IN_MEMORY) as file:
        async for chunk in chunks(request, max_bytes):
            size += len(chunk)
            digest.update(chunk)
            file.write(chunk)  # a chunk is 64 kB at most: the event loop does not wait for it long
        file.seek(0)
        yield Ingekomen(stream=cast(BinaryIO, file), sha256=digest.hexdigest(), grootte=size)


async def chunks(request: Request, max_bytes: int) -> AsyncIterator[bytes]:
    """The body as it comes in; a Probleem (400, 408, 413) when it is cut off, comes too slowly or is too large.

    Who sends a byte now and then holds a connection until his time is over, and no thread and no place to judge.
    """
    settings: Settings = request.app.state.dienst.settings
    einde = current_time() + settings.ontvangst_seconden
    stream = aiter(request.stream())
    size = 0
    while True:
        try:
            with fail_after(min(settings.stilte_seconden, max(einde - current_time(), 0))):
                chunk = await anext(stream, None)
        except TimeoutError:
            raise problems.te_langzaam() from None
        except ClientDisconnect:
            raise problems.afgebroken() from None
        if chunk is None:
            return
        size += len(chunk)
        if size > max_bytes:
            raise problems.te_groot(max_bytes)
        yield chunk


def check_headers(headers: Headers, max_bytes: int) -> None:
    """Refuse by the headers alone what can be refused by them."""
    content_type = Message()
    content_type["content-type"] = headers.get("content-type", "")
    # An absent type reads as text/plain, and is refused as such.
    if content_type.get_content_type() not in XML_TYPES:
        raise problems.verkeerd_type("Stuur een bericht als application/xml.")
    charset = content_type.get_param("charset", "utf-8")
    if not isinstance(charset, str) or charset.lower() not in ("utf-8", "utf8"):
        raise problems.verkeerd_type("Een bericht is gecodeerd in UTF-8.")
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise problems.verkeerd_type("Stuur een bericht zonder Content-Encoding.")
    check_length(headers, max_bytes)


def check_length(headers: Headers, max_bytes: int) -> None:
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()):
        raise problems.ongeldige_invoer(["Content-Length"])
    if len(length) > len(str(max_bytes)) or int(length) > max_bytes:
        raise problems.te_groot(max_bytes)


async def dienst_van(request: Request) -> Dienst:
    dienst: Dienst = request.app.state.dienst
    return dienst


DezeDienst = Annotated[Dienst, Depends(dienst_van)]
_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="sleutel",
    description="De sleutel van een partij (`hub partij sleutel`), of een token van de uitgever die is ingesteld. "
    "Waar een scope staat, moet die sleutel hem hebben.",
)
_Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]


def toegang_van(request: Request, dienst: DezeDienst, bearer: _Bearer) -> Toegang:
    """Who is calling, and what for; a 401 problem for who shows nothing, or nothing that is good."""
    herkenner: Herkenner = request.app.state.herkenner
    header = dienst.settings.proxy_subject_header
    mee = Meegestuurd(
        bearer=bearer.credentials if bearer else None,
        onderwerpen=request.headers.getlist(header) if header else (),
        adres=request.client.host if request.client else None,
    )
    if herkenner.ongevraagd(mee):
        access.leg_weigering_vast(dienst, ONBEKEND, verrichting(request.scope), "certificaat-niet-van-proxy", mee.adres)
    try:
        toegang = herkenner.herken(mee)
    except NietHerkend as fout:
        waarneming: Waarneming = request.app.state.waarneming
        waarneming.niet_ingelogd(fout.oorzaak)
        # Who is nobody is counted and not written: anyone can send any number of unknown keys.
        if fout.partij is not None:
            access.leg_weigering_vast(dienst, fout.partij, verrichting(request.scope), fout.oorzaak)
        raise problems.niet_ingelogd(known=True) from None
    if toegang is None:
        raise problems.niet_ingelogd(known=False)
    log_fields(request, partij=toegang.partij.code, **({"sleutel": toegang.sleutel} if toegang.sleutel else {}))
    _eis_maat(request, toegang.partij)
    return toegang


async def partij_van(gevraagd: SecurityScopes, toegang: Annotated[Toegang, Depends(toegang_van)]) -> Partij:
    """The party that is calling; a 403 problem when what it showed lacks a scope of this endpoint.

    Like all that waits for nothing it is async: what is not has a thread fetched for it.
    """
    for scope in gevraagd.scopes:
        if scope not in toegang.scopes:
            raise problems.scope_ontbreekt(scope)
    return toegang.partij


def verrichting(scope: Scope) -> str:
    """The name of the operation: the path itself is the caller's text, and so is the query."""
    route = scope.get("route")
    return (route.operation_id or route.name) if isinstance(route, APIRoute) else ONBEKEND


def _eis_maat(request: Request, partij: Partij) -> None:
    """A 429 problem for who asks too often. The services and who reads the meters ask freely."""
    if partij.soort != "dienst" and not request.url.path.endswith("/metrics"):
        grenzen: Grenzen = request.app.state.grenzen
        indienen = request.method == "POST" and request.url.path.endswith(_INDIENEN)
        request.scope[KOPPEN] = grenzen.eis(partij.code, indienen)


def json_body(
    model: type[Model], scope: Sleutelscope, max_bytes: int = _JSON_MAXIMUM
) -> Callable[[Request, Partij], Awaitable[Model]]:
    """A dependency that reads a small JSON body; a Probleem (400, 408, 413, 415) names fields, never their values.

    Depends on a caller with this scope, so that nothing is read for a stranger: a Body parameter is read before anybody
    is known. The endpoint asks for the same scope.
    """

    wie = _met(scope)

    async def inhoud(request: Request, partij: Partij = wie) -> Model:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
            raise problems.verkeerd_type("Stuur de inhoud als application/json.")
        check_length(request.headers, max_bytes)
        gelezen = b"".join([chunk async for chunk in chunks(request, max_bytes)])
        try:
            return model.model_validate_json(gelezen)
        except ValidationError as fout:
            velden = {str(error["loc"][0]) for error in fout.errors() if error["loc"]} & set(model.model_fields)
            raise problems.ongeldige_invoer(sorted(velden) or ["inhoud"]) from None

    return inhoud


def _met(*scopes: Sleutelscope) -> Any:
    return Security(partij_van, scopes=list(scopes))


Beller = Annotated[Partij, _met()]
Zender = Annotated[Partij, _met("send")]
Lezer = Annotated[Partij, _met("read")]
Rapporteur = Annotated[Partij, _met("report")]
Beheerder = Annotated[Partij, _met("admin")]


async def ingekomen(request: Request, dienst: DezeDienst, partij: Zender) -> AsyncIterator[Ingekomen]:
    """The spooled body. Depends on `Zender`, so that nothing is read for a stranger."""
    async with spooled(request, dienst.settings.max_bytes) as bericht:
        log_fields(request, kanaal="http", grootte=bericht.grootte)
        yield bericht


async def aan_de_beurt(
    request: Request, bericht: Annotated[Ingekomen, Depends(ingekomen, scope="function")]
) -> AsyncIterator[Ingekomen]:
    """The spooled body once there is a place to judge it: a slow sender keeps no place occupied."""
    limiter: CapacityLimiter = request.app.state.limiter
    async with limiter:
        yield bericht


# scope="function": the file is closed and the place is free before the reply travels, not after.
Bericht = Annotated[Ingekomen, Depends(aan_de_beurt, scope="function")]
