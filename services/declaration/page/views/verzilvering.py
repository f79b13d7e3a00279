"""Verzilvering: which part of what was promised is used, per period, resultaatgebied and trede; and as files."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import altair as alt
from fastapi import APIRouter, Query, Response

from services.declaration.cijfers.definities import CIJFERS
from services.declaration.page import charts, keuzen, weergave
from services.declaration.page.bezoek import Bezoek, Visite
from services.declaration.page.keuzen import Gekozen, Keuze

router = APIRouter()
Rij = Mapping[str, Any]

_PAD: Final = "/v1/verzilvering"
DEFINITIES: Final = {definitie.sleutel: definitie for definitie in CIJFERS}
# The tables of the view, by what the figures in them are grouped by; each is also a file.
GROEPEN: Final = {
    "perioden": "periode",
    "gemeenten": "gemeente,periode",
    "heet": "resultaatgebied,trede",
    "gebieden": "resultaatgebied",
    "regio": "gemeente",
}
# From this percentage up a cell is this dark.
TRAPPEN: Final = (
    (1, 0, "minder dan 60 %"),
    (2, 60, "60 tot 75 %"),
    (3, 75, "75 tot 85 %"),
    (4, 85, "85 tot 95 %"),
    (5, 95, "95 % of meer"),
)
_VORMEN: Final = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
_STREEP: Final = (6, 4)


@router.get("/verzilvering")
async def verzilvering(bezoek: Bezoek, gekozen: Gekozen) -> Response:
    vergelijkt = bezoek.soort in keuzen.MEER_GEMEENTEN and not gekozen.gemeente
    namen = ["", "periode", "resultaatgebied,trede", "resultaatgebied"]
    if vergelijkt:
        namen += ["gemeente,periode", "gemeente"]
    totaal, perioden, heet, gebieden, *apart = await asyncio.gather(*(_rijen(bezoek, gekozen, naam) for naam in namen))
    per_gemeente, gemeenten = apart or ([], [])
    return bezoek.toon(
        "verzilvering.html",
        gekozen=gekozen,
        opties=keuzen.opties(bezoek),
        definities=DEFINITIES,
        totaal=totaal[0] if totaal else None,
        perioden=perioden,
        gemeenten=gemeenten,
        naast_elkaar=_naast_elkaar(per_gemeente, [rij["gemeente"] for rij in gemeenten]),
        gebieden=gebieden,
        heet=heet_van(heet),
        trappen=TRAPPEN,
        lijn=lijn(bezoek, [*per_gemeente, *perioden]) if perioden else None,
        # The region sees no single toewijzingen, and what was known then is not kept one by one.
        doorklik=bezoek.soort != "regio" and not gekozen.peildatum,
    )


@router.get("/verzilvering/bestand")
async def bestand(
    bezoek: Bezoek,
    gekozen: Gekozen,
    wat: Annotated[str, Query(pattern=f"^({'|'.join(GROEPEN)})$")],
    formaat: Annotated[Literal["csv", "xlsx"], Query()],
) -> Response:
    """A table of the view as a file: the API's own, passed on."""
    return await doorgegeven(bezoek, _PAD, {**gekozen.query, "groepeer": GROEPEN[wat], "formaat": formaat})


async def doorgegeven(bezoek: Visite, pad: str, query: Mapping[str, Any]) -> Response:
    """The file that the API makes, with its own headers."""
    gemaakt = await bezoek.vraag("declaration", "GET", pad, params=dict(query))
    bewaard = {naam: gemaakt.headers[naam] for naam in ("content-type", "content-disposition")}
    return Response(gemaakt.content, headers=bewaard)


async def _rijen(bezoek: Visite, gekozen: Keuze, groepeer: str) -> Sequence[Rij]:
    # An empty parameter is left out, and then the API groups by gemeente.
    query = {**gekozen.query, "groepeer": groepeer or " "}
    rijen: Sequence[Rij] = (await bezoek.haal("declaration", _PAD, **query))["items"]
    return rijen


def _naast_elkaar(rijen: Sequence[Rij], gemeenten: Sequence[str]) -> Mapping[str, Sequence[Rij | None]]:
    """{period: the rows of the gemeenten in their order}."""
    gevonden = {(rij["periode"], rij["gemeente"]): rij for rij in rijen}
    perioden = sorted({rij["periode"] for rij in rijen})
    return {periode: [gevonden.get((periode, gemeente)) for gemeente in gemeenten] for periode in perioden}


# --- resultaatgebied by trede ----------------------------------------------------------------------------------------


