"""The `hub` command: one module per subject, all output in Dutch."""

# First: it says what a SIGTERM and Ctrl-C mean while the rest is imported.
from services.cli import aanloop

# isort: split

from importlib.metadata import version
from typing import Annotated

import typer

from services.cli import (
    audit,
    backup,
    begroting,
    bewaartermijn,
    check,
    consume,
    contract,
    demo,
    example,
    geheim,
    gezond,
    herkenning,
    init,
    journaal,
    kanaal,
    kenmerk,
    klok,
    laad,
    lijst,
    openapi,
    partij,
    periode,
    regels,
    relay,
    send,
    serve,
    sleutel,
    tarief,
    verzilvering,
    zandbak,
)
from services.cli.gebruik import Opdrachten

app = typer.Typer(
    name="hub",
    cls=Opdrachten,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)


def _versie(gevraagd: bool) -> None:
    if gevraagd:
        typer.echo(f"berichtenhub {version('berichtenhub')}")
        raise typer.Exit


@app.callback()
def hub(
    versie: Annotated[bool, typer.Option("--version", help="Toon de versie.", callback=_versie, is_eager=True)] = False,
) -> None:
    """Berichtenhub voor de Wmo en de Jeugdwet. Elke opdracht legt zichzelf uit met --help."""


app.command("init")(init.command)
app.command("serve")(serve.command)
app.command("relay")(relay.command)
app.command("consume")(consume.command)
app.command("klok")(klok.command)
app.command("send")(send.command)
app.command("backup")(backup.backup)
app.command("herstel")(backup.herstel)
app.command("bewaartermijn")(bewaartermijn.command)
app.command("vergeet")(bewaartermijn.vergeet)
app.command("gezond")(gezond.command)
app.command("demo")(demo.command)
app.command("check")(check.command)
app.command("regels")(regels.command)
app.command("example")(example.command)
app.command("openapi")(openapi.command)
app.command("verzilvering")(verzilvering.command)
partij.app.add_typer(sleutel.app, name="sleutel")
partij.app.command("oin")(herkenning.oin)
partij.app.command("client")(herkenning.client)
partij.app.command("kanaal")(kanaal.command)
partij.app.command("amqp")(kanaal.amqp)
app.command("lijst")(lijst.command)
app.command("prognose")(begroting.prognose)
app.add_typer(audit.app, name="audit")
app.add_typer(laad.app, name="laad")
app.add_typer(tarief.app, name="tarief")
app.add_typer(contract.app, name="contract")
app.add_typer(begroting.app, name="begroting")
app.add_typer(geheim.app, name="geheim")
app.add_typer(partij.app, name="partij")
app.add_typer(periode.app, name="periode")
app.add_typer(journaal.app, name="journaal")
app.add_typer(kenmerk.app, name="kenmerk")
app.add_typer(zandbak.app, name="zandbak")
aanloop.klaar()
