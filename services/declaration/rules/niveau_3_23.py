"""Levels 3 and 4 of a 303: what it must keep towards what is known. Shared with a 323 where both ask the same.

HUBnn is a rule of our own, where the standard has none (design §6, docs/decisions). Subjects as in `niveau_3`; the
codes of the Header refuse the message as a whole.
"""

from services.declaration import four_weeks
from services.declaration.contracts import Toewijzing
from services.declaration.message import Declaratie303, Prestatie303
from services.declaration.rules.feiten import AFGEKEURD, DECLARATIE, FACTUUR, Debetregel, Feiten
from services.declaration.rules.niveau_3 import (
    begint_binnen_toewijzing,
    eindigt_binnen_toewijzing,
    is_credit_van,
    referentienummer_is_nieuw,
    release_is_die_van_contract,
    toewijzingen_zijn_van_client,
    valt_in_declaratieperiode_of_eerder,
)
from services.declaration.rules.stand import omgerekend, zijn_minuten_op_uren
from services.declaration.rules.stand_23 import Stand303
from services.declaration.weeks import max_periode, max_totaal
from services.kernel.rules import Regel, regel

_IDENTIFICATIE = "DeclaratieFactuurIdentificatie"
_PERIODE = f"{_IDENTIFICATIE}/DeclaratiePeriode"
_INGEDIEND = "IngediendeBedragPrestatie"
_BEDRAG = f"{_INGEDIEND}/DeclaratieFactuurBedrag"


# --- Header ---


@regel("CS064", "8848", "Header", f"{_IDENTIFICATIE}/FactuurDagtekening")
def factuurdagtekening_is_niet_later(declaratie: Declaratie303, feiten: Feiten) -> bool:
    return declaratie.dagtekening <= feiten.vandaag


@regel("IV032", "8847", "Header", f"{_PERIODE}/Begindatum")
def declaratieperiode_is_begonnen(declaratie: Declaratie303, feiten: Feiten) -> bool:
    return declaratie.begin <= feiten.vandaag


@regel("CS300", "S300", "Header", "Gemeente")
def gemeente_bestaat(_: Declaratie303, feiten: Feiten) -> bool:
    return feiten.gemeente_bestaat


@regel("TR324", "0030", "Header", f"{_IDENTIFICATIE}/DeclarantFactuurNummer")
def declarantfactuurnummer_is_nieuw(_: Declaratie303, feiten: Feiten) -> bool:
    # After a whole refusal the number is free again: such a message does not count.
    return not (feiten.identificatie_bezet or feiten.nummer_bezet)


def _vorm_is_afgesproken(code: str, gestuurd: str) -> Regel:
    @regel("OP278", code, "Header", "BerichtCode")
    def toets(declaratie: Declaratie303, feiten: Feiten) -> bool:
        afgesproken = {contract.vorm for contract in feiten.contracten}
        return declaratie.vorm != gestuurd or not afgesproken or gestuurd in afgesproken

    return toets


@regel("HUB01", "8214", "Header", _PERIODE)
def declaratieperiode_is_hele_perioden(declaratie: Declaratie303, feiten: Feiten) -> bool:
    return four_weeks.is_hele_periodes(declaratie.begin, declaratie.eind, feiten.periodes)


@regel("TR318", "8214", "Header", _PERIODE)
def periode_gaat_niet_terug(declaratie: Declaratie303, feiten: Feiten) -> bool:
    # A gap is a whole number of periods by HUB01; whether care was delivered in it nobody can see (gaps 17).
    return feiten.laatste_periode is None or declaratie.begin >= feiten.laatste_periode


# --- credit lines: refused on these grounds only (IV053-055) ---


@regel("TR323", "8017", "Prestatie", "ProductReferentie/VorigReferentieNummer")
def credit_is_gelijk_aan_debet(prestatie: Prestatie303, debet: Debetregel | None, stand: Stand303) -> bool:
    return debet is not None and is_credit_van(prestatie, debet, stand)


