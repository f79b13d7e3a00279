"""Telling every gemeente its figures: when a period ends, ripens or is closed, and once a day what a repair changed.

Done by the clock. A gebeurtenis goes to the postbus of the gemeente with the sums inside, no persons. The region is
told its totals when a period ends and when it ripens, not after every repair: two totals that differ by the repair of
one client would tell of that client.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_periodes, voorbeeld_tarieven
from services.declaration.cijfers.closings import lees_afsluitingen
from services.declaration.cijfers.view import Filter
from services.declaration.reports import verzilvering
from services.declaration.settings import RIJPING_DAGEN
from services.declaration.stand import BEURT
from services.declaration.store import stand, zet_stand
from services.declaration.verzilvering import AFGESLOTEN, RIJP, rijpheid_van
from services.declaration.weeks import Periode, Periodes
from services.kernel import gebeurtenissen, postbus
from services.kernel.database import een_tegelijk, insert_rows
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

GEEINDIGD: Final = "geeindigd"
GERIJPT: Final = "rijp"
GESLOTEN: Final = "afgesloten"
HERSTELD: Final = "hersteld"

_MELDEN: Final = "cijfermelding"
# Up to this row of the journal no final period was booked on that is still to be told.
_GEZIEN: Final = "cijfers-gezien"
_VEEL: Final = 10_000
# A clock that stood still for four weeks still tells; what ended before the hub went live it does not.
_TERUG: Final = timedelta(weeks=4)
_RIJPING: Final = timedelta(days=RIJPING_DAGEN + 1)

_M = tables.cijfermelding.c
_J = tables.journaal.c
_COLUMNS: Final = ("partij", "periode", "aanleiding", "dag", "journaal_nr", "moment")


@dataclass(frozen=True, slots=True)
class Melding:
    """What a party must be told: these periods, and why. `dag` is part of what makes it once."""

    partij: Partij
    aanleiding: str
    perioden: tuple[str, ...]
    dag: date


def meld_cijfers(dienst: Dienst) -> int:
    """Tell what is due and was not told, in one transaction; how many gebeurtenissen that were."""
    with dienst.database.read() as conn:
        due = _te_melden(conn, dienst.vandaag()) or _laatste_rij(conn) - stand(conn, _GEZIEN) > _VEEL
    if not due:
        return 0
    with dienst.database.write() as conn:
        # Another clock may run beside this one, and no row of the journal may come in below the last one.
        een_tegelijk(conn, _MELDEN)
        een_tegelijk(conn, BEURT)
        meldingen = _te_melden(conn, dienst.vandaag())
        laatste = _laatste_rij(conn)
        bezorgd = [(m.partij.code, nr) for m in meldingen if (nr := _leg_vast(conn, dienst, m)) is not None]
        rijen = [
            (m.partij.code, label, m.aanleiding, m.dag, laatste, dienst.nu()) for m in meldingen for label in m.perioden
        ]
        insert_rows(conn, tables.cijfermelding, rijen, _COLUMNS)
        if not _later_geboekt(conn):
            zet_stand(conn, _GEZIEN, laatste)
        postbus.bezorg(conn, [], dienst.nu(), bezorgd)
    return len(bezorgd)


# --- what is due -----------------------------------------------------------------------------------------------------


def _te_melden(conn: Connection, vandaag: date) -> list[Melding]:
    periodes = lees_periodes(conn)
    partijen = parties.lijst(conn)
    gemeenten = [partij for partij in partijen if partij.soort == "gemeente"]
    regios = [partij for partij in partijen if partij.soort == "regio"]
    gemeld = {tuple(row) for row in conn.execute(select(_M.partij, _M.periode, _M.aanleiding).distinct())}
    momenten = [*_momenten(periodes, vandaag)]
    op_tijd = [
        Melding(partij, waarom, (label,), dag) for label, waarom, dag in momenten for partij in gemeenten + regios
    ]
    per_code = {partij.code: partij for partij in gemeenten}
    dicht = [
        Melding(per_code[code], GESLOTEN, (label,), vandaag)
        for code, label in lees_afsluitingen(conn)
        if code in per_code
    ]
    nieuw = [m for m in [*op_tijd, *dicht] if (m.partij.code, m.perioden[0], m.aanleiding) not in gemeld]
    return [*nieuw, *_hersteld(conn, gemeenten, vandaag, nieuw)]


def _momenten(periodes: Periodes, vandaag: date) -> Iterable[tuple[str, str, date]]:
    """(period, why, since when) of the last four weeks."""
    for periode in periodes:
        for waarom, sinds in ((GEEINDIGD, periode.eind + timedelta(days=1)), (GERIJPT, periode.eind + _RIJPING)):
            if vandaag - _TERUG < sinds <= vandaag:
                yield periode.label, waarom, sinds


def _hersteld(conn: Connection, gemeenten: Sequence[Partij], vandaag: date, nieuw: Sequence[Melding]) -> list[Melding]:
    """Per gemeente the mature and closed periods that were booked on since they were told; once a day."""
    al = select(_M.partij).where(_M.aanleiding == HERSTELD, _M.dag == vandaag).distinct()
    vandaag_al = set(conn.execute(al).scalars())
    net = {(m.partij.code, label) for m in nieuw for label in m.perioden}
    later: dict[str, list[str]] = {}
    for code, label in sorted(_later_geboekt(conn) - net):
        later.setdefault(code, []).append(label)
    return [
        Melding(partij, HERSTELD, tuple(later[partij.code]), vandaag)
        for partij in gemeenten
        if partij.code in later and partij.code not in vandaag_al
    ]


def _later_geboekt(conn: Connection) -> set[tuple[str, str]]:
    """The (gemeente, period) that were told as final and were booked on since."""
    verteld = (
        select(_M.partij, _M.periode, func.max(_M.journaal_nr).label("nr"))
        .where(_M.aanleiding.in_((GERIJPT, GESLOTEN, HERSTELD)))
        .group_by(_M.partij, _M.periode)
        .subquery()
    )
    same = (verteld.c.partij == _J.gemeente) & (verteld.c.periode == _J.periode)
    later = select(_J.gemeente, _J.periode).join(verteld, same).where(_J.nr > verteld.c.nr)
    return {tuple(row) for row in conn.execute(later.where(_J.nr > stand(conn, _GEZIEN)).distinct())}


def _laatste_rij(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(_J.nr), 0))).scalar_one())


# --- what is told ----------------------------------------------------------------------------------------------------


def _leg_vast(conn: Connection, dienst: Dienst, melding: Melding) -> int | None:
    """Store the gebeurtenis; None where there is nothing to tell of."""
    periodes = lees_periodes(conn)
    gekozen = [periode for label in melding.perioden if (periode := periodes.met_label(label))]
    per_periode = [_cijfers(conn, dienst.vandaag(), melding.partij, periode) for periode in gekozen]
    if not any(een["totaal"] for een in per_periode):
        return None
    data = {
        "partij": melding.partij.code,
        "aanleiding": melding.aanleiding,
        "peildatum": dienst.vandaag().isoformat(),
        "moment": dienst.nu().isoformat(),
        "tarieven": voorbeeld_tarieven(conn),
        "perioden": per_periode,
    }
    sleutel = melding.partij.code, melding.aanleiding, *melding.perioden, melding.dag.isoformat()
    return gebeurtenissen.leg_vast(conn, gebeurtenissen.CIJFERS, dienst.nu(), data, eenmalig=sleutel)


def _cijfers(conn: Connection, vandaag: date, partij: Partij, periode: Periode) -> dict[str, Any]:
    """The sums of one period as this party may see them: in total, and per resultaatgebied and trede."""
    filter = Filter(partij.code if partij.soort == "gemeente" else None, None, periode.label)
    totaal = verzilvering(conn, (), filter, None, vandaag, partij)
    rijen = verzilvering(conn, ("gemeente", "resultaatgebied", "trede"), filter, None, vandaag, partij)
    return {
        "periode": periode.label,
        "begin": periode.begin.isoformat(),
        "eind": periode.eind.isoformat(),
        "rijpheid": totaal[0]["rijpheid"] if totaal else rijpheid_van(periode, vandaag, RIJPING_DAGEN),
        "definitief": bool(totaal) and totaal[0]["rijpheid"] in (RIJP, AFGESLOTEN),
        "totaal": totaal[0] if totaal else None,
        "rijen": rijen,
    }
