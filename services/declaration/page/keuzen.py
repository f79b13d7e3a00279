"""What a visitor chose to see of the figures: from the query of the address, as a query for the API and for a link."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, Query

from services.declaration.page.bezoek import Bezoek, Visite, niet_namens

# A period is ripe 92 days after its end: of the year of so many days ago something is.
_RIJP_NA: Final = timedelta(days=28 + 92)
_JAREN_TERUG: Final = 4
RIJPHEDEN: Final = (
    ("", "Alle"),
    ("rijp", "Alleen rijp of afgesloten"),
    ("afgesloten", "Alleen afgesloten"),
    ("voorlopig", "Alleen voorlopig"),
)
# The kinds of party that look at several gemeenten.
MEER_GEMEENTEN: Final = ("regio", "beheer")


@dataclass(frozen=True, slots=True)
class Keuze:
    """Of the verzilvering; an empty text asks nothing."""

    jaar: int
    gemeente: str = ""
    aanbieder: str = ""
    rijpheid: str = ""
    peildatum: str = ""

    @property
    def query(self) -> dict[str, Any]:
        """What was asked, for the API."""
        return {naam: waarde for naam, waarde in asdict(self).items() if waarde}

    def adres(self, pad: str, **anders: Any) -> str:
        """A path with this choice, changed or added to."""
        wat = {**self.query, **anders}
        return f"{pad}?{urlencode({naam: waarde for naam, waarde in wat.items() if waarde not in (None, '')})}"


def keuze(
    bezoek: Bezoek,
    jaar: Annotated[str, Query(pattern=r"^([0-9]{4})?$")] = "",
    gemeente: Annotated[str, Query(max_length=4)] = "",
    aanbieder: Annotated[str, Query(max_length=8)] = "",
    rijpheid: Annotated[str, Query(max_length=10)] = "",
    peildatum: Annotated[str, Query(max_length=10)] = "",
) -> Keuze:
    """What the address asks. The API refuses whom the visitor may not ask for; it gives the region the total of an
    aanbieder, and the page none."""
    if aanbieder and bezoek.soort == "regio":
        raise niet_namens()
    return Keuze(int(jaar) if jaar else jongste_jaar(bezoek), gemeente, aanbieder, rijpheid, peildatum)


Gekozen = Annotated[Keuze, Depends(keuze)]


def kiest_aanbieder(bezoek: Visite) -> bool:
    """An aanbieder sees only its own, and the region sees no single one."""
    return bezoek.soort in ("gemeente", "software", "beheer")


def jongste_jaar(bezoek: Visite) -> int:
    """The last year of which a period is ripe."""
    return (vandaag(bezoek) - _RIJP_NA).isocalendar().year


def vandaag(bezoek: Visite) -> date:
    dag: date = bezoek.request.app.state.dienst.vandaag()
    return dag


def jaren(bezoek: Visite) -> list[tuple[int, str]]:
    laatste = vandaag(bezoek).isocalendar().year
    return [(jaar, str(jaar)) for jaar in range(laatste, laatste - _JAREN_TERUG - 1, -1)]


def gemeenten(bezoek: Visite) -> list[tuple[str, str]]:
    """The gemeenten to choose from, all of them first; none for who has no choice."""
    return [("", "Alle gemeenten"), *_partijen(bezoek, 4)] if bezoek.soort in MEER_GEMEENTEN else []


def aanbieders(bezoek: Visite) -> list[tuple[str, str]]:
    return [("", "Alle aanbieders"), *_partijen(bezoek, 8)] if kiest_aanbieder(bezoek) else []


def _partijen(bezoek: Visite, lengte: int) -> Sequence[tuple[str, str]]:
    """A CBS code has four digits, an AGB code eight."""
    return [(code, naam) for code, naam in bezoek.namen.items() if len(code) == lengte and code.isdigit()]


def opties(bezoek: Visite) -> Mapping[str, Any]:
    """What the form of the verzilvering offers."""
    return {
        "jaren": jaren(bezoek),
        "gemeenten": gemeenten(bezoek),
        "aanbieders": aanbieders(bezoek),
        "rijpheden": RIJPHEDEN,
    }
