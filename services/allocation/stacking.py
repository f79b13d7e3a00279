"""Which ToegewezenProducten of one Client stack (TR302): the same product, in one message, on the same day.

The same product: Categorie and Code alike; a missing Code is every one of the Categorie, a missing Product every one.
What is removed counts as never sent; in iwmo hulpmiddelen (Categorie 11-14) may stack, with one another and with a
missing Product.
"""

from collections.abc import Iterable, Iterator, Set
from datetime import date
from typing import Final

from services.allocation.message import ToegewezenProduct

HULPMIDDELEN: Final = frozenset({"11", "12", "13", "14"})

# Under what a product is found: (Categorie, Code), with "" for a missing one and None for whatever it is.
Zoekterm = tuple[str | None, str | None]
_ANY: Final = (None, None)
_GENERIC: Final = ("", "")


def stacked(producten: Iterable[ToegewezenProduct], mogen: Set[str] = frozenset()) -> Iterator[ToegewezenProduct]:
    """Each product that begins while another one of the same product runs; those of the Categorieën in `mogen` may."""
    # One sweep by Ingangsdatum and no comparison of pairs: a message may hold tens of thousands of products.
    last_days: dict[Zoekterm, date] = {}
    counting = (p for p in producten if not p.verwijderd and p.categorie not in mogen)
    for product in sorted(counting, key=lambda p: p.ingangsdatum):
        end = product.einddatum or date.max
        if end < product.ingangsdatum:
            continue  # no day at all, which CS003 says already
        running = (last_days[same] for same in _same_as(product) if same in last_days)
        if any(last_day >= product.ingangsdatum for last_day in running):
            yield product
        for term in _found_under(product):
            last_days[term] = max(last_days.get(term, end), end)


def _same_as(product: ToegewezenProduct) -> tuple[Zoekterm, ...]:
    if product.categorie is None:
        return (_ANY,)
    if product.code is None:
        return (product.categorie, None), _GENERIC
    return (product.categorie, product.code), (product.categorie, ""), _GENERIC


def _found_under(product: ToegewezenProduct) -> tuple[Zoekterm, ...]:
    if product.categorie is None:
        return _ANY, _GENERIC
    return _ANY, (product.categorie, None), (product.categorie, product.code or "")
