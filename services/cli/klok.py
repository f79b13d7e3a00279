"""`hub klok`: the clock alone, where neither `hub serve` nor `hub relay` runs to keep time; or one round of it."""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Annotated

import typer
from rich.markup import escape

from services import together
from services.cli.console import VAR, DataMap, out, read_settings
from services.cli.running import tot_het_einde, verbind
from services.kernel.heartbeat import hartslag
from services.together import GAAT_OVER, Diensten, Klokwerk


def command(
    data: DataMap = VAR,
    service: Annotated[Diensten, typer.Option(help="Voor welke dienst.")] = "both",
    eenmaal: Annotated[bool, typer.Option("--eenmaal", help="Eén ronde, en zeg wat die deed.")] = False,
) -> None:
    """Draai wat elke minuut moet gebeuren: de wijzigingen van toewijzingen overnemen, termijnen bewaken.

    `hub serve` en `hub relay` doen dit zelf al; nog een keer kan geen kwaad.

    Voorbeeld: hub klok --eenmaal --data var
    """
    settings = read_settings(data)
    with verbind(settings, service) as hub:
        if eenmaal:
            _eenmaal(hub.taken)
            return
        with together.klok_loopt(hub.taken):
            out.print("de klok van berichtenhub loopt (Ctrl-C stopt)")
            asyncio.run(tot_het_einde(lambda stop: stop.wait(), partial(hartslag, settings.data, "klok")))


def _eenmaal(taken: Iterable[Klokwerk]) -> None:
    """What fails does not keep the rest from being done; it ends with 1 then."""
    mislukt = False
    for taak in taken:
        try:
            out.print(escape(f"{taak.naam} {_tekst(taak())}"))
        except GAAT_OVER as fout:
            mislukt = True
            out.print(escape(f"{taak.naam}: mislukt ({type(fout).__name__})"))
    if mislukt:
        raise typer.Exit(1)


def _tekst(gedaan: object) -> str:
    return "niets" if gedaan in (None, 0) else str(gedaan)
