"""What the endpoints of reports and lists share: be up to date first, and answer in JSON or with a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Request, Response
from sqlalchemy import Connection

from services.declaration.afspraken.agreements import voorbeeld_tarieven
from services.declaration.feed import Bron, Onbereikbaar, pull
from services.declaration.spreadsheets import MEDIA_TYPES, Formaat, Kolom, als_bestand
from services.kernel.wiring import Dienst

Vorm = Annotated[
    Literal["json", "csv", "xlsx"] | None,
    Query(description="In plaats van de Accept-header: json, csv of xlsx; een bestand heeft alle rijen ineens."),
]
# What a file has besides JSON, for the OpenAPI document.
BESTANDEN: Final[dict[str, Any]] = {
    soort.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for soort in MEDIA_TYPES.values()
}


def werk_bij(request: Request, dienst: Dienst) -> None:
    """A report is made with the toewijzingen there are when allocation is away."""
    bron: Bron = request.app.state.bron
    try:
        pull(dienst, bron)
    except Onbereikbaar:
        return


def gevraagd_formaat(request: Request, formaat: str | None) -> Formaat | None:
    """csv or xlsx, by the parameter or else by what the Accept header names first; None: JSON."""
    if formaat is not None:
        return None if formaat == "json" else _als_formaat(formaat)
    for deel in request.headers.get("accept", "").lower().split(","):
        soort = deel.partition(";")[0].strip()
        for naam, media_type in MEDIA_TYPES.items():
            if soort == media_type.partition(";")[0]:
                return _als_formaat(naam)
        if soort in ("application/json", "*/*", "application/*"):
            return None
    return None


def _als_formaat(naam: str) -> Formaat:
    return "csv" if naam == "csv" else "xlsx"


def bestand(
    conn: Connection, formaat: Formaat, kolommen: Sequence[Kolom], rijen: Iterable[Mapping[str, Any]], naam: str
) -> Response:
    """A reply that is saved as a file, under a name that says so when its figures are made with example tariffs."""
    met_merk = gemerkt(conn, naam)
    inhoud = als_bestand(formaat, kolommen, rijen, met_merk)
    headers = {"Content-Disposition": f'attachment; filename="{met_merk}.{formaat}"'}
    return Response(inhoud, media_type=MEDIA_TYPES[formaat], headers=headers)


def gemerkt(conn: Connection, naam: str) -> str:
    """The name of a file or a sheet: FICTIEF-naam while example tariffs are loaded. The columns stay as they are."""
    return "-".join(filter(None, (voorbeeld_tarieven(conn), naam)))
