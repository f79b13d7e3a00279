"""A 304: level 2, and what it must keep towards the 303 it answers. Each test changes one thing in a valid answer."""

from datetime import timedelta
from typing import Any

import pytest
from both_standards import in_ijw
from builders_23 import prestatie23, wmo303, wmo304
from declaration_judging import VANDAAG, rule_ids
from declaration_judging_23 import CREDIT, Found, antwoord_feiten, only, read_303, read_304

from builders import bsn, insert_after, remove, set_text
from services.declaration.rules import toets_antwoord
from services.declaration.verdict import check_antwoord

VORIG = "Prestatie.ProductReferentie/VorigReferentieNummer"
TOEGEKEND = "Prestatie.ToegekendeBedragPrestatie"
TOTAAL = ("TR320", "Header.RetourBedragen/ToegekendTotaalBedrag")
REGEL = ("IV056", "Prestatie.ProductReferentie")
REDEN = ("OP065", "Prestatie.RetourCodes")
VORM = ("OP287", f"{TOEGEKEND}/ToegekendBedrag")

LINES = {
    bsn(1): [prestatie23(), prestatie23(referentie="B", toewijzing=2)],
    bsn(2): [prestatie23(referentie="C", toewijzing=3), CREDIT],
}
HEEN = wmo303(clienten=LINES)
ANTWOORD = wmo304(HEEN, refused={"P0001": ("9321",)})
# Two lines of one Client that share a number: other products, so no TR101; both are 8021 (TR314).
SHARED = wmo303(prestatie23(), prestatie23(code="SPF4", toewijzing=2))


def broken(content: bytes) -> Found:
    """The rules of level 2 that a 304 breaks."""
    antwoord = read_304(content)
    assert rule_ids(toets_antwoord(in_ijw(antwoord))) == rule_ids(toets_antwoord(antwoord))
    return rule_ids(toets_antwoord(antwoord))


def answered(content: bytes, heen: bytes = HEEN, **anders: Any) -> Found:
    """The rules that a 304 breaks towards the 303 it answers."""
    antwoord, facts = read_304(content), antwoord_feiten(read_303(heen), **anders)
    assert rule_ids(check_antwoord(in_ijw(antwoord), facts)) == rule_ids(check_antwoord(antwoord, facts))
    return rule_ids(check_antwoord(antwoord, facts))


def refusal(*prestaties: dict[str, Any]) -> bytes:
    """A 304 that refuses the line P0001."""
    return wmo304(wmo303(*prestaties), refused={"P0001": ("9321",)})


def granting(toegekend: int, line: dict[str, Any], factuur: bool = False) -> tuple[bytes, bytes]:
    """A 304 that awards this much (in the letter of the line) of the one line of a 303, and the 303."""
    heen = wmo303({**line, "btw_vrijstelling": "1"}, factuur=factuur)
    return wmo304(heen, partly={line["referentie"]: toegekend}), heen


@pytest.mark.parametrize(
    "content",
    [
        ANTWOORD,
        wmo304(HEEN),
        wmo304(HEEN, partly={"B": 47999}),
        wmo304(HEEN, refused={"P0002": ("8017",)}),
        wmo304(HEEN, client_codes={bsn(1): ("8187",)}),
        wmo304(HEEN, header_codes=("0001",)),
        wmo304(HEEN, header_codes=("0030", "8855")),
    ],
    ids=["line", "approved", "part", "credit", "client", "technical", "header"],
)
def test_a_valid_304_that_fits_its_303(content: bytes) -> None:
    assert broken(content) == set()
    assert answered(content) == set()


# --- level 2 ---


def test_CS002_in_a_304() -> None:
    assert broken(set_text(ANTWOORD, "Bsn", "999900007")) == {("CS002", "Client.Bsn")}


