"""Facts: what a declaration is judged against, one query per question in sets, whatever the number of lines."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, or_, select

from services.declaration import tables
from services.declaration.afspraken.agreements import (
    lees_contracten,
    lees_periodes,
    lees_producten,
    lees_tarieven,
    lees_toewijzingen,
    lees_toewijzingen_van,
)
from services.declaration.awards import gedeclareerd_per_regel
from services.declaration.booking import per_vak
from services.declaration.contracts import Toewijzing
from services.declaration.journal import GEDECLAREERD, VERPLICHT
from services.declaration.message import Declaratie, Declaratieantwoord
from services.declaration.rules.feiten import ProductSleutel
from services.declaration.store import bezette_nummers, declaratie_van, prestaties_van
from services.declaration.tariffs import Tarieven
from services.declaration.verdict import (
    AntwoordFeiten,
    Debetregel,
    Feiten,
    Gebruik,
    IngediendeDeclaratie,
    IngediendeRegel,
)
from services.declaration.weeks import Periodes
from services.kernel.berichten import Eerder
from services.kernel.clients import bsn_hash
from services.kernel.codelists import gemeente_bestaat
from services.kernel.one_of import one_of
from services.kernel.tables import client
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

# So many distinct months still go into one statement beside the toewijzingen.
_FEW = 500
# From then on every toewijzing was sent with its number (IV051).
_ALTIJD_GENUMMERD = date(2017, 6, 12)

_P = tables.prestatie.c
_D = tables.declaratie.c
_OPEN = (_P.status == tables.GOEDGEKEURD) & (_P.dc == "D") & _P.telt & _P.gecrediteerd_door.is_(None)


def load_feiten(conn: Connection, dienst: Dienst, declaratie: Declaratie, *, identificatie_bezet: bool) -> Feiten:
    """Everything the verdict on a 303 or 323 needs to know of the world."""
    kop, domein = declaratie.kop, declaratie.soort.domein
    is_23 = declaratie.soort.release == tables.RELEASE_2_3
    nummers = {prestatie.toewijzing for prestatie in declaratie.prestaties if prestatie.toewijzing is not None}
    # In 2.3 somebody else's toewijzing is told apart from one that does not exist (TR311).
    bekend = lees_toewijzingen(conn, kop.ontvanger, domein, nummers, None if is_23 else kop.afzender)
    # What was removed is gone too, and yet no unknown number: 9384, where a refused one is 9338.
    toewijzingen = {nummer: t for nummer, t in bekend.items() if t.verwijderd or not t.vervallen}
    sleutel, op_lijst = dienst.settings.bsn_sleutel, _op_lijst(conn, declaratie)
    feiten = Feiten(
        vandaag=dienst.vandaag(),
        gemeente_bestaat=_bestaat(kop.ontvanger, toewijzingen.values(), dienst.vandaag()),
        identificatie_bezet=identificatie_bezet,
        nummer_bezet=nummer_bezet(conn, declaratie),
        laatste_periode=_laatste_periode(conn, declaratie),
        toewijzingen=toewijzingen,
        client_van={een.bsn: bsn_hash(een.bsn, sleutel) for een in declaratie.clienten},
        bezette_nummers=gebruikte_nummers(conn, declaratie),
        debetregels=_debetregels(conn, declaratie),
        open_debet=_open_debet(conn, declaratie, nummers),
        gebruikt=_gebruikt(conn, declaratie, nummers),
        contracten=lees_contracten(conn, kop.ontvanger, kop.afzender),
        producten={product.code: product for product in lees_producten(conn) if product.code in op_lijst},
        op_lijst=op_lijst,
        tarieven=Tarieven(lees_tarieven(conn, kop.ontvanger)),
    )
    return _met_periodes(conn, dienst, declaratie, feiten) if is_23 else feiten


def _met_periodes(conn: Connection, dienst: Dienst, declaratie: Declaratie, feiten: Feiten) -> Feiten:
    """What only a 303 is judged by: 4-week periods, with A and D in them, and toewijzingen it does not name."""
    kop, domein = declaratie.kop, declaratie.soort.domein
    periodes = lees_periodes(conn)
    oude = _oude_toewijzingen(conn, declaratie, feiten)
    genoemd = {debet.toewijzing for debet in feiten.debetregels.values() if debet.toewijzing is not None}
    nummers = {*feiten.toewijzingen, *genoemd, *(toewijzing.nummer for toewijzing in oude)}
    waar = kop.ontvanger, domein, nummers, _labels(declaratie, feiten, periodes)
    namens = parties.leesbaar_voor(conn, Partij(kop.afzender, "aanbieder", ""), dienst.vandaag()) or frozenset()
    van_gemeente = lees_contracten(conn, kop.ontvanger)
    return replace(
        feiten,
        contracten=[contract for contract in van_gemeente if contract.aanbieder in namens],
        aanbieder=kop.afzender,
        periodes=periodes,
        toegewezen=per_vak(conn, VERPLICHT, *waar),
        gedeclareerd=per_vak(conn, GEDECLAREERD, *waar),
        oude_toewijzingen=oude,
        administratie_van=namens - {kop.afzender},
    )


def _labels(declaratie: Declaratie, feiten: Feiten, periodes: Periodes) -> set[str]:
    """The periods that a line of the message, or a debit it credits, touches."""
    looptijden = {(regel.begin, regel.eind) for regel in declaratie.prestaties}
    looptijden |= {(debet.begin, debet.eind) for debet in feiten.debetregels.values()}
    return {periode.label for looptijd in looptijden for periode in periodes.geraakt(*looptijd)}


def _oude_toewijzingen(conn: Connection, declaratie: Declaratie, feiten: Feiten) -> list[Toewijzing]:
    """Of the clients with a line that names no toewijzing: those that may have been sent without a number (TR303)."""
    zonder = {
        feiten.client_van[een.bsn]
        for een in declaratie.clienten
        if any(prestatie.toewijzing is None for prestatie in een.prestaties)
    }
    van_clienten = lees_toewijzingen_van(conn, declaratie.kop.ontvanger, declaratie.soort.domein, zonder)
    return [t for t in van_clienten if not t.vervallen and t.toewijzingsdatum < _ALTIJD_GENUMMERD]


def load_antwoord_feiten(
    conn: Connection, dienst: Dienst, antwoord: Declaratieantwoord, heen: Eerder, *, identificatie_bezet: bool
) -> AntwoordFeiten:
    """What a gemeente's own 304 or 325 is held against: the declaration as stored; `plaats` is (number of line, 0)."""
    sleutel, ingediend = dienst.settings.bsn_sleutel, _ingediend(conn, heen)
    nummers = {regel.toewijzing for regel in ingediend.regels if regel.toewijzing is not None} if ingediend else set()
    toewijzingen = lees_toewijzingen(conn, antwoord.kop.afzender, antwoord.soort.domein, nummers).values()
    return AntwoordFeiten(
        vandaag=dienst.vandaag(),
        declaratie=ingediend,
        client_van={client.bsn: bsn_hash(client.bsn, sleutel) for client in antwoord.clienten},
        gemeente_bestaat=_bestaat(antwoord.kop.afzender, toewijzingen, dienst.vandaag()),
        identificatie_bezet=identificatie_bezet,
    )


