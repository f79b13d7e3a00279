"""What this service knows of its messages, for the endpoints that both services share."""

from typing import Any, Final

from sqlalchemy import Select, select

from services.declaration import tables
from services.declaration.afspraken.agreements import mandaat_voor
from services.kernel.berichten import Uitkomst
from services.kernel.catalogue import find
from services.kernel.inzage.dienstkennis import (
    ALLE_NIVEAUS,
    ALLEEN_HET_BERICHT,
    Dienstkennis,
    Vooruitblik,
    geen_antwoord,
    van_de_ander,
    van_de_hub,
    zonder_bericht,
)
from services.kernel.tables import client
from services.kernel.toegang import parties
from services.kernel.wiring import Dienst

_D: Final = tables.declaratie.c
_P: Final = tables.prestatie.c


def _met_toewijzing(nummer: int) -> Select[Any]:
    """By what a line counts on: the toewijzing it names, or in 2.3 the one that was found for it."""
    return _declaraties().where(_P.grondslag == nummer)


def _van_client(hashed: str) -> Select[Any]:
    of_client = select(client.c.nr).where(client.c.hash == hashed).scalar_subquery()
    return _declaraties().where(_P.client == of_client)


def _declaraties() -> Select[Any]:
    """Of history that was read in there is a declaratie without a message."""
    lines = select(_D.bericht).join(tables.prestatie, _P.declaratie == _D.nr)
    return lines.where(_D.bericht.is_not(None)).distinct()


def _met_nummer(nummer: str) -> Select[Any]:
    return select(_D.bericht).where(_D.nummer == nummer, _D.bericht.is_not(None))


def vooruitblik(dienst: Dienst, uitkomst: Uitkomst) -> Vooruitblik:
    """What is checked of this kind of message for this gemeente, and what follows."""
    soort = find(uitkomst.berichtsoort, uitkomst.release)
    verzender, bestemming = uitkomst.verzender, uitkomst.bestemming
    if soort.antwoord is None:
        return Vooruitblik(ALLE_NIVEAUS, geen_antwoord(bestemming))
    if uitkomst.oordeel == "doorgestuurd":
        return Vooruitblik(ALLEEN_HET_BERICHT, van_de_ander(soort.antwoord, bestemming, verzender))
    if _hub_antwoordt(dienst, uitkomst):
        return Vooruitblik(ALLE_NIVEAUS, van_de_hub(soort.antwoord, bestemming, verzender))
    return Vooruitblik(ALLEEN_HET_BERICHT, zonder_bericht(verzender))


def _hub_antwoordt(dienst: Dienst, uitkomst: Uitkomst) -> bool:
    """By mandaat, and in the name of a code that is no gemeente."""
    with dienst.database.read() as conn:
        if parties.vind(conn, uitkomst.bestemming) is None:
            return True
        return mandaat_voor(conn, uitkomst.bestemming, uitkomst.berichtsoort, dienst.vandaag()) is not None


KENNIS: Final = Dienstkennis(
    toewijzing=_met_toewijzing,
    declaratienummer=_met_nummer,
    client=_van_client,
    verwanten=lambda conn, eerder: [],
    vooruitblik=vooruitblik,
)
