"""`hub gezond`: whether a process that has no port is at work, for a healthcheck."""

from typing import Annotated, Literal

import typer

from services.cli.console import VAR, DataMap, out, stop
from services.kernel.heartbeat import sinds

# The clock goes round once a minute; what delivers and takes in, more often.
_SECONDS = 180


def command(
    proces: Annotated[Literal["relay", "consume", "klok"], typer.Argument(help="Welk proces.")],
    data: DataMap = VAR,
    seconden: Annotated[int, typer.Option(min=1, help="Zo lang mag het stil zijn.")] = _SECONDS,
) -> None:
    """Kijk of een proces zonder poort nog werkt; zo niet, dan eindigt dit met 1. Voor een healthcheck.

    Voorbeeld: hub gezond relay --data var
    """
    stil = sinds(data, proces)
    if stil is None:
        stop(f"{proces} heeft nog geen teken van leven gegeven.")
    if stil > seconden:
        stop(f"{proces} gaf {stil:.0f} seconden geleden voor het laatst een teken van leven.")
    out.print(f"{proces} werkt ({stil:.0f} s geleden)")
