"""Each service runs with the other's folder absent."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# The editable install of the checkout is still on the path: prove that the copy was the one imported.
ASK = "import pathlib, services.{service}.api as api; print(pathlib.Path(api.__file__).resolve())"


@pytest.mark.parametrize(("service", "other"), [("allocation", "declaration"), ("declaration", "allocation")])
def test_a_service_imports_without_the_other(copied: Path, service: str, other: str) -> None:
    shutil.rmtree(copied / "services" / other)
    shutil.rmtree(copied / "services" / "cli")
    shutil.rmtree(copied / "services" / "together")

    answer = subprocess.run(
        [sys.executable, "-c", ASK.format(service=service)],
        cwd=copied,
        env={"PATH": "", "PYTHONPATH": str(copied), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr
    assert Path(answer.stdout.strip()) == (copied / "services" / service / "api.py").resolve()
