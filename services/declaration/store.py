"""Storing declarations and their Prestaties: bulk rows, one statement per question, no object per line."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from services.declaration import tables
from services.declaration.agreements import in_parts
from services.declaration.message import Declaratie, Prestatie
from services.declaration.verdict import Oordeel
from services.kernel.clients import client_nrs
from services.kernel.database import insert_rows, upsert
from services.kernel.retourcodes import NIET_BEOORDEELD
from services.kernel.tables import bericht, client, teller
from services.kernel.wiring import Dienst

_COLUMNS = (
    *("bericht", "client", "gemeente", "aanbieder", "domein", "referentienummer", "vorig", "toewijzing", "categorie"),
    *("code", "begin", "eind", "volume", "eenheid", "tarief", "bedrag", "dc", "telt", "status", "codes", "toegekend"),
)
_P = tables.prestatie.c


def bewaar_declaratie(conn: Connection, nr: int, declaratie: Declaratie, toegekend: int | None) -> None:
    """The Declaratie of message `nr`, which counts; `toegekend` None: still to be judged by the gemeente."""
    conn.execute(
        insert(tables.declaratie).values(
            bericht=nr,
            gemeente=declaratie.kop.ontvanger,
            aanbieder=declaratie.kop.afzender,
            domein=declaratie.soort.domein,
            nummer=declaratie.nummer,
            begin=declaratie.begin,
            eind=declaratie.eind,
            dagtekening=declaratie.dagtekening,
            xsd_basisschema=declaratie.kop.xsd_versie[0],
            xsd_bericht=declaratie.kop.xsd_versie[1],
            ingediend=declaratie.totaal,
            toegekend=toegekend,
            verwerkt=toegekend is not None,
            telt=True,
        )
    )


def bewaar_prestaties(
    conn: Connection, dienst: Dienst, nr: int, declaratie: Declaratie, bezet: Collection[str], oordeel: Oordeel | None
) -> None:
    """The lines of message `nr`, with what `oordeel` decided on each; None: ingediend, the gemeente judges.

    `bezet`: the ReferentieNummers used before. A number occurs once among the lines that count, also within a message.
    """
    clients = client_nrs(conn, {c.bsn for c in declaratie.clienten}, dienst.settings.bsn_sleutel, bewaar_bsn=False)
    gebruikt = set(bezet)
    rows: list[tuple[Any, ...]] = []
    for een in declaratie.clienten:
        for prestatie in een.prestaties:
            waarden = _waarden(declaratie, nr, clients[een.bsn], prestatie)
            telt = prestatie.referentienummer not in gebruikt
            gebruikt.add(prestatie.referentienummer)
            rows.append((*waarden, telt, *_besluit(prestatie, oordeel)))
    insert_rows(conn, tables.prestatie, rows, _COLUMNS)


def _waarden(declaratie: Declaratie, nr: int, client_nr: int, p: Prestatie) -> tuple[Any, ...]:
    kop = declaratie.kop
    wie = nr, client_nr, kop.ontvanger, kop.afzender, declaratie.soort.domein
    wat = p.referentienummer, p.vorig, p.toewijzing, p.categorie, p.code
    return *wie, *wat, p.begin, p.eind, p.volume, p.eenheid, p.tarief, p.bedrag, p.dc


def _besluit(prestatie: Prestatie, oordeel: Oordeel | None) -> tuple[str, list[str], int | None]:
    """Status, codes and award of a line."""
    if oordeel is None:
        return tables.INGEDIEND, [], None
    toegekend = oordeel.toekenningen.get(prestatie.plaats)
    if toegekend is not None:
        return tables.GOEDGEKEURD, [], toegekend
    return tables.AFGEKEURD, list(oordeel.regel_codes.get(prestatie.plaats, (NIET_BEOORDEELD,))), 0


def prestaties_van(conn: Connection, nr: int) -> Sequence[Row[Any]]:
    """The lines of message `nr` in document order, each with the keyed hash of its Bsn as `client_hash`."""
    statement = select(tables.prestatie, client.c.hash.label("client_hash")).join(client, client.c.nr == _P.client)
    return conn.execute(statement.where(_P.bericht == nr).order_by(_P.nr)).all()


def declaratie_van(conn: Connection, nr: int) -> Row[Any] | None:
    """The Declaratie of message `nr`."""
    return conn.execute(select(tables.declaratie).where(tables.declaratie.c.bericht == nr)).one_or_none()


def verwerk_antwoord(conn: Connection, nr: int, toegekend: int, codes: Mapping[int, Sequence[str]]) -> None:
    """What the gemeente decided on message `nr`: the lines in `codes` (number → codes) refused, the others approved."""
    d = tables.declaratie.c
    conn.execute(update(tables.declaratie).where(d.bericht == nr).values(toegekend=toegekend, verwerkt=True))
    whole = update(tables.prestatie).where(_P.bericht == nr)
    conn.execute(whole.values(status=tables.GOEDGEKEURD, toegekend=_P.bedrag))
    if codes:
        refused = update(tables.prestatie).where(_P.nr == bindparam("regel"))
        conn.execute(
            refused.values(status=tables.AFGEKEURD, toegekend=0, codes=bindparam("retourcodes")),
            [{"regel": regel, "retourcodes": list(lijst)} for regel, lijst in codes.items()],
        )


def trek_in(conn: Connection, nr: int) -> None:
    """The gemeente refused message `nr` as a whole: it counts as not sent, and none of its numbers is used."""
    conn.execute(update(bericht).where(bericht.c.nr == nr).values(telt=False))
    d = tables.declaratie
    conn.execute(update(d).where(d.c.bericht == nr).values(telt=False, verwerkt=True, toegekend=0))
    lines = update(tables.prestatie).where(_P.bericht == nr)
    conn.execute(lines.values(telt=False, status=tables.AFGEKEURD, toegekend=0))


def bezette_nummers(conn: Connection, aanbieder: str, domein: str, nummers: Collection[str]) -> set[str]:
    """Those of these ReferentieNummers that the aanbieder used before, in the domein and whatever the gemeente."""
    used = select(_P.referentienummer).where(_P.aanbieder == aanbieder, _P.domein == domein, _P.telt)
    parts = in_parts(set(nummers))
    return {nummer for part in parts for nummer in conn.execute(used.where(_P.referentienummer.in_(part))).scalars()}


def client_nrs_van(conn: Connection, hashes: Collection[str]) -> dict[str, int]:
    """{keyed hash of a Bsn: number of the client}, made where it was not there yet."""
    known = _clients(conn, hashes)
    new = sorted(set(hashes) - known.keys())
    insert_rows(conn, client, [(hashed, None) for hashed in new], ("hash", "bsn"))
    return known | _clients(conn, new)


def _clients(conn: Connection, hashes: Collection[str]) -> dict[str, int]:
    statement = select(client.c.hash, client.c.nr)
    parts = in_parts(set(hashes))
    return {hashed: nr for part in parts for hashed, nr in conn.execute(statement.where(client.c.hash.in_(part)))}


def stand(conn: Connection, naam: str) -> int:
    """The value of a counter; 0 when it was never set."""
    return conn.execute(select(teller.c.waarde).where(teller.c.naam == naam)).scalar_one_or_none() or 0


def zet_stand(conn: Connection, naam: str, waarde: int) -> None:
    """Set a counter."""
    statement = upsert(conn, teller).values(naam=naam, waarde=waarde)
    conn.execute(statement.on_conflict_do_update(index_elements=[teller.c.naam], set_={"waarde": waarde}))
