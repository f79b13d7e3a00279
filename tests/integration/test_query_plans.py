"""No query of a message's way, of the feed or of a postbus reads a whole table of what grows with history."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import databases
import pytest
from allocation_service import NU
from allocation_service import Hub as Allocation
from declaration_hub import Hub, make_hub
from four_week_hub import make_hub_23, toewijs_23
from query_plans import (
    GROWS,
    asked,
    way_of_a_301_and_its_302,
    way_of_a_303,
    way_of_a_323_and_its_325,
    way_of_a_323_and_its_replay,
)
from sqlalchemy import text

from services.allocation.kennis import KENNIS as of_allocation
from services.allocation.listing import Lijstvraag, lees_toewijzingen
from services.declaration.goedgekeurd import goedgekeurde_toewijzingen
from services.declaration.historie import opname as history_loading
from services.declaration.historie.regels import Declaratiesleutel
from services.declaration.kennis import KENNIS as of_declaration
from services.declaration.signals import tel_van_declaraties
from services.kernel import berichten, postbus, read_in
from services.kernel.database import Database
from services.kernel.inzage.dienstkennis import Dienstkennis
from services.kernel.inzage.tijdlijn import tijdlijn
from services.kernel.inzage.zoeken import Zoekvraag, zoek

pytestmark = pytest.mark.dialects("postgresql")

WHOLE = re.compile(rf"Seq Scan on ({'|'.join(GROWS)})\b")
ROWS = 20_000

# Five gemeenten and fifty aanbieders, so that neither alone narrows a question down; n is the number of the row.
_WIE = "(ARRAY['0503','0603','1926','1783','1842'])[n % 5 + 1], (75000001 + n % 50)::text"
_DAG = "DATE '2023-01-01' + (n % 700)"
KERNEL = [
    "INSERT INTO client (hash) SELECT lpad(n::text, 64, '0') FROM g",
    "INSERT INTO bericht (id, standaard, release, berichtsoort, domein, bestemming, verzender, identificatie,"
    " dagtekening, sha256, ontvangen, oordeel, telt, aantal_bevindingen, bevindingen) SELECT 'x' || n, 'iwmo', '3.2',"
    f" (ARRAY['WMO323','WMO301'])[n % 2 + 1], 'wmo', {_WIE}, 'X' || n, {_DAG}, lpad(n::text, 64, '0'), {_DAG},"
    " 'goedgekeurd', true, 0, '[]' FROM g",
    "INSERT INTO inhoud (bericht, bytes) SELECT bericht.nr, '' FROM bericht JOIN g ON id = 'x' || n",
    "INSERT INTO postbus (partij, nr, bericht, aangemaakt) SELECT (ARRAY['0503','0603'])[n % 2 + 1], 1000 + n,"
    " (SELECT min(nr) FROM bericht) + n - 1, now() FROM g",
    "INSERT INTO gebeurtenis (id, soort, tijdstip, bericht, data)"
    " SELECT 'g' || n, 'x', now(), (SELECT min(nr) FROM bericht) + n - 1, '{}' FROM g",
    "INSERT INTO postbus (partij, nr, gebeurtenis, aangemaakt)"
    " SELECT '1926', 1000 + n, (SELECT min(nr) FROM gebeurtenis) + n - 1, now() FROM g",
    "INSERT INTO termijn (bericht, antwoord, wachtend, plichtig, uiterlijk)"
    f" SELECT (SELECT min(nr) FROM bericht) + n - 1, 'WMO325', '0503', '75000001', {_DAG} FROM g",
    "INSERT INTO bericht_retourcode (code, bericht)"
    " SELECT (9000 + n % 300)::text, (SELECT min(nr) FROM bericht) + n - 1 FROM g",
]
DECLARATION = [
    "INSERT INTO toewijzing (gemeente, aanbieder, domein, nummer, client, code, categorie, ingangsdatum,"
    f" toewijzingsdatum, toewijzingstijd, release, vervallen, feed_nr) SELECT {_WIE}, 'wmo', 100000 + n,"
    f" (SELECT min(nr) FROM client) + n - 1, 'SPF3', '02', {_DAG}, {_DAG}, '10:00', '3.2', false, 0 FROM g",
    "INSERT INTO declaratie (bericht, gemeente, aanbieder, domein, release, vorm, nummer, begin, eind,"
    " xsd_basisschema, xsd_bericht, ingediend, telt, verwerkt_op)"
    f" SELECT (SELECT min(nr) FROM bericht) + n - 1, {_WIE}, 'wmo', '3.2', 'declaratie', 'X' || n,"
    " DATE '2023-01-01', DATE '2023-01-31', '', '', 0, true, now() FROM g",
    "INSERT INTO prestatie (declaratie, client, gemeente, aanbieder, domein, referentienummer, toewijzing, grondslag,"
    " categorie, code, begin, eind, volume, eenheid, bedrag, dc, status, codes, toegekend, te_betalen, telt)"
    f" SELECT (SELECT min(nr) FROM declaratie) + n - 1, (SELECT min(nr) FROM client) + n - 1, {_WIE}, 'wmo', 'X' || n,"
    " 100000 + n, 100000 + n, '02', 'SPF3', DATE '2023-01-01', DATE '2023-01-31', 1, '82', 100, 'D', 'goedgekeurd',"
    " '[]', 100, 100, true FROM g",
    "INSERT INTO journaal (van, naar, bedrag, gemeente, aanbieder, domein, toewijzing, productcode, periode, stukken,"
    f" prestatie, bekend_op, geboekt_op) SELECT 'begroting', 'verplicht', 100, {_WIE}, 'wmo', 100000 + n, 'SPF3',"
    f" '2025-P' || lpad((n % 13 + 1)::text, 2, '0'), 0, (SELECT min(nr) FROM prestatie) + n - 1, {_DAG}, now() FROM g",
    "INSERT INTO signaal (soort, gemeente, aanbieder, domein, toewijzing, tekst, aangemaakt)"
    f" SELECT 'geen-contract', {_WIE}, 'wmo', 100000 + n, '', now() FROM g",
]
ALLOCATION = [
    "INSERT INTO toewijzing_versie (gemeente, aanbieder, domein, nummer, client, release, toewijzingsdatum,"
    " toewijzingstijd, ingangsdatum, referentie_aanbieder, bericht, vervallen)"
    f" SELECT {_WIE}, 'wmo', 100000 + n, (SELECT min(nr) FROM client) + n - 1, '3.2', {_DAG}, '10:00', {_DAG},"
    " 'R' || n, (SELECT min(nr) FROM bericht) + n - 1, false FROM g",
    "INSERT INTO vermelding (bericht, toewijzing) SELECT (SELECT min(nr) FROM bericht) + n - 1, 100000 + n FROM g",
    "INSERT INTO vermelding (bericht, referentie) SELECT (SELECT min(nr) FROM bericht) + n - 1, 'R' || n FROM g",
    "INSERT INTO toewijzing_herhaling (versie, bericht) SELECT nr, bericht FROM toewijzing_versie, g WHERE n = 1",
    "INSERT INTO feed (nr, gemeente, domein, nummer, toestand, aangemaakt)"
    " SELECT 1000000 + n, '0503', 'wmo', n, '{}', now() FROM g",
]


def fill(database: Database, statements: Sequence[str]) -> None:
    """Years of traffic."""
    with database.write() as conn:
        for statement in statements:
            head, _, tail = statement.partition(" SELECT ")
            conn.execute(text(f"{head} WITH g AS (SELECT generate_series(1, {ROWS}) AS n) SELECT {tail}"))
    with database._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE"))


def whole_tables(database: Database, queries: Sequence[tuple[str, Any]]) -> list[str]:
    """The queries whose plan reads a table from end to end."""
    found = []
    with database._writer.connect() as conn:
        for statement, parameters in queries:
            plan = "\n".join(conn.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
            if WHOLE.search(plan):
                found.append(f"{statement}\n{plan}")
        conn.rollback()
    return found


def plans(database: Database, work: Callable[[], object]) -> list[str]:
    with asked() as queries:
        work()
    assert queries
    return whole_tables(database, queries)


@pytest.fixture
def declaration(tmp_path: Path) -> Hub:
    hub = make_hub(tmp_path)
    hub.toewijs()
    fill(hub.dienst.database, [*KERNEL, *DECLARATION])
    return hub


@pytest.fixture
def allocation(tmp_path: Path) -> Allocation:
    hub = Allocation(tmp_path)
    fill(hub.dienst.database, [*KERNEL, *ALLOCATION])
    return hub


Filled = Sequence[tuple[Database, Dienstkennis]]


@pytest.fixture(scope="module")
def filled(dialect: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Both databases, for questions that change nothing."""
    folder = tmp_path_factory.mktemp("filled")
    one, two = make_hub(folder), Allocation(folder)
    fill(one.dienst.database, [*KERNEL, *DECLARATION])
    fill(two.dienst.database, [*KERNEL, *ALLOCATION])
    yield [(one.dienst.database, of_declaration), (two.dienst.database, of_allocation)]
    for hub in (one, two):
        hub.dienst.database.close()
    databases.remove(folder)


