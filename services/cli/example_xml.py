"""XML of the standard, streamed: a message is a tree of nodes whose children may be made while they are written.

UTF-8 without BOM and CR/LF line ends (OP192); every element with children puts each of them on a line of its own.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from services.kernel.catalogue import Berichtsoort

# A tag in Clark notation with its text or its children; None as a child is left out.
Node = tuple[str, "str | Iterable[Node | None]"]


class Names:
    """The two namespaces of a message: elements of the message itself, and of the base types."""

    def __init__(self, soort: Berichtsoort) -> None:
        self.soort = soort
        self._message = f"{{{soort.namespace}}}"
        self._basis = f"{{{soort.basis}}}"

    def leaf(self, name: str, value: object) -> Node | None:
        return None if value is None else (self._message + name, str(value))

    def group(self, name: str, *children: Node | None) -> Node:
        return self._message + name, children

    def stream(self, name: str, children: Iterator[Node]) -> Node:
        return self._message + name, children

    def composed(self, name: str, *first: Node | None, **leaves: object) -> Node:
        """An element of the message with children of the base types: `first`, then leaves; None leaves one out."""
        return self._message + name, [*first, *self.leaves(**leaves)]

    def base(self, name: str, *first: Node | None, **leaves: object) -> Node:
        """An element of the base types with such children too."""
        return self._basis + name, [*first, *self.leaves(**leaves)]

    def leaves(self, **leaves: object) -> list[Node | None]:
        """Leaves of the base types; None leaves one out."""
        return [(self._basis + name, str(value)) for name, value in leaves.items() if value is not None]

    def start(self, code: str) -> list[Node | None]:
        """What every Header begins with: BerichtCode and the release."""
        versie, subversie = self.soort.release.split(".")
        values = {"BerichtCode": code, "BerichtVersie": versie, "BerichtSubversie": subversie}
        return [self.leaf(name, value) for name, value in values.items()]


class _CrLf:
    """lxml writes LF; the standard asks for CR/LF."""

    def __init__(self, uit: BinaryIO) -> None:
        self._uit = uit

    def write(self, data: bytes) -> None:
        self._uit.write(data.replace(b"\n", b"\r\n"))


def as_bytes(schrijf: Callable[[BinaryIO], None]) -> bytes:
    """What a writer of example messages writes."""
    uit = io.BytesIO()
    schrijf(uit)
    return uit.getvalue()


def write(uit: BinaryIO, n: Names, *children: Node) -> None:
    """Write the message: Bericht with these children."""
    soort = n.soort
    # The message's own namespace without a prefix: a message of 100,000 Prestaties is a third smaller.
    namespaces = {None: soort.namespace, "b": soort.basis}
    with etree.xmlfile(_CrLf(uit), encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{soort.namespace}}}Bericht", nsmap=namespaces):
            for child in children:
                xml.write("\n")
                _emit(xml, child)
            xml.write("\n")


def _emit(xml: Any, node: Node) -> None:
    tag, content = node
    with xml.element(tag):
        if isinstance(content, str):
            xml.write(content)
            return
        for child in content:
            if child is not None:
                xml.write("\n")
                _emit(xml, child)
        xml.write("\n")
