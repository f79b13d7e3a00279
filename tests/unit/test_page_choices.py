"""What the page makes of addresses, retourcodes and periods, without a hub."""

import pytest

from services.declaration.page import kiezen
from services.declaration.page.retourcodes import betekenis
from services.declaration.page.weergave import maand


@pytest.mark.parametrize("dienst", ["allocation", "declaration"])
def test_a_message_of_the_api_has_a_page(dienst: str) -> None:
    assert kiezen.berichtpad(f"/{dienst}/v1/berichten/6f1c") == f"/berichten/{dienst}/6f1c"


def test_an_address_leaves_out_what_was_not_asked() -> None:
    assert kiezen.adres("/lijsten", gemeente="", na=0) == "/lijsten"
    assert kiezen.adres("/lijsten", gemeente="0503", na=50) == "/lijsten?gemeente=0503&na=50"
    assert kiezen.toewijzingpad(41) == "/berichten?toewijzing=41"


def test_a_code_of_several_rules_has_the_sentence_of_each_once() -> None:
    oorzaken = betekenis("9389")

    assert len(set(oorzaken)) == len(oorzaken) >= 1
    assert all(each.niveau in (3, 4) and each.melding and each.advies for each in oorzaken)
    assert {each.niveau for each in betekenis("0001")} == {2}
    assert betekenis("0000") == ()


def test_a_month_in_words_and_a_period_as_it_is() -> None:
    assert (maand("2025-03"), maand("2025-P03")) == ("mrt 2025", "2025-P03")
