"""Levels 2 and 3 of a 302: how it is built, and what it echoes."""

import pytest
from allocation_judging import retour, toewijzing
from both_standards import in_ijw
from builders_23 import beperking, beschikking, product23, wmo301_23, wmo302_23

from builders import product, remove, set_text, wmo301, wmo302
from services.allocation.retour_rules import echo_bevindingen, retour_bevindingen, weigert

HEEN = wmo301(product(), product(nummer=1002, code="FIN1"))
REFUSED = wmo302(HEEN, codes=("9332",))
HEEN_23 = wmo301_23(
    product23(),
    product23(nummer=None, code="FIN1"),
    product23(nummer=None, code="HUI1"),
    beschikking=beschikking(beperkingen=[beperking(scores=[("0101", "1")])]),
)
REFUSED_23 = wmo302_23(HEEN_23, codes=("S329",))


def built(xml: bytes) -> set[tuple[str, str, str]]:
    found = {(found.regel, found.pad, found.element) for found in retour_bevindingen(retour(xml))}
    assert {(found.regel, found.pad, found.element) for found in retour_bevindingen(in_ijw(retour(xml)))} == found
    return found


def echoed(xml: bytes, heen: bytes = HEEN) -> set[tuple[str, str]]:
    found = echo_bevindingen(retour(xml), toewijzing(heen))
    assert [b.element for b in echo_bevindingen(in_ijw(retour(xml)), toewijzing(heen))] == [b.element for b in found]
    assert all(one.niveau == 3 and one.retourcode is None for one in found)
    return {(one.regel, one.element) for one in found}


KOP = ("IV028", "/Bericht/Header", "RetourCodes")
KLASSE = ("OP065", "/Bericht/Client", "RetourCodes")


@pytest.mark.parametrize("codes", [(), ("0001",), ("8848",), ("9056", "S300"), ("0200",)])
def test_IV028_a_Header_without_Client(codes: tuple[str, ...]) -> None:
    assert built(wmo302(HEEN, header_codes=codes)) == set()


@pytest.mark.parametrize("codes", [("0200", "0001"), ("0233",), ("8001",)])
def test_IV028_a_Header_without_the_Client_it_promises(codes: tuple[str, ...]) -> None:
    assert built(wmo302(HEEN, header_codes=codes)) == {KOP}


def test_IV028_a_Client_under_0200() -> None:
    assert built(REFUSED) == set()


@pytest.mark.parametrize("codes", [(), ("0001",), ("0200", "9056")])
def test_IV028_a_Client_under_another_code(codes: tuple[str, ...]) -> None:
    assert built(wmo302(HEEN, header_codes=codes, client_codes={"product": ("9332",)})) == {KOP}


@pytest.mark.parametrize("code", ["0200", "0233"])
def test_OP065_a_Client_without_a_refused_class(code: str) -> None:
    assert built(wmo302(HEEN, header_codes=("0200",), client_codes={"product": (code,)})) == {KLASSE}


@pytest.mark.parametrize("klasse", ["client", "contact", "product"])
def test_OP065_a_Client_with_a_refused_class(klasse: str) -> None:
    assert built(wmo302(HEEN, header_codes=("0200",), client_codes={klasse: ("9332",)})) == set()


def test_OP065_the_Client_of_the_301() -> None:
    assert echoed(REFUSED) == set()
    assert echoed(wmo302(HEEN)) == set()


def test_OP065_another_Client() -> None:
    assert echoed(set_text(REFUSED, "Client/Bsn", "999900018")) == {("OP065", "Bsn")}


def test_OP065_another_ToewijzingNummer_or_one_less() -> None:
    other = set_text(REFUSED, "ToewijzingNummer", "1003")
    element = "ToegewezenProducten/ToegewezenProduct/ToewijzingNummer"

    assert echoed(other) == {("OP065", element)}
    assert echoed(remove(REFUSED, "ToegewezenProduct")) == {("OP065", element)}


@pytest.mark.parametrize("codes", [(), ("0200",)])
def test_a_302_without_codes_or_with_a_lone_0200_accepts(codes: tuple[str, ...]) -> None:
    assert not weigert(retour(wmo302(HEEN, header_codes=codes)))


@pytest.mark.parametrize("xml", [REFUSED, wmo302(HEEN, header_codes=("0001",))], ids=["class", "header"])
def test_a_302_with_another_code_refuses(xml: bytes) -> None:
    assert weigert(retour(xml))


# --- 2.3 ---


def test_a_302_of_2_3_is_read_without_XsdVersie() -> None:
    read = retour(REFUSED_23)

    assert (read.kop.afzender, read.kop.ontvanger, read.identificatie_retour) == ("0503", "75000001", "R0001")
    assert read.kop_codes == ("0200",)
    assert read.client is not None
    assert (read.client.bsn, read.client.beschikking, read.client.nummers) == ("999900006", 1, (1001, None, None))
    assert read.client.codes == {"0200", "S329"}


@pytest.mark.parametrize("codes", [(), ("0001",), ("8848",), ("9056", "S300"), ("0200",)])
def test_IV028_a_Header_of_2_3_without_a_Client(codes: tuple[str, ...]) -> None:
    assert built(wmo302_23(HEEN_23, header_codes=codes)) == set()


def test_IV028_a_Header_of_2_3_without_the_Client_it_promises_or_with_one_it_does_not() -> None:
    assert built(wmo302_23(HEEN_23, header_codes=("0200", "0001"))) == {KOP}
    assert built(wmo302_23(HEEN_23, header_codes=("0001",), client_codes={"product": ("S329",)})) == {KOP}


@pytest.mark.parametrize("klasse", ["client", "contact", "beschikking", "beperking", "score", "product"])
def test_OP065_any_class_of_2_3_may_be_the_refused_one(klasse: str) -> None:
    answer = wmo302_23(HEEN_23, header_codes=("0200",), client_codes={klasse: ("S329",)})

    assert built(answer) == set()
    assert weigert(retour(answer))


@pytest.mark.parametrize("code", ["0200", "0233"])
def test_OP065_a_Client_of_2_3_without_a_refused_class(code: str) -> None:
    assert built(wmo302_23(HEEN_23, header_codes=("0200",), client_codes={"product": (code,)})) == {KLASSE}


def test_OP065_the_Client_of_the_301_of_2_3() -> None:
    assert echoed(REFUSED_23, HEEN_23) == set()


def test_OP065_another_Client_or_Beschikking_in_2_3() -> None:
    assert echoed(set_text(REFUSED_23, "Client/Bsn", "999900018"), HEEN_23) == {("OP065", "Bsn")}
    other = set_text(REFUSED_23, "BeschikkingNummer", "2")
    assert echoed(other, HEEN_23) == {("OP065", "Beschikking/BeschikkingNummer")}


def test_OP065_another_ToewijzingNummer_or_one_product_less_in_2_3() -> None:
    broken = {("OP065", "Beschikking/ToegewezenProducten/ToegewezenProduct/ToewijzingNummer")}

    assert echoed(set_text(REFUSED_23, "ToewijzingNummer", "1003"), HEEN_23) == broken
    assert echoed(remove(REFUSED_23, "ToewijzingNummer"), HEEN_23) == broken
    assert echoed(remove(REFUSED_23, "ToegewezenProduct", 3), HEEN_23) == broken
