"""`hub demo`: a region's year 2025 from begin to end, over HTTP against a real server. Everything in it is FICTIEF."""

import os
import shutil
import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, get_args

import httpx
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli import demo_report as report
from services.cli import demo_year_report as year_report
from services.cli.console import free_port, niet_beschikbaar, opened, out, read_settings, verkeerd
from services.cli.demo_cases import Administratie
from services.cli.demo_checks import Cijfers, Rij, controleer
from services.cli.demo_declarations import declareren
from services.cli.demo_four_weeks import PER_VIER_WEKEN
from services.cli.demo_months import PER_MAAND
from services.cli.demo_outlook import controleer_vooruitblik, lees_vooruitblik
from services.cli.demo_repair import AANBIEDER, herstellen
from services.cli.demo_repair_checks import controleer_herstel
from services.cli.demo_scenario import VANDAAG, Deelnemer, Zending, deelnemers, retouren, toewijzen
from services.cli.demo_sending import Antwoord, client, lees, send
from services.cli.demo_server import LOG, running
from services.cli.example_loading import SLEUTELS, read_keys
from services.cli.init import initialise
from services.cli.journaal import print_controle
from services.declaration.reports import Journaalcontrole, journaal_check
from services.kernel.wiring import Dienstnaam

MARKER: Final = "DEMO"
_FICTIEF: Final = "Alle personen, contracten, tarieven en bedragen in deze demo zijn FICTIEF."


