"""Figures that are kept: given again while nothing changed, counted again as soon as anything they rest on has."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from asking import ask
from declaration_hub import Hub, make_hub
from sqlalchemy import delete

from builders import bsn, prestatie, wmo323
from services.declaration import stand, tables
from services.declaration.afspraken.kenmerken import Kenmerken, zet
from services.declaration.cijfers.closings import sluit
from services.declaration.feed import pull
from services.declaration.onthouden import onthoud


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    made = make_hub(tmp_path, date(2025, 6, 2))
    made.toewijs()
    pull(made.dienst, made.bron)
    return made


def count(hub: Hub) -> Callable[[], int]:
    """How often the answer to one question was counted until now, after asking it once more."""
    counted: list[int] = []

    def ask_again() -> int:
        with hub.dienst.database.read() as conn:
            onthoud(conn, "vraag", lambda: counted.append(1) or "antwoord")
        return len(counted)

    return ask_again


def test_an_answer_is_counted_once_while_nothing_changes(hub: Hub) -> None:
    asked = count(hub)

    assert [asked(), asked(), asked()] == [1, 1, 1]


def test_another_question_is_another_answer(hub: Hub) -> None:
    with hub.dienst.database.read() as conn:
        assert onthoud(conn, ("vraag", 1), lambda: "een") == "een"
        assert onthoud(conn, ("vraag", 2), lambda: "twee") == "twee"
        assert onthoud(conn, ("vraag", 1), lambda: "drie") == "een"


def _declare(hub: Hub) -> None:
    hub.post(wmo323(prestatie(eind="2025-01-31"), dagtekening="2025-05-30"))


def _refused_line(hub: Hub) -> None:
    hub.post(wmo323(prestatie(toewijzing=999), dagtekening="2025-05-30"))


def _grant(hub: Hub) -> None:
    hub.toewijs(nummer=1002, bsnHash=hub.hash(bsn(2)), ingangsdatum="2026-01-01", einddatum="2026-01-01")
    pull(hub.dienst, hub.bron)


def _close(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        sluit(conn, "0503", "2025-P01", "B 118", "0503", date(2025, 6, 2), hub.dienst.nu())


def _cohort(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        zet(conn, {("0503", "wmo", 1001): Kenmerken(cohort="oud")}, "0503", hub.dienst.nu())


def _rebuild(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        conn.execute(delete(tables.stand))
        stand.herbouw(conn)


@pytest.mark.parametrize("change", [_declare, _refused_line, _grant, _close, _cohort, _rebuild])
def test_it_is_counted_again_after(hub: Hub, change: Callable[[Hub], None]) -> None:
    asked = count(hub)
    assert asked() == 1
    change(hub)

    assert [asked(), asked()] == [2, 2]


def test_a_report_over_http_tells_a_claim_at_once(hub: Hub) -> None:
    get = ask(hub)

    def declared() -> int:
        (rij,) = get("verzilvering", "0503", groepeer="").json()["items"]
        return int(rij["gedeclareerd"])

    before = declared()
    _declare(hub)
    assert before == 0
    assert declared() == 48000
