"""Our schemas and the published ones give every message the same verdict, in two engines.

`make conformance` compares MUTATIES messages of every soort, `make test` a few; what is compared follows from the
names of the mutations and is the same each time. See test_presence.py for what happens without the published files.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest
import xmlschema
from builders_23 import (
    beperking,
    beschikking,
    prestatie23,
    product23,
    wmo301_23,
    wmo302_23,
    wmo303,
    wmo304,
)
from conformance import published
from conformance.mutations import Mutation, mutations, values
from conformance.published import BASIS, FULL, RELEASES, SOORTEN
from lxml import etree
from schema_model import SCHEMAS, Element, SchemaReader, Simple, in_xmlschema, maximal_message, minimal_message
from xmlschema.exceptions import XMLSchemaKeyError

from builders import client, contact, prestatie, product, relatie, wmo301, wmo302, wmo323, wmo325

# Per soort, all in both engines or one in so many in the second. The short form stays under fifteen seconds.
MUTATIES, EVERY = (int(os.environ.get("BERICHTENHUB_MUTATIES", "20000")), 1) if FULL else (120, 8)

Report = Callable[[str], None]
Verdict = Callable[[bytes], bool]


def built_messages(standaard: str, release: str, soort: str) -> list[bytes]:
    """Messages of the builders, where there are: a plain one and some with more in them."""
    built = {("iwmo", "3.2"): built_32, ("iwmo", "2.3"): built_23}.get((standaard, release))
    return built().get(soort, []) if built else []


def built_32() -> dict[str, list[bytes]]:
    toewijzing = wmo301(
        product(),
        product(nummer=1002, volume=None, code=None, budget=500, referentie="V1", commentaar="Kort.\nTwee regels."),
        client=client(partnernaam="Proef", naamgebruik="2", relaties=[relatie()], contacten=[contact(telefoon="0152")]),
    )
    declaratie = wmo323(prestatie(), prestatie(referentie="P0002", vorig="P0000", dc="C", eenheid="83", volume=900))
    return {
        "WMO301": [wmo301(), toewijzing],
        "WMO302": [wmo302(wmo301(), header_codes=["9056"]), wmo302(toewijzing, codes=["9332"])],
        "WMO323": [wmo323(), declaratie],
        "WMO325": [wmo325(declaratie), wmo325(declaratie, {"P0002": ["8021", "9390"]}, header_codes=["0200"])],
    }


def built_23() -> dict[str, list[bytes]]:
    person = client(partnernaam="Proef", naamgebruik="2", relaties=[relatie()], contacten=[contact(telefoon="0152")])
    basis = beschikking(grondslagen=["01", "07"], beperkingen=[beperking(scores=[("0101", "3")])])
    toewijzing = wmo301_23(product23(code=None, volume=None, nummer=None), client=person, beschikking=basis)
    credit = prestatie23(referentie="P0002", vorig="P0000", dc="C", eenheid="83", volume=900, commentaar="Kort.\nTwee")
    met_btw = prestatie23(btw_vrijstelling="2", btw_percentage=2100, btw_bedrag=8331, tarief=48000, berekend=48000)
    factuur = wmo303(met_btw, credit, factuur=True, servicebureau="98000001", betaling="01", btw_id="NL999999999B01")
    return {
        "WMO301": [wmo301_23(), toewijzing],
        "WMO302": [wmo302_23(wmo301_23(), header_codes=["9056"]), wmo302_23(toewijzing, codes=["9300"])],
        "WMO303": [wmo303(), factuur],
        "WMO304": [wmo304(wmo303()), wmo304(factuur, refused={"P0002": ["8017", "8854"]}, partly={"P0001": 100})],
    }


def own_path(standaard: str, release: str, name: str) -> Path:
    return SCHEMAS / standaard / release / f"{name}.xsd"


def mutated(standaard: str, release: str, soort: str) -> Iterator[Mutation]:
    """Mutations of built, smallest, largest, published and random messages; the same ones each time."""
    tree = SchemaReader(
        published.message_schema(standaard, release, soort), published.base_schema(standaard, release)
    ).root()
    sample = published.sample(standaard, release, soort)
    bases = [minimal_message(tree), *built_messages(standaard, release, soort), *([sample] if sample else [])]
    return mutations(f"{soort} {release}", tree, bases, maximal_message(tree, times=1), MUTATIES)


# --- the engines ---


def by_lxml(schema: etree.XMLSchema) -> Verdict:
    return lambda xml: bool(schema.validate(etree.fromstring(xml)))


# As the hub reads a message: the text of an element is then all of its value.
PARSER = etree.XMLParser(remove_comments=True, remove_pis=True)
# What Python strips as blank and XML does not.
OTHER_BLANKS = re.compile("[\u0085\u00a0\u2003\u2028]")
XML_BLANKS = " \t\r\n"


def by_xmlschema(schema: xmlschema.XMLSchema10, numbers_and_dates: frozenset[str]) -> Verdict:
    """The verdict of xmlschema, with XML's own idea of a blank."""

    def verdict(xml: bytes) -> bool:
        root = etree.fromstring(xml, PARSER)
        if OTHER_BLANKS.search(xml.decode()) and any(strips_too_much(node, numbers_and_dates) for node in root.iter()):
            return False
        try:
            return schema.is_valid(root)
        except XMLSchemaKeyError:
            # An xsi:type that names no type is an error of the message; xmlschema raises it.
            return False

    return verdict


