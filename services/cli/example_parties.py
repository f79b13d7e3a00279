"""Which parties of the FICTIEF example set have a contract, by domein, release and vorm."""

from services.cli import example_set
from services.declaration.contracts import Contract


def _domein(contract: Contract) -> str:
    producten = example_set.voorbeeld().producten.values()
    return next(example_set.domein_van(p.code) for p in producten if p.resultaatgebied == contract.resultaatgebied)


def partijparen(domein: str) -> list[tuple[str, str]]:
    """Every (aanbieder, gemeente) with a contract for this domein, in the order of the set."""
    contracten = example_set.voorbeeld().contracten.values()
    return list(dict.fromkeys((c.aanbieder, c.gemeente) for c in contracten if _domein(c) == domein))


def contractpartijen(
    domein: str, release: str, vorm: str, gemeente: str | None = None, aanbieder: str | None = None
) -> tuple[str, str]:
    """(gemeente, aanbieder): those given; what is not given is that of the first contract of this kind.

    ValueError when there is none.
    """
    if gemeente is not None and aanbieder is not None:
        return gemeente, aanbieder
    for contract in example_set.voorbeeld().contracten.values():
        partijen = contract.gemeente, contract.aanbieder
        soort = _domein(contract), contract.release, contract.vorm
        if soort == (domein, release, vorm) and (gemeente or aanbieder or partijen[0]) in partijen:
            return partijen
    wie = f" met {gemeente}" if gemeente else f" van {aanbieder}" if aanbieder else ""
    raise ValueError(f"De voorbeeldset heeft geen contract{wie} (release {release}, {vorm}).")
