"""Seals on the audit trail: whoever changes, adds or removes a row that was sealed, cannot hide it.

A seal covers the rows since the seal before it, has the hash of that seal, and is signed with `zegel_sleutel`, which is
not in the database: with the database alone nobody makes one that fits.
"""

import hashlib
import hmac
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import SecretStr
from sqlalchemy import Connection, Row, func, insert, select, text

from services.kernel.tables import audit, zegel
from services.kernel.waarneming import logs
from services.kernel.wiring import Dienst

# Rows per seal: a batch is checked in memory.
_MEESTE: Final = 1000
# While a seal is set nobody adds to the trail; what takes longer to end than this, we do not wait for now.
_WACHT: Final = "1s"
_BEGIN: Final = "-".join(8 * ["00000000"])
# Number and fingerprint of one row, in `regels`.
_REGEL: Final = struct.Struct(">q32s")
_LOG: Final = logs.log()
_KOLOMMEN: Final = tuple(column.name for column in audit.c)


@dataclass(frozen=True, slots=True)
class Controle:
    """What a check of the trail found: what is wrong, in Dutch, and how much is not sealed yet and since when."""

    regels: int
    zegels: int
    fouten: Sequence[str]
    open: int
    open_vanaf: int | None
    open_sinds: datetime | None
    laatste: str | None

    @property
    def klopt(self) -> bool:
        return not self.fouten


def verzegel(dienst: Dienst) -> int:
    """Seal every row that is there; how many rows that were. Safe in several processes at once."""
    with dienst.database.read() as conn:
        if _laatste_regel(conn) <= _verzegeld_tot(conn):
            return 0
    samen = 0
    while True:
        with dienst.database.write() as conn:
            gedaan = _zet_zegel(conn, dienst)
        samen += gedaan
        if gedaan < _MEESTE:
            break
    with dienst.database.read() as conn:
        # A log is kept elsewhere too: what it says of the chain cannot be taken back with the database.
        _LOG.info("auditspoor verzegeld", dienst=dienst.naam, regels=samen, zegel=laatste_afdruk(conn))
    return samen


def afdruk(rij: Any) -> str:
    """The hash of a seal: what the next seal is bound to, and what may be kept elsewhere.

    In groups of eight: nine digits in a row would be masked in a log line.
    """
    hash = hashlib.sha256(f"{_canoniek(_velden(rij))}{rij.hmac}".encode()).hexdigest()
    return "-".join(hash[start : start + 8] for start in range(0, len(hash), 8))


def laatste_afdruk(conn: Connection) -> str | None:
    """The hash of the newest seal; None before the first."""
    rij = conn.execute(select(zegel).order_by(zegel.c.nr.desc()).limit(1)).one_or_none()
    return None if rij is None else afdruk(rij)


def controleer(conn: Connection, dienst: Dienst, bewaard: str | None = None) -> Controle:
    """Hold every row against its seal, and every seal against the one before; `bewaard` is a hash kept elsewhere."""
    fouten: list[str] = []
    afdrukken: list[str] = []
    vorige, tot, nr = _BEGIN, 0, 0
    for rij in conn.execute(select(zegel).order_by(zegel.c.nr)).all():
        fouten += [f"Zegel {weg} ontbreekt." for weg in range(nr + 1, rij.nr)]
        fouten += _toets_zegel(rij, dienst, vorige, tot)
        fouten += _toets_regels(conn, rij, tot)
        vorige, tot, nr = afdruk(rij), rij.tot, rij.nr
        afdrukken.append(vorige)
    if bewaard is not None and bewaard not in afdrukken:
        fouten.append("Het bewaarde zegel staat niet in de keten: die is vervangen, of hij is korter dan toen.")
    rest = select(func.count(), func.min(audit.c.nr), func.min(audit.c.tijdstip)).where(audit.c.nr > tot)
    open, vanaf, sinds = conn.execute(rest).one()
    regels = conn.execute(select(func.count()).select_from(audit)).scalar_one()
    return Controle(regels, len(afdrukken), fouten, open, vanaf, sinds, afdrukken[-1] if afdrukken else None)


def _laatste_regel(conn: Connection) -> int:
    return int(conn.execute(select(func.max(audit.c.nr))).scalar() or 0)


