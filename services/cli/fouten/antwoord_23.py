"""How each rule of a 304 is broken: a gemeente without mandaat answers a 303, with one change in its answer."""

from collections.abc import Sequence
from typing import Final

from services.cli.fouten.antwoord import (
    GEEN_BSN,
    TECHNISCH,
    VORIG,
    andere_client,
    client_tweemaal,
    gedeclareerd,
    met,
    met_regel,
    met_waarde,
    niets_ingediend,
    niets_toegekend,
    nul_credit,
    nummer_bezet,
    onbekende_referentie,
    opgeheven_gemeente,
    referentie_tweemaal,
    weiger,
)
from services.cli.fouten.dossier import DAG, Dossier
from services.cli.fouten.fout import Bouw, Fout
from services.cli.fouten.stuk import Stuk
from services.cli.fouten.wijziging import Wijziging, na, zet

_INGEDIEND: Final = "RetourBedragen/IngediendTotaalBedrag"
_TOEGEKEND: Final = "RetourBedragen/ToegekendTotaalBedrag"
_PRESTATIE: Final = "IngediendeBedragPrestatie/DeclaratieFactuurBedrag"
_BEREKEND: Final = "ToegekendeBedragPrestatie/GemeenteBerekendBedrag"
_TOEKENNING: Final = "ToegekendeBedragPrestatie/ToegekendBedrag"
_DAGTEKENING: Final = "RetourHeader/RetourDagtekening"
_REFERENTIE: Final = "RetourHeader/GemeenteReferentieNummer"


def _met_totalen(ingediend: int, toegekend: int, *wijzigingen: Wijziging) -> Bouw:
    """The first of two lines is refused; the totals are more than they must be by these cents."""

    def bouw(d: Dossier) -> Sequence[Stuk]:
        zelf, inhoud, heen = gedeclareerd(d)
        totaal, rest = sum(regel.bedrag for regel in inhoud), inhoud[1].bedrag
        bedragen = (
            zet(f"{_INGEDIEND}/TotaalBedrag", totaal + ingediend),
            zet(f"{_TOEGEKEND}/TotaalBedrag", rest + toegekend),
        )
        return [heen, zelf.antwoord(inhoud, weiger(inhoud[0])).met(*bedragen, *wijzigingen)]

    return bouw


def _meer_dan_ingediend(d: Dossier) -> Sequence[Stuk]:
    """One cent more is granted than the line asked for; the total follows."""
    regel = gedeclareerd(d)[1][0]
    return _met_totalen(0, regel.bedrag + 1, zet(f"{_TOEKENNING}/Bedrag", regel.bedrag + 1))(d)


def _voor_de_declaratie(d: Dossier) -> Sequence[Wijziging]:
    return [zet(_DAGTEKENING, d.vandaag - DAG)]


def _in_de_toekomst(d: Dossier) -> Sequence[Wijziging]:
    return [zet(_DAGTEKENING, d.vandaag + DAG)]


def _als_factuur(d: Dossier) -> Sequence[Wijziging]:
    return [zet("BerichtCode", d.soort("304").codes[1])]


FOUTEN_304: Final = (
    Fout("CS002", "Client", "Bsn", TECHNISCH, met_waarde("Client/Bsn", GEEN_BSN)),
    Fout("TR101", "Client", "Bsn", TECHNISCH, client_tweemaal),
    Fout("TR101", "Prestatie", "ProductReferentie", TECHNISCH, referentie_tweemaal),
    Fout("CS324", "Header", _DAGTEKENING, TECHNISCH, met(_voor_de_declaratie)),
    Fout("CS325", "Header", f"{_INGEDIEND}/DebetCredit", TECHNISCH, niets_ingediend(f"{_INGEDIEND}/DebetCredit")),
    Fout("CS325", "Header", f"{_TOEGEKEND}/DebetCredit", TECHNISCH, niets_toegekend(f"{_TOEGEKEND}/DebetCredit")),
    Fout("TR320", "Header", _TOEGEKEND, TECHNISCH, _met_totalen(0, 1)),
    Fout(
        *("CD060", "Prestatie", "ProductReferentie/VorigReferentieNummer", TECHNISCH),
        met(lambda _: [na("ReferentieNummer", VORIG)]),
    ),
    Fout("CS325", "Prestatie", f"{_PRESTATIE}/DebetCredit", TECHNISCH, met_regel(nul_credit)),
    Fout("CS325", "Prestatie", f"{_BEREKEND}/DebetCredit", TECHNISCH, met_waarde(f"{_BEREKEND}/DebetCredit", "C")),
    Fout("CS325", "Prestatie", f"{_TOEKENNING}/DebetCredit", TECHNISCH, met_waarde(f"{_TOEKENNING}/DebetCredit", "C")),
    Fout("CS064", "Header", _DAGTEKENING, "8849", met(_in_de_toekomst)),
    Fout("CS300", "Header", "Gemeente", "S300", opgeheven_gemeente("Header/Gemeente")),
    Fout("HUB08", "Header", _REFERENTIE, None, nummer_bezet(_REFERENTIE)),
    Fout("IV056", "Header", "BerichtCode", None, met(_als_factuur)),
    Fout("IV056", "Header", _INGEDIEND, None, _met_totalen(1, 1)),
    Fout("IV056", "Header", "RetourCodes", None, met_waarde("Header/RetourCodes/RetourCode", "8001")),
    Fout("TR304", "Client", "Bsn", "8187", met(andere_client)),
    Fout("IV056", "Client", "Prestaties", None, met_waarde("Client/RetourCodes/RetourCode", "8187")),
    Fout("IV056", "Prestatie", "ProductReferentie", None, met(onbekende_referentie)),
    Fout("OP065", "Prestatie", "RetourCodes", None, met_waarde("Prestatie/RetourCodes/RetourCode", "0200")),
    Fout("OP287", "Prestatie", _TOEKENNING, None, _meer_dan_ingediend),
)
