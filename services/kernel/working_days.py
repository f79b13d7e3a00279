"""Working days by art. 3 Algemene termijnenwet: Monday to Friday, but for the days named there.

Goede Vrijdag is equated with a general holiday there, and 5 May counts every year, not once in five (design §7).
A term counts from the next working day. Pure: today is never asked for.
"""

from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

_SATURDAY = 5
_GOEDE_VRIJDAG_VOOR_PASEN = timedelta(days=2)


@lru_cache(maxsize=64)
def feestdagen(jaar: int) -> frozenset[date]:
    """The holidays of one year, whatever day of the week they fall on."""
    known = country_holidays("NL", years=jaar, language="nl")
    eerste_paasdag = min(known.get_named("Eerste paasdag"))
    return frozenset(known) | {eerste_paasdag - _GOEDE_VRIJDAG_VOOR_PASEN, date(jaar, 5, 5)}


def is_werkdag(dag: date) -> bool:
    return dag.weekday() < _SATURDAY and dag not in feestdagen(dag.year)


@lru_cache(maxsize=4096)
def plus_werkdagen(vanaf: date, aantal: int) -> date:
    """The last day of a term of `aantal` working days; day one is the first working day after `vanaf`."""
    if aantal < 0:
        raise ValueError("a term has no negative length")
    dag = vanaf
    while aantal:
        dag += timedelta(days=1)
        aantal -= is_werkdag(dag)
    return dag


@lru_cache(maxsize=4096)
def werkdagen_tussen(vanaf: date, tot: date) -> int:
    """How many working days lie after `vanaf`, up to and including `tot`; 0 on the day itself."""
    dagen = range(vanaf.toordinal() + 1, tot.toordinal() + 1)
    return sum(is_werkdag(date.fromordinal(dag)) for dag in dagen)
