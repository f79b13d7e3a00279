"""What every command shares: Dutch output with rich, the data folder, and how it stops when it cannot go on.

How a command ends is one of the codes below; docs/cli.md tells them to who writes a script.
"""

import json
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from services.kernel.database import DatabaseBezet, is_migrated, migrate
from services.kernel.engines import is_sqlite, why_not
from services.kernel.settings import AMSTERDAM, GeheimOntbreekt, Settings
from services.kernel.wiring import Dienst, Dienstnaam, wire

# 0 is well; a usage error of the command line itself is 2 as well, by the library.
GEWEIGERD: Final = 1
VERKEERD: Final = 2
NIET_BESCHIKBAAR: Final = 3

# A table in a file or a pipe must not be cut to the 80 columns of a terminal that is not there.
_PIPED = 200
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPED)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

# Whether the running command prints for a program; who shows progress need not be handed it through every call.
_VOOR_PROGRAMMA: ContextVar[bool] = ContextVar("voor_programma", default=False)


def _onthoud(als_json: bool) -> bool:
    _VOOR_PROGRAMMA.set(als_json)
    return als_json


AlsJson = Annotated[bool, typer.Option("--json", callback=_onthoud, help="Als JSON, voor een programma.")]
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


def stop(melding: str, code: int = GEWEIGERD) -> NoReturn:
    """End the command with a sentence on stderr: what was given is refused, or what was asked is not so."""
    _err.print(f"[red]Fout:[/red] {melding}")
    raise typer.Exit(code)


def verkeerd(melding: str) -> NoReturn:
    """End the command: it was called in a way that cannot be, whatever the hub holds."""
    stop(melding, VERKEERD)


def niet_beschikbaar(melding: str) -> NoReturn:
    """End the command: what it needs is not there, or not now. The same command may do later."""
    stop(melding, NIET_BESCHIKBAAR)


def note(melding: str) -> None:
    """A sentence beside the output, on stderr."""
    _err.print(melding)


def bedoelde(gegeven: str, bekend: Iterable[str]) -> str:
    """The known words that look like what was given, as a sentence to put behind an error; empty when none does."""
    lijkt = get_close_matches(gegeven, list(bekend), n=3, cutoff=0.6)
    return f" Bedoelde u {' of '.join(map(escape, lijkt))}?" if lijkt else ""


def toon_json(waarde: object) -> None:
    """Print a value for a program: dates as yyyy-mm-dd, amounts in eurocent."""
    typer.echo(json.dumps(waarde, ensure_ascii=False, indent=2, default=_als_tekst))


def _als_tekst(waarde: object) -> str:
    return waarde.isoformat() if isinstance(waarde, date) else str(waarde)


def zeg(as_json: bool, zin: str, **feiten: object) -> None:
    """What a command did: a sentence, or for a program the facts of it."""
    if as_json:
        toon_json(feiten)
    else:
        out.print(zin)


@contextmanager
def bezig(wat: str) -> Iterator[None]:
    """Show at a terminal that something is going on, for what may take longer than one likes to wait."""
    if _zwijgt():
        yield
        return
    with _err.status(wat):
        yield


@contextmanager
def voortgang(wat: str, totaal: int) -> Iterator[Callable[[], None]]:
    """A bar at a terminal; the function it gives says that one more is done."""
    if _zwijgt():
        yield lambda: None
        return
    kolommen = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*kolommen, console=_err) as balk:
        taak = balk.add_task(wat, total=totaal)
        yield lambda: balk.advance(taak)


def _zwijgt() -> bool:
    """Without somebody who looks, or when the running command has the option --json."""
    return not _err.is_terminal or _VOOR_PROGRAMMA.get()


def vandaag_of(dag: date | None) -> date:
    return dag or datetime.now(AMSTERDAM).date()


def read_settings(data: Path, **changes: Any) -> Settings:
    """The settings, with this data folder; stops with what to do when `hub init` has not been run."""
    values: dict[str, Any] = {"data": data, **changes}
    try:
        return Settings(**values)
    except GeheimOntbreekt as fout:
        niet_beschikbaar(str(fout))
    except ValidationError as fout:
        # What is wrong with several together has no place of its own, and says so in a sentence of ours.
        namen = sorted(
            f"BERICHTENHUB_{str(error['loc'][0]).upper()}" if error["loc"] else error["msg"].partition(", ")[2]
            for error in fout.errors()
        )
        verkeerd(f"Ongeldige instelling: {', '.join(namen)}")


@contextmanager
def opened(settings: Settings, naam: Dienstnaam) -> Iterator[Dienst]:
    """One service with its database open; stops when the database is not there yet, or not to be had now."""
    require_database(settings, naam)
    dienst = wire(naam, settings)
    try:
        yield dienst
    except DatabaseBezet:
        niet_beschikbaar(
            f"De database van {naam} is bezet of antwoordt niet meer; niets is opgeslagen. Probeer het straks opnieuw."
        )
    finally:
        dienst.database.close()


def require_database(settings: Settings, naam: Dienstnaam) -> None:
    """Stop, with what to do, when the database of a service cannot be used or has no tables yet."""
    url, maak = settings.database_url(naam), f"hub init --data {settings.data}"
    if waarom := why_not(url):
        niet_beschikbaar(f"{waarom} Maak haar aan met: {maak}" if is_sqlite(url) else f"{waarom} {_variable(naam)}")
    if not is_migrated(url):
        niet_beschikbaar(f"De database van {naam} heeft nog geen tabellen. Maak ze met: {maak}")


def require_server(settings: Settings, naam: Dienstnaam) -> None:
    """Stop, with what to do, when the database of a service can neither be used nor be made by us."""
    url = settings.database_url(naam)
    if not is_sqlite(url) and (waarom := why_not(url)):
        niet_beschikbaar(f"{waarom} {_variable(naam)}")


def bring_up_to_date(settings: Settings, naam: Dienstnaam) -> None:
    """Migrate the database of a service; stops when it is busy, or away by now."""
    try:
        migrate(settings.database_url(naam), naam, settings.ring())
    except DatabaseBezet:
        niet_beschikbaar(
            f"De database van {naam} is bezet of antwoordt niet meer; niets is gewijzigd. Probeer het opnieuw."
        )


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
        niet_beschikbaar(f"{naar} kan niet worden geschreven.")
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
