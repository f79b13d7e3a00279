"""Level 2 of a 303, of Client, Header and the whole: each test changes one thing in a valid message."""

from typing import Any

import pytest
from builders_23 import prestatie23, wmo303
from declaration_judging_23 import BTW, BTW_ID, CREDIT, Found, broken_in, declared, only, read_303, taxed

from builders import bsn, insert_after, remove, set_text
from services.declaration.rules import toets_declaratie

IDENTIFICATIE = "Header.DeclaratieFactuurIdentificatie"
BEDRAGEN = "Header.DeclaratieFactuurBedragen"
VORIG = "Prestatie.ProductReferentie/VorigReferentieNummer"


def born(dag: str, datumgebruik: str | None = None, **anders: Any) -> Found:
    content = set_text(wmo303(**anders), "Geboortedatum/Datum", dag)
    if datumgebruik is not None:
        content = insert_after(content, "Geboortedatum/Datum", "DatumGebruik", datumgebruik)
    return broken_in(content)


@pytest.mark.parametrize("factuur", [False, True])
def test_a_valid_303_breaks_nothing(factuur: bool) -> None:
    credit = {**CREDIT, "btw_vrijstelling": "1"}

    assert declared(prestatie23(btw_vrijstelling="1"), credit, factuur=factuur) == set()
    assert broken_in(taxed()) == set()


def test_a_finding_of_level_2_carries_code_level_place_and_sentences() -> None:
    (bevinding,) = toets_declaratie(read_303(wmo303(clienten={"123456789": [prestatie23()]})))

    assert (bevinding.niveau, bevinding.regel, bevinding.retourcode) == (2, "CS002", "0001")
    assert (bevinding.pad, bevinding.element) == ("/Bericht/Clienten/Client[1]", "Bsn")
    assert bevinding.regelnummer is not None
    assert "123456789" not in bevinding.melding + bevinding.advies


def test_a_finding_on_the_whole_stands_in_the_Header() -> None:
    (bevinding,) = toets_declaratie(read_303(wmo303(totaal=1)))

    assert (bevinding.regel, bevinding.pad) == ("TR312", "/Bericht/Header")
    assert bevinding.element == "DeclaratieFactuurBedragen/DeclaratieFactuurTotaalBedrag"


# --- Client ---


@pytest.mark.parametrize(
    ("number", "broken"), [("999900018", False), ("000000000", False), ("999900007", True), ("123456789", True)]
)
def test_CS002_the_elfproef(number: str, broken: bool) -> None:
    assert declared(clienten={number: [prestatie23()]}) == only(broken, "CS002", "Client.Bsn")


def test_TR101_two_Clienten_with_one_Bsn() -> None:
    content = wmo303(clienten={bsn(1): [prestatie23()], bsn(2): [prestatie23(referentie="B")]})

    assert broken_in(content) == set()
    assert broken_in(set_text(content, "Bsn", bsn(1), 2)) == {("TR101", "Client.Bsn")}


def test_TR101_one_product_and_ProductReferentie_twice_at_one_Client() -> None:
    assert declared(prestatie23(), prestatie23(toewijzing=2)) == {("TR101", "Prestatie.ProductReferentie")}


@pytest.mark.parametrize(
    "anders", [{"categorie": "03"}, {"code": "SPF4"}, {"referentie": "B"}, {"vorig": "P0000", "dc": "C"}], ids=str
)
def test_TR101_two_lines_that_differ_in_a_part_of_the_key(anders: dict[str, Any]) -> None:
    assert declared(prestatie23(), prestatie23(**anders)) == set()


def test_TR101_one_ProductReferentie_at_two_Clienten() -> None:
    assert declared(clienten={bsn(1): [prestatie23()], bsn(2): [prestatie23(toewijzing=2)]}) == set()


@pytest.mark.parametrize(("dag", "broken"), [("2025-02-03", False), ("2025-02-04", True)])
def test_CS023_a_Geboortedatum_on_and_after_the_FactuurDagtekening(dag: str, broken: bool) -> None:
    assert born(dag) == only(broken, "CS023", "Client.Geboortedatum/Datum")


@pytest.mark.parametrize(
    ("dag", "dagtekening", "broken"),
    [
        ("1905-02-03", "2025-02-03", False),
        ("1905-02-02", "2025-02-03", True),
        ("1908-02-29", "2028-02-29", False),
        ("1908-02-28", "2028-02-29", True),
        ("1900-02-28", "2020-02-29", False),  # 1900 was no leap year
        ("1900-02-27", "2020-02-29", True),
    ],
)
def test_TR002_120_years_before_the_FactuurDagtekening(dag: str, dagtekening: str, broken: bool) -> None:
    in_2020 = {"begin": "2019-12-30", "eind": "2020-01-26"}
    content = wmo303(prestatie23(**in_2020), **in_2020, dagtekening=dagtekening)

    gevonden = broken_in(set_text(content, "Geboortedatum/Datum", dag))

    assert gevonden == only(broken, "TR002", "Client.Geboortedatum/Datum")


def test_TR002_an_unknown_birth_date_is_not_too_old() -> None:
    assert born("1900-01-01", "3") == set()
    assert born("1900-01-01", "2") == born("1900-01-01") == {("TR002", "Client.Geboortedatum/Datum")}


def test_TR002_a_FactuurDagtekening_in_the_first_years_is_no_crash() -> None:
    assert ("TR002", "Client.Geboortedatum/Datum") not in born("0001-01-01", dagtekening="0120-01-01")


