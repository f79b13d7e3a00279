"""One message, one transaction, one answer: what becomes of a 303 or 323. The gemeente's own answer: answering.py.

Each function reads as the process; what it decides by is in rules and verdict, what it stores is in store and booking.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import BinaryIO, Literal
from uuid import uuid4

from sqlalchemy import Connection

from services.declaration import answering, store, verdict
from services.declaration.afspraken.agreements import mandaat_voor
from services.declaration.answering import inhoud_van
from services.declaration.awards import boek_prestaties
from services.declaration.booking import Boekmoment
from services.declaration.facts import load_feiten
from services.declaration.feed import Bron, Onbereikbaar, feed_stand, pull
from services.declaration.message import Declaratie, read_antwoord, read_declaratie
from services.declaration.reply import build_antwoord
from services.declaration.settings import ANTWOORD_REEKS
from services.declaration.turns import om_te_oordelen
from services.declaration.verdict import Feiten, Oordeel
from services.kernel import berichten, gebeurtenissen, postbus, termijnen
from services.kernel.berichten import Bezet, Herhaling, Uitkomst, Verwijzing
from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import Berichtsoort, find
from services.kernel.database import once_more, volgende
from services.kernel.problems import Probleem
from services.kernel.reading import Afwijzing, Schemas, identify
from services.kernel.toegang import access, parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst, Ingekomen

# Of release 3.2 and of 2.3.
_ONBEKENDE_TOEWIJZING = frozenset({"9338", "0551"})
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Inzending:
    """A 303 or 323 as somebody handed it over; `technisch` has its findings of level 2.

    `feed_nr` tells how far our copy of the toewijzingen is, `bereikbaar` whether allocation could be asked just now.
    """

    dienst: Dienst
    partij: Partij
    ingekomen: Ingekomen
    declaratie: Declaratie
    technisch: tuple[Bevinding, ...]
    feed_nr: int | None
    bereikbaar: bool


def process(dienst: Dienst, partij: Partij, ingekomen: Ingekomen, proef: bool, *, bron: Bron) -> Uitkomst:
    """What becomes of one message; `proef`: the same outcome, and nothing is stored or sent.

    Raises Afwijzing (not readable, an answer without its message) or Probleem (403, 503) when there is no outcome.
    """
    soort = _eigen_soort(identify(ingekomen.stream))
    story = _declaratie if soort.antwoord_op is None else _antwoord
    try:
        return story(dienst, partij, ingekomen, soort, proef, bron)
    except Afwijzing as fout:
        fout.soort = soort
        if fout.bevindingen and not proef:
            _onthoud_weigering(dienst, partij, ingekomen, soort, fout)
        raise


def toets_offline(soort: Berichtsoort, stream: BinaryIO, schemas: Schemas) -> tuple[Bevinding, ...]:
    """Levels 1 and 2, without a hub. Afwijzing when it is no XML that can be read at all."""
    try:
        if soort.antwoord_op is None:
            return verdict.toets_niveau_2(read_declaratie(stream, soort, schemas))
        return verdict.toets_niveau_2(read_antwoord(stream, soort, schemas))
    except Afwijzing as fout:
        if fout.bevindingen:
            return fout.bevindingen
        raise


def _declaratie(
    dienst: Dienst, partij: Partij, ingekomen: Ingekomen, soort: Berichtsoort, proef: bool, bron: Bron
) -> Uitkomst:
    declaratie = read_declaratie(ingekomen.stream, soort, dienst.schemas)
    access.eis_namens(dienst, partij, declaratie.kop.afzender, f"{soort.naam} indienen")
    technisch = verdict.toets_niveau_2(declaratie)
    inzending = Inzending(dienst, partij, ingekomen, declaratie, technisch, *_werk_bij(dienst, bron))
    return _in_transactie(dienst, proef, partial(_beslis, inzending, proef))


def _antwoord(
    dienst: Dienst, partij: Partij, ingekomen: Ingekomen, soort: Berichtsoort, proef: bool, bron: Bron
) -> Uitkomst:
    antwoord = read_antwoord(ingekomen.stream, soort, dienst.schemas)
    access.eis_namens(dienst, partij, antwoord.kop.afzender, f"{soort.naam} indienen")
    answering.eis_zonder_bevindingen(verdict.toets_niveau_2(antwoord))
    feed_nr, _ = _werk_bij(dienst, bron)
    beslis = partial(answering.beslis, dienst, partij, ingekomen, antwoord, feed_nr, proef)
    return _in_transactie(dienst, proef, beslis)


def _beslis(inzending: Inzending, proef: bool, conn: Connection) -> Uitkomst:
    """Seen before? Whose is the verdict? The verdict, and what follows from it."""
    declaratie, kop = inzending.declaratie, inzending.declaratie.kop
    om_te_oordelen(conn, kop.afzender, declaratie.soort, inzending.dienst.vandaag())
    sleutel = declaratie.soort.naam, kop.afzender, kop.identificatie
    eerder = berichten.zoek_eerder(conn, *sleutel, inzending.ingekomen.sha256)
    if isinstance(eerder, Herhaling):
        return eerder.uitkomst
    feiten = load_feiten(conn, inzending.dienst, declaratie, identificatie_bezet=isinstance(eerder, Bezet))
    beslisser = _beslisser(conn, inzending, feiten)
    oordeel = _beoordeel(inzending, feiten, beslisser)
    uitkomst = _uitkomst(inzending, oordeel)
    if proef:
        return uitkomst
    if oordeel is None:
        _stuur_door(conn, inzending, feiten, uitkomst)
    elif beslisser == "gemeente":
        _weiger(conn, inzending, uitkomst)
    else:
        return _beantwoord(conn, inzending, feiten, oordeel, uitkomst)
    return uitkomst


def _beslisser(conn: Connection, inzending: Inzending, feiten: Feiten) -> Literal["hub", "gemeente"]:
    """Who judges: the hub by mandaat and for a code that is no gemeente (S300), else the gemeente, if connected."""
    soort, code, vandaag = inzending.declaratie.soort, inzending.declaratie.kop.ontvanger, inzending.dienst.vandaag()
    if not feiten.gemeente_bestaat:
        return "hub"
    aangesloten = parties.vind(conn, code)
    if aangesloten is None or aangesloten.soort != "gemeente":
        raise Afwijzing(
            "onbekende-bestemming",
            "Gemeente niet aangesloten",
            f"De gemeente in {soort.bestemming} is niet aangesloten op deze hub. Controleer de gemeentecode.",
        )
    return "hub" if mandaat_voor(conn, code, soort.naam, vandaag) else "gemeente"


def _beoordeel(inzending: Inzending, feiten: Feiten, beslisser: Literal["hub", "gemeente"]) -> Oordeel | None:
    """The verdict; None: the gemeente gives it. Without mandaat the hub refuses what it could not keep apart from an
    earlier message: a key or a DeclaratieNummer that is taken."""
    if inzending.technisch:
        return verdict.judge_technisch(inzending.technisch)
    if beslisser == "gemeente" and not (feiten.identificatie_bezet or feiten.nummer_bezet):
        return None
    oordeel = verdict.judge(inzending.declaratie, feiten)
    # Known numbers are judged by what we know; of an unknown one allocation may know more (design §4).
    if not inzending.bereikbaar and any(b.retourcode in _ONBEKENDE_TOEWIJZING for b in oordeel.bevindingen):
        raise _toewijzingen_onbereikbaar()
    return oordeel


def _toewijzingen_onbereikbaar() -> Probleem:
    return Probleem(
        "toewijzingen-onbereikbaar",
        "Toewijzingen tijdelijk niet te raadplegen",
        "Een ToewijzingNummer is hier nog niet bekend en kan nu niet worden opgezocht; niets is opgeslagen. "
        "Stuur hetzelfde bericht later nog eens.",
        status=503,
        headers={"Retry-After": "60"},
    )


def _uitkomst(inzending: Inzending, oordeel: Oordeel | None) -> Uitkomst:
    soort, kop = inzending.declaratie.soort, inzending.declaratie.kop
    return Uitkomst(
        id=str(uuid4()),
        standaard=soort.standaard,
        release=soort.release,
        berichtsoort=soort.naam,
        verzender=kop.afzender,
        bestemming=kop.ontvanger,
        identificatie=kop.identificatie,
        oordeel=oordeel.oordeel if oordeel else "doorgestuurd",
        ingediend=inzending.declaratie.totaal,
        toegekend=oordeel.toegekend if oordeel else None,
        feed_nr=inzending.feed_nr,
        bevindingen=oordeel.bevindingen if oordeel else (),
        retour=None,
        nieuw=True,
    )


def _stuur_door(conn: Connection, inzending: Inzending, feiten: Feiten, uitkomst: Uitkomst) -> None:
    """No mandaat: the lines wait for the gemeente's own answer."""
    declaratie, dienst = inzending.declaratie, inzending.dienst
    nr = _bewaar(conn, inzending, uitkomst, telt=True)
    declaratie_nr = store.bewaar_declaratie(conn, nr, declaratie, None, dienst.nu())
    store.bewaar_prestaties(conn, dienst, declaratie_nr, declaratie, feiten, None)
    wie = (declaratie.kop.afzender, declaratie.kop.ontvanger)
    termijnen.begin(conn, declaratie.soort, nr, *wie, dienst.vandaag())
    postbus.bezorg(conn, [(declaratie.kop.ontvanger, nr)], dienst.nu())


