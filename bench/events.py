"""A clock, processors, places and locks, for stories that take turns: as much of a simulator as `simulate` needs.

A story is a generator that yields what it waits for: `Work`, `Take` a lock, or `Commit`, which gives its locks back.
Locks are as PostgreSQL's: first come, first served, beside others or alone; who waits longer than is allowed gives up,
lets go of what it holds, and comes again later.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, field
from typing import Final

HOUR: Final = 3_600


@dataclass(frozen=True, slots=True)
class Work:
    """So many seconds of one processor."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Take:
    """Hold this lock until the commit: alone, or beside others that do."""

    lock: Hashable
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Commit:
    """Give back every lock."""


Story = Generator[Work | Take | Commit, None, None]


@dataclass(eq=False, slots=True)
class _Job:
    """One telling of a story; `told` is called with the moment at which it was over."""

    make: Callable[[], Story]
    pool: str
    told: Callable[[float], None]
    story: Story
    held: list["_Lock"] = field(default_factory=list)
    # Which wait this is: what was set to end an earlier one finds another number.
    waits: int = 0


@dataclass(eq=False, slots=True)
class _Lock:
    holders: set[_Job] = field(default_factory=set)
    alone: bool = False
    waiting: deque[tuple[_Job, bool]] = field(default_factory=deque)

    def free_for(self, alone: bool) -> bool:
        return not self.holders or not (alone or self.alone)


class World:
    """Runs stories until there are none; `refused` counts those that gave up, each time they did."""

    def __init__(self, processors: int, places: int, lock_wait: float, retry_after: float) -> None:
        """`places`: how many stories of each pool are being told at a time, the others wait for a place."""
        self.now = 0.0
        self.refused = 0
        self.busy: dict[int, float] = defaultdict(float)  # by hour: seconds that processors worked
        self._idle, self._lock_wait, self._retry_after = processors, lock_wait, retry_after
        self._places: dict[str, int] = defaultdict(lambda: places)
        self._at_door: dict[str, deque[_Job]] = defaultdict(deque)
        self._ready: deque[tuple[_Job, float]] = deque()
        self._locks: dict[Hashable, _Lock] = defaultdict(_Lock)
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def tell(self, at: float, pool: str, make: Callable[[], Story], told: Callable[[float], None]) -> None:
        """Let a story begin at that moment."""
        self._plan(at, lambda: self._enter(_Job(make, pool, told, make())))

    def run(self) -> None:
        while self._agenda:
            self.now, _, happen = heapq.heappop(self._agenda)
            happen()

    def _plan(self, at: float, happen: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._agenda, (at, self._number, happen))

    # --- places ---

    def _enter(self, job: _Job) -> None:
        if self._places[job.pool]:
            self._places[job.pool] -= 1
            self._go_on(job)
        else:
            self._at_door[job.pool].append(job)

    def _leave(self, job: _Job) -> None:
        self._release(job)
        if self._at_door[job.pool]:
            self._go_on(self._at_door[job.pool].popleft())
        else:
            self._places[job.pool] += 1

    def _go_on(self, job: _Job) -> None:
        """Tell it up to what it must wait for."""
        for wish in job.story:
            if isinstance(wish, Work):
                self._want_processor(job, wish.seconds)
                return
            if isinstance(wish, Commit):
                self._release(job)
            elif not self._taken(job, wish):
                return
        job.told(self.now)
        self._leave(job)

    # --- processors ---

    def _want_processor(self, job: _Job, seconds: float) -> None:
        if self._idle:
            self._idle -= 1
            self._work(job, seconds)
        else:
            self._ready.append((job, seconds))

    def _work(self, job: _Job, seconds: float) -> None:
        count_by_hour(self.busy, self.now, seconds)
        self._plan(self.now + seconds, lambda: self._worked(job))

    def _worked(self, job: _Job) -> None:
        if self._ready:
            self._work(*self._ready.popleft())
        else:
            self._idle += 1
        self._go_on(job)

    # --- locks ---

    def _taken(self, job: _Job, wish: Take) -> bool:
        """Whether it has the lock now; else it waits, behind who came before it."""
        lock = self._locks[wish.lock]
        if not lock.waiting and lock.free_for(wish.alone):
            self._hold(job, lock, wish.alone)
            return True
        lock.waiting.append((job, wish.alone))
        job.waits += 1
        self._plan(self.now + self._lock_wait, lambda wait=job.waits: self._give_up(job, lock, wait))  # type: ignore[misc]
        return False

    def _hold(self, job: _Job, lock: _Lock, alone: bool) -> None:
        lock.holders.add(job)
        lock.alone = alone
        job.held.append(lock)

    def _release(self, job: _Job) -> None:
        held, job.held = job.held, []
        for lock in held:
            lock.holders.discard(job)
            self._let_in(lock)

    def _let_in(self, lock: _Lock) -> None:
        while lock.waiting and lock.free_for(lock.waiting[0][1]):
            job, alone = lock.waiting.popleft()
            job.waits += 1
            self._hold(job, lock, alone)
            self._plan(self.now, lambda job=job: self._go_on(job))  # type: ignore[misc]

    def _give_up(self, job: _Job, lock: _Lock, wait: int) -> None:
        if wait != job.waits:
            return
        self.refused += 1
        lock.waiting = deque(each for each in lock.waiting if each[0] is not job)
        self._let_in(lock)
        job.story.close()
        self._leave(job)
        self.tell(self.now + self._retry_after, job.pool, job.make, job.told)


def count_by_hour(busy: dict[int, float], begin: float, seconds: float) -> None:
    """Add a stretch of time to the hours it lies in."""
    while seconds > 0:
        hour = int(begin // HOUR)
        here = min(seconds, (hour + 1) * HOUR - begin)
        busy[hour] += here
        begin, seconds = (hour + 1) * HOUR, seconds - here
