"""`hub geheim`: the keys of what is encrypted, which one closes how much, a new one, and one that is done with."""

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, get_args

import typer

from services.cli import spoor
from services.cli.beheer import toon
from services.cli.console import VAR, AlsJson, DataMap, bezig, note, opened, out, read_settings, stop, zeg
from services.kernel.privacy import herversleutelen
from services.kernel.privacy.sleutelring import lees_ring, nieuwe_sleutel, schrijf_ring
from services.kernel.settings import GEHEIMEN, RING, Settings, replace_secrets, stored_ring
from services.kernel.wiring import Dienstnaam

app = typer.Typer(no_args_is_help=True, help="Sleutels waarmee BSN's en berichten versleuteld zijn.")
_TABELLEN = ("client", "inhoud")
_DIENSTEN = get_args(Dienstnaam)


@app.command("lijst")
def lijst(data: DataMap = VAR, as_json: AlsJson = False) -> None:
    """Toon elke sleutel, en hoeveel BSN's en berichten ermee versleuteld zijn.

    Voorbeeld: hub geheim lijst --data var
    """
    settings = read_settings(data)
    aantal = _tel(settings)
    ids = settings.ring().ids
    rijen = []
    for id in [*ids, *sorted(aantal.keys() - set(ids))]:
        stand = "huidige" if id == ids[0] else "oudere" if id in ids else "ontbreekt"
        rijen.append((id, stand, *(aantal.get(id, Counter())[naam] for naam in _TABELLEN)))
    toon("Sleutels", ("sleutel", "stand", "bsns", "berichten"), rijen, rechts=("bsns", "berichten"), as_json=as_json)
    if aantal.keys() - set(ids):
        stop("Van een sleutel die ontbreekt is niets meer te lezen. Zet hem terug in geheimen.json.")


@app.command("roteer")
def roteer(
    data: DataMap = VAR,
    hervat: Annotated[bool, typer.Option("--hervat", help="Geen nieuwe sleutel; ga verder met de huidige.")] = False,
    as_json: AlsJson = False,
) -> None:
    """Maak een nieuwe sleutel en versleutel er alles opnieuw mee. De hub kan doorlopen.

    Afgebroken? `hub geheim roteer --hervat` gaat verder. De oude sleutel blijft tot `hub geheim verwijder`.

    Voorbeeld: hub geheim roteer --data var
    """
    settings = read_settings(data)
    if not hervat:
        _nieuwe(data)
        settings = read_settings(data)
    huidig = settings.ring().huidig
    samen = 0
    for naam in _DIENSTEN:
        with bezig(f"Opnieuw versleutelen van {naam}"), opened(settings, naam) as dienst:
            with dienst.database.write() as conn:
                spoor.leg_vast(conn, dienst, "geheim roteer", f"naar sleutel {huidig}", "begonnen")
            gedaan = sum(herversleutelen.herversleutel(dienst.database))
            with dienst.database.write() as conn:
                spoor.leg_vast(conn, dienst, "geheim roteer", f"naar sleutel {huidig}: {gedaan} waarden", "klaar")
        samen += gedaan
        if not as_json:
            out.print(f"{naam}: {gedaan} waarden opnieuw versleuteld met sleutel {huidig}")
    if as_json:
        zeg(True, "", sleutel=huidig, waarden=samen)
        return
    note("Maak nu een kopie van geheimen.json. Oudere kopieën van de databases vragen nog de oude sleutel.")


def _nieuwe(data: Path) -> None:
    stored = stored_ring(data)
    if not stored:
        stop(
            f"De sleutels staan niet in {data / GEHEIMEN} maar in BERICHTENHUB_{RING.upper()}. Zet daar een nieuwe "
            f"voorop, zoals nummer:sleutel {nieuwe_sleutel().id}:…, start de hub opnieuw, en gebruik --hervat."
        )
    replace_secrets(data, {**stored, RING: schrijf_ring([nieuwe_sleutel(), *lees_ring(stored[RING])])})


@app.command("verwijder")
def verwijder(
    sleutel: Annotated[str, typer.Argument(help="Nummer van de sleutel, uit `hub geheim lijst`.")],
    data: DataMap = VAR,
    as_json: AlsJson = False,
) -> None:
    """Verwijder een oude sleutel waarmee niets meer versleuteld is.

    Kopieën van de databases van vóór de rotatie zijn daarna niet meer te lezen.

    Voorbeeld: hub geheim verwijder 3f2a91bc --data var
    """
    settings, stored = read_settings(data), stored_ring(data)
    sleutels = lees_ring(stored[RING]) if stored else ()
    if sleutel not in [een.id for een in sleutels]:
        stop(f"Sleutel {sleutel} staat niet in {data / GEHEIMEN}. Bekijk `hub geheim lijst`.")
    if sleutel == sleutels[0].id:
        stop(f"Sleutel {sleutel} is de huidige. Maak eerst een nieuwe met: hub geheim roteer")
    with ExitStack() as stapel:
        diensten = [stapel.enter_context(opened(settings, naam)) for naam in _DIENSTEN]
        # Both stand still while we count and until the key is gone: nobody closes anything with it in between.
        conns = [stapel.enter_context(dienst.database.write()) for dienst in diensten]
        nog = sum(sum(herversleutelen.tel_alleen(conn).get(sleutel, {}).values()) for conn in conns)
        if nog:
            stop(f"Met sleutel {sleutel} zijn nog {nog} waarden versleuteld. Gebruik eerst: hub geheim roteer")
        for conn, dienst in zip(conns, diensten, strict=True):
            spoor.leg_vast(conn, dienst, "geheim verwijder", f"sleutel {sleutel}", "niet meer in gebruik")
        over = [een for een in sleutels if een.id != sleutel]
        replace_secrets(data, {**stored, RING: schrijf_ring(over)})
    zeg(as_json, f"Sleutel {sleutel} is verwijderd.", sleutel=sleutel, verwijderd=True)


def _tel(settings: Settings) -> dict[str, Counter[str]]:
    """{id of a key: how many values of each table it closes}, of both services together."""
    samen: dict[str, Counter[str]] = {}
    for naam in _DIENSTEN:
        with opened(settings, naam) as dienst, dienst.database.read() as conn:
            for id, per_tabel in herversleutelen.tel(conn).items():
                samen.setdefault(id, Counter()).update(per_tabel)
    return samen
