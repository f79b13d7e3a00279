"""The application of declaration, and its endpoint of the journaal; the others stand apart by subject."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Path, Query, Response
from fastapi.responses import JSONResponse
from prometheus_client.metrics_core import Metric
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row, select

from services.declaration import reports, tables
from services.declaration.afspraken import api as agreements_api
from services.declaration.afspraken import contracts_api, kenmerken_api
from services.declaration.afspraken.api import Aanbieder, Gemeente, Limit, Na, Periode, bladzijde
from services.declaration.cijfers import betaalbaar_api, prognose_api, toewijzingen_api, verzilvering_api
from services.declaration.feed import Bron
from services.declaration.goedgekeurd import goedgekeurde_toewijzingen
from services.declaration.kennis import KENNIS
from services.declaration.lijsten import api as lijsten_api
from services.declaration.lijsten import worklists_api
from services.declaration.process import process
from services.declaration.ruimte import api as declaratieruimte_api
from services.declaration.ruimte import concept_api
from services.declaration.ruimte.personen import Personen, niet_te_vragen
from services.declaration.settings import BESCHRIJVING, TITEL
from services.declaration.sturing import api as sturing_api
from services.declaration.sturing import kwaliteit_api, overgangen_api
from services.kernel import openapi, problems
from services.kernel.http import Beheerder, DezeDienst, Lezer
from services.kernel.http import create_app as kernel_app
from services.kernel.tables import bericht
from services.kernel.toegang import access, parties
from services.kernel.waarneming.gauges import Onthouden, gauge
from services.kernel.wiring import Dienst

router = APIRouter()
# Endpoints with a module of their own.
_EIGEN_PLAATS = (
    agreements_api.router,
    betaalbaar_api.router,
    concept_api.router,
    contracts_api.router,
    declaratieruimte_api.router,
    kenmerken_api.router,
    kwaliteit_api.router,
    lijsten_api.router,
    overgangen_api.router,
    prognose_api.router,
    sturing_api.router,
    toewijzingen_api.router,
    verzilvering_api.router,
    worklists_api.router,
)


def create_app(dienst: Dienst, bron: Bron, personen: Personen = niet_te_vragen) -> FastAPI:
    """The application of declaration; `bron` gives the feed of toewijzingen, `personen` tells for whom they are."""
    lopend = reports.LopendeSaldi()
    saldi = Onthouden(dienst, lambda conn: [_saldi(dienst, lopend.lees(conn))])
    routers = [router, *_EIGEN_PLAATS]
    app = kernel_app(dienst, partial(process, bron=bron), KENNIS, routers, TITEL, BESCHRIJVING, [saldi])
    app.state.bron = bron
    app.state.personen = personen
    return app


def _saldi(dienst: Dienst, saldi: Mapping[str, int]) -> Metric:
    """The one figure that rests on the whole journal: hence asked no more than once a minute."""
    uitleg = "Saldo per rekening, samen nul; ten hoogste een minuut oud."
    per_rekening = {rekening: float(saldo) for rekening, saldo in saldi.items()}
    return gauge(dienst, "journaal_saldo_eurocent", uitleg, per_rekening, "rekening")


# --- journaal --------------------------------------------------------------------------------------------------------


class Journaalrij(BaseModel):
    nr: int
    van: str = Field(description="begroting, verplicht, te_betalen of gedeclareerd.")
    naar: str
    bedrag: int = Field(description="Eurocent, altijd boven nul.")
    gemeente: str
    aanbieder: str
    domein: str
    toewijzing: int | None = Field(description="null: toegekend zonder ToewijzingNummer dat de hub kent (2.3).")
    productcode: str | None
    periode: str
    bericht: str | None = Field(description="Nummer van het bericht bij de hub.")
    prestatie: str | None = Field(description="ReferentieNummer.")
    besluit: str | None
    bekendOp: date
    geboektOp: datetime

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "nr": 118,
                "van": "te_betalen",
                "naar": "gedeclareerd",
                "bedrag": 48000,
                "gemeente": "0503",
                "aanbieder": "75000001",
                "domein": "wmo",
                "toewijzing": 1001,
                "productcode": "SPF3",
                "periode": "2025-P01",
                "bericht": "6f1c2a8e-3d1b-4c57-9a1f-0f6e2f6f7c11",
                "prestatie": "P0001",
                "besluit": None,
                "bekendOp": "2025-02-03",
                "geboektOp": "2025-02-03T09:15:00+00:00",
            }
        }
    )


class Journaal(BaseModel):
    items: list[Journaalrij]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


@router.get(
    "/journaal",
    tags=["journaal"],
    operation_id="getJournaal",
    summary="De boekingen van een gemeente",
    response_model=Journaal,
    responses=openapi.problems(403),
)
def get_journaal(
    dienst: DezeDienst,
    partij: Lezer,
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    periode: Periode = None,
    toewijzing: Annotated[int | None, Query(ge=0, le=999_999_999, description="ToewijzingNummer.")] = None,
    na: Na = 0,
    limit: Limit = 100,
) -> Response:
    """Op volgorde van boeking; een rij verandert nooit. Een gemeente ziet haar eigen journaal, de beheerder alles."""
    j = tables.journaal.c
    columns = (*(j[name] for name in _EIGEN), bericht.c.id, tables.prestatie.c.referentienummer)
    statement = (
        select(*columns)
        .join(bericht, bericht.c.nr == j.bericht, isouter=True)
        .join(tables.prestatie, tables.prestatie.c.nr == j.prestatie, isouter=True)
        .where(j.nr > na)
    )
    gevraagd = {j.gemeente: gemeente, j.aanbieder: aanbieder, j.periode: periode, j.toewijzing: toewijzing}
    for column, waarde in gevraagd.items():
        if waarde is not None:
            statement = statement.where(column == waarde)
    if partij.soort in ("aanbieder", "regio", "dienst"):
        raise problems.niet_namens()
    with dienst.database.read() as conn:
        codes = parties.leesbaar_voor(conn, partij, dienst.vandaag())
        access.eis_gemeente(codes, gemeente)
        if codes is not None:
            statement = statement.where(j.gemeente.in_(codes))
        rows = conn.execute(statement.order_by(j.nr).limit(limit + 1)).all()
    return bladzijde(rows, limit, _boeking)


_EIGEN = (
    *("nr", "van", "naar", "bedrag", "gemeente", "aanbieder", "domein", "toewijzing", "productcode", "periode"),
    *("besluit", "bekend_op", "geboekt_op"),
)


def _boeking(row: Row[Any]) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _EIGEN[:10]},
        "bericht": row.id,
        "prestatie": row.referentienummer,
        "besluit": row.besluit,
        "bekendOp": row.bekend_op.isoformat(),
        "geboektOp": row.geboekt_op.isoformat(),
    }


# --- for allocation --------------------------------------------------------------------------------------------------


class Goedgekeurd(BaseModel):
    domein: str
    gemeente: str
    nummer: int = Field(description="ToewijzingNummer.")
    goedgekeurd: bool = Field(description="Er zijn goedgekeurde Prestaties op die niet zijn gecrediteerd.")

    model_config = ConfigDict(
        json_schema_extra={"example": {"domein": "wmo", "gemeente": "0503", "nummer": 1001, "goedgekeurd": True}}
    )


@router.get(
    "/toewijzingen/{domein}/{gemeente}/{nummer}/goedgekeurd",
    tags=["toewijzingen"],
    operation_id="getGoedgekeurd",
    summary="Of op een toewijzing iets is goedgekeurd",
    response_model=Goedgekeurd,
    responses=openapi.problems(403),
)
def get_goedgekeurd(
    dienst: DezeDienst,
    partij: Beheerder,
    domein: Literal["wmo", "jeugd"],
    gemeente: Annotated[str, Path(pattern=r"^[0-9]{4}$", description="CBS-code.")],
    nummer: Annotated[int, Path(ge=0, le=999_999_999, description="ToewijzingNummer.")],
) -> Response:
    """Voor de hub zelf en voor beheer: zolang er iets op staat, is een toewijzing niet te verwijderen."""
    gevonden = goedgekeurde_toewijzingen(dienst, domein, gemeente, [nummer])
    return JSONResponse({"domein": domein, "gemeente": gemeente, "nummer": nummer, "goedgekeurd": nummer in gevonden})
