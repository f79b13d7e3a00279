"""The endpoint for what an aanbieder may still claim; a ready-made declaration of it is in concept_api.py."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from services.declaration.afspraken.agreements import lees_periodes, lees_tarieven
from services.declaration.afspraken.api import Gemeente, Limit, Na
from services.declaration.contracts import Mapping, mapping_of
from services.declaration.report_replies import werk_bij
from services.declaration.ruimte.feiten import Vraag, lees_ruimten, tijdvakken, toewijzingen_van
from services.declaration.ruimte.ruimten import RELEASE_2_3, Opdracht, Ruimte
from services.declaration.tariffs import Tarieven
from services.declaration.weeks import maand_van
from services.kernel import openapi, problems
from services.kernel.http import DezeDienst, Lezer
from services.kernel.shared_api import page
from services.kernel.toegang import access
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

router = APIRouter(tags=["declaratieruimte"])

Aanbieder = Annotated[str | None, Query(pattern=r"^[0-9]{8}$", description="AGB-code; zonder: uzelf.")]
Domein = Literal["wmo", "jeugd"]
Periode = Annotated[
    str | None, Query(pattern=r"^[0-9]{4}-P[0-9]{2}$", description="Vier weken, bij contracten van release 2.3.")
]
Maand = Annotated[
    str | None, Query(pattern=r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$", description="Maand, bij contracten van release 3.2.")
]


class Reden(BaseModel):
    regel: str = Field(description="Regel van de standaard of van de hub.")
    retourcode: str | None
    melding: str


class Ruimteregel(BaseModel):
    gemeente: str
    domein: Domein
    nummer: int = Field(description="ToewijzingNummer.")
    release: str = Field(description="2.3: declareer met een 303; 3.2: met een 323.")
    categorie: str | None
    code: str | None
    begin: date = Field(description="ProductPeriode om te gebruiken.")
    eind: date
    eenheid: str | None
    maximum: int | None = Field(description="Volume dat in deze ProductPeriode ten hoogste mag; null: geen grens.")
    maximumToewijzing: int | None = Field(description="Volume dat op de hele toewijzing ten hoogste mag.")
    gebruikt: int = Field(description="Goedgekeurd en niet gecrediteerd volume op de hele toewijzing.")
    goedgekeurd: int = Field(description="Daarvan in het gevraagde tijdvak.")
    goedgekeurdBedrag: int = Field(description="Eurocent.")
    inBehandeling: int = Field(description="Volume in het tijdvak dat op antwoord wacht.")
    inBehandelingBedrag: int = Field(description="Eurocent.")
    volume: int | None = Field(description="Wat nog te declareren is; null: geen grens.")
    bedrag: int | None = Field(description="Eurocent; null: niet te berekenen.")
    tarief: int | None = Field(description="Prijs per eenheid, in eurocent.")
    besluit: str | None = Field(description="Tariefbesluit achter de prijs.")
    indienbaarVanaf: date = Field(description="Eerste dag waarop de declaratie mag worden ingediend.")
    redenen: list[Reden] = Field(description="Waarom er niets of niet alles te declareren is.")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "gemeente": "0503",
                "domein": "wmo",
                "nummer": 1001,
                "release": "3.2",
                "categorie": "02",
                "code": "SPF3",
                "begin": "2025-03-01",
                "eind": "2025-03-31",
                "eenheid": "82",
                "maximum": 5,
                "maximumToewijzing": 53,
                "gebruikt": 8,
                "goedgekeurd": 0,
                "goedgekeurdBedrag": 0,
                "inBehandeling": 0,
                "inBehandelingBedrag": 0,
                "volume": 5,
                "bedrag": 60000,
                "tarief": 12000,
                "besluit": "FICTIEF tarievenbesluit 2025",
                "indienbaarVanaf": "2025-03-31",
                "redenen": [],
            }
        }
    )


class Declaratieruimte(BaseModel):
    items: list[Ruimteregel]
    volgende: int | None = Field(description="Waarde van `na` voor de volgende bladzijde; null op de laatste.")


@router.get(
    "/declaratieruimte",
    operation_id="getDeclaratieruimte",
    summary="Wat op elke lopende toewijzing nog te declareren is",
    response_model=Declaratieruimte,
    responses=openapi.problems(403),
)
def get_declaratieruimte(
    request: Request,
    dienst: DezeDienst,
    partij: Lezer,
    aanbieder: Aanbieder = None,
    gemeente: Gemeente = None,
    toewijzing: Annotated[int | None, Query(ge=0, le=999_999_999, description="ToewijzingNummer.")] = None,
    periode: Periode = None,
    maand: Maand = None,
    na: Na = 0,
    limit: Limit = 100,
) -> Response:
    """Geteld met de regels waarmee een declaratie wordt beoordeeld: precies dit wordt goedgekeurd, meer niet.

    Zonder periode of maand: de lopende maand, en bij contracten van release 2.3 de lopende vier weken. Wat nog op
    antwoord wacht, telt niet mee als gebruikt.
    """
    wie = aanbieder_van(dienst, partij, aanbieder)
    werk_bij(request, dienst)
    with dienst.database.read() as conn:
        vraag = Vraag(wie, gevraagd_tijdvak(conn, dienst, periode, maand), gemeente, nummer=toewijzing)
        found = toewijzingen_van(conn, vraag, na, limit + 1)
        ruimten = lees_ruimten(conn, dienst, vraag, [t for _, t in found[:limit]])
        tarieven = Tarieven(lees_tarieven(conn, gemeente))
    items = [_regel(opdracht, ruimte, tarieven) for opdracht, ruimte in ruimten]
    return page(items, found[limit - 1][0] if len(found) > limit else None)


# --- whose, and when -------------------------------------------------------------------------------------------------


def aanbieder_van(dienst: Dienst, partij: Partij, aanbieder: str | None) -> str:
    """The caller himself, or for whom he has a machtiging."""
    if aanbieder is None and partij.soort != "aanbieder":
        raise problems.ongeldige_invoer(["aanbieder"])
    code = aanbieder or partij.code
    access.eis_namens(dienst, partij, code, "declaratieruimte lezen")
    return code


def gevraagd_tijdvak(
    conn: Connection, dienst: Dienst, periode: str | None, maand: str | None
) -> dict[str, tuple[date, date]]:
    """By release what is asked for; without anything what runs today."""
    if periode is not None and maand is not None:
        raise problems.ongeldige_invoer(["maand", "periode"])
    if maand is not None:
        return {"3.2": maand_van(date.fromisoformat(f"{maand}-01"))}
    if periode is None:
        return tijdvakken(conn, dienst.vandaag())
    gevonden = lees_periodes(conn).met_label(periode)
    if gevonden is None:
        raise problems.ongeldige_invoer(["periode"])
    return {RELEASE_2_3: (gevonden.begin, gevonden.eind)}


# --- as JSON ---------------------------------------------------------------------------------------------------------


def _regel(opdracht: Opdracht, ruimte: Ruimte, tarieven: Tarieven) -> dict[str, Any]:
    t, bezig = ruimte.toewijzing, ruimte.bezig
    # A piece of the whole toewijzing keeps the price of its first day.
    dag = t.ingangsdatum if mapping_of(t, None) is Mapping.P else ruimte.eind
    tarief = tarieven.op(t.gemeente, t.aanbieder, t.code, dag) if t.code and ruimte.tarief else None
    return {
        "gemeente": t.gemeente,
        "domein": t.domein,
        "nummer": t.nummer,
        "release": opdracht.soort.release,
        "categorie": t.categorie,
        "code": t.code,
        "begin": ruimte.begin.isoformat(),
        "eind": ruimte.eind.isoformat(),
        "eenheid": t.eenheid,
        "maximum": ruimte.maximum,
        "maximumToewijzing": ruimte.totaal,
        "gebruikt": ruimte.gebruikt,
        "goedgekeurd": bezig.goedgekeurd,
        "goedgekeurdBedrag": bezig.goedgekeurd_bedrag,
        "inBehandeling": bezig.in_behandeling,
        "inBehandelingBedrag": bezig.in_behandeling_bedrag,
        "volume": ruimte.volume,
        "bedrag": ruimte.bedrag,
        "tarief": ruimte.tarief,
        "besluit": tarief.besluit if tarief else None,
        # A period must have ended on the day of the message (TR137, CS108).
        "indienbaarVanaf": opdracht.eind.isoformat(),
        "redenen": [{"regel": r.regel, "retourcode": r.retourcode, "melding": r.melding} for r in ruimte.redenen],
    }
