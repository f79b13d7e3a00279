"""What every reply says to a browser: load nothing, be framed by nobody, keep no address; and how many headers we take.

A page that needs more sets its own Content-Security-Policy, and what a reply has already is left alone.
"""

from typing import Final
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kernel import problems

# A browser behind three proxies sends some thirty.
HEADERS_MAXIMUM: Final = 100

_OF_EVERY_REPLY: Final = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# Only where TLS ends at a proxy before us, which the setting `tls` says and no header of a request: over plain HTTP a
# browser must ignore it (RFC 6797, 7.2).
_OVER_TLS: Final = {"Strict-Transport-Security": "max-age=31536000"}


class Veiligheidskoppen:
    """ASGI middleware round everything of a process, also what no service answers."""

    def __init__(self, app: ASGIApp, tls: bool) -> None:
        self.app = app
        self._headers = of_reply(tls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if len(scope["headers"]) > HEADERS_MAXIMUM:
            probleem = problems.te_veel_headers(HEADERS_MAXIMUM)
            reply = JSONResponse(problems.body(probleem, str(uuid4())), probleem.status, media_type=problems.MEDIA_TYPE)
            await reply(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)


def of_reply(tls: bool) -> dict[str, str]:
    return {**_OF_EVERY_REPLY, **(_OVER_TLS if tls else {})}
