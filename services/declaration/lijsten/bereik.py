"""Whose cases a list is asked for, and of which moment."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from services.declaration.cijfers.view import Blik


@dataclass(frozen=True, slots=True)
class Bereik:
    """Whose cases: conditions on the columns gemeente and aanbieder of any table that has them.

    `gemeenten`: the only ones in which the reader may have a case; None: any. `vraag` tells readers with other cases
    apart, and what else was asked: for lists that are kept.
    """

    blik: Blik
    van: Callable[[Any], list[ColumnElement[bool]]]
    gemeenten: frozenset[str] | None
    vraag: Hashable

    def waar(self, c: Any) -> list[ColumnElement[bool]]:
        return [*self.blik.filters(c), *self.van(c)]

    def in_gemeenten(self, c: Any) -> list[ColumnElement[bool]]:
        """No more than where to look: whose they are `waar` says."""
        gevraagd = (self.gemeenten, self.blik.filter.gemeente and {self.blik.filter.gemeente})
        return [c.gemeente.in_(sorted(codes)) for codes in gevraagd if codes]
