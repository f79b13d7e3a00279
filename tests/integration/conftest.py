"""What touches storage is tested on both databases: a test here runs once on each, unless a marker says otherwise."""

from collections.abc import Iterator
from pathlib import Path

import databases
import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    about = metafunc.definition.get_closest_marker("dialects")
    chosen = about.args if about else ("sqlite", "postgresql")
    metafunc.parametrize("dialect", chosen, indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def dialect(request: pytest.FixtureRequest) -> Iterator[databases.Dialect]:
    """The database that a test runs on. A fixture of a module that makes a database asks for it by name."""
    databases.use(request.param)
    yield request.param
    databases.use("sqlite")


@pytest.fixture(autouse=True)
def _own_databases(tmp_path: Path) -> Iterator[None]:
    """What a test put in its own folder is gone after it."""
    yield
    databases.remove(tmp_path)