def test_TR101_two_Clienten_with_one_Bsn_in_a_304() -> None:
    content = wmo304(HEEN, refused={"P0001": ("9321",), "C": ("9321",)})

    assert broken(content) == set()
    assert broken(set_text(content, "Bsn", bsn(1), 2)) == {("TR101", "Client.Bsn")}


def test_TR101_one_product_and_ProductReferentie_twice_in_a_304() -> None:
    both = wmo304(HEEN, refused={"P0001": ("9321",), "B": ("9321",)})
    shared = wmo304(SHARED, refused={"P0001": ("8021",)})

    assert broken(set_text(both, "ReferentieNummer", "P0001", 2)) == {("TR101", "Prestatie.ProductReferentie")}
    assert broken(shared) == set()


@pytest.mark.parametrize(("dag", "late"), [("2025-02-03", False), ("2025-02-02", True)])
def test_CS324_RetourDagtekening_on_and_before_FactuurDagtekening(dag: str, late: bool) -> None:
    assert broken(wmo304(HEEN, dagtekening=dag)) == only(late, "CS324", "Header.RetourHeader/RetourDagtekening")


@pytest.mark.parametrize("name", ["IngediendTotaalBedrag", "ToegekendTotaalBedrag"])
def test_CS325_a_total_of_zero_is_D_in_a_304(name: str) -> None:
    content = wmo304(wmo303(prestatie23(), CREDIT))

    assert broken(content) == set()
    assert broken(set_text(content, f"{name}/DebetCredit", "C")) == {
        ("CS325", f"Header.RetourBedragen/{name}/DebetCredit")
    }


@pytest.mark.parametrize("name", ["GemeenteBerekendBedrag", "ToegekendBedrag"])
def test_CS325_an_award_of_zero_is_D(name: str) -> None:
    assert broken(set_text(ANTWOORD, f"{name}/DebetCredit", "C")) == {("CS325", f"{TOEGEKEND}/{name}/DebetCredit")}


def test_CS325_a_submitted_line_of_zero_is_D_in_a_304() -> None:
    content = refusal(prestatie23(bedrag=0, vorig="P0000", dc="C"))

    assert broken(refusal(prestatie23(bedrag=0))) == set()
    assert broken(content) == {("CS325", "Prestatie.IngediendeBedragPrestatie/DeclaratieFactuurBedrag/DebetCredit")}


def test_CD060_in_a_304() -> None:
    credit = refusal(prestatie23(vorig="P0000", dc="C"))

    assert broken(credit) == set()
    assert broken(remove(credit, "VorigReferentieNummer")) == {("CD060", VORIG)}
    assert broken(insert_after(ANTWOORD, "ReferentieNummer", "VorigReferentieNummer", "P0000")) == {("CD060", VORIG)}


@pytest.mark.parametrize(("toegekend", "unexplained"), [(48000, False), (47999, True), (48001, True), (-48000, True)])
def test_TR320_the_total_less_what_returned_lines_did_not_get(toegekend: int, unexplained: bool) -> None:
    """Submitted: three debits and a credit of 48000; one debit is refused."""
    assert broken(wmo304(HEEN, refused={"B": ("9321",)}, toegekend=toegekend)) == only(unexplained, *TOTAAL)


@pytest.mark.parametrize(("toegekend", "unexplained"), [(90000, False), (96000, True), (48000, True)])
def test_TR320_counts_what_a_line_got_in_part(toegekend: int, unexplained: bool) -> None:
    assert broken(wmo304(HEEN, partly={"B": 42000}, toegekend=toegekend)) == only(unexplained, *TOTAAL)


@pytest.mark.parametrize(("toegekend", "unexplained"), [(144000, False), (96000, True), (48000, True)])
def test_TR320_a_refused_credit_raises_what_is_granted(toegekend: int, unexplained: bool) -> None:
    content = wmo304(HEEN, refused={"P0002": ("8017",)}, toegekend=toegekend)

    assert broken(content) == only(unexplained, *TOTAAL)


