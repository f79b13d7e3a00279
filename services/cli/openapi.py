"""`hub openapi`: the OpenAPI documents of both services without a hub, or a file of requests made from them."""

import asyncio
import logging
import tempfile
from pathlib import Path
from typing import Annotated, Any, get_args

import httpx
import typer

from services import together
from services.cli.console import toon_json, verkeerd
from services.cli.http_bestand import als_http
from services.kernel.settings import Settings, write_secrets
from services.kernel.wiring import Dienstnaam

# The documents say nothing of a secret, and the settings ask for some.


def command(
    dienst: Annotated[Dienstnaam | None, typer.Argument(help="Van welke dienst.", show_default=False)] = None,
    http: Annotated[bool, typer.Option("--http", help="Alle verzoeken van beide, als docs/berichtenhub.http.")] = False,
) -> None:
    """Toon het OpenAPI-document van een dienst (JSON), zonder dat er een hub hoeft te draaien.

    Voorbeeld: hub openapi declaration

    Voorbeeld: hub openapi --http > berichtenhub.http
    """
    if (dienst is None) != http:
        verkeerd("Kies een dienst (allocation of declaration), of --http.")
    gevonden = documenten()
    if dienst is None:
        typer.echo(als_http(gevonden.items()), nl=False)
    else:
        toon_json(gevonden[dienst])


def documenten() -> dict[Dienstnaam, dict[str, Any]]:
    """The OpenAPI document of each service, as a hub serves it; no port and no database is opened."""
    # It tells of an optional package for addresses of e-mail, of which the documents have none to check.
    logging.getLogger("fastapi").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as leeg:
        write_secrets(Path(leeg))
        return asyncio.run(_vraag(httpx.ASGITransport(together.build(Settings(data=Path(leeg))))))


async def _vraag(transport: httpx.ASGITransport) -> dict[Dienstnaam, dict[str, Any]]:
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.example") as client:
        return {naam: (await client.get(f"/{naam}/v1/openapi.json")).json() for naam in get_args(Dienstnaam)}
