"""What an operator did with a command, in the audit trail: of every service it concerns."""

import getpass
from typing import Final

from sqlalchemy import Connection

from services.kernel.toegang.access import audit
from services.kernel.wiring import Dienst

# In the place of a party: somebody at the console of the hub.
BEHEERDER: Final = "hub"


def leg_vast(conn: Connection, dienst: Dienst, opdracht: str, detail: str = "", oorzaak: str = "opdracht") -> None:
    """One row, in the transaction of what was done: which command, and who gave it.

    `detail` holds no BSN and no name of a client.
    """
    wie = f"door {_wie()}"
    audit(conn, dienst.nu(), BEHEERDER, opdracht, oorzaak, detail=f"{wie}; {detail}" if detail else wie)


def _wie() -> str:
    """The user of the operating system; in a container he may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "onbekend"
