"""What the money rests on: the toewijzing as declaration knows it, the contract and the product table. Values only."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import TypeAlias

# 13 removes a toewijzing; 01 is its expired predecessor and the code of 2.3.
REDEN_VERWIJDERD = frozenset({"13", "01"})


class Mapping(StrEnum):
    """How a contract in four-week terms is written in a 301 of release 3.2."""

    W = "W"  # pieces per week at the week price
    E = "E"  # eurocent per week
    P = "P"  # pieces in total, one per 4-week period
    M = "M"  # eurocent per calendar month


class Gebroken(StrEnum):
    """What a broken 4-week period counts for in a contract of release 2.3."""

    FULL = "FULL"  # the whole period
    WEEK = "WEEK"  # every week touched
    DAY = "DAY"  # every day


class Contractsoort(StrEnum):
    """Who a contract is with, in the terms of the tender."""

    REGIONAAL = "regionaal"
    LOKAAL = "lokaal"  # for a small aanbieder: in at most two gemeenten
    TOETREDER = "toetreder"  # came in at a yearly entry


# How the weeks of a toewijzing count: a mapping of 3.2, or the broken periods of 2.3.
Telwijze: TypeAlias = Mapping | Gebroken


@dataclass(frozen=True, slots=True)
class Product:
    """A row of the product table; the code itself is never cut into parts. `rang` orders products for display."""

    code: str
    resultaatgebied: str
    trede: int | None
    rang: int
    categorie: str


@dataclass(frozen=True, slots=True)
class Toewijzing:
    """The actual version of one ToewijzingNummer. Dates inclusive, budget in eurocent.

    `client` is the keyed hash of the Bsn. `vervallen`: a refusing 302 took it back, so its number counts as
    unknown; or it was removed, which is 9384 in 3.2.
    """

    gemeente: str
    domein: str
    nummer: int
    aanbieder: str
    client: str
    categorie: str | None
    code: str | None
    ingangsdatum: date
    einddatum: date | None
    volume: int | None
    eenheid: str | None
    frequentie: str | None
    budget: int | None
    reden_wijziging: str | None
    toewijzingsdatum: date
    toewijzingstijd: time
    release: str
    vervallen: bool = False

    @property
    def verwijderd(self) -> bool:
        """Removed, so treated as never sent (process.md §3)."""
        return self.einddatum == self.ingangsdatum and self.reden_wijziging in REDEN_VERWIJDERD


@dataclass(frozen=True, slots=True)
class Contract:
    """Agreed for one aanbieder, gemeente and resultaatgebied, `van` up to and including `tot` (None: open).

    `optie_tot`: the end when every option is taken; money and judging look at `tot`. `perceel`: the lot's name.
    """

    aanbieder: str
    gemeente: str
    resultaatgebied: str
    van: date
    tot: date | None
    release: str
    vorm: str  # "declaratie" | "factuur"
    gebroken: Gebroken  # a broken period in release 2.3
    mapping: Mapping
    soort: Contractsoort = Contractsoort.REGIONAAL
    leveringsplicht: bool = False
    optie_tot: date | None = None
    perceel: str | None = None

    def geldt_op(self, dag: date) -> bool:
        return self.van <= dag and (self.tot is None or dag <= self.tot)

    @property
    def uiterlijk(self) -> date | None:
        """The last day with every option taken; None: open."""
        return self.tot if self.tot is None or self.optie_tot is None else max(self.tot, self.optie_tot)


# (Eenheid, Frequentie) → mapping.
_VORMEN = {
    ("82", "2"): Mapping.W,
    ("83", "2"): Mapping.E,
    ("82", "6"): Mapping.P,
    ("83", "4"): Mapping.M,
}

# (Eenheid, Frequentie) counted per 4 weeks: pieces and eurocent, and pieces per year. Hours have no tariff.
_PER_VIER_WEKEN = frozenset({("82", "3"), ("83", "3"), ("82", "5")})


def contract_for(contracts: Iterable[Contract], toewijzing: Toewijzing, product: Product | None) -> Contract | None:
    """The contract valid on Ingangsdatum, else the one that overlaps the toewijzing longest, else None.

    Without a product (aspecific, generic) every resultaatgebied will do. Linear: for many toewijzingen hand
    in only the contracts of their aanbieder and gemeente.
    """
    mogelijk = [contract for contract in contracts if _past(contract, toewijzing, product)]
    geldig = [contract for contract in mogelijk if contract.geldt_op(toewijzing.ingangsdatum)]
    if geldig:
        return max(geldig, key=lambda contract: contract.van)
    overlappend = [contract for contract in mogelijk if _overlap(contract, toewijzing) > 0]
    # Not valid on Ingangsdatum, so all start later: of equal overlaps the first to start.
    return max(overlappend, key=lambda c: (_overlap(c, toewijzing), -c.van.toordinal()), default=None)


def mapping_of(toewijzing: Toewijzing, contract: Contract | None) -> Telwijze | None:
    """How the weeks of the toewijzing count; None: generic, spread over calendar days.

    The message's shape decides and not `contract`: maxima (TR321, TR322) and prices follow what was granted. Only what
    a broken period of 4 weeks counts for is not in the message: the contract says, else WEEK.
    """
    if toewijzing.volume is None:
        return None
    vorm = toewijzing.eenheid or "", toewijzing.frequentie or ""
    if vorm in _PER_VIER_WEKEN:
        return contract.gebroken if contract else Gebroken.WEEK
    return _VORMEN.get(vorm)


def wijkt_af(toewijzing: Toewijzing, contract: Contract) -> bool:
    """The toewijzing is not written as its contract says: a signal to the gemeente, never a retourcode."""
    afgesproken: Telwijze = contract.gebroken if contract.release == "2.3" else contract.mapping
    return mapping_of(toewijzing, contract) != afgesproken


def ontbrekende_gebieden(
    toewijzingen: Sequence[Toewijzing],
    gebied_van: Callable[[Toewijzing], str | None],
    contracten_van: Callable[[Toewijzing], Iterable[Contract]],
) -> dict[int, frozenset[str]]:
    """{ToewijzingNummer: areas that its client gets from another aanbieder because its own has no contract for them}.

    Among toewijzingen of one client at one gemeente (niet stapelbaar). The two have a day in common, and on no such day
    the first aanbieder has a contract for the area of the second.
    """
    geldig = [t for t in toewijzingen if not (t.vervallen or t.verwijderd)]
    gevonden = {
        eigen.nummer: frozenset(
            elders
            for ander in geldig
            if (elders := gebied_van(ander)) is not None
            and ander.aanbieder != eigen.aanbieder
            and elders != gebied_van(eigen)
            and _ontbreekt(elders, contracten_van(eigen), eigen, ander)
        )
        for eigen in geldig
        if gebied_van(eigen) is not None
    }
    return {nummer: gebieden for nummer, gebieden in gevonden.items() if gebieden}


def _ontbreekt(gebied: str, contracten: Iterable[Contract], een: Toewijzing, ander: Toewijzing) -> bool:
    """Both run on some day, and no contract for this area does on any of them."""
    begin = max(een.ingangsdatum, ander.ingangsdatum)
    eind = min(een.einddatum or date.max, ander.einddatum or date.max)
    samen = (c for c in contracten if c.resultaatgebied == gebied and c.van <= eind and begin <= (c.tot or date.max))
    return begin <= eind and not any(True for _ in samen)


def _past(contract: Contract, toewijzing: Toewijzing, product: Product | None) -> bool:
    return (
        contract.aanbieder == toewijzing.aanbieder
        and contract.gemeente == toewijzing.gemeente
        and (product is None or contract.resultaatgebied == product.resultaatgebied)
    )


def _overlap(contract: Contract, toewijzing: Toewijzing) -> int:
    """Days that both run; zero or less when they do not meet."""
    eind = min(contract.tot or date.max, toewijzing.einddatum or date.max)
    return (eind - max(contract.van, toewijzing.ingangsdatum)).days + 1
