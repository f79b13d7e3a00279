"""`hub journaal`: whether the money is right."""

import typer
from rich.markup import escape

from services.cli.beheer import lezend
from services.cli.console import VAR, DataMap, euro, out, tabel
from services.declaration.reports import Journaalcontrole, journaal_check

app = typer.Typer(no_args_is_help=True, help="Het journaal controleren.")


@app.callback()
def _groep() -> None:
    """A callback, or typer takes the only command for the group itself."""


@app.command("check")
def check(data: DataMap = VAR) -> None:
    """Controleer of het journaal in balans is en of elke toegekende prestatie is geboekt; anders eindigt dit met 1.

    Voorbeeld: hub journaal check --data var
    """
    with lezend(data) as conn:
        controle = journaal_check(conn)
    print_controle(controle)
    if not controle.klopt:
        raise typer.Exit(1)


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
    out.print("[green]Het journaal klopt.[/green]" if controle.klopt else "[red]Het journaal klopt niet.[/red]")
