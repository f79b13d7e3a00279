"""`hub gezond`: whether a process that has no port is at work, for a healthcheck."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from services.cli.console import GEWEIGERD, VAR, AlsJson, DataMap, stop, toon_json, zeg
from services.kernel.waarneming.heartbeat import beeindigd, sinds

# The clock goes round once a minute; what delivers and takes in, more often.
_SECONDS = 180


def command(
    proces: Annotated[Literal["relay", "consume", "klok"], typer.Argument(help="Welk proces.")],
    data: DataMap = VAR,
    seconden: Annotated[int, typer.Option(min=1, help="Zo lang mag het stil zijn.")] = _SECONDS,
    as_json: AlsJson = False,
) -> None:
    """Kijk of een proces zonder poort nog werkt; zo niet, dan eindigt dit met 1. Voor een healthcheck.

    Voorbeeld: hub gezond relay --data var
    """
    stil = sinds(data, proces)
    fout = _waarom_niet(data, proces, stil, seconden)
    if fout is None:
        zin = f"{proces} gaf {stil:.0f} seconden geleden een teken van leven."
        zeg(as_json, zin, proces=proces, werkt=True, seconden=round(stil or 0), reden=None)
        return
    if as_json:
        toon_json({"proces": proces, "werkt": False, "seconden": None if stil is None else round(stil), "reden": fout})
        raise typer.Exit(GEWEIGERD)
    stop(fout)


def _waarom_niet(data: Path, proces: str, stil: float | None, seconden: int) -> str | None:
    """Why it is not at work, in Dutch; None when it is."""
    if stil is None:
        return f"{proces} heeft in {data} nog geen teken van leven gegeven. Start het met: hub {proces} --data {data}"
    if beeindigd(data, proces):
        return f"{proces} draait niet: het is {stil:.0f} seconden geleden gestopt, zoals het werd gevraagd."
    if stil > seconden:
        return f"{proces} gaf {stil:.0f} seconden geleden voor het laatst een teken van leven: het hangt, of is weg."
    return None
