"""The endpoints for kenmerken: a gemeente sets them on its own toewijzingen, and reads them back."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.declaration import tables
from services.declaration.afspraken.api import Gemeente, Limit
from services.declaration.afspraken.kenmerken import MEESTE_MINUTEN, Kenmerken, bestaat, lees_kenmerken, mis_met, zet
from services.declaration.readers import eigen
from services.kernel import openapi, problems
from services.kernel.http import DezeDienst, Lezer, Zender
from services.kernel.receiving import json_body
from services.kernel.toegang import access

router = APIRouter()
# No control characters, and something to read.
_LEESBAAR: Final = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"

Cohort = Literal["oud", "nieuw"]


class KenmerkenIn(BaseModel):
    cohort: Cohort | None = None
    minutenPerWeek: int | None = Field(None, ge=0, le=MEESTE_MINUTEN, description="Aan de cliënt genoemd.")
    reden: Literal["verzoek", "bezwaar"] | None = Field(None, description="Waarop de minuten zijn genoemd.")
    normenkader: str | None = Field(None, max_length=100, pattern=_LEESBAAR, description="Versie van het normenkader.")
    overgangstermijnTot: date | None = None
    bron: str | None = Field(None, max_length=200, pattern=_LEESBAAR)

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "cohort": "nieuw",
                "minutenPerWeek": 185,
                "reden": "bezwaar",
                "normenkader": "2023",
                "overgangstermijnTot": None,
                "bron": "besluit op bezwaar (fictief)",
            }
        },
    )


class KenmerkenUit(KenmerkenIn):
    gemeente: str
    domein: str
    nummer: int = Field(description="ToewijzingNummer.")
    gezetDoor: str | None
    gezetOp: datetime | None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "gemeente": "0503",
                "domein": "wmo",
                "nummer": 1001,
                "cohort": "nieuw",
                "minutenPerWeek": 185,
                "reden": "bezwaar",
                "normenkader": "2023",
                "overgangstermijnTot": None,
                "bron": "besluit op bezwaar (fictief)",
                "gezetDoor": "0503",
                "gezetOp": "2025-02-03T09:15:00+00:00",
            }
        }
    )


class Lijst(BaseModel):
    items: list[KenmerkenUit]
    volgende: str | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


@router.put(
    "/kenmerken/{domein}/{gemeente}/{nummer}",
    tags=["kenmerken"],
    operation_id="putKenmerken",
    summary="De kenmerken van een toewijzing vastleggen",
    response_model=KenmerkenUit,
    responses=openapi.problems(403, 404, 408, 413, 415, 503),
    openapi_extra=openapi.json_body(KenmerkenIn),
)
def put_kenmerken(
    dienst: DezeDienst,
    partij: Zender,
    domein: Literal["wmo", "jeugd"],
    gemeente: Annotated[str, Path(pattern=r"^[0-9]{4}$", description="CBS-code.")],
    nummer: Annotated[int, Path(ge=0, le=999_999_999, description="ToewijzingNummer.")],
    nieuw: Annotated[KenmerkenIn, Depends(json_body(KenmerkenIn, "send"))],
) -> Response:
    """Vervangt wat er stond, dat bewaard blijft met wie het zette. Het toegewezen bedrag verandert er nooit van.

    Een gemeente legt ze vast op haar eigen toewijzingen.
    """
    if partij.soort != "beheer":
        access.eis_namens(dienst, partij, gemeente, "kenmerken vastleggen")
    kenmerken = Kenmerken(*nieuw.model_dump().values())
    if mis_met(kenmerken):
        raise problems.ongeldige_invoer(["minutenPerWeek", "reden", "normenkader"])
    with dienst.database.write() as conn:
        if not bestaat(conn, gemeente, domein, [nummer]):
            raise problems.niet_gevonden("Deze toewijzing")
        zet(conn, {(gemeente, domein, nummer): kenmerken}, partij.code, dienst.nu())
        k = tables.kenmerk.c
        [row] = lees_kenmerken(conn, [k.gemeente == gemeente, k.domein == domein, k.nummer == nummer], None, 1)
    return JSONResponse(_json(row))


@router.get(
    "/kenmerken",
    tags=["kenmerken"],
    operation_id="getKenmerken",
    summary="De vastgelegde kenmerken",
    response_model=Lijst,
    responses=openapi.problems(403),
)
def get_kenmerken(
    dienst: DezeDienst,
    partij: Lezer,
    gemeente: Gemeente = None,
    cohort: Cohort | None = None,
    na: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{4}/(wmo|jeugd)/[0-9]{1,9}$", description="`volgende` van de vorige bladzijde."),
    ] = None,
    limit: Limit = 100,
) -> Response:
    """Een gemeente ziet de hare, een aanbieder die van zijn toewijzingen; op volgorde van gemeente en nummer."""
    k, t = tables.kenmerk.c, tables.toewijzing.c
    where = [column == waarde for column, waarde in ((k.gemeente, gemeente), (k.cohort, cohort)) if waarde is not None]
    with dienst.database.read() as conn:
        where += eigen(conn, partij, dienst.vandaag(), k.gemeente, t.aanbieder, (gemeente, None))
        rows = lees_kenmerken(conn, where, _sleutel(na), limit + 1)
    items = [_json(row) for row in rows[:limit]]
    laatste = "/".join(str(items[-1][naam]) for naam in ("gemeente", "domein", "nummer")) if items else None
    return JSONResponse({"items": items, "volgende": laatste if len(rows) > limit else None})


def _sleutel(na: str | None) -> tuple[str, str, int] | None:
    if na is None:
        return None
    gemeente, domein, nummer = na.split("/")
    return gemeente, domein, int(nummer)


def _json(row: Any) -> dict[str, Any]:
    return {
        "gemeente": row.gemeente,
        "domein": row.domein,
        "nummer": row.nummer,
        "cohort": row.cohort,
        "minutenPerWeek": row.minuten_per_week,
        "reden": row.reden,
        "normenkader": row.normenkader,
        "overgangstermijnTot": row.overgangstermijn_tot.isoformat() if row.overgangstermijn_tot else None,
        "bron": row.bron,
        "gezetDoor": row.gezet_door,
        "gezetOp": row.gezet_op.isoformat() if row.gezet_op else None,
    }
