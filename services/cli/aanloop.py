"""What a SIGTERM means to a command that goes on until it is told to stop, before it can say so itself.

Importing all of the hub takes a second. Whoever starts `hub serve` and thinks better of it gets an end that is none of
an accident: exit code 0. The event loops of these commands have handlers of their own, which come in its place.
"""

import signal
import sys
from typing import Final

LOOPT_DOOR: Final = ("serve", "relay", "consume", "klok")


def _einde(*_: object) -> None:
    raise SystemExit(0)


if sys.argv[1:2] and sys.argv[1] in LOOPT_DOOR:
    signal.signal(signal.SIGTERM, _einde)
