"""Level 2: what a 323 or 325 must keep in itself. Any hit refuses the message as a whole (0001).

A rule that 323 and 325 share is one function: the classes of both have the same fields. Release 2.3 is in
`niveau_2_23`.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

from stdnum.nl import bsn as elfproef

from services.declaration.message import (
    Antwoord,
    AntwoordClient,
    Client,
    Declaratie,
    Declaratieantwoord,
    Declaratieantwoord304,
    Prestatie,
)
from services.kernel.bevinding import Plaats
from services.kernel.retourcodes import AFGEKEURD_TECHNISCH, GEEN_OPMERKING, VOLLEDIG_TOEGEKEND
from services.kernel.rules import BerichtRegel, Regel, bericht_regel, regel

Bericht = Declaratie | Declaratieantwoord
_EUROS = "83"
# A declaration of before 2021 belongs to an earlier release.
_EERSTE_DAG = date(2021, 1, 1)
_BEWAARJAREN = 5
_GOED = frozenset({GEEN_OPMERKING, VOLLEDIG_TOEGEKEND})


def keurt_af(codes: Iterable[str]) -> bool:
    """Whether the retourcodes of a class refuse it."""
    return not _GOED.issuperset(codes)


@lru_cache(maxsize=1024)
def laatste_dag(dag: date) -> date:
    """The last day of the calendar month."""
    return dag.replace(day=monthrange(dag.year, dag.month)[1])


def onderwerpen(bericht: Any, klasse: str) -> Iterable[Plaats]:
    """The subjects of a class of a declaration or an answer."""
    match klasse:
        case "Client":
            clienten: Iterable[Plaats] = bericht.clienten
            return clienten
        case "Prestatie":
            prestaties: Iterable[Plaats] = bericht.prestaties
            return prestaties
        case "DeclaratieAntwoord":
            return (bericht.antwoord,) if bericht.antwoord else ()
        case "Header" if isinstance(bericht, Declaratieantwoord304):
            return (bericht.antwoord,)
    return (bericht,)


def technisch(id: str, klasse: str, element: str) -> Callable[[Callable[..., bool]], Regel]:
    return regel(id, AFGEKEURD_TECHNISCH, klasse, element)


def technisch_bericht(
    id: str, klasse: str, element: str
) -> Callable[[Callable[[Any], Iterable[Plaats]]], BerichtRegel]:
    return bericht_regel(id, AFGEKEURD_TECHNISCH, klasse, element)


def herhaald(onderwerpen: Iterable[Any], sleutel: Callable[[Any], object]) -> Iterator[Plaats]:
    """Every subject whose key an earlier one has."""
    gezien: set[object] = set()
    for onderwerp in onderwerpen:
        waarde = sleutel(onderwerp)
        if waarde in gezien:
            yield onderwerp
        gezien.add(waarde)


# --- Client ---


@technisch("CS002", "Client", "Bsn")
def bsn_doorstaat_elfproef(client: Client | AntwoordClient, _: Bericht) -> bool:
    # The checksum alone: 000000000 passes the rule, and is no valid Bsn to the library.
    return bool(elfproef.checksum(client.bsn) == 0)


@technisch_bericht("TR101", "Client", "Bsn")
def client_komt_eenmaal_voor(bericht: Bericht) -> Iterable[Plaats]:
    return herhaald(bericht.clienten, lambda client: client.bsn)


@technisch_bericht("TR101", "Prestatie", "ProductReferentie")
def productreferentie_komt_eenmaal_voor_bij_client(bericht: Bericht) -> Iterable[Plaats]:
    # Under another Client the number is 8021 and no 0001 (gaps 29).
    per_client = (herhaald(client.prestaties, lambda prestatie: prestatie.sleutel) for client in bericht.clienten)
    return chain.from_iterable(per_client)


# --- Declaratie ---


@technisch("CS340", "Declaratie", "DeclaratiePeriode")
def declaratieperiode_is_kalendermaand(declaratie: Declaratie, _: Bericht) -> bool:
    return declaratie.begin.day == 1 and declaratie.eind == laatste_dag(declaratie.begin)


def _niet_voor_2021(klasse: str, element: str) -> Regel:
    @technisch("CS100", klasse, element)
    def toets(periode: Declaratie | Prestatie, _: Bericht) -> bool:
        # "A date" of the period: both are held to it (gaps 35).
        return periode.begin >= _EERSTE_DAG and periode.eind >= _EERSTE_DAG

    return toets


def _eindigt_na_begin_en_voor_dagtekening(klasse: str, element: str) -> Regel:
    @technisch("TR137", klasse, element)
    def toets(periode: Declaratie | Prestatie, bericht: Bericht) -> bool:
        return periode.begin <= periode.eind <= bericht.kop.dagtekening

    return toets


def _niet_na_dagtekening(klasse: str, element: str, veld: str) -> Regel:
    @technisch("TR134", klasse, element)
    def toets(onderwerp: Declaratie | Prestatie, bericht: Bericht) -> bool:
        return bool(getattr(onderwerp, veld) <= bericht.kop.dagtekening)

    return toets


def nul_is_debet(klasse: str, element: str, bedrag: str, dc: str) -> Regel:
    @technisch("CS325", klasse, element)
    def toets(onderwerp: Declaratie | Prestatie | Antwoord, _: Bericht) -> bool:
        # With CD060 this leaves no way to credit a line of 0; the standard has none (gaps 3).
        return bool(getattr(onderwerp, bedrag) != 0 or getattr(onderwerp, dc) == "D")

    return toets


@technisch("TR358", "Declaratie", "TotaalIngediendBedrag")
def totaal_is_som_van_prestaties(declaratie: Declaratie, _: Bericht) -> bool:
    return declaratie.totaal == sum(prestatie.bedrag for prestatie in declaratie.prestaties)


# --- Prestatie ---


@technisch("CS337", "Prestatie", "ProductPeriode")
def productperiode_valt_in_een_maand(prestatie: Prestatie, _: Bericht) -> bool:
    begin, eind = prestatie.begin, prestatie.eind
    return (begin.year, begin.month) == (eind.year, eind.month)


@technisch("TR335", "Prestatie", "ProductPeriode/Einddatum")
def productperiode_is_niet_te_oud(prestatie: Prestatie, declaratie: Declaratie) -> bool:
    eind, getekend = prestatie.eind, declaratie.dagtekening
    # Compared as numbers: the year may be too small for a date, and 29 February has no twin five years back.
    dag = 28 if (getekend.month, getekend.day) == (2, 29) else getekend.day
    return (eind.year, eind.month, eind.day) >= (getekend.year - _BEWAARJAREN, getekend.month, dag)


@technisch("CD060", "Prestatie", "ProductReferentie/VorigReferentieNummer")
def alleen_credit_heeft_vorig(prestatie: Prestatie, _: Bericht) -> bool:
    return prestatie.credit == (prestatie.vorig is not None)


@technisch("CD087", "Prestatie", "ProductTarief")
def tarief_tenzij_euros(prestatie: Prestatie, _: Bericht) -> bool:
    return (prestatie.eenheid == _EUROS) == (prestatie.tarief is None)


@technisch("CS339", "Prestatie", "IngediendBedrag")
def euros_zijn_volume(prestatie: Prestatie, _: Bericht) -> bool:
    return prestatie.eenheid != _EUROS or abs(prestatie.bedrag) == prestatie.volume


# --- over the whole message ---


@technisch_bericht("TR315", "Prestatie", "ProductReferentie/VorigReferentieNummer")
def vorig_komt_eenmaal_voor(declaratie: Declaratie) -> Iterable[Plaats]:
    credits = (prestatie for prestatie in declaratie.prestaties if prestatie.vorig is not None)
    return herhaald(credits, lambda prestatie: prestatie.vorig)


@technisch_bericht("TR316", "Prestatie", "ProductReferentie/VorigReferentieNummer")
def vorig_staat_niet_in_dit_bericht(declaratie: Declaratie) -> Iterable[Plaats]:
    nummers = {prestatie.referentienummer for prestatie in declaratie.prestaties}
    return (prestatie for prestatie in declaratie.prestaties if prestatie.vorig in nummers)


@technisch_bericht("TR416", "Prestatie", "IngediendBedrag/DebetCredit")
def debet_komt_eenmaal_voor(declaratie: Declaratie) -> Iterable[Plaats]:
    # Bsn is no part of the comparison (gaps 29).
    debets = (prestatie for prestatie in declaratie.prestaties if not prestatie.credit)
    return herhaald(debets, lambda p: (p.toewijzing, p.begin, p.eind, p.categorie, p.code))


# --- DeclaratieAntwoord ---


@technisch("TR342", "DeclaratieAntwoord", "TotaalToegekendBedrag")
def toegekend_is_ingediend_min_afgekeurd(antwoord: Antwoord, bericht: Declaratieantwoord) -> bool:
    if keurt_af(antwoord.codes):
        return antwoord.toegekend == 0
    return antwoord.ingediend - antwoord.toegekend == sum(prestatie.bedrag for prestatie in bericht.prestaties)


CLIENT_REGELS = (
    bsn_doorstaat_elfproef,
    client_komt_eenmaal_voor,
    productreferentie_komt_eenmaal_voor_bij_client,
)

# The order of process.md §10.2.
DECLARATIE_NIVEAU_2: tuple[Regel | BerichtRegel, ...] = (
    *CLIENT_REGELS,
    declaratieperiode_is_kalendermaand,
    _niet_voor_2021("Declaratie", "DeclaratiePeriode"),
    _eindigt_na_begin_en_voor_dagtekening("Declaratie", "DeclaratiePeriode/Einddatum"),
    _niet_na_dagtekening("Declaratie", "DeclaratieDagtekening", "dagtekening"),
    _niet_na_dagtekening("Declaratie", "DeclaratiePeriode/Begindatum", "begin"),
    nul_is_debet("Declaratie", "TotaalIngediendBedrag/DebetCredit", "totaal", "totaal_dc"),
    totaal_is_som_van_prestaties,
    productperiode_valt_in_een_maand,
    _niet_voor_2021("Prestatie", "ProductPeriode"),
    _eindigt_na_begin_en_voor_dagtekening("Prestatie", "ProductPeriode/Einddatum"),
    _niet_na_dagtekening("Prestatie", "ProductPeriode/Begindatum", "begin"),
    productperiode_is_niet_te_oud,
    alleen_credit_heeft_vorig,
    tarief_tenzij_euros,
    euros_zijn_volume,
    nul_is_debet("Prestatie", "IngediendBedrag/DebetCredit", "bedrag", "dc"),
    vorig_komt_eenmaal_voor,
    vorig_staat_niet_in_dit_bericht,
    debet_komt_eenmaal_voor,
)

ANTWOORD_NIVEAU_2: tuple[Regel | BerichtRegel, ...] = (
    *CLIENT_REGELS,
    _eindigt_na_begin_en_voor_dagtekening("Prestatie", "ProductPeriode/Einddatum"),
    _niet_na_dagtekening("Prestatie", "ProductPeriode/Begindatum", "begin"),
    alleen_credit_heeft_vorig,
    nul_is_debet("Prestatie", "IngediendBedrag/DebetCredit", "bedrag", "dc"),
    nul_is_debet("DeclaratieAntwoord", "TotaalIngediendBedrag/DebetCredit", "ingediend", "ingediend_dc"),
    nul_is_debet("DeclaratieAntwoord", "TotaalToegekendBedrag/DebetCredit", "toegekend", "toegekend_dc"),
    toegekend_is_ingediend_min_afgekeurd,
)
