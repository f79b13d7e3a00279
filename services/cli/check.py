"""`hub check`: levels 1 and 2 of messages in files, without a database or a server."""

from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.markup import escape

from services.allocation import process as allocation
from services.cli.console import AlsJson, out, toon_json, verkeerd, voortgang
from services.cli.send_files import zoek_berichten
from services.declaration import process as declaration
from services.kernel.bevinding import LIJST_MAXIMUM, Bevinding
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import OWN_SCHEMAS, Afwijzing, Schemas, identify

_TOETS = {"allocation": allocation.toets_offline, "declaration": declaration.toets_offline}


def command(
    bestanden: Annotated[list[Path], typer.Argument(metavar="BESTAND...", help="XML-bestanden of mappen.")],
    as_json: AlsJson = False,
    schemas: Annotated[
        Path,
        typer.Option(envvar="BERICHTENHUB_SCHEMAS", help="Map met de officiële XSD's.", show_default=False),
    ] = OWN_SCHEMAS,
) -> None:
    """Controleer berichten op niveau 1 (schema) en 2 (regels binnen het bericht), zonder hub.

    Eindigt met 0 als alles is aangenomen en met 1 als er iets is geweigerd.

    Voorbeeld: hub check declaratie.xml toewijzing.xml --json
    """
    compiled, gevonden = Schemas(schemas), list(zoek_berichten(bestanden))
    if not gevonden:
        verkeerd("Er zijn geen XML-bestanden om te controleren.")
    uitkomsten = []
    with voortgang("Controleren", len(gevonden)) as klaar:
        for bestand in gevonden:
            uitkomsten.append(toets(bestand, compiled))
            klaar()
    if as_json:
        toon_json(uitkomsten)
    else:
        for uitkomst in uitkomsten:
            _print(uitkomst)
    if any(uitkomst["oordeel"] != "goedgekeurd" for uitkomst in uitkomsten):
        raise typer.Exit(1)


def toets(bestand: Path, schemas: Schemas) -> dict[str, Any]:
    """{bestand, standaard, release, berichtsoort, oordeel, bevindingen} of one file; at most 1,000 bevindingen."""
    soort: Berichtsoort | None = None
    with open(bestand, "rb") as stream:
        try:
            soort = identify(stream)
            bevindingen = _toets(soort, stream, schemas)
        except Afwijzing as fout:
            bevindingen = fout.bevindingen or (_onleesbaar(fout),)
    return {
        "bestand": str(bestand),
        "standaard": soort.standaard if soort else None,
        "release": soort.release if soort else None,
        "berichtsoort": soort.naam if soort else None,
        "oordeel": "afgekeurd" if bevindingen else "goedgekeurd",
        "bevindingen": [bevinding.json() for bevinding in bevindingen[:LIJST_MAXIMUM]],
    }


def _toets(soort: Berichtsoort, stream: BinaryIO, schemas: Schemas) -> tuple[Bevinding, ...]:
    return _TOETS[soort.dienst](soort, stream, schemas)


def _onleesbaar(fout: Afwijzing) -> Bevinding:
    """Level 1 without a violation of the schema to point at: not XML, a DOCTYPE, an unknown kind of message."""
    return Bevinding(1, "XSD", None, "/", "", None, fout.detail, "Lever een bericht aan in XML volgens de standaard.")


def _print(uitkomst: dict[str, Any]) -> None:
    kleur = "green" if uitkomst["oordeel"] == "goedgekeurd" else "red"
    wat = f"{uitkomst['berichtsoort']} {uitkomst['release']}" if uitkomst["berichtsoort"] else "onbekend"
    out.print(f"[{kleur}]{uitkomst['oordeel']}[/{kleur}]  {escape(uitkomst['bestand'])}  ({wat})")
    for bevinding in uitkomst["bevindingen"]:
        waar = f"regel {bevinding['regelnummer']}: " if bevinding["regelnummer"] else ""
        code = f" ({bevinding['retourcode']})" if bevinding["retourcode"] else ""
        out.print(f"  {bevinding['regel']}{code} {waar}{escape(bevinding['melding'])}")
        out.print(f"    {escape(bevinding['pad'])} {escape(bevinding['element'])}")
        out.print(f"    {escape(bevinding['advies'])}")
