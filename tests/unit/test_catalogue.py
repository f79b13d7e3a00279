"""The catalogue has a row for every schema, and what a row says of the Header is what the schema has there."""

import pytest
from schema_model import SCHEMAS, Element, own_schema

from services.kernel.catalogue import CATALOGUE, Berichtsoort, by_namespace, find, supported

# Of the party that has the role: the type of its code in the Header.
CODE_VAN = {"gemeente": "LDT_Gemeente", "aanbieder": "LDT_AgbCode"}
ANDERE = {"gemeente": "aanbieder", "aanbieder": "gemeente"}


def named(soort: Berichtsoort) -> str:
    return f"{soort.naam} {soort.release}"


each_soort = pytest.mark.parametrize("soort", CATALOGUE, ids=named)


def in_header(soort: Berichtsoort, path: str) -> Element:
    """The declaration of an element of the Header, by its path below it."""
    element = own_schema(soort.naam, soort.standaard, soort.release).root().children[0]
    for name in path.split("/"):
        (element,) = (child for child in element.children if child.name.partition("}")[2] == name)
    return element


def type_of(element: Element) -> str:
    return element.simple.name if element.simple else ""


def test_every_schema_has_a_row_and_every_row_a_schema() -> None:
    rows = sorted(soort.schema_pad for soort in CATALOGUE)

    assert rows == sorted(
        str(path.relative_to(SCHEMAS)) for path in SCHEMAS.glob("*/*/*.xsd") if path.stem != "basisschema"
    )


@each_soort
def test_a_row_is_found_by_name_and_by_namespace(soort: Berichtsoort) -> None:
    assert find(soort.naam, soort.release) is soort
    assert by_namespace(soort.namespace) is soort


@each_soort
def test_the_codes_are_those_of_the_schema(soort: Berichtsoort) -> None:
    code = in_header(soort, "BerichtCode").simple

    assert code is not None
    assert code.patterns[-1].split("|") == list(soort.codes)


@each_soort
def test_sender_and_receiver_stand_where_the_row_says(soort: Berichtsoort) -> None:
    assert type_of(in_header(soort, soort.verzender)) == CODE_VAN[soort.rol]
    assert type_of(in_header(soort, soort.bestemming)) == CODE_VAN[ANDERE[soort.rol]]


@each_soort
def test_what_identifies_a_message_stands_where_the_row_says(soort: Berichtsoort) -> None:
    assert in_header(soort, soort.identificatie).minimum == 1


@each_soort
def test_a_message_and_its_answer_name_each_other(soort: Berichtsoort) -> None:
    other = find(soort.antwoord or soort.antwoord_op or "", soort.release)

    assert {other.antwoord, other.antwoord_op} == {soort.naam, None}
    assert (other.rol, other.dienst, other.standaard) == (ANDERE[soort.rol], soort.dienst, soort.standaard)


@each_soort
def test_an_answer_says_which_message_it_answers(soort: Berichtsoort) -> None:
    assert (soort.verwijst_naar is None) == (soort.antwoord_op is None)
    if soort.verwijst_naar is not None:
        assert in_header(soort, soort.verwijst_naar).minimum == 1


def test_the_gemeente_sends_toewijzingen_and_answers_to_requests() -> None:
    van_gemeente = {soort.naam[-3:] for soort in CATALOGUE if soort.rol == "gemeente"}

    assert van_gemeente == {"301", "304", "306", "308", "316", "318", "319", "325"}


def test_declaration_takes_declarations_and_allocation_the_rest() -> None:
    assert {soort.naam[-3:] for soort in supported("declaration")} == {"303", "304", "323", "325"}
    assert len(supported("allocation")) + len(supported("declaration")) == len(CATALOGUE)


def test_iwmo_is_wmo_and_ijw_is_jeugd() -> None:
    assert {(soort.standaard, soort.domein) for soort in CATALOGUE} == {("iwmo", "wmo"), ("ijw", "jeugd")}