def strips_too_much(node: etree._Element, numbers_and_dates: frozenset[str]) -> bool:
    """Whether xmlschema would overlook a blank that is none in XML: round a number or date, and between elements.

    No schema can tell it otherwise, and a message that has one there is not valid.
    """
    if len(node):
        texts = [node.text, *(child.tail for child in node)]
    else:
        texts = [node.text] if node.tag in numbers_and_dates else []
    return any((text or "").strip(XML_BLANKS) != (text or "").strip() for text in texts)


def numbers_and_dates(tree: Element) -> frozenset[str]:
    """The names of the elements with a value that is no text."""
    own = {tree.name} if tree.simple and tree.simple.base != "string" else set()
    return frozenset(own.union(*(numbers_and_dates(child) for child in tree.children)))


# --- messages ---


@pytest.mark.parametrize("standaard, release, soort", SOORTEN)
def test_our_schema_judges_every_mutation_as_the_published_one(
    standaard: str, release: str, soort: str, report: Report
) -> None:
    path = own_path(standaard, release, soort)
    theirs = by_lxml(etree.XMLSchema(published.message_schema(standaard, release, soort)))
    ours = by_lxml(etree.XMLSchema(file=str(path)))
    tree = SchemaReader(*(etree.parse(path.with_stem(name)).getroot() for name in (soort, BASIS))).root()
    second = by_xmlschema(in_xmlschema(standaard, release)[soort], numbers_and_dates(tree))
    begin = perf_counter()
    counts: Counter[str] = Counter()
    differing = []
    for nr, (name, xml) in enumerate(mutated(standaard, release, soort)):
        verdicts = {"published": theirs(xml), "ours": ours(xml)}
        if nr % EVERY == 0:
            verdicts["ours by xmlschema"] = second(xml)
        counts.update(all=1, valid=verdicts["published"], second=len(verdicts) - 2)
        if len(set(verdicts.values())) > 1:
            differing.append(f"{name}: {verdicts}")

    report(
        f"{soort} {release}: {counts['all']} mutations ({counts['valid']} valid), {counts['second']} in both engines, "
        f"{len(differing)} disagreements, {perf_counter() - begin:.1f} s"
    )
    assert differing == []
    # A comparison in which everything is refused, or nothing, compares nothing.
    assert counts["all"] / 10 < counts["valid"] < counts["all"] * 0.9


# --- types ---


def of_every_type(basis: Path, space: str, names: Iterable[str]) -> etree.XMLSchema:
    """A schema with one element per simple type of a base schema, named as the type."""
    elements = "".join(f'<xs:element name="{name}" type="b:{name}"/>' for name in names)
    return etree.XMLSchema(
        etree.fromstring(
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:b="{space}">'
            f'<xs:import namespace="{space}" schemaLocation="{basis.as_uri()}"/>{elements}</xs:schema>'
        )
    )


def valued(simple: Simple, text: str) -> bytes:
    """An element named as the type, with the value."""
    node = etree.Element(simple.name)
    node.text = text
    return bytes(etree.tostring(node, encoding="utf-8"))


@pytest.mark.parametrize("standaard, release", RELEASES)
def test_every_type_of_the_base_schema_takes_the_same_values(standaard: str, release: str, report: Report) -> None:
    root = published.base_schema(standaard, release)
    types = SchemaReader(root).simple_types().values()
    names, space = [simple.name for simple in types], root.get("targetNamespace")
    ours = by_lxml(of_every_type(own_path(standaard, release, BASIS), space, names))
    theirs = by_lxml(of_every_type(published.base_path(standaard, release), space, names))
    second = xmlschema.XMLSchema(own_path(standaard, release, BASIS))
    rng = random.Random(f"{standaard} {release}")
    counts: Counter[str] = Counter()
    differing = []
    for simple in types:
        for text in values(simple):
            xml = valued(simple, text)
            verdicts = {"published": theirs(xml), "ours": ours(xml)}
            strips = simple.base != "string" and text.strip() != text.strip(XML_BLANKS)
            if not strips and rng.randrange(EVERY) == 0:
                verdicts["ours by xmlschema"] = second.types[simple.name].is_valid(text)
            counts.update(all=1, second=len(verdicts) - 2)
            if len(set(verdicts.values())) > 1:
                differing.append(f"{simple.name} {text!r}: {verdicts}")

    report(
        f"basisschema {standaard} {release}: {counts['all']} values, {counts['second']} in both engines, "
        f"{len(differing)} disagreements"
    )
    assert differing == []


# --- the model ---


def without_patterns(element: Element) -> Element:
    """Patterns may be written otherwise; the values above compare what they take."""
    simple = element.simple and replace(
        element.simple, patterns=(), enumerations=tuple(sorted(element.simple.enumerations))
    )
    return replace(element, simple=simple, children=tuple(without_patterns(child) for child in element.children))


@pytest.mark.parametrize("standaard, release, soort", SOORTEN)
def test_names_order_cardinality_and_facets_are_the_published_ones(standaard: str, release: str, soort: str) -> None:
    ours = SchemaReader(*(etree.parse(own_path(standaard, release, name)).getroot() for name in (soort, BASIS)))
    theirs = SchemaReader(
        published.message_schema(standaard, release, soort), published.base_schema(standaard, release)
    )

    assert without_patterns(ours.root()) == without_patterns(theirs.root())
    assert ours.complex_types().keys() == theirs.complex_types().keys()
    assert ours.simple_types().keys() == theirs.simple_types().keys()


def test_every_published_soort_is_ours_too() -> None:
    derived = {("iwmo", "3.2", soort) for soort in published.FROM_IJW}

    assert set(SOORTEN) == published.published_soorten() | derived
    assert not derived & published.published_soorten()
