"""The HTTP side of this service: what it has besides the endpoints both services share."""

from datetime import date, time
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.allocation import kwaliteit_api
from services.allocation.clienten import lees_clienten
from services.allocation.declaraties import Goedgekeurd
from services.allocation.feed import lees_feed
from services.allocation.kennis import KENNIS
from services.allocation.listing import Lijstvraag, lees_toewijzingen
from services.allocation.process import process
from services.allocation.settings import BESCHRIJVING, LIMIET, MAX_NUMMERS, TITEL
from services.kernel import http, openapi
from services.kernel.http import Beheerder, DezeDienst, Lezer
from services.kernel.problems import Probleem
from services.kernel.shared_api import page
from services.kernel.toegang import access, parties
from services.kernel.wiring import Dienst

router = APIRouter(tags=["toewijzingen"])
_HIGHEST = 2**63 - 1

Status = Literal["actueel", "vervallen"]
Na = Annotated[int, Query(ge=0, le=_HIGHEST, description="`volgende` van de vorige bladzijde.")]
Limit = Annotated[int, Query(ge=1, le=LIMIET, description="Ten hoogste zoveel.")]
Gemeente = Annotated[str | None, Query(pattern="^[0-9]{4}$", description="CBS-code.")]
Aanbieder = Annotated[str | None, Query(pattern="^[0-9]{8}$", description="AGB-code.")]
Nummer = Annotated[int | None, Query(ge=0, le=999_999_999, description="ToewijzingNummer.")]

_VOORBEELD: dict[str, Any] = {
    "gemeente": "0503",
    "domein": "wmo",
    "nummer": 1001,
    "aanbieder": "75000001",
    "status": "actueel",
    "release": "3.2",
    "categorie": "02",
    "code": "SPF3",
    "ingangsdatum": "2025-01-01",
    "einddatum": "2025-12-31",
    "volume": 1,
    "eenheid": "82",
    "frequentie": "2",
    "budget": None,
    "redenWijziging": None,
    "toewijzingsdatum": "2024-12-16",
    "toewijzingstijd": "10:00:00",
}


class Toewijzing(BaseModel):
    """Wat nu geldt voor een ToewijzingNummer, zonder gegevens over de cliënt."""

    gemeente: str = Field(description="CBS-code.")
    domein: Literal["wmo", "jeugd"]
    nummer: int = Field(description="ToewijzingNummer.")
    aanbieder: str = Field(description="AGB-code.")
    status: Status = Field(description="Vervallen: verwijderd door de gemeente, of afgekeurd door de aanbieder.")
    release: str
    categorie: str | None
    code: str | None
    ingangsdatum: date
    einddatum: date | None
    volume: int | None = Field(description="In de eenheid; eurocent bij eenheid 83.")
    eenheid: str | None
    frequentie: str | None
    budget: int | None = Field(description="Eurocent.")
    redenWijziging: str | None
    referentieAanbieder: str | None
    toewijzingsdatum: date
    toewijzingstijd: time

    model_config = ConfigDict(json_schema_extra={"example": {**_VOORBEELD, "referentieAanbieder": None}})


class Toewijzingen(BaseModel):
    items: list[Toewijzing]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


class Stop(BaseModel):
    einddatum: date
    reden: str | None = Field(description="RedenBeeindiging van de 307.")


class Feedrij(BaseModel):
    """Een wijziging: de hele toestand van een ToewijzingNummer, met de cliënt als hash."""

    nr: int
    gemeente: str
    domein: str
    nummer: int
    aanbieder: str
    bsnHash: str
    status: Status
    release: str
    categorie: str | None
    code: str | None
    ingangsdatum: date
    einddatum: date | None
    volume: int | None
    eenheid: str | None
    frequentie: str | None
    budget: int | None
    redenWijziging: str | None
    toewijzingsdatum: date
    toewijzingstijd: time
    bekendOp: date | None = Field(
        None, description="Alleen bij wat bij ingebruikname is ingelezen: de dag waarop de gemeente het vaststelde."
    )

    start: date | None = Field(None, description="Alleen als een 305 of 307 het meldde: de dag waarop de zorg begon.")
    stop: Stop | None = Field(None, description="Alleen als een 307 het meldde: wanneer en waarom de zorg eindigde.")

    model_config = ConfigDict(json_schema_extra={"example": {"nr": 41, **_VOORBEELD, "bsnHash": "3f1a" * 16}})


