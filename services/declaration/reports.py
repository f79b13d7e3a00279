"""Reports over A and D: verzilvering as it is now, was known at a peildatum or was closed, and whether all is right."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, case, func, select

from services.declaration import tables
from services.declaration.cijfers import cells
from services.declaration.cijfers.completeness import volledigheid_van
from services.declaration.cijfers.repairs import herstelacties
from services.declaration.cijfers.submitted import ingediend
from services.declaration.cijfers.suppression import MINSTE_CLIENTEN, Indeling, blokken, is_toonbaar
from services.declaration.cijfers.view import Blik, Filter, lees_blik
from services.declaration.journal import BEGROTING, GEDECLAREERD, TE_BETALEN, VERPLICHT
from services.declaration.onthouden import onthoud
from services.declaration.readers import bereik, kijkt
from services.declaration.stand import Afwijking, afwijkingen
from services.declaration.verzilvering import (
    ALLE_GROEPEN,
    Plaats,
    Rij,
    Rijsleutel,
    Som,
    onderdruk,
    per_rij,
    rijen_van,
    vol_van,
)
from services.kernel.toegang.parties import Partij

__all__ = ["MET", "Filter", "journaal_check", "verzilvering"]

# What may be asked beside a row.
VOLLEDIG: Final = "volledig"
BEVROREN: Final = "bevroren"
INGEDIEND: Final = "ingediend"
HERSTELACTIE: Final = "herstelactie"
MET: Final = (VOLLEDIG, BEVROREN, INGEDIEND, HERSTELACTIE)

_J = tables.journaal.c
_REKENINGEN = (BEGROTING, VERPLICHT, TE_BETALEN, GEDECLAREERD)


def verzilvering(
    conn: Connection,
    groepeer: Collection[str],
    filter: Filter,
    peildatum: date | None,
    vandaag: date,
    kijker: Partij,
    *,
    bevroren: bool = False,
    met: Collection[str] = (),
) -> list[dict[str, Any]]:
    """The rows of GET /v1/verzilvering for this reader: his own, or all of them for the region and the operator.

    With a peildatum: what was known by the end of that day, over the periods that had ended by then. `bevroren`: a
    closed period as it stood when it was closed, the others as they are. Else restated: with what is known today, over
    the periods that have begun. `met`: any of MET, as keys beside those of the row. ValueError for an unknown key.
    """
    blik = lees_blik(conn, filter, peildatum, vandaag, bevroren)
    telling, indeling = _tel(conn, blik, groepeer, kijker)
    volledigheid = volledigheid_van(conn, telling.cellen, groepeer, blik)
    alle = rijen_van(telling.cellen, telling.clienten, groepeer, blik.rijpheid, volledigheid)
    plaatsen = per_rij(telling.cellen, groepeer)
    getoond = [
        rij if _mag(rij, van_rij, groepeer, filter, indeling) else onderdruk(rij)
        for rij, (_, van_rij) in zip(alle, plaatsen, strict=True)
    ]
    beide = zip(getoond, plaatsen, strict=True)
    opgeteld = {sleutel: sum((telling.cellen[p] for p in van_rij), Som()) for sleutel, van_rij in plaatsen}
    extra = _extra(conn, blik, groepeer, kijker, met, opgeteld)
    return [{**rij, **_naast(extra, sleutel, rij)} for rij, (sleutel, _) in beide]


# --- what is counted, and what may be seen ---------------------------------------------------------------------------


def _tel(
    conn: Connection, blik: Blik, groepeer: Collection[str], kijker: Partij
) -> tuple[cells.Telling, Indeling | None]:
    """The sums for this reader; for the region also of which blocks its rows must be made."""
    regio = kijker.soort == "regio"
    if blik.is_nu:
        where = [*blik.voorwaarden(tables.stand.c), *bereik(conn, kijker, blik.vandaag, tables.stand.c)]
        if not regio:
            return cells.tel_nu(conn, where, groepeer), None
        vraag = "cellen", blik.filter, blik.vandaag
        cellen = onthoud(conn, vraag, lambda: cells.sommen_nu(conn, where, ("resultaatgebied", "trede", "cohort")))
        return cells.Telling(cellen, cells.clienten_nu(conn, where, groepeer)), _blokken_nu(conn)
    moment = "toen", blik.filter, blik.peildatum, kijkt(conn, kijker, blik.vandaag)
    toen = onthoud(conn, moment, lambda: _toen(conn, blik, kijker))
    return toen.telling(groepeer), toen.indeling


def _toen(conn: Connection, blik: Blik, kijker: Partij) -> cells.Toen:
    """What the journal tells of this moment; the region's blocks are of the whole table, whatever part is asked."""
    regio = kijker.soort == "regio"
    where = [] if regio else [*blik.filters(_J), *bereik(conn, kijker, blik.vandaag, _J)]
    standen = cells.standen_toen(conn, where, blik.binnen())
    indeling = blokken(cells.cellen_toen(standen)) if regio else None
    return cells.tel_toen([stand for stand in standen if blik.mag(stand)], indeling)


def _blokken_nu(conn: Connection) -> Indeling:
    """The same for every question of the region."""
    return onthoud(conn, "blokken", lambda: blokken(cells.cellen_nu(conn)))