def test_the_way_of_a_323_and_its_replay(declaration: Hub) -> None:
    assert plans(declaration.dienst.database, partial(way_of_a_323_and_its_replay, declaration)) == []


def test_the_way_of_a_323_without_mandaat_and_of_its_325(declaration: Hub) -> None:
    declaration.toewijs(gemeente="0603")

    assert plans(declaration.dienst.database, partial(way_of_a_323_and_its_325, declaration)) == []


def test_the_way_of_a_303(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path)
    toewijs_23(hub)
    fill(hub.dienst.database, [*KERNEL, *DECLARATION])

    assert plans(hub.dienst.database, partial(way_of_a_303, hub)) == []


def test_the_way_of_a_301_and_its_302(allocation: Allocation) -> None:
    assert plans(allocation.dienst.database, partial(way_of_a_301_and_its_302, allocation)) == []


def test_what_the_services_ask_each_other(declaration: Hub, allocation: Allocation) -> None:
    assert plans(allocation.dienst.database, lambda: allocation.feed(na=1_000_100)) == []
    ask = lambda: goedgekeurde_toewijzingen(declaration.dienst, "wmo", "0503", [1001, 100005])  # noqa: E731
    assert plans(declaration.dienst.database, ask) == []


def test_what_parties_read(declaration: Hub, allocation: Allocation) -> None:
    database = declaration.dienst.database
    own = frozenset({"75000001"})

    def read() -> None:
        with database.read() as conn:
            postbus.lees(conn, "0503", 9_000, 100)
            berichten.vind(conn, "x100", own)
            read_in.eerdere(conn, [("WMO323", "75000001", "X100")])

    assert plans(database, read) == []

    def lists() -> None:
        with allocation.dienst.database.read() as conn:
            lees_toewijzingen(conn, Lijstvraag(), own, 0, 100)

    assert plans(allocation.dienst.database, lists) == []


