"""The books in parts: what the database adds up is what the units of the journal come to, after every booking."""

import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from declaration_hub import Hub, make_hub
from sqlalchemy import Connection, Select, func, insert, select, update

from builders import bsn, prestatie, wmo323, wmo325
from services.declaration import bewaartermijn, onthouden, stand, tables
from services.declaration.afspraken import loading
from services.declaration.booking import Boekmoment, rij, schrijf
from services.declaration.cijfers import cells
from services.declaration.cijfers.cells import Deel
from services.declaration.cijfers.closings import lees_afsluitingen, sluit
from services.declaration.feed import pull
from services.declaration.journal import BEGROTING, GEDECLAREERD, TE_BETALEN, VERPLICHT, Boeking
from services.declaration.onthouden import REGELS, TOEWIJZINGEN, Vak
from services.declaration.verzilvering import Plaats, Som, som_van, tel_samen
from services.declaration.verzilvering import Stand as Eenheid

VANDAAG = date(2025, 6, 2)
PERIODEN = ("2025-P01", "2025-P02", "2025-P03")
CODES = ("SPF3", "FIN2", None)
REKENINGEN = {"a": (BEGROTING, VERPLICHT), "d": (TE_BETALEN, GEDECLAREERD)}


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    made = make_hub(tmp_path, VANDAAG)
    for n in range(4):
        made.toewijs(nummer=1001 + n, bsnHash=made.hash(bsn(1 + n % 3)))
    pull(made.dienst, made.bron)
    return made


def book(conn: Connection, toeval: random.Random, dag: date) -> None:
    """One to five rows on toewijzingen of the hub, and now and then on a number that nobody knows."""
    moment = Boekmoment(dag, _middag(dag))
    rijen = []
    for _ in range(toeval.randint(1, 5)):
        soort = toeval.choice("aadd")
        van, naar = REKENINGEN[soort][:: toeval.choice((1, 1, -1))]
        nummer = toeval.choice((1001, 1002, 1003, 1004, *((9999,) if soort == "d" else ())))
        waar = "0503", "75000001", "wmo", nummer, toeval.choice(CODES), toeval.choice(PERIODEN)
        rijen.append(rij(Boeking(van, naar, toeval.choice((1, 99, 48000, 16201)), *waar), 0, moment))
    schrijf(conn, rijen)


