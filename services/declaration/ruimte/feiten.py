"""What the room to claim rests on, in sets: toewijzingen of an aanbieder, and the facts of a verdict on all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, false, func, or_, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_contracten, lees_periodes, lees_producten
from services.declaration.contracts import Contract, Product, Toewijzing, contract_for
from services.declaration.facts import load_feiten
from services.declaration.ruimte.ruimten import RELEASE_2_3, Bezig, Opdracht, Ruimte, ontwerp, ruimten
from services.declaration.weeks import Periodes, maand_van
from services.kernel.catalogue import find
from services.kernel.one_of import one_of
from services.kernel.tables import client
from services.kernel.wiring import Dienst

_T = tables.toewijzing.c
_P = tables.prestatie.c
# As Toewijzing.verwijderd; NULL would make a toewijzing without a reason or an end disappear.
_VERWIJDERD = func.coalesce((_T.einddatum == _T.ingangsdatum) & _T.reden_wijziging.in_(("13", "01")), false())
_LETTERS = {"wmo": "WMO", "jeugd": "JW"}

Groep = tuple[str, str, str]  # gemeente, domein, release: what one declaration is about


@dataclass(frozen=True, slots=True)
class Vraag:
    """Whose room: `begin` and `eind` of the month (3.2) or four weeks (2.3) that is asked for, by release."""

    aanbieder: str
    tijdvakken: Mapping[str, tuple[date, date]]
    gemeente: str | None = None
    domein: str | None = None
    nummer: int | None = None


def tijdvakken(conn: Connection, dag: date) -> dict[str, tuple[date, date]]:
    """By release the month and the four weeks that hold this day; without 2.3 where the period table ends."""
    periode = lees_periodes(conn).van_week(dag)
    return {"3.2": maand_van(dag)} | ({RELEASE_2_3: (periode.begin, periode.eind)} if periode else {})


def toewijzingen_van(
    conn: Connection, vraag: Vraag, na: int = 0, limit: int | None = None
) -> list[tuple[int, Toewijzing]]:
    """The toewijzingen that run in the time asked for, each with the number by which to go on."""
    if not vraag.tijdvakken:
        return []
    columns = [client.c.hash if name == "client" else _T[name] for name in Toewijzing.__dataclass_fields__]
    gelijk = {_T.gemeente: vraag.gemeente, _T.domein: vraag.domein, _T.nummer: vraag.nummer}
    eerste = min(begin for begin, _ in vraag.tijdvakken.values())
    laatste = max(eind for _, eind in vraag.tijdvakken.values())
    statement = (
        select(_T.feed_nr, *columns)
        .join(client, client.c.nr == _T.client)
        .where(
            *(_T.aanbieder == vraag.aanbieder, ~_T.vervallen, ~_VERWIJDERD, _T.feed_nr > na),
            *(_T.ingangsdatum <= laatste, or_(_T.einddatum.is_(None), _T.einddatum >= eerste)),
            *(column == waarde for column, waarde in gelijk.items() if waarde is not None),
        )
        .order_by(_T.feed_nr)
        .limit(limit)
    )
    return [(nr, Toewijzing(*rest)) for nr, *rest in conn.execute(statement)]


def lees_ruimten(
    conn: Connection, dienst: Dienst, vraag: Vraag, toewijzingen: Sequence[Toewijzing]
) -> list[tuple[Opdracht, Ruimte]]:
    """What may be claimed on each of these, in their order; those outside the time of their release are left out."""
    producten = {product.code: product for product in lees_producten(conn)}
    contracten = lees_contracten(conn, vraag.gemeente, vraag.aanbieder)
    groepen: dict[Groep, list[Toewijzing]] = defaultdict(list)
    for toewijzing in toewijzingen:
        if groep := _groep(vraag, toewijzing, contracten, producten):
            groepen[groep].append(toewijzing)
    gevonden: dict[tuple[str, str, int], tuple[Opdracht, Ruimte]] = {}
    for groep, van_groep in groepen.items():
        for opdracht, ruimte in _van_groep(conn, dienst, vraag, groep, van_groep, contracten):
            gevonden[_sleutel(ruimte.toewijzing)] = opdracht, ruimte
    return [gevonden[_sleutel(t)] for t in toewijzingen if _sleutel(t) in gevonden]


def _van_groep(
    conn: Connection,
    dienst: Dienst,
    vraag: Vraag,
    groep: Groep,
    toewijzingen: Sequence[Toewijzing],
    contracten: Sequence[Contract],
) -> Iterator[tuple[Opdracht, Ruimte]]:
    gemeente, domein, release = groep
    begin, eind = vraag.tijdvakken[release]
    soort = find(_LETTERS[domein] + ("303" if release == RELEASE_2_3 else "323"), release)
    factuur = {contract.vorm for contract in contracten if contract.gemeente == gemeente} == {tables.FACTUUR}
    vandaag = dienst.vandaag()
    opdracht = Opdracht(soort, gemeente, vraag.aanbieder, begin, eind, vandaag, factuur and release == RELEASE_2_3)
    leeg = ontwerp(opdracht, toewijzingen)
    feiten = load_feiten(conn, dienst, leeg, identificatie_bezet=False)
    # The hash stands in for the Bsn; and our own copy of the toewijzingen may hold one that ended before the period.
    feiten = replace(feiten, client_van={een.bsn: een.bsn for een in leeg.clienten}, periodes=lees_periodes(conn))
    if feiten.laatste_periode is not None and feiten.laatste_periode > begin:
        # A later DeclaratiePeriode went before: the claim goes into that one, its ProductPeriode stays (TR318).
        later_begin, later_eind = _tijdvak(feiten.laatste_periode, release, feiten.periodes)
        opdracht = replace(opdracht, begin=later_begin, eind=later_eind)
        leeg = replace(leeg, begin=later_begin, eind=later_eind)
    bezig = _bezig(conn, gemeente, domein, [t.nummer for t in toewijzingen], begin, eind)
    for ruimte in ruimten(opdracht, leeg, feiten, bezig):
        yield opdracht, ruimte


def _tijdvak(dag: date, release: str, periodes: Periodes) -> tuple[date, date]:
    """The four weeks or the month that hold this day."""
    periode = periodes.van_week(dag) if release == RELEASE_2_3 else None
    return (periode.begin, periode.eind) if periode else maand_van(dag)


def _groep(
    vraag: Vraag, toewijzing: Toewijzing, contracten: Sequence[Contract], producten: Mapping[str, Product]
) -> Groep | None:
    """With which declaration it is claimed; None: it does not run in the time asked for, or not of that release."""
    product = producten.get(toewijzing.code or "")
    eigen = [c for c in contracten if c.gemeente == toewijzing.gemeente]
    for release, (begin, eind) in vraag.tijdvakken.items():
        loopt = toewijzing.ingangsdatum <= eind and (toewijzing.einddatum is None or toewijzing.einddatum >= begin)
        if loopt and _release(toewijzing, eigen, product, max(begin, toewijzing.ingangsdatum)) == release:
            return toewijzing.gemeente, toewijzing.domein, release
    return None


def _release(toewijzing: Toewijzing, contracten: Sequence[Contract], product: Product | None, dag: date) -> str:
    """That of the contract of the first day claimed, as rule HUB02 has it; else of the toewijzing's own contract."""
    gebied = product.resultaatgebied if product else None
    geldig = [c for c in contracten if c.resultaatgebied == gebied and c.geldt_op(dag)]
    contract = max(geldig, key=lambda c: c.van) if geldig else contract_for(contracten, toewijzing, product)
    return contract.release if contract else toewijzing.release


