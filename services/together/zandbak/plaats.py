"""One zandbak on disk: what it is and how it stands in zandbak.json, and its databases, anew for every round.

    DATA/zandbak/<naam>/zandbak.json    replaced as a whole, under a lock on the file beside it
                        geheimen.json   made once: a zandbak that begins again has the same secrets
                        begin/          both databases as they were made, with the keys
                        1/, 2/ ...      both databases of this round

To begin again is a copy of `begin` and the next number: a request of the round before ends on the files of that round,
in whichever process, and nobody waits for anybody.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from services.kernel.settings import AMSTERDAM, Settings
from services.together.zandbak.gedrag import Regel

STAND: Final = "zandbak.json"
BEGIN: Final = "begin"
_SLOT: Final = ".slot"
_OCHTEND: Final = time(8)
_LAATSTE_TEL: Final = time(23, 59, 59)
MISLUKT_MAXIMUM: Final = 20
# A message in a zandbak is for trying: smaller than the largest of the hub.
MAX_BYTES: Final = 5_000_000


class Mislukt(BaseModel):
    """Een antwoord dat de zandbak moest geven en niet kon geven."""

    berichtId: str = Field(description="Nummer bij de hub van het bericht dat op antwoord wacht.")
    partij: str = Field(description="Namens wie.")
    reden: str

    model_config = ConfigDict(frozen=True)


class Stand(BaseModel):
    """How a zandbak stands. `eigenaar` is the party it was made for, None by the operator; `gezet` when its day was.

    `id` tells it from another one that had its name before.
    """

    id: str
    naam: str
    eigenaar: str | None
    begindatum: date
    datum: date
    gezet: datetime
    ronde: int = 1
    gedrag: tuple[Regel, ...] = ()
    mislukt: tuple[Mislukt, ...] = ()

    model_config = ConfigDict(frozen=True)

    def nu(self, echt: datetime) -> datetime:
        """What time it is in the zandbak: from eight in the morning of its day, and never past that day."""
        begin = datetime.combine(self.datum, _OCHTEND, AMSTERDAM)
        einde = datetime.combine(self.datum, _LAATSTE_TEL, AMSTERDAM)
        return min(begin + max(echt - self.gezet, timedelta()), einde).astimezone(echt.tzinfo)


class _Instellingen(Settings):
    """The settings of a zandbak: what it is given and nothing of the environment, which is that of the real hub."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class Plaats:
    """The files of one zandbak."""

    def __init__(self, map_: Path) -> None:
        self.map = map_
        self._gelezen: tuple[tuple[int, int], Stand] | None = None

    def stand(self) -> Stand:
        """How it stands now; FileNotFoundError when it is gone. Read anew only when it was replaced."""
        bestand = self.map / STAND
        kenmerk = bestand.stat()
        merk = kenmerk.st_ino, kenmerk.st_mtime_ns
        if self._gelezen is None or self._gelezen[0] != merk:
            self._gelezen = merk, Stand.model_validate_json(bestand.read_bytes())
        return self._gelezen[1]

    def wijzig(self, verander: Callable[[Stand], Stand]) -> Stand:
        """Replace the stand by what `verander` makes of it; one at a time, over all processes."""
        with op_slot(self.map / _SLOT):
            nieuw = verander(self.stand())
            self.bewaar(nieuw)
        return nieuw

    def bewaar(self, stand: Stand) -> None:
        half = self.map / f"{STAND}.nieuw"
        half.write_text(stand.model_dump_json(indent=2), encoding="utf-8")
        half.replace(self.map / STAND)

    def herstart(self, nu: datetime) -> Stand:
        """The day, the databases and the gedrag as they were made; the keys and secrets are those it has."""

        def begin_opnieuw(stand: Stand) -> Stand:
            ronde = stand.ronde + 1
            # What a process that was killed left half.
            shutil.rmtree(self.databases(ronde), ignore_errors=True)
            shutil.copytree(self.map / BEGIN, self.databases(ronde))
            # The round before this one may still be in use.
            shutil.rmtree(self.databases(stand.ronde - 1), ignore_errors=True)
            anders = {"ronde": ronde, "datum": stand.begindatum, "gezet": nu, "gedrag": (), "mislukt": ()}
            return stand.model_copy(update=anders)

        return self.wijzig(begin_opnieuw)

    def databases(self, ronde: int) -> Path:
        """The folder with the databases of this round."""
        return self.map / str(ronde)

    def grootte(self, ronde: int) -> int:
        """Bytes of the databases of this round, with what SQLite keeps beside them."""
        return sum(bestand.stat().st_size for bestand in self.databases(ronde).glob("*.sqlite*"))

    def settings(self, ronde: int, datum: date, echt: Settings) -> Settings:
        """The settings of its services: of the real hub only what cannot lead to it."""
        databases = self.databases(ronde)
        return _Instellingen(
            data=self.map,
            vandaag=datum,
            max_bytes=min(echt.max_bytes, MAX_BYTES),
            schemas=echt.schemas,
            week53=echt.week53,
            allocation_database=f"sqlite:///{databases / 'allocation.sqlite'}",
            declaration_database=f"sqlite:///{databases / 'declaration.sqlite'}",
        )


@contextmanager
def op_slot(bestand: Path) -> Iterator[None]:
    """Wait for the lock on this file, and hold it for the block; it ends with the process that holds it."""
    descriptor = os.open(bestand, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
