"""Level 1: each violation is named by line, path, element and expectation, and repeats no value of the message."""

import re

import pytest

import builders
from services.kernel import reading
from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import find
from services.kernel.explaining import explain

SCHEMAS = reading.Schemas()


def violations(content: bytes, naam: str) -> tuple[Bevinding, ...]:
    return explain(reading.as_stream(content), find(naam, "3.2"), SCHEMAS)


def one(content: bytes, naam: str = "WMO323") -> Bevinding:
    (found,) = violations(content, naam)
    return found


def declaration() -> bytes:
    return builders.wmo323(builders.prestatie(), builders.prestatie(referentie="P2", toewijzing=1002))


def test_a_valid_message_has_no_violation() -> None:
    assert violations(declaration(), "WMO323") == ()
    assert violations(builders.wmo301(), "WMO301") == ()


def test_a_wrong_code_names_the_codes_allowed_and_the_indexed_path() -> None:
    found = one(builders.set_text(declaration(), "//Prestatie[2]/Eenheid", "99"))
    assert (found.niveau, found.regel, found.retourcode) == (1, "XSD", None)
    assert found.pad == "/Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie[2]/Eenheid"
    assert found.element == "Eenheid"
    assert "(01, 04, 14, 16, 82, 83, 84)" in found.melding
    assert found.regelnummer is not None
    assert found.regelnummer > 50


def test_a_value_out_of_range_names_the_range_and_not_the_value() -> None:
    found = one(builders.set_text(declaration(), "//Prestatie[1]/GeleverdVolume", "123456789"))
    assert "een geheel getal van 0 tot en met 99999999." in found.melding
    assert "123456789" not in found.melding + found.advies + found.pad


def test_a_bsn_that_is_too_long_is_not_repeated() -> None:
    found = one(builders.set_text(declaration(), "//Client/Bsn", "9999000061"))
    assert "99990" not in found.melding + found.advies
    assert "volgens het patroon [0-9]{9}" in found.melding


def test_a_date_with_a_time_zone_names_the_form() -> None:
    found = one(builders.set_text(declaration(), "//DeclaratieDagtekening", "2025-02-03Z"))
    assert "een datum als jjjj-mm-dd zonder tijdzone" in found.melding


def test_a_missing_element_names_what_is_expected_there() -> None:
    found = one(builders.remove(declaration(), "//Prestatie[1]/ProductCode"))
    assert (found.element, "verwacht is ProductCode" in found.melding) == ("ProductPeriode", True)


def test_a_missing_last_element_names_what_is_still_expected() -> None:
    found = one(builders.remove(declaration(), "//Client[1]/Prestaties"))
    assert (found.element, found.melding) == ("Client", "Client is niet volledig: verwacht is nog Prestaties.")


def test_an_unknown_element_is_not_repeated() -> None:
    found = one(builders.insert_after(declaration(), "//DeclaratieNummer", "Bsn999900006", "x"))
    assert "999900006" not in found.melding + found.advies + found.pad + found.element
    assert found.pad == "/Bericht/Declaratie/*"


def test_an_attribute_is_named_as_such() -> None:
    found = one(declaration().replace(b":DeclaratieNummer>DN", b':DeclaratieNummer a="999900006">DN', 1))
    assert found.melding == "DeclaratieNummer heeft een attribuut dat niet is toegestaan."


def test_every_violation_is_listed() -> None:
    content = builders.set_text(declaration(), "//Prestatie[1]/Eenheid", "99")
    content = builders.set_text(content, "//Prestatie[2]/ProductCode", "")
    content = builders.set_text(content, "//Header/Afzender", "1")
    assert [found.element for found in violations(content, "WMO323")] == ["Afzender", "Eenheid", "ProductCode"]


def prefixes_declared_locally(content: bytes, on_root: str) -> bytes:
    """Every element of the base schema declares its prefix for itself; `on_root` is what the root says instead."""
    declared = re.search(rb' xmlns:iwmo="[^"]*"', content)
    assert declared is not None
    without = content.replace(declared[0], on_root.encode(), 1)
    return re.sub(rb"<(iwmo:\w+)", rb"<\1" + declared[0], without)


@pytest.mark.parametrize("on_root", ["", ' xmlns:iwmo="urn:x"'], ids=["not declared", "bound to something else"])
def test_a_prefix_may_mean_something_else_on_the_root(on_root: str) -> None:
    content = builders.set_text(declaration(), "//Header/BerichtIdentificatie/Dagtekening", "2025-13-03")
    content = builders.set_text(content, "//Prestatie[2]/ProductPeriode/Begindatum", "2025-01-32")
    expected = [(found.pad, found.melding) for found in violations(content, "WMO323")]
    assert len(expected) == 2

    moved = prefixes_declared_locally(content, on_root)

    assert [(found.pad, found.melding) for found in violations(moved, "WMO323")] == expected


@pytest.mark.parametrize("element", [b'<x:A xmlns:x="urn:x"/>', b"<A/>", b'<A xmlns="urn:x"/>'])
def test_an_element_of_another_namespace_is_a_violation_like_any_other(element: bytes) -> None:
    found = one(declaration().replace(b"<wmo323:DeclaratiePeriode>", element + b"<wmo323:DeclaratiePeriode>", 1))
    assert found.pad == "/Bericht/Declaratie/*"
    assert found.melding.startswith("Een onbekend element wordt hier niet verwacht")


def test_an_attribute_of_another_namespace_is_named_as_such() -> None:
    attribute = b':DeclaratieNummer xmlns:x="urn:x" x:a="1">DN'
    found = one(declaration().replace(b":DeclaratieNummer>DN", attribute, 1))
    assert (found.element, "attribuut" in found.melding) == ("DeclaratieNummer", True)
