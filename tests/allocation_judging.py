"""What tests of allocation ask of a message, of whichever release: which rules it breaks, and where."""

from datetime import date

from both_standards import in_ijw
from builders_23 import product23, wmo301_23

from builders import client, product, wmo301
from services.allocation import rules
from services.allocation.message import Retourbericht, Toewijzingsbericht, read_retour, read_toewijzing
from services.allocation.rules import Feiten
from services.allocation.stacking import HULPMIDDELEN
from services.kernel.catalogue import find
from services.kernel.reading import Schemas, as_stream, identify

WMO301 = find("WMO301", "3.2")
WMO302 = find("WMO302", "3.2")
WMO301_23 = find("WMO301", "2.3")
WMO302_23 = find("WMO302", "2.3")
SCHEMAS = Schemas()
CLIENT = "/Bericht/Client"
CONTACT = f"{CLIENT}/Contactgegevens/Contact[1]"
RELATIE = f"{CLIENT}/Relaties/Relatie[1]"
PRODUCTEN = f"{CLIENT}/ToegewezenProducten"
PRODUCT = f"{PRODUCTEN}/ToegewezenProduct[1]"
PRODUCTEN_23 = f"{CLIENT}/Beschikking/ToegewezenProducten"
PRODUCT_23 = f"{PRODUCTEN_23}/ToegewezenProduct[1]"


def toewijzing(xml: bytes) -> Toewijzingsbericht:
    """The values of a 301."""
    return read_toewijzing(as_stream(xml), identify(as_stream(xml)), SCHEMAS)


def retour(xml: bytes) -> Retourbericht:
    """The values of a 302."""
    return read_retour(as_stream(xml), identify(as_stream(xml)), SCHEMAS)


def breaks(xml: bytes) -> set[tuple[str, str]]:
    """{(rule, pad)} of level 2 that a 301 breaks, in either standard; hulpmiddelen differ (TR302)."""
    bericht = toewijzing(xml)
    found = {(found.regel, found.pad) for found in rules.technische_bevindingen(bericht)}
    if not HULPMIDDELEN & {product.categorie for product in bericht.client.producten}:
        assert {(found.regel, found.pad) for found in rules.technische_bevindingen(in_ijw(bericht))} == found
    return found


def with_client(**changes: object) -> bytes:
    """A valid 301 with these changes in its Client."""
    return wmo301(client=client(**changes))


def with_product(**changes: object) -> bytes:
    """A valid 301 with these changes in its one ToegewezenProduct."""
    return wmo301(product(**changes))


def with_client_23(**changes: object) -> bytes:
    """A valid 301 of 2.3 with these changes in its Client."""
    return wmo301_23(client=client(**changes))


def with_product_23(**changes: object) -> bytes:
    """A valid 301 of 2.3 with these changes in its one ToegewezenProduct."""
    return wmo301_23(product23(**changes))


def feiten(**changes: object) -> Feiten:
    """Facts by which a valid 301 of 16 December 2024 passes levels 3 and 4."""
    known = dict(
        vandaag=date(2025, 2, 3), identificatie_bezet=False, gemeente_bestaat=True, client="hash", toewijzingen={}
    )
    return Feiten(**{**known, **changes})  # type: ignore[arg-type]
