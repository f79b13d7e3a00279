"""The exception lists are kept in parts: whoever asks, whatever happened, they are as counted from nothing."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from declaration_hub import Hub, make_hub
from sqlalchemy import Connection

from builders import bsn, prestatie, wmo323
from services.declaration import tables
from services.declaration.afspraken import loading
from services.declaration.booking import Boekmoment, rij, schrijf
from services.declaration.cijfers.closings import sluit
from services.declaration.feed import pull
from services.declaration.journal import GEDECLAREERD, TE_BETALEN, Boeking
from services.declaration.lijsten import double_weeks, exceptions
from services.declaration.lijsten.api import _bereik
from services.declaration.lijsten.exceptions import lees_lijst, tel_lijst
from services.declaration.lijsten.soorten import DUBBELE_WEEK, LIJSTEN, LOOPT_AF, NIET_GEDECLAREERD
from services.declaration.onthouden import Vak
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import wire

VANDAAG = date(2025, 9, 1)
LEZERS = (
    *(Partij(code, "gemeente", "") for code in ("0503", "0603")),
    *(Partij(code, "aanbieder", "") for code in ("75000001", "75000002")),
    *(Partij("H5", "regio", ""), Partij("beheer", "beheer", "")),
)
Wat = dict[tuple[str, str], Any]


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """On 1 September 2025, when four periods are mature; in Delft two toewijzingen of one client, twice.

    1001 and 1002 are of one aanbieder, 1003 and 1004 of two. 1005 and 2001 are of clients with one toewijzing.
    """
    made = make_hub(tmp_path, VANDAAG)
    for nummer, client, aanbieder in ((1001, 1, 1), (1002, 1, 1), (1003, 2, 1), (1004, 2, 2), (1005, 3, 1)):
        wie = {"bsnHash": made.hash(bsn(client)), "aanbieder": f"7500000{aanbieder}"}
        made.toewijs(nummer=nummer, einddatum="2025-10-15", **wie)
    made.toewijs(nummer=2001, gemeente="0603", bsnHash=made.hash(bsn(4)))
    claim(made, 1001)
    claim(made, 1003)
    return made


def claim(hub: Hub, nummer: int, als: str = "75000001", **changes: Any) -> str:
    """One line on a toewijzing, of January, in a declaration of its own; its oordeel."""
    volgnummer = hub.count(tables.declaratie) + 1
    lijn = prestatie(toewijzing=nummer, **{"referentie": f"R{volgnummer}", **changes})
    bericht = {"nummer": f"N{volgnummer}", "identificatie": f"I{volgnummer}", "dagtekening": "2025-08-29"}
    client = {1001: 1, 1002: 1, 1003: 2, 1004: 2, 1005: 3, 2001: 4}[nummer]
    ontvanger = "0603" if nummer == 2001 else "0503"
    return hub.post(wmo323(clienten={bsn(client): [lijn]}, afzender=als, ontvanger=ontvanger, **bericht), als).oordeel


def asked(hub: Hub) -> Wat:
    """Every list as every reader gets it, counted and in full."""
    pull(hub.dienst, hub.bron)
    with hub.dienst.database.read() as conn:
        return {(lezer.code, naam): _een(conn, hub, lezer, naam) for lezer in LEZERS for naam in LIJSTEN}


def _een(conn: Connection, hub: Hub, lezer: Partij, naam: str) -> Any:
    bereik = _bereik(conn, hub.dienst, lezer, None, None)(naam)
    return tel_lijst(conn, naam, bereik), lees_lijst(conn, naam, bereik)


def from_nothing(hub: Hub) -> Wat:
    """The same in a process that keeps nothing yet."""
    ander = wire("declaration", hub.dienst.settings)
    try:
        return asked(replace(hub, dienst=replace(ander, vandaag=hub.dienst.vandaag, nu=hub.dienst.nu)))
    finally:
        ander.database.close()


def changed(before: Wat, after: Wat) -> set[tuple[str, str]]:
    return {waar for waar in before if before[waar] != after[waar]}


# --- what happens ----------------------------------------------------------------------------------------------------


def _book(hub: Hub) -> None:
    """D without a line, in one period."""
    boeking = Boeking(TE_BETALEN, GEDECLAREERD, 48000, "0503", "75000001", "wmo", 1005, "SPF3", "2025-P01")
    with hub.dienst.database.write() as conn:
        schrijf(conn, [rij(boeking, 0, Boekmoment(VANDAAG, hub.dienst.nu()))])


def _paid_twice(hub: Hub) -> None:
    assert claim(hub, 1002) == "goedgekeurd"


def _paid_twice_by_two(hub: Hub) -> None:
    assert claim(hub, 1004, "75000002") == "goedgekeurd"


def _refused(hub: Hub) -> None:
    """A line that is refused leaves no row in the journal; it was submitted."""
    before = hub.count(tables.journaal)
    assert claim(hub, 1005, tarief=13000) == "deels_afgekeurd"
    assert hub.count(tables.journaal) == before


def _submitted(hub: Hub) -> None:
    """Rijswijk judges itself: nothing is decided yet."""
    assert claim(hub, 2001) == "doorgestuurd"


def _close(hub: Hub) -> None:
    """A period that is not mature by its age is so when it is closed."""
    with hub.dienst.database.write() as conn:
        sluit(conn, "0503", "2025-P07", "B 118", "0503", VANDAAG, hub.dienst.nu())


def _lapsed(hub: Hub) -> None:
    hub.toewijs(nummer=1005, bsnHash=hub.hash(bsn(3)), status="vervallen")


def _shortened(hub: Hub) -> None:
    hub.toewijs(nummer=2001, gemeente="0603", bsnHash=hub.hash(bsn(4)), einddatum="2025-09-30")


def _tariff(hub: Hub) -> None:
    kop = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"
    with hub.dienst.database.write() as conn:
        loading.laad_tarieven(conn, f"{kop}\n0603,,SPF3,2023-01-01,,520.00,,2025-08-01,FICTIEF\n", hub.moment)


CHANGES: dict[Callable[[Hub], None], set[tuple[str, str]]] = {
    _book: {(wie, NIET_GEDECLAREERD) for wie in ("0503", "75000001", "H5", "beheer")},
    _paid_twice: {
        (wie, naam) for wie in ("0503", "75000001", "H5", "beheer") for naam in (DUBBELE_WEEK, NIET_GEDECLAREERD)
    },
    _paid_twice_by_two: {
        *((wie, naam) for wie in ("0503", "H5", "beheer") for naam in (DUBBELE_WEEK, NIET_GEDECLAREERD)),
        ("75000002", NIET_GEDECLAREERD),
    },
    _refused: {(wie, NIET_GEDECLAREERD) for wie in ("0503", "75000001", "H5", "beheer")},
    _submitted: {(wie, NIET_GEDECLAREERD) for wie in ("0603", "75000001", "H5", "beheer")},
    _close: {(wie, NIET_GEDECLAREERD) for wie in ("0503", "75000001", "75000002", "H5", "beheer")},
    _lapsed: {(wie, naam) for wie in ("0503", "75000001", "H5", "beheer") for naam in (NIET_GEDECLAREERD, LOOPT_AF)},
    _shortened: {(wie, LOOPT_AF) for wie in ("0603", "75000001", "H5", "beheer")},
    _tariff: {(wie, NIET_GEDECLAREERD) for wie in ("0603", "75000001", "H5", "beheer")},
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_after_a_change_every_reader_has_the_lists_it_touches_anew_and_the_others_as_they_were(
    hub: Hub, change: Callable[[Hub], None]
) -> None:
    before = asked(hub)
    assert asked(hub) == before == from_nothing(hub)
    change(hub)

    after = asked(hub)
    assert changed(before, after) == CHANGES[change]
    assert after == from_nothing(hub)


def test_a_booking_reads_again_the_part_it_touched_and_no_other(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Vak] = []

    def watched(lees: Callable[..., Any]) -> Callable[..., Any]:
        def lees_en_schrijf_op(*rest: Any) -> Any:
            vakken: Collection[Vak] = rest[-1]
            read.extend(vakken)
            return lees(*rest)

        return lees_en_schrijf_op

    monkeypatch.setattr(exceptions, "_lees_leeg", watched(exceptions._lees_leeg))
    monkeypatch.setattr(double_weeks, "_lees_dubbel", watched(double_weeks._lees_dubbel))
    asked(hub)
    assert ("0603", "2025-P01") in read
    read.clear()
    _book(hub)
    asked(hub)
    # Once for each of the two lists, whoever asks.
    assert read == [("0503", "2025-P01")] * 2
