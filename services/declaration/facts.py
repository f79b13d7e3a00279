"""Facts: what a declaration is judged against, one query per question in sets, whatever the number of lines."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, or_, select

from services.declaration import tables
from services.declaration.agreements import (
    in_parts,
    lees_contracten,
    lees_producten,
    lees_tarieven,
    lees_toewijzingen,
)
from services.declaration.contracts import Product
from services.declaration.message import Declaratie, Declaratieantwoord
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
from services.kernel.berichten import Eerder
from services.kernel.clients import bsn_hash
from services.kernel.codelists import gemeente_bestaat
from services.kernel.tables import client
from services.kernel.wiring import Dienst

Regel = tuple[int, date, date, str, str]  # ToewijzingNummer, ProductPeriode, Categorie, Code

# So many distinct months still go into one statement beside the toewijzingen.
_FEW = 500

_P = tables.prestatie.c
_D = tables.declaratie.c
_TOEGEKEND = (_P.status == tables.GOEDGEKEURD) & (_P.dc == "D") & _P.telt
_OPEN = _TOEGEKEND & _P.gecrediteerd_door.is_(None)


def load_feiten(conn: Connection, dienst: Dienst, declaratie: Declaratie, *, identificatie_bezet: bool) -> Feiten:
    """Everything the verdict on a declaration needs to know of the world."""
    kop, domein = declaratie.kop, declaratie.soort.domein
    nummers = {prestatie.toewijzing for prestatie in declaratie.prestaties}
    toewijzingen = lees_toewijzingen(conn, kop.ontvanger, domein, nummers, kop.afzender)
    sleutel = dienst.settings.bsn_sleutel
    return Feiten(
        vandaag=dienst.vandaag(),
        gemeente_bestaat=gemeente_bestaat(kop.ontvanger, dienst.vandaag()),
        identificatie_bezet=identificatie_bezet,
        nummer_bezet=nummer_bezet(conn, declaratie),
        laatste_periode=_laatste_periode(conn, declaratie),
        toewijzingen={nummer: t for nummer, t in toewijzingen.items() if not t.vervallen},
        client_van={een.bsn: bsn_hash(een.bsn, sleutel) for een in declaratie.clienten},
        bezette_nummers=gebruikte_nummers(conn, declaratie),
        debetregels=_debetregels(conn, declaratie),
        open_debet=_open_debet(conn, declaratie, nummers),
        gebruikt=_gebruikt(conn, declaratie, nummers),
        contracten=lees_contracten(conn, kop.ontvanger, kop.afzender),
        producten=_producten(conn, declaratie),
        tarieven=Tarieven(lees_tarieven(conn, kop.ontvanger)),
    )


def load_antwoord_feiten(
    conn: Connection, dienst: Dienst, antwoord: Declaratieantwoord, heen: Eerder, *, identificatie_bezet: bool
) -> AntwoordFeiten:
    """What a gemeente's own 325 is held against: the 323 as stored. The `plaats` of a line is (its number, 0)."""
    sleutel = dienst.settings.bsn_sleutel
    return AntwoordFeiten(
        vandaag=dienst.vandaag(),
        declaratie=_ingediend(conn, heen),
        client_van={client.bsn: bsn_hash(client.bsn, sleutel) for client in antwoord.clienten},
        gemeente_bestaat=gemeente_bestaat(antwoord.kop.afzender, dienst.vandaag()),
        identificatie_bezet=identificatie_bezet,
    )


def _ingediend(conn: Connection, heen: Eerder) -> IngediendeDeclaratie | None:
    stored = declaratie_van(conn, heen.nr)
    if stored is None or heen.dagtekening is None:
        return None
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
        for p in prestaties_van(conn, heen.nr)
    ]
    versie = stored.xsd_basisschema, stored.xsd_bericht
    return IngediendeDeclaratie(stored.nummer, heen.dagtekening, versie, stored.ingediend, regels)


def nummer_bezet(conn: Connection, declaratie: Declaratie) -> bool:
    """Whether the DeclaratieNummer was used by this aanbieder in a declaration that counts (TR333)."""
    used = select(_D.bericht).where(
        _D.aanbieder == declaratie.kop.afzender,
        _D.domein == declaratie.soort.domein,
        _D.nummer == declaratie.nummer,
        _D.telt,
    )
    return conn.execute(used).first() is not None


def gebruikte_nummers(conn: Connection, declaratie: Declaratie) -> set[str]:
    """The ReferentieNummers of this declaration that were used before (TR314)."""
    nummers = [prestatie.referentienummer for prestatie in declaratie.prestaties]
    return bezette_nummers(conn, declaratie.kop.afzender, declaratie.soort.domein, nummers)


