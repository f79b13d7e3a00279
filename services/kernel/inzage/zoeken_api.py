"""Searching messages over HTTP: a question in the address, or in a body when it is about a person."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.kernel import openapi, problems
from services.kernel.clients import bsn_hash
from services.kernel.inzage import zoeken
from services.kernel.inzage.dienstkennis import Dienstkennis
from services.kernel.inzage.zoeken import Zoekvraag
from services.kernel.receiving import DezeDienst, Lezer, json_body
from services.kernel.settings import AMSTERDAM
from services.kernel.shared_api import page
from services.kernel.toegang import access, parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

router = APIRouter()
_HIGHEST: Final = 2**63 - 1

_Tekst = Annotated[str | None, Field(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]
_Code = Annotated[str | None, Field(max_length=8, pattern=r"^[0-9A-Za-z]+$")]


class Zoekopdracht(BaseModel):
    """Wat een bericht moet hebben om gevonden te worden; wat leeg blijft, is niet gevraagd."""

    identificatie: _Tekst = Field(None, description="Identificatie van het bericht.")
    standaard: Literal["iwmo", "ijw"] | None = None
    release: Literal["2.3", "3.2"] | None = None
    berichtsoort: _Tekst = Field(None, description="Bijvoorbeeld WMO323.")
    verzender: _Tekst = None
    bestemming: _Tekst = None
    partij: _Tekst = Field(None, description="Verzender of bestemming.")
    oordeel: openapi.Oordeel | None = None
    retourcode: _Code = Field(None, description="Code bij een bevinding.")
    toewijzing: Annotated[int | None, Field(ge=0, le=999_999_999)] = Field(None, description="ToewijzingNummer.")
    declaratienummer: _Tekst = Field(None, description="DeclaratieNummer, in release 2.3 DeclarantFactuurNummer.")
    van: date | None = Field(None, description="Ontvangen op of na deze dag.")
    tot: date | None = Field(None, description="Ontvangen tot en met deze dag.")
    na: Annotated[int | None, Field(ge=1, le=_HIGHEST)] = Field(None, description="`volgende` van de vorige bladzijde.")
    limit: Annotated[int, Field(ge=1, le=500)] = Field(100, description="Ten hoogste zoveel.")

    def vraag(self, client: str | None = None) -> Zoekvraag:
        """The question to the database; `client` is a keyed hash."""
        given: dict[str, Any] = self.model_dump(exclude={"van", "tot", "na", "limit", "bsn"})
        van, tot = _midnight(self.van, "van"), _midnight(self.tot, "tot", days=1)
        return Zoekvraag(**given, van=van, tot=tot, client=client)


class ZoekopdrachtMetBsn(Zoekopdracht):
    """Dezelfde vraag, die ook over een cliënt kan gaan."""

    bsn: Annotated[str | None, Field(pattern=r"^[0-9]{9}$")] = Field(
        None, description="Burgerservicenummer. Alleen hier, nooit in een adres; het antwoord herhaalt het niet."
    )

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"bsn": "999900006", "release": "3.2"}})


def _midnight(dag: date | None, name: str, days: int = 0) -> datetime | None:
    """The start of a day in Amsterdam, `days` later, as UTC."""
    if dag is None:
        return None
    try:
        return datetime.combine(dag + timedelta(days=days), time.min, AMSTERDAM).astimezone(UTC)
    except OverflowError:
        raise problems.ongeldige_invoer([name]) from None


async def kennis_van(request: Request) -> Dienstkennis:
    kennis: Dienstkennis = request.app.state.kennis
    return kennis


DezeKennis = Annotated[Dienstkennis, Depends(kennis_van)]


@router.get(
    "/berichten",
    tags=["berichten"],
    operation_id="getBerichten",
    summary="Berichten zoeken",
    response_model=openapi.Berichten,
    responses=openapi.problems(403),
)
def get_berichten(
    dienst: DezeDienst, kennis: DezeKennis, partij: Lezer, opdracht: Annotated[Zoekopdracht, Query()]
) -> Response:
    """De nieuwste eerst. Alleen berichten van of voor uzelf, en van of voor wie u gemachtigd heeft.

    Met `toewijzing` en `declaratienummer` komen ook de antwoorden mee op wat wordt gevonden.
    """
    return _zoek(dienst, kennis, partij, opdracht, None)


@router.post(
    "/berichten/zoek",
    tags=["berichten"],
    operation_id="postZoekvraag",
    summary="Berichten zoeken, ook op cliënt",
    response_model=openapi.Berichten,
    responses=openapi.problems(403, 408, 413, 415, 503),
    openapi_extra=openapi.json_body(ZoekopdrachtMetBsn),
)
def post_zoekvraag(
    dienst: DezeDienst,
    kennis: DezeKennis,
    partij: Lezer,
    opdracht: Annotated[ZoekopdrachtMetBsn, Depends(json_body(ZoekopdrachtMetBsn, "read"))],
) -> Response:
    """Dezelfde vraag als in het adres, en de enige plaats voor een BSN. Er wordt niets bewaard.

    U vindt alleen berichten van of voor uzelf. Van een bericht dat als geheel is afgekeurd, weet de hub niet over wie
    het ging.
    """
    sleutel = dienst.settings.bsn_sleutel
    if opdracht.bsn is not None:
        # Who looked for a person stands in the audit trail, not for whom.
        dienst.leesspoor.noteer(dienst.nu(), partij.code, "cliënt gezocht", "postZoekvraag")
    return _zoek(dienst, kennis, partij, opdracht, bsn_hash(opdracht.bsn, sleutel) if opdracht.bsn else None)


def _zoek(
    dienst: Dienst, kennis: Dienstkennis, partij: Partij, opdracht: Zoekopdracht, client: str | None
) -> JSONResponse:
    limit = opdracht.limit
    with dienst.database.read() as conn:
        codes = parties.leesbaar_voor(conn, partij, dienst.vandaag())
        access.eis_een_van(codes, opdracht.verzender, opdracht.bestemming)
        found = zoeken.zoek(conn, opdracht.vraag(client), kennis, codes, opdracht.na, limit + 1)
    items: list[dict[str, Any]] = [item.json(dienst.pad) for item in found[:limit]]
    return page(items, found[limit - 1].nr if len(found) > limit else None)
