"""What 305 and 307 tell of a toewijzing reaches the feed, and goes when its retour refuses it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from allocation_service import DELFT, EEN, TWEE, Hub
from declaration_hub import make_hub
from forwarding_messages import gestart, retour

from builders import product, set_text, wmo301
from services.declaration import tables
from services.declaration.feed import pull

STOP = {"einddatum": "2025-03-31", "reden": "19"}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    made.send(DELFT, wmo301())
    yield made
    made.dienst.database.close()


def told(hub: Hub) -> dict[str, Any]:
    """What the last row of the feed says of start and stop."""
    row = hub.actual()
    return {name: row[name] for name in ("start", "stop") if name in row}


def test_a_toewijzing_of_which_nothing_was_told_has_neither_key(hub: Hub) -> None:
    assert told(hub) == {}
    assert len(hub.feed()) == 1


@pytest.mark.parametrize(("naam", "release"), [("WMO307", "3.2"), ("WMO307", "2.3")])
def test_a_307_brings_the_end_and_its_reason(hub: Hub, naam: str, release: str) -> None:
    hub.send(EEN, gestart(naam, release))

    assert told(hub) == {"start": "2025-01-06", "stop": STOP}
    # The rest of the row is the state as it was.
    first, last = hub.feed()
    assert {**last, "nr": 1} == {**first, "start": "2025-01-06", "stop": STOP}


@pytest.mark.parametrize("release", ["3.2", "2.3"])
def test_a_305_brings_the_start(hub: Hub, release: str) -> None:
    hub.send(EEN, gestart("WMO305", release))

    assert told(hub) == {"start": "2025-01-06"}


def test_the_same_told_again_is_no_news(hub: Hub) -> None:
    hub.send(EEN, gestart("WMO307"))
    hub.send(EEN, gestart("WMO307", identificatie="B2"))

    assert len(hub.feed()) == 2


def test_a_stop_that_is_deleted_is_gone(hub: Hub) -> None:
    hub.send(EEN, gestart("WMO305"))
    hub.send(EEN, gestart("WMO307"))
    hub.send(EEN, gestart("WMO307", identificatie="B2", StatusAanlevering="3"))

    assert told(hub) == {"start": "2025-01-06"}


def test_a_deletion_of_another_stop_deletes_nothing(hub: Hub) -> None:
    hub.send(EEN, gestart("WMO307"))
    hub.send(EEN, gestart("WMO307", identificatie="B2", StatusAanlevering="3", Einddatum="2025-04-30"))

    assert told(hub)["stop"] == STOP


def test_a_final_stop_comes_in_the_place_of_a_temporary_one(hub: Hub) -> None:
    hub.send(EEN, gestart("WMO307", RedenBeeindiging="20"))
    hub.send(EEN, gestart("WMO307", identificatie="B2", Einddatum="2025-04-30", RedenBeeindiging="21"))

    assert told(hub)["stop"] == {"einddatum": "2025-04-30", "reden": "21"}


def test_a_start_after_the_stop_begins_again(hub: Hub) -> None:
    hub.send(EEN, gestart("WMO307", RedenBeeindiging="20"))
    hub.send(EEN, gestart("WMO305", Begindatum="2025-05-05"))

    assert told(hub) == {"start": "2025-05-05"}


def test_a_308_that_refuses_takes_the_stop_back(hub: Hub) -> None:
    hub.send(EEN, gestart("WMO305"))
    hub.send(EEN, gestart("WMO307"))

    hub.send(DELFT, retour("WMO308", weigert=True))

    assert told(hub) == {"start": "2025-01-06"}


def test_a_308_that_accepts_leaves_it(hub: Hub) -> None:
    hub.send(EEN, gestart("WMO307"))
    hub.send(DELFT, retour("WMO308"))

    assert told(hub)["stop"] == STOP
    assert len(hub.feed()) == 2


def test_a_new_version_keeps_what_was_told(hub: Hub) -> None:
    hub.send(EEN, gestart("WMO307"))
    later = product(einddatum="2025-06-30", reden="12", toewijzingsdatum="2025-02-01")
    hub.send(DELFT, wmo301(later, identificatie="T2", dagtekening="2025-02-01"))

    assert hub.actual()["einddatum"] == "2025-06-30"
    assert told(hub)["stop"] == STOP


def test_a_stop_that_came_before_its_toewijzing_is_told_with_it(hub: Hub) -> None:
    hub.send(EEN, gestart("WMO307", ToewijzingNummer=1002))
    assert len(hub.feed()) == 1

    hub.send(DELFT, wmo301(product(nummer=1002, code="SPF2"), identificatie="T2"))

    assert hub.actual(1002)["stop"] == STOP


def test_what_another_aanbieder_tells_of_a_number_says_nothing_about_it(hub: Hub) -> None:
    message = set_text(gestart("WMO307"), "Header/Afzender", TWEE.code)
    hub.send(TWEE, message)

    assert len(hub.feed()) == 1


def test_declaration_keeps_it_beside_its_copy_and_books_nothing_for_it(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    hub.toewijs()
    pull(hub.dienst, hub.bron)
    booked = hub.count(tables.journaal)

    hub.toewijs(start="2025-01-06", stop=STOP)
    pull(hub.dienst, hub.bron)
    (row,) = hub.rows(tables.toewijzing)
    assert (row.start, row.stop, row.stop_reden) == (date(2025, 1, 6), date(2025, 3, 31), "19")
    assert hub.count(tables.journaal) == booked

    hub.toewijs()
    pull(hub.dienst, hub.bron)
    assert hub.rows(tables.toewijzing)[0].stop is None