def command(
    once: Annotated[bool, typer.Option("--once", help="Stop na afloop; eindigt met 1 als er iets niet klopt.")] = False,
    data: Annotated[Path, typer.Option(help="Map voor de demo; wordt elke keer leeggemaakt.")] = Path("var/demo"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Poort; een vrije als deze bezet is.")] = 8000,
) -> None:
    """Laat de hub zien: een regio, een jaar aan toewijzingen en declaraties, en de verzilvering. Alles is FICTIEF.

    Voorbeeld: hub demo --once
    """
    out.print(f"Een regio, een jaar berichten. {_FICTIEF}")
    prepare(data)
    with running(data, free_port(port)) as url:
        out.print(f"Server: {url}, vandaag is {VANDAAG.isoformat()}, log in {data / LOG}")
        sleutels = read_keys(data)
        try:
            with client(url) as hub:
                fouten = _run(hub, sleutels, data)
        except httpx.HTTPError as fout:
            niet_beschikbaar(f"De server antwoordt niet zoals het hoort ({type(fout).__name__}). Zie {data / LOG}.")
        _conclude(fouten)
        if not once:
            _stay(url, data)
    if fouten:
        raise typer.Exit(1)


def prepare(data: Path) -> None:
    """An empty hub with the example set, as of the fixed day; only a folder that a demo made is emptied."""
    if data.is_dir() and any(data.iterdir()) and not (data / MARKER).is_file():
        verkeerd(f"{data} is niet leeg en niet van een demo. Kies een andere map met --data.")
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    (data / MARKER).touch()
    os.environ["BERICHTENHUB_VANDAAG"] = VANDAAG.isoformat()
    # Its databases stand in its own folder: those that the environment names are somebody's.
    for dienst in get_args(Dienstnaam):
        os.environ.pop(f"BERICHTENHUB_{dienst.upper()}_DATABASE", None)
    for regel in initialise(data, voorbeeld=True):
        out.print(regel)


def fasen(wie: tuple[Deelnemer, ...], boeken: defaultdict[str, Administratie]) -> dict[str, list[Zending]]:
    """All messages in the order in which they are sent: the toewijzingen, their retouren, a year in each release.

    `boeken`: what every aanbieder remembers of it, for what he sends later.
    """
    jaren = {verhaal.naam: list(declareren(verhaal, wie, boeken)) for verhaal in (PER_MAAND, PER_VIER_WEKEN)}
    return {"Toewijzingen (301)": list(toewijzen(wie)), "Retouren (302)": list(retouren(wie))} | jaren


def _run(hub: httpx.Client, sleutels: dict[str, str], data: Path) -> list[str]:
    """Send everything and report; what went otherwise than it should."""
    boeken: defaultdict[str, Administratie] = defaultdict(Administratie)
    report.print_contracten()
    antwoorden = _send_all(hub, sleutels, boeken)
    _report(antwoorden, _cijfers(hub, sleutels))
    year_report.print_aankondiging()
    verloop = herstellen(hub, sleutels, data, boeken[AANBIEDER])
    year_report.print_verloop(verloop)
    vooruitblik = lees_vooruitblik(hub, sleutels)
    year_report.print_vooruitblik(vooruitblik)
    controle = _journaal(data)
    print_controle(controle, "Journaal (FICTIEF, in euro)")
    geboekt = controleer([*antwoorden, *verloop.antwoorden], _cijfers(hub, sleutels), controle)
    return [*geboekt, *controleer_herstel(verloop), *controleer_vooruitblik(vooruitblik)]


def _send_all(hub: httpx.Client, sleutels: dict[str, str], boeken: defaultdict[str, Administratie]) -> list[Antwoord]:
    """Every phase with a progress bar."""
    columns = TextColumn("{task.description:<27}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    antwoorden: list[Antwoord] = []
    with Progress(*columns, console=out) as progress:
        for naam, zendingen in fasen(deelnemers(), boeken).items():
            antwoorden += progress.track(send(hub, sleutels, zendingen), len(zendingen), description=naam)
    return antwoorden


def _report(antwoorden: Sequence[Antwoord], cijfers: Cijfers) -> None:
    report.print_oordelen(antwoorden)
    report.print_redenen(antwoorden)
    report.print_bijzonderheden(antwoorden)
    report.print_toegekend(antwoorden, cijfers)
    report.print_verzilvering(cijfers)


def _cijfers(hub: httpx.Client, sleutels: dict[str, str]) -> Cijfers:
    """The verzilvering as the operator sees it."""

    def rijen(groepeer: str) -> list[Rij]:
        antwoord = lees(hub, sleutels, "beheer", "/declaration/v1/verzilvering", groepeer=groepeer)
        items: list[Rij] = antwoord["items"]
        return items

    return Cijfers(
        per_gemeente=rijen("gemeente"),
        per_gebied=rijen("gemeente,resultaatgebied"),
        per_aanbieder=rijen("gemeente,aanbieder"),
        per_periode=rijen("periode"),
        regio=rijen("")[0],
    )


def _journaal(data: Path) -> Journaalcontrole:
    with opened(read_settings(data), "declaration") as dienst, dienst.database.read() as conn:
        return journaal_check(conn)


def _conclude(fouten: Sequence[str]) -> None:
    for fout in fouten:
        out.print(f"[red]Anders dan verwacht:[/red] {escape(fout)}")
    if not fouten:
        out.print(
            "Nagerekend: elk antwoord tegen het scenario, te betalen per gemeente en aanbieder tegen het journaal,"
        )
        out.print("de resultaatgebieden tegen hun gemeente, en de gemeenten tegen de regio; elke stap van het herstel,")
        out.print("de bevroren cijfers, de prognose uit de verzilvering, en wie op de lijsten hoort.")
        out.print("[green]Alles ging zoals het scenario verwacht.[/green]")
    out.print(_FICTIEF)


def _stay(url: str, data: Path) -> None:
    """Leave the server running until Ctrl-C."""
    out.print(f"De hub blijft draaien op {url}/ (sleutels per partij: {data / SLEUTELS}). Ctrl-C stopt.")
    vraag = f"hub verzilvering --data {data} --groepeer periode"
    out.print(f"Zelf kijken: BERICHTENHUB_VANDAAG={VANDAAG.isoformat()} {vraag}")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        out.print("Gestopt.")
