"""Prognose beside begroting: what a year will cost, per resultaatgebied, and what room that leaves."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import altair as alt
from fastapi import APIRouter, Response

from services.declaration.cijfers.definities import PROGNOSE
from services.declaration.page import charts, keuzen
from services.declaration.page.bezoek import Bezoek
from services.declaration.page.keuzen import Gekozen
from services.declaration.page.views.verzilvering import DEFINITIES

router = APIRouter()
_BEDRAGEN: Final = ("begroting", "toegewezen", "gedeclareerd", "prognose", "ruimte")
_BALKEN: Final = {"toegewezen": "Toegewezen", "gedeclareerd": "Gedeclareerd", "prognose": "Prognose"}


@router.get("/verzilvering/prognose")
async def prognose(bezoek: Bezoek, gekozen: Gekozen) -> Response:
    query = {"jaar": gekozen.jaar, "gemeente": gekozen.gemeente}
    gevonden = await bezoek.haal("declaration", "/v1/prognose", **query)
    rijen = [rij for rij in gevonden["items"] if _is_iets(rij)]
    per_gebied = opgeteld(rijen)
    return bezoek.toon(
        "prognose.html",
        gekozen=gekozen,
        opties=keuzen.opties(bezoek),
        definities={**DEFINITIES, **{definitie.sleutel: definitie for definitie in PROGNOSE}},
        rijen=rijen,
        totaal=totaal(rijen),
        verborgen=sum(rij["prognose"] is None for rij in rijen),
        zonder_rijp=any(rij["zonderRijpePerioden"] for rij in rijen if rij["toegewezen"]),
        kalender=gevonden["kalender"],
        balken=balken(per_gebied) if per_gebied else None,
    )


def _is_iets(rij: Mapping[str, Any]) -> bool:
    """A resultaatgebied without begroting in which nothing was allocated says nothing."""
    return rij["begroting"] is not None or rij["toegewezen"] != 0 or rij["gedeclareerd"] != 0


def totaal(rijen: Sequence[Mapping[str, Any]]) -> dict[str, int] | None:
    """All rows together, eurocent; None where one is hidden: the begroting of all beside the prognose of some misleads.

    What is not budgeted takes from the room as well.
    """
    if any(rij["prognose"] is None for rij in rijen):
        return None
    begroting, prognose = (sum(rij[naam] or 0 for rij in rijen) for naam in ("begroting", "prognose"))
    return {"begroting": begroting, "prognose": prognose, "ruimte": begroting - prognose}


def opgeteld(rijen: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """{resultaatgebied: the amounts of the gemeenten whose figures are told}; eurocent."""
    samen: dict[str, dict[str, int]] = {}
    for rij in rijen:
        if rij["prognose"] is not None:
            gebied = samen.setdefault(rij["resultaatgebied"] or "onbekend", dict.fromkeys(_BEDRAGEN, 0))
            for naam in _BEDRAGEN:
                gebied[naam] += rij[naam] or 0
    return dict(sorted(samen.items()))


def balken(per_gebied: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Three bars per resultaatgebied, each with its letter above it, and a line across them where the begroting is."""
    rijen = [
        {"gebied": gebied, "wat": naam, "letter": naam[0], "bedrag": bedragen[sleutel] / 100}
        for gebied, bedragen in per_gebied.items()
        for sleutel, naam in _BALKEN.items()
    ]
    grenzen = [{"gebied": gebied, "bedrag": bedragen["begroting"] / 100} for gebied, bedragen in per_gebied.items()]
    return charts.ingevuld(_balken(), rijen=rijen, grenzen=grenzen)


@cache
def _balken() -> dict[str, Any]:
    namen = list(_BALKEN.values())
    x, y = alt.X("gebied:N", title="Resultaatgebied", axis=alt.Axis(labelAngle=0)), alt.Y("bedrag:Q", title="Euro")
    naast = alt.XOffset("wat:N", scale=alt.Scale(domain=namen))
    balk = alt.Chart(charts.naam("rijen")).encode(x=x, y=y, xOffset=naast)
    kleur = alt.Color("wat:N", title=None, scale=alt.Scale(domain=namen), legend=alt.Legend(orient="bottom"))
    tooltip = [alt.Tooltip("gebied:N", title="Resultaatgebied"), alt.Tooltip("wat:N", title="Wat"), "bedrag:Q"]
    vlakken = balk.mark_bar().encode(color=kleur, tooltip=tooltip)
    letters = balk.mark_text(dy=-8, fontSize=12, color="kleur:tekst").encode(text="letter:N")
    streep = alt.Chart(charts.naam("grenzen")).mark_tick(thickness=4, color="kleur:tekst", bandSize=60)
    return charts.specificatie(alt.layer(vlakken, letters, streep.encode(x=x, y=y)).properties(height=charts.HOOGTE))
