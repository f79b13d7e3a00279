"""How each rule of a 323 is broken on levels 3 and 4: towards toewijzing, earlier declarations, contract and lists."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from services.cli.example_messages import Regel
from services.cli.fouten.dossier import DAG, OPGEHEVEN, ZONDER_GEBIED, Dossier
from services.cli.fouten.fout import Bouw, Fout
from services.cli.fouten.stuk import Stuk
from services.cli.fouten.wijziging import zet
from services.declaration.contracts import Toewijzing

_CENT: Final = 4  # tariffs are multiples of it


def _declareer(wijzig: Callable[[Dossier, Regel], Regel]) -> Bouw:
    """A 301, and the claim of what it grants with one change."""

    def bouw(d: Dossier) -> Sequence[Stuk]:
        t = d.toewijzing()
        return [d.toewijs(t), d.declareer(wijzig(d, d.regel(t)))]

    return bouw


def met_volume(regel: Regel, volume: int) -> Regel:
    return replace(regel, volume=volume, bedrag=volume * (regel.tarief or 0))


def met_tarief(regel: Regel, tarief: int) -> Regel:
    return replace(regel, tarief=tarief, bedrag=regel.volume * tarief)


def aspecifiek(t: Toewijzing, budget: int | None = None) -> Toewijzing:
    """Of a whole Categorie: without Code and so without Omvang."""
    return replace(t, code=None, volume=None, eenheid=None, frequentie=None, budget=budget)


# --- Header and Declaratie ---


def _gedagtekend_in_de_toekomst(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    stuk = d.declareer(d.regel(t)).met(zet("BerichtIdentificatie/Dagtekening", d.vandaag + DAG))
    return [d.toewijs(t), stuk]


def _identificatie_bezet(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    nog_een = d.declareer(d.regel(t, n=1, terug=1), nummer=1)
    return [d.toewijs(t), d.declareer(d.regel(t)), nog_een]


def _opgeheven_gemeente(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    return [d.toewijs(t), d.declareer(d.regel(t)).met(zet("Header/Ontvanger", OPGEHEVEN))]


def _nummer_bezet(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    nog_een = d.declareer(d.regel(t, n=1, terug=1), n=1, nummer=0)
    return [d.toewijs(t), d.declareer(d.regel(t)), nog_een]


def eerdere_periode(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    terug = d.declareer(d.regel(t, n=1, terug=1), n=1, periode=d.terug(1))
    return [d.toewijs(t), d.declareer(d.regel(t)), terug]


# --- Client, and what 303 and 323 both have ---


def andere_client(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    return [d.toewijs(t), d.declareer(replace(d.regel(t), bsn=d.andere_bsn))]


def referentie_bezet(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    zelfde_nummer = d.declareer(d.regel(t, terug=1), n=1)
    return [d.toewijs(t), d.declareer(d.regel(t)), zelfde_nummer]


def ongelijke_credit(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    debet = d.regel(t)
    credit = d.credit(debet)
    return [d.toewijs(t), d.declareer(debet), d.declareer(replace(credit, bedrag=credit.bedrag + _CENT), n=1)]


def tweede_credit(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    debet = d.regel(t)
    credits = [d.declareer(d.credit(debet, n=8), n=1), d.declareer(d.credit(debet, n=9), n=2)]
    return [d.toewijs(t), d.declareer(debet), *credits]


def onbekende_toewijzing(d: Dossier) -> Sequence[Stuk]:
    return [d.declareer(d.regel(d.toewijzing()))]


def nog_eens(d: Dossier) -> Sequence[Stuk]:
    """The same period on the same toewijzing, under another number."""
    t = d.toewijzing()
    return [d.toewijs(t), d.declareer(d.regel(t)), d.declareer(d.regel(t, n=1), n=1)]


def na_declaratieperiode(d: Dossier) -> Sequence[Stuk]:
    """A toewijzing of the one day after the DeclaratiePeriode, which is a week to claim."""
    dag = d.tijdvak[1] + DAG
    t = d.toewijzing(begin=dag, eind=dag)
    return [d.toewijs(t), d.declareer(d.regel(t, terug=-1))]


def voor_toewijzing(d: Dossier) -> Sequence[Stuk]:
    """From the first day of a period that the toewijzing begins later in."""
    begin, _ = d.tijdvak
    t = d.toewijzing(begin=begin + 9 * DAG)
    return [d.toewijs(t), d.declareer(replace(d.regel(t), begin=begin))]


def na_toewijzing(d: Dossier) -> Sequence[Stuk]:
    """To the last day of a period that the toewijzing ends earlier in."""
    _, eind = d.tijdvak
    t = d.toewijzing(eind=eind - 9 * DAG)
    return [d.toewijs(t), d.declareer(replace(d.regel(t), eind=eind))]


def andere_release(d: Dossier) -> Sequence[Stuk]:
    """Parties with a contract of the other release."""
    releases = {"2.3": "3.2", "3.2": "2.3"}
    elders = d.bij(release=releases[d.release])
    t = elders.toewijzing()
    return [elders.toewijs(t), elders.declareer(elders.regel(t))]


# --- Prestatie ---


def _verwijderd(d: Dossier) -> Sequence[Stuk]:
    begin, _ = d.tijdvak
    t = d.toewijzing(begin=begin, eind=begin)
    verwijderd = replace(t, reden_wijziging="13", toewijzingsdatum=d.vandaag)
    return [d.toewijs(t), d.toewijs(verwijderd, n=1), d.declareer(d.regel(t))]


def _andere_categorie(d: Dossier) -> Sequence[Stuk]:
    t, anders = d.toewijzing(), d.toewijzing(code=d.code_van_andere_categorie)
    toegewezen = aspecifiek(t, budget=10_000_00)
    return [d.toewijs(toegewezen), d.declareer(d.regel(anders))]


def andere_code(d: Dossier) -> Sequence[Stuk]:
    return [d.toewijs(d.toewijzing()), d.declareer(d.regel(d.toewijzing(code=d.andere_code)))]


def _code_niet_op_lijst(d: Dossier) -> Sequence[Stuk]:
    elders = d.bij(ZONDER_GEBIED)
    product, t = elders.ongelijst, elders.toewijzing()
    toegewezen = aspecifiek(replace(t, categorie=product.categorie), budget=10_000_00)
    regel = replace(elders.regel(t), code=product.code, categorie=product.categorie)
    return [elders.toewijs(toegewezen), elders.declareer(regel)]


def _te_veel_in_toewijzing(d: Dossier) -> Sequence[Stuk]:
    """Pieces over the whole toewijzing: all of them are claimed in one month, and then one more in another."""
    t = d.toewijzing(code=d.code_in_stukken)
    alles, nog_een = met_volume(d.regel(t, n=1, terug=1), t.volume or 0), met_volume(d.regel(t), 1)
    return [d.toewijs(t), d.declareer(alles), d.declareer(nog_een, n=1)]


def _boven_budget(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    regel = d.regel(t)
    return [d.toewijs(aspecifiek(t, budget=regel.bedrag - 1)), d.declareer(regel)]


FOUTEN_323: Final = (
    Fout("TR135", "Header", "BerichtIdentificatie/Dagtekening", "8848", _gedagtekend_in_de_toekomst),
    Fout("TR056", "Header", "BerichtIdentificatie/Identificatie", "9056", _identificatie_bezet),
    Fout("TR378", "Header", "Ontvanger", "S300", _opgeheven_gemeente),
    Fout("TR333", "Declaratie", "DeclaratieNummer", "9333", _nummer_bezet),
    Fout("TR318", "Declaratie", "DeclaratiePeriode", "8214", eerdere_periode),
    Fout("TR304", "Client", "Bsn", "8187", andere_client),
    Fout("TR314", "Prestatie", "ProductReferentie/ReferentieNummer", "8021", referentie_bezet),
    Fout("TR323", "Prestatie", "ProductReferentie/VorigReferentieNummer", "8017", ongelijke_credit),
    Fout("TR390", "Prestatie", "IngediendBedrag/DebetCredit", "9390", tweede_credit),
    Fout("TR338", "Prestatie", "ToewijzingNummer", "9338", onbekende_toewijzing),
    Fout("TR384", "Prestatie", "ToewijzingNummer", "9384", _verwijderd),
    Fout("TR319", "Prestatie", "ProductPeriode", "9319", na_declaratieperiode),
    Fout("TR307", "Prestatie", "ProductPeriode/Begindatum", "9307", voor_toewijzing),
    Fout("TR308", "Prestatie", "ProductPeriode/Einddatum", "9308", na_toewijzing),
    Fout(
        *("TR387", "Prestatie", "ProductPeriode/Begindatum", "9387"),
        _declareer(lambda _, regel: met_volume(replace(regel, begin=regel.begin + DAG), 1)),
    ),
    Fout(
        *("TR388", "Prestatie", "ProductPeriode/Einddatum", "9388"),
        _declareer(lambda _, regel: met_volume(replace(regel, eind=regel.eind - DAG), 1)),
    ),
    Fout("HUB02", "Prestatie", "ProductPeriode/Begindatum", "8214", andere_release),
    Fout("TR339", "Prestatie", "ProductCategorie", "9339", _andere_categorie),
    Fout("TR340", "Prestatie", "ProductCode", "9340", andere_code),
    Fout("TR381", "Prestatie", "ProductCode", "S329", _code_niet_op_lijst),
    Fout(
        *("TR341", "Prestatie", "Eenheid", "9341"),
        _declareer(lambda _, regel: replace(regel, eenheid="04")),
    ),
    Fout(
        *("TR418", "Prestatie", "ProductTarief", "0611"),
        _declareer(lambda _, regel: met_tarief(regel, (regel.tarief or 0) + _CENT)),
    ),
    Fout(
        *("TR346", "Prestatie", "IngediendBedrag/Bedrag", "9346"),
        _declareer(lambda _, regel: replace(regel, bedrag=regel.bedrag + _CENT)),
    ),
    Fout("TR389", "Prestatie", "IngediendBedrag/DebetCredit", "9389", nog_eens),
    Fout(
        *("TR321", "Prestatie", "GeleverdVolume", "9321"),
        # No month has as many weeks.
        _declareer(lambda _, regel: met_volume(regel, regel.volume + 2)),
    ),
    Fout("TR322", "Prestatie", "GeleverdVolume", "9322", _te_veel_in_toewijzing),
    Fout("TR369", "Prestatie", "IngediendBedrag", "9369", _boven_budget),
)
