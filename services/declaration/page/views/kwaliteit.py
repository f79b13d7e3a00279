"""Kwaliteit: the scorecard of a party on one page, and how its figures went month by month."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Annotated, Any, Final

import altair as alt
from fastapi import APIRouter, Query, Request, Response

from services.declaration.page import charts, kiezen, weergave
from services.declaration.page.bezoek import Bezoek, Visite
from services.declaration.page.retourcodes import betekenis
from services.declaration.sturing.kwaliteit_definities import KWALITEIT
from services.kernel.kwaliteit import TOP, procent
from services.kernel.kwaliteit_bron import dag_van
from services.kernel.wiring import Dienst

router = APIRouter()
Rij = Mapping[str, Any]
Dag = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
_TELLINGEN: Final = (
    *("aangeboden", "ineensGoed", "deelsAfgekeurd", "afgekeurd", "schemafout", "open", "dubbel"),
    *("opTijd", "teLaat", "beantwoord"),
)
_MAANDEN: Final = 12
_LIJNEN: Final = {"percentageIneensGoed": "Ineens goed", "percentageBinnenTermijn": "Antwoord op tijd"}


@router.get("/kwaliteit")
async def kwaliteit(
    request: Request,
    bezoek: Bezoek,
    partij: Annotated[str, Query(pattern=r"^[0-9A-Za-z]{0,8}$")] = "",
    van: Dag = "",
    tot: Dag = "",
) -> Response:
    vraag = {"partij": partij, "van": van or _begin(request.app.state.dienst).isoformat(), "tot": tot}
    allocation, declaration, prestaties, toewijzingen = await asyncio.gather(
        kiezen.of_niet(bezoek, "allocation", "/v1/kwaliteit", **vraag),
        kiezen.of_niet(bezoek, "declaration", "/v1/kwaliteit", **vraag),
        kiezen.of_niet(bezoek, "declaration", "/v1/kwaliteit/prestaties", **vraag),
        kiezen.of_niet(bezoek, "allocation", "/v1/kwaliteit/toewijzingen", **vraag),
    )
    berichten = [*(allocation or ()), *(declaration or ())]
    maanden = _per(berichten, "tijdvak")
    return bezoek.toon(
        "kwaliteit.html",
        wie=partij or None,
        vraag=vraag,
        weg=[naam for naam, rijen in (("allocation", allocation), ("declaration", declaration)) if rijen is None],
        totaal=_samen(berichten),
        partijen=_per(berichten, "partij"),
        maanden=maanden,
        lijn=_lijn(maanden) if maanden else None,
        soorten=_per([rij for rij in berichten if rij["opTijd"] + rij["teLaat"]], "berichtsoort"),
        codes=_codes(berichten),
        prestaties=prestaties or [],
        toewijzingen=toewijzingen or [],
        uitleg={definitie.sleutel: definitie for definitie in KWALITEIT},
        keuzes=_keuzes(bezoek),
    )


def _begin(dienst: Dienst) -> date:
    """The first day of the twelve months that end with this one; messages are received by the clock."""
    vandaag = max(dienst.vandaag(), dag_van(dienst.nu()))
    maanden = vandaag.year * 12 + vandaag.month - _MAANDEN
    return date(maanden // 12, maanden % 12 + 1, 1)


def _keuzes(bezoek: Visite) -> kiezen.Opties:
    """Whose card may be asked for; nobody else's than his own is none."""
    if bezoek.soort == "aanbieder":
        return []
    codes = [*kiezen.partijen(bezoek, "gemeente")[1:], *kiezen.partijen(bezoek, "aanbieder")[1:]]
    if bezoek.soort == "software":
        codes = list(kiezen.genoemd(bezoek, bezoek.partij["namens"]))
    zelf = kiezen.genoemd(bezoek, [bezoek.code]) if bezoek.soort == "gemeente" else []
    return [("", "Alle partijen samen"), *zelf, *codes]


# --- adding up -------------------------------------------------------------------------------------------------------


def _samen(rijen: Iterable[Rij]) -> dict[str, Any]:
    """What messages of several kinds, months or parties come to: counts are added, percentages computed anew."""
    som: Counter[str] = Counter()
    for rij in rijen:
        som.update({naam: rij[naam] for naam in _TELLINGEN})
    telling: dict[str, Any] = {naam: som[naam] for naam in _TELLINGEN}
    telling["percentageIneensGoed"] = procent(som["ineensGoed"], som["aangeboden"] - som["open"])
    telling["percentageBinnenTermijn"] = procent(som["opTijd"], som["opTijd"] + som["teLaat"])
    for naam in ("schemafout", "afgekeurd", "deelsAfgekeurd"):
        telling[f"deel_{naam}"] = procent(som[naam], som["aangeboden"])
    return telling


def _per(rijen: Sequence[Rij], naam: str) -> list[dict[str, Any]]:
    """A row for each party, month or kind, in order."""
    waarden = sorted({rij[naam] for rij in rijen})
    return [{naam: waarde, **_samen(rij for rij in rijen if rij[naam] == waarde)} for waarde in waarden]


def _codes(rijen: Iterable[Rij]) -> list[dict[str, Any]]:
    """The codes given most, with what they mean; each row of the API told of its ten most frequent."""
    geteld: Counter[str] = Counter()
    for rij in rijen:
        geteld.update({code["retourcode"]: code["aantal"] for code in rij["codes"]})
    volgorde = sorted(geteld.items(), key=lambda paar: (-paar[1], paar[0]))
    return [{"code": code, "aantal": aantal, "regels": betekenis(code)} for code, aantal in volgorde[:TOP]]


def _lijn(maanden: Sequence[Rij]) -> dict[str, Any]:
    """Two lines over the months, told apart by dash and shape as well."""
    gegevens = [
        {"maand": weergave.maand(maand["tijdvak"]), "cijfer": naam, "percentage": maand[sleutel]}
        for maand in maanden
        for sleutel, naam in _LIJNEN.items()
        if maand[sleutel] is not None
    ]
    return charts.ingevuld(_lijnen(), gegevens=gegevens)


@cache
def _lijnen() -> dict[str, Any]:
    reeksen = list(_LIJNEN.values())
    legenda = alt.Legend(title=None, orient="top")
    base = alt.Chart(charts.naam("gegevens")).encode(
        x=alt.X("maand:O", title=None, sort=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("percentage:Q", title="Percentage", scale=alt.Scale(domain=[0, 100])),
        color=alt.Color(
            "cijfer:N", legend=legenda, scale=alt.Scale(domain=reeksen, range=["kleur:reeks-1", "kleur:reeks-2"])
        ),
        tooltip=[
            alt.Tooltip("maand:N", title="Maand"),
            alt.Tooltip("cijfer:N", title="Cijfer"),
            alt.Tooltip("percentage:Q", title="Percentage"),
        ],
    )
    lijnen = base.mark_line().encode(
        strokeDash=alt.StrokeDash("cijfer:N", legend=legenda, scale=alt.Scale(domain=reeksen, range=[[1, 0], [6, 4]]))
    )
    punten = base.mark_point(size=80, filled=True).encode(
        shape=alt.Shape("cijfer:N", legend=legenda, scale=alt.Scale(domain=reeksen, range=["circle", "square"]))
    )
    return charts.specificatie((lijnen + punten).properties(height=200))
