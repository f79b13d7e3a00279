"""The access matrix: tests/access_matrix.csv as rows, and two services with one of everything to ask it of.

Delft (0503) and aanbieder een (75000001) have a toewijzing, a declaration and its answer together; Rijswijk (0603),
aanbieder twee and the region have nothing to do with them. Two software parties act for aanbieder een: the machtiging
of one ends today, that of the other ended yesterday.
"""

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import allocation_service
import declaration_hub
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import select

from builders import bsn, wmo301, wmo302, wmo323
from services.allocation.api import create_app as allocation_app
from services.declaration.afspraken.kenmerken import Kenmerken, zet
from services.declaration.api import create_app as declaration_app
from services.kernel import gebeurtenissen, postbus, tables
from services.kernel.toegang import parties, sleutels
from services.kernel.toegang.parties import Partij
from services.kernel.toegang.rate_limit import Grenzen
from services.kernel.wiring import Dienst

CSV: Final = Path(__file__).with_name("access_matrix.csv")
# Scopes of the table that are none: an endpoint for everyone, and one for whoever has a key.
OPEN, ELKE = "open", "elke"
DAG: Final = timedelta(days=1)
PARTIJEN: Final = {
    "delft": Partij("0503", "gemeente", "Delft"),
    "rijswijk": Partij("0603", "gemeente", "Rijswijk"),
    "een": Partij("75000001", "aanbieder", "Aanbieder een"),
    "twee": Partij("75000002", "aanbieder", "Aanbieder twee"),
    "regio": Partij("H5", "regio", "Regio"),
    "software": Partij("SOFT01", "software", "Softwarehuis"),
    "machtiging_voorbij": Partij("SOFT02", "software", "Softwarehuis dat het niet meer doet"),
    "beheer": Partij("BEHEER", "beheer", "Beheer"),
}
DIENST: Final = "dienst_sleutel"
BEROEPEN: Final = (*PARTIJEN, DIENST)
# What requests that begin like this bring along.
INHOUD: Final[Mapping[str, bytes]] = {
    # The first that a request begins with.
    "allocation POST /v1/berichten/zoek": b'{"verzender": "0503", "bestemming": "75000001"}',
    "declaration POST /v1/berichten/zoek": b'{"verzender": "75000001", "bestemming": "0503"}',
    "allocation POST /v1/berichten": wmo301(),
    "declaration POST /v1/berichten": wmo323(),
    "allocation POST /v1/validaties": wmo301(),
    "declaration POST /v1/validaties": wmo323(),
    "declaration PUT /v1/kenmerken": b'{"cohort": "nieuw"}',
    "declaration POST /v1/perioden": b'{"gemeente": "0503", "besluit": "FICTIEF besluit"}',
}


@dataclass(frozen=True, slots=True)
class Rij:
    """A row for one service: a request, the scope it asks for, and per caller what comes of it.

    A cell is a status, and for a list how many items it has where that matters: "200", "200 1", "403".
    """

    dienst: str
    scope: str
    verzoek: str
    verwacht: Mapping[str, str]

    @property
    def methode(self) -> str:
        return self.verzoek.split(" ")[0]

    @property
    def pad(self) -> str:
        return self.verzoek.split(" ")[1]

    @property
    def inhoud(self) -> bytes | None:
        begin = f"{self.dienst} {self.verzoek}"
        return next((inhoud for verzoek, inhoud in INHOUD.items() if begin.startswith(verzoek)), None)

    def __str__(self) -> str:
        return f"{self.dienst} {self.verzoek}"


def rijen() -> list[Rij]:
    """Every row; one for "beide" counts for each service."""
    with open(CSV, encoding="utf-8", newline="") as file:
        return [
            Rij(dienst, row["scope"], row["verzoek"], {naam: row[naam] for naam in BEROEPEN})
            for row in csv.DictReader(file)
            for dienst in (("allocation", "declaration") if row["dienst"] == "beide" else (row["dienst"],))
        ]


