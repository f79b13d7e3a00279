"""Level 2 of 323 and 325: each test changes one thing in a valid message."""

from typing import Any

import pytest
from both_standards import in_ijw
from declaration_judging import SCHEMAS, WMO323, WMO325, rule_ids

from builders import bsn, insert_after, prestatie, remove, set_text, wmo323, wmo325
from services.declaration.message import read_antwoord, read_declaratie
from services.declaration.rules import toets_antwoord, toets_declaratie
from services.kernel.reading import as_stream

CREDIT = prestatie(referentie="P0002", vorig="P0000", dc="C")
Found = set[tuple[str, str]]


def found(content: bytes) -> Found:
    """The rules that a 323 breaks."""
    declaratie = read_declaratie(as_stream(content), WMO323, SCHEMAS)
    assert rule_ids(toets_declaratie(in_ijw(declaratie))) == rule_ids(toets_declaratie(declaratie))
    return rule_ids(toets_declaratie(declaratie))


def declared(*prestaties: dict[str, Any], **anders: Any) -> Found:
    return found(wmo323(*prestaties, **anders))


def answered(content: bytes) -> Found:
    """The rules that a 325 breaks."""
    antwoord = read_antwoord(as_stream(content), WMO325, SCHEMAS)
    assert rule_ids(toets_antwoord(in_ijw(antwoord))) == rule_ids(toets_antwoord(antwoord))
    return rule_ids(toets_antwoord(antwoord))


def refusal(**anders: Any) -> bytes:
    """A 325 that refuses the only line of a 323."""
    return wmo325(wmo323(prestatie(**anders)), {"P0001": ("9321",)})


def test_a_valid_declaratie_breaks_nothing() -> None:
    assert declared(prestatie(), CREDIT) == set()


def test_a_finding_of_level_2_carries_code_level_place_and_sentences() -> None:
    (bevinding,) = toets_declaratie(
        read_declaratie(as_stream(wmo323(clienten={"123456789": [prestatie()]})), WMO323, SCHEMAS)
    )

    assert (bevinding.niveau, bevinding.regel, bevinding.retourcode) == (2, "CS002", "0001")
    assert (bevinding.pad, bevinding.element) == ("/Bericht/Declaratie/Clienten/Client[1]", "Bsn")
    assert bevinding.regelnummer is not None
    assert "123456789" not in bevinding.melding + bevinding.advies


# --- Client ---


@pytest.mark.parametrize("number", ["999900018", "000000000"])
def test_CS002_a_Bsn_that_passes_the_elfproef(number: str) -> None:
    assert declared(clienten={number: [prestatie()]}) == set()


@pytest.mark.parametrize("number", ["999900007", "123456789"])
def test_CS002_a_Bsn_that_fails_the_elfproef(number: str) -> None:
    assert declared(clienten={number: [prestatie()]}) == {("CS002", "Client.Bsn")}


def test_TR101_two_Clienten_with_one_Bsn() -> None:
    content = wmo323(clienten={bsn(1): [prestatie()], bsn(2): [prestatie(referentie="B", toewijzing=2)]})

    assert found(content) == set()
    assert found(set_text(content, "Bsn", bsn(1), 2)) == {("TR101", "Client.Bsn")}


def test_TR101_one_ProductReferentie_twice_at_one_Client() -> None:
    assert declared(prestatie(), prestatie(toewijzing=2)) == {("TR101", "Prestatie.ProductReferentie")}


def test_TR101_one_ProductReferentie_at_two_Clienten() -> None:
    assert declared(clienten={bsn(1): [prestatie()], bsn(2): [prestatie(toewijzing=2)]}) == set()


def test_TR101_one_ReferentieNummer_with_another_VorigReferentieNummer() -> None:
    assert declared(prestatie(), prestatie(vorig="P0000", dc="C")) == set()


# --- Declaratie ---


@pytest.mark.parametrize(
    ("begin", "eind"), [("2025-01-02", "2025-01-31"), ("2025-01-01", "2025-01-30"), ("2024-12-01", "2025-01-31")]
)
def test_CS340_a_DeclaratiePeriode_that_is_no_calendar_month(begin: str, eind: str) -> None:
    assert declared(begin=begin, eind=eind) == {("CS340", "Declaratie.DeclaratiePeriode")}


@pytest.mark.parametrize(("begin", "eind"), [("2024-02-01", "2024-02-29"), ("2024-12-01", "2024-12-31")])
def test_CS340_a_calendar_month(begin: str, eind: str) -> None:
    assert declared(begin=begin, eind=eind) == set()


def test_CS100_a_DeclaratiePeriode_before_2021() -> None:
    assert declared(begin="2020-12-01", eind="2020-12-31") == {("CS100", "Declaratie.DeclaratiePeriode")}


