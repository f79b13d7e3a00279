"""What allocation keeps of a person: until when, and erasing it. The versions stay, of nobody."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, update

from services.allocation import start_stop_store, tables
from services.allocation.store import Bereik, Versie, actueel, lees_versies
from services.kernel.one_of import one_of
from services.kernel.privacy import bewaartermijn
from services.kernel.privacy.bewaartermijn import LOOPT, Dossier, Telling
from services.kernel.tables import bericht, client

_V = tables.toewijzing_versie.c
_H = tables.toewijzing_herhaling.c
_F = tables.feed.c
_BSN_HASH: Final = "bsnHash"


def dossiers(conn: Connection, hash: str | None = None) -> dict[Dossier, date]:
    """{(hash, domein): the last day of the dossier}, of all clients or of one; LOOPT when one runs."""
    laatste = _laatst_ontvangen(conn, hash)
    for (wie, domein), per_bereik in _nummers(conn, hash).items():
        for bereik, nummers in per_bereik.items():
            leveringen = start_stop_store.lees(conn, bereik.gemeente, bereik.domein, nummers)
            for nummer, versies in lees_versies(conn, bereik, nummers).items():
                versie = actueel(versies)
                if versie is not None:
                    stop = leveringen.get((nummer, versie.aanbieder))
                    einde = _einde(versie, stop.einde if stop else None)
                    laatste[wie, domein] = max(laatste[wie, domein], einde)
    return laatste


def _einde(versie: Versie, stop: date | None) -> date:
    if versie.verwijderd:
        return versie.toewijzingsdatum
    return versie.einddatum or stop or LOOPT


def _laatst_ontvangen(conn: Connection, hash: str | None) -> dict[Dossier, date]:
    """When a version of each last came in; of a row of a CSV, the day of the toewijzing."""
    columns = (client.c.hash, _V.domein, func.max(_V.toewijzingsdatum), func.max(bericht.c.ontvangen))
    statement = select(*columns).join(client, client.c.nr == _V.client).join(bericht, isouter=True)
    statement = statement.where(bewaartermijn.is_iemand()).group_by(client.c.hash, _V.domein)
    if hash is not None:
        statement = statement.where(client.c.hash == hash)
    return {
        (wie, domein): max(dag, bewaartermijn.dag_van(ontvangen)) if ontvangen else dag
        for wie, domein, dag, ontvangen in conn.execute(statement)
    }


def _nummers(conn: Connection, hash: str | None) -> Mapping[Dossier, Mapping[Bereik, set[int]]]:
    statement = select(client.c.hash, _V.gemeente, _V.domein, _V.nummer).join(client, client.c.nr == _V.client)
    statement = statement.where(bewaartermijn.is_iemand()).distinct()
    if hash is not None:
        statement = statement.where(client.c.hash == hash)
    gevonden: dict[Dossier, dict[Bereik, set[int]]] = defaultdict(lambda: defaultdict(set))
    for wie, gemeente, domein, nummer in conn.execute(statement):
        gevonden[wie, domein][Bereik(gemeente, domein)].add(nummer)
    return gevonden


def wis_dossiers(conn: Connection, verstreken: Collection[Dossier]) -> Telling:
    """Make these dossiers nobody's: their versions, their feed, and the messages that brought them."""
    samen = Telling()
    for hash, domein in sorted(verstreken):
        nr = bewaartermijn.client_van(conn, hash)
        if nr is not None:
            samen += _wis(conn, nr, domein)
    return samen


def wis_oude(conn: Connection, vandaag: date) -> Telling:
    """Erase the messages and refusals of before the limit, but for those that a dossier still rests on."""
    samen = bewaartermijn.wis_berichten(conn, oude_berichten(conn, vandaag))
    return samen + bewaartermijn.wis_weigeringen(conn, vandaag)


def oude_berichten(conn: Connection, vandaag: date) -> list[int]:
    """The 301 of a dossier that is kept has the name that belongs to it: it goes when the dossier does."""
    in_gebruik = select(_V.bericht).join(client, client.c.nr == _V.client).where(bewaartermijn.is_iemand())
    blijft = set(conn.execute(in_gebruik.where(_V.bericht.is_not(None)).distinct()).scalars())
    blijft |= set(bewaartermijn.antwoorden(conn, blijft))
    return [nr for nr in bewaartermijn.oude_berichten(conn, vandaag) if nr not in blijft]


def _wis(conn: Connection, nr: int, domein: str) -> Telling:
    van_dossier = (_V.client == nr) & (_V.domein == domein)
    rijen = conn.execute(select(_V.nr, _V.bericht, _V.gemeente, _V.nummer).where(van_dossier)).all()
    if not rijen:
        return Telling()
    berichten = {rij.bericht for rij in rijen if rij.bericht is not None}
    berichten |= set(_herhalingen(conn, [rij.nr for rij in rijen]))
    nummers = {(rij.gemeente, rij.nummer) for rij in rijen}
    berichten |= set(_leveringen(conn, domein, nummers))
    nieuw = bewaartermijn.naamloos(conn)
    conn.execute(update(tables.toewijzing_versie).where(van_dossier).values(client=nieuw, referentie_aanbieder=None))
    _wis_feed(conn, domein, nummers, nieuw)
    samen = bewaartermijn.wis_berichten(conn, {*berichten, *bewaartermijn.antwoorden(conn, berichten)})
    bewaartermijn.haal_weg(conn, nr, _V.client)
    return samen + Telling(dossiers=1, toewijzingen=len(nummers))


def _herhalingen(conn: Connection, versies: Collection[int]) -> Iterable[int]:
    return conn.execute(select(_H.bericht).where(one_of(_H.versie, versies))).scalars()


def _leveringen(conn: Connection, domein: str, nummers: Collection[tuple[str, int]]) -> Iterator[int]:
    l = tables.levering.c  # noqa: E741 - as the table
    for gemeente, nummer in nummers:
        waar = (l.gemeente == gemeente) & (l.domein == domein) & (l.nummer == nummer)
        yield from conn.execute(select(l.bericht).where(waar)).scalars()


def _wis_feed(conn: Connection, domein: str, nummers: Collection[tuple[str, int]], nieuw: int) -> None:
    """Who reads the feed from the start again finds the same toewijzingen, of nobody."""
    hash = conn.execute(select(client.c.hash).where(client.c.nr == nieuw)).scalar_one()
    rijen: list[dict[str, Any]] = []
    for gemeente, nummer in nummers:
        waar = (_F.gemeente == gemeente) & (_F.domein == domein) & (_F.nummer == nummer)
        found = conn.execute(select(_F.nr, _F.toestand).where(waar))
        rijen += [{"rij": nr, "wordt": {**toestand, _BSN_HASH: hash}} for nr, toestand in found]
    if rijen:
        zet = update(tables.feed).where(_F.nr == bindparam("rij"))
        conn.execute(zet.values(toestand=bindparam("wordt", type_=_F.toestand.type)), rijen)
