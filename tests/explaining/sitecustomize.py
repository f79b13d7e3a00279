"""Python reads this at its start where a test run put this folder on its path: see `explaining_path`."""

import sys
from pathlib import Path

_tests = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_tests), str(_tests.parent)]

import explaining_path  # noqa: E402

explaining_path.install()
