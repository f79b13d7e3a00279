"""Reading the postbus, at once or when something comes (long poll)."""

from dataclasses import dataclass
from typing import Annotated

from anyio import create_task_group
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool

from services.kernel import openapi, postbus, problems
from services.kernel.receiving import DezeDienst, Lezer
from services.kernel.shared_api import Limit, Na, Namens, eigenaar, page
from services.kernel.wekker import Wekker, wachttijd
from services.kernel.wiring import Dienst

router = APIRouter()

Prefer = Annotated[
    list[str] | None,
    Header(
        description="`wait=N`: wacht ten hoogste N seconden (30 is het meeste) tot er iets is. Het antwoord zegt in "
        "Preference-Applied hoe lang het mocht wachten.",
        examples=["wait=30"],
    ),
]


@dataclass(frozen=True, slots=True)
class _Lezing:
    """A reading of a postbus that is allowed; `gewacht`: the seconds it might wait, None when it was not asked."""

    partij: str
    na: int
    limit: int
    gewacht: int | None


async def _na_het_wachten(
    request: Request,
    dienst: DezeDienst,
    partij: Lezer,
    na: Na = 0,
    limit: Limit = 100,
    namens: Namens = None,
    prefer: Prefer = None,
) -> _Lezing:
    """Everything of the request that may be wrong comes first; then the wait, which holds no thread."""
    code = await run_in_threadpool(eigenaar, dienst, partij, namens, "postbus lezen")
    seconden = wachttijd(prefer or ())
    if seconden and not await run_in_threadpool(_heeft_post, dienst, code, na):
        await _wacht(request, code, na, seconden)
    return _Lezing(code, na, limit, seconden)


def _heeft_post(dienst: Dienst, code: str, na: int) -> bool:
    with dienst.database.read() as conn:
        return postbus.hoogste(conn, code) > na


async def _wacht(request: Request, code: str, na: int, seconden: int) -> None:
    """A caller that goes away is forgotten at once, and gets no reply."""
    wekker: Wekker = request.app.state.wekker
    weg = False

    async def tot_weg() -> None:
        nonlocal weg
        while (await request.receive())["type"] != "http.disconnect":
            pass
        weg = True
        groep.cancel_scope.cancel()

    async with create_task_group() as groep:
        groep.start_soon(tot_weg)
        await wekker.wacht(code, na, seconden)
        groep.cancel_scope.cancel()
    if weg:
        raise problems.afgebroken()


@router.get(
    "/postbus",
    tags=["postbus"],
    operation_id="getPostbus",
    summary="Wat er voor u klaarligt",
    response_model=openapi.Postbus,
    responses={200: openapi.PREFERENCE_APPLIED, **openapi.problems(403)},
)
def get_postbus(dienst: DezeDienst, lezing: Annotated[_Lezing, Depends(_na_het_wachten)]) -> Response:
    """Alle poststukken op volgorde, ook de bevestigde. Bewaar het hoogste `nr` en vraag de volgende keer daarna.

    Met `Prefer: wait=30` komt het antwoord zodra er iets is na `na`, of na zoveel seconden zonder.
    """
    limit = lezing.limit
    with dienst.database.read() as conn:
        found = postbus.lees(conn, lezing.partij, lezing.na, limit + 1)
    volgende = found[limit - 1].nr if len(found) > limit else None
    reply = page([item.json(dienst.pad) for item in found[:limit]], volgende)
    if lezing.gewacht is not None:
        reply.headers["Preference-Applied"] = f"wait={lezing.gewacht}"
    return reply
