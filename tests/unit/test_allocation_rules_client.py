"""Level 2 of a 301: the rules of Client, Relatie and Contact. Each test changes one thing in a valid message."""

from datetime import date

import pytest
from allocation_judging import CLIENT, CONTACT, RELATIE, breaks, toewijzing, with_client

from builders import bsn, contact, relatie, set_text, wmo301
from services.allocation.client_rules import years_before
from services.allocation.rules import technische_bevindingen

BORN = {"geboortedatum": "1900-01-01", "datumgebruik": "3"}


def with_contact(**changes: object) -> bytes:
    return with_client(contacten=[contact(**changes)])


def with_relatie(**changes: object) -> bytes:
    return with_client(relaties=[relatie(**changes)])


def test_a_valid_message_breaks_no_rule() -> None:
    full = with_client(relaties=[relatie(), relatie(nummer="R2")], contacten=[contact(), contact(soort="04")])

    assert breaks(wmo301()) == set()
    assert breaks(full) == set()


def test_a_finding_knows_its_place_and_its_sentence() -> None:
    (found,) = technische_bevindingen(toewijzing(with_client(bsn="999900007")))

    assert (found.niveau, found.regel, found.retourcode, found.element) == (2, "CS002", "0001", "Bsn")
    assert found.pad == CLIENT
    assert found.regelnummer == 18
    assert found.melding
    assert found.advies
    assert "999900007" not in str(found)


@pytest.mark.parametrize("number", ["999900007", "999900016", "123456789"])
def test_CS002_a_bsn_that_fails_the_elfproef(number: str) -> None:
    assert breaks(with_client(bsn=number)) == {("CS002", CLIENT)}


@pytest.mark.parametrize("number", [bsn(1), bsn(2), bsn(77), "000000000", "010000008"])
def test_CS002_a_bsn_that_passes_the_elfproef_leading_zeros_and_all(number: str) -> None:
    assert breaks(with_client(bsn=number)) == set()


@pytest.mark.parametrize(
    "day, use",
    [("1900-01-02", "3"), ("1950-01-01", "3"), ("1950-01-02", "2"), ("1950-02-01", "2"), ("1950-05-02", "1")],
)
def test_CS139_a_date_that_its_DatumGebruik_does_not_allow(day: str, use: str) -> None:
    born = {"geboortedatum": day, "datumgebruik": use}

    assert ("CS139", CLIENT) in breaks(with_client(**born))
    assert breaks(with_relatie(**born)) == {("CS139", RELATIE)}


@pytest.mark.parametrize(
    "day, use", [("1900-01-01", "3"), ("1950-01-01", "2"), ("1950-05-01", "1"), ("1950-05-17", None)]
)
def test_CS139_a_date_that_its_DatumGebruik_allows(day: str, use: str | None) -> None:
    born = {"geboortedatum": day, "datumgebruik": use}

    assert breaks(with_client(**born)) == set()
    assert breaks(with_relatie(**born)) == set()


def test_TR002_older_than_120_years_on_the_Dagtekening() -> None:
    assert breaks(with_client(geboortedatum="1904-12-15")) == {("TR002", CLIENT)}
    assert breaks(with_client(geboortedatum="1900-01-01")) == {("TR002", CLIENT)}


def test_TR002_120_years_to_the_day_or_a_wholly_unknown_date() -> None:
    assert breaks(with_client(geboortedatum="1904-12-16")) == set()
    assert breaks(with_client(**BORN)) == set()


def test_TR002_is_not_about_a_Relatie() -> None:
    assert breaks(with_relatie(geboortedatum="1850-01-01")) == set()


def test_TR002_counts_from_a_leap_day_and_from_before_our_calendar() -> None:
    assert years_before(date(2020, 2, 29), 120) == date(1900, 2, 28)
    assert years_before(date(2024, 2, 29), 120) == date(1904, 2, 29)
    assert years_before(date(2024, 2, 28), 120) == date(1904, 2, 28)
    assert years_before(date(100, 1, 1), 120) == date.min


def test_TR134_born_after_the_Dagtekening() -> None:
    assert breaks(with_client(geboortedatum="2024-12-17")) == {("TR134", CLIENT)}
    assert breaks(with_relatie(geboortedatum="2024-12-17")) == {("TR134", RELATIE)}


