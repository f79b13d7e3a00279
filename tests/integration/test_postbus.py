"""A postbus is numbered per party without gaps, in the order of the commits."""

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from services.kernel import postbus
from services.kernel.database import Database

Bewaar = Callable[..., int]
HalfWay = Callable[[Database, Callable[[Connection], object]], None]


def test_rows_are_numbered_per_party_in_the_order_given(db: Database, bewaar_bericht: Bewaar, nu: datetime) -> None:
    with db.write() as conn:
        first, second = bewaar_bericht(conn, "B1"), bewaar_bericht(conn, "B2")
        postbus.bezorg(conn, [("0503", second), ("75000001", first), ("0503", first)], nu)
        postbus.bezorg(conn, [("0503", second)], nu)

        delft = postbus.lees(conn, "0503", 0, 10)
        assert [item.nr for item in delft] == [1, 2, 3]
        assert delft[0].id == delft[2].id != delft[1].id
        assert [item.nr for item in postbus.lees(conn, "75000001", 0, 10)] == [1]


def test_nothing_to_deliver_is_nothing_done(db: Database, nu: datetime) -> None:
    with db.write() as conn:
        postbus.bezorg(conn, [], nu)

        assert postbus.lees(conn, "0503", 0, 10) == []


def test_a_row_says_what_it_is_and_where(db: Database, bewaar_bericht: Bewaar, nu: datetime) -> None:
    with db.write() as conn:
        postbus.bezorg(conn, [("0503", bewaar_bericht(conn))], nu)
        item = postbus.lees(conn, "0503", 0, 10)[0]

    found = item.json("/declaration")
    assert list(found) == [
        *("nr", "berichtId", "standaard", "release", "berichtsoort", "verzender", "aangemaakt", "bevestigd", "href")
    ]
    assert found["href"] == f"/declaration/v1/berichten/{found['berichtId']}/xml"
    assert (found["aangemaakt"], found["bevestigd"]) == ("2025-02-03T09:15:00+00:00", None)


def test_reading_goes_on_after_the_cursor(db: Database, bewaar_bericht: Bewaar, nu: datetime) -> None:
    with db.write() as conn:
        nr = bewaar_bericht(conn)
        postbus.bezorg(conn, [("0503", nr)] * 5, nu)

        assert [item.nr for item in postbus.lees(conn, "0503", 2, 2)] == [3, 4]


def test_the_first_confirmation_stands(db: Database, bewaar_bericht: Bewaar, nu: datetime) -> None:
    with db.write() as conn:
        postbus.bezorg(conn, [("0503", bewaar_bericht(conn))], nu)

        assert postbus.bevestig(conn, "0503", 1, nu)
        assert postbus.bevestig(conn, "0503", 1, nu + timedelta(hours=1))
        assert postbus.lees(conn, "0503", 0, 10)[0].bevestigd == nu


@pytest.mark.parametrize(("partij", "nr"), [("0503", 2), ("0603", 1)])
def test_a_row_that_is_not_there_is_not_confirmed(
    db: Database, bewaar_bericht: Bewaar, nu: datetime, partij: str, nr: int
) -> None:
    with db.write() as conn:
        postbus.bezorg(conn, [("0503", bewaar_bericht(conn))], nu)

        assert not postbus.bevestig(conn, partij, nr, nu)


def test_a_transaction_that_fails_leaves_no_gap(
    db: Database, bewaar_bericht: Bewaar, half_way: HalfWay, nu: datetime
) -> None:
    with pytest.raises(ZeroDivisionError):
        half_way(db, lambda conn: postbus.bezorg(conn, [("0503", bewaar_bericht(conn))], nu))

    with db.write() as conn:
        postbus.bezorg(conn, [("0503", bewaar_bericht(conn))], nu)
        assert [item.nr for item in postbus.lees(conn, "0503", 0, 10)] == [1]


def test_numbers_follow_commits_and_a_reader_loses_nothing(db: Database, bewaar_bericht: Bewaar, nu: datetime) -> None:
    """Forty threads deliver to two parties, in either order; a reader follows one postbus with a cursor."""
    threads, each = 40, 2
    committed: list[str] = []
    seen: list[tuple[int, str]] = []
    done = threading.Event()

    def deliver(thread: int) -> None:
        for i in range(each):
            with db.write() as conn:
                nr = bewaar_bericht(conn, f"B{thread}-{i}", id=f"{thread}-{i}")
                rows = [("0503", nr), ("75000001", nr)]
                random.shuffle(rows)
                postbus.bezorg(conn, rows, nu)
                committed.append(f"{thread}-{i}")  # still the only one with these counters: the order of commits

    def follow() -> None:
        while not (ended := done.is_set()) or len(seen) < threads * each:
            cursor = seen[-1][0] if seen else 0
            with db.read() as conn:
                found = postbus.lees(conn, "0503", cursor, 3)
            seen.extend((item.nr, item.id) for item in found)
            if ended and not found:
                return

    workers = [threading.Thread(target=deliver, args=(thread,)) for thread in range(threads)]
    reader = threading.Thread(target=follow)
    for thread in (reader, *workers):
        thread.start()
    for thread in workers:
        thread.join()
    done.set()
    reader.join()

    assert [nr for nr, _ in seen] == list(range(1, threads * each + 1))
    with db.read() as conn:
        for partij in ("0503", "75000001"):
            assert [item.nr for item in postbus.lees(conn, partij, 0, 100)] == list(range(1, threads * each + 1))
    assert [bericht_id for _, bericht_id in seen] == committed
