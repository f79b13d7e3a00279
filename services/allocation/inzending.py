"""A message as it was handed in, and the steps that every story about one takes: read, seen before, kept."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, TypeVar
from uuid import uuid4

from sqlalchemy import Connection

from services.allocation import refusals
from services.allocation.declaraties import Goedgekeurd
from services.allocation.header import Kop
from services.kernel import berichten
from services.kernel.berichten import Bezet, Eerder, Herhaling, Uitkomst
from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Afwijzing, Schemas
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij, Partijsoort
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
    goedgekeurd: Goedgekeurd

    def transactie(self) -> AbstractContextManager[Connection]:
        database = self.dienst.database
        return database.read() if self.proef else database.write()

    def inhoud(self) -> bytes:
        self.inkomend.stream.seek(0)
        return self.inkomend.stream.read()


def lees(inzending: Inzending, read: Callable[[BinaryIO, Berichtsoort, Schemas], T]) -> T:
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


def eis_bestemming(inzending: Inzending, code: str, soort: Partijsoort) -> None:
    with inzending.dienst.database.read() as conn:
        partij = parties.vind(conn, code)
    if partij is None or partij.soort != soort:
        raise refusals.onbekende_bestemming(code, soort)


def eerder_bericht(
    conn: Connection, inzending: Inzending, verzender: str, identificatie: str
) -> Herhaling | Bezet | None:
    sha256 = inzending.inkomend.sha256
    return berichten.zoek_eerder(conn, inzending.soort.naam, verzender, identificatie, sha256)


def vind_heenbericht(conn: Connection, soort: Berichtsoort, kop: Kop) -> Eerder:
    """The message that a retour of this kind with this Header answers, which counts and has no answer yet."""
    heen = berichten.vind_heenbericht(conn, soort.antwoord_op or "", kop.afzender, kop.identificatie)
    if heen is None or (heen.bestemming, heen.dagtekening) != (kop.ontvanger, kop.dagtekening):
        raise refusals.geen_heenbericht(soort)
    # One number series of Identificaties over the releases, but an answer is of the release it answers.
    if heen.release != soort.release:
        raise refusals.geen_heenbericht(soort)
    if berichten.antwoord_van(conn, heen.nr) is not None:
        raise refusals.al_beantwoord(soort)
    return heen


def bewaar(
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


def nieuwe_uitkomst(
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
