"""What an XSD of the standard says, as values, and messages made from it: the largest, the smallest and random ones.

The standard uses little of XSD: sequences of elements, named types, one base schema, restrictions. That little is
read here, from any schema of that form, so that tests can visit every element, facet and code without a list.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import xmlschema
from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"
SCHEMAS = Path(__file__).parents[1] / "schemas"
Node = Any  # lxml's elements carry no useful types


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple type: facets by name, every pattern must match; name is empty for an anonymous one."""

    name: str
    base: str
    facets: tuple[tuple[str, str], ...]
    enumerations: tuple[str, ...]
    patterns: tuple[str, ...]

    def facet(self, name: str) -> int | None:
        return next((int(value) for key, value in self.facets if key == name), None)


@dataclass(frozen=True, slots=True)
class Element:
    """An element with its cardinality (maximum None is unbounded) and either a simple type or children."""

    name: str
    minimum: int
    maximum: int | None
    simple: Simple | None
    children: tuple[Element, ...]


class SchemaReader:
    """Reads types and the tree of one message from its schema and the base schema, or from the base schema alone."""

    def __init__(self, *roots: Node) -> None:
        self._message = roots[0]
        named = [(root.get("targetNamespace"), node) for root in roots for node in root if node.get("name")]
        self._types = {f"{{{space}}}{node.get('name')}": node for space, node in named if node.tag != f"{XS}element"}

    def root(self) -> Element:
        """Bericht and all below it."""
        return self._element(self._message.find(f"{XS}element"))

    def simple_types(self) -> dict[str, Simple]:
        found = {name: node for name, node in self._types.items() if node.tag == f"{XS}simpleType"}
        return {name: self._simple(node) for name, node in found.items()}

    def complex_types(self) -> dict[str, tuple[Element, ...]]:
        found = {name: node for name, node in self._types.items() if node.tag == f"{XS}complexType"}
        return {name: self._children(node) for name, node in found.items()}

    def _resolve(self, node: Node, qname: str) -> str:
        prefix, _, local = qname.partition(":")
        return f"{{{node.nsmap[prefix]}}}{local}"

    def _children(self, node: Node) -> tuple[Element, ...]:
        return tuple(self._element(child) for child in node.find(f"{XS}sequence"))

    def _element(self, node: Node) -> Element:
        owner = node.getroottree().getroot().get("targetNamespace")
        most = node.get("maxOccurs", "1")
        anonymous = node.find(f"{XS}simpleType")
        made = self._types[self._resolve(node, node.get("type"))] if anonymous is None else anonymous
        simple = self._simple(made) if made.tag == f"{XS}simpleType" else None
        return Element(
            f"{{{owner}}}{node.get('name')}",
            int(node.get("minOccurs", "1")),
            None if most == "unbounded" else int(most),
            simple,
            () if simple else self._children(made),
        )

    def _simple(self, node: Node) -> Simple:
        restriction = node.find(f"{XS}restriction")
        base = self._resolve(restriction, restriction.get("base"))
        ready_made = base.startswith(XS)
        parent = Simple("", base.removeprefix(XS), (), (), ()) if ready_made else self._simple(self._types[base])
        facets, codes, patterns = dict(parent.facets), [], list(parent.patterns)
        for facet in restriction.iterchildren(f"{XS}*"):
            name = facet.tag.removeprefix(XS)
            if name == "enumeration":
                codes.append(facet.get("value"))
            elif name == "pattern":
                patterns.append(facet.get("value"))
            elif name != "annotation":
                facets[name] = facet.get("value")
        enumerations = tuple(codes) or parent.enumerations
        return Simple(node.get("name", ""), parent.base, tuple(sorted(facets.items())), enumerations, tuple(patterns))


def own_schema(soort: str, standaard: str = "iwmo", release: str = "3.2") -> SchemaReader:
    """The schema of ours for a berichtsoort."""
    folder = SCHEMAS / standaard / release
    return SchemaReader(*(etree.parse(folder / f"{name}.xsd").getroot() for name in (soort, "basisschema")))


@cache
def in_xmlschema(standaard: str, release: str) -> dict[str, xmlschema.XMLSchema10]:
    """The schemas of ours in the second engine, by berichtsoort; they share the base schema, which costs most."""
    first, *others = sorted((SCHEMAS / standaard / release).glob("[A-Z]*.xsd"))
    made = {first.stem: xmlschema.XMLSchema10(first, build=False)}
    maps = made[first.stem].maps
    made |= {path.stem: xmlschema.XMLSchema10(path, global_maps=maps, build=False) for path in others}
    maps.build()
    return made


_EXAMPLES = {
    "integer": ("1", "0", "99", "+7", "007"),
    "date": ("2025-01-31", "2024-02-29", "12026-01-01"),
    "time": ("10:00:00", "24:00:00", "10:00:00.5"),
}
_TEXTS = ("A", "0503", "75000001", "999900006", "1.0.0", "98000001", "NL999999999B01", "Bé 1", " x ")


def example(simple: Simple) -> str:
    """A valid value."""
    return examples(simple)[0]


def examples(simple: Simple) -> tuple[str, ...]:
    """Valid values, at least one."""
    # BerichtCode and the like have their one value as pattern, or a few.
    fixed = [text for pattern in simple.patterns for text in pattern.split("|") if text.isalnum()]
    candidates = simple.enumerations or (*fixed, *_EXAMPLES.get(simple.base, _TEXTS))
    longest = simple.facet("maxLength") or len(max(candidates, key=len))
    fit = (text for text in candidates if len(text) <= longest)
    return tuple(text for text in fit if all(re.fullmatch(pattern, text) for pattern in simple.patterns))


# How often an element occurs, and with which value.
Times = Callable[[Element], int]
Value = Callable[[Simple], str]


def _build(element: Element, times: Times, value: Value) -> Iterator[Node]:
    for _ in range(times(element)):
        node = etree.Element(element.name)
        if element.simple:
            node.text = value(element.simple)
        for child in element.children:
            node.extend(_build(child, times, value))
        yield node


def _message(root: Element, times: Times, value: Value) -> bytes:
    message = next(_build(root, times, value))
    return bytes(etree.tostring(message, xml_declaration=True, encoding="UTF-8"))


def maximal_message(root: Element, times: int = 2) -> bytes:
    """A valid message in which every optional element occurs, and every repeatable one so many times."""
    return _message(root, lambda element: element.maximum or times, example)


def minimal_message(root: Element) -> bytes:
    """A valid message without anything optional."""
    return _message(root, lambda element: element.minimum, example)


def random_message(root: Element, rng: random.Random) -> bytes:
    """A valid message with some of what is optional, one to three of what repeats, and values of every kind."""

    def times(element: Element) -> int:
        return rng.choice((element.minimum, element.maximum or rng.randrange(1, 4)))

    return _message(root, times, lambda simple: rng.choice(examples(simple)))
