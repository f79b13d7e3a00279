"""A session stands for a key, for a working day, and only if we signed it."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from services.kernel.toegang import parties, sessies

GEHEIM = SecretStr("d" * 32)
NU = datetime(2025, 2, 3, 9, 15, tzinfo=UTC)


def test_a_session_gives_the_hash_of_its_key_and_not_the_key() -> None:
    token = sessies.maak("bh_sleutel", GEHEIM, NU)

    assert sessies.is_sessie(token)
    assert not sessies.is_sessie("bh_sleutel")
    assert sessies.sleutel_hash(token, GEHEIM, NU) == parties.sleutel_hash("bh_sleutel")
    assert "bh_sleutel" not in token


@pytest.mark.parametrize(
    "na, geldig", [(timedelta(0), True), (sessies.DUUR - timedelta(seconds=1), True), (sessies.DUUR, False)]
)
def test_a_session_ends_after_a_working_day(na: timedelta, geldig: bool) -> None:
    token = sessies.maak("bh_sleutel", GEHEIM, NU)

    assert (sessies.sleutel_hash(token, GEHEIM, NU + na) is not None) == geldig


def test_a_session_of_tomorrow_is_none() -> None:
    token = sessies.maak("bh_sleutel", GEHEIM, NU + timedelta(days=1))

    assert sessies.sleutel_hash(token, GEHEIM, NU) is None


@pytest.mark.parametrize("anders", ["", "bs_", "bs_x.y", "bh_sleutel"])
def test_what_we_did_not_sign_is_no_session(anders: str) -> None:
    assert sessies.sleutel_hash(anders, GEHEIM, NU) is None


def test_a_session_signed_with_another_secret_is_none() -> None:
    token = sessies.maak("bh_sleutel", SecretStr("e" * 32), NU)

    assert sessies.sleutel_hash(token, GEHEIM, NU) is None
