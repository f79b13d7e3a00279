"""A trial: what would become of a message, level by level, and nothing stored."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.kernel import openapi
from services.kernel.berichten import Uitkomst
from services.kernel.bevinding import LIJST_MAXIMUM
from services.kernel.inzage.dienstkennis import ALLE_NIVEAUS, ALLEEN_HET_BERICHT, Vooruitblik
from services.kernel.inzage.fragmenten import Fragmenten
from services.kernel.inzage.zoeken_api import DezeKennis
from services.kernel.receiving import Bericht, DezeDienst, Verwerk, Zender, log_uitkomst

router = APIRouter()


class Niveau(BaseModel):
    niveau: int = Field(ge=1, le=4, description="Controleniveau.")
    status: Literal["goed", "fout", "overgeslagen"] = Field(
        description="Overgeslagen: een lager niveau is fout, of niet de hub beoordeelt dit."
    )
    aantal: int = Field(description="Bevindingen op dit niveau.")


class Antwoord(BaseModel):
    """Wat er op het bericht zou volgen."""

    berichtsoort: str | None
    door: str | None = Field(description="`hub`, of de code van wie antwoordt.")
    aan: str | None
    toelichting: str


class BevindingMetFragment(openapi.Bevinding):
    fragment: str | None = Field(
        None, description="Alleen op verzoek: de plek in het bericht, zonder persoonsgegevens."
    )


class Validatie(openapi.Uitkomst):
    bevindingen: list[BevindingMetFragment] = Field(description="De eerste 1.000.")  # type: ignore[assignment]
    niveaus: list[Niveau] = Field(description="Alle vier, op volgorde.")
    antwoord: Antwoord


@router.post(
    "/validaties",
    tags=["berichten"],
    operation_id="postValidatie",
    summary="Een bericht laten beoordelen zonder het in te dienen",
    response_model=Validatie,
    responses=openapi.problems(400, 403, 409, 413, 415, 503),
    openapi_extra=openapi.XML_BODY,
)
def post_validatie(
    request: Request,
    dienst: DezeDienst,
    kennis: DezeKennis,
    partij: Zender,
    bericht: Bericht,
    fragment: Annotated[bool, Query(description="Met bij elke bevinding de plek in het bericht.")] = False,
) -> Response:
    """Dezelfde uitkomst als bij indienen; niets wordt opgeslagen of verstuurd, dus zonder `id` en `retour`.

    `niveaus` zegt wat er is gecontroleerd, `antwoord` wat er zou volgen.
    """
    verwerk: Verwerk = request.app.state.verwerk
    uitkomst = verwerk(dienst, partij, bericht, True)
    log_uitkomst(request, uitkomst)
    blik = kennis.vooruitblik(dienst, uitkomst)
    reply = {**uitkomst.json(dienst.pad), "id": None, "retour": None}
    if fragment and uitkomst.bevindingen:
        fragmenten = Fragmenten(bericht.stream)
        listed = uitkomst.bevindingen[:LIJST_MAXIMUM]
        reply["bevindingen"] = [{**een.json(), "fragment": fragmenten.van(een)} for een in listed]
    return JSONResponse({**reply, "niveaus": niveaus(uitkomst, blik), "antwoord": blik.antwoord.json()})


def niveaus(uitkomst: Uitkomst, blik: Vooruitblik) -> list[dict[str, Any]]:
    """Which levels were held against the message, and how many bevindingen each has.

    What refuses a message as a whole ends the judging: of a level that was begun and not ended nobody knows that it
    is good.
    """
    aantallen = [sum(een.niveau == niveau for een in uitkomst.bevindingen) for niveau in sorted(ALLE_NIVEAUS)]
    afgemaakt = blik.niveaus & (ALLEEN_HET_BERICHT if uitkomst.oordeel == "afgekeurd" else ALLE_NIVEAUS)
    return [
        {"niveau": niveau, "status": "fout" if aantal else _zonder_fout(niveau in afgemaakt), "aantal": aantal}
        for niveau, aantal in enumerate(aantallen, 1)
    ]


def _zonder_fout(afgemaakt: bool) -> str:
    return "goed" if afgemaakt else "overgeslagen"
