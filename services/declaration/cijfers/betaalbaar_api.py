"""The endpoints for what is to be paid: per answer, and per gemeente and aanbieder; in JSON or as a file."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.declaration.afspraken.api import Gemeente, Limit, Na
from services.declaration.cijfers.betaalbaar import (
    BEDRAGEN,
    KOLOMMEN,
    KOLOMMEN_TOTAAL,
    Selectie,
    betaalregels,
    totalen,
)
from services.declaration.readers import eigen_codes
from services.declaration.report_replies import BESTANDEN, Vorm, bestand, gevraagd_formaat
from services.declaration.spreadsheets import Kolom, Soort
from services.kernel import openapi
from services.kernel.http import DezeDienst, Lezer, Rapporteur
from services.kernel.shared_api import page

router = APIRouter(tags=["betaalbaar"])
# A day of which the midnight in Amsterdam is a moment that a datetime holds.
_EERSTE_DAG, _LAATSTE_DAG = date(1, 1, 2), date(9999, 12, 30)
_DAGEN = ("datum", "dagtekening", "begin", "eind")

Aanbieder = Annotated[str | None, Query(pattern=r"^[0-9]{8}$", description="AGB-code.")]
Van = Annotated[date | None, Query(ge=_EERSTE_DAG, le=_LAATSTE_DAG, description="Beantwoord op of na deze dag.")]
Tot = Annotated[date | None, Query(ge=_EERSTE_DAG, le=_LAATSTE_DAG, description="Beantwoord tot en met deze dag.")]
_BEDRAGEN: dict[str, Any] = {
    "ingediend": 126000,
    "toegekend": 126000,
    "gecrediteerd": 6000,
    "netto": 120000,
    "totaalToegekend": 120000,
    "gefactureerd": None,
    "teBetalen": None,
}


class Bedragen(BaseModel):
    ingediend: int = Field(description="Eurocent; credits tellen negatief.")
    toegekend: int = Field(description="Toegekend op debetregels, in eurocent.")
    gecrediteerd: int = Field(description="Afgeboekt door creditregels, in eurocent.")
    netto: int = Field(description="Toegekend − gecrediteerd: wat het journaal als gedeclareerd boekte.")
    totaalToegekend: int = Field(
        description="Het totaal in het antwoord; bij een factuur met de credits van afgekeurde regels erin."
    )
    gefactureerd: int | None = Field(description="Alleen bij een factuur: het totaal ervan, in eurocent.")
    teBetalen: int | None = Field(description="Alleen bij een factuur: wat ervan te betalen is, in eurocent.")


class Betaalregel(Bedragen):
    gemeente: str
    aanbieder: str
    domein: str
    declaratienummer: str
    declaratie: str = Field(description="Nummer van de declaratie bij de hub.")
    antwoord: str = Field(description="Nummer van het antwoord bij de hub.")
    berichtsoort: str = Field(description="Die van het antwoord.")
    datum: date = Field(description="Dag waarop de hub het antwoord verwerkte.")
    dagtekening: date | None = Field(description="Van het antwoord.")
    vorm: Literal["declaratie", "factuur"]
    begin: date = Field(description="DeclaratiePeriode.")
    eind: date

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "gemeente": "0503",
                "aanbieder": "75000001",
                "domein": "wmo",
                "declaratienummer": "DN202501",
                "declaratie": "6f1c2a8e-3d1b-4c57-9a1f-0f6e2f6f7c11",
                "antwoord": "0d5a5c2e-2a3f-4a55-8a53-4b1f2b8a9d10",
                "berichtsoort": "WMO325",
                "datum": "2025-02-03",
                "dagtekening": "2025-02-03",
                "vorm": "declaratie",
                "begin": "2025-01-01",
                "eind": "2025-01-31",
                **_BEDRAGEN,
            }
        }
    )


class Betaalbaar(BaseModel):
    items: list[Betaalregel]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


class Betaaltotaal(Bedragen):
    gemeente: str
    aanbieder: str
    aantal: int = Field(description="Antwoorden.")

    model_config = ConfigDict(
        json_schema_extra={"example": {"gemeente": "0503", "aanbieder": "75000001", "aantal": 12, **_BEDRAGEN}}
    )


class Betaaltotalen(BaseModel):
    items: list[Betaaltotaal]
    volgende: int | None = Field(description="Altijd null: alle rijen komen ineens.")


@router.get(
    "/betaalbaar",
    operation_id="getBetaalbaar",
    summary="Wat op elke declaratie te betalen is",
    response_model=Betaalbaar,
    responses={200: {"content": BESTANDEN}, **openapi.problems(403)},
)
def get_betaalbaar(
    request: Request,
    dienst: DezeDienst,
    partij: Lezer,
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    van: Van = None,
    tot: Tot = None,
    formaat: Vorm = None,
    na: Na = 0,
    limit: Limit = 100,
) -> Response:
    """Een regel per antwoord op een declaratie die telt, op volgorde van antwoord. Een gemeente en een aanbieder zien
    de hunne. Een credit staat bij de declaratie waarin hij kwam, ook als de debetregel van een jaar eerder is.
    """
    gevraagd = gevraagd_formaat(request, formaat)
    # Between a gemeente and an aanbieder: the region sees totals of more clients in verzilvering.
    with dienst.database.read() as conn:
        codes = eigen_codes(conn, partij, dienst.vandaag(), (gemeente, aanbieder))
        selectie = Selectie(gemeente, aanbieder, van, tot, codes)
        if gevraagd is not None:
            return bestand(conn, gevraagd, kolommen_van(KOLOMMEN), betaalregels(conn, selectie), "betaalbaar")
        found = betaalregels(conn, selectie, na, limit + 1)
    items = [{naam: regel[naam] for naam in KOLOMMEN} for regel in found[:limit]]
    return page(items, found[limit - 1]["nr"] if len(found) > limit else None)


@router.get(
    "/betaalbaar/totalen",
    operation_id="getBetaalbaarTotalen",
    summary="Wat per gemeente en aanbieder te betalen is",
    response_model=Betaaltotalen,
    responses={200: {"content": BESTANDEN}, **openapi.problems(403)},
)
def get_betaalbaar_totalen(
    request: Request,
    dienst: DezeDienst,
    partij: Rapporteur,
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    van: Van = None,
    tot: Tot = None,
    formaat: Vorm = None,
) -> Response:
    """De som van de regels van `/betaalbaar`, met dezelfde selectie."""
    with dienst.database.read() as conn:
        codes = eigen_codes(conn, partij, dienst.vandaag(), (gemeente, aanbieder))
        found = totalen(conn, Selectie(gemeente, aanbieder, van, tot, codes))
        gevraagd = gevraagd_formaat(request, formaat)
        if gevraagd is not None:
            return bestand(conn, gevraagd, kolommen_van(KOLOMMEN_TOTAAL), found, "betaalbaar-totalen")
    return page([{naam: rij[naam] for naam in KOLOMMEN_TOTAAL} for rij in found], None)


def kolommen_van(namen: Sequence[str]) -> list[Kolom]:
    """The columns of a file, headed by the names of the keys: a financial system reads them in."""
    soorten: dict[str, Soort] = {
        **dict.fromkeys(BEDRAGEN, "euro"),
        **dict.fromkeys(_DAGEN, "datum"),
        "aantal": "getal",
    }
    return [Kolom(naam, naam, soorten.get(naam, "tekst")) for naam in namen]
