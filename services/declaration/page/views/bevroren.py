"""Frozen beside restated: what a period was when its gemeente closed it, and what it is with all booked since."""

from typing import Final

from fastapi import APIRouter, Response

from services.declaration.page import keuzen
from services.declaration.page.bezoek import Bezoek
from services.declaration.page.keuzen import Gekozen
from services.declaration.page.views.verzilvering import DEFINITIES

router = APIRouter()
_AFGESLOTEN: Final = "afgesloten"


@router.get("/verzilvering/bevroren")
async def bevroren(bezoek: Bezoek, gekozen: Gekozen) -> Response:
    query = {naam: waarde for naam, waarde in gekozen.query.items() if naam not in ("peildatum", "rijpheid")}
    gesloten = {"groepeer": "gemeente,periode", "met": "bevroren", "rijpheid": _AFGESLOTEN}
    rijen = (await bezoek.haal("declaration", "/v1/verzilvering", **query, **gesloten))["items"]
    return bezoek.toon(
        "bevroren.html", gekozen=gekozen, opties=keuzen.opties(bezoek), rijen=rijen, definities=DEFINITIES
    )
