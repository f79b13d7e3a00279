"""The OpenAPI document: what replies look like, and what the NL API Design Rules ask of the document.

The models describe and exemplify; endpoints answer with the JSON of the domain values themselves.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from services.kernel import openapi_examples
from services.kernel.problems import MEDIA_TYPE

API_VERSION = "1.0.0"
PREFIX = "/v1"
CONTACT = {
    "name": "Beheer berichtenhub",
    "url": "https://berichtenhub.example",
    "email": "beheer@berichtenhub.example",
}
XML_TYPES = ("application/xml", "text/xml")
_PROBLEM_SCHEMA = "#/components/schemas/Probleem"
_BY_DEFAULT = "Successful Response"
_REASONS = {
    400: "Ongeldige invoer, of geen leesbaar bericht",
    401: "Geen of geen geldige sleutel",
    403: "Niet toegestaan namens deze partij, of niet met deze sleutel",
    404: "Niet gevonden",
    408: "Niet op tijd binnen",
    409: "Past niet bij wat er al is",
    413: "Bericht te groot",
    415: "Mediatype niet ondersteund",
    429: "Te veel verzoeken",
    500: "Interne fout",
    503: "Tijdelijk niet beschikbaar",
}


class Bevinding(BaseModel):
    niveau: int = Field(ge=1, le=4, description="Controleniveau.")
    regel: str = Field(description="Regel van de standaard; XSD op niveau 1.")
    retourcode: str | None = Field(description="Code in het antwoordbericht, als de regel er een heeft.")
    pad: str = Field(description="Plaats in het bericht, met volgnummers vanaf 1.")
    element: str
    regelnummer: int | None = Field(description="Regel in het bestand.")
    melding: str
    advies: str

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "niveau": 3,
                "regel": "TR308",
                "retourcode": "9308",
                "pad": "/Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie[2]",
                "element": "ProductPeriode",
                "regelnummer": 58,
                "melding": "De productperiode eindigt na de toewijzing.",
                "advies": "Declareer tot en met de einddatum van de toewijzing.",
            }
        }
    )


class Retour(BaseModel):
    berichtsoort: str
    href: str = Field(description="Adres van het antwoordbericht.")


Oordeel = Literal["goedgekeurd", "deels_afgekeurd", "afgekeurd", "doorgestuurd"]


class Uitkomst(BaseModel):
    id: str | None = Field(description="Nummer van het bericht bij de hub; null bij een validatie.")
    standaard: str
    release: str
    berichtsoort: str
    verzender: str
    bestemming: str
    identificatie: str
    oordeel: Oordeel
    ingediend: int | None = Field(description="Eurocent.")
    toegekend: int | None = Field(description="Eurocent.")
    feedNr: int | None = Field(description="Stand van de toewijzingen waarmee is beoordeeld.")
    aantalBevindingen: int
    bevindingen: list[Bevinding] = Field(description="De eerste 1.000.")
    retour: Retour | None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "6f1c2a8e-3d1b-4c57-9a1f-0f6e2f6f7c11",
                "standaard": "iwmo",
                "release": "3.2",
                "berichtsoort": "WMO323",
                "verzender": "75000001",
                "bestemming": "0503",
                "identificatie": "DECL202501",
                "oordeel": "goedgekeurd",
                "ingediend": 126000,
                "toegekend": 126000,
                "feedNr": 41,
                "aantalBevindingen": 0,
                "bevindingen": [],
                "retour": {
                    "berichtsoort": "WMO325",
                    "href": "/declaration/v1/berichten/6f1c2a8e-3d1b-4c57-9a1f-0f6e2f6f7c11/retour",
                },
            }
        }
    )


class Bericht(BaseModel):
    nr: int = Field(description="Volgnummer; als `na` het begin van wat ouder is dan dit bericht.")
    id: str
    standaard: str
    release: str
    berichtsoort: str
    verzender: str
    bestemming: str
    identificatie: str
    ontvangen: datetime
    oordeel: Oordeel
    ingediend: int | None
    toegekend: int | None
    aantalBevindingen: int
    href: str


class Berichten(BaseModel):
    items: list[Bericht]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


class Poststuk(BaseModel):
    """Een bericht, of een gebeurtenis van de hub zelf (zonder standaard en release)."""

    nr: int
    berichtId: str = Field(description="Nummer bij de hub van het bericht of de gebeurtenis.")
    standaard: str | None
    release: str | None
    berichtsoort: str = Field(description="WMO323, of de soort gebeurtenis.")
    verzender: str
    aangemaakt: datetime
    bevestigd: datetime | None
    href: str

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "nr": 12,
                "berichtId": "6f1c2a8e-3d1b-4c57-9a1f-0f6e2f6f7c11",
                "standaard": "iwmo",
                "release": "3.2",
                "berichtsoort": "WMO323",
                "verzender": "75000001",
                "aangemaakt": "2025-02-03T09:15:00+00:00",
                "bevestigd": None,
                "href": "/declaration/v1/berichten/6f1c2a8e-3d1b-4c57-9a1f-0f6e2f6f7c11/xml",
            }
        }
    )


class Postbus(BaseModel):
    items: list[Poststuk]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


class Gebeurtenis(BaseModel):
    """Een CloudEvent 1.0: wat de hub zelf te melden heeft. Er staat niets over personen in."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    time: datetime
    subject: str | None = Field(None, description="Het bericht waar het over gaat.")
    datacontenttype: str
    data: dict[str, Any]

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "specversion": "1.0",
                "id": "0d5a5c2e-2a3f-4a55-8a53-4b1f2b8a9d10",
                "source": "/declaration/v1",
                "type": "nl.berichtenhub.termijn.verlopen",
                "time": "2025-03-04T04:00:00+00:00",
                "subject": "6f1c2a8e-3d1b-4c57-9a1f-0f6e2f6f7c11",
                "datacontenttype": "application/json",
                "data": {"berichtsoort": "WMO303", "antwoord": "WMO304", "uiterlijk": "2025-03-03"},
            }
        }
    )


