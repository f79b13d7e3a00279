"""`hub consume`: takes in what back offices send over RabbitMQ."""

import asyncio
from contextlib import ExitStack
from functools import partial
from typing import Annotated

import typer

from services.cli.console import VAR, AlsJson, DataMap, niet_beschikbaar, read_settings, verkeerd, zeg
from services.cli.running import tot_het_einde, verbind
from services.kernel.delivery.consume import consume
from services.kernel.waarneming.meterpoort import meterpoort
from services.kernel.waarneming.observing import Waarneming
from services.together import Diensten


def command(
    data: DataMap = VAR,
    service: Annotated[Diensten, typer.Option(help="Voor welke dienst.")] = "both",
    meters: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Toon de meterstanden op deze poort.", show_default=False),
    ] = None,
    host: Annotated[str, typer.Option(help="Adres van die poort.")] = "127.0.0.1",
    as_json: AlsJson = False,
) -> None:
    """Neem berichten aan die over RabbitMQ binnenkomen; een tweede consumer wacht tot de eerste ophoudt.

    Voorbeeld: BERICHTENHUB_RABBITMQ=amqp://hub:…@localhost/ hub consume --data var
    """
    settings = read_settings(data)
    if not settings.rabbitmq.get_secret_value():
        verkeerd("Waar RabbitMQ staat is niet bekend. Zet BERICHTENHUB_RABBITMQ, zoals amqp://hub:geheim@localhost/")
    with verbind(settings, service) as hub, ExitStack() as stack:
        geteld = {naam: Waarneming(dienst) for naam, dienst in hub.diensten.items()}
        if meters is not None:
            try:
                stack.enter_context(meterpoort(host, meters, settings.dienst_sleutel, geteld))
            except OSError:
                niet_beschikbaar(f"Poort {meters} is bezet. Kies een andere met --meters.")
        zeg(as_json, "berichtenhub neemt berichten aan uit RabbitMQ (Ctrl-C stopt)", proces="consume")
        werk = partial(consume, hub.diensten, hub.verwerk, settings.rabbitmq, waarnemingen=geteld)
        asyncio.run(tot_het_einde(werk, settings.data, "consume"))
