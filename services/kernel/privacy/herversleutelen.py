"""From an older key to the current one: which key closes how many values, and closing them anew while the hub runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Select, bindparam, func, literal_column, select, text, update

from services.kernel.berichten import doel_inhoud
from services.kernel.clients import doel_bsn
from services.kernel.database import Database
from services.kernel.privacy.sleutelring import ring_van
from services.kernel.tables import bericht, client, inhoud

# Per transaction: other writers get their turn between two of them.
_TEGELIJK: Final = 200


@dataclass(frozen=True)
class _Veld:
    """A column of encrypted values, by the number of its row and what its value is bound to."""

    kolom: Column[Any]
    nr: Column[Any]
    rijen: Select[Any]
    doel: Callable[[str], str]

    @property
    def sleutel(self) -> Any:
        # Written out: PostgreSQL takes two parameters for two different expressions, and would not group by this one.
        return func.substr(self.kolom, literal_column("2"), literal_column("4"))


VELDEN: Final = (
    _Veld(client.c.bsn, client.c.nr, select(client.c.nr, client.c.hash, client.c.bsn), doel_bsn),
    _Veld(
        inhoud.c.bytes,
        inhoud.c.bericht,
        select(inhoud.c.bericht, bericht.c.id, inhoud.c.bytes).join(bericht),
        doel_inhoud,
    ),
)


def tel(conn: Connection) -> dict[str, dict[str, int]]:
    """{id of a key: {table: how many of its values that key closes}}."""
    gevonden: dict[str, dict[str, int]] = {}
    for veld in VELDEN:
        aantal = select(veld.sleutel, func.count()).where(veld.kolom.is_not(None)).group_by(veld.sleutel)
        for id, hoeveel in conn.execute(aantal):
            gevonden.setdefault(bytes(id).hex(), {})[veld.kolom.table.name] = hoeveel
    return gevonden


def tel_alleen(conn: Connection) -> dict[str, dict[str, int]]:
    """As `tel`, in a writing transaction that waits for who is writing now, and lets nobody write until it ends."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("LOCK TABLE client, inhoud IN SHARE MODE"))
    return tel(conn)


def herversleutel(database: Database) -> Iterator[int]:
    """Close with the current key what another one closes; yields after each batch how many it did.

    May be stopped at any moment and started again: what is done is not found any more.
    """
    for veld in VELDEN:
        na: int | None = 0
        while na is not None:
            with database.write() as conn:
                na, gedaan = _deel(conn, veld, na)
            yield gedaan


def _deel(conn: Connection, veld: _Veld, na: int) -> tuple[int | None, int]:
    """One batch after row `na`; the last row of it, None when there was nothing left."""
    ring = ring_van(conn)
    huidig = bytes.fromhex(ring.huidig)
    oud = veld.rijen.where(veld.nr > na, veld.sleutel != huidig).order_by(veld.nr).limit(_TEGELIJK)
    rijen = conn.execute(oud).all()
    if not rijen:
        return None, 0
    nieuw = []
    for nr, wie, dicht in rijen:
        doel = veld.doel(wie)
        nieuw.append({"rij": nr, "was": dicht, "wordt": ring.dicht(ring.open(dicht, doel), doel)})
    # What was erased or closed by somebody else meanwhile stays as it is.
    waar = (veld.nr == bindparam("rij")) & (veld.kolom == bindparam("was", type_=veld.kolom.type))
    wordt: Any = {veld.kolom.name: bindparam("wordt", type_=veld.kolom.type)}
    conn.execute(update(veld.kolom.table).where(waar).values(wordt), nieuw)
    return int(rijen[-1][0]), len(rijen)
