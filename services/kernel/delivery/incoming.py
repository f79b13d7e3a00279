"""One message that came in over the queue: the same story as over HTTP, and what its sender is told of a refusal.

Over HTTP a refusal is the reply. Here it is two things: the message with its reason in `hub.dead`, for the operator,
and a gebeurtenis with the same problem in the postbus of the party that handed it over.
"""

import hashlib
import io
import re
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.kernel import gebeurtenissen, postbus, problems
from services.kernel.catalogue import Berichtsoort
from services.kernel.database import DatabaseBezet
from services.kernel.delivery.topology import lees_gebruiker
from services.kernel.gebeurtenissen import BERICHT_GEWEIGERD
from services.kernel.openapi import XML_TYPES
from services.kernel.problems import Probleem
from services.kernel.reading import Afwijzing
from services.kernel.receiving import Verwerk
from services.kernel.toegang import access, parties
from services.kernel.toegang.parties import Partij
from services.kernel.waarneming import observing
from services.kernel.waarneming.observing import Ontvangst, Waarneming
from services.kernel.wiring import Dienst, Ingekomen

_ACTIE: Final = "bericht aanbieden over de wachtrij"
# Of a message_id only this is repeated: a sender may have put anything in it.
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


class Wacht(Exception):
    """Not now: the database is away, or the other service. The message stays in hand and is tried again."""


@dataclass(frozen=True, slots=True)
class Aangeboden:
    """A message as the broker hands it over; `gebruiker` is who the broker has seen to be its sender."""

    inhoud: bytes
    gebruiker: str | None
    bericht_id: str | None
    mediatype: str | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.inhoud).hexdigest()


@dataclass(frozen=True, slots=True)
class Geweigerd:
    """Why a message has no outcome; `partij` is who is told, None when nobody knows who sent it."""

    partij: Partij | None
    probleem: Probleem
    verzoek: str


def neem_in(
    dienst: Dienst, verwerk: Verwerk, stuk: Aangeboden, waarneming: Waarneming | None = None
) -> Geweigerd | None:
    """Let the service judge and store a message; None when it has an outcome, a first one or an earlier one again.

    Wacht when it cannot be done just now. Any other exception is a fault of the program.
    """
    verzoek, begonnen = str(uuid4()), perf_counter()
    waarneming = waarneming or Waarneming(dienst)
    partij: Partij | None = None
    soort: Berichtsoort | None = None
    try:
        partij = _partij(dienst, stuk)
        _keur(dienst, stuk)
        inkomend = Ingekomen(io.BytesIO(stuk.inhoud), stuk.sha256, len(stuk.inhoud))
        uitkomst = verwerk(dienst, partij, inkomend, False)
    except Afwijzing as fout:
        geweigerd, soort = Geweigerd(partij, problems.as_probleem(fout), verzoek), fout.soort
    except Probleem as fout:
        if fout.status >= 500:
            raise Wacht from fout
        geweigerd = Geweigerd(partij, fout, verzoek)
    except (DatabaseBezet, DBAPIError, PoolTimeout) as fout:
        if is_voorbijgaand(fout):
            raise Wacht from fout
        raise
    else:
        observing.bericht_verwerkt(waarneming, uitkomst, _hoe(stuk, verzoek, begonnen))
        return None
    probleem = geweigerd.probleem
    hoe = _hoe(stuk, verzoek, begonnen)
    observing.bericht_geweigerd(waarneming, probleem.type, soort, hoe, len(probleem.bevindingen))
    return geweigerd


def is_voorbijgaand(fout: Exception) -> bool:
    """Whether the database is away or busy, rather than that it refuses what this message makes of it."""
    if isinstance(fout, DBAPIError):
        return fout.connection_invalidated or isinstance(fout, OperationalError | InterfaceError)
    return True


def onverwacht(dienst: Dienst, stuk: Aangeboden) -> Geweigerd:
    """What becomes of a message on which the program breaks time after time: out of the way of the others."""
    with dienst.database.read() as conn:
        partij = _bekend(conn, stuk)
    probleem = Probleem(
        "interne-fout",
        "Onverwachte fout",
        "Het bericht is niet verwerkt en niets ervan is opgeslagen. Meld het nummer in 'instance' aan de beheerder.",
        status=500,
    )
    return Geweigerd(partij, probleem, str(uuid4()))


def meld(dienst: Dienst, stuk: Aangeboden, geweigerd: Geweigerd) -> None:
    """Put the refusal in the postbus of who handed the message over, once, however often the message is redelivered."""
    if geweigerd.partij is None:
        return
    nu, code = dienst.nu(), geweigerd.partij.code
    data: dict[str, Any] = {"sha256": stuk.sha256, **problems.body(geweigerd.probleem, geweigerd.verzoek)}
    if stuk.bericht_id and _UUID.fullmatch(stuk.bericht_id):
        data["messageId"] = stuk.bericht_id
    # With the id of the sender's: who sends the same bytes again with an id of its own is told again.
    eenmalig = (code, stuk.bericht_id or "", stuk.sha256, geweigerd.probleem.type)
    with dienst.database.write() as conn:
        nr = gebeurtenissen.leg_vast(conn, BERICHT_GEWEIGERD, nu, data, eenmalig=eenmalig)
        if nr is not None:
            postbus.bezorg(conn, [], nu, [(code, nr)])


def _partij(dienst: Dienst, stuk: Aangeboden) -> Partij:
    """Who sends, by the user the broker vouches for; a Probleem, in the audit trail, for one that is no party here."""
    with dienst.database.read() as conn:
        partij = _bekend(conn, stuk)
    if partij is not None:
        return partij
    wie = lees_gebruiker(stuk.gebruiker)
    with dienst.database.write() as conn:
        oorzaak = "onbekende-gebruiker" if stuk.gebruiker else "geen-gebruiker"
        access.audit(conn, dienst.nu(), access.toonbaar(wie.code) if wie else "onbekend", _ACTIE, oorzaak)
    detail = (
        "De gebruiker van de broker hoort bij geen partij van deze hub; haar naam is <soort>.<code>."
        if stuk.gebruiker
        else "Geef bij elk bericht user_id mee: de naam waarmee bij de broker is ingelogd."
    )
    raise Probleem("onbekende-afzender", "Onbekende afzender", detail, status=403)


def _bekend(conn: Connection, stuk: Aangeboden) -> Partij | None:
    wie = lees_gebruiker(stuk.gebruiker)
    partij = parties.vind(conn, wie.code) if wie else None
    return partij if partij and wie and partij.soort == wie.soort else None


def _keur(dienst: Dienst, stuk: Aangeboden) -> None:
    """What HTTP refuses by its headers."""
    if stuk.mediatype and stuk.mediatype.partition(";")[0].strip().lower() not in XML_TYPES:
        raise problems.verkeerd_type("Stuur een bericht als application/xml.")
    if len(stuk.inhoud) > dienst.settings.max_bytes:
        raise problems.te_groot(dienst.settings.max_bytes)


def _hoe(stuk: Aangeboden, verzoek: str, begonnen: float) -> Ontvangst:
    wie = lees_gebruiker(stuk.gebruiker)
    partij = access.toonbaar(wie.code) if wie else None
    return Ontvangst("amqp", partij, len(stuk.inhoud), perf_counter() - begonnen, verzoek)
