"""What every command shares: Dutch output with rich, the data folder, and how it stops when it cannot go on."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from services.kernel.database import DatabaseBezet, is_migrated, migrate
from services.kernel.engines import is_sqlite, why_not
from services.kernel.settings import AMSTERDAM, GeheimOntbreekt, Settings
from services.kernel.wiring import Dienst, Dienstnaam, wire

# A table in a file or a pipe must not be cut to the 80 columns of a terminal that is not there.
_PIPED = 200
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPED)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

DataMap = Annotated[Path, typer.Option("--data", envvar="BERICHTENHUB_DATA", help="Map met de databases en sleutels.")]
VAR = Path("var")
Dag = Annotated[
    date | None,
    typer.Option(
        "--vandaag",
        parser=date.fromisoformat,
        metavar="JJJJ-MM-DD",
        envvar="BERICHTENHUB_VANDAAG",
        help="De dag waarop het bericht wordt gemaakt (standaard: vandaag).",
        show_default=False,
    ),
]


def stop(melding: str) -> NoReturn:
    """End the command with a sentence on stderr and exit code 1."""
    _err.print(f"[red]Fout:[/red] {melding}")
    raise typer.Exit(1)


def note(melding: str) -> None:
    """A sentence beside the output, on stderr."""
    _err.print(melding)


def vandaag_of(dag: date | None) -> date:
    return dag or datetime.now(AMSTERDAM).date()


def read_settings(data: Path, **changes: Any) -> Settings:
    """The settings, with this data folder; stops with what to do when `hub init` has not been run."""
    values: dict[str, Any] = {"data": data, **changes}
    try:
        return Settings(**values)
    except GeheimOntbreekt as fout:
        stop(str(fout))
    except ValidationError as fout:
        # What is wrong with several together has no place of its own, and says so in a sentence of ours.
        namen = sorted(
            f"BERICHTENHUB_{str(error['loc'][0]).upper()}" if error["loc"] else error["msg"].partition(", ")[2]
            for error in fout.errors()
        )
        stop(f"Ongeldige instelling: {', '.join(namen)}")


@contextmanager
def opened(settings: Settings, naam: Dienstnaam) -> Iterator[Dienst]:
    """One service with its database open; stops when the database is not there yet, or not to be had now."""
    require_database(settings, naam)
    dienst = wire(naam, settings)
    try:
        yield dienst
    except DatabaseBezet:
        stop(
            f"De database van {naam} is bezet of antwoordt niet meer; niets is opgeslagen. Probeer het straks opnieuw."
        )
    finally:
        dienst.database.close()


def require_database(settings: Settings, naam: Dienstnaam) -> None:
    """Stop, with what to do, when the database of a service cannot be used or has no tables yet."""
    url, maak = settings.database_url(naam), f"hub init --data {settings.data}"
    if waarom := why_not(url):
        stop(f"{waarom} Maak haar aan met: {maak}" if is_sqlite(url) else f"{waarom} {_variable(naam)}")
    if not is_migrated(url):
        stop(f"De database van {naam} heeft nog geen tabellen. Maak ze met: {maak}")


def require_server(settings: Settings, naam: Dienstnaam) -> None:
    """Stop, with what to do, when the database of a service can neither be used nor be made by us."""
    url = settings.database_url(naam)
    if not is_sqlite(url) and (waarom := why_not(url)):
        stop(f"{waarom} {_variable(naam)}")


def bring_up_to_date(settings: Settings, naam: Dienstnaam) -> None:
    """Migrate the database of a service; stops when it is busy, or away by now."""
    try:
        migrate(settings.database_url(naam), naam)
    except DatabaseBezet:
        stop(f"De database van {naam} is bezet of antwoordt niet meer; niets is gewijzigd. Probeer het opnieuw.")


def _variable(naam: Dienstnaam) -> str:
    return f"(De URL staat in BERICHTENHUB_{naam.upper()}_DATABASE.)"


def bewaar_bestand(inhoud: bytes, naar: Path | None) -> None:
    """Write a file made for a spreadsheet, and say so; without a name to the output."""
    if naar is None:
        sys.stdout.buffer.write(inhoud)
        sys.stdout.buffer.flush()
        return
    try:
        naar.write_bytes(inhoud)
    except OSError:
        stop(f"{naar} kan niet worden geschreven.")
    note(f"Geschreven: {naar}")


def free_port(wens: int) -> int:
    """The wanted port of this machine, or a free one when it is taken (or 0)."""
    with socket.socket() as probe:
        # As a server would: a port that a stopped server leaves behind is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wens))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def euro(cent: int | None) -> str:
    """Eurocent as Dutch text: 1.234,56; a dash for None."""
    if cent is None:
        return "–"
    heel, rest = divmod(abs(cent), 100)
    return f"{'-' if cent < 0 else ''}{heel:,}".replace(",", ".") + f",{rest:02d}"


def tabel(titel: str, *kolommen: str, rechts: tuple[str, ...] = ()) -> Table:
    """A rich table; the columns named in `rechts` are numbers."""
    made = Table(title=titel, title_justify="left", header_style="bold")
    for kolom in kolommen:
        # Folded rather than cut: an amount with its end missing is a wrong amount.
        made.add_column(kolom, justify="right" if kolom in rechts else "left", overflow="fold")
    return made
