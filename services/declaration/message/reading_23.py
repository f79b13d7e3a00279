"""Reading a 303 and a 304 of release 2.3 in one streaming pass. Many of their elements are optional: found by name."""

from datetime import date
from typing import Any, BinaryIO

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
from services.declaration.message.values import Kop
from services.declaration.message.values_23 import (
    Antwoord304,
    AntwoordClient304,
    AntwoordRegel304,
    Client303,
    Declaratie303,
    Declaratieantwoord304,
    Prestatie303,
)
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Schemas, datum, elements

_TAGS = frozenset({"Header", "Client", "Prestatie"})
_GEEN_XSD_VERSIE = ("", "")


def read_303(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Declaratie303:
    """The values of a 303; they are worth nothing until the XSD has seen the last byte."""
    clienten: list[Client303] = []
    prestaties: list[Prestatie303] = []
    dag = remembered()
    for tag, element in elements(stream, soort, _TAGS, schemas):
        if tag == "Prestatie":
            prestaties.append(_prestatie(element, len(clienten) + 1, len(prestaties) + 1, dag))
        elif tag == "Client":
            clienten.append(_client(element, len(clienten) + 1, tuple(prestaties)))
            prestaties = []
        else:
            hoofd = _hoofd_303(element, soort)
    return Declaratie303(soort=soort, clienten=tuple(clienten), **hoofd)


def read_304(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Declaratieantwoord304:
    """The values of a 304, as `read_303`."""
    clienten: list[AntwoordClient304] = []
    regels: list[AntwoordRegel304] = []
    dag = remembered()
    for tag, element in elements(stream, soort, _TAGS, schemas):
        if tag == "Prestatie":
            regels.append(_antwoord_regel(element, len(clienten) + 1, len(regels) + 1, dag))
        elif tag == "Client":
            plaats = len(clienten) + 1, regelnummer(element)
            clienten.append(AntwoordClient304(*plaats, element[0].text or "", _codes(element), tuple(regels)))
            regels = []
        else:
            antwoord, hoofd = _hoofd_304(element, soort)
    return Declaratieantwoord304(soort=soort, antwoord=Antwoord304(clienten=tuple(clienten), **antwoord), **hoofd)


def _hoofd_303(header: Element, soort: Berichtsoort) -> dict[str, Any]:
    """Everything of a Declaratie303 but its Clienten."""
    kop = _kinderen(header)
    nummer, begin, eind, dagtekening, btw_id = _identificatie(kop["DeclaratieFactuurIdentificatie"])
    totalen = kop["DeclaratieFactuurBedragen"]
    totaal, totaal_dc = bedrag(totalen[0])
    btw_totaal, btw_totaal_dc = bedrag(totalen[1]) if len(totalen) > 1 else (None, None)
    aanbieder, gemeente = kop["Aanbieder"].text or "", kop["Gemeente"].text or ""
    return {
        "kop": Kop(aanbieder, gemeente, nummer, dagtekening, _GEEN_XSD_VERSIE, header.sourceline),
        "nummer": nummer,
        "begin": begin,
        "eind": eind,
        "dagtekening": dagtekening,
        "totaal": totaal,
        "totaal_dc": totaal_dc,
        "regelnummer": header.sourceline,
        "servicebureau": _tekst(kop, "Servicebureau"),
        "betaling_aan": kop["BetalingAanID"].text or "",
        "btw_id": btw_id,
        "btw_totaal": btw_totaal,
        "btw_totaal_dc": btw_totaal_dc,
        "factuur": _is_factuur(kop, soort),
    }


def _hoofd_304(header: Element, soort: Berichtsoort) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of an Antwoord304 and of a Declaratieantwoord304 everything but the Clienten."""
    kop = _kinderen(header)
    nummer, _, _, dagtekening, _ = _identificatie(kop["DeclaratieFactuurIdentificatie"])
    kenmerk, getekend = kop["RetourHeader"]
    (ingediend, ingediend_dc), (toegekend, toegekend_dc) = (bedrag(totaal) for totaal in kop["RetourBedragen"])
    codes = retourcodes(kop["RetourCodes"])
    antwoord = {
        "nummer": nummer,
        "ingediend": ingediend,
        "ingediend_dc": ingediend_dc,
        "toegekend": toegekend,
        "toegekend_dc": toegekend_dc,
        "codes": codes,
        "regelnummer": header.sourceline,
    }
    gemeente, aanbieder, dag = kop["Gemeente"].text or "", kop["Aanbieder"].text or "", datum(getekend.text or "")
    return antwoord, {
        "kop": Kop(gemeente, aanbieder, kenmerk.text or "", dag, _GEEN_XSD_VERSIE, header.sourceline),
        "declaratie_identificatie": nummer,
        "declaratie_dagtekening": dagtekening,
        "xsd_versie_declaratie": _GEEN_XSD_VERSIE,
        "kop_codes": codes,
        "factuur": _is_factuur(kop, soort),
    }


def _is_factuur(kop: dict[str, Element], soort: Berichtsoort) -> bool:
    """The second BerichtCode of the kind: 416 is a declaratie and 448 a factuur, of ijw 432 and 450."""
    return bool(kop["BerichtCode"].text == soort.codes[1])


def _identificatie(element: Element) -> tuple[str, date, date, date, str | None]:
    """DeclarantFactuurNummer, DeclaratiePeriode, FactuurDagtekening, BtwIDNummer."""
    delen = _kinderen(element)
    begin, eind = periode(delen["DeclaratiePeriode"], datum)
    dagtekening = datum(delen["FactuurDagtekening"].text or "")
    return delen["DeclarantFactuurNummer"].text or "", begin, eind, dagtekening, _tekst(delen, "BtwIDNummer")


def _client(element: Element, index: int, prestaties: tuple[Prestatie303, ...]) -> Client303:
    bsn, geboren = element[0], element[1]
    datumgebruik = geboren[1].text if len(geboren) > 1 else None
    dag = datum(geboren[0].text or "")
    return Client303(index, element.sourceline, bsn.text or "", prestaties, dag, datumgebruik)


def _prestatie(element: Element, client: int, index: int, dag: Datum) -> Prestatie303:
    delen = _kinderen(element)
    bedragen = _kinderen(delen["IngediendeBedragPrestatie"])
    berekend, berekend_dc = _bedrag_of_niets(bedragen, "BerekendBedrag")
    btw_bedrag, btw_dc = _bedrag_of_niets(bedragen, "BtwBedrag")
    return Prestatie303(
        **_gedeeld(delen, bedragen, dag),
        client=client,
        index=index,
        regelnummer=element.sourceline,
        beschikkingnummer=_getal(delen, "BeschikkingNummer"),
        verrekenpercentage=_getal(bedragen, "Verrekenpercentage"),
        berekend=berekend,
        berekend_dc=berekend_dc,
        btw_vrijstelling=_tekst(bedragen, "BtwVrijstellingIndicatie"),
        btw_percentage=_getal(bedragen, "BtwPercentage"),
        btw_bedrag=btw_bedrag,
        btw_dc=btw_dc,
    )


def _antwoord_regel(element: Element, client: int, index: int, dag: Datum) -> AntwoordRegel304:
    delen = _kinderen(element)
    (berekend, berekend_dc), (toegekend, toegekend_dc) = (bedrag(b) for b in delen["ToegekendeBedragPrestatie"])
    return AntwoordRegel304(
        **_gedeeld(delen, _kinderen(delen["IngediendeBedragPrestatie"]), dag),
        client=client,
        index=index,
        regelnummer=element.sourceline,
        # Bsn is the first of the Client, and is there still when a Prestatie ends.
        bsn=element.getparent().getparent()[0].text,
        codes=_codes(element),
        gemeente_berekend=berekend,
        gemeente_berekend_dc=berekend_dc,
        toegekend=toegekend,
        toegekend_dc=toegekend_dc,
    )


def _gedeeld(delen: dict[str, Element], bedragen: dict[str, Element], dag: Datum) -> dict[str, Any]:
    """What a Prestatie of every release has."""
    referentienummer, vorig = referentie(delen["ProductReferentie"])
    begin, eind = periode(delen["ProductPeriode"], dag)
    ingediend, dc = bedrag(bedragen["DeclaratieFactuurBedrag"])
    return {
        "referentienummer": referentienummer,
        "vorig": vorig,
        "toewijzing": _getal(delen, "ToewijzingNummer"),
        "categorie": delen["ProductCategorie"].text or "",
        "code": delen["ProductCode"].text or "",
        "begin": begin,
        "eind": eind,
        "volume": int(bedragen["GeleverdVolume"].text or ""),
        "eenheid": bedragen["Eenheid"].text or "",
        "tarief": _getal(bedragen, "ProductTarief"),
        "bedrag": ingediend,
        "dc": dc,
    }


def _kinderen(element: Element) -> dict[str, Element]:
    """The children by local name; no class of these messages has two of one name."""
    return {kind.tag.rpartition("}")[2]: kind for kind in element}


def _tekst(delen: dict[str, Element], naam: str) -> str | None:
    return (delen[naam].text or "") if naam in delen else None


def _getal(delen: dict[str, Element], naam: str) -> int | None:
    return int(delen[naam].text or "") if naam in delen else None


def _bedrag_of_niets(delen: dict[str, Element], naam: str) -> tuple[int | None, str | None]:
    return bedrag(delen[naam]) if naam in delen else (None, None)


def _codes(element: Element) -> tuple[str, ...]:
    """RetourCodes, which a class of a 304 may lack."""
    laatste = element[-1]
    return retourcodes(laatste) if laatste.tag.endswith("}RetourCodes") else ()
