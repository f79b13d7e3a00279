"""The endpoints for who changed of trede, and for how the clients of a gemeente are spread over its aanbieders."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.declaration.sturing.api import Dag, Tolerantie
from services.declaration.sturing.blik import Blik, DezeVraag, gebieden, uit_steun
from services.declaration.sturing.modellen import Aanbieders, Overgangen
from services.declaration.sturing.overgangen import samen, wie_per_overgang
from services.declaration.sturing.stand import wie_per_trede
from services.declaration.sturing.stromen import TOLERANTIE_DAGEN, Steun
from services.declaration.sturing.suppression import cellen_voor_regio
from services.kernel import openapi, problems

router = APIRouter(tags=["sturing"])


@router.get(
    "/sturing/overgangen",
    operation_id="getSturingOvergangen",
    summary="Van welke trede naar welke, tussen twee dagen",
    response_model=Overgangen,
    responses=openapi.problems(403),
)
def get_overgangen(
    vraag: DezeVraag,
    van: Annotated[date | None, Query(description="Zonder: het begin van dit jaar.")] = None,
    tot: Annotated[date | None, Query(description="Ten hoogste vandaag.")] = None,
    tolerantie: Tolerantie = TOLERANTIE_DAGEN,
) -> Response:
    """Cliënten van wie de trede in een resultaatgebied hoger of lager werd, aansluitend op de vorige."""
    vandaag = vraag.dienst.vandaag()
    vanaf, tm = van or date(vandaag.year, 1, 1), min(tot or vandaag, vandaag)

    def rijen(blik: Blik, steun: Sequence[Steun]) -> list[dict[str, Any]]:
        per = {waar: wie_per_overgang(eigen, vanaf, tm, tolerantie) for waar, eigen in gebieden(steun).items()}
        if not blik.klein:
            # Whoever changed by moving would be what the gemeenten lack of the region.
            per[None] = samen(wie for waar, wie in per.items() if waar is not None)
        zicht = cellen_voor_regio({waar: wie for waar, wie in per.items() if waar is not None})
        return [
            {
                "gemeente": waar,
                "resultaatgebied": cel[1],
                "van": cel[2],
                "naar": cel[3],
                "richting": "omlaag" if cel[0] else "omhoog",
                "clienten": len(wie[cel]) if blik.klein or zicht[waar].get(cel, False) else None,
            }
            for waar, wie in per.items()
            if blik.ziet(waar)
            for cel in sorted(wie, key=lambda cel: (cel[1], cel[0], cel[2] or 0, cel[3] or 0))
        ]

    return uit_steun(vraag, ("overgangen", vanaf, tm, tolerantie), rijen)


@router.get(
    "/sturing/aanbieders",
    operation_id="getSturingAanbieders",
    summary="Cliënten per aanbieder en trede, op een dag",
    response_model=Aanbieders,
    responses=openapi.problems(403),
)
def get_aanbieders(vraag: DezeVraag, dag: Dag = None) -> Response:
    """Van een gemeente, of voor beheer van alle. De regio ziet geen cijfers van afzonderlijke aanbieders."""
    if vraag.partij.soort == "regio":
        raise problems.niet_namens()
    op = dag or vraag.dienst.vandaag()

    def rijen(blik: Blik, steun: Sequence[Steun]) -> list[dict[str, Any]]:
        return [
            {
                "gemeente": waar,
                "aanbieder": aanbieder,
                "dag": op.isoformat(),
                "resultaatgebied": gebied,
                "trede": trede,
                "rang": rang,
                "clienten": len(wie),
            }
            for waar, eigen in blik.gebieden(steun)
            if waar is not None
            for aanbieder in sorted({een.aanbieder for een in eigen})
            for (gebied, trede, rang), wie in sorted(
                wie_per_trede([een for een in eigen if een.aanbieder == aanbieder], op).items(),
                key=lambda gevonden: gevonden[0][2],
            )
        ]

    return uit_steun(vraag, ("aanbieders", op), rijen)
