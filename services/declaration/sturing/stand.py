"""What there is on a day: clients per trede, and how many resultaatgebieden they have at once. Values only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.declaration.sturing.stromen import Steun
from services.declaration.tariffs import half_up


@dataclass(frozen=True, slots=True)
class Trede:
    """Clients with this trede of a resultaatgebied; in the order of `rang`."""

    gebied: str
    trede: int | None
    rang: int
    clienten: int


@dataclass(frozen=True, slots=True)
class Stapeling:
    """{number of resultaatgebieden: clients that have so many at once}."""

    dag: date
    clienten: Mapping[int, int]

    @property
    def totaal(self) -> int:
        return sum(self.clienten.values())

    @property
    def gemiddeld(self) -> float | None:
        """Resultaatgebieden per client, two decimals; None without clients."""
        if not self.totaal:
            return None
        gebieden = sum(aantal * clienten for aantal, clienten in self.clienten.items())
        return half_up(Fraction(gebieden * 100, self.totaal)) / 100


def treden(steun: Iterable[Steun], dag: date) -> list[Trede]:
    """The distribution over treden on a day; a client counts once per trede, and once in each resultaatgebied."""
    wie = wie_per_trede(steun, dag)
    volgorde = sorted(wie, key=lambda sleutel: (sleutel[2], sleutel[0]))
    return [Trede(*sleutel, len(wie[sleutel])) for sleutel in volgorde]


def wie_per_trede(steun: Iterable[Steun], dag: date) -> dict[tuple[str, int | None, int], set[str]]:
    """The clients of each (resultaatgebied, trede, rang) on a day."""
    wie: dict[tuple[str, int | None, int], set[str]] = defaultdict(set)
    for een in lopend(steun, dag):
        if een.gebied is not None and een.rang is not None:
            wie[een.gebied, een.trede, een.rang].add(een.client)
    return wie


def stapeling(steun: Iterable[Steun], dag: date) -> Stapeling:
    """How many resultaatgebieden clients have at once on a day; support of an unknown product counts in none."""
    wie = wie_per_aantal(steun, dag)
    return Stapeling(dag, {aantal: len(wie[aantal,]) for (aantal,) in sorted(wie)})


def wie_per_aantal(steun: Iterable[Steun], dag: date) -> dict[tuple[int], set[str]]:
    """The clients of each number of resultaatgebieden on a day."""
    gebieden: dict[str, set[str]] = defaultdict(set)
    for een in lopend(steun, dag):
        if een.gebied is not None:
            gebieden[een.client].add(een.gebied)
    wie: dict[tuple[int], set[str]] = defaultdict(set)
    for client, van_client in gebieden.items():
        wie[len(van_client),].add(client)
    return wie


def lopend(steun: Iterable[Steun], dag: date) -> list[Steun]:
    """What runs on this day."""
    return [een for een in steun if een.begin <= dag <= een.eind]
