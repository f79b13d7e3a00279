"""Asking for a zandbak over HTTP, with a key of the real hub; the keys of the zandbak are shown this once."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.kernel import http, openapi, problems
from services.kernel.problems import Probleem
from services.kernel.receiving import Beller, DezeDienst
from services.kernel.shared_api import page
from services.kernel.toegang import access
from services.kernel.toegang.credentials import Herkenner
from services.kernel.toegang.parties import Partij
from services.kernel.toegang.rate_limit import Grenzen
from services.kernel.waarneming.observing import Waarneming
from services.kernel.wiring import Dienst
from services.together.zandbak.lichaam import Lichaamsgrens
from services.together.zandbak.plaats import Stand
from services.together.zandbak.plaatsen import NietTeMaken
from services.together.zandbak.zandbakken import Zandbakken

PAD: Final = "/zandbak"
TITEL: Final = "berichtenhub: zandbakken"
BESCHRIJVING: Final = (
    "Vraag een zandbak aan met uw eigen sleutel van de hub. U krijgt een sleutel voor elke partij die erin meedoet; "
    "die sleutels openen alleen die zandbak."
)
_ZANDBAK: Final[dict[str, Any]] = {
    "naam": "proef",
    "datum": "2025-02-03",
    "begindatum": "2025-02-03",
    "href": "/zandbak/proef",
}
_STATUS: Final = {"ongeldige-invoer": 400, "naam-bezet": 409, "geen-plaats": 409}

router = APIRouter(tags=["zandbakken"])


def _zandbakken(request: Request) -> Zandbakken:
    zandbakken: Zandbakken = request.app.state.zandbakken
    return zandbakken


DezeZandbakken = Annotated[Zandbakken, Depends(_zandbakken)]


class Aanvraag(BaseModel):
    naam: str = Field(max_length=31, description="Kleine letters, cijfers en streepjes.", examples=["proef"])
    datum: date | None = Field(None, description="De dag waarop hij begint; zonder: vandaag.", examples=["2025-02-03"])

    model_config = ConfigDict(extra="forbid")


class Zandbakrij(BaseModel):
    naam: str
    datum: date
    begindatum: date
    href: str = Field(description="Waar hij staat: hieronder /allocation/v1, /declaration/v1 en /v1.")

    model_config = ConfigDict(json_schema_extra={"example": _ZANDBAK})


class NieuweZandbak(Zandbakrij):
    sleutels: dict[str, str] = Field(description="Per partij haar sleutel. De hub laat ze alleen nu zien.")

    model_config = ConfigDict(json_schema_extra={"example": {**_ZANDBAK, "sleutels": {"75000001": "bz_…"}}})


class ZandbakLijst(BaseModel):
    items: list[Zandbakrij]
    volgende: int | None = Field(description="Altijd null: alle rijen komen ineens.")


@router.get("/zandbakken", operation_id="getZandbakken", summary="Uw zandbakken", response_model=ZandbakLijst)
def get_zandbakken(zandbakken: DezeZandbakken, partij: Beller) -> Response:
    """Die u aanvroeg; beheer ziet ze alle."""
    return page([_rij(stand) for stand in zandbakken.plaatsen.lijst() if _van(stand, partij)], None)


@router.post(
    "/zandbakken",
    status_code=201,
    operation_id="postZandbak",
    summary="Een zandbak aanvragen",
    response_model=NieuweZandbak,
    responses=openapi.problems(400, 409, 503),
)
def post_zandbak(zandbakken: DezeZandbakken, dienst: DezeDienst, partij: Beller, aanvraag: Aanvraag) -> Response:
    """Duurt enkele seconden: hij wordt gevuld met de FICTIEVE voorbeeldset."""
    eigenaar = None if partij.soort == "beheer" else partij.code
    try:
        with zandbakken.om_te_maken() as plaatsen:
            stand, sleutels = plaatsen.maak(zandbakken.inrichting, aanvraag.naam, aanvraag.datum, eigenaar)
    except NietTeMaken as fout:
        raise Probleem(fout.type, "Zandbak niet gemaakt", fout.reden, status=_STATUS[fout.type]) from None
    with dienst.database.write() as conn:
        access.audit(conn, dienst.nu(), partij.code, "zandbak maken", "aangevraagd", detail=stand.naam)
    return JSONResponse({**_rij(stand), "sleutels": dict(sleutels)}, 201, {"Location": f"{PAD}/{stand.naam}"})


@router.delete(
    "/zandbakken/{naam}",
    status_code=204,
    operation_id="deleteZandbak",
    summary="Een zandbak verwijderen",
    response_class=Response,
    responses=openapi.problems(404),
)
def delete_zandbak(
    zandbakken: DezeZandbakken,
    partij: Beller,
    naam: Annotated[str, Path(max_length=31, description="Naam van de zandbak.")],
) -> Response:
    """Met alles wat erin staat. Alleen wie hem aanvroeg, en beheer."""
    plaats = zandbakken.plaatsen.vind(naam)
    if plaats is None or not _van(plaats.stand(), partij):
        raise problems.niet_gevonden("Deze zandbak")
    zandbakken.plaatsen.verwijder(naam)
    return Response(status_code=204)


def create_app(zandbakken: Zandbakken, echt: Dienst) -> FastAPI:
    """The application to be mounted at /zandbak; `echt` knows the keys of the real hub."""
    app = http.nieuwe_app(PAD, TITEL, BESCHRIJVING, Waarneming(echt))
    app.add_middleware(Lichaamsgrens)
    app.state.dienst = echt
    app.state.herkenner = Herkenner(echt)
    app.state.grenzen = Grenzen(echt.settings)
    app.state.zandbakken = zandbakken
    app.include_router(router, prefix=openapi.PREFIX)
    http.toon_documenten(app, TITEL)
    return app


def _van(stand: Stand, partij: Partij) -> bool:
    return partij.soort == "beheer" or stand.eigenaar == partij.code


def _rij(stand: Stand) -> dict[str, Any]:
    return {
        "naam": stand.naam,
        "datum": stand.datum.isoformat(),
        "begindatum": stand.begindatum.isoformat(),
        "href": f"{PAD}/{stand.naam}",
    }