SEARCHES = [
    Zoekvraag(),
    Zoekvraag(identificatie="X100"),
    Zoekvraag(berichtsoort="WMO325"),
    Zoekvraag(partij="75000003"),
    Zoekvraag(standaard="ijw"),
    Zoekvraag(release="2.3"),
    Zoekvraag(oordeel="afgekeurd"),
    Zoekvraag(retourcode="9123"),
    Zoekvraag(retourcode="0001"),
    Zoekvraag(toewijzing=100_100),
    Zoekvraag(declaratienummer="X100"),
    Zoekvraag(client="100".rjust(64, "0")),
    Zoekvraag(van=NU),
]


@pytest.mark.parametrize("vraag", SEARCHES, ids=str)
@pytest.mark.parametrize("codes", [None, frozenset({"75000001"})], ids=["beheer", "aanbieder"])
def test_a_search_of_messages(filled: Filled, vraag: Zoekvraag, codes: frozenset[str] | None) -> None:
    def ask(database: Database, kennis: Dienstkennis) -> None:
        with database.read() as conn:
            zoek(conn, vraag, kennis, codes, None, 100)

    for where in filled:
        assert plans(where[0], partial(ask, *where)) == []


def test_the_life_of_a_message(filled: Filled) -> None:
    def ask(database: Database, kennis: Dienstkennis) -> None:
        with database.read() as conn:
            for id in ("x99", "x100"):
                eerder = berichten.vind(conn, id, None)
                assert eerder is not None
                tijdlijn(conn, kennis, eerder, None, "")
                berichten.uitkomst_van(conn, eerder)

    for where in filled:
        assert plans(where[0], partial(ask, *where)) == []


def test_what_is_looked_up_when_history_is_read_in(declaration: Hub) -> None:
    def look_up() -> None:
        with declaration.dienst.database.read() as conn:
            history_loading._declaraties(conn, {Declaratiesleutel("75000001", "wmo", "3.2", "X50")})
            tel_van_declaraties(conn, [5, 6, 7])

    assert plans(declaration.dienst.database, look_up) == []


def test_a_planted_whole_table_is_seen(declaration: Hub) -> None:
    def ask() -> None:
        with declaration.dienst.database.read() as conn:
            conn.execute(text("SELECT count(*) FROM prestatie WHERE volume = 7"))

    assert len(plans(declaration.dienst.database, ask)) == 1
