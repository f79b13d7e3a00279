"""The answer to a declaration: a 304 or a 325, by what it answers. Echoes are copied from the XML, never printed."""

from datetime import date
from typing import BinaryIO

from services.declaration.message import Declaratie, Declaratie303
from services.declaration.reply.antwoord_304 import build_304
from services.declaration.reply.antwoord_325 import build_325
from services.declaration.verdict import Oordeel
from services.kernel.reading import Schemas

__all__ = ["build_304", "build_325", "build_antwoord"]


def build_antwoord(
    declaratie: Declaratie,
    oordeel: Oordeel,
    stream: BinaryIO,
    identificatie: str,
    vandaag: date,
    schemas: Schemas,
) -> bytes:
    """The answer of the gemeente, valid by its XSD; `stream` holds the declaration and may be read again."""
    if isinstance(declaratie, Declaratie303):
        return build_304(declaratie, oordeel, stream, identificatie, vandaag, schemas)
    return build_325(declaratie, oordeel, stream, identificatie, vandaag, schemas)
