"""The endpoints of the exception lists: a gemeente and an aanbieder see their cases, the region only how many."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from services.declaration.afspraken.api import Aanbieder, Gemeente, Limit
from services.declaration.cijfers.view import Filter, lees_blik
from services.declaration.lijsten import soorten as lijsten
from services.declaration.lijsten.bereik import Bereik
from services.declaration.lijsten.exceptions import Telling, lees_lijst, tel_lijst
from services.declaration.lijsten.soorten import LIJSTEN, Lijst, Lijstrij
from services.declaration.readers import codes_van, eis_totalen, kijkt
from services.declaration.report_replies import BESTANDEN, Vorm, bestand, gevraagd_formaat, werk_bij
from services.declaration.settings import LIMIET
from services.declaration.spreadsheets import Kolom
from services.declaration.verzilvering import RIJP
from services.kernel import openapi, problems
from services.kernel.http import Beller, DezeDienst, Lezer
from services.kernel.privacy.kleine_aantallen import MINSTE_CLIENTEN
from services.kernel.receiving import toegang_van
from services.kernel.shared_api import page
from services.kernel.toegang.credentials import Toegang
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

router = APIRouter()

KOLOMMEN: Final = (
    Kolom("Gemeente", "gemeente"),
    Kolom("Aanbieder", "aanbieder"),
    Kolom("Domein", "domein"),
    Kolom("Toewijzing", "toewijzing", "getal"),
    Kolom("Periode", "periode"),
    Kolom("Prestatie", "prestatie"),
    Kolom("Bedrag", "bedrag", "euro"),
    Kolom("Wat er aan de hand is", "tekst"),
)
_AANTALLEN: Final = (Kolom("Gemeente", "gemeente"), Kolom("Aantal", "aantal", "getal"))


def _kop(lijst: Lijst) -> Mapping[str, str]:
    return {
        "lijst": lijst.naam,
        "titel": lijst.titel,
        "definitie": lijst.definitie,
        "watTeDoen": lijst.wat_te_doen,
    }


class Lijstitem(BaseModel):
    """Een geval; de regio krijgt alleen `gemeente` en `aantal`."""

    gemeente: str
    aanbieder: str | None = None
    domein: str | None = None
    toewijzing: int | None = Field(None, description="ToewijzingNummer.")
    periode: str | None = None
    prestatie: str | None = Field(None, description="ReferentieNummer.")
    bedrag: int | None = Field(None, description="Eurocent.")
    tekst: str | None = None
    aantal: int | None = Field(None, description="Voor de regio; null: over minder dan vijf cliënten.")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "gemeente": "0503",
                "aanbieder": "75000001",
                "domein": "wmo",
                "toewijzing": 1001,
                "periode": "2025-P03",
                "prestatie": None,
                "bedrag": 4800,
                "tekst": "Meer toegekend dan toegewezen, over alle perioden samen.",
            }
        }
    )


class Lijstantwoord(BaseModel):
    lijst: str
    titel: str
    definitie: str
    watTeDoen: str
    aantal: int | None = Field(description="Gevallen in de hele lijst; null voor de regio.")
    items: list[Lijstitem]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


class Lijstnaam(BaseModel):
    lijst: str
    titel: str
    definitie: str
    watTeDoen: str
    href: str
    aantal: int | None = Field(None, description="Met `met=aantal`: gevallen in de hele lijst.")
    verborgen: int | None = Field(
        None, description="Met `met=aantal`: gemeenten die niet in `aantal` zitten, met minder dan vijf cliënten."
    )

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                **_kop(LIJSTEN[lijsten.LOOPT_AF]),
                "href": f"/declaration/v1/lijsten/{lijsten.LOOPT_AF}",
                "aantal": 12,
                "verborgen": 0,
            }
        }
    )


class Lijstnamen(BaseModel):
    items: list[Lijstnaam]
    volgende: int | None = Field(description="Altijd null: alle lijsten komen ineens.")


@router.get(
    "/lijsten",
    tags=["lijsten"],
    operation_id="getLijsten",
    summary="Welke uitzonderingslijsten er zijn",
    response_model=Lijstnamen,
    responses=openapi.problems(403),
)
def get_lijsten(
    request: Request,
    dienst: DezeDienst,
    partij: Beller,
    toegang: Annotated[Toegang, Depends(toegang_van)],
    met: Annotated[
        Literal["aantal"] | None, Query(description="aantal: hoeveel gevallen op elke lijst; met de scope read.")
    ] = None,
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
) -> Response:
    """Elke lijst met wat erop staat en wat ermee moet gebeuren. `gemeente` en `aanbieder` gelden voor de aantallen;
    wie welke gevallen ziet, is als bij een lijst zelf.
    """
    koppen = [{**_kop(een), "href": f"{dienst.pad}/v1/lijsten/{een.naam}"} for een in LIJSTEN.values()]
    if met is None:
        return page(koppen, None)
    if "read" not in toegang.scopes:
        raise problems.scope_ontbreekt("read")
    werk_bij(request, dienst)
    with dienst.database.read() as conn:
        van = _bereik(conn, dienst, partij, gemeente, aanbieder)
        tellingen = {naam: tel_lijst(conn, naam, van(naam)) for naam in LIJSTEN}
    return page([{**kop, **_opgeteld(tellingen[kop["lijst"]], partij)} for kop in koppen], None)


@router.get(
    "/lijsten/{lijst}",
    tags=["lijsten"],
    operation_id="getLijst",
    summary="Een uitzonderingslijst",
    response_model=Lijstantwoord,
    responses={200: {"content": BESTANDEN}, **openapi.problems(403, 404)},
)
def get_lijst(
    request: Request,
    dienst: DezeDienst,
    partij: Lezer,
    lijst: Annotated[str, Path(max_length=40, description=f"Een van {', '.join(LIJSTEN)}.")],
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    na: Annotated[int, Query(ge=0, le=2**31, description="`volgende` van de vorige bladzijde.")] = 0,
    limit: Limit = LIMIET,
    formaat: Vorm = None,
) -> Response:
    """Een gemeente en een aanbieder zien hun eigen gevallen, de regio alleen aantallen per gemeente. Als CSV of XLSX:
    de hele lijst ineens.
    """
    if lijst not in LIJSTEN:
        raise problems.niet_gevonden("Deze lijst")
    werk_bij(request, dienst)
    regio = partij.soort == "regio"
    if regio:
        items = _per_gemeente(_tellingen(dienst, partij, lijst, gemeente, aanbieder))
    else:
        items = [rij.json() for rij in gevallen(dienst, partij, lijst, gemeente, aanbieder)]
    gevraagd = gevraagd_formaat(request, formaat)
    if gevraagd is not None:
        with dienst.database.read() as conn:
            return bestand(conn, gevraagd, _AANTALLEN if regio else KOLOMMEN, items, lijst)
    volgende = na + limit if len(items) > na + limit else None
    aantal = None if regio else len(items)
    kop = _kop(LIJSTEN[lijst])
    return JSONResponse({**kop, "aantal": aantal, "items": items[na : na + limit], "volgende": volgende})


def gevallen(dienst: Dienst, partij: Partij, lijst: str, gemeente: str | None, aanbieder: str | None) -> list[Lijstrij]:
    """The cases that are this party's own, or everybody's for the region and the operator."""
    with dienst.database.read() as conn:
        return lees_lijst(conn, lijst, _bereik(conn, dienst, partij, gemeente, aanbieder)(lijst))


def _tellingen(
    dienst: Dienst, partij: Partij, lijst: str, gemeente: str | None, aanbieder: str | None
) -> dict[str, Telling]:
    with dienst.database.read() as conn:
        return tel_lijst(conn, lijst, _bereik(conn, dienst, partij, gemeente, aanbieder)(lijst))


def _bereik(
    conn: Connection, dienst: Dienst, partij: Partij, gemeente: str | None, aanbieder: str | None
) -> Callable[[str], Bereik]:
    """Of a list by its name what this party sees, all in one snapshot; 403 for who asks for somebody else's."""
    eis_totalen(conn, partij, dienst.vandaag(), (gemeente, aanbieder))
    blik = lees_blik(conn, Filter(gemeente, aanbieder), None, dienst.vandaag(), False)
    codes = codes_van(conn, partij, dienst.vandaag())
    # Only one list asks for maturity; the others are about what is there now.
    rijp = replace(blik, filter=replace(blik.filter, rijpheid=RIJP))
    blikken = {lijsten.NIET_GEDECLAREERD: rijp}
    vraag = blik.filter, kijkt(conn, partij, dienst.vandaag())
    return lambda naam: Bereik(blikken.get(naam, blik), codes, vraag)


def _opgeteld(telling: Mapping[str, Telling], partij: Partij) -> dict[str, int]:
    """What somebody may see of a list, added up; for the region of how many gemeenten it may not."""
    getoond = [een.aantal for een in telling.values() if partij.soort != "regio" or _toonbaar(een)]
    return {"aantal": sum(getoond), "verborgen": len(telling) - len(getoond)}


def _per_gemeente(telling: Mapping[str, Telling]) -> list[dict[str, Any]]:
    """How many cases per gemeente; not told where they are about fewer than five clients."""
    return [
        {"gemeente": code, "aantal": telling[code].aantal if _toonbaar(telling[code]) else None}
        for code in sorted(telling)
    ]


def _toonbaar(telling: Telling) -> bool:
    return telling.clienten >= MINSTE_CLIENTEN
