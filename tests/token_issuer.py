"""An OAuth2 issuer on 127.0.0.1: it publishes its keys (JWKS) and signs what a test asks for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

ISSUER: Final = "https://inloggen.example"
AUDIENCE: Final = "https://berichtenhub.example"
CLIENT: Final = "ecd-productie"


def new_key(alg: str, kid: str) -> Key:
    """A private key for this algorithm."""
    about: dict[str, Any] = {"kid": kid, "use": "sig"}
    if alg.startswith("ES"):
        return ECKey.generate_key("P-256", about)
    return OKPKey.generate_key("Ed25519", about) if alg.startswith("Ed") else RSAKey.generate_key(2048, about)


@dataclass
class Issuer:
    """`published` is what it shows; `weg` makes it answer 500; `gevraagd` counts who asked for the keys."""

    nu: datetime
    published: list[Key] = field(default_factory=list)
    weg: bool = False
    gevraagd: int = 0
    url: str = ""

    def jwks(self) -> bytes:
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.published]}).encode()

    def token(self, key: Key, alg: str, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A token that is good for ten minutes; a claim or header of None is left out."""
        now = int(self.nu.timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": now + 600,
            "iat": now,
            "jti": "a1",
            "client_id": CLIENT,
            **changes,
        }
        named = {"alg": alg, "kid": key.kid, "typ": "at+jwt", **(header or {})}
        kept = {name: value for name, value in named.items() if value is not None}
        return jwt.encode(
            kept,
            {name: value for name, value in claims.items() if value is not None},
            key,
            algorithms=[alg],
            default_type=None,
        )


@contextmanager
def issuing(nu: datetime) -> Iterator[Issuer]:
    """The issuer, for as long as the block takes."""
    issuer = Issuer(nu)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.gevraagd += 1
            content = b"" if issuer.weg else issuer.jwks()
            self.send_response(500 if issuer.weg else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}/jwks"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
