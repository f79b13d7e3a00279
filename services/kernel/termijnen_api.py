"""The endpoint for terms, the same in both services."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.kernel import openapi, termijnen
from services.kernel.catalogue import CATALOGUE
from services.kernel.receiving import DezeDienst, Lezer
from services.kernel.shared_api import Limit, Na, Namens, page
from services.kernel.termijnen import ONBEANTWOORD, Rol, Status, Termijnvraag
from services.kernel.toegang import access, parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

router = APIRouter()

_VOORBEELD: Final[dict[str, Any]] = {
    "berichtId": "6f1c2a8e-3d1b-4c57-9a1f-0f6e2f6f7c11",
    "standaard": "iwmo",
    "release": "3.2",
    "berichtsoort": "WMO323",
    "identificatie": "DECL202501",
    "wachtend": "75000001",
    "plichtig": "0603",
    "antwoord": "WMO325",
    "ontvangen": "2025-02-03T09:15:00+00:00",
    "uiterlijk": "2025-02-17",
    "status": "open",
    "beantwoord": None,
    "gemeld": None,
    "href": "/declaration/v1/berichten/6f1c2a8e-3d1b-4c57-9a1f-0f6e2f6f7c11",
}


class Termijn(BaseModel):
    """Een bericht dat op antwoord van de andere partij wacht, of dat kreeg."""

    berichtId: str = Field(description="Nummer bij de hub van het bericht dat wacht.")
    standaard: str
    release: str
    berichtsoort: str
    identificatie: str
    wachtend: str = Field(description="Code van wie op antwoord wacht.")
    plichtig: str = Field(description="Code van wie moet antwoorden.")
    antwoord: str = Field(description="Berichtsoort van het antwoord.")
    ontvangen: str
    uiterlijk: str = Field(description="Laatste dag waarop het antwoord op tijd is.")
    status: Status = Field(description="vandaag: de laatste dag. te_laat: die is voorbij, en er is geen antwoord.")
    beantwoord: str | None = Field(description="Moment waarop het antwoord kwam.")
    gemeld: str | None = Field(description="Moment waarop beide partijen hoorden dat het te laat is.")
    href: str

    model_config = ConfigDict(json_schema_extra={"example": _VOORBEELD})


class Termijnen(BaseModel):
    items: list[Termijn]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


def _uitleg() -> str:
    """What a term is, and how long each is: from the catalogue, so that it stays true."""
    soorten: dict[int, list[str]] = {}
    for soort in CATALOGUE:
        if soort.termijn and soort.naam[-3:] not in soorten.setdefault(soort.termijn, []):
            soorten[soort.termijn].append(soort.naam[-3:])
    lengten = "; ".join(f"{dagen} voor {', '.join(namen)}" for dagen, namen in sorted(soorten.items()))
    return (
        "Een bericht dat de hub aan een ander doorgeeft die het moet beantwoorden, heeft een termijn in werkdagen: "
        f"{lengten}. Hij gaat in op de eerste werkdag na ontvangst (art. 3 Algemene termijnenwet; ook Goede Vrijdag en "
        "5 mei zijn geen werkdag). Is de laatste dag voorbij zonder antwoord, dan krijgen beide partijen één "
        "gebeurtenis `nl.berichtenhub.termijn.verlopen` in hun postbus; een later antwoord wordt gewoon aangenomen. "
        "Wat de hub met mandaat of machtiging zelf beantwoordt, heeft geen termijn.\n\n"
        "Op volgorde van ontvangst; alleen termijnen van uzelf en van wie u gemachtigd heeft."
    )


@router.get(
    "/termijnen",
    tags=["termijnen"],
    operation_id="getTermijnen",
    summary="Op welke antwoorden u wacht, en welke u schuldig bent",
    description=_uitleg(),
    response_model=Termijnen,
    responses=openapi.problems(403),
)
def get_termijnen(
    dienst: DezeDienst,
    partij: Lezer,
    status: Annotated[
        list[Status] | None, Query(description="Een of meer; zonder: alle waarop nog geen antwoord kwam.")
    ] = None,
    rol: Annotated[Rol | None, Query(description="Of de partij wacht of moet antwoorden; zonder: beide.")] = None,
    na: Na = 0,
    limit: Limit = 100,
    namens: Namens = None,
) -> Response:
    codes = _codes(dienst, partij, namens)
    vandaag = dienst.vandaag()
    vraag = Termijnvraag(codes, rol, tuple(dict.fromkeys(status or ONBEANTWOORD)))
    with dienst.database.read() as conn:
        found = termijnen.lees(conn, vraag, vandaag, na, limit + 1)
    volgende = found[limit - 1].nr if len(found) > limit else None
    return page([item.json(dienst.pad, vandaag) for item in found[:limit]], volgende)


def _codes(dienst: Dienst, partij: Partij, namens: str | None) -> frozenset[str] | None:
    """Whose terms may be read, narrowed to those of `namens`; None is everybody's."""
    with dienst.database.read() as conn:
        codes = parties.leesbaar_voor(conn, partij, dienst.vandaag())
    if namens is None:
        return codes
    if codes is None:
        return frozenset({namens})
    access.eis_namens(dienst, partij, namens, "termijnen lezen")
    return codes & {namens}
