"""How each rule of a 325 is broken: a gemeente without mandaat answers a 323, with one change in its answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from services.cli.example_messages import Regel
from services.cli.fouten.declaratie_niveau_2 import regels
from services.cli.fouten.dossier import DAG, MANDAATLOOS, OPGEHEVEN, Dossier
from services.cli.fouten.fout import Bouw, Fout
from services.cli.fouten.stuk import Stuk
from services.cli.fouten.wijziging import Wijziging, na, zet

TECHNISCH: Final = "0001"
GEEN_BSN: Final = "999999999"
VORIG: Final = "<b:VorigReferentieNummer>V1</b:VorigReferentieNummer>"
_WEIGERT: Final = ("9322",)
_ANTWOORD: Final = "DeclaratieAntwoord"

Wijzig = Callable[[Dossier], Sequence[Wijziging]]


def gedeclareerd(d: Dossier, aantal: int = 2, n: int = 0) -> tuple[Dossier, list[Regel], Stuk]:
    """A declaration of one client to a gemeente that answers itself."""
    zelf = d.bij(MANDAATLOOS)
    inhoud = regels(zelf, aantal)
    return zelf, inhoud, zelf.declareer(*inhoud, n=n)


def weiger(*afgekeurd: Regel) -> dict[str, Sequence[str]]:
    return {regel.referentie: _WEIGERT for regel in afgekeurd}


def met(wijzig: Wijzig) -> Bouw:
    """The first of two lines is refused, and the XML of the answer is changed."""

    def bouw(d: Dossier) -> Sequence[Stuk]:
        zelf, inhoud, heen = gedeclareerd(d)
        antwoord = zelf.antwoord(inhoud, weiger(inhoud[0]))
        return [heen, antwoord.met(*wijzig(zelf))]

    return bouw


def met_waarde(pad: str, waarde: object) -> Bouw:
    return met(lambda _: [zet(pad, waarde)])


def met_regel(wijzig: Callable[[Dossier, Regel], Regel]) -> Bouw:
    """The first of two lines comes back other than it was declared; the totals follow."""

    def bouw(d: Dossier) -> Sequence[Stuk]:
        zelf, inhoud, heen = gedeclareerd(d)
        anders = wijzig(zelf, inhoud[0])
        return [heen, zelf.antwoord([anders, *inhoud[1:]], weiger(anders))]

    return bouw


# --- the same in a 304 ---


def client_tweemaal(d: Dossier) -> Sequence[Stuk]:
    zelf = d.bij(MANDAATLOOS)
    eerste, tweede, derde = regels(zelf, 3)
    ander = replace(tweede, bsn=zelf.andere_bsn)
    heen = zelf.declareer(eerste, derde, ander)
    return [heen, zelf.antwoord([eerste, ander, derde], weiger(eerste, ander, derde))]


def referentie_tweemaal(d: Dossier) -> Sequence[Stuk]:
    zelf, (eerste, tweede), heen = gedeclareerd(d)
    tweede = replace(tweede, referentie=eerste.referentie)
    return [heen, zelf.antwoord([eerste, tweede], weiger(eerste))]


def nul_credit(_: Dossier, regel: Regel) -> Regel:
    return replace(regel, bedrag=0, dc="C", vorig="V1")


def andere_client(d: Dossier) -> Sequence[Wijziging]:
    return [zet("Client/Bsn", d.andere_bsn)]


def onbekende_referentie(d: Dossier) -> Sequence[Wijziging]:
    return [zet("ReferentieNummer", d.referentie(9))]


def niets_toegekend(pad: str) -> Bouw:
    """Everything is refused, and the nothing that is granted is a credit."""

    def bouw(d: Dossier) -> Sequence[Stuk]:
        zelf, inhoud, heen = gedeclareerd(d)
        return [heen, zelf.antwoord(inhoud, weiger(*inhoud)).met(zet(pad, "C"))]

    return bouw


def niets_ingediend(pad: str) -> Bouw:
    """The answer says that nothing was declared, as a credit."""

    def bouw(d: Dossier) -> Sequence[Stuk]:
        zelf, inhoud, heen = gedeclareerd(d)
        leeg = [replace(regel, bedrag=0) for regel in inhoud]
        return [heen, zelf.antwoord(leeg, {}).met(zet(pad, "C"))]

    return bouw


def nummer_bezet(pad: str) -> Bouw:
    """Two declarations, and two answers under one number."""

    def bouw(d: Dossier) -> Sequence[Stuk]:
        zelf = d.bij(MANDAATLOOS)
        eerste, tweede = regels(zelf, 2)
        antwoorden = [zelf.antwoord([eerste], {}), zelf.antwoord([tweede], {}, n=1)]
        heen = [zelf.declareer(eerste), zelf.declareer(tweede, n=1)]
        return [*heen, *(stuk.met(zet(pad, zelf.identificatie(8))) for stuk in antwoorden)]

    return bouw


def opgeheven_gemeente(pad: str) -> Bouw:
    def bouw(d: Dossier) -> Sequence[Stuk]:
        heen, antwoord = met_waarde(pad, OPGEHEVEN)(d)
        return [heen, replace(antwoord, verzender=OPGEHEVEN)]

    return bouw


# --- 325 ---


def _gedagtekend_in_de_toekomst(d: Dossier) -> Sequence[Wijziging]:
    return [zet("BerichtIdentificatie/Dagtekening", d.vandaag + DAG)]


def _begint_morgen(d: Dossier) -> Sequence[Wijziging]:
    morgen = d.vandaag + DAG
    return [zet("ProductPeriode/Begindatum", morgen), zet("ProductPeriode/Einddatum", morgen)]


def _eindigt_voor_begin(d: Dossier) -> Sequence[Wijziging]:
    return [zet("ProductPeriode/Einddatum", d.tijdvak[0] - DAG)]


def _meer_toegekend(d: Dossier) -> Sequence[Stuk]:
    zelf, inhoud, heen = gedeclareerd(d)
    antwoord = zelf.antwoord(inhoud, weiger(inhoud[0]))
    return [heen, antwoord.met(zet("TotaalToegekendBedrag/TotaalBedrag", inhoud[1].bedrag + 1))]


def _ander_ingediend(d: Dossier) -> Sequence[Stuk]:
    zelf, inhoud, heen = gedeclareerd(d)
    totaal = sum(regel.bedrag for regel in inhoud) + 1
    return [heen, zelf.antwoord(inhoud, weiger(inhoud[0]), totaal=totaal)]


def _onbekende_declaratie(d: Dossier) -> Sequence[Wijziging]:
    return [zet("DeclaratieIdentificatie/Identificatie", d.identificatie(9))]


def _ander_nummer(d: Dossier) -> Sequence[Wijziging]:
    return [zet("DeclaratieNummer", d.identificatie(9))]


_INGEDIEND: Final = "TotaalIngediendBedrag/DebetCredit"
_TOEGEKEND: Final = "TotaalToegekendBedrag/DebetCredit"
FOUTEN_325: Final = (
    Fout("CS002", "Client", "Bsn", TECHNISCH, met_waarde("Client/Bsn", GEEN_BSN)),
    Fout("TR101", "Client", "Bsn", TECHNISCH, client_tweemaal),
    Fout("TR101", "Prestatie", "ProductReferentie", TECHNISCH, referentie_tweemaal),
    Fout("TR137", "Prestatie", "ProductPeriode/Einddatum", TECHNISCH, met(_eindigt_voor_begin)),
    Fout("TR134", "Prestatie", "ProductPeriode/Begindatum", TECHNISCH, met(_begint_morgen)),
    Fout(
        *("CD060", "Prestatie", "ProductReferentie/VorigReferentieNummer", TECHNISCH),
        met(lambda _: [na("ReferentieNummer", VORIG)]),
    ),
    Fout("CS325", "Prestatie", "IngediendBedrag/DebetCredit", TECHNISCH, met_regel(nul_credit)),
    Fout("CS325", _ANTWOORD, _INGEDIEND, TECHNISCH, niets_ingediend(_INGEDIEND)),
    Fout("CS325", _ANTWOORD, _TOEGEKEND, TECHNISCH, niets_toegekend(_TOEGEKEND)),
    Fout("TR342", _ANTWOORD, "TotaalToegekendBedrag", TECHNISCH, _meer_toegekend),
    Fout("TR135", "Header", "BerichtIdentificatie/Dagtekening", "8848", met(_gedagtekend_in_de_toekomst)),
    Fout(
        *("TR056", "Header", "BerichtIdentificatie/Identificatie", "9056"),
        nummer_bezet("BerichtIdentificatie/Identificatie"),
    ),
    Fout("TR378", "Header", "Afzender", "S300", opgeheven_gemeente("Header/Afzender")),
    Fout("TR337", "Header", "DeclaratieIdentificatie", None, met(_onbekende_declaratie)),
    Fout(
        *("TR371", "Header", "XsdVersieDeclaratie", None),
        met_waarde("XsdVersieDeclaratie/BerichtXsdVersie", "9.9.9"),
    ),
    Fout("IV087", "Header", "RetourCodes", None, met_waarde("Header/RetourCodes/RetourCode", "0001")),
    Fout("TR376", _ANTWOORD, "DeclaratieNummer", None, met(_ander_nummer)),
    Fout("IV087", _ANTWOORD, "TotaalIngediendBedrag", None, _ander_ingediend),
    Fout("IV087", _ANTWOORD, "RetourCodes", None, met_waarde("DeclaratieAntwoord/RetourCodes/RetourCode", "8001")),
    Fout("TR304", "Client", "Bsn", "8187", met(andere_client)),
    Fout("IV087", "Client", "Prestaties", None, met_waarde("Client/RetourCodes/RetourCode", "8187")),
    Fout("OP303", "Prestatie", "RetourCodes", None, met_waarde("Prestatie/RetourCodes/RetourCode", "0200")),
    Fout("TR366", "Prestatie", "ProductReferentie", "9366", met(onbekende_referentie)),
    Fout(
        *("TR367", "Prestatie", "ProductReferentie", "9367"),
        met_regel(lambda _, regel: replace(regel, volume=regel.volume + 1)),
    ),
)
