"""Storing declarations and their Prestaties: bulk rows, one statement per question, no object per line."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from services.declaration import tables
from services.declaration.message import Declaratie, Declaratie303, Prestatie, Prestatie303
from services.declaration.rules.stand_23 import Stand303
from services.declaration.verdict import Feiten, Oordeel
from services.kernel.clients import client_nrs
from services.kernel.database import insert_rows, upsert
from services.kernel.one_of import one_of
from services.kernel.retourcodes import NIET_BEOORDEELD
from services.kernel.tables import bericht, client, teller
from services.kernel.wiring import Dienst

# The columns that are known of a Prestatie when it is stored.
PRESTATIE = (
    *(
        "declaratie",
        "client",
        "gemeente",
        "aanbieder",
        "domein",
        "referentienummer",
        "vorig",
        "toewijzing",
        "grondslag",
    ),
    *("categorie", "code", "begin", "eind", "volume", "eenheid", "tarief", "bedrag", "dc", "telt"),
    *("status", "codes", "berekend", "toegekend", "te_betalen"),
)
_P = tables.prestatie.c
_D = tables.declaratie.c


def bewaar_declaratie(
    conn: Connection, bericht_nr: int, declaratie: Declaratie, toegekend: int | None, nu: datetime
) -> int:
    """The Declaratie of a message that counts, and its number; `toegekend` None: still to be judged by the gemeente."""
    vorm = declaratie.vorm if isinstance(declaratie, Declaratie303) else tables.DECLARATIE
    statement = insert(tables.declaratie).values(
        bericht=bericht_nr,
        gemeente=declaratie.kop.ontvanger,
        aanbieder=declaratie.kop.afzender,
        domein=declaratie.soort.domein,
        release=declaratie.soort.release,
        vorm=vorm,
        nummer=declaratie.nummer,
        begin=declaratie.begin,
        eind=declaratie.eind,
        dagtekening=declaratie.dagtekening,
        xsd_basisschema=declaratie.kop.xsd_versie[0],
        xsd_bericht=declaratie.kop.xsd_versie[1],
        ingediend=declaratie.totaal,
        gefactureerd=declaratie.totaal if vorm == tables.FACTUUR else None,
        toegekend=toegekend,
        verwerkt_op=nu if toegekend is not None else None,
        telt=True,
    )
    return int(conn.execute(statement.returning(_D.nr)).scalar_one())


def bewaar_prestaties(
    conn: Connection, dienst: Dienst, nr: int, declaratie: Declaratie, feiten: Feiten, oordeel: Oordeel | None
) -> None:
    """The lines of Declaratie `nr`, with what `oordeel` decided on each; None: ingediend, the gemeente judges.

    A ReferentieNummer occurs once among the lines that count, also within a message.
    """
    clients = client_nrs(conn, {c.bsn for c in declaratie.clienten}, dienst.settings.bsn_sleutel, bewaar_bsn=False)
    gebruikt = set(feiten.bezette_nummers)
    bron = Stand303(declaratie, feiten) if isinstance(declaratie, Declaratie303) else None
    rows: list[tuple[Any, ...]] = []
    for een in declaratie.clienten:
        for prestatie in een.prestaties:
            waarden = _waarden(declaratie, nr, clients[een.bsn], prestatie, _grondslag(prestatie, bron))
            telt = prestatie.referentienummer not in gebruikt
            gebruikt.add(prestatie.referentienummer)
            rows.append((*waarden, telt, *_besluit(prestatie, oordeel)))
    insert_rows(conn, tables.prestatie, rows, PRESTATIE)


def _grondslag(prestatie: Prestatie, bron: Stand303 | None) -> int | None:
    """The toewijzing a line counts on: the one it names, or in 2.3 the one that its other keys find (TR303)."""
    if prestatie.toewijzing is not None or bron is None or not isinstance(prestatie, Prestatie303):
        return prestatie.toewijzing
    toewijzing = bron.toewijzing_van(prestatie)
    return toewijzing.nummer if toewijzing else None


def _waarden(declaratie: Declaratie, nr: int, client_nr: int, p: Prestatie, grondslag: int | None) -> tuple[Any, ...]:
    kop = declaratie.kop
    wie = nr, client_nr, kop.ontvanger, kop.afzender, declaratie.soort.domein
    wat = p.referentienummer, p.vorig, p.toewijzing, grondslag, p.categorie, p.code
    return *wie, *wat, p.begin, p.eind, p.volume, p.eenheid, p.tarief, p.bedrag, p.dc


def _besluit(
    prestatie: Prestatie, oordeel: Oordeel | None
) -> tuple[str, list[str], int | None, int | None, int | None]:
    """Status, codes, what the gemeente computes (2.3), the award, and what is to be paid."""
    if oordeel is None:
        return tables.INGEDIEND, [], None, None, None
    berekend = oordeel.berekend.get(prestatie.plaats)
    toegekend = oordeel.toekenningen.get(prestatie.plaats)
    if toegekend is not None:
        return tables.GOEDGEKEURD, [], berekend, toegekend, toegekend
    return tables.AFGEKEURD, list(oordeel.regel_codes.get(prestatie.plaats, (NIET_BEOORDEELD,))), berekend, 0, 0


def prestaties_van(conn: Connection, nr: int) -> Sequence[Row[Any]]:
    """The lines of Declaratie `nr` in document order, each with the keyed hash of its Bsn as `client_hash`."""
    statement = select(tables.prestatie, client.c.hash.label("client_hash")).join(client, client.c.nr == _P.client)
    return conn.execute(statement.where(_P.declaratie == nr).order_by(_P.nr)).all()


def declaratie_van(conn: Connection, bericht_nr: int) -> Row[Any] | None:
    """The Declaratie of a message."""
    return conn.execute(select(tables.declaratie).where(_D.bericht == bericht_nr)).one_or_none()


def verwerk_antwoord(conn: Connection, nr: int, oordeel: Oordeel, nu: datetime) -> None:
    """What the gemeente decided on Declaratie `nr`; the `plaats` of a line in `oordeel` is (its number, 0).

    Most lines are awarded as submitted: only the refused and the partly awarded ones are named.
    """
    decided = update(tables.declaratie).where(_D.nr == nr)
    conn.execute(decided.values(toegekend=oordeel.toegekend, verwerkt_op=nu))
    whole = update(tables.prestatie).where(_P.declaratie == nr)
    conn.execute(whole.values(status=tables.GOEDGEKEURD, toegekend=_P.bedrag, te_betalen=_P.bedrag))
    line = update(tables.prestatie).where(_P.nr == bindparam("regel"))
    refused = [{"regel": regel, "retourcodes": list(codes)} for (regel, _), codes in oordeel.regel_codes.items()]
    if refused:
        afgekeurd = {"status": tables.AFGEKEURD, "toegekend": 0, "te_betalen": 0, "codes": bindparam("retourcodes")}
        conn.execute(line.values(**afgekeurd), refused)
    anders = _anders_toegekend(conn, nr, oordeel)
    if anders:
        conn.execute(line.values(toegekend=bindparam("deel"), te_betalen=bindparam("deel")), anders)
    berekend = [{"regel": regel, "som": bedrag} for (regel, _), bedrag in oordeel.berekend.items()]
    if berekend:
        conn.execute(line.values(berekend=bindparam("som")), berekend)


def _anders_toegekend(conn: Connection, nr: int, oordeel: Oordeel) -> list[dict[str, int]]:
    """The lines that are awarded and not for the amount submitted (2.3)."""
    submitted = conn.execute(select(_P.nr, _P.bedrag).where(_P.declaratie == nr))
    return [
        {"regel": regel, "deel": deel}
        for regel, bedrag in submitted
        if (deel := oordeel.toekenningen.get((regel, 0), bedrag)) != bedrag
    ]


def trek_in(conn: Connection, bericht_nr: int, nu: datetime) -> None:
    """The gemeente refused a message as a whole: it counts as not sent, and none of its numbers is used."""
    conn.execute(update(bericht).where(bericht.c.nr == bericht_nr).values(telt=False))
    whole = update(tables.declaratie).where(_D.bericht == bericht_nr)
    conn.execute(whole.values(telt=False, verwerkt_op=nu, toegekend=0, te_betalen=0))
    of_message = _P.declaratie.in_(select(_D.nr).where(_D.bericht == bericht_nr))
    lines = update(tables.prestatie).where(of_message)
    conn.execute(lines.values(telt=False, status=tables.AFGEKEURD, toegekend=0, te_betalen=0))


def bezette_nummers(conn: Connection, aanbieder: str, domein: str, nummers: Collection[str]) -> set[str]:
    """Those of these ReferentieNummers that the aanbieder used before, in the domein and whatever the gemeente."""
    used = select(_P.referentienummer).where(_P.aanbieder == aanbieder, _P.domein == domein, _P.telt)
    return set(conn.execute(used.where(one_of(_P.referentienummer, nummers))).scalars())


def stand(conn: Connection, naam: str) -> int:
    """The value of a counter; 0 when it was never set."""
    return conn.execute(select(teller.c.waarde).where(teller.c.naam == naam)).scalar_one_or_none() or 0


def zet_stand(conn: Connection, naam: str, waarde: int) -> None:
    """Set a counter."""
    statement = upsert(conn, teller).values(naam=naam, waarde=waarde)
    conn.execute(statement.on_conflict_do_update(index_elements=[teller.c.naam], set_={"waarde": waarde}))
