"""Who sees what of the steering: which gemeenten, the region, small counts; and rows made from all support."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from sqlalchemy import Connection

from services.declaration.afspraken.api import Gemeente
from services.declaration.onthouden import onthoud, van_toewijzingen
from services.declaration.readers import kijkt
from services.declaration.report_replies import werk_bij
from services.declaration.sturing.feiten import lees_steun
from services.declaration.sturing.stromen import Steun
from services.declaration.sturing.suppression import Waar, cellen_voor_regio
from services.kernel import problems
from services.kernel.http import DezeDienst, Rapporteur
from services.kernel.shared_api import page
from services.kernel.toegang import access, parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

Domein = Annotated[Literal["wmo", "jeugd"], Query(description="Waarover geteld wordt.")]
Verteld = Callable[[Waar, tuple[Any, ...]], bool]


@dataclass(frozen=True, slots=True)
class Vraag:
    """What each question about steering has: who asks, of which gemeente (None: each that he sees) and domein."""

    request: Request
    dienst: DezeDienst
    partij: Rapporteur
    gemeente: Gemeente = None
    domein: Domein = "wmo"


DezeVraag = Annotated[Vraag, Depends()]


@dataclass(frozen=True, slots=True)
class Blik:
    """What a reader may see: these gemeenten, and whether the region as a whole; small counts or not."""

    gemeenten: tuple[str, ...]
    regio: bool
    klein: bool

    def ziet(self, waar: Waar) -> bool:
        return self.regio if waar is None else waar in self.gemeenten

    def gebieden(self, steun: Sequence[Steun]) -> Iterator[tuple[Waar, list[Steun]]]:
        """The support of each gemeente seen, and of the region under None."""
        return ((waar, eigen) for waar, eigen in gebieden(steun).items() if self.ziet(waar))


def uit_steun(vraag: Vraag, wat: Hashable, rijen: Callable[[Blik, Sequence[Steun]], list[dict[str, Any]]]) -> Response:
    """The rows that are counted from all support of the region, as this reader sees it; `wat` is what else is asked."""
    eis_lezer(vraag.partij)
    werk_bij(vraag.request, vraag.dienst)
    with vraag.dienst.database.read() as conn:

        def tel_op() -> list[dict[str, Any]]:
            steun = alle_steun(conn, vraag.domein)
            return rijen(kijk(conn, vraag.dienst, vraag.partij, vraag.gemeente, steun), steun)

        wie = kijkt(conn, vraag.partij, vraag.dienst.vandaag())
        return page(onthoud(conn, (wat, vraag.gemeente, vraag.domein, wie), tel_op, van_toewijzingen), None)


def alle_steun(conn: Connection, domein: str) -> Sequence[Steun]:
    """All support of the region; no booking changes it."""
    return onthoud(conn, ("steun", domein), partial(lees_steun, conn, domein), van_toewijzingen)


def eis_lezer(partij: Partij) -> None:
    """403 for who counts nothing: an aanbieder knows a part of a client's support."""
    if partij.soort in ("aanbieder", "dienst"):
        raise problems.niet_namens()


def kijk(conn: Connection, dienst: Dienst, partij: Partij, gemeente: str | None, steun: Sequence[Steun]) -> Blik:
    """A gemeente its own, region and operator all."""
    alle = {een.gemeente for een in steun}
    if partij.soort in ("regio", "beheer"):
        gevraagd = alle if gemeente is None else alle & {gemeente}
        return Blik(tuple(sorted(gevraagd)), gemeente is None, partij.soort == "beheer")
    codes = parties.leesbaar_voor(conn, partij, dienst.vandaag()) or frozenset()
    access.eis_gemeente(codes, gemeente)
    return Blik(tuple(sorted(alle & codes & ({gemeente} if gemeente else alle))), False, True)


def gebieden(steun: Sequence[Steun]) -> dict[Waar, list[Steun]]:
    """The support of each gemeente, and of the region as a whole under None."""
    gemeenten = sorted({een.gemeente for een in steun})
    return {**{waar: [een for een in steun if een.gemeente == waar] for waar in gemeenten}, None: list(steun)}


def verteld_aan(
    blik: Blik,
    steun: Sequence[Steun],
    cellen: Callable[[Iterable[Steun], date], Mapping[tuple[Any, ...], set[str]]],
    op: date,
) -> Verteld:
    """Whether this reader is told the clients in a cell of a gemeente or of the region."""
    if blik.klein:
        return lambda waar, cel: True
    per_gemeente = {waar: cellen(eigen, op) for waar, eigen in gebieden(steun).items() if waar is not None}
    zicht = cellen_voor_regio(per_gemeente)
    return lambda waar, cel: zicht[waar].get(cel, False)
