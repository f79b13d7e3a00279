"""A year of the whole region in a hub: about 8,000 clients with 12,000 toewijzingen, and what was claimed of them.

Deterministic, from the FICTIEF example set, and read in as `hub laad` does, so that the books are right. Two gemeenten
closed the first half of the year before the rest of it was claimed, so frozen and restated figures differ. Beside it
stand the messages of the year, as rows without an answer's story: enough to search among.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from region_state import PRESTATIES, TOEWIJZINGEN, Gedeclareerd, Lopend, prestaties_csv, toewijzingen_csv
from sqlalchemy import Connection, select, text, update

from services.allocation.feed import feedrijen
from services.allocation.loading import laad_toewijzingen
from services.allocation.running_state import lees_rijen
from services.cli import example_set
from services.cli.console import opened
from services.cli.init import initialise
from services.declaration import feed
from services.declaration import tables as declaration
from services.declaration.cijfers.closings import sluit
from services.declaration.contracts import Toewijzing
from services.declaration.historie.opname import laad_prestaties
from services.declaration.historie.regels import lees_regels
from services.declaration.reports import journaal_check
from services.kernel.berichten import verpak
from services.kernel.database import insert_rows
from services.kernel.privacy.sleutelring import ring_van
from services.kernel.settings import Settings
from services.kernel.tables import bericht, inhoud
from services.kernel.wiring import Dienst

VANDAAG: Final = date(2026, 2, 15)
JAAR: Final = 2025
CLIENTEN: Final = 8_000
# How the clients of the region are spread, about as its inhabitants are; jeugd where somebody is contracted for it.
AANDEEL: Final = {"0503": 36, "1783": 30, "0603": 16, "1926": 12, "1842": 6}
_JEUGD: Final = 0.2
_BEGIN, _EIND = date(2024, 11, 4), date(2026, 3, 31)
_GESLOTEN: Final = ("0503", "1926")
_PERIODEN_DICHT: Final = 6
_ACHTERAF: Final = date(2025, 7, 1)
_INHOUD: Final = b"<Bericht/>"
_BERICHT: Final = (
    *("id", "standaard", "release", "berichtsoort", "domein", "verzender", "bestemming", "identificatie"),
    *("dagtekening", "sha256", "ontvangen", "partij", "oordeel", "telt", "ingediend", "toegekend"),
    *("aantal_bevindingen", "bevindingen"),
)


def fill(data: Path, settings: Settings, clienten: int = CLIENTEN) -> dict[str, int]:
    """Make the hub of this folder and put the year in it; how much of what there is. AssertionError: the books err."""
    for _ in initialise(data, voorbeeld=True):
        pass
    staat = [*lopend(clienten)]
    regels = [*gedeclareerd(staat)]
    eerst = [regel for regel in regels if regel.tijdvak[1] < _ACHTERAF]
    with ExitStack() as stack:
        van, naar = (stack.enter_context(opened(settings, naam)) for naam in ("allocation", "declaration"))
        _laad_toewijzingen(van, naar, staat)
        _laad_prestaties(naar, eerst)
        _sluit_af(naar)
        _laad_prestaties(naar, [regel for regel in regels if regel.tijdvak[1] >= _ACHTERAF])
        _berichten(van, naar)
        with naar.database.read() as conn:
            assert journaal_check(conn).klopt
            aantallen = {naam: _tel(conn, naam) for naam in ("toewijzing", "prestatie", "journaal", "stand", "bericht")}
        _analyseer([van, naar])
    return {"clienten": clienten, **aantallen}


def _tel(conn: Connection, naam: str) -> int:
    return int(conn.execute(text(f"SELECT count(*) FROM {naam}")).scalar_one())


def _analyseer(diensten: Iterable[Dienst]) -> None:
    """As autovacuum does by itself after a load."""
    for dienst in diensten:
        with dienst.database.write() as conn:
            conn.execute(text("ANALYZE"))


# --- what is allocated -----------------------------------------------------------------------------------------------


def lopend(clienten: int) -> Iterator[Lopend]:
    """The toewijzingen: of a client one or two areas; some come, some go, some change of trede in the year."""
    kans = random.Random(1)
    bsns = example_set.test_bsns()
    gemeenten, gewicht = zip(*AANDEEL.items(), strict=True)
    nummer = 100_000_000
    for volgnummer in range(clienten):
        gemeente = kans.choices(gemeenten, gewicht)[0]
        jeugd = kans.random() < _JEUGD and bool(_aanbod(gemeente, "jeugd"))
        aanbod = _aanbod(gemeente, "jeugd" if jeugd else "wmo")
        gebieden = kans.sample(sorted(aanbod), min(len(aanbod), 1 + (kans.random() < 0.35)))
        for gebied in gebieden:
            for aanbieder, code, begin, eind in _loop(kans, aanbod[gebied]):
                nummer += 1
                besluit = begin - timedelta(days=kans.randrange(3, 25))
                toewijzing = example_set.toewijzing(aanbieder, gemeente, nummer, code, begin, eind, besluit)
                yield Lopend(bsns[volgnummer], toewijzing)


def _loop(kans: random.Random, aanbod: Sequence[tuple[str, Sequence[str]]]) -> Iterator[tuple[str, str, date, date]]:
    """(aanbieder, productcode, from, to) of one area of one client: one, or two when the trede changes."""
    aanbieder, codes = kans.choice(aanbod)
    begin = _BEGIN if kans.random() < 0.65 else _BEGIN + timedelta(days=kans.randrange(30, 400))
    eind = _EIND if kans.random() < 0.7 else begin + timedelta(days=kans.randrange(60, 420))
    eind = min(eind, _EIND)
    trede = min(int(kans.triangular(0, len(codes), len(codes) / 2)), len(codes) - 1)
    if len(codes) > 1 and (eind - begin).days > 200 and kans.random() < 0.12:
        midden = begin + timedelta(days=kans.randrange(60, 140))
        ander = trede + 1 if trede + 1 < len(codes) else trede - 1
        yield aanbieder, codes[trede], begin, midden
        yield aanbieder, codes[ander], midden + timedelta(days=1), eind
    else:
        yield aanbieder, codes[trede], begin, eind


def _aanbod(gemeente: str, domein: str) -> dict[str, list[tuple[str, list[str]]]]:
    """{resultaatgebied: [(aanbieder, its codes by rank)]} that can be had in a gemeente."""
    set_ = example_set.voorbeeld()
    aanbod: dict[str, list[tuple[str, list[str]]]] = {}
    for aanbieder, waar, gebied in sorted(set_.contracten):
        lijst = [code for code in set_.productlijsten[waar] if set_.producten[code].resultaatgebied == gebied]
        codes = sorted(
            (code for code in lijst if example_set.domein_van(code) == domein), key=lambda c: set_.producten[c].rang
        )
        if waar == gemeente and codes:
            aanbod.setdefault(gebied, []).append((aanbieder, codes))
    return aanbod


def _laad_toewijzingen(van: Dienst, naar: Dienst, staat: Sequence[Lopend]) -> None:
    for domein in ("wmo", "jeugd"):
        eigen = [een for een in staat if een.toewijzing.domein == domein]
        stukken, fouten = lees_rijen(_met_domein(toewijzingen_csv(eigen), TOEWIJZINGEN, domein))
        with naar.database.write() as boekt, van.database.write() as conn:
            laad_toewijzingen(conn, van, stukken, fouten)
            feed.verwerk(boekt, naar, feedrijen(conn, feed.beurt(boekt)))


def _met_domein(csv: str, kop: str, domein: str) -> str:
    return "\n".join(f"{regel},{'domein' if regel == kop else domein}" for regel in csv.splitlines()) + "\n"


# --- what is declared ------------------------------------------------------------------------------------------------


def gedeclareerd(staat: Sequence[Lopend]) -> Iterator[Gedeclareerd]:
    """What was claimed of the year until today: most of it, by some aanbieders less than by others."""
    kans = random.Random(2)
    for een in staat:
        t = een.toewijzing
        deel = 0.97 - 0.03 * (int(t.aanbieder) % 5)
        for dag in _dagen(t):
            if kans.random() < deel and (claim := example_set.claim(t, dag)) is not None:
                tijdvak = example_set.tijdvak(t.release, dag)
                yield Gedeclareerd(een, example_set.regel(een.bsn, f"{t.nummer}{tijdvak[0]:%y%m%d}", t, claim), tijdvak)


def _dagen(t: Toewijzing) -> Iterator[date]:
    """The first day of each month, or four weeks, of the year that is over and that the toewijzing touches."""
    dag = example_set.tijdvak(t.release, date(JAAR, 1, 6))[0]
    while True:
        begin, eind = example_set.tijdvak(t.release, dag)
        if eind > VANDAAG - timedelta(days=31):
            return
        if begin <= (t.einddatum or eind) and eind >= t.ingangsdatum:
            yield begin
        dag = eind + timedelta(days=1)


def _laad_prestaties(naar: Dienst, regels: Sequence[Gedeclareerd]) -> None:
    for domein in ("wmo", "jeugd"):
        eigen = [regel for regel in regels if regel.een.toewijzing.domein == domein]
        gelezen, fouten = lees_regels(_met_domein(prestaties_csv(eigen), PRESTATIES, domein), VANDAAG)
        with naar.database.write() as conn:
            laad_prestaties(conn, naar, gelezen, fouten)


def _sluit_af(naar: Dienst) -> None:
    for gemeente in _GESLOTEN:
        for nummer in range(1, _PERIODEN_DICHT + 1):
            with naar.database.write() as conn:
                wat = gemeente, f"{JAAR}-P{nummer:02}", "FICTIEF besluit", gemeente
                sluit(conn, *wat, VANDAAG, datetime(JAAR, 10, 1, tzinfo=UTC))


# --- the messages of the year ----------------------------------------------------------------------------------------


def _berichten(van: Dienst, naar: Dienst) -> None:
    """A 301 for every toewijzing; a 303 or 323 for every declaration, and its answer."""
    t, d = declaration.toewijzing.c, declaration.declaratie.c
    with naar.database.read() as conn:
        toegewezen = conn.execute(
            select(t.gemeente, t.aanbieder, t.domein, t.release, t.nummer, t.toewijzingsdatum).order_by(t.nummer)
        ).all()
        ingediend = conn.execute(
            select(d.gemeente, d.aanbieder, d.domein, d.release, d.nr, d.eind, d.ingediend, d.toegekend).order_by(d.nr)
        ).all()
    _schrijf(van, [_rij("301", gem, aanb, dom, rel, f"T{nr}", dag) for gem, aanb, dom, rel, nr, dag in toegewezen])
    rijen = []
    for gem, aanb, dom, rel, nr, eind, geld, toegekend in ingediend:
        heen, terug = ("303", "304") if rel == example_set.VIER_WEKEN else ("323", "325")
        rijen.append(_rij(heen, aanb, gem, dom, rel, f"D{nr}", eind + timedelta(days=8), geld, toegekend))
        rijen.append(_rij(terug, gem, aanb, dom, rel, f"A{nr}", eind + timedelta(days=30), geld, toegekend))
    _schrijf(naar, rijen)


def _rij(
    soort: str, van: str, naar: str, domein: str, release: str, identificatie: str, dag: date, *geld: int | None
) -> tuple[Any, ...]:
    standaard, voor = ("iwmo", "WMO") if domein == "wmo" else ("ijw", "JW")
    hash = sha256(f"{soort}{van}{naar}{domein}{identificatie}".encode()).hexdigest()
    ontvangen = datetime(dag.year, dag.month, dag.day, 9, tzinfo=UTC)
    wat = str(UUID(hash[:32])), standaard, release, f"{voor}{soort}", domein, van, naar, f"{domein[0]}{identificatie}"
    return *wat, dag, hash, ontvangen, van, "goedgekeurd", True, *(geld or (None, None)), 0, []


def _schrijf(dienst: Dienst, rijen: Sequence[tuple[Any, ...]]) -> None:
    with dienst.database.write() as conn:
        insert_rows(conn, bericht, rijen, _BERICHT)
        # Each stands just after what it answers.
        van = bericht.c.berichtsoort.in_([f"{voor}{soort}" for voor in ("WMO", "JW") for soort in ("304", "325")])
        conn.execute(update(bericht).where(van).values(antwoord_op=bericht.c.nr - 1))
        ring = ring_van(conn)
        bekend = conn.execute(select(bericht.c.nr, bericht.c.id).order_by(bericht.c.nr))
        insert_rows(conn, inhoud, [(nr, verpak(ring, id_, _INHOUD)) for nr, id_ in bekend], ("bericht", "bytes"))