def test_TR134_born_on_the_Dagtekening() -> None:
    assert breaks(with_client(geboortedatum="2024-12-16")) == set()
    assert breaks(with_relatie(geboortedatum="2024-12-16")) == set()


def test_CS318_a_Client_with_the_name_of_an_organisation() -> None:
    assert breaks(with_client(naamgebruik="6")) == {("CS318", CLIENT)}


def test_CS318_a_Relatie_may_have_one() -> None:
    assert breaks(with_relatie(naamgebruik="6")) == set()


@pytest.mark.parametrize("use", ["2", "3", "4", "5"])
def test_CS050_a_name_used_that_is_not_there(use: str) -> None:
    assert breaks(with_client(naamgebruik=use)) == {("CS050", CLIENT)}
    assert breaks(with_relatie(naamgebruik=use)) == {("CS050", RELATIE)}


@pytest.mark.parametrize("use", ["5", "6"])
def test_CS050_a_partner_whose_name_is_not_used_so(use: str) -> None:
    assert ("CS050", CLIENT) in breaks(with_client(partnernaam="Ander", naamgebruik=use))
    assert breaks(with_relatie(partnernaam="Ander", naamgebruik=use)) == {("CS050", RELATIE)}


@pytest.mark.parametrize("use", ["1", "2", "3", "4"])
def test_CS050_any_use_with_a_Partnernaam(use: str) -> None:
    assert breaks(with_client(partnernaam="Ander", naamgebruik=use)) == set()
    assert breaks(with_relatie(partnernaam="Ander", naamgebruik=use)) == set()


@pytest.mark.parametrize("talk", [{"vorm": "1"}, {"vorm": "2", "taal": "Deens"}, {"vorm": "3", "taal": "Deens"}])
def test_CD007_a_Taal_missing_or_too_many(talk: dict[str, str]) -> None:
    assert breaks(with_client(communicatie=talk)) == {("CD007", CLIENT)}


@pytest.mark.parametrize("talk", [None, {"vorm": "1", "taal": "Deens"}, {"vorm": "2"}, {"vorm": "3"}])
def test_CD007_a_Taal_exactly_for_an_interpreter(talk: dict[str, str] | None) -> None:
    assert breaks(with_client(communicatie=talk)) == set()


def test_TR061_no_lasting_address() -> None:
    assert breaks(with_contact(soort="04")) == {("TR061", CLIENT)}


@pytest.mark.parametrize("kind", ["01", "02", "03"])
def test_TR061_one_lasting_address_of_any_kind(kind: str) -> None:
    assert breaks(with_contact(soort=kind)) == set()


def test_TR061_the_address_of_a_Relatie_does_not_count() -> None:
    assert breaks(with_client(contacten=[contact(soort="04")], relaties=[relatie()])) == {("TR061", CLIENT)}


def test_TR006_no_Telefoon_and_no_whole_Adres() -> None:
    without_huis = with_contact(soort="02", huisnummer=None, landcode="DE")
    without_postcode = with_contact(soort="02", postcode=None, landcode=None)
    of_relatie = with_relatie(contact=contact(soort="02", postcode=None, landcode=None))

    assert breaks(without_huis) == {("TR006", CONTACT)}
    assert breaks(without_postcode) == {("TR006", CONTACT)}
    assert breaks(of_relatie) == {("TR006", f"{RELATIE}/Contact")}


def test_TR006_a_Telefoon_or_a_Huis_with_Postcode() -> None:
    only_phone = contact(
        soort="02", huisnummer=None, postcode=None, straat=None, plaats=None, landcode=None, telefoon="0151234567"
    )

    assert breaks(with_client(contacten=[only_phone])) == set()
    assert breaks(with_contact(straat=None, plaats=None)) == set()


@pytest.mark.parametrize("kind", ["01", "03"])
def test_CD034_a_fixed_address_without_Postcode(kind: str) -> None:
    assert breaks(with_contact(soort=kind, postcode=None, landcode=None, telefoon="0151234567")) == {("CD034", CONTACT)}


def test_CD034_holds_when_the_whole_Adres_is_absent() -> None:
    empty = {"huisnummer": None, "postcode": None, "straat": None, "plaats": None, "landcode": None}

    assert breaks(with_contact(**empty, telefoon="0151234567")) == {("CD034", CONTACT)}


