"""The endpoints for contracts: the register with its ends and options, and subcontractors."""

from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import or_, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_contracten
from services.declaration.afspraken.api import Gemeente, Limit, Na, bladzijde
from services.declaration.contracts import Contract as Afspraak
from services.declaration.settings import LIMIET
from services.kernel import openapi
from services.kernel.http import DezeDienst, Lezer
from services.kernel.shared_api import page
from services.kernel.toegang import access, parties

router = APIRouter()
_BINNENKORT: Final = timedelta(days=183)

Aanbieder = Annotated[str | None, Query(pattern=r"^[0-9]{8}$", description="AGB-code.")]


class Contract(BaseModel):
    aanbieder: str
    gemeente: str
    resultaatgebied: str
    perceel: str | None = Field(description="Naam van het perceel in de aanbesteding.")
    soort: str = Field(description="regionaal, lokaal of toetreder.")
    leveringsplicht: bool
    van: date
    tot: date | None
    optieTot: date | None = Field(description="Einde als elke optie wordt gebruikt.")
    release: str
    vorm: str
    gebroken: str
    mapping: str
    eindigtBinnenkort: bool = Field(description="`tot` ligt binnen een half jaar (183 dagen).")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "aanbieder": "75000001",
                "gemeente": "0503",
                "resultaatgebied": "SPF",
                "perceel": "Begeleiding",
                "soort": "regionaal",
                "leveringsplicht": True,
                "van": "2023-01-01",
                "tot": "2026-12-31",
                "optieTot": "2028-12-31",
                "release": "3.2",
                "vorm": "declaratie",
                "gebroken": "WEEK",
                "mapping": "W",
                "eindigtBinnenkort": False,
            }
        }
    )


class Contracten(BaseModel):
    items: list[Contract]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


@router.get(
    "/contracten",
    tags=["afspraken"],
    operation_id="getContracten",
    summary="Het contractregister",
    response_model=Contracten,
    responses=openapi.problems(403),
)
def get_contracten(
    dienst: DezeDienst,
    partij: Lezer,
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    na: Annotated[int, Query(ge=0, le=1_000_000, description="`volgende` van de vorige bladzijde.")] = 0,
    limit: Limit = LIMIET,
) -> Response:
    """Een gemeente ziet haar eigen contracten, een aanbieder de zijne, de regio alle."""
    vandaag = dienst.vandaag()
    with dienst.database.read() as conn:
        codes = None if partij.soort == "regio" else parties.leesbaar_voor(conn, partij, vandaag)
        access.eis_eigen(codes, gemeente, aanbieder)
        contracten = lees_contracten(conn, gemeente, aanbieder)
    gevonden = [c for c in contracten if codes is None or {c.gemeente, c.aanbieder} & codes]
    volgende = na + limit if len(gevonden) > na + limit else None
    return page([_contract(contract, vandaag) for contract in gevonden[na : na + limit]], volgende)


def _contract(contract: Afspraak, vandaag: date) -> dict[str, Any]:
    tot = contract.tot
    return {
        **{naam: getattr(contract, naam) for naam in ("aanbieder", "gemeente", "resultaatgebied", "perceel")},
        "soort": contract.soort,
        "leveringsplicht": contract.leveringsplicht,
        "van": contract.van.isoformat(),
        "tot": tot.isoformat() if tot else None,
        "optieTot": contract.optie_tot.isoformat() if contract.optie_tot else None,
        **{naam: getattr(contract, naam) for naam in ("release", "vorm", "gebroken", "mapping")},
        "eindigtBinnenkort": tot is not None and vandaag <= tot <= vandaag + _BINNENKORT,
    }


class Onderaannemer(BaseModel):
    aanbieder: str = Field(description="De hoofdaannemer: op hem staan toewijzing en declaratie.")
    onderaannemer: str
    gemeente: str
    resultaatgebied: str | None = Field(description="Voor het hele perceel; null: voor één toewijzing.")
    domein: str | None
    toewijzing: int | None = Field(description="ToewijzingNummer; null: voor het hele perceel.")
    van: date
    tot: date | None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "aanbieder": "75000001",
                "onderaannemer": "75000009",
                "gemeente": "0503",
                "resultaatgebied": "FIN",
                "domein": None,
                "toewijzing": None,
                "van": "2025-01-01",
                "tot": None,
            }
        }
    )


class Onderaannemers(BaseModel):
    items: list[Onderaannemer]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


@router.get(
    "/onderaannemers",
    tags=["afspraken"],
    operation_id="getOnderaannemers",
    summary="Wie voor wie levert",
    response_model=Onderaannemers,
    responses=openapi.problems(403),
)
def get_onderaannemers(
    dienst: DezeDienst, partij: Lezer, gemeente: Gemeente = None, na: Na = 0, limit: Limit = LIMIET
) -> Response:
    """Een kenmerk: toegewezen en gedeclareerd blijven op de hoofdaannemer staan."""
    o = tables.onderaannemer.c
    statement = select(tables.onderaannemer).where(o.nr > na).order_by(o.nr).limit(limit + 1)
    if gemeente is not None:
        statement = statement.where(o.gemeente == gemeente)
    with dienst.database.read() as conn:
        codes = parties.leesbaar_voor(conn, partij, dienst.vandaag())
        access.eis_eigen(codes, gemeente)
        if codes is not None:
            statement = statement.where(or_(*(c.in_(codes) for c in (o.gemeente, o.aanbieder, o.onderaannemer))))
        rows = conn.execute(statement).all()
    return bladzijde(rows, limit, _onderaannemer)


def _onderaannemer(row: Any) -> dict[str, Any]:
    return {
        **{naam: getattr(row, naam) for naam in ("aanbieder", "onderaannemer", "gemeente", "resultaatgebied")},
        "domein": row.domein,
        "toewijzing": row.toewijzing,
        "van": row.van.isoformat(),
        "tot": row.tot.isoformat() if row.tot else None,
    }
