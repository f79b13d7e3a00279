"""What a SIGTERM and Ctrl-C mean to a command while the rest of it is imported, before it can say so itself.

Importing all of the hub takes a second. Whoever starts `hub serve` and thinks better of it gets an end that is none of
an accident: exit code 0. The event loops of these commands have handlers of their own, which come in its place. Ctrl-C
ends every command without a traceback; from `klaar` on it is for the command itself.
"""

import signal
import sys
from typing import Final

LOOPT_DOOR: Final = ("serve", "relay", "consume", "klok")
# 128 and the number of the signal, as the library of the commands has it later on.
ONDERBROKEN: Final = 130
_LOOPT_DOOR: Final = bool(sys.argv[1:2]) and sys.argv[1] in LOOPT_DOOR


def _einde(*_: object) -> None:
    raise SystemExit(0)


def _onderbroken(*_: object) -> None:
    sys.stderr.write("Gestopt.\n")
    raise SystemExit(0 if _LOOPT_DOOR else ONDERBROKEN)


def klaar() -> None:
    """All is imported."""
    if signal.getsignal(signal.SIGINT) is _onderbroken:
        signal.signal(signal.SIGINT, signal.default_int_handler)


if _LOOPT_DOOR:
    signal.signal(signal.SIGTERM, _einde)
# Only a process of ours: who imports this for its commands has a Ctrl-C of its own.
if sys.argv[0].endswith(("hub", "__main__.py", "-m")) and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _onderbroken)
