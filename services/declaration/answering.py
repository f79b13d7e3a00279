"""The gemeente's own 304 or 325: held against its declaration, booked, and passed on to the aanbieder.

There is no answer to an answer: what does not fit is an Afwijzing, 400 with its bevindingen or 409.
"""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import Connection

from services.declaration import store, verdict
from services.declaration.awards import boek_prestaties
from services.declaration.booking import Boekmoment
from services.declaration.facts import load_antwoord_feiten
from services.declaration.message import Declaratieantwoord
from services.declaration.turns import om_te_oordelen
from services.declaration.verdict import Oordeel
from services.kernel import berichten, postbus, termijnen
from services.kernel.berichten import Bezet, Eerder, Herhaling, Uitkomst
from services.kernel.bevinding import Bevinding
from services.kernel.reading import Afwijzing
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst, Ingekomen


def beslis(
    dienst: Dienst,
    partij: Partij,
    ingekomen: Ingekomen,
    antwoord: Declaratieantwoord,
    feed_nr: int | None,
    proef: bool,
    conn: Connection,
) -> Uitkomst:
    """Seen before? What does it answer? Does it fit? Then the lines get their status, D is booked, it goes on."""
    gemeente, aanbieder = antwoord.kop.afzender, antwoord.kop.ontvanger
    om_te_oordelen(conn, aanbieder, antwoord.soort, dienst.vandaag())
    eerder = berichten.zoek_eerder(conn, antwoord.soort.naam, gemeente, antwoord.kop.identificatie, ingekomen.sha256)
    if isinstance(eerder, Herhaling):
        return eerder.uitkomst
    heen = _heenbericht(conn, antwoord)
    feiten = load_antwoord_feiten(conn, dienst, antwoord, heen, identificatie_bezet=isinstance(eerder, Bezet))
    eis_zonder_bevindingen(verdict.check_antwoord(antwoord, feiten))
    uitkomst = _uitkomst(antwoord, feed_nr)
    if not proef:
        nr = _bewaar(conn, dienst, partij, ingekomen, antwoord, uitkomst, heen)
        _verwerk(conn, dienst, heen, verdict.judge_antwoord(antwoord, feiten))
        termijnen.sluit(conn, heen.nr, dienst.nu(), dienst.vandaag())
        postbus.bezorg(conn, [(aanbieder, nr)], dienst.nu())
    return uitkomst


def eis_zonder_bevindingen(bevindingen: Sequence[Bevinding]) -> None:
    """An answer with any finding is not taken in."""
    if bevindingen:
        detail = f"Het antwoord past niet bij de standaard of bij zijn declaratie: {len(bevindingen)} bevinding(en)."
        raise Afwijzing("antwoord-onjuist", "Antwoord onjuist opgebouwd", detail, bevindingen=tuple(bevindingen))


def inhoud_van(ingekomen: Ingekomen) -> bytes:
    """The bytes of a message as they were handed over."""
    ingekomen.stream.seek(0)
    return ingekomen.stream.read()


def _heenbericht(conn: Connection, antwoord: Declaratieantwoord) -> Eerder:
    """The declaration that is answered: it counts, and has no answer yet (the hub's own is one)."""
    kop, naar = antwoord.kop, antwoord.soort.antwoord_op or ""
    heen = berichten.vind_heenbericht(conn, naar, kop.ontvanger, antwoord.declaratie_identificatie)
    if heen is None or heen.bestemming != kop.afzender or heen.dagtekening != antwoord.declaratie_dagtekening:
        raise _geen_heenbericht()
    if berichten.antwoord_van(conn, heen.nr) is not None:
        raise _al_beantwoord()
    return heen


def _verwerk(conn: Connection, dienst: Dienst, heen: Eerder, oordeel: Oordeel) -> None:
    """A refusal as a whole: the message counts as not sent; else its lines get their status, and awards are booked."""
    declaratie = store.declaratie_van(conn, heen.nr)
    if oordeel.oordeel == verdict.AFGEKEURD or declaratie is None:
        store.trek_in(conn, heen.nr, dienst.nu())
        return
    store.verwerk_antwoord(conn, declaratie.nr, oordeel, dienst.nu())
    boek_prestaties(conn, [declaratie.nr], Boekmoment(dienst.vandaag(), dienst.nu()))


def _bewaar(
    conn: Connection,
    dienst: Dienst,
    partij: Partij,
    ingekomen: Ingekomen,
    antwoord: Declaratieantwoord,
    uitkomst: Uitkomst,
    heen: Eerder,
) -> int:
    return berichten.bewaar(
        conn,
        uitkomst,
        soort=antwoord.soort,
        sha256=ingekomen.sha256,
        ontvangen=dienst.nu(),
        telt=True,
        inhoud=inhoud_van(ingekomen),
        antwoord_op=heen.nr,
        partij=partij.code,
        dagtekening=antwoord.kop.dagtekening,
    )


def _uitkomst(antwoord: Declaratieantwoord, feed_nr: int | None) -> Uitkomst:
    soort, kop, klasse = antwoord.soort, antwoord.kop, antwoord.antwoord
    return Uitkomst(
        id=str(uuid4()),
        standaard=soort.standaard,
        release=soort.release,
        berichtsoort=soort.naam,
        verzender=kop.afzender,
        bestemming=kop.ontvanger,
        identificatie=kop.identificatie,
        oordeel="goedgekeurd",
        ingediend=klasse.ingediend if klasse else None,
        toegekend=klasse.toegekend if klasse else None,
        feed_nr=feed_nr,
        bevindingen=(),
        retour=None,
        nieuw=True,
    )


def _geen_heenbericht() -> Afwijzing:
    return Afwijzing(
        "geen-heenbericht",
        "Geen bericht om te beantwoorden",
        "De hub kent geen declaratie die telt met deze Identificatie en Dagtekening, van deze aanbieder aan deze "
        "gemeente.",
        status=409,
    )


def _al_beantwoord() -> Afwijzing:
    detail = "Op deze declaratie is al geantwoord, door de gemeente of door de hub in haar naam."
    return Afwijzing("al-beantwoord", "Al beantwoord", detail, status=409)
