"""What is fixed for this service; what differs from one installation to the next stands in the kernel's settings."""

from typing import Final

TITEL: Final = "berichtenhub: declaraties"
BESCHRIJVING: Final = (
    "Neemt declaraties (323) en de antwoorden van gemeenten daarop (325) aan, beoordeelt en beantwoordt ze waar een "
    "gemeente daartoe mandaat gaf, en houdt het journaal bij waaruit de verzilvering volgt. Tarieven en productcodes "
    "die met de hub meekomen zijn voorbeelden: FICTIEF."
)
# The hub's own series of Identificatie, with which it signs a 325 in a gemeente's name.
ANTWOORD_REEKS: Final = "H"
# A period's figures are voorlopig until so many days after its end, by contract.
RIJPING_DAGEN: Final = 92
# Most rows of a list in one reply.
LIMIET: Final = 500
