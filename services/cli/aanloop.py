"""What a SIGTERM and Ctrl-C mean to a command while the rest of it is imported, before it can say so itself.

Importing all of the hub takes a second. Whoever starts `hub serve` and thinks better of it gets an end that is none of
an accident: exit code 0. The event loops of these commands have handlers of their own, which come in its place. Ctrl-C
ends every command without a traceback; from `klaar` on it is for the command itself.

The process ends here and now, without an exception: one raised while Python is in a finalizer has nobody who catches
it, and is lost with the signal. There is nothing to finish; what a kill in a migration leaves is as it was before.
"""

import os
import signal
import sys
from contextlib import suppress
from typing import Final, NoReturn

LOOPT_DOOR: Final = ("serve", "relay", "consume", "klok")
# 128 and the number of the signal, as the library of the commands has it later on.
ONDERBROKEN: Final = 130
_LOOPT_DOOR: Final = bool(sys.argv[1:2]) and sys.argv[1] in LOOPT_DOOR


def _weg(code: int) -> NoReturn:
    # What was said so far may still lie in a buffer; when we came in the middle of writing it, it cannot be helped.
    for stream in (sys.stdout, sys.stderr):
        with suppress(RuntimeError, OSError, ValueError):
            stream.flush()
    os._exit(code)


def _einde(*_: object) -> None:
    _weg(0)


def _onderbroken(*_: object) -> None:
    os.write(2, b"Gestopt.\n")
    _weg(0 if _LOOPT_DOOR else ONDERBROKEN)


def klaar() -> None:
    """All is imported."""
    if signal.getsignal(signal.SIGINT) is _onderbroken:
        signal.signal(signal.SIGINT, signal.default_int_handler)


if _LOOPT_DOOR:
    signal.signal(signal.SIGTERM, _einde)
# Only a process of ours: who imports this for its commands has a Ctrl-C of its own.
if sys.argv[0].endswith(("hub", "__main__.py", "-m")) and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _onderbroken)
