"""What a file with contracts is refused for, on top of the contracts there are. Values only; every bad row is named."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from services.declaration.afspraken.looptijden import Looptijd, gaten, noem_gat, overlappingen
from services.declaration.contracts import Contract, Contractsoort

# A small aanbieder may have a local contract with so many gemeenten of the region.
LOKAAL_HOOGSTENS: Final = 2

Rijen = Sequence[tuple[int, Contract]]


def weiger_contracten(
    rijen: Rijen,
    bestaande: Iterable[Contract],
    aanbieders: Collection[str],
    gebieden: Collection[str],
    onvolledig: bool = False,
) -> list[str]:
    """Why these rows cannot be loaded, in Dutch, by row; empty: they can.

    A row with the key of a contract that is there (aanbieder, gemeente, resultaatgebied, van) takes its place.
    `onvolledig`: other rows could not be read, so that a gap says nothing.
    """
    nieuw = {_sleutel(contract) for _, contract in rijen}
    alles = [*((None, contract) for contract in bestaande if _sleutel(contract) not in nieuw), *rijen]
    return [
        *_onbekenden(rijen, aanbieders, gebieden),
        *_opties(rijen),
        *_vormen(alles),
        *_looptijden(alles, onvolledig),
        *_lokaal(alles),
    ]


def _sleutel(contract: Contract) -> tuple[str, str, str, date]:
    return contract.aanbieder, contract.gemeente, contract.resultaatgebied, contract.van


def _onbekenden(rijen: Rijen, aanbieders: Collection[str], gebieden: Collection[str]) -> Iterator[str]:
    for nummer, contract in rijen:
        if contract.aanbieder not in aanbieders:
            yield f"Rij {nummer}, kolom aanbieder: is geen aanbieder van de hub"
        if contract.resultaatgebied not in gebieden:
            yield f"Rij {nummer}, kolom resultaatgebied: staat niet in de producttabel"


def _opties(rijen: Rijen) -> Iterator[str]:
    for nummer, contract in rijen:
        if contract.optie_tot is not None and (contract.tot is None or contract.optie_tot < contract.tot):
            yield f"Rij {nummer}: optie_tot ligt voor tot"


def _vormen(alles: Sequence[tuple[int | None, Contract]]) -> Iterator[str]:
    groepen: dict[tuple[str, str], list[tuple[int | None, Contract]]] = defaultdict(list)
    for nummer, contract in alles:
        groepen[contract.aanbieder, contract.gemeente].append((nummer, contract))
    for (aanbieder, gemeente), groep in groepen.items():
        rijen = [nummer for nummer, _ in groep if nummer is not None]
        if rijen and len({contract.vorm for _, contract in groep}) > 1:
            yield f"{_rij(rijen)}: {aanbieder} met {gemeente}: declaratie en factuur door elkaar (OP278)"


def _looptijden(alles: Sequence[tuple[int | None, Contract]], onvolledig: bool) -> Iterator[str]:
    """Contracts of one aanbieder, gemeente and resultaatgebied follow each other, without overlap and without gap."""
    groepen: dict[tuple[str, str, str], list[Looptijd]] = defaultdict(list)
    for nummer, contract in alles:
        looptijd = Looptijd(contract.van, contract.tot or date.max, nummer)
        groepen[contract.aanbieder, contract.gemeente, contract.resultaatgebied].append(looptijd)
    for (aanbieder, gemeente, gebied), groep in groepen.items():
        wie = f"{aanbieder} met {gemeente}, {gebied}"
        for een, ander in overlappingen(groep):
            rijen = [looptijd.rij for looptijd in (een, ander) if looptijd.rij is not None]
            yield f"{_rij(rijen)}: {wie}: de contracten vanaf {een.van} en {ander.van} overlappen"
        for voor, na in () if onvolledig else gaten(groep):
            yield f"{noem_gat(voor, na, 'contract')} ({wie})"


def _lokaal(alles: Sequence[tuple[int | None, Contract]]) -> Iterator[str]:
    """On no day more than two gemeenten; the most there can be on the first day of one of them."""
    groepen: dict[tuple[str, str], list[tuple[int | None, Contract]]] = defaultdict(list)
    for nummer, contract in alles:
        if contract.soort is Contractsoort.LOKAAL:
            groepen[contract.aanbieder, contract.resultaatgebied].append((nummer, contract))
    for (aanbieder, gebied), groep in groepen.items():
        teveel: set[int] = set()
        for begin in {contract.van for _, contract in groep}:
            geldig = [(nummer, contract) for nummer, contract in groep if contract.geldt_op(begin)]
            if len({contract.gemeente for _, contract in geldig}) > LOKAAL_HOOGSTENS:
                teveel |= {nummer for nummer, _ in geldig if nummer is not None}
        if teveel:
            wie = f"{aanbieder}, {gebied}"
            yield f"{_rij(teveel)}: {wie}: lokaal kan in hoogstens {LOKAAL_HOOGSTENS} gemeenten"


def _rij(rijen: Iterable[int]) -> str:
    """All of them: each takes part, and any of them may be the wrong one."""
    return f"Rij {', '.join(str(rij) for rij in sorted(set(rijen)))}"
