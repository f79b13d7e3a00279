"""`hub klok`: the clock alone, where neither `hub serve` nor `hub relay` runs to keep time."""

import asyncio
from typing import Annotated

import typer

from services import together
from services.cli.console import VAR, DataMap, out, read_settings
from services.cli.running import tot_het_einde, verbind
from services.together import Diensten


def command(
    data: DataMap = VAR,
    service: Annotated[Diensten, typer.Option(help="Voor welke dienst.")] = "both",
) -> None:
    """Draai wat elke minuut moet gebeuren: de wijzigingen van toewijzingen overnemen, termijnen bewaken.

    `hub serve` en `hub relay` doen dit zelf al; nog een keer kan geen kwaad.

    Voorbeeld: hub klok --data var
    """
    with verbind(read_settings(data), service) as hub, together.klok_loopt(hub.taken):
        out.print("de klok van berichtenhub loopt (Ctrl-C stopt)")
        asyncio.run(tot_het_einde(lambda stop: stop.wait()))
