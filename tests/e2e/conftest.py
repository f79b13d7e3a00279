"""What every test from the outside starts with."""

from pathlib import Path

import pytest
from running_hub import run_hub


@pytest.fixture(scope="session")
def example_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a hub with the example set, to be copied: nothing is ever sent to it."""
    data = tmp_path_factory.mktemp("voorbeeld") / "var"
    made = run_hub("init", "--data", str(data), "--voorbeeld")
    assert made.returncode == 0, made.stdout + made.stderr
    return data
