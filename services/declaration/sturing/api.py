"""The endpoints for steering: flows of clients, treden, stacking, money per client, and by which rules they count."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from services.declaration import reports
from services.declaration.afspraken.agreements import lees_periodes
from services.declaration.afspraken.api import Gemeente
from services.declaration.onthouden import onthoud, van_toewijzingen
from services.declaration.readers import kijkt
from services.declaration.report_replies import werk_bij
from services.declaration.reports import Filter
from services.declaration.sturing.blik import (
    Blik,
    DezeVraag,
    Verteld,
    alle_steun,
    eis_lezer,
    gebieden,
    kijk,
    uit_steun,
    verteld_aan,
)
from services.declaration.sturing.definities import REDENEN, TELREGELS
from services.declaration.sturing.feiten import tijdvakken
from services.declaration.sturing.modellen import Definities, Reeks, Stapelingen, Stromen, Treden
from services.declaration.sturing.stand import stapeling, treden, wie_per_aantal, wie_per_trede
from services.declaration.sturing.stromen import (
    AANBIEDERWISSEL,
    GEBIED_ERAF,
    GEBIED_ERBIJ,
    INSTROOM,
    TOLERANTIE_DAGEN,
    TREDE_OMHOOG,
    TREDE_OMLAAG,
    UITSTROOM,
    VERHUISD_IN,
    VERHUISD_UIT,
    Steun,
    Stroom,
    Tijdvak,
    tel,
    trajecten,
    verhuizingen,
    voorvallen,
)
from services.declaration.sturing.suppression import (
    VERLOOP,
    Waar,
    Zicht,
    onverkort,
    stromen_voor_regio,
)
from services.kernel import openapi, problems
from services.kernel.http import Beller, DezeDienst, Rapporteur
from services.kernel.shared_api import page
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

router = APIRouter(tags=["sturing"])
_MEESTE_TIJDVAKKEN = 120
_EERSTE_DAG = date(2000, 1, 1)
_LAATSTE_DAG = date(2199, 12, 31)
_STROMEN = (
    *(INSTROOM, VERHUISD_IN, UITSTROOM, VERHUISD_UIT, TREDE_OMHOOG, TREDE_OMLAAG),
    *(GEBIED_ERBIJ, GEBIED_ERAF, AANBIEDERWISSEL),
)
# What is told by itself; the others with each other.
_SOORTEN = tuple(soort for soort in _STROMEN if soort not in VERLOOP)

Dag = Annotated[date | None, Query(ge=_EERSTE_DAG, le=_LAATSTE_DAG, description="Zonder: vandaag.")]
Tolerantie = Annotated[int, Query(ge=0, le=366, description="Dagen onderbreking die geen einde zijn.")]


@router.get(
    "/sturing",
    operation_id="getSturing",
    summary="Instroom, doorstroom en uitstroom van cliënten",
    response_model=Stromen,
    responses=openapi.problems(403),
)
def get_sturing(
    vraag: DezeVraag,
    per: Annotated[Literal["maand", "kwartaal", "periode", "jaar"], Query(description="Lengte van een tijdvak.")] = (
        "kwartaal"
    ),
    van: Annotated[
        date | None, Query(ge=_EERSTE_DAG, le=_LAATSTE_DAG, description="Zonder: het begin van dit jaar.")
    ] = None,
    tot: Annotated[date | None, Query(ge=_EERSTE_DAG, le=_LAATSTE_DAG, description="Ten hoogste vandaag.")] = None,
    tolerantie: Tolerantie = TOLERANTIE_DAGEN,
) -> Response:
    """Een rij per gemeente en tijdvak; voor regio en beheer ook een voor de hele regio (gemeente null), waarvoor
    verhuizen geen stroom is. Een gemeente ziet haar eigen rijen. `/sturing/definities` zegt hoe er wordt geteld.
    """
    eis_lezer(vraag.partij)
    werk_bij(vraag.request, vraag.dienst)
    vandaag = vraag.dienst.vandaag()
    with vraag.dienst.database.read() as conn:
        tijd = tijdvakken(per, van or date(vandaag.year, 1, 1), min(tot or vandaag, vandaag), lees_periodes(conn))
        if len(tijd) > _MEESTE_TIJDVAKKEN:
            raise problems.ongeldige_invoer(["tot", "van"])

        def tel_op() -> list[dict[str, Any]]:
            steun = alle_steun(conn, vraag.domein)
            blik = kijk(conn, vraag.dienst, vraag.partij, vraag.gemeente, steun)
            return _stroomrijen(blik, steun, tijd, tolerantie, vandaag)

        wat = "sturing", vraag.gemeente, vraag.domein, tuple(tijd), tolerantie
        return page(onthoud(conn, (*wat, kijkt(conn, vraag.partij, vandaag)), tel_op, van_toewijzingen), None)


def _stroomrijen(
    blik: Blik, steun: Sequence[Steun], tijd: Sequence[Tijdvak], tolerantie: int, vandaag: date
) -> list[dict[str, Any]]:
    """For the region all gemeenten decide what is told of one, also when it asks for one."""
    gevraagd = blik.gebieden(steun) if blik.klein else gebieden(steun).items()
    geteld = {waar: _stromen(waar, eigen, steun, tijd, tolerantie) for waar, eigen in gevraagd}
    zicht = None if blik.klein else stromen_voor_regio(geteld, _SOORTEN)
    return [
        _stroom(waar, stroom, zicht[waar][n] if zicht else onverkort(stroom), tolerantie, vandaag)
        for waar, stromen in geteld.items()
        if blik.ziet(waar)
        for n, stroom in enumerate(stromen)
    ]


@router.get(
    "/sturing/treden",
    operation_id="getSturingTreden",
    summary="Cliënten per trede, op een dag",
    response_model=Treden,
    responses=openapi.problems(403),
)
def get_treden(vraag: DezeVraag, dag: Dag = None) -> Response:
    """Op volgorde van rang. Wie twee resultaatgebieden heeft, telt in beide."""
    op = dag or vraag.dienst.vandaag()

    def rijen(blik: Blik, steun: Sequence[Steun]) -> list[dict[str, Any]]:
        verteld = verteld_aan(blik, steun, wie_per_trede, op)
        return [
            {
                "gemeente": waar,
                "dag": op.isoformat(),
                "resultaatgebied": trede.gebied,
                "trede": trede.trede,
                "rang": trede.rang,
                "clienten": trede.clienten if verteld(waar, (trede.gebied, trede.trede, trede.rang)) else None,
            }
            for waar, eigen in blik.gebieden(steun)
            for trede in treden(eigen, op)
        ]

    return uit_steun(vraag, ("treden", op), rijen)


@router.get(
    "/sturing/stapeling",
    operation_id="getSturingStapeling",
    summary="Hoeveel resultaatgebieden cliënten tegelijk hebben",
    response_model=Stapelingen,
    responses=openapi.problems(403),
)
def get_stapeling(
    vraag: DezeVraag,
    dag: Dag = None,
    markering: Annotated[
        date | None,
        Query(ge=_EERSTE_DAG + timedelta(days=1), le=_LAATSTE_DAG, description="Ook de dag voor deze datum."),
    ] = None,
) -> Response:
    """Met een markering, zoals de dag waarop een afspraak over stapelen inging: ervoor en erna naast elkaar."""
    momenten = {"voor": markering - timedelta(days=1)} if markering else {}
    momenten["na" if markering else "op"] = dag or vraag.dienst.vandaag()

    def rijen(blik: Blik, steun: Sequence[Steun]) -> list[dict[str, Any]]:
        return [
            _stapeling(verteld_aan(blik, steun, wie_per_aantal, op), waar, eigen, moment, op)
            for waar, eigen in blik.gebieden(steun)
            for moment, op in momenten.items()
        ]

    return uit_steun(vraag, ("stapeling", *momenten.items()), rijen)


@router.get(
    "/sturing/reeks",
    operation_id="getSturingReeks",
    summary="Gemiddeld toegewezen en gedeclareerd per cliënt, als reeks",
    response_model=Reeks,
    responses=openapi.problems(403),
)
def get_reeks(request: Request, dienst: DezeDienst, partij: Rapporteur, gemeente: Gemeente = None) -> Response:
    """Per periode van vier weken; beide gemiddelden over dezelfde cliënten, zoals in `/verzilvering`."""
    eis_lezer(partij)
    werk_bij(request, dienst)
    with dienst.database.read() as conn:

        def tel_op() -> list[dict[str, Any]]:
            blik = kijk(conn, dienst, partij, gemeente, alle_steun(conn, "wmo"))
            groepen = (rij for groepeer in _groepen(blik) for rij in _verzilvering(conn, dienst, partij, groepeer))
            return [_gemiddelden(rij) for rij in groepen if rij["gemeente"] in (None, *blik.gemeenten)]

        vraag = "reeks", gemeente, kijkt(conn, partij, dienst.vandaag())
        return page(onthoud(conn, vraag, tel_op), None)


@router.get(
    "/sturing/definities",
    operation_id="getSturingDefinities",
    summary="Hoe er wordt geteld",
    response_model=Definities,
)
def get_definities(partij: Beller) -> Response:
    """De telregels, en wat de redenen van uitstroom betekenen, per domein."""
    return JSONResponse({"telregels": TELREGELS, "redenen": REDENEN})


# --- rows ------------------------------------------------------------------------------------------------------------


def _stromen(
    waar: str | None, eigen: Sequence[Steun], steun: Sequence[Steun], tijd: Sequence[Tijdvak], tolerantie: int
) -> list[Stroom]:
    gevonden = list(voorvallen(eigen, tolerantie))
    if waar is not None:
        elders = [een for een in steun if een.gemeente != waar]
        gevonden += verhuizingen(eigen, elders, tolerantie)
    return tel(gevonden, trajecten(eigen, tolerantie), tijd)


def _stroom(waar: Waar, stroom: Stroom, zicht: Zicht, tolerantie: int, vandaag: date) -> dict[str, Any]:
    tijdvak = stroom.tijdvak
    return {
        "gemeente": waar,
        "tijdvak": tijdvak.label,
        "begin": tijdvak.begin.isoformat(),
        "eind": tijdvak.eind.isoformat(),
        "standBegin": zicht.stand_begin,
        **{naam: zicht.aantallen.get(naam, 0) for naam in _STROMEN},
        "redenen": dict(sorted(zicht.redenen.items())),
        "standEind": zicht.stand_eind,
        "voorlopig": tijdvak.eind + timedelta(days=tolerantie) >= vandaag,
    }


def _stapeling(verteld: Verteld, waar: Waar, eigen: Sequence[Steun], moment: str, op: date) -> dict[str, Any]:
    """A number that is hidden is not there at all: that it is there would say that there is such a client.

    The average is told when every number behind it is: with the total it would give two that are hidden.
    """
    gevonden = stapeling(eigen, op)
    clienten = {n: aantal for n, aantal in gevonden.clienten.items() if verteld(waar, (n,))}
    return {
        "gemeente": waar,
        "moment": moment,
        "dag": op.isoformat(),
        "clienten": {str(n): aantal for n, aantal in clienten.items()},
        "totaal": gevonden.totaal if not gevonden.clienten or verteld(waar, ()) else None,
        "gemiddeld": gevonden.gemiddeld if len(clienten) == len(gevonden.clienten) else None,
    }


def _groepen(blik: Blik) -> list[list[str]]:
    return [["gemeente", "periode"], *([["periode"]] if blik.regio else [])]


def _verzilvering(
    conn: Connection, dienst: Dienst, partij: Partij, groepeer: Sequence[str]
) -> Sequence[Mapping[str, Any]]:
    return reports.verzilvering(conn, groepeer, Filter(), None, dienst.vandaag(), partij)


def _gemiddelden(rij: Mapping[str, Any]) -> dict[str, Any]:
    namen = ("gemeente", "periode", "clienten", "gemiddeldToegewezen", "gemiddeldGedeclareerd", "rijpheid")
    return {naam: rij[naam] for naam in namen}
