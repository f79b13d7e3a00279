"""`hub lijst`: the exception lists, as a table or a file."""

from typing import Annotated

import typer

from services.cli.beheer import Gemeente, toon
from services.cli.console import VAR, DataMap, bewaar_bestand, euro, out, stop
from services.cli.verzilvering import BEHEER, AlsFormaat, Naar, bijgewerkt
from services.declaration.lijsten.api import KOLOMMEN, gevallen
from services.declaration.lijsten.soorten import LIJSTEN
from services.declaration.spreadsheets import als_bestand

_KOLOMMEN = ("gemeente", "aanbieder", "domein", "toewijzing", "periode", "prestatie", "bedrag", "wat er aan de hand is")


def command(
    naam: Annotated[str | None, typer.Argument(help="De lijst; zonder: welke er zijn.", show_default=False)] = None,
    data: DataMap = VAR,
    gemeente: Gemeente = None,
    formaat: AlsFormaat = None,
    naar: Naar = None,
) -> None:
    """Toon een uitzonderingslijst, of welke lijsten er zijn.

    Voorbeeld: hub lijst niet-gedeclareerd --gemeente 0503
    """
    if naam is None:
        toon("Lijsten", ("lijst", "wat erop staat"), [(lijst.naam, lijst.definitie) for lijst in LIJSTEN.values()])
        return
    if naam not in LIJSTEN:
        stop(f"Onbekende lijst. Kies een van {', '.join(LIJSTEN)}.")
    with bijgewerkt(data) as dienst:
        rijen = gevallen(dienst, BEHEER, naam, gemeente, None)
    if formaat is not None:
        bewaar_bestand(als_bestand(formaat, KOLOMMEN, [rij.json() for rij in rijen], naam), naar)
        return
    lijst = LIJSTEN[naam]
    cellen = [
        (r.gemeente, r.aanbieder, r.domein, r.toewijzing, r.periode, r.prestatie, _bedrag(r.bedrag), r.tekst)
        for r in rijen
    ]
    toon(f"{lijst.titel} ({len(rijen)})", _KOLOMMEN, cellen, rechts=("bedrag",))
    out.print(f"{lijst.definitie} {lijst.wat_te_doen}")


def _bedrag(cent: int | None) -> str | None:
    return None if cent is None else euro(cent)
