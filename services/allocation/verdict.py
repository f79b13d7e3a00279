"""From findings to a verdict on a 301: which codes stand on the Header, and which on the classes below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.allocation.message import Toewijzingsbericht
from services.allocation.rules import Feiten, kop_bevindingen, product_bevindingen
from services.kernel.bevinding import Bevinding
from services.kernel.retourcodes import AFGEKEURD_TECHNISCH, GEEN_OPMERKING

Codes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Oordeel:
    """The verdict on a 301 as a whole: one error refuses all of it.

    `klasse_codes`, by pad, has the codes of the classes that break a rule, every other class has 0200; None: the answer
    has no Client.
    """

    kop_codes: Codes
    klasse_codes: Mapping[str, Codes] | None
    bevindingen: tuple[Bevinding, ...]

    @property
    def goedgekeurd(self) -> bool:
        return not self.kop_codes

    @property
    def oordeel(self) -> Literal["goedgekeurd", "afgekeurd"]:
        return "goedgekeurd" if self.goedgekeurd else "afgekeurd"


def judge(bericht: Toewijzingsbericht, technisch: tuple[Bevinding, ...], feiten: Feiten) -> Oordeel:
    """Level by level: what breaks one is not judged on the next (IV028). `technisch` are the findings of level 2."""
    if technisch:
        return Oordeel((AFGEKEURD_TECHNISCH,), None, technisch)
    if kop := kop_bevindingen(bericht, feiten):
        return Oordeel(_codes(kop), None, kop)
    if producten := product_bevindingen(bericht, feiten):
        return Oordeel((GEEN_OPMERKING,), _codes_per_pad(producten), producten)
    return Oordeel((), None, ())


def _codes(bevindingen: Sequence[Bevinding]) -> Codes:
    return tuple(dict.fromkeys(b.retourcode for b in bevindingen if b.retourcode))


def _codes_per_pad(bevindingen: Sequence[Bevinding]) -> dict[str, Codes]:
    per_pad: dict[str, list[Bevinding]] = {}
    for bevinding in bevindingen:
        per_pad.setdefault(bevinding.pad, []).append(bevinding)
    return {pad: _codes(found) for pad, found in per_pad.items()}
