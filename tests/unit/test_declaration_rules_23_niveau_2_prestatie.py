"""Level 2 of a 303, of its lines: each test changes one thing in a valid message."""

from typing import Any

import pytest
from builders_23 import prestatie23, wmo303
from declaration_judging_23 import BTW, BTW_ID, CREDIT, broken_in, declared, only, taxed

from builders import remove, set_text

INGEDIEND = "Prestatie.IngediendeBedragPrestatie"
VORIG = "Prestatie.ProductReferentie/VorigReferentieNummer"
PRICED = {"tarief": 24000, "volume": 2, "berekend": 48000, "bedrag": 48000}
NOTHING = {"volume": 0, "tarief": 48000, "berekend": 0, "bedrag": 0}


@pytest.mark.parametrize(("begin", "broken"), [("2015-01-01", False), ("2014-12-31", True)])
def test_CS328_a_ProductPeriode_from_2015_on(begin: str, broken: bool) -> None:
    assert declared(prestatie23(begin=begin)) == only(broken, "CS328", "Prestatie.ProductPeriode/Begindatum")


def test_CS023_CS108_a_ProductPeriode_that_begins_on_and_after_the_FactuurDagtekening() -> None:
    assert declared(prestatie23(begin="2025-02-03", eind="2025-02-03")) == set()
    assert declared(prestatie23(begin="2025-02-04", eind="2025-02-04")) == {
        ("CS023", "Prestatie.ProductPeriode/Begindatum"),
        ("CS108", "Prestatie.ProductPeriode/Einddatum"),
    }


@pytest.mark.parametrize(
    ("eind", "broken"), [("2025-02-03", False), ("2025-02-04", True), ("2025-01-27", False), ("2025-01-26", True)]
)
def test_CS108_a_ProductPeriode_ends_after_its_begin_and_before_the_FactuurDagtekening(eind: str, broken: bool) -> None:
    gevonden = declared(prestatie23(begin="2025-01-27", eind=eind))

    assert gevonden == only(broken, "CS108", "Prestatie.ProductPeriode/Einddatum")


def test_CD060_a_credit_and_nothing_else_has_VorigReferentieNummer() -> None:
    assert declared(CREDIT) == declared(prestatie23()) == set()
    assert declared(prestatie23(dc="C")) == {("CD060", VORIG)}
    assert declared(prestatie23(vorig="P0000")) == {("CD060", VORIG)}


@pytest.mark.parametrize("eenheid", ["21", "81"])
@pytest.mark.parametrize(("begin", "broken"), [("2019-03-31", False), ("2019-04-01", True)])
def test_CS331_units_that_are_gone_since_April_2019(eenheid: str, begin: str, broken: bool) -> None:
    assert declared(prestatie23(eenheid=eenheid, begin=begin)) == only(broken, "CS331", f"{INGEDIEND}/Eenheid")
    assert declared(prestatie23(eenheid="82", begin=begin)) == set()


def test_CD062_no_ProductTarief_with_euros() -> None:
    assert declared(prestatie23(eenheid="83", volume=48000)) == set()
    assert declared(prestatie23(eenheid="83", volume=48000, tarief=1)) == {("CD062", f"{INGEDIEND}/ProductTarief")}


@pytest.mark.parametrize(("berekend", "broken"), [(48000, False), (48001, True), (None, False)])
def test_TR317_BerekendBedrag_is_volume_times_tariff(berekend: int | None, broken: bool) -> None:
    gevonden = declared(prestatie23(**{**PRICED, "berekend": berekend}))

    assert gevonden == only(broken, "TR317", f"{INGEDIEND}/BerekendBedrag")


def test_TR317_of_a_credit_and_without_a_tariff() -> None:
    assert declared({**CREDIT, **PRICED}) == set()
    assert declared({**CREDIT, **PRICED, "berekend": 48001}) == {("TR317", f"{INGEDIEND}/BerekendBedrag")}
    assert declared(prestatie23(berekend=50000)) == set()