@regel("IV053", "8853", "Prestatie", "ProductReferentie/VorigReferentieNummer")
def debet_is_te_crediteren(_: Prestatie303, debet: Debetregel | None, stand: Stand303) -> bool:
    # What was refused of a declaratie is simply declared again; of a factuur it is credited (IV053).
    return debet is None or debet.status != AFGEKEURD or debet.vorm != DECLARATIE


@regel("IV053", "8854", "Prestatie", f"{_BEDRAG}/DebetCredit")
def debet_is_niet_eerder_gecrediteerd(_: Prestatie303, debet: Debetregel | None, stand: Stand303) -> bool:
    return debet is None or not debet.gecrediteerd


# --- debit lines ---


@regel("TR303", "0551", "Prestatie", "ToewijzingNummer")
def toewijzing_is_bekend(_: Prestatie303, toewijzing: Toewijzing | None, stand: Stand303) -> bool:
    return toewijzing is not None


@regel("TR311", "9311", "Prestatie", "ToewijzingNummer")
def declarant_is_aanbieder_of_administratie(_: Prestatie303, toewijzing: Toewijzing, stand: Stand303) -> bool:
    return stand.mag_declareren(toewijzing)


@regel("TR305", "1112", "Prestatie", "ProductCategorie")
def categorie_is_toegewezen(prestatie: Prestatie303, toewijzing: Toewijzing, _: Stand303) -> bool:
    return toewijzing.categorie in (None, prestatie.categorie)


@regel("TR306", "1142", "Prestatie", "ProductCode")
def code_is_toegewezen(prestatie: Prestatie303, toewijzing: Toewijzing, _: Stand303) -> bool:
    return toewijzing.code in (None, prestatie.code)


@regel("CS329", "S329", "Prestatie", "ProductCode")
def code_past_bij_categorie(prestatie: Prestatie303, _: Toewijzing, stand: Stand303) -> bool:
    return stand.is_op_lijst(prestatie)


@regel("HUB03", "8214", "Prestatie", "ProductPeriode")
def productperiode_is_hele_perioden(prestatie: Prestatie303, toewijzing: Toewijzing, stand: Stand303) -> bool:
    binnen = begint_binnen_toewijzing, eindigt_binnen_toewijzing
    if not all(regel.toets(prestatie, toewijzing, stand) for regel in binnen):
        return True  # 9307 and 9308 say so already
    return four_weeks.past_op_periodes(prestatie.begin, prestatie.eind, toewijzing, stand.feiten.periodes)


@regel("TR309", "9309", "Prestatie", f"{_INGEDIEND}/Eenheid")
def eenheid_past(prestatie: Prestatie303, toewijzing: Toewijzing, _: Stand303) -> bool:
    # The table of IV060 is known as a picture only; minutes on hours is what every release allows (docs/decisions).
    return toewijzing.eenheid in (None, prestatie.eenheid) or zijn_minuten_op_uren(prestatie, toewijzing)


# --- volume and money: not asked where the unit does not fit (9309) ---


@regel("TR321", "9321", "Prestatie", f"{_INGEDIEND}/GeleverdVolume")
def volume_past_in_periode(prestatie: Prestatie303, toewijzing: Toewijzing, stand: Stand303) -> bool:
    maximum = max_periode(toewijzing, prestatie.begin, prestatie.eind, stand.feiten.periodes)
    volume = omgerekend(prestatie.volume, prestatie.eenheid, toewijzing)
    return maximum is None or volume <= omgerekend(maximum, toewijzing.eenheid, toewijzing)


