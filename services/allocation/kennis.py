"""What this service knows of its messages, for the endpoints that both services share."""

from services.allocation import retour_machtigingen, vermeldingen
from services.kernel.berichten import Uitkomst
from services.kernel.catalogue import find
from services.kernel.inzage.dienstkennis import (
    ALLE_NIVEAUS,
    Antwoord,
    Dienstkennis,
    Vooruitblik,
    geen_antwoord,
    van_de_ander,
    van_de_hub,
    zonder_bericht,
)
from services.kernel.wiring import Dienst

_TOEWIJZINGEN = ("WMO301", "JW301")
_RETOUREN = ("WMO302", "JW302")


def vooruitblik(dienst: Dienst, uitkomst: Uitkomst) -> Vooruitblik:
    """What is checked of this kind of message, and what follows."""
    soort = find(uitkomst.berichtsoort, uitkomst.release)
    if soort.antwoord is None:
        # A 302 is held against its 301; of the other retours only the schema is checked.
        niveaus = frozenset({1, 2, 3} if soort.naam in _RETOUREN else {1})
        return Vooruitblik(niveaus, geen_antwoord(uitkomst.bestemming))
    niveaus = ALLE_NIVEAUS if soort.naam in _TOEWIJZINGEN else frozenset({1})
    return Vooruitblik(niveaus, _antwoord(dienst, uitkomst, soort.antwoord))


def _antwoord(dienst: Dienst, uitkomst: Uitkomst, soort: str) -> Antwoord:
    verzender, bestemming = uitkomst.verzender, uitkomst.bestemming
    if uitkomst.oordeel != "afgekeurd":
        return van_de_ander(soort, bestemming, verzender)
    with dienst.database.read() as conn:
        door_hub = retour_machtigingen.retour_door_hub(conn, bestemming, dienst.vandaag())
    if door_hub and uitkomst.berichtsoort in _TOEWIJZINGEN:
        return van_de_hub(soort, bestemming, verzender)
    return zonder_bericht(verzender)


KENNIS = Dienstkennis(
    toewijzing=vermeldingen.met_toewijzing,
    declaratienummer=None,
    client=vermeldingen.van_client,
    verwanten=vermeldingen.verwanten,
    vooruitblik=vooruitblik,
)