def _laatste_periode(conn: Connection, declaratie: Declaratie) -> date | None:
    kop = declaratie.kop
    last: date | None = conn.execute(
        select(func.max(_D.begin)).where(
            *(_D.aanbieder == kop.afzender, _D.gemeente == kop.ontvanger, _D.domein == declaratie.soort.domein),
            *(_D.telt, _D.verwerkt),
        )
    ).scalar_one()
    return last


def _debetregels(conn: Connection, declaratie: Declaratie) -> dict[str, Debetregel]:
    """The awarded debits that the credits of this declaration name, credited ones too."""
    columns = (
        *(_P.referentienummer, _P.nr, _P.toewijzing, _P.categorie, _P.code, _P.begin, _P.eind, _P.volume),
        *(_P.eenheid, _P.tarief, _P.bedrag, _P.gecrediteerd_door.is_not(None), _P.gemeente, client.c.hash),
    )
    statement = (
        select(*columns)
        .join(client, client.c.nr == _P.client)
        .where(_P.aanbieder == declaratie.kop.afzender, _P.domein == declaratie.soort.domein, _TOEGEKEND)
    )
    vorige = {prestatie.vorig for prestatie in declaratie.prestaties if prestatie.vorig is not None}
    parts = (statement.where(_P.referentienummer.in_(part)) for part in in_parts(vorige))
    return {nummer: Debetregel(*regel) for part in parts for nummer, *regel in conn.execute(part)}


def _open_debet(conn: Connection, declaratie: Declaratie, nummers: Collection[int]) -> dict[Regel, frozenset[str]]:
    """The open debits on the toewijzingen and months of this declaration: {line: its ReferentieNummers}."""
    regel = _P.toewijzing, _P.begin, _P.eind, _P.categorie, _P.code
    begin = {prestatie.begin for prestatie in declaratie.prestaties}
    statement = select(*regel, _P.referentienummer).where(_van(declaratie), _OPEN)
    # A message rarely names more than a few months; with many, the toewijzingen alone narrow it down enough.
    if len(begin) <= _FEW:
        statement = statement.where(_P.begin.in_(begin))
    found: dict[Regel, set[str]] = defaultdict(set)
    for part in in_parts(nummers):
        for *sleutel, nummer in conn.execute(statement.where(_P.toewijzing.in_(part))):
            found[_regel(*sleutel)].add(nummer)
    return {sleutel: frozenset(gevonden) for sleutel, gevonden in found.items()}


def _regel(toewijzing: int, begin: date, eind: date, categorie: str, code: str) -> Regel:
    return toewijzing, begin, eind, categorie, code


def _gebruikt(conn: Connection, declaratie: Declaratie, nummers: Collection[int]) -> dict[int, Gebruik]:
    """The sums of the open debits per toewijzing: volume per Eenheid, and eurocent."""
    sums = select(_P.toewijzing, _P.eenheid, func.sum(_P.volume), func.sum(_P.bedrag)).where(_van(declaratie), _OPEN)
    volume: dict[int, dict[str, int]] = defaultdict(dict)
    bedrag: dict[int, int] = defaultdict(int)
    for part in in_parts(nummers):
        grouped = sums.where(_P.toewijzing.in_(part)).group_by(_P.toewijzing, _P.eenheid)
        for nummer, eenheid, aantal, cent in conn.execute(grouped):
            volume[nummer][eenheid] = int(aantal)
            bedrag[nummer] += int(cent)
    return {nummer: Gebruik(per_eenheid, bedrag[nummer]) for nummer, per_eenheid in volume.items()}


def _producten(conn: Connection, declaratie: Declaratie) -> dict[str, Product]:
    """The products on the gemeente's list on any day that this declaration claims (TR381)."""
    begin = min(prestatie.begin for prestatie in declaratie.prestaties)
    eind = max(prestatie.eind for prestatie in declaratie.prestaties)
    c = tables.productlijst.c
    listed = select(c.productcode).where(c.gemeente == declaratie.kop.ontvanger, c.van <= eind)
    codes = frozenset(conn.execute(listed.where(or_(c.tot.is_(None), c.tot >= begin))).scalars())
    return {product.code: product for product in lees_producten(conn) if product.code in codes}


def _van(declaratie: Declaratie) -> Any:
    kop = declaratie.kop
    same = (_P.gemeente == kop.ontvanger) & (_P.domein == declaratie.soort.domein)
    return same & (_P.aanbieder == kop.afzender)
