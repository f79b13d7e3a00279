"""What happens to a 301 and to a 302, told top down: one message, one transaction, one answer."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import BinaryIO, TypeVar
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from services.allocation import refusals, store
from services.allocation.facts import load_facts
from services.allocation.message import Retourbericht, Toewijzingsbericht, read_retour, read_toewijzing
from services.allocation.reply import build_302
from services.allocation.retour_rules import echo_bevindingen, retour_bevindingen, weigert
from services.allocation.rules import technische_bevindingen
from services.allocation.settings import RETOUR_REEKS
from services.allocation.verdict import Oordeel, judge
from services.kernel import access, berichten, catalogue, parties, postbus, reading
from services.kernel.berichten import Bezet, Eerder, Herhaling, Uitkomst, Verwijzing
from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import Berichtsoort
from services.kernel.clients import client_nrs
from services.kernel.database import een_tegelijk, volgende
from services.kernel.parties import Partij, Partijsoort
from services.kernel.reading import Afwijzing, Schemas
from services.kernel.wiring import Dienst, Ingekomen

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Inzending:
    """A message as it was handed in; `proef`: it is judged and nothing of it is stored."""

    dienst: Dienst
    partij: Partij
    inkomend: Ingekomen
    soort: Berichtsoort
    proef: bool

    def transactie(self) -> AbstractContextManager[Connection]:
        database = self.dienst.database
        return database.read() if self.proef else database.write()

    def inhoud(self) -> bytes:
        self.inkomend.stream.seek(0)
        return self.inkomend.stream.read()


def process(dienst: Dienst, partij: Partij, inkomend: Ingekomen, proef: bool) -> Uitkomst:
    """The verdict on a message, stored with all that follows from it; with `proef` the same verdict and nothing stored.

    Afwijzing for what cannot be judged: unreadable (400), not the caller's to send (403), without a place here (409).
    """
    inzending = Inzending(dienst, partij, inkomend, _identify(dienst, inkomend.stream), proef)
    story = _toewijzing if inzending.soort.antwoord_op is None else _retour
    try:
        return story(inzending)
    except IntegrityError:
        # Another transaction came first with the same key: with what it stored, this one is judged once more.
        return story(inzending)


def toets_offline(soort: Berichtsoort, stream: BinaryIO, schemas: Schemas) -> tuple[Bevinding, ...]:
    """Levels 1 and 2, without a hub. Afwijzing when it is no XML that can be read at all."""
    try:
        if soort.antwoord_op is None:
            return technische_bevindingen(read_toewijzing(stream, soort, schemas))
        return retour_bevindingen(read_retour(stream, soort, schemas))
    except Afwijzing as fout:
        if fout.bevindingen:
            return fout.bevindingen
        raise


# --- a 301: from the gemeente, judged for the aanbieder --------------------------------------------------------------


def _toewijzing(inzending: Inzending) -> Uitkomst:
    dienst, soort = inzending.dienst, inzending.soort
    bericht = _read(inzending, read_toewijzing)
    kop = bericht.kop
    access.eis_namens(dienst, inzending.partij, kop.afzender, f"{soort.naam} indienen")
    _eis_bestemming(inzending, kop.ontvanger, "aanbieder")
    technisch = technische_bevindingen(bericht)
    with inzending.transactie() as conn:
        een_tegelijk(conn, kop.afzender, soort.domein)
        eerder = _eerder(conn, inzending, kop.afzender, kop.identificatie)
        if isinstance(eerder, Herhaling):
            return eerder.uitkomst
        feiten = load_facts(conn, bericht, isinstance(eerder, Bezet), dienst.vandaag(), dienst.settings)
        oordeel = judge(bericht, technisch, feiten)
        uitkomst = _uitkomst(
            soort, kop.afzender, kop.ontvanger, kop.identificatie, oordeel.oordeel, oordeel.bevindingen
        )
        if inzending.proef:
            return uitkomst
        if oordeel.goedgekeurd:
            return _accept(conn, inzending, bericht, uitkomst)
        return _refuse(conn, inzending, bericht, oordeel, uitkomst)


def _accept(conn: Connection, inzending: Inzending, bericht: Toewijzingsbericht, uitkomst: Uitkomst) -> Uitkomst:
    """Keep the versions it brings, tell the feed, and pass it on to the aanbieder."""
    dienst, nu = inzending.dienst, inzending.dienst.nu()
    nr = _bewaar(conn, inzending, uitkomst, bericht.kop.dagtekening, telt=True)
    bsn = bericht.client.bsn
    client_nr = client_nrs(conn, [bsn], dienst.settings.bsn_sleutel, bewaar_bsn=True)[bsn]
    store.neem_op(conn, bericht, nr, client_nr, nu)
    postbus.bezorg(conn, [(uitkomst.bestemming, nr)], nu)
    return uitkomst


def _refuse(
    conn: Connection, inzending: Inzending, bericht: Toewijzingsbericht, oordeel: Oordeel, uitkomst: Uitkomst
) -> Uitkomst:
    """Keep the verdict and not the message; with the aanbieder's machtiging, answer with a 302 in its name."""
    dienst = inzending.dienst
    nr = _bewaar(conn, inzending, uitkomst, bericht.kop.dagtekening, telt=False)
    if not store.retour_door_hub(conn, uitkomst.bestemming, dienst.vandaag()):
        return uitkomst
    retour = _antwoord(conn, inzending, oordeel, uitkomst, nr)
    return replace(uitkomst, retour=retour)


