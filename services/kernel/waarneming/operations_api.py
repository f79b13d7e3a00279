"""What who runs the hub asks, outside /v1: does it live, can it work, what does it measure."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from services.kernel.receiving import Beheerder, DezeDienst
from services.kernel.waarneming.observing import Waarneming
from services.kernel.waarneming.readiness import Gereedheid

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz(dienst: DezeDienst) -> dict[str, str]:
    """Whether the service runs and its database answers; asks for no key."""
    with dienst.database.read() as conn:
        conn.execute(text("SELECT 1"))
    return {"status": "ok", "dienst": dienst.naam}


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """Whether the service can do its work, and if not, for want of what; asks for no key and names no address."""
    gereedheid: Gereedheid = request.app.state.gereedheid
    stand = await gereedheid.stand()
    return JSONResponse(stand.json(), 200 if stand.gereed else 503)


@router.get("/metrics")
def metrics(request: Request, partij: Beheerder) -> Response:
    """For who runs the hub: amounts and numbers of all parties together are nobody else's."""
    waarneming: Waarneming = request.app.state.waarneming
    return Response(waarneming.tekst(), media_type=CONTENT_TYPE_LATEST)
