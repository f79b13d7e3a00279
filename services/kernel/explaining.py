"""Why a message does not fit its XSD: every violation with line, path, element and what was expected, in our own words.

libxml2 finds the violations; xmlschema's model of the schema tells what was expected there. No value of the message and
no engine text goes out.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import xmlschema
from lxml import etree
from xmlschema.validators import XsdElement

from services.kernel.bevinding import LIJST_MAXIMUM, Bevinding
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Schemas, parse
from services.kernel.sibling_windows import Ordinals, windows

_ENUMERATION_LISTED = 30
_EXPECTED = re.compile(r"Expected is (?:one of )?\((.*)\)")
_NAME = re.compile(r"\{[^}]*\}(\w+)")

_SOORT_TYPES = {
    "date": "een datum als jjjj-mm-dd zonder tijdzone",
    "time": "een tijdstip als uu:mm:ss zonder tijdzone",
    "string": "tekst",
}


@lru_cache(maxsize=64)
def _model(path: Path) -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(str(path), allow="local")


def explain(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> tuple[Bevinding, ...]:
    """The XSD violations of a message by line, 1,000 at most; none when it is valid. Not XML at all: Afwijzing.

    Who sends thousands of them is told of a thousand, and costs no more than that.
    """
    tree = parse(stream)
    xsd = schemas.xsd(soort)
    model = _model(schemas.path(soort))
    seen: dict[Bevinding, None] = {}
    ordinals: Ordinals = {}
    for _ in windows(tree.getroot(), ordinals):
        if not xsd.validate(tree):
            for violation in _violations(tree, xsd, model, ordinals):
                seen[violation] = None
                if len(seen) == LIJST_MAXIMUM:
                    return _by_line(seen)
    return _by_line(seen)


def _by_line(seen: Iterable[Bevinding]) -> tuple[Bevinding, ...]:
    return tuple(sorted(seen, key=lambda bevinding: bevinding.regelnummer or 0))


def _violations(
    tree: etree._ElementTree, xsd: etree.XMLSchema, model: xmlschema.XMLSchema10, ordinals: Ordinals
) -> Iterator[Bevinding]:
    root = tree.getroot()
    log: Any = xsd.error_log
    for error in log:
        found: Any = root.xpath(_by_name(error.path)) if error.path else [root]
        yield _violation(found[0] if found else root, error, model, ordinals)


def _by_name(path: str) -> str:
    """The path of libxml2 as one that needs no prefixes: any element may declare or rebind them for itself."""
    return "/".join(_step_by_name(step) for step in path.split("/") if not step.startswith("@"))


def _step_by_name(step: str) -> str:
    name, bracket, index = step.partition("[")
    if name in ("", "*"):
        return step
    # Without a prefix it is in no namespace: what is in the default one comes as *.
    condition = f'name()="{name}"' if ":" in name else f'name()="{name}" and namespace-uri()=""'
    return f"*[{condition}]{bracket}{index}"


def _violation(
    element: etree._Element, error: etree._LogEntry, model: xmlschema.XMLSchema10, ordinals: Ordinals
) -> Bevinding:
    chain = _declarations(element, model)
    pad, name = _pad(element, chain, ordinals), _known_name(element, chain[-1])
    melding, advies = _sentence(error, name, chain[-1])
    line: Any = element.sourceline
    return Bevinding(1, "XSD", None, pad, name, line, melding, advies)


def _sentence(error: etree._LogEntry, name: str, declared: XsdElement | None) -> tuple[str, str]:
    if error.type_name == "SCHEMAV_ELEMENT_CONTENT":
        return _content_sentence(error.message, name)
    if error.type_name.startswith("SCHEMAV_CVC_TYPE_3_1_1") or "attribute '" in error.message.split(":")[0]:
        return f"{name} heeft een attribuut dat niet is toegestaan.", f"Verwijder het attribuut van {name}."
    if declared is None or declared.type is None:
        return f"{name} is hier onbekend.", "Gebruik alleen elementen uit het schema van het bericht."
    if declared.type.is_complex():
        return f"{name} bevat tekst of inhoud die niet is toegestaan.", f"Vul {name} alleen met zijn elementen."
    expected = expectation(declared)
    return f"De waarde van {name} is ongeldig: verwacht is {expected}.", f"Vul {name} met {expected}."


def _content_sentence(message: str, name: str) -> tuple[str, str]:
    listed = _EXPECTED.search(message)
    expected = " of ".join(dict.fromkeys(_NAME.findall(listed[1]))) if listed else ""
    if "Missing child element" in message:
        return f"{name} is niet volledig: verwacht is nog {expected}.", f"Voeg in {name} toe: {expected}."
    if not expected:
        return f"{name} wordt hier niet verwacht.", f"Verwijder {name} op deze plaats."
    return f"{name} wordt hier niet verwacht: verwacht is {expected}.", f"Zet hier {expected}, in deze volgorde."


def expectation(declared: XsdElement) -> str:
    """What a simple-typed element may hold, in Dutch, from the facets of its type."""
    return expectation_of(declared.type)


def expectation_of(kind: Any) -> str:
    """What a simple type may hold, in Dutch, from its facets."""
    if codes := kind.enumeration:
        listed = ", ".join(str(code) for code in codes[:_ENUMERATION_LISTED])
        return f"een code uit de codelijst ({listed}{', ...' if len(codes) > _ENUMERATION_LISTED else ''})"
    # xs:integer is derived from the primitive xs:decimal, which the messages do not use themselves.
    parts = [_SOORT_TYPES.get(kind.root_type.local_name, "een geheel getal")]
    if kind.min_value is not None or kind.max_value is not None:
        parts.append(f"van {kind.min_value} tot en met {kind.max_value}")
    if kind.max_length is not None:
        parts.append(f"van {kind.min_length or 0} tot en met {kind.max_length} tekens")
    if kind.root_type.local_name == "string":
        parts += [_pattern_sentence(facet.attrib["value"]) for facet in _patterns(kind)]
    return " ".join(parts)


def _patterns(kind: Any) -> list[Any]:
    return list(kind.patterns or ())


def _pattern_sentence(pattern: str) -> str:
    # The standard's way to say "not blank" is a pattern with one non-space character in it.
    return "met ten minste een teken dat geen spatie is" if r"[^\s]" in pattern else f"volgens het patroon {pattern}"


def _declarations(element: etree._Element, model: xmlschema.XMLSchema10) -> list[XsdElement | None]:
    """The declaration of each element from the root down; None from the first one the schema does not know there."""
    names = [element.tag, *(ancestor.tag for ancestor in element.iterancestors())][::-1]
    declared = next((top for top in model.elements.values() if top.name == names[0]), None)
    chain = [declared]
    for name in names[1:]:
        declared = _child(declared, name)
        chain.append(declared)
    return chain


def _child(declared: XsdElement | None, name: str) -> XsdElement | None:
    kind: Any = declared.type if declared is not None else None
    if kind is None or not kind.is_complex():
        return None
    return next((child for child in kind.content.iter_elements() if child.name == name), None)


def _known_name(element: etree._Element, declared: XsdElement | None) -> str:
    # A name the schema does not know is the sender's text and may hold anything: it is not repeated.
    return str(etree.QName(element).localname) if declared is not None else "Een onbekend element"


def _pad(element: etree._Element, chain: list[XsdElement | None], ordinals: Ordinals) -> str:
    line = [element, *element.iterancestors()][::-1]
    return "".join(f"/{_step(node, declared, ordinals)}" for node, declared in zip(line, chain, strict=True))


def _step(node: etree._Element, declared: XsdElement | None, ordinals: Ordinals) -> str:
    if declared is None:
        return "*"
    name = str(etree.QName(node).localname)
    if declared.max_occurs == 1:
        return name
    return f"{name}[{ordinals.get(node) or sum(1 for _ in node.itersiblings(node.tag, preceding=True)) + 1}]"
