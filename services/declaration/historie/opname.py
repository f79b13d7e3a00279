"""Storing the judged Prestaties of before the hub: as declarations without a message, booked as D of the day they were
judged on. Nothing is answered, nothing goes to anybody.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, select

from services.declaration import signals, tables
from services.declaration.afspraken.agreements import lees_toewijzingen
from services.declaration.awards import boek_prestaties, gedeclareerd_per_gemeente
from services.declaration.booking import Boekmoment
from services.declaration.contracts import Toewijzing
from services.declaration.facts import debetregels_van
from services.declaration.historie.controle import Bekend, Inhoud, Nummer, Opname, neem_op
from services.declaration.historie.regels import Declaratiesleutel, Fout, Regel
from services.declaration.rules.feiten import Debetregel
from services.declaration.store import PRESTATIE, bezette_nummers
from services.declaration.turns import om_in_te_lezen
from services.kernel.clients import bsn_hash, client_nrs
from services.kernel.database import insert_rows
from services.kernel.loading import Laadfout
from services.kernel.one_of import one_of
from services.kernel.settings import AMSTERDAM
from services.kernel.tables import client
from services.kernel.toegang import parties
from services.kernel.wiring import Dienst

_D = tables.declaratie.c
_P = tables.prestatie.c
_DECLARATIE: Final = (
    *("gemeente", "aanbieder", "domein", "release", "vorm", "nummer", "begin", "eind", "xsd_basisschema"),
    *("xsd_bericht", "ingediend", "gefactureerd", "toegekend", "verwerkt_op", "telt"),
)


@dataclass(frozen=True, slots=True)
class Geladen:
    """What a load did: new rows and those that were there, and how many signalen there are about them, per soort.

    `totalen` per gemeente over all rows of the file: prestaties, and in eurocent debet, credit and gedeclareerd.
    """

    nieuw: int
    aanwezig: int
    signalen: Mapping[str, int]
    totalen: Mapping[str, Mapping[str, int]]


def laad_prestaties(conn: Connection, dienst: Dienst, regels: Sequence[Regel], fouten: Sequence[Fout]) -> Geladen:
    """Store what is new in these. Laadfout, and nothing to be kept, when they or reading them (`fouten`) had errors."""
    om_in_te_lezen(conn, ((regel.sleutel.aanbieder, regel.sleutel.domein) for regel in regels))
    opname, mis = neem_op(regels, _bekend(conn, dienst, regels))
    if fouten or mis:
        raise Laadfout([fout for _, fout in sorted([*fouten, *mis], key=lambda fout: fout[0])])
    _bewaar(conn, dienst, opname)
    return _geladen(conn, opname, regels)


# --- what the hub has ------------------------------------------------------------------------------------------------


def _bekend(conn: Connection, dienst: Dienst, regels: Sequence[Regel]) -> Bekend:
    client_van = {bsn: bsn_hash(bsn, dienst.settings.bsn_sleutel) for bsn in {regel.bsn for regel in regels}}
    return Bekend(
        partijen={partij.code: partij.soort for partij in parties.lijst(conn)},
        declaraties=_declaraties(conn, {regel.sleutel for regel in regels}),
        bezet=_bezet(conn, regels),
        debetregels=_debetregels(conn, regels),
        toewijzingen=_toewijzingen(conn, regels),
        client=client_van,
    )


def _declaraties(conn: Connection, sleutels: Collection[Declaratiesleutel]) -> dict[Declaratiesleutel, Inhoud | None]:
    """Of the declarations that the hub has with these keys: what was read in, None for what came as a message."""
    columns = _D.nr, _D.bericht, _D.aanbieder, _D.domein, _D.release, _D.nummer, _D.gemeente, _D.vorm, _D.begin, _D.eind
    statement = select(*columns, _D.verwerkt_op).where(_D.telt)
    gevonden: dict[Declaratiesleutel, Inhoud | None] = {}
    ingelezen: dict[int, tuple[Declaratiesleutel, Inhoud]] = {}
    genoemd = one_of(_D.nummer, {sleutel.nummer for sleutel in sleutels})
    for nr, bericht, *rest, verwerkt_op in conn.execute(statement.where(genoemd)):
        sleutel = Declaratiesleutel(*rest[:4])
        if sleutel in sleutels:
            gevonden[sleutel] = None
            if bericht is None and verwerkt_op is not None:
                ingelezen[nr] = sleutel, (*rest[4:], verwerkt_op.astimezone(AMSTERDAM).date())
    inhoud = _regels_van(conn, ingelezen)
    return gevonden | {sleutel: (*kop, tuple(sorted(inhoud[nr], key=str))) for nr, (sleutel, kop) in ingelezen.items()}


def _regels_van(conn: Connection, declaraties: Collection[int]) -> Mapping[int, list[tuple[Any, ...]]]:
    """The lines of declarations that were read in, as history_checks.inhoud_van has them."""
    columns = (
        *(_P.referentienummer, _P.vorig, _P.toewijzing, _P.categorie, _P.code, _P.begin, _P.eind, _P.volume),
        *(_P.eenheid, _P.tarief, _P.bedrag, _P.dc, _P.status, _P.toegekend, client.c.hash),
    )
    statement = select(_P.declaratie, *columns).join(client, client.c.nr == _P.client)
    gevonden: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for declaratie, *regel in conn.execute(statement.where(one_of(_P.declaratie, declaraties))):
        gevonden[declaratie].append(tuple(regel))
    return gevonden


def _bezet(conn: Connection, regels: Sequence[Regel]) -> set[Nummer]:
    return {
        (*wie, nummer)
        for wie, groep in _per_aanbieder(regels, lambda regel: regel.referentienummer).items()
        for nummer in bezette_nummers(conn, *wie, groep)
    }


def _debetregels(conn: Connection, regels: Sequence[Regel]) -> dict[Nummer, tuple[Debetregel, date]]:
    """The judged debits that the credits among these name."""
    gevonden = {
        (*wie, nummer): debet
        for wie, groep in _per_aanbieder(regels, lambda regel: regel.vorig).items()
        for nummer, debet in debetregels_van(conn, *wie, groep).items()
    }
    statement = select(_P.nr, _D.verwerkt_op).join(tables.declaratie, _D.nr == _P.declaratie)
    genoemd = one_of(_P.nr, [debet.nr for debet in gevonden.values()])
    dagen = dict(conn.execute(statement.where(genoemd)).all())
    return {
        nummer: (debet, dagen[debet.nr].astimezone(AMSTERDAM).date())
        for nummer, debet in gevonden.items()
        if dagen[debet.nr] is not None
    }


def _per_aanbieder(
    regels: Sequence[Regel], nummer_van: Callable[[Regel], str | None]
) -> Mapping[tuple[str, str], set[str]]:
    """{(aanbieder, domein): numbers}; the scope in which a ReferentieNummer is unique."""
    gevonden: dict[tuple[str, str], set[str]] = defaultdict(set)
    for regel in regels:
        if (nummer := nummer_van(regel)) is not None:
            gevonden[regel.sleutel.aanbieder, regel.sleutel.domein].add(nummer)
    return gevonden


def _toewijzingen(conn: Connection, regels: Sequence[Regel]) -> dict[tuple[str, str, int], Toewijzing]:
    nummers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for regel in regels:
        if regel.toewijzing is not None:
            nummers[regel.gemeente, regel.sleutel.domein].add(regel.toewijzing)
    return {
        (*waar, nummer): toewijzing
        for waar, van_gemeente in nummers.items()
        for nummer, toewijzing in lees_toewijzingen(conn, *waar, van_gemeente).items()
        if not toewijzing.vervallen
    }


# --- storing and booking ---------------------------------------------------------------------------------------------


def _bewaar(conn: Connection, dienst: Dienst, opname: Opname) -> None:
    """Declarations and lines in bulk; then D, day after day: a credit finds its debit, a piece its period, as then."""
    clients = client_nrs(
        conn,
        {regel.bsn for groep in opname.declaraties for regel in groep},
        dienst.settings.bsn_sleutel,
        bewaar_bsn=False,
    )
    insert_rows(conn, tables.declaratie, [_declaratierij(groep) for groep in opname.declaraties], _DECLARATIE)
    nrs = _nrs(conn, {groep[0].sleutel for groep in opname.declaraties})
    rijen = [
        _prestatierij(regel, nrs[regel.sleutel], clients[regel.bsn], regel.rij in opname.telt)
        for groep in opname.declaraties
        for regel in groep
    ]
    insert_rows(conn, tables.prestatie, rijen, PRESTATIE)
    for dag, groepen in groupby(opname.declaraties, key=lambda groep: groep[0].verwerkt_op):
        boek_prestaties(conn, [nrs[groep[0].sleutel] for groep in groepen], Boekmoment(dag, dienst.nu()))


def _declaratierij(groep: Sequence[Regel]) -> tuple[Any, ...]:
    eerste, sleutel = groep[0], groep[0].sleutel
    ingediend = sum(regel.bedrag for regel in groep)
    gefactureerd = ingediend if eerste.vorm == tables.FACTUUR else None
    wie = eerste.gemeente, sleutel.aanbieder, sleutel.domein, sleutel.release, eerste.vorm, sleutel.nummer
    wanneer = eerste.declaratie_begin, eerste.declaratie_eind
    verwerkt_op = datetime.combine(eerste.verwerkt_op, time.min, AMSTERDAM).astimezone(UTC)
    geld = ingediend, gefactureerd, sum(regel.toegekend for regel in groep)
    return *wie, *wanneer, "", "", *geld, verwerkt_op, True


def _prestatierij(r: Regel, declaratie: int, client_nr: int, telt: bool) -> tuple[Any, ...]:
    """With the columns of store.PRESTATIE."""
    wie = declaratie, client_nr, r.gemeente, r.sleutel.aanbieder, r.sleutel.domein
    wat = r.referentienummer, r.vorig, r.toewijzing, r.toewijzing, r.categorie, r.code, r.begin, r.eind
    geld = r.volume, r.eenheid, r.tarief, r.bedrag, r.dc
    return *wie, *wat, *geld, telt, r.status, [], None, r.toegekend, r.toegekend


def _nrs(conn: Connection, sleutels: Collection[Declaratiesleutel]) -> dict[Declaratiesleutel, int]:
    statement = select(_D.aanbieder, _D.domein, _D.release, _D.nummer, _D.nr).where(_D.telt, _D.bericht.is_(None))
    genoemd = one_of(_D.nummer, {sleutel.nummer for sleutel in sleutels})
    return {Declaratiesleutel(*rest): nr for *rest, nr in conn.execute(statement.where(genoemd))}


# --- what it says ----------------------------------------------------------------------------------------------------


def _geladen(conn: Connection, opname: Opname, regels: Sequence[Regel]) -> Geladen:
    totalen: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("prestaties", "debet", "credit"), 0))
    for regel in regels:
        totaal = totalen[regel.gemeente]
        totaal["prestaties"] += 1
        totaal["debet" if regel.dc == "D" else "credit"] += abs(regel.toegekend)
    sleutels = {regel.sleutel for regel in regels}
    nrs = _nrs(conn, sleutels)
    declaraties = [nrs[sleutel] for sleutel in sleutels]
    gedeclareerd = gedeclareerd_per_gemeente(conn, declaraties)
    return Geladen(
        nieuw=sum(map(len, opname.declaraties)),
        aanwezig=len(opname.aanwezig),
        signalen=signals.tel_van_declaraties(conn, declaraties),
        totalen={
            gemeente: {**totaal, "gedeclareerd": gedeclareerd.get(gemeente, 0)} for gemeente, totaal in totalen.items()
        },
    )
