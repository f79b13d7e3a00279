"""`hub init`: secrets, databases and periods; with --voorbeeld the FICTIEF example set and a key per party."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, get_args

import typer

from services.cli import example_loading
from services.cli.console import (
    VAR,
    AlsJson,
    DataMap,
    bezig,
    bring_up_to_date,
    opened,
    out,
    read_settings,
    require_server,
    toon_json,
)
from services.declaration.afspraken.loading import laad_perioden
from services.declaration.booking import Boekmoment
from services.declaration.weeks import Week53
from services.kernel.settings import GEHEIMEN, Settings, today, write_secrets
from services.kernel.wiring import Dienstnaam, clock

EERSTE_JAAR: Final = 2020
_JAREN_VOORUIT: Final = 2


def command(
    data: DataMap = VAR,
    voorbeeld: Annotated[
        bool, typer.Option("--voorbeeld", help="Laad ook de FICTIEVE voorbeeldset, met een sleutel per partij.")
    ] = False,
    as_json: AlsJson = False,
) -> None:
    """Maak geheimen, databases en perioden aan. Nog eens uitvoeren verandert niets.

    Voorbeeld: hub init --data var --voorbeeld
    """
    stappen, gedaan = initialise(data, voorbeeld), []
    while True:
        with bezig("Aanmaken"):
            regel = next(stappen, None)
        if regel is None:
            break
        gedaan.append(regel)
        if not as_json:
            out.print(regel)
    if as_json:
        toon_json({"data": str(data), "gedaan": gedaan})


def initialise(data: Path, voorbeeld: bool) -> Iterator[str]:
    """Do it, and say in Dutch what was done and what was there already."""
    made = write_secrets(data)
    yield f"Geheimen: {'gemaakt' if made else 'ongewijzigd'} ({data / GEHEIMEN})"
    settings = read_settings(data)
    for naam in get_args(Dienstnaam):
        require_server(settings, naam)
        bring_up_to_date(settings, naam)
        yield f"Database {naam}: bij de laatste versie"
    yield _perioden(settings)
    if voorbeeld:
        yield from example_loading.load(settings)


def _perioden(settings: Settings) -> str:
    laatste = today(settings, clock).year + _JAREN_VOORUIT
    nieuw = maak_perioden(settings, laatste)
    return f"Perioden {EERSTE_JAAR} tot en met {laatste}: {nieuw or 'geen'} nieuw"


def maak_perioden(settings: Settings, laatste: int) -> int:
    """The periods of 2020 up to and including the year `laatste`; how many are new."""
    with opened(settings, "declaration") as dienst, dienst.database.write() as conn:
        moment = Boekmoment(dienst.vandaag(), dienst.nu())
        return laad_perioden(conn, EERSTE_JAAR, laatste, Week53(settings.week53), moment).rijen