def _weiger(conn: Connection, inzending: Inzending, uitkomst: Uitkomst) -> None:
    """No mandaat, so no answer message may say that it is refused: the aanbieder is told by a gebeurtenis."""
    nu = inzending.dienst.nu()
    nr = _bewaar(conn, inzending, uitkomst, telt=False)
    postbus.bezorg(conn, [], nu, [gebeurtenissen.meld_afgekeurd(conn, uitkomst, nr, nu)])


def _beantwoord(
    conn: Connection, inzending: Inzending, feiten: Feiten, oordeel: Oordeel, uitkomst: Uitkomst
) -> Uitkomst:
    """The verdict is the hub's: store and book what counts, and answer in the name of the gemeente.

    What was refused as a whole leaves its row and its answer, no content and no Prestaties.
    """
    declaratie, dienst = inzending.declaratie, inzending.dienst
    telt = oordeel.oordeel != verdict.AFGEKEURD
    nr = _bewaar(conn, inzending, uitkomst, telt=telt)
    if telt:
        declaratie_nr = store.bewaar_declaratie(conn, nr, declaratie, oordeel.toegekend, dienst.nu())
        store.bewaar_prestaties(conn, dienst, declaratie_nr, declaratie, feiten, oordeel)
        boek_prestaties(conn, [declaratie_nr], Boekmoment(dienst.vandaag(), dienst.nu()))
    antwoord_nr, retour = _bewaar_antwoord(conn, inzending, oordeel, uitkomst, nr)
    aanbieder, gemeente = declaratie.kop.afzender, declaratie.kop.ontvanger
    poststukken = [(aanbieder, antwoord_nr)]
    if feiten.gemeente_bestaat:
        poststukken += [(gemeente, bericht) for bericht in ([nr, antwoord_nr] if telt else [antwoord_nr])]
    postbus.bezorg(conn, poststukken, dienst.nu())
    return replace(uitkomst, retour=retour)


