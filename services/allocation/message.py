"""The frozen values of a 301 toewijzing and of its 302: what the rules and the store need, and where it stood.

Both releases give the same values; what a release does not have is None, as is an absent element. Every value knows its
`pad` (local names, 1-based indices) and the line it starts on. Of an element whose content no rule looks at only the
presence is kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import partial
from typing import BinaryIO, Final

from lxml import etree

from services.allocation.header import Kop, codes_of, fields_of, kop_of, line_of
from services.kernel import explaining, reading
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Schemas, datum, tijd

_PARTS: Final = frozenset({"Header", "Client"})
_APART: Final = frozenset({"Relaties", "Contactgegevens", "Beschikking", "ToegewezenProducten"})
_CLIENT: Final = "/Bericht/Client"
VERWIJDERD: Final = "13"
# Of 2.3, which has no 13: an administrative correction, and a removal when Einddatum is Ingangsdatum (OP087). A 301 of
# 3.2 may not hold it any more (CS336).
VERWIJDERD_OUD: Final = "01"


@dataclass(frozen=True, slots=True)
class Contact:
    """A Contact of the Client or of a Relatie; of `huis`, `telefoon` and `periode` only whether they are there."""

    pad: str
    regelnummer: int | None
    soort: str
    huis: bool
    postcode: str | None
    landcode: str | None
    telefoon: bool
    periode: bool
    begindatum: date | None
    einddatum: date | None


@dataclass(frozen=True, slots=True)
class Relatie:
    pad: str
    regelnummer: int | None
    nummer: str
    geboortedatum: date | None
    datum_gebruik: str | None
    partnernaam: bool
    naam_gebruik: str
    contact: Contact


@dataclass(frozen=True, slots=True)
class ToegewezenProduct:
    """Volume is in Eenheid (83: eurocent), Budget in eurocent; both dates are inclusive.

    `nummer` is None only in 2.3, which leaves ToewijzingNummer free; Frequentie 3 (four weeks) and 5 (year) are of 2.3.
    """

    pad: str
    regelnummer: int | None
    nummer: int | None
    referentie_aanbieder: str | None
    categorie: str | None
    code: str | None
    toewijzingsdatum: date
    toewijzingstijd: time
    ingangsdatum: date
    einddatum: date | None
    reden_wijziging: str | None
    volume: int | None
    eenheid: str | None
    frequentie: str | None
    budget: int | None

    @property
    def stempel(self) -> tuple[date, time]:
        """The moment the gemeente fixed it: the highest of a ToewijzingNummer is the actual version (IV013)."""
        return self.toewijzingsdatum, self.toewijzingstijd

    @property
    def verwijderd(self) -> bool:
        """Removed: it counts as never sent (OP087)."""
        return is_verwijderd(self.reden_wijziging, self.ingangsdatum, self.einddatum)


@dataclass(frozen=True, slots=True)
class Client:
    """`beschikking` is the BeschikkingNummer of 2.3."""

    pad: str
    regelnummer: int | None
    bsn: str
    geboortedatum: date
    datum_gebruik: str | None
    partnernaam: bool
    naam_gebruik: str
    communicatievorm: str | None
    taal: str | None
    relaties: tuple[Relatie, ...]
    contacten: tuple[Contact, ...]
    beschikking: int | None
    producten: tuple[ToegewezenProduct, ...]


@dataclass(frozen=True, slots=True)
class Toewijzingsbericht:
    """A 301: one Client, at one aanbieder."""

    soort: Berichtsoort
    kop: Kop
    client: Client

    @property
    def nummers(self) -> tuple[int, ...]:
        """The ToewijzingNummers it has, in order."""
        return tuple(product.nummer for product in self.client.producten if product.nummer is not None)


@dataclass(frozen=True, slots=True)
class ClientRetour:
    """The Client a 302 echoes, and the codes of all its classes together; `nummers` has one for each product."""

    pad: str
    regelnummer: int | None
    bsn: str
    beschikking: int | None
    nummers: tuple[int | None, ...]
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Retourbericht:
    """A 302: `kop` is the Header of the 301 it answers, `kop_codes` its RetourCodes (none: accepted)."""

    soort: Berichtsoort
    kop: Kop
    identificatie_retour: str
    dagtekening_retour: date
    kop_codes: tuple[str, ...]
    client: ClientRetour | None


def is_verwijderd(reden_wijziging: str | None, ingangsdatum: date, einddatum: date | None) -> bool:
    """Removed: a toewijzing that counts as never sent (OP087)."""
    return reden_wijziging in (VERWIJDERD, VERWIJDERD_OUD) and einddatum == ingangsdatum


def read_toewijzing(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Toewijzingsbericht:
    """The 301 in the stream. Afwijzing when it is not valid by its XSD, with every violation."""
    return reading.read(stream, soort, schemas, partial(_toewijzing, soort, schemas), explaining.explain)


def read_retour(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Retourbericht:
    """The 302 in the stream. Afwijzing when it is not valid by its XSD, with every violation."""
    return reading.read(stream, soort, schemas, partial(_retour, soort, schemas), explaining.explain)


def _toewijzing(soort: Berichtsoort, schemas: Schemas, stream: BinaryIO) -> Toewijzingsbericht:
    kop, client = None, None
    for tag, element in reading.elements(stream, soort, _PARTS, schemas):
        if tag == "Header":
            kop = kop_of(element, fields_of(element))
        else:
            client = _client(element)
    if kop is None or client is None:
        raise ValueError("a valid 301 has a Header and a Client")
    return Toewijzingsbericht(soort, kop, client)


def _retour(soort: Berichtsoort, schemas: Schemas, stream: BinaryIO) -> Retourbericht:
    header, client = None, None
    for tag, element in reading.elements(stream, soort, _PARTS, schemas):
        if tag == "Header":
            fields = fields_of(element)
            header = kop_of(element, fields), fields, tuple(codes_of(element))
        else:
            client = _client_retour(element)
    if header is None:
        raise ValueError("a valid 302 has a Header")
    kop, fields, codes = header
    dagtekening = datum(fields["DagtekeningRetour"])
    return Retourbericht(soort, kop, fields["IdentificatieRetour"], dagtekening, codes, client)


def _client(element: etree._Element) -> Client:
    fields = fields_of(element, _APART)
    holder, pad = _holder(element)
    return Client(
        pad=_CLIENT,
        regelnummer=line_of(element),
        bsn=fields["Bsn"],
        geboortedatum=datum(fields["Geboortedatum/Datum"]),
        datum_gebruik=fields.get("Geboortedatum/DatumGebruik"),
        partnernaam="Naam/Partnernaam" in fields,
        naam_gebruik=fields["Naam/NaamGebruik"],
        communicatievorm=fields.get("Communicatie/Vorm"),
        taal=fields.get("Communicatie/Taal"),
        relaties=tuple(_relatie(e, p) for e, p in _repeated(element, _CLIENT, "Relaties", "Relatie")),
        contacten=tuple(_contact(e, p) for e, p in _repeated(element, _CLIENT, "Contactgegevens", "Contact")),
        beschikking=_beschikking(element),
        producten=tuple(_product(e, p) for e, p in _repeated(holder, pad, "ToegewezenProducten", "ToegewezenProduct")),
    )


def _holder(client: etree._Element) -> tuple[etree._Element, str]:
    """What holds the ToegewezenProducten, and its pad: in 2.3 the Beschikking, later the Client itself."""
    beschikking = client.find("{*}Beschikking")
    return (client, _CLIENT) if beschikking is None else (beschikking, f"{_CLIENT}/Beschikking")


def _beschikking(client: etree._Element) -> int | None:
    nummer = client.findtext("{*}Beschikking/{*}BeschikkingNummer")
    return None if nummer is None else int(nummer)


def _relatie(element: etree._Element, pad: str) -> Relatie:
    fields = fields_of(element, frozenset({"Contact"}))
    contact = element.find("{*}Contact")
    if contact is None:
        raise ValueError("a valid Relatie has a Contact")
    return Relatie(
        pad=pad,
        regelnummer=line_of(element),
        nummer=fields["Nummer"],
        geboortedatum=_optional_date(fields, "Geboortedatum/Datum"),
        datum_gebruik=fields.get("Geboortedatum/DatumGebruik"),
        partnernaam="Naam/Partnernaam" in fields,
        naam_gebruik=fields["Naam/NaamGebruik"],
        contact=_contact(contact, f"{pad}/Contact"),
    )


def _contact(element: etree._Element, pad: str) -> Contact:
    fields = fields_of(element)
    return Contact(
        pad=pad,
        regelnummer=line_of(element),
        soort=fields["Soort"],
        huis="Adres/Huis" in fields,
        postcode=fields.get("Adres/Postcode"),
        landcode=fields.get("Adres/LandCode"),
        telefoon="Telefoon" in fields,
        periode="Periode" in fields,
        begindatum=_optional_date(fields, "Periode/Begindatum"),
        einddatum=_optional_date(fields, "Periode/Einddatum"),
    )


def _product(element: etree._Element, pad: str) -> ToegewezenProduct:
    fields = fields_of(element)
    return ToegewezenProduct(
        pad=pad,
        regelnummer=line_of(element),
        nummer=_optional_number(fields, "ToewijzingNummer"),
        referentie_aanbieder=fields.get("ReferentieAanbieder"),
        categorie=fields.get("Product/Categorie"),
        code=fields.get("Product/Code"),
        toewijzingsdatum=datum(fields["Toewijzingsdatum"]),
        toewijzingstijd=tijd(fields["Toewijzingstijd"]),
        ingangsdatum=datum(fields["Ingangsdatum"]),
        einddatum=_optional_date(fields, "Einddatum"),
        reden_wijziging=fields.get("RedenWijziging"),
        volume=_optional_number(fields, "Omvang/Volume"),
        eenheid=fields.get("Omvang/Eenheid"),
        frequentie=fields.get("Omvang/Frequentie"),
        budget=_optional_number(fields, "Budget"),
    )


def _client_retour(element: etree._Element) -> ClientRetour:
    holder, pad = _holder(element)
    producten = (e for e, _ in _repeated(holder, pad, "ToegewezenProducten", "ToegewezenProduct"))
    return ClientRetour(
        pad=_CLIENT,
        regelnummer=line_of(element),
        bsn=fields_of(element, _APART)["Bsn"],
        beschikking=_beschikking(element),
        nummers=tuple(_optional_number(fields_of(product), "ToewijzingNummer") for product in producten),
        codes=frozenset(codes_of(element)),
    )


def _repeated(parent: etree._Element, pad: str, holder: str, name: str) -> Iterator[tuple[etree._Element, str]]:
    """The elements of a repeated class, each with its pad."""
    for index, element in enumerate(parent.iterfind(f"{{*}}{holder}/{{*}}{name}"), start=1):
        yield element, f"{pad}/{holder}/{name}[{index}]"


def _optional_date(fields: Mapping[str, str], path: str) -> date | None:
    return datum(fields[path]) if path in fields else None


def _optional_number(fields: Mapping[str, str], path: str) -> int | None:
    return int(fields[path]) if path in fields else None
