"""The rules that cannot be broken alone, and why: every exception of `hub example --fout` stands here.

`ook` are the rules that come along; `probleem` is what the hub says instead of a finding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.cli.fouten.stuk import Regelcode


@dataclass(frozen=True, slots=True)
class Uitzondering:
    """What else comes back, and in Dutch why."""

    reden: str
    ook: frozenset[Regelcode] = frozenset()
    probleem: str | None = None


def _met(reden: str, *ook: Regelcode) -> Uitzondering:
    return Uitzondering(reden, frozenset(ook))


_BEGIN: Final = "Wat na de dagtekening begint, eindigt er ook na."
_GEEN_DECLARATIE: Final = "Zonder de declaratie die het beantwoordt, wordt een antwoord niet getoetst."
_ZELFDE: Final = "CD077 en CD078 zeggen hetzelfde, van twee kanten."
_VREEMDE_CLIENT: Final = "De regels van een client die niet in de declaratie staat, staan er ook niet in."
UITZONDERINGEN: Final[Mapping[tuple[str, str, str, str, str], Uitzondering]] = {
    ("3.2", "301", "CD077", "ToegewezenProduct", "Omvang"): _met(_ZELFDE, ("CD078", "0001")),
    ("3.2", "301", "CD078", "ToegewezenProduct", "Budget"): _met(_ZELFDE, ("CD077", "0001")),
    ("3.2", "323", "TR134", "Declaratie", "DeclaratiePeriode/Begindatum"): _met(_BEGIN, ("TR137", "0001")),
    ("3.2", "323", "TR134", "Prestatie", "ProductPeriode/Begindatum"): _met(_BEGIN, ("TR137", "0001")),
    ("3.2", "323", "TR307", "Prestatie", "ProductPeriode/Begindatum"): _met(
        "Een eerste dag voor de toewijzing is nooit de eerste dag die mag.", ("TR387", "9387")
    ),
    ("3.2", "323", "TR308", "Prestatie", "ProductPeriode/Einddatum"): _met(
        "Een laatste dag na de toewijzing is nooit de laatste dag die mag.", ("TR388", "9388")
    ),
    ("3.2", "325", "TR134", "Prestatie", "ProductPeriode/Begindatum"): _met(_BEGIN, ("TR137", "0001")),
    ("3.2", "325", "TR304", "Client", "Bsn"): _met(_VREEMDE_CLIENT, ("TR367", "9367")),
    ("3.2", "325", "TR337", "Header", "DeclaratieIdentificatie"): Uitzondering(
        _GEEN_DECLARATIE, probleem="geen-heenbericht"
    ),
    ("3.2", "325", "TR378", "Header", "Afzender"): Uitzondering(_GEEN_DECLARATIE, probleem="geen-heenbericht"),
    (
        *("2.3", "303", "CS023", "Header"),
        "DeclaratieFactuurIdentificatie/DeclaratiePeriode/Begindatum",
    ): _met(_BEGIN, ("CS108", "0001")),
    ("2.3", "303", "CS023", "Prestatie", "ProductPeriode/Begindatum"): _met(_BEGIN, ("CS108", "0001")),
    (
        *("2.3", "303", "IV032", "Header"),
        "DeclaratieFactuurIdentificatie/DeclaratiePeriode/Begindatum",
    ): _met(
        "Een periode in de toekomst heeft een dagtekening in de toekomst; anders is het al 0001.", ("CS064", "8848")
    ),
    ("2.3", "304", "CS300", "Header", "Gemeente"): Uitzondering(_GEEN_DECLARATIE, probleem="geen-heenbericht"),
    ("2.3", "304", "TR304", "Client", "Bsn"): _met(_VREEMDE_CLIENT, ("IV056", None)),
}
