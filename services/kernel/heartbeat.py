"""A sign of life of a process that nobody can ask over HTTP: a file in the data folder that it touches."""

import time
from pathlib import Path


def hartslag(data: Path, naam: str) -> None:
    """Say that the process of this name is at work now; call it in every round of its loop."""
    _file(data, naam).touch()


def sinds(data: Path, naam: str) -> float | None:
    """How many seconds ago it last said so; None: never."""
    try:
        return max(time.time() - _file(data, naam).stat().st_mtime, 0.0)
    except FileNotFoundError:
        return None


def _file(data: Path, naam: str) -> Path:
    return data / f"hartslag-{naam}"
