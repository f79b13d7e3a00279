"""`hub partij`: who takes part, and who may act or answer for whom; in both databases."""

import csv
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer
from rich.markup import escape
from sqlalchemy import Connection

from services.allocation.retour_machtigingen import bewaar_retour_machtiging
from services.cli import spoor
from services.cli.beheer import Bestand, laad, lees, lezend, toon
from services.cli.console import VAR, AlsJson, DataMap, bedoelde, opened, read_settings, stop, zeg
from services.declaration.afspraken import loading
from services.declaration.afspraken.agreements import lees_mandaten
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij, Partijsoort
from services.kernel.wiring import Dienst, Dienstnaam

app = typer.Typer(no_args_is_help=True, help="Partijen, hun sleutels en wie namens wie mag handelen.")
_KOLOMMEN = ("code", "soort", "naam")

Van = Annotated[
    date | None,
    typer.Option(
        parser=date.fromisoformat, metavar="JJJJ-MM-DD", help="Vanaf (standaard: vandaag).", show_default=False
    ),
]
Tot = Annotated[
    date | None,
    typer.Option(
        parser=date.fromisoformat, metavar="JJJJ-MM-DD", help="Tot en met (standaard: open).", show_default=False
    ),
]


@app.command("laad")
def laad_bestand(bestand: Bestand, data: DataMap = VAR, as_json: AlsJson = False) -> None:
    """Laad partijen (kolommen: code, soort, naam); een code die er al is wordt gewijzigd.

    Soorten: gemeente, aanbieder, regio, software, beheer.

    Voorbeeld: hub partij laad partijen.csv
    """
    gelezen = _partijen(lees(bestand))

    def bewaar(_: Dienst, conn: Connection) -> None:
        for partij in gelezen:
            parties.bewaar(conn, partij)

    in_beide(data, "partij laad", " ".join(partij.code for partij in gelezen), bewaar)
    zeg(as_json, f"{len(gelezen)} partijen geladen.", partijen=len(gelezen))


@app.command("lijst")
def lijst(data: DataMap = VAR, as_json: AlsJson = False) -> None:
    """Toon de partijen.

    Voorbeeld: hub partij lijst
    """
    with lezend(data) as conn:
        toon("Partijen", _KOLOMMEN, [(p.code, p.soort, p.naam) for p in parties.lijst(conn)], as_json=as_json)


@app.command("mandaat")
def mandaat(
    bestand: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="CSV; zonder bestand: toon de mandaten.")
    ] = None,
    data: DataMap = VAR,
    as_json: AlsJson = False,
) -> None:
    """Laad of toon de mandaten waarmee de hub namens een gemeente oordeelt: gemeente, van, tot, besluit, soorten.

    Voorbeeld: hub partij mandaat mandaten.csv
    """
    if bestand is not None:
        tekst = lees(bestand)
        laad(data, "partij mandaat", lambda conn, _: loading.laad_mandaten(conn, tekst), as_json=as_json)
        return
    with lezend(data) as conn:
        rijen = [(m.gemeente, m.van, m.tot, m.besluit, " ".join(m.soorten)) for m in lees_mandaten(conn)]
    toon("Mandaten", ("gemeente", "van", "tot", "besluit", "soorten"), rijen, as_json=as_json)


@app.command("retour")
def retour(
    aanbieder: Annotated[str, typer.Argument(help="AGB-code van de aanbieder.")],
    wie: Annotated[Literal["hub", "aanbieder"], typer.Argument(help="Wie de 302 op een onjuiste 301 maakt.")],
    data: DataMap = VAR,
    van: Van = None,
    tot: Tot = None,
    as_json: AlsJson = False,
) -> None:
    """Leg vast of de hub een onjuiste 301 namens de aanbieder met een 302 weigert.

    Voorbeeld: hub partij retour 75000002 hub --van 2026-01-01
    """
    eis_partij(data, aanbieder)
    with opened(read_settings(data), "allocation") as dienst, dienst.database.write() as conn:
        bewaar_retour_machtiging(conn, aanbieder, wie, van or dienst.vandaag(), tot)
        spoor.leg_vast(conn, dienst, "partij retour", f"partij {aanbieder}, 302 door {wie}")
    zeg(as_json, f"De 302 van {aanbieder} wordt gemaakt door: {wie}.", aanbieder=aanbieder, retour=wie)


@app.command("machtiging")
def machtiging(
    gemachtigde: Annotated[str, typer.Argument(help="Code van wie mag handelen.")],
    namens: Annotated[str, typer.Argument(help="Code van de partij namens wie.")],
    data: DataMap = VAR,
    van: Van = None,
    tot: Tot = None,
    as_json: AlsJson = False,
) -> None:
    """Laat een partij namens een andere indienen en lezen.

    Voorbeeld: hub partij machtiging SOFT01 75000003 --van 2026-01-01
    """
    eis_partij(data, gemachtigde)
    over = f"{gemachtigde} namens {namens}, tot {tot or 'open'}"

    def machtig(dienst: Dienst, conn: Connection) -> None:
        parties.machtig(conn, gemachtigde, namens, van or dienst.vandaag(), tot)

    in_beide(data, "partij machtiging", over, machtig)
    zin = f"{escape(gemachtigde)} mag handelen namens {escape(namens)}."
    zeg(as_json, zin, gemachtigde=gemachtigde, namens=namens)


@app.command("machtigingen")
def machtigingen(data: DataMap = VAR, as_json: AlsJson = False) -> None:
    """Toon wie namens wie mag handelen, en van wanneer tot en met wanneer.

    Voorbeeld: hub partij machtigingen
    """
    with lezend(data) as conn:
        rijen = parties.machtigingen(conn)
    toon("Machtigingen", ("gemachtigde", "namens", "van", "tot"), rijen, as_json=as_json)


def _partijen(tekst: str) -> list[Partij]:
    """The parties of a file; stops with the row that is wrong."""
    soorten = set(get_args(Partijsoort)) - {parties.DIENST.soort}
    lezer = csv.DictReader(StringIO(tekst), delimiter=";" if ";" in tekst.split("\n", 1)[0] else ",")
    if not {"code", "soort", "naam"} <= set(lezer.fieldnames or ()):
        stop("Rij 1: verwacht de kolommen code, soort, naam")
    gelezen = []
    for rij in lezer:
        if not (rij["code"] and rij["naam"] and rij["soort"] in soorten):
            stop(f"Rij {lezer.line_num}: verwacht een code, een naam en als soort {', '.join(sorted(soorten))}")
        gelezen.append(Partij(rij["code"], rij["soort"], rij["naam"]))  # type: ignore[arg-type]
    return gelezen


def eis_partij(data: Path, code: str) -> Partij:
    """The party with this code; stops when there is none."""
    with lezend(data) as conn:
        partij = parties.vind(conn, code)
        bekend = () if partij else [bekende.code for bekende in parties.lijst(conn)]
    if partij is None:
        stop(f"Partij {escape(code)} is niet bekend.{bedoelde(code, bekend)} Voeg haar toe met: hub partij laad")
    return partij


def in_beide(data: Path, opdracht: str, over: str, doe: Callable[[Dienst, Connection], object]) -> None:
    """The same in the database of each service; for the audit trail, which command it is and whom it is about."""
    settings = read_settings(data)
    with ExitStack() as stack:
        for naam in get_args(Dienstnaam):
            dienst = stack.enter_context(opened(settings, naam))
            conn = stack.enter_context(dienst.database.write())
            doe(dienst, conn)
            spoor.leg_vast(conn, dienst, opdracht, over)
