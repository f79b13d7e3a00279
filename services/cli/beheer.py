"""What commands that load and list share: one transaction in declaration, a trial that is rolled back, clear errors."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.markup import escape
from sqlalchemy import Connection

from services.cli import spoor
from services.cli.console import bezig, euro, note, opened, out, read_settings, stop, tabel, toon_json, verkeerd
from services.declaration.afspraken import gevolgen
from services.declaration.afspraken.gevolgen import Geladen, Gevolgen
from services.declaration.booking import Boekmoment
from services.kernel.loading import Laadfout, Leeswijze, eerste_rijen

T = TypeVar("T")

Bestand = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="CSV in UTF-8 met een kopregel, komma of puntkomma.")
]
Proef = Annotated[bool, typer.Option("--proef", help="Laat zien wat het zou doen, en sla niets op.")]
Gemeente = Annotated[str | None, typer.Option(help="Alleen deze gemeente (CBS-code).", show_default=False)]


class Cent(int):
    """An amount in eurocent: a table shows it in euro, JSON as it is."""


class Terug(Exception):
    """Ends a trial: what it did is rolled back."""


def laad(
    data: Path,
    opdracht: str,
    functie: Callable[[Connection, Boekmoment], Geladen],
    proef: bool = False,
    gelezen: Leeswijze | None = None,
    as_json: bool = False,
) -> None:
    """Run a load of declaration in one transaction, and say how it was `gelezen` and what it did.

    `opdracht` is what the audit trail calls it.
    A trial also says per gemeente, product and period what A changes by. Every error of the file on a line, exit 1.
    """
    if gelezen is not None and not as_json:
        out.print(f"Gelezen: {gelezen}.")
    geladen, gevolg = _geladen(data, opdracht, functie, proef)
    if as_json:
        toon_json(_als_json(geladen, gevolg, proef, gelezen))
    elif proef:
        toon_gevolgen(gevolg)
        out.print(f"Proef, niets opgeslagen: {_resultaat(geladen, gevolg)}")
    else:
        out.print(_resultaat(geladen, gevolg))


def _geladen(
    data: Path, opdracht: str, functie: Callable[[Connection, Boekmoment], Geladen], proef: bool
) -> tuple[Geladen, Gevolgen]:
    """The load itself, which a trial rolls back."""
    with bezig("Laden"), opened(read_settings(data), "declaration") as dienst:
        moment = Boekmoment(dienst.vandaag(), dienst.nu())
        try:
            with dienst.database.write() as conn:
                voor = gevolgen.stand(conn)
                geladen = functie(conn, moment)
                gevolg = gevolgen.sinds(conn, voor)
                if proef:
                    raise Terug
                if geladen.rijen:
                    spoor.leg_vast(conn, dienst, opdracht, f"{geladen.rijen} rijen")
        except Terug:
            pass
        except Laadfout as fout:
            weiger(fout)
        return geladen, gevolg


def _als_json(geladen: Geladen, gevolg: Gevolgen, proef: bool, gelezen: Leeswijze | None) -> dict[str, Any]:
    return {
        "proef": proef,
        "gelezen": None if gelezen is None else str(gelezen),
        "rijen": geladen.rijen,
        "geboekt": geladen.geboekt,
        "toegewezen": gevolg.bedrag,
        "verschuivingen": [asdict(v) for v in gevolg.verschuivingen],
        "werklijst": [asdict(w) for w in gevolg.werk],
    }


def weiger(fout: Laadfout) -> NoReturn:
    """Name the errors, each on a line, and end with 1."""
    for regel in fout.fouten:
        note(escape(regel))
    if fout.aantal > len(fout.fouten):
        note(f"… en nog {fout.aantal - len(fout.fouten)}")
    stop(f"{fout.aantal} fout(en), niets geladen.")


def toon_gevolgen(gevolg: Gevolgen) -> None:
    """What A changes by, and what the worklist gets, as tables; nothing where there is nothing."""
    if gevolg.verschuivingen:
        kolommen = ("gemeente", "product", "periode", "toewijzingen", "toegewezen")
        rijen = [(v.gemeente, v.productcode, v.periode, v.toewijzingen, euro(v.bedrag)) for v in gevolg.verschuivingen]
        toon("Verandering van wat is toegewezen", kolommen, rijen, rechts=kolommen[3:])
    if gevolg.werk:
        kolommen = ("gemeente", "aanbieder", "herstel", "regels", "verschil")
        werk = [(w.gemeente, w.aanbieder, w.soort, w.regels, euro(w.bedrag)) for w in gevolg.werk]
        toon("Werklijst: goedgekeurde regels met een andere prijs", kolommen, werk, rechts=kolommen[3:])


def _resultaat(geladen: Geladen, gevolg: Gevolgen) -> str:
    herstel = sum(werk.regels for werk in gevolg.werk)
    return (
        f"{geladen.rijen} rijen nieuw of gewijzigd, {geladen.geboekt} boekingen in het journaal "
        f"(toegewezen {euro(gevolg.bedrag)}), {herstel} regels op de werklijst."
    )


def lees(bestand: Path) -> str:
    """The text of a file; stops when it is not UTF-8."""
    try:
        return bestand.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        verkeerd(f"{bestand} is geen UTF-8. Bewaar het als CSV UTF-8.")


def lees_lijst(bestand: Path) -> str:
    """The text of a file that people keep, with its BOM; of one with too many rows enough to refuse it."""
    try:
        with open(bestand, encoding="utf-8", newline="") as regels:
            return eerste_rijen(regels)
    except UnicodeDecodeError:
        verkeerd(f"{bestand} is geen UTF-8. Bewaar het als CSV UTF-8.")


@contextmanager
def lezend(data: Path) -> Iterator[Connection]:
    """A reading connection to declaration."""
    with opened(read_settings(data), "declaration") as dienst, dienst.database.read() as conn:
        yield conn


def toon(
    titel: str,
    kolommen: tuple[str, ...],
    rijen: Iterable[tuple[object, ...]],
    rechts: tuple[str, ...] = (),
    as_json: bool = False,
) -> None:
    """Print rows as a table, None as an empty cell; or as a list of objects, whose keys are the columns."""
    if as_json:
        sleutels = [_sleutel(kolom) for kolom in kolommen]
        toon_json([dict(zip(sleutels, rij, strict=True)) for rij in rijen])
        return
    table = tabel(titel, *kolommen, rechts=rechts)
    for rij in rijen:
        table.add_row(*(escape(_cel(waarde)) for waarde in rij))
    out.print(table)


def _sleutel(kolom: str) -> str:
    """bekendVan, of the column "bekend van"."""
    eerste, *rest = kolom.split()
    return eerste + "".join(woord.capitalize() for woord in rest)


def _cel(waarde: object) -> str:
    if waarde is None:
        return ""
    if isinstance(waarde, bool):
        return "ja" if waarde else "nee"
    if isinstance(waarde, Cent):
        return euro(waarde)
    if isinstance(waarde, datetime):
        return f"{waarde:%Y-%m-%d %H:%M}"
    return waarde.isoformat() if isinstance(waarde, date) else str(waarde)