@pytest.mark.parametrize("toegekend", [0, 1, 96000])
def test_TR320_a_whole_refusal_grants_nothing(toegekend: int) -> None:
    content = wmo304(HEEN, header_codes=("8856",), toegekend=toegekend)

    assert broken(content) == only(toegekend != 0, *TOTAAL)


def test_TR320_a_whole_approval_grants_everything() -> None:
    assert broken(wmo304(HEEN, toegekend=95999)) == {TOTAAL}


# --- Header, towards the 303 ---


def test_CS064_a_RetourDagtekening_after_today() -> None:
    assert answered(ANTWOORD, vandaag=VANDAAG) == set()
    assert answered(ANTWOORD, vandaag=VANDAAG - timedelta(days=1)) == {
        ("CS064", "Header.RetourHeader/RetourDagtekening")
    }


def test_CS300_a_304_of_a_gemeente_that_does_not_exist() -> None:
    assert answered(ANTWOORD, gemeente_bestaat=True) == set()
    assert answered(ANTWOORD, gemeente_bestaat=False) == {("CS300", "Header.Gemeente")}


def test_HUB08_a_GemeenteReferentieNummer_that_is_taken() -> None:
    assert answered(ANTWOORD, identificatie_bezet=False) == set()
    assert answered(ANTWOORD, identificatie_bezet=True) == {("HUB08", "Header.RetourHeader/GemeenteReferentieNummer")}


@pytest.mark.parametrize(("factuur", "right", "wrong"), [(False, "417", "449"), (True, "449", "417")])
def test_IV056_the_BerichtCode_is_that_of_the_303_plus_one(factuur: bool, right: str, wrong: str) -> None:
    heen = wmo303(factuur=factuur)
    content = wmo304(heen)

    assert answered(set_text(content, "BerichtCode", right), heen) == set()
    assert answered(set_text(content, "BerichtCode", wrong), heen) == {("IV056", "Header.BerichtCode")}


def test_IV056_an_answer_to_nothing_is_held_to_its_own_Header_only() -> None:
    wrong = set_text(ANTWOORD, "BerichtCode", "449")

    assert answered(wrong, declaratie=None) == set()
    assert answered(wrong, declaratie=None, gemeente_bestaat=False) == {("CS300", "Header.Gemeente")}


def test_IV056_another_IngediendTotaalBedrag() -> None:
    assert answered(set_text(ANTWOORD, "IngediendTotaalBedrag/TotaalBedrag", "96001")) == {
        ("IV056", "Header.RetourBedragen/IngediendTotaalBedrag")
    }


@pytest.mark.parametrize("code", ["8001", "0001", "0030"])
def test_IV056_lines_under_a_Header_that_speaks_of_the_whole(code: str) -> None:
    content = set_text(ANTWOORD, "Header/RetourCodes/RetourCode", code)

    assert answered(content) == {("IV056", "Header.RetourCodes")}


def test_IV056_a_Header_that_promises_lines_and_has_none() -> None:
    assert answered(set_text(wmo304(HEEN), "RetourCode", "0200")) == {("IV056", "Header.RetourCodes")}


# --- Client and Prestatie ---


def test_TR304_a_client_that_was_not_declared() -> None:
    assert answered(ANTWOORD) == set()
    assert answered(set_text(ANTWOORD, "Bsn", bsn(3))) == {("TR304", "Client.Bsn"), REGEL}


def test_IV056_a_refused_client_with_one_of_its_two_lines() -> None:
    content = set_text(ANTWOORD, "Client/RetourCodes/RetourCode", "8187")

    assert answered(content) == {("IV056", "Client.Prestaties")}


