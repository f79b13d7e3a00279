"""How long what names a person is kept, and erasing it: what both services do alike.

Wmo 2015, article 5.3.4: fifteen years. Jeugdwet, article 7.3.8: twenty. Counted here from the last day on which any of
the dossier changed or ran: docs/privacy.md says why.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, String, cast, delete, insert, literal, or_, select, update

from services.kernel.one_of import one_of
from services.kernel.settings import AMSTERDAM
from services.kernel.tables import bericht, client, gebeurtenis, inhoud, postbus, weigering

JAREN: Final = {"wmo": 15, "jeugd": 20}
# A toewijzing without an end, of which nothing told that care stopped.
LOOPT: Final = date.max
GEWIST: Final = "gewist"

Dossier = tuple[str, str]  # keyed hash of the client, domein


@dataclass(frozen=True, slots=True)
class Telling:
    """How much there is to erase, or was erased, per kind."""

    dossiers: int = 0
    toewijzingen: int = 0
    prestaties: int = 0
    berichten: int = 0
    weigeringen: int = 0
    poststukken: int = 0
    gebeurtenissen: int = 0
    kenmerken: int = 0

    def __add__(self, other: "Telling") -> "Telling":
        return Telling(*(getattr(self, naam) + getattr(other, naam) for naam in self.__dataclass_fields__))

    def json(self) -> dict[str, int]:
        return {naam: getattr(self, naam) for naam in self.__dataclass_fields__}


def grens(domein: str, vandaag: date) -> date:
    """What ended before this day is due: its whole term has passed."""
    jaar = vandaag.year - JAREN[domein]
    try:
        return vandaag.replace(year=jaar)
    except ValueError:  # 29 February
        return date(jaar, 2, 28)


def is_verstreken(laatste: date, domein: str, vandaag: date) -> bool:
    """Whether the term of a dossier whose last day was `laatste` has passed."""
    return laatste < grens(domein, vandaag)


def laatste_dag(delen: Iterable[Mapping[Dossier, date]]) -> dict[Dossier, date]:
    """{dossier: its last day} of several counts together; one that runs in any of them runs."""
    samen: dict[Dossier, date] = {}
    for deel in delen:
        for dossier, dag in deel.items():
            samen[dossier] = max(dag, samen.get(dossier, dag))
    return samen


def middernacht(dag: date) -> datetime:
    """The start of a day in Amsterdam, as UTC."""
    return datetime.combine(dag, time.min, AMSTERDAM).astimezone(UTC)


def dag_van(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()


# --- the client ------------------------------------------------------------------------------------------------------


def naamloos(conn: Connection) -> int:
    """A new client that is nobody: a random hash, no Bsn. What is his was of one person, and nothing says whose."""
    statement = insert(client).values(hash=f"{GEWIST}-{secrets.token_hex(28)}", bsn=None).returning(client.c.nr)
    return int(conn.execute(statement).scalar_one())


def is_iemand() -> ColumnElement[bool]:
    """Of a row of client: that it is a person, and not one that was made nobody."""
    return ~client.c.hash.startswith(f"{GEWIST}-")


def client_van(conn: Connection, hash: str) -> int | None:
    return conn.execute(select(client.c.nr).where(client.c.hash == hash)).scalar_one_or_none()


def haal_weg(conn: Connection, nr: int, *verwijzingen: ColumnElement[Any]) -> None:
    """Delete a client that none of these columns refers to any more."""
    if not any(conn.execute(select(literal(1)).where(kolom == nr).limit(1)).first() for kolom in verwijzingen):
        conn.execute(delete(client).where(client.c.nr == nr))


# --- messages --------------------------------------------------------------------------------------------------------


def oude_berichten(conn: Connection, vandaag: date, *behalve: ColumnElement[bool]) -> list[int]:
    """The messages received before the limit of their domein, with their answers, that were not erased before."""
    begin = {domein: middernacht(grens(domein, vandaag)) for domein in JAREN}
    oud = or_(*((bericht.c.domein == domein) & (bericht.c.ontvangen < begin[domein]) for domein in JAREN))
    waar = oud & ~bericht.c.identificatie.startswith(f"{GEWIST}-")
    heen = list(conn.execute(select(bericht.c.nr).where(waar, *behalve).order_by(bericht.c.nr)).scalars())
    return sorted({*heen, *antwoorden(conn, heen)})


def antwoorden(conn: Connection, nrs: Collection[int]) -> list[int]:
    """The messages that answer these."""
    return list(conn.execute(select(bericht.c.nr).where(one_of(bericht.c.antwoord_op, nrs))).scalars())


def wis_berichten(conn: Connection, nrs: Collection[int]) -> Telling:
    """Erase the content of these messages, their numbers of the sender, and what still lies in a postbus about them.

    Their rows stay: who sent what kind to whom when, and what was decided; figures about traffic count them.
    """
    conn.execute(delete(inhoud).where(one_of(inhoud.c.bericht, nrs)))
    meldingen = select(gebeurtenis.c.nr).where(one_of(gebeurtenis.c.bericht, nrs))
    post = one_of(postbus.c.bericht, nrs) | postbus.c.gebeurtenis.in_(meldingen)
    poststukken = conn.execute(delete(postbus).where(post)).rowcount
    gebeurtenissen = conn.execute(delete(gebeurtenis).where(one_of(gebeurtenis.c.bericht, nrs))).rowcount
    nummer = literal(f"{GEWIST}-") + cast(bericht.c.nr, String)
    leeg: dict[str, Any] = {"identificatie": nummer, "sha256": 64 * "0", "bevindingen": []}
    conn.execute(update(bericht).where(one_of(bericht.c.nr, nrs)).values(leeg))
    return Telling(berichten=len(nrs), poststukken=poststukken, gebeurtenissen=gebeurtenissen)


def wis_weigeringen(conn: Connection, vandaag: date) -> Telling:
    """Erase what was refused before the limit; where it is not known of which domein, the longer term holds."""
    return Telling(weigeringen=conn.execute(delete(weigering).where(_oude_weigering(vandaag))).rowcount)


def _oude_weigering(vandaag: date) -> ColumnElement[bool]:
    van_wmo = weigering.c.standaard == "iwmo"
    moment = {domein: middernacht(grens(domein, vandaag)) for domein in JAREN}
    return (weigering.c.ontvangen < moment["jeugd"]) | (van_wmo & (weigering.c.ontvangen < moment["wmo"]))
