"""`hub contract`: loading and listing contracts, the product table and the product lists."""

from dataclasses import astuple

import typer

from services.cli.beheer import Bestand, Gemeente, Proef, laad, lees, lezend, toon
from services.cli.console import VAR, DataMap
from services.cli.productlijst import copy_productlijst
from services.declaration import loading
from services.declaration.agreements import lees_contracten, lees_producten

app = typer.Typer(no_args_is_help=True, help="Contracten en producten laden en tonen.")
_CONTRACT = ("aanbieder", "gemeente", "resultaatgebied", "van", "tot", "release", "vorm", "gebroken", "mapping")
_PRODUCT = ("code", "resultaatgebied", "trede", "rang", "categorie")


@app.command("laad")
def laad_bestand(bestand: Bestand, data: DataMap = VAR, proef: Proef = False) -> None:
    """Laad contracten per aanbieder, gemeente en resultaatgebied.

    Kolommen: aanbieder, gemeente, resultaatgebied, van, tot, release, vorm, gebroken, mapping.

    Voorbeeld: hub contract laad contracten.csv --proef
    """
    tekst = lees(bestand)
    laad(data, lambda conn, moment: loading.laad_contracten(conn, tekst, moment), proef)


@app.command("lijst")
def lijst(data: DataMap = VAR, gemeente: Gemeente = None) -> None:
    """Toon de contracten.

    Voorbeeld: hub contract lijst --gemeente 1783
    """
    with lezend(data) as conn:
        toon("Contracten", _CONTRACT, [astuple(contract) for contract in lees_contracten(conn, gemeente)])


@app.command("producten")
def producten(bestand: Bestand, data: DataMap = VAR, proef: Proef = False) -> None:
    """Laad de producttabel: code, resultaatgebied, trede, rang, categorie.

    Voorbeeld: hub contract producten producten.csv
    """
    tekst = lees(bestand)
    laad(data, lambda conn, moment: loading.laad_producten(conn, tekst, moment), proef)
    copy_productlijst(data)


@app.command("productlijst")
def productlijst(bestand: Bestand, data: DataMap = VAR, proef: Proef = False) -> None:
    """Laad wat elke gemeente op haar productlijst heeft: gemeente, productcode, van, tot.

    Voorbeeld: hub contract productlijst productlijsten.csv
    """
    tekst = lees(bestand)
    laad(data, lambda conn, _: loading.laad_productlijst(conn, tekst), proef)
    copy_productlijst(data)


@app.command("productenlijst")
def productentabel(data: DataMap = VAR) -> None:
    """Toon de producttabel.

    Voorbeeld: hub contract productenlijst
    """
    with lezend(data) as conn:
        toon("Producten", _PRODUCT, [astuple(product) for product in lees_producten(conn)])
