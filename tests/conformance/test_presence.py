"""Whether the published files are there to compare with: that is said in every run, and fails the full comparison."""

from collections.abc import Callable

from conformance.published import API_DESIGN_RULES, FULL, PRESENT, REFERENTIE, SOORTEN


def test_the_published_schemas_are_there_when_all_is_compared(notice: Callable[[str], None]) -> None:
    if PRESENT:
        how = "in full" if FULL else "by a short run of mutations (make conformance: all of them)"
        notice(f"{len(SOORTEN)} schemas and the rule tables compared with the published ones {how}")
    else:
        notice(f"nothing compared: published schemas not present in {REFERENTIE}")

    assert PRESENT or not FULL


def test_it_is_said_whether_the_linter_of_the_design_rules_is_there(notice: Callable[[str], None]) -> None:
    if not API_DESIGN_RULES.is_file():
        notice(f"API Design Rules: documents not checked, no {API_DESIGN_RULES}")
    elif not FULL:
        notice("API Design Rules: documents checked by make conformance")