def _bewaar(conn: Connection, inzending: Inzending, uitkomst: Uitkomst, *, telt: bool) -> int:
    """The message itself; its content only when it counts."""
    declaratie, ingekomen = inzending.declaratie, inzending.ingekomen
    return berichten.bewaar(
        conn,
        uitkomst,
        soort=declaratie.soort,
        sha256=ingekomen.sha256,
        ontvangen=inzending.dienst.nu(),
        telt=telt,
        inhoud=inhoud_van(ingekomen) if telt else None,
        antwoord_op=None,
        partij=inzending.partij.code,
        dagtekening=declaratie.kop.dagtekening,
    )


def _bewaar_antwoord(
    conn: Connection, inzending: Inzending, oordeel: Oordeel, uitkomst: Uitkomst, nr: int
) -> tuple[int, Verwijzing]:
    """Build and store the 304 or 325 to message `nr`: its number, and where the aanbieder finds it."""
    dienst, declaratie = inzending.dienst, inzending.declaratie
    vandaag, gemeente = dienst.vandaag(), declaratie.kop.ontvanger
    soort = find(declaratie.soort.antwoord or "", declaratie.soort.release)
    identificatie = _identificatie(conn, soort, gemeente)
    stream = inzending.ingekomen.stream
    content = build_antwoord(declaratie, oordeel, stream, identificatie, vandaag, dienst.schemas)
    antwoord = replace(
        uitkomst,
        id=str(uuid4()),
        berichtsoort=soort.naam,
        verzender=gemeente,
        bestemming=declaratie.kop.afzender,
        identificatie=identificatie,
        bevindingen=(),
    )
    antwoord_nr = berichten.bewaar(
        conn,
        antwoord,
        soort=soort,
        sha256=sha256(content).hexdigest(),
        ontvangen=dienst.nu(),
        telt=True,
        inhoud=content,
        antwoord_op=nr,
        partij=None,
        dagtekening=vandaag,
    )
    return antwoord_nr, Verwijzing(soort.naam, antwoord.id)


