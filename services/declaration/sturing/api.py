"""The endpoints for steering: flows of clients, treden, stacking, money per client, and by which rules they count."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from services.declaration import reports
from services.declaration.afspraken.agreements import lees_periodes
from services.declaration.afspraken.api import Gemeente
from services.declaration.report_replies import werk_bij
from services.declaration.reports import Filter
from services.declaration.sturing.definities import REDENEN, TELREGELS
from services.declaration.sturing.feiten import lees_steun, tijdvakken
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
    cellen_voor_regio,
    onverkort,
    stromen_voor_regio,
)
from services.kernel import access, openapi, parties, problems
from services.kernel.http import Beller, DezeDienst, Rapporteur
from services.kernel.parties import Partij
from services.kernel.shared_api import page
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
Verteld = Callable[[Waar, tuple[Any, ...]], bool]

Domein = Annotated[Literal["wmo", "jeugd"], Query(description="Waarover geteld wordt.")]
Dag = Annotated[date | None, Query(ge=_EERSTE_DAG, le=_LAATSTE_DAG, description="Zonder: vandaag.")]
Tolerantie = Annotated[int, Query(ge=0, le=366, description="Dagen onderbreking die geen einde zijn.")]


@dataclass(frozen=True, slots=True)
class Blik:
    """What a reader may see: these gemeenten, and whether the region as a whole; small counts or not."""

    gemeenten: tuple[str, ...]
    regio: bool
    klein: bool

    def ziet(self, waar: Waar) -> bool:
        return self.regio if waar is None else waar in self.gemeenten

    def gebieden(self, steun: Sequence[Steun]) -> Iterator[tuple[Waar, list[Steun]]]:
        """The support of each gemeente seen, and of the region under None."""
        return ((waar, eigen) for waar, eigen in gebieden(steun).items() if self.ziet(waar))


@router.get(
    "/sturing",
    operation_id="getSturing",
    summary="Instroom, doorstroom en uitstroom van cliënten",
    response_model=Stromen,
    responses=openapi.problems(403),
)
def get_sturing(
    request: Request,
    dienst: DezeDienst,
    partij: Rapporteur,
    gemeente: Gemeente = None,
    domein: Domein = "wmo",
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
    werk_bij(request, dienst)
    vandaag = dienst.vandaag()
    with dienst.database.read() as conn:
        tijd = tijdvakken(per, van or date(vandaag.year, 1, 1), min(tot or vandaag, vandaag), lees_periodes(conn))
        if len(tijd) > _MEESTE_TIJDVAKKEN:
            raise problems.ongeldige_invoer(["tot", "van"])
        steun = lees_steun(conn, domein)
        blik = _blik(conn, dienst, partij, gemeente, steun)
    # For the region all gemeenten decide what is told of one, also when it asks for one.
    gevraagd = blik.gebieden(steun) if blik.klein else gebieden(steun).items()
    geteld = {waar: _stromen(waar, eigen, steun, tijd, tolerantie) for waar, eigen in gevraagd}
    zicht = None if blik.klein else stromen_voor_regio(geteld, _SOORTEN)
    rijen = [
        _stroom(waar, stroom, zicht[waar][n] if zicht else onverkort(stroom), tolerantie, vandaag)
        for waar, stromen in geteld.items()
        if blik.ziet(waar)
        for n, stroom in enumerate(stromen)
    ]
    return page(rijen, None)


@router.get(
    "/sturing/treden",
    operation_id="getSturingTreden",
    summary="Cliënten per trede, op een dag",
    response_model=Treden,
    responses=openapi.problems(403),
)
def get_treden(
    request: Request,
    dienst: DezeDienst,
    partij: Rapporteur,
    gemeente: Gemeente = None,
    domein: Domein = "wmo",
    dag: Dag = None,
) -> Response:
    """Op volgorde van rang. Wie twee resultaatgebieden heeft, telt in beide."""
    werk_bij(request, dienst)
    blik, steun = _steun(dienst, partij, gemeente, domein)
    op = dag or dienst.vandaag()
    verteld = _verteld(blik, steun, wie_per_trede, op)
    rijen = [
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
    return page(rijen, None)


@router.get(
    "/sturing/stapeling",
    operation_id="getSturingStapeling",
    summary="Hoeveel resultaatgebieden cliënten tegelijk hebben",
    response_model=Stapelingen,
    responses=openapi.problems(403),
)
def get_stapeling(
    request: Request,
    dienst: DezeDienst,
    partij: Rapporteur,
    gemeente: Gemeente = None,
    domein: Domein = "wmo",
    dag: Dag = None,
    markering: Annotated[
        date | None,
        Query(ge=_EERSTE_DAG + timedelta(days=1), le=_LAATSTE_DAG, description="Ook de dag voor deze datum."),
    ] = None,
) -> Response:
    """Met een markering, zoals de dag waarop een afspraak over stapelen inging: ervoor en erna naast elkaar."""
    werk_bij(request, dienst)
    blik, steun = _steun(dienst, partij, gemeente, domein)
    momenten = {"voor": markering - timedelta(days=1)} if markering else {}
    momenten["na" if markering else "op"] = dag or dienst.vandaag()
    rijen = [
        _stapeling(_verteld(blik, steun, wie_per_aantal, op), waar, eigen, moment, op)
        for waar, eigen in blik.gebieden(steun)
        for moment, op in momenten.items()
    ]
    return page(rijen, None)


@router.get(
    "/sturing/reeks",
    operation_id="getSturingReeks",
    summary="Gemiddeld toegewezen en gedeclareerd per cliënt, als reeks",
    response_model=Reeks,
    responses=openapi.problems(403),
)
def get_reeks(request: Request, dienst: DezeDienst, partij: Rapporteur, gemeente: Gemeente = None) -> Response:
    """Per periode van vier weken; beide gemiddelden over dezelfde cliënten, zoals in `/verzilvering`."""
    werk_bij(request, dienst)
    with dienst.database.read() as conn:
        blik = _blik(conn, dienst, partij, gemeente, lees_steun(conn, "wmo"))
        rijen = [
            _gemiddelden(rij) for groepeer in _groepen(blik) for rij in _verzilvering(conn, dienst, partij, groepeer)
        ]
    return page([rij for rij in rijen if rij["gemeente"] in (None, *blik.gemeenten)], None)


@router.get(
    "/sturing/definities",
    operation_id="getSturingDefinities",
    summary="Hoe er wordt geteld",
    response_model=Definities,
)
def get_definities(partij: Beller) -> Response:
    """De telregels, en wat de redenen van uitstroom betekenen, per domein."""
    return JSONResponse({"telregels": TELREGELS, "redenen": REDENEN})


# --- who sees what ---------------------------------------------------------------------------------------------------


def _steun(dienst: Dienst, partij: Partij, gemeente: str | None, domein: str) -> tuple[Blik, list[Steun]]:
    with dienst.database.read() as conn:
        steun = lees_steun(conn, domein)
        return _blik(conn, dienst, partij, gemeente, steun), steun


def _blik(conn: Connection, dienst: Dienst, partij: Partij, gemeente: str | None, steun: Sequence[Steun]) -> Blik:
    """A gemeente its own, region and operator all; an aanbieder knows a part of a client's support, and counts none."""
    alle = {een.gemeente for een in steun}
    if partij.soort in ("regio", "beheer"):
        gevraagd = alle if gemeente is None else alle & {gemeente}
        return Blik(tuple(sorted(gevraagd)), gemeente is None, partij.soort == "beheer")
    if partij.soort in ("aanbieder", "dienst"):
        raise problems.niet_namens()
    codes = parties.leesbaar_voor(conn, partij, dienst.vandaag()) or frozenset()
    access.eis_gemeente(codes, gemeente)
    return Blik(tuple(sorted(alle & codes & ({gemeente} if gemeente else alle))), False, True)


