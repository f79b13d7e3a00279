"""`hub periode`: generating, loading, closing and listing the 4-week periods."""

from typing import Annotated

import typer

from services.cli.beheer import Bestand, Proef, laad, lees, lezend, toon
from services.cli.console import VAR, AlsJson, DataMap, opened, read_settings, stop, verkeerd, zeg
from services.declaration.afspraken.agreements import lees_periodes
from services.declaration.afspraken.loading import laad_perioden, laad_perioden_csv
from services.declaration.cijfers import closings as afsluiting
from services.declaration.weeks import Week53

app = typer.Typer(no_args_is_help=True, help="Perioden van 4 weken maken, laden en tonen.")
_KOLOMMEN = ("periode", "begin", "eind", "weken")
_DAGEN = 7
_BESLUIT = 200


@app.command("genereer")
def genereer(
    van: Annotated[int, typer.Option(min=2000, max=2100, help="Eerste ISO-jaar.")],
    tot: Annotated[int, typer.Option(min=2000, max=2100, help="Laatste ISO-jaar.")],
    data: DataMap = VAR,
    proef: Proef = False,
    as_json: AlsJson = False,
) -> None:
    """Maak de perioden van deze jaren volgens de regel; week 53 volgt BERICHTENHUB_WEEK53.

    Voorbeeld: hub periode genereer --van 2029 --tot 2030
    """
    beleid = Week53(read_settings(data).week53)
    opdracht = "periode genereer"
    laad(data, opdracht, lambda conn, moment: laad_perioden(conn, van, tot, beleid, moment), proef, as_json=as_json)


@app.command("laad")
def laad_bestand(bestand: Bestand, data: DataMap = VAR, proef: Proef = False, as_json: AlsJson = False) -> None:
    """Laad perioden die van de regel afwijken: jaar, nummer, begin, eind; elk jaar in het bestand wordt vervangen.

    Voorbeeld: hub periode laad perioden-2026.csv
    """
    tekst = lees(bestand)
    laad(data, "periode laad", lambda conn, moment: laad_perioden_csv(conn, tekst, moment), proef, as_json=as_json)


@app.command("sluit")
def sluit(
    periode: Annotated[str, typer.Argument(help="De periode, bijvoorbeeld 2025-P01.")],
    gemeente: Annotated[str, typer.Option(help="CBS-code van de gemeente die afsluit.")],
    besluit: Annotated[str, typer.Option(help="Verwijzing naar het besluit, hoogstens 200 tekens.")],
    data: DataMap = VAR,
    as_json: AlsJson = False,
) -> None:
    """Sluit een periode van een gemeente af: haar cijfers van nu blijven opvraagbaar. Niet terug te draaien.

    Voorbeeld: hub periode sluit 2025-P01 --gemeente 0503 --besluit "Collegebesluit 2025-118"
    """
    besluit = besluit.strip()
    if not 0 < len(besluit) <= _BESLUIT or not besluit.isprintable():
        verkeerd(f"Een besluit heeft 1 tot {_BESLUIT} tekens.")
    with opened(read_settings(data), "declaration") as dienst, dienst.database.write() as conn:
        try:
            afsluiting.sluit(conn, gemeente, periode, besluit, "beheer", dienst.vandaag(), dienst.nu())
        except afsluiting.NietAfTeSluiten as fout:
            stop(str(fout))
    zin = f"De periode {periode} van {gemeente} is afgesloten."
    zeg(as_json, zin, periode=periode, gemeente=gemeente, besluit=besluit)


@app.command("lijst")
def lijst(
    data: DataMap = VAR,
    jaar: Annotated[int | None, typer.Option(help="Alleen dit jaar.", show_default=False)] = None,
    as_json: AlsJson = False,
) -> None:
    """Toon de perioden.

    Voorbeeld: hub periode lijst --jaar 2026
    """
    with lezend(data) as conn:
        perioden = [periode for periode in lees_periodes(conn) if jaar in (None, periode.jaar)]
    rijen = [(p.label, p.begin, p.eind, ((p.eind - p.begin).days + 1) // _DAGEN) for p in perioden]
    toon("Perioden", _KOLOMMEN, rijen, rechts=("weken",), as_json=as_json)
