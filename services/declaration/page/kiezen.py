"""What a visitor can choose from, and the addresses of what he chose: parties, machtigingen, pages of a list."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import Query

from services.declaration.page.apis import Geweigerd
from services.declaration.page.bezoek import Visite
from services.kernel.wiring import Dienstnaam

Opties = Sequence[tuple[str, str]]
# A form sends what is not chosen as an empty text.
Gemeente = Annotated[str, Query(pattern=r"^([0-9]{4})?$")]
Aanbieder = Annotated[str, Query(pattern=r"^([0-9]{8})?$")]
Na = Annotated[int, Query(ge=0, le=2**31)]
PER_BLADZIJDE: Final = 50
_PER_VRAAG: Final = 500
_MEESTE_VRAGEN: Final = 20

Kant = Literal["gemeente", "aanbieder"]
_LENGTE: Final[Mapping[Kant, int]] = {"gemeente": 4, "aanbieder": 8}


def partijen(bezoek: Visite, kant: Kant) -> Opties:
    """The gemeenten or aanbieders to choose from, by name; none for who is one of them himself."""
    if bezoek.soort == kant:
        return []
    codes = [code for code in bezoek.namen if code.isdecimal() and len(code) == _LENGTE[kant]]
    gevonden = sorted((bezoek.namen[code], code) for code in codes)
    alle = "Alle gemeenten" if kant == "gemeente" else "Alle aanbieders"
    return [("", alle), *((code, f"{naam} ({code})") for naam, code in gevonden)]


def namens(bezoek: Visite, kant: Kant) -> list[str]:
    """For which gemeenten or aanbieders the visitor may act today, himself first."""
    zelf = [bezoek.code] if bezoek.soort == kant else []
    return zelf + [code for code in bezoek.partij["namens"] if len(code) == _LENGTE[kant]]


def genoemd(bezoek: Visite, codes: Sequence[str]) -> Opties:
    """Codes with their names, to choose from."""
    return [(code, f"{bezoek.namen[code]} ({code})" if code in bezoek.namen else code) for code in codes]


def adres(pad: str, **query: Any) -> str:
    """A path with what was asked, without what was not."""
    gevraagd = {name: value for name, value in query.items() if value not in (None, "", 0)}
    return f"{pad}?{urlencode(gevraagd)}" if gevraagd else pad


def berichtpad(href: str) -> str:
    """The page of a message, from where an API has it: /declaration/v1/berichten/ID → /berichten/declaration/ID."""
    dienst, _, id_ = href.strip("/").partition("/v1/berichten/")
    return f"/berichten/{dienst}/{id_}"


def toewijzingpad(nummer: int) -> str:
    """The messages about a toewijzing."""
    return adres("/berichten", toewijzing=nummer)


async def alles(bezoek: Visite, dienst: Dienstnaam, pad: str, **query: Any) -> list[dict[str, Any]]:
    """Every row of a list of the API that comes in pages, to a limit of 10,000."""
    rijen: list[dict[str, Any]] = []
    na: int | None = None
    for _ in range(_MEESTE_VRAGEN):
        antwoord = await bezoek.haal(dienst, pad, na=na, limit=_PER_VRAAG, **query)
        rijen += antwoord["items"]
        na = antwoord["volgende"]
        if na is None:
            break
    return rijen


async def of_niet(bezoek: Visite, dienst: Dienstnaam, pad: str, **query: Any) -> list[dict[str, Any]] | None:
    """The rows of a list, or None when that service cannot be reached now: the rest of a view is worth showing."""
    try:
        rijen: list[dict[str, Any]] = (await bezoek.haal(dienst, pad, **query))["items"]
    except Geweigerd as fout:
        if fout.status < 500:
            raise
        return None
    return rijen
