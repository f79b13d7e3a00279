"""`make fuzz SECONDS=60`: what nobody meant to send, at four doors, for so many seconds in all.

`read` and `parse` take bytes; `post` sends the same to a hub in this process; `openapi` asks every operation what its
document allows and what it does not. Ends with 1 when an input is answered by a 5xx, takes more than two seconds of
this process's time (twice: a busy machine is no hang), breaks the program, or when memory grows beyond its budget.
"""

from __future__ import annotations

import argparse
import logging
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time

from fuzz.targets import Target, targets
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Flaky

HANG = 2.0
# Growth of the largest size of this process once every target was warm, in MB.
BUDGET = 512
FAILED = Path("var") / "fuzz"


class Gebroken(Exception):
    """An input that a target must not be broken by; `kind` is the column of the report."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(f"{kind}: {why}")
        self.kind = kind


@dataclass
class Score:
    """What came of one target."""

    tried: int = 0
    failed: dict[str, int] = field(default_factory=lambda: {"5xx": 0, "hangs": 0, "crashes": 0})
    slowest: float = 0.0
    broken: Gebroken | None = None

    def line(self, name: str) -> str:
        failed = ", ".join(f"{kind} {number}" for kind, number in self.failed.items())
        return f"{name:22} {self.tried:7} inputs   {failed}   slowest {self.slowest:.2f} s"


def attempt(target: Target, given_input: object, score: Score) -> None:
    """One input; Gebroken, counted once, when the target did not hold."""
    try:
        _attempt(target, given_input, score)
    except Gebroken as fout:
        score.failed[fout.kind] = 1
        score.broken = score.broken or fout
        raise


def _attempt(target: Target, given_input: object, score: Score) -> None:
    score.tried += 1
    for again in (False, True):
        begun = process_time()
        try:
            status = target.run(given_input)
        except Exception as fout:
            raise Gebroken("crashes", repr(fout)) from fout
        took = process_time() - begun
        if took <= HANG:
            break
        if again:
            raise Gebroken("hangs", f"{took:.1f} s")
    score.slowest = max(score.slowest, took)
    if status is not None and status >= 500:
        raise Gebroken("5xx", str(status))


def rounds(target: Target, until: float, number: int) -> Iterator[Gebroken]:
    """Rounds of random inputs until the time is over; what broke it, made as small as can be."""
    score = target.score = Score()

    while monotonic() < until:
        number += 1

        @seed(number)
        @settings(
            max_examples=200,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(target.strategy)
        def one_round(given_input: object) -> None:
            # What broke it is run once more, whatever the time.
            if monotonic() < until or any(score.failed.values()):
                attempt(target, given_input, score)

        try:
            one_round()
        except (Gebroken, Flaky) as fout:
            # Flaky: the second time it held, in a hub that had seen more; once is enough.
            yield score.broken or Gebroken("crashes", repr(fout))
            return


def peak() -> int:
    """The largest size of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with TemporaryDirectory() as folder:
        every = targets(Path(folder))
        return report(every, chosen.seconds / len(every), chosen.seed)


def report(every: list[Target], seconds: float, number: int) -> int:
    broken, warm = 0, 0
    for target in every:
        for fout in rounds(target, monotonic() + seconds, number * 1_000_000):
            broken += 1
            FAILED.mkdir(parents=True, exist_ok=True)
            file = FAILED / f"{target.name.replace(' ', '-')}.input"
            file.write_bytes(target.last if isinstance(target.last, bytes) else repr(target.last).encode())
            say(f"{target.name}: {fout}; the input stands in {file}")
        say(target.score.line(target.name))
        warm = warm or peak()
    grown = peak() - warm
    totals = {kind: sum(target.score.failed[kind] for target in every) for kind in ("5xx", "hangs", "crashes")}
    say(f"{sum(target.score.tried for target in every)} inputs: " + ", ".join(f"{k} {n}" for k, n in totals.items()))
    say(f"memory: {peak()} MB at most, grown {grown} MB of {BUDGET}")
    return 1 if broken or grown > BUDGET else 0


if __name__ == "__main__":
    sys.exit(main())
