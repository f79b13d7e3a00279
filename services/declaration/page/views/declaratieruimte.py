"""Declaratieruimte: what an aanbieder may still claim on each toewijzing, and a declaration of it to start from."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

import httpx
from fastapi import APIRouter, Query, Request, Response

from services.declaration.page import kiezen
from services.declaration.page.apis import Geweigerd
from services.declaration.page.bezoek import GEEN_RUIMTE, Bezoek, Visite
from services.declaration.page.kiezen import Aanbieder, Gemeente, Na
from services.declaration.page.weergave import maand
from services.declaration.ruimte.definities import CONCEPT, PERSOONSGEGEVENS, RUIMTE

router = APIRouter()
Tijdvak = Annotated[str, Query(pattern=r"^([0-9]{4}-(P[0-9]{2}|[0-9]{2}))?$")]
Nummer = Annotated[str, Query(pattern=r"^[0-9]{0,9}$")]
Domein = Annotated[Literal["wmo", "jeugd"], Query()]
_PER_BLADZIJDE: Final = 100
_MAANDEN: Final = 14
_BEDRAGEN: Final = ("bedrag", "goedgekeurdBedrag", "inBehandelingBedrag")
_WEG: Final = "weggelaten-regels"


@router.get("/declaratieruimte")
async def declaratieruimte(
    request: Request,
    bezoek: Bezoek,
    aanbieder: Aanbieder = "",
    gemeente: Gemeente = "",
    toewijzing: Nummer = "",
    tijdvak: Tijdvak = "",
    na: Na = 0,
) -> Response:
    wie = _aanbieder(bezoek, aanbieder)
    gevraagd = await bezoek.haal(
        "declaration",
        "/v1/declaratieruimte",
        aanbieder=wie,
        gemeente=gemeente,
        toewijzing=toewijzing,
        na=na,
        limit=_PER_BLADZIJDE,
        **_gesplitst(tijdvak),
    )
    # On what there is something left to claim stands at the top.
    rijen, volgende = sorted(gevraagd["items"], key=lambda rij: rij["volume"] == 0), gevraagd["volgende"]
    vraag = {"aanbieder": wie, "gemeente": gemeente, "toewijzing": toewijzing, "tijdvak": tijdvak}
    return bezoek.toon(
        "declaratieruimte.html",
        rijen=rijen,
        totaal={naam: sum(rij[naam] or 0 for rij in rijen) for naam in _BEDRAGEN},
        deel=bool(na or volgende),
        na=na,
        velden={veld.sleutel: veld for veld in RUIMTE},
        vraag=vraag,
        aanbieders=kiezen.genoemd(bezoek, kiezen.namens(bezoek, "aanbieder")),
        gemeenten=kiezen.partijen(bezoek, "gemeente"),
        tijdvakken=await _tijdvakken(bezoek, request.app.state.dienst.vandaag()),
        verder=kiezen.adres("/declaratieruimte", **vraag, na=volgende) if volgende else None,
        concepten=_concepten(rijen, vraag),
        toewijzingpad=kiezen.toewijzingpad,
    )


def _aanbieder(bezoek: Visite, gevraagd: str) -> str:
    """Whose ruimte is shown; 403 for who is no aanbieder and acts for none."""
    namens = kiezen.namens(bezoek, "aanbieder")
    if not namens:
        raise Geweigerd(403, {"detail": GEEN_RUIMTE})
    return gevraagd or namens[0]


def _gesplitst(tijdvak: str) -> dict[str, str]:
    """2025-11 is a month, 2025-P12 four weeks; without, what runs today."""
    return {"periode" if "P" in tijdvak else "maand": tijdvak} if tijdvak else {}


async def _tijdvakken(bezoek: Visite, vandaag: date) -> kiezen.Opties:
    """The months and the periods that have begun, of somewhat more than a year, the latest first."""
    nummers = [vandaag.year * 12 + vandaag.month - 1 - terug for terug in range(_MAANDEN)]
    maanden = [f"{nummer // 12}-{nummer % 12 + 1:02}" for nummer in nummers]
    perioden = (await bezoek.haal("declaration", "/v1/perioden"))["items"]
    begonnen = [each["periode"] for each in perioden if each["begin"] <= vandaag.isoformat()][-_MAANDEN:]
    return [
        ("", "Wat nu loopt"),
        *((each, f"{maand(each)} (release 3.2)") for each in maanden),
        *((each, f"Periode {each} (release 2.3)") for each in reversed(begonnen)),
    ]


def _concepten(rijen: list[dict[str, Any]], vraag: Mapping[str, str]) -> list[dict[str, str]]:
    """For which gemeente and domein there is something to propose, and where."""
    over = sorted({(rij["gemeente"], rij["domein"]) for rij in rijen if rij["volume"] != 0})
    wie = {"aanbieder": vraag["aanbieder"], "tijdvak": vraag["tijdvak"]}
    return [
        {
            "gemeente": gemeente,
            "domein": domein,
            "pad": kiezen.adres("/declaratieruimte/concept", **wie, gemeente=gemeente, domein=domein),
        }
        for gemeente, domein in over
    ]


# --- the concept -----------------------------------------------------------------------------------------------------


@router.get("/declaratieruimte/concept")
async def concept(
    bezoek: Bezoek,
    gemeente: Annotated[str, Query(pattern=r"^[0-9]{4}$")],
    aanbieder: Aanbieder = "",
    domein: Domein = "wmo",
    tijdvak: Tijdvak = "",
) -> Response:
    """What the proposal is, and where to fetch it; or why there is none."""
    return await _concept(bezoek, _aanbieder(bezoek, aanbieder), gemeente, domein, tijdvak, ophalen=False)


@router.get("/declaratieruimte/concept.xml")
async def concept_xml(
    bezoek: Bezoek,
    gemeente: Annotated[str, Query(pattern=r"^[0-9]{4}$")],
    aanbieder: Aanbieder = "",
    domein: Domein = "wmo",
    tijdvak: Tijdvak = "",
) -> Response:
    return await _concept(bezoek, _aanbieder(bezoek, aanbieder), gemeente, domein, tijdvak, ophalen=True)


async def _concept(
    bezoek: Visite, aanbieder: str, gemeente: str, domein: str, tijdvak: str, *, ophalen: bool
) -> Response:
    wie = {"aanbieder": aanbieder, "gemeente": gemeente, "domein": domein}
    antwoord: httpx.Response | None = None
    fout: Geweigerd | None = None
    try:
        params = {**wie, **_gesplitst(tijdvak)}
        antwoord = await bezoek.vraag("declaration", "GET", "/v1/declaratieruimte/concept", params=params)
    except Geweigerd as geweigerd:
        if geweigerd.status in (400, 403):
            raise
        fout = geweigerd
    if antwoord is not None and ophalen:
        naam = f"concept-{gemeente}-{domein}-{tijdvak or 'nu'}.xml"
        headers = {"Content-Disposition": f'attachment; filename="{naam}"'}
        return Response(antwoord.content, media_type="application/xml", headers=headers)
    return bezoek.toon(
        "concept.html",
        fout.status if fout else 200,
        wie=wie,
        tijdvak=tijdvak,
        fout=fout.probleem if fout else None,
        later=fout is not None and fout.status == 503,
        weggelaten=int(antwoord.headers[_WEG]) if antwoord is not None else 0,
        uitleg=CONCEPT,
        persoonsgegevens=PERSOONSGEGEVENS,
        bestand=kiezen.adres("/declaratieruimte/concept.xml", **wie, tijdvak=tijdvak),
        terug=kiezen.adres("/declaratieruimte", aanbieder=aanbieder, gemeente=gemeente, tijdvak=tijdvak),
    )
