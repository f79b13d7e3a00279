"""Messages of iwmo 3.2 written as XML from plain values; a declaratie is streamed, however many Prestaties it holds.

UTF-8 without BOM and CR/LF line ends (OP192); every element with children puts each of them on a line of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, BinaryIO

from lxml import etree

from services.declaration.contracts import Toewijzing
from services.kernel.catalogue import Berichtsoort, find
from services.kernel.retourcodes import GEEN_OPMERKING, VOLLEDIG_TOEGEKEND

RELEASE = "3.2"
_XSD_VERSIE = "1.0.0"

# A tag in Clark notation with its text or its children; None as a child is left out.
Node = tuple[str, "str | Iterable[Node | None]"]


@dataclass(frozen=True, slots=True)
class Kop:
    """Who sends a message to whom, under which number and with which Dagtekening."""

    afzender: str
    ontvanger: str
    identificatie: str
    dagtekening: date


@dataclass(frozen=True, slots=True)
class Persoon:
    """A person who does not exist: a test BSN and an address of the gemeente."""

    bsn: str
    geboortedatum: date
    geslacht: str
    voorletters: str
    achternaam: str
    huisnummer: int
    postcode: str
    plaats: str


@dataclass(frozen=True, slots=True)
class Regel:
    """One Prestatie with the Bsn it stands under; `tarief` and `bedrag` in eurocent, `dc` D or C."""

    bsn: str
    referentie: str
    toewijzing: int
    categorie: str
    code: str
    begin: date
    eind: date
    volume: int
    eenheid: str
    tarief: int | None
    bedrag: int
    dc: str = "D"
    vorig: str | None = None

    @property
    def waarde(self) -> int:
        """The amount with its sign: a credit is negative."""
        return -self.bedrag if self.dc == "C" else self.bedrag


@dataclass(frozen=True, slots=True)
class Declaratie:
    """What a 323 declares. `regels` of one Bsn stand together; `totaal` overrides the right total, signed eurocent."""

    nummer: str
    begin: date
    eind: date
    regels: Sequence[Regel]
    totaal: int | None = None

    @property
    def bedrag(self) -> int:
        return sum(regel.waarde for regel in self.regels) if self.totaal is None else self.totaal


class _Names:
    """The two namespaces of a message: elements of the message itself, and of the base types."""

    def __init__(self, soort: Berichtsoort) -> None:
        self.soort = soort
        self._message = f"{{{soort.namespace}}}"
        self._basis = f"{{{soort.basis}}}"

    def leaf(self, name: str, value: object) -> Node | None:
        return None if value is None else (self._message + name, str(value))

    def group(self, name: str, *children: Node | None) -> Node:
        return self._message + name, children

    def stream(self, name: str, children: Iterator[Node]) -> Node:
        return self._message + name, children

    def composed(self, name: str, *first: Node, **leaves: object) -> Node:
        """An element of the message with children of the base types: `first`, then leaves; None leaves one out."""
        return self._message + name, [*first, *self._leaves(leaves)]

    def base(self, name: str, **leaves: object) -> Node:
        """An element of the base types with leaves."""
        return self._basis + name, self._leaves(leaves)

    def _leaves(self, leaves: dict[str, object]) -> list[Node | None]:
        return [(self._basis + name, str(value)) for name, value in leaves.items() if value is not None]


class _CrLf:
    """lxml writes LF; the standard asks for CR/LF."""

    def __init__(self, uit: BinaryIO) -> None:
        self._uit = uit

    def write(self, data: bytes) -> None:
        self._uit.write(data.replace(b"\n", b"\r\n"))


def wmo301(uit: BinaryIO, kop: Kop, persoon: Persoon, toewijzingen: Iterable[Toewijzing]) -> None:
    """A 301: the toewijzingen of one Client at one aanbieder."""
    n = _Names(find("WMO301", RELEASE))
    producten = (_toegewezen_product(n, toewijzing) for toewijzing in toewijzingen)
    client = n.group(
        "Client",
        n.leaf("Bsn", persoon.bsn),
        n.composed("Geboortedatum", Datum=persoon.geboortedatum),
        n.leaf("Geslacht", persoon.geslacht),
        _naam(n, persoon),
        n.group("Contactgegevens", n.group("Contact", n.leaf("Soort", "01"), _adres(n, persoon))),
        n.stream("ToegewezenProducten", producten),
    )
    _write(uit, n, _header(n, kop), client)


def wmo302(uit: BinaryIO, heen: Kop, identificatie: str, dagtekening: date, codes: Sequence[str] = ()) -> None:
    """The retour of a 301 with only a Header: accepting, or refusing with `codes`. `heen` is the Header of the 301."""
    n = _Names(find("WMO302", RELEASE))
    header = _header(
        n,
        heen,
        n.leaf("IdentificatieRetour", identificatie),
        n.leaf("DagtekeningRetour", dagtekening),
        _versie(n, "XsdVersieRetour"),
        _retourcodes(n, codes) if codes else None,
    )
    _write(uit, n, header)


def wmo323(uit: BinaryIO, kop: Kop, declaratie: Declaratie) -> None:
    """A 323; one Client per Bsn."""
    n = _Names(find("WMO323", RELEASE))
    clienten = (
        n.group("Client", n.leaf("Bsn", bsn), n.stream("Prestaties", (_prestatie(n, regel) for regel in regels)))
        for bsn, regels in groupby(declaratie.regels, key=lambda regel: regel.bsn)
    )
    inhoud = n.group(
        "Declaratie",
        n.leaf("DeclaratieNummer", declaratie.nummer),
        n.composed("DeclaratiePeriode", Begindatum=declaratie.begin, Einddatum=declaratie.eind),
        n.leaf("DeclaratieDagtekening", kop.dagtekening),
        _totaal(n, "TotaalIngediendBedrag", declaratie.bedrag),
        n.stream("Clienten", clienten),
    )
    _write(uit, n, _header(n, kop), inhoud)


def wmo325(uit: BinaryIO, kop: Kop, heen: Kop, declaratie: Declaratie, afgekeurd: Mapping[str, Sequence[str]]) -> None:
    """The answer to a 323 (`heen`, `declaratie`): what is not in `afgekeurd` {ReferentieNummer: codes} is granted."""
    n = _Names(find("WMO325", RELEASE))
    geweigerd = [regel for regel in declaratie.regels if regel.referentie in afgekeurd]
    clienten = [
        n.group(
            "Client",
            n.leaf("Bsn", bsn),
            n.group("Prestaties", *(_prestatie(n, regel, afgekeurd[regel.referentie]) for regel in regels)),
            _retourcodes(n, [GEEN_OPMERKING]),
        )
        for bsn, regels in groupby(geweigerd, key=lambda regel: regel.bsn)
    ]
    header = _header(
        n,
        kop,
        n.composed("DeclaratieIdentificatie", Identificatie=heen.identificatie, Dagtekening=heen.dagtekening),
        _versie(n, "XsdVersieDeclaratie"),
        _retourcodes(n, [GEEN_OPMERKING]),
    )
    toegekend = declaratie.bedrag - sum(regel.waarde for regel in geweigerd)
    antwoord = n.group(
        "DeclaratieAntwoord",
        n.leaf("DeclaratieNummer", declaratie.nummer),
        _totaal(n, "TotaalIngediendBedrag", declaratie.bedrag),
        _totaal(n, "TotaalToegekendBedrag", toegekend),
        n.group("Clienten", *clienten) if clienten else None,
        _retourcodes(n, [GEEN_OPMERKING if clienten else VOLLEDIG_TOEGEKEND]),
    )
    _write(uit, n, header, antwoord)


def _header(n: _Names, kop: Kop, *more: Node | None) -> Node:
    versie, subversie = RELEASE.split(".")
    return n.group(
        "Header",
        n.leaf("BerichtCode", n.soort.codes[0]),
        n.leaf("BerichtVersie", versie),
        n.leaf("BerichtSubversie", subversie),
        n.leaf("Afzender", kop.afzender),
        n.leaf("Ontvanger", kop.ontvanger),
        n.composed("BerichtIdentificatie", Identificatie=kop.identificatie, Dagtekening=kop.dagtekening),
        _versie(n, "XsdVersie"),
        *more,
    )


def _versie(n: _Names, name: str) -> Node:
    return n.composed(name, BasisschemaXsdVersie=_XSD_VERSIE, BerichtXsdVersie=_XSD_VERSIE)


def _retourcodes(n: _Names, codes: Iterable[str]) -> Node:
    return n.group("RetourCodes", *(n.leaf("RetourCode", code) for code in codes))


def _naam(n: _Names, persoon: Persoon) -> Node:
    geslachtsnaam = n.base("Geslachtsnaam", Achternaam=persoon.achternaam)
    # NaamGebruik 1: a Client without Partnernaam can carry no other (CS050, CS318).
    return n.composed("Naam", geslachtsnaam, Voorletters=persoon.voorletters, NaamGebruik=1)


def _adres(n: _Names, persoon: Persoon) -> Node:
    huis = n.base("Huis", Huisnummer=persoon.huisnummer)
    plaats = {"Straatnaam": "Voorbeeldstraat", "Plaatsnaam": persoon.plaats, "LandCode": "NL"}
    return n.composed("Adres", huis, Postcode=persoon.postcode, **plaats)


def _toegewezen_product(n: _Names, t: Toewijzing) -> Node:
    omvang = n.composed("Omvang", Volume=t.volume, Eenheid=t.eenheid, Frequentie=t.frequentie)
    return n.group(
        "ToegewezenProduct",
        n.leaf("ToewijzingNummer", t.nummer),
        n.composed("Product", Categorie=t.categorie, Code=t.code),
        n.leaf("Toewijzingsdatum", t.toewijzingsdatum),
        n.leaf("Toewijzingstijd", t.toewijzingstijd),
        n.leaf("Ingangsdatum", t.ingangsdatum),
        n.leaf("Einddatum", t.einddatum),
        n.leaf("RedenWijziging", t.reden_wijziging),
        omvang,
    )


def _prestatie(n: _Names, r: Regel, codes: Sequence[str] = ()) -> Node:
    return n.group(
        "Prestatie",
        n.composed("ProductReferentie", ReferentieNummer=r.referentie, VorigReferentieNummer=r.vorig),
        n.leaf("ToewijzingNummer", r.toewijzing),
        n.leaf("ProductCategorie", r.categorie),
        n.leaf("ProductCode", r.code),
        n.composed("ProductPeriode", Begindatum=r.begin, Einddatum=r.eind),
        n.leaf("GeleverdVolume", r.volume),
        n.leaf("Eenheid", r.eenheid),
        n.leaf("ProductTarief", r.tarief),
        n.composed("IngediendBedrag", Bedrag=r.bedrag, DebetCredit=r.dc),
        _retourcodes(n, codes) if codes else None,
    )


def _totaal(n: _Names, name: str, waarde: int) -> Node:
    return n.composed(name, TotaalBedrag=abs(waarde), DebetCredit="C" if waarde < 0 else "D")


def _write(uit: BinaryIO, n: _Names, *children: Node) -> None:
    soort = n.soort
    # The message's own namespace without a prefix: a message of 100,000 Prestaties is a third smaller.
    namespaces = {None: soort.namespace, "b": soort.basis}
    with etree.xmlfile(_CrLf(uit), encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{soort.namespace}}}Bericht", nsmap=namespaces):
            for child in children:
                xml.write("\n")
                _emit(xml, child)
            xml.write("\n")


def _emit(xml: Any, node: Node) -> None:
    tag, content = node
    with xml.element(tag):
        if isinstance(content, str):
            xml.write(content)
            return
        for child in content:
            if child is not None:
                xml.write("\n")
                _emit(xml, child)
        xml.write("\n")