def _antwoord(
    conn: Connection, inzending: Inzending, oordeel: Oordeel, geweigerd: Uitkomst, heen_nr: int
) -> Verwijzing:
    """Write the hub's 302 and put it in the gemeente's postbus."""
    dienst, heen = inzending.dienst, inzending.soort
    soort = catalogue.find(heen.antwoord or "", heen.release)
    vandaag, nu = dienst.vandaag(), dienst.nu()
    identificatie = _identificatie_retour(conn, soort, geweigerd.bestemming)
    inhoud = build_302(heen, soort, oordeel, inzending.inkomend.stream, identificatie, vandaag, dienst.schemas)
    uitkomst = _uitkomst(soort, geweigerd.bestemming, geweigerd.verzender, identificatie, "goedgekeurd", ())
    nr = berichten.bewaar(
        conn,
        uitkomst,
        soort=soort,
        sha256=sha256(inhoud).hexdigest(),
        ontvangen=nu,
        telt=True,
        inhoud=inhoud,
        antwoord_op=heen_nr,
        partij=None,
        dagtekening=vandaag,
    )
    postbus.bezorg(conn, [(uitkomst.bestemming, nr)], nu)
    return Verwijzing(soort.naam, uitkomst.id)


def _identificatie_retour(conn: Connection, soort: Berichtsoort, aanbieder: str) -> str:
    """The next of the hub's series for this aanbieder that the aanbieder has not used itself."""
    while True:
        identificatie = RETOUR_REEKS + _base36(volgende(conn, f"retour:{aanbieder}"))
        if berichten.zoek_eerder(conn, soort.naam, aanbieder, identificatie, "") is None:
            return identificatie


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return digits


# --- a 302: the aanbieder's own answer -------------------------------------------------------------------------------


def _retour(inzending: Inzending) -> Uitkomst:
    bericht = _read(inzending, read_retour)
    # The Header is that of the 301, unswapped.
    gemeente, aanbieder = bericht.kop.afzender, bericht.kop.ontvanger
    access.eis_namens(inzending.dienst, inzending.partij, aanbieder, f"{inzending.soort.naam} indienen")
    _eis_bestemming(inzending, gemeente, "gemeente")
    technisch = retour_bevindingen(bericht)
    with inzending.transactie() as conn:
        een_tegelijk(conn, gemeente, inzending.soort.domein)
        eerder = _eerder(conn, inzending, aanbieder, bericht.identificatie_retour)
        if isinstance(eerder, Herhaling):
            return eerder.uitkomst
        if isinstance(eerder, Bezet):
            raise refusals.identificatie_bezet()
        heen = _heenbericht(conn, bericht)
        toewijzing = _herlees(conn, inzending, heen)
        bevindingen = technisch + echo_bevindingen(bericht, toewijzing)
        if bevindingen:
            raise refusals.retour_onjuist(bevindingen)
        uitkomst = _uitkomst(inzending.soort, aanbieder, gemeente, bericht.identificatie_retour, "goedgekeurd", ())
        if not inzending.proef:
            _neem_aan(conn, inzending, bericht, heen, toewijzing, uitkomst)
        return uitkomst


