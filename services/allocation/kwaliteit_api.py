"""The endpoint for toewijzingen with retroactive effect; the quality of messages is shared by both services."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.allocation.kwaliteit import clienten_van, lees_nieuwe, toewijzingrijen
from services.kernel import openapi
from services.kernel.http import DezeDienst, Rapporteur
from services.kernel.kwaliteit_api import PartijCode, PerTijdvak, Tot, Van, vraag_van
from services.kernel.kwaliteit_bron import zicht_van
from services.kernel.privacy.kleine_aantallen import ONDERDRUKT, zonder_kleine
from services.kernel.shared_api import page

router = APIRouter(tags=["kwaliteit"])


class Toewijzingkwaliteit(BaseModel):
    partij: str = Field(description="CBS-code van de gemeente.")
    tijdvak: str = Field(description="2025-01 of 2025-P01, naar de dag van ontvangst.")
    nieuw: int | None = Field(description=f"Toewijzingen die een 301 voor het eerst bracht. {ONDERDRUKT}")
    terugwerkend: int | None = Field(
        description=f"Daarvan met een ingangsdatum voor de dagtekening van de 301. {ONDERDRUKT}"
    )
    percentageTerugwerkend: float | None = Field(description="null: van niets, of onderdrukt.")
    mediaanDagenTerug: float | None = Field(
        description="Van wat terugwerkt. null: er werkt niets terug, of onderdrukt."
    )
    meesteDagenTerug: int | None = Field(description="null: er werkt niets terug, of onderdrukt.")

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
    """Per gemeente en tijdvak. Een gemeente ziet zichzelf, de regio alle gemeenten zonder cijfers over minder dan vijf
    cliënten.
    """
    vraag = vraag_van(dienst, kijker, per, van, tot, partij)
    with dienst.database.read() as conn:
        nieuwe = list(lees_nieuwe(conn, vraag, zicht_van(conn, dienst, kijker, partij)))
    rijen = toewijzingrijen(nieuwe)
    return page(zonder_kleine(rijen, clienten_van(nieuwe)) if kijker.soort == "regio" else rijen, None)
