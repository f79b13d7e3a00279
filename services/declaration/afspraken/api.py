"""The endpoints for what was agreed: tarieven and perioden."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Row, or_, select

from services.declaration import tables, tariffs
from services.declaration.afspraken.agreements import lees_periodes, lees_tarieven
from services.declaration.settings import LIMIET
from services.kernel import openapi
from services.kernel.http import Beller, DezeDienst, Lezer
from services.kernel.shared_api import page
from services.kernel.toegang import access, parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

router = APIRouter()
_HIGHEST = 2**63 - 1

Gemeente = Annotated[str | None, Query(pattern=r"^[0-9]{4}$", description="CBS-code.")]
Aanbieder = Annotated[str | None, Query(pattern=r"^[0-9]{8}$", description="AGB-code.")]
Periode = Annotated[str | None, Query(pattern=r"^[0-9]{4}-P[0-9]{2}$", description="Periode, bijvoorbeeld 2025-P01.")]
Na = Annotated[int, Query(ge=0, le=_HIGHEST, description="`volgende` van de vorige bladzijde.")]
Limit = Annotated[int, Query(ge=1, le=LIMIET, description="Ten hoogste zoveel.")]


def bladzijde(rows: Sequence[Row[Any]], limit: int, as_json: Callable[[Row[Any]], dict[str, Any]]) -> Response:
    """A page of rows with a `nr`, asked for with one more than `limit`: whether there is a next one shows by that."""
    volgende = rows[limit - 1].nr if len(rows) > limit else None
    return page([as_json(row) for row in rows[:limit]], volgende)


class Tarief(BaseModel):
    gemeente: str
    aanbieder: str | None = Field(description="null: voor alle aanbieders.")
    productcode: str
    van: date
    tot: date | None
    tarief: int = Field(description="Eurocent per vier weken, all-in, of per eenheid.")
    eenheid: str | None = Field(description="null: per vier weken; anders minuut, uur, dagdeel, etmaal of stuk.")
    weekprijs: int | None = Field(description="Eurocent, waar het contract een eigen weekprijs heeft.")
    bekendVan: datetime
    besluit: str

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "gemeente": "0503",
                "aanbieder": None,
                "productcode": "SPF3",
                "van": "2025-01-01",
                "tot": "2025-12-31",
                "tarief": 48000,
                "eenheid": None,
                "weekprijs": None,
                "bekendVan": "2024-12-01T00:00:00+00:00",
                "besluit": "FICTIEF tarievenbesluit 2025",
            }
        }
    )


class Tarieven(BaseModel):
    items: list[Tarief]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


@router.get(
    "/tarieven",
    tags=["afspraken"],
    operation_id="getTarieven",
    summary="De tarieven per vier weken",
    response_model=Tarieven,
    responses=openapi.problems(403),
)
def get_tarieven(
    dienst: DezeDienst,
    partij: Lezer,
    gemeente: Gemeente = None,
    productcode: Annotated[str | None, Query(max_length=5, pattern=r"^[0-9A-Za-z]+$")] = None,
    dag: Annotated[date | None, Query(description="Alleen wat op deze dag geldt.")] = None,
    peildatum: Annotated[
        date | None, Query(description="Wat toen gold, met wat op het eind van deze dag bekend was.")
    ] = None,
    na: Na = 0,
    limit: Limit = LIMIET,
) -> Response:
    """Een gemeente ziet haar eigen tarieven, een aanbieder de zijne en die voor alle aanbieders gelden.

    Zonder peildatum elke geladen rij; met een peildatum per dag wat toen gold, waarbij het laatst bekende voorgaat.
    """
    if peildatum is not None:
        return _toen_bekend(dienst, partij, (gemeente, productcode, dag), peildatum, na, limit)
    t = tables.tarief.c
    statement = select(tables.tarief).where(t.nr > na).order_by(t.nr).limit(limit + 1)
    for column, waarde in ((t.gemeente, gemeente), (t.productcode, productcode)):
        if waarde is not None:
            statement = statement.where(column == waarde)
    if dag is not None:
        statement = statement.where(t.van <= dag, or_(t.tot.is_(None), t.tot >= dag))
    with dienst.database.read() as conn:
        codes = _codes(conn, dienst, partij, gemeente)
        if codes is not None:
            eigen = or_(t.gemeente.in_(codes), t.aanbieder.in_(codes))
            voor_alle = any(access.is_aanbieder(code) for code in codes)
            statement = statement.where(or_(eigen, t.aanbieder.is_(None)) if voor_alle else eigen)
        rows = conn.execute(statement).all()
    return bladzijde(rows, limit, _tarief)


def _codes(conn: Connection, dienst: Dienst, partij: Partij, gemeente: str | None) -> frozenset[str] | None:
    """Whose tariffs may be seen, None for the region: all; 403 for who asks for those of somebody else."""
    codes = None if partij.soort == "regio" else parties.leesbaar_voor(conn, partij, dienst.vandaag())
    access.eis_eigen(codes, gemeente)
    return codes


def _toen_bekend(
    dienst: Dienst,
    partij: Partij,
    gevraagd: tuple[str | None, str | None, date | None],
    peildatum: date,
    na: int,
    limit: int,
) -> Response:
    """The tariffs as they were known at the end of the peildatum, each cut to the days on which it was valid."""
    gemeente, productcode, dag = gevraagd
    with dienst.database.read() as conn:
        codes = _codes(conn, dienst, partij, gemeente)
        gelezen = tariffs.Tarieven(lees_tarieven(conn, gemeente))
    gevonden = [
        tarief
        for tarief in gelezen.as_known(peildatum).geldend()
        if productcode in (None, tarief.productcode)
        and (dag is None or tarief.van <= dag <= (tarief.tot or dag))
        and (codes is None or _zichtbaar(tarief, codes))
    ]
    volgende = na + limit if len(gevonden) > na + limit else None
    return page([_tarief(tarief) for tarief in gevonden[na : na + limit]], volgende)


def _zichtbaar(tarief: tariffs.Tarief, codes: frozenset[str]) -> bool:
    if {tarief.gemeente, tarief.aanbieder} & codes:
        return True
    return tarief.aanbieder is None and any(access.is_aanbieder(code) for code in codes)


def _tarief(row: Any) -> dict[str, Any]:
    return {
        "gemeente": row.gemeente,
        "aanbieder": row.aanbieder,
        "productcode": row.productcode,
        "van": row.van.isoformat(),
        "tot": row.tot.isoformat() if row.tot else None,
        "tarief": row.bedrag,
        "eenheid": row.eenheid,
        "weekprijs": row.weekprijs,
        "bekendVan": row.bekend_van.isoformat(),
        "besluit": row.besluit,
    }


class Periodevak(BaseModel):
    periode: str
    jaar: int = Field(description="ISO-jaar.")
    nummer: int
    begin: date
    eind: date

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"periode": "2025-P01", "jaar": 2025, "nummer": 1, "begin": "2024-12-30", "eind": "2025-01-26"}
        }
    )


class Perioden(BaseModel):
    items: list[Periodevak]
    volgende: int | None = Field(description="Altijd null: alle perioden komen ineens.")


@router.get(
    "/perioden",
    tags=["afspraken"],
    operation_id="getPerioden",
    summary="De perioden van vier weken",
    response_model=Perioden,
)
def get_perioden(
    dienst: DezeDienst,
    partij: Beller,
    jaar: Annotated[int | None, Query(ge=1, le=9999, description="ISO-jaar.")] = None,
) -> Response:
    """Elke periode loopt van maandag tot en met zondag; een jaar heeft er dertien."""
    with dienst.database.read() as conn:
        periodes = [p for p in lees_periodes(conn) if jaar in (None, p.jaar)]
    return page(
        [
            {
                "periode": p.label,
                "jaar": p.jaar,
                "nummer": p.nummer,
                "begin": p.begin.isoformat(),
                "eind": p.eind.isoformat(),
            }
            for p in periodes
        ],
        None,
    )
