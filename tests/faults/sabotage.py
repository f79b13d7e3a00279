"""Run a command of `hub` that dies at a chosen step, or whose clock goes wrong: `sabotage.py SPEC hub-arguments`.

SPEC is JSON: {"kill": {"step": "module:function", "when": "before|after", "call": n}} ends the process with SIGKILL
around the n-th call of that function; {"clock": FILE} makes the wall clock run as many seconds back as FILE says. The
product knows nothing of this: the steps are wrapped from outside.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any


def die_at(step: str, when: str, call: int) -> None:
    """Wrap a function of a module, or a method (module:Class.method)."""
    module_name, _, path = step.partition(":")
    owner: Any = import_module(module_name)
    *between, name = path.split(".")
    for part in between:
        owner = getattr(owner, part)
    setattr(owner, name, _wrapped(getattr(owner, name), when, call))


def _wrapped(function: Callable[..., Any], when: str, call: int) -> Callable[..., Any]:
    calls = itertools.count(1)

    def turn(moment: str, number: int) -> None:
        if (moment, number) == (when, call):
            os.kill(os.getpid(), signal.SIGKILL)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            number = next(calls)
            turn("before", number)
            result = await function(*args, **kwargs)
            turn("after", number)
            return result

        return awaited

    @functools.wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        number = next(calls)
        turn("before", number)
        result = function(*args, **kwargs)
        turn("after", number)
        return result

    return plain


def set_clock_by(file: Path) -> None:
    """Every service wired from now on reads the time less what the file says at that moment."""
    wiring = import_module("services.kernel.wiring")
    real: Callable[[], datetime] = wiring.clock

    def clock() -> datetime:
        return real() - timedelta(seconds=int(file.read_text(encoding="ascii")))

    wiring.clock = clock
    wiring.wire.__defaults__ = (clock,)


def main() -> None:
    spec = json.loads(sys.argv[1])
    sys.argv = ["hub", *sys.argv[2:]]
    if "clock" in spec:
        set_clock_by(Path(spec["clock"]))
    if "kill" in spec:
        die_at(**spec["kill"])
    import_module("services.cli").app()


if __name__ == "__main__":
    main()
