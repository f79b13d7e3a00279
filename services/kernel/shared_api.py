"""The endpoints both services have: handing in a message, finding it back, confirming what came in the postbus."""

from collections.abc import Iterable
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from services.kernel import berichten, gebeurtenissen, openapi, postbus, problems
from services.kernel.berichten import Eerder, Uitkomst
from services.kernel.receiving import Bericht, DezeDienst, Lezer, Verwerk, Zender, log_uitkomst
from services.kernel.toegang import access, parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

router = APIRouter()
_XML = "application/xml"
INDIENEN: Final = "postBericht"
_HIGHEST = 2**63 - 1

Na = Annotated[int, Query(ge=0, le=_HIGHEST, description="Alles na dit nummer.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Ten hoogste zoveel.")]
BerichtId = Annotated[UUID, Path(alias="id", description="Nummer van het bericht bij de hub.")]
Namens = Annotated[
    str | None, Query(alias="partij", max_length=40, description="Code van de partij namens wie; zonder: uzelf.")
]


# --- handing in a message --------------------------------------------------------------------------------------------


@router.post(
    "/berichten",
    status_code=201,
    tags=["berichten"],
    operation_id=INDIENEN,
    summary="Een bericht indienen",
    response_model=openapi.Uitkomst,
    responses={
        200: {
            "model": openapi.Uitkomst,
            "description": "Al eerder ingediend: dezelfde uitkomst nog eens",
            "content": {_XML: {"schema": {"type": "string"}}},
        },
        201: {"description": "Beoordeeld en opgeslagen", "content": {_XML: {"schema": {"type": "string"}}}},
        202: {"description": "Opgeslagen; er is nog geen antwoordbericht (alleen bij Accept: application/xml)"},
        **openapi.problems(400, 403, 408, 409, 413, 415, 503),
    },
    openapi_extra=openapi.XML_BODY,
)
def post_bericht(request: Request, dienst: DezeDienst, partij: Zender, bericht: Bericht) -> Response:
    """Het bericht wordt beoordeeld en met zijn antwoord opgeslagen voor dit antwoord vertrekt: alles of niets.

    Met `Accept: application/xml` komt het antwoordbericht zelf terug.
    """
    verwerk: Verwerk = request.app.state.verwerk
    uitkomst = verwerk(dienst, partij, bericht, False)
    log_uitkomst(request, uitkomst)
    headers = {"Location": f"{dienst.pad}{openapi.PREFIX}/berichten/{uitkomst.id}"}
    status = 201 if uitkomst.nieuw else 200
    if not wants_xml(request.headers.get("accept", "")):
        return JSONResponse(uitkomst.json(dienst.pad), status, headers)
    content = _retour_inhoud(dienst, uitkomst)
    if content is None or uitkomst.retour is None:
        return Response(status_code=202, headers=headers)
    _noteer(dienst, partij, INDIENEN, uitkomst.retour.id)
    return Response(content, status, headers, _XML)


def wants_xml(accept: str) -> bool:
    """Whether an Accept header prefers the answer message to JSON; what comes first wins at equal weight."""
    ranges = sorted(_media_ranges(accept), key=lambda weighed: -weighed[1])
    for media_type, weight in ranges:
        if weight > 0 and media_type in openapi.XML_TYPES:
            return True
        if weight > 0 and media_type in ("application/json", "application/*", "*/*"):
            return False
    return False


def _media_ranges(accept: str) -> Iterable[tuple[str, float]]:
    for item in accept.lower().split(","):
        media_type, *parameters = (part.strip() for part in item.split(";"))
        quality = next((text.removeprefix("q=") for text in parameters if text.startswith("q=")), "1")
        yield media_type, float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0


def _retour_inhoud(dienst: Dienst, uitkomst: Uitkomst) -> bytes | None:
    if uitkomst.retour is None:
        return None
    with dienst.database.read() as conn:
        antwoord = berichten.vind(conn, uitkomst.retour.id, None)
        return berichten.inhoud(conn, antwoord.nr) if antwoord else None


# --- finding it back -------------------------------------------------------------------------------------------------


def page(items: list[dict[str, Any]], volgende: int | None) -> JSONResponse:
    """A list as every endpoint gives it: the items, and the `na` of the next page."""
    return JSONResponse({"items": items, "volgende": volgende})


@router.get(
    "/berichten/{id}",
    tags=["berichten"],
    operation_id="getBericht",
    summary="De uitkomst van een bericht",
    response_model=openapi.Uitkomst,
    responses=openapi.problems(404),
)
def get_bericht(dienst: DezeDienst, partij: Lezer, bericht_id: BerichtId) -> Response:
    """Dezelfde uitkomst als bij het indienen, met het antwoord dat er inmiddels is."""
    with dienst.database.read() as conn:
        eerder = vind_leesbaar(conn, dienst, partij, bericht_id)
        return JSONResponse(berichten.uitkomst_van(conn, eerder).json(dienst.pad))


