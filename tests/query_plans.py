"""What the tests of query plans share: tables that grow with history, queries of some work, the ways of messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allocation_service import DELFT, EEN
from allocation_service import Hub as Allocation
from builders_23 import prestatie23, wmo303
from declaration_hub import Hub
from sqlalchemy import Engine, event

from builders import prestatie, product, wmo301, wmo302, wmo323, wmo325

GROWS = (
    *("bericht", "inhoud", "postbus", "client", "audit", "weigering", "declaratie", "prestatie", "journaal", "signaal"),
    *("toewijzing", "toewijzing_versie", "toewijzing_herhaling", "feed", "vermelding"),
    *("bericht_retourcode", "gebeurtenis", "termijn"),
)


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Every query, and every change of rows that are there, with its parameters."""
    found: list[tuple[str, Any]] = []

    def note(*about: Any) -> None:
        _, _, statement, parameters, _, many = about
        if statement.split(None, 1)[0] in ("SELECT", "UPDATE", "DELETE", "WITH"):
            found.append((statement, parameters[0] if many else parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def way_of_a_323_and_its_replay(hub: Hub) -> None:
    """And of a credit; the hub knows the toewijzing."""
    hub.post(wmo323())
    hub.post(wmo323())
    terug = prestatie(referentie="P2", vorig="P0001", dc="C")
    hub.post(wmo323(terug, identificatie="D2", nummer="N2"))


def way_of_a_323_and_its_325(hub: Hub) -> None:
    """To Rijswijk, which answers by itself; the hub knows a toewijzing of it."""
    heen = wmo323(ontvanger="0603")
    hub.post(heen)
    hub.post(wmo325(heen), als="0603")


def way_of_a_303(hub: Hub) -> None:
    """On a hub of four weeks."""
    hub.post(wmo303(prestatie23(toewijzing=None)))


def way_of_a_301_and_its_302(hub: Allocation) -> None:
    """The second 301 brings a version of the same toewijzing."""
    hub.send(DELFT, wmo301())
    hub.send(DELFT, wmo301(product(toewijzingsdatum="2025-01-02"), identificatie="T2", dagtekening="2025-01-02"))
    hub.send(EEN, wmo302(wmo301(), codes=("0001",)))
