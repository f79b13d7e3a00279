"""Loading the FICTIEF example set into both databases, and a key per party into DATA/sleutels.json.

What a person changed afterwards stays: a set that is there already is left alone.
"""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from services.allocation import retour_machtigingen
from services.allocation.tables import HUB
from services.cli import example_set
from services.cli.console import opened
from services.cli.productlijst import copy_lists
from services.declaration.afspraken import loading
from services.declaration.afspraken.begroting import laad_begroting
from services.declaration.booking import Boekmoment
from services.kernel.database import insert_rows
from services.kernel.settings import Settings
from services.kernel.tables import sleutel
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

SLEUTELS: Final = "sleutels.json"
_REGIO: Final = "H5"
_CONTRACTEN_VAN: Final = date(2023, 1, 1)
_SLEUTEL: Final = ("hash", "partij", "aangemaakt", "vervalt", "naam", "scopes", "ingetrokken")


def load(settings: Settings, voorvoegsel: str = parties.PREFIX) -> Iterator[str]:
    """Load what is not there yet, with keys that begin with `voorvoegsel`, and say in Dutch what was done."""
    with opened(settings, "allocation") as allocation_dienst, opened(settings, "declaration") as declaration_dienst:
        sleutels = _load_allocation(allocation_dienst, voorvoegsel)
        geladen = _load_declaration(declaration_dienst)
        copy_keys(allocation_dienst, declaration_dienst)
        copy_lists(declaration_dienst, allocation_dienst)
    yield f"Voorbeeldset (FICTIEF): {'geladen' if geladen else 'stond er al, niets gewijzigd'}"
    yield f"Sleutels: {sleutels or 'geen'} nieuw ({settings.data / SLEUTELS})"


def read_keys(data: Path) -> dict[str, str]:
    """{code: key} of DATA/sleutels.json; empty when there is no such file."""
    file = data / SLEUTELS
    keys: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return keys


def _load_allocation(dienst: Dienst, voorvoegsel: str) -> int:
    """The parties, who makes whose 302, and the keys; the number of new keys."""
    with dienst.database.write() as conn:
        if parties.vind(conn, _REGIO) is None:
            _bewaar_partijen(conn)
            for row in example_set.rows("partijen.csv"):
                if row["retour"] == HUB:
                    retour_machtigingen.bewaar_retour_machtiging(conn, row["code"], HUB, _CONTRACTEN_VAN)
        met_sleutel = set(conn.execute(select(sleutel.c.partij)).scalars())
        zonder = [row["code"] for row in example_set.rows("partijen.csv") if row["code"] not in met_sleutel]
        nieuw = {code: parties.nieuwe_sleutel(conn, code, dienst.nu(), voorvoegsel=voorvoegsel) for code in zonder}
        # Before the commit: a key that is in no file could never be shown again.
        write_keys(dienst.settings.data, nieuw)
    return len(nieuw)


def write_keys(data: Path, nieuw: Mapping[str, str]) -> None:
    """Add keys to DATA/sleutels.json, which only its owner can read."""
    if not nieuw:
        return
    content = json.dumps({**read_keys(data), **nieuw}, indent=2, sort_keys=True) + "\n"
    half = data / f"{SLEUTELS}.nieuw"
    half.unlink(missing_ok=True)
    with open(half, "w", encoding="utf-8", opener=partial(os.open, mode=0o600)) as file:
        file.write(content)
    half.replace(data / SLEUTELS)


def _load_declaration(dienst: Dienst) -> bool:
    """The parties, and what declarations are judged by; False when it was there already."""
    moment = Boekmoment(dienst.vandaag(), dienst.nu())
    with dienst.database.write() as conn:
        nieuw = parties.vind(conn, _REGIO) is None
        if nieuw:
            _bewaar_partijen(conn)
            loading.laad_mandaten(conn, _text("mandaten.csv"))
            loading.laad_producten(conn, _text("producten.csv"), moment)
            loading.laad_productlijst(conn, _text("productlijsten.csv"))
            loading.laad_contracten(conn, _text("contracten.csv"), moment)
            loading.laad_tarieven(conn, _text("tarieven.csv"), moment)
            laad_begroting(conn, _text("begroting.csv"), moment)
    return nieuw


def _bewaar_partijen(conn: Connection) -> None:
    for row in example_set.rows("partijen.csv"):
        parties.bewaar(conn, Partij(row["code"], row["soort"], row["naam"]))  # type: ignore[arg-type]


def copy_keys(van: Dienst, naar: Dienst) -> None:
    """Give a service the keys that the other one has, as hashes: a party has the same key for both."""
    with van.database.read() as conn:
        rows = [tuple(row) for row in conn.execute(select(*(sleutel.c[name] for name in _SLEUTEL)))]
    with naar.database.write() as conn:
        bekend = set(conn.execute(select(sleutel.c.hash)).scalars())
        insert_rows(conn, sleutel, [row for row in rows if row[0] not in bekend], _SLEUTEL)


def _text(name: str) -> str:
    return example_set.path(name).read_text(encoding="utf-8")
