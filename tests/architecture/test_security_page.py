"""SECURITY.md names tests that exist."""

import re
from pathlib import Path

ROW = re.compile(r"^\|(?!---)(?P<cells>.*)\|$", re.MULTILINE)


def names_in(root: Path) -> set[str]:
    """The names of all tests."""
    found = (re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.M) for file in named(root))
    return {name for names in found for name in names}


def named(root: Path) -> list[Path]:
    return list((root / "tests").rglob("test_*.py"))


def test_every_threat_names_tests_that_exist(root: Path) -> None:
    rows = [row["cells"].split("|") for row in ROW.finditer((root / "SECURITY.md").read_text("utf-8"))][1:]
    shown = [re.findall(r"test_\w+", cells[-1]) for cells in rows]

    assert len(rows) >= 15
    assert all(shown)
    assert {name for names in shown for name in names} - names_in(root) == set()
