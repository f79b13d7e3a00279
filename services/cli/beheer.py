"""What commands that load and list share: one transaction in declaration, a trial that is rolled back, clear errors."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.markup import escape
from sqlalchemy import Connection

from services.cli.console import note, opened, out, read_settings, stop, tabel
from services.declaration.booking import Boekmoment
from services.declaration.loading import Geladen
from services.kernel.loading import Laadfout

T = TypeVar("T")

Bestand = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="CSV in UTF-8 met een kopregel, komma of puntkomma.")
]
Proef = Annotated[bool, typer.Option("--proef", help="Laat zien wat het zou doen, en sla niets op.")]
Gemeente = Annotated[str | None, typer.Option(help="Alleen deze gemeente (CBS-code).", show_default=False)]


class Terug(Exception):
    """Ends a trial: what it did is rolled back."""


def laad(data: Path, functie: Callable[[Connection, Boekmoment], Geladen], proef: bool = False) -> None:
    """Run a load of declaration in one transaction, and say what it did; every error of the file on a line, exit 1."""
    with opened(read_settings(data), "declaration") as dienst:
        moment = Boekmoment(dienst.vandaag(), dienst.nu())
        try:
            with dienst.database.write() as conn:
                geladen = functie(conn, moment)
                if proef:
                    raise Terug
        except Terug:
            out.print(f"Proef, niets opgeslagen: {_resultaat(geladen)}")
        except Laadfout as fout:
            weiger(fout)
        else:
            out.print(_resultaat(geladen))


def weiger(fout: Laadfout) -> NoReturn:
    """Name every error, each on a line, and end with 1."""
    for regel in fout.fouten:
        note(escape(regel))
    stop(f"{len(fout.fouten)} fout(en), niets geladen.")


def _resultaat(geladen: Geladen) -> str:
    return f"{geladen.rijen} rijen nieuw of gewijzigd, {geladen.geboekt} boekingen in het journaal."


def lees(bestand: Path) -> str:
    """The text of a file; stops when it is not UTF-8."""
    try:
        return bestand.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        stop(f"{bestand} is geen UTF-8.")


@contextmanager
def lezend(data: Path) -> Iterator[Connection]:
    """A reading connection to declaration."""
    with opened(read_settings(data), "declaration") as dienst, dienst.database.read() as conn:
        yield conn


def toon(
    titel: str, kolommen: tuple[str, ...], rijen: Iterable[tuple[object, ...]], rechts: tuple[str, ...] = ()
) -> None:
    """Print rows as a table; None as an empty cell."""
    table = tabel(titel, *kolommen, rechts=rechts)
    for rij in rijen:
        table.add_row(*(escape(_cel(waarde)) for waarde in rij))
    out.print(table)


def _cel(waarde: object) -> str:
    if waarde is None:
        return ""
    return waarde.isoformat() if isinstance(waarde, date) else str(waarde)
