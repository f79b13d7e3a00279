"""`hub journaal`: whether the money is right, and A and D made again from the journal."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape

from services.cli import spoor
from services.cli.beheer import lezend
from services.cli.console import VAR, AlsJson, DataMap, bezig, euro, opened, out, read_settings, tabel, toon_json
from services.declaration import stand
from services.declaration.reports import Journaalcontrole, journaal_check
from services.declaration.stand import Afwijking
from services.kernel.database import een_tegelijk

app = typer.Typer(no_args_is_help=True, help="Het journaal controleren, en de standen eruit opnieuw opbouwen.")


@app.command("check")
def check(data: DataMap = VAR, as_json: AlsJson = False) -> None:
    """Controleer of het journaal in balans is en of elke toegekende prestatie is geboekt; anders eindigt dit met 1.

    Voorbeeld: hub journaal check --data var
    """
    with bezig("Journaal controleren"), lezend(data) as conn:
        controle = journaal_check(conn)
    if as_json:
        toon_json(controle_json(controle))
    else:
        print_controle(controle)
    if not controle.klopt:
        raise typer.Exit(1)


@app.command("rebuild")
def rebuild(
    data: DataMap = VAR,
    check: Annotated[bool, typer.Option("--check", help="Alleen vergelijken; elk verschil eindigt met 1.")] = False,
    as_json: AlsJson = False,
) -> None:
    """Bouw toegewezen en gedeclareerd per toewijzing en periode opnieuw op uit het journaal.

    Voorbeeld: hub journaal rebuild --check
    """
    if check:
        with bezig("Standen vergelijken"), lezend(data) as conn:
            anders = stand.afwijkingen(conn)
        _toon_herbouw(anders, None, as_json)
        if anders:
            raise typer.Exit(1)
        return
    settings = read_settings(data)
    with bezig("Standen opbouwen"), opened(settings, "declaration") as dienst, dienst.database.write() as conn:
        een_tegelijk(conn, stand.BEURT)
        anders = stand.afwijkingen(conn)
        aantal = stand.herbouw(conn)
        spoor.leg_vast(conn, dienst, "journaal rebuild", f"{aantal} standen")
    _toon_herbouw(anders, aantal, as_json)


def _toon_herbouw(anders: Sequence[Afwijking], aantal: int | None, as_json: bool) -> None:
    if as_json:
        toon_json({"klopt": not anders, "afwijkingen": [_afwijking(a) for a in anders], "opgebouwd": aantal})
        return
    print_afwijkingen(anders)
    if aantal is not None:
        out.print(f"{aantal} standen opnieuw opgebouwd uit het journaal.")


def controle_json(controle: Journaalcontrole) -> dict[str, Any]:
    """What `print_controle` prints, for a program; in eurocent."""
    return {
        "klopt": controle.klopt,
        "saldi": controle.saldi,
        "teBetalen": controle.toegekend,
        "gedeclareerd": controle.geboekt,
        "verschillen": [asdict(v) for v in controle.verschillen],
        "afwijkingen": [_afwijking(a) for a in controle.afwijkingen],
    }


def _afwijking(a: Afwijking) -> dict[str, Any]:
    return {"vak": list(a.vak), "stand": a.stand, "journaal": a.journaal}


def print_afwijkingen(anders: Sequence[Afwijking]) -> None:
    """Every standing sum that is not what the journal says."""
    for a in anders:
        wie = " ".join(str(deel) for deel in a.vak)
        out.print(f"[red]Verschil[/red] {escape(wie)}: stand {_stand(a.stand)}, journaal {_stand(a.journaal)}")
    out.print("[red]De standen wijken af.[/red]" if anders else "[green]De standen kloppen met het journaal.[/green]")


def _stand(bedragen: tuple[int, int] | None) -> str:
    if bedragen is None:
        return "ontbreekt"
    return f"toegewezen {euro(bedragen[0])} gedeclareerd {euro(bedragen[1])}"


def print_controle(controle: Journaalcontrole, titel: str = "Journaal") -> None:
    """The balances, and every line that is not booked for what is to be paid on it."""
    table = tabel(titel, "rekening", "saldo", rechts=("saldo",))
    for rekening, saldo in controle.saldi.items():
        table.add_row(rekening, euro(saldo))
    table.add_section()
    table.add_row("samen", euro(sum(controle.saldi.values())))
    out.print(table)
    out.print(f"Te betalen {euro(controle.toegekend)}, geboekt als gedeclareerd {euro(controle.geboekt)}.")
    for v in controle.verschillen:
        wie = f"{v.gemeente} {v.aanbieder} {v.referentienummer}"
        out.print(f"[red]Verschil[/red] {escape(wie)}: te betalen {euro(v.toegekend)}, geboekt {euro(v.geboekt)}")
    print_afwijkingen(controle.afwijkingen)
    out.print("[green]Het journaal klopt.[/green]" if controle.klopt else "[red]Het journaal klopt niet.[/red]")
