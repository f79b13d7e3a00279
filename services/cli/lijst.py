"""`hub lijst`: the exception lists, as a table or a file."""

from typing import Annotated

import typer

from services.cli.beheer import Gemeente, toon
from services.cli.console import VAR, AlsJson, DataMap, bedoelde, bewaar_bestand, bezig, euro, out, toon_json, verkeerd
from services.cli.verzilvering import BEHEER, AlsFormaat, Naar, bijgewerkt, eis_een_vorm
from services.declaration.lijsten.api import KOLOMMEN, gevallen
from services.declaration.lijsten.soorten import LIJSTEN
from services.declaration.report_replies import gemerkt
from services.declaration.spreadsheets import als_bestand

_KOLOMMEN = ("gemeente", "aanbieder", "domein", "toewijzing", "periode", "prestatie", "bedrag", "wat er aan de hand is")


def command(
    naam: Annotated[str | None, typer.Argument(help="De lijst; zonder: welke er zijn.", show_default=False)] = None,
    data: DataMap = VAR,
    gemeente: Gemeente = None,
    formaat: AlsFormaat = None,
    naar: Naar = None,
    as_json: AlsJson = False,
) -> None:
    """Toon een uitzonderingslijst, of welke lijsten er zijn.

    Voorbeeld: hub lijst niet-gedeclareerd --gemeente 0503
    """
    if naam is None:
        _toon_lijsten(as_json)
        return
    if naam not in LIJSTEN:
        verkeerd(f"Onbekende lijst.{bedoelde(naam, LIJSTEN)} Kies een van {', '.join(LIJSTEN)}.")
    eis_een_vorm(as_json, formaat)
    with bezig("Zoeken"), bijgewerkt(data) as dienst:
        rijen = gevallen(dienst, BEHEER, naam, gemeente, None)
        with dienst.database.read() as conn:
            blad = gemerkt(conn, naam)
    if as_json:
        toon_json([rij.json() for rij in rijen])
        return
    if formaat is not None:
        bewaar_bestand(als_bestand(formaat, KOLOMMEN, [rij.json() for rij in rijen], blad), naar)
        return
    lijst = LIJSTEN[naam]
    cellen = [
        (r.gemeente, r.aanbieder, r.domein, r.toewijzing, r.periode, r.prestatie, _bedrag(r.bedrag), r.tekst)
        for r in rijen
    ]
    toon(f"{lijst.titel} ({len(rijen)})", _KOLOMMEN, cellen, rechts=("bedrag",))
    out.print(f"{lijst.definitie} {lijst.wat_te_doen}")


def _toon_lijsten(as_json: bool) -> None:
    if as_json:
        toon_json([{"lijst": lijst.naam, "definitie": lijst.definitie} for lijst in LIJSTEN.values()])
        return
    toon("Lijsten", ("lijst", "wat erop staat"), [(lijst.naam, lijst.definitie) for lijst in LIJSTEN.values()])


def _bedrag(cent: int | None) -> str | None:
    return None if cent is None else euro(cent)
