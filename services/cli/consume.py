"""`hub consume`: takes in what back offices send over RabbitMQ."""

import asyncio
from functools import partial
from typing import Annotated

import typer

from services.cli.console import VAR, DataMap, out, read_settings, stop
from services.cli.running import tot_het_einde, verbind
from services.kernel.delivery.consume import consume
from services.kernel.heartbeat import hartslag
from services.together import Diensten


def command(
    data: DataMap = VAR,
    service: Annotated[Diensten, typer.Option(help="Voor welke dienst.")] = "both",
) -> None:
    """Neem berichten aan die over RabbitMQ binnenkomen; een tweede consumer wacht tot de eerste ophoudt.

    Voorbeeld: BERICHTENHUB_RABBITMQ=amqp://hub:…@localhost/ hub consume --data var
    """
    settings = read_settings(data)
    if not settings.rabbitmq.get_secret_value():
        stop("Waar RabbitMQ staat is niet bekend. Zet BERICHTENHUB_RABBITMQ, zoals amqp://hub:geheim@localhost/")
    with verbind(settings, service) as hub:
        out.print("berichtenhub neemt berichten aan uit RabbitMQ (Ctrl-C stopt)")
        leeft = partial(hartslag, settings.data, "consume")
        asyncio.run(tot_het_einde(lambda stop: consume(hub.diensten, hub.verwerk, settings.rabbitmq, stop), leeft))
