"""All zandbakken of a hub on disk: who may make one, under which name, how many; and how one is made and removed."""

import re
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final, get_args
from uuid import uuid4

from services.kernel.settings import Settings, today, write_secrets
from services.kernel.wiring import Dienstnaam, clock
from services.together.zandbak.inrichting import Inrichting
from services.together.zandbak.plaats import BEGIN, STAND, Plaats, Stand, op_slot

# What a key of a zandbak begins with.
VOORVOEGSEL: Final = "bz_"
PER_PARTIJ: Final = 3
NAAM: Final = re.compile("[a-z][a-z0-9-]{1,30}")
# /zandbak/v1 is where one asks for a zandbak.
_BEZET: Final = frozenset({"v1"})
_SLOT: Final = ".slot"
_HALF: Final = ".half-"


class NietTeMaken(ValueError):
    """Why there is no such zandbak to be made: `type` as in /problemen/<type>, and a Dutch sentence."""

    def __init__(self, type: str, reden: str) -> None:
        super().__init__(reden)
        self.type = type
        self.reden = reden


class Plaatsen:
    """The folder DATA/zandbak."""

    def __init__(self, echt: Settings) -> None:
        self._echt = echt
        self.map = echt.data / "zandbak"

    def vind(self, naam: str) -> Plaats | None:
        """The zandbak of this name; None for a name that there is not, or that could not be one."""
        map_ = self.map / naam
        return Plaats(map_) if _kan_naam_zijn(naam) and (map_ / STAND).is_file() else None

    def lijst(self) -> list[Stand]:
        """All of them, by name."""
        if not self.map.is_dir():
            return []
        gevonden = (self.vind(map_.name) for map_ in sorted(self.map.iterdir()))
        return [plaats.stand() for plaats in gevonden if plaats is not None]

    def maak(
        self, inrichting: Inrichting, naam: str, datum: date | None, eigenaar: str | None
    ) -> tuple[Stand, Mapping[str, str]]:
        """A new zandbak and its keys {code: key}, which are kept nowhere else; NietTeMaken with the reason.

        It is made beside its place and moved there: there is never half a zandbak under a name.
        """
        dag = _dag(inrichting, datum, today(self._echt, clock))
        _eis_naam(naam)
        self.map.mkdir(mode=0o700, parents=True, exist_ok=True)
        with op_slot(self.map / _SLOT):
            self._eis_plaats(naam, eigenaar)
            for rest in self.map.glob(f"{_HALF}*"):
                shutil.rmtree(rest)
            half = Plaats(self.map / f"{_HALF}{uuid4()}")
            stand = Stand(id=str(uuid4()), naam=naam, eigenaar=eigenaar, begindatum=dag, datum=dag, gezet=clock())
            sleutels = self._vul(inrichting, half, stand)
            half.map.rename(self.map / naam)
        return stand, sleutels

    def _vul(self, inrichting: Inrichting, half: Plaats, stand: Stand) -> Mapping[str, str]:
        write_secrets(half.map)
        half.databases(stand.ronde).mkdir()
        sleutels = inrichting.vul(half.settings(stand.ronde, stand.datum, self._echt), VOORVOEGSEL)
        (half.map / BEGIN).mkdir()
        for naam in get_args(Dienstnaam):
            bestand = f"{naam}.sqlite"
            _kopieer(half.databases(stand.ronde) / bestand, half.map / BEGIN / bestand)
        half.bewaar(stand)
        return sleutels

    def verwijder(self, naam: str) -> bool:
        """Take a zandbak away with all that is in it; False when there is none of this name."""
        if self.vind(naam) is None:
            return False
        with op_slot(self.map / _SLOT):
            plaats = self.vind(naam)
            if plaats is None:
                return False
            # First out of sight, in one step: a zandbak that is half removed would answer with errors.
            weg = self.map / f"{_HALF}{uuid4()}"
            plaats.map.rename(weg)
            shutil.rmtree(weg)
        return True

    def _eis_plaats(self, naam: str, eigenaar: str | None) -> None:
        er_zijn = self.lijst()
        if (self.map / naam).exists():
            raise NietTeMaken("naam-bezet", "Een zandbak met deze naam bestaat al. Kies een andere naam.")
        if len(er_zijn) >= self._echt.zandbakken:
            raise NietTeMaken("geen-plaats", "Er zijn zoveel zandbakken als er mogen zijn. Verwijder er eerst een.")
        if eigenaar is not None and sum(stand.eigenaar == eigenaar for stand in er_zijn) >= PER_PARTIJ:
            raise NietTeMaken("geen-plaats", f"U hebt al {PER_PARTIJ} zandbakken. Verwijder er eerst een.")


def _kan_naam_zijn(naam: str) -> bool:
    return NAAM.fullmatch(naam) is not None and naam not in _BEZET


def _eis_naam(naam: str) -> None:
    if not _kan_naam_zijn(naam):
        raise NietTeMaken(
            "ongeldige-invoer",
            "Een naam begint met een kleine letter en heeft 2 tot 31 kleine letters, cijfers en streepjes; niet v1.",
        )


def _dag(inrichting: Inrichting, gevraagd: date | None, vandaag: date) -> date:
    """The day asked for, or else today, or the nearest day that the example set has tariffs for."""
    eerste, laatste = inrichting.eerste, inrichting.laatste
    if gevraagd is None:
        return min(max(vandaag, eerste), laatste)
    if not eerste <= gevraagd <= laatste:
        raise NietTeMaken("ongeldige-invoer", f"Een zandbak begint op een dag van {eerste} tot en met {laatste}.")
    return gevraagd


def _kopieer(van: Path, naar: Path) -> None:
    """A whole copy of a SQLite database, with what is not in its main file yet."""
    with closing(sqlite3.connect(van)) as bron, closing(sqlite3.connect(naar)) as kopie:
        bron.backup(kopie)
