"""The databases of a test, in the dialect it runs on: a data folder has one per service, wherever that is kept.

In SQLite it is a file in the folder, in PostgreSQL a database that stands for it. What is made once and needed often is
a template, of which every test has a copy.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from unittest.mock import patch

import servers
from sqlalchemy import create_engine, inspect, text

Dialect = Literal["sqlite", "postgresql"]
DIENSTEN = ("allocation", "declaration")

_using: Dialect = "sqlite"
# {(folder, service): URL} of the databases in PostgreSQL.
_made: dict[tuple[Path, str], str] = {}


def use(dialect: Dialect) -> None:
    """The dialect of the tests from now on."""
    global _using
    _using = dialect


def url(folder: Path, dienst: str) -> str:
    """The URL of a service's database of this data folder; in PostgreSQL made, empty, when it was never asked for."""
    if _using == "sqlite":
        return f"sqlite:///{folder / dienst}.sqlite"
    if (folder, dienst) not in _made:
        _made[folder, dienst] = servers.fresh_database()
    return _made[folder, dienst]


def settings_of(folder: Path) -> dict[str, str]:
    """The settings that say where the databases of this folder are."""
    return {f"{dienst}_database": url(folder, dienst) for dienst in DIENSTEN}


@contextmanager
def environment_of(folder: Path) -> Iterator[None]:
    """As if the environment said where the databases of this folder are; SQLite's stand where they do by themselves."""
    named = {} if _using == "sqlite" else settings_of(folder)
    with patch.dict(os.environ, {f"BERICHTENHUB_{name.upper()}": value for name, value in named.items()}):
        yield


def place(folder: Path, dienst: str, fill: Callable[[str], None]) -> str:
    """Give a folder a copy of the database that `fill` fills by its URL, once per `fill`; its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    if _using == "sqlite":
        (folder / f"{dienst}.sqlite").write_bytes(_file(fill))
        return url(folder, dienst)
    _made[folder, dienst] = servers.fresh_database(_template(fill))
    return _made[folder, dienst]


@cache
def _file(fill: Callable[[str], None]) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "template.sqlite"
        fill(f"sqlite:///{file}")
        return file.read_bytes()


@cache
def _template(fill: Callable[[str], None]) -> str:
    return servers.template(fill)


def copy(source: Path, target: Path) -> Path:
    """Copy a data folder with its databases, of which nobody may have one open."""
    shutil.copytree(source, target)
    for (folder, dienst), found in list(_made.items()):
        if folder == source:
            _made[target, dienst] = servers.fresh_database(servers.name_of(found))
    return target


def remove(folder: Path) -> None:
    """Drop the databases of this folder and of those below it; its files are whoever's made the folder."""
    for (path, dienst), found in list(_made.items()):
        if path.is_relative_to(folder):
            del _made[path, dienst]
            servers.drop_database(found)


def content(folder: Path, query: str, dienst: str = "declaration") -> list[tuple[Any, ...]]:
    """What a query finds in a database, with dates as text."""
    engine = create_engine(url(folder, dienst))
    with engine.connect() as conn:
        found = [tuple(_plain(value) for value in row) for row in conn.execute(text(query))]
    engine.dispose()
    return found


def change(folder: Path, statement: str, dienst: str = "declaration") -> None:
    """Change a database behind the back of the hub."""
    engine = create_engine(url(folder, dienst))
    with engine.begin() as conn:
        conn.execute(text(statement))
    engine.dispose()


def snapshot(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of both databases."""
    found = {}
    for dienst in DIENSTEN:
        engine = create_engine(url(folder, dienst))
        tables = inspect(engine).get_table_names()
        engine.dispose()
        for table in tables:
            found[f"{dienst}.{table}"] = sorted(content(folder, f'SELECT * FROM "{table}"', dienst), key=repr)
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