class Probleem(BaseModel):
    type: str = Field(description="Soort probleem: /problemen/<naam>.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="Nummer van het verzoek, voor navraag bij de beheerder.")
    aantalBevindingen: int | None = Field(None, description="1000 is ten minste 1000: verder wordt niet gezocht.")
    bevindingen: list[Bevinding] | None = Field(None, description="Bij een bericht dat niet aan zijn schema voldoet.")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "/problemen/niet-gevonden",
                "title": "Niet gevonden",
                "status": 404,
                "detail": "Dit bericht bestaat niet of is niet voor u bestemd.",
                "instance": "urn:uuid:0d5a5c2e-2a3f-4a55-8a53-4b1f2b8a9d10",
            }
        }
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem replies of an endpoint, for its `responses`; 400, 401 and 500 are added where they apply."""
    return {status: {"model": Probleem, "description": _REASONS[status]} for status in statuses}


def xml_reply(description: str) -> dict[str, Any]:
    """A reply that is a message, for `responses`."""
    return {"description": description, "content": {"application/xml": {"schema": {"type": "string"}}}}


PREFERENCE_APPLIED: dict[str, Any] = {
    "headers": {
        "Preference-Applied": {
            "description": "Alleen op verzoek (Prefer): hoe lang dit antwoord mocht wachten.",
            "schema": {"type": "string", "example": "wait=30"},
        }
    }
}

XML_BODY = {
    "requestBody": {
        "required": True,
        "description": "Het bericht: XML in UTF-8, zonder DOCTYPE.",
        "content": {media_type: {"schema": {"type": "string"}} for media_type in XML_TYPES},
    }
}


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """A body of JSON, for `openapi_extra` of an endpoint that reads it by receiving.json_body."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


def install(app: FastAPI, naam: str | None) -> None:
    """Let the app give the finished document; made once, at the first request for it.

    `naam` is under which its examples were recorded; None: those of the models are all it has.
    """
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _finished(plain(), naam)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _finished(document: dict[str, Any], naam: str | None) -> dict[str, Any]:
    """Paths relative to a server that ends in /v1, problems as problem+json, the version in every reply; examples."""
    document["paths"] = {path.removeprefix(PREFIX): item for path, item in document["paths"].items()}
    schemas = document["components"]["schemas"]
    for path, method, operation in _operations(document):
        responses = operation["responses"]
        responses.pop("422", None)
        added = [401, 429, 500] + ([400] if method != "get" or operation.get("parameters") else [])
        added += [403] if any(scopes for needed in operation.get("security", ()) for scopes in needed.values()) else []
        # What stands in a path may be no address at all.
        added += [404] if "{" in path else []
        for status in added:
            responses.setdefault(str(status), {"description": _REASONS[status]})
        operation["responses"] = {status: _reply(status, responses[status]) for status in sorted(responses)}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _without_time_zones(document)
    if naam is not None:
        for schema in schemas.values():
            # FastAPI leaves the nulls out of it; what stands with the operations is real, and whole.
            schema.pop("example", None)
        openapi_examples.add(document, naam)
    return document


def _without_time_zones(part: Any) -> None:
    """A time in a message has no zone, which OpenAPI calls time-local (API Design Rules, time-without-timezone)."""
    if isinstance(part, dict):
        if part.get("format") == "time":
            part["format"] = "time-local"
        for item in part.values():
            _without_time_zones(item)
    elif isinstance(part, list):
        for item in part:
            _without_time_zones(item)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def _reply(status: str, reply: dict[str, Any]) -> dict[str, Any]:
    version = {"description": "Versie van de API.", "schema": {"type": "string", "example": API_VERSION}}
    finished = {**reply, "headers": {**reply.get("headers", {}), "API-Version": version}}
    if reply["description"] == _BY_DEFAULT:
        finished["description"] = "Gelukt"
    if status >= "400":
        finished["content"] = {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM_SCHEMA}}}
    if status == "429":
        seconds = {"description": "Seconden tot het volgende verzoek.", "schema": {"type": "integer"}}
        finished["headers"]["Retry-After"] = seconds
    return finished
