"""The aanbieder's own 302: held against its 301, kept, and passed on; one that refuses takes back what the 301 brought.

There is no answer to an answer: what does not fit is an Afwijzing, 400 with its bevindingen or 409.
"""

from sqlalchemy import Connection

from services.allocation import refusals, store
from services.allocation.inzending import (
    Inzending,
    bewaar,
    eerder_bericht,
    eis_bestemming,
    lees,
    nieuwe_uitkomst,
    vind_heenbericht,
)
from services.allocation.message import Retourbericht, Toewijzingsbericht, read_retour, read_toewijzing
from services.allocation.retour_rules import echo_bevindingen, retour_bevindingen, weigert
from services.kernel import berichten, catalogue, postbus, reading, termijnen
from services.kernel.berichten import Bezet, Eerder, Herhaling, Uitkomst
from services.kernel.database import een_tegelijk
from services.kernel.toegang import access


def beslis(inzending: Inzending) -> Uitkomst:
    bericht = lees(inzending, read_retour)
    # The Header is that of the 301, unswapped.
    gemeente, aanbieder = bericht.kop.afzender, bericht.kop.ontvanger
    access.eis_namens(inzending.dienst, inzending.partij, aanbieder, f"{inzending.soort.naam} indienen")
    eis_bestemming(inzending, gemeente, "gemeente")
    technisch = retour_bevindingen(bericht)
    with inzending.transactie() as conn:
        een_tegelijk(conn, gemeente, inzending.soort.domein)
        eerder = eerder_bericht(conn, inzending, aanbieder, bericht.identificatie_retour)
        if isinstance(eerder, Herhaling):
            return eerder.uitkomst
        if isinstance(eerder, Bezet):
            raise refusals.identificatie_bezet()
        heen = vind_heenbericht(conn, bericht.soort, bericht.kop)
        toewijzing = _herlees(conn, inzending, heen)
        bevindingen = technisch + echo_bevindingen(bericht, toewijzing)
        if bevindingen:
            raise refusals.retour_onjuist(bevindingen)
        uitkomst = nieuwe_uitkomst(
            inzending.soort, aanbieder, gemeente, bericht.identificatie_retour, "goedgekeurd", ()
        )
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
    nr = bewaar(conn, inzending, uitkomst, bericht.dagtekening_retour, telt=True, antwoord_op=heen.nr)
    termijnen.sluit(conn, heen.nr, nu, inzending.dienst.vandaag())
    if weigert(bericht):
        store.telt_niet(conn, heen.nr)
        store.trek_terug(conn, toewijzing, heen.nr, nu)
    postbus.bezorg(conn, [(uitkomst.bestemming, nr)], nu)


def _herlees(conn: Connection, inzending: Inzending, heen: Eerder) -> Toewijzingsbericht:
    inhoud = berichten.inhoud(conn, heen.nr)
    if inhoud is None:
        raise RuntimeError("a 301 that counts is stored with its content")
    soort = catalogue.find(heen.berichtsoort, heen.release)
    return read_toewijzing(reading.as_stream(inhoud), soort, inzending.dienst.schemas)
