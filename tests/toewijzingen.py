"""One stuk SPF3 as declaration knows a toewijzing, for tests of the money that need no hub."""

from dataclasses import replace
from datetime import date, time

from services.declaration.contracts import Toewijzing


def per_week(begin: str, eind: str | None, nummer: int = 1, **anders: object) -> Toewijzing:
    """As a 301 of release 3.2 grants it, per week; `eind` None is open."""
    gegrond = Toewijzing(
        gemeente="0503",
        domein="wmo",
        nummer=nummer,
        aanbieder="75000001",
        client="c1",
        categorie="02",
        code="SPF3",
        ingangsdatum=date.fromisoformat(begin),
        einddatum=date.fromisoformat(eind) if eind else None,
        volume=1,
        eenheid="82",
        frequentie="2",
        budget=None,
        reden_wijziging=None,
        toewijzingsdatum=date(2025, 1, 2),
        toewijzingstijd=time(9, 30),
        release="3.2",
    )
    return replace(gegrond, **anders)


def per_vier_weken(begin: str, eind: str | None, nummer: int = 1, **anders: object) -> Toewijzing:
    """As a 301 of release 2.3 grants it, per four weeks."""
    return per_week(begin, eind, nummer, **{"frequentie": "3", "release": "2.3"} | anders)
