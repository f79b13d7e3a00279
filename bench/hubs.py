"""New hubs with the example set, each a copy of the first of its kind: making one takes seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import databases

from services.cli.init import initialise


@contextmanager
def new_hub(dialect: databases.Dialect) -> Iterator[Path]:
    """The folder of a hub on this database, which is gone afterwards."""
    databases.use(dialect)
    with TemporaryDirectory() as folder:
        data = databases.copy(_first(dialect), Path(folder) / "hub")
        with databases.environment_of(data):
            yield data
        databases.remove(data)


@cache
def _first(dialect: databases.Dialect) -> Path:
    data = Path(_folder().name) / dialect
    data.mkdir()
    with databases.environment_of(data):
        for _ in initialise(data, voorbeeld=True):
            pass
    return data


@cache
def _folder() -> "TemporaryDirectory[str]":
    # Kept as long as the process: who lets go of it removes it.
    return TemporaryDirectory()
