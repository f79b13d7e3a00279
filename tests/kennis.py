"""What a service of a test knows of its messages: nothing but their rows."""

from sqlalchemy import select

from services.kernel.inzage.dienstkennis import ALLE_NIVEAUS, Dienstkennis, Vooruitblik, geen_antwoord
from services.kernel.tables import bericht

_NERGENS = select(bericht.c.nr).where(bericht.c.nr < 0)
NIETS = Dienstkennis(
    toewijzing=lambda nummer: _NERGENS,
    declaratienummer=None,
    client=lambda hashed: _NERGENS,
    verwanten=lambda conn, eerder: [],
    vooruitblik=lambda dienst, uitkomst: Vooruitblik(ALLE_NIVEAUS, geen_antwoord(uitkomst.bestemming)),
)
