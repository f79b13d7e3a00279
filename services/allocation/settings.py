"""What is fixed for this service; what differs from one installation to the next stands in the kernel's settings."""

from typing import Final

TITEL: Final = "berichtenhub: toewijzingen"
BESCHRIJVING: Final = (
    "Neemt toewijzingen (301) en de retourberichten daarop (302) aan, bewaart elke toewijzing met al haar versies en "
    "bezorgt de berichten in de postbus van de ontvanger. Start, stop, verzoeken en antwoorden (305-308, 315-320) "
    "worden aan het schema getoetst en doorgestuurd."
)
# The hub's own series of IdentificatieRetour, with which it signs a 302 in an aanbieder's name.
RETOUR_REEKS: Final = "H"
# Most rows of a list or of the feed in one reply.
LIMIET: Final = 500
# Most ToewijzingNummers that one request may name: an address has to fit.
MAX_NUMMERS: Final = 100
