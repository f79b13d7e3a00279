"""Levels 3 and 4 of a 301, and that the registry and the table of sentences say the same."""

from datetime import date

import pytest
from allocation_judging import PRODUCT, SCHEMAS, feiten, toewijzing, with_product
from both_standards import in_ijw
from builders_23 import wmo301_23
from lxml import etree

from builders import wmo301
from services.allocation.rules import REGELS, Feiten, Toewijzing, kop_bevindingen, product_bevindingen
from services.kernel.codelists import gemeente_bestaat
from services.kernel.rules import rule_table

KNOWN = Toewijzing("75000001", "hash", "02", "SPF3", date(2025, 1, 1))


def header(xml: bytes, facts: Feiten) -> list[tuple[str, str | None, int]]:
    found = kop_bevindingen(toewijzing(xml), facts)
    assert [b.regel for b in kop_bevindingen(in_ijw(toewijzing(xml)), facts)] == [b.regel for b in found]
    assert {one.pad for one in found} <= {"/Bericht/Header"}
    return [(one.regel, one.retourcode, one.niveau) for one in found]


def products(xml: bytes, facts: Feiten) -> list[tuple[str, str | None, int, str]]:
    found = product_bevindingen(toewijzing(xml), facts)
    assert [b.regel for b in product_bevindingen(in_ijw(toewijzing(xml)), facts)] == [b.regel for b in found]
    return [(one.regel, one.retourcode, one.niveau, one.pad) for one in found]


def known(**changes: object) -> Feiten:
    values = {name: getattr(KNOWN, name) for name in Toewijzing.__dataclass_fields__}
    return feiten(toewijzingen={1001: Toewijzing(**{**values, **changes})})


def test_a_valid_message_passes_levels_3_and_4() -> None:
    assert header(wmo301(), feiten()) == []
    assert products(wmo301(), feiten()) == []


def test_TR135_a_Dagtekening_after_today() -> None:
    assert header(wmo301(), feiten(vandaag=date(2024, 12, 15))) == [("TR135", "8848", 4)]


def test_TR135_a_Dagtekening_of_today() -> None:
    assert header(wmo301(), feiten(vandaag=date(2024, 12, 16))) == []


def test_TR056_an_Identificatie_that_another_message_has() -> None:
    assert header(wmo301(), feiten(identificatie_bezet=True)) == [("TR056", "9056", 3)]


def test_TR056_an_Identificatie_nobody_has() -> None:
    assert header(wmo301(), feiten(identificatie_bezet=False)) == []


def test_TR378_a_gemeente_that_does_not_exist() -> None:
    assert header(wmo301(), feiten(gemeente_bestaat=False)) == [("TR378", "S300", 4)]


def test_TR378_a_gemeente_that_exists() -> None:
    assert header(wmo301(), feiten(gemeente_bestaat=True)) == []


def test_TR378_the_list_of_2026_holds_on_every_day() -> None:
    assert gemeente_bestaat("0503", date(2020, 1, 1))
    assert gemeente_bestaat("1842", date(2031, 1, 1))
    assert not gemeente_bestaat("9999", date(2026, 1, 1))


def test_all_findings_on_the_Header_are_told_together() -> None:
    facts = feiten(vandaag=date(2024, 1, 1), identificatie_bezet=True, gemeente_bestaat=False)

    assert [regel for regel, _, _ in header(wmo301(), facts)] == ["TR135", "TR056", "TR378"]


@pytest.mark.parametrize(
    "other",
    [
        {"client": "another"},
        {"aanbieder": "75000002"},
        {"categorie": "07"},
        {"code": "SPF4"},
        {"code": None},
        {"categorie": None, "code": None},
        {"ingangsdatum": date(2025, 1, 2)},
    ],
)
def test_TR332_a_number_of_another_toewijzing(other: dict[str, object]) -> None:
    assert products(wmo301(), known(**other)) == [("TR332", "9332", 3, PRODUCT)]


def test_TR332_a_new_number_and_a_number_of_this_toewijzing() -> None:
    assert products(wmo301(), feiten()) == []
    assert products(wmo301(), known()) == []


def test_TR332_a_change_keeps_its_number() -> None:
    changed = with_product(einddatum="2025-06-30", volume=2, reden="12", toewijzingstijd="11:00:00")

    assert products(changed, known()) == []


def test_2_3_is_judged_on_the_Header_as_3_2() -> None:
    facts = feiten(vandaag=date(2024, 1, 1), identificatie_bezet=True, gemeente_bestaat=False)

    assert header(wmo301_23(), feiten()) == []
    assert header(wmo301_23(), facts) == [("TR135", "8848", 4), ("TR056", "9056", 3), ("TR378", "S300", 4)]


def test_TR332_is_no_rule_of_2_3() -> None:
    assert products(wmo301_23(), known(client="another")) == []


@pytest.mark.parametrize("release", ["2.3", "3.2"])
def test_every_rule_has_its_sentences_and_every_sentence_its_rule(release: str) -> None:
    table = {
        (text.berichtsoort, text.regel, text.klasse, text.element, text.retourcode)
        for standaard in ("iwmo", "ijw")
        for text in rule_table(standaard, release)
        if text.berichtsoort[-3:] in ("301", "302")
    }
    registry = {
        (soort, rule.id, rule.klasse, rule.element, rule.retourcode)
        for (of, soort), found in REGELS.items()
        for rule in found
        if of == release
    }

    assert table == registry


def test_every_code_of_a_rule_is_one_of_its_release() -> None:
    for (release, _), found in REGELS.items():
        basis = etree.parse(SCHEMAS.folder / "iwmo" / release / "basisschema.xsd")
        codes = basis.xpath("//*[@name='LDT_RetourCode']//@value")

        assert {rule.retourcode for rule in found if rule.retourcode} <= set(codes)


PERSON = "CS002 CS139 TR002 TR134 CS318 CS050 CD007 TR006 CD034 CD025 CS089 CD005 CD009 CS003 TR061 TR101"
HEADER = "TR135 TR056 TR378"


def test_the_registry_has_every_rule_of_the_procedure() -> None:
    of_product = "CD079 CD075 CD076 CS335 CS336 CD041 CD077 CD078 CD080 CS338 TR302 TR332 TR381 TR385"

    assert {rule.id for rule in REGELS["3.2", "WMO301"]} == {*f"{PERSON} {of_product} {HEADER}".split()}
    assert {rule.id for rule in REGELS["3.2", "WMO302"]} == {"IV028", "OP065"}


def test_the_registry_of_2_3_has_no_rule_about_what_2_3_has_not() -> None:
    of_product = "CD076 CD041 CD080 CS338 TR302 TR381"

    assert {rule.id for rule in REGELS["2.3", "WMO301"]} == {*f"{PERSON} {of_product} {HEADER}".split()}
    assert {rule.id for rule in REGELS["2.3", "WMO302"]} == {"IV028", "OP065"}
