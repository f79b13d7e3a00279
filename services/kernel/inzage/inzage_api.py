"""Understanding a message: its life step by step, and each bevinding with the piece of the message it is about."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from services.kernel import berichten, openapi
from services.kernel.berichten import Eerder
from services.kernel.inzage.fragmenten import Fragmenten
from services.kernel.inzage.tijdlijn import Stapnaam, tijdlijn
from services.kernel.inzage.validaties_api import BevindingMetFragment
from services.kernel.inzage.zoeken_api import DezeKennis
from services.kernel.reading import as_stream
from services.kernel.receiving import DezeDienst, Lezer
from services.kernel.shared_api import BerichtId, Limit, page, vind_leesbaar
from services.kernel.toegang import parties

router = APIRouter()
_NIET_BEWAARD = "De inhoud van dit bericht is niet bewaard: het telt als niet verzonden."


class Stap(BaseModel):
    moment: datetime
    stap: Stapnaam
    partij: str = Field(description="Code van een partij, of `hub`.")
    detail: str
    href: str | None = Field(description="Adres van het bericht of de gebeurtenis waar het over gaat.")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "moment": "2025-02-03T09:15:00+00:00",
                "stap": "beantwoord",
                "partij": "0503",
                "detail": "Beantwoord door de hub met WMO325 H1.",
                "href": "/declaration/v1/berichten/0d5a5c2e-2a3f-4a55-8a53-4b1f2b8a9d10",
            }
        }
    )


class Tijdlijn(BaseModel):
    items: list[Stap]
    volgende: int | None = Field(description="Altijd null: alle stappen komen ineens.")


class Bevindingen(BaseModel):
    items: list[BevindingMetFragment]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")
    geenFragment: str | None = Field(description="Waarom er geen fragmenten zijn; null als ze er zijn.")


@router.get(
    "/berichten/{id}/tijdlijn",
    tags=["berichten"],
    operation_id="getTijdlijn",
    summary="Wat er met een bericht is gebeurd",
    response_model=Tijdlijn,
    responses=openapi.problems(404),
)
def get_tijdlijn(dienst: DezeDienst, kennis: DezeKennis, partij: Lezer, bericht_id: BerichtId) -> Response:
    """Op volgorde van tijd: ontvangen, beoordeeld, beantwoord, bezorgd, de termijn, en de berichten die erbij horen."""
    with dienst.database.read() as conn:
        eerder = vind_leesbaar(conn, dienst, partij, bericht_id)
        codes = parties.leesbaar_voor(conn, partij, dienst.vandaag())
        return page([stap.json() for stap in tijdlijn(conn, kennis, eerder, codes, dienst.pad)], None)


@router.get(
    "/berichten/{id}/bevindingen",
    tags=["berichten"],
    operation_id="getBevindingen",
    summary="De bevindingen bij een bericht, met de plek in het bericht",
    response_model=Bevindingen,
    responses=openapi.problems(404),
)
def get_bevindingen(
    dienst: DezeDienst,
    partij: Lezer,
    bericht_id: BerichtId,
    na: Annotated[int, Query(ge=0, le=1000, description="Alles na deze bevinding.")] = 0,
    limit: Limit = 100,
) -> Response:
    """De eerste 1.000. In het fragment staan codes, nummers, data en bedragen; al het andere is afgedekt."""
    with dienst.database.read() as conn:
        eerder = vind_leesbaar(conn, dienst, partij, bericht_id)
        found = berichten.uitkomst_van(conn, eerder).bevindingen
        fragmenten = _fragmenten(conn, eerder) if found else None
    items: list[dict[str, Any]] = [
        {**een.json(), "fragment": fragmenten.van(een) if fragmenten else None} for een in found[na : na + limit]
    ]
    volgende = na + limit if len(found) > na + limit else None
    waarom = _NIET_BEWAARD if found and fragmenten is None else None
    return JSONResponse({"items": items, "volgende": volgende, "geenFragment": waarom})


def _fragmenten(conn: Connection, eerder: Eerder) -> Fragmenten | None:
    content = berichten.inhoud(conn, eerder.nr)
    return None if content is None else Fragmenten(as_stream(content))
