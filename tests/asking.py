"""Asking a service over HTTP in the name of a party, for integration tests."""

from collections.abc import Callable
from typing import Any

import httpx
from declaration_hub import Hub
from fastapi.testclient import TestClient

from services.declaration.api import create_app
from services.kernel.toegang import parties

# (path below /v1, as whom, query) → the reply; `headers` are added to those of the key.
Vraag = Callable[..., httpx.Response]


def ask(hub: Hub, **wiring: Any) -> Vraag:
    """A function that asks declaration for a path; every party of the hub has a key."""
    with hub.dienst.database.write() as conn:
        codes = [partij.code for partij in parties.lijst(conn)]
        keys = {code: parties.nieuwe_sleutel(conn, code, hub.dienst.nu()) for code in codes}
    client = TestClient(create_app(hub.dienst, hub.bron, **wiring))

    def get(path: str, als: str, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
        key = {"Authorization": f"Bearer {keys[als]}"}
        return client.get(f"/v1/{path}", params=query, headers={**key, **(headers or {})})

    return get