@regel("TR322", "9322", "Prestatie", f"{_INGEDIEND}/GeleverdVolume")
def volume_past_in_toewijzing(prestatie: Prestatie303, toewijzing: Toewijzing, stand: Stand303) -> bool:
    maximum = max_totaal(toewijzing, stand.feiten.periodes)
    volume = stand.volume(toewijzing) + omgerekend(prestatie.volume, prestatie.eenheid, toewijzing)
    return maximum is None or volume <= omgerekend(maximum, toewijzing.eenheid, toewijzing)


@regel("IV032", "0611", "Prestatie", f"{_INGEDIEND}/ProductTarief")
def tarief_is_periodeprijs(prestatie: Prestatie303, toewijzing: Toewijzing, stand: Stand303) -> bool:
    if prestatie.tarief is None:
        return True
    prijzen = stand.prijzen(prestatie, toewijzing)
    return prijzen is None or prijzen == {prestatie.tarief}


@regel("HUB04", "9321", "Prestatie", _BEDRAG)
def factuur_blijft_binnen_gebroken_periode(prestatie: Prestatie303, toewijzing: Toewijzing, stand: Stand303) -> bool:
    # An invoice is granted whole or not at all (OP287); what a broken period allows is a matter of volume.
    return stand.is_toe_te_kennen(prestatie, toewijzing) or not stand.is_gebroken(prestatie, toewijzing)


@regel("HUB05", "0611", "Prestatie", _BEDRAG)
def bedrag_volgt_uit_tarief(prestatie: Prestatie303, toewijzing: Toewijzing, stand: Stand303) -> bool:
    return stand.is_toe_te_kennen(prestatie, toewijzing) or stand.is_gebroken(prestatie, toewijzing)


@regel("HUB06", "9322", "Prestatie", _BEDRAG)
def toekenning_past_in_toegewezen(prestatie: Prestatie303, toewijzing: Toewijzing, stand: Stand303) -> bool:
    # By what is awarded and not by what is submitted: the same period claimed twice does not fit in A.
    return stand.past_in_toegewezen(prestatie, toewijzing)


@regel("HUB07", None, "Prestatie", _BEDRAG)
def bedrag_wordt_geheel_toegekend(prestatie: Prestatie303, toewijzing: Toewijzing, stand: Stand303) -> bool:
    # Refuses nothing: it tells why less is awarded than was submitted, which a 304 has no code for.
    return stand.toekenning(prestatie, toewijzing) == prestatie.bedrag


KOP_REGELS = (factuurdagtekening_is_niet_later, declaratieperiode_is_begonnen, gemeente_bestaat)
DECLARATIE_REGELS = (
    declarantfactuurnummer_is_nieuw,
    _vorm_is_afgesproken("8855", DECLARATIE),
    _vorm_is_afgesproken("8856", FACTUUR),
    declaratieperiode_is_hele_perioden,
    periode_gaat_niet_terug,
)
CLIENT_REGELS = (toewijzingen_zijn_van_client,)
CREDIT_REGELS = (
    referentienummer_is_nieuw,
    credit_is_gelijk_aan_debet,
    debet_is_te_crediteren,
    debet_is_niet_eerder_gecrediteerd,
)

# A line that breaks the second of these has no toewijzing to be held to.
NUMMER_REGELS = (referentienummer_is_nieuw, toewijzing_is_bekend)
DEBET_REGELS = (
    valt_in_declaratieperiode_of_eerder,
    begint_binnen_toewijzing,
    eindigt_binnen_toewijzing,
    productperiode_is_hele_perioden,
    release_is_die_van_contract,
    categorie_is_toegewezen,
    code_is_toegewezen,
    code_past_bij_categorie,
    eenheid_past,
)
VOLUME_REGELS = (volume_past_in_periode, volume_past_in_toewijzing)
PRIJS_REGELS = (tarief_is_periodeprijs, factuur_blijft_binnen_gebroken_periode, bedrag_volgt_uit_tarief)
TOEKENNING_REGELS = (toekenning_past_in_toegewezen,)
UITLEG_REGELS = (bedrag_wordt_geheel_toegekend,)
