"""One visit: who it is by its session cookie, what it asks of the APIs, and the reply it gets.

A view takes `Bezoek` as its parameter: whoever is not logged in is sent to do so before it runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import uuid4

import httpx
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from services.declaration.page import apis
from services.declaration.page.apis import Geweigerd
from services.kernel import problems
from services.kernel.wiring import Dienstnaam

KOEKJE: Final = "bh_sessie"


@dataclass(frozen=True, slots=True)
class Onderdeel:
    """One entry of the menu, and the soorten of party that have it. `niet` says why another has not."""

    pad: str
    naam: str
    soorten: frozenset[str]
    niet: str = ""


GEEN_RUIMTE: Final = "Declaratieruimte is er voor aanbieders, en voor wie een aanbieder gemachtigd heeft."
_GEEN_PROEF: Final = "Een proef is er voor wie zelf berichten verstuurt of beantwoordt."
_CIJFERS = frozenset({"gemeente", "regio", "beheer"})
_VERKEER = frozenset({"gemeente", "aanbieder", "software", "beheer"})
_IEDEREEN = _CIJFERS | _VERKEER
MENU: Final = (
    Onderdeel("/verzilvering", "Verzilvering", _CIJFERS | {"aanbieder"}),
    Onderdeel("/sturing", "Sturing", _CIJFERS),
    Onderdeel("/berichten", "Berichten", _VERKEER),
    Onderdeel("/lijsten", "Lijsten", _IEDEREEN),
    Onderdeel("/kwaliteit", "Kwaliteit", _IEDEREEN),
    Onderdeel("/contracten", "Contracten", _IEDEREEN),
    Onderdeel("/declaratieruimte", "Declaratieruimte", frozenset({"aanbieder", "software"}), GEEN_RUIMTE),
    # A trial is of a message of one's own, and an operator has none.
    Onderdeel("/proef", "Proef", _VERKEER - {"beheer"}, _GEEN_PROEF),
)


class NietAangemeld(Exception):
    """There is no session, or it is over."""


@dataclass(frozen=True)
class Visite:
    """Who looks, and by which session. `namen` has what parties are called, by code."""

    request: Request
    token: str
    partij: Mapping[str, Any]
    namen: Mapping[str, str]

    @property
    def soort(self) -> str:
        return str(self.partij["soort"])

    @property
    def code(self) -> str:
        return str(self.partij["code"])

    async def haal(self, dienst: Dienstnaam, pad: str, **query: Any) -> Any:
        """The JSON of GET `pad`; a parameter that is None or empty is left out. Geweigerd as `apis.vraag`."""
        return (await self.vraag(dienst, "GET", pad, params=_gevraagd(query))).json()

    async def vraag(self, dienst: Dienstnaam, methode: str, pad: str, **options: Any) -> httpx.Response:
        """Any other request, by the options of httpx."""
        return await apis.vraag(self.request.app.state.apis, dienst, methode, pad, self.token, **options)

    def toon(self, sjabloon: str, status: int = 200, **waarden: Any) -> HTMLResponse:
        """A template as the reply; it sees the visit as `bezoek`."""
        context = {"bezoek": self, "menu": self.menu, **waarden}
        return toon(self.request, sjabloon, status, context)

    @property
    def menu(self) -> Sequence[Onderdeel]:
        return [each for each in MENU if self.soort in each.soorten]


def toon(request: Request, sjabloon: str, status: int, context: Mapping[str, Any]) -> HTMLResponse:
    """A template as the reply, also for who has no session."""
    templates: Jinja2Templates = request.app.state.templates
    return templates.TemplateResponse(request, sjabloon, dict(context), status)


def _gevraagd(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value not in (None, "", [])}


async def visite(request: Request) -> Visite:
    """The visit of a session that is good; NietAangemeld otherwise."""
    token = request.cookies.get(KOEKJE, "")
    if not token:
        raise NietAangemeld
    state = request.app.state
    try:
        partij = (await apis.vraag(state.apis, "declaration", "GET", "/v1/partij", token)).json()
        namen = (await apis.vraag(state.apis, "declaration", "GET", "/v1/partijen", token)).json()["items"]
    except Geweigerd as fout:
        if fout.status == 401:
            raise NietAangemeld from None
        raise
    return Visite(request, token, partij, {each["code"]: each["naam"] for each in namen})


async def wie_kijkt(request: Request) -> dict[str, Any]:
    """The visit and its menu for a template that is for everyone; empty without a session that is good."""
    try:
        bezoek = await visite(request)
    except (NietAangemeld, Geweigerd):
        return {}
    return {"bezoek": bezoek, "menu": bezoek.menu}


def niet_namens() -> Geweigerd:
    """Why a view that is not for who looks stays shut, as an API says it."""
    return Geweigerd(403, problems.body(problems.niet_namens(), str(uuid4())))


async def toegelaten(bezoek: Annotated[Visite, Depends(visite)]) -> Visite:
    """A visit to what stands in the visitor's menu, or in nobody's; Geweigerd (403) otherwise."""
    pad = bezoek.request.url.path
    for each in MENU:
        if (pad == each.pad or pad.startswith(f"{each.pad}/")) and bezoek.soort not in each.soorten:
            raise Geweigerd(403, {"detail": each.niet}) if each.niet else niet_namens()
    return bezoek


Bezoek = Annotated[Visite, Depends(toegelaten)]
