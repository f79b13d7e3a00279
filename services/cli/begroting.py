"""`hub begroting` and `hub prognose`: what was set aside, and what the year will cost beside it."""

from typing import Annotated, Final

import typer

from services.cli.beheer import Bestand, Cent, Gemeente, Proef, laad, lees_lijst, lezend, toon
from services.cli.console import VAR, AlsJson, DataMap, bezig, euro, out, toon_json
from services.cli.verzilvering import bijgewerkt
from services.declaration.afspraken.begroting import laad_begroting, lees_begrotingen, leeswijze_begroting
from services.declaration.cijfers.prognose_report import prognose_van
from services.kernel.toegang.parties import Partij

app = typer.Typer(no_args_is_help=True, help="De begroting per gemeente, resultaatgebied en jaar laden en tonen.")
# Who sits at the machine of the hub sees what its operator sees.
_BEHEER: Final = Partij("beheer", "beheer", "Beheer")
_KOLOMMEN: Final = ("gemeente", "resultaatgebied", "jaar", "bedrag", "soort", "bekend op", "besluit")
_PROGNOSE: Final = (
    *("gemeente", "gebied", "begroting", "toegewezen", "gedeclareerd", "% rijp", "prognose", "ruimte"),
    *("vrijval", "nog te ontvangen", "kalenderjaar"),
)
_BEDRAGEN: Final = ("vrijval", "nogTeOntvangen", "kalenderToegewezen")

Jaar = Annotated[int | None, typer.Option(min=2000, max=2100, help="Alleen dit jaar.", show_default=False)]


@app.command("laad")
def laad_bestand(bestand: Bestand, data: DataMap = VAR, proef: Proef = False, as_json: AlsJson = False) -> None:
    """Laad de begroting en haar wijzigingen; het bedrag van een wijziging is dat van het hele jaar.

    Kolommen: gemeente, resultaatgebied, jaar, bedrag (euro), soort (primitief of wijziging), besluit, bekend_op.

    Voorbeeld: hub begroting laad begroting-2026.csv --proef
    """
    tekst = lees_lijst(bestand)
    laad(
        data,
        "begroting laad",
        lambda conn, moment: laad_begroting(conn, tekst, moment),
        proef,
        leeswijze_begroting(tekst),
        as_json,
    )


@app.command("lijst")
def lijst(data: DataMap = VAR, gemeente: Gemeente = None, jaar: Jaar = None, as_json: AlsJson = False) -> None:
    """Toon wat is begroot en hoe dat veranderde.

    Voorbeeld: hub begroting lijst --gemeente 0503 --jaar 2025
    """
    with lezend(data) as conn:
        rows = lees_begrotingen(conn, gemeente, jaar)
    rijen = [
        (row.gemeente, row.resultaatgebied, row.jaar, Cent(row.bedrag), row.soort, row.bekend_op, row.besluit)
        for row in rows
    ]
    toon("Begroting", _KOLOMMEN, rijen, rechts=("bedrag",), as_json=as_json)


def prognose(
    jaar: Annotated[int, typer.Option(min=2000, max=2100, help="ISO-jaar van de perioden.")],
    data: DataMap = VAR,
    gemeente: Gemeente = None,
    as_json: AlsJson = False,
) -> None:
    """Toon wat een jaar gaat kosten: rijpe perioden zoals gedeclareerd, andere naar de verzilvering daarvan.

    Voorbeeld: hub prognose --jaar 2025 --gemeente 0503
    """
    with bezig("Rekenen"), bijgewerkt(data) as dienst, dienst.database.read() as conn:
        kalender, gevonden = prognose_van(conn, jaar, gemeente, dienst.vandaag(), _BEHEER)
    if as_json:
        toon_json({"jaar": jaar, "kalender": kalender.tekst, "items": gevonden})
        return
    rijen = [
        (
            *(rij["gemeente"], rij["resultaatgebied"], euro(rij["begroting"]), euro(rij["toegewezen"])),
            *(euro(rij["gedeclareerd"]), _procent(rij["verzilvering"]), euro(rij["prognose"]), euro(rij["ruimte"])),
            *(euro(rij[naam]) for naam in _BEDRAGEN),
        )
        for rij in gevonden
    ]
    toon(f"Prognose {jaar} (voorbeeldtarieven zijn FICTIEF)", _PROGNOSE, rijen, rechts=_PROGNOSE[2:])
    out.print(kalender.tekst)
    if any(rij["zonderRijpePerioden"] for rij in gevonden):
        out.print("Zonder percentage is nog geen periode rijp: daar telt alles wat is toegewezen.")


def _procent(waarde: float | None) -> str:
    return "–" if waarde is None else f"{waarde:.2f}".replace(".", ",")
