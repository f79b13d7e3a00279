"""Level 2 of release 2.3: what a 303 or 304 must keep in itself. Any hit refuses the message as a whole (0001).

What a declaration says of itself stands in the Header. The message's date is FactuurDagtekening.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from itertools import chain

from services.declaration.message import (
    Antwoord304,
    AntwoordRegel304,
    Client303,
    Declaratie303,
    Declaratieantwoord304,
    Prestatie303,
)
from services.declaration.rules.niveau_2 import (
    alleen_credit_heeft_vorig,
    bsn_doorstaat_elfproef,
    client_komt_eenmaal_voor,
    herhaald,
    keurt_af,
    nul_is_debet,
    technisch,
    technisch_bericht,
    vorig_komt_eenmaal_voor,
    vorig_staat_niet_in_dit_bericht,
)
from services.kernel.bevinding import Plaats
from services.kernel.rules import BerichtRegel, Regel

_EUROS = "83"
_SERVICEBUREAU = "01"  # BetalingAanID
_VRIJGESTELD, _NIET_VRIJGESTELD = "1", "2"  # BtwVrijstellingIndicatie
_WMO_2015 = date(2015, 1, 1)
_GEBOREN_ONBEKEND = date(1900, 1, 1)
_OUDSTE = 120  # years
# A week and "tijdsonafhankelijk": gone since release 2.3 went live.
_VERVALLEN_EENHEDEN = frozenset({"21", "81"})
_INGANG_2_3 = date(2019, 4, 1)

_IDENTIFICATIE = "DeclaratieFactuurIdentificatie"
_BEDRAGEN = "DeclaratieFactuurBedragen"
_INGEDIEND = "IngediendeBedragPrestatie"
_TOEGEKEND = "ToegekendeBedragPrestatie"


# --- Client ---


@technisch_bericht("TR101", "Prestatie", "ProductReferentie")
def product_en_referentie_komen_eenmaal_voor_bij_client(
    bericht: Declaratie303 | Declaratieantwoord304,
) -> Iterable[Plaats]:
    # The key has the product in it; the number alone twice is 8021 (TR314).
    return chain.from_iterable(
        herhaald(client.prestaties, lambda prestatie: prestatie.productsleutel) for client in bericht.clienten
    )


@technisch("CS023", "Client", "Geboortedatum/Datum")
def geboren_voor_dagtekening(client: Client303, declaratie: Declaratie303) -> bool:
    return client.geboortedatum <= declaratie.dagtekening


@technisch("TR002", "Client", "Geboortedatum/Datum")
def is_niet_ouder_dan_120_jaar(client: Client303, declaratie: Declaratie303) -> bool:
    onbekend = client.datumgebruik == "3" and client.geboortedatum == _GEBOREN_ONBEKEND
    return onbekend or client.geboortedatum >= _jaren_voor(declaratie.dagtekening, _OUDSTE)


@technisch("TR097", "Client", "Geboortedatum/DatumGebruik")
def datumgebruik_past(client: Client303, _: Declaratie303) -> bool:
    geboren = client.geboortedatum
    match client.datumgebruik:
        case "1":
            return geboren.day == 1
        case "2":
            return (geboren.month, geboren.day) == (1, 1)
        case "3":
            return geboren == _GEBOREN_ONBEKEND
    return True


def _jaren_voor(dag: date, jaren: int) -> date:
    """The same day years earlier; 28 February where that year has no 29th."""
    if dag.year <= jaren:
        return date.min
    jaar = dag.year - jaren
    return date(jaar, dag.month, min(dag.day, monthrange(jaar, dag.month)[1]))


# --- Header ---


@technisch("CD058", "Header", "Servicebureau")
def servicebureau_bij_betaling_aan_servicebureau(declaratie: Declaratie303, _: Declaratie303) -> bool:
    return declaratie.betaling_aan != _SERVICEBUREAU or declaratie.servicebureau is not None


def _bij_btw(element: str, veld: str) -> Regel:
    @technisch("CD055", "Header", element)
    def toets(declaratie: Declaratie303, _: Declaratie303) -> bool:
        return getattr(declaratie, veld) is not None or not any(map(_is_belast, declaratie.prestaties))

    return toets


def _niet_na_dagtekening(klasse: str, element: str) -> Regel:
    @technisch("CS023", klasse, element)
    def toets(periode: Declaratie303 | Prestatie303, declaratie: Declaratie303) -> bool:
        return periode.begin <= declaratie.dagtekening

    return toets


def _eindigt_na_begin_en_voor_dagtekening(klasse: str, element: str) -> Regel:
    @technisch("CS108", klasse, element)
    def toets(periode: Declaratie303 | Prestatie303, declaratie: Declaratie303) -> bool:
        return periode.begin <= periode.eind <= declaratie.dagtekening

    return toets


@technisch("TR312", "Header", f"{_BEDRAGEN}/DeclaratieFactuurTotaalBedrag")
def totaal_is_som_van_prestaties(declaratie: Declaratie303, _: Declaratie303) -> bool:
    return declaratie.totaal == sum(prestatie.bedrag for prestatie in declaratie.prestaties)


@technisch("TR313", "Header", f"{_BEDRAGEN}/BtwTotaalBedrag")
def btw_totaal_is_som_van_prestaties(declaratie: Declaratie303, _: Declaratie303) -> bool:
    return (declaratie.btw_totaal or 0) == sum(prestatie.btw_bedrag or 0 for prestatie in declaratie.prestaties)


# --- Prestatie ---


@technisch("CS328", "Prestatie", "ProductPeriode/Begindatum")
def begint_niet_voor_2015(prestatie: Prestatie303, _: Declaratie303) -> bool:
    return prestatie.begin >= _WMO_2015


@technisch("CS331", "Prestatie", f"{_INGEDIEND}/Eenheid")
def eenheid_bestaat_nog(prestatie: Prestatie303, _: Declaratie303) -> bool:
    return prestatie.begin < _INGANG_2_3 or prestatie.eenheid not in _VERVALLEN_EENHEDEN


@technisch("CD062", "Prestatie", f"{_INGEDIEND}/ProductTarief")
def geen_tarief_bij_euros(prestatie: Prestatie303, _: Declaratie303) -> bool:
    return prestatie.eenheid != _EUROS or prestatie.tarief is None


@technisch("CD059", "Prestatie", f"{_INGEDIEND}/BtwVrijstellingIndicatie")
def factuur_zegt_of_btw_geldt(prestatie: Prestatie303, declaratie: Declaratie303) -> bool:
    return not declaratie.factuur or prestatie.btw_vrijstelling is not None


def _btw_gevuld(element: str, veld: str) -> Regel:
    @technisch("CD055", "Prestatie", f"{_INGEDIEND}/{element}")
    def toets(prestatie: Prestatie303, _: Declaratie303) -> bool:
        return not _is_belast(prestatie) or getattr(prestatie, veld) is not None

    return toets


def _btw_leeg(element: str, veld: str) -> Regel:
    @technisch("CD056", "Prestatie", f"{_INGEDIEND}/{element}")
    def toets(prestatie: Prestatie303, _: Declaratie303) -> bool:
        return prestatie.btw_vrijstelling != _VRIJGESTELD or getattr(prestatie, veld) is None

    return toets


def _is_belast(prestatie: Prestatie303) -> bool:
    return prestatie.btw_vrijstelling == _NIET_VRIJGESTELD


@technisch("CS323", "Prestatie", f"{_INGEDIEND}/DeclaratieFactuurBedrag/Bedrag")
def bedrag_is_niet_meer_dan_berekend(prestatie: Prestatie303, _: Declaratie303) -> bool:
    return prestatie.berekend is None or abs(prestatie.bedrag) <= abs(prestatie.berekend)


def _zelfde_teken(element: str, bedrag: str, dc: str) -> Regel:
    @technisch("CS327", "Prestatie", f"{_INGEDIEND}/{element}/DebetCredit")
    def toets(prestatie: Prestatie303, _: Declaratie303) -> bool:
        # Zero is always D (CS325): only then can a credit with 0% BTW exist.
        return not getattr(prestatie, bedrag) or getattr(prestatie, dc) == prestatie.dc

    return toets


@technisch("TR317", "Prestatie", f"{_INGEDIEND}/BerekendBedrag")
def berekend_is_volume_maal_tarief(prestatie: Prestatie303, _: Declaratie303) -> bool:
    # Verrekenpercentage comes after it: the submitted amount may be less than the computed one (CS323).
    if prestatie.berekend is None or prestatie.tarief is None:
        return True
    return abs(prestatie.berekend) == prestatie.volume * prestatie.tarief


# --- 304 ---


@technisch("CS324", "Header", "RetourHeader/RetourDagtekening")
def antwoord_is_niet_ouder_dan_declaratie(_: Antwoord304, bericht: Declaratieantwoord304) -> bool:
    return bericht.kop.dagtekening >= bericht.declaratie_dagtekening


@technisch("TR320", "Header", "RetourBedragen/ToegekendTotaalBedrag")
def toegekend_is_ingediend_min_niet_toegekend(antwoord: Antwoord304, _: Declaratieantwoord304) -> bool:
    # After a whole refusal nothing comes back, and nothing is granted.
    if keurt_af(antwoord.codes):
        return antwoord.toegekend == 0
    return antwoord.ingediend - antwoord.toegekend == sum(map(_niet_toegekend, _regels(antwoord)))


def _regels(antwoord: Antwoord304) -> Iterable[AntwoordRegel304]:
    return chain.from_iterable(client.prestaties for client in antwoord.clienten)


def _niet_toegekend(prestatie: AntwoordRegel304) -> int:
    return prestatie.bedrag - prestatie.toegekend


_CLIENT = (bsn_doorstaat_elfproef, client_komt_eenmaal_voor, product_en_referentie_komen_eenmaal_voor_bij_client)

# Client, Header, Prestatie, message-wide: as process.md §10.2 does for a 323.
DECLARATIE_NIVEAU_2_23: tuple[Regel | BerichtRegel, ...] = (
    *_CLIENT,
    geboren_voor_dagtekening,
    is_niet_ouder_dan_120_jaar,
    datumgebruik_past,
    servicebureau_bij_betaling_aan_servicebureau,
    _niet_na_dagtekening("Header", f"{_IDENTIFICATIE}/DeclaratiePeriode/Begindatum"),
    _eindigt_na_begin_en_voor_dagtekening("Header", f"{_IDENTIFICATIE}/DeclaratiePeriode/Einddatum"),
    _bij_btw(f"{_IDENTIFICATIE}/BtwIDNummer", "btw_id"),
    _bij_btw(f"{_BEDRAGEN}/BtwTotaalBedrag", "btw_totaal"),
    nul_is_debet("Header", f"{_BEDRAGEN}/DeclaratieFactuurTotaalBedrag/DebetCredit", "totaal", "totaal_dc"),
    nul_is_debet("Header", f"{_BEDRAGEN}/BtwTotaalBedrag/DebetCredit", "btw_totaal", "btw_totaal_dc"),
    totaal_is_som_van_prestaties,
    btw_totaal_is_som_van_prestaties,
    begint_niet_voor_2015,
    _niet_na_dagtekening("Prestatie", "ProductPeriode/Begindatum"),
    _eindigt_na_begin_en_voor_dagtekening("Prestatie", "ProductPeriode/Einddatum"),
    alleen_credit_heeft_vorig,
    eenheid_bestaat_nog,
    geen_tarief_bij_euros,
    berekend_is_volume_maal_tarief,
    bedrag_is_niet_meer_dan_berekend,
    factuur_zegt_of_btw_geldt,
    _btw_gevuld("BtwPercentage", "btw_percentage"),
    _btw_gevuld("BtwBedrag", "btw_bedrag"),
    _btw_leeg("BtwPercentage", "btw_percentage"),
    _btw_leeg("BtwBedrag", "btw_bedrag"),
    nul_is_debet("Prestatie", f"{_INGEDIEND}/BerekendBedrag/DebetCredit", "berekend", "berekend_dc"),
    nul_is_debet("Prestatie", f"{_INGEDIEND}/BtwBedrag/DebetCredit", "btw_bedrag", "btw_dc"),
    nul_is_debet("Prestatie", f"{_INGEDIEND}/DeclaratieFactuurBedrag/DebetCredit", "bedrag", "dc"),
    _zelfde_teken("BerekendBedrag", "berekend", "berekend_dc"),
    _zelfde_teken("BtwBedrag", "btw_bedrag", "btw_dc"),
    vorig_komt_eenmaal_voor,
    vorig_staat_niet_in_dit_bericht,
)

ANTWOORD_NIVEAU_2_23: tuple[Regel | BerichtRegel, ...] = (
    *_CLIENT,
    antwoord_is_niet_ouder_dan_declaratie,
    nul_is_debet("Header", "RetourBedragen/IngediendTotaalBedrag/DebetCredit", "ingediend", "ingediend_dc"),
    nul_is_debet("Header", "RetourBedragen/ToegekendTotaalBedrag/DebetCredit", "toegekend", "toegekend_dc"),
    toegekend_is_ingediend_min_niet_toegekend,
    alleen_credit_heeft_vorig,
    nul_is_debet("Prestatie", f"{_INGEDIEND}/DeclaratieFactuurBedrag/DebetCredit", "bedrag", "dc"),
    nul_is_debet(
        "Prestatie", f"{_TOEGEKEND}/GemeenteBerekendBedrag/DebetCredit", "gemeente_berekend", "gemeente_berekend_dc"
    ),
    nul_is_debet("Prestatie", f"{_TOEGEKEND}/ToegekendBedrag/DebetCredit", "toegekend", "toegekend_dc"),
)
