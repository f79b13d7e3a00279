"""`hub tarief`: loading, indexing and listing tariffs, and the worklist that a retroactive change makes."""

from datetime import date
from typing import Annotated

import typer

from services.cli.beheer import Bestand, Cent, Gemeente, Proef, laad, lees_lijst, lezend, toon
from services.cli.console import VAR, AlsJson, DataMap, bedoelde, verkeerd
from services.declaration import tables
from services.declaration.afspraken.agreements import lees_tarieven
from services.declaration.afspraken.indexation import Indexatie, lees_percentage
from services.declaration.afspraken.loading import laad_tarieven
from services.declaration.afspraken.tariff_files import leeswijze_tarieven
from services.declaration.afspraken.tariff_loading import indexeer
from services.declaration.lijsten.herstel import STATUSSEN, lees_herstel

app = typer.Typer(no_args_is_help=True, help="Tarieven laden, indexeren en tonen, en wat ze te herstellen geven.")
_KOLOMMEN = ("gemeente", "aanbieder", "product", "van", "tot", "tarief", "per", "weekprijs", "bekend van", "besluit")
_HERSTEL = (
    *("nr", "gemeente", "aanbieder", "toewijzing", "prestatie", "begin", "eind", "was", "wordt", "verschil"),
    *("herstel", "status", "aan zet", "besluit"),
)
_LIMIET = 5_000


@app.command("laad")
def laad_bestand(bestand: Bestand, data: DataMap = VAR, proef: Proef = False, as_json: AlsJson = False) -> None:
    """Laad tarieven; wat ze aan toegewezen bedragen veranderen wordt geboekt.

    Kolommen: gemeente, aanbieder, productcode, van, tot, tarief, weekprijs, bekend_van, besluit; en als u ze heeft
    eenheid (minuut, uur, dagdeel, etmaal of stuk; leeg: vier weken). Met --proef ziet u per gemeente, product en
    periode wat er verandert, en welke goedgekeurde regels te herstellen zijn.

    Voorbeeld: hub tarief laad tarieven-2026.csv --proef
    """
    tekst = lees_lijst(bestand)
    opdracht, wijze = "tarief laad", leeswijze_tarieven(tekst)
    laad(data, opdracht, lambda conn, moment: laad_tarieven(conn, tekst, moment), proef, wijze, as_json)


@app.command("indexeer")
def indexeer_tarieven(
    percentage: Annotated[
        int, typer.Option(parser=lees_percentage, metavar="PERCENTAGE", help="Bijvoorbeeld 4.96, of 4,96.")
    ],
    bron: Annotated[str, typer.Option(help="Waar het percentage vandaan komt.")],
    datum: Annotated[date, typer.Option(parser=date.fromisoformat, metavar="JJJJ-MM-DD", help="Datum van de bron.")],
    vanaf: Annotated[date, typer.Option(parser=date.fromisoformat, metavar="JJJJ-MM-DD", help="Eerste dag.")],
    besluit: Annotated[str, typer.Option(help="Het besluit dat bij de nieuwe tarieven komt te staan.")],
    data: DataMap = VAR,
    gemeente: Gemeente = None,
    productcode: Annotated[str | None, typer.Option(help="Alleen dit product.", show_default=False)] = None,
    veelvoud: Annotated[int, typer.Option(min=1, max=100, help="Rond af op veelvouden van zoveel cent.")] = 1,
    proef: Proef = False,
    as_json: AlsJson = False,
) -> None:
    """Verhoog wat op de dag voor --vanaf geldt met een percentage; bron en datum worden vastgelegd.

    De hub berekent geen index: het percentage is invoer. Bedragen worden per tarief op een cent afgerond, of met
    --veelvoud 4 zo dat een week een hele cent kost.

    Voorbeeld: hub tarief indexeer --percentage 4.96 --bron "VNG advies 2025" --datum 2024-10-02 --vanaf 2025-01-01
    --besluit "Tarievenbesluit 2025" --proef
    """
    indexatie = Indexatie(percentage, bron, datum, vanaf, besluit, gemeente, productcode, veelvoud)
    laad(data, "tarief indexeer", lambda conn, moment: indexeer(conn, indexatie, moment), proef, as_json=as_json)


@app.command("herstel")
def herstel(
    data: DataMap = VAR,
    gemeente: Gemeente = None,
    aanbieder: Annotated[str | None, typer.Option(help="Alleen deze aanbieder (AGB-code).", show_default=False)] = None,
    status: Annotated[
        str | None, typer.Option(help=f"Alleen met deze status: {', '.join(STATUSSEN)}.", show_default=False)
    ] = None,
    as_json: AlsJson = False,
) -> None:
    """Toon de werklijst: wat er na een tariefwijziging met terugwerkende kracht te herstellen is, en hoe ver dat is.

    Verandert niets. Kopieën van de databases terugzetten is iets anders: dat doet `hub herstel`.

    Voorbeeld: hub tarief herstel --gemeente 0503 --status open
    """
    if status is not None and status not in STATUSSEN:
        verkeerd(f"Onbekende status. Kies een van {', '.join(STATUSSEN)}.{bedoelde(status, STATUSSEN)}")
    h = tables.herstel.c
    gevraagd = {h.gemeente: gemeente, h.aanbieder: aanbieder}
    where = [column == waarde for column, waarde in gevraagd.items() if waarde is not None]
    with lezend(data) as conn:
        regels = lees_herstel(conn, where, status, limit=_LIMIET)
    rijen = [
        (
            *(r.nr, r.gemeente, r.aanbieder, r.toewijzing, r.referentienummer, r.begin, r.eind, Cent(r.oud)),
            *(Cent(r.nieuw), Cent(r.nieuw - r.oud), r.soort, r.status, r.aan_zet, r.besluit),
        )
        for r in regels
    ]
    toon("Te herstellen", _HERSTEL, rijen, rechts=("was", "wordt", "verschil"), as_json=as_json)


@app.command("lijst")
def lijst(data: DataMap = VAR, gemeente: Gemeente = None, as_json: AlsJson = False) -> None:
    """Toon de geladen tarieven in euro.

    Voorbeeld: hub tarief lijst --gemeente 0503
    """
    with lezend(data) as conn:
        tarieven = lees_tarieven(conn, gemeente)
    rijen = [
        (
            *(t.gemeente, t.aanbieder, t.productcode, t.van, t.tot, Cent(t.bedrag), t.eenheid or "4 weken"),
            *(None if t.weekprijs is None else Cent(t.weekprijs), str(t.bekend_van)[:10], t.besluit),
        )
        for t in tarieven
    ]
    toon("Tarieven", _KOLOMMEN, rijen, rechts=("tarief", "weekprijs"), as_json=as_json)