def _verzegeld_tot(conn: Connection) -> int:
    return int(conn.execute(select(func.max(zegel.c.tot))).scalar() or 0)


def _zet_zegel(conn: Connection, dienst: Dienst) -> int:
    _alleen(conn)
    laatste = conn.execute(select(zegel).order_by(zegel.c.nr.desc()).limit(1)).one_or_none()
    tot = laatste.tot if laatste is not None else 0
    rijen = conn.execute(select(audit).where(audit.c.nr > tot).order_by(audit.c.nr).limit(_MEESTE)).all()
    if not rijen:
        return 0
    regels = b"".join(_REGEL.pack(rij.nr, _vingerafdruk(rij)) for rij in rijen)
    values: dict[str, Any] = {
        "nr": laatste.nr + 1 if laatste is not None else 1,
        "van": tot + 1,
        "tot": rijen[-1].nr,
        "aantal": len(rijen),
        "sha256": hashlib.sha256(regels).hexdigest(),
        "vorige": afdruk(laatste) if laatste is not None else _BEGIN,
        "moment": dienst.nu(),
    }
    conn.execute(insert(zegel).values(**values, regels=regels, hmac=_teken(dienst, values)))
    return len(rijen)


def _alleen(conn: Connection) -> None:
    """Nobody adds a row until the seal is set, and who was adding one has ended: no lower number comes in later."""
    # A SQLite writer is alone by itself.
    if conn.dialect.name == "postgresql":
        conn.execute(text(f"SET LOCAL lock_timeout = '{_WACHT}'"))
        conn.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))


# --- what a seal says ------------------------------------------------------------------------------------------------


def _vingerafdruk(rij: Row[Any]) -> bytes:
    return hashlib.sha256(_canoniek({naam: getattr(rij, naam) for naam in _KOLOMMEN}).encode()).digest()


def _velden(rij: Any) -> dict[str, Any]:
    return {naam: getattr(rij, naam) for naam in ("nr", "van", "tot", "aantal", "sha256", "vorige", "moment")}


def _canoniek(velden: Mapping[str, Any]) -> str:
    """One way to write it down: in both databases, and in every version of Python."""
    plat = [waarde.isoformat() if isinstance(waarde, datetime) else waarde for waarde in velden.values()]
    return json.dumps(plat, ensure_ascii=False, separators=(",", ":"))


def _teken(dienst: Dienst, velden: Mapping[str, Any]) -> str:
    """With the name of the service: a seal of the one is none of the other."""
    sleutel: SecretStr = dienst.settings.zegel_sleutel
    tekst = f"{dienst.naam}{_canoniek(velden)}"
    return hmac.digest(sleutel.get_secret_value().encode(), tekst.encode(), hashlib.sha256).hex()


# --- holding rows against seals --------------------------------------------------------------------------------------


def _toets_zegel(rij: Row[Any], dienst: Dienst, vorige: str, tot: int) -> Iterator[str]:
    getekend = hmac.compare_digest(_teken(dienst, _velden(rij)), rij.hmac)
    if not getekend or hashlib.sha256(rij.regels).hexdigest() != rij.sha256:
        yield f"Zegel {rij.nr} is veranderd, of niet met de sleutel van deze hub gezet."
    if rij.vorige != vorige or rij.van != tot + 1:
        yield f"Zegel {rij.nr} sluit niet aan op het zegel ervoor."


def _toets_regels(conn: Connection, rij: Row[Any], tot: int) -> list[str]:
    verzegeld = dict(_REGEL.iter_unpack(rij.regels)) if len(rij.regels) % _REGEL.size == 0 else {}
    binnen = (audit.c.nr > tot) & (audit.c.nr <= rij.tot)
    # Numbers below the first would belong to no seal.
    waar = binnen if tot else audit.c.nr <= rij.tot
    nu = {regel.nr: _vingerafdruk(regel) for regel in conn.execute(select(audit).where(waar))}
    fouten = [(nr, "ontbreekt") for nr in verzegeld.keys() - nu.keys()]
    fouten += [(nr, "is toegevoegd") for nr in nu.keys() - verzegeld.keys()]
    fouten += [(nr, "is veranderd") for nr in nu.keys() & verzegeld.keys() if nu[nr] != verzegeld[nr]]
    return [f"Regel {nr} {wat} (zegel {rij.nr})." for nr, wat in sorted(fouten)]
