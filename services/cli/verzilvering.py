"""`hub verzilvering`: which part of the granted money was declared, as a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from services.allocation.feed import lees_feed
from services.cli.beheer import Gemeente
from services.cli.console import (
    VAR,
    AlsJson,
    DataMap,
    bewaar_bestand,
    bezig,
    euro,
    note,
    opened,
    out,
    read_settings,
    tabel,
    toon_json,
    verkeerd,
)
from services.declaration.cijfers.verzilvering_api import kolommen_van, plat
from services.declaration.feed import Bron, Onbereikbaar, http_bron, pull
from services.declaration.report_replies import gemerkt
from services.declaration.reports import MET, Filter
from services.declaration.reports import verzilvering as rapport
from services.declaration.spreadsheets import Formaat, als_bestand
from services.declaration.verzilvering import ALLE_GROEPEN, RIJPING
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

# Who sits at the machine of the hub sees what its operator sees.
BEHEER: Final = Partij("beheer", "beheer", "Beheer")
# Column, key of the row, and whether a narrow terminal has room for it.
_CIJFERS: Final = (
    ("toegewezen", "toegewezen", True),
    ("gedeclareerd", "gedeclareerd", True),
    ("open", "open", True),
    ("%", "percentage", True),
    ("% aantal", "percentageAantal", False),
    ("% gemaximeerd", "percentageGemaximeerd", False),
    ("cliënten", "clienten", True),
    ("volledig", "volledigheid", False),
)
_BEDRAGEN: Final = ("toegewezen", "gedeclareerd", "open")
_BREED = 120
Aanbieder = Annotated[str | None, typer.Option(help="Alleen deze aanbieder (AGB-code).", show_default=False)]
Jaar = Annotated[
    int | None, typer.Option(min=2000, max=2100, help="Alleen de perioden van dit ISO-jaar.", show_default=False)
]
Periode = Annotated[str | None, typer.Option(help="Alleen deze periode, bijvoorbeeld 2025-P01.", show_default=False)]
Rijpheid = Annotated[
    str | None, typer.Option(help="voorlopig, rijp (ook afgesloten) of afgesloten.", show_default=False)
]
Peildatum = Annotated[
    date | None,
    typer.Option(
        parser=date.fromisoformat,
        metavar="JJJJ-MM-DD",
        help="Zoals bekend op het eind van deze dag, over wat toen voorbij was; anders met wat nu bekend is.",
        show_default=False,
    ),
]
AlsFormaat = Annotated[
    Formaat | None, typer.Option(help="Schrijf een bestand in plaats van een tabel.", show_default=False)
]
Naar = Annotated[
    Path | None, typer.Option(dir_okay=False, help="Het bestand; zonder: naar de uitvoer (csv).", show_default=False)
]


def command(
    data: DataMap = VAR,
    groepeer: Annotated[
        str, typer.Option(help=f"Een of meer van {', '.join(ALLE_GROEPEN)}, met komma's ertussen.")
    ] = "gemeente",
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    jaar: Jaar = None,
    periode: Periode = None,
    peildatum: Peildatum = None,
    rijpheid: Rijpheid = None,
    bevroren: Annotated[
        bool, typer.Option("--bevroren", help="Afgesloten perioden zoals ze waren toen ze werden afgesloten.")
    ] = False,
    met: Annotated[str, typer.Option(help=f"Alleen in een bestand, een of meer van {', '.join(MET)}.")] = "",
    formaat: AlsFormaat = None,
    naar: Naar = None,
    as_json: AlsJson = False,
) -> None:
    """Toon welk deel van het toegewezen bedrag is gedeclareerd en toegekend, of schrijf het naar een bestand.

    Voorbeeld: hub verzilvering --groepeer gemeente,resultaatgebied --rijpheid rijp --formaat xlsx --naar cijfers.xlsx
    """
    erbij, groepen = _namen(met), _namen(groepeer)
    _eis_vraag(rijpheid, erbij, bevroren and peildatum is not None)
    eis_een_vorm(as_json, formaat)
    with bezig("Rekenen"), bijgewerkt(data) as dienst, dienst.database.read() as conn:
        try:
            filter = Filter(gemeente, aanbieder, periode, rijpheid, jaar)
            vraag = partial(rapport, conn, groepen, filter, peildatum, dienst.vandaag(), BEHEER)
            rijen = vraag(bevroren=bevroren, met=erbij)
        except ValueError as fout:
            verkeerd(str(fout))
        blad = gemerkt(conn, "verzilvering")
    if as_json:
        toon_json(rijen)
        return
    if formaat is not None:
        kolommen = kolommen_van(groepen, erbij)
        bewaar_bestand(als_bestand(formaat, kolommen, [plat(rij) for rij in rijen], blad), naar)
        return
    volgorde = [groep for groep in ALLE_GROEPEN if groep in groepen]
    out.print(verzilvering_tabel(_titel(peildatum, bevroren), volgorde, rijen))


def _namen(tekst: str) -> list[str]:
    return [naam.strip() for naam in tekst.split(",") if naam.strip()]


def _eis_vraag(rijpheid: str | None, met: list[str], twee_standen: bool) -> None:
    if rijpheid not in (None, *RIJPING):
        verkeerd(f"rijpheid is een van {', '.join(RIJPING)}.")
    if not set(met) <= set(MET):
        verkeerd(f"met is een of meer van {', '.join(MET)}.")
    if twee_standen:
        verkeerd("Kies bevroren of een peildatum.")


def eis_een_vorm(as_json: bool, formaat: Formaat | None) -> None:
    if as_json and formaat is not None:
        verkeerd("Kies --json of --formaat.")


def _titel(peildatum: date | None, bevroren: bool) -> str:
    if bevroren:
        return "Verzilvering, afgesloten perioden zoals ze waren toen ze werden afgesloten"
    return f"Verzilvering, zoals bekend op {peildatum}" if peildatum else "Verzilvering, met wat nu bekend is"


@contextmanager
def bijgewerkt(data: Path) -> Iterator[Dienst]:
    """Declaration, with the toewijzingen that allocation has by now."""
    settings = read_settings(data)
    with ExitStack() as stack:
        dienst = stack.enter_context(opened(settings, "declaration"))
        if settings.allocation_url is None:
            bron: Bron = partial(lees_feed, stack.enter_context(opened(settings, "allocation")))
        else:
            bron = http_bron(settings.allocation_url, settings.dienst_sleutel.get_secret_value())
        try:
            pull(dienst, bron)
        except Onbereikbaar:
            note("De dienst allocation is niet bereikbaar; de toewijzingen zijn die van de laatste keer.")
        yield dienst


def verzilvering_tabel(titel: str, groepeer: Sequence[str], rijen: Iterable[Mapping[str, Any]]) -> Table:
    """Rows of the verzilvering (amounts in eurocent) as a table in euro, with the columns grouped by."""
    cijfers = [(kolom, sleutel) for kolom, sleutel, altijd in _CIJFERS if altijd or out.width >= _BREED]
    kolommen = tuple(kolom for kolom, _ in cijfers)
    table = tabel(f"{titel} (voorbeeldtarieven zijn FICTIEF)", *groepeer, *kolommen, "rijpheid", rechts=kolommen)
    for rij in rijen:
        waarden = (_cijfer(sleutel, rij[sleutel]) for _, sleutel in cijfers)
        table.add_row(*(_tekst(rij[groep]) for groep in groepeer), *waarden, rij["rijpheid"])
    return table


def _cijfer(sleutel: str, waarde: Any) -> str:
    if sleutel in _BEDRAGEN:
        return euro(waarde)
    return _procent(waarde) if isinstance(waarde, float) else _tekst(waarde)


def _tekst(waarde: object) -> str:
    return "–" if waarde is None else str(waarde)


def _procent(waarde: float) -> str:
    return f"{waarde:.2f}".replace(".", ",")
