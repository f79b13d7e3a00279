"""`hub zandbak`: hubs to try things in, beside the real one; what a zandbak is filled with stands here too."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, get_args

import typer
from rich.markup import escape

from services.cli import example_loading, example_set
from services.cli.beheer import toon
from services.cli.console import (
    VAR,
    AlsJson,
    DataMap,
    bezig,
    bring_up_to_date,
    note,
    read_settings,
    stop,
    toon_json,
    zeg,
)
from services.cli.example_loading import SLEUTELS, read_keys
from services.cli.init import maak_perioden
from services.kernel.settings import Settings
from services.kernel.wiring import Dienstnaam
from services.together.zandbak.inrichting import Inrichting
from services.together.zandbak.plaatsen import NietTeMaken, Plaatsen

app = typer.Typer(no_args_is_help=True, help="Zandbakken: hubs om in te proberen, met eigen gegevens en sleutels.")
# So many persons are named; the messages of `hub example` are about more.
_PERSONEN: Final = 25
Naam = Annotated[str, typer.Argument(help="Naam: kleine letters, cijfers en streepjes.")]


def vul(settings: Settings, voorvoegsel: str) -> Mapping[str, str]:
    """Both databases with the FICTIEF example set; the keys, which stay in no file."""
    for naam in get_args(Dienstnaam):
        bring_up_to_date(settings, naam)
    # Its day can be moved over all the years that the set has tariffs for.
    maak_perioden(settings, example_set.JAREN[-1] + 2)
    for _ in example_loading.load(settings, voorvoegsel):
        pass
    sleutels = read_keys(settings.data)
    (settings.data / SLEUTELS).unlink()
    return sleutels


def personages() -> dict[str, Any]:
    """Test persons, and who delivers what to whom."""
    bsns, gemeente = example_set.test_bsns(), example_set.rows("productlijsten.csv")[0]["gemeente"]
    personen = [example_set.persoon(volgnummer, gemeente) for volgnummer in range(_PERSONEN)]
    paren = dict.fromkeys(
        (c.gemeente, c.aanbieder, c.release, c.vorm) for c in example_set.voorbeeld().contracten.values()
    )
    return {
        "personen": [
            {"bsn": p.bsn, "achternaam": p.achternaam, "geboortedatum": p.geboortedatum.isoformat()} for p in personen
        ],
        "aantalBsns": len(bsns),
        "aanbod": [
            {
                "gemeente": gemeente,
                "aanbieder": aanbieder,
                "release": release,
                "vorm": vorm,
                "producten": example_set.te_leveren(aanbieder, gemeente, release, vorm),
            }
            for gemeente, aanbieder, release, vorm in paren
        ],
    }


INRICHTING: Final = Inrichting(vul, personages, date(example_set.JAREN[0], 1, 1), date(example_set.JAREN[-1], 12, 31))


@app.command("maak")
def maak(
    naam: Naam,
    data: DataMap = VAR,
    datum: Annotated[
        date | None,
        typer.Option(
            parser=date.fromisoformat, metavar="JJJJ-MM-DD", help="Dag waarop hij begint (standaard: vandaag)."
        ),
    ] = None,
    as_json: AlsJson = False,
) -> None:
    """Maak een zandbak met de FICTIEVE voorbeeldset, en toon deze ene keer de sleutels als JSON.

    Voorbeeld: hub zandbak maak proef --datum 2025-02-03 > sleutels.json
    """
    plaatsen = Plaatsen(read_settings(data))
    try:
        with bezig("Zandbak maken"):
            stand, sleutels = plaatsen.maak(INRICHTING, naam, datum, None)
    except NietTeMaken as fout:
        stop(fout.reden)
    if as_json:
        toon_json({"naam": stand.naam, "datum": stand.datum, "sleutels": dict(sleutels)})
        return
    note(f"Zandbak {stand.naam} staat klaar op {stand.datum}: /zandbak/{stand.naam}/ van hub serve.")
    toon_json(dict(sleutels))


@app.command("lijst")
def lijst(data: DataMap = VAR, as_json: AlsJson = False) -> None:
    """Toon de zandbakken.

    Voorbeeld: hub zandbak lijst
    """
    standen = Plaatsen(read_settings(data)).lijst()
    kolommen = ("naam", "aangevraagd door", "begindatum", "datum")
    toon("Zandbakken", kolommen, [(s.naam, s.eigenaar, s.begindatum, s.datum) for s in standen], as_json=as_json)


@app.command("verwijder")
def verwijder(naam: Naam, data: DataMap = VAR, as_json: AlsJson = False) -> None:
    """Verwijder een zandbak met alles wat erin staat.

    Voorbeeld: hub zandbak verwijder proef
    """
    if not Plaatsen(read_settings(data)).verwijder(naam):
        stop(f"Er is geen zandbak {escape(naam)}.")
    zeg(as_json, f"Zandbak {naam} is verwijderd.", naam=naam, verwijderd=True)
