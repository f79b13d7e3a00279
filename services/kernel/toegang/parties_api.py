"""The endpoints that say who is calling, and what the parties of this hub are called; the same in both services."""

from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.kernel.receiving import Beller, DezeDienst
from services.kernel.shared_api import page
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij, Partijsoort

router = APIRouter(tags=["partijen"])
# Whom messages and figures are about; who else has a key is of no interest to them.
_GENOEMD = ("gemeente", "aanbieder", "regio")


class Partijgegevens(BaseModel):
    code: str = Field(description="CBS-code van een gemeente, AGB-code van een aanbieder, of een code van de hub.")
    soort: Literal["gemeente", "aanbieder", "regio"]
    naam: str

    model_config = ConfigDict(
        json_schema_extra={"example": {"code": "0503", "soort": "gemeente", "naam": "Delft"}},
    )


class Partijen(BaseModel):
    items: list[Partijgegevens]
    volgende: int | None = Field(description="Altijd null: alle partijen komen ineens.")


class EigenPartij(BaseModel):
    code: str
    soort: Partijsoort
    naam: str
    namens: list[str] = Field(description="Codes van wie u vandaag gemachtigd heeft.")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"code": "softwarehuis", "soort": "software", "naam": "Softwarehuis", "namens": ["75000001"]}
        },
    )


@router.get("/partij", operation_id="getPartij", summary="Wie u bent voor de hub", response_model=EigenPartij)
def get_partij(dienst: DezeDienst, partij: Beller) -> Response:
    """De partij van uw sleutel, en namens wie zij vandaag mag handelen."""
    with dienst.database.read() as conn:
        namens = parties.namens(conn, partij, dienst.vandaag())
    return JSONResponse({**_gegevens(partij), "namens": namens})


@router.get("/partijen", operation_id="getPartijen", summary="Hoe partijen heten", response_model=Partijen)
def get_partijen(dienst: DezeDienst, partij: Beller) -> Response:
    """De gemeenten, aanbieders en regio's van deze hub, op code."""
    with dienst.database.read() as conn:
        found = [wie for wie in parties.lijst(conn) if wie.soort in _GENOEMD]
    return page([_gegevens(wie) for wie in found], None)


def _gegevens(wie: Partij) -> dict[str, Any]:
    return {"code": wie.code, "soort": wie.soort, "naam": wie.naam}
