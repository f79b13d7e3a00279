"""`hub contract`: loading and listing contracts, the product table and the product lists."""

from dataclasses import astuple

import typer

from services.cli.beheer import Bestand, Gemeente, Proef, laad, lees, lees_lijst, lezend, toon
from services.cli.console import VAR, AlsJson, DataMap
from services.cli.productlijst import copy_productlijst
from services.declaration.afspraken import loading
from services.declaration.afspraken.agreements import lees_contracten, lees_producten
from services.declaration.afspraken.subcontractors import laad_onderaannemers
from services.kernel.loading import leeswijze

app = typer.Typer(no_args_is_help=True, help="Contracten en producten laden en tonen.")
_CONTRACT = (
    *("aanbieder", "gemeente", "resultaatgebied", "van", "tot", "release", "vorm", "gebroken", "mapping"),
    *("soort", "leveringsplicht", "optie tot", "perceel"),
)
_PRODUCT = ("code", "resultaatgebied", "trede", "rang", "categorie")


@app.command("laad")
def laad_bestand(bestand: Bestand, data: DataMap = VAR, proef: Proef = False, as_json: AlsJson = False) -> None:
    """Laad contracten per aanbieder, gemeente en resultaatgebied.

    Kolommen: aanbieder, gemeente, resultaatgebied, van, tot, release, vorm, gebroken, mapping; en als u ze heeft soort
    (regionaal, lokaal of toetreder), leveringsplicht (ja of nee), optie_tot (einde met alle opties) en perceel.

    Voorbeeld: hub contract laad contracten.csv --proef
    """
    tekst = lees_lijst(bestand)
    laad(
        data,
        "contract laad",
        lambda conn, moment: loading.laad_contracten(conn, tekst, moment),
        proef,
        leeswijze(tekst),
        as_json,
    )


@app.command("lijst")
def lijst(data: DataMap = VAR, gemeente: Gemeente = None, as_json: AlsJson = False) -> None:
    """Toon de contracten.

    Voorbeeld: hub contract lijst --gemeente 1783
    """
    with lezend(data) as conn:
        rijen = [astuple(contract) for contract in lees_contracten(conn, gemeente)]
    toon("Contracten", _CONTRACT, rijen, as_json=as_json)


@app.command("producten")
def producten(bestand: Bestand, data: DataMap = VAR, proef: Proef = False, as_json: AlsJson = False) -> None:
    """Laad de producttabel: code, resultaatgebied, trede, rang, categorie.

    Voorbeeld: hub contract producten producten.csv
    """
    tekst = lees(bestand)
    opdracht = "contract producten"
    laad(data, opdracht, lambda conn, moment: loading.laad_producten(conn, tekst, moment), proef, as_json=as_json)
    copy_productlijst(data)


@app.command("productlijst")
def productlijst(bestand: Bestand, data: DataMap = VAR, proef: Proef = False, as_json: AlsJson = False) -> None:
    """Laad wat elke gemeente op haar productlijst heeft: gemeente, productcode, van, tot.

    Voorbeeld: hub contract productlijst productlijsten.csv
    """
    tekst = lees(bestand)
    laad(data, "contract productlijst", lambda conn, _: loading.laad_productlijst(conn, tekst), proef, as_json=as_json)
    copy_productlijst(data)


@app.command("onderaannemers")
def onderaannemers(bestand: Bestand, data: DataMap = VAR, proef: Proef = False, as_json: AlsJson = False) -> None:
    """Laad wie voor wie levert, voor een perceel (resultaatgebied) of voor één toewijzing (domein en toewijzing).

    Kolommen: aanbieder, onderaannemer, gemeente, resultaatgebied, domein, toewijzing, van, tot. Een kenmerk: toegewezen
    en gedeclareerd blijven op de aanbieder met het contract staan.

    Voorbeeld: hub contract onderaannemers onderaannemers.csv --proef
    """
    tekst = lees_lijst(bestand)
    opdracht = "contract onderaannemers"
    laad(data, opdracht, lambda conn, _: laad_onderaannemers(conn, tekst), proef, leeswijze(tekst), as_json)


@app.command("productenlijst")
def productentabel(data: DataMap = VAR, as_json: AlsJson = False) -> None:
    """Toon de producttabel.

    Voorbeeld: hub contract productenlijst
    """
    with lezend(data) as conn:
        toon("Producten", _PRODUCT, [astuple(product) for product in lees_producten(conn)], as_json=as_json)
