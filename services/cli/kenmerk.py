"""`hub kenmerk`: loading and listing what a gemeente says about a toewijzing beside the 301."""

import typer

from services.cli.beheer import Bestand, Gemeente, Proef, laad, lees_lijst, lezend, toon
from services.cli.console import VAR, AlsJson, DataMap
from services.declaration import tables
from services.declaration.afspraken.kenmerken import laad_kenmerken, lees_kenmerken
from services.kernel.loading import leeswijze

app = typer.Typer(no_args_is_help=True, help="Kenmerken van toewijzingen laden en tonen; ze veranderen geen bedrag.")
_KOLOMMEN = (
    *("gemeente", "domein", "nummer", "cohort", "minuten per week", "reden", "normenkader", "overgangstermijn tot"),
    *("bron", "gezet door"),
)
# Who sits at the machine of the hub.
_WIE = "beheer"
_LIMIET = 5_000


@app.command("laad")
def laad_bestand(bestand: Bestand, data: DataMap = VAR, proef: Proef = False, as_json: AlsJson = False) -> None:
    """Laad kenmerken; een kolom die het bestand niet heeft blijft zoals zij was.

    Kolommen: gemeente, domein (wmo of jeugd), nummer; en naar keuze cohort (oud of nieuw), minuten_per_week met reden
    (verzoek of bezwaar) en normenkader, overgangstermijn_tot, bron.

    Voorbeeld: hub kenmerk laad kenmerken.csv --proef
    """
    tekst = lees_lijst(bestand)
    laad(
        data,
        "kenmerk laad",
        lambda conn, nu: laad_kenmerken(conn, tekst, _WIE, nu.geboekt_op),
        proef,
        leeswijze(tekst),
        as_json,
    )


@app.command("lijst")
def lijst(data: DataMap = VAR, gemeente: Gemeente = None, as_json: AlsJson = False) -> None:
    """Toon de vastgelegde kenmerken.

    Voorbeeld: hub kenmerk lijst --gemeente 0503
    """
    where = [] if gemeente is None else [tables.kenmerk.c.gemeente == gemeente]
    with lezend(data) as conn:
        rijen = [tuple(row[:10]) for row in lees_kenmerken(conn, where, None, _LIMIET)]
    toon("Kenmerken", _KOLOMMEN, rijen, as_json=as_json)
