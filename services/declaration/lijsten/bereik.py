"""Whose cases a list is asked for, and of which moment."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection

from services.declaration.cijfers import cells
from services.declaration.cijfers.view import Blik
from services.declaration.onthouden import Vak
from services.declaration.readers import alleen_gemeenten, van_codes


@dataclass(frozen=True, slots=True)
class Bereik:
    """Whose cases: those of one of these gemeenten and aanbieders; `codes` None: of anybody.

    `vraag` tells readers with other cases apart, and what else was asked: for lists that are kept.
    """

    blik: Blik
    codes: frozenset[str] | None
    vraag: Hashable

    def waar(self, c: Any) -> list[ColumnElement[bool]]:
        """As conditions on the columns gemeente and aanbieder of any table that has them."""
        return [*self.blik.filters(c), *van_codes(c, self.codes)]

    def voorwaarden(self, c: Any) -> list[ColumnElement[bool]]:
        """The same with the periods of the view, on columns that have a periode too."""
        return [*self.blik.voorwaarden(c), *van_codes(c, self.codes)]

    def mag(self, gemeente: str, aanbieder: str) -> bool:
        """What `waar` says, of a row that was read for everybody."""
        gevraagd = self.blik.filter
        if gevraagd.gemeente not in (None, gemeente) or gevraagd.aanbieder not in (None, aanbieder):
            return False
        return self.codes is None or gemeente in self.codes or aanbieder in self.codes

    def gemeenten(self) -> Collection[str] | None:
        """The only ones in which a case may be; None: any. No more than where to look: whose they are `waar` says."""
        if self.blik.filter.gemeente:
            return {self.blik.filter.gemeente}
        return alleen_gemeenten(self.codes)

    def vakken(self, conn: Connection) -> list[Vak]:
        """The parts of the books in which a case may be."""
        return [vak for vak in cells.vakken(conn, self.gemeenten()) if self.blik.mag(*vak)]
