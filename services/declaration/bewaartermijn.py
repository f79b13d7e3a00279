"""What declaration keeps of a person: until when, and erasing it. Lines, toewijzingen and the journal stay, of nobody.

Not one amount changes: the journal names a toewijzing and a line, and these are no longer anyone's.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, String, case, cast, delete, func, insert, literal, select, tuple_, update

from services.declaration import tables
from services.declaration.onthouden import verouder
from services.kernel.one_of import one_of
from services.kernel.privacy import bewaartermijn
from services.kernel.privacy.bewaartermijn import GEWIST, LOOPT, Dossier, Telling
from services.kernel.tables import bericht, client

_P = tables.prestatie.c
_T = tables.toewijzing.c
_S = tables.stand.c
_D = tables.declaratie.c
_WIST: Final = "bewaartermijn"
# With two parameters each, so many fit one statement.
_TEGELIJK: Final = 10_000


def dossiers(conn: Connection, hash: str | None = None) -> dict[Dossier, date]:
    """{(hash, domein): the last day of the dossier}, of all clients or of one; LOOPT when a toewijzing runs."""
    einde = case((_T.vervallen, _T.toewijzingsdatum), else_=func.coalesce(_T.einddatum, _T.stop, literal(LOOPT)))
    ontvangen = func.max(func.coalesce(bericht.c.ontvangen, _D.verwerkt_op))
    met_bericht = tables.prestatie.join(client, client.c.nr == _P.client).join(tables.declaratie)
    met_bericht = met_bericht.outerjoin(bericht, bericht.c.nr == _D.bericht)
    toegewezen = select(client.c.hash, _T.domein, func.max(einde), func.max(_T.toewijzingsdatum), literal(None))
    toegewezen = toegewezen.select_from(tables.toewijzing.join(client, client.c.nr == _T.client))
    gedeclareerd = select(client.c.hash, _P.domein, func.max(_P.eind), func.max(_D.eind), ontvangen)
    delen: list[dict[Dossier, date]] = []
    for statement, domein in ((toegewezen, _T.domein), (gedeclareerd.select_from(met_bericht), _P.domein)):
        waar = [bewaartermijn.is_iemand(), *([client.c.hash == hash] if hash is not None else [])]
        rijen = conn.execute(statement.where(*waar).group_by(client.c.hash, domein))
        delen.append({(wie, dom): _laatste(een, ander, moment) for wie, dom, een, ander, moment in rijen})
    return bewaartermijn.laatste_dag(delen)


def _laatste(een: date, ander: date, moment: Any) -> date:
    dagen = [_dag(een), _dag(ander)]
    return max(*dagen, bewaartermijn.dag_van(moment)) if moment is not None else max(dagen)


def _dag(waarde: date | str) -> date:
    """SQLite gives what a function makes of a date as text."""
    return date.fromisoformat(waarde) if isinstance(waarde, str) else waarde


def wis_dossiers(conn: Connection, verstreken: Collection[Dossier]) -> Telling:
    """Make these dossiers nobody's: their toewijzingen, their lines, their kenmerken."""
    samen = Telling()
    for hash, domein in sorted(verstreken):
        nr = bewaartermijn.client_van(conn, hash)
        if nr is not None:
            samen += _wis(conn, nr, domein)
    if samen != Telling():
        # Who was one person in two domeinen is two now.
        verouder(conn)
    return samen


def wis_oude(conn: Connection, vandaag: date) -> Telling:
    """Erase the messages and refusals of before the limit, and the numbers that aanbieders gave in them."""
    nrs = oude_berichten(conn, vandaag)
    zet = update(tables.declaratie).where(one_of(_D.bericht, nrs))
    conn.execute(zet.values(nummer=literal(f"{GEWIST}-") + cast(_D.nr, String)))
    return bewaartermijn.wis_berichten(conn, nrs) + bewaartermijn.wis_weigeringen(conn, vandaag)


def oude_berichten(conn: Connection, vandaag: date) -> list[int]:
    return bewaartermijn.oude_berichten(conn, vandaag)


def _wis(conn: Connection, nr: int, domein: str) -> Telling:
    van_toewijzing = (_T.client == nr) & (_T.domein == domein)
    van_prestatie = (_P.client == nr) & (_P.domein == domein)
    nummers = {tuple(rij) for rij in conn.execute(select(_T.gemeente, _T.nummer).where(van_toewijzing))}
    nieuw = bewaartermijn.naamloos(conn)
    conn.execute(update(tables.toewijzing).where(van_toewijzing).values(client=nieuw))
    # A ReferentieNummer is free text of the aanbieder's, and unique: it becomes the number of the row.
    eigen = literal(f"{GEWIST}-") + cast(_P.nr, String)
    vorig = case((_P.vorig.is_(None), None), else_=literal(GEWIST))
    regels = update(tables.prestatie).where(van_prestatie)
    aantal = conn.execute(regels.values(client=nieuw, referentienummer=eigen, vorig=vorig)).rowcount
    conn.execute(update(tables.stand).where(_S.client == nr, _S.domein == domein).values(client=nieuw))
    kenmerken = _wis_kenmerken(conn, domein, nummers)
    bewaartermijn.haal_weg(conn, nr, _T.client, _P.client, _S.client)
    gevonden = bool(nummers or aantal)
    return Telling(dossiers=int(gevonden), toewijzingen=len(nummers), prestaties=aantal, kenmerken=kenmerken)


def _wis_kenmerken(conn: Connection, domein: str, nummers: Collection[tuple[Any, ...]]) -> int:
    """Kenmerken and their history. The history is only added to but for here: `wisrecht` has a row meanwhile."""
    aantal = 0
    wie = sorted(nummers)
    for begin in range(0, len(wie), _TEGELIJK):
        part = wie[begin : begin + _TEGELIJK]
        k, h = tables.kenmerk.c, tables.kenmerk_historie.c
        weg = delete(tables.kenmerk).where(k.domein == domein, tuple_(k.gemeente, k.nummer).in_(part))
        aantal += conn.execute(weg).rowcount
        conn.execute(insert(tables.wisrecht).values(reden=_WIST))
        conn.execute(delete(tables.kenmerk_historie).where(h.domein == domein, tuple_(h.gemeente, h.nummer).in_(part)))
        conn.execute(delete(tables.wisrecht))
    return aantal
