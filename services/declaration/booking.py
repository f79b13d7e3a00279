"""Booking: the differences of A per toewijzing and period, and D per awarded Prestatie, as rows of the journal.

What is computed comes from journal.py; here is which rows there are, and which are missing. Amounts are eurocent.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, func, select, update

from services.declaration import signals, tables
from services.declaration.agreements import Afspraken, in_parts, lees_afspraken, lees_toewijzingen
from services.declaration.contracts import Contract, Toewijzing, mapping_of
from services.declaration.contracts import Mapping as Vorm
from services.declaration.journal import (
    BEGROTING,
    GEDECLAREERD,
    VERPLICHT,
    ZONDER_PERIODE,
    Boeking,
    Toegewezen,
    boek_gedeclareerd,
    boek_toegewezen,
    gedeclareerd,
    laatste_dag,
    toegewezen,
    verschil,
)
from services.declaration.weeks import Periodes
from services.kernel.database import insert_rows

Houder = tuple[str, str | None]  # aanbieder, productcode: whom and what a row of A is booked on
Regel = Row[Any]  # a row of the table prestatie

_COLUMNS = (
    *("van", "naar", "bedrag", "gemeente", "aanbieder", "domein", "toewijzing", "productcode", "periode"),
    *("stukken", "bericht", "prestatie", "besluit", "bekend_op", "geboekt_op"),
)
_J = tables.journaal.c
_P = tables.prestatie.c


@dataclass(frozen=True, slots=True)
class Boekmoment:
    """Since when we know what is booked, and when it is."""

    bekend_op: date
    geboekt_op: datetime


def herboek(
    conn: Connection, moment: Boekmoment, selectie: Mapping[tuple[str, str], Collection[int]] | None = None
) -> int:
    """Book the differences of A of the toewijzingen {(gemeente, domein): nummers}, all of them without a selection.

    Also renews their signalen. The number of rows booked.
    """
    afspraken = lees_afspraken(conn)
    geboekt = 0
    for (gemeente, domein), nummers in (_alle(conn) if selectie is None else selectie).items():
        toewijzingen = lees_toewijzingen(conn, gemeente, domein, nummers)
        stand = _stand_a(conn, gemeente, domein, nummers)
        rijen: list[tuple[Any, ...]] = []
        signalen: list[tuple[Any, ...]] = []
        for nummer, toewijzing in toewijzingen.items():
            contract = afspraken.contract(toewijzing)
            a = _toegewezen(toewijzing, contract, afspraken)
            boekingen = _verschillen_a(toewijzing, a, stand.get(nummer, {}))
            rijen += [_rij(boeking, 0, moment) for boeking in boekingen]
            signalen += signals.van_toewijzing(toewijzing, contract, a)
        insert_rows(conn, tables.journaal, rijen, _COLUMNS)
        signalen += signals.zonder_grondslag(conn, gemeente, domein, toewijzingen)
        signals.vervang(conn, gemeente, domein, nummers, signalen, moment.geboekt_op)
        geboekt += len(rijen)
    return geboekt


def boek_prestaties(conn: Connection, bericht: int, moment: Boekmoment) -> None:
    """Book D of the approved Prestaties of a message: credits first (OP366), then debits in document order."""
    approved = select(tables.prestatie).where(_P.bericht == bericht, _P.status == tables.GOEDGEKEURD)
    regels = conn.execute(approved.order_by(_P.nr)).all()
    credits = [regel for regel in regels if regel.dc == "C"]
    debets = [regel for regel in regels if regel.dc == "D"]
    los = _boek_credits(conn, credits, moment)
    _boek_verdeeld(conn, [*los, *debets], moment)


def herboek_zonder_periode(conn: Connection, moment: Boekmoment) -> int:
    """Move D that waits for its period into periods that exist by now; the number of rows booked."""
    netto = _netto().where(_J.periode == ZONDER_PERIODE).group_by(_J.prestatie).subquery()
    waiting = select(tables.prestatie).join(netto, netto.c.prestatie == _P.nr).where(netto.c.bedrag != 0)
    regels = conn.execute(waiting.where(_P.gecrediteerd_door.is_(None), _P.dc == "D").order_by(_P.nr)).all()
    return _boek_verdeeld(conn, regels, moment, _stand_d(conn, [regel.nr for regel in regels]))


def _alle(conn: Connection) -> dict[tuple[str, str], list[int]]:
    t = tables.toewijzing.c
    gevonden: dict[tuple[str, str], list[int]] = defaultdict(list)
    for gemeente, domein, nummer in conn.execute(select(t.gemeente, t.domein, t.nummer)):
        gevonden[gemeente, domein].append(nummer)
    return gevonden


def _toegewezen(toewijzing: Toewijzing, contract: Contract | None, afspraken: Afspraken) -> Toegewezen:
    laatste = laatste_dag(contract, afspraken.periodes)
    vorm = mapping_of(toewijzing, contract)
    return toegewezen(toewijzing, vorm, afspraken.periodes, afspraken.tarieven, toewijzing.code, laatste)


def _verschillen_a(toewijzing: Toewijzing, a: Toegewezen, stand: Mapping[Houder, dict[str, int]]) -> Iterable[Boeking]:
    """What A still lacks; what stands on another aanbieder or product than the actual version's goes back whole."""
    actueel: Houder = (toewijzing.aanbieder, toewijzing.code)
    for houder in sorted({actueel, *stand}, key=str):
        doel = a.bedragen if houder == actueel else {}
        open_ = verschil(doel, stand.get(houder, {}))
        yield from boek_toegewezen(replace(toewijzing, aanbieder=houder[0]), open_, houder[1], a.besluiten)


