"""The endpoints for begroting and prognose: of a gemeente its own, for the region all but what is about few clients."""

from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.declaration.afspraken.api import Gemeente
from services.declaration.afspraken.begroting import lees_begrotingen
from services.declaration.cijfers.prognose_report import prognose_van
from services.declaration.onthouden import onthoud
from services.declaration.readers import kijkt
from services.kernel import openapi, problems
from services.kernel.http import DezeDienst, Rapporteur
from services.kernel.shared_api import page
from services.kernel.toegang import access, parties
from services.kernel.toegang.parties import Partij

router = APIRouter()

Jaar = Annotated[int | None, Query(ge=2000, le=2100, description="Jaar; zonder: alle.")]


class Begrotingsrij(BaseModel):
    gemeente: str
    resultaatgebied: str
    jaar: int
    bedrag: int = Field(description="Eurocent over het hele jaar, ook bij een wijziging.")
    soort: str = Field(description="primitief of wijziging.")
    besluit: str
    bekendOp: date

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "gemeente": "0503",
                "resultaatgebied": "SPF",
                "jaar": 2025,
                "bedrag": 125000000,
                "soort": "primitief",
                "besluit": "FICTIEF programmabegroting 2025",
                "bekendOp": "2024-11-07",
            }
        }
    )


class Begrotingen(BaseModel):
    items: list[Begrotingsrij]
    volgende: int | None = Field(description="Altijd null: alle rijen komen ineens.")


@router.get(
    "/begroting",
    tags=["prognose"],
    operation_id="getBegroting",
    summary="Wat een gemeente heeft begroot, en hoe dat veranderde",
    response_model=Begrotingen,
    responses=openapi.problems(403),
)
def get_begroting(dienst: DezeDienst, partij: Rapporteur, gemeente: Gemeente = None, jaar: Jaar = None) -> Response:
    """Op volgorde van laden; van een jaar geldt wat het laatst bekend werd."""
    with dienst.database.read() as conn:
        mag = _mag(partij, parties.leesbaar_voor(conn, partij, dienst.vandaag()))
        access.eis_gemeente(mag, gemeente)
        rows = [row for row in lees_begrotingen(conn, gemeente, jaar) if mag is None or row.gemeente in mag]
    return page([_begroting(row) for row in rows], None)


def _mag(partij: Partij, codes: frozenset[str] | None) -> frozenset[str] | None:
    """Whose begroting this party may see; None: everyone's. What a gemeente sets aside is no aanbieder's business."""
    if partij.soort in ("aanbieder", "software", "dienst"):
        raise problems.niet_namens()
    return None if partij.soort == "regio" else codes


def _begroting(row: Any) -> dict[str, Any]:
    return {
        **{naam: getattr(row, naam) for naam in ("gemeente", "resultaatgebied", "jaar", "bedrag", "soort", "besluit")},
        "bekendOp": row.bekend_op.isoformat(),
    }


class Prognoserij(BaseModel):
    gemeente: str
    resultaatgebied: str | None = Field(description="null: van een product dat niet in de producttabel staat.")
    jaar: int
    begroting: int | None = Field(description="Eurocent; null: niets begroot.")
    toegewezen: int | None = Field(
        description="Over de perioden van het ISO-jaar, ook die nog komen; null: niet getoond."
    )
    gedeclareerd: int | None
    gedeclareerdRijp: int | None = Field(description="Over de rijpe perioden.")
    verzilvering: float | None = Field(description="Van de rijpe perioden; null: er is er nog geen.")
    zonderRijpePerioden: bool = Field(description="De prognose rekent dan met alles wat is toegewezen.")
    prognose: int | None
    ruimte: int | None = Field(description="Begroting − prognose.")
    vrijval: int | None = Field(description="Toegewezen − gedeclareerd van de afgesloten perioden.")
    vrijvalBijAfsluiten: int | None = Field(description="Hetzelfde van wat rijp is en nog niet is afgesloten.")
    nogTeOntvangen: int | None = Field(description="Wat over de weken tot en met 31 december nog niet is gedeclareerd.")
    kalenderToegewezen: int | None = Field(description="Over de weken met hun zondag in het kalenderjaar.")
    kalenderGedeclareerd: int | None
    kalenderVerschil: int | None = Field(description="kalenderToegewezen − toegewezen.")
    clienten: int | None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "gemeente": "0503",
                "resultaatgebied": "SPF",
                "jaar": 2025,
                "begroting": 1000000,
                "toegewezen": 624000,
                "gedeclareerd": 129600,
                "gedeclareerdRijp": 86400,
                "verzilvering": 90.0,
                "zonderRijpePerioden": False,
                "prognose": 561600,
                "ruimte": 438400,
                "vrijval": 0,
                "vrijvalBijAfsluiten": 9600,
                "nogTeOntvangen": 494400,
                "kalenderToegewezen": 624000,
                "kalenderGedeclareerd": 129600,
                "kalenderVerschil": 0,
                "clienten": 8,
            }
        }
    )


class Prognose(BaseModel):
    items: list[Prognoserij]
    volgende: int | None = Field(description="Altijd null: alle rijen komen ineens.")
    zondagen: int = Field(description="Zoveel zondagen heeft het kalenderjaar.")
    kalender: str = Field(description="Welke weken het verschil maken tussen de perioden en het kalenderjaar.")


@router.get(
    "/prognose",
    tags=["prognose"],
    operation_id="getPrognose",
    summary="Wat een jaar gaat kosten, naast de begroting",
    response_model=Prognose,
    responses=openapi.problems(403),
)
def get_prognose(
    dienst: DezeDienst,
    partij: Rapporteur,
    jaar: Annotated[int, Query(ge=2000, le=2100, description="ISO-jaar van de perioden.")],
    gemeente: Gemeente = None,
) -> Response:
    """Gedeclareerd in de rijpe perioden, en van elke andere wat is toegewezen maal de verzilvering van de rijpe.

    Een periode nooit lager dan wat erin is gedeclareerd. De regio ziet een rij als zij die van dezelfde perioden in de
    verzilvering ziet; de begroting ziet zij altijd.
    """
    with dienst.database.read() as conn:
        access.eis_gemeente(_mag(partij, parties.leesbaar_voor(conn, partij, dienst.vandaag())), gemeente)
        vraag = "prognose", jaar, gemeente, kijkt(conn, partij, dienst.vandaag())
        tel = partial(prognose_van, conn, jaar, gemeente, dienst.vandaag(), partij)
        kalender, rijen = onthoud(conn, vraag, tel)
    return JSONResponse({"items": rijen, "volgende": None, "zondagen": kalender.zondagen, "kalender": kalender.tekst})
