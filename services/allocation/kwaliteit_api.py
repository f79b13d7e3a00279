"""The endpoint for toewijzingen with retroactive effect; the quality of messages is shared by both services."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.allocation.kwaliteit import lees_nieuwe, toewijzingrijen
from services.kernel import openapi
from services.kernel.http import DezeDienst, Rapporteur
from services.kernel.kwaliteit_api import PartijCode, PerTijdvak, Tot, Van, vraag_van
from services.kernel.kwaliteit_bron import zicht_van
from services.kernel.shared_api import page

router = APIRouter(tags=["kwaliteit"])


class Toewijzingkwaliteit(BaseModel):
    partij: str = Field(description="CBS-code van de gemeente.")
    tijdvak: str = Field(description="2025-01 of 2025-P01, naar de dag van ontvangst.")
    nieuw: int = Field(description="Toewijzingen die een 301 voor het eerst bracht.")
    terugwerkend: int = Field(description="Daarvan met een ingangsdatum voor de dagtekening van de 301.")
    percentageTerugwerkend: float | None
    mediaanDagenTerug: float | None = Field(description="Van wat terugwerkt.")
    meesteDagenTerug: int | None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "partij": "0503",
                "tijdvak": "2025-02",
                "nieuw": 38,
                "terugwerkend": 9,
                "percentageTerugwerkend": 23.68,
                "mediaanDagenTerug": 12.0,
                "meesteDagenTerug": 61,
            }
        }
    )


class Toewijzingkwaliteiten(BaseModel):
    items: list[Toewijzingkwaliteit]
    volgende: int | None = Field(description="Altijd null: alle rijen komen ineens.")


@router.get(
    "/kwaliteit/toewijzingen",
    operation_id="getKwaliteitToewijzingen",
    summary="Hoeveel toewijzingen met terugwerkende kracht kwamen",
    response_model=Toewijzingkwaliteiten,
    responses=openapi.problems(403),
)
def get_kwaliteit_toewijzingen(
    dienst: DezeDienst,
    kijker: Rapporteur,
    per: PerTijdvak = "maand",
    van: Van = None,
    tot: Tot = None,
    partij: PartijCode = None,
) -> Response:
    """Per gemeente en tijdvak. Een gemeente ziet zichzelf, de regio alle gemeenten."""
    vraag = vraag_van(dienst, kijker, per, van, tot, partij)
    with dienst.database.read() as conn:
        rijen = toewijzingrijen(lees_nieuwe(conn, vraag, zicht_van(conn, dienst, kijker, partij)))
    return page(rijen, None)
