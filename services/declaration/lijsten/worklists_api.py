"""The endpoints for what people must look at or mend: signalen, and the worklist after a change of tariff."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Row, select

from services.declaration import tables
from services.declaration.afspraken.api import Gemeente, Limit, Na, bladzijde
from services.declaration.afspraken.contracts_api import Aanbieder
from services.declaration.lijsten.herstel import Herstelregel, lees_herstel
from services.declaration.readers import eigen
from services.declaration.signals import SOORTEN
from services.kernel import openapi, problems
from services.kernel.http import DezeDienst, Lezer
from services.kernel.shared_api import page

router = APIRouter()


def _gevraagd(waarden: Iterable[tuple[ColumnElement[Any], Any]]) -> list[ColumnElement[bool]]:
    return [column == waarde for column, waarde in waarden if waarde is not None]


class Signaal(BaseModel):
    nr: int
    soort: str = Field(description=f"Een van {', '.join(SOORTEN)}.")
    gemeente: str
    aanbieder: str
    domein: str
    toewijzing: int | None = Field(description="ToewijzingNummer.")
    prestatie: str | None = Field(description="ReferentieNummer.")
    bedrag: int | None = Field(description="Eurocent.")
    tekst: str
    aangemaakt: datetime

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "nr": 12,
                "soort": "na-contracteinde",
                "gemeente": "0503",
                "aanbieder": "75000001",
                "domein": "wmo",
                "toewijzing": 1001,
                "prestatie": None,
                "bedrag": None,
                "tekst": "Loopt door na het einde van het contract (2028-12-31, met opties).",
                "aangemaakt": "2025-02-03T09:15:00+00:00",
            }
        }
    )


class Signalen(BaseModel):
    items: list[Signaal]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


@router.get(
    "/signalen",
    tags=["werklijsten"],
    operation_id="getSignalen",
    summary="Wat iemand moet bekijken",
    response_model=Signalen,
    responses=openapi.problems(403),
)
def get_signalen(
    dienst: DezeDienst,
    partij: Lezer,
    soort: Annotated[str | None, Query(max_length=40, pattern=r"^[a-z-]+$")] = None,
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    toewijzing: Annotated[int | None, Query(ge=0, le=999_999_999, description="ToewijzingNummer.")] = None,
    na: Na = 0,
    limit: Limit = 100,
) -> Response:
    """Geen regel is overtreden, en toch klopt er iets niet. Een gemeente en een aanbieder zien de hunne.

    De regio ziet geen signalen: ze gaan over één toewijzing.
    """
    if soort is not None and soort not in SOORTEN:
        raise problems.ongeldige_invoer(["soort"])
    s, p = tables.signaal.c, tables.prestatie.c
    gevraagd = ((s.soort, soort), (s.gemeente, gemeente), (s.aanbieder, aanbieder), (s.toewijzing, toewijzing))
    statement = (
        select(tables.signaal, p.referentienummer)
        .join(tables.prestatie, p.nr == s.prestatie, isouter=True)
        .where(s.nr > na, *_gevraagd(gevraagd))
        .order_by(s.nr)
        .limit(limit + 1)
    )
    with dienst.database.read() as conn:
        van_lezer = eigen(conn, partij, dienst.vandaag(), s.gemeente, s.aanbieder, (gemeente, aanbieder))
        rows = conn.execute(statement.where(*van_lezer)).all()
    return bladzijde(rows, limit, _signaal)


def _signaal(row: Row[Any]) -> dict[str, Any]:
    return {
        **{naam: getattr(row, naam) for naam in ("nr", "soort", "gemeente", "aanbieder", "domein", "toewijzing")},
        "prestatie": row.referentienummer,
        "bedrag": row.bedrag,
        "tekst": row.tekst,
        "aangemaakt": row.aangemaakt.isoformat(),
    }


class Herstel(BaseModel):
    nr: int
    soort: str = Field(description="crediteren-en-opnieuw-declareren, of in euro's eerst toewijzing-vervangen.")
    gemeente: str
    aanbieder: str
    domein: str
    toewijzing: int | None
    productcode: str
    prestatie: str = Field(description="ReferentieNummer van de goedgekeurde regel.")
    begin: date
    eind: date
    oud: int = Field(description="Eurocent die is toegekend.")
    nieuw: int = Field(description="Eurocent die de regel nu kost.")
    verschil: int
    besluit: str
    status: str = Field(description="open, gecrediteerd, gedaan, of vervallen door een latere wijziging.")
    aanZet: str | None = Field(description="gemeente of aanbieder; null: niemand.")
    aangemaakt: datetime

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "nr": 3,
                "soort": "crediteren-en-opnieuw-declareren",
                "gemeente": "0503",
                "aanbieder": "75000001",
                "domein": "wmo",
                "toewijzing": 1001,
                "productcode": "SPF3",
                "prestatie": "P0001",
                "begin": "2025-01-01",
                "eind": "2025-01-31",
                "oud": 48000,
                "nieuw": 52800,
                "verschil": 4800,
                "besluit": "FICTIEF herstelbesluit 2025",
                "status": "open",
                "aanZet": "aanbieder",
                "aangemaakt": "2025-03-03T09:15:00+00:00",
            }
        }
    )


class Werklijst(BaseModel):
    items: list[Herstel]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


@router.get(
    "/herstel",
    tags=["werklijsten"],
    operation_id="getHerstel",
    summary="Wat er na een tariefwijziging met terugwerkende kracht te herstellen is",
    response_model=Werklijst,
    responses=openapi.problems(403),
)
def get_herstel(
    dienst: DezeDienst,
    partij: Lezer,
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    status: Literal["open", "gecrediteerd", "gedaan", "vervallen"] | None = None,
    na: Na = 0,
    limit: Limit = 100,
) -> Response:
    """Elke goedgekeurde, niet gecrediteerde regel die een andere prijs heeft gekregen, gevolgd tot hij is hersteld."""
    h = tables.herstel.c
    with dienst.database.read() as conn:
        where = eigen(conn, partij, dienst.vandaag(), h.gemeente, h.aanbieder, (gemeente, aanbieder))
        where += _gevraagd(((h.gemeente, gemeente), (h.aanbieder, aanbieder)))
        regels = lees_herstel(conn, where, status, na, limit + 1)
    volgende = regels[limit - 1].nr if len(regels) > limit else None
    return page([_herstel(regel) for regel in regels[:limit]], volgende)


def _herstel(regel: Herstelregel) -> dict[str, Any]:
    return {
        **{naam: getattr(regel, naam) for naam in ("nr", "soort", "gemeente", "aanbieder", "domein", "toewijzing")},
        "productcode": regel.productcode,
        "prestatie": regel.referentienummer,
        "begin": regel.begin.isoformat(),
        "eind": regel.eind.isoformat(),
        "oud": regel.oud,
        "nieuw": regel.nieuw,
        "verschil": regel.nieuw - regel.oud,
        "besluit": regel.besluit,
        "status": regel.status,
        "aanZet": regel.aan_zet,
        "aangemaakt": regel.aangemaakt.isoformat(),
    }