@dataclass(frozen=True)
class Bemand:
    """A service with parties and their keys; `waarden` fills in what stands between braces in a path."""

    dienst: Dienst
    app: FastAPI
    client: TestClient
    sleutels: Mapping[str, str]
    waarden: Mapping[str, str]

    def vraag(self, rij: Rij, sleutel: str | None) -> Any:
        """The reply to the request of a row, made with this key."""
        headers = {"Authorization": f"Bearer {sleutel}"} if sleutel else {}
        if rij.inhoud is not None:
            headers["Content-Type"] = "application/xml" if rij.inhoud.startswith(b"<") else "application/json"
        return self.client.request(rij.methode, rij.pad.format(**self.waarden), headers=headers, content=rij.inhoud)

    def sleutel(self, wie: str, **gemaakt: Any) -> str:
        """One more key of a party, made for less."""
        with self.dienst.database.write() as conn:
            return parties.nieuwe_sleutel(conn, PARTIJEN[wie].code, self.dienst.nu(), **gemaakt)

    def ingetrokken(self, wie: str) -> str:
        """A key of a party that was revoked."""
        key = self.sleutel(wie)
        with self.dienst.database.write() as conn:
            sleutels.intrek(conn, parties.sleutel_hash(key)[:12], self.dienst.nu())
        return key

    def routes(self) -> set[tuple[str, str]]:
        """(method, path) of every endpoint, whether it stands in the OpenAPI document or not."""
        found = set()
        for route in iter_route_contexts(self.app.routes):
            found |= {(method, str(route.path)) for method in route.methods or () if method != "HEAD"}
        return found


def allocation(folder: Path) -> Bemand:
    hub = allocation_service.Hub(folder)
    heen = INHOUD["allocation POST /v1/berichten"]
    _bewaar_partijen(hub.dienst)
    gezonden = hub.send(PARTIJEN["delft"], heen)
    hub.send(PARTIJEN["een"], wmo302(heen))
    return _bemand(hub.dienst, allocation_app(hub.dienst, hub.vraag), gezonden.id)


def declaration(folder: Path) -> Bemand:
    hub = declaration_hub.make_hub(folder)
    hub.toewijs()
    _bewaar_partijen(hub.dienst)
    gezonden = hub.post(INHOUD["declaration POST /v1/berichten"])
    with hub.dienst.database.write() as conn:
        zet(conn, {("0503", "wmo", 1001): Kenmerken(cohort="nieuw")}, "0503", hub.dienst.nu())
    return _bemand(hub.dienst, declaration_app(hub.dienst, hub.bron, _personen), gezonden.id)


def _personen(aanbieder: str, gemeente: str, domein: str, nummers: Collection[int]) -> list[dict[str, Any]]:
    """What allocation would tell."""
    leeg = dict.fromkeys(("datumGebruik", "voorvoegsel", "voornamen"))
    wie = {"bsn": bsn(1), "geboortedatum": "1950-05-17", "geslacht": "2", "achternaam": "Voorbeeld", "voorletters": "A"}
    return [{"nummer": nummer, **wie, **leeg} for nummer in nummers]


def _bewaar_partijen(dienst: Dienst) -> None:
    vandaag = dienst.vandaag()
    with dienst.database.write() as conn:
        for partij in PARTIJEN.values():
            parties.bewaar(conn, partij)
        parties.machtig(conn, "SOFT01", "75000001", date(2025, 1, 1), vandaag)
        parties.machtig(conn, "SOFT02", "75000001", date(2025, 1, 1), vandaag - DAG)


def _bemand(dienst: Dienst, app: FastAPI, bericht: str) -> Bemand:
    with dienst.database.write() as conn:
        keys = {naam: parties.nieuwe_sleutel(conn, p.code, dienst.nu()) for naam, p in PARTIJEN.items()}
        gebeurtenis = _meld(conn, dienst.nu())
    keys[DIENST] = dienst.settings.dienst_sleutel.get_secret_value()
    # The matrix has more callers without a good key than an address may send.
    app.state.grenzen = Grenzen(dienst.settings.model_copy(update={"onbekenden_per_minuut": 1_000_000}))
    client = TestClient(app, raise_server_exceptions=False)
    return Bemand(dienst, app, client, keys, {"bericht": bericht, "gebeurtenis": gebeurtenis})


def _meld(conn: Any, nu: datetime) -> str:
    """Put a gebeurtenis in the postbus of aanbieder een; its id."""
    nr = gebeurtenissen.leg_vast(conn, "proef", nu, {})
    assert nr is not None
    postbus.bezorg(conn, [], nu, [("75000001", nr)])
    return str(conn.execute(select(tables.gebeurtenis.c.id).where(tables.gebeurtenis.c.nr == nr)).scalar_one())
