"""The direction of imports (docs/architecture.md) holds, and the linter that guards it bites."""

import subprocess
import sys
from pathlib import Path

import pytest

LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"


def lint_imports(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Judge the services in `folder`, which comes first on the path there, by its pyproject.toml."""
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    command = [str(LINT_IMPORTS), "--no-cache", "--no-logo", *chosen]
    # Wide, or the linter wraps the lines that the tests look for.
    environment = {"PATH": "", "PYTHONPATH": str(folder), "COLUMNS": "400"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def plant(module: Path, statement: str) -> None:
    """Append an import to a module."""
    module.write_text(f"{module.read_text(encoding='utf-8')}\n{statement}\n", encoding="utf-8")


def test_every_import_goes_the_agreed_way(root: Path) -> None:
    verdict = lint_imports(root)

    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert "3 kept" in verdict.stdout


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("services.allocation.process", "services.declaration.process", "storeys"),
        ("services.declaration.process", "services.allocation.process", "storeys"),
        ("services.kernel.settings", "services.allocation.settings", "storeys"),
        ("services.declaration.verdict.declaratie", "services.declaration.store", "inside-a-service"),
        ("services.declaration.weeks", "sqlalchemy", "pure-core"),
        ("services.allocation.rules", "services.kernel.database", "pure-core"),
    ],
)
def test_a_wrong_import_is_seen(copied: Path, module: str, imported: str, contract: str) -> None:
    plant(copied / f"{module.replace('.', '/')}.py", f"import {imported}")

    verdict = lint_imports(copied, contract)

    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert f"{module} -> {imported}" in verdict.stdout
