"""Without the published files there is nothing to compare with; that is said, and fails the full comparison."""

from collections.abc import Callable

from conformance.published import FULL, PRESENT, REFERENTIE


def test_the_published_schemas_are_there_when_all_is_compared(notice: Callable[[str], None]) -> None:
    if not PRESENT:
        notice(f"nothing compared: published schemas not present in {REFERENTIE}")

    assert PRESENT or not FULL
