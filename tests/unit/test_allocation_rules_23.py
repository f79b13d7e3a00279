"""Reading a 301 of 2.3, and its level 2: what is otherwise than in 3.2. Each test changes one thing."""

from datetime import date, time

import pytest
from allocation_judging import (
    CLIENT,
    CONTACT,
    PRODUCT_23,
    PRODUCTEN_23,
    RELATIE,
    WMO301_23,
    breaks,
    toewijzing,
    with_client_23,
    with_product_23,
)
from builders_23 import beperking, beschikking, product23, wmo301_23

from builders import contact, relatie
from services.allocation.message import ToegewezenProduct
from services.allocation.rules import technische_bevindingen

SECOND = f"{PRODUCTEN_23}/ToegewezenProduct[2]"
ASPECIFIC = {"code": None, "volume": None}
REMOVED = {"reden": "01", "einddatum": "2024-12-30"}


def test_a_product_of_2_3_is_read_into_the_values_of_3_2() -> None:
    bericht = toewijzing(wmo301_23(beschikking=beschikking(nummer=17)))
    (read,) = bericht.client.producten

    assert (bericht.soort, bericht.client.beschikking, bericht.nummers) == (WMO301_23, 17, (1001,))
    assert read == ToegewezenProduct(
        pad=PRODUCT_23,
        regelnummer=read.regelnummer,
        nummer=1001,
        referentie_aanbieder=None,
        categorie="02",
        code="SPF3",
        toewijzingsdatum=date(2024, 12, 16),
        toewijzingstijd=time(10),
        ingangsdatum=date(2024, 12, 30),
        einddatum=date(2025, 12, 28),
        reden_wijziging=None,
        volume=1,
        eenheid="82",
        frequentie="3",
        budget=None,
    )


def test_a_product_without_ToewijzingNummer_has_none() -> None:
    bericht = toewijzing(wmo301_23(product23(nummer=None), product23(code="FIN1")))

    assert [product.nummer for product in bericht.client.producten] == [None, 1001]
    assert bericht.nummers == (1001,)


def test_a_Beschikking_with_everything_in_it_breaks_no_rule() -> None:
    full = beschikking(
        grondslagen=["01", "02"], commentaar="iets", beperkingen=[beperking(scores=[("0101", "1"), ("0102", "2")])]
    )

    assert breaks(wmo301_23(beschikking=full, client=None)) == set()
    assert toewijzing(wmo301_23(beschikking=full)).client.producten[0].pad == PRODUCT_23


def test_a_finding_has_the_sentences_of_2_3() -> None:
    (found,) = technische_bevindingen(toewijzing(with_product_23(eenheid="83", frequentie="1")))

    assert (found.niveau, found.regel, found.retourcode, found.element) == (2, "CS338", "0001", "Omvang")
    assert found.pad == PRODUCT_23
    assert found.regelnummer
    assert "84" not in found.melding


@pytest.mark.parametrize(
    "changes, rule, pad",
    [
        ({"bsn": "999900007"}, "CS002", CLIENT),
        ({"geboortedatum": "1950-05-02", "datumgebruik": "1"}, "CS139", CLIENT),
        ({"relaties": [relatie(geboortedatum="1950-05-02", datumgebruik="1")]}, "CS139", RELATIE),
        ({"geboortedatum": "1904-12-15"}, "TR002", CLIENT),
        ({"geboortedatum": "2024-12-17"}, "TR134", CLIENT),
        ({"relaties": [relatie(geboortedatum="2024-12-17")]}, "TR134", RELATIE),
        ({"naamgebruik": "6"}, "CS318", CLIENT),
        ({"naamgebruik": "2"}, "CS050", CLIENT),
        ({"relaties": [relatie(naamgebruik="5")]}, "CS050", RELATIE),
        ({"communicatie": {"vorm": "1"}}, "CD007", CLIENT),
        ({"contacten": [contact(soort="04")]}, "TR061", CLIENT),
        ({"contacten": [contact(soort="02", postcode=None, landcode=None)]}, "TR006", CONTACT),
        ({"contacten": [contact(postcode=None, landcode=None, telefoon="0151234567")]}, "CD034", CONTACT),
        ({"contacten": [contact(huisnummer=None, telefoon="0151234567")]}, "CD025", CONTACT),
        ({"contacten": [contact(postcode="2611 AA")]}, "CS089", CONTACT),
        ({"contacten": [contact(landcode=None)]}, "CD005", CONTACT),
        ({"contacten": [contact(begin="2025-01-01")]}, "CD009", CONTACT),
        ({"contacten": [contact(soort="04", begin="2025-01-02", eind="2025-01-01"), contact()]}, "CS003", CONTACT),
        ({"contacten": [contact(), contact()]}, "TR101", f"{CLIENT}/Contactgegevens/Contact[2]"),
        ({"relaties": [relatie(), relatie()]}, "TR101", f"{CLIENT}/Relaties/Relatie[2]"),
    ],
)
def test_every_rule_about_the_person_holds_in_2_3(changes: dict[str, object], rule: str, pad: str) -> None:
    assert breaks(with_client_23(**changes)) == {(rule, pad)}


