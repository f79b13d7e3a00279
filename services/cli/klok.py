"""`hub klok`: the clock alone, where neither `hub serve` nor `hub relay` runs to keep time; or one round of it."""

import asyncio
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.markup import escape

from services import together
from services.cli.console import NIET_BESCHIKBAAR, VAR, AlsJson, DataMap, out, read_settings, toon_json, zeg
from services.cli.running import tot_het_einde, verbind
from services.together import GAAT_OVER, Diensten, Klokwerk


def command(
    data: DataMap = VAR,
    service: Annotated[Diensten, typer.Option(help="Voor welke dienst.")] = "both",
    eenmaal: Annotated[bool, typer.Option("--eenmaal", help="Eén ronde, en zeg wat die deed.")] = False,
    as_json: AlsJson = False,
) -> None:
    """Draai wat elke minuut moet gebeuren: de wijzigingen van toewijzingen overnemen, termijnen bewaken.

    `hub serve` en `hub relay` doen dit zelf al; nog een keer kan geen kwaad.

    Voorbeeld: hub klok --eenmaal --data var
    """
    settings = read_settings(data)
    with verbind(settings, service) as hub:
        if eenmaal:
            _eenmaal(hub.taken, as_json)
            return
        with together.klok_loopt(hub.taken):
            zeg(as_json, "de klok van berichtenhub loopt (Ctrl-C stopt)", proces="klok")
            asyncio.run(tot_het_einde(lambda stop: stop.wait(), settings.data, "klok"))


def _eenmaal(taken: Iterable[Klokwerk], as_json: bool) -> None:
    """What fails does not keep the rest from being done; later it may go well."""
    rijen: list[dict[str, object]] = []
    for taak in taken:
        gedaan, fout = _doe(taak)
        rijen.append({"taak": taak.naam, "gedaan": gedaan, "fout": fout})
        if not as_json:
            tekst = f"{taak.naam} {_tekst(gedaan)}" if fout is None else f"{taak.naam}: mislukt ({fout})"
            out.print(escape(tekst))
    if as_json:
        toon_json(rijen)
    if any(rij["fout"] for rij in rijen):
        raise typer.Exit(NIET_BESCHIKBAAR)


def _doe(taak: Klokwerk) -> tuple[object, str | None]:
    try:
        return taak(), None
    except GAAT_OVER as fout:
        return None, type(fout).__name__


def _tekst(gedaan: object) -> str:
    return "niets" if gedaan in (None, 0) else str(gedaan)