class Feed(BaseModel):
    items: list[Feedrij]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


@router.get(
    "/toewijzingen",
    operation_id="getToewijzingen",
    summary="Toewijzingen zoals ze nu gelden",
    response_model=Toewijzingen,
    responses=openapi.problems(403),
)
def get_toewijzingen(
    dienst: DezeDienst,
    partij: Lezer,
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    nummer: Nummer = None,
    status: Status | None = None,
    na: Na = 0,
    limit: Limit = 100,
) -> Response:
    """Alleen toewijzingen van of aan uzelf, en van of aan wie u gemachtigd heeft."""
    vraag = Lijstvraag(gemeente, aanbieder, nummer, status)
    with dienst.database.read() as conn:
        codes = parties.leesbaar_voor(conn, partij, dienst.vandaag())
        access.eis_eigen(codes, gemeente, aanbieder)
        found = lees_toewijzingen(conn, vraag, codes, na, limit + 1)
    volgende = found[limit - 1][0] if len(found) > limit else None
    return page([item for _, item in found[:limit]], volgende)


@router.get(
    "/feed",
    operation_id="getFeed",
    summary="Wijzigingen van toewijzingen, op volgorde",
    response_model=Feed,
    responses=openapi.problems(403),
)
def get_feed(dienst: DezeDienst, partij: Beheerder, na: Na = 0, limit: Limit = 100) -> Response:
    """Voor de andere dienst van de hub en voor beheer."""
    found = lees_feed(dienst, na, limit + 1)
    volgende = found[limit - 1]["nr"] if len(found) > limit else None
    return page(found[:limit], volgende)


class Client(BaseModel):
    """Voor wie een toewijzing is; leeg is wat in geen 301 bij de hub staat."""

    nummer: int = Field(description="ToewijzingNummer.")
    bsn: str
    geboortedatum: date | None
    datumGebruik: str | None
    geslacht: str | None
    achternaam: str | None
    voorvoegsel: str | None
    voornamen: str | None
    voorletters: str | None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "nummer": 1001,
                "bsn": "999900006",
                "geboortedatum": "1950-05-17",
                "datumGebruik": None,
                "geslacht": "2",
                "achternaam": "Voorbeeld",
                "voorvoegsel": None,
                "voornamen": None,
                "voorletters": "A",
            }
        }
    )


class Clienten(BaseModel):
    items: list[Client]
    volgende: int | None = Field(description="Altijd null: alle rijen komen ineens.")


@router.get(
    "/toewijzingen/{domein}/{gemeente}/clienten",
    operation_id="getClienten",
    summary="Voor wie toewijzingen van een aanbieder zijn",
    response_model=Clienten,
    responses=openapi.problems(403),
)
def get_clienten(
    dienst: DezeDienst,
    partij: Beheerder,
    domein: Literal["wmo", "jeugd"],
    gemeente: Annotated[str, Path(pattern="^[0-9]{4}$", description="CBS-code.")],
    aanbieder: Annotated[str, Query(pattern="^[0-9]{8}$", description="AGB-code.")],
    nummer: Annotated[list[int], Query(max_length=MAX_NUMMERS, description="ToewijzingNummers, elk apart.")],
) -> Response:
    """Alleen voor de andere dienst van de hub, die er een concept mee opstelt en het niet bewaart."""
    if partij.soort != "dienst":
        raise Probleem("niet-toegestaan", "Niet toegestaan", "Dit is er alleen voor de hub zelf.", status=403)
    return page(lees_clienten(dienst, aanbieder, gemeente, domein, nummer), None)


def create_app(dienst: Dienst, goedgekeurd: Goedgekeurd) -> FastAPI:
    """The application of this service, to be mounted at /allocation; `goedgekeurd` asks declaration."""
    verwerk = partial(process, goedgekeurd=goedgekeurd)
    return http.create_app(dienst, verwerk, KENNIS, [router, kwaliteit_api.router], TITEL, BESCHRIJVING)
