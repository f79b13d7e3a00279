"""Inputs for the fuzz: valid messages of every soort, changed in their bytes or in their tree."""

from __future__ import annotations

import random
import re
from functools import cache

from conformance.mutations import random_plan
from hypothesis import strategies as st
from schema_model import Element, own_schema

from services.kernel.catalogue import CATALOGUE, Berichtsoort
from services.kernel.openapi_examples import recorded

# What readers of XML have stumbled over.
TOKENS = (
    b"<", b">", b"&", b"]]>", b"<!--", b"-->", b"<![CDATA[", b"<?x ?>", b"<?xml version='1.0'?>", b"\x00", b"\xff",
    b"\xef\xbb\xbf", b"\xff\xfe", b"<!DOCTYPE a>", b"<!ENTITY a 'b'>", b"&#0;", b"&#xD800;", b"&#x1F600;", b"&lt;",
    b' xmlns="urn:x"', b' xmlns:iwmo=""', b' xml:lang="nl"', b' xsi:nil="true"', b"9" * 40, b"-1", b"12026-01-01",
    b"24:00:00", b"0001-01-01", b"9999-12-31", b"1e9", b" " * 300, b"\r\n", b"\xc2\x85", b"<a>" * 300, b"x" * 20_000,
)  # fmt: skip

VALUES = (
    b"0", b"1", b"-1", b"2025-01-31", b"2025-12-31", b"2026-02-28", b"82", b"83", b"01", b"04", b"2", b"6", b"D", b"C",
    b"999999999", b"99999999", b"SPF3", b"999900006", b"75000001", b"0503", b"0603", b"12000", b"", b"1001",
)  # fmt: skip


@cache
def tree_of(soort: Berichtsoort) -> Element:
    return own_schema(soort.naam, soort.standaard, soort.release).root()


@cache
def seeds() -> tuple[tuple[Berichtsoort, bytes], ...]:
    """A valid message of every soort, a few times."""
    made = []
    for soort in CATALOGUE:
        for nr in range(3):
            made.append((soort, random_plan(soort.naam, tree_of(soort), nr).make(random.Random(nr * 7 + 1))))
    return tuple(made)


@cache
def understood() -> tuple[bytes, ...]:
    """Messages of the parties of the example set, which a hub judges to the end."""
    kept = [recorded(naam)["operations"].values() for naam in ("allocation", "declaration")]
    bodies = [
        body
        for operations in kept
        for operation in operations
        for contents in (operation["request"], *operation["responses"].values())
        for media_type, body in contents.items()
        if media_type == "application/xml"
    ]
    return tuple(sorted({body.encode() for body in bodies}))


def judged() -> st.SearchStrategy[bytes]:
    """One of those under a number of its own, with a few of its values another's."""
    values = st.lists(st.tuples(st.floats(0, 1), st.sampled_from(VALUES)), max_size=2)
    return st.builds(_with_values, st.sampled_from(understood()), values, st.integers(0, 10**6))


def _with_values(content: bytes, values: list[tuple[float, bytes]], number: int) -> bytes:
    pieces = re.split(rb"(>[^<>\s][^<>]*<)", content)
    for where, value in values:
        at = 1 + 2 * int(where * (len(pieces) // 2 - 1))
        pieces[at] = b">" + value + b"<"
    return re.sub(rb"(Identificatie>|DeclaratieNummer>)[^<]+<", rb"\g<1>F%d<" % number, b"".join(pieces))


def messages() -> st.SearchStrategy[bytes]:
    """Bytes near a message: of a soort, then cut, doubled, swapped and pierced."""
    trees = st.builds(_tree, st.sampled_from(CATALOGUE), st.integers(0, 2**32))
    seeded = st.one_of(trees, st.sampled_from([content for _, content in seeds()]))
    edits = st.lists(
        st.tuples(st.sampled_from(["cut", "double", "token", "byte"]), st.floats(0, 1), st.integers(0, 400),
                  st.sampled_from(TOKENS)),
        max_size=6,
    )  # fmt: skip
    edited = st.builds(_edited, seeded, edits)
    return st.one_of(judged(), judged(), seeded, edited, edited, st.binary(max_size=200))


def _tree(soort: Berichtsoort, number: int) -> bytes:
    return random_plan(soort.naam, tree_of(soort), number).make(random.Random(number))


def _edited(content: bytes, edits: list[tuple[str, float, int, bytes]]) -> bytes:
    for kind, where, length, token in edits:
        at = int(where * len(content))
        before, piece, after = content[:at], content[at : at + length], content[at + length :]
        if kind == "cut":
            content = before + after
        elif kind == "double":
            content = before + piece * 3 + after
        elif kind == "token":
            content = before + token + piece + after
        else:
            content = before + bytes(value ^ 1 for value in piece[:1]) + piece[1:] + after
    return content