def _identificatie(conn: Connection, soort: Berichtsoort, gemeente: str) -> str:
    """The next of the hub's series for this gemeente that the gemeente has not used itself."""
    while True:
        identificatie = ANTWOORD_REEKS + _base36(volgende(conn, f"antwoord:{gemeente}"))
        if berichten.zoek_eerder(conn, soort.naam, gemeente, identificatie, "") is None:
            return identificatie


def _base36(nummer: int) -> str:
    cijfers = ""
    while nummer:
        nummer, rest = divmod(nummer, 36)
        cijfers = _BASE36[rest] + cijfers
    return cijfers


def _in_transactie(dienst: Dienst, proef: bool, beslis: Callable[[Connection], Uitkomst]) -> Uitkomst:
    """Everything that is decided and stored, in one transaction; of a trial nothing is stored."""
    if proef:
        with dienst.database.read() as conn:
            return beslis(conn)
    return once_more(partial(_schrijf, dienst, beslis))


def _schrijf(dienst: Dienst, beslis: Callable[[Connection], Uitkomst]) -> Uitkomst:
    with dienst.database.write() as conn:
        return beslis(conn)


def _werk_bij(dienst: Dienst, bron: Bron) -> tuple[int | None, bool]:
    """Bring our copy of the toewijzingen up to date: its position, and whether allocation could be asked."""
    try:
        return pull(dienst, bron), True
    except Onbereikbaar:
        return feed_stand(dienst), False


def _eigen_soort(soort: Berichtsoort) -> Berichtsoort:
    if soort.dienst == "declaration":
        return soort
    raise Afwijzing(
        "onbekende-berichtsoort",
        "Berichtsoort hoort bij een andere dienst",
        f"Een {soort.naam} van release {soort.release} gaat naar /{soort.dienst}/v1/berichten, "
        f"over de wachtrij met routing key {soort.naam}.",
    )


def _onthoud_weigering(
    dienst: Dienst, partij: Partij, ingekomen: Ingekomen, soort: Berichtsoort, fout: Afwijzing
) -> None:
    """A row for the quality figures, after the transaction of the message itself was rolled back."""
    with dienst.database.write() as conn:
        berichten.weiger(
            conn,
            ontvangen=dienst.nu(),
            partij=partij.code,
            type=fout.type,
            sha256=ingekomen.sha256,
            soort=soort,
            bevindingen=fout.bevindingen,
        )
