"""Messages of iwmo and ijw 3.2 as XML from plain values; a declaratie is streamed, however many Prestaties it holds.

Those of 2.3 are in example_messages_23.py, and take the values and the public parts from here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import BinaryIO

from services.cli.example_xml import Names, Node, write
from services.declaration.contracts import Toewijzing
from services.kernel.catalogue import find
from services.kernel.retourcodes import GEEN_OPMERKING, VOLLEDIG_TOEGEKEND

RELEASE = "3.2"
WMO, JW = "WMO", "JW"
_XSD_VERSIE = "1.0.0"


@dataclass(frozen=True, slots=True)
class Kop:
    """Who sends a message to whom, under which number and with which Dagtekening.

    `letters` are those that the kinds of its standaard begin with: WMO or JW.
    """

    afzender: str
    ontvanger: str
    identificatie: str
    dagtekening: date
    letters: str = WMO

    def names(self, nummer: str, release: str) -> Names:
        """The namespaces of the kind with this number ("301") in its standaard."""
        return Names(find(self.letters + nummer, release))


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


def write_301(uit: BinaryIO, kop: Kop, persoon: Persoon, toewijzingen: Iterable[Toewijzing]) -> None:
    """A 301: the toewijzingen of one Client at one aanbieder."""
    n = kop.names("301", RELEASE)
    client = client_301(n, persoon, toegewezen_producten(n, toewijzingen))
    write(uit, n, header(n, kop, _versie(n, "XsdVersie")), client)


def write_302(uit: BinaryIO, heen: Kop, identificatie: str, dagtekening: date, codes: Sequence[str] = ()) -> None:
    """The retour of a 301 with only a Header: accepting, or refusing with `codes`. `heen` is the Header of the 301."""
    n = heen.names("302", RELEASE)
    kop_retour = header(
        n,
        heen,
        _versie(n, "XsdVersie"),
        n.leaf("IdentificatieRetour", identificatie),
        n.leaf("DagtekeningRetour", dagtekening),
        _versie(n, "XsdVersieRetour"),
        retourcodes(n, codes) if codes else None,
    )
    write(uit, n, kop_retour)


def write_323(uit: BinaryIO, kop: Kop, declaratie: Declaratie) -> None:
    """A 323; one Client per Bsn."""
    n = kop.names("323", RELEASE)
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
    write(uit, n, header(n, kop, _versie(n, "XsdVersie")), inhoud)


def write_325(
    uit: BinaryIO, kop: Kop, heen: Kop, declaratie: Declaratie, afgekeurd: Mapping[str, Sequence[str]]
) -> None:
    """The answer to a 323 (`heen`, `declaratie`): what is not in `afgekeurd` {ReferentieNummer: codes} is granted."""
    n = kop.names("325", RELEASE)
    geweigerd = [regel for regel in declaratie.regels if regel.referentie in afgekeurd]
    clienten = [
        n.group(
            "Client",
            n.leaf("Bsn", bsn),
            n.group("Prestaties", *(_prestatie(n, regel, afgekeurd[regel.referentie]) for regel in regels)),
            retourcodes(n, [GEEN_OPMERKING]),
        )
        for bsn, regels in groupby(geweigerd, key=lambda regel: regel.bsn)
    ]
    kop_antwoord = header(
        n,
        kop,
        _versie(n, "XsdVersie"),
        n.composed("DeclaratieIdentificatie", Identificatie=heen.identificatie, Dagtekening=heen.dagtekening),
        _versie(n, "XsdVersieDeclaratie"),
        retourcodes(n, [GEEN_OPMERKING]),
    )
    toegekend = declaratie.bedrag - sum(regel.waarde for regel in geweigerd)
    antwoord = n.group(
        "DeclaratieAntwoord",
        n.leaf("DeclaratieNummer", declaratie.nummer),
        _totaal(n, "TotaalIngediendBedrag", declaratie.bedrag),
        _totaal(n, "TotaalToegekendBedrag", toegekend),
        n.group("Clienten", *clienten) if clienten else None,
        retourcodes(n, [GEEN_OPMERKING if clienten else VOLLEDIG_TOEGEKEND]),
    )
    write(uit, n, kop_antwoord, antwoord)


def header(n: Names, kop: Kop, *more: Node | None) -> Node:
    """The Header of a message with Afzender and Ontvanger."""
    return n.group(
        "Header",
        *n.start(n.soort.codes[0]),
        n.leaf("Afzender", kop.afzender),
        n.leaf("Ontvanger", kop.ontvanger),
        n.composed("BerichtIdentificatie", Identificatie=kop.identificatie, Dagtekening=kop.dagtekening),
        *more,
    )


def _versie(n: Names, name: str) -> Node:
    return n.composed(name, BasisschemaXsdVersie=_XSD_VERSIE, BerichtXsdVersie=_XSD_VERSIE)


def retourcodes(n: Names, codes: Iterable[str]) -> Node:
    """RetourCodes with one RetourCode or more."""
    return n.group("RetourCodes", *(n.leaf("RetourCode", code) for code in codes))


def client_301(n: Names, persoon: Persoon, toegewezen: Node) -> Node:
    """The Client of a 301; `toegewezen` holds its ToegewezenProducten."""
    return n.group(
        "Client",
        n.leaf("Bsn", persoon.bsn),
        n.composed("Geboortedatum", Datum=persoon.geboortedatum),
        n.leaf("Geslacht", persoon.geslacht),
        _naam(n, persoon),
        n.group("Contactgegevens", n.group("Contact", n.leaf("Soort", "01"), _adres(n, persoon))),
        toegewezen,
    )


def _naam(n: Names, persoon: Persoon) -> Node:
    geslachtsnaam = n.base("Geslachtsnaam", Achternaam=persoon.achternaam)
    # NaamGebruik 1: a Client without Partnernaam can carry no other (CS050, CS318).
    return n.composed("Naam", geslachtsnaam, Voorletters=persoon.voorletters, NaamGebruik=1)


def _adres(n: Names, persoon: Persoon) -> Node:
    huis = n.base("Huis", Huisnummer=persoon.huisnummer)
    plaats = {"Straatnaam": "Voorbeeldstraat", "Plaatsnaam": persoon.plaats, "LandCode": "NL"}
    return n.composed("Adres", huis, Postcode=persoon.postcode, **plaats)


def toegewezen_producten(n: Names, toewijzingen: Iterable[Toewijzing]) -> Node:
    """ToegewezenProducten, which is the same in every release as far as it is used here."""
    return n.stream("ToegewezenProducten", (_toegewezen_product(n, toewijzing) for toewijzing in toewijzingen))


def _toegewezen_product(n: Names, t: Toewijzing) -> Node:
    omvang = {"Volume": t.volume, "Eenheid": t.eenheid, "Frequentie": t.frequentie}
    return n.group(
        "ToegewezenProduct",
        n.leaf("ToewijzingNummer", t.nummer),
        n.composed("Product", Categorie=t.categorie, Code=t.code),
        n.leaf("Toewijzingsdatum", t.toewijzingsdatum),
        n.leaf("Toewijzingstijd", t.toewijzingstijd),
        n.leaf("Ingangsdatum", t.ingangsdatum),
        n.leaf("Einddatum", t.einddatum),
        n.leaf("RedenWijziging", t.reden_wijziging),
        None if t.volume is None else n.composed("Omvang", **omvang),
        n.leaf("Budget", t.budget),
    )


def _prestatie(n: Names, r: Regel, codes: Sequence[str] = ()) -> Node:
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
        retourcodes(n, codes) if codes else None,
    )


def _totaal(n: Names, name: str, waarde: int) -> Node:
    return n.composed(name, TotaalBedrag=abs(waarde), DebetCredit="C" if waarde < 0 else "D")
