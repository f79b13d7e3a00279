"""An allocation service on a database of its own, for integration tests: hand in messages, look at what is there."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import databases
from geheimen import VASTE_GEHEIMEN
from sqlalchemy import Table, select

from services.allocation import retour_machtigingen, tables
from services.allocation.declaraties import Onbereikbaar
from services.allocation.feed import lees_feed
from services.allocation.process import process
from services.kernel import berichten, postbus, wiring
from services.kernel import tables as kernel
from services.kernel.berichten import Uitkomst
from services.kernel.database import migrate
from services.kernel.reading import as_stream
from services.kernel.settings import Settings
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Ingekomen

VANDAAG = date(2025, 2, 3)
NU = datetime(2025, 2, 3, 9, 15, tzinfo=UTC)
DELFT = Partij("0503", "gemeente", "Delft")
RIJSWIJK = Partij("0603", "gemeente", "Rijswijk")
EEN = Partij("75000001", "aanbieder", "Aanbieder een")
TWEE = Partij("75000002", "aanbieder", "Aanbieder twee")
SOFTWARE = Partij("SOFT01", "software", "Softwarehuis")
REGIO = Partij("H5", "regio", "Regio")
BEHEER = Partij("BEHEER", "beheer", "Beheer")
PARTIJEN = (DELFT, RIJSWIJK, EEN, TWEE, SOFTWARE, REGIO, BEHEER)


def _empty(url: str) -> None:
    """An empty database as the migrations make it."""
    migrate(url, "allocation")


class Hub:
    """Allocation alone, on 3 February 2025; aanbieder een lets the hub make its retours from 2025 on."""

    def __init__(self, folder: Path) -> None:
        self.goedgekeurd: frozenset[int] | None = frozenset()
        url = databases.place(folder, "allocation", _empty)
        settings = Settings(data=folder, allocation_database=url, vandaag=VANDAAG, **VASTE_GEHEIMEN)
        self.dienst = wiring.wire("allocation", settings, lambda: NU)
        with self.dienst.database.write() as conn:
            for partij in PARTIJEN:
                parties.bewaar(conn, partij)
            retour_machtigingen.bewaar_retour_machtiging(conn, EEN.code, "hub", date(2025, 1, 1))

    def send(self, partij: Partij, xml: bytes, proef: bool = False) -> Uitkomst:
        """Hand in a message as this party."""
        inkomend = Ingekomen(as_stream(xml), sha256(xml).hexdigest(), len(xml))
        return process(self.dienst, partij, inkomend, proef, goedgekeurd=self.vraag)

    def vraag(self, domein: str, gemeente: str, nummers: Collection[int]) -> frozenset[int]:
        """What declaration would say: approved is what stands in `goedgekeurd`; None: it is away."""
        if self.goedgekeurd is None:
            raise Onbereikbaar
        return self.goedgekeurd & frozenset(nummers)

    def rows(self, table: Table) -> Sequence[Any]:
        """Every row, by its first column."""
        with self.dienst.database.read() as conn:
            return conn.execute(select(table).order_by(next(iter(table.c)))).all()

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        every = (*kernel.metadata.sorted_tables, *tables.metadata.sorted_tables)
        return {table.name: len(self.rows(table)) for table in every}

    def feed(self, na: int = 0) -> list[dict[str, Any]]:
        return lees_feed(self.dienst, na, 500)

    def postbus(self, code: str) -> list[str]:
        """The kinds of message in a party's postbus, in order."""
        with self.dienst.database.read() as conn:
            return [stuk.berichtsoort for stuk in postbus.lees(conn, code, 0, 500)]

    def content(self, id: str) -> bytes | None:
        """The stored bytes of a message."""
        with self.dienst.database.read() as conn:
            found = berichten.vind(conn, id, None)
            return berichten.inhoud(conn, found.nr) if found else None

    def actual(self, nummer: int = 1001) -> dict[str, Any]:
        """The last thing the feed told about a number."""
        return [row for row in self.feed() if row["nummer"] == nummer][-1]
