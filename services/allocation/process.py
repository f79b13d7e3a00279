"""What happens to a 301, told top down: one message, one transaction, one answer. The aanbieder's own: answering.py.

A message of a soort without rules here is passed on: forwarding.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import BinaryIO, Final

from sqlalchemy import Connection

from services.allocation import answering, refusals, retour_machtigingen, store
from services.allocation.declaraties import Goedgekeurd, Onbereikbaar
from services.allocation.facts import load_facts
from services.allocation.forwarding import stuur_door
from services.allocation.header import read_doorgifte
from services.allocation.inzending import Inzending, bewaar, eerder_bericht, eis_bestemming, lees, nieuwe_uitkomst
from services.allocation.message import VERWIJDERD, Toewijzingsbericht, read_retour, read_toewijzing
from services.allocation.reply import build_302
from services.allocation.retour_rules import retour_bevindingen
from services.allocation.rules import technische_bevindingen
from services.allocation.settings import RETOUR_REEKS
from services.allocation.verdict import Oordeel, judge
from services.kernel import berichten, catalogue, gebeurtenissen, postbus, reading, termijnen
from services.kernel.berichten import Bezet, Herhaling, Uitkomst, Verwijzing
from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import Berichtsoort
from services.kernel.clients import client_nrs
from services.kernel.database import een_tegelijk, once_more, volgende
from services.kernel.reading import Afwijzing, Schemas
from services.kernel.toegang import access
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst, Ingekomen


def process(dienst: Dienst, partij: Partij, inkomend: Ingekomen, proef: bool, *, goedgekeurd: Goedgekeurd) -> Uitkomst:
    """The verdict on a message, stored with all that follows from it; with `proef` the same verdict and nothing stored.

    Afwijzing for what cannot be judged: unreadable (400), not the caller's to send (403), without a place here (409);
    Probleem (503) for a removal while declaration, which knows what was declared on it, does not answer.
    """
    inzending = Inzending(dienst, partij, inkomend, _identify(dienst, inkomend.stream), proef, goedgekeurd)
    story = _VERHALEN.get(inzending.soort.naam, stuur_door)
    try:
        return once_more(partial(story, inzending))
    except Afwijzing as fout:
        fout.soort = inzending.soort
        raise


def toets_offline(soort: Berichtsoort, stream: BinaryIO, schemas: Schemas) -> tuple[Bevinding, ...]:
    """Levels 1 and 2, without a hub. Afwijzing when it is no XML that can be read at all."""
    try:
        match soort.naam:
            case "WMO301" | "JW301":
                return technische_bevindingen(read_toewijzing(stream, soort, schemas))
            case "WMO302" | "JW302":
                return retour_bevindingen(read_retour(stream, soort, schemas))
        read_doorgifte(stream, soort, schemas)
        return ()
    except Afwijzing as fout:
        if fout.bevindingen:
            return fout.bevindingen
        raise


# --- a 301: from the gemeente, judged for the aanbieder --------------------------------------------------------------


def _toewijzing(inzending: Inzending) -> Uitkomst:
    dienst, soort = inzending.dienst, inzending.soort
    bericht = lees(inzending, read_toewijzing)
    kop = bericht.kop
    access.eis_namens(dienst, inzending.partij, kop.afzender, f"{soort.naam} indienen")
    eis_bestemming(inzending, kop.ontvanger, "aanbieder")
    technisch = technische_bevindingen(bericht)
    gedeclareerd = _goedgekeurd(inzending, bericht)
    with inzending.transactie() as conn:
        een_tegelijk(conn, kop.afzender, soort.domein)
        eerder = eerder_bericht(conn, inzending, kop.afzender, kop.identificatie)
        if isinstance(eerder, Herhaling):
            return eerder.uitkomst
        if gedeclareerd is None:
            raise refusals.declaraties_onbereikbaar()
        bezet = isinstance(eerder, Bezet)
        versies = store.lees_versies(conn, store.bereik_van(bericht), bericht.nummers)
        feiten = load_facts(conn, bericht, versies, bezet, gedeclareerd, dienst.vandaag(), dienst.settings)
        oordeel = judge(bericht, technisch, feiten)
        uitkomst = nieuwe_uitkomst(
            soort, kop.afzender, kop.ontvanger, kop.identificatie, oordeel.oordeel, oordeel.bevindingen
        )
        if inzending.proef:
            return uitkomst
        if oordeel.goedgekeurd:
            return _accept(conn, inzending, bericht, (versies, feiten.client), uitkomst)
        return _refuse(conn, inzending, bericht, oordeel, uitkomst)


def _goedgekeurd(inzending: Inzending, bericht: Toewijzingsbericht) -> frozenset[int] | None:
    """Of the numbers that are removed, those with approved Prestaties; None: declaration could not be asked.

    Asked before the turn to write is taken: nobody waits for the other service inside a transaction.
    """
    genummerd = ((p.nummer, p.reden_wijziging) for p in bericht.client.producten if p.nummer is not None)
    verwijderd = {nummer for nummer, reden in genummerd if reden == VERWIJDERD}
    if not verwijderd:
        return frozenset()
    try:
        return inzending.goedgekeurd(inzending.soort.domein, bericht.kop.afzender, verwijderd)
    except Onbereikbaar:
        return None


def _accept(
    conn: Connection,
    inzending: Inzending,
    bericht: Toewijzingsbericht,
    bekend: tuple[store.Versies, str],
    uitkomst: Uitkomst,
) -> Uitkomst:
    """Keep the versions it brings, tell the feed, and pass it on to the aanbieder.

    `bekend`: what there is of its numbers, and the hash of its Bsn.
    """
    dienst, nu = inzending.dienst, inzending.dienst.nu()
    nr = bewaar(conn, inzending, uitkomst, bericht.kop.dagtekening, telt=True)
    bsn = bericht.client.bsn
    client_nr = client_nrs(conn, [bsn], dienst.settings.bsn_sleutel, bewaar_bsn=True)[bsn]
    versies, client = bekend
    store.neem_op(conn, bericht, nr, (client_nr, client), versies, nu)
    termijnen.begin(conn, inzending.soort, nr, bericht.kop.afzender, bericht.kop.ontvanger, dienst.vandaag())
    postbus.bezorg(conn, [(uitkomst.bestemming, nr)], nu)
    return uitkomst


def _refuse(
    conn: Connection, inzending: Inzending, bericht: Toewijzingsbericht, oordeel: Oordeel, uitkomst: Uitkomst
) -> Uitkomst:
    """Keep the verdict and not the message; with the aanbieder's machtiging, answer with a 302 in its name.

    Without it no message says that the 301 was refused: the gemeente is told by a gebeurtenis.
    """
    dienst, nu = inzending.dienst, inzending.dienst.nu()
    nr = bewaar(conn, inzending, uitkomst, bericht.kop.dagtekening, telt=False)
    if not retour_machtigingen.retour_door_hub(conn, uitkomst.bestemming, dienst.vandaag()):
        postbus.bezorg(conn, [], nu, [gebeurtenissen.meld_afgekeurd(conn, uitkomst, nr, nu)])
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
    uitkomst = nieuwe_uitkomst(soort, geweigerd.bestemming, geweigerd.verzender, identificatie, "goedgekeurd", ())
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


def _identify(dienst: Dienst, stream: BinaryIO) -> Berichtsoort:
    soort = reading.identify(stream)
    if soort.dienst != dienst.naam:
        raise refusals.andere_dienst(soort)
    return soort


# What has no story of its own is passed on.
_VERHALEN: Final[Mapping[str, Callable[[Inzending], Uitkomst]]] = {
    "WMO301": _toewijzing,
    "JW301": _toewijzing,
    "WMO302": answering.beslis,
    "JW302": answering.beslis,
}
