"""Berichten: a message found back over both services, and all there is to know of one: its life and its bevindingen."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from services.declaration.page.apis import Geweigerd
from services.declaration.page.bezoek import Bezoek, Visite
from services.kernel.catalogue import supported
from services.kernel.wiring import Dienstnaam

router = APIRouter()
_PER_BLADZIJDE: Final = 50
_BEVINDINGEN: Final = 20
_VAN_EEN_CLIENT: Final = 200
DIENSTEN: Final[tuple[Dienstnaam, ...]] = ("allocation", "declaration")
SOORTEN: Final = tuple(sorted({soort.naam for soort in supported()}))
OORDELEN: Final = {
    "goedgekeurd": ("Goedgekeurd", "goed"),
    "deels_afgekeurd": ("Deels afgekeurd", "let-op"),
    "afgekeurd": ("Afgekeurd", "fout"),
    "doorgestuurd": ("Doorgestuurd", ""),
}
NIVEAUS: Final = {
    1: "Schema van het bericht",
    2: "Regels binnen het bericht",
    3: "Regels over toewijzingen en eerdere berichten",
    4: "Regels over gemeenten, contracten en tijd",
}
# What a retourcode says by itself; of every other code the melding of its rule says it.
RETOURCODES: Final = {
    "0001": "het bericht is technisch onjuist; alleen de kop komt terug",
    "0200": "geen opmerking",
    "0233": "niet beoordeeld",
}


class Zoekvelden(BaseModel):
    """The fields of the form, as they stand in the address; empty asks nothing. A BSN is none of them."""

    identificatie: str = ""
    toewijzing: str = ""
    declaratienummer: str = ""
    partij: str = ""
    berichtsoort: str = ""
    release: str = ""
    retourcode: str = ""
    oordeel: str = ""
    van: str = ""
    tot: str = ""
    # How far the pages before this one came, in each service.
    allocation: str = ""
    declaration: str = ""

    model_config = ConfigDict(str_strip_whitespace=True)

    def query(self, dienst: Dienstnaam) -> dict[str, str]:
        return self._vraag | {"na": getattr(self, dienst)}

    @property
    def gevraagd(self) -> bool:
        return bool(self._vraag)

    @property
    def _vraag(self) -> dict[str, str]:
        return {name: value for name, value in self.model_dump().items() if value and name not in DIENSTEN}


@dataclass
class Gevonden:
    """What was found: `rijen` newest first, the cursors of the next page, and which services did not answer."""

    rijen: Sequence[Mapping[str, Any]] = ()
    volgende: dict[str, int] = field(default_factory=dict)
    meer: bool = False
    fouten: list[str] = field(default_factory=list)


@router.get("/berichten")
async def zoeken(bezoek: Bezoek, velden: Annotated[Zoekvelden, Query()]) -> Response:
    """The newest messages, or those that were asked for."""
    found = await _zoek(bezoek, velden)
    volgende = _adres(velden, found.volgende) if found.meer else None
    return _lijst(bezoek, velden, found, volgende=volgende, vervolg=bool(velden.allocation or velden.declaration))


@router.post("/berichten")
async def zoeken_op_client(bezoek: Bezoek, bsn: Annotated[str, Form(max_length=40)] = "") -> Response:
    """The messages about a client. The BSN comes in a body, goes on in a body, and does not come back."""
    given = "".join(bsn.split())
    if len(given) != 9 or not given.isascii() or not given.isdigit():
        fout = "Een burgerservicenummer heeft negen cijfers."
        return _lijst(bezoek, Zoekvelden(), Gevonden(), client=True, client_fout=fout)
    opdracht = {"bsn": given, "limit": _VAN_EEN_CLIENT}
    asked = [bezoek.vraag(dienst, "POST", "/v1/berichten/zoek", json=opdracht) for dienst in DIENSTEN]
    found = _samen(await asyncio.gather(*asked, return_exceptions=True), _VAN_EEN_CLIENT)
    return _lijst(bezoek, Zoekvelden(), found, client=True)


async def _zoek(bezoek: Visite, velden: Zoekvelden) -> Gevonden:
    asked = []
    for dienst in DIENSTEN:
        query = {name: value for name, value in velden.query(dienst).items() if value}
        asked.append(bezoek.vraag(dienst, "GET", "/v1/berichten", params=query | {"limit": _PER_BLADZIJDE}))
    return _samen(await asyncio.gather(*asked, return_exceptions=True), _PER_BLADZIJDE)


def _samen(replies: Sequence[Any], limit: int) -> Gevonden:
    """Both services as one list, newest first. A question that neither takes is refused; of one that is away, the
    other's messages come with a note."""
    found = Gevonden()
    per_dienst: list[list[dict[str, Any]]] = []
    for dienst, reply in zip(DIENSTEN, replies, strict=True):
        if isinstance(reply, Geweigerd) and reply.status >= 500:
            found.fouten.append(str(reply.probleem.get("detail", "Een dienst geeft geen antwoord.")))
            continue
        if isinstance(reply, BaseException):
            raise reply
        page = reply.json()
        per_dienst.append([{**item, "dienst": dienst} for item in page["items"]])
        found.meer = found.meer or page["volgende"] is not None
    # What is shown of a service is the beginning of what it gave: so its last row is where the next page goes on.
    rijen = list(merge(*per_dienst, key=lambda rij: str(rij["ontvangen"]), reverse=True))
    found.meer = found.meer or len(rijen) > limit
    found.rijen = rijen[:limit]
    found.volgende = {rij["dienst"]: rij["nr"] for rij in found.rijen}
    return found


