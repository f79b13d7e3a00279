"""A sign of life of a process that nobody can ask over HTTP: a file in the data folder that it touches."""

import os
import time
from pathlib import Path
from typing import Final

_EINDE: Final = "beeindigd\n"


def hartslag(data: Path, naam: str) -> None:
    """Say that the process of this name is at work now; call it in every round of its loop."""
    with open(_file(data, naam), "w", encoding="utf-8") as bestand:
        # Truncating an empty file leaves its time as it was.
        os.utime(bestand.fileno())


def einde(data: Path, naam: str) -> None:
    """Say that the process of this name ended, as it was told to; the next sign of life takes it back."""
    _file(data, naam).write_text(_EINDE, encoding="utf-8")


def beeindigd(data: Path, naam: str) -> bool:
    """Whether it said so itself; a process that was killed could not."""
    try:
        return _file(data, naam).read_text(encoding="utf-8") == _EINDE
    except FileNotFoundError:
        return False


def sinds(data: Path, naam: str) -> float | None:
    """How many seconds ago it last said so; None: never."""
    try:
        return max(time.time() - _file(data, naam).stat().st_mtime, 0.0)
    except FileNotFoundError:
        return None


def _file(data: Path, naam: str) -> Path:
    return data / f"hartslag-{naam}"
