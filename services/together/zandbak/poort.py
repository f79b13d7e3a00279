"""Where the zandbakken stand below /zandbak: each below its own name, and who asks for one below /zandbak/v1."""

from anyio import CancelScope, to_thread
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kernel.openapi import PREFIX
from services.kernel.wiring import Dienst
from services.together.zandbak import aanvraag_api
from services.together.zandbak.zandbakken import Zandbakken


def routes(zandbakken: Zandbakken, echt: Dienst) -> list[BaseRoute]:
    """The routes of one process; `echt` knows the keys of the real hub, of who asks for a zandbak."""
    poort = _Poort(zandbakken, aanvraag_api.create_app(zandbakken, echt))
    return [Mount(f"{aanvraag_api.PAD}/{{naam}}", poort, name="zandbak")]


class _Poort:
    """ASGI: opens the zandbak that the path names, and keeps it open until the request is done."""

    def __init__(self, zandbakken: Zandbakken, aanvraag: ASGIApp) -> None:
        self.zandbakken = zandbakken
        self.aanvraag = aanvraag

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        naam = scope["path_params"]["naam"]
        if naam == PREFIX.removeprefix("/"):
            await self.aanvraag({**scope, "root_path": scope["root_path"].removesuffix(PREFIX)}, receive, send)
            return
        # Opening reads files and migrates: in a thread, as every look at a database.
        zandbak = await to_thread.run_sync(self.zandbakken.neem, naam)
        try:
            await zandbak.app(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self.zandbakken.geef_terug, zandbak)
