"""`hub serve`: one or both services on one port.

One process: for several workers uvicorn makes the socket itself, without TCP_NODELAY on what it accepts, and requests
on a kept connection would wait 40 ms.
"""

from contextlib import suppress
from types import FrameType
from typing import Annotated, Any, Final

import typer
import uvicorn
from starlette.applications import Starlette

from services import together
from services.cli import zandbak
from services.cli.console import (
    VAR,
    AlsJson,
    DataMap,
    bezig,
    bring_up_to_date,
    free_port,
    niet_beschikbaar,
    read_settings,
    require_database,
    zeg,
)
from services.cli.running import allocation_onbekend, ruim_zelden_op
from services.cli.slow_heads import HEAD_MAXIMUM, Protocol
from services.kernel.settings import Settings
from services.kernel.waarneming import logs
from services.together import Diensten

# Seconds that a message which is being judged gets to end, before the server does.
_AFLOOP: Final = 25


def command(
    data: DataMap = VAR,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Poort (standaard: 8000).", show_default=False)
    ] = None,
    service: Annotated[Diensten, typer.Option(help="Welke dienst.")] = "both",
    host: Annotated[str, typer.Option(help="Adres om op te luisteren.")] = "127.0.0.1",
    as_json: AlsJson = False,
) -> None:
    """Start de hub: beide diensten op één poort, of één ervan.

    Voorbeeld: hub serve --data var --port 8000
    """
    settings = read_settings(data, **({} if port is None else {"port": port}))
    prepare(settings, service)
    try:
        app = together.build(settings, service, zandbak.INRICHTING)
    except together.AllocationOnbekend:
        allocation_onbekend()
    if settings.port not in (0, free_port(settings.port)):
        niet_beschikbaar(f"Poort {settings.port} is bezet. Kies een andere met --port.")
    logs.configure()
    ruim_zelden_op()
    url = f"http://{host}:{settings.port}/"
    zeg(as_json, f"berichtenhub luistert op {url} (Ctrl-C stopt)", proces="serve", url=url)
    _run(app, host, settings.port)


def _run(app: Starlette, host: str, port: int) -> None:
    config = uvicorn.Config(
        *(app, host, port),
        log_config=None,
        access_log=False,
        server_header=False,
        # Whose certificate header is believed depends on who opened the connection, and not on who says so.
        proxy_headers=False,
        timeout_graceful_shutdown=_AFLOOP,
        http=Protocol,
        h11_max_incomplete_event_size=HEAD_MAXIMUM,
    )
    server = _Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        niet_beschikbaar(f"De server kon niet beginnen op {host}:{port}.")


class _Server(uvicorn.Server):
    """Told to end, it lets the readers that wait for post go: it ends when its requests have."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        app: Any = self.config.app
        for wekker in app.state.wekkers:
            wekker.stop()
        super().handle_exit(sig, frame)


def prepare(settings: Settings, service: Diensten) -> None:
    """Bring the databases of these services up to date; stops when `hub init` never made them."""
    for naam in together.namen(service):
        require_database(settings, naam)
        with bezig(f"Database van {naam} bijwerken"):
            bring_up_to_date(settings, naam)
