"""Debit lines of a 303 towards their toewijzing: which one, whose, in which period, of what."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from builders_23 import prestatie23
from declaration_judging import client_hash
from declaration_judging_23 import (
    IN_P2,
    LATER,
    PRODUCTEN,
    codes,
    contract,
    declaratie,
    feiten,
    judged,
    toewijzing,
    zonder_toewijzing,
)

from builders import bsn
from services.declaration.contracts import Toewijzing

WITHOUT_NUMBER = prestatie23(toewijzing=None)


# --- TR303: by ToewijzingNummer, or without one by the other keys ---


def test_TR303_0551_stops_all_other_checks_of_the_line() -> None:
    facts = zonder_toewijzing(bezette_nummers={"P0001"}, producten={})

    assert codes(facts, prestatie23(volume=99, tarief=1)) == ("8021", "0551")


def test_TR303_0551_only_the_line_with_the_unknown_number() -> None:
    oordeel = judged(feiten(), prestatie23(), prestatie23(referentie="B", toewijzing=9))

    assert (oordeel.regel_codes, oordeel.toekenningen) == ({(1, 2): ("0551",)}, {(1, 1): 48000})


@pytest.mark.parametrize("reden", ["13", "01"])
def test_TR303_0551_a_removed_toewijzing_counts_as_never_sent(reden: str) -> None:
    day = {"begin": "2024-12-30", "eind": "2024-12-30"}
    removed = toewijzing(einddatum=date(2024, 12, 30), reden_wijziging=reden)

    assert codes(feiten(removed), prestatie23(**day)) == ("0551",)
    assert codes(feiten(replace(removed, reden_wijziging=None)), prestatie23(**day)) == ()


def oud(**anders: Any) -> Toewijzing:
    """A toewijzing of before every toewijzing had a number."""
    return toewijzing(**{"nummer": 77, "toewijzingsdatum": date(2017, 6, 11)} | anders)


def by_keys(*oude: Toewijzing, **anders: Any) -> tuple[str, ...]:
    """The codes of a line that names no toewijzing."""
    return codes(feiten(oude_toewijzingen=oude), {**WITHOUT_NUMBER, **anders})


def test_TR303_0551_without_a_number_the_other_keys_find_the_toewijzing() -> None:
    assert by_keys(oud()) == ()
    assert by_keys() == ("0551",)


def test_TR303_0551_the_keys_are_no_way_round_an_unknown_number() -> None:
    assert by_keys(oud(), toewijzing=9) == ("0551",)


@pytest.mark.parametrize(("sent", "expected"), [(date(2017, 6, 11), ()), (date(2017, 6, 12), ("0551",))])
def test_TR303_0551_by_keys_only_what_was_sent_before_12_June_2017(sent: date, expected: tuple[str, ...]) -> None:
    assert by_keys(oud(toewijzingsdatum=sent)) == expected


@pytest.mark.parametrize(
    "other",
    [
        {"client": client_hash(bsn(2))},
        {"categorie": "03"},
        {"code": "SPF4"},
        {"ingangsdatum": date(2024, 12, 31)},
        {"einddatum": date(2025, 1, 25)},
        {"einddatum": date(2024, 12, 30), "reden_wijziging": "01"},
    ],
    ids=str,
)
def test_TR303_0551_a_key_that_differs(other: dict[str, Any]) -> None:
    assert by_keys(oud(**other)) == ("0551",)


@pytest.mark.parametrize(
    "same", [{"code": None}, {"ingangsdatum": date(2015, 1, 1)}, {"einddatum": date(2025, 1, 26)}, {"einddatum": None}]
)
def test_TR303_0551_a_key_that_fits(same: dict[str, Any]) -> None:
    assert by_keys(oud(**same)) == ()


def test_TR303_0551_two_that_fit_are_none() -> None:
    assert by_keys(oud(), oud(nummer=78)) == ("0551",)
    assert by_keys(oud(), oud(nummer=78, categorie="03")) == ()


def test_TR303_a_removed_one_beside_it_is_no_second_that_fits() -> None:
    day = {"begin": "2024-12-30", "eind": "2024-12-30"}
    one_day, removed = oud(einddatum=date(2024, 12, 30)), oud(nummer=78, reden_wijziging="01")

    assert by_keys(one_day, replace(removed, einddatum=date(2024, 12, 30)), **day) == ()


def test_TR303_a_line_without_number_is_held_to_what_it_found() -> None:
    facts = feiten(oude_toewijzingen=(oud(),), gedeclareerd={(77, "2025-P01"): 1})

    assert codes(facts, WITHOUT_NUMBER) == ("9322",)
    assert codes(feiten(oude_toewijzingen=(oud(),)), {**WITHOUT_NUMBER, "volume": 2}) == ("9321",)


# --- TR311: whose ---


def test_TR311_9311_the_toewijzing_of_another_aanbieder() -> None:
    other = toewijzing(aanbieder="75000002")

    assert codes(feiten(other)) == ("9311",)
    assert codes(feiten(other, administratie_van={"75000003"})) == ("9311",)
    assert codes(feiten(other, administratie_van={"75000002"})) == ()


def test_TR311_9311_tells_nothing_else_of_somebody_else_s_toewijzing() -> None:
    facts = feiten(toewijzing(aanbieder="75000002", categorie="03", code="SPF4"), bezette_nummers={"P0001"})

    assert codes(facts, prestatie23(volume=99, tarief=1)) == ("8021", "9311")


def test_TR311_9311_also_for_a_toewijzing_found_by_its_keys() -> None:
    assert by_keys(oud(aanbieder="75000002")) == ("9311",)


# --- when ---


def test_TR319_9319_a_ProductPeriode_that_ends_after_the_DeclaratiePeriode() -> None:
    second = prestatie23(**IN_P2)

    assert codes(feiten(), second, dagtekening="2025-04-01") == ("9319",)
    assert codes(feiten(), second, **IN_P2, dagtekening="2025-04-01") == ()
    assert codes(feiten(), second, **LATER) == ()


def test_TR307_9307_a_ProductPeriode_that_begins_before_the_toewijzing() -> None:
    later = feiten(toewijzing(ingangsdatum=date(2025, 1, 15)))

    assert codes(later, prestatie23(begin="2025-01-14")) == ("9307",)
    assert codes(later, prestatie23(begin="2025-01-15")) == ()


def test_TR308_9308_a_ProductPeriode_that_ends_after_the_toewijzing() -> None:
    sooner = feiten(toewijzing(einddatum=date(2025, 1, 14)))

    assert codes(sooner, prestatie23(eind="2025-01-15")) == ("9308",)
    assert codes(sooner, prestatie23(eind="2025-01-14")) == ()


def test_TR308_open_einddatum_never_ends() -> None:
    assert codes(feiten(toewijzing(einddatum=None))) == ()


WHOLE = toewijzing()
BOTH_ENDS = toewijzing(ingangsdatum=date(2025, 1, 8), einddatum=date(2025, 2, 12))


@pytest.mark.parametrize(
    ("allocated", "begin", "eind", "expected"),
    [
        (WHOLE, "2024-12-30", "2025-01-26", ()),
        (WHOLE, "2024-12-30", "2025-02-23", ()),
        (WHOLE, "2024-12-31", "2025-01-26", ("8214",)),
        (WHOLE, "2024-12-30", "2025-01-25", ("8214",)),
        (WHOLE, "2024-12-30", "2025-02-22", ("8214",)),
        (WHOLE, "2025-01-06", "2025-02-02", ("8214",)),
        (BOTH_ENDS, "2025-01-08", "2025-01-26", ()),
        (BOTH_ENDS, "2025-01-27", "2025-02-12", ()),
        (BOTH_ENDS, "2025-01-08", "2025-02-12", ()),
        (BOTH_ENDS, "2025-01-09", "2025-01-26", ("8214",)),
        (BOTH_ENDS, "2025-01-27", "2025-02-11", ("8214",)),
        (BOTH_ENDS, "2025-01-08", "2025-01-25", ("8214",)),
    ],
)
def test_HUB03_8214_a_ProductPeriode_is_whole_periods_cut_to_the_toewijzing(
    allocated: Toewijzing, begin: str, eind: str, expected: tuple[str, ...]
) -> None:
    assert codes(feiten(allocated), prestatie23(begin=begin, eind=eind), **LATER) == expected


def test_HUB03_8214_not_besides_9307_and_9308() -> None:
    line = prestatie23(begin="2025-01-07", eind="2025-02-13")

    assert codes(feiten(BOTH_ENDS), line, **LATER) == ("9307", "9308")


def test_HUB02_8214_a_contract_of_another_release() -> None:
    def with_release(release: str, van: date) -> tuple[str, ...]:
        other = contract(release=release, van=van)
        return codes(feiten(contracten=(contract(tot=date(2024, 12, 29), van=date(2020, 1, 1)), other)))

    assert with_release("3.2", date(2024, 12, 30)) == ("8214",)
    assert with_release("2.3", date(2024, 12, 30)) == ()
    # On the first day claimed nothing is agreed.
    assert with_release("3.2", date(2024, 12, 31)) == ()


# --- what ---


def test_TR305_1112_another_category_than_allocated() -> None:
    assert codes(feiten(toewijzing(categorie="03"))) == ("1112",)
    assert codes(feiten(toewijzing(categorie="02"))) == ()
    assert codes(feiten(toewijzing(categorie=None))) == ()


def test_TR306_1142_another_code_than_allocated() -> None:
    assert codes(feiten(toewijzing(code="SPF4"))) == ("1142",)
    assert codes(feiten(toewijzing(code="SPF3"))) == ()
    assert codes(feiten(toewijzing(code=None))) == ()


def test_CS329_S329_a_code_off_the_list_of_the_gemeente_or_in_another_category() -> None:
    elsewhere = {"SPF3": replace(PRODUCTEN["SPF3"], categorie="07")}

    assert codes(feiten(producten={})) == ("S329",)
    assert codes(feiten(producten=elsewhere)) == ("S329",)
    assert codes(feiten(producten=PRODUCTEN)) == ()


def test_CS329_S329_a_code_that_is_on_the_list_on_other_days() -> None:
    regel, dag = next(declaratie().prestaties), timedelta(days=1)
    naast = [(date.min, regel.begin - dag), (regel.eind + dag, None)]

    assert codes(feiten(op_lijst={"SPF3": naast})) == ("S329",)
    assert codes(feiten(op_lijst={"SPF3": [*naast, (regel.eind, None)]})) == ()


def test_CS329_S329_not_for_a_code_outside_the_contract() -> None:
    assert codes(feiten(contracten=(contract(resultaatgebied="DAG"),))) == ()


@pytest.mark.parametrize(
    ("allocated", "declared", "expected"),
    [
        ("82", "82", ()),
        ("82", "16", ("9309",)),
        ("83", "82", ("9309",)),
        ("04", "04", ()),
        ("04", "01", ()),
        ("01", "04", ("9309",)),
        (None, "16", ()),
    ],
)
def test_TR309_9309_the_unit_of_the_toewijzing_or_minutes_on_hours(
    allocated: str | None, declared: str, expected: tuple[str, ...]
) -> None:
    omvang = {"eenheid": allocated, "volume": 1 if allocated else None, "frequentie": "3" if allocated else None}

    assert codes(feiten(toewijzing(**omvang)), prestatie23(eenheid=declared)) == expected


def test_TR309_9309_skips_volume_and_price() -> None:
    assert codes(feiten(), prestatie23(eenheid="16", volume=99, tarief=1, bedrag=999999)) == ("9309",)


# --- together ---


def test_codes_of_a_line_come_in_the_order_of_the_rules() -> None:
    facts = feiten(
        toewijzing(categorie="03", code="SPF4", ingangsdatum=date(2025, 2, 2), einddatum=date(2025, 2, 20)),
        bezette_nummers={"P0001"},
        producten={},
        contracten=(),
    )
    line = prestatie23(**IN_P2, volume=99, tarief=1)

    assert codes(facts, line, dagtekening="2025-04-01") == (
        *("8021", "9319", "9307", "9308", "1112", "1142", "S329"),
        *("9321", "9322", "0611"),
    )


def test_a_code_stands_once_however_many_rules_give_it() -> None:
    """HUB03 and HUB02 are both 8214; each keeps its own finding."""
    facts = feiten(contracten=(contract(release="3.2"),))

    oordeel = judged(facts, prestatie23(begin="2024-12-31"))

    assert oordeel.regel_codes == {(1, 1): ("8214",)}
    assert [bevinding.regel for bevinding in oordeel.bevindingen] == ["HUB03", "HUB02"]
