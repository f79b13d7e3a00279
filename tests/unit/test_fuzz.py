"""The fuzz sees what it looks for: a planted 5xx, crash and hang each end it with 1, and its input is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from fuzz import __main__ as fuzz
from fuzz.inputs import messages
from fuzz.targets import Target
from hypothesis import strategies as st


def fails(_: bytes) -> int:
    return 503


def breaks(_: bytes) -> None:
    raise RecursionError


def hangs(_: bytes) -> None:
    begun = process_time()
    while process_time() < begun + 0.2:
        pass


@pytest.mark.parametrize(("run", "kind"), [(fails, "5xx 1"), (breaks, "crashes 1"), (hangs, "hangs 1")])
def test_what_gives_way_is_counted_and_its_input_kept(
    run: Callable[[bytes], int | None],
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(fuzz, "HANG", 0.1)
    monkeypatch.setattr(fuzz, "FAILED", tmp_path)
    target = Target("gepland", st.just(b"de invoer"), run)

    assert fuzz.report([target], 5, 1) == 1
    assert kind in capsys.readouterr().out
    assert (tmp_path / "gepland.input").read_bytes() == b"de invoer"


def test_what_holds_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    target = Target("gepland", messages(), lambda _: 400)

    assert fuzz.report([target], 1, 1) == 0
    assert "5xx 0, hangs 0, crashes 0" in capsys.readouterr().out
    assert target.score.tried > 0