def test_CS100_the_first_DeclaratiePeriode_of_2021() -> None:
    assert declared(begin="2021-01-01", eind="2021-01-31") == set()


def test_TR137_a_DeclaratiePeriode_that_ends_after_the_Dagtekening() -> None:
    assert declared(dagtekening="2025-01-30", declaratiedagtekening="2025-01-30") == {
        ("TR137", "Declaratie.DeclaratiePeriode/Einddatum"),
        ("TR137", "Prestatie.ProductPeriode/Einddatum"),
    }


def test_TR137_a_DeclaratiePeriode_that_ends_on_the_Dagtekening() -> None:
    assert declared(dagtekening="2025-01-31", declaratiedagtekening="2025-01-31") == set()


def test_TR137_a_DeclaratiePeriode_that_ends_before_it_begins() -> None:
    assert ("TR137", "Declaratie.DeclaratiePeriode/Einddatum") in declared(begin="2025-01-01", eind="2024-12-31")


@pytest.mark.parametrize(("dag", "broken"), [("2025-02-03", False), ("2025-02-04", True)])
def test_TR134_DeclaratieDagtekening_against_the_Dagtekening(dag: str, broken: bool) -> None:
    assert declared(declaratiedagtekening=dag) == ({("TR134", "Declaratie.DeclaratieDagtekening")} if broken else set())


def test_TR134_a_DeclaratiePeriode_that_begins_after_the_Dagtekening() -> None:
    assert declared(begin="2025-03-01", eind="2025-03-31") == {
        ("TR134", "Declaratie.DeclaratiePeriode/Begindatum"),
        ("TR137", "Declaratie.DeclaratiePeriode/Einddatum"),
    }


def test_TR134_a_DeclaratiePeriode_that_begins_on_the_Dagtekening() -> None:
    assert declared(begin="2025-02-03", eind="2025-02-03") == {("CS340", "Declaratie.DeclaratiePeriode")}


def test_CS325_a_total_of_zero_is_D() -> None:
    content = wmo323(prestatie(), CREDIT)

    assert found(content) == set()
    assert found(set_text(content, "TotaalIngediendBedrag/DebetCredit", "C")) == {
        ("CS325", "Declaratie.TotaalIngediendBedrag/DebetCredit")
    }


@pytest.mark.parametrize("totaal", [47999, 48001, -48000])
def test_TR358_a_total_that_is_not_the_sum(totaal: int) -> None:
    assert declared(totaal=totaal) == {("TR358", "Declaratie.TotaalIngediendBedrag")}


def test_TR358_a_credit_counts_less_than_nothing() -> None:
    assert declared(prestatie(volume=6, bedrag=72000), CREDIT, totaal=24000) == set()
    assert declared(prestatie(volume=6, bedrag=72000), CREDIT, totaal=120000) == {
        ("TR358", "Declaratie.TotaalIngediendBedrag")
    }


# --- Prestatie ---


@pytest.mark.parametrize("begin", ["2024-12-31", "2024-01-01"])
def test_CS337_a_ProductPeriode_over_a_month_s_end(begin: str) -> None:
    assert declared(prestatie(begin=begin)) == {("CS337", "Prestatie.ProductPeriode")}


def test_CS337_a_ProductPeriode_of_one_day() -> None:
    assert declared(prestatie(begin="2025-01-31")) == set()


def test_CS100_a_ProductPeriode_before_2021() -> None:
    assert declared(prestatie(begin="2020-12-01", eind="2020-12-31")) == {("CS100", "Prestatie.ProductPeriode")}


def test_CS100_the_first_ProductPeriode_of_2021() -> None:
    assert declared(prestatie(begin="2021-01-01", eind="2021-01-31")) == set()


def test_TR137_a_ProductPeriode_that_ends_before_it_begins() -> None:
    assert declared(prestatie(begin="2025-01-31", eind="2025-01-30")) == {
        ("TR137", "Prestatie.ProductPeriode/Einddatum")
    }


def test_TR137_a_ProductPeriode_that_ends_on_or_after_the_Dagtekening() -> None:
    assert declared(prestatie(begin="2025-02-01", eind="2025-02-03")) == set()
    assert declared(prestatie(begin="2025-02-01", eind="2025-02-04")) == {
        ("TR137", "Prestatie.ProductPeriode/Einddatum")
    }


def test_TR134_a_ProductPeriode_that_begins_after_the_Dagtekening() -> None:
    assert declared(prestatie(begin="2025-02-04", eind="2025-02-28")) == {
        ("TR134", "Prestatie.ProductPeriode/Begindatum"),
        ("TR137", "Prestatie.ProductPeriode/Einddatum"),
    }