@router.get(
    "/berichten/{id}/xml",
    tags=["berichten"],
    operation_id="getBerichtXml",
    summary="Het bericht zelf",
    response_class=Response,
    responses={200: openapi.xml_reply("Het bericht, byte voor byte"), **openapi.problems(404)},
)
def get_bericht_xml(dienst: DezeDienst, partij: Lezer, bericht_id: BerichtId) -> Response:
    """Byte voor byte zoals het is ingediend of opgesteld."""
    with dienst.database.read() as conn:
        eerder = vind_leesbaar(conn, dienst, partij, bericht_id)
        reply = _xml(conn, eerder)
    _noteer(dienst, partij, "getBerichtXml", eerder.id)
    return reply


@router.get(
    "/berichten/{id}/retour",
    tags=["berichten"],
    operation_id="getBerichtRetour",
    summary="Het antwoordbericht",
    response_class=Response,
    responses={200: openapi.xml_reply("Het bericht dat dit bericht beantwoordt"), **openapi.problems(404)},
)
def get_bericht_retour(dienst: DezeDienst, partij: Lezer, bericht_id: BerichtId) -> Response:
    """Het antwoord van de hub of van de andere partij; 404 zolang er geen is."""
    with dienst.database.read() as conn:
        antwoord = berichten.antwoord_van(conn, vind_leesbaar(conn, dienst, partij, bericht_id).nr)
        if antwoord is None:
            raise problems.niet_gevonden("Een antwoord op dit bericht")
        reply = _xml(conn, antwoord)
    _noteer(dienst, partij, "getBerichtRetour", antwoord.id)
    return reply


def _noteer(dienst: Dienst, partij: Partij, verrichting: str, bericht_id: str) -> None:
    """A message names a person: who read it stands in the audit trail."""
    dienst.leesspoor.noteer(dienst.nu(), partij.code, "bericht gelezen", verrichting, bericht_id)


def vind_leesbaar(conn: Connection, dienst: Dienst, partij: Partij, bericht_id: UUID) -> Eerder:
    """A message of somebody else is not found: that it exists is not for everyone to know."""
    codes = parties.leesbaar_voor(conn, partij, dienst.vandaag())
    eerder = berichten.vind(conn, str(bericht_id), codes)
    if eerder is None:
        raise problems.niet_gevonden("Dit bericht")
    return eerder


def _xml(conn: Connection, eerder: Eerder) -> Response:
    content = berichten.inhoud(conn, eerder.nr)
    if content is None:
        raise problems.niet_gevonden("De inhoud van dit bericht")
    return Response(content, media_type=_XML)


# --- the postbus -----------------------------------------------------------------------------------------------------


@router.post(
    "/postbus/{nr}/ontvangst",
    status_code=204,
    tags=["postbus"],
    operation_id="postOntvangst",
    summary="De ontvangst van een poststuk bevestigen",
    response_class=Response,
    responses=openapi.problems(403, 404, 503),
)
def post_ontvangst(
    dienst: DezeDienst,
    partij: Lezer,
    nr: Annotated[int, Path(ge=1, le=_HIGHEST, description="Nummer van het poststuk.")],
    namens: Namens = None,
) -> Response:
    """Nog eens bevestigen verandert niets: het eerste moment blijft staan."""
    code = eigenaar(dienst, partij, namens, "ontvangst bevestigen")
    with dienst.database.write() as conn:
        if not postbus.bevestig(conn, code, nr, dienst.nu()):
            raise problems.niet_gevonden("Dit poststuk")
    return Response(status_code=204)


class Evenement(JSONResponse):
    """A CloudEvent, by its own media type, in the document too."""

    media_type = gebeurtenissen.MEDIA_TYPE


@router.get(
    "/gebeurtenissen/{id}",
    tags=["postbus"],
    operation_id="getGebeurtenis",
    summary="Een gebeurtenis uit uw postbus",
    response_class=Evenement,
    response_model=openapi.Gebeurtenis,
    responses=openapi.problems(404),
)
def get_gebeurtenis(
    dienst: DezeDienst,
    partij: Lezer,
    gebeurtenis_id: Annotated[UUID, Path(alias="id", description="Nummer van de gebeurtenis bij de hub.")],
) -> Response:
    """Een CloudEvent, zoals het ook in de wachtrij of bij de webhook aankomt."""
    with dienst.database.read() as conn:
        codes = parties.leesbaar_voor(conn, partij, dienst.vandaag())
        found = gebeurtenissen.vind(conn, str(gebeurtenis_id), _met_eigen(codes, partij.code))
    if found is None:
        raise problems.niet_gevonden("Deze gebeurtenis")
    return Evenement(found.json(dienst.pad))


def _met_eigen(codes: frozenset[str] | None, eigen: str) -> frozenset[str] | None:
    """The region, which reads nobody's messages, reads the gebeurtenissen in its own postbus."""
    return None if codes is None else codes | {eigen}


def eigenaar(dienst: Dienst, partij: Partij, namens: str | None, actie: str) -> str:
    """Whose postbus it is about: one's own, or that of a party one may act for."""
    code = namens or partij.code
    access.eis_namens(dienst, partij, code, actie)
    return code
