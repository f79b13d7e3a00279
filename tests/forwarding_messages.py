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


def gestart(naam: str = "WMO305", release: str = "3.2", **changes: object) -> bytes:
    """A 305 of one StartProduct, or a 307 of one StopProduct, on toewijzing 1001; `changes` by element name."""
    soort = find(naam, release)
    klasse = "StopProduct" if naam.endswith("307") else "StartProduct"
    values = {"ToewijzingNummer": 1001, "Begindatum": "2025-01-06", "StatusAanlevering": "1", "Categorie": "02"}
    values |= {"Code": "SPF3", "BeschikkingNummer": 1, "ToewijzingIngangsdatum": "2025-01-01"}
    if klasse == "StopProduct":
        values |= {"RedenBeeindiging": "19", "Einddatum": "2025-03-31"}
    message = _largest(soort)
    message = set_text(set_text(message, "Header/Afzender", AANBIEDER), "Header/Ontvanger", GEMEENTE)
    message = set_text(message, "BerichtIdentificatie/Identificatie", str(changes.pop("identificatie", "B1")))
    message = set_text(message, "BerichtIdentificatie/Dagtekening", "2025-02-03")
    for name, value in {**values, **changes}.items():
        if f"{name}>".encode() in message:
            message = set_text(message, f"{klasse}//{name}", str(value))
    return message


def verzoek(naam: str, release: str = "3.2", identificatie: str = "V1", **values: object) -> bytes:
    """A 315, 317 or 319 with all it may hold; `values` by element name, at its first place."""
    soort = find(naam, release)
    message = _largest(soort)
    van, naar = (GEMEENTE, AANBIEDER) if soort.rol == "gemeente" else (AANBIEDER, GEMEENTE)
    message = set_text(set_text(message, "Header/Afzender", van), "Header/Ontvanger", naar)
    message = set_text(message, "BerichtIdentificatie/Identificatie", identificatie)
    message = set_text(message, "BerichtIdentificatie/Dagtekening", "2025-02-03")
    for name, value in values.items():
        message = set_text(message, name, str(value))
    return message


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
