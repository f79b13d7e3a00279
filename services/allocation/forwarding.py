"""What happens to a message that the hub has no rules for: it is checked on its schema, stored, and passed on.

These are start and stop (305, 307), requests and their answer (315, 317, 319), and the retours on all of them. What is
in them the receiver judges; the hub holds that a message has one Identificatie, that a retour answers something, and
that what a retour refuses counts as not sent. When care began and ended, as a 305 and a 307 tell, goes into the feed.
"""

from sqlalchemy import Connection

from services.allocation import refusals, start_stop_store, store, vermeldingen
from services.allocation.header import Doorgifte, read_doorgifte
from services.allocation.inzending import (
    Inzending,
    bewaar,
    eerder_bericht,
    eis_bestemming,
    lees,
    nieuwe_uitkomst,
    vind_heenbericht,
)
from services.allocation.rules import identificatie_is_nieuw
from services.allocation.store import Bereik
from services.kernel import gebeurtenissen, postbus, termijnen
from services.kernel.berichten import Bezet, Eerder, Herhaling, Uitkomst
from services.kernel.bevinding import Bevinding
from services.kernel.database import een_tegelijk
from services.kernel.rules import bevind
from services.kernel.toegang import access


def stuur_door(inzending: Inzending) -> Uitkomst:
    """The outcome of a message that is passed on; Afwijzing when it cannot be, as in `process`."""
    soort = inzending.soort
    bericht = lees(inzending, read_doorgifte)
    access.eis_namens(inzending.dienst, inzending.partij, bericht.verzender, f"{soort.naam} indienen")
    van_gemeente = soort.rol == "gemeente"
    eis_bestemming(inzending, bericht.bestemming, "aanbieder" if van_gemeente else "gemeente")
    with inzending.transactie() as conn:
        een_tegelijk(conn, bericht.verzender if van_gemeente else bericht.bestemming, soort.domein)
        eerder = eerder_bericht(conn, inzending, bericht.verzender, bericht.identificatie)
        if isinstance(eerder, Herhaling):
            return eerder.uitkomst
        bezet = isinstance(eerder, Bezet)
        return (_heen if soort.antwoord_op is None else _retour)(conn, inzending, bericht, bezet)


def _heen(conn: Connection, inzending: Inzending, bericht: Doorgifte, bezet: bool) -> Uitkomst:
    """A used Identificatie refuses it, and then it goes nowhere: its sender is told by a gebeurtenis."""
    bevindingen = (bevind(identificatie_is_nieuw, bericht.soort, bericht.kop),) if bezet else ()
    uitkomst = _uitkomst(bericht, "afgekeurd" if bezet else "doorgestuurd", bevindingen)
    if not inzending.proef:
        nu = inzending.dienst.nu()
        nr = bewaar(conn, inzending, uitkomst, bericht.dagtekening, telt=not bezet)
        if bezet:
            postbus.bezorg(conn, [], nu, [gebeurtenissen.meld_afgekeurd(conn, uitkomst, nr, nu)])
        else:
            vermeldingen.bewaar(conn, nr, bericht.toewijzingen, bericht.referenties)
            _vertel(conn, inzending, bericht, nr)
            wie = (uitkomst.verzender, uitkomst.bestemming)
            termijnen.begin(conn, inzending.soort, nr, *wie, inzending.dienst.vandaag())
            postbus.bezorg(conn, [(uitkomst.bestemming, nr)], nu)
    return uitkomst


def _retour(conn: Connection, inzending: Inzending, bericht: Doorgifte, bezet: bool) -> Uitkomst:
    """No message answers a retour: what is wrong with it is told in the reply."""
    if bezet:
        raise refusals.identificatie_bezet()
    heen = vind_heenbericht(conn, bericht.soort, bericht.kop)
    uitkomst = _uitkomst(bericht, "doorgestuurd", ())
    if not inzending.proef:
        dienst = inzending.dienst
        nr = bewaar(conn, inzending, uitkomst, bericht.dagtekening, telt=True, antwoord_op=heen.nr)
        if bericht.weigert:
            _neem_terug(conn, inzending, heen)
        termijnen.sluit(conn, heen.nr, dienst.nu(), dienst.vandaag())
        postbus.bezorg(conn, [(uitkomst.bestemming, nr)], dienst.nu())
    return uitkomst


def _vertel(conn: Connection, inzending: Inzending, bericht: Doorgifte, nr: int) -> None:
    """Keep the starts and stops of the message, and tell the feed what they change."""
    if not bericht.leveringen:
        return
    bereik = Bereik(bericht.bestemming, bericht.soort.domein)
    nummers = {levering.nummer for levering in bericht.leveringen}
    voor = start_stop_store.lees(conn, bereik.gemeente, bereik.domein, nummers)
    start_stop_store.bewaar(conn, bereik.gemeente, bereik.domein, bericht.verzender, nr, bericht.leveringen)
    store.meld_leveringen(conn, bereik, nummers, voor, inzending.dienst.nu())


def _neem_terug(conn: Connection, inzending: Inzending, heen: Eerder) -> None:
    """The refused message counts as not sent, nor do the starts and stops in it."""
    bereik, nummers = Bereik(heen.bestemming, heen.domein), start_stop_store.nummers_van(conn, heen.nr)
    voor = start_stop_store.lees(conn, bereik.gemeente, bereik.domein, nummers)
    store.telt_niet(conn, heen.nr)
    store.meld_leveringen(conn, bereik, nummers, voor, inzending.dienst.nu())


def _uitkomst(bericht: Doorgifte, oordeel: str, bevindingen: tuple[Bevinding, ...]) -> Uitkomst:
    wie = (bericht.verzender, bericht.bestemming, bericht.identificatie)
    return nieuwe_uitkomst(bericht.soort, *wie, oordeel, bevindingen)