def by_hand(conn: Connection, binnen: Any) -> dict[Plaats, tuple[Som, set[str], set[str]]]:
    """The same from the rows of the journal one by one, of which `binnen` says whether they count."""
    producten = {row.code: row for row in conn.execute(select(tables.product))}
    t = tables.toewijzing.c
    bekend = {row.nummer: row for row in conn.execute(select(t.nummer, t.client, t.code))}
    per_eenheid: dict[tuple[Any, ...], dict[str | None, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for row in conn.execute(select(tables.journaal)):
        if binnen(row):
            bedragen = per_eenheid[row.gemeente, row.periode, row.aanbieder, row.domein, row.toewijzing]
            n = int(row.van in REKENINGEN["d"])
            bedragen[row.productcode][n] += row.bedrag if row.naar in (VERPLICHT, GEDECLAREERD) else -row.bedrag
    gevonden: dict[Plaats, tuple[Som, set[str], set[str]]] = {}
    for (gemeente, periode, aanbieder, domein, nummer), per_code in per_eenheid.items():
        a, d = (sum(bedragen[n] for bedragen in per_code.values()) for n in (0, 1))
        if not (a or d):
            continue
        op_a = {code for code, bedragen in per_code.items() if bedragen[0]}
        geclaimd = {code for code in per_code if code is not None}
        eigen = bekend.get(nummer)
        code = next(iter(op_a)) if len(op_a) == 1 else None
        code = code or (next(iter(geclaimd)) if len(geclaimd) == 1 else eigen.code if eigen else None)
        product = producten.get(code)
        gebied, trede = (product.resultaatgebied, product.trede) if product else (None, None)
        plaats = Plaats(gemeente, aanbieder, periode, gebied, trede)
        som, wie, zonder = gevonden.get(plaats, (Som(), set(), set()))
        client = str(eigen.client) if eigen else f"onbekend {domein} {nummer}"
        (wie if a > 0 else zonder).add(client)
        eenheid = Eenheid(gemeente, domein, aanbieder, client, gebied, trede, periode, a, d)
        gevonden[plaats] = tel_samen((som, som_van(eenheid))), wie, zonder
    return gevonden


def of(delen: dict[Vak, Deel]) -> dict[Plaats, tuple[Som, set[str], set[str]]]:
    return {
        plaats: (som, {*deel.wie.get(plaats, ())}, {*deel.zonder.get(plaats, ())})
        for deel in delen.values()
        for plaats, som in deel.cellen.items()
    }


def _middag(dag: date) -> Any:
    return cells.einde_van_dag(dag) - timedelta(hours=12)


@pytest.mark.parametrize("seed", range(4))
def test_random_bookings_add_up_alike_now_then_and_frozen(hub: Hub, seed: int) -> None:
    toeval = random.Random(seed)
    peildatum = VANDAAG + timedelta(days=4)
    for n in range(8):
        dag = VANDAAG + timedelta(days=n)
        with hub.dienst.database.write() as conn:
            book(conn, toeval, dag)
            if n == 3:
                sluit(conn, "0503", "2025-P02", "B 118", "0503", dag, _middag(dag))
        with hub.dienst.database.read() as conn:
            _check(conn, peildatum)


def _check(conn: Connection, peildatum: date) -> None:
    vakken = cells.vakken(conn)
    fresh = cells.lees_delen(conn, tables.stand, vakken)
    assert cells.delen_nu(conn, vakken) == fresh
    assert sum(s.toegewezen for deel in fresh.values() for s in deel.cellen.values()) == _total(conn, "a")
    assert sum(s.gedeclareerd for deel in fresh.values() for s in deel.cellen.values()) == _total(conn, "d")

    tot = cells.einde_van_dag(peildatum)
    assert of(cells.delen_op(conn, peildatum, vakken)) == by_hand(
        conn, lambda row: row.geboekt_op < tot or row.bekend_op <= peildatum
    )
    dicht = lees_afsluitingen(conn)
    assert of(cells.delen_bevroren(conn, [*dicht])) == by_hand(
        conn,
        lambda row: (row.gemeente, row.periode) in dicht and row.nr <= dicht[row.gemeente, row.periode].journaal_nr,
    )


def _total(conn: Connection, soort: str) -> int:
    rows = conn.execute(select(tables.journaal).where(tables.journaal.c.van.in_(REKENINGEN[soort])))
    return sum(row.bedrag if row.naar == REKENINGEN[soort][1] else -row.bedrag for row in rows)


# --- which parts are read again --------------------------------------------------------------------------------------


def read_again(hub: Hub, *ook: Select[Any], gemeente: str = "0503") -> list[Vak]:
    """The parts of a gemeente that have to be read now, where they rest on `ook` as well."""
    asked: list[Vak] = []

    def lees(vakken: Any) -> dict[Vak, str]:
        asked.extend(vakken)
        return dict.fromkeys(vakken, "")

    vraag = "vraag", gemeente, *map(str, ook)
    with hub.dienst.database.read() as conn:
        onthouden.onthoud_delen(conn, vraag, [(gemeente, label) for label in PERIODEN], lees, ook=ook)
    return asked


@pytest.fixture
def kept(hub: Hub) -> Hub:
    for gemeente in ("0503", "0603"):
        assert len(read_again(hub, gemeente=gemeente)) == len(PERIODEN)
        assert read_again(hub, gemeente=gemeente) == []
    return hub


def test_a_booking_leaves_the_parts_of_other_periods(kept: Hub) -> None:
    with kept.dienst.database.write() as conn:
        boeking = Boeking(TE_BETALEN, GEDECLAREERD, 1, "0503", "75000001", "wmo", 1001, "SPF3", "2025-P02")
        schrijf(conn, [rij(boeking, 0, Boekmoment(VANDAAG, _middag(VANDAAG)))])

    assert read_again(kept) == [("0503", "2025-P02")]
    assert read_again(kept) == []


def test_a_row_that_is_committed_after_one_with_a_higher_number_touches_its_part(kept: Hub) -> None:
    with kept.dienst.database.write() as conn:
        laatste = conn.execute(select(func.max(tables.journaal.c.nr))).scalar_one()
        _book_as(conn, laatste + 2, "2025-P02")
    assert read_again(kept) == [("0503", "2025-P02")]
    with kept.dienst.database.write() as conn:
        _book_as(conn, laatste + 1, "2025-P03")
        _book_as(conn, laatste + 3, "2025-P01")

    assert read_again(kept) == [("0503", "2025-P01"), ("0503", "2025-P03")]
    assert read_again(kept) == []


def test_many_small_bookings_are_followed_one_by_one(kept: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onthouden, "_LAATSTE", 3)
    for n in range(12):
        periode = PERIODEN[n % 3]
        with kept.dienst.database.write() as conn:
            boeking = Boeking(TE_BETALEN, GEDECLAREERD, 1, "0503", "75000001", "wmo", 1001, "SPF3", periode)
            schrijf(conn, [rij(boeking, 0, Boekmoment(VANDAAG, _middag(VANDAAG)))])
        assert read_again(kept) == [("0503", periode)]


def _book_as(conn: Connection, nr: int, periode: str) -> None:
    """One row of the journal with this number."""
    waar = {"gemeente": "0503", "aanbieder": "75000001", "domein": "wmo", "toewijzing": 1001, "periode": periode}
    van = {"van": TE_BETALEN, "naar": GEDECLAREERD, "bedrag": 1, "productcode": "SPF3", "stukken": 0}
    conn.execute(insert(tables.journaal).values(nr=nr, **waar, **van, bekend_op=VANDAAG, geboekt_op=_middag(VANDAAG)))


def test_the_parts_are_found_one_from_the_other(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        book(conn, random.Random(1), VANDAAG)
    s = tables.stand.c
    with hub.dienst.database.read() as conn:
        alle = {(row.gemeente, row.periode) for row in conn.execute(select(s.gemeente, s.periode))}
        found = cells.vakken(conn)
        assert found == sorted(alle, key=lambda vak: (vak[1], vak[0]))
        assert cells.vakken(conn, {"0603"}) == []


def test_without_a_booking_there_are_no_parts(tmp_path: Path) -> None:
    with make_hub(tmp_path, VANDAAG).dienst.database.read() as conn:
        assert cells.vakken(conn) == []


def test_a_closing_touches_its_period(kept: Hub) -> None:
    with kept.dienst.database.write() as conn:
        sluit(conn, "0503", "2025-P01", "B 118", "0503", VANDAAG, _middag(VANDAAG))

    assert read_again(kept) == [("0503", "2025-P01")]


def test_another_product_touches_the_gemeente(kept: Hub) -> None:
    with kept.dienst.database.write() as conn:
        conn.execute(update(tables.toewijzing).where(tables.toewijzing.c.nummer == 1001).values(code="FIN2"))
        stand.ververs(conn, "0503", "wmo", [1001])

    assert len(read_again(kept)) == len(PERIODEN)


def test_many_rows_at_once_or_sums_made_again_touch_all(kept: Hub) -> None:
    with kept.dienst.database.write() as conn:
        onthouden.geboekt(conn, 1_000_000)
    assert len(read_again(kept)) == len(PERIODEN)

    with kept.dienst.database.write() as conn:
        stand.herbouw(conn)
    assert len(read_again(kept)) == len(PERIODEN)


def test_other_agreements_touch_all(kept: Hub) -> None:
    with kept.dienst.database.write() as conn:
        loading.laad_productlijst(conn, "gemeente,productcode,van,tot\n0603,SPF3,2023-01-01,\n")
    assert len(read_again(kept)) == len(PERIODEN)


def test_erasing_somebody_touches_all_once(kept: Hub) -> None:
    for geraakt in (len(PERIODEN), 0):
        with kept.dienst.database.write() as conn:
            bewaartermijn.wis_dossiers(conn, [(kept.hash(bsn(1)), "wmo")])
        assert len(read_again(kept)) == geraakt


def _declared(gemeente: str, toewijzing: int = 1001, **changes: Any) -> bytes:
    """A declaration of one line, with numbers of its own per gemeente."""
    lijn = prestatie(toewijzing=toewijzing, referentie=f"R{gemeente}", **changes)
    nummers = {"nummer": f"N{gemeente}", "identificatie": f"I{gemeente}"}
    return wmo323(lijn, ontvanger=gemeente, dagtekening="2025-05-30", **nummers)


def test_a_refused_line_touches_the_parts_of_its_gemeente_that_rest_on_lines_and_no_others(kept: Hub) -> None:
    assert len(read_again(kept, REGELS)) == len(PERIODEN)
    assert kept.post(_declared("0503", tarief=1)).oordeel == "deels_afgekeurd"

    assert read_again(kept) == []
    assert len(read_again(kept, REGELS)) == len(PERIODEN)
    assert kept.post(_declared("0603")).oordeel == "doorgestuurd"
    assert read_again(kept, REGELS) == []


@pytest.mark.parametrize("refused", [{"refused": {"R0603": ["9338"]}}, {"header_codes": ["9333"]}])
def test_an_answer_that_books_nothing_touches_the_parts_that_rest_on_lines(kept: Hub, refused: dict[str, Any]) -> None:
    heen = _declared("0603")
    for bericht, van in ((heen, "75000001"), (wmo325(heen, **refused, dagtekening="2025-06-01"), "0603")):
        assert len(read_again(kept, REGELS, gemeente="0603")) == len(PERIODEN)
        assert read_again(kept, REGELS, gemeente="0603") == []
        kept.post(bericht, van)
    assert len(read_again(kept, REGELS, gemeente="0603")) == len(PERIODEN)
    assert read_again(kept, gemeente="0603") == []


def test_a_version_touches_the_parts_of_its_gemeente_that_rest_on_toewijzingen_and_no_others(kept: Hub) -> None:
    assert len(read_again(kept, TOEWIJZINGEN)) == len(PERIODEN)
    # Nothing of it is in the books: care that begins in a year without periods costs nothing yet.
    kept.toewijs(nummer=1009, bsnHash=kept.hash(bsn(9)), ingangsdatum="2029-01-01", einddatum="2029-12-31")
    pull(kept.dienst, kept.bron)

    assert read_again(kept) == []
    assert len(read_again(kept, TOEWIJZINGEN)) == len(PERIODEN)
    kept.toewijs(nummer=2001, gemeente="0603", bsnHash=kept.hash(bsn(9)))
    pull(kept.dienst, kept.bron)
    assert read_again(kept, TOEWIJZINGEN) == []