def _stand_a(
    conn: Connection, gemeente: str, domein: str, nummers: Collection[int]
) -> dict[int, dict[Houder, dict[str, int]]]:
    """What is booked as A: {nummer: {(aanbieder, productcode): {period: eurocent}}}."""
    sleutel = (_J.toewijzing, _J.aanbieder, _J.productcode, _J.periode)
    booked = select(*sleutel, _saldo(_J.bedrag, VERPLICHT)).where(
        _J.gemeente == gemeente, _J.domein == domein, _J.van.in_((BEGROTING, VERPLICHT))
    )
    stand: dict[int, dict[Houder, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for part in in_parts(nummers):
        for nummer, aanbieder, code, periode, bedrag in conn.execute(
            booked.where(_J.toewijzing.in_(part)).group_by(*sleutel)
        ):
            stand[nummer][aanbieder, code][periode] = int(bedrag)
    return stand


def _boek_credits(conn: Connection, credits: Sequence[Regel], moment: Boekmoment) -> list[Regel]:
    """Reverse what is booked on the debit of each credit, and mark the debit; the credits that have no open debit."""
    if not credits:
        return []
    debets = _open_debets(conn, credits)
    stand = _stand_d(conn, list(debets.values()))
    rijen: list[tuple[Any, ...]] = []
    gecrediteerd: list[dict[str, int]] = []
    los: list[Regel] = []
    for credit in credits:
        # Once per debit: a second credit of the same one finds it gone.
        debet = debets.pop(credit.vorig, None)
        if debet is None:
            los.append(credit)
            continue
        gecrediteerd.append({"debet": debet, "credit": credit.nr})
        for periode, (bedrag, stukken) in stand.get(debet, {}).items():
            rijen += _rijen_d(credit, _onbekende(credit), {periode: -bedrag}, {periode: -stukken}, moment)
    insert_rows(conn, tables.journaal, rijen, _COLUMNS)
    if gecrediteerd:
        mark = update(tables.prestatie).where(_P.nr == bindparam("debet"))
        conn.execute(mark.values(gecrediteerd_door=bindparam("credit")), gecrediteerd)
    return los


def _open_debets(conn: Connection, credits: Sequence[Regel]) -> dict[str, int]:
    """{ReferentieNummer: nr} of the approved debits, not credited before, that these credits name."""
    eerste = credits[0]
    open_ = select(_P.referentienummer, _P.nr).where(
        *(_P.aanbieder == eerste.aanbieder, _P.domein == eerste.domein, _P.gemeente == eerste.gemeente),
        *(_P.telt, _P.dc == "D", _P.status == tables.GOEDGEKEURD, _P.gecrediteerd_door.is_(None)),
    )
    parts = in_parts({credit.vorig for credit in credits})
    return {nummer: nr for part in parts for nummer, nr in conn.execute(open_.where(_P.referentienummer.in_(part)))}


def _boek_verdeeld(
    conn: Connection,
    regels: Sequence[Regel],
    moment: Boekmoment,
    stand: Mapping[int, dict[str, tuple[int, int]]] | None = None,
) -> int:
    """Spread each line over its weeks and book it, less what `stand` says is booked on it; the number of rows."""
    if not regels:
        return 0
    rijen: list[tuple[Any, ...]] = []
    signalen: list[tuple[Any, ...]] = []
    for (gemeente, domein), groep in _per_gemeente(regels).items():
        afspraken = lees_afspraken(conn, gemeente)
        nummers = {regel.toewijzing for regel in groep}
        bekend = lees_toewijzingen(conn, gemeente, domein, nummers)
        per_stuk = [n for n, t in bekend.items() if mapping_of(t, None) is Vorm.P]
        stukken = _stukken(conn, gemeente, domein, per_stuk)
        laatste = {nummer: afspraken.laatste_dag(toewijzing) for nummer, toewijzing in bekend.items()}
        for regel in groep:
            toewijzing = bekend.get(regel.toewijzing)
            if toewijzing is not None and toewijzing.aanbieder != regel.aanbieder:
                toewijzing = None
            waarop = toewijzing or _onbekende(regel), afspraken.periodes, laatste.get(regel.toewijzing, regel.eind)
            eigen = stand.get(regel.nr, {}) if stand else {}
            rijen += _boek_regel(regel, *waarop, stukken[regel.toewijzing], eigen, moment)
            signalen += signals.van_toekenning(regel, toewijzing) if stand is None else ()
    insert_rows(conn, tables.journaal, rijen, _COLUMNS)
    signals.voeg_toe(conn, signalen, moment.geboekt_op)
    return len(rijen)


def _boek_regel(
    regel: Regel,
    toewijzing: Toewijzing,
    periodes: Periodes,
    laatste: date,
    stukken: dict[str, int],
    eigen: Mapping[str, tuple[int, int]],
    moment: Boekmoment,
) -> list[tuple[Any, ...]]:
    """The rows of one line; `stukken` (the pieces claimed per period on its toewijzing) is brought up to date."""
    for periode, (_, aantal) in eigen.items():
        stukken[periode] = stukken.get(periode, 0) - aantal
    # A credit without its debit is a line like any other, the other way round, and releases no piece.
    vorm = mapping_of(toewijzing, None) if regel.dc == "D" else None
    wat = regel.begin, regel.eind, regel.volume, regel.toegekend
    verdeling = gedeclareerd(toewijzing, vorm, periodes, *wat, stukken, laatste)
    for periode, aantal in verdeling.stukken.items():
        stukken[periode] = stukken.get(periode, 0) + aantal
    bedragen = verschil(verdeling.bedragen, {periode: bedrag for periode, (bedrag, _) in eigen.items()})
    aantallen = verschil(verdeling.stukken, {periode: aantal for periode, (_, aantal) in eigen.items()})
    return _rijen_d(regel, toewijzing, bedragen, aantallen, moment)


def _onbekende(regel: Regel) -> Toewijzing:
    """What a line awarded without a toewijzing we know is weighed by: the days it claims."""
    return Toewijzing(
        gemeente=regel.gemeente,
        domein=regel.domein,
        nummer=regel.toewijzing,
        aanbieder=regel.aanbieder,
        client="",
        categorie=regel.categorie,
        code=regel.code,
        ingangsdatum=regel.begin,
        einddatum=regel.eind,
        volume=None,
        eenheid=None,
        frequentie=None,
        budget=None,
        reden_wijziging=None,
        toewijzingsdatum=regel.begin,
        toewijzingstijd=time.min,
        release="",
    )


def _per_gemeente(regels: Sequence[Regel]) -> dict[tuple[str, str], list[Regel]]:
    groepen: dict[tuple[str, str], list[Regel]] = defaultdict(list)
    for regel in regels:
        groepen[regel.gemeente, regel.domein].append(regel)
    return groepen


def _stukken(
    conn: Connection, gemeente: str, domein: str, nummers: Collection[int]
) -> defaultdict[int, dict[str, int]]:
    """The pieces claimed per toewijzing of mapping P and period, credits subtracted."""
    claimed = select(_J.toewijzing, _J.periode, _saldo(_J.stukken, GEDECLAREERD)).where(
        _J.gemeente == gemeente, _J.domein == domein, _J.stukken > 0
    )
    stukken: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for part in in_parts(nummers):
        rows = conn.execute(claimed.where(_J.toewijzing.in_(part)).group_by(_J.toewijzing, _J.periode))
        for nummer, periode, aantal in rows:
            stukken[nummer][periode] = int(aantal)
    return stukken


def _stand_d(conn: Connection, prestaties: Collection[int]) -> dict[int, dict[str, tuple[int, int]]]:
    """What is booked on each Prestatie: {nr: {period: (eurocent, pieces)}}."""
    stand: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    booked = _netto(_J.periode).group_by(_J.prestatie, _J.periode)
    for part in in_parts(prestaties):
        for nr, periode, bedrag, stukken in conn.execute(booked.where(_J.prestatie.in_(part))):
            stand[nr][periode] = int(bedrag), int(stukken)
    return stand


def _netto(*sleutel: ColumnElement[Any]) -> Any:
    bedrag, stukken = _saldo(_J.bedrag, GEDECLAREERD), _saldo(_J.stukken, GEDECLAREERD)
    return select(_J.prestatie, *sleutel, bedrag.label("bedrag"), stukken.label("stukken"))


def _saldo(column: ColumnElement[Any], rekening: str) -> ColumnElement[Any]:
    """The sum of a column over rows that come in on an account, less those that go out of it."""
    return func.sum(case((_J.naar == rekening, column), else_=-column))


def _rijen_d(
    regel: Regel, toewijzing: Toewijzing, bedragen: dict[str, int], stukken: Mapping[str, int], moment: Boekmoment
) -> list[tuple[Any, ...]]:
    """The rows of D of one line."""
    boekingen = boek_gedeclareerd(toewijzing, bedragen, regel.code, regel.nr, regel.bericht)
    return [_rij(boeking, abs(stukken.get(boeking.periode, 0)), moment) for boeking in boekingen]


def _rij(boeking: Boeking, stukken: int, moment: Boekmoment) -> tuple[Any, ...]:
    b = boeking
    waar = b.van, b.naar, b.bedrag, b.gemeente, b.aanbieder, b.domein, b.toewijzing, b.productcode, b.periode
    return *waar, stukken, b.bericht, b.prestatie, b.besluit, moment.bekend_op, moment.geboekt_op
