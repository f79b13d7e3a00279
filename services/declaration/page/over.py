"""What this is and where its documents are; for everyone."""

from fastapi import APIRouter, Request, Response

from services.declaration.page.bezoek import toon

router = APIRouter()


@router.get("/over")
async def over(request: Request) -> Response:
    state = request.app.state
    return toon(request, "over.html", 200, {"diensten": tuple(state.apis), "zandbakken": state.zandbakken})
