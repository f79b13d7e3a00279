"""Reading along both paths says what either says, and notices when they differ."""

from functools import partial
from io import BytesIO

import explaining_path
import pytest
from explaining_path import Verschil

import builders
from services.declaration.message import Declaratie, read_declaratie
from services.declaration.message.reading_32 import read_323
from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import find
from services.kernel.explaining import explain
from services.kernel.reading import Afwijzing, Schemas, datum

SOORT = find("WMO323", "3.2")
SCHEMAS = Schemas()
GOED = builders.wmo323()
FOUT = GOED.replace(b"DeclaratieNummer>", b"Nummer>")
FINDING = Bevinding(1, "XSD", None, "/Bericht", "Bericht", 1, "Een melding.", "Een advies.")


def builds(_: object) -> str:
    return "built"


def refuses(_: object) -> str:
    raise ValueError("not by the schema")


def read(content: bytes) -> Declaratie:
    """Along both paths."""
    return explaining_path.read(
        BytesIO(content), SOORT, SCHEMAS, partial(read_323, soort=SOORT, schemas=SCHEMAS), explain
    )


def test_a_valid_message_is_what_it_is() -> None:
    assert read(GOED) == read_declaratie(BytesIO(GOED), SOORT, SCHEMAS)


def test_an_invalid_message_is_refused_for_what_is_wrong_with_it() -> None:
    with pytest.raises(Afwijzing) as raised:
        read(FOUT)

    assert (raised.value.type, raised.value.bevindingen) == ("xsd-ongeldig", explain(BytesIO(FOUT), SOORT, SCHEMAS))


def test_what_only_the_explaining_path_refuses_is_noticed() -> None:
    with pytest.raises(Verschil, match="only the explaining path"):
        explaining_path.read(BytesIO(GOED), SOORT, SCHEMAS, builds, lambda *_: (FINDING,))


def test_what_only_the_streaming_path_refuses_is_noticed() -> None:
    found = iter([(), (FINDING,)])

    with pytest.raises(Verschil, match="only the streaming path"):
        explaining_path.read(BytesIO(GOED), SOORT, SCHEMAS, refuses, lambda *_: next(found))


def test_a_value_out_of_reach_is_no_matter_of_the_schema() -> None:
    with pytest.raises(Afwijzing) as raised:
        explaining_path.read(BytesIO(GOED), SOORT, SCHEMAS, lambda _: datum("12026-01-01"), lambda *_: ())

    assert raised.value.type == "waarde-buiten-bereik"
