"""Lijsten: what somebody must look at, how many there are of each, and what to do about it."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query, Response

from services.declaration.lijsten.soorten import HERSTEL, LIJSTEN, TERMIJNEN
from services.declaration.page import kiezen, weergave
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
    werk = () if bezoek.soort == "regio" else (_herstel(bezoek, wie), _termijnen(bezoek))
    lijsten, *eigen = await asyncio.gather(bezoek.haal("declaration", "/v1/lijsten", met="aantal", **wie), *werk)
    rijen = [
        {
            **kop,
            "aantal": weergave.aantal(kop["aantal"]),
            "bij": _verborgen(kop["verborgen"]),
            "pad": kiezen.adres(f"/lijsten/{kop['lijst']}", **wie),
        }
        for kop in lijsten["items"]
    ]
    return bezoek.toon(
        "lijsten.html",
        # What there is something to do about comes first.
        rijen=sorted([*eigen, *rijen], key=lambda rij: (rij["aantal"], rij["bij"]) == ("0", "")),
        wie=wie,
        gemeenten=kiezen.partijen(bezoek, "gemeente"),
        aanbieders=kiezen.partijen(bezoek, "aanbieder"),
    )


def _verborgen(gemeenten: int) -> str:
    """Of how many gemeenten it is not told how many cases they have."""
    if not gemeenten:
        return ""
    return f"niet getoond: {gemeenten} {'gemeente' if gemeenten == 1 else 'gemeenten'} met minder dan vijf cliënten"


async def _herstel(bezoek: Visite, wie: Mapping[str, str]) -> dict[str, Any]:
    regels = await lees_te_doen(bezoek, wie["gemeente"], wie["aanbieder"])
    pad = kiezen.adres("/lijsten/herstel", **wie)
    return _kop(HERSTEL.titel, HERSTEL.definitie, HERSTEL.wat_te_doen, len(regels), "", pad)


async def _termijnen(bezoek: Visite) -> dict[str, Any]:
    rijen, weg = await lees_termijnen(bezoek, ["te_laat", "vandaag", "open"])
    te_laat = sum(rij["status"] == "te_laat" for rij in rijen)
    erbij = [f"{te_laat} te laat"] if te_laat else []
    erbij += [f"zonder {' en '.join(weg)}"] if weg else []
    bij = ", ".join(erbij)
    return _kop(TERMIJNEN.titel, TERMIJNEN.definitie, TERMIJNEN.wat_te_doen, len(rijen), bij, "/lijsten/termijnen")


def _kop(titel: str, definitie: str, wat_te_doen: str, aantal: int, bij: str, pad: str) -> dict[str, Any]:
    kop = {"titel": titel, "definitie": definitie, "watTeDoen": wat_te_doen, "pad": pad}
    return {**kop, "aantal": weergave.aantal(aantal), "bij": bij}


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
