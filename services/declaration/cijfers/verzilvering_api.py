"""The endpoints of the verzilvering: its rows in JSON, CSV or XLSX, the closing of a period, the exception lists."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.declaration import reports
from services.declaration.afspraken.api import Aanbieder, Gemeente, Periode
from services.declaration.cijfers.closings import Afsluiting, NietAfTeSluiten, lees_afsluitingen, sluit
from services.declaration.cijfers.definities import definitie_van
from services.declaration.onthouden import onthoud
from services.declaration.readers import eis_totalen, kijkt
from services.declaration.report_replies import BESTANDEN, Vorm, bestand, gevraagd_formaat, werk_bij
from services.declaration.reports import MET, Filter
from services.declaration.spreadsheets import Kolom, Soort
from services.declaration.verzilvering import ALLE_GROEPEN, EXTRA_GROEPEN, GROEPEN
from services.kernel import openapi, problems
from services.kernel.http import Beller, DezeDienst, Rapporteur, Zender
from services.kernel.problems import Probleem
from services.kernel.receiving import json_body
from services.kernel.shared_api import page
from services.kernel.toegang import access
from services.kernel.toegang.parties import Partij

router = APIRouter()
_LAATSTE_DAG = date(9999, 12, 30)

Groepeer = Annotated[
    str,
    Query(
        max_length=80,
        description=f"Een of meer van {', '.join(ALLE_GROEPEN)}, met komma's ertussen. De sleutels "
        f"{' en '.join(EXTRA_GROEPEN)} staan alleen in een rij als erop is gegroepeerd.",
    ),
]
Rijp = Annotated[
    Literal["voorlopig", "rijp", "afgesloten"] | None,
    Query(description="rijp: alleen perioden die rijp of afgesloten zijn."),
]
Jaar = Annotated[int | None, Query(ge=2000, le=2100, description="Alleen de perioden van dit ISO-jaar.")]
Peildatum = Annotated[date | None, Query(le=_LAATSTE_DAG, description="Zoals bekend op het eind van deze dag.")]
Bevroren = Annotated[bool, Query(description="Afgesloten perioden zoals ze waren toen ze werden afgesloten.")]
Met = Annotated[
    str,
    Query(max_length=80, description=f"Wat naast de cijfers in een rij moet staan, een of meer van {', '.join(MET)}."),
]
# A closing cannot be undone: what it rests on must be legible.
Besluit = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]


# --- rows ------------------------------------------------------------------------------------------------------------


class Verzilveringsrij(BaseModel):
    gemeente: str | None = Field(description="null: hierop is niet gegroepeerd.")
    aanbieder: str | None
    resultaatgebied: str | None
    trede: int | None
    periode: str | None
    toegewezen: int | None = Field(
        description="Eurocent; null: niet getoond, om te weinig cliënten hier of in een cel die eruit zou volgen."
    )
    gedeclareerd: int | None = Field(description="Eurocent.")
    percentage: float | None = Field(description="Gedeclareerd / toegewezen × 100; null: niets toegewezen.")
    aantalToegewezen: int | None = Field(description="Toewijzingen per periode waarvoor iets is toegewezen.")
    aantalGedeclareerd: int | None
    percentageAantal: float | None
    percentageGemaximeerd: float | None = Field(description="Per toewijzing en periode ten hoogste wat is toegewezen.")
    clienten: int | None
    gemiddeldToegewezen: int | None = Field(description="Eurocent per cliënt.")
    gemiddeldGedeclareerd: int | None
    rijpheid: str = Field(description="voorlopig, rijp of afgesloten.")
    volledigheid: float | None = Field(description="Deel van de weken waarover een declaratie is verwerkt, × 100.")
    open: int | None = Field(description="Toegewezen − gedeclareerd, in eurocent.")

    # Keys that a row has only when asked for: cluster, cohort, and those of `met`.
    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "gemeente": "0503",
                "aanbieder": None,
                "resultaatgebied": "SPF",
                "trede": None,
                "periode": None,
                "toegewezen": 1248000,
                "gedeclareerd": 1104000,
                "percentage": 88.46,
                "aantalToegewezen": 26,
                "aantalGedeclareerd": 23,
                "percentageAantal": 88.46,
                "percentageGemaximeerd": 88.46,
                "clienten": 14,
                "gemiddeldToegewezen": 89143,
                "gemiddeldGedeclareerd": 78857,
                "rijpheid": "voorlopig",
                "volledigheid": 92.31,
                "open": 144000,
            }
        },
    )


class Verzilvering(BaseModel):
    items: list[Verzilveringsrij]
    volgende: int | None = Field(description="Altijd null: alle rijen komen ineens.")


@router.get(
    "/verzilvering",
    tags=["verzilvering"],
    operation_id="getVerzilvering",
    summary="Welk deel van wat is toegewezen ook is gedeclareerd",
    response_model=Verzilvering,
    responses={200: {"content": BESTANDEN}, **openapi.problems(403)},
)
def get_verzilvering(
    request: Request,
    dienst: DezeDienst,
    partij: Rapporteur,
    groepeer: Groepeer = "gemeente",
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    periode: Periode = None,
    jaar: Jaar = None,
    rijpheid: Rijp = None,
    peildatum: Peildatum = None,
    bevroren: Bevroren = False,
    met: Met = "",
    formaat: Vorm = None,
) -> Response:
    """Een gemeente en een aanbieder zien hun eigen rijen, de regio alle; de regio ziet geen cijfers over minder dan
    vijf cliënten, ook niet door rijen met elkaar te vergelijken. Zonder peildatum: met wat nu bekend is, over de
    perioden die zijn begonnen; met een peildatum over die welke toen voorbij waren. Ook als CSV of XLSX.
    """
    groepen = _namen("groepeer", groepeer, ALLE_GROEPEN)
    erbij = _namen("met", met, MET)
    if bevroren and peildatum is not None:
        raise problems.ongeldige_invoer(["bevroren", "peildatum"])
    werk_bij(request, dienst)
    filter = Filter(gemeente, aanbieder, periode, rijpheid, jaar)
    with dienst.database.read() as conn:
        eis_totalen(conn, partij, dienst.vandaag(), (gemeente, aanbieder))
        tel = partial(reports.verzilvering, conn, groepen, filter, peildatum, dienst.vandaag(), partij)
        vraag = "verzilvering", *map(tuple, (groepen, erbij)), filter, peildatum, bevroren
        wie = kijkt(conn, partij, dienst.vandaag())
        rijen = onthoud(conn, (*vraag, wie), partial(tel, bevroren=bevroren, met=erbij))
        gevraagd = gevraagd_formaat(request, formaat)
        if gevraagd is not None:
            plat_gemaakt = [plat(rij) for rij in rijen]
            return bestand(conn, gevraagd, kolommen_van(groepen, erbij), plat_gemaakt, "verzilvering")
    return page(rijen, None)


def _namen(parameter: str, tekst: str, bekend: Sequence[str]) -> list[str]:
    namen = [naam.strip() for naam in tekst.split(",") if naam.strip()]
    if not set(namen) <= set(bekend):
        raise problems.ongeldige_invoer([parameter])
    return namen


# --- as a file -------------------------------------------------------------------------------------------------------

_CIJFERS: Final[Mapping[str, Soort]] = {
    "toegewezen": "euro",
    "gedeclareerd": "euro",
    "open": "euro",
    "percentage": "procent",
    "aantalToegewezen": "getal",
    "aantalGedeclareerd": "getal",
    "percentageAantal": "procent",
    "percentageGemaximeerd": "procent",
    "clienten": "getal",
    "gemiddeldToegewezen": "euro",
    "gemiddeldGedeclareerd": "euro",
    "rijpheid": "tekst",
    "volledigheid": "procent",
}
_ERBIJ: Final[Mapping[str, Mapping[str, Soort]]] = {
    "volledig": {"aantalVolledig": "getal", "percentageVolledig": "procent"},
    "ingediend": {"ingediend": "euro", "afgekeurd": "euro", "inBehandeling": "euro"},
    "herstelactie": {"herstelactie": "tekst"},
}


def kolommen_van(groepen: Sequence[str], met: Sequence[str]) -> list[Kolom]:
    """The columns of a file: what is grouped by, the figures, and what was asked beside them."""
    sleutels = [
        Kolom(naam.capitalize(), naam, "getal" if naam == "trede" else "tekst") for naam in _op_volgorde(groepen)
    ]
    cijfers = [Kolom(definitie_van(naam).naam, naam, soort) for naam, soort in _CIJFERS.items()]
    erbij = [
        Kolom(definitie_van(naam).naam, naam, soort) for welke in met for naam, soort in _ERBIJ.get(welke, {}).items()
    ]
    bevroren = [
        Kolom(f"{definitie_van(naam).naam} (bevroren)", f"bevroren.{naam}", soort) for naam, soort in _CIJFERS.items()
    ]
    return [*sleutels, *cijfers, *erbij, *(bevroren if reports.BEVROREN in met else [])]


def plat(rij: Mapping[str, Any]) -> dict[str, Any]:
    """A row with what stands beside it in columns of its own."""
    platte = {naam: waarde for naam, waarde in rij.items() if not isinstance(waarde, Mapping | list)}
    for naam in ("volledig", "ingediend"):
        platte.update(rij.get(naam) or {})
    platte["herstelactie"] = "; ".join(rij.get("herstelactie") or ()) or None
    return platte | {f"bevroren.{naam}": waarde for naam, waarde in (rij.get("bevroren") or {}).items()}


def _op_volgorde(groepen: Sequence[str]) -> list[str]:
    return [naam for naam in (*GROEPEN, *EXTRA_GROEPEN) if naam in groepen]


# --- closing a period ------------------------------------------------------------------------------------------------


class Afsluitverzoek(BaseModel):
    gemeente: str | None = Field(None, pattern=r"^[0-9]{4}$", description="CBS-code; voor beheer verplicht.")
    besluit: Besluit = Field(description="Verwijzing naar het besluit.")

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"gemeente": "0503", "besluit": "Collegebesluit 2025-118"}}
    )


class Periodeafsluiting(BaseModel):
    gemeente: str
    periode: str
    besluit: str
    door: str = Field(description="Code van de partij die de periode afsloot.")
    moment: datetime

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "gemeente": "0503",
                "periode": "2025-P01",
                "besluit": "Collegebesluit 2025-118",
                "door": "0503",
                "moment": "2025-06-02T09:00:00+00:00",
            }
        }
    )


class Afsluitingen(BaseModel):
    items: list[Periodeafsluiting]
    volgende: int | None = Field(description="Altijd null: alle afsluitingen komen ineens.")


Label = Annotated[str, Path(pattern=r"^[0-9]{4}-P[0-9]{2}$", description="Periode, bijvoorbeeld 2025-P01.")]


@router.post(
    "/perioden/{periode}/afsluiting",
    status_code=201,
    tags=["verzilvering"],
    operation_id="postAfsluiting",
    summary="Een periode afsluiten",
    response_model=Periodeafsluiting,
    responses=openapi.problems(403, 408, 409, 413, 415, 503),
    openapi_extra=openapi.json_body(Afsluitverzoek),
)
def post_afsluiting(
    dienst: DezeDienst,
    partij: Zender,
    periode: Label,
    verzoek: Annotated[Afsluitverzoek, Depends(json_body(Afsluitverzoek, "send"))],
) -> Response:
    """Een gemeente sluit haar eigen periode af, beheer die van een gemeente. De cijfers van dit moment blijven daarna
    opvraagbaar; wat later wordt geboekt staat ernaast. Een afsluiting is niet terug te draaien.
    """
    gemeente = _gemeente_van(partij, verzoek.gemeente)
    with dienst.database.write() as conn:
        try:
            gesloten = sluit(conn, gemeente, periode, verzoek.besluit, partij.code, dienst.vandaag(), dienst.nu())
        except NietAfTeSluiten as fout:
            raise Probleem("niet-af-te-sluiten", "Niet af te sluiten", str(fout), status=409) from None
        wat = f"gemeente {gemeente}, periode {periode}"
        access.audit(conn, dienst.nu(), partij.code, "periode afsluiten", "postAfsluiting", detail=wat)
    return JSONResponse(_afsluiting(gesloten), 201)


@router.get(
    "/perioden/{periode}/afsluiting",
    tags=["verzilvering"],
    operation_id="getAfsluiting",
    summary="Wie een periode heeft afgesloten",
    response_model=Afsluitingen,
)
def get_afsluiting(dienst: DezeDienst, partij: Beller, periode: Label) -> Response:
    """Per gemeente, met het besluit; voor iedereen te zien, want het zegt hoe zeker de cijfers zijn."""
    with dienst.database.read() as conn:
        gesloten = lees_afsluitingen(conn)
    return page([_afsluiting(een) for een in gesloten.values() if een.periode == periode], None)


def _gemeente_van(partij: Partij, gevraagd: str | None) -> str:
    """Closing is an act of the gemeente: nobody is authorised to it but the operator, on its behalf."""
    if partij.soort == "beheer":
        if gevraagd is None:
            raise problems.ongeldige_invoer(["gemeente"])
        return gevraagd
    if partij.soort != "gemeente" or gevraagd not in (None, partij.code):
        raise problems.niet_namens()
    return partij.code


def _afsluiting(gesloten: Afsluiting) -> dict[str, Any]:
    return {
        "gemeente": gesloten.gemeente,
        "periode": gesloten.periode,
        "besluit": gesloten.besluit,
        "door": gesloten.door,
        "moment": gesloten.moment.isoformat(),
    }
