"""The toewijzingen behind a figure of the verzilvering: one's own, what is open most first. The region has none."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response

from services.declaration.page import kiezen
from services.declaration.page.bezoek import Bezoek
from services.declaration.page.keuzen import Gekozen
from services.declaration.page.views.verzilvering import DEFINITIES, doorgegeven

router = APIRouter()
_PAD: Final = "/v1/verzilvering/toewijzingen"
_PER_BLADZIJDE: Final = 50

Periode = Annotated[str, Query(max_length=8)]
Resultaatgebied = Annotated[str, Query(max_length=10)]
Trede = Annotated[str, Query(max_length=4)]


@router.get("/verzilvering/toewijzingen")
async def toewijzingen(
    bezoek: Bezoek,
    gekozen: Gekozen,
    periode: Periode = "",
    resultaatgebied: Resultaatgebied = "",
    trede: Trede = "",
    na: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    achter = _achter(periode, resultaatgebied, trede)
    query = _zonder_peildatum(gekozen.query)
    gevonden = await bezoek.haal("declaration", _PAD, **query, **achter, na=na or None, limit=_PER_BLADZIJDE)
    return bezoek.toon(
        "toewijzingen.html",
        gekozen=gekozen,
        achter=achter,
        rijen=gevonden["items"],
        volgende=gevonden["volgende"],
        vorige=None if na == 0 else max(na - _PER_BLADZIJDE, 0),
        vanaf=na,
        definities=DEFINITIES,
        toewijzingpad=kiezen.toewijzingpad,
    )


@router.get("/verzilvering/toewijzingen/bestand")
async def bestand(
    bezoek: Bezoek,
    gekozen: Gekozen,
    formaat: Annotated[Literal["csv", "xlsx"], Query()],
    periode: Periode = "",
    resultaatgebied: Resultaatgebied = "",
    trede: Trede = "",
) -> Response:
    achter = {naam: waarde for naam, waarde in _achter(periode, resultaatgebied, trede).items() if waarde}
    return await doorgegeven(bezoek, _PAD, {**_zonder_peildatum(gekozen.query), **achter, "formaat": formaat})


def _achter(periode: str, resultaatgebied: str, trede: str) -> dict[str, str]:
    """Which figure they are the sum of."""
    return {"periode": periode, "resultaatgebied": resultaatgebied, "trede": trede}


def _zonder_peildatum(query: dict[str, Any]) -> dict[str, Any]:
    return {naam: waarde for naam, waarde in query.items() if naam != "peildatum"}
