"""How well Prestaties are declared: approved of offered, codes, how late, how many are credited again. Values only."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.kernel.kwaliteit import gewogen_midden, procent, top

INGEDIEND: Final = "ingediend"
GOEDGEKEURD: Final = "goedgekeurd"
CREDIT: Final = "C"

Sleutel = tuple[str, str]  # aanbieder, stretch of time


@dataclass(frozen=True, slots=True)
class Regels:
    """So many lines of one declaration that have all of this in common; `eind` is that of their ProductPeriode."""

    aanbieder: str
    tijdvak: str
    dagtekening: date | None
    eind: date
    dc: str
    status: str
    aantal: int


def prestatierijen(regels: Iterable[Regels], codes: Mapping[Sleutel, Counter[str]]) -> list[dict[str, Any]]:
    """A row per aanbieder and stretch of time; `codes` are those of refused lines."""
    groepen: dict[Sleutel, list[Regels]] = defaultdict(list)
    for regel in regels:
        groepen[regel.aanbieder, regel.tijdvak].append(regel)
    return [_rij(sleutel, groepen[sleutel], codes.get(sleutel, Counter())) for sleutel in sorted(groepen)]


def _rij(sleutel: Sleutel, regels: list[Regels], codes: Counter[str]) -> dict[str, Any]:
    wacht = sum(regel.aantal for regel in regels if regel.status == INGEDIEND)
    alle = sum(regel.aantal for regel in regels)
    goed = sum(regel.aantal for regel in regels if regel.status == GOEDGEKEURD)
    credits = sum(regel.aantal for regel in regels if regel.dc == CREDIT)
    dagen: Counter[int] = Counter()
    for regel in regels:
        # A credit is as late as the mistake was found: it says nothing about declaring late.
        if regel.dc != CREDIT and regel.dagtekening is not None:
            dagen[(regel.dagtekening - regel.eind).days] += regel.aantal
    return {
        "partij": sleutel[0],
        "tijdvak": sleutel[1],
        "aangeboden": alle,
        "goedgekeurd": goed,
        "open": wacht,
        "percentageGoedgekeurd": procent(goed, alle - wacht),
        "credits": credits,
        "percentageCredits": procent(credits, alle),
        "mediaanDagenTotDeclaratie": gewogen_midden(dagen),
        "codes": top(codes),
    }
