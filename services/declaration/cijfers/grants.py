"""A grant in euros held against the contract tariff: A follows the grant, and a difference is listed. Values only."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from services.declaration.contracts import Gebroken, Mapping, Telwijze, Toewijzing
from services.declaration.tariffs import Tarief, Tarieven, half_up, vier_weken, weekprijs
from services.declaration.weeks import Periodes, einde_van, monday

_EURO = "83"
_ZONDAG = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Afwijkend:
    """Eurocent per week, month or four weeks, whatever the toewijzing is in; from this period on."""

    periode: str
    toegekend: int
    tarief: int


def afwijkend(
    toewijzing: Toewijzing, vorm: Telwijze | None, periodes: Periodes, tarieven: Tarieven, laatste: date
) -> Afwijkend | None:
    """The first period in which the grant is not what the tariff says; None where they agree, or one is not there."""
    if toewijzing.eenheid != _EURO or toewijzing.code is None or toewijzing.volume is None:
        return None
    einde = einde_van(toewijzing, laatste)
    for periode in periodes.geraakt(toewijzing.ingangsdatum, einde):
        zondag = monday(min(periode.eind, einde)) + _ZONDAG
        tarief = tarieven.op(toewijzing.gemeente, toewijzing.aanbieder, toewijzing.code, zondag)
        prijs = _prijs(vorm, tarief) if tarief else None
        if prijs is not None and prijs != toewijzing.volume:
            return Afwijkend(periode.label, toewijzing.volume, prijs)
    return None


def _prijs(vorm: Telwijze | None, tarief: Tarief) -> int | None:
    """The tariff in the unit of the grant; None for a unit that has no price (euros in total)."""
    if vorm is Mapping.E:
        return weekprijs(tarief)
    if vorm is Mapping.M:
        return half_up(Fraction(vier_weken(tarief) * 13, 12))
    return vier_weken(tarief) if isinstance(vorm, Gebroken) else None
