"""`hub demo`: a region's year 2025 from begin to end, over HTTP against a real server. Everything in it is FICTIEF."""

import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli import demo_report as report
from services.cli.console import free_port, opened, out, read_settings, stop
from services.cli.demo_declarations import declareren
from services.cli.demo_scenario import VANDAAG, Zending, deelnemers, retouren, toewijzen
from services.cli.demo_sending import Antwoord, client, lees, send
from services.cli.demo_server import LOG, running
from services.cli.example_loading import SLEUTELS, read_keys
from services.cli.init import initialise
from services.cli.journaal import print_controle
from services.cli.verzilvering import verzilvering_tabel
from services.declaration.reports import journaal_check

MARKER: Final = "DEMO"
_VOLLEDIG: Final = "1842"


def command(
    once: Annotated[bool, typer.Option("--once", help="Stop na afloop; eindigt met 1 als er iets niet klopt.")] = False,
    data: Annotated[Path, typer.Option(help="Map voor de demo; wordt elke keer leeggemaakt.")] = Path("var/demo"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Poort; een vrije als deze bezet is.")] = 8000,
) -> None:
    """Laat de hub zien: een regio, een jaar aan toewijzingen en declaraties, en de verzilvering. Alles is FICTIEF.

    Voorbeeld: hub demo --once
    """
    prepare(data)
    with running(data, free_port(port)) as url:
        out.print(f"Server: {url}, vandaag is {VANDAAG.isoformat()}, log in {data / LOG}")
        sleutels = read_keys(data)
        try:
            with client(url) as hub:
                fouten = _run(hub, sleutels)
        except httpx.HTTPError as fout:
            stop(f"De server antwoordt niet zoals het hoort ({type(fout).__name__}). Zie {data / LOG}.")
        fouten += _journaal(data)
        _conclude(fouten)
        if not once:
            _stay(url, data)
    if fouten:
        raise typer.Exit(1)


def prepare(data: Path) -> None:
    """An empty hub with the example set, as of the fixed day; only a folder that a demo made is emptied."""
    if data.is_dir() and any(data.iterdir()) and not (data / MARKER).is_file():
        stop(f"{data} is niet leeg en niet van een demo. Kies een andere map met --data.")
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    (data / MARKER).touch()
    os.environ["BERICHTENHUB_VANDAAG"] = VANDAAG.isoformat()
    for regel in initialise(data, voorbeeld=True):
        out.print(regel)


def _run(hub: httpx.Client, sleutels: dict[str, str]) -> list[str]:
    """Send everything and report; what went otherwise than the scenario expects."""
    antwoorden = _send_all(hub, sleutels)
    _report(antwoorden)
    fouten = [antwoord.afwijking for antwoord in antwoorden if antwoord.afwijking]
    return fouten + _verzilvering(hub, sleutels, antwoorden)


def _send_all(hub: httpx.Client, sleutels: dict[str, str]) -> list[Antwoord]:
    """Toewijzingen, their retouren, then the declarations month by month; with a progress bar."""
    wie = deelnemers()
    fasen: dict[str, list[Zending]] = {
        "Toewijzingen (301)": list(toewijzen(wie)),
        "Retouren (302)": list(retouren(wie)),
        "Declaraties (323, 325)": list(declareren(wie)),
    }
    columns = TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    antwoorden: list[Antwoord] = []
    with Progress(*columns, console=out) as progress:
        for naam, zendingen in fasen.items():
            antwoorden += progress.track(send(hub, sleutels, zendingen), len(zendingen), description=naam)
    return antwoorden


def _report(antwoorden: Sequence[Antwoord]) -> None:
    report.print_oordelen(antwoorden)
    report.print_bijzonderheden(antwoorden)
    report.print_redenen(antwoorden)
    report.print_toegekend(antwoorden)


def _verzilvering(hub: httpx.Client, sleutels: dict[str, str], antwoorden: Sequence[Antwoord]) -> list[str]:
    """Print it, and hold it against what was awarded: the sum, and a gemeente where everything was claimed."""
    per_groep = {groep: _rijen(hub, sleutels, groep) for groep in ("gemeente", "resultaatgebied", "periode")}
    for groep, rijen in per_groep.items():
        out.print(verzilvering_tabel(f"Verzilvering per {groep}", [groep], rijen))
    fouten = []
    gedeclareerd = sum(rij["gedeclareerd"] for rij in per_groep["gemeente"])
    toegekend = sum(a.zending.toegekend or 0 for a in antwoorden if a.status == httpx.codes.CREATED)
    if gedeclareerd != toegekend:
        fouten.append(f"gedeclareerd {gedeclareerd} is niet wat is toegekend, {toegekend}")
    volledig = [rij["percentage"] for rij in per_groep["gemeente"] if rij["gemeente"] == _VOLLEDIG]
    if volledig != [100.0]:
        fouten.append(f"in {_VOLLEDIG} is alles gedeclareerd, en de verzilvering is {volledig}")
    if {rij["rijpheid"] for rij in per_groep["periode"]} != {"rijp", "voorlopig"}:
        fouten.append("niet alle perioden zijn zo rijp als op deze dag hoort")
    return fouten


def _rijen(hub: httpx.Client, sleutels: dict[str, str], groep: str) -> list[dict[str, Any]]:
    antwoord = lees(hub, sleutels, "beheer", "/declaration/v1/verzilvering", groepeer=groep)
    rijen: list[dict[str, Any]] = antwoord["items"]
    return rijen


def _journaal(data: Path) -> list[str]:
    with opened(read_settings(data), "declaration") as dienst, dienst.database.read() as conn:
        controle = journaal_check(conn)
    print_controle(controle)
    return [] if controle.klopt else ["het journaal klopt niet"]


def _conclude(fouten: Sequence[str]) -> None:
    for fout in fouten:
        out.print(f"[red]Anders dan verwacht:[/red] {escape(fout)}")
    if not fouten:
        out.print("[green]Alles ging zoals het scenario verwacht.[/green]")
    out.print("Alle personen, tarieven, contracten en bedragen in deze demo zijn FICTIEF.")


def _stay(url: str, data: Path) -> None:
    """Leave the server running until Ctrl-C."""
    out.print(f"De hub blijft draaien op {url}/ (sleutels per partij: {data / SLEUTELS}). Ctrl-C stopt.")
    out.print(f"Zelf kijken: BERICHTENHUB_VANDAAG={VANDAAG.isoformat()} hub verzilvering --data {data}")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        out.print("Gestopt.")
