"""Levels 3 and 4 of a 323, and of a 325 against its 323: one change from what is in order, both sides of a boundary."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from both_standards import in_ijw, judged_in_both
from declaration_judging import (
    PRODUCTEN,
    SCHEMAS,
    VANDAAG,
    WMO325,
    antwoord_feiten,
    client_hash,
    contract,
    debetregel,
    declaratie,
    feiten,
    rule_ids,
    tarieven,
    toewijzing,
)
from lxml import etree

from builders import bsn, prestatie, set_text, wmo323, wmo325
from services.declaration.contracts import Mapping, Toewijzing
from services.declaration.message import read_antwoord
from services.declaration.rules import REGELS
from services.declaration.rules.feiten import Feiten, Gebruik
from services.declaration.verdict import Oordeel, check_antwoord, judge
from services.kernel.reading import OWN_SCHEMAS, as_stream
from services.kernel.rules import Tekst, rule_table

CREDIT = prestatie(referentie="P0002", vorig="P0000", dc="C")
HOURS = {"eenheid": "04", "volume": 4}
IN_APRIL = {"begin": "2025-04-01", "eind": "2025-04-30", "dagtekening": "2025-05-01"}


def codes(facts: Feiten, *prestaties: dict[str, Any], **anders: Any) -> tuple[str, ...]:
    """The codes of the last line; () when it is approved."""
    bericht = declaratie(*prestaties, **anders)
    *_, last = bericht.prestaties
    return judged_in_both(bericht, replace(facts, vandaag=date(2027, 1, 1))).regel_codes.get(last.plaats, ())


def rows(release: str, soort: str) -> list[Tekst]:
    standaard = "iwmo" if soort.startswith("WMO") else "ijw"
    return [row for row in rule_table(standaard, release) if row.berichtsoort == soort]


@pytest.mark.parametrize(("release", "soort"), REGELS)
def test_every_rule_has_its_row_in_the_rule_table_in_order(release: str, soort: str) -> None:
    table = [(row.regel, row.klasse, row.element, row.retourcode) for row in rows(release, soort)]

    assert [(r.id, r.klasse, r.element, r.retourcode) for r in REGELS[release, soort]] == table
    assert len(table) == len(set(table))


@pytest.mark.parametrize(("release", "soort"), REGELS)
def test_every_sentence_tells_what_was_found_and_what_to_change(release: str, soort: str) -> None:
    sentences = [sentence for row in rows(release, soort) for sentence in (row.melding, row.advies)]

    assert sentences
    assert [sentence for sentence in sentences if not sentence.endswith(".")] == []


@pytest.mark.parametrize(("release", "soort"), REGELS)
def test_every_rule_has_a_test_that_is_named_after_it(release: str, soort: str) -> None:
    sources = (file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_declaration_*.py"))
    named = {part for source in sources for name in re.findall(r"def (test_\w+)", source) for part in name.split("_")}

    assert {rule.id for rule in REGELS[release, soort]} - named == set()


@pytest.mark.parametrize("soort", ["WMO303", "WMO304"])
def test_every_code_of_2_3_may_stand_in_a_304(soort: str) -> None:
    """What its schema does not list could not be answered."""
    xsd = etree.parse(OWN_SCHEMAS / "iwmo" / "2.3" / "basisschema.xsd")
    listed = {e.get("value") for e in xsd.iterfind(".//{*}simpleType[@name='LDT_RetourCode']//{*}enumeration")}

    assert {row.retourcode for row in rows("2.3", soort)} - {None} <= listed


def test_a_valid_declaratie_is_approved() -> None:
    assert codes(feiten()) == ()


# --- Header ---


def refused(facts: Feiten, **anders: Any) -> Oordeel:
    return judged_in_both(declaratie(**anders), facts)


def test_TR135_8848_a_Dagtekening_after_today() -> None:
    assert refused(feiten(vandaag=date(2025, 2, 2))).kop_codes == ("8848",)


def test_TR135_8848_a_Dagtekening_of_today() -> None:
    assert refused(feiten(vandaag=date(2025, 2, 3))).kop_codes == ()


def test_TR056_9056_an_Identificatie_that_is_taken() -> None:
    assert refused(feiten(identificatie_bezet=True)).kop_codes == ("9056",)
    assert refused(feiten(identificatie_bezet=False)).kop_codes == ()


def test_TR378_S300_a_gemeente_that_does_not_exist() -> None:
    assert refused(feiten(gemeente_bestaat=False)).kop_codes == ("S300",)
    assert refused(feiten(gemeente_bestaat=True)).kop_codes == ()


def test_every_code_of_the_Header_is_collected() -> None:
    facts = feiten(vandaag=date(2025, 1, 1), identificatie_bezet=True, gemeente_bestaat=False, nummer_bezet=True)
    oordeel = refused(facts)

    assert oordeel.kop_codes == ("8848", "9056", "S300")
    assert oordeel.declaratie_codes == ()


# --- Declaratie ---


def test_TR333_9333_a_DeclaratieNummer_that_is_taken() -> None:
    assert refused(feiten(nummer_bezet=True)).declaratie_codes == ("9333",)
    assert refused(feiten(nummer_bezet=False)).declaratie_codes == ()


@pytest.mark.parametrize(
    ("laatste", "expected"),
    [
        (None, ()),
        (date(2024, 10, 1), ()),
        (date(2024, 12, 1), ()),
        (date(2025, 1, 1), ()),
        (date(2025, 2, 1), ("8214",)),
    ],
)
def test_TR318_8214_only_a_step_back(laatste: date | None, expected: tuple[str, ...]) -> None:
    assert refused(feiten(laatste_periode=laatste)).declaratie_codes == expected


# --- Client ---


def test_TR304_8187_a_toewijzing_of_another_client() -> None:
    oordeel = refused(feiten(toewijzing(client=client_hash(bsn(2)))))

    assert oordeel.client_codes == {1: ("8187",)}
    assert oordeel.regel_codes == {(1, 1): ("0233",)}


def test_TR304_8187_not_for_an_unknown_toewijzing() -> None:
    oordeel = refused(replace(feiten(), toewijzingen={}))

    assert oordeel.client_codes == {}
    assert oordeel.regel_codes == {(1, 1): ("9338",)}


def test_TR304_8187_one_strange_number_refuses_all_lines_of_the_client_credits_too() -> None:
    facts = feiten(
        toewijzing(), toewijzing(nummer=1002, client=client_hash(bsn(2))), debetregels={"P0000": debetregel()}
    )
    bericht = declaratie(CREDIT, prestatie(), prestatie(referentie="P0003", toewijzing=1002))

    oordeel = judge(bericht, facts)

    assert oordeel.regel_codes == {(1, 1): ("0233",), (1, 2): ("0233",), (1, 3): ("0233",)}
    assert (oordeel.toegekend, [b.retourcode for b in oordeel.bevindingen]) == (0, ["8187"])


# --- every Prestatie ---


def test_TR314_8021_a_number_used_before() -> None:
    assert codes(feiten(bezette_nummers={"P0001"})) == ("8021",)
    assert codes(feiten(bezette_nummers={"P0000"})) == ()


def test_TR314_8021_every_line_that_shares_a_number() -> None:
    facts = feiten(toewijzing(), toewijzing(nummer=1002, client=client_hash(bsn(2))))
    bericht = declaratie(clienten={bsn(1): [prestatie()], bsn(2): [prestatie(toewijzing=1002)]})

    assert judge(bericht, facts).regel_codes == {(1, 1): ("8021",), (2, 1): ("8021",)}


def test_TR314_8021_a_credit_with_the_number_of_a_debit() -> None:
    facts = feiten(debetregels={"P0000": debetregel()})
    bericht = declaratie(prestatie(), prestatie(vorig="P0000", dc="C"))

    assert judge(bericht, facts).regel_codes == {(1, 1): ("8021",), (1, 2): ("8021",)}


# --- credit lines ---


def test_TR323_8017_a_credit_of_an_approved_debit() -> None:
    assert codes(feiten(debetregels={"P0000": debetregel()}), CREDIT) == ()


def test_TR323_8017_a_credit_of_nothing() -> None:
    assert codes(feiten(), CREDIT) == ("8017",)


@pytest.mark.parametrize(
    "anders",
    [
        {"toewijzing": 1002},
        {"categorie": "03"},
        {"code": "SPF4"},
        {"begin": date(2025, 1, 2)},
        {"eind": date(2025, 1, 30)},
        {"volume": 3},
        {"eenheid": "84"},
        {"tarief": 11999},
        {"bedrag": 47999},
        {"gemeente": "0603"},
        {"client": client_hash(bsn(2))},
    ],
    ids=lambda anders: next(iter(anders)),
)
def test_TR323_8017_a_credit_that_differs_from_its_debit(anders: dict[str, Any]) -> None:
    assert codes(feiten(debetregels={"P0000": debetregel(**anders)}), CREDIT) == ("8017",)


def test_TR390_9390_a_debit_that_is_credited_already() -> None:
    assert codes(feiten(debetregels={"P0000": debetregel(gecrediteerd=True)}), CREDIT) == ("9390",)


def test_IV085_a_credit_is_refused_on_no_other_ground() -> None:
    """Everything of level 3 and 4 that a debit would break here."""
    line = {"code": "XXXXX", "begin": "2024-12-02", "eind": "2024-12-30", "volume": 99, "tarief": 1, "bedrag": 5}
    debet = debetregel(code="XXXXX", begin=date(2024, 12, 2), eind=date(2024, 12, 30), volume=99, tarief=1, bedrag=5)

    assert codes(feiten(debetregels={"P0000": debet}), {**CREDIT, **line}) == ()
    assert codes(replace(feiten(debetregels={"P0000": debet}), toewijzingen={}), {**CREDIT, **line}) == ()


# --- debit lines ---


def test_TR338_9338_stops_all_other_checks_of_the_line() -> None:
    facts = replace(feiten(bezette_nummers={"P0001"}), toewijzingen={})

    assert codes(facts, prestatie(volume=99)) == ("8021", "9338")


def test_TR338_9338_only_the_line_with_the_unknown_number() -> None:
    oordeel = judge(declaratie(prestatie(), prestatie(referentie="B", toewijzing=9)), feiten())

    assert oordeel.regel_codes == {(1, 2): ("9338",)}


@pytest.mark.parametrize("reden", ["13", "01"])
def test_TR384_9384_a_removed_toewijzing(reden: str) -> None:
    weg = toewijzing(einddatum=date(2025, 1, 1), reden_wijziging=reden)

    assert "9384" in codes(feiten(weg), prestatie(volume=1, eind="2025-01-01"))


def test_TR384_9384_a_toewijzing_of_one_day() -> None:
    assert "9384" not in codes(feiten(toewijzing(einddatum=date(2025, 1, 1))), prestatie(volume=1, eind="2025-01-01"))


def test_TR319_9319_a_month_after_the_DeclaratiePeriode() -> None:
    february = prestatie(begin="2025-02-01", eind="2025-02-28")

    assert codes(feiten(), february, dagtekening="2025-03-01") == ("9319",)
    assert codes(feiten(), february, **IN_APRIL) == ()


def test_TR307_9307_a_ProductPeriode_that_begins_before_the_toewijzing() -> None:
    later = toewijzing(ingangsdatum=date(2025, 1, 2))

    assert "9307" in codes(feiten(later), prestatie(begin="2025-01-01"))
    assert codes(feiten(later), prestatie(begin="2025-01-02")) == ()


def test_TR308_9308_a_ProductPeriode_that_ends_after_the_toewijzing() -> None:
    sooner = toewijzing(einddatum=date(2025, 1, 30))

    assert "9308" in codes(feiten(sooner), prestatie(eind="2025-01-31"))
    assert codes(feiten(sooner), prestatie(eind="2025-01-30")) == ()


def test_TR308_open_einddatum_never_ends() -> None:
    assert codes(feiten(toewijzing(einddatum=None))) == ()


@pytest.mark.parametrize(
    ("ingangsdatum", "begin", "expected"),
    [
        (date(2024, 7, 1), "2025-01-01", ()),
        (date(2024, 7, 1), "2025-01-02", ("9387",)),
        (date(2025, 1, 8), "2025-01-08", ()),
        (date(2025, 1, 8), "2025-01-09", ("9387",)),
        (date(2025, 1, 8), "2025-01-07", ("9307", "9387")),
    ],
)
def test_TR387_9387_begins_on_the_first_day_of_month_or_toewijzing(
    ingangsdatum: date, begin: str, expected: tuple[str, ...]
) -> None:
    facts = feiten(toewijzing(ingangsdatum=ingangsdatum), tarieven=tarieven())

    assert codes(facts, prestatie(begin=begin, volume=1)) == expected


def test_TR387_9387_by_the_text_also_where_the_toewijzing_begins_in_a_later_month() -> None:
    later = toewijzing(ingangsdatum=date(2025, 2, 8))

    assert codes(feiten(later), prestatie())[:2] == ("9307", "9387")


@pytest.mark.parametrize(
    ("einddatum", "eind", "expected"),
    [
        (date(2025, 6, 30), "2025-01-31", ()),
        (date(2025, 6, 30), "2025-01-30", ("9388",)),
        (None, "2025-01-31", ()),
        (None, "2025-01-30", ("9388",)),
        (date(2025, 1, 20), "2025-01-20", ()),
        (date(2025, 1, 20), "2025-01-19", ("9388",)),
        (date(2025, 1, 20), "2025-01-21", ("9308", "9388")),
    ],
)
def test_TR388_9388_ends_on_the_last_day_of_month_or_toewijzing(
    einddatum: date | None, eind: str, expected: tuple[str, ...]
) -> None:
    assert codes(feiten(toewijzing(einddatum=einddatum)), prestatie(eind=eind, volume=1)) == expected


def test_TR339_9339_another_category_than_allocated() -> None:
    facts = feiten(toewijzing(categorie="03"))

    assert codes(facts) == ("9339",)


def test_TR340_9340_another_code_than_allocated() -> None:
    assert codes(feiten(toewijzing(code="SPF4"))) == ("9340",)


def budgetted(**anders: Any) -> Toewijzing:
    """Aspecific with a budget."""
    return toewijzing(**{"code": None, "volume": None, "eenheid": None, "frequentie": None, "budget": 100_000} | anders)


def test_TR340_9340_any_code_of_an_aspecific_toewijzing() -> None:
    assert codes(feiten(budgetted())) == ()


def test_TR339_9339_any_category_of_a_generic_toewijzing() -> None:
    assert codes(feiten(budgetted(categorie=None)), prestatie(categorie="07", code="DAG2")) == ()
    assert codes(feiten(budgetted(categorie="02")), prestatie(categorie="07", code="DAG2")) == ("9339",)


def test_TR381_S329_a_code_off_the_list_of_the_gemeente() -> None:
    assert codes(feiten(producten={})) == ("S329",)


def test_TR381_S329_a_code_of_another_category() -> None:
    elsewhere = {"SPF3": replace(PRODUCTEN["SPF3"], categorie="07")}

    assert codes(feiten(producten=elsewhere)) == ("S329",)


def test_TR381_S329_a_code_that_is_on_the_list_on_other_days() -> None:
    regel, dag = next(declaratie().prestaties), timedelta(days=1)
    naast = [(date.min, regel.begin - dag), (regel.eind + dag, None)]

    assert codes(feiten(op_lijst={"SPF3": naast})) == ("S329",)
    assert codes(feiten(op_lijst={"SPF3": [*naast, (regel.eind, None)]})) == ()


def test_TR381_S329_not_for_a_code_outside_the_contract() -> None:
    assert codes(feiten(contracten=())) == ()


@pytest.mark.parametrize(
    ("allocated", "declared", "expected"),
    [
        ("84", "84", ()),
        ("84", "82", ("9341",)),
        ("04", "04", ()),
        ("04", "01", ()),
        ("01", "04", ("9341",)),
    ],
)
def test_TR341_9341_the_unit_of_the_toewijzing_or_minutes_on_hours(
    allocated: str, declared: str, expected: tuple[str, ...]
) -> None:
    assert codes(feiten(toewijzing(eenheid=allocated)), prestatie(eenheid=declared, volume=1)) == expected


@pytest.mark.parametrize(("mapping", "unit"), [("W", "82"), ("P", "82"), ("E", "83"), ("M", "83")])
def test_TR341_9341_without_Omvang_the_unit_of_the_contract(mapping: str, unit: str) -> None:
    facts = feiten(budgetted(), contracten=(contract(mapping=Mapping(mapping)),), tarieven=tarieven(1))
    other = "83" if unit == "82" else "82"

    assert "9341" not in codes(facts, prestatie(eenheid=unit, volume=1))
    assert "9341" in codes(facts, prestatie(eenheid=other, volume=1))


@pytest.mark.parametrize("contracten", [(), (contract(release="2.3"),), (contract(resultaatgebied="DAG"),)])
def test_TR341_9341_without_Omvang_and_contract_any_unit(contracten: tuple[Any, ...]) -> None:
    # A contract of 2.3 is the wrong release for the period (HUB02), and names no unit of 3.2.
    assert "9341" not in codes(feiten(budgetted(), contracten=contracten), prestatie(eenheid="84", volume=1))


def test_TR341_9341_skips_the_volume_checks_and_not_the_budget() -> None:
    assert codes(feiten(toewijzing()), prestatie(eenheid="84", volume=999, tarief=12000)) == ("9341",)
    facts = feiten(budgetted(budget=1))
    assert codes(facts, prestatie(eenheid="84", volume=1)) == ("9341", "9369")


@pytest.mark.parametrize(("tarief", "expected"), [(12000, ()), (11999, ("0611",)), (12001, ("0611",))])
def test_TR418_0611_the_week_price_of_the_contract(tarief: int, expected: tuple[str, ...]) -> None:
    assert codes(feiten(), prestatie(tarief=tarief)) == expected


def test_TR418_0611_not_without_a_known_tariff() -> None:
    assert codes(feiten(tarieven=tarieven(code="SPF4")), prestatie(tarief=1)) == ()


@pytest.mark.parametrize(("tarief", "expected"), [(48000, ()), (12000, ("0611",))])
def test_TR418_0611_the_price_of_a_period_for_pieces_in_total(tarief: int, expected: tuple[str, ...]) -> None:
    per_period = toewijzing(volume=13, frequentie="6")

    assert codes(feiten(per_period), prestatie(volume=1, tarief=tarief)) == expected


@pytest.mark.parametrize(("tarief", "expected"), [(12000, ()), (11999, ("0611",))])
def test_TR418_0611_without_Omvang_by_the_contract(tarief: int, expected: tuple[str, ...]) -> None:
    assert codes(feiten(budgetted()), prestatie(tarief=tarief)) == expected


def test_TR418_0611_not_for_euros() -> None:
    euros = toewijzing(eenheid="83", volume=12000)

    assert codes(feiten(euros), prestatie(eenheid="83", volume=48000)) == ()


@pytest.mark.parametrize(("bedrag", "expected"), [(48000, ()), (47999, ("9346",)), (48001, ("9346",))])
def test_TR346_9346_volume_times_tariff(bedrag: int, expected: tuple[str, ...]) -> None:
    assert codes(feiten(), prestatie(bedrag=bedrag)) == expected


@pytest.mark.parametrize(
    ("minuten", "tarief", "bedrag", "expected"),
    [
        (50, 117, 5833, ()),  # 70,00 an hour
        (95, 146, 13823, ()),  # 87,30 an hour
        (50, 117, 5850, ()),  # 70,20 an hour, the exact product
        (50, 117, 5824, ("9346",)),  # below what 69,90 an hour gives
        (50, 117, 5825, ()),  # 69,90
        (50, 117, 5874, ()),  # 70,49
        (50, 117, 5875, ("9346",)),
        (120, 117, 14001, ("9346",)),  # two hours cost an even number of cents
        (120, 117, 14000, ()),
        (0, 117, 0, ()),
        (0, 117, 1, ("9346",)),
    ],
)
def test_TR346_9346_minutes_on_hours_by_some_tariff_per_hour(
    minuten: int, tarief: int, bedrag: int, expected: tuple[str, ...]
) -> None:
    line = prestatie(eenheid="01", volume=minuten, tarief=tarief, bedrag=bedrag)

    assert codes(feiten(toewijzing(**HOURS)), line) == expected


def test_TR346_9346_minutes_on_minutes_are_exact() -> None:
    minutes = toewijzing(eenheid="01", volume=240)

    assert codes(feiten(minutes), prestatie(eenheid="01", volume=50, tarief=117, bedrag=5833)) == ("9346",)


KEY = (1001, date(2025, 1, 1), date(2025, 1, 31), "02", "SPF3")


def test_TR389_9389_an_earlier_debit_that_is_not_credited() -> None:
    assert codes(feiten(open_debet={KEY: {"P0000"}})) == ("9389",)


@pytest.mark.parametrize(
    "other",
    [(1002, *KEY[1:]), (*KEY[:2], date(2025, 1, 30), *KEY[3:]), (*KEY[:3], "03", "SPF3"), (*KEY[:4], "SPF4")],
)
def test_TR389_9389_not_for_an_earlier_debit_of_another_product_period(other: Any) -> None:
    assert codes(feiten(open_debet={other: {"P0000"}})) == ()


def test_TR389_9389_not_when_this_message_credits_it() -> None:
    facts = feiten(open_debet={KEY: {"P0000"}}, debetregels={"P0000": debetregel()})

    assert codes(facts, CREDIT, prestatie()) == ()
    assert codes(facts, prestatie(), CREDIT) == ()


def test_TR389_9389_when_its_credit_is_refused() -> None:
    facts = feiten(open_debet={KEY: {"P0000"}}, debetregels={"P0000": debetregel(volume=3)})

    assert judge(declaratie(CREDIT, prestatie()), facts).regel_codes == {(1, 1): ("8017",), (1, 2): ("9389",)}


def test_TR389_9389_until_every_earlier_debit_is_credited() -> None:
    facts = feiten(open_debet={KEY: {"P0000", "P000X"}}, debetregels={"P0000": debetregel()})

    assert codes(facts, CREDIT, prestatie()) == ("9389",)


@pytest.mark.parametrize(("volume", "expected"), [(4, ()), (5, ("9321",))])
def test_TR321_9321_the_maximum_of_the_ProductPeriode(volume: int, expected: tuple[str, ...]) -> None:
    assert codes(feiten(), prestatie(volume=volume)) == expected


@pytest.mark.parametrize(("volume", "expected"), [(6, ()), (7, ("9321",))])
def test_TR321_9321_six_weeks_for_Categorie_01(volume: int, expected: tuple[str, ...]) -> None:
    facts = feiten(toewijzing(categorie="01", code="ORH1"))

    assert codes(facts, prestatie(categorie="01", code="ORH1", volume=volume)) == expected


@pytest.mark.parametrize(
    ("unit", "volume", "expected"),
    [("04", 20, ()), ("04", 21, ("9321",)), ("01", 1200, ()), ("01", 1201, ("9321",))],
)
def test_TR321_9321_hours_may_be_declared_in_minutes(unit: str, volume: int, expected: tuple[str, ...]) -> None:
    """Four hours a week; January 2025 touches five weeks."""
    assert codes(feiten(toewijzing(**HOURS)), prestatie(eenheid=unit, volume=volume)) == expected


def test_TR321_9321_not_without_Omvang() -> None:
    assert codes(feiten(budgetted(budget=99_999_999)), prestatie(volume=99)) == ()


TOTAL = {"volume": 10, "frequentie": "6"}


@pytest.mark.parametrize(("before", "expected"), [(6, ()), (7, ("9322",))])
def test_TR322_9322_with_what_was_approved_before(before: int, expected: tuple[str, ...]) -> None:
    facts = feiten(toewijzing(**TOTAL), gebruikt={1001: Gebruik({"82": before}, 0)}, tarieven=tarieven(12000))

    assert codes(facts) == expected


def test_TR322_9322_not_for_use_of_another_toewijzing() -> None:
    facts = feiten(toewijzing(**TOTAL), gebruikt={1002: Gebruik({"82": 10}, 0)}, tarieven=tarieven(12000))

    assert codes(facts) == ()


@pytest.mark.parametrize(("before", "expected"), [(59, ()), (60, ()), (61, ("9322",))])
def test_TR322_9322_hours_and_minutes_count_together(before: int, expected: tuple[str, ...]) -> None:
    facts = feiten(
        toewijzing(volume=10, eenheid="04", frequentie="6"), gebruikt={1001: Gebruik({"04": 5, "01": before}, 0)}
    )

    assert codes(facts, prestatie(eenheid="04", volume=4)) == expected


def test_TR322_9322_not_for_an_open_toewijzing_per_month() -> None:
    facts = feiten(toewijzing(volume=4, frequentie="4", einddatum=None), gebruikt={1001: Gebruik({"82": 9999}, 0)})

    assert codes(facts) == ()


def test_TR322_9322_counts_after_the_credits_of_this_message() -> None:
    facts = feiten(
        toewijzing(**TOTAL),
        gebruikt={1001: Gebruik({"82": 10}, 120_000)},
        debetregels={"P0000": debetregel()},
        tarieven=tarieven(12000),
    )
    february = prestatie(begin="2025-02-01", eind="2025-02-28")

    assert codes(facts, february, CREDIT, dagtekening="2025-03-01", begin="2025-02-01", eind="2025-02-28") == ()
    assert judge(declaratie(prestatie(volume=5), CREDIT), facts).regel_codes == {(1, 1): ("9322",)}


@pytest.mark.parametrize(("before", "expected"), [(52_000, ()), (52_001, ("9369",))])
def test_TR369_9369_amounts_within_the_budget(before: int, expected: tuple[str, ...]) -> None:
    assert codes(feiten(budgetted(), gebruikt={1001: Gebruik({"82": 1}, before)})) == expected


def test_TR369_9369_a_credit_of_this_message_gives_room() -> None:
    facts = feiten(budgetted(), gebruikt={1001: Gebruik({"82": 8}, 100_000)}, debetregels={"P0000": debetregel()})

    assert codes(facts, CREDIT, prestatie()) == ()
    assert codes(facts, prestatie()) == ("9369",)


def test_codes_of_a_line_come_in_the_order_of_the_process() -> None:
    facts = feiten(
        toewijzing(categorie="03", code="SPF4", ingangsdatum=date(2025, 2, 2), einddatum=date(2025, 2, 20)),
        bezette_nummers={"P0001"},
        producten={},
        open_debet={(1001, date(2025, 2, 1), date(2025, 2, 28), "02", "SPF3"): {"P0000"}},
        gebruikt={1001: Gebruik({"82": 99}, 0)},
    )
    line = prestatie(begin="2025-02-01", eind="2025-02-28", volume=99, tarief=1, bedrag=1)

    assert codes(facts, line, dagtekening="2025-03-01") == (
        *("8021", "9319", "9307", "9308", "9387", "9388", "9339", "9340", "S329", "0611", "9346", "9389"),
        *("9321", "9322"),
    )


# --- 325 against its 323 ---

LINES = {
    bsn(1): [prestatie(), prestatie(referentie="B", toewijzing=2)],
    bsn(2): [prestatie(referentie="C", toewijzing=3)],
}
HEEN = wmo323(clienten=LINES)
ANTWOORD = wmo325(HEEN, {"P0001": ("9321",)})


def answered(content: bytes, **anders: Any) -> set[tuple[str, str]]:
    facts = antwoord_feiten(declaratie(clienten=LINES), **anders)
    antwoord = read_antwoord(as_stream(content), WMO325, SCHEMAS)
    assert rule_ids(check_antwoord(in_ijw(antwoord), facts)) == rule_ids(check_antwoord(antwoord, facts))
    return rule_ids(check_antwoord(antwoord, facts))


@pytest.mark.parametrize(
    "content",
    [
        ANTWOORD,
        wmo325(HEEN),
        wmo325(HEEN, client_codes={bsn(1): ("8187",)}),
        wmo325(HEEN, declaratie_codes=("9333",)),
        wmo325(HEEN, header_codes=("9056",)),
    ],
    ids=["line", "approved", "client", "declaratie", "header"],
)
def test_an_antwoord_that_fits_its_declaratie(content: bytes) -> None:
    assert answered(content) == set()


def test_TR135_of_an_antwoord() -> None:
    assert answered(ANTWOORD, vandaag=VANDAAG) == set()
    assert answered(ANTWOORD, vandaag=VANDAAG - timedelta(days=1)) == {
        ("TR135", "Header.BerichtIdentificatie/Dagtekening")
    }


def test_TR056_of_an_antwoord() -> None:
    assert answered(ANTWOORD, identificatie_bezet=True) == {("TR056", "Header.BerichtIdentificatie/Identificatie")}


def test_TR378_of_an_antwoord() -> None:
    assert answered(ANTWOORD, gemeente_bestaat=False) == {("TR378", "Header.Afzender")}


def test_TR337_no_such_declaratie() -> None:
    assert answered(ANTWOORD, declaratie=None) == {("TR337", "Header.DeclaratieIdentificatie")}


def test_TR337_another_Dagtekening() -> None:
    assert answered(set_text(ANTWOORD, "DeclaratieIdentificatie/Dagtekening", "2025-02-02")) == {
        ("TR337", "Header.DeclaratieIdentificatie")
    }


@pytest.mark.parametrize("name", ["BasisschemaXsdVersie", "BerichtXsdVersie"])
def test_TR371_another_XsdVersie(name: str) -> None:
    assert answered(set_text(ANTWOORD, f"XsdVersieDeclaratie/{name}", "1.0.1")) == {
        ("TR371", "Header.XsdVersieDeclaratie")
    }


def test_TR376_another_DeclaratieNummer() -> None:
    assert answered(set_text(ANTWOORD, "DeclaratieNummer", "DN0002")) == {
        ("TR376", "DeclaratieAntwoord.DeclaratieNummer")
    }


def test_TR366_a_ProductReferentie_that_was_not_declared() -> None:
    assert answered(set_text(ANTWOORD, "ReferentieNummer", "Z")) == {("TR366", "Prestatie.ProductReferentie")}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("ToewijzingNummer", "9"),
        ("ProductCategorie", "03"),
        ("ProductCode", "SPF4"),
        ("ProductPeriode/Begindatum", "2025-01-02"),
        ("ProductPeriode/Einddatum", "2025-01-30"),
        ("GeleverdVolume", "5"),
        ("Eenheid", "84"),
        ("ProductTarief", "1"),
        ("IngediendBedrag/Bedrag", "1"),
    ],
)
def test_TR367_a_value_that_differs(path: str, text: str) -> None:
    assert answered(set_text(ANTWOORD, path, text)) == {("TR367", "Prestatie.ProductReferentie")}


def test_TR367_a_line_of_another_client_of_the_declaratie() -> None:
    assert answered(set_text(ANTWOORD, "Bsn", bsn(2))) == {("TR367", "Prestatie.ProductReferentie")}


def test_TR304_a_client_that_was_not_declared() -> None:
    assert answered(set_text(ANTWOORD, "Bsn", bsn(3))) == {
        ("TR304", "Client.Bsn"),
        ("TR367", "Prestatie.ProductReferentie"),
    }


def test_IV087_another_TotaalIngediendBedrag() -> None:
    assert answered(set_text(ANTWOORD, "TotaalIngediendBedrag/TotaalBedrag", "1")) == {
        ("IV087", "DeclaratieAntwoord.TotaalIngediendBedrag")
    }


def test_IV087_a_refusing_Header_with_a_DeclaratieAntwoord() -> None:
    assert answered(set_text(ANTWOORD, "Header/RetourCodes/RetourCode", "9056")) == {("IV087", "Header.RetourCodes")}


def test_IV087_a_Header_without_refusal_and_without_DeclaratieAntwoord() -> None:
    content = set_text(wmo325(HEEN, header_codes=("9056",)), "RetourCode", "0200")

    assert answered(content) == {("IV087", "Header.RetourCodes")}


@pytest.mark.parametrize("code", ["8001", "9333"])
def test_IV087_clients_in_an_antwoord_on_the_whole(code: str) -> None:
    assert answered(set_text(ANTWOORD, "DeclaratieAntwoord/RetourCodes/RetourCode", code)) == {
        ("IV087", "DeclaratieAntwoord.RetourCodes")
    }


def test_IV087_a_refused_client_with_one_of_its_two_lines() -> None:
    assert answered(set_text(ANTWOORD, "Client/RetourCodes/RetourCode", "8187")) == {("IV087", "Client.Prestaties")}


def test_OP303_a_line_without_a_refusing_code() -> None:
    assert answered(set_text(ANTWOORD, "Prestatie/RetourCodes/RetourCode", "0200")) == {
        ("OP303", "Prestatie.RetourCodes")
    }
