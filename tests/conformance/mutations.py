"""Changed messages: one change each, or a few at once, to see whether two schemas still agree.

A mutation is a name (for the report) and the bytes of a message. All of them are well-formed XML; most are not valid.
What can be changed is listed first, as plans, and only the plans that are drawn are carried out.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple

from lxml import etree
from schema_model import Element, Simple, example, random_message

XSI = "http://www.w3.org/2001/XMLSchema-instance"
Node = Any  # lxml's elements carry no useful types


class Mutation(NamedTuple):
    name: str
    xml: bytes


class Plan(NamedTuple):
    """A mutation yet to be made, from random numbers of its own: the same ones whichever other plans are drawn."""

    name: str
    make: Callable[[random.Random], bytes]

    def mutation(self) -> Mutation:
        return Mutation(self.name, self.make(random.Random(self.name)))


# --- values ---

DATES = (
    "2024-02-29", "2025-02-29", "1900-02-29", "2000-02-29", "2025-04-31", "2025-12-31", "2025-13-01", "2025-00-10",
    "2025-01-00", "2025-1-01", "25-01-01", "20250101", "2025/01/01", "01-01-2025", "2025-01-01Z", "2025-01-01+01:00",
    "2025-01-01-01:00", "2025-01-01+14:00", "2025-01-01T00:00:00", "0000-01-01", "0001-01-01", "-0001-01-01",
    "-2025-01-01", "12026-01-01", "012026-01-01", "9999-12-31", "10000-01-01", "+2025-01-01", "2025-01-011",
    " 2025-01-01 ", "\n2025-01-01\t", "2025 -01-01", "2025-W01-1", "vandaag", "2025-02-30", "1582-10-10",
)  # fmt: skip
TIMES = (
    "00:00:00", "23:59:59", "24:00:00", "24:00:01", "25:00:00", "10:60:00", "10:00:60", "10:00", "1:00:00", "100000",
    "10:00:00Z", "10:00:00+01:00", "10:00:00-05:00", "10:00:00.5", "10:00:00.", "10:00:00.123456789", "-10:00:00",
    " 10:00:00 ", "\n10:00:00", "10.00.00", "T10:00:00", "10:00:00.0Z", "24:00:00.0", "24:00:00.5",
)  # fmt: skip
INTEGERS = (
    "-1", "-0", "+1", "+0", "007", "0", "00", "1.0", "1.", ".5", "1e3", "1,5", "0x10", "--1", "- 1", " 1 ", "\t1\n",
    "1 1", "NaN", "INF", "٣", "１", "9" * 18, "9" * 30, "000000000000000000001", "-9999999999999",
)  # fmt: skip
BLANKS = ("", " ", "\t", "\n", "\r", "\n \t", "  ", "\u00a0", "\u2003", "\u200b", "\u0085", "\u2028")
# Letters next to the ranges of the patterns, and text an engine may count or class in its own way.
ODD = "aZ09.-:+ @é`{[^ÀÿŁỳỴỹ¿×÷ßĀΩж漢٣１🙂\u0301\u00a0\u2028"


def _lengths(simple: Simple) -> Iterator[str]:
    for name in ("minLength", "maxLength"):
        limit = simple.facet(name)
        for length in () if limit is None else (limit - 1, limit, limit + 1):
            for letter in ("a", "Z", "7", " ", "é", "🙂", "\n", "&"):
                yield letter * max(length, 0)
            yield " " * max(length - 1, 0) + "a"
            yield "a" + " " * max(length - 1, 0)


def _ranges(simple: Simple) -> Iterator[str]:
    for name in ("minInclusive", "maxInclusive"):
        limit = simple.facet(name)
        for value in () if limit is None else (limit - 1, limit, limit + 1, limit * 10 + 9):
            yield from (str(value), f"{value}.0", f"0{value}")


def _codes(simple: Simple) -> Iterator[str]:
    yield from simple.enumerations
    for code in simple.enumerations[:3]:
        yield from (f" {code}", f"{code} ", f"{code}\n", f"{code}{code}", code[:-1], f"0{code}", code.lower() + "x")


def _near_pattern(simple: Simple, rng: random.Random) -> Iterator[str]:
    """A value that fits, with a letter replaced, added, dropped or doubled; and free text."""
    valid = example(simple)
    yield from (valid, valid + valid, f" {valid}", f"{valid} ", f"\n{valid}", f"{valid}\r", valid.lower(), valid[1:])
    for _ in range(12):
        at, letter = rng.randrange(len(valid)), rng.choice(ODD)
        yield valid[:at] + letter + valid[at + rng.randrange(2) :]
        yield "".join(rng.choices(ODD, k=rng.randrange(1, 10)))
    for letter in ODD:
        yield letter


@cache
def values(simple: Simple) -> tuple[str, ...]:
    """Values on, under and over every facet of a type, every code, and what whitespace and text may do."""
    rng = random.Random(repr(simple))
    typed = {"date": DATES, "time": TIMES, "integer": INTEGERS}.get(simple.base, ())
    found = [*typed, *BLANKS, *_codes(simple), *_lengths(simple), *_ranges(simple), *_near_pattern(simple, rng)]
    return tuple(dict.fromkeys(found))


# --- the tree ---


def _serialised(root: Node) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _drop(node: Node, _rng: random.Random) -> None:
    node.getparent().remove(node)


def _double(node: Node, _rng: random.Random) -> None:
    node.addnext(copy.deepcopy(node))


def _swap(node: Node, _rng: random.Random) -> None:
    other = node.getnext()
    if other is not None:
        other.addnext(node)


def _to_front(node: Node, _rng: random.Random) -> None:
    node.getparent().insert(0, node)


def _move(node: Node, rng: random.Random) -> None:
    """To another parent."""
    own = set(node.iter())
    elsewhere = [other for other in node.getroottree().iter(etree.Element) if len(other) and other not in own]
    rng.choice(elsewhere).append(node)


def _rename(node: Node, rng: random.Random) -> None:
    names = sorted({etree.QName(other).localname for other in node.getroottree().iter(etree.Element)})
    local = etree.QName(node).localname
    changed = rng.choice([*names, local + "x", local.lower(), local.upper(), "Onbekend"])
    node.tag = etree.QName(etree.QName(node).namespace, changed).text


def _namespace(node: Node, rng: random.Random) -> None:
    used = {etree.QName(other).namespace or "" for other in node.getroottree().iter(etree.Element)}
    own = etree.QName(node).namespace or "urn:x"
    other_release = own.replace("2_3", "3_2") if "2_3" in own else own.replace("3_2", "2_3")
    other_standard = own.replace("iwmo", "ijw") if "iwmo" in own else own.replace("ijw", "iwmo")
    variants = ["", other_release, other_standard, own + "/"]
    choice = rng.choice(sorted(used - {own}) + variants)
    local = etree.QName(node).localname
    node.tag = f"{{{choice}}}{local}" if choice else local


def _attribute(node: Node, rng: random.Random) -> None:
    name, value = rng.choice(
        [
            ("id", "1"),
            ("xmlns-x", "1"),
            ("{http://www.w3.org/XML/1998/namespace}lang", "nl"),
            (f"{{{XSI}}}nil", "true"),
            (f"{{{XSI}}}nil", "false"),
            (f"{{{XSI}}}schemaLocation", "urn:a b.xsd"),
            (f"{{{XSI}}}noNamespaceSchemaLocation", "b.xsd"),
            ("{urn:x}id", "1"),
        ]
    )
    node.set(name, value)


def _type(node: Node, rng: random.Random) -> None:
    """An xsi:type: the element's own (most types are called as their element), another one, or none there is."""
    name = rng.choice([etree.QName(node).localname, "Header", "Root", "LDT_Datum", "CDT_Product", "Onbekend"])
    prefix = rng.choice([*node.nsmap, "nergens"])
    node.set(f"{{{XSI}}}type", f"{prefix}:{name}" if prefix else name)


