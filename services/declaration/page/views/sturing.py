"""Sturing: how many clients came, went and changed in each stretch of time, and from which trede to which."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any, Final

import altair as alt
from fastapi import APIRouter, Depends, Query, Response

from services.declaration.page import charts, keuzen, weergave
from services.declaration.page.bezoek import Bezoek, Visite
from services.declaration.sturing.definities import REDENEN, TELREGELS

router = APIRouter()
DOMEINEN: Final = tuple(weergave.WETTEN.items())
PER: Final = (("maand", "Maand"), ("periode", "Periode van vier weken"), ("kwartaal", "Kwartaal"), ("jaar", "Jaar"))
# What a person reads above a column.
NAMEN: Final = {
    "standBegin": "Begin",
    "instroom": "Instroom",
    "uitstroom": "Uitstroom",
    "standEind": "Eind",
    "verhuisdIn": "Verhuisd hierheen",
    "verhuisdUit": "Verhuisd hiervandaan",
    "tredeOmhoog": "Trede omhoog",
    "tredeOmlaag": "Trede omlaag",
    "gebiedErbij": "Gebied erbij",
    "gebiedEraf": "Gebied eraf",
    "aanbiederwissel": "Andere aanbieder",
}
VERLOOP: Final = ("standBegin", "instroom", "uitstroom", "standEind")
DOORSTROOM: Final = ("tredeOmhoog", "tredeOmlaag", "gebiedErbij", "gebiedEraf", "aanbiederwissel")
VERHUISD: Final = ("verhuisdIn", "verhuisdUit")


@dataclass(frozen=True, slots=True)
class Vraag:
    """What a visitor chose to see; an empty text asks nothing."""

    domein: str
    per: str
    van: str
    tot: str
    tolerantie: str = ""
    gemeente: str = ""

    @property
    def query(self) -> dict[str, str]:
        return {naam: waarde for naam, waarde in asdict(self).items() if waarde}


def vraag(
    bezoek: Bezoek,
    domein: Annotated[str, Query(pattern="^(wmo|jeugd)?$")] = "",
    per: Annotated[str, Query(max_length=10)] = "",
    van: Annotated[str, Query(max_length=10)] = "",
    tot: Annotated[str, Query(max_length=10)] = "",
    tolerantie: Annotated[str, Query(max_length=3)] = "",
    gemeente: Annotated[str, Query(max_length=4)] = "",
) -> Vraag:
    """What the address asks; without days: the last year of which something is ripe, as the verzilvering shows."""
    jaar = keuzen.jongste_jaar(bezoek)
    return Vraag(domein or "wmo", per or "maand", van or f"{jaar}-01-01", tot or f"{jaar}-12-31", tolerantie, gemeente)


Gevraagd = Annotated[Vraag, Depends(vraag)]


@router.get("/sturing")
async def sturing(bezoek: Bezoek, gevraagd: Gevraagd) -> Response:
    wie = {naam: waarde for naam, waarde in gevraagd.query.items() if naam != "per"}
    stromen, overgangen = await asyncio.gather(
        bezoek.haal("declaration", "/v1/sturing", **gevraagd.query),
        bezoek.haal("declaration", "/v1/sturing/overgangen", **wie),
    )
    rijen = stromen["items"]
    hoofd = hoofdrijen(rijen)
    return bezoek.toon(
        "sturing.html",
        gevraagd=gevraagd,
        opties={"domeinen": DOMEINEN, "per": PER, "gemeenten": keuzen.gemeenten(bezoek)},
        namen=NAMEN,
        telregels=TELREGELS,
        redenen=REDENEN[gevraagd.domein],
        # Moving inside the region is a flow of a gemeente only.
        kolommen=(*VERLOOP, *(VERHUISD if hoofd and hoofd[0]["gemeente"] else ()), *DOORSTROOM),
        hoofd=hoofd,
        samen=samen(hoofd),
        per_gemeente=[(waar, samen(groep)) for waar, groep in per_gemeente(rijen)],
        waarom=_redenen(hoofd),
        matrix=matrices(overgangen["items"], hoofd[0]["gemeente"] if hoofd else None),
        balken=balken(hoofd) if any(rij["instroom"] is not None for rij in hoofd) else None,
    )


def hoofdrijen(rijen: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows of the region as a whole where it is among them, else those of the one gemeente."""
    regio = [rij for rij in rijen if rij["gemeente"] is None]
    return regio or [rij for rij in rijen if rij["gemeente"] == rijen[0]["gemeente"]]


