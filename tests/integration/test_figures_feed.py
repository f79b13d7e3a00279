"""The figures that the hub itself tells: once per period and reason, with sums and no persons."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from declaration_hub import Hub, make_hub

from builders import bsn, prestatie, wmo323
from services.declaration.afspraken import loading
from services.declaration.cijfers.closings import sluit
from services.declaration.cijfers.figures_feed import meld_cijfers
from services.declaration.feed import pull
from services.kernel import gebeurtenissen, postbus

KOP = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """On 27 January 2025, the day after period 1: six clients in Delft, two in Rijswijk."""
    made = make_hub(tmp_path, date(2025, 1, 27))
    for n in range(8):
        gemeente = "0503" if n < 6 else "0603"
        made.toewijs(gemeente=gemeente, nummer=1001 + n, bsnHash=made.hash(bsn(1 + n)), einddatum="2025-01-26")
    pull(made.dienst, made.bron)
    return made


def told(hub: Hub, partij: str) -> list[dict[str, Any]]:
    """The data of what lies in a postbus, in order."""
    with hub.dienst.database.read() as conn:
        stukken = postbus.lees(conn, partij, 0, 100)
        found = [gebeurtenissen.vind(conn, stuk.id, frozenset({partij})) for stuk in stukken]
    assert all(stuk.berichtsoort == gebeurtenissen.CIJFERS for stuk in stukken)
    return [een.data for een in found if een is not None]


def reasons(hub: Hub, partij: str = "0503") -> list[tuple[str, list[str]]]:
    return [(een["aanleiding"], [periode["periode"] for periode in een["perioden"]]) for een in told(hub, partij)]


def close(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        sluit(conn, "0503", "2025-P01", "B", "0503", hub.dienst.vandaag(), hub.dienst.nu())


def raise_tariff(hub: Hub, euro: int) -> None:
    with hub.dienst.database.write() as conn:
        bekend = f"{hub.dienst.vandaag()}T00:00:{euro - 500:02d}"
        tarief = f"0503,,SPF3,2025-01-01,2025-12-31,{euro}.00,,{bekend},FICTIEF herstel {euro}"
        loading.laad_tarieven(conn, f"{KOP}\n{tarief}\n", hub.moment)


def test_when_a_period_has_ended_every_gemeente_gets_its_figures_once(hub: Hub) -> None:
    assert meld_cijfers(hub.dienst) == 3
    assert meld_cijfers(hub.dienst) == 0

    [een] = told(hub, "0503")
    assert {name: een[name] for name in ("partij", "aanleiding", "peildatum", "tarieven")} == {
        "partij": "0503",
        "aanleiding": "geeindigd",
        "peildatum": "2025-01-27",
        "tarieven": "FICTIEF",
    }
    [periode] = een["perioden"]
    assert (periode["periode"], periode["rijpheid"], periode["definitief"]) == ("2025-P01", "voorlopig", False)
    assert (periode["totaal"]["toegewezen"], periode["totaal"]["clienten"]) == (6 * 48000, 6)
    assert [(row["resultaatgebied"], row["trede"]) for row in periode["rijen"]] == [("SPF", 3)]
    # A gemeente without figures is told nothing.
    assert told(hub, "1926") == []


def test_the_figures_name_no_person(hub: Hub) -> None:
    meld_cijfers(hub.dienst)
    content = json.dumps(told(hub, "0503"))
    for n in range(8):
        assert bsn(1 + n) not in content
        assert hub.hash(bsn(1 + n)) not in content


def test_the_region_gets_its_total_and_no_small_cell(hub: Hub) -> None:
    meld_cijfers(hub.dienst)

    [een] = told(hub, "H5")
    [periode] = een["perioden"]
    assert periode["totaal"]["clienten"] == 8
    assert [(row["gemeente"], row["toegewezen"]) for row in periode["rijen"]] == [("0503", None), ("0603", None)]


def test_ripe_and_closed_are_told_too_and_the_region_hears_of_no_closing(hub: Hub) -> None:
    meld_cijfers(hub.dienst)
    ripe = hub.op(date(2025, 4, 29))
    meld_cijfers(ripe.dienst)
    close(ripe)
    meld_cijfers(ripe.dienst)

    assert reasons(hub) == [(reason, ["2025-P01"]) for reason in ("geeindigd", "rijp", "afgesloten")]
    assert told(hub, "0503")[-1]["perioden"][0]["rijpheid"] == "afgesloten"
    assert [reason for reason, _ in reasons(hub, "H5")] == ["geeindigd", "rijp"]


def test_a_repair_of_final_figures_is_told_once_a_day(hub: Hub) -> None:
    ripe = hub.op(date(2025, 4, 29))
    meld_cijfers(ripe.dienst)
    raise_tariff(ripe, 528)
    assert meld_cijfers(ripe.dienst) == 1
    raise_tariff(ripe, 540)
    assert meld_cijfers(ripe.dienst) == 0
    tomorrow = hub.op(date(2025, 4, 30))
    assert meld_cijfers(tomorrow.dienst) == 1
    assert meld_cijfers(tomorrow.dienst) == 0

    assert [reason for reason, _ in reasons(hub)] == ["rijp", "hersteld", "hersteld"]
    totals = [een["perioden"][0]["totaal"]["toegewezen"] for een in told(hub, "0503")]
    assert totals == [6 * 48000, 6 * 52800, 6 * 54000]
    assert [reason for reason, _ in reasons(hub, "0603")] == ["rijp"]


def test_what_is_booked_on_a_period_that_is_not_final_is_no_repair(hub: Hub) -> None:
    meld_cijfers(hub.dienst)
    later = hub.op(date(2025, 2, 10))
    later.post(wmo323(prestatie(eind="2025-01-26")))

    assert meld_cijfers(later.dienst) == 0


def test_what_ended_long_before_the_clock_ran_is_not_told(hub: Hub) -> None:
    # Period 2 ended four weeks ago, and nobody has anything in it.
    assert meld_cijfers(hub.op(date(2025, 3, 23)).dienst) == 0
    assert reasons(hub) == []
