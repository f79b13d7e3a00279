"""The 302 with which the hub refuses a 301 in the aanbieder's name (process: IV028, IV032)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import BinaryIO, Final

from lxml import etree

from services.allocation.verdict import Codes, Oordeel
from services.kernel import answers, reading
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Schemas
from services.kernel.retourcodes import GEEN_OPMERKING

XSD_VERSIE: Final = "1.0.0"
# Of the classes that carry RetourCodes: those that repeat, and so have an index in their pad.
_REPEATED: Final = frozenset({"Relaties", "Contactgegevens", "ToegewezenProducten"})


def build_302(
    heen: Berichtsoort,
    retour: Berichtsoort,
    oordeel: Oordeel,
    stream: BinaryIO,
    identificatie: str,
    vandaag: date,
    schemas: Schemas,
) -> bytes:
    """The 302 to the 301 in the stream: its Header unswapped and, for a refused class, its Client, letter for letter.

    OngeldigAntwoord when the result is not valid by its XSD.
    """
    header, client = reading.parse(stream).getroot()
    root = answers.root(retour)
    head = answers.echo(root, header, heen, retour)
    head[0].text = retour.codes[0]
    answers.add(head, retour.namespace, "IdentificatieRetour", identificatie)
    answers.add(head, retour.namespace, "DagtekeningRetour", vandaag.isoformat())
    versie = answers.add(head, retour.namespace, "XsdVersieRetour")
    for name in ("BasisschemaXsdVersie", "BerichtXsdVersie"):
        answers.add(versie, retour.basis, name, XSD_VERSIE)
    if oordeel.kop_codes:
        answers.add_codes(head, retour.namespace, oordeel.kop_codes)
    if oordeel.klasse_codes is not None:
        _add_client(root, client, oordeel.klasse_codes, heen, retour)
    return answers.finish(root, retour, schemas)


def _add_client(
    root: etree._Element,
    client: etree._Element,
    codes: Mapping[str, Codes],
    heen: Berichtsoort,
    retour: Berichtsoort,
) -> None:
    echoed = answers.echo(root, client, heen, retour)
    # A list first: the codes are added to what is being walked through.
    for pad, element in list(_classes(echoed)):
        answers.add_codes(element, retour.namespace, codes.get(pad, (GEEN_OPMERKING,)))


def _classes(client: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """(pad, element) of every class of the Client that carries RetourCodes."""
    pad = "/Bericht/Client"
    yield pad, client
    for holder in client:
        name = etree.QName(holder).localname
        if name not in _REPEATED:
            continue
        for index, element in enumerate(holder, start=1):
            below = f"{pad}/{name}/{etree.QName(element).localname}[{index}]"
            yield below, element
            # The one Contact of a Relatie.
            yield from ((f"{below}/Contact", contact) for contact in element.iterfind("{*}Contact"))
