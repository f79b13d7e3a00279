"""Access tokens of the one OAuth2 issuer that is configured: JWTs (RFC 9068), verified with the keys it publishes.

A token is asked for once and used until it expires, so that its `jti` is required but no reason to refuse the second
request that carries it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, Protocol

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

# Signatures only, and none with a shared secret: a public key must never serve as one. Ed25519 is EdDSA by RFC 9864.
ALGORITMEN: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
# RFC 9068, section 4: an ID token of the same issuer is no access token.
_TYPEN: Final = ("at+jwt", "application/at+jwt")
_SPELING: Final = 30  # seconds that two clocks may differ
_VERS: Final = timedelta(hours=1)
_NIET_VAKER: Final = timedelta(minutes=1)
_SECONDS: Final = 5.0
_RSA_MINIMUM: Final = 2048


class TokenOngeldig(Exception):
    """A token that is not of this issuer, not for us, or not of now."""


class UitgeverOnbereikbaar(Exception):
    """The keys were never fetched, and cannot be now."""


class _Ondertekend(Protocol):
    def headers(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Token:
    """A verified token: the client it was issued to, and its scopes (None: it names none)."""

    client: str
    scopes: str | None


class Uitgever:
    """The issuer: what it is called, for whom its tokens are meant, which claim names the client, and its keys."""

    def __init__(self, issuer: str, audience: str, jwks_url: str, claim: str, nu: Callable[[], datetime]) -> None:
        self._claim = claim
        self._nu = nu
        self._eisen: dict[str, Any] = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
            **{name: {"essential": True} for name in ("exp", "iat", "jti", claim)},
        }
        self._sleutels = Sleutelbos(jwks_url, nu)

    def lees(self, text: str) -> Token:
        """What a token says once it is verified; TokenOngeldig, UitgeverOnbereikbaar."""
        try:
            token = jwt.decode(text, self._sleutel, algorithms=ALGORITMEN)
            # nbf is looked at where it is given.
            now = int(self._nu().timestamp())
            jwt.JWTClaimsRegistry(now=now, leeway=_SPELING, **self._eisen).validate(token.claims)
        except (JoseError, ValueError, TypeError) as fout:
            raise TokenOngeldig(type(fout).__name__) from None
        client, scopes = token.claims[self._claim], token.claims.get("scope")
        if not isinstance(client, str) or not isinstance(scopes, str | None) or not client.isprintable():
            # Half a character, as JSON may have it, is no name that any database knows.
            raise TokenOngeldig("claim")
        return Token(client, scopes)

    def _sleutel(self, token: _Ondertekend) -> Key:
        """The key that the header names; joserfc holds its kind, use and algorithm against the algorithm used."""
        header = token.headers()
        kid = header.get("kid")
        if str(header.get("typ", "")).lower() not in _TYPEN or not isinstance(kid, str):
            raise TokenOngeldig("header")
        if header.get("alg") not in ALGORITMEN:
            raise TokenOngeldig("alg")
        key = self._sleutels.geef(kid)
        if key is None:
            raise TokenOngeldig("kid")
        return key


class Sleutelbos:
    """The keys an issuer publishes (JWKS), fetched when they are asked for and kept.

    Fetched again after an hour, and for a kid that is not there, never more than once a minute. When that fails, the
    keys that were there stay good.
    """

    def __init__(self, url: str, nu: Callable[[], datetime]) -> None:
        self._url = url
        self._nu = nu
        self._slot = Lock()
        self._keys: Mapping[str, Key] | None = None
        self._gehaald: datetime | None = None
        self._geprobeerd: datetime | None = None

    def geef(self, kid: str) -> Key | None:
        """The key of this kid; None: there is none. UitgeverOnbereikbaar when no keys were ever fetched."""
        bekend = self._keys or {}
        if kid in bekend and self._slot.locked():
            # Somebody is fetching already: who can go on does.
            return bekend[kid]
        with self._slot:
            if self._moet_halen(kid):
                self._haal()
            if self._keys is None:
                raise UitgeverOnbereikbaar
            return self._keys.get(kid)

    def _moet_halen(self, kid: str) -> bool:
        nu = self._nu()
        if self._geprobeerd is not None and nu - self._geprobeerd < _NIET_VAKER:
            return False
        oud = self._gehaald is None or nu - self._gehaald >= _VERS
        return oud or self._keys is None or kid not in self._keys

    def _haal(self) -> None:
        self._geprobeerd = self._nu()
        try:
            reply = httpx.get(self._url, timeout=_SECONDS, follow_redirects=False)
            reply.raise_for_status()
            keys = KeySet.import_key_set(reply.json())
        except (httpx.HTTPError, JoseError, ValueError, TypeError, KeyError):
            return
        self._keys = {key.kid: key for key in keys if key.kid and _sterk_genoeg(key)}
        self._gehaald = self._geprobeerd


def _sterk_genoeg(key: Key) -> bool:
    """RFC 7518, section 3.3: RSA of 2048 bits or more."""
    return key.key_type != "RSA" or getattr(key.public_key, "key_size", 0) >= _RSA_MINIMUM
