"""Messages of iwmo and ijw 2.3 as XML from plain values: toewijzing in a Beschikking, declaratie or factuur, 304.

A 303 has no Afzender and Ontvanger but Gemeente and Aanbieder, and its kind is its BerichtCode.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import BinaryIO

from services.cli import example_messages
from services.cli.example_messages import (
    Kop,
    Persoon,
    Regel,
    client_301,
    header,
    retourcodes,
    toegewezen_producten,
)
from services.cli.example_xml import Names, Node, write
from services.declaration.contracts import Toewijzing
from services.kernel.retourcodes import GEEN_OPMERKING, VOLLEDIG_TOEGEKEND

RELEASE = "2.3"
_AANBIEDER = "02"  # BetalingAanID
_VRIJGESTELD = "1"  # BtwVrijstellingIndicatie: support under the Wmo bears no VAT


@dataclass(frozen=True, slots=True)
class DeclaratieFactuur:
    """What a 303 declares, or invoices when `factuur`. `regels` of one Bsn stand together; `personen` by Bsn.

    `kop` goes from aanbieder to gemeente; its identificatie is the DeclarantFactuurNummer.
    """

    kop: Kop
    begin: date
    eind: date
    regels: Sequence[Regel]
    personen: Mapping[str, Persoon]
    factuur: bool = False

    @property
    def bedrag(self) -> int:
        """The total in eurocent, with its sign."""
        return sum(regel.waarde for regel in self.regels)


@dataclass(frozen=True, slots=True)
class Antwoord:
    """What the gemeente says to a 303: by ReferentieNummer the codes of what it refuses; the rest is granted."""

    referentie: str
    dagtekening: date
    afgekeurd: Mapping[str, Sequence[str]] = field(default_factory=dict)


def write_301(uit: BinaryIO, kop: Kop, persoon: Persoon, toewijzingen: Sequence[Toewijzing]) -> None:
    """A 301: the toewijzingen of one Client at one aanbieder, all in one Beschikking."""
    n = kop.names("301", RELEASE)
    write(uit, n, header(n, kop), client_301(n, persoon, _beschikking(n, toewijzingen)))


def write_302(uit: BinaryIO, heen: Kop, identificatie: str, dagtekening: date, codes: Sequence[str] = ()) -> None:
    """The retour of a 301 with only a Header: accepting, or refusing with `codes`. `heen` is the Header of the 301."""
    n = heen.names("302", RELEASE)
    kop = header(
        n,
        heen,
        n.leaf("IdentificatieRetour", identificatie),
        n.leaf("DagtekeningRetour", dagtekening),
        retourcodes(n, codes) if codes else None,
    )
    write(uit, n, kop)


def write_303(uit: BinaryIO, declaratie: DeclaratieFactuur) -> None:
    """A 303; one Client per Bsn."""
    n = declaratie.kop.names("303", RELEASE)
    bedragen = n.composed("DeclaratieFactuurBedragen", _totaal(n, "DeclaratieFactuurTotaalBedrag", declaratie.bedrag))
    clienten = (
        _client(n, declaratie.personen[bsn], n.stream("Prestaties", (_prestatie(n, declaratie, r) for r in regels)))
        for bsn, regels in groupby(declaratie.regels, key=lambda regel: regel.bsn)
    )
    write(uit, n, _header_303(n, declaratie, bedragen), n.stream("Clienten", clienten))


def write_304(uit: BinaryIO, declaratie: DeclaratieFactuur, antwoord: Antwoord) -> None:
    """The answer to a 303; only what is refused comes back (OP065)."""
    n = declaratie.kop.names("304", RELEASE)
    geweigerd = [regel for regel in declaratie.regels if regel.referentie in antwoord.afgekeurd]
    clienten = [
        _client(
            n,
            declaratie.personen[bsn],
            n.group("Prestaties", *(_geweigerd(n, declaratie, regel, antwoord) for regel in regels)),
            retourcodes(n, [GEEN_OPMERKING]),
        )
        for bsn, regels in groupby(geweigerd, key=lambda regel: regel.bsn)
    ]
    toegekend = declaratie.bedrag - sum(regel.waarde for regel in geweigerd)
    kop = _header_303(
        n,
        declaratie,
        n.composed(
            "RetourHeader", GemeenteReferentieNummer=antwoord.referentie, RetourDagtekening=antwoord.dagtekening
        ),
        n.composed(
            "RetourBedragen",
            _totaal(n, "IngediendTotaalBedrag", declaratie.bedrag),
            _totaal(n, "ToegekendTotaalBedrag", toegekend),
        ),
        retourcodes(n, [GEEN_OPMERKING if clienten else VOLLEDIG_TOEGEKEND]),
    )
    write(uit, n, kop, *([n.group("Clienten", *clienten)] if clienten else []))


def _beschikking(n: Names, toewijzingen: Sequence[Toewijzing]) -> Node:
    """One Beschikking, as long as what it grants; its number is that of the first toewijzing."""
    eerste = toewijzingen[0]
    einden = [t.einddatum for t in toewijzingen if t.einddatum is not None]
    return n.group(
        "Beschikking",
        n.leaf("BeschikkingNummer", eerste.nummer),
        n.leaf("Afgiftedatum", eerste.toewijzingsdatum),
        n.leaf("Ingangsdatum", min(t.ingangsdatum for t in toewijzingen)),
        n.leaf("Einddatum", max(einden) if len(einden) == len(toewijzingen) else None),
        toegewezen_producten(n, toewijzingen),
    )


def _header_303(n: Names, declaratie: DeclaratieFactuur, *more: Node) -> Node:
    """The Header of a 303, and of its 304, which repeats it; BerichtCodes of a factuur come second."""
    kop = declaratie.kop
    identificatie = n.composed(
        "DeclaratieFactuurIdentificatie",
        n.base("DeclaratiePeriode", Begindatum=declaratie.begin, Einddatum=declaratie.eind),
        DeclarantFactuurNummer=kop.identificatie,
        FactuurDagtekening=kop.dagtekening,
        ValutaCode="EUR",
    )
    return n.group(
        "Header",
        *n.start(n.soort.codes[declaratie.factuur]),
        n.leaf("Gemeente", kop.ontvanger),
        n.leaf("Aanbieder", kop.afzender),
        n.leaf("BetalingAanID", _AANBIEDER),
        identificatie,
        *more,
    )


def _client(n: Names, persoon: Persoon, prestaties: Node, *more: Node) -> Node:
    geslachtsnaam = n.base("Geslachtsnaam", Achternaam=persoon.achternaam)
    return n.group(
        "Client",
        n.leaf("Bsn", persoon.bsn),
        n.composed("Geboortedatum", Datum=persoon.geboortedatum),
        n.leaf("Geslacht", persoon.geslacht),
        n.composed("Naam", geslachtsnaam, Voorletters=persoon.voorletters),
        prestaties,
        *more,
    )


def _prestatie(n: Names, declaratie: DeclaratieFactuur, r: Regel, *more: Node) -> Node:
    ingediend = n.composed(
        "IngediendeBedragPrestatie",
        *n.leaves(GeleverdVolume=r.volume, Eenheid=r.eenheid, ProductTarief=r.tarief),
        # A factuur says whether it bears VAT (CD059); a declaratie has its amounts including it.
        *n.leaves(BtwVrijstellingIndicatie=_VRIJGESTELD if declaratie.factuur else None),
        n.base("DeclaratieFactuurBedrag", Bedrag=r.bedrag, DebetCredit=r.dc),
    )
    return n.group(
        "Prestatie",
        n.leaf("ToewijzingNummer", r.toewijzing),
        n.leaf("ProductCategorie", r.categorie),
        n.leaf("ProductCode", r.code),
        n.composed("ProductPeriode", Begindatum=r.begin, Einddatum=r.eind),
        ingediend,
        n.composed("ProductReferentie", ReferentieNummer=r.referentie, VorigReferentieNummer=r.vorig),
        *more,
    )


def _geweigerd(n: Names, declaratie: DeclaratieFactuur, regel: Regel, antwoord: Antwoord) -> Node:
    """A Prestatie of which nothing is granted, and why."""
    niets = {"Bedrag": 0, "DebetCredit": "D"}
    toegekend = n.composed(
        "ToegekendeBedragPrestatie", n.base("GemeenteBerekendBedrag", **niets), n.base("ToegekendBedrag", **niets)
    )
    codes = retourcodes(n, antwoord.afgekeurd[regel.referentie])
    return _prestatie(n, declaratie, regel, toegekend, codes)


def _totaal(n: Names, name: str, waarde: int) -> Node:
    return n.base(name, TotaalBedrag=abs(waarde), DebetCredit="C" if waarde < 0 else "D")


# By release, what both releases have.
SCHRIJF_301: Mapping[str, Callable[[BinaryIO, Kop, Persoon, Sequence[Toewijzing]], None]] = {
    example_messages.RELEASE: example_messages.write_301,
    RELEASE: write_301,
}
SCHRIJF_302: Mapping[str, Callable[[BinaryIO, Kop, str, date, Sequence[str]], None]] = {
    example_messages.RELEASE: example_messages.write_302,
    RELEASE: write_302,
}