def test_TR134_a_ProductPeriode_that_begins_on_the_Dagtekening() -> None:
    assert declared(prestatie(begin="2025-02-03", eind="2025-02-03")) == set()


@pytest.mark.parametrize(
    ("eind", "getekend", "broken"),
    [
        ("2021-03-15", "2026-03-15", False),
        ("2021-03-14", "2026-03-15", True),
        ("2023-02-28", "2028-02-29", False),
        ("2023-02-27", "2028-02-29", True),
    ],
)
def test_TR335_five_years_back_from_DeclaratieDagtekening(eind: str, getekend: str, broken: bool) -> None:
    begin = eind[:8] + "01"

    gevonden = declared(prestatie(begin=begin, eind=eind), dagtekening="2028-03-01", declaratiedagtekening=getekend)

    assert gevonden == ({("TR335", "Prestatie.ProductPeriode/Einddatum")} if broken else set())


def test_TR335_a_DeclaratieDagtekening_in_the_first_years_is_no_crash() -> None:
    assert declared(declaratiedagtekening="0003-01-01") == set()


def test_CD060_a_credit_without_VorigReferentieNummer() -> None:
    assert declared(prestatie(dc="C")) == {("CD060", "Prestatie.ProductReferentie/VorigReferentieNummer")}


def test_CD060_a_debit_with_VorigReferentieNummer() -> None:
    assert declared(prestatie(vorig="P0000")) == {("CD060", "Prestatie.ProductReferentie/VorigReferentieNummer")}


def test_CD060_a_credit_with_VorigReferentieNummer() -> None:
    assert declared(CREDIT) == set()


def test_CD087_no_ProductTarief() -> None:
    assert declared(prestatie(tarief=None)) == {("CD087", "Prestatie.ProductTarief")}


def test_CD087_euros_with_a_ProductTarief() -> None:
    assert declared(prestatie(eenheid="83", volume=5000, tarief=1)) == {("CD087", "Prestatie.ProductTarief")}


def test_CD087_euros_without_a_ProductTarief() -> None:
    assert declared(prestatie(eenheid="83", volume=5000)) == set()


@pytest.mark.parametrize("bedrag", [4999, 5001])
def test_CS339_euros_with_another_amount_than_volume(bedrag: int) -> None:
    assert declared(prestatie(eenheid="83", volume=5000, bedrag=bedrag)) == {("CS339", "Prestatie.IngediendBedrag")}


def test_CS339_a_credit_in_euros() -> None:
    assert declared(prestatie(eenheid="83", volume=5000, vorig="P0000", dc="C")) == set()


def test_CS325_an_amount_of_zero_is_D() -> None:
    zero = {"volume": 0, "bedrag": 0}

    assert declared(prestatie(**zero)) == set()
    assert declared(prestatie(**zero, vorig="P0000", dc="C")) == {("CS325", "Prestatie.IngediendBedrag/DebetCredit")}


# --- the whole message ---


def test_TR315_one_debit_credited_twice() -> None:
    twice = prestatie(referentie="P0003", vorig="P0000", dc="C")

    assert declared(clienten={bsn(1): [CREDIT], bsn(2): [twice]}) == {
        ("TR315", "Prestatie.ProductReferentie/VorigReferentieNummer")
    }


def test_TR315_two_debits_credited() -> None:
    assert declared(CREDIT, prestatie(referentie="P0003", vorig="P0009", dc="C")) == set()


def test_TR316_a_debit_and_its_credit_in_one_message() -> None:
    own = prestatie(referentie="P0002", vorig="P0001", dc="C")

    assert declared(clienten={bsn(1): [prestatie()], bsn(2): [own]}) == {
        ("TR316", "Prestatie.ProductReferentie/VorigReferentieNummer")
    }


def test_TR316_a_credit_and_the_debit_that_takes_its_place() -> None:
    assert declared(CREDIT, prestatie()) == set()


def test_TR416_two_debits_of_one_product_period_at_two_Clienten() -> None:
    assert declared(clienten={bsn(1): [prestatie()], bsn(2): [prestatie(referentie="B")]}) == {
        ("TR416", "Prestatie.IngediendBedrag/DebetCredit")
    }


@pytest.mark.parametrize(
    "anders",
    [{"toewijzing": 1002}, {"code": "SPF4"}, {"categorie": "03"}, {"begin": "2025-01-02"}, {"eind": "2025-01-30"}],
    ids=lambda anders: next(iter(anders)),
)
def test_TR416_two_debits_that_differ_in_one_part(anders: dict[str, Any]) -> None:
    assert declared(prestatie(), prestatie(referentie="B", **anders)) == set()


