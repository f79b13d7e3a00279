"""The endpoints of the exception lists: a gemeente and an aanbieder see their cases, the region only how many."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.declaration.afspraken.api import Aanbieder, Gemeente, Limit
from services.declaration.cijfers.suppression import MINSTE_CLIENTEN
from services.declaration.cijfers.view import Filter, lees_blik
from services.declaration.lijsten import soorten as lijsten
from services.declaration.lijsten.exceptions import Bereik, lees_lijst
from services.declaration.lijsten.soorten import LIJSTEN, Lijst, Lijstrij
from services.declaration.readers import bereik, eis_totalen
from services.declaration.report_replies import BESTANDEN, Vorm, bestand, gevraagd_formaat, werk_bij
from services.declaration.settings import LIMIET
from services.declaration.spreadsheets import Kolom
from services.declaration.verzilvering import RIJP
from services.kernel import openapi, problems
from services.kernel.http import Beller, DezeDienst, Lezer
from services.kernel.parties import Partij
from services.kernel.shared_api import page
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


class Lijstnamen(BaseModel):
    items: list[Lijstnaam]
    volgende: int | None = Field(description="Altijd null: alle lijsten komen ineens.")


@router.get(
    "/lijsten",
    tags=["lijsten"],
    operation_id="getLijsten",
    summary="Welke uitzonderingslijsten er zijn",
    response_model=Lijstnamen,
)
def get_lijsten(dienst: DezeDienst, partij: Beller) -> Response:
    """Elke lijst met wat erop staat en wat ermee moet gebeuren."""
    return page([{**_kop(een), "href": f"{dienst.pad}/v1/lijsten/{een.naam}"} for een in LIJSTEN.values()], None)


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
    rijen = gevallen(dienst, partij, lijst, gemeente, aanbieder)
    regio = partij.soort == "regio"
    items = tel_per_gemeente(rijen) if regio else [rij.json() for rij in rijen]
    gevraagd = gevraagd_formaat(request, formaat)
    if gevraagd is not None:
        return bestand(gevraagd, _AANTALLEN if regio else KOLOMMEN, items, lijst)
    volgende = na + limit if len(items) > na + limit else None
    aantal = None if regio else len(items)
    kop = _kop(LIJSTEN[lijst])
    return JSONResponse({**kop, "aantal": aantal, "items": items[na : na + limit], "volgende": volgende})


def gevallen(dienst: Dienst, partij: Partij, lijst: str, gemeente: str | None, aanbieder: str | None) -> list[Lijstrij]:
    """The cases that are this party's own, or everybody's for the region and the operator."""
    # Only one list asks for maturity; the others are about what is there now.
    rijpheid = RIJP if lijst == lijsten.NIET_GEDECLAREERD else None
    with dienst.database.read() as conn:
        eis_totalen(conn, partij, dienst.vandaag(), (gemeente, aanbieder))
        blik = lees_blik(conn, Filter(gemeente, aanbieder, None, rijpheid), None, dienst.vandaag(), False)
        van: Callable[[Any], Any] = partial(bereik, conn, partij, dienst.vandaag())
        return lees_lijst(conn, lijst, Bereik(blik, van))


def tel_per_gemeente(rijen: Sequence[Lijstrij]) -> list[dict[str, Any]]:
    """How many cases per gemeente; not told where they are about fewer than five clients."""
    gemeenten = sorted({rij.gemeente for rij in rijen})
    return [{"gemeente": code, "aantal": _aantal([rij for rij in rijen if rij.gemeente == code])} for code in gemeenten]


def _aantal(rijen: Sequence[Lijstrij]) -> int | None:
    # A case of nobody we know counts as nobody.
    clienten = {rij.client for rij in rijen} - {None}
    return len(rijen) if len(clienten) >= MINSTE_CLIENTEN else None


def _kop(lijst: Lijst) -> Mapping[str, str]:
    return {
        "lijst": lijst.naam,
        "titel": lijst.titel,
        "definitie": lijst.definitie,
        "watTeDoen": lijst.wat_te_doen,
    }
