"""What a cell of a CSV may hold: what the element of a message may that it stands for, in the release of its row.

A column names a simple type of the basisschema, so that a code list or a length is written down once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import xmlschema

from services.kernel.explaining import expectation_of
from services.kernel.loading import Cellen
from services.kernel.reading import OWN_SCHEMAS, WaardeBuitenBereik, datum, tijd

# Types of which the XSD allows values that ours cannot hold: the year 12026, 24:00:00.
_ONZE = {"LDT_Datum": datum, "LDT_Tijd": tijd}


@dataclass(frozen=True, slots=True)
class Kolom:
    """A column by the simple type of its cells; `leeg`: a cell may be empty. What a release lacks is empty there.

    `waarin`: the unit, where a person might take another one.
    """

    type: str
    leeg: bool = False
    waarin: str = ""

    def verwacht(self, standaard: str, release: str) -> str:
        """What is expected in a cell, in Dutch."""
        words = _verwacht(standaard, release, self.type)
        if words is None:
            return "een lege cel"
        return " ".join(filter(None, (words, self.waarin))) + (", of leeg" if self.leeg else "")


def bekijk(cellen: Cellen, kolommen: Mapping[str, Kolom], standaard: str, release: str) -> Iterator[tuple[str, str]]:
    """(column, what was expected in it) for every cell of a row that does not fit, in Dutch."""
    for naam, kolom in kolommen.items():
        cel = cellen[naam]
        if not (_past(standaard, release, kolom.type, cel) if cel else kolom.leeg):
            yield naam, kolom.verwacht(standaard, release)


@cache
def _verwacht(standaard: str, release: str, naam: str) -> str | None:
    """What a simple type of a release may hold, in Dutch; None when the release has no such type."""
    kind = _typen(standaard, release).get(naam)
    return None if kind is None else expectation_of(kind)


# A million cells have few values: dates, codes, prices.
@lru_cache(maxsize=100_000)
def _past(standaard: str, release: str, naam: str, cel: str) -> bool:
    kind = _typen(standaard, release).get(naam)
    if kind is None or not kind.text_is_valid(cel):
        return False
    try:
        _ONZE.get(naam, str)(cel)
    except WaardeBuitenBereik:
        return False
    return True


@cache
def _typen(standaard: str, release: str) -> dict[str, Any]:
    """The simple types of a basisschema by their local names."""
    schema = xmlschema.XMLSchema10(str(OWN_SCHEMAS / standaard / release / "basisschema.xsd"), allow="local")
    return {kind.local_name or "": kind for kind in schema.types.values() if kind.is_simple()}
