"""A declaration service for tests: its database, example agreements, a feed made of a list, and one clock."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import databases
from geheimen import VASTE_GEHEIMEN
from sqlalchemy import Table, func, select

from builders import bsn
from services.declaration import tables
from services.declaration.afspraken import loading
from services.declaration.booking import Boekmoment
from services.declaration.feed import Onbereikbaar
from services.declaration.process import process
from services.declaration.weeks import Week53
from services.kernel.berichten import Uitkomst
from services.kernel.clients import bsn_hash
from services.kernel.database import migrate
from services.kernel.reading import Schemas
from services.kernel.settings import Settings
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst, Ingekomen, wire

# Compiled once for all tests.
_SCHEMAS = Schemas()

GEMEENTEN = ("0503", "0603", "1926")
AANBIEDERS = ("75000001", "75000002")

PRODUCTEN = """code,resultaatgebied,trede,rang,categorie
ORH3,ORH,3,3,01
SPF3,SPF,3,13,02
FIN2,FIN,2,22,02
DAG4,DAG,4,34,07
"""
# Per 4 weeks: a week of SPF3 is the 12000 of the builders.
TARIEVEN = """gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit
0503,,SPF3,2023-01-01,,480.00,,2022-12-01,FICTIEF 2023
0503,,ORH3,2023-01-01,,300.00,,2022-12-01,FICTIEF 2023
0503,,DAG4,2023-01-01,2025-12-31,800.00,,2022-12-01,FICTIEF 2023
0503,,DAG4,2026-01-01,,820.00,,2025-12-01,FICTIEF 2026
0603,,SPF3,2023-01-01,,480.00,,2022-12-01,FICTIEF 2023
"""
CONTRACTEN = """aanbieder,gemeente,resultaatgebied,van,tot,release,vorm,gebroken,mapping
75000001,0503,SPF,2023-01-01,2028-12-31,3.2,declaratie,WEEK,W
75000001,0503,ORH,2023-01-01,2028-12-31,3.2,declaratie,WEEK,E
75000001,0503,DAG,2023-01-01,2028-12-31,3.2,declaratie,WEEK,P
75000001,0603,SPF,2023-01-01,2028-12-31,3.2,declaratie,WEEK,W
75000002,0503,SPF,2023-01-01,2028-12-31,3.2,declaratie,WEEK,W
"""
MANDATEN = """gemeente,van,tot,besluit,soorten
0503,2023-01-01,,FICTIEF mandaat,WMO323
"""


@dataclass
class Hub:
    """One declaration service. `feed` is what allocation would tell; `weg` makes it unreachable."""

    dienst: Dienst
    feed: list[dict[str, Any]] = field(default_factory=list)
    weg: bool = False

    def bron(self, na: int, limit: int) -> list[dict[str, Any]]:
        """What allocation's feed gives after `na`."""
        if self.weg:
            raise Onbereikbaar
        return [row for row in self.feed if row["nr"] > na][:limit]

    @property
    def moment(self) -> Boekmoment:
        return Boekmoment(self.dienst.vandaag(), self.dienst.nu())

    def op(self, vandaag: date) -> Hub:
        """The same hub on another day, at nine o'clock."""
        nu = datetime(vandaag.year, vandaag.month, vandaag.day, 8, tzinfo=UTC)
        dienst = replace(self.dienst, vandaag=lambda: vandaag, nu=lambda: nu, schemas=_SCHEMAS)
        return Hub(dienst, self.feed, self.weg)

    def toewijs(self, **changes: Any) -> dict[str, Any]:
        """Put a row in the feed: one stuk SPF3 a week in 2025 for the builders' first client, unless changed."""
        row = {
            "nr": len(self.feed) + 1,
            "gemeente": "0503",
            "domein": "wmo",
            "nummer": 1001,
            "aanbieder": "75000001",
            "bsnHash": self.hash(bsn(1)),
            "status": "actueel",
            "release": "3.2",
            "categorie": "02",
            "code": "SPF3",
            "ingangsdatum": "2025-01-01",
            "einddatum": "2025-12-31",
            "volume": 1,
            "eenheid": "82",
            "frequentie": "2",
            "budget": None,
            "redenWijziging": None,
            "toewijzingsdatum": "2024-12-16",
            "toewijzingstijd": "10:00:00",
        }
        # Only what was read in when the hub went live has the day on which it became known; start and stop stand there
        # once a 305 or 307 told them.
        unknown = changes.keys() - row.keys() - {"bekendOp", "start", "stop"}
        assert not unknown, unknown
        self.feed.append({**row, **changes})
        return self.feed[-1]

    def hash(self, number: str) -> str:
        return bsn_hash(number, self.dienst.settings.bsn_sleutel)

    def post(self, xml: bytes, als: str = "75000001", proef: bool = False) -> Uitkomst:
        """Hand in a message as that party."""
        with self.dienst.database.read() as conn:
            partij = parties.vind(conn, als)
        assert partij is not None
        return process(self.dienst, partij, ingekomen(xml), proef, bron=self.bron)

    def rows(self, table: Table, *where: Any) -> Sequence[Any]:
        """The rows of a table, in order of their key."""
        statement = select(table).where(*where).order_by(*table.primary_key)
        with self.dienst.database.read() as conn:
            return conn.execute(statement).all()

    def count(self, *from_tables: Table) -> int:
        """How many rows these tables hold together."""
        with self.dienst.database.read() as conn:
            return sum(conn.execute(select(func.count()).select_from(table)).scalar_one() for table in from_tables)

    def gedeclareerd(self) -> dict[str, int]:
        """D per period."""
        return self._saldo("gedeclareerd")

    def toegewezen(self) -> dict[str, int]:
        """A per period."""
        return self._saldo("verplicht")

    def _saldo(self, rekening: str) -> dict[str, int]:
        saldo: dict[str, int] = {}
        for row in self.rows(tables.journaal):
            sign = (row.naar == rekening) - (row.van == rekening)
            saldo[row.periode] = saldo.get(row.periode, 0) + sign * row.bedrag
        return {periode: bedrag for periode, bedrag in sorted(saldo.items()) if bedrag}


