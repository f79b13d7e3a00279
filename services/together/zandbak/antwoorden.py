"""Answers that a zandbak gives for parties that nobody plays: built by the hub's own code, handed in as theirs.

Nothing is kept of what is still to be answered: a message waits as long as its term is open, and its answer has a
number that follows from its own. So this may be run at any time, in any process, and twice.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Final

from sqlalchemy import select

from services.allocation.message import read_toewijzing
from services.allocation.reply import build_302
from services.allocation.verdict import Oordeel as Oordeel301
from services.declaration.message import Declaratie, read_declaratie
from services.declaration.reply import build_antwoord
from services.declaration.verdict import AFGEKEURD, DEELS_AFGEKEURD, GOEDGEKEURD
from services.declaration.verdict import Oordeel as Declaratieoordeel
from services.kernel import berichten
from services.kernel.answers import OngeldigAntwoord
from services.kernel.catalogue import Berichtsoort, find
from services.kernel.problems import Probleem
from services.kernel.reading import Afwijzing
from services.kernel.receiving import Verwerk
from services.kernel.retourcodes import GEEN_OPMERKING
from services.kernel.settings import AMSTERDAM
from services.kernel.tables import bericht, termijn
from services.kernel.toegang import parties
from services.kernel.waarneming import logs
from services.kernel.wiring import Dienst, Ingekomen
from services.together.assembly import Samenstel
from services.together.zandbak.gedrag import (
    PLICHTIG,
    Antwoorden,
    BerichtWeigeren,
    Regel,
    RegelsWeigeren,
    antwoordregel,
    codes_per_regel,
)
from services.together.zandbak.plaats import Mislukt

# IdentificatieRetour and its like have at most twelve characters.
_REEKS: Final = "ZB{:010d}"
_LOG = logs.log()


@dataclass(frozen=True, slots=True)
class _Open:
    """A message that waits for the answer of a party with gedrag."""

    nr: int
    id: str
    soort: Berichtsoort
    ontvangen: datetime
    plichtig: str
    doe: Antwoorden

    def dag(self) -> date:
        """The day on which it is answered."""
        return self.ontvangen.astimezone(AMSTERDAM).date() + timedelta(days=self.doe.naDagen)


def beantwoord(hub: Samenstel, gedrag: tuple[Regel, ...]) -> list[Mislukt]:
    """Answer what is to be answered today; what could not be, with the reason."""
    mislukt: list[Mislukt] = []
    for naam, dienst in hub.diensten.items():
        verwerk = hub.verwerk[naam]
        for een in _te_geven(dienst, gedrag):
            reden = _geef(dienst, een, verwerk)
            if reden is not None:
                mislukt.append(Mislukt(berichtId=een.id, partij=een.plichtig, reden=reden))
    return mislukt


def dagen(hub: Samenstel, gedrag: tuple[Regel, ...]) -> list[date]:
    """The days on which what waits now is to be answered, in order."""
    return sorted({een.dag() for dienst in hub.diensten.values() for een in _open(dienst, gedrag)})


def _te_geven(dienst: Dienst, gedrag: tuple[Regel, ...]) -> list[_Open]:
    """What is to be answered today, in order of receipt."""
    return [een for een in _open(dienst, gedrag) if een.dag() <= dienst.vandaag()]


def _open(dienst: Dienst, gedrag: tuple[Regel, ...]) -> list[_Open]:
    """What waits for an answer that gedrag gives, in order of receipt."""
    spelers = {regel.partij for regel in gedrag if isinstance(regel.doe, Antwoorden)}
    if not spelers:
        return []
    b = bericht.c
    vraag = (
        select(b.nr, b.id, b.berichtsoort, b.release, b.ontvangen, termijn.c.plichtig)
        .join(termijn, termijn.c.bericht == b.nr)
        .where(termijn.c.beantwoord.is_(None), termijn.c.plichtig.in_(spelers), b.berichtsoort.in_(PLICHTIG), b.telt)
        .order_by(b.nr)
    )
    with dienst.database.read() as conn:
        rijen = conn.execute(vraag).all()
    return [
        _Open(rij.nr, rij.id, find(rij.berichtsoort, rij.release), rij.ontvangen, rij.plichtig, doe)
        for rij in rijen
        if (doe := antwoordregel(gedrag, rij.plichtig, rij.berichtsoort)) is not None
    ]


def _geef(dienst: Dienst, een: _Open, verwerk: Verwerk) -> str | None:
    """Build the answer and hand it in as the party; why not, when that does not go."""
    with dienst.database.read() as conn:
        partij = parties.vind(conn, een.plichtig)
        inhoud = berichten.inhoud(conn, een.nr)
    if partij is None or inhoud is None:
        return "Het bericht of de partij is er niet meer."
    try:
        antwoord = _antwoord(dienst, een, inhoud)
        ingekomen = Ingekomen(BytesIO(antwoord), sha256(antwoord).hexdigest(), len(antwoord))
        verwerk(dienst, partij, ingekomen, False)
    except OngeldigAntwoord:
        return "Het antwoord past niet in zijn schema: niet elke code staat in elke release."
    except Afwijzing as fout:
        with dienst.database.read() as conn:
            if berichten.antwoord_van(conn, een.nr) is not None:
                # Another request was first, or whoever plays this party.
                return None
        regels = ", ".join(dict.fromkeys(bevinding.regel for bevinding in fout.bevindingen))
        return f"De hub nam het antwoord niet aan: {fout.type}{f' ({regels})' if regels else ''}."
    except Probleem as fout:
        return f"De hub nam het antwoord niet aan: {fout.type}."
    _LOG.info("zandbak", gebeurd="antwoord", berichtsoort=een.soort.antwoord, gedrag=een.doe.soort)
    return None


def _antwoord(dienst: Dienst, een: _Open, inhoud: bytes) -> bytes:
    nummer = _REEKS.format(een.nr)
    if een.soort.dienst == "allocation":
        retour = find(een.soort.antwoord or "", een.soort.release)
        oordeel = _oordeel_301(dienst, een, inhoud)
        return build_302(een.soort, retour, oordeel, BytesIO(inhoud), nummer, dienst.vandaag(), dienst.schemas)
    declaratie = read_declaratie(BytesIO(inhoud), een.soort, dienst.schemas)
    oordeel_declaratie = _oordeel_declaratie(een.doe, declaratie)
    return build_antwoord(declaratie, oordeel_declaratie, BytesIO(inhoud), nummer, dienst.vandaag(), dienst.schemas)


def _oordeel_301(dienst: Dienst, een: _Open, inhoud: bytes) -> Oordeel301:
    """What a retour says; every one is built as a 302 is, and only of a 301 are lines refused."""
    goed = Oordeel301((), None, ())
    match een.doe:
        case BerichtWeigeren(retourcode=code):
            return Oordeel301((code,), None, ())
        case RegelsWeigeren():
            producten = read_toewijzing(BytesIO(inhoud), een.soort, dienst.schemas).client.producten
            nummers = [None if product.nummer is None else str(product.nummer) for product in producten]
            codes = codes_per_regel(een.doe, nummers)
            geweigerd = {producten[plaats].pad: gekozen for plaats, gekozen in codes.items()}
            return Oordeel301((GEEN_OPMERKING,), geweigerd, ()) if geweigerd else goed
        case _:
            return goed


def _oordeel_declaratie(doe: Antwoorden, declaratie: Declaratie) -> Declaratieoordeel:
    if isinstance(doe, BerichtWeigeren):
        return Declaratieoordeel(AFGEKEURD, 0, declaratie_codes=(doe.retourcode,))
    prestaties = list(declaratie.prestaties)
    nummers = [prestatie.referentienummer for prestatie in prestaties]
    codes = codes_per_regel(doe, nummers) if isinstance(doe, RegelsWeigeren) else {}
    geweigerd = {prestaties[plaats].plaats: gekozen for plaats, gekozen in codes.items()}
    toegekend = {p.plaats: p.bedrag for p in prestaties if p.plaats not in geweigerd}
    return Declaratieoordeel(
        DEELS_AFGEKEURD if geweigerd else GOEDGEKEURD,
        sum(toegekend.values()),
        regel_codes=geweigerd,
        toekenningen=toegekend,
    )
