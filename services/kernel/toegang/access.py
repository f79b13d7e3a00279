"""The audit trail, and the one question it is mostly asked for: may this party act as that one?

Who sees what, everywhere the same: who asks for another's code gets a 403, an id of another's is a 404, and a list
without a code holds one's own. docs/access.md has the rest.
"""

from datetime import datetime

from sqlalchemy import Connection, insert

from services.kernel import problems
from services.kernel.database import DatabaseBezet
from services.kernel.tables import audit as audit_tabel
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij
from services.kernel.waarneming import logs
from services.kernel.wiring import Dienst

_LOG = logs.log()


def audit(
    conn: Connection,
    nu: datetime,
    partij: str,
    actie: str,
    oorzaak: str,
    bericht: str | None = None,
    detail: str | None = None,
) -> None:
    """Add one row to the audit trail. `partij` is a code, `bericht` an id; `detail` holds no BSN and no name."""
    conn.execute(
        insert(audit_tabel).values(
            tijdstip=nu, partij=partij, actie=actie, oorzaak=oorzaak, bericht=bericht, detail=detail
        )
    )


def leg_weigering_vast(dienst: Dienst, partij: str, actie: str, oorzaak: str, detail: str | None = None) -> None:
    """Put a refusal in the trail, in a transaction of its own; one that finds the database busy leaves a log line."""
    try:
        with dienst.database.write() as conn:
            audit(conn, dienst.nu(), partij, actie, oorzaak, detail=detail)
    except DatabaseBezet:
        _LOG.error("weigering niet vastgelegd", partij=partij, actie=actie, oorzaak=oorzaak)


def eis_namens(dienst: Dienst, partij: Partij, code: str, actie: str) -> None:
    """Let a party act as `code`, or put the attempt in the audit trail and raise the 403.

    Has a transaction of its own: call it before the message's transaction begins, which a 403 would roll back.
    """
    with dienst.database.read() as conn:
        if parties.mag_namens(conn, partij, code, dienst.vandaag()):
            return
    with dienst.database.write() as conn:
        audit(conn, dienst.nu(), partij.code, actie, "niet-namens", detail=f"namens {toonbaar(code)}")
    raise problems.niet_namens(vastgelegd=True)


def eis_eigen(codes: frozenset[str] | None, gemeente: str | None = None, aanbieder: str | None = None) -> None:
    """Let a reader of these codes (None: of all) ask for rows of this gemeente and this aanbieder, or raise the 403.

    A row has two sides, and one of them is to be the reader's: a gemeente may ask for any aanbieder in its own rows.
    """
    if codes is None or (gemeente is None and aanbieder is None):
        return
    eigen_gemeente = gemeente in codes if gemeente else any(is_gemeente(code) for code in codes)
    eigen_aanbieder = aanbieder in codes if aanbieder else any(is_aanbieder(code) for code in codes)
    if not (eigen_gemeente or eigen_aanbieder):
        raise problems.niet_namens()


def eis_een_van(codes: frozenset[str] | None, *partijen: str | None) -> None:
    """The same where both sides may be anyone: who asks for both (None: any) is to be one of them."""
    if codes is None or partijen.count(None) == len(partijen):
        return
    eigen = any(is_gemeente(code) or is_aanbieder(code) for code in codes)
    if not any(code in codes if code else eigen for code in partijen):
        raise problems.niet_namens()


def eis_gemeente(codes: frozenset[str] | None, gemeente: str | None) -> None:
    """The same where rows are a gemeente's alone."""
    if codes is not None and gemeente is not None and gemeente not in codes:
        raise problems.niet_namens()


def is_gemeente(code: str) -> bool:
    return len(code) == 4 and code.isdecimal()


def is_aanbieder(code: str) -> bool:
    return len(code) == 8 and code.isdecimal()


def toonbaar(text: str) -> str:
    """A party code as it may stand in the trail or a log line: what cannot be one (a BSN, say) is left out."""
    return text if len(text) <= 8 and text.isalnum() else "een onbekende code"