def gebieden(steun: Sequence[Steun]) -> dict[Waar, list[Steun]]:
    """The support of each gemeente, and of the region as a whole under None."""
    gemeenten = sorted({een.gemeente for een in steun})
    return {**{waar: [een for een in steun if een.gemeente == waar] for waar in gemeenten}, None: list(steun)}


def _verteld(
    blik: Blik,
    steun: Sequence[Steun],
    cellen: Callable[[Iterable[Steun], date], Mapping[tuple[Any, ...], set[str]]],
    op: date,
) -> Verteld:
    """Whether this reader is told the clients in a cell of a gemeente or of the region."""
    if blik.klein:
        return lambda waar, cel: True
    per_gemeente = {waar: cellen(eigen, op) for waar, eigen in gebieden(steun).items() if waar is not None}
    zicht = cellen_voor_regio(per_gemeente)
    return lambda waar, cel: zicht[waar].get(cel, False)


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
    """The average is told when every number behind it is: with the total it would give two that are hidden."""
    gevonden = stapeling(eigen, op)
    clienten = {n: aantal if verteld(waar, (n,)) else None for n, aantal in gevonden.clienten.items()}
    return {
        "gemeente": waar,
        "moment": moment,
        "dag": op.isoformat(),
        "clienten": {str(n): aantal for n, aantal in clienten.items()},
        "totaal": gevonden.totaal if not clienten or verteld(waar, ()) else None,
        "gemiddeld": gevonden.gemiddeld if None not in clienten.values() else None,
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
