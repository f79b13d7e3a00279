"""Waiting for post: one task looks for everybody, and nobody is kept who went away."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from services.kernel import postbus, wekker
from services.kernel.database import Database
from services.kernel.wekker import Wekker, wachttijd

Bewaar = Callable[..., int]
LONG = 60.0


@pytest.mark.parametrize(
    ("prefer", "seconden"),
    [
        ([], None),
        (["wait=10"], 10),
        (["wait=30"], 30),
        (["wait=31"], 30),
        (["wait=0"], 0),
        (['Wait = "5"'], 5),
        (["respond-async, wait=7; x=y"], 7),
        (["respond-async", "wait=8"], 8),
        (["wait=1, wait=9"], 1),
        (["wait"], None),
        (["wait=-1"], None),
        (["wait=1.5"], None),
        (["wait=lang"], None),
        (["wait=" + "9" * 40], None),
        (["await=3"], None),
    ],
)
def test_what_a_caller_prefers_is_read_and_capped(prefer: list[str], seconden: int | None) -> None:
    assert wachttijd(prefer) == seconden


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wekker, "_ELKE", 0.001)


@pytest.fixture
def bezorg(db: Database, bewaar_bericht: Bewaar, nu: datetime) -> Callable[[str], None]:
    """A function that puts a message in a party's postbus, from a thread of its own."""
    numbers = iter(range(1000))

    def bezorg(code: str) -> None:
        with db.write() as conn:
            postbus.bezorg(conn, [(code, bewaar_bericht(conn, f"B{next(numbers)}"))], nu)

    return bezorg


def run(story: Callable[[], Awaitable[None]]) -> None:
    """Within time that is more than enough: a test that hangs should say so."""
    asyncio.run(asyncio.wait_for(story(), LONG))


def watchers() -> int:
    return sum("_kijk" in repr(task.get_coro()) for task in asyncio.all_tasks())


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    asked: list[str] = []

    def remember(conn: Connection, cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(db._reader, "before_cursor_execute", remember)
    yield asked
    event.remove(db._reader, "before_cursor_execute", remember)


def test_who_waits_is_woken_by_a_row_for_him_and_by_no_other(db: Database, bezorg: Callable[[str], None]) -> None:
    async def story() -> None:
        waker = Wekker(db)
        delft, rijswijk = (asyncio.create_task(waker.wacht(code, 0, LONG)) for code in ("0503", "0603"))
        await asyncio.to_thread(bezorg, "0503")
        await delft
        assert not rijswijk.done()
        await asyncio.to_thread(bezorg, "0603")
        await rijswijk

    run(story)


def test_a_row_that_the_reader_has_already_does_not_wake(db: Database, bezorg: Callable[[str], None]) -> None:
    bezorg("0503")

    async def story() -> None:
        waker = Wekker(db)
        behind, ahead = (asyncio.create_task(waker.wacht("0503", na, LONG)) for na in (0, 1))
        await behind
        assert not ahead.done()
        await asyncio.to_thread(bezorg, "0503")
        await ahead

    run(story)


def test_one_task_looks_for_all_with_one_question(db: Database, bezorg: Callable[[str], None]) -> None:
    looks = 0

    async def story() -> None:
        nonlocal looks
        waker = Wekker(db)
        ask = waker._standen

        def standen(partijen: Any) -> dict[str, int]:
            nonlocal looks
            looks += 1
            return ask(partijen)

        waker._standen = standen  # type: ignore[method-assign]
        waiting = [asyncio.create_task(waker.wacht(f"{i % 25:04}", 0, LONG)) for i in range(200)]
        await asyncio.sleep(0)
        assert (waker.aantal, watchers()) == (200, 1)
        await asyncio.to_thread(lambda: [bezorg(f"{i:04}") for i in range(25)])
        await asyncio.gather(*waiting)

    with statements(db) as asked:
        run(story)
    assert len([statement for statement in asked if "postbus_teller" in statement]) == looks > 0


def test_when_nobody_waits_nobody_looks(db: Database) -> None:
    async def story() -> None:
        waker = Wekker(db)
        await waker.wacht("0503", 0, 0.001)
        while watchers():
            await asyncio.sleep(0.001)
        assert waker.aantal == 0

    run(story)


def test_who_goes_away_is_forgotten(db: Database) -> None:
    async def story() -> None:
        waker = Wekker(db)
        waiting = asyncio.create_task(waker.wacht("0503", 0, LONG))
        await asyncio.sleep(0)
        assert waker.aantal == 1
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert waker.aantal == 0

    run(story)


def test_a_database_that_is_away_for_a_moment_is_asked_again(db: Database, bezorg: Callable[[str], None]) -> None:
    async def story() -> None:
        waker = Wekker(db)
        ask, failures = waker._standen, [OperationalError("", None, Exception())] * 3

        def standen(partijen: Any) -> dict[str, int]:
            if failures:
                raise failures.pop()
            return ask(partijen)

        waker._standen = standen  # type: ignore[method-assign]
        waiting = asyncio.create_task(waker.wacht("0503", 0, LONG))
        await asyncio.to_thread(bezorg, "0503")
        await waiting
        assert not failures

    run(story)


def test_told_to_stop_it_lets_everybody_go(db: Database) -> None:
    async def story() -> None:
        waker = Wekker(db)
        waiting = [asyncio.create_task(waker.wacht("0503", 0, LONG)) for _ in range(5)]
        await asyncio.sleep(0)
        waker.stop()
        await asyncio.gather(*waiting)
        await waker.wacht("0503", 0, LONG)

    run(story)
