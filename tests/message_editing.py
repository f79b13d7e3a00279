"""One change in a message, by a path of local names; part of `builders`."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

Node = Any  # lxml's elements carry no useful types


def NS(soort: str, release: str = "3.2") -> str:
    """The namespace of a message, e.g. NS("WMO323")."""
    standaard = "ijw" if soort.upper().startswith("JW") else "iwmo"
    return f"http://www.istandaarden.nl/{standaard}/{release.replace('.', '_')}/{soort.lower()}/schema"


def BASIS(release: str = "3.2") -> str:
    """The namespace of the base types of iwmo."""
    return NS("basisschema", release)


def basis_of(namespace: str) -> str:
    """The namespace of the base types of a message's standard and release."""
    return re.sub(r"/\w+/schema$", "/basisschema/schema", namespace)


def _xpath(path: str) -> str:
    """Local names to XPath: "Client/Bsn" is found at any depth, "/Bericht/Header" from the root."""
    local = re.sub(r"[A-Za-z][\w-]*", lambda m: f"*[local-name()='{m.group()}']", path)
    return local if path.startswith("/") else f"//{local}"


def _at(root: Node, path: str, nr: int) -> Node:
    hits = root.xpath(_xpath(path))
    if len(hits) < nr:
        raise LookupError(f"{path}: {len(hits)} found, nr {nr} asked")
    return hits[nr - 1]


def _plain(root: Node) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def set_text(xml: bytes, path: str, text: str, nr: int = 1) -> bytes:
    """The message with another text in the nr-th element (document order) that path names."""
    root = etree.fromstring(xml)
    _at(root, path, nr).text = text
    return _plain(root)


def remove(xml: bytes, path: str, nr: int = 1) -> bytes:
    """The message without the nr-th element that path names."""
    root = etree.fromstring(xml)
    node = _at(root, path, nr)
    node.getparent().remove(node)
    return _plain(root)


def insert_after(xml: bytes, path: str, name: str, text: str | None = None, nr: int = 1) -> bytes:
    """The message with a new element after the one path names, in its namespace ("iwmo:X": the base one)."""
    root = etree.fromstring(xml)
    node = _at(root, path, nr)
    space = etree.QName(node).namespace
    if name.startswith("iwmo:"):
        space = basis_of(space)
    made = etree.Element(f"{{{space}}}{name.removeprefix('iwmo:')}")
    made.text = text
    made.tail = node.tail
    node.addnext(made)
    return _plain(root)


def text(xml: bytes, path: str, nr: int = 1) -> str | None:
    """The text of the nr-th element that path names; None when there is none."""
    hits = etree.fromstring(xml).xpath(_xpath(path))
    return None if len(hits) < nr else hits[nr - 1].text or ""


def texts(xml: bytes, path: str) -> list[str]:
    """The texts of all elements that path names, in document order."""
    return [node.text or "" for node in etree.fromstring(xml).xpath(_xpath(path))]
