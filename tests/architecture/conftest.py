"""The checkout, and a copy of its services to break on purpose."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds pyproject.toml."""
    return ROOT


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with a copy of services/ and, beside it, what services finds beside itself."""
    shutil.copytree(ROOT / "services", tmp_path / "services", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder in ("schemas", "migrations"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    return tmp_path
