"""Messages made to cost: refused by their form, both sides of each limit, and what is explained is bounded."""

from __future__ import annotations

from io import BytesIO

import pytest
from lxml import etree

import builders
from services.kernel import reading
from services.kernel.bevinding import LIJST_MAXIMUM, Bevinding
from services.kernel.catalogue import find
from services.kernel.explaining import explain
from services.kernel.reading import Afwijzing, identify
from services.kernel.sibling_windows import windows

SCHEMAS = reading.Schemas()
SOORT = find("WMO323", "3.2")
NAMESPACE = SOORT.namespace.encode()


def root(inside: bytes, attributes: bytes = b"") -> bytes:
    return b'<Bericht xmlns="' + NAMESPACE + b'"' + attributes + b">" + inside + b"</Bericht>"


def refused(content: bytes) -> str:
    with pytest.raises(Afwijzing) as raised:
        identify(BytesIO(content))
    return raised.value.type


# --- the form --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    [
        root(b"x" * 16_384),
        root(b"", b"".join(b' a%d=">"' % nr for nr in range(3_000))),
        root(b"", b"".join(b' xmlns:a%d="u"' % nr for nr in range(3_000))),
        root(b"<" + b"a" * 16_384 + b"/>"),
        root(b"<a>" + b"&#65;" * 4_000 + b"</a>"),
        root(b"<!--" + b"x" * 16_384 + b"-->"),
    ],
    ids=["text", "attributes", "namespaces", "name", "references", "comment"],
)
def test_a_piece_without_end_is_refused(piece: bytes) -> None:
    assert refused(piece) == "te-ingewikkeld"


def test_a_piece_just_short_enough_is_taken() -> None:
    begin = len('Bericht xmlns="">') + len(NAMESPACE)

    assert identify(BytesIO(root(b"x" * (16_383 - begin)))) == SOORT
    assert refused(root(b"x" * (16_384 - begin))) == "te-ingewikkeld"


