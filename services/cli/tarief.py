"""`hub tarief`: loading and listing tariffs."""

import typer

from services.cli.beheer import Bestand, Gemeente, Proef, laad, lees, lezend, toon
from services.cli.console import VAR, DataMap, euro
from services.declaration.agreements import lees_tarieven
from services.declaration.loading import laad_tarieven

app = typer.Typer(no_args_is_help=True, help="Tarieven per 4 weken laden en tonen.")
_KOLOMMEN = ("gemeente", "aanbieder", "product", "van", "tot", "per 4 weken", "weekprijs", "bekend van", "besluit")


@app.command("laad")
def laad_bestand(bestand: Bestand, data: DataMap = VAR, proef: Proef = False) -> None:
    """Laad tarieven; wat ze aan toegewezen bedragen veranderen wordt geboekt.

    Kolommen: gemeente, aanbieder, productcode, van, tot, tarief, weekprijs, bekend_van, besluit.

    Voorbeeld: hub tarief laad tarieven-2026.csv --proef
    """
    tekst = lees(bestand)
    laad(data, lambda conn, moment: laad_tarieven(conn, tekst, moment), proef)


@app.command("lijst")
def lijst(data: DataMap = VAR, gemeente: Gemeente = None) -> None:
    """Toon de geladen tarieven in euro.

    Voorbeeld: hub tarief lijst --gemeente 0503
    """
    with lezend(data) as conn:
        tarieven = lees_tarieven(conn, gemeente)
    rijen = (
        (
            t.gemeente,
            t.aanbieder,
            t.productcode,
            t.van,
            t.tot,
            euro(t.bedrag),
            _weekprijs(t.weekprijs),
            str(t.bekend_van)[:10],
            t.besluit,
        )
        for t in tarieven
    )
    toon("Tarieven", _KOLOMMEN, rijen, rechts=("per 4 weken", "weekprijs"))


def _weekprijs(cent: int | None) -> str | None:
    return None if cent is None else euro(cent)