def test_IV056_a_refused_client_with_an_award() -> None:
    both = wmo304(HEEN, refused={"P0001": ("9321",)}, partly={"B": 1})

    assert answered(both) == set()
    assert answered(set_text(both, "Client/RetourCodes/RetourCode", "8187")) == {("IV056", "Client.Prestaties")}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("ReferentieNummer", "Z"),
        ("ToewijzingNummer", "9"),
        ("ProductCategorie", "03"),
        ("ProductCode", "SPF4"),
        ("ProductPeriode/Begindatum", "2024-12-31"),
        ("ProductPeriode/Einddatum", "2025-01-25"),
        ("GeleverdVolume", "2"),
        ("Eenheid", "16"),
        ("DeclaratieFactuurBedrag/Bedrag", "48001"),
        ("DeclaratieFactuurBedrag/DebetCredit", "C"),
    ],
)
def test_IV056_a_value_that_differs_from_the_303(path: str, text: str) -> None:
    assert answered(set_text(ANTWOORD, path, text)) == {REGEL}


def test_IV056_a_ProductTarief_or_VorigReferentieNummer_that_differs_from_the_303() -> None:
    priced = wmo303(prestatie23(tarief=48000))
    content = wmo304(priced, refused={"P0001": ("0611",)})

    assert answered(content, priced) == set()
    assert answered(set_text(content, "ProductTarief", "47999"), priced) == {REGEL}
    assert answered(remove(content, "ProductTarief"), priced) == {REGEL}
    assert answered(set_text(wmo304(HEEN, refused={"P0002": ("8017",)}), "VorigReferentieNummer", "Z")) == {REGEL}


def test_IV056_a_line_of_another_client_of_the_303() -> None:
    assert answered(set_text(ANTWOORD, "Bsn", bsn(2))) == {REGEL}


def test_IV056_lines_of_one_client_that_share_a_number() -> None:
    content = wmo304(SHARED, refused={"P0001": ("8021",)})

    assert answered(content, SHARED) == set()
    assert answered(set_text(content, "ToewijzingNummer", "1001", 2), SHARED) == {REGEL}


def test_OP065_a_refused_line_has_a_code_that_refuses_it() -> None:
    assert answered(set_text(ANTWOORD, "Prestatie/RetourCodes/RetourCode", "0200")) == {REDEN}
    assert answered(remove(ANTWOORD, "Prestatie/RetourCodes")) == {REDEN}


@pytest.mark.parametrize(("toegekend", "returned_in_vain"), [(47999, False), (48000, True)])
def test_OP065_what_is_awarded_in_full_does_not_come_back(toegekend: int, returned_in_vain: bool) -> None:
    assert answered(*granting(toegekend, prestatie23())) == only(returned_in_vain, *REDEN)


def test_OP065_an_award_in_part_may_have_a_code() -> None:
    heen = wmo303()
    content = wmo304(heen, refused={"P0001": ("9321",)}, toegekend=1)

    assert answered(set_text(content, "ToegekendBedrag/Bedrag", "1"), heen) == set()


@pytest.mark.parametrize(("toegekend", "wrong"), [(1, False), (47999, False), (48001, True)])
def test_OP287_of_a_declaratie_at_most_what_was_submitted(toegekend: int, wrong: bool) -> None:
    assert answered(*granting(toegekend, prestatie23())) == only(wrong, *VORM)


def test_OP287_of_a_debit_nothing_is_taken() -> None:
    content, heen = granting(47999, prestatie23())

    assert answered(set_text(content, "ToegekendBedrag/DebetCredit", "C"), heen) == {VORM}


@pytest.mark.parametrize("toegekend", [1, 47999])
def test_OP287_a_factuur_and_a_credit_are_never_awarded_in_part(toegekend: int) -> None:
    assert answered(*granting(toegekend, prestatie23(), factuur=True)) == {VORM}
    assert answered(*granting(toegekend, CREDIT)) == {VORM}


def test_OP287_a_factuur_and_a_credit_may_be_refused() -> None:
    for line, factuur in ((prestatie23(btw_vrijstelling="1"), True), (CREDIT, False)):
        heen = wmo303(line, factuur=factuur)
        assert answered(wmo304(heen, refused={line["referentie"]: ("9321",)}), heen) == set()
