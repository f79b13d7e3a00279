"""The worklist after a retroactive change of a tariff: which approved lines to mend, and how far each has come.

A row is made in the transaction that loads the tariff and never changes; its state is read from the ledger. Amounts are
eurocent.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, null, or_, select

from services.declaration import tables
from services.declaration.afspraken.agreements import Afspraken, lees_afspraken, lees_toewijzingen
from services.declaration.booking import Boekmoment
from services.declaration.contracts import mapping_of
from services.declaration.line_prices import Regel, herprijs, in_euro
from services.declaration.tariffs import Tarief
from services.kernel.database import insert_rows
from services.kernel.one_of import one_of

CREDITEREN: Final = "crediteren-en-opnieuw-declareren"
VERVANGEN: Final = "toewijzing-vervangen"

OPEN: Final = "open"
GECREDITEERD: Final = "gecrediteerd"
GEDAAN: Final = "gedaan"
VERVALLEN: Final = "vervallen"
STATUSSEN: Final = (OPEN, GECREDITEERD, GEDAAN, VERVALLEN)

_COLUMNS = (
    *("prestatie", "soort", "gemeente", "aanbieder", "volume"),
    *("oud", "nieuw", "besluit", "bekend_op", "aangemaakt"),
)
Regelrij: TypeAlias = Any  # a row of _geraakt

_H = tables.herstel.c
_P = tables.prestatie
_T = tables.toewijzing.c


@dataclass(frozen=True, slots=True)
class Herstelregel:
    """A line to mend. `toewijzing_vervangen`: None where it need not be, else whether the gemeente has done so."""

    nr: int
    soort: str
    gemeente: str
    aanbieder: str
    domein: str
    toewijzing: int | None
    productcode: str
    referentienummer: str
    begin: date
    eind: date
    oud: int
    nieuw: int
    besluit: str
    aangemaakt: datetime
    status: str
    toewijzing_vervangen: bool | None

    @property
    def aan_zet(self) -> str | None:
        """Who must act next; None: nobody."""
        if self.status in (GEDAAN, VERVALLEN):
            return None
        return "gemeente" if self.toewijzing_vervangen is False and self.status == OPEN else "aanbieder"


def leg_vast(conn: Connection, nieuw: Sequence[Tarief], moment: Boekmoment) -> int:
    """Add what these tariffs, just stored, ask to mend; the number of rows. Two queries per gemeente and domein."""
    per_gemeente: dict[str, list[Tarief]] = defaultdict(list)
    for tarief in nieuw:
        per_gemeente[tarief.gemeente].append(tarief)
    rijen: list[tuple[Any, ...]] = []
    for gemeente, tarieven in per_gemeente.items():
        afspraken = lees_afspraken(conn, gemeente)
        for domein, regels in _geraakt(conn, gemeente, tarieven).items():
            rijen += _rijen(conn, afspraken, tarieven, (gemeente, domein), regels, moment)
    insert_rows(conn, tables.herstel, rijen, _COLUMNS)
    return len(rijen)


def _geraakt(conn: Connection, gemeente: str, tarieven: Iterable[Tarief]) -> dict[str, list[Regelrij]]:
    """Approved debits without credit that may have another price now, per domein, with what they were asked before.

    A piece of mapping P has the price of Ingangsdatum, so that ProductPeriode says nothing of which tariff it rests on.
    """
    p = _P.c
    gevraagd = select(_H.nieuw).where(_H.prestatie == p.nr).order_by(_H.nr.desc()).limit(1).scalar_subquery()
    columns = p.nr, p.domein, p.aanbieder, p.grondslag, p.code, p.begin, p.eind, p.volume, p.toegekend
    approved = (p.status == tables.GOEDGEKEURD) & (p.dc == "D") & p.telt & p.gecrediteerd_door.is_(None)
    statement = select(*columns, func.coalesce(gevraagd, p.toegekend).label("gevraagd")).where(
        p.gemeente == gemeente, approved, p.grondslag.is_not(None)
    )
    per_domein: dict[str, list[Regelrij]] = defaultdict(list)
    codes = {tarief.productcode for tarief in tarieven}
    for row in conn.execute(statement.where(one_of(p.code, codes)).order_by(p.nr)):
        per_domein[row.domein].append(row)
    return per_domein


def _rijen(
    conn: Connection,
    afspraken: Afspraken,
    tarieven: Sequence[Tarief],
    waar: tuple[str, str],
    regels: Sequence[Regelrij],
    moment: Boekmoment,
) -> list[tuple[Any, ...]]:
    """The rows of one gemeente and domein: where the price is another one than was last asked for."""
    toewijzingen = lees_toewijzingen(conn, *waar, {regel.grondslag for regel in regels})
    nu = afspraken.tarieven
    voor = nu.zonder(tarieven)
    rijen = []
    for regel in regels:
        toewijzing = toewijzingen.get(regel.grondslag)
        if toewijzing is None or toewijzing.aanbieder != regel.aanbieder:
            continue
        telwijze = mapping_of(toewijzing, afspraken.contract(toewijzing))
        lijn = Regel(regel.begin, regel.eind, regel.volume, regel.code, regel.gevraagd)
        laatste = afspraken.laatste_dag(toewijzing)
        prijs = herprijs(lijn, toewijzing, telwijze, afspraken.periodes, voor, nu, laatste)
        if prijs is None or prijs.nieuw == regel.gevraagd:
            continue
        soort = VERVANGEN if in_euro(toewijzing) else CREDITEREN
        wie = regel.nr, soort, toewijzing.gemeente, regel.aanbieder, toewijzing.volume
        rijen.append((*wie, regel.toegekend, prijs.nieuw, prijs.besluit, moment.bekend_op, moment.geboekt_op))
    return rijen


# --- how far it has come ---------------------------------------------------------------------------------------------


def lees_herstel(
    conn: Connection, where: Collection[ColumnElement[bool]], status: str | None = None, na: int = 0, limit: int = 500
) -> list[Herstelregel]:
    """The worklist after row `na`, in order, in one query; `where` may ask anything of herstel and its prestatie."""
    p = _P.c
    stand = _status()
    columns = (
        *(_H.nr, _H.soort, _H.gemeente, _H.aanbieder, p.domein, p.grondslag, p.code, p.referentienummer, p.begin),
        *(p.eind, _H.oud, _H.nieuw, _H.besluit, _H.aangemaakt, stand, _vervangen()),
    )
    same = (_T.gemeente == p.gemeente) & (_T.domein == p.domein) & (_T.nummer == p.grondslag)
    statement = (
        select(*columns)
        .select_from(tables.herstel)
        .join(_P, p.nr == _H.prestatie)
        .join(tables.toewijzing, same, isouter=True)
        .where(_H.nr > na, *where)
        .order_by(_H.nr)
        .limit(limit)
    )
    if status is not None:
        statement = statement.where(stand == status)
    return [_herstelregel(row) for row in conn.execute(statement)]


def _herstelregel(row: Any) -> Herstelregel:
    waarden = dict(zip(Herstelregel.__dataclass_fields__, row, strict=True))
    if waarden["toewijzing_vervangen"] is not None:
        waarden["toewijzing_vervangen"] = bool(waarden["toewijzing_vervangen"])
    return Herstelregel(**waarden)


def _status() -> ColumnElement[str]:
    """Done when the line is credited and what replaces it is approved at the new price.

    A later row about the same line takes the place of an earlier one; a price that came back asks nothing.
    """
    later = tables.herstel.alias()
    opgevolgd = exists().where(later.c.prestatie == _H.prestatie, later.c.nr > _H.nr)
    return case(
        (opgevolgd, VERVALLEN),
        (_H.nieuw == _H.oud, GEDAAN),
        (_P.c.gecrediteerd_door.is_(None), OPEN),
        (_opnieuw(), GEDAAN),
        else_=GECREDITEERD,
    )


def _opnieuw() -> ColumnElement[bool]:
    """A later approved debit of the same client, aanbieder, product and days at the new price, itself not credited.

    Of the same toewijzing or of the one that came in its place. In pieces the price of one counts: another volume may
    have been right. In euros the volume is the amount.
    """
    p, ander = _P.c, _P.alias().c
    same = [ander[naam] == p[naam] for naam in ("gemeente", "domein", "aanbieder", "client", "code", "begin", "eind")]
    per_stuk = and_(p.eenheid != "83", ander.toegekend * p.volume == _H.nieuw * ander.volume, ander.volume > 0)
    prijs = or_(ander.toegekend == _H.nieuw, per_stuk)
    goed = (ander.status == tables.GOEDGEKEURD) & (ander.dc == "D") & ander.telt & ander.gecrediteerd_door.is_(None)
    return exists().where(*same, goed, prijs, ander.nr > p.nr)


def _vervangen() -> ColumnElement[Any]:
    """Null where no toewijzing has to come first; else whether another Volume, an end or a refusal came."""
    anders = or_(_T.nummer.is_(None), _T.vervallen, _T.volume.is_distinct_from(_H.volume), _T.einddatum < _P.c.eind)
    return case((_H.soort != VERVANGEN, null()), (anders, 1), else_=0)
