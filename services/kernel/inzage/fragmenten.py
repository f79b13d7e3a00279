"""The piece of a message that a bevinding is about, with what may say something of a person masked.

What is shown is on a list; whatever is not, is masked: a new element of a new release shows nothing by itself.
"""

from collections.abc import Iterator
from html import escape
from itertools import islice
from typing import BinaryIO, Final

from lxml import etree

from services.kernel import reading
from services.kernel.bevinding import Bevinding
from services.kernel.waarneming import logs

MAX_REGELS: Final = 20
_AFGEKAPT: Final = "…"
_DIEPSTE: Final = 6

# Codes of the standard, and codes of parties.
_CODES: Final = (
    *("BerichtCode", "BerichtVersie", "BerichtSubversie", "BasisschemaXsdVersie", "BerichtXsdVersie", "XsltVersie"),
    *("Afzender", "Ontvanger", "Aanbieder", "Gemeente", "RetourCode", "Categorie", "Code", "ProductCategorie"),
    *("ProductCode", "Eenheid", "Frequentie", "DebetCredit", "RedenWijziging", "StatusAanlevering"),
    *("VerzoekAntwoord", "RedenVerzoek", "RedenAfwijzingVerzoek", "ValutaCode", "BtwVrijstellingIndicatie"),
)
# Numbers of toewijzingen and beschikkingen are the gemeente's; texts may hold what their maker chose.
_NUMMERS: Final = ("ToewijzingNummer", "BeschikkingNummer")
_DATUMS: Final = (
    *("Begindatum", "Einddatum", "Ingangsdatum", "Toewijzingsdatum", "Toewijzingstijd", "ToewijzingIngangsdatum"),
    *("ToewijzingEinddatum", "GewensteIngangsdatum", "BeschikkingIngangsdatum", "Afgiftedatum", "Dagtekening"),
    *("DagtekeningRetour", "RetourDagtekening", "FactuurDagtekening", "DeclaratieDagtekening"),
)
_BEDRAGEN: Final = (
    *("Bedrag", "TotaalBedrag", "BerekendBedrag", "BtwBedrag", "BtwTotaalBedrag", "BtwPercentage", "Budget"),
    *("ProductTarief", "Verrekenpercentage", "Volume", "GeleverdVolume"),
)
_EIGEN_NUMMERS: Final = frozenset(
    {
        *("Identificatie", "IdentificatieRetour", "DeclaratieNummer", "DeclarantFactuurNummer"),
        *("GemeenteReferentieNummer", "ReferentieNummer", "VorigReferentieNummer", "ReferentieAanbieder"),
    }
)
TOONBAAR: Final = frozenset({*_CODES, *_NUMMERS, *_DATUMS, *_BEDRAGEN}) | _EIGEN_NUMMERS


class Fragmenten:
    """The fragments of one message; it is parsed once, and must be valid by its XSD."""

    def __init__(self, stream: BinaryIO) -> None:
        self._root: etree._Element = reading.parse(stream).getroot()

    def van(self, bevinding: Bevinding) -> str | None:
        """At most MAX_REGELS lines; None when the message has no such place.

        The class that the bevinding is about, as deep as fits. Of a class that does not fit at all, its element.
        """
        klasse = _op_pad(self._root, bevinding.pad)
        if klasse is None:
            return None
        for diepte in range(_DIEPSTE, 0, -1):
            regels = list(islice(_regels(klasse, diepte), MAX_REGELS + 1))
            if len(regels) <= MAX_REGELS:
                return "\n".join(regels)
        element = _op_pad(klasse, f"{_naam(klasse)}/{bevinding.element}")
        regels = list(islice(_regels(klasse if element is None else element, 1), MAX_REGELS + 1))
        return "\n".join(regels if len(regels) <= MAX_REGELS else [*regels[: MAX_REGELS - 1], _AFGEKAPT])


def _op_pad(start: etree._Element, pad: str) -> etree._Element | None:
    """The element at a path of local names with 1-based indices, which begins with that of `start`."""
    eerste, *stappen = pad.strip("/").split("/")
    if eerste.partition("[")[0] != _naam(start):
        return None
    hier = start
    for stap in stappen:
        naam, _, rest = stap.partition("[")
        genoemd = (kind for kind in hier if _naam(kind) == naam)
        kind = next(islice(genoemd, int(rest.removesuffix("]") or 1) - 1, None), None)
        if kind is None:
            return None
        hier = kind
    return hier


def _regels(element: etree._Element, diepte: int, inspringing: str = "") -> Iterator[str]:
    """The element in lines; what lies deeper than `diepte` is left out. Attributes and prefixes are left out too."""
    naam = _naam(element)
    if len(element) == 0:
        waarde = gemaskeerd(naam, element.text or "")
        yield f"{inspringing}<{naam}>{escape(waarde, quote=False)}</{naam}>" if waarde else f"{inspringing}<{naam}/>"
    elif diepte == 0:
        yield f"{inspringing}<{naam}>{_AFGEKAPT}</{naam}>"
    else:
        yield f"{inspringing}<{naam}>"
        for kind in element:
            yield from _regels(kind, diepte - 1, inspringing + "  ")
        yield f"{inspringing}</{naam}>"


def gemaskeerd(naam: str, waarde: str) -> str:
    """The value of an element as it may be shown: itself, or marks that tell no more than whether it is long."""
    waarde = waarde.strip()
    if naam in _EIGEN_NUMMERS:
        # Free text of a party's administration, which may have a Bsn in it.
        return str(logs.mask(waarde))
    if naam in TOONBAAR or not waarde:
        return waarde
    return "•" if len(waarde) < 3 else "•••" if len(waarde) <= 10 else "••••••"


def _naam(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
