"""Our schemas and the published ones give every message the same verdict.

`make conformance` runs all mutations, `make test` a share of them; the seeds are fixed. See test_presence.py for
what happens without the published files.
"""

from __future__ import annotations

import random
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

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
from conformance.mutations import Mutation, mutations_of, values
from conformance.published import FULL, RELEASES, SOORTEN
from lxml import etree
from schema_model import SCHEMAS, Element, SchemaReader, Simple, maximal_message, minimal_message

from builders import BASIS, client, contact, prestatie, product, relatie, wmo301, wmo302, wmo323, wmo325

OWN = SCHEMAS / "iwmo"
SEED = 20250203
# The short form stays under fifteen seconds, the full one under four minutes.
SHARE, SHARE_SECOND_ENGINE, SHARE_OF_VALUES = (1.0, 0.05, 1.0) if FULL else (0.02, 0.002, 0.1)

Report = Callable[[str], None]


def built_messages(release: str, soort: str) -> list[bytes]:
    """Messages of the builders: a plain one and some with more in them."""
    return {"3.2": built_32, "2.3": built_23}[release]()[soort]


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


def mutated(release: str, soort: str, share: float) -> list[Mutation]:
    """Mutations of built, smallest, largest and published messages; the same ones each time."""
    rng = random.Random(f"{SEED} {release} {soort} {share}")
    tree = SchemaReader(published.message_schema(release, soort), published.base_schema(release)).root()
    sample = published.sample(release, soort)
    bases = [minimal_message(tree), *built_messages(release, soort), *([sample] if sample else [])]
    found = mutations_of(soort, tree, bases, maximal_message(tree, times=1), rng, share)
    return [*found, Mutation(f"{soort} largest", maximal_message(tree))]


def disagreements(
    mutations: Iterable[Mutation], ours: Callable[[bytes], bool], theirs: Callable[[bytes], bool]
) -> list[str]:
    """The mutations on which two verdicts differ, as lines to read."""
    verdicts = ((name, ours(xml), theirs(xml)) for name, xml in mutations)
    return [f"{name}: ours {own}, theirs {other}" for name, own, other in verdicts if own != other]


def by_lxml(schema: etree.XMLSchema) -> Callable[[bytes], bool]:
    return lambda xml: bool(schema.validate(etree.fromstring(xml)))


@pytest.mark.parametrize("release, soort", SOORTEN)
def test_our_schema_judges_every_mutation_as_the_published_one(release: str, soort: str, report: Report) -> None:
    ours = by_lxml(etree.XMLSchema(file=str(OWN / release / f"{soort}.xsd")))
    theirs = by_lxml(etree.XMLSchema(published.message_schema(release, soort)))
    mutations = mutated(release, soort, SHARE)

    found = disagreements(mutations, ours, theirs)

    valid = sum(ours(xml) for _, xml in mutations)
    report(f"{soort} {release}: {len(mutations)} mutations ({valid} valid), {len(found)} disagreements")
    assert found == []
    # A comparison in which everything is refused, or nothing, compares nothing.
    assert len(mutations) / 10 < valid < len(mutations) * 0.9


# Where the engines themselves differ. xmlschema takes a digit of another script in a number, and any Unicode blank
# around a number or between elements; libxml2 takes a time with a zone behind a minus: its "[^Z+-]" allows the minus.
KNOWN_TO_DIFFER = re.compile(r"[٣１\u0085\u00a0\u2003\u2028]|:\d\d-\d\d:")


def as_text(xml: bytes) -> str:
    """The message without the character references that its bytes may hold."""
    return str(etree.tostring(etree.fromstring(xml), encoding="unicode"))


