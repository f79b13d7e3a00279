"""Whether the published files are there to compare with: that is said in every run, and fails the full comparison."""

from collections.abc import Callable

from conformance.published import FULL, PRESENT, REFERENTIE, SOORTEN


def test_the_published_schemas_are_there_when_all_is_compared(notice: Callable[[str], None]) -> None:
    if PRESENT:
        how = "in full" if FULL else "by a short run of mutations (make conformance: all of them)"
        notice(f"{len(SOORTEN)} schemas and the rule tables compared with the published ones {how}")
    else:
        notice(f"nothing compared: published schemas not present in {REFERENTIE}")

    assert PRESENT or not FULL
