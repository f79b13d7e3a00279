"""Lijsten: what somebody must look at, how many there are of each, and what to do about it."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query, Response

from services.declaration.lijsten.soorten import HERSTEL, LIJSTEN, TERMIJNEN
from services.declaration.page import kiezen
from services.declaration.page.apis import Geweigerd
from services.declaration.page.bezoek import Bezoek, Visite
from services.declaration.page.kiezen import PER_BLADZIJDE, Aanbieder, Gemeente, Na
from services.declaration.page.views.herstel import lees_te_doen
from services.declaration.page.views.termijnen import lees_termijnen

router = APIRouter()
Lijstnaam = Annotated[str, Path(pattern="^[a-z-]{1,40}$")]
_BESTANDEN: Final = ("content-type", "content-disposition")


@router.get("/lijsten")
async def lijsten(bezoek: Bezoek, gemeente: Gemeente = "", aanbieder: Aanbieder = "") -> Response:
    wie = {"gemeente": gemeente, "aanbieder": aanbieder}
    koppen = (await bezoek.haal("declaration", "/v1/lijsten"))["items"]
    geteld = await asyncio.gather(*(_tel(bezoek, kop["lijst"], wie) for kop in koppen))
    rijen = [
        {**kop, "aantal": aantal, "pad": kiezen.adres(f"/lijsten/{kop['lijst']}", **wie)}
        for kop, aantal in zip(koppen, geteld, strict=True)
    ]
    eigen = [] if bezoek.soort == "regio" else await asyncio.gather(_herstel(bezoek, wie), _termijnen(bezoek))
    return bezoek.toon(
        "lijsten.html",
        # What there is something to do about comes first.
        rijen=sorted([*eigen, *rijen], key=lambda rij: rij["aantal"] == "0"),
        wie=wie,
        gemeenten=kiezen.partijen(bezoek, "gemeente"),
        aanbieders=kiezen.partijen(bezoek, "aanbieder"),
    )


async def _tel(bezoek: Visite, lijst: str, wie: Mapping[str, str]) -> str:
    """How many cases; the region adds up what it may see, and is told of what it may not."""
    pad = f"/v1/lijsten/{lijst}"
    if bezoek.soort != "regio":
        return str((await bezoek.haal("declaration", pad, limit=1, **wie))["aantal"])
    per_gemeente = [item["aantal"] for item in (await bezoek.haal("declaration", pad, **wie))["items"]]
    verborgen = per_gemeente.count(None)
    geteld = str(sum(aantal for aantal in per_gemeente if aantal is not None))
    return f"{geteld}, en in {verborgen} gemeente(n) over minder dan vijf cliënten" if verborgen else geteld


async def _herstel(bezoek: Visite, wie: Mapping[str, str]) -> dict[str, Any]:
    regels = await lees_te_doen(bezoek, wie["gemeente"], wie["aanbieder"])
    pad = kiezen.adres("/lijsten/herstel", **wie)
    return _kop(HERSTEL.titel, HERSTEL.definitie, HERSTEL.wat_te_doen, str(len(regels)), pad)


async def _termijnen(bezoek: Visite) -> dict[str, Any]:
    rijen, weg = await lees_termijnen(bezoek, ["te_laat", "vandaag", "open"])
    te_laat = sum(rij["status"] == "te_laat" for rij in rijen)
    aantal = f"{len(rijen)}, {te_laat} te laat" if te_laat else str(len(rijen))
    if weg:
        aantal += f", zonder {' en '.join(weg)}"
    return _kop(TERMIJNEN.titel, TERMIJNEN.definitie, TERMIJNEN.wat_te_doen, aantal, "/lijsten/termijnen")


def _kop(titel: str, definitie: str, wat_te_doen: str, aantal: str, pad: str) -> dict[str, Any]:
    return {"titel": titel, "definitie": definitie, "watTeDoen": wat_te_doen, "aantal": aantal, "pad": pad}


@router.get("/lijsten/{lijst}")
async def een_lijst(
    bezoek: Bezoek, lijst: Lijstnaam, gemeente: Gemeente = "", aanbieder: Aanbieder = "", na: Na = 0
) -> Response:
    wie = {"gemeente": gemeente, "aanbieder": aanbieder}
    gevraagd = await bezoek.haal("declaration", _pad(lijst), na=na, limit=PER_BLADZIJDE, **wie)
    pad, volgende = f"/lijsten/{lijst}", gevraagd["volgende"]
    return bezoek.toon(
        "lijst.html",
        lijst=gevraagd,
        rijen=gevraagd["items"],
        na=na,
        pad=pad,
        wie=wie,
        verder=kiezen.adres(pad, **wie, na=volgende) if volgende else None,
        terug=kiezen.adres(pad, **wie, na=max(na - PER_BLADZIJDE, 0)) if na else None,
        bestanden=[(naam, kiezen.adres(f"{pad}/bestand", formaat=naam.lower(), **wie)) for naam in ("CSV", "XLSX")],
        gemeenten=kiezen.partijen(bezoek, "gemeente"),
        aanbieders=kiezen.partijen(bezoek, "aanbieder"),
        toewijzingpad=kiezen.toewijzingpad,
    )


@router.get("/lijsten/{lijst}/bestand")
async def bestand(
    bezoek: Bezoek,
    lijst: Lijstnaam,
    formaat: Annotated[Literal["csv", "xlsx"], Query()],
    gemeente: Gemeente = "",
    aanbieder: Aanbieder = "",
) -> Response:
    wie = {"gemeente": gemeente or None, "aanbieder": aanbieder or None, "formaat": formaat}
    params = {naam: waarde for naam, waarde in wie.items() if waarde}
    antwoord = await bezoek.vraag("declaration", "GET", _pad(lijst), params=params)
    return Response(antwoord.content, headers={naam: antwoord.headers[naam] for naam in _BESTANDEN})


def _pad(lijst: str) -> str:
    """Where the API has a list; a name that is none goes no further."""
    if lijst not in LIJSTEN:
        raise Geweigerd(404, {"detail": "Deze lijst bestaat niet."})
    return f"/v1/lijsten/{lijst}"
