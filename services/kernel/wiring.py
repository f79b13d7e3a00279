"""What a process function is handed: its settings, its database, the schemas, and what day and time it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import BinaryIO, Literal

from services.kernel.database import Database
from services.kernel.privacy.leesspoor import Leesspoor
from services.kernel.reading import OWN_SCHEMAS, Schemas
from services.kernel.settings import Settings, today

Dienstnaam = Literal["allocation", "declaration"]


@dataclass(frozen=True, slots=True)
class Dienst:
    """One running service. `nu` gives UTC with its zone; `pad` is where it is mounted, "/allocation"."""

    naam: Dienstnaam
    settings: Settings
    database: Database
    schemas: Schemas
    vandaag: Callable[[], date]
    nu: Callable[[], datetime]
    pad: str
    leesspoor: Leesspoor


@dataclass(frozen=True, slots=True)
class Ingekomen:
    """The bytes somebody handed over, spooled: `stream` stands at its start, `sha256` is lower-case hex."""

    stream: BinaryIO
    sha256: str
    grootte: int


def clock() -> datetime:
    return datetime.now(UTC)


def wire(naam: Dienstnaam, settings: Settings, nu: Callable[[], datetime] = clock) -> Dienst:
    """A service by its settings; the database is neither made nor migrated here."""
    database = Database(settings.database_url(naam), settings.ring())
    return Dienst(
        naam=naam,
        settings=settings,
        database=database,
        schemas=Schemas(settings.schemas or OWN_SCHEMAS),
        vandaag=partial(today, settings, nu),
        nu=nu,
        pad=f"/{naam}",
        leesspoor=Leesspoor(database),
    )