@pytest.mark.parametrize("release, soort", SOORTEN)
def test_our_schema_in_the_second_engine_judges_as_the_published_one(release: str, soort: str, report: Report) -> None:
    schema = xmlschema.XMLSchema(OWN / release / f"{soort}.xsd")
    theirs = by_lxml(etree.XMLSchema(published.message_schema(release, soort)))
    every = mutated(release, soort, SHARE_SECOND_ENGINE)
    mutations = [one for one in every if not KNOWN_TO_DIFFER.search(as_text(one.xml))]

    # ElementTree, unlike lxml, gives xmlschema the whole text around a comment.
    found = disagreements(mutations, lambda xml: schema.is_valid(ElementTree.fromstring(xml)), theirs)

    report(f"{soort} {release} by xmlschema: {len(mutations)} mutations, {len(found)} disagreements")
    assert found == []


def of_every_type(basis: Path, release: str, names: Iterable[str]) -> etree.XMLSchema:
    """A schema with one element per simple type of a base schema, named as the type."""
    space = BASIS(release)
    elements = "".join(f'<xs:element name="{name}" type="b:{name}"/>' for name in names)
    return etree.XMLSchema(
        etree.fromstring(
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:b="{space}">'
            f'<xs:import namespace="{space}" schemaLocation="{basis.as_uri()}"/>{elements}</xs:schema>'
        )
    )


def values_of_every_type(types: Iterable[Simple]) -> list[tuple[Simple, str]]:
    return [(simple, text) for simple in types for text in values(simple, random.Random(f"{SEED} {simple.name}"))]


def valued(simple: Simple, text: str) -> Mutation:
    """An element named as the type, with the value."""
    node = etree.Element(simple.name)
    node.text = text
    return Mutation(f"{simple.name} {text!r}", etree.tostring(node, encoding="utf-8"))


@pytest.mark.parametrize("release", RELEASES)
def test_every_type_of_the_base_schema_takes_the_same_values(release: str, report: Report) -> None:
    types = SchemaReader(published.base_schema(release)).simple_types().values()
    names = sorted(simple.name for simple in types)
    ours = by_lxml(of_every_type(OWN / release / "basisschema.xsd", release, names))
    theirs = by_lxml(of_every_type(published.schema_path("iwmo", release, "basisschema"), release, names))
    mutations = [valued(*pair) for pair in values_of_every_type(types)]

    found = disagreements(mutations, ours, theirs)

    report(f"basisschema {release}: {len(mutations)} values, {len(found)} disagreements")
    assert found == []


@pytest.mark.parametrize("release", RELEASES)
def test_every_type_takes_the_same_values_in_the_second_engine(release: str, report: Report) -> None:
    types = SchemaReader(published.base_schema(release)).simple_types().values()
    schema = xmlschema.XMLSchema(OWN / release / "basisschema.xsd")
    names = sorted(simple.name for simple in types)
    theirs = by_lxml(of_every_type(published.schema_path("iwmo", release, "basisschema"), release, names))
    rng = random.Random(f"{SEED} {release}")
    every = (pair for pair in values_of_every_type(types) if rng.random() < SHARE_OF_VALUES)
    pairs = [pair for pair in every if not KNOWN_TO_DIFFER.search(pair[1])]

    found = [
        f"{simple.name} {text!r}"
        for simple, text in pairs
        if schema.types[simple.name].is_valid(text) != theirs(valued(simple, text).xml)
    ]

    report(f"basisschema {release} by xmlschema: {len(pairs)} values, {len(found)} disagreements")
    assert found == []


def without_patterns(element: Element) -> Element:
    """Patterns may be written otherwise; the values above compare what they take."""
    simple = element.simple and replace(
        element.simple, patterns=(), enumerations=tuple(sorted(element.simple.enumerations))
    )
    return replace(element, simple=simple, children=tuple(without_patterns(child) for child in element.children))


@pytest.mark.parametrize("release, soort", SOORTEN)
def test_names_order_cardinality_and_facets_are_the_published_ones(release: str, soort: str) -> None:
    ours = SchemaReader(*(etree.parse(OWN / release / f"{name}.xsd").getroot() for name in (soort, "basisschema")))
    theirs = SchemaReader(published.message_schema(release, soort), published.base_schema(release))

    assert without_patterns(ours.root()) == without_patterns(theirs.root())
    assert ours.complex_types().keys() == theirs.complex_types().keys()
    assert ours.simple_types().keys() == theirs.simple_types().keys()
