"""What was compared with the published files stands at the end of every run."""

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from conformance.published import API_DESIGN_RULES, FULL, PRESENT

collect_ignore = [] if PRESENT else ["test_rules.py", "test_schemas.py"]
# Its linter is installed by make conformance.
collect_ignore += [] if FULL and API_DESIGN_RULES.is_file() else ["test_api_design.py"]


class Conformance(UserWarning):
    """Not a warning: the one thing that reaches the end of a run over several workers that is not of this folder."""


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """A function that takes one line for the end of a run of this folder; in `make test` nobody hears it."""
    return lambda text: record_property("conformance", text)


@pytest.fixture
def notice(request: pytest.FixtureRequest, report: Callable[[str], None]) -> Callable[[str], None]:
    """A function that takes one line for the end of any run."""

    def line(text: str) -> None:
        if hasattr(request.config, "workerinput") and not FULL:
            warnings.warn(text, Conformance, stacklevel=2)
        else:
            report(text)

    return line


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The lines of `report` and `notice`."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    lines = sorted(str(text) for report in reports for key, text in report.user_properties if key == "conformance")
    if lines:
        terminalreporter.section("conformance with the published schemas")
    for line in lines:
        terminalreporter.write_line(line)
