"""Reports over A and D: verzilvering as it is now, was known at a peildatum or was closed, and whether all is right."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from threading import Lock
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, case, func, select

from services.declaration import tables
from services.declaration.cijfers import cells
from services.declaration.cijfers.cells import Deel
from services.declaration.cijfers.completeness import Verwerkt, lees_verwerkt, volledigheid_van
from services.declaration.cijfers.repairs import herstelacties
from services.declaration.cijfers.submitted import ingediend
from services.declaration.cijfers.suppression import Indeling, is_toonbaar
from services.declaration.cijfers.view import Blik, Filter, lees_blik
from services.declaration.journal import BEGROTING, GEDECLAREERD, TE_BETALEN, VERPLICHT
from services.declaration.onthouden import Vak, onthoud
from services.declaration.readers import bereik, codes_van, gemeenten_van, kijkt
from services.declaration.stand import Afwijking, afwijkingen
from services.declaration.verzilvering import (
    ALLE_GROEPEN,
    Plaats,
    Rij,
    Rijpheid,
    Rijsleutel,
    Som,
    Vol,
    onderdruk,
    per_rij,
    rijen_in,
    tel_samen,
    vol_van,
)
from services.kernel.privacy.kleine_aantallen import MINSTE_CLIENTEN
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
# So many of the last rows are read each time: more than all transactions together add while one of them runs.
_ONDERWEG: Final = 500_000


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
    gevraagd = "boeken", filter, peildatum, bevroren, kijkt(conn, kijker, vandaag)
    boeken = onthoud(
        conn, gevraagd, lambda: _boeken(conn, lees_blik(conn, filter, peildatum, vandaag, bevroren), kijker)
    )
    blik, cellen = boeken.blik, boeken.cellen
    groepen = per_rij(cellen, groepeer)
    plaatsen = dict(groepen)
    volledigheid = volledigheid_van(boeken.verwerkt, cellen, plaatsen, blik)
    alle = rijen_in(groepen, cellen, partial(_clienten, boeken.wie, plaatsen), groepeer, boeken.rijpheid, volledigheid)
    beide = [
        (sleutel, rij if _mag(rij, van_rij, groepeer, filter, boeken.indeling) else onderdruk(rij))
        for (sleutel, van_rij), rij in zip(groepen, alle, strict=True)
    ]
    vol = {sleutel: vol_van(tel_samen(cellen[p] for p in van_rij)) for sleutel, van_rij in groepen if VOLLEDIG in met}
    extra = _extra(conn, blik, groepeer, kijker, met, vol)
    return [{**rij, **_naast(extra, sleutel, rij)} for sleutel, rij in beide]


# --- what is counted, and what may be seen ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Boeken:
    """What a reader sees of the books, and what he is told of them: the same for every way of grouping."""

    blik: Blik
    cellen: Mapping[Plaats, Som]
    wie: Mapping[Plaats, frozenset[str]]
    verwerkt: Verwerkt
    rijpheid: Rijpheid
    indeling: Indeling | None

    def __len__(self) -> int:
        return len(self.cellen)


def _boeken(conn: Connection, blik: Blik, kijker: Partij) -> _Boeken:
    delen = _delen(conn, blik, kijker)
    gezien = [deel for vak, deel in delen.items() if blik.mag(*vak)]
    cellen = _cellen(gezien, codes_van(conn, kijker, blik.vandaag), blik.filter.aanbieder)
    wie = {plaats: clienten for deel in gezien for plaats, clienten in deel.wie.items()}
    van_regio = kijker.soort == "regio"
    indeling = cells.indeling_van(conn, delen, blik.peildatum, blik.bevroren) if van_regio else None
    return _Boeken(blik, cellen, wie, lees_verwerkt(conn), cache(blik.rijpheid), indeling)


def _delen(conn: Connection, blik: Blik, kijker: Partij) -> Mapping[Vak, Deel]:
    """The books at the moment of the view, in parts: at least those with anything for this reader, for the region all.

    What is closed is read as it was then, where that is asked; what is open as it is.
    """
    vakken = cells.vakken(conn, gemeenten_van(conn, kijker, blik.vandaag))
    if blik.peildatum is not None:
        return cells.delen_op(conn, blik.peildatum, vakken)
    dicht = [vak for vak in vakken if blik.bevroren and vak in blik.afsluitingen]
    nu = cells.delen_nu(conn, [vak for vak in vakken if vak not in dicht])
    return {**nu, **cells.delen_bevroren(conn, dicht)}


def _cellen(delen: Iterable[Deel], codes: frozenset[str] | None, aanbieder: str | None) -> dict[Plaats, Som]:
    """The places of these readers (None: of all), and of the aanbieder that was asked for."""
    cellen: dict[Plaats, Som] = {}
    for deel in delen:
        cellen.update(deel.cellen)
    if codes is None and aanbieder is None:
        return cellen
    return {
        plaats: som
        for plaats, som in cellen.items()
        if (codes is None or plaats.gemeente in codes or plaats.aanbieder in codes)
        and aanbieder in (None, plaats.aanbieder)
    }


def _clienten(
    wie: Mapping[Plaats, frozenset[str]], plaatsen: Mapping[Rijsleutel, Sequence[Plaats]], sleutel: Rijsleutel
) -> int:
    """The clients with a grant in a row: each once, however many areas, aanbieders or gemeenten they have."""
    return len(frozenset().union(*(wie.get(plaats, frozenset()) for plaats in plaatsen[sleutel])))


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
    vol: Mapping[Rijsleutel, Vol],
) -> dict[str, Mapping[Rijsleutel, Any]]:
    """{key beside the row: {the row's key: its value}}. Claims have no blocks: the region gets none."""
    extra: dict[str, Mapping[Rijsleutel, Any]] = {}
    waar = partial(bereik, conn, kijker, blik.vandaag)
    if VOLLEDIG in met:
        extra[VOLLEDIG] = vol
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


def journaal_saldi(conn: Connection, *waar: ColumnElement[bool]) -> dict[str, int]:
    """The balance of each account, in eurocent: what came in less what went out; of all rows, or of those `waar`."""
    in_balans = select(*(func.coalesce(_saldo(rekening), 0) for rekening in _REKENINGEN)).where(*waar)
    return dict(zip(_REKENINGEN, (int(saldo) for saldo in conn.execute(in_balans).one()), strict=True))


class LopendeSaldi:
    """The balances for who asks again and again: what was read is not read again, because no row ever goes.

    Rows are numbered before their commit. Of the last of them some may still be on their way, and those are always
    read.
    """

    def __init__(self, onderweg: int = _ONDERWEG) -> None:
        self._onderweg = onderweg
        self._slot = Lock()
        self._tot = 0
        self._saldi = dict.fromkeys(_REKENINGEN, 0)

    def lees(self, conn: Connection) -> dict[str, int]:
        """The same as `journaal_saldi`."""
        with self._slot:
            laatste = conn.execute(select(func.coalesce(func.max(_J.nr), 0))).scalar_one()
            vast = max(laatste - self._onderweg, self._tot)
            erbij = journaal_saldi(conn, _J.nr > self._tot, _J.nr <= vast)
            self._tot, self._saldi = vast, _plus(self._saldi, erbij)
            return _plus(self._saldi, journaal_saldi(conn, _J.nr > vast))


def _plus(een: Mapping[str, int], ander: Mapping[str, int]) -> dict[str, int]:
    return {rekening: een[rekening] + ander[rekening] for rekening in _REKENINGEN}


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