def _bestaat(gemeente: str, toewijzingen: Collection[Toewijzing], vandaag: date) -> bool:
    """Whether it was a gemeente on every Ingangsdatum (TR378); today, when no toewijzing is known."""
    # What a gemeente assigned is declared and answered under its code, also after it was joined to another.
    dagen = {toewijzing.ingangsdatum for toewijzing in toewijzingen} or {vandaag}
    return all(gemeente_bestaat(gemeente, dag) for dag in dagen)


def _ingediend(conn: Connection, heen: Eerder) -> IngediendeDeclaratie | None:
    stored = declaratie_van(conn, heen.nr)
    if stored is None or heen.dagtekening is None:
        return None
    lines = prestaties_van(conn, stored.nr)
    regels = [
        IngediendeRegel(
            plaats=(p.nr, 0),
            client=p.client_hash,
            referentienummer=p.referentienummer,
            vorig=p.vorig,
            toewijzing=p.toewijzing,
            categorie=p.categorie,
            code=p.code,
            begin=p.begin,
            eind=p.eind,
            volume=p.volume,
            eenheid=p.eenheid,
            tarief=p.tarief,
            bedrag=p.bedrag,
        )
        for p in lines
    ]
    versie = stored.xsd_basisschema, stored.xsd_bericht
    factuur = stored.vorm == tables.FACTUUR
    return IngediendeDeclaratie(stored.nummer, heen.dagtekening, versie, stored.ingediend, regels, factuur)


def nummer_bezet(conn: Connection, declaratie: Declaratie) -> bool:
    """Whether this aanbieder used the number in a declaration of the release that counts (TR324, TR333)."""
    used = select(_D.nr).where(
        *(_D.aanbieder == declaratie.kop.afzender, _D.domein == declaratie.soort.domein),
        *(_D.release == declaratie.soort.release, _D.nummer == declaratie.nummer, _D.telt),
    )
    return conn.execute(used).first() is not None


def gebruikte_nummers(conn: Connection, declaratie: Declaratie) -> set[str]:
    """The ReferentieNummers of this declaration that were used before, in a 303 or a 323 (TR314)."""
    nummers = [prestatie.referentienummer for prestatie in declaratie.prestaties]
    return bezette_nummers(conn, declaratie.kop.afzender, declaratie.soort.domein, nummers)


def _laatste_periode(conn: Connection, declaratie: Declaratie) -> date | None:
    """Per release: months and 4-week periods run beside each other."""
    kop, soort = declaratie.kop, declaratie.soort
    last: date | None = conn.execute(
        select(func.max(_D.begin)).where(
            *(_D.aanbieder == kop.afzender, _D.gemeente == kop.ontvanger, _D.domein == soort.domein),
            *(_D.release == soort.release, _D.telt, _D.verwerkt_op.is_not(None)),
        )
    ).scalar_one()
    return last


