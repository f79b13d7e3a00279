"""Reading a 323 and a 325 of release 3.2 in one streaming pass."""

from dataclasses import fields
from datetime import date
from typing import BinaryIO

from services.declaration.message.leaves import (
    Datum,
    Element,
    bedrag,
    periode,
    referentie,
    regelnummer,
    remembered,
    retourcodes,
)
from services.declaration.message.values import (
    Antwoord,
    AntwoordClient,
    AntwoordRegel,
    Client,
    Declaratie,
    Declaratieantwoord,
    Kop,
    Prestatie,
    XsdVersie,
)
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Schemas, datum, elements

_TAGS = frozenset({"Header", "Client", "Prestatie"})
_VELDEN = tuple(field.name for field in fields(Prestatie))


def read_323(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Declaratie:
    """The values of a 323; they are worth nothing until the XSD has seen the last byte."""
    clienten: list[Client] = []
    prestaties: list[Prestatie] = []
    dag = remembered()
    for tag, element in elements(stream, soort, _TAGS | {"Declaratie"}, schemas):
        if tag == "Prestatie":
            prestaties.append(_prestatie(element, len(clienten) + 1, len(prestaties) + 1, dag))
        elif tag == "Client":
            bsn = element[0].text or ""
            clienten.append(Client(len(clienten) + 1, regelnummer(element), bsn, tuple(prestaties)))
            prestaties = []
        elif tag == "Header":
            kop = _kop(element)
        else:
            declaratie = regelnummer(element), _hoofd(element, dag)
    # Only now has the XSD seen the last byte.
    plaats, hoofd = declaratie
    return Declaratie(soort, kop, *hoofd, plaats, tuple(clienten))


def read_325(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Declaratieantwoord:
    """The values of a 325, as `read_323`."""
    clienten: list[AntwoordClient] = []
    regels: list[AntwoordRegel] = []
    antwoord: Antwoord | None = None
    dag = remembered()
    for tag, element in elements(stream, soort, _TAGS | {"DeclaratieAntwoord"}, schemas):
        if tag == "Prestatie":
            regels.append(_antwoord_regel(element, len(clienten) + 1, len(regels) + 1, dag))
        elif tag == "Client":
            plaats = len(clienten) + 1, regelnummer(element)
            clienten.append(AntwoordClient(*plaats, element[0].text or "", _codes(element), tuple(regels)))
            regels = []
        elif tag == "Header":
            kop, declaratie, kop_codes = _kop(element), _beantwoord(element), _codes(element)
        else:
            antwoord = _declaratie_antwoord(element, tuple(clienten))
    return Declaratieantwoord(soort, kop, *declaratie, kop_codes, antwoord)


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
    totalen = *bedrag(ingediend), *bedrag(toegekend)
    return Antwoord(nummer.text or "", *totalen, _codes(element), element.sourceline, clienten)


def _antwoord_regel(element: Element, client: int, index: int, dag: Datum) -> AntwoordRegel:
    prestatie = _prestatie(element, client, index, dag)
    waarden = {veld: getattr(prestatie, veld) for veld in _VELDEN}
    # Bsn stands before Prestaties, and is there still when a Prestatie ends.
    return AntwoordRegel(**waarden, bsn=element.getparent().getprevious().text, codes=_codes(element))


def _prestatie(element: Element, client: int, index: int, dag: Datum) -> Prestatie:
    nummers, toewijzing, categorie, code, productperiode, volume, eenheid, tarief, *rest = element
    # ProductTarief is the only optional child: without it IngediendBedrag stands in its place.
    zonder_tarief = len(tarief) > 0
    ingediend, dc = bedrag(tarief if zonder_tarief else rest[0])
    referentienummer, vorig = referentie(nummers)
    begin, eind = periode(productperiode, dag)
    return Prestatie(
        client=client,
        index=index,
        regelnummer=element.sourceline,
        referentienummer=referentienummer,
        vorig=vorig,
        toewijzing=int(toewijzing.text or ""),
        categorie=categorie.text or "",
        code=code.text or "",
        begin=begin,
        eind=eind,
        volume=int(volume.text or ""),
        eenheid=eenheid.text or "",
        tarief=None if zonder_tarief else int(tarief.text or ""),
        bedrag=ingediend,
        dc=dc,
    )


def _hoofd(element: Element, dag: Datum) -> tuple[str, date, date, date, int, str]:
    """DeclaratieNummer, DeclaratiePeriode, DeclaratieDagtekening, TotaalIngediendBedrag."""
    nummer, declaratieperiode, dagtekening, totaal = element[:4]
    begin, eind = periode(declaratieperiode, dag)
    return nummer.text or "", begin, eind, dag(dagtekening.text or ""), *bedrag(totaal)


def _xsd_versie(element: Element) -> XsdVersie:
    return element[0].text or "", element[1].text or ""


def _codes(element: Element) -> tuple[str, ...]:
    """RetourCodes, the last child of every class of a 325."""
    return retourcodes(element[-1])
