"""Verzilvering: which part of what was promised is used."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
from fastapi import APIRouter, Response

from services.declaration.page import charts
from services.declaration.page.bezoek import Bezoek

router = APIRouter()


@router.get("/verzilvering")
async def verzilvering(bezoek: Bezoek) -> Response:
    rijen = (await bezoek.haal("declaration", "/v1/verzilvering", groepeer="periode"))["items"]
    return bezoek.toon("verzilvering.html", rijen=rijen, lijn=_lijn(rijen))


def _lijn(rijen: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The percentage per period; one that is provisional has an open point."""
    base = alt.Chart(charts.gegevens(rijen)).encode(
        x=alt.X("periode:O", title="Periode"),
        y=alt.Y("percentage:Q", title="Verzilvering (%)", scale=alt.Scale(zero=False)),
        tooltip=[alt.Tooltip("periode:N", title="Periode"), alt.Tooltip("percentage:Q", title="Verzilvering (%)")],
    )
    punten = base.mark_point(size=90, filled=False, strokeWidth=2, color="kleur:reeks-1").encode(
        fill=alt.condition("datum.rijpheid == 'voorlopig'", alt.value("kleur:vlak"), alt.value("kleur:reeks-1"))
    )
    return charts.specificatie((base.mark_line(color="kleur:reeks-1") + punten).properties(height=charts.HOOGTE))
