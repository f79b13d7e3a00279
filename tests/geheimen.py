"""The secrets of a hub under test, as settings; and its ring, for who opens a database without the settings."""

from typing import Any, Final

from services.kernel.privacy.sleutelring import Sleutelring

_RING: Final = f"0a0b0c0d:{'A' * 43}"
VASTE_GEHEIMEN: Final[dict[str, Any]] = {
    "bsn_sleutel": "b" * 32,
    "dienst_sleutel": "d" * 32,
    "zegel_sleutel": "z" * 32,
    "sleutelring": _RING,
}


def ring() -> Sleutelring:
    return Sleutelring(_RING)
