"""The Header of the messages of allocation, and how values are taken from an element.

Of a message that the hub passes on without rules of its own, the Header is all that is read, and of a 305 and 307 when
care began and ended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, BinaryIO, Final, cast

from lxml import etree

from services.allocation.start_stop import Levering, soort_van
from services.kernel import explaining, reading
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Schemas, datum
from services.kernel.retourcodes import GEEN_OPMERKING

# What stands below Bericht in every kind: the Header, and one class, which a retour leaves out when it accepts.
_KLASSEN: Final = frozenset({"Client", "Antwoord"})


@dataclass(frozen=True, slots=True)
class Kop:
    """The Header; a retour echoes that of the message it answers unswapped."""

    pad: str
    regelnummer: int | None
    afzender: str
    ontvanger: str
    identificatie: str
    dagtekening: date


@dataclass(frozen=True, slots=True)
class Doorgifte:
    """A message to be passed on. Of a retour, `kop` is the Header of what it answers; the other values are its own.

    `leveringen`: what a 305 or 307 tells of toewijzingen that it names by number. `toewijzingen` and `referenties`: the
    ToewijzingNummers and ReferentieAanbieders that it names at all.
    """

    soort: Berichtsoort
    kop: Kop
    verzender: str
    bestemming: str
    identificatie: str
    dagtekening: date
    kop_codes: tuple[str, ...]
    klasse: bool
    leveringen: tuple[Levering, ...] = ()
    toewijzingen: frozenset[int] = frozenset()
    referenties: frozenset[str] = frozenset()

    @property
    def weigert(self) -> bool:
        """Of a retour: whether it refuses; by any code but a lone 0200 in a Header with nothing below it."""
        return self.klasse or not {GEEN_OPMERKING}.issuperset(self.kop_codes)


def read_doorgifte(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Doorgifte:
    """The message in the stream. Afwijzing when it is not valid by its XSD, with every violation."""
    return reading.read(stream, soort, schemas, partial(_doorgifte, soort, schemas), explaining.explain)


def _doorgifte(soort: Berichtsoort, schemas: Schemas, stream: BinaryIO) -> Doorgifte:
    header, klasse = None, False
    leveringen: list[Levering] = []
    toewijzingen: set[int] = set()
    referenties: set[str] = set()
    for tag, element in reading.elements(stream, soort, _KLASSEN | {"Header"}, schemas):
        if tag == "Header":
            fields = fields_of(element)
            header = kop_of(element, fields), fields, tuple(codes_of(element))
        else:
            klasse = True
            leveringen += leveringen_van(element)
            toewijzingen |= {int(text) for text in texts_of(element, "ToewijzingNummer")}
            referenties |= set(texts_of(element, "ReferentieAanbieder"))
    if header is None:
        raise ValueError("a valid message has a Header")
    kop, fields, codes = header
    dag = fields.get("DagtekeningRetour")
    return Doorgifte(
        soort=soort,
        kop=kop,
        verzender=fields[soort.verzender],
        bestemming=fields[soort.bestemming],
        identificatie=fields[soort.identificatie],
        dagtekening=kop.dagtekening if dag is None else datum(dag),
        kop_codes=codes,
        klasse=klasse,
        leveringen=tuple(leveringen) if soort.antwoord_op is None else (),
        toewijzingen=frozenset(toewijzingen),
        referenties=frozenset(referenties),
    )


def leveringen_van(element: etree._Element) -> Iterator[Levering]:
    """What stands below a Client of starts and stops; without a ToewijzingNummer it is of no toewijzing we know."""
    for klasse in element.iter():
        soort = soort_van(etree.QName(klasse).localname)
        if soort is None:
            continue
        fields = fields_of(klasse)
        if "ToewijzingNummer" in fields:
            yield _levering(soort, fields)


def _levering(soort: str, fields: Mapping[str, str]) -> Levering:
    eind = fields.get("Einddatum")
    return Levering(
        soort=soort,
        nummer=int(fields["ToewijzingNummer"]),
        categorie=fields.get("Product/Categorie"),
        code=fields.get("Product/Code"),
        begin=datum(fields["Begindatum"]),
        eind=datum(eind) if eind else None,
        reden=fields.get("RedenBeeindiging"),
        status=fields["StatusAanlevering"],
    )


def kop_of(element: etree._Element, fields: Mapping[str, str]) -> Kop:
    """The values of the Header; `fields` are those of the element."""
    return Kop(
        pad="/Bericht/Header",
        regelnummer=line_of(element),
        afzender=fields["Afzender"],
        ontvanger=fields["Ontvanger"],
        identificatie=fields["BerichtIdentificatie/Identificatie"],
        dagtekening=datum(fields["BerichtIdentificatie/Dagtekening"]),
    )


def fields_of(element: etree._Element, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """{path below the element: text} of every element below it, also of those that hold other elements."""
    found: dict[str, str] = {}
    for child in element:
        name = str(etree.QName(child).localname)
        if name in without:
            continue
        found[name] = child.text or ""
        found.update((f"{name}/{below}", text) for below, text in fields_of(child).items())
    return found


def codes_of(element: etree._Element) -> Iterator[str]:
    """The RetourCodes in it, at any depth."""
    yield from texts_of(element, "RetourCode")


def texts_of(element: etree._Element, name: str) -> Iterator[str]:
    """The texts of the elements with this name in it, at any depth."""
    for found in element.iter(f"{{*}}{name}"):
        yield found.text or ""


def line_of(element: etree._Element) -> int | None:
    number: int | None = cast(Any, element).sourceline
    return number
