"""The endpoint for the quality of Prestaties; that of messages is shared by both services."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.declaration.sturing.kwaliteit import prestatierijen
from services.declaration.sturing.kwaliteit_bron import lees_codes, lees_regels, tel_clienten
from services.kernel import openapi
from services.kernel.http import DezeDienst, Rapporteur
from services.kernel.kwaliteit_api import Code, PartijCode, PerTijdvak, Tot, Van, vraag_van
from services.kernel.kwaliteit_bron import zicht_van
from services.kernel.privacy.kleine_aantallen import ONDERDRUKT, zonder_kleine
from services.kernel.shared_api import page

router = APIRouter(tags=["kwaliteit"])


class Prestatiekwaliteit(BaseModel):
    partij: str = Field(description="AGB-code van de aanbieder.")
    tijdvak: str = Field(description="2025-01 of 2025-P01, naar de dag van ontvangst.")
    aangeboden: int | None = Field(description=f"Regels van verwerkte declaraties, ook credits. {ONDERDRUKT}")
    goedgekeurd: int | None = Field(description=ONDERDRUKT)
    open: int | None = Field(description=f"Wacht nog op antwoord van de gemeente. {ONDERDRUKT}")
    percentageGoedgekeurd: float | None = Field(description="Van wat is beoordeeld. null: van niets, of onderdrukt.")
    credits: int | None = Field(description=ONDERDRUKT)
    percentageCredits: float | None = Field(description="Van wat is aangeboden. null: van niets, of onderdrukt.")
    mediaanDagenTotDeclaratie: float | None = Field(
        description="Dagen van het eind van de ProductPeriode tot de dagtekening, zonder credits. null: van niets, of "
        "onderdrukt."
    )
    codes: list[Code] = Field(description="De tien meest gegeven retourcodes; leeg als de rij is onderdrukt.")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "partij": "75000001",
                "tijdvak": "2025-02",
                "aangeboden": 420,
                "goedgekeurd": 401,
                "open": 0,
                "percentageGoedgekeurd": 95.48,
                "credits": 12,
                "percentageCredits": 2.86,
                "mediaanDagenTotDeclaratie": 6.0,
                "codes": [{"retourcode": "9321", "aantal": 11}],
            }
        }
    )


class Prestatiekwaliteiten(BaseModel):
    items: list[Prestatiekwaliteit]
    volgende: int | None = Field(description="Altijd null: alle rijen komen ineens.")


@router.get(
    "/kwaliteit/prestaties",
    operation_id="getKwaliteitPrestaties",
    summary="Hoe goed er wordt gedeclareerd",
    response_model=Prestatiekwaliteiten,
    responses=openapi.problems(403),
)
def get_kwaliteit_prestaties(
    dienst: DezeDienst,
    kijker: Rapporteur,
    per: PerTijdvak = "maand",
    van: Van = None,
    tot: Tot = None,
    partij: PartijCode = None,
) -> Response:
    """Per aanbieder en tijdvak. Een aanbieder ziet zichzelf, een gemeente wat aan haar is gedeclareerd, de regio alles
    zonder cijfers over minder dan vijf cliënten.
    Een declaratie die als geheel is afgekeurd heeft geen regels: die staat in `/kwaliteit`.
    """
    vraag = vraag_van(dienst, kijker, per, van, tot, partij)
    with dienst.database.read() as conn:
        zicht = zicht_van(conn, dienst, kijker, partij)
        rijen = prestatierijen(lees_regels(conn, vraag, zicht), lees_codes(conn, vraag, zicht))
        if kijker.soort == "regio":
            rijen = zonder_kleine(rijen, tel_clienten(conn, vraag))
    return page(rijen, None)
