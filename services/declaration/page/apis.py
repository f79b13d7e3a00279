"""The two APIs as the page asks them: in this process without a network, else by URL."""

from collections.abc import Mapping
from typing import Any

import httpx
from starlette.types import ASGIApp

from services.kernel.wiring import Dienstnaam

Apis = Mapping[Dienstnaam, httpx.AsyncClient]
_SECONDS = 30.0


class Geweigerd(Exception):
    """An API said no: `status`, and `probleem` as it gave it (RFC 9457; {} when it gave none)."""

    def __init__(self, status: int, probleem: Mapping[str, Any]) -> None:
        super().__init__(str(status))
        self.status = status
        self.probleem = dict(probleem)


def in_proces(app: ASGIApp, naam: Dienstnaam) -> httpx.AsyncClient:
    """The API of an application of this process."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=f"http://{naam}")


def elders(url: str) -> httpx.AsyncClient:
    """The API of a service in another process; `url` is where it is mounted."""
    return httpx.AsyncClient(base_url=url.rstrip("/"), timeout=_SECONDS)


async def vraag(apis: Apis, dienst: Dienstnaam, methode: str, pad: str, token: str, **options: Any) -> httpx.Response:
    """One request with this token; Geweigerd for every reply of 400 and up, 503 when the service cannot be reached."""
    headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
    try:
        reply = await apis[dienst].request(methode, pad, headers=headers, **options)
    except (httpx.HTTPError, KeyError):
        raise Geweigerd(
            503, {"detail": f"De dienst {dienst} is niet te bereiken. Probeer het later nog eens."}
        ) from None
    if reply.is_error:
        raise Geweigerd(reply.status_code, _probleem(reply))
    return reply


def _probleem(reply: httpx.Response) -> Mapping[str, Any]:
    try:
        content = reply.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
