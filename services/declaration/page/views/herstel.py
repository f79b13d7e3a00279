"""The worklist after a tariff that changed with hindsight: which lines to mend, whose turn it is, how far they are."""

from itertools import chain
from operator import itemgetter
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response

from services.declaration.lijsten.herstel import STATUSSEN
from services.declaration.lijsten.soorten import HERSTEL, HERSTELSTAPPEN
from services.declaration.page import kiezen
from services.declaration.page.apis import Geweigerd
from services.declaration.page.bezoek import Bezoek, Visite
from services.declaration.page.kiezen import PER_BLADZIJDE, Aanbieder, Gemeente, Na

router = APIRouter()
_TE_DOEN: Final = ("open", "gecrediteerd")
Status = Annotated[Literal["te-doen", "open", "gecrediteerd", "gedaan", "vervallen", "alle"], Query()]
_STANDEN: Final = (("te-doen", "Nog te doen"), *((each, each) for each in STATUSSEN), ("alle", "Alle"))
# What is next, by what kind of line it is and how far it came.
_STAP: Final = {
    ("toewijzing-vervangen", "open", "gemeente"): "Toewijzing vervangen",
    ("toewijzing-vervangen", "open", "aanbieder"): "Regel crediteren",
    ("crediteren-en-opnieuw-declareren", "open", "aanbieder"): "Regel crediteren",
}


@router.get("/lijsten/herstel")
async def herstel(
    bezoek: Bezoek, gemeente: Gemeente = "", aanbieder: Aanbieder = "", status: Status = "te-doen", na: Na = 0
) -> Response:
    if bezoek.soort == "regio":
        raise Geweigerd(403, {"detail": "Het herstel gaat over losse toewijzingen. Die zijn niet voor de regio."})
    vraag = {"gemeente": gemeente, "aanbieder": aanbieder, "status": status}
    if status == "te-doen":
        te_doen = await lees_te_doen(bezoek, gemeente, aanbieder)
        regels, volgende = te_doen[na : na + PER_BLADZIJDE], na + PER_BLADZIJDE
        volgende = volgende if volgende < len(te_doen) else 0
    else:
        gevraagd = {**vraag, "status": "" if status == "alle" else status, "na": na, "limit": PER_BLADZIJDE}
        bladzijde = await bezoek.haal("declaration", "/v1/herstel", **gevraagd)
        regels, volgende = bladzijde["items"], bladzijde["volgende"]
    rijen = [{**rij, "stap": _stap(rij["soort"], rij["status"], rij["aanZet"])} for rij in regels]
    return bezoek.toon(
        "herstel.html",
        lijst=HERSTEL,
        stappen=HERSTELSTAPPEN,
        rijen=rijen,
        vraag=vraag,
        na=na,
        verder=kiezen.adres("/lijsten/herstel", **vraag, na=volgende) if volgende else None,
        standen=_STANDEN,
        gemeenten=kiezen.partijen(bezoek, "gemeente"),
        aanbieders=kiezen.partijen(bezoek, "aanbieder"),
        toewijzingpad=kiezen.toewijzingpad,
    )


async def lees_te_doen(bezoek: Visite, gemeente: str, aanbieder: str) -> list[dict[str, Any]]:
    """The lines on which somebody has something to do, the oldest first."""
    wie = {"gemeente": gemeente, "aanbieder": aanbieder}
    gelezen = [await kiezen.alles(bezoek, "declaration", "/v1/herstel", status=status, **wie) for status in _TE_DOEN]
    return sorted(chain.from_iterable(gelezen), key=itemgetter("nr"))


def _stap(soort: str, status: str, aan_zet: str | None) -> str | None:
    """What the party whose turn it is does now; None: nobody has to do anything."""
    if aan_zet is None:
        return None
    return _STAP.get((soort, status, aan_zet), "Opnieuw declareren")
