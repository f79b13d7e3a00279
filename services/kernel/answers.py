"""Building answers: an answer leaves the hub only when its own XSD accepts it, and echoes copy the XML they answer."""

from typing import Any

from lxml import etree

from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Schemas


class OngeldigAntwoord(RuntimeError):
    """We built an answer its XSD refuses: a broken program, never a retourcode."""


def root(soort: Berichtsoort) -> etree._Element:
    prefix = soort.naam.lower()
    return etree.Element(f"{{{soort.namespace}}}Bericht", nsmap={prefix: soort.namespace, soort.standaard: soort.basis})


def add(parent: etree._Element, namespace: str, name: str, text: str | int | None = None) -> etree._Element:
    """A new last child; its text when given."""
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    if text is not None:
        child.text = str(text)
    return child


def add_codes(parent: etree._Element, namespace: str, codes: tuple[str, ...]) -> None:
    """RetourCodes with each code once, in the order given."""
    holder = add(parent, namespace, "RetourCodes")
    for code in dict.fromkeys(codes):
        add(holder, namespace, "RetourCode", code)


def echo(parent: etree._Element, source: etree._Element, van: Berichtsoort, naar: Berichtsoort) -> etree._Element:
    """A copy of `source` below `parent`, letter for letter, in the namespaces of the answer."""
    return _copy(parent, source, f"{{{van.namespace}}}", f"{{{naar.namespace}}}", f"{{{naar.basis}}}")


def _copy(parent: etree._Element, source: etree._Element, van: str, naar: str, basis: str) -> etree._Element:
    """`echo` with its namespaces as lxml writes them before a name: a large answer copies millions of elements."""
    tag = str(source.tag)
    name = naar + tag.removeprefix(van) if tag.startswith(van) else basis + tag.partition("}")[2]
    child = etree.SubElement(parent, name)
    if len(source) == 0:
        child.text = source.text
    for element in source:
        _copy(child, element, van, naar, basis)
    return child


def finish(answer: etree._Element, soort: Berichtsoort, schemas: Schemas) -> bytes:
    """The answer as bytes: UTF-8 without BOM, CR/LF line ends (OP192), valid by its XSD. OngeldigAntwoord otherwise."""
    xsd = schemas.xsd(soort)
    if not xsd.validate(answer):
        # The log quotes values of the message, so only places and kinds of error are repeated.
        log: Any = xsd.error_log
        where = "; ".join(f"{entry.type_name} regel {entry.line}" for entry in log)
        raise OngeldigAntwoord(f"{soort.naam} {soort.release}: {where}")
    etree.indent(answer)
    content: bytes = etree.tostring(answer, xml_declaration=True, encoding="UTF-8")
    return content.replace(b"\n", b"\r\n")
