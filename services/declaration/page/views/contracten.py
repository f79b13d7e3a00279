"""Contracten: the register with its ends, the signalen about it, and the tariffs with the decision behind each."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

import altair as alt
from fastapi import APIRouter, Query, Request, Response

from services.declaration.afspraken.definities import CONTRACTVELDEN, GEBROKEN, MAPPINGS, SIGNALEN, TARIEFVELDEN
from services.declaration.page import charts, kiezen, weergave
from services.declaration.page.bezoek import Bezoek, Visite
from services.declaration.page.kiezen import PER_BLADZIJDE, Aanbieder, Gemeente, Na

router = APIRouter()
Einde = Annotated[Literal["", "90", "180", "loopt", "voorbij"], Query()]
_EINDEN: Final = (
    ("", "Alle contracten"),
    ("90", "Eindigt binnen 90 dagen"),
    ("180", "Eindigt binnen 180 dagen"),
    ("loopt", "Loopt nu"),
    ("voorbij", "Voorbij"),
)
_BALKEN: Final = 40
_SIGNALEN: Final = 50


@router.get("/contracten")
async def contracten(
    request: Request, bezoek: Bezoek, gemeente: Gemeente = "", aanbieder: Aanbieder = "", einde: Einde = "", na: Na = 0
) -> Response:
    wie = {"gemeente": gemeente, "aanbieder": aanbieder}
    vandaag = request.app.state.dienst.vandaag()
    alle, signalen = await asyncio.gather(
        kiezen.alles(bezoek, "declaration", "/v1/contracten", **wie), _signalen(bezoek, wie)
    )
    gekozen = [{**rij, **_looptijd(rij, vandaag)} for rij in alle if _past(rij, einde, vandaag)]
    gekozen.sort(key=lambda rij: (rij["tot"] or "9999", rij["gemeente"], rij["aanbieder"], rij["resultaatgebied"]))
    vraag = {**wie, "einde": einde}
    return bezoek.toon(
        "contracten.html",
        totaal=len(alle),
        lopend=sum(_past(rij, "loopt", vandaag) for rij in alle),
        binnen_90=sum(_past(rij, "90", vandaag) for rij in alle),
        binnen_180=sum(_past(rij, "180", vandaag) for rij in alle),
        aantal=len(gekozen),
        rijen=gekozen[na : na + PER_BLADZIJDE],
        balken=_balken(gekozen[:_BALKEN], bezoek.namen, vandaag) if gekozen else None,
        getekend=min(len(gekozen), _BALKEN),
        signalen=None if signalen is None else signalen[:_SIGNALEN],
        geteld=Counter(rij["soort"] for rij in signalen or ()),
        soorten=SIGNALEN,
        velden={veld.sleutel: veld for veld in CONTRACTVELDEN},
        mappings=MAPPINGS,
        gebroken=GEBROKEN,
        vraag=vraag,
        einden=_EINDEN,
        verder=kiezen.adres("/contracten", **vraag, na=na + PER_BLADZIJDE)
        if len(gekozen) > na + PER_BLADZIJDE
        else None,
        gemeenten=kiezen.partijen(bezoek, "gemeente"),
        aanbieders=kiezen.partijen(bezoek, "aanbieder"),
        toewijzingpad=kiezen.toewijzingpad,
        tarievenpad=kiezen.adres("/contracten/tarieven", gemeente=gemeente),
    )


async def _signalen(bezoek: Visite, wie: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """What is not as the contracts say; None for the region, which sees no single toewijzing."""
    if bezoek.soort == "regio":
        return None
    return [rij for rij in await kiezen.alles(bezoek, "declaration", "/v1/signalen", **wie) if rij["soort"] in SIGNALEN]


def _past(rij: Mapping[str, Any], einde: str, vandaag: date) -> bool:
    """Whether a contract is among those asked for, on this day."""
    van, tot = date.fromisoformat(rij["van"]), date.fromisoformat(rij["tot"]) if rij["tot"] else date.max
    if einde == "loopt":
        return van <= vandaag <= tot
    if einde == "voorbij":
        return tot < vandaag
    return not einde or vandaag <= tot <= vandaag + timedelta(days=int(einde))


def _looptijd(rij: Mapping[str, Any], vandaag: date) -> dict[str, str]:
    """How it stands with a contract, in words, and the tone of its label."""
    if _past(rij, "voorbij", vandaag):
        return {"stand": "voorbij", "toon": ""}
    if _past(rij, "90", vandaag):
        return {"stand": "binnen 90 dagen", "toon": "fout"}
    if _past(rij, "180", vandaag):
        return {"stand": "binnen 180 dagen", "toon": "let-op"}
    return {"stand": "loopt", "toon": "goed"} if _past(rij, "loopt", vandaag) else {"stand": "begint nog", "toon": ""}


def _balken(rijen: Sequence[Mapping[str, Any]], namen: Mapping[str, str], vandaag: date) -> dict[str, Any]:
    """A bar from begin to end, a thin one on to the end with options, and a line for today."""
    open_einde = date(vandaag.year + 5, 12, 31).isoformat()
    # Who it is about everywhere need not be said in front of each bar.
    verschilt = [wie for wie in ("gemeente", "aanbieder") if len({rij[wie] for rij in rijen}) > 1]
    gegevens = [
        {
            "contract": " ".join(
                [rij["resultaatgebied"], *(weergave.kort(namen.get(rij[wie], rij[wie])) for wie in verschilt)]
            ),
            "wie": f"{namen.get(rij['aanbieder'], rij['aanbieder'])} – {namen.get(rij['gemeente'], rij['gemeente'])}",
            "van": rij["van"],
            "tot": rij["tot"] or open_einde,
            "optie": rij["optieTot"] or rij["tot"] or open_einde,
        }
        for rij in rijen
    ]
    plaats = alt.Y("contract:N", title=None, sort=None)
    base = alt.Chart(charts.gegevens(gegevens)).encode(
        y=plaats,
        tooltip=[
            alt.Tooltip("wie:N", title="Contract"),
            alt.Tooltip("van:N", title="Van"),
            alt.Tooltip("tot:N", title="Tot en met"),
            alt.Tooltip("optie:N", title="Met opties"),
        ],
    )
    tijd = alt.X("van:T", title=None, axis=alt.Axis(format="%Y", tickCount="year"))
    vast = base.mark_bar(size=12, color="kleur:reeks-1").encode(x=tijd, x2="tot:T")
    optie = base.mark_bar(size=4, color="kleur:reeks-2").encode(x=alt.X("tot:T", title=None), x2="optie:T")
    nu = alt.Chart(charts.gegevens([{"dag": vandaag.isoformat()}])).mark_rule(strokeDash=[4, 3], color="kleur:tekst")
    chart = (vast + optie + nu.encode(x="dag:T")).properties(height=max(60, 22 * len(gegevens)))
    return charts.specificatie(chart)


@router.get("/contracten/tarieven")
async def tarieven(
    request: Request,
    bezoek: Bezoek,
    gemeente: Gemeente = "",
    productcode: Annotated[str, Query(pattern=r"^[0-9A-Za-z]{0,5}$")] = "",
    dag: Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = "",
    alles: Annotated[Literal["", "ja"], Query()] = "",
    na: Na = 0,
) -> Response:
    op = "" if alles else dag or request.app.state.dienst.vandaag().isoformat()
    vraag = {"gemeente": gemeente, "productcode": productcode, "dag": op}
    gevraagd = await bezoek.haal("declaration", "/v1/tarieven", na=na, limit=PER_BLADZIJDE, **vraag)
    volgende = gevraagd["volgende"]
    return bezoek.toon(
        "tarieven.html",
        rijen=gevraagd["items"],
        vraag=vraag,
        alles=alles,
        na=na,
        velden={veld.sleutel: veld for veld in TARIEFVELDEN},
        verder=kiezen.adres("/contracten/tarieven", **vraag, alles=alles, na=volgende) if volgende else None,
        gemeenten=kiezen.partijen(bezoek, "gemeente"),
    )
