"""`hub backup` and `hub herstel`: a copy of both databases, and the way back.

Declaration is copied first. Its position in the feed is then one that the copy of allocation also has, so that after a
restore the next pull brings what came between the two copies. The other way round allocation would hand out feed
numbers again that declaration has already passed.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import URL

from services.cli import spoor
from services.cli.beheer import lezend
from services.cli.console import (
    VAR,
    AlsJson,
    DataMap,
    bezig,
    niet_beschikbaar,
    note,
    opened,
    out,
    read_settings,
    require_server,
    stop,
    toon_json,
)
from services.cli.journaal import controle_json, print_controle
from services.declaration.reports import journaal_check
from services.kernel.database import is_migrated
from services.kernel.engines import is_sqlite, read_url
from services.kernel.settings import GEHEIMEN, Settings
from services.kernel.wiring import Dienstnaam

_VOLGORDE: Final[tuple[Dienstnaam, ...]] = ("declaration", "allocation")
Map = Annotated[Path, typer.Argument(file_okay=False, help="Map met de kopieën.")]


def backup(map_: Map, data: DataMap = VAR, as_json: AlsJson = False) -> None:
    """Kopieer beide databases naar een map, terwijl de hub gewoon doordraait.

    BSN's en berichten zijn erin versleuteld; de sleutels zitten er niet in: bewaar geheimen.json apart.

    Voorbeeld: hub backup /backup/2026-02-15
    """
    settings = read_settings(data)
    map_.mkdir(parents=True, exist_ok=True)
    kopieen = []
    for naam in _VOLGORDE:
        doel = _kopie(map_, settings, naam)
        if doel.exists():
            stop(f"{doel} bestaat al. Kies een lege map.")
        with bezig(f"Kopiëren van {naam}"), opened(settings, naam) as dienst:
            with dienst.database.write() as conn:
                spoor.leg_vast(conn, dienst, "backup")
            _kopieer(settings.database_url(naam), doel)
        doel.chmod(0o600)
        kopieen.append({"dienst": naam, "bestand": str(doel), "bytes": doel.stat().st_size})
        if not as_json:
            out.print(f"{naam}: {doel} ({doel.stat().st_size / 1e6:.1f} MB)")
    if as_json:
        toon_json({"kopieen": kopieen, "apart": str(data / GEHEIMEN)})
        return
    note(f"Bewaar {data / GEHEIMEN} apart: zonder dat bestand zijn de kopieën niet te lezen.")


def herstel(map_: Map, data: DataMap = VAR, as_json: AlsJson = False) -> None:
    """Zet de kopieën van `hub backup` terug in lege databases, en controleer daarna het journaal.

    Over databases, niet over declaraties: wat er na een tariefwijziging te herstellen is, toont `hub tarief herstel`.

    Voorbeeld: hub herstel /backup/2026-02-15 --data var
    """
    settings = read_settings(data)
    for naam in _VOLGORDE:
        _eis_leeg(settings, naam)
        if not _kopie(map_, settings, naam).is_file():
            stop(f"{_kopie(map_, settings, naam)} bestaat niet. Maak kopieën met: hub backup {map_}")
    for naam in _VOLGORDE:
        with bezig(f"Terugzetten van {naam}"):
            _zet_terug(_kopie(map_, settings, naam), settings.database_url(naam))
        if not as_json:
            out.print(f"{naam}: teruggezet")
    for naam in _VOLGORDE:
        with opened(settings, naam) as dienst, dienst.database.write() as conn:
            spoor.leg_vast(conn, dienst, "herstel")
    with bezig("Journaal controleren"), lezend(data) as conn:
        controle = journaal_check(conn)
    if as_json:
        toon_json({"teruggezet": list(_VOLGORDE), "journaal": controle_json(controle)})
    else:
        print_controle(controle)
    if not controle.klopt:
        raise typer.Exit(1)


def _kopie(map_: Path, settings: Settings, naam: Dienstnaam) -> Path:
    return map_ / f"{naam}.{'sqlite' if is_sqlite(settings.database_url(naam)) else 'dump'}"


def _eis_leeg(settings: Settings, naam: Dienstnaam) -> None:
    url = settings.database_url(naam)
    if is_sqlite(url):
        bezet = Path(read_url(url).database or "").exists()
    else:
        require_server(settings, naam)
        bezet = is_migrated(url)
    if bezet:
        stop(f"De database van {naam} is niet leeg. Zet kopieën alleen terug in een lege database.")


def _kopieer(url: str, doel: Path) -> None:
    if not is_sqlite(url):
        _draai("pg_dump", read_url(url), "--format=custom", "--no-owner", "--no-privileges", f"--file={doel}")
        return
    with closing(sqlite3.connect(read_url(url).database or "")) as bron, closing(sqlite3.connect(doel)) as kopie:
        bron.backup(kopie)


def _zet_terug(kopie: Path, url: str) -> None:
    if is_sqlite(url):
        shutil.copyfile(kopie, read_url(url).database or "")
        return
    parsed = read_url(url)
    naar = f"--dbname={parsed.database}"
    _draai("pg_restore", parsed, "--no-owner", "--no-privileges", "--single-transaction", naar, str(kopie))


def _draai(programma: str, url: URL, *argumenten: str) -> None:
    """Run a program of PostgreSQL; where the server is and the password go through its environment, not on its line."""
    waar = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    omgeving = os.environ | {naam: str(waarde) for naam, waarde in waar.items() if waarde is not None}
    try:
        klaar = subprocess.run([programma, *argumenten], env=omgeving, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        niet_beschikbaar(f"{programma} is niet geïnstalleerd; het zit in het pakket postgresql-client.")
    if klaar.returncode:
        stop(f"{programma} eindigde met {klaar.returncode}: {klaar.stderr.strip().splitlines()[-1]}")
