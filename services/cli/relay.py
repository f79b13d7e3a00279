"""`hub relay`: pushes to RabbitMQ and to webhooks what lies in the postbussen, and runs the clock."""

import asyncio
from functools import partial
from typing import Annotated

import typer

from services import together
from services.cli.console import VAR, AlsJson, DataMap, note, read_settings, zeg
from services.cli.running import tot_het_einde, verbind
from services.kernel.delivery.relay import relay
from services.together import Diensten


def command(
    data: DataMap = VAR,
    service: Annotated[Diensten, typer.Option(help="Voor welke dienst.")] = "both",
    as_json: AlsJson = False,
) -> None:
    """Bezorg wat in de postbussen ligt: in wachtrijen van RabbitMQ en bij webhooks. Draait ook de klok.

    Zonder BERICHTENHUB_RABBITMQ alleen bij webhooks. Een tweede relay wacht tot de eerste ophoudt.

    Voorbeeld: hub relay --data var
    """
    settings = read_settings(data)
    with verbind(settings, service) as hub:
        if not settings.rabbitmq.get_secret_value():
            note("BERICHTENHUB_RABBITMQ is leeg: er wordt alleen bij webhooks bezorgd.")
        zeg(as_json, "berichtenhub bezorgt (Ctrl-C stopt)", proces="relay")
        with together.klok_loopt(hub.taken):
            werk = partial(relay, hub.diensten.values(), settings.rabbitmq)
            asyncio.run(tot_het_einde(werk, settings.data, "relay"))
