"""Levels 3 and 4 of a 323: what it must keep towards what is known. In the order of process.md §10.

HUBnn is a rule of our own, where the standard has none.

A rule of the Header, Declaratie or Client is asked (subject, feiten); a credit line (prestatie, debetregel, stand); a
debit line (prestatie, toewijzing, stand).
"""

from services.declaration.contracts import Toewijzing
from services.declaration.message import Client, Declaratie, Declaratieantwoord, Prestatie
from services.declaration.rules.feiten import GOEDGEKEURD, AntwoordFeiten, Debetregel, Feiten
from services.declaration.rules.niveau_2 import laatste_dag
from services.declaration.rules.stand import Stand, omgerekend, zijn_minuten_op_uren
from services.declaration.weeks import max_periode, max_totaal
from services.kernel.rules import Regel, regel

_EUROS = "83"
_VERWIJDERD = "13"
_PER_UUR = 60


# --- Header; shared with the 325 ---


@regel("TR135", "8848", "Header", "BerichtIdentificatie/Dagtekening")
def dagtekening_is_niet_later(bericht: Declaratie | Declaratieantwoord, feiten: Feiten | AntwoordFeiten) -> bool:
    return bericht.kop.dagtekening <= feiten.vandaag


@regel("TR056", "9056", "Header", "BerichtIdentificatie/Identificatie")
def identificatie_is_nieuw(_: Declaratie | Declaratieantwoord, feiten: Feiten | AntwoordFeiten) -> bool:
    return not feiten.identificatie_bezet


def _gemeente_bestaat(element: str) -> Regel:
    @regel("TR378", "S300", "Header", element)
    def toets(_: Declaratie | Declaratieantwoord, feiten: Feiten | AntwoordFeiten) -> bool:
        return feiten.gemeente_bestaat

    return toets


ontvanger_is_gemeente, afzender_is_gemeente = _gemeente_bestaat("Ontvanger"), _gemeente_bestaat("Afzender")


# --- Declaratie ---


@regel("TR333", "9333", "Declaratie", "DeclaratieNummer")
def declaratienummer_is_nieuw(_: Declaratie, feiten: Feiten) -> bool:
    return not feiten.nummer_bezet


@regel("TR318", "8214", "Declaratie", "DeclaratiePeriode")
def periode_gaat_niet_terug(declaratie: Declaratie, feiten: Feiten) -> bool:
    # The receiver cannot see in which months care was delivered: only a step back is refused (gaps 17).
    return feiten.laatste_periode is None or declaratie.begin >= feiten.laatste_periode


# --- Client ---


@regel("TR304", "8187", "Client", "Bsn")
def toewijzingen_zijn_van_client(client: Client, feiten: Feiten) -> bool:
    # An unknown number says nothing about its Client: 9338 (design §7). Credits count too. Nor does a number of another
    # aanbieder, which only a 303 knows: 9311 on its line.
    wie, van = feiten.client_van[client.bsn], {feiten.aanbieder, *feiten.administratie_van}
    nummers = (prestatie.toewijzing for prestatie in client.prestaties)
    bekend = (feiten.toewijzingen.get(nummer) for nummer in nummers if nummer is not None)
    eigen = (t for t in bekend if t is not None and (feiten.aanbieder is None or t.aanbieder in van))
    return all(toewijzing.client == wie for toewijzing in eigen)


# --- every Prestatie ---


@regel("TR314", "8021", "Prestatie", "ProductReferentie/ReferentieNummer")
def referentienummer_is_nieuw(prestatie: Prestatie, _: Debetregel | Toewijzing | None, stand: Stand) -> bool:
    return not stand.is_gebruikt(prestatie.referentienummer)


# --- credit lines: refused on these grounds only (IV085, gaps 25) ---


def is_credit_van(prestatie: Prestatie, debet: Debetregel, stand: Stand) -> bool:
    """Whether a credit copies this debit of the same gemeente and client, at what is to be credited of it (IV091)."""
    if debet.gemeente != stand.declaratie.kop.ontvanger or debet.client != stand.client(prestatie):
        return False
    return prestatie.toewijzing in (None, debet.toewijzing) and (
        *(prestatie.categorie, prestatie.code, prestatie.begin, prestatie.eind),
        *(prestatie.volume, prestatie.eenheid, prestatie.tarief, -prestatie.bedrag),
    ) == (
        *(debet.categorie, debet.code, debet.begin, debet.eind),
        *(debet.volume, debet.eenheid, debet.tarief, debet.te_crediteren),
    )


