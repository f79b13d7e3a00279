"""How clients are spread on a day: over treden, gemeenten and aanbieders, and how many areas they have at once."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Response

from services.declaration.page import keuzen
from services.declaration.page.bezoek import Bezoek
from services.declaration.page.views.sturing import DOMEINEN, Gevraagd, laatste_dag
from services.declaration.sturing.definities import TELREGELS

router = APIRouter()
Cellen = dict[tuple[str, int | None], int | None]


@router.get("/sturing/verdeling")
async def verdeling(bezoek: Bezoek, gevraagd: Gevraagd) -> Response:
    dag = laatste_dag(bezoek, gevraagd)
    query = {"domein": gevraagd.domein, "gemeente": gevraagd.gemeente, "dag": dag.isoformat()}
    vragen = [bezoek.haal("declaration", f"/v1/sturing/{wat}", **query) for wat in ("treden", "stapeling")]
    # Of single aanbieders the region sees nothing.
    if bezoek.soort != "regio":
        vragen.append(bezoek.haal("declaration", "/v1/sturing/aanbieders", **query))
    treden, stapeling, *rest = (gevonden["items"] for gevonden in await asyncio.gather(*vragen))
    aanbieders = rest[0] if rest else []
    return bezoek.toon(
        "verdeling.html",
        gevraagd=gevraagd,
        opties={"domeinen": DOMEINEN, "gemeenten": keuzen.gemeenten(bezoek)},
        dag=dag,
        kolommen=kolommen(treden),
        alle_treden=sorted({rij["trede"] for rij in treden}, key=lambda trede: (trede is None, trede or 0)),
        treden=per_plek(treden, "gemeente"),
        aanbieders=per_plek(aanbieders, "aanbieder") if len({rij["gemeente"] for rij in aanbieders}) == 1 else {},
        stapeling=[rij for rij in stapeling if rij["totaal"] != 0],
        aantallen=sorted({aantal for rij in stapeling for aantal in rij["clienten"]}, key=int),
        telregels=TELREGELS,
    )


def kolommen(rijen: Iterable[Mapping[str, Any]]) -> dict[str, list[int | None]]:
    """{resultaatgebied: its treden, by rank}."""
    gevonden: dict[str, dict[int | None, int]] = {}
    for rij in rijen:
        gevonden.setdefault(rij["resultaatgebied"], {})[rij["trede"]] = rij["rang"]
    return {gebied: sorted(treden, key=treden.__getitem__) for gebied, treden in sorted(gevonden.items())}


def per_plek(rijen: Sequence[Mapping[str, Any]], sleutel: str) -> dict[str | None, Cellen]:
    """{gemeente or aanbieder: its cells}; the region as a whole, None, last."""
    gevonden: dict[str | None, Cellen] = {}
    for rij in sorted(rijen, key=lambda rij: (rij[sleutel] is None, rij[sleutel] or "")):
        gevonden.setdefault(rij[sleutel], {})[rij["resultaatgebied"], rij["trede"]] = rij["clienten"]
    return gevonden
