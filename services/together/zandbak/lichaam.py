"""A bound to the body of a request to control: FastAPI reads it as a whole, before it is known who sends it."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Fifty rules of a hundred lines each.
MAX_BYTES: Final = 500_000


class Lichaamsgrens:
    """ASGI middleware: who reads more of the body than may be gets a 413, which is answered as any other problem.

    Starlette's own answers by itself, in plain text.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gelezen = 0

        async def begrensd() -> Message:
            nonlocal gelezen
            message = await receive()
            gelezen += len(message.get("body", b""))
            if gelezen > MAX_BYTES:
                raise HTTPException(413)
            return message

        await self.app(scope, begrensd, send)