def ingekomen(xml: bytes) -> Ingekomen:
    """Bytes as they come in."""
    return Ingekomen(io.BytesIO(xml), hashlib.sha256(xml).hexdigest(), len(xml))


def make_hub(
    folder: Path,
    vandaag: date = date(2025, 2, 10),
    *,
    contracten: str = CONTRACTEN,
    tarieven: str = TARIEVEN,
    mandaten: str = MANDATEN,
    beleid: Week53 = Week53.P13_LONG,
) -> Hub:
    """A hub with parties and agreements, on a fixed day; Delft gave a mandaat, Rijswijk did not."""
    url = databases.place(folder, "declaration", _with(contracten, tarieven, mandaten, beleid))
    return _hub(url, folder, vandaag)


def _hub(url: str, folder: Path, vandaag: date) -> Hub:
    settings = Settings(data=folder, declaration_database=url, vandaag=vandaag, **VASTE_GEHEIMEN)
    return Hub(wire("declaration", settings)).op(vandaag)


@cache
def _with(contracten: str, tarieven: str, mandaten: str, beleid: Week53) -> Callable[[str], None]:
    """How a database is filled with these agreements, known since long: the same function for the same agreements."""

    def fill(url: str) -> None:
        migrate(url, "declaration")
        hub = _hub(url, Path(), date(2024, 1, 1))
        _load(hub, contracten, tarieven, mandaten, beleid)
        hub.dienst.database.close()

    return fill


def _load(hub: Hub, contracten: str, tarieven: str, mandaten: str, beleid: Week53) -> None:
    with hub.dienst.database.write() as conn:
        for partij in _partijen():
            parties.bewaar(conn, partij)
        loading.laad_producten(conn, PRODUCTEN, hub.moment)
        for gemeente in GEMEENTEN:
            lijst = "".join(f"{gemeente},{row.split(',')[0]},2023-01-01,\n" for row in PRODUCTEN.splitlines()[1:])
            loading.laad_productlijst(conn, f"gemeente,productcode,van,tot\n{lijst}")
        loading.laad_contracten(conn, contracten, hub.moment)
        loading.laad_perioden(conn, 2024, 2027, beleid, hub.moment)
        loading.laad_tarieven(conn, tarieven, hub.moment)
        loading.laad_mandaten(conn, mandaten)


def _partijen() -> list[Partij]:
    gemeenten = [Partij(code, "gemeente", f"Gemeente {code}") for code in GEMEENTEN]
    aanbieders = [Partij(code, "aanbieder", f"Aanbieder {code}") for code in AANBIEDERS]
    return [*gemeenten, *aanbieders, Partij("H5", "regio", "Regio"), Partij("beheer", "beheer", "Beheer")]