def _bezig(
    conn: Connection, gemeente: str, domein: str, nummers: Collection[int], begin: date, eind: date
) -> dict[int, Bezig]:
    """What is approved and not credited, and what waits, of debits with a ProductPeriode in [begin, eind]."""
    columns = _P.grondslag, _P.status, func.sum(_P.volume), func.sum(func.coalesce(_P.toegekend, _P.bedrag))
    statement = select(*columns).where(
        *(_P.gemeente == gemeente, _P.domein == domein, _P.dc == "D", _P.telt, _P.gecrediteerd_door.is_(None)),
        *(_P.status.in_((tables.GOEDGEKEURD, tables.INGEDIEND)), _P.begin >= begin, _P.eind <= eind),
    )
    gevonden: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    rows: Any = conn.execute(statement.where(one_of(_P.grondslag, nummers)).group_by(_P.grondslag, _P.status))
    for nummer, status, volume, bedrag in rows:
        gevonden[nummer][status] = int(volume), int(bedrag)
    niets = 0, 0
    return {
        nummer: Bezig(*per_status.get(tables.GOEDGEKEURD, niets), *per_status.get(tables.INGEDIEND, niets))
        for nummer, per_status in gevonden.items()
    }


def _sleutel(toewijzing: Toewijzing) -> tuple[str, str, int]:
    return toewijzing.gemeente, toewijzing.domein, toewijzing.nummer