def per_gemeente(rijen: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """The rows of each gemeente, where there are several."""
    groepen: dict[str, list[Mapping[str, Any]]] = {}
    for rij in rijen:
        if rij["gemeente"] is not None:
            groepen.setdefault(rij["gemeente"], []).append(rij)
    return list(groepen.items()) if len(groepen) > 1 else []


def samen(rijen: Sequence[Mapping[str, Any]]) -> dict[str, int | None]:
    """Over all stretches: flows added up, None where one of them is hidden; the first and the last stand."""
    if not rijen:
        return {}
    opgeteld = {naam: _som([rij[naam] for rij in rijen]) for naam in NAMEN}
    return opgeteld | {"standBegin": rijen[0]["standBegin"], "standEind": rijen[-1]["standEind"]}


def _som(aantallen: Sequence[int | None]) -> int | None:
    bekend = [aantal for aantal in aantallen if aantal is not None]
    return sum(bekend) if len(bekend) == len(aantallen) else None


def _redenen(rijen: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Why clients left, most of them first."""
    geteld: dict[str, int] = {}
    for rij in rijen:
        for reden, aantal in rij["redenen"].items():
            geteld[reden] = geteld.get(reden, 0) + aantal
    return dict(sorted(geteld.items(), key=lambda gevonden: -gevonden[1]))


def matrices(rijen: Iterable[Mapping[str, Any]], waar: str | None) -> dict[str, dict[str, Any]]:
    """Per resultaatgebied the changes as a table: from which trede (rows) to which (columns)."""
    gevonden: dict[str, dict[tuple[int | None, int | None], Mapping[str, Any]]] = {}
    for rij in rijen:
        if rij["gemeente"] == waar:
            gevonden.setdefault(rij["resultaatgebied"], {})[rij["van"], rij["naar"]] = rij
    return {gebied: {"treden": _treden(cellen), "cellen": cellen} for gebied, cellen in sorted(gevonden.items())}


def _treden(cellen: Iterable[tuple[int | None, int | None]]) -> list[int | None]:
    return sorted({trede for paar in cellen for trede in paar}, key=lambda trede: (trede is None, trede or 0))


def balken(rijen: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Who came above the line, who went below it; where they stand tells them apart as well as their colour."""
    waarden = [
        {
            "tijdvak": weergave.maand(rij["tijdvak"]),
            "wat": NAMEN[soort],
            "aantal": teken * rij[soort],
            "clienten": rij[soort],
        }
        for rij in rijen
        for soort, teken in (("instroom", 1), ("uitstroom", -1))
        if rij[soort] is not None
    ]
    namen = [NAMEN["instroom"], NAMEN["uitstroom"]]
    tijdvakken = [weergave.maand(rij["tijdvak"]) for rij in rijen]
    chart = (
        alt.Chart(charts.gegevens(waarden))
        .mark_bar()
        .encode(
            # Also those of which nothing is told.
            x=alt.X("tijdvak:O", title=None, axis=alt.Axis(labelAngle=-45), scale=alt.Scale(domain=tijdvakken)),
            y=alt.Y("aantal:Q", title="Cliënten: erbij boven, eraf onder"),
            color=alt.Color("wat:N", title=None, scale=alt.Scale(domain=namen), legend=alt.Legend(orient="bottom")),
            tooltip=[
                alt.Tooltip("tijdvak:N", title="Tijdvak"),
                alt.Tooltip("wat:N", title="Wat"),
                alt.Tooltip("clienten:Q", title="Cliënten"),
            ],
        )
    )
    return charts.specificatie(chart.properties(height=charts.HOOGTE))


def laatste_dag(bezoek: Visite, gevraagd: Vraag) -> date:
    """The last day asked for, today at most: of what there is on a day."""
    try:
        return min(date.fromisoformat(gevraagd.tot), keuzen.vandaag(bezoek))
    except ValueError:
        return keuzen.vandaag(bezoek)
