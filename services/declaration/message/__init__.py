"""Declarations (303, 323) and their answers (304, 325) as frozen values, read in one streaming pass."""

from typing import BinaryIO

from services.declaration.message.reading_23 import read_303, read_304
from services.declaration.message.reading_32 import read_323, read_325
from services.declaration.message.values import (
    Antwoord,
    AntwoordClient,
    AntwoordRegel,
    Client,
    Declaratie,
    Declaratieantwoord,
    Kop,
    Prestatie,
    Sleutel,
    XsdVersie,
)
from services.declaration.message.values_23 import (
    Antwoord304,
    AntwoordClient304,
    AntwoordRegel304,
    Client303,
    Declaratie303,
    Declaratieantwoord304,
    Prestatie303,
)
from services.kernel.catalogue import Berichtsoort
from services.kernel.explaining import explain
from services.kernel.reading import Schemas, read

__all__ = [
    "Antwoord", "Antwoord304", "AntwoordClient", "AntwoordClient304", "AntwoordRegel", "AntwoordRegel304", "Client",
    "Client303", "Declaratie", "Declaratie303", "Declaratieantwoord", "Declaratieantwoord304", "Kop", "Prestatie",
    "Prestatie303", "Sleutel", "XsdVersie", "read_antwoord", "read_declaratie",
]  # fmt: skip

_READ_DECLARATIE = {"WMO303": read_303, "JW303": read_303, "WMO323": read_323, "JW323": read_323}
_READ_ANTWOORD = {"WMO304": read_304, "JW304": read_304, "WMO325": read_325, "JW325": read_325}


def read_declaratie(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Declaratie:
    """The values of a valid 323, of a valid 303 a Declaratie303; Afwijzing with every XSD violation otherwise."""
    build = _READ_DECLARATIE[soort.naam]
    return read(stream, soort, schemas, lambda s: build(s, soort, schemas), explain)


def read_antwoord(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas) -> Declaratieantwoord:
    """The values of a valid 325, of a 304 a Declaratieantwoord304; Afwijzing with every XSD violation otherwise."""
    build = _READ_ANTWOORD[soort.naam]
    return read(stream, soort, schemas, lambda s: build(s, soort, schemas), explain)