@regel("TR323", "8017", "Prestatie", "ProductReferentie/VorigReferentieNummer")
def credit_is_gelijk_aan_debet(prestatie: Prestatie, debet: Debetregel | None, stand: Stand) -> bool:
    # A credit of 0 does not get here: CS325 refuses the message, and the standard has no way round (gaps 3).
    return debet is not None and debet.status == GOEDGEKEURD and is_credit_van(prestatie, debet, stand)


@regel("TR390", "9390", "Prestatie", "IngediendBedrag/DebetCredit")
def debet_is_niet_eerder_gecrediteerd(_: Prestatie, debet: Debetregel | None, stand: Stand) -> bool:
    # "Equal ProductReferentie" must mean VorigReferentieNummer: a credit always has a new number (gaps 24).
    return debet is None or not debet.gecrediteerd


# --- debit lines ---


@regel("TR338", "9338", "Prestatie", "ToewijzingNummer")
def toewijzing_is_bekend(_: Prestatie, toewijzing: Toewijzing | None, stand: Stand) -> bool:
    return toewijzing is not None


@regel("TR384", "9384", "Prestatie", "ToewijzingNummer")
def toewijzing_is_niet_verwijderd(_: Prestatie, toewijzing: Toewijzing, stand: Stand) -> bool:
    return not toewijzing.verwijderd and toewijzing.reden_wijziging != _VERWIJDERD


@regel("TR319", "9319", "Prestatie", "ProductPeriode")
def valt_in_declaratieperiode_of_eerder(prestatie: Prestatie, _: Toewijzing, stand: Stand) -> bool:
    return prestatie.eind <= stand.declaratie.eind


@regel("TR307", "9307", "Prestatie", "ProductPeriode/Begindatum")
def begint_binnen_toewijzing(prestatie: Prestatie, toewijzing: Toewijzing, _: Stand) -> bool:
    return prestatie.begin >= toewijzing.ingangsdatum


@regel("TR308", "9308", "Prestatie", "ProductPeriode/Einddatum")
def eindigt_binnen_toewijzing(prestatie: Prestatie, toewijzing: Toewijzing, _: Stand) -> bool:
    return toewijzing.einddatum is None or prestatie.eind <= toewijzing.einddatum


@regel("TR387", "9387", "Prestatie", "ProductPeriode/Begindatum")
def begint_op_eerste_dag(prestatie: Prestatie, toewijzing: Toewijzing, _: Stand) -> bool:
    # By the rule's text; the label of the code is narrower (gaps 22).
    return prestatie.begin == max(prestatie.begin.replace(day=1), toewijzing.ingangsdatum)


@regel("TR388", "9388", "Prestatie", "ProductPeriode/Einddatum")
def eindigt_op_laatste_dag(prestatie: Prestatie, toewijzing: Toewijzing, _: Stand) -> bool:
    # By the rule's text, as TR387 (gaps 22).
    laatste = laatste_dag(prestatie.eind)
    return prestatie.eind == min(laatste, toewijzing.einddatum or laatste)


@regel("HUB02", "8214", "Prestatie", "ProductPeriode/Begindatum")
def release_is_die_van_contract(prestatie: Prestatie, toewijzing: Toewijzing, stand: Stand) -> bool:
    # One release per contract and period, or the same care could be declared twice (design §6).
    return stand.release_op(prestatie, toewijzing) in (None, stand.declaratie.soort.release)


@regel("TR339", "9339", "Prestatie", "ProductCategorie")
def categorie_is_toegewezen(prestatie: Prestatie, toewijzing: Toewijzing, _: Stand) -> bool:
    return toewijzing.categorie in (None, prestatie.categorie)


@regel("TR340", "9340", "Prestatie", "ProductCode")
def code_is_toegewezen(prestatie: Prestatie, toewijzing: Toewijzing, _: Stand) -> bool:
    return toewijzing.code in (None, prestatie.code)


@regel("TR381", "S329", "Prestatie", "ProductCode")
def code_staat_in_productlijst(prestatie: Prestatie, _: Toewijzing, stand: Stand) -> bool:
    # The list of the gemeente; what is on it but outside the contract is a signaal and no retourcode (design §7).
    return stand.is_op_lijst(prestatie)


@regel("TR341", "9341", "Prestatie", "Eenheid")
def eenheid_past(prestatie: Prestatie, toewijzing: Toewijzing, stand: Stand) -> bool:
    # Without Omvang the contract names the unit; without a contract nothing does.
    eenheid = toewijzing.eenheid or stand.contract_eenheid(prestatie, toewijzing)
    return eenheid in (None, prestatie.eenheid) or zijn_minuten_op_uren(prestatie, toewijzing)


@regel("TR418", "0611", "Prestatie", "ProductTarief")
def tarief_is_contracttarief(prestatie: Prestatie, toewijzing: Toewijzing, stand: Stand) -> bool:
    if prestatie.tarief is None:
        return True
    return stand.contract_tarief(prestatie, toewijzing) in (None, prestatie.tarief)


