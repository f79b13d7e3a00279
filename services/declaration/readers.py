"""Who may read which rows of declaration: one's own, or those of whom one may act for."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_

from services.kernel import parties, problems
from services.kernel.parties import Partij


def bereik(conn: Connection, kijker: Partij, vandaag: date, c: Any) -> list[ColumnElement[bool]]:
    """What a reader may see: everything for region and operator, else what is his or of whom he may act for."""
    if kijker.soort in ("regio", "beheer"):
        return []
    codes = parties.leesbaar_voor(conn, kijker, vandaag) or frozenset()
    return [or_(c.gemeente.in_(codes), c.aanbieder.in_(codes))]


def eigen_codes(conn: Connection, kijker: Partij, vandaag: date) -> frozenset[str] | None:
    """Whose rows about single toewijzingen or declarations a reader sees (None: all); 403 for who may see none."""
    if kijker.soort in ("regio", "dienst"):
        raise problems.niet_namens()
    return parties.leesbaar_voor(conn, kijker, vandaag)


def eigen(
    conn: Connection, kijker: Partij, vandaag: date, gemeente: ColumnElement[Any], aanbieder: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    """The same as a condition on these columns."""
    codes = eigen_codes(conn, kijker, vandaag)
    return [] if codes is None else [or_(gemeente.in_(codes), aanbieder.in_(codes))]