def test_TR416_two_credits_of_one_product_period() -> None:
    assert declared(CREDIT, prestatie(referentie="P0003", vorig="P0009", dc="C")) == set()


# --- 325 ---


@pytest.mark.parametrize(
    "content",
    [
        wmo325(wmo323()),
        refusal(),
        wmo325(wmo323(), client_codes={bsn(1): ("8187",)}),
        wmo325(wmo323(), declaratie_codes=("9333",)),
        wmo325(wmo323(), header_codes=("0001",)),
    ],
    ids=["approved", "line", "client", "declaratie", "header"],
)
def test_a_valid_antwoord_breaks_nothing(content: bytes) -> None:
    assert answered(content) == set()


def test_CS002_in_an_antwoord() -> None:
    assert answered(set_text(refusal(), "Bsn", "999900007")) == {("CS002", "Client.Bsn")}


def test_TR101_two_Clienten_with_one_Bsn_in_an_antwoord() -> None:
    heen = wmo323(clienten={bsn(1): [prestatie()], bsn(2): [prestatie(referentie="B", toewijzing=2)]})
    content = wmo325(heen, {"P0001": ("9321",), "B": ("9321",)})

    assert answered(content) == set()
    assert answered(set_text(content, "Bsn", bsn(1), 2)) == {("TR101", "Client.Bsn")}


def test_TR101_one_ProductReferentie_twice_in_an_antwoord() -> None:
    content = wmo325(wmo323(prestatie(), prestatie(referentie="B")), {"P0001": ("9321",), "B": ("9321",)})

    assert answered(set_text(content, "ReferentieNummer", "P0001", 2)) == {("TR101", "Prestatie.ProductReferentie")}


def test_TR137_and_TR134_in_an_antwoord_go_by_its_own_Dagtekening() -> None:
    heen, codes = wmo323(), {"P0001": ("9321",)}

    assert answered(wmo325(heen, codes, dagtekening="2025-01-31")) == set()
    assert answered(wmo325(heen, codes, dagtekening="2025-01-30")) == {("TR137", "Prestatie.ProductPeriode/Einddatum")}
    assert answered(wmo325(heen, codes, dagtekening="2024-12-31")) == {
        ("TR137", "Prestatie.ProductPeriode/Einddatum"),
        ("TR134", "Prestatie.ProductPeriode/Begindatum"),
    }


def test_CD060_in_an_antwoord() -> None:
    debit = insert_after(refusal(), "ReferentieNummer", "iwmo:VorigReferentieNummer", "P0000")
    credit = remove(refusal(vorig="P0000", dc="C"), "VorigReferentieNummer")

    assert answered(refusal(vorig="P0000", dc="C")) == set()
    assert answered(debit) == answered(credit) == {("CD060", "Prestatie.ProductReferentie/VorigReferentieNummer")}


def test_CS325_of_a_Prestatie_in_an_antwoord() -> None:
    content = refusal(volume=0, bedrag=0, vorig="P0000", dc="C")

    assert answered(refusal(volume=0, bedrag=0)) == set()
    assert ("CS325", "Prestatie.IngediendBedrag/DebetCredit") in answered(content)


@pytest.mark.parametrize("name", ["TotaalIngediendBedrag", "TotaalToegekendBedrag"])
def test_CS325_of_the_totals_of_an_antwoord(name: str) -> None:
    content = wmo325(wmo323(prestatie(), CREDIT))

    assert answered(content) == set()
    assert answered(set_text(content, f"{name}/DebetCredit", "C")) == {
        ("CS325", f"DeclaratieAntwoord.{name}/DebetCredit")
    }


@pytest.mark.parametrize("toegekend", [-1, 1, 48000])
def test_TR342_a_granted_total_that_leaves_something_unexplained(toegekend: int) -> None:
    content = wmo325(wmo323(), {"P0001": ("9321",)}, toegekend=toegekend)

    assert answered(content) == {("TR342", "DeclaratieAntwoord.TotaalToegekendBedrag")}


def test_TR342_a_refused_credit_raises_the_granted_total() -> None:
    heen = wmo323(prestatie(), CREDIT)

    assert answered(wmo325(heen, {"P0002": ("8017",)}, toegekend=48000)) == set()
    assert answered(wmo325(heen, {"P0002": ("8017",)}, toegekend=-48000)) == {
        ("TR342", "DeclaratieAntwoord.TotaalToegekendBedrag")
    }


def test_TR342_a_refused_Declaratie_grants_nothing() -> None:
    assert answered(wmo325(wmo323(), declaratie_codes=("8214",), toegekend=1)) == {
        ("TR342", "DeclaratieAntwoord.TotaalToegekendBedrag")
    }
