"""The 325 that answers a 323 (process.md §5). What comes back is copied from the XML, not printed from values."""

from datetime import date
from typing import Any, BinaryIO

from lxml import etree

from services.declaration.message import Declaratie, Kop
from services.declaration.reply.totalen import add_totaal
from services.declaration.verdict import Oordeel
from services.kernel.answers import add, add_codes, echo, finish, root
from services.kernel.catalogue import Berichtsoort, find
from services.kernel.reading import Schemas, elements
from services.kernel.retourcodes import GEEN_OPMERKING, VOLLEDIG_TOEGEKEND

Element = etree._Element

_VERSIE, _SUBVERSIE = 3, 2
# Our own 325.xsd and basisschema.xsd (IV034).
_XSD_VERSIE = ("1.0.0", "1.0.0")


def build_325(
    declaratie: Declaratie,
    oordeel: Oordeel,
    stream: BinaryIO,
    identificatie: str,
    vandaag: date,
    schemas: Schemas,
) -> bytes:
    """The answer of the gemeente to `declaratie`, valid by its XSD; `stream` is read again when lines are refused.

    A refusal in the Header is a Header alone; a refused Declaratie awards 0 D and returns nothing; else the refused
    lines come back under their Clienten.
    """
    soort = find(declaratie.soort.antwoord or "", declaratie.soort.release)
    bericht = root(soort)
    _header(bericht, declaratie.kop, oordeel, identificatie, vandaag, soort)
    if not oordeel.kop_codes:
        klasse = add(bericht, soort.namespace, "DeclaratieAntwoord")
        add(klasse, soort.namespace, "DeclaratieNummer", declaratie.nummer)
        add_totaal(klasse, soort.namespace, "TotaalIngediendBedrag", declaratie.totaal, soort.basis)
        add_totaal(klasse, soort.namespace, "TotaalToegekendBedrag", oordeel.toegekend, soort.basis)
        if oordeel.regel_codes:
            _clienten(klasse, declaratie, oordeel, stream, soort, schemas)
        add_codes(klasse, soort.namespace, _declaratie_codes(oordeel))
    return finish(bericht, soort, schemas)


def _header(
    bericht: Element, kop: Kop, oordeel: Oordeel, identificatie: str, vandaag: date, soort: Berichtsoort
) -> None:
    """Sender and receiver change places: a 325 is a message of its own, and no retour."""
    header = add(bericht, soort.namespace, "Header")
    add(header, soort.namespace, "BerichtCode", soort.codes[0])
    add(header, soort.namespace, "BerichtVersie", _VERSIE)
    add(header, soort.namespace, "BerichtSubversie", _SUBVERSIE)
    add(header, soort.namespace, "Afzender", kop.ontvanger)
    add(header, soort.namespace, "Ontvanger", kop.afzender)
    _identificatie(header, "BerichtIdentificatie", identificatie, vandaag, soort)
    _versie(header, "XsdVersie", _XSD_VERSIE, soort)
    _identificatie(header, "DeclaratieIdentificatie", kop.identificatie, kop.dagtekening, soort)
    _versie(header, "XsdVersieDeclaratie", kop.xsd_versie, soort)
    add_codes(header, soort.namespace, oordeel.kop_codes or (GEEN_OPMERKING,))


def _identificatie(header: Element, naam: str, identificatie: str, dag: date, soort: Berichtsoort) -> None:
    klasse = add(header, soort.namespace, naam)
    add(klasse, soort.basis, "Identificatie", identificatie)
    add(klasse, soort.basis, "Dagtekening", dag.isoformat())


def _versie(header: Element, naam: str, versie: tuple[str, str], soort: Berichtsoort) -> None:
    klasse = add(header, soort.namespace, naam)
    add(klasse, soort.basis, "BasisschemaXsdVersie", versie[0])
    add(klasse, soort.basis, "BerichtXsdVersie", versie[1])


def _declaratie_codes(oordeel: Oordeel) -> tuple[str, ...]:
    if oordeel.declaratie_codes:
        return oordeel.declaratie_codes
    return (GEEN_OPMERKING,) if oordeel.regel_codes else (VOLLEDIG_TOEGEKEND,)


def _clienten(
    klasse: Element,
    declaratie: Declaratie,
    oordeel: Oordeel,
    stream: BinaryIO,
    soort: Berichtsoort,
    schemas: Schemas,
) -> None:
    """The refused lines, each copied while it passes, below their Clienten; nothing of what is approved."""
    clienten = add(klasse, soort.namespace, "Clienten")
    client, index, prestaties = 1, 0, None
    for tag, element in elements(stream, declaratie.soort, frozenset({"Client", "Prestatie"}), schemas):
        if tag == "Prestatie":
            index += 1
            if codes := oordeel.regel_codes.get((client, index)):
                if prestaties is None:
                    prestaties = _client(clienten, element, declaratie.soort, soort)
                add_codes(echo(prestaties, element, declaratie.soort, soort), soort.namespace, codes)
        else:
            if prestaties is not None:
                codes = oordeel.client_codes.get(client, (GEEN_OPMERKING,))
                add_codes(clienten[-1], soort.namespace, codes)
            client, index, prestaties = client + 1, 0, None


def _client(clienten: Element, prestatie: Any, van: Berichtsoort, naar: Berichtsoort) -> Element:
    """A new Client with the Bsn of the one that `prestatie` stands under; its Prestaties."""
    client = add(clienten, naar.namespace, "Client")
    # Bsn stands before Prestaties, and is there still when a Prestatie ends.
    echo(client, prestatie.getparent().getprevious(), van, naar)
    return add(client, naar.namespace, "Prestaties")
