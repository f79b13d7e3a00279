"""The control of a zandbak: its day, a new beginning, gedrag, mandaten, and who and what one can try with.

Everybody with a key of this zandbak may: who tests plays all sides.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, FastAPI, Path, Request, Response
from fastapi.responses import JSONResponse

from services.kernel import http, openapi, problems
from services.kernel.problems import Probleem
from services.kernel.receiving import Beller
from services.kernel.toegang.credentials import Herkenner
from services.kernel.toegang.rate_limit import Grenzen
from services.kernel.waarneming.observing import Waarneming
from services.kernel.wiring import clock
from services.together.zandbak.gedrag import DECLARATIES, Antwoorden, Regel, fouten
from services.together.zandbak.lichaam import Lichaamsgrens
from services.together.zandbak.modellen import Datum, Gedrag, GedragNu, Mandaat, Personages, Zandbakstand
from services.together.zandbak.zandbak import DatumTerug, Zandbak

TITEL = "berichtenhub: zandbak"
BESCHRIJVING = (
    "Een hub om in te proberen: eigen gegevens (FICTIEF), een datum die u verzet, en partijen die antwoorden zoals u "
    "vraagt. De berichten zelf gaan naar /allocation/v1 en /declaration/v1 van dezelfde zandbak. Elke sleutel van de "
    "zandbak mag hem bedienen."
)
_MANDAAT = "Op declaraties antwoordt de hub namens deze gemeente. Zet haar mandaat uit om dat te veranderen."
router = APIRouter(tags=["zandbak"])


def zandbak_van(request: Request, _: Beller) -> Zandbak:
    """The zandbak of this application, for who has a key of it."""
    zandbak: Zandbak = request.app.state.zandbak
    return zandbak


DezeZandbak = Annotated[Zandbak, Depends(zandbak_van)]


@router.get("/stand", operation_id="getStand", summary="Hoe de zandbak er nu bij staat", response_model=Zandbakstand)
def get_stand(zandbak: DezeZandbak) -> Response:
    """De datum, wie er meedoen, en hoeveel er al gebeurd is."""
    return JSONResponse(_stand(zandbak))


@router.get("/datum", operation_id="getDatum", summary="De dag die het is", response_model=Datum)
def get_datum(zandbak: DezeZandbak) -> Response:
    """Zonder ingrijpen blijft het deze dag."""
    return JSONResponse({"datum": zandbak.stand.datum.isoformat()})


@router.put(
    "/datum",
    operation_id="putDatum",
    summary="De datum vooruit zetten",
    response_model=Zandbakstand,
    responses=openapi.problems(409),
)
def put_datum(zandbak: DezeZandbak, datum: Datum) -> Response:
    """Meteen gebeurt wat er anders in die dagen was gebeurd: antwoorden die later komen, termijnen die verlopen."""
    laatste = zandbak.inrichting.laatste
    if datum.datum > laatste:
        raise _ongeldig(f"Na {laatste} zijn er in een zandbak geen tarieven.")
    try:
        zandbak.verzet(datum.datum)
    except DatumTerug:
        raise Probleem(
            "datum-terug",
            "De datum kan niet terug",
            "Er is al gebeurd wat op deze dag gebeurde. Laat de zandbak opnieuw beginnen (herstart).",
            status=409,
        ) from None
    return JSONResponse(_stand(zandbak))


@router.post("/herstart", operation_id="postHerstart", summary="Opnieuw beginnen", response_model=Datum)
def post_herstart(zandbak: DezeZandbak) -> Response:
    """Alles is weer als bij het begin: geen berichten, geen gedrag, de begindatum. De sleutels blijven dezelfde."""
    return JSONResponse({"datum": zandbak.plaats.herstart(clock()).datum.isoformat()})


@router.get("/gedrag", operation_id="getGedrag", summary="Wat partijen nu doen", response_model=GedragNu)
def get_gedrag(zandbak: DezeZandbak) -> Response:
    """Een partij zonder regels speelt u zelf."""
    return JSONResponse({"regels": _gedrag(zandbak)})


@router.put(
    "/gedrag",
    operation_id="putGedrag",
    summary="Zeggen wat partijen doen",
    response_model=GedragNu,
    responses=openapi.problems(400),
)
def put_gedrag(
    zandbak: DezeZandbak, gedrag: Annotated[Gedrag, Body(description="Alle regels; de vorige vervallen.")]
) -> Response:
    """Geldt ook voor wat al op een antwoord wacht. Van de antwoorden van een partij geldt de eerste regel die past."""
    partijen = {partij["code"]: partij["soort"] for partij in zandbak.partijen()}
    if gevonden := list(fouten(gedrag.regels, partijen)):
        raise _ongeldig(" ".join(gevonden))
    zandbak.gedraag(gedrag.regels)
    return JSONResponse({"regels": _gedrag(zandbak)})


@router.delete(
    "/gedrag",
    status_code=204,
    operation_id="deleteGedrag",
    summary="Alle partijen zelf spelen",
    response_class=Response,
)
def delete_gedrag(zandbak: DezeZandbak) -> Response:
    """Wat al onderweg is in een vertraagde postbus komt nog."""
    zandbak.gedraag(())
    return Response(status_code=204)


@router.put(
    "/mandaten/{gemeente}",
    operation_id="putMandaat",
    summary="Het mandaat van een gemeente aan of uit zetten",
    response_model=Zandbakstand,
    responses=openapi.problems(404),
)
def put_mandaat(
    zandbak: DezeZandbak,
    gemeente: Annotated[str, Path(pattern="^[0-9]{4}$", description="CBS-code.")],
    mandaat: Mandaat,
) -> Response:
    """Met mandaat oordeelt de hub; zonder antwoordt de gemeente, of de zandbak voor haar (gedrag)."""
    if not any(partij["code"] == gemeente and partij["soort"] == "gemeente" for partij in zandbak.partijen()):
        raise problems.niet_gevonden("Deze gemeente")
    zandbak.zet_mandaat(gemeente, mandaat.mandaat)
    return JSONResponse(_stand(zandbak))


@router.get(
    "/personages", operation_id="getPersonages", summary="Met wie en waarmee u kunt proberen", response_model=Personages
)
def get_personages(zandbak: DezeZandbak) -> Response:
    """Verzonnen personen, en welke aanbieder wat levert aan welke gemeente. Alles is FICTIEF."""
    return JSONResponse(zandbak.inrichting.personages())


def create_app(zandbak: Zandbak) -> FastAPI:
    """The control of one zandbak, to be mounted at its name."""
    dienst = zandbak.hub.diensten["allocation"]
    pad = f"/zandbak/{zandbak.naam}"
    app = http.nieuwe_app(pad, TITEL, BESCHRIJVING, Waarneming(dienst))
    app.state.waarneming.dienst = pad.removeprefix("/")
    app.add_middleware(Lichaamsgrens)
    # Whose key it is, is asked as in the service itself.
    app.state.dienst = dienst
    app.state.herkenner = Herkenner(dienst)
    app.state.grenzen = Grenzen(dienst.settings)
    app.state.zandbak = zandbak
    app.include_router(router, prefix=openapi.PREFIX)
    http.toon_documenten(app, TITEL)
    return app


def _stand(zandbak: Zandbak) -> dict[str, Any]:
    stand = zandbak.stand
    return {
        "naam": stand.naam,
        "datum": stand.datum.isoformat(),
        "begindatum": stand.begindatum.isoformat(),
        "laatsteDatum": zandbak.inrichting.laatste.isoformat(),
        "partijen": zandbak.partijen(),
        "aantallen": zandbak.aantallen(),
        "gedrag": _gedrag(zandbak),
        "mislukt": [mislukt.model_dump() for mislukt in stand.mislukt],
    }


def _gedrag(zandbak: Zandbak) -> list[dict[str, Any]]:
    met_mandaat = {partij["code"] for partij in zandbak.partijen() if partij["mandaat"]}
    return [
        {
            **regel.model_dump(mode="json"),
            "opmerking": _MANDAAT if regel.partij in met_mandaat and _over_declaraties(regel) else None,
        }
        for regel in zandbak.stand.gedrag
    ]


def _over_declaraties(regel: Regel) -> bool:
    return isinstance(regel.doe, Antwoorden) and (regel.berichtsoort is None or regel.berichtsoort in DECLARATIES)


def _ongeldig(detail: str) -> Probleem:
    return Probleem("ongeldige-invoer", "Ongeldige invoer", detail, status=400)