def test_a_valid_person_breaks_none_of_them() -> None:
    full = with_client_23(relaties=[relatie(), relatie(nummer="R2")], contacten=[contact(), contact(soort="04")])

    assert breaks(full) == set()
    assert breaks(wmo301_23()) == set()


@pytest.mark.parametrize("frequentie", ["1", "3", "4", "5", "6"])
@pytest.mark.parametrize("einddatum", ["2025-12-28", None])
def test_every_Frequentie_but_per_week_may_be_open_ended(frequentie: str, einddatum: str | None) -> None:
    assert breaks(with_product_23(frequentie=frequentie, einddatum=einddatum)) == set()


def test_CD076_per_week_without_Einddatum() -> None:
    assert breaks(with_product_23(frequentie="2", einddatum=None)) == {("CD076", PRODUCT_23)}


def test_CD076_per_week_with_Einddatum() -> None:
    assert breaks(with_product_23(frequentie="2")) == set()


@pytest.mark.parametrize("eenheid", ["14", "16", "83"])
def test_CS338_a_Frequentie_per_day_with_a_unit_that_has_none(eenheid: str) -> None:
    assert breaks(with_product_23(eenheid=eenheid, frequentie="1")) == {("CS338", PRODUCT_23)}


@pytest.mark.parametrize("eenheid", ["14", "16", "83"])
@pytest.mark.parametrize("frequentie", ["2", "3", "4", "5", "6"])
def test_CS338_four_weeks_and_a_year_are_no_more_per_day_than_a_week(eenheid: str, frequentie: str) -> None:
    assert breaks(with_product_23(eenheid=eenheid, frequentie=frequentie)) == set()


@pytest.mark.parametrize("eenheid", ["01", "04", "21", "81", "82"])
def test_CS338_a_unit_that_may_go_per_day(eenheid: str) -> None:
    assert breaks(with_product_23(eenheid=eenheid, frequentie="1")) == set()


def test_CD041_a_Code_without_Omvang() -> None:
    assert breaks(with_product_23(volume=None)) == {("CD041", PRODUCT_23)}


def test_CD041_a_Categorie_without_Omvang() -> None:
    assert breaks(with_product_23(**ASPECIFIC)) == set()


def test_CD080_an_Omvang_without_Code_after_2020() -> None:
    assert breaks(with_product_23(code=None)) == {("CD080", PRODUCT_23)}


def test_CD080_an_Omvang_without_Code_until_2020() -> None:
    days = {"toewijzingsdatum": "2019-12-16", "ingangsdatum": "2019-12-30", "einddatum": "2020-12-27"}

    assert breaks(with_product_23(code=None, **days)) == set()


def test_CS003_a_toewijzing_that_ends_before_it_begins() -> None:
    assert breaks(with_product_23(einddatum="2024-12-29")) == {("CS003", PRODUCT_23)}


def test_CS003_a_toewijzing_of_one_day() -> None:
    assert breaks(with_product_23(einddatum="2024-12-30")) == set()


def test_TR134_a_Toewijzingsdatum_after_the_Dagtekening_and_on_it() -> None:
    assert breaks(with_product_23(toewijzingsdatum="2024-12-17")) == {("TR134", PRODUCT_23)}
    assert breaks(with_product_23(toewijzingsdatum="2024-12-16")) == set()


@pytest.mark.parametrize("einddatum", ["2024-12-30", "2025-06-29", "2025-12-28", None])
def test_CS336_RedenWijziging_01_has_not_expired_in_2_3(einddatum: str | None) -> None:
    assert breaks(with_product_23(reden="01", einddatum=einddatum)) == set()


def test_OP087_removed_is_01_with_the_Ingangsdatum_as_Einddatum_and_nothing_else() -> None:
    def removed(**changes: object) -> bool:
        return toewijzing(with_product_23(**changes)).client.producten[0].verwijderd

    assert removed(**REMOVED)
    assert not removed(reden="01")
    assert not removed(reden="01", einddatum=None)
    assert not removed(reden="05", einddatum="2024-12-30")
    assert not removed(einddatum="2024-12-30")


def test_TR101_one_ToewijzingNummer_twice() -> None:
    assert breaks(wmo301_23(product23(), product23(code="FIN1"))) == {("TR101", SECOND)}


def test_TR101_a_ToewijzingNummer_each() -> None:
    assert breaks(wmo301_23(product23(), product23(nummer=1002, code="FIN1"))) == set()


def test_TR101_products_without_ToewijzingNummer_are_not_each_others_double() -> None:
    assert breaks(wmo301_23(product23(nummer=None), product23(nummer=None, code="FIN1"))) == set()


def test_TR302_the_same_product_stacked_also_without_a_number() -> None:
    assert breaks(wmo301_23(product23(), product23(nummer=1002))) == {("TR302", SECOND)}
    assert breaks(wmo301_23(product23(nummer=None), product23(nummer=None))) == {("TR302", SECOND)}


def test_TR302_a_product_after_it_or_beside_one_that_01_removed() -> None:
    after = product23(nummer=1002, ingangsdatum="2025-12-29", einddatum="2026-01-25")

    assert breaks(wmo301_23(product23(), after)) == set()
    assert breaks(wmo301_23(product23(**REMOVED), product23(nummer=1002))) == set()
    assert breaks(wmo301_23(product23(reden="01"), product23(nummer=1002))) == {("TR302", SECOND)}