def _adres(velden: Zoekvelden, volgende: Mapping[str, Any]) -> str:
    """The same question, from these cursors on."""
    asked = velden.model_dump() | dict(volgende)
    return "/berichten?" + urlencode({name: value for name, value in asked.items() if value})


def _lijst(bezoek: Visite, velden: Zoekvelden, found: Gevonden, **more: Any) -> Response:
    defaults: dict[str, Any] = {"volgende": None, "vervolg": False, "client": False, "client_fout": None}
    soorten = [("", "Alle"), *((naam, naam) for naam in SOORTEN)]
    keuzes: dict[str, Any] = {
        "soorten": soorten,
        "oordelen": OORDELEN,
        "eerste": _adres(velden, dict.fromkeys(DIENSTEN, "")),
    }
    return bezoek.toon("berichten.html", velden=velden, found=found, **keuzes, **(defaults | more))


# --- one message -----------------------------------------------------------------------------------------------------


@router.get("/berichten/{dienst}/{id}")
async def een_bericht(
    bezoek: Bezoek, dienst: Literal["allocation", "declaration"], id: UUID, na: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """One message: what it is, what became of it, and what is wrong with it."""
    pad = f"/v1/berichten/{id}"
    bericht, leven, bevindingen = await asyncio.gather(
        bezoek.haal(dienst, pad),
        bezoek.haal(dienst, f"{pad}/tijdlijn"),
        bezoek.haal(dienst, f"{pad}/bevindingen", na=na, limit=_BEVINDINGEN),
    )
    stappen = [{**stap, "pagina": pagina_van(stap["href"])} for stap in leven["items"]]
    antwoord = await _antwoord(bezoek, dienst, stappen) if bericht["oordeel"] == "doorgestuurd" else None
    return bezoek.toon(
        "bericht.html",
        bericht=bericht,
        antwoord=antwoord,
        bewaard=bevindingen["geenFragment"] is None,
        dienst=dienst,
        stappen=stappen,
        samenhang=[stap for stap in stappen if stap["stap"] in ("antwoord-op", "beantwoord", "verwant")],
        bevindingen=bevindingen,
        na=na,
        oordelen=OORDELEN,
        niveaus=NIVEAUS,
        retourcodes=RETOURCODES,
    )


async def _antwoord(bezoek: Visite, dienst: Dienstnaam, stappen: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What the other party answered to a message that was passed on, and where the page has it: the oordeel of the
    message itself stays that it was passed on."""
    for stap in stappen:
        if stap["stap"] == "beantwoord":
            id = str(stap["href"]).rpartition("/")[2]
            return {**await bezoek.haal(dienst, f"/v1/berichten/{id}"), "pagina": stap["pagina"]}
    return None


def pagina_van(href: str | None) -> str | None:
    """Where the page shows what an address of the API gives; a gebeurtenis has no page of its own."""
    if href is None:
        return None
    dienst, _, rest = href.strip("/").partition("/v1/")
    soort, _, id = rest.partition("/")
    return f"/berichten/{dienst}/{id}" if soort == "berichten" else None


@router.get("/berichten/{dienst}/{id}/xml")
async def bericht_xml(
    request: Request, bezoek: Bezoek, dienst: Literal["allocation", "declaration"], id: UUID
) -> Response:
    """The message itself, byte for byte, to keep: a browser does not show it."""
    found = await bezoek.vraag(dienst, "GET", f"/v1/berichten/{id}/xml")
    headers = {"Content-Disposition": f'attachment; filename="{id}.xml"'}
    return Response(found.content, media_type="application/xml", headers=headers)