@regel("TR346", "9346", "Prestatie", "IngediendBedrag/Bedrag")
def bedrag_volgt_uit_volume_en_tarief(prestatie: Prestatie, toewijzing: Toewijzing, _: Stand) -> bool:
    if prestatie.eenheid == _EUROS or prestatie.tarief is None:
        return True
    if zijn_minuten_op_uren(prestatie, toewijzing):
        return _uurtarief_bestaat(prestatie.volume, prestatie.tarief, prestatie.bedrag)
    return prestatie.bedrag == prestatie.volume * prestatie.tarief


@regel("TR389", "9389", "Prestatie", "IngediendBedrag/DebetCredit")
def eerder_debet_is_gecrediteerd(prestatie: Prestatie, _: Toewijzing, stand: Stand) -> bool:
    # "Sent earlier" means approved: what was refused may be declared again (gaps 24).
    return not stand.heeft_open_debet(prestatie)


@regel("TR321", "9321", "Prestatie", "GeleverdVolume")
def volume_past_in_periode(prestatie: Prestatie, toewijzing: Toewijzing, _: Stand) -> bool:
    maximum = max_periode(toewijzing, prestatie.begin, prestatie.eind)
    volume = omgerekend(prestatie.volume, prestatie.eenheid, toewijzing)
    return maximum is None or volume <= omgerekend(maximum, toewijzing.eenheid, toewijzing)


@regel("TR322", "9322", "Prestatie", "GeleverdVolume")
def volume_past_in_toewijzing(prestatie: Prestatie, toewijzing: Toewijzing, stand: Stand) -> bool:
    # Of lines that only together are too much, the later ones in the document are refused (gaps 21).
    maximum = max_totaal(toewijzing)
    volume = stand.volume(toewijzing) + omgerekend(prestatie.volume, prestatie.eenheid, toewijzing)
    return maximum is None or volume <= omgerekend(maximum, toewijzing.eenheid, toewijzing)


@regel("TR369", "9369", "Prestatie", "IngediendBedrag")
def bedrag_past_in_budget(prestatie: Prestatie, toewijzing: Toewijzing, stand: Stand) -> bool:
    # Budget is eurocent, so amounts are added and not volumes (gaps 18).
    return toewijzing.budget is None or stand.bedrag(toewijzing) + prestatie.bedrag <= toewijzing.budget


def _uurtarief_bestaat(minuten: int, tarief: int, bedrag: int) -> bool:
    """Whether a tariff per hour exists that rounds to this ProductTarief and gives this IngediendBedrag (IV081).

    The region has no hour tariffs to compare with (design §6), so a line is refused only when none can explain it.
    """
    if minuten == 0:
        return bedrag == 0
    # bedrag = uurtarief × minuten / 60 and tarief = uurtarief / 60, each rounded half up.
    laagste = max(_PER_UUR * tarief - _PER_UUR // 2, -(-(_PER_UUR * (2 * bedrag - 1)) // (2 * minuten)), 0)
    hoogste = min(_PER_UUR * tarief + _PER_UUR // 2 - 1, -(-(_PER_UUR * (2 * bedrag + 1)) // (2 * minuten)) - 1)
    return laagste <= hoogste


KOP_REGELS = (dagtekening_is_niet_later, identificatie_is_nieuw, ontvanger_is_gemeente)
DECLARATIE_REGELS = (declaratienummer_is_nieuw, periode_gaat_niet_terug)
CLIENT_REGELS = (toewijzingen_zijn_van_client,)
CREDIT_REGELS = (referentienummer_is_nieuw, credit_is_gelijk_aan_debet, debet_is_niet_eerder_gecrediteerd)

# A line that breaks the second of these has no toewijzing to be held to.
NUMMER_REGELS = (referentienummer_is_nieuw, toewijzing_is_bekend)
DEBET_REGELS = (
    toewijzing_is_niet_verwijderd,
    valt_in_declaratieperiode_of_eerder,
    begint_binnen_toewijzing,
    eindigt_binnen_toewijzing,
    begint_op_eerste_dag,
    eindigt_op_laatste_dag,
    release_is_die_van_contract,
    categorie_is_toegewezen,
    code_is_toegewezen,
    code_staat_in_productlijst,
    eenheid_past,
    tarief_is_contracttarief,
    bedrag_volgt_uit_volume_en_tarief,
    eerder_debet_is_gecrediteerd,
)
# Not asked where the unit does not fit (9341); a budget is in euros whatever the unit.
VOLUME_REGELS = (volume_past_in_periode, volume_past_in_toewijzing)
BUDGET_REGELS = (bedrag_past_in_budget,)
