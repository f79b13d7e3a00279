"""Who may read which rows of declaration: one's own, or those of whom one may act for."""

from collections.abc import Hashable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, false, or_

from services.kernel import problems
from services.kernel.toegang import access, parties
from services.kernel.toegang.parties import Partij

# The gemeente and the aanbieder that were asked for; None: any.
Gevraagd = tuple[str | None, str | None]


def bereik(conn: Connection, kijker: Partij, vandaag: date, c: Any) -> list[ColumnElement[bool]]:
    """What a reader may see, as a condition on the columns gemeente and aanbieder."""
    return van_codes(c, codes_van(conn, kijker, vandaag))


def codes_van(conn: Connection, kijker: Partij, vandaag: date) -> frozenset[str] | None:
    """Whose rows a reader may see: all (None) for region and operator, else his and of whom he may act for."""
    if kijker.soort in ("regio", "beheer"):
        return None
    return parties.leesbaar_voor(conn, kijker, vandaag) or frozenset()


def van_codes(c: Any, codes: frozenset[str] | None) -> list[ColumnElement[bool]]:
    """The rows of these gemeenten and aanbieders; None: all."""
    if codes is None:
        return []
    gemeenten = {code for code in codes if access.is_gemeente(code)}
    # A condition on one column the database can look up.
    kanten = (c.gemeente, gemeenten), (c.aanbieder, codes - gemeenten)
    return [or_(false(), *(column.in_(sorted(eigen)) for column, eigen in kanten if eigen))]


def gemeenten_van(conn: Connection, kijker: Partij, vandaag: date) -> frozenset[str] | None:
    """The only gemeenten in which a reader may see anything; None: of an aanbieder that may be any."""
    return alleen_gemeenten(codes_van(conn, kijker, vandaag))


def alleen_gemeenten(codes: frozenset[str] | None) -> frozenset[str] | None:
    """These codes where they are gemeenten, all of them; else None."""
    return codes if codes is not None and all(access.is_gemeente(code) for code in codes) else None


def eis_totalen(conn: Connection, kijker: Partij, vandaag: date, gevraagd: Gevraagd) -> None:
    """403 for who asks for totals of somebody else; region and operator may ask for anybody's."""
    if kijker.soort not in ("regio", "beheer"):
        access.eis_eigen(parties.leesbaar_voor(conn, kijker, vandaag), *gevraagd)


def kijkt(conn: Connection, kijker: Partij, vandaag: date) -> Hashable:
    """What decides which rows a reader sees, and what of them: to tell answers apart that are kept."""
    codes = parties.leesbaar_voor(conn, kijker, vandaag)
    return kijker.soort, None if codes is None else tuple(sorted(codes)), vandaag


def eigen_codes(
    conn: Connection, kijker: Partij, vandaag: date, gevraagd: Gevraagd = (None, None)
) -> frozenset[str] | None:
    """Whose rows about single toewijzingen or declarations a reader sees (None: all).

    403 for who may see none, and for who asks for those of somebody else.
    """
    if kijker.soort in ("regio", "dienst"):
        raise problems.niet_namens()
    codes = parties.leesbaar_voor(conn, kijker, vandaag)
    access.eis_eigen(codes, *gevraagd)
    return codes


def eigen(
    conn: Connection,
    kijker: Partij,
    vandaag: date,
    gemeente: ColumnElement[Any],
    aanbieder: ColumnElement[Any],
    gevraagd: Gevraagd = (None, None),
) -> list[ColumnElement[bool]]:
    """The same as a condition on these columns."""
    codes = eigen_codes(conn, kijker, vandaag, gevraagd)
    return [] if codes is None else [or_(gemeente.in_(codes), aanbieder.in_(codes))]