def _blank_text(node: Node, rng: random.Random) -> None:
    node.text = rng.choice(["\n  ", " ", "\t"]) + (node.text or "") + rng.choice(["", " ", "\n"])


def _stray_text(node: Node, rng: random.Random) -> None:
    node.tail = rng.choice(["x", "\u00a0", "0", "\n"])


def _comment(node: Node, _rng: random.Random) -> None:
    text = node.text or ""
    node.text = text[: len(text) // 2]
    comment = etree.Comment(" tussen ")
    comment.tail = text[len(text) // 2 :]
    node.insert(0, comment)


def _instruction(node: Node, _rng: random.Random) -> None:
    node.addprevious(etree.ProcessingInstruction("doel", "inhoud"))


def _cdata(node: Node, rng: random.Random) -> None:
    if not len(node):
        node.text = etree.CDATA((node.text or "") + rng.choice(["", " ", "<b>", "&amp;"]))


def _child(node: Node, rng: random.Random) -> None:
    """An element inside, unknown or taken from elsewhere in the message."""
    spare = rng.choice([*node.getroottree().iter(etree.Element)])
    made = etree.Element(rng.choice([spare.tag, etree.QName(etree.QName(node).namespace, "Onbekend").text, "Kaal"]))
    made.text = rng.choice([None, spare.text])
    node.insert(rng.randrange(len(node) + 1), made)


def _empty(node: Node, _rng: random.Random) -> None:
    for child in list(node):
        node.remove(child)
    node.text = None


def _reverse(node: Node, _rng: random.Random) -> None:
    node[:] = reversed(list(node))


CHANGES: tuple[Callable[[Node, random.Random], None], ...] = (
    _drop, _double, _swap, _to_front, _move, _rename, _namespace, _attribute, _type, _blank_text, _stray_text,
    _comment, _instruction, _cdata, _child, _empty, _reverse,
)  # fmt: skip


ON_THE_ROOT: tuple[Callable[[Node, random.Random], None], ...] = (
    _rename, _namespace, _attribute, _type, _blank_text, _empty, _reverse,
)  # fmt: skip


def _elements(root: Node) -> list[Node]:
    """Every element below the root, in document order."""
    return list(root.iterdescendants(etree.Element))


def _path(node: Node) -> str:
    names = [f"{etree.QName(one).localname}" for one in (node, *node.iterancestors())]
    return "/".join(reversed(names))


def _changed(
    original: Node, nr: int | None, change: Callable[[Node, random.Random], None], rng: random.Random
) -> bytes:
    """The message with one element changed; nr None is the root."""
    root = copy.deepcopy(original)
    change(root if nr is None else _elements(root)[nr], rng)
    return _serialised(root)


def structure_plans(message: str, xml: bytes) -> Iterator[Plan]:
    """Every change on every element of a message, the root too."""
    original = etree.fromstring(xml)
    for nr, node in enumerate(_elements(original)):
        for change in CHANGES:
            yield Plan(f"{message} {change.__name__} {_path(node)} [{nr}]", partial(_changed, original, nr, change))
    for change in ON_THE_ROOT:
        yield Plan(f"{message} {change.__name__} root", partial(_changed, original, None, change))


def value_plans(message: str, xml: bytes, tree: Element) -> Iterator[Plan]:
    """Every value of `values` in the first element of each type, a few in every other."""
    original = etree.fromstring(xml)
    seen: set[Simple] = set()
    for nr, (node, simple) in enumerate(_valued(original, tree)):
        texts = list(values(simple))
        if simple in seen:
            texts = random.Random(f"{message} {nr}").sample(texts, min(8, len(texts)))
        seen.add(simple)
        for text in texts:
            yield Plan(f"{message} {_path(node)} [{nr}] = {text!r}", partial(_with_value, original, tree, nr, text))


def _with_value(original: Node, tree: Element, nr: int, text: str, _: random.Random) -> bytes:
    root = copy.deepcopy(original)
    list(_valued(root, tree))[nr][0].text = text
    return _serialised(root)


def _valued(node: Node, element: Element) -> Iterator[tuple[Node, Simple]]:
    """The elements with a value, each with its type."""
    if element.simple:
        yield node, element.simple
    known = {child.name: child for child in element.children}
    for child in node:
        yield from _valued(child, known[child.tag])


FORMS: dict[str, Callable[[str, str], str]] = {
    "no declaration": lambda text, own: text,
    "byte order mark": lambda text, own: f"\ufeff{text}",
    "other prefix": lambda text, own: text.replace(f"{own}:", "x:").replace(f"xmlns:{own}=", "xmlns:x="),
    "default namespace": lambda text, own: (
        text.replace(f"<{own}:", "<").replace(f"</{own}:", "</").replace(f":{own}=", "=")
    ),
    "windows lines": lambda text, own: text.replace("\r", "").replace("\n", "\r\n"),
    "character references": lambda text, own: text.replace(">3<", ">&#51;<").replace(">D<", ">&#x44;<"),
    "comment before": lambda text, own: f"<!-- voor -->{text}<!-- na -->",
    "instruction before": lambda text, own: f'<?xml-stylesheet href="x"?>{text}',
}


def written_otherwise(message: str, xml: bytes) -> Iterator[Plan]:
    """The same message in other bytes."""
    prefix = etree.fromstring(xml).prefix
    text = xml.decode().split("?>", 1)[1].lstrip()
    for name, form in FORMS.items():
        yield Plan(f"{message} {name}", lambda _, form=form: form(text, prefix).encode())


def random_plan(message: str, tree: Element, nr: int) -> Plan:
    """A random valid message, with none to three changes of structure and value."""
    return Plan(f"{message} random {nr}", partial(_random, tree))


def _random(tree: Element, rng: random.Random) -> bytes:
    root = etree.fromstring(random_message(tree, rng))
    # Values first: they are put where the message is still as the tree says.
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        node, simple = rng.choice(list(_valued(root, tree)))
        node.text = rng.choice(values(simple))
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        elements = _elements(root)
        if elements:
            rng.choice(CHANGES)(rng.choice(elements), rng)
    return _serialised(root)


def mutations(soort: str, tree: Element, bases: list[bytes], maximal: bytes, number: int) -> Iterator[Mutation]:
    """As many mutations of these valid messages; what one change can do comes first, the rest is random."""
    plans = [plan for nr, xml in enumerate(bases) for plan in _plans_of(f"{soort} {nr}", xml)]
    plans += structure_plans(f"{soort} largest", maximal)
    plans += value_plans(f"{soort} largest", maximal, tree)
    unchanged = [Mutation(f"{soort} {nr} unchanged", xml) for nr, xml in enumerate([*bases, maximal])]
    yield from unchanged
    asked = max(number - len(unchanged), 0)
    # A tenth is random in any case: a small number would hold none of it otherwise.
    drawn = min(len(plans), asked - asked // 10)
    for plan in random.Random(f"{soort} {number}").sample(plans, drawn):
        yield plan.mutation()
    for nr in range(asked - drawn):
        yield random_plan(soort, tree, nr).mutation()


def _plans_of(message: str, xml: bytes) -> Iterator[Plan]:
    yield from structure_plans(message, xml)
    yield from written_otherwise(message, xml)
