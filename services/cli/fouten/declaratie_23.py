"""How each rule of a 303 is broken on levels 3 and 4: towards toewijzing, earlier declarations, contract and lists."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from services.cli.example_messages import Regel
from services.cli.example_set import FACTUUR
from services.cli.fouten.declaratie import (
    andere_client,
    andere_code,
    andere_release,
    aspecifiek,
    eerdere_periode,
    met_tarief,
    met_volume,
    na_declaratieperiode,
    na_toewijzing,
    nog_eens,
    onbekende_toewijzing,
    ongelijke_credit,
    referentie_bezet,
    tweede_credit,
    voor_toewijzing,
)
from services.cli.fouten.dossier import DAG, OPGEHEVEN, ZONDER_GEBIED, Dossier
from services.cli.fouten.fout import Bouw, Fout
from services.cli.fouten.stuk import Stuk, Verwacht
from services.cli.fouten.wijziging import zet

_IDENTIFICATIE: Final = "DeclaratieFactuurIdentificatie"
_PERIODE: Final = f"{_IDENTIFICATIE}/DeclaratiePeriode"
_INGEDIEND: Final = "IngediendeBedragPrestatie"
_BEDRAG: Final = f"{_INGEDIEND}/DeclaratieFactuurBedrag"
_CENT: Final = 4  # tariffs are multiples of it
_WEEK: Final = 7 * DAG


def _declareer(wijzig: Callable[[Regel], Regel], vorm: str | None = None) -> Bouw:
    """A 301, and the claim of what it grants with one change."""

    def bouw(d: Dossier) -> Sequence[Stuk]:
        wie = d.bij(vorm=vorm) if vorm else d
        t = wie.toewijzing()
        return [wie.toewijs(t), wie.declareer(wijzig(wie.regel(t)))]

    return bouw


def _hoger_tarief(regel: Regel) -> Regel:
    return met_tarief(regel, (regel.tarief or 0) + _CENT)


def _hoger_bedrag(regel: Regel) -> Regel:
    return replace(regel, bedrag=regel.bedrag + _CENT)


# --- Header ---


def _gedagtekend_in_de_toekomst(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    return [d.toewijs(t), d.declareer(d.regel(t), dagtekening=d.vandaag + DAG)]


def _periode_in_de_toekomst(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    begin, eind = d.rond(d.rond(d.vandaag)[1] + DAG)
    return [d.toewijs(t), d.declareer(d.regel(t), periode=(begin, eind), dagtekening=eind)]


def _opgeheven_gemeente(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    return [d.toewijs(t), d.declareer(d.regel(t)).met(zet("Header/Gemeente", OPGEHEVEN))]


def _nummer_bezet(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    return [d.toewijs(t), d.declareer(d.regel(t)), d.declareer(d.regel(t, n=1, terug=1))]


def _in_andere_vorm(factuur: bool) -> Bouw:
    """A factuur where declaraties were agreed, or the other way round."""

    def bouw(d: Dossier) -> Sequence[Stuk]:
        wie = d if factuur else d.bij(vorm=FACTUUR)
        t = wie.toewijzing()
        stuk = wie.declareer(wie.regel(t))
        inhoud = wie.schrijf_303(wie.kop(), [wie.regel(t)], factuur=factuur)
        return [wie.toewijs(t), replace(stuk, inhoud=inhoud)]

    return bouw


def _drie_weken(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    begin, eind = d.tijdvak
    return [d.toewijs(t), d.declareer(d.regel(t), periode=(begin, eind - _WEEK))]


# --- Prestatie ---


def _credit_van_afgekeurde(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    debet = _hoger_tarief(d.regel(t))
    verwacht = Verwacht(oordeel="deels_afgekeurd", regels=frozenset({("IV032", "0611")}))
    geweigerd = replace(d.declareer(debet), verwacht=verwacht)
    return [d.toewijs(t), geweigerd, d.declareer(d.credit(debet), n=1)]


def _van_andere_aanbieder(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    return [d.ander.toewijs(t), d.declareer(d.regel(t))]


def _andere_categorie(d: Dossier) -> Sequence[Stuk]:
    anders = d.toewijzing(code=d.code_van_andere_categorie)
    return [d.toewijs(aspecifiek(d.toewijzing())), d.declareer(d.regel(anders))]


def _code_niet_op_lijst(d: Dossier) -> Sequence[Stuk]:
    elders = d.bij(ZONDER_GEBIED, vorm=d.vorm_in(ZONDER_GEBIED))
    product, t = elders.ongelijst, elders.toewijzing()
    regel = replace(elders.regel(t), code=product.code, categorie=product.categorie)
    return [elders.toewijs(aspecifiek(replace(t, categorie=product.categorie))), elders.declareer(regel)]


def _te_veel_in_toewijzing(d: Dossier) -> Sequence[Stuk]:
    """A toewijzing of one period, claimed twice: each fits in the period, together they do not in the toewijzing."""
    begin, eind = d.tijdvak
    t = d.toewijzing(begin=begin, eind=eind)
    return [d.toewijs(t), d.declareer(d.regel(t)), d.declareer(d.regel(t, n=1), n=1)]


def _factuur_boven_gebroken_periode(d: Dossier) -> Sequence[Stuk]:
    wie = d.bij(vorm=FACTUUR)
    t = wie.toewijzing(begin=wie.tijdvak[0] + 9 * DAG)
    return [wie.toewijs(t), wie.declareer(_hoger_bedrag(wie.regel(t)))]


FOUTEN_303: Final = (
    Fout("CS064", "Header", f"{_IDENTIFICATIE}/FactuurDagtekening", "8848", _gedagtekend_in_de_toekomst),
    Fout("IV032", "Header", f"{_PERIODE}/Begindatum", "8847", _periode_in_de_toekomst),
    Fout("CS300", "Header", "Gemeente", "S300", _opgeheven_gemeente),
    Fout("TR324", "Header", f"{_IDENTIFICATIE}/DeclarantFactuurNummer", "0030", _nummer_bezet),
    Fout("OP278", "Header", "BerichtCode", "8855", _in_andere_vorm(factuur=False)),
    Fout("OP278", "Header", "BerichtCode", "8856", _in_andere_vorm(factuur=True)),
    Fout("HUB01", "Header", _PERIODE, "8214", _drie_weken),
    Fout("TR318", "Header", _PERIODE, "8214", eerdere_periode),
    Fout("TR304", "Client", "Bsn", "8187", andere_client),
    Fout("TR314", "Prestatie", "ProductReferentie/ReferentieNummer", "8021", referentie_bezet),
    Fout("TR323", "Prestatie", "ProductReferentie/VorigReferentieNummer", "8017", ongelijke_credit),
    Fout("IV053", "Prestatie", "ProductReferentie/VorigReferentieNummer", "8853", _credit_van_afgekeurde),
    Fout("IV053", "Prestatie", f"{_BEDRAG}/DebetCredit", "8854", tweede_credit),
    Fout("TR303", "Prestatie", "ToewijzingNummer", "0551", onbekende_toewijzing),
    Fout("TR311", "Prestatie", "ToewijzingNummer", "9311", _van_andere_aanbieder),
    Fout("TR319", "Prestatie", "ProductPeriode", "9319", na_declaratieperiode),
    Fout("TR307", "Prestatie", "ProductPeriode/Begindatum", "9307", voor_toewijzing),
    Fout("TR308", "Prestatie", "ProductPeriode/Einddatum", "9308", na_toewijzing),
    Fout(
        *("HUB03", "Prestatie", "ProductPeriode", "8214"),
        _declareer(lambda regel: replace(regel, eind=regel.eind - _WEEK)),
    ),
    Fout("HUB02", "Prestatie", "ProductPeriode/Begindatum", "8214", andere_release),
    Fout("TR305", "Prestatie", "ProductCategorie", "1112", _andere_categorie),
    Fout("TR306", "Prestatie", "ProductCode", "1142", andere_code),
    Fout("CS329", "Prestatie", "ProductCode", "S329", _code_niet_op_lijst),
    Fout(
        *("TR309", "Prestatie", f"{_INGEDIEND}/Eenheid", "9309"),
        _declareer(lambda regel: replace(regel, eenheid="04")),
    ),
    Fout(
        *("TR321", "Prestatie", f"{_INGEDIEND}/GeleverdVolume", "9321"),
        _declareer(lambda regel: met_volume(regel, 2)),
    ),
    Fout("TR322", "Prestatie", f"{_INGEDIEND}/GeleverdVolume", "9322", _te_veel_in_toewijzing),
    # The amount stays what it must be: only the price is another one.
    Fout(
        *("IV032", "Prestatie", f"{_INGEDIEND}/ProductTarief", "0611"),
        _declareer(lambda regel: replace(regel, tarief=(regel.tarief or 0) + _CENT)),
    ),
    Fout("HUB04", "Prestatie", _BEDRAG, "9321", _factuur_boven_gebroken_periode),
    Fout("HUB05", "Prestatie", _BEDRAG, "0611", _declareer(_hoger_bedrag, FACTUUR)),
    Fout("HUB06", "Prestatie", _BEDRAG, "9322", nog_eens),
    Fout("HUB07", "Prestatie", _BEDRAG, None, _declareer(_hoger_bedrag)),
)
