"""What the tests of query plans share: the tables that grow with history, and the queries that some work asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

GROWS = (
    *("bericht", "inhoud", "postbus", "client", "audit", "weigering", "declaratie", "prestatie", "journaal", "signaal"),
    *("toewijzing", "toewijzing_versie", "toewijzing_herhaling", "feed", "vermelding"),
    *("bericht_retourcode", "gebeurtenis", "termijn"),
)


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Every query, and every change of rows that are there, with its parameters."""
    found: list[tuple[str, Any]] = []

    def note(*about: Any) -> None:
        _, _, statement, parameters, _, many = about
        if statement.split(None, 1)[0] in ("SELECT", "UPDATE", "DELETE", "WITH"):
            found.append((statement, parameters[0] if many else parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)
