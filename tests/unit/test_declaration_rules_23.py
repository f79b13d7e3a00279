"""Levels 3 and 4 of a 303: Header, Client, ReferentieNummer and credit lines. Debits: _toewijzing, _volume, _bedrag."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from builders_23 import prestatie23
from declaration_judging import client_hash
from declaration_judging_23 import (
    CREDIT,
    IN_P2,
    LATER,
    P1,
    P2,
    award,
    codes,
    contract,
    debetregel,
    declaratie,
    feiten,
    found_ids,
    judged,
    toewijzing,
    zonder_toewijzing,
)

from builders import bsn
from services.declaration.rules.feiten import AFGEKEURD, DECLARATIE, FACTUUR, Feiten
from services.declaration.verdict import Oordeel, judge

CREDIT_VAN_FACTUUR = {**CREDIT, "btw_vrijstelling": "1"}


def refused(facts: Feiten, **anders: Any) -> Oordeel:
    return judge(declaratie(**anders), facts)


def test_a_valid_303_is_approved() -> None:
    assert (codes(feiten()), award(feiten())) == ((), 48000)


# --- Header ---


@pytest.mark.parametrize(("vandaag", "expected"), [(date(2025, 2, 2), ("8848",)), (date(2025, 2, 3), ())])
def test_CS064_8848_a_FactuurDagtekening_after_today(vandaag: date, expected: tuple[str, ...]) -> None:
    assert refused(feiten(vandaag=vandaag)).kop_codes == expected


@pytest.mark.parametrize(
    ("vandaag", "expected"), [(date(2024, 12, 29), ("8848", "8847")), (date(2024, 12, 30), ("8848",))]
)
def test_IV032_8847_a_DeclaratiePeriode_that_begins_after_today(vandaag: date, expected: tuple[str, ...]) -> None:
    """Never alone: the FactuurDagtekening is not before its end (CS108), and in the future then too."""
    assert refused(feiten(vandaag=vandaag)).kop_codes == expected


def test_CS300_S300_a_gemeente_that_does_not_exist() -> None:
    assert refused(feiten(gemeente_bestaat=False)).kop_codes == ("S300",)
    assert refused(feiten(gemeente_bestaat=True)).kop_codes == ()


@pytest.mark.parametrize("taken", [{"identificatie_bezet": True}, {"nummer_bezet": True}], ids=str)
def test_TR324_0030_a_DeclarantFactuurNummer_that_is_taken(taken: dict[str, Any]) -> None:
    assert refused(feiten(**taken)).declaratie_codes == ("0030",)
    assert refused(feiten(**dict.fromkeys(taken, False))).declaratie_codes == ()


def test_TR324_0030_once_whatever_shows_it() -> None:
    oordeel = refused(feiten(identificatie_bezet=True, nummer_bezet=True))

    assert found_ids(oordeel) == [("TR324", "0030")]


def test_OP278_8855_a_declaratie_where_a_factuur_is_agreed() -> None:
    facts = feiten(contracten=(contract(vorm=FACTUUR),))

    assert refused(facts, factuur=False).declaratie_codes == ("8855",)
    assert refused(facts, factuur=True).declaratie_codes == ()


def test_OP278_8856_a_factuur_where_a_declaratie_is_agreed() -> None:
    facts = feiten(contracten=(contract(vorm=DECLARATIE),))

    assert refused(facts, factuur=True).declaratie_codes == ("8856",)
    assert refused(facts, factuur=False).declaratie_codes == ()


@pytest.mark.parametrize("factuur", [False, True])
def test_OP278_nothing_is_agreed_without_a_contract(factuur: bool) -> None:
    assert refused(feiten(contracten=()), factuur=factuur).declaratie_codes == ()


@pytest.mark.parametrize("factuur", [False, True])
def test_OP278_an_administration_may_hold_both_kinds(factuur: bool) -> None:
    """Each aanbieder that it declares for has its own agreement."""
    both = contract(vorm=DECLARATIE), contract(vorm=FACTUUR, aanbieder="75000002")

    assert refused(feiten(contracten=both), factuur=factuur).declaratie_codes == ()


@pytest.mark.parametrize(
    ("begin", "eind", "expected"),
    [
        ("2024-12-30", "2025-01-26", ()),
        ("2024-12-30", "2025-02-23", ()),
        ("2024-12-30", "2025-01-25", ("8214",)),
        ("2024-12-31", "2025-01-26", ("8214",)),
        ("2025-01-06", "2025-02-02", ("8214",)),
        ("2025-01-01", "2025-01-31", ("8214",)),
        ("2026-11-30", "2027-01-03", ()),
        ("2026-11-30", "2026-12-27", ("8214",)),
        ("2018-12-03", "2018-12-30", ("8214",)),
    ],
    ids=["P1", "P1-P2", "day short", "day late", "four weeks", "month", "P13 of 2026", "28 days of it", "no table"],
)
def test_HUB01_8214_a_DeclaratiePeriode_is_whole_periods(begin: str, eind: str, expected: tuple[str, ...]) -> None:
    oordeel = judged(feiten(), begin=begin, eind=eind, dagtekening="2028-01-01")

    assert oordeel.declaratie_codes == expected
    assert found_ids(oordeel)[: len(expected)] == [("HUB01", code) for code in expected]


@pytest.mark.parametrize(
    ("laatste", "expected"),
    [
        (None, ()),
        (date(2024, 9, 9), ()),
        (date(2024, 12, 2), ()),
        (date(2024, 12, 30), ()),
        (date(2025, 1, 27), ("8214",)),
    ],
)
def test_TR318_8214_only_a_step_back(laatste: date | None, expected: tuple[str, ...]) -> None:
    assert refused(feiten(laatste_periode=laatste)).declaratie_codes == expected


# --- Client ---


def test_TR304_8187_a_toewijzing_of_another_client() -> None:
    oordeel = refused(feiten(toewijzing(client=client_hash(bsn(2)))))

    assert oordeel.client_codes == {1: ("8187",)}
    assert oordeel.regel_codes == {(1, 1): ("0233",)}
    assert refused(feiten(toewijzing(client=client_hash(bsn(1))))).client_codes == {}


def test_TR304_8187_not_for_an_unknown_toewijzing() -> None:
    oordeel = refused(zonder_toewijzing())

    assert (oordeel.client_codes, oordeel.regel_codes) == ({}, {(1, 1): ("0551",)})


def test_TR304_8187_one_strange_number_refuses_all_lines_of_the_client_credits_too() -> None:
    facts = feiten(
        toewijzing(), toewijzing(nummer=1002, client=client_hash(bsn(2))), debetregels={"P0000": debetregel()}
    )

    oordeel = judged(facts, CREDIT, prestatie23(), prestatie23(referentie="P0003", toewijzing=1002))

    assert oordeel.regel_codes == {(1, 1): ("0233",), (1, 2): ("0233",), (1, 3): ("0233",)}
    assert (oordeel.toegekend, found_ids(oordeel)) == (0, [("TR304", "8187")])


# --- every Prestatie ---


def test_TR314_8021_a_number_used_before() -> None:
    assert codes(feiten(bezette_nummers={"P0001"})) == ("8021",)
    assert codes(feiten(bezette_nummers={"P0000"})) == ()


def test_TR314_8021_every_line_that_shares_a_number() -> None:
    facts = feiten(toewijzing(), toewijzing(nummer=1002, client=client_hash(bsn(2))))
    two_clients = {bsn(1): [prestatie23()], bsn(2): [prestatie23(toewijzing=1002)]}

    assert judged(facts, clienten=two_clients).regel_codes == {(1, 1): ("8021",), (2, 1): ("8021",)}


def test_TR314_8021_two_products_of_one_client_that_share_a_number() -> None:
    """Level 2 lets it pass: the product is part of the key (TR101)."""
    facts = feiten(toewijzing(), toewijzing(nummer=1002, code="SPF4"))

    oordeel = judged(facts, prestatie23(), prestatie23(toewijzing=1002, code="SPF4"))

    assert oordeel.regel_codes == {(1, 1): ("8021",), (1, 2): ("8021",)}


def test_TR314_8021_a_credit_with_the_number_of_a_debit() -> None:
    facts = feiten(debetregels={"P0000": debetregel()})

    oordeel = judged(facts, prestatie23(), {**CREDIT, "referentie": "P0001"})

    assert oordeel.regel_codes == {(1, 1): ("8021",), (1, 2): ("8021",)}


# --- credit lines ---


def credited(debet: Any, **anders: Any) -> tuple[str, ...]:
    """The codes of a credit of this debit."""
    line = {**(CREDIT_VAN_FACTUUR if debet.vorm == FACTUUR else CREDIT), **anders}
    facts = feiten(contracten=(contract(vorm=debet.vorm),), debetregels={"P0000": debet})
    return codes(facts, line, factuur=debet.vorm == FACTUUR)


@pytest.mark.parametrize("vorm", [DECLARATIE, FACTUUR])
def test_TR323_8017_a_credit_of_an_approved_debit(vorm: str) -> None:
    assert credited(debetregel(vorm=vorm)) == ()
    assert credited(debetregel(vorm=vorm, toegekend=48000)) == ()


def test_TR323_8017_a_credit_of_nothing() -> None:
    assert codes(feiten(), CREDIT) == ("8017",)


@pytest.mark.parametrize(
    "anders",
    [
        {"toewijzing": 1002},
        {"categorie": "03"},
        {"code": "SPF4"},
        {"begin": date(2024, 12, 31)},
        {"eind": date(2025, 1, 25)},
        {"volume": 2},
        {"eenheid": "16"},
        {"tarief": 48000},
        {"bedrag": 47999},
        {"bedrag": 48001},
        {"gemeente": "0603"},
        {"client": client_hash(bsn(2))},
    ],
    ids=str,
)
def test_TR323_8017_a_credit_that_differs_from_its_debit(anders: dict[str, Any]) -> None:
    assert credited(debetregel(**anders)) == ("8017",)


def test_TR323_a_credit_may_name_the_toewijzing_or_leave_it_to_its_debit() -> None:
    assert credited(debetregel(), toewijzing=None) == ()
    assert credited(debetregel(toewijzing=None), toewijzing=None) == ()
    assert credited(debetregel(toewijzing=None), toewijzing=1001) == ("8017",)


@pytest.mark.parametrize(("bedrag", "expected"), [(40000, ()), (39999, ("8017",)), (48000, ("8017",))])
def test_IV053_of_a_declaratie_what_was_awarded_is_credited(bedrag: int, expected: tuple[str, ...]) -> None:
    assert credited(debetregel(toegekend=40000), bedrag=bedrag) == expected


@pytest.mark.parametrize(("bedrag", "expected"), [(48000, ()), (40000, ("8017",)), (0, ("8017",))])
def test_IV053_of_a_factuur_what_was_submitted_is_credited(bedrag: int, expected: tuple[str, ...]) -> None:
    refused_line = debetregel(vorm=FACTUUR, status=AFGEKEURD, toegekend=0, per_periode={})

    assert credited(refused_line, bedrag=bedrag) == expected
    assert credited(debetregel(vorm=FACTUUR, toegekend=40000), bedrag=bedrag) == expected


@pytest.mark.parametrize(("vorm", "expected"), [(DECLARATIE, ("8853",)), (FACTUUR, ())])
def test_IV053_8853_a_refused_line_of_a_declaratie_is_not_credited_that_of_a_factuur_is(
    vorm: str, expected: tuple[str, ...]
) -> None:
    assert credited(debetregel(vorm=vorm, status=AFGEKEURD, toegekend=0, per_periode={})) == expected


@pytest.mark.parametrize("vorm", [DECLARATIE, FACTUUR])
def test_IV053_8854_a_debit_that_is_credited_already(vorm: str) -> None:
    assert credited(debetregel(vorm=vorm, gecrediteerd=True)) == ("8854",)
    assert credited(debetregel(vorm=vorm, gecrediteerd=False)) == ()


def test_IV053_8854_a_refused_line_of_a_factuur_is_credited_once() -> None:
    debet = debetregel(vorm=FACTUUR, status=AFGEKEURD, toegekend=0, per_periode={})

    assert credited(replace(debet, gecrediteerd=True)) == ("8854",)


def test_IV055_a_credit_is_refused_on_no_other_ground() -> None:
    """Everything of level 3 and 4 that a debit would break here."""
    line = {"code": "XXXXX", "begin": "2024-12-31", "eind": "2028-01-01", "volume": 99, "tarief": 1, "bedrag": 5}
    looptijd = {"begin": date(2024, 12, 31), "eind": date(2028, 1, 1)}
    debet = debetregel(code="XXXXX", **looptijd, volume=99, tarief=1, bedrag=5)

    for facts in (feiten(debetregels={"P0000": debet}), zonder_toewijzing(debetregels={"P0000": debet})):
        assert codes(facts, {**CREDIT, **line}) == ()


def test_an_accepted_credit_of_a_refused_factuur_line_counts_in_the_total() -> None:
    """The invoice of 2084.00 of which 1880.00 was refused: its credit is answered 8001."""
    debet = debetregel(vorm=FACTUUR, status=AFGEKEURD, toegekend=0, bedrag=188000, per_periode={})
    facts = feiten(contracten=(contract(vorm=FACTUUR),), debetregels={"P0000": debet})

    oordeel = judged(facts, {**CREDIT_VAN_FACTUUR, "bedrag": 188000}, factuur=True)

    assert (oordeel.oordeel, oordeel.toegekend) == ("goedgekeurd", -188000)


# --- what a credit gives back: D and volume, for debits of the same message ---


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["credit first", "debit first"])
def test_HUB06_a_credit_gives_its_period_back(order: tuple[int, int]) -> None:
    facts = feiten(gedeclareerd={(1001, P1): 48000}, debetregels={"P0000": debetregel()})
    lines = [CREDIT, prestatie23()]

    assert judged(facts, *(lines[n] for n in order)).regel_codes == {}
    assert codes(facts, prestatie23()) == ("9322",)


def test_HUB06_a_credit_gives_back_what_is_booked_and_not_what_was_submitted() -> None:
    facts = feiten(
        gedeclareerd={(1001, P1): 48000}, debetregels={"P0000": debetregel(toegekend=40000, per_periode={P1: 40000})}
    )
    credit = {**CREDIT, "bedrag": 40000}

    assert codes(facts, credit, prestatie23(bedrag=40000)) == ()
    assert codes(facts, credit, prestatie23(bedrag=40001)) == ("9322",)


def test_HUB06_a_credit_of_another_period_gives_nothing_back() -> None:
    debet = debetregel(begin=date(2025, 1, 27), eind=date(2025, 2, 23), per_periode={P2: 48000})
    facts = feiten(gedeclareerd={(1001, P1): 48000, (1001, P2): 48000}, debetregels={"P0000": debet})

    assert codes(facts, {**CREDIT, **IN_P2}, prestatie23(), **LATER) == ("9322",)


def test_HUB06_a_refused_credit_gives_nothing_back() -> None:
    facts = feiten(gedeclareerd={(1001, P1): 48000}, debetregels={"P0000": debetregel(volume=2)})

    assert judged(facts, CREDIT, prestatie23()).regel_codes == {(1, 1): ("8017",), (1, 2): ("9322",)}


def test_HUB06_the_credit_of_a_refused_factuur_line_gives_nothing_back() -> None:
    debet = debetregel(vorm=FACTUUR, status=AFGEKEURD, toegekend=0, per_periode={})
    facts = feiten(contracten=(contract(vorm=FACTUUR),), gedeclareerd={(1001, P1): 48000}, debetregels={"P0000": debet})

    oordeel = judged(facts, CREDIT_VAN_FACTUUR, prestatie23(btw_vrijstelling="1"), factuur=True)

    assert oordeel.regel_codes == {(1, 2): ("9322",)}
