"""The rule engine: a rule is a small tagged function, a registry a plain tuple of them, a finding is data.

    @regel("TR307", "9307", "Prestatie", "ProductPeriode/Begindatum")
    def begint_binnen_toewijzing(prestatie, toewijzing):
        return prestatie.begin >= toewijzing.ingangsdatum

The decorator tags and returns; it registers nothing. What a rule says to people (melding, advies) and its control level
stand as data in schemas/rules/<standaard>-<release>.csv; a test holds registry and table together.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.kernel.bevinding import Bevinding, Plaats
from services.kernel.catalogue import Berichtsoort

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "schemas" / "rules"


@dataclass(frozen=True, slots=True)
class Regel:
    """A rule of the standard: `toets(subject, ...)` is True when the subject keeps it."""

    id: str
    retourcode: str | None
    klasse: str
    element: str
    toets: Callable[..., bool]

    def __call__(self, *args: Any) -> bool:
        return self.toets(*args)


@dataclass(frozen=True, slots=True)
class BerichtRegel:
    """A rule over a whole message: `overtreders(bericht)` yields the subjects that break it."""

    id: str
    retourcode: str | None
    klasse: str
    element: str
    overtreders: Callable[[Any], Iterable[Plaats]]


@dataclass(frozen=True, slots=True)
class Tekst:
    """What the rule table says of a rule: control level 2..4, and the Dutch sentences."""

    regel: str
    berichtsoort: str
    klasse: str
    element: str
    niveau: int
    retourcode: str | None
    melding: str
    advies: str


def regel(id: str, retourcode: str | None, klasse: str, element: str) -> Callable[[Callable[..., bool]], Regel]:
    """Tag a function over one subject with its rule id, retourcode, class and element."""
    return lambda toets: Regel(id, retourcode, klasse, element, toets)


def bericht_regel(
    id: str, retourcode: str | None, klasse: str, element: str
) -> Callable[[Callable[[Any], Iterable[Plaats]]], BerichtRegel]:
    """Tag a function over a whole message."""
    return lambda overtreders: BerichtRegel(id, retourcode, klasse, element, overtreders)


@cache
def rule_table(standaard: str, release: str) -> tuple[Tekst, ...]:
    """Every row of schemas/rules/<standaard>-<release>.csv."""
    with open(RULES / f"{standaard}-{release}.csv", encoding="utf-8", newline="") as file:
        return tuple(
            Tekst(**{**row, "niveau": int(row["niveau"]), "retourcode": row["retourcode"] or None})  # type: ignore[arg-type]
            for row in csv.DictReader(file)
        )


@cache
def _index(standaard: str, release: str) -> dict[tuple[str, str, str, str, str | None], Tekst]:
    # The code too: OP278 has one for each way to be wrong.
    return {(t.berichtsoort, t.regel, t.klasse, t.element, t.retourcode): t for t in rule_table(standaard, release)}


def bevind(broken: Regel | BerichtRegel, soort: Berichtsoort, plaats: Plaats) -> Bevinding:
    """The finding for a broken rule at a place, with the sentences of the rule table."""
    sleutel = soort.naam, broken.id, broken.klasse, broken.element, broken.retourcode
    tekst = _index(soort.standaard, soort.release)[sleutel]
    return Bevinding(
        niveau=tekst.niveau,
        regel=broken.id,
        retourcode=broken.retourcode,
        pad=plaats.pad,
        element=broken.element,
        regelnummer=plaats.regelnummer,
        melding=tekst.melding,
        advies=tekst.advies,
    )


def check(
    regels: Iterable[Regel | BerichtRegel],
    soort: Berichtsoort,
    bericht: Any,
    onderwerpen: Callable[[Any, str], Iterable[Plaats]],
) -> Iterator[Bevinding]:
    """Findings of the rules that look inside one message (level 2), rule by rule.

    `onderwerpen(bericht, klasse)` gives the subjects of a class; a Regel is asked of each: toets(subject, bericht).
    """
    for rule in regels:
        if isinstance(rule, BerichtRegel):
            broken: Iterable[Plaats] = rule.overtreders(bericht)
        else:
            broken = (s for s in onderwerpen(bericht, rule.klasse) if not rule.toets(s, bericht))
        for plaats in broken:
            yield bevind(rule, soort, plaats)
