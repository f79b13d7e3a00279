"""How each rule of a 303 is broken on level 2: what it must keep in itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from services.cli.example_messages import Regel
from services.cli.example_set import FACTUUR
from services.cli.fouten.declaratie_niveau_2 import (
    client_tweemaal,
    eindigt_na_dagtekening,
    eindigt_voor_begin,
    met,
    met_periode,
    met_regel,
    morgen,
    nul_credit,
    referentie_tweemaal,
    vorig_in_dit_bericht,
    vorig_tweemaal,
)
from services.cli.fouten.dossier import DAG, Dossier
from services.cli.fouten.fout import Bouw, Fout
from services.cli.fouten.stuk import Stuk
from services.cli.fouten.wijziging import Wijziging, na, weg, zet

_TECHNISCH: Final = "0001"
_GEEN_BSN: Final = "999999999"
_GEBOREN: Final = "Client/Geboortedatum/Datum"
_VORIG: Final = "<b:VorigReferentieNummer>V1</b:VorigReferentieNummer>"
_IDENTIFICATIE: Final = "DeclaratieFactuurIdentificatie"
_PERIODE: Final = f"{_IDENTIFICATIE}/DeclaratiePeriode"
_BEDRAGEN: Final = "DeclaratieFactuurBedragen"
_TOTAAL: Final = f"{_BEDRAGEN}/DeclaratieFactuurTotaalBedrag"
_INGEDIEND: Final = "IngediendeBedragPrestatie"
_VRIJSTELLING: Final = f"{_INGEDIEND}/BtwVrijstellingIndicatie"
_PERCENTAGE: Final = "<b:BtwPercentage>0</b:BtwPercentage>"


def _btw(bedrag: int = 0, dc: str = "D") -> str:
    return f"<b:BtwBedrag><b:Bedrag>{bedrag}</b:Bedrag><b:DebetCredit>{dc}</b:DebetCredit></b:BtwBedrag>"


def _btw_totaal(bedrag: int = 0, dc: str = "D") -> Wijziging:
    inhoud = f"<b:TotaalBedrag>{bedrag}</b:TotaalBedrag><b:DebetCredit>{dc}</b:DebetCredit>"
    return na(_TOTAAL, f"<b:BtwTotaalBedrag>{inhoud}</b:BtwTotaalBedrag>")


def _berekend(bedrag: int, dc: str = "D") -> Wijziging:
    inhoud = f"<b:Bedrag>{bedrag}</b:Bedrag><b:DebetCredit>{dc}</b:DebetCredit>"
    return na(f"{_INGEDIEND}/Eenheid", f"<b:BerekendBedrag>{inhoud}</b:BerekendBedrag>")


def _factuur(*wijzigingen: Wijziging) -> Bouw:
    """An invoice of one line, which says whether it bears BTW."""
    return lambda d: met(*wijzigingen)(d.bij(vorm=FACTUUR))


def _belast(*wijzigingen: Wijziging, btw: str = "", totaal: Wijziging | None = None) -> Bouw:
    """An invoice that bears BTW, of 0% unless said otherwise."""
    return _factuur(
        zet(_VRIJSTELLING, "2"),
        na(_VRIJSTELLING, _PERCENTAGE + (btw or _btw())),
        na(f"{_IDENTIFICATIE}/FactuurDagtekening", "<b:BtwIDNummer>NL000000000B01</b:BtwIDNummer>"),
        totaal or _btw_totaal(),
        *wijzigingen,
    )


def _met_berekend(meer: int, dc: str = "D", bedrag: int = 0) -> Bouw:
    """BerekendBedrag is Volume x Tarief and `meer`; the amount declared is more by `bedrag`."""

    def bouw(d: Dossier) -> Sequence[Stuk]:
        regel = d.regel(d.toewijzing())
        gevraagd = d.declareer(replace(regel, bedrag=regel.bedrag + bedrag))
        tarief = f"<b:ProductTarief>{regel.tarief}</b:ProductTarief>"
        berekend = _berekend(regel.bedrag + meer, dc)
        return [gevraagd.met(weg("ProductTarief"), berekend, na(f"{_INGEDIEND}/Eenheid", tarief))]

    return bouw


def _berekend_nul_credit(d: Dossier) -> Sequence[Stuk]:
    (stuk,) = met_regel(lambda _, regel: replace(regel, bedrag=0, tarief=None))(d)
    return [stuk.met(_berekend(0, "C"))]


def _geboren_na_dagtekening(d: Dossier) -> Sequence[Stuk]:
    return met(zet(_GEBOREN, d.vandaag + DAG))(d)


def _volgende_periode(d: Dossier) -> Sequence[Stuk]:
    return [d.declareer(d.regel(d.toewijzing()), periode=d.rond(d.rond(d.vandaag)[1] + DAG))]


def _totaal_nul_credit(d: Dossier) -> Sequence[Stuk]:
    (stuk,) = met_regel(lambda _, regel: replace(regel, bedrag=0))(d)
    return [stuk.met(zet(f"{_TOTAAL}/DebetCredit", "C"))]


def _ander_totaal(d: Dossier) -> Sequence[Stuk]:
    regel = d.regel(d.toewijzing())
    return [d.declareer(regel).met(zet(f"{_TOTAAL}/TotaalBedrag", regel.bedrag + 1))]


def _voor_de_wmo(_: Dossier) -> tuple[date, date]:
    return date(2014, 12, 1), date(2014, 12, 28)


def _in_euros(_: Dossier, regel: Regel) -> Regel:
    return replace(regel, eenheid="83")


_HEADER: Final = (
    Fout("CD058", "Header", "Servicebureau", _TECHNISCH, met(zet("BetalingAanID", "01"))),
    Fout("CS023", "Header", f"{_PERIODE}/Begindatum", _TECHNISCH, _volgende_periode),
    Fout("CS108", "Header", f"{_PERIODE}/Einddatum", _TECHNISCH, eindigt_na_dagtekening),
    Fout("CD055", "Header", f"{_IDENTIFICATIE}/BtwIDNummer", _TECHNISCH, _belast(weg("BtwIDNummer"))),
    Fout("CD055", "Header", f"{_BEDRAGEN}/BtwTotaalBedrag", _TECHNISCH, _belast(weg("BtwTotaalBedrag"))),
    Fout("CS325", "Header", f"{_TOTAAL}/DebetCredit", _TECHNISCH, _totaal_nul_credit),
    Fout(
        *("CS325", "Header", f"{_BEDRAGEN}/BtwTotaalBedrag/DebetCredit", _TECHNISCH),
        _belast(totaal=_btw_totaal(0, "C")),
    ),
    Fout("TR312", "Header", _TOTAAL, _TECHNISCH, _ander_totaal),
    Fout("TR313", "Header", f"{_BEDRAGEN}/BtwTotaalBedrag", _TECHNISCH, _belast(totaal=_btw_totaal(1))),
)
FOUTEN_303_NIVEAU_2: Final = (
    Fout("CS002", "Client", "Bsn", _TECHNISCH, met(zet("Client/Bsn", _GEEN_BSN))),
    Fout("TR101", "Client", "Bsn", _TECHNISCH, client_tweemaal),
    Fout("TR101", "Prestatie", "ProductReferentie", _TECHNISCH, referentie_tweemaal),
    Fout("CS023", "Client", "Geboortedatum/Datum", _TECHNISCH, _geboren_na_dagtekening),
    Fout("TR002", "Client", "Geboortedatum/Datum", _TECHNISCH, met(zet(_GEBOREN, "1900-01-02"))),
    Fout(
        *("TR097", "Client", "Geboortedatum/DatumGebruik", _TECHNISCH),
        met(zet(_GEBOREN, "1980-02-02"), na(_GEBOREN, "<b:DatumGebruik>1</b:DatumGebruik>")),
    ),
    *_HEADER,
    Fout("CS328", "Prestatie", "ProductPeriode/Begindatum", _TECHNISCH, met_periode(_voor_de_wmo)),
    Fout("CS023", "Prestatie", "ProductPeriode/Begindatum", _TECHNISCH, met_periode(morgen)),
    Fout("CS108", "Prestatie", "ProductPeriode/Einddatum", _TECHNISCH, met_periode(eindigt_voor_begin)),
    Fout(
        *("CD060", "Prestatie", "ProductReferentie/VorigReferentieNummer", _TECHNISCH),
        met(na("ReferentieNummer", _VORIG)),
    ),
    Fout("CS331", "Prestatie", f"{_INGEDIEND}/Eenheid", _TECHNISCH, met(zet("Eenheid", "21"))),
    Fout("CD062", "Prestatie", f"{_INGEDIEND}/ProductTarief", _TECHNISCH, met_regel(_in_euros)),
    Fout("TR317", "Prestatie", f"{_INGEDIEND}/BerekendBedrag", _TECHNISCH, _met_berekend(1)),
    Fout(
        *("CS323", "Prestatie", f"{_INGEDIEND}/DeclaratieFactuurBedrag/Bedrag", _TECHNISCH),
        _met_berekend(0, bedrag=1),
    ),
    Fout("CD059", "Prestatie", _VRIJSTELLING, _TECHNISCH, _factuur(weg(_VRIJSTELLING))),
    Fout("CD055", "Prestatie", f"{_INGEDIEND}/BtwPercentage", _TECHNISCH, _belast(weg("BtwPercentage"))),
    Fout("CD055", "Prestatie", f"{_INGEDIEND}/BtwBedrag", _TECHNISCH, _belast(weg("BtwBedrag"))),
    Fout("CD056", "Prestatie", f"{_INGEDIEND}/BtwPercentage", _TECHNISCH, _factuur(na(_VRIJSTELLING, _PERCENTAGE))),
    Fout("CD056", "Prestatie", f"{_INGEDIEND}/BtwBedrag", _TECHNISCH, _factuur(na(_VRIJSTELLING, _btw()))),
    Fout("CS325", "Prestatie", f"{_INGEDIEND}/BerekendBedrag/DebetCredit", _TECHNISCH, _berekend_nul_credit),
    Fout("CS325", "Prestatie", f"{_INGEDIEND}/BtwBedrag/DebetCredit", _TECHNISCH, _belast(btw=_btw(0, "C"))),
    Fout(
        *("CS325", "Prestatie", f"{_INGEDIEND}/DeclaratieFactuurBedrag/DebetCredit", _TECHNISCH),
        met_regel(nul_credit),
    ),
    Fout("CS327", "Prestatie", f"{_INGEDIEND}/BerekendBedrag/DebetCredit", _TECHNISCH, _met_berekend(0, "C")),
    Fout(
        *("CS327", "Prestatie", f"{_INGEDIEND}/BtwBedrag/DebetCredit", _TECHNISCH),
        _belast(btw=_btw(1, "C"), totaal=_btw_totaal(1, "C")),
    ),
    Fout("TR315", "Prestatie", "ProductReferentie/VorigReferentieNummer", _TECHNISCH, vorig_tweemaal),
    Fout("TR316", "Prestatie", "ProductReferentie/VorigReferentieNummer", _TECHNISCH, vorig_in_dit_bericht),
)
