"""Every message read along both paths: explained first, as if it were refused, and streamed, as it is; same verdicts.

`pytest --pad uitleggend` puts this in the place of `reading.read`, in every process of the run: `explaining/` is on the
path of those that a test starts. What one path refuses the other must refuse, for the same reasons. The one word in
which they differ: of a document that is cut off only the explaining path knows in which line.
"""

import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from services.kernel import reading
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Afwijzing, Schemas, ongeldig

_stream = reading.read


class Verschil(AssertionError):
    """The two paths do not agree about a message."""


def read(
    stream: BinaryIO,
    soort: Berichtsoort,
    schemas: Schemas,
    build: Callable[[BinaryIO], Any],
    explain: Callable[..., Any],
) -> Any:
    """As `reading.read`: what both paths say of the message. Verschil when they differ."""
    explained = _outcome(lambda: _explained(stream, soort, schemas, explain))
    streamed = _outcome(lambda: _stream(stream, soort, schemas, build, explain))
    if explained is None:
        if isinstance(streamed, Afwijzing) and streamed.type != "waarde-buiten-bereik":
            raise Verschil(f"only the streaming path refuses: {streamed.type}")
    elif not isinstance(streamed, Afwijzing):
        raise Verschil(f"only the explaining path refuses: {explained.type}")
    elif (explained.type, explained.bevindingen) != (streamed.type, streamed.bevindingen):
        raise Verschil(f"refused as {explained.type} and as {streamed.type}")
    if isinstance(streamed, Afwijzing):
        raise streamed
    return streamed


def _explained(stream: BinaryIO, soort: Berichtsoort, schemas: Schemas, explain: Callable[..., Any]) -> None:
    if bevindingen := explain(stream, soort, schemas):
        raise ongeldig(soort, bevindingen)


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Afwijzing as fout:
        return fout


def install() -> None:
    """Put it in the place of `reading.read`, also where that was imported already."""
    for module in [*sys.modules.values()]:
        if getattr(module, "__name__", "").startswith("services.") and getattr(module, "read", None) is _stream:
            module.read = read  # type: ignore[attr-defined]
