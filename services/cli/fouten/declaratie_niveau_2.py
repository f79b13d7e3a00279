"""How each rule of a 323 is broken on level 2: what it must keep in itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from services.cli.example_messages import Regel
from services.cli.fouten.dossier import DAG, Dossier
from services.cli.fouten.fout import Bouw, Fout
from services.cli.fouten.stuk import Stuk
from services.cli.fouten.wijziging import Wijziging, na, weg, zet

_TECHNISCH: Final = "0001"
_GEEN_BSN: Final = "999999999"
_VORIG: Final = "<b:VorigReferentieNummer>V1</b:VorigReferentieNummer>"
_DECEMBER_2020: Final = (date(2020, 12, 1), date(2020, 12, 31))
_PERIODE: Final = "DeclaratiePeriode"


def met(*wijzigingen: Wijziging) -> Bouw:
    """A declaration of one line with changes in its XML. No 301: level 2 looks at no other message."""
    return lambda d: [d.declareer(d.regel(d.toewijzing())).met(*wijzigingen)]


def met_regel(wijzig: Callable[[Dossier, Regel], Regel]) -> Bouw:
    """A declaration of one line that is changed; the totals follow."""
    return lambda d: [d.declareer(wijzig(d, d.regel(d.toewijzing())))]


def met_periode(wijzig: Callable[[Dossier], tuple[date, date]]) -> Bouw:
    """A declaration of one line over another ProductPeriode."""

    def verplaats(d: Dossier, regel: Regel) -> Regel:
        begin, eind = wijzig(d)
        return replace(regel, begin=begin, eind=eind)

    return met_regel(verplaats)


def regels(d: Dossier, aantal: int) -> list[Regel]:
    """As many lines on one toewijzing, each of a period of its own."""
    t = d.toewijzing()
    return [d.regel(t, n=n, terug=n) for n in range(aantal)]


# --- the same in a 303 ---


def client_tweemaal(d: Dossier) -> Sequence[Stuk]:
    """Another Client between the lines of one, so that it stands there twice."""
    eerste, tweede, derde = regels(d, 3)
    return [d.declareer(eerste, replace(tweede, bsn=d.andere_bsn), derde)]


def referentie_tweemaal(d: Dossier) -> Sequence[Stuk]:
    eerste, tweede = regels(d, 2)
    return [d.declareer(eerste, replace(tweede, referentie=eerste.referentie))]


def eindigt_na_dagtekening(d: Dossier) -> Sequence[Stuk]:
    """Made the day before its DeclaratiePeriode ends, about the period before it."""
    return [d.declareer(d.regel(d.toewijzing(), terug=1), dagtekening=d.tijdvak[1] - DAG)]


def vorig_tweemaal(d: Dossier) -> Sequence[Stuk]:
    eerste, tweede = (replace(regel, dc="C", vorig="V1") for regel in regels(d, 2))
    return [d.declareer(eerste, tweede)]


def vorig_in_dit_bericht(d: Dossier) -> Sequence[Stuk]:
    debet = d.regel(d.toewijzing())
    return [d.declareer(debet, d.credit(debet))]


def nul_credit(d: Dossier, regel: Regel) -> Regel:
    return replace(regel, bedrag=0, dc="C", vorig="V1")


def morgen(d: Dossier) -> tuple[date, date]:
    return d.vandaag + DAG, d.vandaag + DAG


def eindigt_voor_begin(d: Dossier) -> tuple[date, date]:
    begin, _ = d.tijdvak
    return begin + DAG, begin


# --- Declaratie ---


def _halve_maand(d: Dossier) -> Sequence[Stuk]:
    begin, eind = d.tijdvak
    return [d.declareer(d.regel(d.toewijzing()), periode=(begin, eind - DAG))]


def _maand_van_2020(d: Dossier) -> Sequence[Stuk]:
    return [d.declareer(d.regel(d.toewijzing()), periode=_DECEMBER_2020)]


def _volgende_maand(d: Dossier) -> Sequence[Stuk]:
    return [d.declareer(d.regel(d.toewijzing()), periode=d.rond(d.rond(d.vandaag)[1] + DAG))]


def _gedagtekend_na_bericht(d: Dossier) -> Sequence[Stuk]:
    return met(zet("DeclaratieDagtekening", d.vandaag + DAG))(d)


def _totaal_nul_credit(d: Dossier) -> Sequence[Stuk]:
    (stuk,) = met_regel(lambda _, regel: replace(regel, bedrag=0))(d)
    return [stuk.met(zet("TotaalIngediendBedrag/DebetCredit", "C"))]


def _ander_totaal(d: Dossier) -> Sequence[Stuk]:
    regel = d.regel(d.toewijzing())
    return [d.declareer(regel, totaal=regel.bedrag + 1)]


# --- Prestatie ---


def _over_twee_maanden(d: Dossier) -> tuple[date, date]:
    return d.terug(1)[0], d.tijdvak[1]


def _prestatie_van_2020(d: Dossier) -> Sequence[Stuk]:
    """In a declaration of 2025, or it would be too old as well (TR335)."""
    (stuk,) = met_periode(lambda _: _DECEMBER_2020)(d)
    return [stuk.met(zet("DeclaratieDagtekening", min(d.vandaag, date(2025, 12, 31))))]


def _te_oud(_: Dossier) -> tuple[date, date]:
    """The first day that is not before 2021 (CS100)."""
    return date(2021, 1, 1), date(2021, 1, 1)


def _euros_anders_dan_volume(_: Dossier, regel: Regel) -> Regel:
    return replace(regel, eenheid="83", tarief=None, volume=regel.bedrag + 1)


def _debet_tweemaal(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    return [d.declareer(d.regel(t, n=0), d.regel(t, n=1))]


FOUTEN_323_NIVEAU_2: Final = (
    Fout("CS002", "Client", "Bsn", _TECHNISCH, met(zet("Client/Bsn", _GEEN_BSN))),
    Fout("TR101", "Client", "Bsn", _TECHNISCH, client_tweemaal),
    Fout("TR101", "Prestatie", "ProductReferentie", _TECHNISCH, referentie_tweemaal),
    Fout("CS340", "Declaratie", _PERIODE, _TECHNISCH, _halve_maand),
    Fout("CS100", "Declaratie", _PERIODE, _TECHNISCH, _maand_van_2020),
    Fout("TR137", "Declaratie", f"{_PERIODE}/Einddatum", _TECHNISCH, eindigt_na_dagtekening),
    Fout("TR134", "Declaratie", "DeclaratieDagtekening", _TECHNISCH, _gedagtekend_na_bericht),
    Fout("TR134", "Declaratie", f"{_PERIODE}/Begindatum", _TECHNISCH, _volgende_maand),
    Fout("CS325", "Declaratie", "TotaalIngediendBedrag/DebetCredit", _TECHNISCH, _totaal_nul_credit),
    Fout("TR358", "Declaratie", "TotaalIngediendBedrag", _TECHNISCH, _ander_totaal),
    Fout("CS337", "Prestatie", "ProductPeriode", _TECHNISCH, met_periode(_over_twee_maanden)),
    Fout("CS100", "Prestatie", "ProductPeriode", _TECHNISCH, _prestatie_van_2020),
    Fout("TR137", "Prestatie", "ProductPeriode/Einddatum", _TECHNISCH, met_periode(eindigt_voor_begin)),
    Fout("TR134", "Prestatie", "ProductPeriode/Begindatum", _TECHNISCH, met_periode(morgen)),
    Fout("TR335", "Prestatie", "ProductPeriode/Einddatum", _TECHNISCH, met_periode(_te_oud)),
    Fout(
        *("CD060", "Prestatie", "ProductReferentie/VorigReferentieNummer", _TECHNISCH),
        met(na("ReferentieNummer", _VORIG)),
    ),
    Fout("CD087", "Prestatie", "ProductTarief", _TECHNISCH, met(weg("ProductTarief"))),
    Fout("CS339", "Prestatie", "IngediendBedrag", _TECHNISCH, met_regel(_euros_anders_dan_volume)),
    Fout("CS325", "Prestatie", "IngediendBedrag/DebetCredit", _TECHNISCH, met_regel(nul_credit)),
    Fout("TR315", "Prestatie", "ProductReferentie/VorigReferentieNummer", _TECHNISCH, vorig_tweemaal),
    Fout("TR316", "Prestatie", "ProductReferentie/VorigReferentieNummer", _TECHNISCH, vorig_in_dit_bericht),
    Fout("TR416", "Prestatie", "IngediendBedrag/DebetCredit", _TECHNISCH, _debet_tweemaal),
)