@pytest.mark.parametrize(
    ("datumgebruik", "fits", "does_not"),
    [
        ("1", ["1950-05-01", "1950-12-01"], ["1950-05-02"]),
        ("2", ["1950-01-01"], ["1950-01-02", "1950-02-01"]),
        ("3", ["1900-01-01"], ["1950-01-01"]),
    ],
)
def test_TR097_what_DatumGebruik_says_is_unknown_is_01(datumgebruik: str, fits: list[str], does_not: list[str]) -> None:
    assert [born(dag, datumgebruik) for dag in fits] == [set()] * len(fits)
    assert [born(dag, datumgebruik) for dag in does_not] == [{("TR097", "Client.Geboortedatum/DatumGebruik")}] * len(
        does_not
    )


# --- Header ---


def test_CD058_payment_to_a_Servicebureau_names_one() -> None:
    assert declared(betaling="01") == {("CD058", "Header.Servicebureau")}
    assert declared(betaling="01", servicebureau="98000001") == set()
    assert declared(betaling="02") == declared(betaling="02", servicebureau="98000001") == set()


def test_CS023_CS108_a_DeclaratiePeriode_that_begins_on_and_after_the_FactuurDagtekening() -> None:
    """It cannot begin after it without ending after it, or before its begin."""
    assert declared(begin="2025-02-03", eind="2025-02-03") == set()
    assert declared(begin="2025-02-04", eind="2025-02-03") == {
        ("CS023", f"{IDENTIFICATIE}/DeclaratiePeriode/Begindatum"),
        ("CS108", f"{IDENTIFICATIE}/DeclaratiePeriode/Einddatum"),
    }


@pytest.mark.parametrize(
    ("begin", "eind", "broken"),
    [
        ("2025-01-27", "2025-02-03", False),
        ("2025-01-27", "2025-02-04", True),
        ("2025-01-27", "2025-01-27", False),
        ("2025-01-27", "2025-01-26", True),
    ],
)
def test_CS108_a_DeclaratiePeriode_ends_after_its_begin_and_before_the_FactuurDagtekening(
    begin: str, eind: str, broken: bool
) -> None:
    element = f"{IDENTIFICATIE}/DeclaratiePeriode/Einddatum"

    assert declared(begin=begin, eind=eind) == only(broken, "CS108", element)


@pytest.mark.parametrize(("btw", "broken"), [(BTW, True), ({"btw_vrijstelling": "1"}, False), ({}, False)], ids=str)
def test_CD055_a_BtwIDNummer_where_a_line_is_not_exempt(btw: dict[str, Any], broken: bool) -> None:
    assert declared(prestatie23(**btw)) == only(broken, "CD055", f"{IDENTIFICATIE}/BtwIDNummer")
    assert declared(prestatie23(**btw), btw_id=BTW_ID) == set()


def test_CD055_a_BtwTotaalBedrag_where_a_line_is_not_exempt() -> None:
    content = taxed(btw_percentage=0, btw_bedrag=0)

    assert broken_in(content) == set()
    assert broken_in(remove(content, "BtwTotaalBedrag")) == {("CD055", f"{BEDRAGEN}/BtwTotaalBedrag")}


@pytest.mark.parametrize("name", ["DeclaratieFactuurTotaalBedrag", "BtwTotaalBedrag"])
def test_CS325_a_total_of_zero_is_D(name: str) -> None:
    content = wmo303(prestatie23(**BTW), {**CREDIT, **BTW}, btw_id=BTW_ID)

    assert broken_in(content) == set()
    assert broken_in(set_text(content, f"{name}/DebetCredit", "C")) == {("CS325", f"{BEDRAGEN}/{name}/DebetCredit")}


@pytest.mark.parametrize(("totaal", "broken"), [(24000, False), (23999, True), (24001, True), (120000, True)])
def test_TR312_the_total_is_debit_less_credit(totaal: int, broken: bool) -> None:
    gevonden = declared(prestatie23(bedrag=72000), CREDIT, totaal=totaal)

    assert gevonden == only(broken, "TR312", f"{BEDRAGEN}/DeclaratieFactuurTotaalBedrag")


@pytest.mark.parametrize(("totaal", "broken"), [(1669, False), (1668, True), (1670, True), (18331, True)])
def test_TR313_the_BTW_total_is_debit_less_credit(totaal: int, broken: bool) -> None:
    lines = prestatie23(**{**BTW, "btw_bedrag": 10000}), {**CREDIT, **BTW}

    gevonden = declared(*lines, btw_id=BTW_ID, btw_totaal=totaal)

    assert gevonden == only(broken, "TR313", f"{BEDRAGEN}/BtwTotaalBedrag")


# --- the whole message ---


def test_TR315_one_debit_credited_twice() -> None:
    twice, other = ({**CREDIT, "referentie": "P0003", "vorig": vorig} for vorig in ("P0000", "P0009"))

    assert declared(clienten={bsn(1): [CREDIT], bsn(2): [twice]}) == {("TR315", VORIG)}
    assert declared(CREDIT, other) == set()


def test_TR316_a_debit_and_its_credit_in_one_message() -> None:
    own = {**CREDIT, "vorig": "P0001"}

    assert declared(clienten={bsn(1): [prestatie23()], bsn(2): [own]}) == {("TR316", VORIG)}
    assert declared(CREDIT, prestatie23()) == set()