def test_a_piece_over_the_border_of_two_blocks_is_seen() -> None:
    fill = b"<a/>" * ((1024 * 1024 - 8_000) // 4)

    assert refused(root(fill + b"<b>" + b"x" * 16_384)) == "te-ingewikkeld"


def test_more_marks_than_any_message_has_are_refused() -> None:
    assert identify(BytesIO(root(b"<a/>" * 1_499_998))) == SOORT
    assert refused(root(b"<a/>" * 1_499_999)) == "te-ingewikkeld"


def test_a_hub_that_takes_larger_messages_takes_as_many_more_elements() -> None:
    assert identify(BytesIO(root((b"<a>" + b"x" * 33 + b"</a>") * 1_000_000))) == SOORT
    assert refused(root((b"<a>" + b"x" * 20 + b"</a>") * 1_000_000)) == "te-ingewikkeld"


@pytest.mark.parametrize(("number", "kind"), [(100_000, "xsd-ongeldig"), (100_001, "te-ingewikkeld")])
def test_more_children_than_any_element_has_are_not_explained(number: int, kind: str) -> None:
    with pytest.raises(Afwijzing) as raised:
        read(root(b"<a/>" * number))

    assert raised.value.type == kind


@pytest.mark.parametrize(("depth", "kind"), [(250, "xsd-ongeldig"), (300, "geen-xml")])
def test_a_tree_too_deep_is_no_xml_to_us(depth: int, kind: str) -> None:
    with pytest.raises(Afwijzing) as raised:
        read(root(b"<a>" * depth + b"</a>" * depth))

    assert raised.value.type == kind


@pytest.mark.parametrize(
    "content",
    [
        root(b"a\x00b"),
        root(b"\xff\xfe"),
        root(b"\xc3\x28"),
        root(b"&onbekend;"),
        root(b"<a b='1' b='2'/>"),
        root(b"<p:a/>"),
        root(b"</a>"),
        root(b"") + root(b""),
    ],
    ids=["nul", "bytes", "utf-8", "entity", "double attribute", "prefix", "end tag", "two roots"],
)
def test_what_is_not_well_formed_is_no_xml(content: bytes) -> None:
    with pytest.raises(Afwijzing) as raised:
        read(content)

    assert raised.value.type == "geen-xml"


@pytest.mark.parametrize(
    "content",
    [
        root(b"").decode().encode("utf-16"),
        root(b"").decode().encode("utf-16-le"),
        root(b"").decode().encode("utf-32"),
        b'<?xml version="1.0" encoding="UTF-7"?>' + root(b""),
        b"<?xml version='1.0'\nencoding='windows-1252' ?>" + root(b""),
    ],
    ids=["utf-16", "utf-16 without mark", "utf-32", "utf-7", "windows"],
)
def test_another_encoding_is_refused_before_parsing(content: bytes) -> None:
    assert refused(content) == "verkeerde-codering"


@pytest.mark.parametrize("content", [b"<p:Bericht/>", b"<p:Bericht xmlns='" + NAMESPACE + b"'/>", b"<a:b:c/>"])
def test_a_prefix_of_nothing_on_the_root_is_an_unknown_kind(content: bytes) -> None:
    assert refused(content) == "onbekende-berichtsoort"


def read(content: bytes) -> object:
    def build(stream: BytesIO) -> int:
        return sum(1 for _ in reading.elements(stream, SOORT, frozenset({"Prestatie"}), SCHEMAS))

    stream = BytesIO(content)
    assert identify(stream) == SOORT
    return reading.read(stream, SOORT, SCHEMAS, build, explain)


# --- what is explained -----------------------------------------------------------------------------------------------


def declaration(number: int, wrong: set[int]) -> bytes:
    """A 323 of so many Prestaties, of which those with these numbers (from 1) have an unknown Eenheid."""
    content = builders.wmo323(builders.prestatie())
    begin, end = content.index(b"<wmo323:Prestatie>"), content.index(b"</wmo323:Prestaties>")
    line = content[begin:end]
    broken = line.replace(b"<wmo323:Eenheid>82<", b"<wmo323:Eenheid>xx<")
    assert line != broken
    return content[:begin] + b"".join(broken if nr in wrong else line for nr in range(1, number + 1)) + content[end:]


def explained(content: bytes) -> tuple[Bevinding, ...]:
    return explain(BytesIO(content), SOORT, SCHEMAS)


def test_of_thousands_of_violations_the_first_thousand_are_listed() -> None:
    found = explained(declaration(12_000, set(range(1, 12_001))))

    assert len(found) == LIJST_MAXIMUM
    assert [bevinding.pad.rpartition("/Prestatie")[2] for bevinding in found[:2]] == ["[1]/Eenheid", "[2]/Eenheid"]


def test_that_there_may_be_more_is_said() -> None:
    listed = reading.ongeldig(SOORT, explained(declaration(1_100, set(range(1, 1_101))))).detail
    all_of_them = reading.ongeldig(SOORT, explained(declaration(1_100, {7, 1_100}))).detail

    assert "ten minste 1000 plaatsen" in listed
    assert "op 2 plaatsen" in all_of_them


def test_a_violation_far_down_a_long_list_has_its_own_number_and_line() -> None:
    content = declaration(2_000, {1_777})
    [found] = explained(content)

    assert found.pad.endswith("/Prestatie[1777]/Eenheid")
    assert content.split(b"\n")[(found.regelnummer or 0) - 1].strip() == b"<wmo323:Eenheid>xx</wmo323:Eenheid>"


@pytest.mark.parametrize("wrong", [{1}, {500}, {501}, {502}, {1_001}, {1_400}, {1, 501, 1_400}, set()])
def test_in_parts_the_same_is_found_as_in_one_go(wrong: set[int]) -> None:
    content = declaration(1_400, wrong)

    assert {found.pad for found in explained(content)} == {
        f"/Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie[{nr}]/Eenheid" for nr in wrong
    }


def test_a_long_list_inside_a_long_list_is_seen_whole_without_a_missing_part() -> None:
    content = declaration(700, {699})
    begin, end = content.index(b"<wmo323:Client>"), content.index(b"</wmo323:Clienten>")
    one = declaration(1, set())
    short = one[one.index(b"<wmo323:Client>") : one.index(b"</wmo323:Clienten>")]
    content = content[:begin] + short * 600 + content[begin:end] + short * 600 + content[end:]

    assert [found.pad for found in explained(content)] == [
        "/Bericht/Declaratie/Clienten/Client[601]/Prestaties/Prestatie[699]/Eenheid"
    ]


def test_every_member_of_a_run_is_shown_once_but_the_first() -> None:
    tree = etree.fromstring(b"<a><b/>" + b"<c/>" * 1_200 + b"<d/></a>")
    ordinals: dict[etree._Element, int] = {}
    seen = [[ordinals.get(child) for child in tree if child.tag == "c"] for _ in windows(tree, ordinals)]

    assert all(part[0] == 1 and len(part) <= 501 for part in seen)
    assert sorted(nr or 0 for part in seen for nr in part[1:]) == list(range(2, 1_201))
