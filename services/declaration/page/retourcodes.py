"""What a retourcode means and what to do about it: from the rule tables, which say it per rule."""

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from services.kernel.catalogue import CATALOGUE
from services.kernel.rules import rule_table


class Betekenis(NamedTuple):
    """One cause of a retourcode: its control level, and the sentences for people."""

    niveau: int
    melding: str
    advies: str


_TABELLEN: Final = sorted({(soort.standaard, soort.release) for soort in CATALOGUE})


def betekenis(retourcode: str) -> tuple[Betekenis, ...]:
    """Every cause it can have, the gravest level first; none for a code that no rule gives."""
    return _per_code().get(retourcode, ())


@cache
def _per_code() -> Mapping[str, tuple[Betekenis, ...]]:
    found: dict[str, dict[Betekenis, None]] = {}
    for standaard, release in _TABELLEN:
        for tekst in rule_table(standaard, release):
            if tekst.retourcode is not None:
                oorzaak = Betekenis(tekst.niveau, tekst.melding, tekst.advies)
                found.setdefault(tekst.retourcode, {})[oorzaak] = None
    return {code: tuple(sorted(oorzaken, key=lambda each: each.niveau)) for code, oorzaken in found.items()}