def _debetregels(conn: Connection, declaratie: Declaratie) -> dict[str, Debetregel]:
    """The judged debits that the credits of this declaration name, refused and credited ones too."""
    vorige = {prestatie.vorig for prestatie in declaratie.prestaties if prestatie.vorig is not None}
    found = debetregels_van(conn, declaratie.kop.afzender, declaratie.soort.domein, vorige)
    geboekt = gedeclareerd_per_regel(conn, [debet.nr for debet in found.values()])
    return {nummer: replace(debet, per_periode=geboekt.get(debet.nr, {})) for nummer, debet in found.items()}


def debetregels_van(conn: Connection, aanbieder: str, domein: str, nummers: Collection[str]) -> dict[str, Debetregel]:
    """{ReferentieNummer: judged debit line} of an aanbieder, without what is booked on them."""
    columns = (
        *(_P.referentienummer, _P.nr, _P.grondslag, _P.categorie, _P.code, _P.begin, _P.eind, _P.volume),
        *(_P.eenheid, _P.tarief, _P.bedrag, _P.gecrediteerd_door.is_not(None), _P.gemeente, client.c.hash),
        *(_P.status, _D.vorm, _P.toegekend),
    )
    judged = (_P.dc == "D") & _P.telt & (_P.status != tables.INGEDIEND)
    statement = (
        select(*columns)
        .join(client, client.c.nr == _P.client)
        .join(tables.declaratie, _D.nr == _P.declaratie)
        .where(_P.aanbieder == aanbieder, _P.domein == domein, judged)
    )
    rows = conn.execute(statement.where(one_of(_P.referentienummer, nummers))) if nummers else ()
    return {nummer: Debetregel(*regel) for nummer, *regel in rows}


def _open_debet(
    conn: Connection, declaratie: Declaratie, nummers: Collection[int]
) -> dict[ProductSleutel, frozenset[str]]:
    """The open debits on the toewijzingen and months of this declaration: {line: its ReferentieNummers}."""
    regel = _P.grondslag, _P.begin, _P.eind, _P.categorie, _P.code
    begin = {prestatie.begin for prestatie in declaratie.prestaties}
    statement = select(*regel, _P.referentienummer).where(_van(declaratie), _OPEN)
    # A message rarely names more than a few months; with many, the toewijzingen alone narrow it down enough.
    if len(begin) <= _FEW:
        statement = statement.where(_P.begin.in_(begin))
    found: dict[ProductSleutel, set[str]] = defaultdict(set)
    for *sleutel, nummer in conn.execute(statement.where(one_of(_P.grondslag, nummers))):
        found[_regel(*sleutel)].add(nummer)
    return {sleutel: frozenset(gevonden) for sleutel, gevonden in found.items()}


def _regel(toewijzing: int, begin: date, eind: date, categorie: str, code: str) -> ProductSleutel:
    return toewijzing, begin, eind, categorie, code


def _gebruikt(conn: Connection, declaratie: Declaratie, nummers: Collection[int]) -> dict[int, Gebruik]:
    """The sums of the open debits per toewijzing: volume per Eenheid, and eurocent."""
    sums = select(_P.grondslag, _P.eenheid, func.sum(_P.volume), func.sum(_P.toegekend)).where(_van(declaratie), _OPEN)
    volume: dict[int, dict[str, int]] = defaultdict(dict)
    bedrag: dict[int, int] = defaultdict(int)
    grouped = sums.where(one_of(_P.grondslag, nummers)).group_by(_P.grondslag, _P.eenheid)
    for nummer, eenheid, aantal, cent in conn.execute(grouped):
        volume[nummer][eenheid] = int(aantal)
        bedrag[nummer] += int(cent)
    return {nummer: Gebruik(per_eenheid, bedrag[nummer]) for nummer, per_eenheid in volume.items()}


def _op_lijst(conn: Connection, declaratie: Declaratie) -> dict[str, list[tuple[date, date | None]]]:
    """{code: first and last day on it} of the gemeente's list, on any day that this declaration claims (TR381)."""
    begin = min(prestatie.begin for prestatie in declaratie.prestaties)
    eind = max(prestatie.eind for prestatie in declaratie.prestaties)
    c = tables.productlijst.c
    listed = select(c.productcode, c.van, c.tot).where(c.gemeente == declaratie.kop.ontvanger, c.van <= eind)
    found: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
    for code, van, tot in conn.execute(listed.where(or_(c.tot.is_(None), c.tot >= begin))):
        found[code].append((van, tot))
    return found


def _van(declaratie: Declaratie) -> Any:
    """Lines on the toewijzingen of this gemeente, whoever declared them: in 2.3 that may be an administration."""
    return (_P.gemeente == declaratie.kop.ontvanger) & (_P.domein == declaratie.soort.domein)
