"""What this is and where its documents are; for everyone."""

from fastapi import APIRouter, Request, Response

from services.declaration.page.bezoek import toon, wie_kijkt

router = APIRouter()


@router.get("/over")
async def over(request: Request) -> Response:
    state = request.app.state
    waarden = {"diensten": tuple(state.apis), "zandbakken": state.zandbakken}
    return toon(request, "over.html", 200, {**await wie_kijkt(request), **waarden})