def _neem_aan(
    conn: Connection,
    inzending: Inzending,
    bericht: Retourbericht,
    heen: Eerder,
    toewijzing: Toewijzingsbericht,
    uitkomst: Uitkomst,
) -> None:
    """Keep the 302 and pass it on; one that refuses takes back what its 301 brought, which counts as not sent."""
    nu = inzending.dienst.nu()
    nr = _bewaar(conn, inzending, uitkomst, bericht.dagtekening_retour, telt=True, antwoord_op=heen.nr)
    if weigert(bericht):
        store.telt_niet(conn, heen.nr)
        store.trek_terug(conn, toewijzing, heen.nr, nu)
    postbus.bezorg(conn, [(uitkomst.bestemming, nr)], nu)


def _heenbericht(conn: Connection, bericht: Retourbericht) -> Eerder:
    """The 301 that the 302 answers, which counts and has no answer yet."""
    kop, soort = bericht.kop, bericht.soort
    heen = berichten.vind_heenbericht(conn, soort.antwoord_op or "", kop.afzender, kop.identificatie)
    if heen is None or (heen.bestemming, heen.dagtekening) != (kop.ontvanger, kop.dagtekening):
        raise refusals.geen_heenbericht()
    # One number series of Identificaties over the releases, but an answer is of the release it answers.
    if heen.release != soort.release:
        raise refusals.geen_heenbericht()
    if berichten.antwoord_van(conn, heen.nr) is not None:
        raise refusals.al_beantwoord()
    return heen


def _herlees(conn: Connection, inzending: Inzending, heen: Eerder) -> Toewijzingsbericht:
    inhoud = berichten.inhoud(conn, heen.nr)
    if inhoud is None:
        raise RuntimeError("a 301 that counts is stored with its content")
    soort = catalogue.find(heen.berichtsoort, heen.release)
    return read_toewijzing(reading.as_stream(inhoud), soort, inzending.dienst.schemas)


# --- steps of both ---------------------------------------------------------------------------------------------------


def _identify(dienst: Dienst, stream: BinaryIO) -> Berichtsoort:
    soort = reading.identify(stream)
    if soort.dienst != dienst.naam:
        raise refusals.andere_dienst(soort)
    return soort


def _read(inzending: Inzending, read: Callable[[BinaryIO, Berichtsoort, Schemas], T]) -> T:
    """Level 1; a violation of the XSD leaves a row without content."""
    dienst, inkomend = inzending.dienst, inzending.inkomend
    try:
        return read(inkomend.stream, inzending.soort, dienst.schemas)
    except Afwijzing as fout:
        if fout.bevindingen and not inzending.proef:
            with dienst.database.write() as conn:
                berichten.weiger(
                    conn,
                    ontvangen=dienst.nu(),
                    partij=inzending.partij.code,
                    type=fout.type,
                    sha256=inkomend.sha256,
                    soort=inzending.soort,
                    bevindingen=fout.bevindingen,
                )
        raise


def _eis_bestemming(inzending: Inzending, code: str, soort: Partijsoort) -> None:
    with inzending.dienst.database.read() as conn:
        partij = parties.vind(conn, code)
    if partij is None or partij.soort != soort:
        raise refusals.onbekende_bestemming(code, soort)


def _eerder(conn: Connection, inzending: Inzending, verzender: str, identificatie: str) -> Herhaling | Bezet | None:
    sha256 = inzending.inkomend.sha256
    return berichten.zoek_eerder(conn, inzending.soort.naam, verzender, identificatie, sha256)


def _bewaar(
    conn: Connection,
    inzending: Inzending,
    uitkomst: Uitkomst,
    dagtekening: date,
    *,
    telt: bool,
    antwoord_op: int | None = None,
) -> int:
    """The number of its row. The content of a message that does not count is not kept."""
    return berichten.bewaar(
        conn,
        uitkomst,
        soort=inzending.soort,
        sha256=inzending.inkomend.sha256,
        ontvangen=inzending.dienst.nu(),
        telt=telt,
        inhoud=inzending.inhoud() if telt else None,
        antwoord_op=antwoord_op,
        partij=inzending.partij.code,
        dagtekening=dagtekening,
    )


def _uitkomst(
    soort: Berichtsoort,
    verzender: str,
    bestemming: str,
    identificatie: str,
    oordeel: str,
    bevindingen: tuple[Bevinding, ...],
) -> Uitkomst:
    return Uitkomst(
        id=str(uuid4()),
        standaard=soort.standaard,
        release=soort.release,
        berichtsoort=soort.naam,
        verzender=verzender,
        bestemming=bestemming,
        identificatie=identificatie,
        oordeel=oordeel,
        ingediend=None,
        toegekend=None,
        feed_nr=None,
        bevindingen=bevindingen,
        retour=None,
        nieuw=True,
    )