def heet_van(rijen: Sequence[Rij]) -> Mapping[str, Any]:
    """The table of resultaatgebieden by treden: its columns, and per resultaatgebied a row with its shade, or None."""
    treden = sorted({rij["trede"] for rij in rijen}, key=lambda trede: (trede is None, trede or 0))
    cellen = {(rij["resultaatgebied"], rij["trede"]): {**rij, "trap": trap_van(rij["percentage"])} for rij in rijen}
    gebieden = dict.fromkeys(rij["resultaatgebied"] for rij in rijen)
    return {
        "treden": treden,
        "rijen": {gebied: [cellen.get((gebied, trede)) for trede in treden] for gebied in gebieden},
    }


def trap_van(percentage: float | None) -> int:
    """How dark a cell is, from 1 to 5; 0 without a percentage."""
    if percentage is None:
        return 0
    return max((trap for trap, vanaf, _ in TRAPPEN if percentage >= vanaf), default=1)


# --- the line --------------------------------------------------------------------------------------------------------


def lijn(bezoek: Visite, rijen: Sequence[Rij]) -> dict[str, Any]:
    """The percentage per period, a line for each gemeente and for all together: each with a colour and a shape.

    A point that is provisional is open, and the line to it broken.
    """
    punten = [punt for punt in (_punt(bezoek, rij) for rij in rijen) if punt["percentage"] is not None]
    reeksen = tuple(dict.fromkeys(punt["reeks"] for punt in punten))
    vast = [punt for punt in punten if not punt["voorlopig"]]
    return charts.ingevuld(_lijn(reeksen), vast=vast, los=_staart(punten), punten=punten)


@lru_cache
def _lijn(reeksen: Sequence[str]) -> dict[str, Any]:
    basis = {
        "x": alt.X("periode:O", title="Periode", axis=alt.Axis(labelAngle=0)),
        "y": alt.Y("percentage:Q", title="Verzilvering (%)", scale=alt.Scale(zero=False)),
        "color": alt.Color("reeks:N", title=None, scale=alt.Scale(domain=reeksen), legend=_legenda(reeksen)),
        "tooltip": [
            alt.Tooltip("reeks:N", title="Wie"),
            alt.Tooltip("periode:N", title="Periode"),
            alt.Tooltip("percentage:Q", title="Verzilvering (%)"),
            alt.Tooltip("rijpheid:N", title="Stand"),
        ],
    }
    vast = alt.Chart(charts.naam("vast")).mark_line(strokeWidth=2)
    los = alt.Chart(charts.naam("los")).mark_line(strokeWidth=2, strokeDash=list(_STREEP))
    stippen = alt.Chart(charts.naam("punten")).mark_point(size=70, strokeWidth=2)
    vorm = alt.Shape(
        "reeks:N", title=None, scale=alt.Scale(domain=reeksen, range=list(_VORMEN)), legend=_legenda(reeksen)
    )
    # A filled shape takes the colour of its series; one that is provisional stays empty.
    vol = alt.condition("datum.voorlopig", alt.value(0), alt.value(1))
    lagen = (vast.encode(**basis), los.encode(**basis), stippen.encode(**basis, shape=vorm))
    gevuld = alt.Chart(charts.naam("punten")).mark_point(size=70, filled=True)
    return charts.specificatie(
        alt.layer(*lagen, gevuld.encode(**basis, shape=vorm, opacity=vol)).properties(height=charts.HOOGTE)
    )


def _legenda(reeksen: Sequence[str]) -> Any:
    return alt.Legend(orient="bottom", columns=3, labelLimit=0) if len(reeksen) > 1 else None


def _punt(bezoek: Visite, rij: Rij) -> dict[str, Any]:
    waar = rij["gemeente"]
    return {
        "reeks": weergave.kort(bezoek.namen.get(waar, waar)) if waar else "Alles samen",
        "periode": rij["periode"][-3:],
        "percentage": rij["percentage"],
        "rijpheid": rij["rijpheid"],
        "voorlopig": rij["rijpheid"] == "voorlopig",
    }


def _staart(punten: Sequence[Rij]) -> list[Rij]:
    """Of each line what is provisional, from the point before it on."""
    gevonden: list[Rij] = []
    for vorige, punt in zip([None, *punten], punten, strict=False):
        if punt["voorlopig"]:
            zelfde = vorige is not None and vorige["reeks"] == punt["reeks"]
            gevonden += [vorige] if vorige is not None and zelfde and not vorige["voorlopig"] else []
            gevonden.append(punt)
    return gevonden
