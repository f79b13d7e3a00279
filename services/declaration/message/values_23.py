"""Declaratie or factuur (303) and its answer (304) of release 2.3: the values of 3.2 and what only 2.3 has.

A 303 has no class Declaratie: what stands in it in 3.2 is in the Header. Amounts and dates as in `values`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import ClassVar

from services.declaration.message.values import (
    Antwoord,
    AntwoordClient,
    AntwoordRegel,
    Client,
    Declaratie,
    Declaratieantwoord,
    Prestatie,
)


@dataclass(frozen=True, slots=True)
class Prestatie303(Prestatie):
    """A line of a 303; `toewijzing` may be None. `bedrag` is DeclaratieFactuurBedrag, `berekend` BerekendBedrag.

    Percentages are hundredths of a percent; amounts signed by their own letter, None when absent.
    """

    WORTEL: ClassVar[str] = "/Bericht"

    beschikkingnummer: int | None
    verrekenpercentage: int | None
    berekend: int | None
    berekend_dc: str | None
    btw_vrijstelling: str | None
    btw_percentage: int | None
    btw_bedrag: int | None
    btw_dc: str | None

    @property
    def productsleutel(self) -> tuple[str, str, str, str | None]:
        """The key of a Prestatie within its Client (TR101)."""
        return self.categorie, self.code, *self.sleutel


@dataclass(frozen=True, slots=True)
class Client303(Client):
    """A Client of a 303; `datumgebruik` says what of `geboortedatum` is unknown (1 day, 2 and month, 3 all)."""

    WORTEL: ClassVar[str] = "/Bericht"

    prestaties: tuple[Prestatie303, ...]
    geboortedatum: date
    datumgebruik: str | None


@dataclass(frozen=True, slots=True)
class Declaratie303(Declaratie):
    """A 303. In `kop`: afzender is Aanbieder, ontvanger Gemeente, identificatie DeclarantFactuurNummer, dagtekening
    FactuurDagtekening; `nummer` and `dagtekening` repeat the latter two. `factuur`: BerichtCode is 448.

    `totaal` is DeclaratieFactuurTotaalBedrag; `betaling_aan` is "01" (Servicebureau) or "02" (Aanbieder).
    """

    clienten: tuple[Client303, ...]
    servicebureau: str | None
    betaling_aan: str
    btw_id: str | None
    btw_totaal: int | None
    btw_totaal_dc: str | None
    factuur: bool

    @property
    def pad(self) -> str:
        return "/Bericht/Header"

    @property
    def prestaties(self) -> Iterator[Prestatie303]:
        """Every Prestatie, in document order."""
        return chain.from_iterable(client.prestaties for client in self.clienten)

    @property
    def vorm(self) -> str:
        """As a contract names it: factuur or declaratie."""
        return "factuur" if self.factuur else "declaratie"


@dataclass(frozen=True, slots=True)
class AntwoordRegel304(AntwoordRegel):
    """A Prestatie that comes back in a 304. `toegekend` (ToegekendBedrag) 0 is a refusal, anything else a part."""

    WORTEL: ClassVar[str] = "/Bericht"

    gemeente_berekend: int
    gemeente_berekend_dc: str
    toegekend: int
    toegekend_dc: str

    @property
    def productsleutel(self) -> tuple[str, str, str, str | None]:
        """The key of a Prestatie within its Client (TR101)."""
        return self.categorie, self.code, *self.sleutel


@dataclass(frozen=True, slots=True)
class AntwoordClient304(AntwoordClient):
    """A Client that comes back in a 304; it may have no RetourCodes."""

    WORTEL: ClassVar[str] = "/Bericht"

    prestaties: tuple[AntwoordRegel304, ...]


@dataclass(frozen=True, slots=True)
class Antwoord304(Antwoord):
    """What a 304 says in its Header: `nummer` is DeclarantFactuurNummer, the totals those of RetourBedragen."""

    clienten: tuple[AntwoordClient304, ...]

    @property
    def pad(self) -> str:
        return "/Bericht/Header"


@dataclass(frozen=True, slots=True)
class Declaratieantwoord304(Declaratieantwoord):
    """A 304. In `kop`: afzender is Gemeente, ontvanger Aanbieder, identificatie GemeenteReferentieNummer, dagtekening
    RetourDagtekening. `antwoord` is always there; its codes are `kop_codes`. `factuur`: BerichtCode is 449.
    """

    antwoord: Antwoord304
    factuur: bool

    @property
    def clienten(self) -> tuple[AntwoordClient304, ...]:
        return self.antwoord.clienten

    @property
    def prestaties(self) -> Iterator[AntwoordRegel304]:
        """Every Prestatie that comes back, in document order."""
        return chain.from_iterable(client.prestaties for client in self.clienten)
