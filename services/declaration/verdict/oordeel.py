"""What a verdict is, and how broken rules become codes and findings. Amounts are signed eurocent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.kernel.bevinding import Bevinding, Plaats
from services.kernel.catalogue import Berichtsoort
from services.kernel.rules import Regel, bevind

GOEDGEKEURD, DEELS_AFGEKEURD, AFGEKEURD = "goedgekeurd", "deels_afgekeurd", "afgekeurd"
Codes = tuple[str, ...]
Regelplaats = tuple[int, int]  # (client, index) of a Prestatie
Gebroken = tuple[Regel, ...]


@dataclass(frozen=True, slots=True)
class Oordeel:
    """Who is refused with which codes, and what is awarded; only codes that refuse, and 0233.

    `kop_codes` and `declaratie_codes` refuse the whole message (afgekeurd: counts as not sent). `client_codes` are per
    index of the Client, `regel_codes` and `toekenningen` per (client, index): every line of a processed message stands
    in exactly one of these two. An award may be less than what was submitted (2.3): `gedeeltelijk` has those lines.
    `berekend`: GemeenteBerekendBedrag, where it was computed. `toegekend` is the sum of `toekenningen`. `bevindingen`
    are in document order.
    """

    oordeel: str
    toegekend: int
    kop_codes: Codes = ()
    declaratie_codes: Codes = ()
    client_codes: Mapping[int, Codes] = field(default_factory=dict)
    regel_codes: Mapping[Regelplaats, Codes] = field(default_factory=dict)
    toekenningen: Mapping[Regelplaats, int] = field(default_factory=dict)
    berekend: Mapping[Regelplaats, int] = field(default_factory=dict)
    gedeeltelijk: frozenset[Regelplaats] = frozenset()
    bevindingen: tuple[Bevinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Regeloordeel:
    """The verdict on one line: `toegekend` None is a refusal; `gebroken` says why, or why it is less than submitted."""

    gebroken: Gebroken = ()
    toegekend: int | None = None
    berekend: int | None = None


def broken(regels: Iterable[Regel], *waarden: Any) -> Gebroken:
    """The rules that these values do not keep, in order."""
    return tuple([regel for regel in regels if not regel.toets(*waarden)])


def codes(gebroken: Gebroken) -> Codes:
    """The codes of broken rules, each once: two rules may share one (8214, 9321)."""
    return tuple(dict.fromkeys(regel.retourcode for regel in gebroken if regel.retourcode is not None))


def bevindingen(gebroken: Gebroken, soort: Berichtsoort, plaats: Plaats) -> tuple[Bevinding, ...]:
    return tuple(bevind(regel, soort, plaats) for regel in gebroken)
