"""Booking D: what was awarded on debits less what was credited, as rows of the journal per Prestatie and period.

The stored rows of a debit are turned round for its credit and never computed again. Amounts are eurocent.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import time
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select, update

from services.declaration import four_weeks, signals, tables
from services.declaration.afspraken.agreements import Afspraken, lees_afspraken, lees_toewijzingen
from services.declaration.booking import Boekmoment, rij, saldo, schrijf
from services.declaration.contracts import Mapping as Vorm
from services.declaration.contracts import Toewijzing, mapping_of
from services.declaration.journal import (
    GEDECLAREERD,
    ZONDER_PERIODE,
    Verdeling,
    boek_gedeclareerd,
    gedeclareerd,
    verschil,
)
from services.declaration.stand import BEURT
from services.kernel.database import een_tegelijk, naast_elkaar
from services.kernel.one_of import one_of
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij

Regel: TypeAlias = Any  # a row of _REGELS
Vorig = tuple[str, str, str, str]  # aanbieder, domein, gemeente, ReferentieNummer: what a credit names
Geboekt = Mapping[str, tuple[int, int]]  # period label → eurocent and pieces

_J = tables.journaal.c
_P = tables.prestatie.c
_D = tables.declaratie.c

# Lines, as far as booking looks at them, with what their declaration tells of them.
_REGELS = select(
    *(_P.nr, _P.gemeente, _P.aanbieder, _P.domein, _P.referentienummer, _P.vorig, _P.grondslag, _P.categorie, _P.code),
    *(_P.begin, _P.eind, _P.volume, _P.dc, _P.toegekend, _D.bericht, _D.release),
).join(tables.declaratie, _D.nr == _P.declaratie)


def boek_prestaties(conn: Connection, declaraties: Collection[int], moment: Boekmoment) -> None:
    """Book D of the approved Prestaties of these declarations: credits first (OP366), then debits in document order.

    A credit of a debit that is among them comes after it: history holds both. Then `te_betalen` is known.
    """
    naast_elkaar(conn, BEURT)
    approved = _REGELS.where(_P.status == tables.GOEDGEKEURD).order_by(_P.nr)
    regels = conn.execute(approved.where(one_of(_P.declaratie, declaraties))).all()
    debets = [regel for regel in regels if regel.dc == "D"]
    samen = {_sleutel(regel, regel.referentienummer) for regel in debets}
    credits = [regel for regel in regels if regel.dc == "C"]
    los = _boek_credits(conn, [regel for regel in credits if _sleutel(regel, regel.vorig) not in samen], moment)
    _boek_verdeeld(conn, [*los, *debets], moment)
    los = _boek_credits(conn, [regel for regel in credits if _sleutel(regel, regel.vorig) in samen], moment)
    _boek_verdeeld(conn, los, moment)
    _tel_te_betalen(conn, declaraties)


def herboek_zonder_periode(conn: Connection, moment: Boekmoment) -> int:
    """Move D that waits for its period into periods that exist by now; the number of rows booked."""
    een_tegelijk(conn, BEURT)
    netto = _netto().where(_J.periode == ZONDER_PERIODE).group_by(_J.prestatie).subquery()
    waiting = _REGELS.join(netto, netto.c.prestatie == _P.nr).where(netto.c.bedrag != 0)
    regels = conn.execute(waiting.where(_P.gecrediteerd_door.is_(None), _P.dc == "D").order_by(_P.nr)).all()
    return _boek_verdeeld(conn, regels, moment, _stand(conn, [regel.nr for regel in regels]))


def gedeclareerd_per_regel(conn: Connection, prestaties: Collection[int]) -> dict[int, dict[str, int]]:
    """What is booked as D on each Prestatie: {nr: {period label: eurocent}}."""
    return {
        nr: {periode: bedrag for periode, (bedrag, _) in geboekt.items()}
        for nr, geboekt in _stand(conn, prestaties).items()
    }


def gedeclareerd_per_gemeente(conn: Connection, declaraties: Collection[int]) -> dict[str, int]:
    """What is booked as D on the Prestaties of these declarations: {gemeente: eurocent}."""
    booked = select(_J.gemeente, saldo(_J.bedrag, GEDECLAREERD)).join(tables.prestatie, _P.nr == _J.prestatie)
    rows = conn.execute(booked.where(one_of(_P.declaratie, declaraties)).group_by(_J.gemeente))
    return {gemeente: int(bedrag) for gemeente, bedrag in rows}


# --- credits ---------------------------------------------------------------------------------------------------------


def _boek_credits(conn: Connection, credits: Sequence[Regel], moment: Boekmoment) -> list[Regel]:
    """Reverse what is booked on the debit of each credit, and mark the debit; the credits that have no open debit.

    A refused line of a factuur has nothing booked on it: its credit books nothing, and nothing is paid back.
    """
    if not credits:
        return []
    debets = _open_debets(conn, credits)
    stand = _stand(conn, [debet.nr for debet in debets.values()])
    rijen: list[tuple[Any, ...]] = []
    gecrediteerd: list[dict[str, Any]] = []
    los: list[Regel] = []
    for credit in credits:
        # Once per debit: a second credit of the same one finds it gone.
        debet = debets.pop(_sleutel(credit, credit.vorig), None)
        if debet is None:
            los.append(credit)
            continue
        afgekeurd = debet.status == tables.AFGEKEURD
        betaald = 0 if afgekeurd else credit.toegekend
        gecrediteerd.append({"debet": debet.nr, "credit": credit.nr, "basis": debet.grondslag, "betaald": betaald})
        for periode, (bedrag, stukken) in stand.get(debet.nr, {}).items():
            waarop = _onbekende(credit, debet.grondslag)
            rijen += _rijen(credit, waarop, {periode: -bedrag}, {periode: -stukken}, moment)
    schrijf(conn, rijen)
    _markeer(conn, gecrediteerd)
    return los


def _open_debets(conn: Connection, credits: Sequence[Regel]) -> dict[Vorig, Regel]:
    """The debits that these credits name and that were not credited before: approved, or refused on a factuur."""
    afgekeurd_op_factuur = (_P.status == tables.AFGEKEURD) & (_D.vorm == tables.FACTUUR)
    columns = _P.aanbieder, _P.domein, _P.gemeente, _P.referentienummer, _P.nr, _P.status, _P.grondslag
    open_ = (
        select(*columns)
        .join(tables.declaratie, _D.nr == _P.declaratie)
        .where(
            *(_P.aanbieder.in_({credit.aanbieder for credit in credits}), _P.telt, _P.dc == "D"),
            _P.domein.in_({credit.domein for credit in credits}),
            *(_P.gecrediteerd_door.is_(None), or_(_P.status == tables.GOEDGEKEURD, afgekeurd_op_factuur)),
        )
    )
    found = conn.execute(open_.where(one_of(_P.referentienummer, {credit.vorig for credit in credits})))
    return {_sleutel(debet, debet.referentienummer): debet for debet in found}


def _markeer(conn: Connection, gecrediteerd: Sequence[dict[str, Any]]) -> None:
    """The debits have their credit; a credit counts on the toewijzing of its debit."""
    if gecrediteerd:
        debet = update(tables.prestatie).where(_P.nr == bindparam("debet"))
        conn.execute(debet.values(gecrediteerd_door=bindparam("credit")), gecrediteerd)
        credit = update(tables.prestatie).where(_P.nr == bindparam("credit"))
        conn.execute(credit.values(grondslag=bindparam("basis"), te_betalen=bindparam("betaald")), gecrediteerd)


def _sleutel(regel: Regel, referentienummer: str) -> Vorig:
    return regel.aanbieder, regel.domein, regel.gemeente, referentienummer


# --- debits ----------------------------------------------------------------------------------------------------------


def _boek_verdeeld(
    conn: Connection, regels: Sequence[Regel], moment: Boekmoment, stand: Mapping[int, Geboekt] | None = None
) -> int:
    """Spread each line over its weeks and book it, less what `stand` says is booked on it; the number of rows."""
    rijen: list[tuple[Any, ...]] = []
    signalen: list[tuple[Any, ...]] = []
    for (gemeente, domein), groep in _per_gemeente(regels).items():
        afspraken = lees_afspraken(conn, gemeente)
        nummers = {regel.grondslag for regel in groep if regel.grondslag is not None}
        bekend = lees_toewijzingen(conn, gemeente, domein, nummers)
        per_stuk = [nummer for nummer, t in bekend.items() if mapping_of(t, None) is Vorm.P]
        stukken = _stukken(conn, gemeente, domein, per_stuk)
        vreemd = _vreemd(conn, groep, bekend, moment)
        for regel in groep:
            toewijzing = None if regel.nr in vreemd else bekend.get(regel.grondslag)
            eigen = stand.get(regel.nr, {}) if stand else {}
            geclaimd = stukken[regel.grondslag]
            verdeling, geprijsd = _verdeel(regel, toewijzing, afspraken, geclaimd, eigen)
            rijen += _verschillen(regel, toewijzing, verdeling, eigen, moment)
            signalen += signals.van_toekenning(regel, toewijzing, geprijsd) if stand is None else ()
    schrijf(conn, rijen)
    signals.voeg_toe(conn, signalen, moment.geboekt_op)
    return len(rijen)


def _vreemd(
    conn: Connection, regels: Sequence[Regel], bekend: Mapping[int, Toewijzing], moment: Boekmoment
) -> set[int]:
    """The lines on a toewijzing of another aanbieder, unless in 2.3 its administration is kept by this one (TR311)."""
    anders = [regel for regel in regels if regel.grondslag in bekend and not _is_eigen(regel, bekend[regel.grondslag])]
    namens = {
        code: parties.leesbaar_voor(conn, Partij(code, "aanbieder", ""), moment.bekend_op) or frozenset()
        for code in {regel.aanbieder for regel in anders if regel.release == tables.RELEASE_2_3}
    }
    return {
        regel.nr
        for regel in anders
        if bekend[regel.grondslag].aanbieder not in namens.get(regel.aanbieder, frozenset())
    }


def _is_eigen(regel: Regel, toewijzing: Toewijzing) -> bool:
    return bool(toewijzing.aanbieder == regel.aanbieder)


def _verdeel(
    regel: Regel, toewijzing: Toewijzing | None, afspraken: Afspraken, stukken: dict[str, int], eigen: Geboekt
) -> tuple[Verdeling, bool]:
    """D of one line, and whether a price is known for it; `stukken` (the pieces claimed per period) is kept up to date.

    Awarded without a toewijzing we know, it is weighed by the days it claims. A credit without its debit is a line like
    any other, the other way round, and releases no piece.
    """
    for periode, (_, aantal) in eigen.items():
        stukken[periode] = stukken.get(periode, 0) - aantal
    waarop = toewijzing or _onbekende(regel, regel.grondslag)
    laatste = afspraken.laatste_dag(toewijzing) if toewijzing else regel.eind
    vorm = mapping_of(waarop, afspraken.contract(waarop)) if regel.dc == "D" else None
    periodes, claim = afspraken.periodes, (regel.begin, regel.eind, regel.volume)
    berekend = None
    if regel.release == tables.RELEASE_2_3 and toewijzing is not None:
        tarieven = afspraken.tarieven
        berekend = four_weeks.berekend(toewijzing, vorm, periodes, tarieven, regel.code, *claim, laatste)
    verdeling = gedeclareerd(waarop, vorm, periodes, *claim, regel.toegekend, stukken, laatste, berekend)
    for periode, aantal in verdeling.stukken.items():
        stukken[periode] = stukken.get(periode, 0) + aantal
    return verdeling, regel.release != tables.RELEASE_2_3 or berekend is not None


def _verschillen(
    regel: Regel, toewijzing: Toewijzing | None, verdeling: Verdeling, eigen: Geboekt, moment: Boekmoment
) -> list[tuple[Any, ...]]:
    """The rows that the booking of one line still lacks; nothing is booked yet of most."""
    bedragen, aantallen = verdeling.bedragen, verdeling.stukken
    if eigen:
        bedragen = verschil(bedragen, {periode: bedrag for periode, (bedrag, _) in eigen.items()})
        aantallen = verschil(aantallen, {periode: aantal for periode, (_, aantal) in eigen.items()})
    return _rijen(regel, toewijzing or _onbekende(regel, regel.grondslag), bedragen, aantallen, moment)


def _onbekende(regel: Regel, nummer: Any) -> Toewijzing:
    """What stands in for a toewijzing we do not know: the days that the line claims. `nummer` may be None."""
    return Toewijzing(
        gemeente=regel.gemeente,
        domein=regel.domein,
        nummer=nummer,
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
) -> defaultdict[int | None, dict[str, int]]:
    """The pieces claimed per toewijzing of mapping P and period, credits subtracted."""
    claimed = select(_J.toewijzing, _J.periode, saldo(_J.stukken, GEDECLAREERD)).where(
        _J.gemeente == gemeente, _J.domein == domein, _J.stukken > 0
    )
    stukken: defaultdict[int | None, dict[str, int]] = defaultdict(dict)
    rows = conn.execute(claimed.where(one_of(_J.toewijzing, nummers)).group_by(_J.toewijzing, _J.periode))
    for nummer, periode, aantal in rows:
        stukken[nummer][periode] = int(aantal)
    return stukken


# --- what is booked --------------------------------------------------------------------------------------------------


def _stand(conn: Connection, prestaties: Collection[int]) -> dict[int, dict[str, tuple[int, int]]]:
    """What is booked on each Prestatie: {nr: {period: (eurocent, pieces)}}."""
    stand: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    booked = _netto(_J.periode).group_by(_J.prestatie, _J.periode)
    for nr, periode, bedrag, stukken in conn.execute(booked.where(one_of(_J.prestatie, prestaties))):
        stand[nr][periode] = int(bedrag), int(stukken)
    return stand


def _netto(*sleutel: ColumnElement[Any]) -> Any:
    bedrag, stukken = saldo(_J.bedrag, GEDECLAREERD), saldo(_J.stukken, GEDECLAREERD)
    return select(_J.prestatie, *sleutel, bedrag.label("bedrag"), stukken.label("stukken"))


def _tel_te_betalen(conn: Connection, declaraties: Collection[int]) -> None:
    """What is to be paid on each declaration: the sum of its lines."""
    betaald = select(func.coalesce(func.sum(_P.te_betalen), 0)).where(_P.declaratie == _D.nr).scalar_subquery()
    conn.execute(update(tables.declaratie).where(one_of(_D.nr, declaraties)).values(te_betalen=betaald))


def _rijen(
    regel: Regel, toewijzing: Toewijzing, bedragen: dict[str, int], stukken: Mapping[str, int], moment: Boekmoment
) -> list[tuple[Any, ...]]:
    """The rows of D of one line."""
    boekingen = boek_gedeclareerd(toewijzing, bedragen, regel.code, regel.nr, regel.bericht)
    return [rij(boeking, abs(stukken.get(boeking.periode, 0)), moment) for boeking in boekingen]
