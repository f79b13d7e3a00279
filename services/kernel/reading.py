"""Reading a message safely: prolog, kind, and one streaming pass that checks the XSD while values are taken.

A message that cannot be read is an `Afwijzing`: what the sender is told, in our own sentence (engine text quotes
values).
"""

import io
import re
import threading
from collections.abc import Callable, Iterator
from datetime import date, time
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from lxml import etree

from services.kernel.bevinding import LIJST_MAXIMUM, Bevinding
from services.kernel.catalogue import Berichtsoort, by_namespace, supported
from services.kernel.rules import ROOT

T = TypeVar("T")

OWN_SCHEMAS = ROOT / "schemas"
_PROLOG_MAXIMUM = 64 * 1024
# The largest message of all (25 MB of Prestaties) has some 670,000 elements, and two `<` for each. A hub that takes
# larger ones takes as many more.
_LARGEST = 25_000_000
_ELEMENTS_MAXIMUM = 750_000
# In one element; of 25 MB, 60,000 Prestaties are already too many.
_CHILDREN_MAXIMUM = 100_000
_PIECE_MAXIMUM = 16 * 1024
_ENDLESS = re.compile(rb"<[^<]{%d}" % _PIECE_MAXIMUM)
_BLOCK = 1024 * 1024

# Prolog items that may precede the root element. A DOCTYPE is none of them: it is refused outright, because lxml with
# resolve_entities=False still lets an external entity pass.
_XML_DECLARATION = re.compile(rb"""<\?xml\s[^>]*?\?>""")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']*)["']""")
_TIJD = re.compile(r"\d\d:\d\d:\d\d(\.\d{1,6})?")
_SKIPPED = re.compile(rb"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)


class Afwijzing(Exception):
    """A message that cannot be read or used; `type` tells the reasons apart, the texts are ours.

    `soort` is what it was to be, as far as that was clear.
    """

    def __init__(
        self,
        type: str,
        titel: str,
        detail: str,
        *,
        status: int = 400,
        bevindingen: tuple[Bevinding, ...] = (),
        soort: Berichtsoort | None = None,
    ) -> None:
        super().__init__(type)
        self.type = type
        self.titel = titel
        self.detail = detail
        self.status = status
        self.bevindingen = bevindingen
        self.soort = soort


class WaardeBuitenBereik(ValueError):
    """A value the XSD allows and our types cannot hold: the year 12026, 24:00:00."""


class Schemas:
    """Compiled XSDs, ours or those of a folder laid out alike (<standaard>/<release>/<SOORT>.xsd).

    What the folder lacks is ours: not every retourbericht has been published. One compiled copy per thread: libxml2
    does not promise that one may validate in two threads at once.
    """

    def __init__(self, folder: Path = OWN_SCHEMAS) -> None:
        self.folder = folder
        self._compiled = threading.local()

    def path(self, soort: Berichtsoort) -> Path:
        theirs = self.folder / soort.schema_pad
        return theirs if theirs.is_file() else OWN_SCHEMAS / soort.schema_pad

    def xsd(self, soort: Berichtsoort) -> etree.XMLSchema:
        cache: dict[str, etree.XMLSchema] = self._compiled.__dict__
        if soort.schema_pad not in cache:
            cache[soort.schema_pad] = etree.XMLSchema(file=str(self.path(soort)))
        return cache[soort.schema_pad]


def identify(stream: BinaryIO) -> Berichtsoort:
    """The kind of a message from the namespace of its root (its BerichtCode is a facet of the XSD). Rewinds."""
    _check_prolog(stream)
    _check_markup(stream)
    stream.seek(0)
    try:
        _, root = next(etree.iterparse(stream, events=("start",), **_SAFE))
    except (etree.XMLSyntaxError, StopIteration):
        raise geen_xml() from None
    finally:
        stream.seek(0)
    # By hand: a QName refuses a prefix that was never declared, which here is only another unknown root.
    namespace, _, name = root.tag.removeprefix("{").rpartition("}")
    soort = by_namespace(namespace)
    if soort is None or name != "Bericht":
        raise _onbekend()
    return soort


def read_partijen(stream: BinaryIO, soort: Berichtsoort) -> tuple[str | None, str | None]:
    """Sender and receiver as the Header of an identified message says them; nothing behind it is read. Rewinds."""
    try:
        for _, element in etree.iterparse(stream, events=("end",), **_SAFE):
            if etree.QName(element).localname == "Header":
                return element.findtext(f"{{*}}{soort.verzender}"), element.findtext(f"{{*}}{soort.bestemming}")
    except etree.XMLSyntaxError:
        pass
    finally:
        stream.seek(0)
    return None, None


def _check_prolog(stream: BinaryIO) -> None:
    stream.seek(0)
    start = stream.read(_PROLOG_MAXIMUM).removeprefix(b"\xef\xbb\xbf")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in start[:4]:
        raise _verkeerde_codering()
    if declaration := _XML_DECLARATION.match(start):
        encoding = _ENCODING.search(declaration[0])
        if encoding and encoding[1].lower() != b"utf-8":
            raise _verkeerde_codering()
    position = 0
    while skipped := _SKIPPED.match(start, position):
        position = skipped.end()
    if start[position : position + 2] == b"<!":
        raise Afwijzing(
            "doctype-geweigerd", "DOCTYPE niet toegestaan", "Een bericht mag geen DOCTYPE of entiteiten bevatten."
        )
    if not start[position : position + 1] == b"<":
        raise geen_xml()


def _check_markup(stream: BinaryIO) -> None:
    """Refuse what no message is and would cost seconds to parse: a tag or text without end, millions of elements.

    A `<` stands in no tag and no value, so what is between two of them holds any tag with all of its attributes.
    """
    stream.seek(0)
    marks, size, rest = 0, 0, b""
    while block := stream.read(_BLOCK):
        marks, size = marks + block.count(b"<"), size + len(block)
        if marks > 2 * _elements_maximum(size) or _ENDLESS.search(rest + block):
            raise _te_ingewikkeld()
        rest = block[-_PIECE_MAXIMUM:]


def _elements_maximum(size: int) -> int:
    return max(_ELEMENTS_MAXIMUM, _ELEMENTS_MAXIMUM * size // _LARGEST)


def _te_ingewikkeld() -> Afwijzing:
    return Afwijzing(
        "te-ingewikkeld",
        "Bericht te ingewikkeld",
        f"Een bericht van 25 MB heeft ten hoogste {_ELEMENTS_MAXIMUM} elementen, waarvan {_CHILDREN_MAXIMUM} binnen "
        f"een ander, en een tag of waarde is korter dan {_PIECE_MAXIMUM} bytes.",
    )


def geen_xml(regelnummer: int | None = None) -> Afwijzing:
    where = f" De fout staat bij regel {regelnummer}." if regelnummer else ""
    return Afwijzing("geen-xml", "Geen geldig XML-document", f"De inhoud is geen welgevormd XML-document.{where}")


def _onbekend() -> Afwijzing:
    releases: dict[str, list[str]] = {}
    for soort in supported():
        releases.setdefault(soort.naam, []).append(soort.release)
    kinds = ", ".join(f"{naam} ({' en '.join(found)})" for naam, found in releases.items())
    return Afwijzing(
        "onbekende-berichtsoort",
        "Berichtsoort of release niet ondersteund",
        f"De namespace van het bericht hoort bij geen ondersteunde berichtsoort. Ondersteund: {kinds}.",
    )


def _verkeerde_codering() -> Afwijzing:
    return Afwijzing("verkeerde-codering", "Tekencodering niet toegestaan", "Een bericht is gecodeerd in UTF-8.")


# huge_tree stays off: libxml2 then bounds depth, text length and amplification itself. Comments and processing
# instructions are dropped, so that the text of an element is all of its value.
_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def parse(stream: BinaryIO) -> etree._ElementTree:
    """The whole tree, without XSD; only to explain a refusal and to copy what an answer echoes."""
    stream.seek(0)
    try:
        tree = etree.parse(stream, etree.XMLParser(**_SAFE))
    except etree.XMLSyntaxError as fout:
        raise geen_xml(fout.lineno) from None
    # Of elements without an end tag the `<` allowed are twice as many.
    if tree.xpath(f"count(//*) > {_elements_maximum(stream.tell())} or //*[count(*) > {_CHILDREN_MAXIMUM}]"):
        raise _te_ingewikkeld()
    return tree


def elements(
    stream: BinaryIO, soort: Berichtsoort, tags: frozenset[str], schemas: Schemas
) -> Iterator[tuple[str, etree._Element]]:
    """(local name, element) at the end of each element of the message namespace named in `tags`; XSD on the fly.

    An element is emptied once the caller asks for the next one, so memory does not grow with the message. Values come
    before the verdict of the XSD: use `read`, which throws them away when the message turns out to be invalid.
    """
    stream.seek(0)
    qualified = {f"{{{soort.namespace}}}{tag}": tag for tag in tags | {"Bericht"}}
    complete = False
    events = etree.iterparse(stream, events=("end",), tag=tuple(qualified), schema=schemas.xsd(soort), **_SAFE)
    for _, element in events:
        tag = qualified[element.tag]
        complete = tag == "Bericht"
        if tag in tags:
            yield tag, element
        _drop(element)
    if not complete:
        # With a schema, lxml ends silently where a truncated document ends.
        raise geen_xml()


def _drop(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and (previous := element.getprevious()) is not None:
        parent.remove(previous)


def read(
    stream: BinaryIO,
    soort: Berichtsoort,
    schemas: Schemas,
    build: Callable[[BinaryIO], T],
    explain: Callable[[BinaryIO, Berichtsoort, Schemas], tuple[Bevinding, ...]],
) -> T:
    """What `build` makes of a valid message; an Afwijzing with every XSD violation when it is not valid."""
    try:
        return build(stream)
    except (etree.XMLSyntaxError, ValueError, LookupError, AttributeError, TypeError) as fout:
        # Values are taken before the XSD has spoken: of an invalid message any of these may be the first sign.
        bevindingen = explain(stream, soort, schemas)
        if bevindingen:
            raise ongeldig(soort, bevindingen) from None
        if isinstance(fout, WaardeBuitenBereik):
            raise _buiten_bereik() from None
        raise


def ongeldig(soort: Berichtsoort, bevindingen: tuple[Bevinding, ...]) -> Afwijzing:
    return Afwijzing(
        "xsd-ongeldig",
        "Bericht voldoet niet aan het schema",
        f"Het bericht voldoet op {_aantal(bevindingen)} niet aan het schema van {soort.naam} {soort.release}.",
        bevindingen=bevindingen,
        soort=soort,
    )


def _aantal(bevindingen: tuple[Bevinding, ...]) -> str:
    """At the most that is listed no more is looked for."""
    if len(bevindingen) == LIJST_MAXIMUM:
        return f"ten minste {LIJST_MAXIMUM} plaatsen"
    return "1 plaats" if len(bevindingen) == 1 else f"{len(bevindingen)} plaatsen"


def _buiten_bereik() -> Afwijzing:
    return Afwijzing(
        "waarde-buiten-bereik",
        "Waarde buiten bereik",
        "Een datum of tijdstip is volgens het schema geldig maar niet te verwerken (jaartal 1 tot en met 9999, "
        "tijd 00:00:00 tot en met 23:59:59 met ten hoogste zes decimalen en zonder tijdzone).",
    )


def datum(text: str) -> date:
    """xs:date without time zone; WaardeBuitenBereik for a year no calendar of ours holds."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise WaardeBuitenBereik from None


def tijd(text: str) -> time:
    """xs:time without time zone; more than six decimals would be cut, and two stamps might become equal."""
    # Of a published XSD libxml2 lets a zone like -05:00 pass the pattern that forbids it.
    if not _TIJD.fullmatch(text.strip()):
        raise WaardeBuitenBereik
    try:
        return time.fromisoformat(text.strip())
    except ValueError:
        raise WaardeBuitenBereik from None


def as_stream(content: bytes) -> BinaryIO:
    return io.BytesIO(content)
