"""The endpoint both services have for the quality of the traffic; what a service counts besides has its own."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.kernel import openapi, problems
from services.kernel.kwaliteit import DUBBEL, Per, berichtrijen
from services.kernel.kwaliteit_bron import Vraag, dag_van, lees_aanbod, lees_wachttijden, zicht_van
from services.kernel.receiving import DezeDienst, Rapporteur
from services.kernel.shared_api import page
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

router = APIRouter(tags=["kwaliteit"])
_EERSTE_DAG, _LAATSTE_DAG = date(2000, 1, 1), date(2199, 12, 31)
_MEESTE_DAGEN = 1100

PerTijdvak = Annotated[Per, Query(description="Per maand, of per periode van vier weken (ISO-jaar).")]
Van = Annotated[
    date | None, Query(ge=_EERSTE_DAG, le=_LAATSTE_DAG, description="Ontvangen vanaf; zonder: het begin van dit jaar.")
]
Tot = Annotated[
    date | None, Query(ge=_EERSTE_DAG, le=_LAATSTE_DAG, description="Ontvangen tot en met; zonder: vandaag.")
]
PartijCode = Annotated[
    str | None, Query(alias="partij", pattern=r"^[0-9A-Za-z]{1,8}$", description="Alleen deze partij.")
]


class Code(BaseModel):
    retourcode: str
    aantal: int


class Berichtkwaliteit(BaseModel):
    partij: str = Field(description="Wie indiende, of wie moest antwoorden.")
    tijdvak: str = Field(description="2025-01 of 2025-P01, naar de dag van ontvangst.")
    berichtsoort: str
    aangeboden: int = Field(description="Ingediende berichten; herhalingen tellen niet mee.")
    ineensGoed: int = Field(description="Geheel goedgekeurd.")
    deelsAfgekeurd: int
    afgekeurd: int = Field(description="Als geheel afgekeurd.")
    schemafout: int = Field(description="Niet volgens het schema, geteld bij wie indiende.")
    open: int = Field(description="Wacht nog op het oordeel van een ander.")
    percentageIneensGoed: float | None = Field(description="Van wat is beoordeeld.")
    codes: list[Code] = Field(description="De tien meest gegeven retourcodes.")
    dubbel: int = Field(
        description="Bevindingen over wat er al was: een nummer opnieuw gebruikt, of een regel twee keer gedeclareerd "
        f"({', '.join(sorted(DUBBEL))})."
    )
    beantwoord: int = Field(description="Antwoorden van deze soort die de partij gaf, ook door de hub in haar naam.")
    mediaanWerkdagen: float | None = Field(description="Van ontvangst tot antwoord.")
    opTijd: int = Field(description="Antwoorden binnen de termijn.")
    teLaat: int = Field(description="Antwoorden na de termijn, en wat na de termijn nog niet is beantwoord.")
    percentageBinnenTermijn: float | None = Field(description="Met wat te laat en nog niet beantwoord is.")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "partij": "75000001",
                "tijdvak": "2025-02",
                "berichtsoort": "WMO323",
                "aangeboden": 10,
                "ineensGoed": 7,
                "deelsAfgekeurd": 1,
                "afgekeurd": 1,
                "schemafout": 1,
                "open": 0,
                "percentageIneensGoed": 70.0,
                "codes": [{"retourcode": "9321", "aantal": 3}],
                "dubbel": 0,
                "beantwoord": 0,
                "mediaanWerkdagen": None,
                "opTijd": 0,
                "teLaat": 0,
                "percentageBinnenTermijn": None,
            }
        }
    )


class Kwaliteit(BaseModel):
    items: list[Berichtkwaliteit]
    volgende: int | None = Field(description="Altijd null: alle rijen komen ineens.")


@router.get(
    "/kwaliteit",
    operation_id="getKwaliteit",
    summary="Hoe goed het berichtenverkeer gaat",
    response_model=Kwaliteit,
    responses=openapi.problems(403),
)
def get_kwaliteit(
    dienst: DezeDienst,
    kijker: Rapporteur,
    per: PerTijdvak = "maand",
    van: Van = None,
    tot: Tot = None,
    partij: PartijCode = None,
) -> Response:
    """Per partij, tijdvak en berichtsoort. Ieder ziet zichzelf, een gemeente ook de aanbieders in hun verkeer met haar,
    de regio iedereen. Wat bij ingebruikname is ingelezen, telt niet mee.
    """
    vraag = vraag_van(dienst, kijker, per, van, tot, partij)
    with dienst.database.read() as conn:
        zicht = zicht_van(conn, dienst, kijker, partij)
        rijen = berichtrijen(lees_aanbod(conn, vraag, zicht), lees_wachttijden(conn, vraag, zicht), dienst.vandaag())
    return page(rijen, None)


def vraag_van(
    dienst: Dienst, kijker: Partij, per: Per, van: date | None, tot: date | None, partij: str | None
) -> Vraag:
    """What is asked for; 403 for the other service, which has no business here, 400 for a stretch that is too long."""
    if kijker.soort == "dienst":
        raise problems.niet_namens()
    vandaag = dienst.vandaag()
    # On a fixed day (demo, sandbox) messages are still received by the clock.
    eind = tot or max(vandaag, dag_van(dienst.nu()))
    begin = van or max(date(min(vandaag, eind).year, 1, 1), eind - timedelta(days=_MEESTE_DAGEN))
    if not 0 <= (eind - begin).days <= _MEESTE_DAGEN:
        raise problems.ongeldige_invoer(["tot", "van"])
    return Vraag(begin, eind, per, dienst.settings.week53, partij)
