"""Sessions of people: a signed token that stands for a key for as long as a working day, so that no page keeps the key.

The token holds the hash of the key and not the key. Whoever takes it looks the hash up, so that a session ends with
its key. Both services know the secret it is signed with: a session is good at both.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from itsdangerous import BadData, URLSafeSerializer
from pydantic import SecretStr

from services.kernel.toegang import parties

DUUR: Final = timedelta(hours=9)
_PREFIX: Final = "bs_"
_SALT: Final = "sessie"


def maak(sleutel: str, geheim: SecretStr, nu: datetime) -> str:
    """A session for who has this key; whether anybody has is asked when it is used."""
    inhoud = {"sleutel": parties.sleutel_hash(sleutel), "sinds": int(nu.timestamp())}
    return _PREFIX + _serializer(geheim).dumps(inhoud)


def is_sessie(credentials: str) -> bool:
    """Whether this is a session at all, good or not, and so no key."""
    return credentials.startswith(_PREFIX)


def sleutel_hash(credentials: str, geheim: SecretStr, nu: datetime) -> str | None:
    """The hash of the key a session stands for; None for one that we did not sign and for one that is over."""
    try:
        inhoud = _serializer(geheim).loads(credentials.removeprefix(_PREFIX))
        sinds, gevonden = int(inhoud["sinds"]), str(inhoud["sleutel"])
    except (BadData, KeyError, TypeError, ValueError):
        return None
    return gevonden if 0 <= nu.timestamp() - sinds < DUUR.total_seconds() else None


def _serializer(geheim: SecretStr) -> URLSafeSerializer:
    return URLSafeSerializer(
        geheim.get_secret_value(), salt=_SALT, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )
