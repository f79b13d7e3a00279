"""The toewijzingen behind a figure of the verzilvering: they add up to it, and who may see them."""

from datetime import date
from pathlib import Path

import pytest
from asking import Vraag, ask
from declaration_hub import Hub, make_hub

from builders import bsn, prestatie, wmo323

PAD = "verzilvering/toewijzingen"


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """On 2 June 2025: two clients in Delft and one in Rijswijk with SPF3, one with an unknown product; one declared."""
    made = make_hub(tmp_path, date(2025, 6, 2))
    made.toewijs()
    made.toewijs(nummer=1002, bsnHash=made.hash(bsn(2)))
    made.toewijs(gemeente="0603", nummer=1003, bsnHash=made.hash(bsn(3)))
    made.post(wmo323(prestatie(eind="2025-01-31"), dagtekening="2025-05-30"))
    return made


@pytest.fixture
def get(hub: Hub) -> Vraag:
    return ask(hub)


def test_they_add_up_to_the_figure(get: Vraag) -> None:
    for periode in ("2025-P01", "2025-P02"):
        (figure,) = get("verzilvering", "0503", groepeer="resultaatgebied,trede", periode=periode).json()["items"]
        behind = get(PAD, "0503", periode=periode, resultaatgebied="SPF", trede="3").json()["items"]

        assert len(behind) == 2
        for naam in ("toegewezen", "gedeclareerd", "open"):
            assert sum(rij[naam] for rij in behind) == figure[naam]


def test_what_is_open_comes_first_page_after_page(get: Vraag) -> None:
    everything = get(PAD, "0503").json()["items"]
    assert [rij["open"] for rij in everything] == sorted((rij["open"] for rij in everything), reverse=True)

    paged, na = [], 0
    while na is not None:
        bladzijde = get(PAD, "0503", na=na, limit=3).json()
        paged += bladzijde["items"]
        na = bladzijde["volgende"]
    assert paged == everything


def test_everybody_sees_his_own_and_the_region_none(get: Vraag) -> None:
    def seen(als: str) -> set[int]:
        return {rij["toewijzing"] for rij in get(PAD, als).json()["items"]}

    assert seen("0503") == {1001, 1002}
    assert seen("0603") == {1003}
    assert seen("75000001") == seen("beheer") == {1001, 1002, 1003}
    assert seen("75000002") == set()
    assert get(PAD, "0503", gemeente="0603").status_code == 403
    refused = get(PAD, "H5")
    assert (refused.status_code, refused.json()["title"]) == (403, "Niet toegestaan namens deze partij")


def test_a_trede_that_is_not_there_can_be_asked_for(get: Vraag) -> None:
    assert get(PAD, "0503", resultaatgebied="geen").json()["items"] == []
    assert get(PAD, "0503", trede="geen").json()["items"] == []
    assert get(PAD, "0503", trede="x").status_code == 400


def test_a_year_and_a_maturity_narrow_it(get: Vraag) -> None:
    assert get(PAD, "0503", jaar=2024).json()["items"] == []
    assert {rij["periode"] for rij in get(PAD, "0503", rijpheid="rijp").json()["items"]} == {"2025-P01", "2025-P02"}


def test_as_a_file_all_rows_come_at_once(get: Vraag) -> None:
    reply = get(PAD, "0503", formaat="csv", limit=1)

    assert reply.headers["content-disposition"] == 'attachment; filename="FICTIEF-toewijzingen.csv"'
    head, *rows = reply.text.lstrip("\ufeff").splitlines()
    assert head.startswith("Gemeente;Domein;Toewijzing;Aanbieder;Productcode;Resultaatgebied;Trede;Periode;Toegewezen")
    assert len(rows) == len(get(PAD, "0503").json()["items"])
