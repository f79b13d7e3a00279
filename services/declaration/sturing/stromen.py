"""In-, door- en uitstroom: what happened to clients between two days, counted by rules (docs/sturing.md). Values only.

One call looks at one gebied of view: a gemeente, or the region as a whole, where moving house is no flow. Dates are
inclusive. A client whose support stops and begins again within the tolerance never left.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Final

INSTROOM: Final = "instroom"
UITSTROOM: Final = "uitstroom"
VERHUISD_IN: Final = "verhuisdIn"
VERHUISD_UIT: Final = "verhuisdUit"
TREDE_OMHOOG: Final = "tredeOmhoog"
TREDE_OMLAAG: Final = "tredeOmlaag"
GEBIED_ERBIJ: Final = "gebiedErbij"
GEBIED_ERAF: Final = "gebiedEraf"
AANBIEDERWISSEL: Final = "aanbiederwissel"
NATUURLIJK: Final = "natuurlijk-einde"
# The only temporary stop: care goes on after it (RedenBeeindiging).
TIJDELIJK: Final = "20"
TOLERANTIE_DAGEN: Final = 28


@dataclass(frozen=True, slots=True)
class Steun:
    """One toewijzing that ran: `eind` is date.max for an open one, `reden` that of the 307 that ended it.

    `gebied` is the resultaatgebied; None, as `rang`, where the product is unknown. `client` is the keyed hash.
    """

    gemeente: str
    client: str
    aanbieder: str
    gebied: str | None
    trede: int | None
    rang: int | None
    begin: date
    eind: date
    reden: str | None = None


@dataclass(frozen=True, slots=True)
class Traject:
    """Support of one client without an interruption that counts."""

    client: str
    begin: date
    eind: date
    reden: str


@dataclass(frozen=True, slots=True)
class Voorval:
    """What happened to a client on a day: its kind, and of an outflow the reason."""

    dag: date
    soort: str
    client: str
    reden: str | None = None


@dataclass(frozen=True, slots=True)
class Tijdvak:
    label: str
    begin: date
    eind: date


@dataclass(frozen=True, slots=True)
class Stroom:
    """The counts of one stretch of time; `stand_begin` + in − out = `stand_eind`."""

    tijdvak: Tijdvak
    stand_begin: int
    stand_eind: int
    aantallen: Mapping[str, int]
    redenen: Mapping[str, int] = field(default_factory=dict)


def einde_van_steun(einddatum: date | None, stop: date | None, reden: str | None) -> tuple[date, str | None]:
    """The real end of a toewijzing: its Einddatum, or an earlier final stop with its reason; open is date.max."""
    gepland = einddatum or date.max
    if stop is None or reden == TIJDELIJK or stop > gepland:
        return gepland, None
    return stop, reden


def trajecten(steun: Iterable[Steun], tolerantie: int = TOLERANTIE_DAGEN) -> list[Traject]:
    """Per client the support taken together: a gap of at most `tolerantie` days is none."""
    per_client: dict[str, list[Steun]] = defaultdict(list)
    for een in steun:
        per_client[een.client].append(een)
    return [traject for van_client in per_client.values() for traject in _aaneen(van_client, tolerantie)]


def voorvallen(steun: Sequence[Steun], tolerantie: int = TOLERANTIE_DAGEN) -> Iterator[Voorval]:
    """Everything that happened, in no particular order."""
    gevonden = trajecten(steun, tolerantie)
    for traject in gevonden:
        yield Voorval(traject.begin, INSTROOM, traject.client)
        if traject.eind != date.max:
            yield Voorval(traject.eind, UITSTROOM, traject.client, traject.reden)
    yield from _gebieden(steun, gevonden, tolerantie)
    yield from _overgangen(steun, tolerantie)


def verhuizingen(
    steun: Sequence[Steun], elders: Iterable[Steun], tolerantie: int = TOLERANTIE_DAGEN
) -> Iterator[Voorval]:
    """Of the in- and outflow of a gemeente what came from, or went on in, another one of the region (`elders`)."""
    daar: dict[str, list[Steun]] = defaultdict(list)
    for een in elders:
        daar[een.client].append(een)
    for traject in trajecten(steun, tolerantie):
        anders = daar.get(traject.client, ())
        if any(een.begin < traject.begin <= _later(een.eind, tolerantie + 1) for een in anders):
            yield Voorval(traject.begin, VERHUISD_IN, traject.client)
        if any(een.eind > traject.eind and een.begin <= _later(traject.eind, tolerantie + 1) for een in anders):
            yield Voorval(traject.eind, VERHUISD_UIT, traject.client)


def tel(gevonden: Iterable[Voorval], reeks: Sequence[Traject], tijdvakken: Sequence[Tijdvak]) -> list[Stroom]:
    """What happened in each stretch of time (in order of time), and how many clients went on into and after it.

    An outflow counts on the last day of support: after it a client is not in `stand_eind`.
    """
    per_tijdvak: list[Counter[str]] = [Counter() for _ in tijdvakken]
    redenen: list[Counter[str]] = [Counter() for _ in tijdvakken]
    begin = [tijdvak.begin for tijdvak in tijdvakken]
    for voorval in gevonden:
        plaats = bisect_right(begin, voorval.dag) - 1
        if plaats >= 0 and voorval.dag <= tijdvakken[plaats].eind:
            per_tijdvak[plaats][voorval.soort] += 1
            if voorval.reden is not None:
                redenen[plaats][voorval.reden] += 1
    return [
        Stroom(tijdvak, _voor(reeks, tijdvak.begin), _na(reeks, tijdvak.eind), per_tijdvak[n], redenen[n])
        for n, tijdvak in enumerate(tijdvakken)
    ]


def _voor(reeks: Iterable[Traject], dag: date) -> int:
    """Clients with support before this day that goes on into it."""
    return sum(traject.begin < dag <= traject.eind for traject in reeks)


def _na(reeks: Iterable[Traject], dag: date) -> int:
    """Clients with support on this day that goes on after it."""
    return sum(traject.begin <= dag < traject.eind for traject in reeks)


def _aaneen(van_client: list[Steun], tolerantie: int) -> Iterator[Traject]:
    """The support of one client in stretches; the reason is that of what ends last, one of a 307 before none."""
    stuk: list[Steun] = []
    eind = date.max
    for een in sorted(van_client, key=attrgetter("begin")):
        if stuk and een.begin > _later(eind, tolerantie + 1):
            yield _traject(stuk, eind)
            stuk = []
        eind = max(eind, een.eind) if stuk else een.eind
        stuk.append(een)
    if stuk:
        yield _traject(stuk, eind)


def _traject(stuk: Sequence[Steun], eind: date) -> Traject:
    redenen = [een.reden for een in stuk if een.reden is not None and een.eind == eind]
    return Traject(stuk[0].client, stuk[0].begin, eind, min(redenen, default=NATUURLIJK))


def _gebieden(steun: Iterable[Steun], gevonden: Iterable[Traject], tolerantie: int) -> Iterator[Voorval]:
    """A resultaatgebied that begins after its client came, or ends while the client stays."""
    per_client: dict[str, list[Traject]] = defaultdict(list)
    for traject in gevonden:
        per_client[traject.client].append(traject)
    per_gebied: dict[str, list[Steun]] = defaultdict(list)
    for een in steun:
        if een.gebied is not None:
            per_gebied[een.gebied].append(een)
    for van_gebied in per_gebied.values():
        for stuk in trajecten(van_gebied, tolerantie):
            heel = next(t for t in per_client[stuk.client] if t.begin <= stuk.begin <= t.eind)
            if stuk.begin > heel.begin:
                yield Voorval(stuk.begin, GEBIED_ERBIJ, stuk.client)
            if stuk.eind < heel.eind:
                yield Voorval(stuk.eind, GEBIED_ERAF, stuk.client)


def _overgangen(steun: Iterable[Steun], tolerantie: int) -> Iterator[Voorval]:
    """Within a resultaatgebied: another trede, by rank, or another aanbieder, on the day that the new one begins."""
    for oud, nieuw in overgangen(steun, tolerantie):
        if oud.rang is not None and nieuw.rang is not None and oud.rang != nieuw.rang:
            soort = TREDE_OMHOOG if nieuw.rang > oud.rang else TREDE_OMLAAG
            yield Voorval(nieuw.begin, soort, nieuw.client)
        if oud.aanbieder != nieuw.aanbieder:
            yield Voorval(nieuw.begin, AANBIEDERWISSEL, nieuw.client)


def overgangen(steun: Iterable[Steun], tolerantie: int) -> Iterator[tuple[Steun, Steun]]:
    """Within a resultaatgebied of a client: what was, and what followed on it."""
    groepen: dict[tuple[str, str], list[Steun]] = defaultdict(list)
    for een in steun:
        if een.gebied is not None:
            groepen[een.client, een.gebied].append(een)
    for groep in groepen.values():
        for nieuw in groep:
            oud = _voorganger(nieuw, groep, tolerantie)
            if oud is not None:
                yield oud, nieuw


def _voorganger(nieuw: Steun, groep: Iterable[Steun], tolerantie: int) -> Steun | None:
    """What `nieuw` takes the place of: it began earlier and ended within the tolerance, before or after; else None.

    What goes on beside it longer than that is not replaced but stacked.
    """
    kandidaten = [
        oud
        for oud in groep
        if oud.begin < nieuw.begin <= _later(oud.eind, tolerantie + 1)
        and oud.eind < _later(nieuw.begin, tolerantie)
        and oud.eind < nieuw.eind
    ]
    return max(kandidaten, key=lambda oud: (oud.eind, oud.begin), default=None)


def _later(dag: date, dagen: int) -> date:
    """So many days later; the end of time stays where it is."""
    return date.fromordinal(min(dag.toordinal() + dagen, date.max.toordinal()))
