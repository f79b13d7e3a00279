"""Declaratie (323) and DeclaratieAntwoord (325) as frozen values; what 303 and 304 add is in `values_23`.

Amounts are signed eurocent, a credit negative; the raw D or C is kept where a rule looks at it. Dates are inclusive.
Every class knows where it stands: `pad` has local names and 1-based indices, below the WORTEL of its message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import ClassVar

from services.kernel.catalogue import Berichtsoort

XsdVersie = tuple[str, str]  # BasisschemaXsdVersie, BerichtXsdVersie; both empty in release 2.3, which has none
Sleutel = tuple[str, str | None]  # ReferentieNummer, VorigReferentieNummer: the key of a Prestatie within its Client


@dataclass(frozen=True, slots=True)
class Kop:
    """The Header, as far as it is judged or answered."""

    afzender: str
    ontvanger: str
    identificatie: str
    dagtekening: date
    xsd_versie: XsdVersie
    regelnummer: int | None

    @property
    def pad(self) -> str:
        return "/Bericht/Header"


@dataclass(frozen=True, slots=True)
class Prestatie:
    """One line. `client` and `index` are its place (1, 2, ...); `vorig` is VorigReferentieNummer.

    `toewijzing` is ToewijzingNummer, which may be absent in release 2.3 only. `tarief` is ProductTarief in eurocent,
    None when absent; `bedrag` is signed, `dc` the letter that gave its sign.
    """

    WORTEL: ClassVar[str] = "/Bericht/Declaratie"

    client: int
    index: int
    regelnummer: int | None
    referentienummer: str
    vorig: str | None
    toewijzing: int | None
    categorie: str
    code: str
    begin: date
    eind: date
    volume: int
    eenheid: str
    tarief: int | None
    bedrag: int
    dc: str

    @property
    def pad(self) -> str:
        return f"{self.WORTEL}/Clienten/Client[{self.client}]/Prestaties/Prestatie[{self.index}]"

    @property
    def credit(self) -> bool:
        return self.dc == "C"

    @property
    def sleutel(self) -> Sleutel:
        return self.referentienummer, self.vorig

    @property
    def plaats(self) -> tuple[int, int]:
        return self.client, self.index


@dataclass(frozen=True, slots=True)
class Client:
    """A Client of a 323; `index` is its place (1, 2, ...)."""

    WORTEL: ClassVar[str] = "/Bericht/Declaratie"

    index: int
    regelnummer: int | None
    bsn: str
    prestaties: tuple[Prestatie, ...]

    @property
    def pad(self) -> str:
        return f"{self.WORTEL}/Clienten/Client[{self.index}]"


@dataclass(frozen=True, slots=True)
class Declaratie:
    """A 323. `begin` and `eind` are DeclaratiePeriode, `dagtekening` is DeclaratieDagtekening and not the Header's."""

    soort: Berichtsoort
    kop: Kop
    nummer: str
    begin: date
    eind: date
    dagtekening: date
    totaal: int
    totaal_dc: str
    regelnummer: int | None
    clienten: tuple[Client, ...]

    @property
    def pad(self) -> str:
        return "/Bericht/Declaratie"

    @property
    def prestaties(self) -> Iterator[Prestatie]:
        """Every Prestatie, in document order."""
        return chain.from_iterable(client.prestaties for client in self.clienten)


@dataclass(frozen=True, slots=True)
class AntwoordRegel(Prestatie):
    """A Prestatie that comes back in a 325, with its retourcodes and the Bsn of its Client."""

    WORTEL: ClassVar[str] = "/Bericht/DeclaratieAntwoord"

    bsn: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AntwoordClient:
    """A Client that comes back in a 325."""

    WORTEL: ClassVar[str] = "/Bericht/DeclaratieAntwoord"

    index: int
    regelnummer: int | None
    bsn: str
    codes: tuple[str, ...]
    prestaties: tuple[AntwoordRegel, ...]

    @property
    def pad(self) -> str:
        return f"{self.WORTEL}/Clienten/Client[{self.index}]"


@dataclass(frozen=True, slots=True)
class Antwoord:
    """The class DeclaratieAntwoord of a 325; totals are signed eurocent."""

    nummer: str
    ingediend: int
    ingediend_dc: str
    toegekend: int
    toegekend_dc: str
    codes: tuple[str, ...]
    regelnummer: int | None
    clienten: tuple[AntwoordClient, ...]

    @property
    def pad(self) -> str:
        return "/Bericht/DeclaratieAntwoord"


@dataclass(frozen=True, slots=True)
class Declaratieantwoord:
    """A 325. `antwoord` is None in a refusal in the Header; `kop_codes` are the retourcodes of the Header."""

    soort: Berichtsoort
    kop: Kop
    declaratie_identificatie: str
    declaratie_dagtekening: date
    xsd_versie_declaratie: XsdVersie
    kop_codes: tuple[str, ...]
    antwoord: Antwoord | None

    @property
    def clienten(self) -> tuple[AntwoordClient, ...]:
        return self.antwoord.clienten if self.antwoord else ()

    @property
    def prestaties(self) -> Iterator[AntwoordRegel]:
        """Every Prestatie that comes back, in document order."""
        return chain.from_iterable(client.prestaties for client in self.clienten)
