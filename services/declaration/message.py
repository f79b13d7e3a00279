"""Declaratie (323) and DeclaratieAntwoord (325) as frozen values, read in one streaming pass.

Amounts are signed eurocent, a credit negative; the raw D or C is kept where a rule looks at it. Dates are inclusive.
Every class knows where it stands: `pad` has local names and 1-based indices.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from itertools import chain
from typing import Any, BinaryIO, ClassVar

from services.kernel.catalogue import Berichtsoort
from services.kernel.explaining import explain
from services.kernel.reading import Schemas, datum, elements, read

XsdVersie = tuple[str, str]  # BasisschemaXsdVersie, BerichtXsdVersie
Sleutel = tuple[str, str | None]  # ReferentieNummer, VorigReferentieNummer: the key of a Prestatie within its Client
Datum = Callable[[str], date]
Element = Any  # lxml's own types know neither slices nor line numbers


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

    `tarief` is ProductTarief in eurocent, None when absent; `bedrag` is signed, `dc` the letter that gave its sign.
    """

    WORTEL: ClassVar = "/Bericht/Declaratie"

    client: int
    index: int
    regelnummer: int | None
    referentienummer: str
    vorig: str | None
    toewijzing: int
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

    index: int
    regelnummer: int | None
    bsn: str
    prestaties: tuple[Prestatie, ...]

    @property
    def pad(self) -> str:
        return f"/Bericht/Declaratie/Clienten/Client[{self.index}]"


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

    WORTEL: ClassVar = "/Bericht/DeclaratieAntwoord"

    bsn: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AntwoordClient:
    """A Client that comes back in a 325."""

    index: int
    regelnummer: int | None
    bsn: str
    codes: tuple[str, ...]
    prestaties: tuple[AntwoordRegel, ...]

    @property
    def pad(self) -> str:
        return f"/Bericht/DeclaratieAntwoord/Clienten/Client[{self.index}]"


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


