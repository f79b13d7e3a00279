"""The audit trail, and the one question it is mostly asked for: may this party act as that one?"""

from datetime import datetime

from sqlalchemy import Connection, insert

from services.kernel import parties, problems
from services.kernel.parties import Partij
from services.kernel.tables import audit as audit_tabel
from services.kernel.wiring import Dienst


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


def eis_namens(dienst: Dienst, partij: Partij, code: str, actie: str) -> None:
    """Let a party act as `code`, or put the attempt in the audit trail and raise the 403.

    Has a transaction of its own: call it before the message's transaction begins, which a 403 would roll back.
    """
    with dienst.database.read() as conn:
        if parties.mag_namens(conn, partij, code, dienst.vandaag()):
            return
    with dienst.database.write() as conn:
        audit(conn, dienst.nu(), partij.code, actie, "niet-namens", detail=f"namens {toonbaar(code)}")
    raise problems.niet_namens()


def toonbaar(text: str) -> str:
    """A party code as it may stand in the trail or a log line: what cannot be one (a BSN, say) is left out."""
    return text if len(text) <= 8 and text.isalnum() else "een onbekende code"