def _mag(
    rij: Rij, plaatsen: Sequence[Plaats], groepeer: Collection[str], filter: Filter, indeling: Indeling | None
) -> bool:
    """Whether a reader sees the figures of a row; only the region has blocks, and it sees no single aanbieder."""
    if indeling is None:
        return True
    if "aanbieder" in groepeer or filter.aanbieder is not None:
        return False
    return (rij["clienten"] or 0) >= MINSTE_CLIENTEN and is_toonbaar(plaatsen, indeling)


# --- beside a row ----------------------------------------------------------------------------------------------------


def _extra(
    conn: Connection,
    blik: Blik,
    groepeer: Collection[str],
    kijker: Partij,
    met: Collection[str],
    opgeteld: Mapping[Rijsleutel, Som],
) -> dict[str, Mapping[Rijsleutel, Any]]:
    """{key beside the row: {the row's key: its value}}. Claims have no blocks: the region gets none."""
    extra: dict[str, Mapping[Rijsleutel, Any]] = {}
    waar = partial(bereik, conn, kijker, blik.vandaag)
    if VOLLEDIG in met:
        extra[VOLLEDIG] = {sleutel: vol_van(som) for sleutel, som in opgeteld.items()}
    if BEVROREN in met:
        toen = verzilvering(conn, groepeer, blik.filter, None, blik.vandaag, kijker, bevroren=True)
        extra[BEVROREN] = {_sleutel_van(rij): _cijfers(rij) for rij in toen}
    if INGEDIEND in met:
        extra[INGEDIEND] = {} if kijker.soort == "regio" else ingediend(conn, blik, groepeer, waar)
    if HERSTELACTIE in met:
        extra[HERSTELACTIE] = herstelacties(conn, blik, groepeer, waar)
    return extra


def _naast(extra: Mapping[str, Mapping[Rijsleutel, Any]], sleutel: Rijsleutel, rij: Rij) -> dict[str, Any]:
    """What stands beside one row; nothing is told of a row that is not shown."""
    getoond = rij["toegewezen"] is not None
    return {naam: waarden.get(sleutel) if getoond else None for naam, waarden in extra.items()}


def _sleutel_van(rij: Mapping[str, Any]) -> Rijsleutel:
    return tuple(rij.get(naam) for naam in ALLE_GROEPEN)


def _cijfers(rij: Mapping[str, Any]) -> dict[str, Any]:
    return {naam: waarde for naam, waarde in rij.items() if naam not in ALLE_GROEPEN}


# --- is the journal right? -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verschil:
    """An awarded line that is not booked for its award, or booked without one. Eurocent, signed."""

    gemeente: str
    aanbieder: str
    referentienummer: str
    toegekend: int
    geboekt: int


@dataclass(frozen=True, slots=True)
class Journaalcontrole:
    """Balance per account, what was awarded and what was booked as D, and every line where the two differ.

    `toegekend` is what is to be paid: the credit of a refused line of a factuur is answered, and counts for nothing.
    `afwijkingen`: what is kept of A and D beside the journal and is not what the journal says.
    """

    saldi: dict[str, int]
    toegekend: int
    geboekt: int
    verschillen: tuple[Verschil, ...]
    afwijkingen: tuple[Afwijking, ...] = ()

    @property
    def klopt(self) -> bool:
        in_balans = sum(self.saldi.values()) == 0 and self.toegekend == self.geboekt
        return in_balans and not self.verschillen and not self.afwijkingen


def journaal_saldi(conn: Connection) -> dict[str, int]:
    """The balance of each account, in eurocent: what came in less what went out."""
    in_balans = select(*(func.coalesce(_saldo(rekening), 0) for rekening in _REKENINGEN))
    return dict(zip(_REKENINGEN, (int(saldo) for saldo in conn.execute(in_balans).one()), strict=True))


def journaal_check(conn: Connection) -> Journaalcontrole:
    """Whether the accounts sum to zero, every line is booked for what is to be paid on it, and A and D add up."""
    saldi = journaal_saldi(conn)
    p = tables.prestatie.c
    due = select(func.coalesce(func.sum(p.te_betalen), 0)).where(p.status == tables.GOEDGEKEURD)
    verschillen = tuple(_verschillen(conn))
    toegekend = int(conn.execute(due).scalar_one())
    return Journaalcontrole(saldi, toegekend, saldi[GEDECLAREERD], verschillen, tuple(afwijkingen(conn)))


def _verschillen(conn: Connection) -> Iterable[Verschil]:
    p = tables.prestatie.c
    netto = select(_J.prestatie, _saldo(GEDECLAREERD).label("bedrag")).group_by(_J.prestatie).subquery()
    te_betalen = case((p.status == tables.GOEDGEKEURD, p.te_betalen), else_=0)
    geboekt = func.coalesce(netto.c.bedrag, 0)
    statement = (
        select(p.gemeente, p.aanbieder, p.referentienummer, te_betalen, geboekt)
        .join(netto, netto.c.prestatie == p.nr, isouter=True)
        .where(te_betalen != geboekt)
        .order_by(p.nr)
    )
    return (Verschil(*row[:3], int(row[3]), int(row[4])) for row in conn.execute(statement))


def _saldo(rekening: str) -> ColumnElement[Any]:
    """What came in on an account less what went out of it."""
    return func.sum(case((_J.naar == rekening, _J.bedrag), (_J.van == rekening, -_J.bedrag), else_=0))
