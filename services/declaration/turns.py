"""Whose turn it is in declaration: its locks, always taken in this order (docs/architecture.md, Two databases).

1. The agreements: who judges or books holds them beside others, who changes them has the service to itself.
2. (aanbieder, domein), in the order of their codes.
3. The feed: one pull at a time.
4. The journal (stand.BEURT): who books D holds it beside others; who books A, closes a period or tells figures, alone.

Then rows: clients by hash, then counters, then those of the postbus by party.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import Connection

from services.declaration import tables
from services.declaration.onthouden import verouder
from services.kernel.catalogue import Berichtsoort
from services.kernel.database import een_tegelijk, naast_elkaar
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij

_AFSPRAKEN: Final = "afspraken"
_FEED: Final = "feed-stand"


def om_te_oordelen(conn: Connection, aanbieder: str, soort: Berichtsoort, vandaag: date) -> None:
    """The turn of a message of this aanbieder.

    In 2.3 an aanbieder may declare on the toewijzingen of those whose administration it keeps (TR311): what is used of
    them is counted in their turn as well.
    """
    wie = {aanbieder}
    if soort.release == tables.RELEASE_2_3:
        wie |= parties.leesbaar_voor(conn, Partij(aanbieder, "aanbieder", ""), vandaag) or frozenset()
    om_in_te_lezen(conn, ((code, soort.domein) for code in wie))


def om_in_te_lezen(conn: Connection, bereiken: Iterable[tuple[str, str]]) -> None:
    """The turn of what is stored of each (aanbieder, domein)."""
    naast_elkaar(conn, _AFSPRAKEN)
    for bereik in sorted(set(bereiken)):
        een_tegelijk(conn, *bereik)


def om_bij_te_werken(conn: Connection) -> None:
    """The turn to apply rows of the feed, and to book A of them."""
    naast_elkaar(conn, _AFSPRAKEN)
    een_tegelijk(conn, _FEED)


def om_af_te_spreken(conn: Connection) -> None:
    """The turn to change contracts, products, tariffs, periods or mandaten: nothing is judged or booked meanwhile."""
    een_tegelijk(conn, _AFSPRAKEN)
    verouder(conn)
