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
# What the classes that carry RetourCodes stand in, and so have an index in their pad, and those that stand alone.
_LISTS: Final = frozenset({"Relaties", "Contactgegevens", "Beperkingen", "BeperkingScores", "ToegewezenProducten"})
_ALONE: Final = frozenset({"Contact", "Beschikking"})


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
    # 2.3 has no XsdVersie, and so none of the retour.
    if header.find("{*}XsdVersie") is not None:
        _add_xsd_versie(head, retour)
    if oordeel.kop_codes:
        answers.add_codes(head, retour.namespace, oordeel.kop_codes)
    if oordeel.klasse_codes is not None:
        _add_client(root, client, oordeel.klasse_codes, heen, retour)
    return answers.finish(root, retour, schemas)


def _add_xsd_versie(head: etree._Element, retour: Berichtsoort) -> None:
    versie = answers.add(head, retour.namespace, "XsdVersieRetour")
    for name in ("BasisschemaXsdVersie", "BerichtXsdVersie"):
        answers.add(versie, retour.basis, name, XSD_VERSIE)


def _add_client(
    root: etree._Element,
    client: etree._Element,
    codes: Mapping[str, Codes],
    heen: Berichtsoort,
    retour: Berichtsoort,
) -> None:
    echoed = answers.echo(root, client, heen, retour)
    # A list first: the codes are added to what is being walked through.
    for pad, element in list(_classes(echoed, "/Bericht/Client")):
        answers.add_codes(element, retour.namespace, codes.get(pad, (GEEN_OPMERKING,)))


def _classes(element: etree._Element, pad: str) -> Iterator[tuple[str, etree._Element]]:
    """(pad, element) of this class and of every class below it: all of them carry RetourCodes."""
    yield pad, element
    for child in element:
        name = etree.QName(child).localname
        if name in _ALONE:
            yield from _classes(child, f"{pad}/{name}")
        elif name in _LISTS:
            for index, one in enumerate(child, start=1):
                yield from _classes(one, f"{pad}/{name}/{etree.QName(one).localname}[{index}]")