def read_declaratie(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Declaratie:
    """The values of a valid 323; Afwijzing with every XSD violation otherwise."""
    return read(stream, soort, schemas, lambda s: _declaratie(s, soort, schemas), explain)


def read_antwoord(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Declaratieantwoord:
    """The values of a valid 325; Afwijzing with every XSD violation otherwise."""
    return read(stream, soort, schemas, lambda s: _antwoord(s, soort, schemas), explain)


def _declaratie(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Declaratie:
    clienten: list[Client] = []
    prestaties: list[Prestatie] = []
    dag = _remembered()
    for tag, element in elements(stream, soort, _TAGS | {"Declaratie"}, schemas):
        if tag == "Prestatie":
            prestaties.append(_prestatie(element, len(clienten) + 1, len(prestaties) + 1, dag))
        elif tag == "Client":
            bsn = element[0].text or ""
            clienten.append(Client(len(clienten) + 1, _regelnummer(element), bsn, tuple(prestaties)))
            prestaties = []
        elif tag == "Header":
            kop = _kop(element)
        else:
            declaratie = _regelnummer(element), _hoofd(element, dag)
    # Only now has the XSD seen the last byte.
    regelnummer, hoofd = declaratie
    return Declaratie(soort, kop, *hoofd, regelnummer, tuple(clienten))


def _antwoord(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Declaratieantwoord:
    clienten: list[AntwoordClient] = []
    regels: list[AntwoordRegel] = []
    antwoord: Antwoord | None = None
    dag = _remembered()
    for tag, element in elements(stream, soort, _TAGS | {"DeclaratieAntwoord"}, schemas):
        if tag == "Prestatie":
            regels.append(_antwoord_regel(element, len(clienten) + 1, len(regels) + 1, dag))
        elif tag == "Client":
            plaats = len(clienten) + 1, _regelnummer(element)
            clienten.append(AntwoordClient(*plaats, element[0].text or "", _codes(element), tuple(regels)))
            regels = []
        elif tag == "Header":
            kop, declaratie, kop_codes = _kop(element), _beantwoord(element), _codes(element)
        else:
            antwoord = _declaratie_antwoord(element, tuple(clienten))
    return Declaratieantwoord(soort, kop, *declaratie, kop_codes, antwoord)


_TAGS = frozenset({"Header", "Client", "Prestatie"})
_VELDEN = tuple(field.name for field in fields(Prestatie))


def _remembered() -> Datum:
    """`datum` for one message, which names few dates and names them often."""
    seen: dict[str, date] = {}

    def dag(text: str) -> date:
        found = seen.get(text)
        if found is None:
            found = seen[text] = datum(text)
        return found

    return dag


def _kop(header: Element) -> Kop:
    afzender, ontvanger, identificatie, versie = header[3:7]
    return Kop(
        *(afzender.text or "", ontvanger.text or "", identificatie[0].text or ""),
        *(datum(identificatie[1].text or ""), _xsd_versie(versie), header.sourceline),
    )


def _beantwoord(header: Element) -> tuple[str, date, XsdVersie]:
    """DeclaratieIdentificatie and XsdVersieDeclaratie; an XsltVersie may stand between them."""
    identificatie = header[7]
    return identificatie[0].text or "", datum(identificatie[1].text or ""), _xsd_versie(header[-2])


def _declaratie_antwoord(element: Element, clienten: tuple[AntwoordClient, ...]) -> Antwoord:
    nummer, ingediend, toegekend = element[:3]
    totalen = *_bedrag(ingediend), *_bedrag(toegekend)
    return Antwoord(nummer.text or "", *totalen, _codes(element), element.sourceline, clienten)


def _antwoord_regel(element: Element, client: int, index: int, dag: Datum) -> AntwoordRegel:
    prestatie = _prestatie(element, client, index, dag)
    waarden = {veld: getattr(prestatie, veld) for veld in _VELDEN}
    # Bsn stands before Prestaties, and is there still when a Prestatie ends.
    return AntwoordRegel(**waarden, bsn=element.getparent().getprevious().text, codes=_codes(element))


def _prestatie(element: Element, client: int, index: int, dag: Datum) -> Prestatie:
    referentie, toewijzing, categorie, code, periode, volume, eenheid, tarief, *rest = element
    # ProductTarief is the only optional child: without it IngediendBedrag stands in its place.
    zonder_tarief = len(tarief) > 0
    bedrag, dc = _bedrag(tarief if zonder_tarief else rest[0])
    return Prestatie(
        client=client,
        index=index,
        regelnummer=element.sourceline,
        referentienummer=referentie[0].text or "",
        vorig=(referentie[1].text or "") if len(referentie) > 1 else None,
        toewijzing=int(toewijzing.text or ""),
        categorie=categorie.text or "",
        code=code.text or "",
        begin=dag(periode[0].text or ""),
        eind=dag(periode[1].text or ""),
        volume=int(volume.text or ""),
        eenheid=eenheid.text or "",
        tarief=None if zonder_tarief else int(tarief.text or ""),
        bedrag=bedrag,
        dc=dc,
    )


def _hoofd(element: Element, dag: Datum) -> tuple[str, date, date, date, int, str]:
    """DeclaratieNummer, DeclaratiePeriode, DeclaratieDagtekening, TotaalIngediendBedrag."""
    nummer, periode, dagtekening, totaal = element[:4]
    dagen = (dag(leaf.text or "") for leaf in (*periode, dagtekening))
    begin, eind, getekend = dagen
    return nummer.text or "", begin, eind, getekend, *_bedrag(totaal)


def _bedrag(element: Element) -> tuple[int, str]:
    """A signed amount and its D or C."""
    bedrag, dc = int(element[0].text or ""), element[1].text or ""
    return (-bedrag if dc == "C" else bedrag), dc


def _xsd_versie(element: Element) -> XsdVersie:
    return element[0].text or "", element[1].text or ""


def _regelnummer(element: Element) -> int | None:
    regelnummer: int | None = element.sourceline
    return regelnummer


def _codes(element: Element) -> tuple[str, ...]:
    """RetourCodes, the last child of every class of an answer."""
    return tuple(code.text or "" for code in element[-1])
