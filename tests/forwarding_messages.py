"""Messages of the kinds that are passed on, from our schemas: the smallest valid ones, with the Header asked for."""

from functools import cache

from schema_model import maximal_message, minimal_message, own_schema

from builders import set_text
from services.kernel.catalogue import Berichtsoort, find

GEMEENTE, AANBIEDER = "0503", "75000001"


@cache
def _smallest(soort: Berichtsoort) -> bytes:
    return minimal_message(own_schema(soort.naam, soort.standaard, soort.release).root())


@cache
def _largest(soort: Berichtsoort) -> bytes:
    return maximal_message(own_schema(soort.naam, soort.standaard, soort.release).root(), times=1)


def heen(
    naam: str,
    release: str = "3.2",
    identificatie: str = "B1",
    dagtekening: str = "2025-02-03",
    gemeente: str = GEMEENTE,
    aanbieder: str = AANBIEDER,
) -> bytes:
    """A message that starts an exchange."""
    soort = find(naam, release)
    van, naar = (gemeente, aanbieder) if soort.rol == "gemeente" else (aanbieder, gemeente)
    message = set_text(set_text(_smallest(soort), "Header/Afzender", van), "Header/Ontvanger", naar)
    message = set_text(message, "BerichtIdentificatie/Identificatie", identificatie)
    return set_text(message, "BerichtIdentificatie/Dagtekening", dagtekening)


def retour(
    naam: str,
    release: str = "3.2",
    identificatie: str = "R1",
    op: str = "B1",
    dagtekening: str = "2025-02-03",
    gemeente: str = GEMEENTE,
    aanbieder: str = AANBIEDER,
    weigert: bool = False,
) -> bytes:
    """The retour on the message with Identificatie `op`: an accepting one, or one that echoes the class and refuses."""
    soort = find(naam, release)
    # The Header is not swapped: the sender of a retour stands in Ontvanger.
    van, naar = (aanbieder, gemeente) if soort.rol == "gemeente" else (gemeente, aanbieder)
    message = _largest(soort) if weigert else _smallest(soort)
    message = set_text(set_text(message, "Header/Afzender", van), "Header/Ontvanger", naar)
    message = set_text(message, "BerichtIdentificatie/Identificatie", op)
    message = set_text(message, "BerichtIdentificatie/Dagtekening", dagtekening)
    return set_text(message, "Header/IdentificatieRetour", identificatie)
