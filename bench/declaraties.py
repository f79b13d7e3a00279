"""Large declarations, and a hub that knows the toewijzingen they are on: what `large` and `memory` send."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import databases
import httpx
from region_state import Lopend
from running_hub import Hub, serving

from services.cli import example, example_set
from services.cli.console import opened
from services.declaration import feed
from services.declaration.store import stand
from services.kernel.catalogue import Berichtsoort, find
from services.kernel.clients import bsn_hash
from services.kernel.settings import Settings

VANDAAG: Final = date(2026, 2, 15)
# Gemeente and aanbieder of a contract per month, and of one per four weeks.
_PARTIJEN: Final = {"3.2": ("0503", "75000001"), "2.3": ("1842", "75000003")}
_SOORT: Final = {"3.2": "WMO323", "2.3": "WMO303"}
# 100,000 Prestaties are some 85 MB.
_MAX_BYTES: Final = 200_000_000
# Rows of the feed that are applied in one transaction.
_TEGELIJK: Final = 5_000


@dataclass(frozen=True, slots=True)
class Zending:
    """A declaration of so many Prestaties, each on a toewijzing that the hub knows; all of it is approved.

    `volgnummer` tells apart those of the same size.
    """

    release: str
    prestaties: int
    volgnummer: int = 0

    @property
    def soort(self) -> Berichtsoort:
        return find(_SOORT[self.release], self.release)

    @property
    def partij(self) -> str:
        return _PARTIJEN[self.release][1]

    @property
    def vraag(self) -> example.Vraag:
        # The toewijzingen of one seed have numbers of their own.
        seed = 100 * (self.prestaties // 100 + (5_000 if self.release == "2.3" else 0)) + self.volgnummer
        return example.Vraag(*_PARTIJEN[self.release], self.prestaties, seed, VANDAAG, self.release)

    def inhoud(self) -> bytes:
        uit = io.BytesIO()
        example.write(uit, self.soort.naam, self.vraag)
        return uit.getvalue()

    def toewijzingen(self) -> Iterator[Lopend]:
        """Those that its Prestaties are on, with their clients."""
        vraag, bsns = self.vraag, example_set.test_bsns()
        nodig = {regel.toewijzing for regel in example.regels(vraag)}
        for volgnummer, van_client in example.toewijzingen(vraag):
            if not nodig:
                return
            yield from (Lopend(bsns[volgnummer], t) for t in van_client if t.nummer in nodig)
            nodig -= {t.nummer for t in van_client}


def laat_weten(settings: Settings, zendingen: Sequence[Zending]) -> None:
    """Let declaration know the toewijzingen of these after what it knows, with their A, as by the feed."""
    with opened(settings, "declaration") as dienst:
        sleutel = dienst.settings.bsn_sleutel
        with dienst.database.read() as conn:
            eerste = stand(conn, feed.STAND) + 1
        staat = (een for zending in zendingen for een in zending.toewijzingen())
        rijen = [_feedrij(nr, een, bsn_hash(een.bsn, sleutel)) for nr, een in enumerate(staat, eerste)]
        for begin in range(0, len(rijen), _TEGELIJK):
            with dienst.database.write() as conn:
                feed.beurt(conn)
                feed.verwerk(conn, dienst, rijen[begin : begin + _TEGELIJK])


def _feedrij(nr: int, een: Lopend, hash: str) -> dict[str, Any]:
    """As allocation tells it. Its own database knows nothing of it: there is nothing after the last of these."""
    t = een.toewijzing
    wat = {naam: getattr(t, naam) for naam in ("gemeente", "domein", "nummer", "aanbieder", "categorie", "code")}
    hoeveel = {naam: getattr(t, naam) for naam in ("volume", "eenheid", "frequentie", "budget", "release")}
    dagen = {
        "ingangsdatum": t.ingangsdatum.isoformat(),
        "einddatum": t.einddatum.isoformat() if t.einddatum else None,
        "toewijzingsdatum": t.toewijzingsdatum.isoformat(),
        "toewijzingstijd": t.toewijzingstijd.isoformat(),
    }
    return {"nr": nr, "bsnHash": hash, "redenWijziging": None, "status": "actief", **wat, **hoeveel, **dagen}


@contextmanager
def draaiend(data: Path) -> Iterator[Hub]:
    """`hub serve` over a copy of this data, that is thrown away again: every message comes to the same books."""
    with TemporaryDirectory() as map_:
        kopie = databases.copy(data, Path(map_) / "hub")
        urls = {f"BERICHTENHUB_{naam.upper()}": url for naam, url in databases.settings_of(kopie).items()}
        with serving(kopie, **urls, BERICHTENHUB_MAX_BYTES=str(_MAX_BYTES)) as hub:
            hub.client.timeout = httpx.Timeout(600)
            yield hub
        databases.remove(kopie)