@pytest.mark.parametrize("line", [prestatie23(), CREDIT], ids=["debit", "credit"])
@pytest.mark.parametrize(("bedrag", "broken"), [(47999, False), (48000, False), (48001, True)])
def test_CS323_no_more_than_BerekendBedrag(line: dict[str, Any], bedrag: int, broken: bool) -> None:
    gevonden = declared({**line, **PRICED, "bedrag": bedrag})

    assert gevonden == only(broken, "CS323", f"{INGEDIEND}/DeclaratieFactuurBedrag/Bedrag")


def test_CD059_a_factuur_says_of_every_line_whether_it_is_exempt() -> None:
    assert declared(prestatie23(), factuur=True) == {("CD059", f"{INGEDIEND}/BtwVrijstellingIndicatie")}
    assert declared(prestatie23(btw_vrijstelling="1"), factuur=True) == set()
    assert declared(prestatie23(), factuur=False) == set()


def test_CD055_a_line_that_is_not_exempt_has_percentage_and_amount() -> None:
    without_amount = remove(taxed(btw_percentage=0, btw_bedrag=0), "BtwBedrag")

    assert broken_in(without_amount) == {("CD055", f"{INGEDIEND}/BtwBedrag")}
    assert broken_in(taxed(btw_percentage=None)) == {("CD055", f"{INGEDIEND}/BtwPercentage")}


def test_CD056_a_line_that_is_exempt_has_no_percentage_and_no_amount() -> None:
    assert declared(prestatie23(btw_vrijstelling="1", btw_percentage=0)) == {("CD056", f"{INGEDIEND}/BtwPercentage")}
    assert declared(prestatie23(btw_vrijstelling="1", btw_bedrag=1)) == {("CD056", f"{INGEDIEND}/BtwBedrag")}
    assert declared(prestatie23(btw_percentage=2100, btw_bedrag=1)) == set()


@pytest.mark.parametrize("name", ["BerekendBedrag", "BtwBedrag"])
def test_CS325_an_amount_of_zero_is_D(name: str) -> None:
    content = wmo303(prestatie23(**{**NOTHING, "btw_bedrag": 0}))

    assert broken_in(content) == set()
    assert broken_in(set_text(content, f"{name}/DebetCredit", "C")) == {("CS325", f"{INGEDIEND}/{name}/DebetCredit")}


def test_CS325_a_line_of_zero_is_D() -> None:
    assert declared(prestatie23(bedrag=0)) == set()
    assert declared({**CREDIT, "bedrag": 0}) == {("CS325", f"{INGEDIEND}/DeclaratieFactuurBedrag/DebetCredit")}


def test_CS327_BerekendBedrag_has_the_letter_of_the_line() -> None:
    content = wmo303(prestatie23(**PRICED))

    assert broken_in(content) == declared({**CREDIT, **PRICED}) == set()
    assert broken_in(set_text(content, "BerekendBedrag/DebetCredit", "C")) == {
        ("CS327", f"{INGEDIEND}/BerekendBedrag/DebetCredit")
    }


def test_CS327_BtwBedrag_has_the_letter_of_the_line() -> None:
    content = wmo303(prestatie23(**BTW), btw_id=BTW_ID, btw_totaal=-8331)

    assert declared({**CREDIT, **BTW}, btw_id=BTW_ID) == set()
    assert broken_in(set_text(content, "BtwBedrag/DebetCredit", "C")) == {
        ("CS327", f"{INGEDIEND}/BtwBedrag/DebetCredit")
    }


def test_CS327_zero_has_no_letter_to_compare() -> None:
    """A credit at 0% BTW: its BtwBedrag is D by CS325."""
    content = wmo303({**CREDIT, **BTW, "btw_percentage": 0, "btw_bedrag": 0}, btw_id=BTW_ID)

    assert broken_in(set_text(content, "BtwBedrag/DebetCredit", "D")) == set()