@pytest.mark.parametrize("kind", ["02", "04"])
def test_CD034_another_address_may_be_without(kind: str) -> None:
    other = contact(soort=kind, postcode=None, landcode=None, telefoon="0151234567")

    assert breaks(with_client(contacten=[contact(), other])) == set()


def test_CD025_a_Dutch_address_without_Huis() -> None:
    assert breaks(with_contact(huisnummer=None, telefoon="0151234567")) == {("CD025", CONTACT)}


def test_CD025_an_address_abroad_without_Huis() -> None:
    assert breaks(with_contact(huisnummer=None, landcode="BE", telefoon="0151234567")) == set()


@pytest.mark.parametrize("code", ["0611AA", "2611 AA", "2611A", "2611AA1", "26111A", "AA2611", "2611ÉÉ", "٢611AA"])
def test_CS089_no_Dutch_Postcode(code: str) -> None:
    assert breaks(with_contact(postcode=code)) == {("CS089", CONTACT)}


@pytest.mark.parametrize("code, country", [("1000AA", "NL"), ("9999zz", "NL"), ("2611 AA", "BE"), ("75001", "FR")])
def test_CS089_a_Dutch_Postcode_or_one_from_abroad(code: str, country: str) -> None:
    assert breaks(with_contact(postcode=code, landcode=country)) == set()


def test_CD005_a_Postcode_without_LandCode_and_the_other_way_round() -> None:
    assert breaks(with_contact(landcode=None)) == {("CD005", CONTACT)}
    assert breaks(with_contact(soort="02", postcode=None, telefoon="0151234567")) == {("CD005", CONTACT)}


def test_CD005_both_or_neither() -> None:
    assert breaks(with_contact()) == set()
    assert breaks(with_contact(soort="02", postcode=None, landcode=None, telefoon="0151234567")) == set()


@pytest.mark.parametrize("kind", ["01", "02", "03"])
def test_CD009_a_Periode_with_a_lasting_address(kind: str) -> None:
    assert breaks(with_contact(soort=kind, begin="2025-01-01")) == {("CD009", CONTACT)}


def test_CD009_a_Periode_without_content_is_a_Periode_too() -> None:
    with_periode = with_contact(begin="2025-01-01")
    emptied = with_periode.replace(b"<iwmo:Begindatum>2025-01-01</iwmo:Begindatum>", b"")

    assert breaks(emptied) == {("CD009", CONTACT)}


def test_CD009_a_Periode_with_a_temporary_address() -> None:
    assert breaks(with_client(contacten=[contact(), contact(soort="04", begin="2025-01-01")])) == set()


def temporary(begin: str | None, end: str | None) -> bytes:
    return with_client(contacten=[contact(soort="04", begin=begin, eind=end), contact()])


def test_CS003_a_Periode_that_ends_before_it_begins() -> None:
    assert breaks(temporary("2025-01-02", "2025-01-01")) == {("CS003", CONTACT)}


@pytest.mark.parametrize("begin, end", [("2025-01-01", "2025-01-01"), (None, "2025-01-01"), ("2025-01-01", None)])
def test_CS003_a_Periode_of_one_day_or_with_an_open_side(begin: str | None, end: str | None) -> None:
    assert breaks(temporary(begin, end)) == set()


def test_TR101_two_Contacten_of_one_Soort() -> None:
    twice = with_client(contacten=[contact(), contact(huisnummer=2)])

    assert breaks(twice) == {("TR101", f"{CLIENT}/Contactgegevens/Contact[2]")}


def test_TR101_Contacten_of_different_Soort_and_the_Contact_of_a_Relatie() -> None:
    assert breaks(with_client(contacten=[contact(), contact(soort="02")], relaties=[relatie()])) == set()


def test_TR101_two_Relaties_with_one_Nummer() -> None:
    assert breaks(with_client(relaties=[relatie(), relatie()])) == {("TR101", f"{CLIENT}/Relaties/Relatie[2]")}


def test_TR101_Relaties_with_different_Nummers() -> None:
    assert breaks(with_client(relaties=[relatie(), relatie(nummer="r1")])) == set()


def test_rules_of_a_Contact_hold_for_that_of_a_Relatie() -> None:
    message = set_text(with_relatie(), "Relatie/Contact/Adres/Postcode", "0000AA")

    assert breaks(message) == {("CS089", f"{RELATIE}/Contact")}
