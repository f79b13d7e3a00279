"""The published linter of the API Design Rules on the OpenAPI document of each service; only in make conformance."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conformance.published import API_DESIGN_RULES, ROOT

from services import together
from services.kernel.settings import Settings

SPECTRAL = ROOT / ".tools" / "spectral" / "node_modules" / ".bin" / "spectral"


@pytest.mark.parametrize("naam", ["allocation", "declaration"])
def test_the_linter_of_the_design_rules_finds_nothing(
    settings: Settings, tmp_path: Path, naam: str, report: Callable[[str], None]
) -> None:
    found = lint(document(settings, naam), tmp_path)

    errors = [one for one in found if one["severity"] == 0]
    report(f"API Design Rules, {naam}: {len(errors)} errors, {len(found) - len(errors)} warnings")
    assert found == []


def test_the_linter_sees_what_is_wrong(settings: Settings, tmp_path: Path) -> None:
    broken = document(settings, "allocation")
    broken["paths"]["/Verkeerd_Pad/"] = broken["paths"].pop("/toewijzingen")

    assert {"nlgov:paths-kebab-case"} <= {one["code"] for one in lint(broken, tmp_path)}


def document(settings: Settings, naam: str) -> dict[str, object]:
    app = together.build(settings)
    [made] = [route.app.openapi() for route in app.routes if getattr(route, "name", None) == naam]
    return json.loads(json.dumps(made))


def lint(made: dict[str, object], folder: Path) -> list[dict[str, object]]:
    """What Spectral finds; a linter that breaks says so on stderr and gives no JSON."""
    file = folder / "openapi.json"
    file.write_text(json.dumps(made), encoding="utf-8")
    command = [SPECTRAL, "lint", "--format", "json", "--ruleset", API_DESIGN_RULES, file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout[done.stdout.index("[") : done.stdout.rindex("]") + 1])
    except ValueError:
        pytest.fail(f"Spectral broke off: {done.stdout} {done.stderr}")
