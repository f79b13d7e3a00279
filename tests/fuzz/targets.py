"""The doors at which the fuzz knocks: each runs one input and gives the HTTP status, or None where there is none."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import schemathesis
from fuzz.inputs import messages, seeds
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from services import together
from services.allocation.process import toets_offline as toets_toewijzing
from services.cli.example_loading import read_keys
from services.cli.init import initialise
from services.declaration.process import toets_offline as toets_declaratie
from services.kernel.explaining import explain
from services.kernel.reading import Afwijzing, Schemas, identify, parse
from services.kernel.settings import Settings

# What the document promises of every answer; which inputs are refused is the business of the tests.
PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Most of what is understood comes from these.
SENDERS = ("0503", "75000001", "75000001", "75000002", "0603", "beheer")
TOETS = {"allocation": toets_toewijzing, "declaration": toets_declaratie}


@dataclass
class Target:
    """`strategy` gives inputs, `run` takes one; `last` is the one it took last."""

    name: str
    strategy: st.SearchStrategy[Any]
    _run: Callable[[Any], int | None]
    last: Any = None
    score: Any = None

    def run(self, given_input: Any) -> int | None:
        self.last = given_input
        return self._run(given_input)


def targets(folder: Path) -> list[Target]:
    """All of them, on a hub with the example set in this folder."""
    list(initialise(folder, voorbeeld=True))
    # The limits are for callers; here all inputs come from one.
    many = 10**9
    limits = {"berichten_per_minuut": many, "verzoeken_per_minuut": many, "onbekenden_per_minuut": many}
    app = together.build(Settings(data=folder, vandaag=date(2026, 2, 15), **limits))
    keys = read_keys(folder)
    client = TestClient(app, raise_server_exceptions=False)
    diensten = ("allocation", "declaration")
    return [
        Target("read", messages(), reading()),
        Target("parse", messages(), parsing),
        *(Target(f"post {naam}", senders(keys), posting(client, naam)) for naam in diensten),
        *(asking(app, naam, keys) for naam in diensten),
    ]


def reading() -> Callable[[bytes], None]:
    """Level 1 and 2 of a message."""
    schemas = Schemas()
    # Compiled once, as a hub does: not what the first inputs should be timed by.
    for soort, content in seeds():
        explain(io.BytesIO(content), soort, schemas)

    def run(content: bytes) -> None:
        stream = io.BytesIO(content)
        try:
            soort = identify(stream)
            TOETS[soort.dienst](soort, stream, schemas)
        except Afwijzing:
            return

    return run


def parsing(content: bytes) -> None:
    """The whole tree, as an answer that echoes it and an explanation need it."""
    try:
        parse(io.BytesIO(content))
    except Afwijzing:
        return


def senders(keys: dict[str, str]) -> st.SearchStrategy[tuple[str, str, str, bytes]]:
    """(key, endpoint, Accept, body)."""
    accept = st.sampled_from(["*/*", "application/xml", "application/json;q=0.5, text/xml"])
    return st.tuples(
        st.sampled_from([keys[code] for code in SENDERS]),
        st.sampled_from(["berichten", "validaties"]),
        accept,
        messages(),
    )


def posting(client: TestClient, naam: str) -> Callable[[tuple[str, str, str, bytes]], int]:
    def run(asked: tuple[str, str, str, bytes]) -> int:
        key, path, accept, body = asked
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/xml", "Accept": accept}
        return client.post(f"/{naam}/v1/{path}", content=body, headers=headers).status_code

    return run


def asking(app: Any, naam: str, keys: dict[str, str]) -> Target:
    """Every operation of a document, with what it allows and with what it does not, by parties of each kind."""
    schema = schemathesis.openapi.from_asgi(f"/{naam}/v1/openapi.json", app)
    parties = st.sampled_from([keys[code] for code in ("0503", "75000001", "H5", "beheer")])
    cases = st.one_of(
        [
            found.ok().as_strategy(generation_mode=mode)
            for found in schema.get_all_operations()
            for mode in _modes(found)
        ]
    )

    def run(asked: tuple[str, Any]) -> int:
        key, case = asked
        reply = case.call(headers={"Authorization": f"Bearer {key}"})
        case.validate_response(reply, checks=PROMISES)
        return int(reply.status_code)

    return Target(f"openapi {naam}", st.tuples(parties, cases), run)


def _modes(found: Any) -> Iterator[schemathesis.GenerationMode]:
    """What the document forbids as well, where there is something it forbids."""
    yield schemathesis.GenerationMode.POSITIVE
    operation = found.ok()
    if operation.query or operation.path_parameters or operation.body:
        yield schemathesis.GenerationMode.NEGATIVE
