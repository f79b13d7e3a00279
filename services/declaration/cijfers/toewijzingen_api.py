"""The endpoint behind a figure of the verzilvering: the toewijzingen it is the sum of, with A, D and what is open.

Of a gemeente its own, of an aanbieder its own; no persons. The region sees none (403).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, select

from services.declaration import tables
from services.declaration.afspraken.api import Aanbieder, Gemeente, Limit, Na, Periode
from services.declaration.cijfers.definities import definitie_van
from services.declaration.cijfers.verzilvering_api import Jaar, Rijp
from services.declaration.cijfers.view import Filter, lees_blik
from services.declaration.readers import eigen
from services.declaration.report_replies import BESTANDEN, Vorm, bestand, gevraagd_formaat, werk_bij
from services.declaration.spreadsheets import Kolom
from services.kernel import openapi
from services.kernel.http import DezeDienst, Lezer
from services.kernel.shared_api import page

router = APIRouter()
_S, _P = tables.stand.c, tables.product.c
# In place of a trede or a resultaatgebied: what has none.
GEEN: Final = "geen"

Resultaatgebied = Annotated[
    str | None, Query(max_length=10, pattern=r"^[A-Za-z]+$", description=f"{GEEN}: wat in de producttabel ontbreekt.")
]
Trede = Annotated[str | None, Query(max_length=4, pattern=rf"^([0-9]+|{GEEN})$", description=f"{GEEN}: zonder trede.")]


class Eenheid(BaseModel):
    gemeente: str
    domein: str
    toewijzing: int | None = Field(description="ToewijzingNummer; null: er is er geen te vinden.")
    aanbieder: str
    productcode: str | None
    resultaatgebied: str | None
    trede: int | None
    periode: str
    toegewezen: int = Field(description="Eurocent.")
    gedeclareerd: int
    open: int = Field(description="Toegewezen − gedeclareerd.")
    rijpheid: str = Field(description="voorlopig, rijp of afgesloten.")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "gemeente": "0503",
                "domein": "wmo",
                "toewijzing": 100000001,
                "aanbieder": "75000001",
                "productcode": "SPF3",
                "resultaatgebied": "SPF",
                "trede": 3,
                "periode": "2025-P03",
                "toegewezen": 48000,
                "gedeclareerd": 36000,
                "open": 12000,
                "rijpheid": "rijp",
            }
        }
    )


class Eenheden(BaseModel):
    items: list[Eenheid]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


@router.get(
    "/verzilvering/toewijzingen",
    tags=["verzilvering"],
    operation_id="getVerzilveringToewijzingen",
    summary="De toewijzingen achter een cijfer van de verzilvering",
    response_model=Eenheden,
    responses={200: {"content": BESTANDEN}, **openapi.problems(403)},
)
def get_toewijzingen_achter(
    request: Request,
    dienst: DezeDienst,
    partij: Lezer,
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    periode: Periode = None,
    jaar: Jaar = None,
    resultaatgebied: Resultaatgebied = None,
    trede: Trede = None,
    rijpheid: Rijp = None,
    na: Na = 0,
    limit: Limit = 100,
    formaat: Vorm = None,
) -> Response:
    """Een regel per toewijzing en periode, met wat nu bekend is; wat het meest openstaat eerst. `na` slaat zoveel
    regels over. Een gemeente en een aanbieder zien die van zichzelf.
    """
    gevraagd = gevraagd_formaat(request, formaat)
    with dienst.database.read() as conn:
        mag = eigen(conn, partij, dienst.vandaag(), _S.gemeente, _S.aanbieder, (gemeente, aanbieder))
    werk_bij(request, dienst)
    with dienst.database.read() as conn:
        blik = lees_blik(conn, Filter(gemeente, aanbieder, periode, rijpheid, jaar), None, dienst.vandaag(), False)
        waar = [*mag, *blik.voorwaarden(_S), *_product(resultaatgebied, trede)]
        rows = _lees(conn, waar, na if gevraagd is None else 0, limit + 1 if gevraagd is None else None)
        rijen = [_rij(row) | {"rijpheid": blik.rijpheid(row.gemeente, row.periode)} for row in rows]
        if gevraagd is not None:
            return bestand(conn, gevraagd, _KOLOMMEN, rijen, "toewijzingen")
    return page(rijen[:limit], na + limit if len(rijen) > limit else None)


def _product(resultaatgebied: str | None, trede: str | None) -> list[Any]:
    waar = []
    if resultaatgebied is not None:
        geen = _P.resultaatgebied.is_(None)
        waar.append(geen if resultaatgebied == GEEN else _P.resultaatgebied == resultaatgebied)
    if trede is not None:
        waar.append(_P.trede.is_(None) if trede == GEEN else _P.trede == int(trede))
    return waar


def _lees(conn: Connection, waar: Sequence[Any], na: int, limit: int | None) -> Sequence[Any]:
    """What is counted in a sum: everything that came to something."""
    open_ = _S.toegewezen - _S.gedeclareerd
    sleutel = _S.periode, _S.gemeente, _S.domein, _S.toewijzing, _S.aanbieder
    statement = (
        select(*sleutel, _S.productcode, _P.resultaatgebied, _P.trede, _S.toegewezen, _S.gedeclareerd)
        .join_from(tables.stand, tables.product, _P.code == _S.productcode, isouter=True)
        .where((_S.toegewezen != 0) | (_S.gedeclareerd != 0), *waar)
        .order_by(open_.desc(), *sleutel)
        .offset(na)
    )
    return conn.execute(statement if limit is None else statement.limit(limit)).all()


def _rij(row: Any) -> dict[str, Any]:
    return {
        "gemeente": row.gemeente,
        "domein": row.domein,
        "toewijzing": None if row.toewijzing < 0 else row.toewijzing,
        "aanbieder": row.aanbieder,
        "productcode": row.productcode,
        "resultaatgebied": row.resultaatgebied,
        "trede": row.trede,
        "periode": row.periode,
        "toegewezen": row.toegewezen,
        "gedeclareerd": row.gedeclareerd,
        "open": row.toegewezen - row.gedeclareerd,
    }


_KOPPEN: Final[Mapping[str, str]] = {naam: definitie_van(naam).naam for naam in ("toegewezen", "gedeclareerd", "open")}
_KOLOMMEN: Final = [
    *(Kolom(naam.capitalize(), naam, "tekst") for naam in ("gemeente", "domein", "toewijzing", "aanbieder")),
    *(Kolom(naam.capitalize(), naam, "tekst") for naam in ("productcode", "resultaatgebied")),
    Kolom("Trede", "trede", "getal"),
    Kolom("Periode", "periode", "tekst"),
    *(Kolom(kop, naam, "euro") for naam, kop in _KOPPEN.items()),
    Kolom("Rijpheid", "rijpheid", "tekst"),
]
