"""Measure what encryption at rest costs, as a ratio within one run: the same messages with it, and with it left out.

Each side has a hub of its own, and takes its turn message after message: what else the machine does hits both alike.
"""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.figures import Figure, at_most, keep, seconds, show
from services import together
from services.cli import example_messages, example_set
from services.cli.example_messages import Declaratie, Kop, Regel
from services.cli.init import initialise
from services.kernel.database import Database
from services.kernel.privacy.sleutelring import VERSIE, Sleutelring, nieuwe_sleutel
from services.kernel.settings import Settings
from services.kernel.toegang import parties
from services.kernel.wiring import Dienstnaam, Ingekomen
from services.together import Samenstel
from services.together.assembly import verbonden

GEMEENTE, AANBIEDER, CODE = "0503", "75000001", "SPF3"
BEGIN, EIND = date(2025, 1, 1), date(2025, 12, 31)
CLIENTEN = 150
BIG = bytes(range(256)) * 100_000


class Plat(Sleutelring):
    """Stores what it is given in the shape of an encrypted value, and encrypts nothing."""

    def dicht(self, waarde: bytes, doel: str) -> bytes:
        return b"".join((VERSIE, bytes(16), waarde, bytes(16)))

    def open(self, opgeslagen: bytes, doel: str) -> bytes:
        return opgeslagen[17:-16]


@dataclass
class Side:
    """One hub, and the seconds that each kind of message took."""

    hub: Samenstel
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def take(self, dienst: Dienstnaam, soort: str, partij: str, content: bytes) -> None:
        service = self.hub.diensten[dienst]
        with service.database.read() as conn:
            wie = parties.vind(conn, partij)
        assert wie is not None
        start = time.perf_counter()
        stuk = Ingekomen(BytesIO(content), sha256(content).hexdigest(), len(content))
        uitkomst = self.hub.verwerk[dienst](service, wie, stuk, False)
        self.seconds.setdefault(soort, []).append(time.perf_counter() - start)
        assert uitkomst.oordeel == "goedgekeurd", uitkomst.bevindingen


def side(folder: Path, ring: Sleutelring | None) -> Side:
    for _ in initialise(folder, True):
        pass
    hub = together.samenstel(Settings(data=folder, vandaag=date(2026, 2, 15)))
    if ring is not None:
        diensten = {n: replace(d, database=Database(d.database.url, ring)) for n, d in hub.diensten.items()}
        hub = verbonden(diensten, diensten["allocation"].settings)
    return Side(hub)


def messages() -> list[tuple[Dienstnaam, str, str, bytes]]:
    """A 301 for each client, and the month of all of them in one 323."""
    made: list[tuple[Dienstnaam, str, str, bytes]] = []
    regels: list[Regel] = []
    for nummer in range(1000, 1000 + CLIENTEN):
        persoon = example_set.persoon(nummer, GEMEENTE)
        toewijzing = example_set.toewijzing(AANBIEDER, GEMEENTE, nummer, CODE, BEGIN, EIND, date(2024, 12, 16))
        uit = BytesIO()
        kop = Kop(GEMEENTE, AANBIEDER, f"T{nummer}", date(2024, 12, 16))
        example_messages.write_301(uit, kop, persoon, [toewijzing])
        made.append(("allocation", "WMO301", GEMEENTE, uit.getvalue()))
        claim = example_set.maandclaim(toewijzing, BEGIN)
        assert claim is not None
        regels.append(example_set.regel(persoon.bsn, f"R{nummer}", toewijzing, claim))
    for deel in range(10):
        uit = BytesIO()
        van = regels[deel::10]
        kop = Kop(AANBIEDER, GEMEENTE, f"D{deel}", date(2025, 2, 5))
        begin, eind = example_set.tijdvak("3.2", BEGIN)
        example_messages.write_323(uit, kop, Declaratie(f"D{deel}", begin, eind, van))
        made.append(("declaration", "WMO323", AANBIEDER, uit.getvalue()))
    return made


def run() -> tuple[list[Figure], dict[str, Any]]:
    with TemporaryDirectory() as folder:
        plain = side(Path(folder, "plain"), Plat(str(nieuwe_sleutel())))
        encrypted = side(Path(folder, "encrypted"), None)
        for n, message in enumerate(messages()):
            for each in (plain, encrypted) if n % 2 else (encrypted, plain):
                each.take(*message)
        for each in (plain, encrypted):
            each.hub.sluit()
    figures = [
        Figure(
            "encryption", f"{soort}, encrypted", "plain", _ms(times), _ms(encrypted.seconds[soort]), "ms", at_most(1.1)
        )
        for soort, times in plain.seconds.items()
    ]
    ring = Sleutelring(str(nieuwe_sleutel()))
    return figures, {"seconds_for_25_MB": seconds(lambda: ring.dicht(BIG, "proef")), "clients": CLIENTEN}


def _ms(times: Sequence[float]) -> float:
    return 1000 * statistics.median(times)


def main() -> None:
    figures, facts = run()
    keep("encryption", figures, False, facts)
    show(figures, f"{CLIENTEN} clients; {len(BIG) / 1e6:.1f} MB by itself: {facts['seconds_for_25_MB'] * 1000:.0f} ms")


if __name__ == "__main__":
    main()
