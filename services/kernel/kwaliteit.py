"""How well the traffic goes: first time right, codes and answer times, per party, stretch of time and kind. Values."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from statistics import median
from typing import Any, Final, Literal

from services.kernel.working_days import plus_werkdagen, werkdagen_tussen

GOED: Final = "goed"
DEELS: Final = "deels"
AFGEKEURD: Final = "afgekeurd"
XSD: Final = "xsd"
OPEN: Final = "open"
TOP: Final = 10
# What is refused because it was there already: a number used again, or a line claimed twice.
DUBBEL: Final = frozenset({"0030", "8021", "9056", "9333", "9389"})

Per = Literal["maand", "periode"]
Sleutel = tuple[str, str, str]  # party, stretch of time, berichtsoort


@dataclass(frozen=True, slots=True)
class Aanbod:
    """One message that a party handed in, and what became of it; `codes` are the retourcodes of its bevindingen."""

    partij: str
    tijdvak: str
    berichtsoort: str
    uitkomst: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wachttijd:
    """One message that `partij` owes an answer of this kind: received and answered on which day, within so many days.

    `beantwoord` None: not yet. `termijn` in working days.
    """

    partij: str
    tijdvak: str
    berichtsoort: str
    ontvangen: date
    beantwoord: date | None
    termijn: int


@dataclass(slots=True)
class _Telling:
    uitkomsten: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    werkdagen: list[int] = field(default_factory=list)
    op_tijd: int = 0
    te_laat: int = 0


@lru_cache(maxsize=4096)
def tijdvak_van(dag: date, per: Per, week53: str) -> str:
    """2025-01, or the four weeks of the ISO year: 2025-P01; week 53 is in P13 or, by P14_WEEK, a period of its own."""
    if per == "maand":
        return f"{dag:%Y-%m}"
    jaar, week, _ = dag.isocalendar()
    nummer = (week - 1) // 4 + 1
    return f"{jaar}-P{nummer if week53 == 'P14_WEEK' else min(nummer, 13):02d}"


def uitkomst_van(
    oordeel: str, *, telt: bool, wacht: bool, ingediend: int | None, toegekend: int | None, beantwoord: bool
) -> str:
    """What became of a message. `wacht`: somebody else judges it, and owes an answer, which awards `toegekend`."""
    if not telt:
        return AFGEKEURD
    if oordeel == "deels_afgekeurd":
        return DEELS
    if oordeel == "doorgestuurd" and wacht:
        if not beantwoord:
            return OPEN
        return GOED if toegekend in (None, ingediend) else DEELS
    return GOED


def berichtrijen(aanbod: Iterable[Aanbod], wachttijden: Iterable[Wachttijd], vandaag: date) -> list[dict[str, Any]]:
    """A row per party, stretch of time and kind of message, in that order."""
    tellingen: dict[Sleutel, _Telling] = defaultdict(_Telling)
    for bericht in aanbod:
        telling = tellingen[bericht.partij, bericht.tijdvak, bericht.berichtsoort]
        telling.uitkomsten[bericht.uitkomst] += 1
        if bericht.codes:
            telling.codes.update(bericht.codes)
    for wacht in wachttijden:
        _tel_wachttijd(tellingen[wacht.partij, wacht.tijdvak, wacht.berichtsoort], wacht, vandaag)
    return [_rij(sleutel, tellingen[sleutel]) for sleutel in sorted(tellingen)]


def top(codes: Mapping[str, int]) -> list[dict[str, Any]]:
    """The most frequent codes; of equal ones the lowest first."""
    volgorde = sorted(codes.items(), key=lambda paar: (-paar[1], paar[0]))
    return [{"retourcode": code, "aantal": aantal} for code, aantal in volgorde[:TOP]]


def procent(deel: int, geheel: int) -> float | None:
    """Two decimals; None of nothing."""
    return round(deel * 100 / geheel, 2) if geheel else None


def midden(waarden: Sequence[int]) -> float | None:
    """The median; None of nothing."""
    return float(median(waarden)) if waarden else None


def gewogen_midden(aantallen: Mapping[int, int]) -> float | None:
    """The median of values that occur so many times."""
    totaal = sum(aantallen.values())
    if not totaal:
        return None
    onder, boven = (_waarde_op(aantallen, plaats) for plaats in ((totaal - 1) // 2, totaal // 2))
    return (onder + boven) / 2


def _waarde_op(aantallen: Mapping[int, int], plaats: int) -> int:
    for waarde in sorted(aantallen):
        plaats -= aantallen[waarde]
        if plaats < 0:
            return waarde
    raise ValueError("no such place")


def _tel_wachttijd(telling: _Telling, wacht: Wachttijd, vandaag: date) -> None:
    """What is not answered yet counts once its term is over."""
    uiterlijk = plus_werkdagen(wacht.ontvangen, wacht.termijn)
    if wacht.beantwoord is not None:
        telling.werkdagen.append(werkdagen_tussen(wacht.ontvangen, wacht.beantwoord))
    if (wacht.beantwoord or vandaag) > uiterlijk:
        telling.te_laat += 1
    elif wacht.beantwoord is not None:
        telling.op_tijd += 1


def _rij(sleutel: Sleutel, telling: _Telling) -> dict[str, Any]:
    partij, tijdvak, berichtsoort = sleutel
    uitkomsten = telling.uitkomsten
    aangeboden = uitkomsten.total()
    return {
        "partij": partij,
        "tijdvak": tijdvak,
        "berichtsoort": berichtsoort,
        "aangeboden": aangeboden,
        "ineensGoed": uitkomsten[GOED],
        "deelsAfgekeurd": uitkomsten[DEELS],
        "afgekeurd": uitkomsten[AFGEKEURD],
        "schemafout": uitkomsten[XSD],
        "open": uitkomsten[OPEN],
        "percentageIneensGoed": procent(uitkomsten[GOED], aangeboden - uitkomsten[OPEN]),
        "codes": top(telling.codes),
        "dubbel": sum(aantal for code, aantal in telling.codes.items() if code in DUBBEL),
        "beantwoord": len(telling.werkdagen),
        "mediaanWerkdagen": midden(telling.werkdagen),
        "opTijd": telling.op_tijd,
        "teLaat": telling.te_laat,
        "percentageBinnenTermijn": procent(telling.op_tijd, telling.op_tijd + telling.te_laat),
    }
