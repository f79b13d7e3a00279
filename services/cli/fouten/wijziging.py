"""One change in the XML of a valid message. A path has local names, and begins at whatever depth it is found first.

New XML is written with the namespace of the message as default, and `b:` for the base types.
"""

import re
from collections.abc import Callable, Iterable

from lxml import etree

from services.kernel.catalogue import Berichtsoort

# Changes the tree of a message of this kind.
Wijziging = Callable[[etree._Element, Berichtsoort], None]


def gewijzigd(inhoud: bytes, soort: Berichtsoort, wijzigingen: Iterable[Wijziging]) -> bytes:
    """The message after these changes, one after the other; still UTF-8 with CR/LF (OP192)."""
    parser = etree.XMLParser(resolve_entities=False, remove_blank_text=True)
    root = etree.fromstring(inhoud, parser)
    for wijziging in wijzigingen:
        wijziging(root, soort)
    etree.indent(root, space="")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True).replace(b"\n", b"\r\n")


def zet(pad: str, waarde: object) -> Wijziging:
    """Another value in the first element with this path."""

    def wijzig(root: etree._Element, _: Berichtsoort) -> None:
        _vind(root, pad).text = str(waarde)

    return wijzig


def zet_alle(pad: str, waarde: object) -> Wijziging:
    """Another value in every element with this path."""

    def wijzig(root: etree._Element, _: Berichtsoort) -> None:
        for element in root.findall(_zoekpad(pad)):
            element.text = str(waarde)

    return wijzig


def weg(pad: str) -> Wijziging:
    """Without the first element with this path."""

    def wijzig(root: etree._Element, _: Berichtsoort) -> None:
        element = _vind(root, pad)
        _ouder(element).remove(element)

    return wijzig


def na(pad: str, xml: str) -> Wijziging:
    """With new elements after the first one with this path."""

    def wijzig(root: etree._Element, soort: Berichtsoort) -> None:
        element = _vind(root, pad)
        for nieuw in reversed(_elementen(xml, soort)):
            element.addnext(nieuw)

    return wijzig


def voor(pad: str, xml: str) -> Wijziging:
    """With new elements before the first one with this path."""

    def wijzig(root: etree._Element, soort: Berichtsoort) -> None:
        element = _vind(root, pad)
        for nieuw in _elementen(xml, soort):
            element.addprevious(nieuw)

    return wijzig


def _elementen(xml: str, soort: Berichtsoort) -> list[etree._Element]:
    return list(etree.fromstring(f'<x xmlns="{soort.namespace}" xmlns:b="{soort.basis}">{xml}</x>'))


def _vind(root: etree._Element, pad: str) -> etree._Element:
    element = root.find(_zoekpad(pad))
    if element is None:
        raise KeyError(f"{pad} staat niet in het bericht")
    return element


def _zoekpad(pad: str) -> str:
    return ".//" + re.sub(r"(^|/)", r"\1{*}", pad)


def _ouder(element: etree._Element) -> etree._Element:
    ouder = element.getparent()
    if ouder is None:
        raise KeyError("the root has no parent")
    return ouder
