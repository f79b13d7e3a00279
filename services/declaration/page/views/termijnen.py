"""Who waits for whose answer: the terms of both services in one list, what is overdue first."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response

from services.declaration.lijsten.soorten import TERMIJNEN
from services.declaration.page import kiezen
from services.declaration.page.apis import Geweigerd
from services.declaration.page.bezoek import Bezoek, Visite
from services.kernel.wiring import Dienstnaam

router = APIRouter()
_DIENSTEN: Final[tuple[Dienstnaam, ...]] = ("allocation", "declaration")
_MEESTE: Final = 500
_STANDEN: Final = {
    "": ("te_laat", "vandaag", "open"),
    "te_laat": ("te_laat",),
    "beantwoord": ("beantwoord", "te_laat_beantwoord"),
}
_KEUZES: Final = (("", "Nog niet beantwoord"), ("te_laat", "Alleen te laat"), ("beantwoord", "Beantwoord"))
_ROLLEN: Final = (("", "Wie wacht en wie moet antwoorden"), ("plichtig", "Moet antwoorden"), ("wachtend", "Wacht"))


@router.get("/lijsten/termijnen")
async def termijnen(
    bezoek: Bezoek,
    stand: Annotated[Literal["", "te_laat", "beantwoord"], Query()] = "",
    rol: Annotated[Literal["", "wachtend", "plichtig"], Query()] = "",
    namens: Annotated[str, Query(pattern=r"^([0-9]{4}|[0-9]{8})?$")] = "",
) -> Response:
    if bezoek.soort == "regio":
        raise Geweigerd(403, {"detail": "Termijnen zijn van wie een bericht stuurt of beantwoordt, niet van de regio."})
    rijen, weg = await lees_termijnen(bezoek, _STANDEN[stand], rol=rol, namens=namens)
    codes = [*kiezen.namens(bezoek, "gemeente"), *kiezen.namens(bezoek, "aanbieder")]
    return bezoek.toon(
        "termijnen.html",
        lijst=TERMIJNEN,
        rijen=rijen,
        weg=weg,
        vol=any(sum(rij["dienst"] == dienst for rij in rijen) == _MEESTE for dienst in _DIENSTEN),
        meeste=_MEESTE,
        stand=stand,
        rol=rol,
        namens=namens,
        standen=_KEUZES,
        rollen=_ROLLEN,
        namens_opties=[("", "Iedereen"), *kiezen.genoemd(bezoek, codes)] if len(codes) > 1 else [],
    )


async def lees_termijnen(
    bezoek: Visite, status: Sequence[str], rol: str = "", namens: str = ""
) -> tuple[list[dict[str, Any]], list[str]]:
    """The terms, those due first at the top, 500 of each service; and which services could not be reached."""
    vraag = {"status": list(status), "rol": rol, "partij": namens, "limit": _MEESTE}
    gelezen = await asyncio.gather(*(kiezen.of_niet(bezoek, d, "/v1/termijnen", **vraag) for d in _DIENSTEN))
    per_dienst = dict(zip(_DIENSTEN, gelezen, strict=True))
    rijen = [
        {**rij, "dienst": dienst, "pad": kiezen.berichtpad(rij["href"])}
        for dienst, items in per_dienst.items()
        for rij in items or ()
    ]
    rijen.sort(key=lambda rij: (rij["uiterlijk"], rij["ontvangen"]))
    return rijen, [dienst for dienst, items in per_dienst.items() if items is None]
