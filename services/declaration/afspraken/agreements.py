"""What amounts and verdicts rest on, read as values: toewijzingen, contracts, products, tariffs, periods, mandaten."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Date, Row, Select, literal, or_, select

from services.declaration import four_weeks, journal, tables
from services.declaration.contracts import (
    Contract,
    Contractsoort,
    Gebroken,
    Product,
    Toewijzing,
    contract_for,
    mapping_of,
    ontbrekende_gebieden,
)
from services.declaration.contracts import Mapping as Vorm
from services.declaration.tariffs import Tarief, Tarieven
from services.declaration.weeks import Periode, Periodes
from services.kernel.one_of import one_of
from services.kernel.tables import client

# The columns of tarief in the order of the fields of Tarief.
TARIEF_KOLOMMEN: Final = (
    *("gemeente", "aanbieder", "productcode", "van", "tot", "bedrag", "weekprijs", "bekend_van", "besluit"),
    "eenheid",
)


@dataclass(frozen=True, slots=True)
class Afspraken:
    """Contracts by (aanbieder, gemeente), the product table, the tariffs and the period table."""

    contracten: Mapping[tuple[str, str], tuple[Contract, ...]]
    producten: Mapping[str, Product]
    tarieven: Tarieven
    periodes: Periodes
    _gevonden: dict[tuple[Any, ...], Contract | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def contract(self, toewijzing: Toewijzing) -> Contract | None:
        """The contract that holds for the toewijzing; None when there is none."""
        t = toewijzing
        # All that `contract_for` looks at.
        sleutel = t.aanbieder, t.gemeente, t.code, t.ingangsdatum, t.einddatum
        if sleutel not in self._gevonden:
            product = self.producten.get(t.code or "")
            self._gevonden[sleutel] = contract_for(self.contracten_van(t), t, product)
        return self._gevonden[sleutel]

    def laatste_dag(self, toewijzing: Toewijzing) -> date:
        """The day that stands in for an open Einddatum."""
        return journal.laatste_dag(self.contract(toewijzing), self.periodes)

    def gebied(self, toewijzing: Toewijzing) -> str | None:
        """The resultaatgebied of its product; None without a product that is in the table."""
        product = self.producten.get(toewijzing.code or "")
        return product.resultaatgebied if product else None

    def contracten_van(self, toewijzing: Toewijzing) -> tuple[Contract, ...]:
        """All contracts of its aanbieder and gemeente."""
        return self.contracten.get((toewijzing.aanbieder, toewijzing.gemeente), ())

    def contracteinde(self, toewijzing: Toewijzing) -> date | None:
        """The last day, options and later contracts included, on which its care is under contract; None: no end."""
        gebied = self.gebied(toewijzing)
        einden = [c.uiterlijk for c in self.contracten_van(toewijzing) if gebied in (None, c.resultaatgebied)]
        return None if not einden or None in einden else max(eind for eind in einden if eind is not None)

    def niet_stapelbaar(self, toewijzingen: Iterable[Toewijzing]) -> dict[int, frozenset[str]]:
        """{ToewijzingNummer: areas its aanbieder lacks for its client}, among toewijzingen of one gemeente."""
        per_client: dict[tuple[str, str], list[Toewijzing]] = defaultdict(list)
        for toewijzing in toewijzingen:
            per_client[toewijzing.client, toewijzing.domein].append(toewijzing)
        gevonden: dict[int, frozenset[str]] = {}
        for groep in per_client.values():
            if len({toewijzing.aanbieder for toewijzing in groep}) > 1:
                gevonden |= ontbrekende_gebieden(groep, self.gebied, self.contracten_van)
        return gevonden

    def telt_heel(self, gemeente: str) -> bool:
        """Whether any contract of the gemeente counts a broken period whole (FULL)."""
        return any(
            contract.gebroken is Gebroken.FULL
            for (_, waar), contracten in self.contracten.items()
            for contract in contracten
            if waar == gemeente
        )

    def verloren(self, toewijzingen: Iterable[Toewijzing]) -> dict[int, frozenset[str]]:
        """{ToewijzingNummer: labels of the periods that go to another} under FULL, among toewijzingen of one gemeente.

        Complete for those clients of whom every toewijzing is among them.
        """
        groepen: dict[tuple[str, str, str], list[Toewijzing]] = defaultdict(list)
        for toewijzing in toewijzingen:
            product = self.producten.get(toewijzing.code or "")
            if product is not None and mapping_of(toewijzing, self.contract(toewijzing)) is Gebroken.FULL:
                groepen[toewijzing.client, toewijzing.domein, product.resultaatgebied].append(toewijzing)
        verloren: dict[int, frozenset[str]] = {}
        for groep in groepen.values():
            if len(groep) > 1:
                verloren |= four_weeks.verloren(groep, self.periodes, self.laatste_dag)
        return verloren


@dataclass(frozen=True, slots=True)
class Mandaat:
    """From `van` to `tot` the hub judges these berichtsoorten ("WMO323") in the name of the gemeente."""

    gemeente: str
    besluit: str
    soorten: tuple[str, ...]
    van: date
    tot: date | None


def lees_afspraken(conn: Connection, gemeente: str | None = None, *, tarieven: bool = True) -> Afspraken:
    """Everything amounts rest on: four queries; of one gemeente, or of all. Without tariffs for who asks no price."""
    contracten: dict[tuple[str, str], tuple[Contract, ...]] = {}
    for contract in lees_contracten(conn, gemeente):
        sleutel = contract.aanbieder, contract.gemeente
        contracten[sleutel] = (*contracten.get(sleutel, ()), contract)
    return Afspraken(
        contracten,
        {product.code: product for product in lees_producten(conn)},
        Tarieven(lees_tarieven(conn, gemeente) if tarieven else ()),
        lees_periodes(conn),
    )


def lees_contracten(conn: Connection, gemeente: str | None = None, aanbieder: str | None = None) -> list[Contract]:
    """The contracts, of one gemeente or aanbieder where given."""
    c = tables.contract.c
    columns = [c[name] for name in Contract.__dataclass_fields__]
    where = _gelijk({c.gemeente: gemeente, c.aanbieder: aanbieder})
    rows = conn.execute(select(*columns).where(*where).order_by(c.gemeente, c.aanbieder, c.resultaatgebied, c.van))
    return [_contract(row) for row in rows]


def _contract(row: Row[Any]) -> Contract:
    vormen = {"gebroken": Gebroken(row.gebroken), "mapping": Vorm(row.mapping), "soort": Contractsoort(row.soort)}
    return Contract(**{**row._mapping, **vormen})


def lees_producten(conn: Connection) -> list[Product]:
    """The product table, in its own order."""
    c = tables.product.c
    rows = conn.execute(select(c.code, c.resultaatgebied, c.trede, c.rang, c.categorie).order_by(c.rang, c.code))
    return [Product(*row) for row in rows]


def lees_productlijsten(conn: Connection) -> list[tuple[str, str, str, date, date | None]]:
    """Every list: (gemeente, productcode, its Categorie, van, tot)."""
    lijst, product = tables.productlijst.c, tables.product.c
    columns = lijst.gemeente, lijst.productcode, product.categorie, lijst.van, lijst.tot
    rows = conn.execute(select(*columns).join(tables.product, product.code == lijst.productcode))
    return [(row.gemeente, row.productcode, row.categorie, row.van, row.tot) for row in rows]


def lees_tarieven(conn: Connection, gemeente: str | None = None) -> list[Tarief]:
    """The tariffs, in the order in which they were loaded: of two known from one moment the last one wins."""
    c = tables.tarief.c
    where = _gelijk({c.gemeente: gemeente})
    rows = conn.execute(select(*(c[name] for name in TARIEF_KOLOMMEN)).where(*where).order_by(c.nr))
    return [Tarief(*row) for row in rows]


def voorbeeld_tarieven(conn: Connection) -> str | None:
    """FICTIEF while example tariffs are loaded: no figure made with them may pass for a real one."""
    besluit = tables.tarief.c.besluit
    fictief = select(tables.tarief.c.nr).where(besluit.like("FICTIEF%")).limit(1)
    return "FICTIEF" if conn.execute(fictief).first() else None


def lees_periodes(conn: Connection) -> Periodes:
    """The period table."""
    c = tables.periode.c
    return Periodes(Periode(*row) for row in conn.execute(select(c.jaar, c.nummer, c.begin, c.eind)))


def mandaat_voor(conn: Connection, gemeente: str, berichtsoort: str, dag: date) -> Mandaat | None:
    """The mandaat by which the hub may judge this kind of message for the gemeente on this day."""
    c = tables.mandaat.c
    valid = select(tables.mandaat).where(c.gemeente == gemeente, _geldig(c, dag)).order_by(c.van.desc())
    found = (_mandaat(row) for row in conn.execute(valid))
    return next((mandaat for mandaat in found if berichtsoort in mandaat.soorten), None)


def lees_mandaten(conn: Connection) -> list[Mandaat]:
    """Every mandaat, past ones too."""
    c = tables.mandaat.c
    rows = conn.execute(select(tables.mandaat).order_by(c.gemeente, c.van))
    return [_mandaat(row) for row in rows]


def lees_toewijzingen(
    conn: Connection, gemeente: str, domein: str, nummers: Collection[int] | None = None, aanbieder: str | None = None
) -> dict[int, Toewijzing]:
    """{ToewijzingNummer: its actual version} of one gemeente and domein, lapsed ones too."""
    c = tables.toewijzing.c
    statement = _toewijzingen(gemeente, domein).where(*_gelijk({c.aanbieder: aanbieder}))
    if nummers is not None:
        statement = statement.where(one_of(c.nummer, nummers))
    return {row.nummer: Toewijzing(*row) for row in conn.execute(statement).all()}


def lees_toewijzingen_van(conn: Connection, gemeente: str, domein: str, clienten: Collection[str]) -> list[Toewijzing]:
    """The actual versions of all toewijzingen of these clients (keyed hashes) at one gemeente, lapsed ones too."""
    statement = _toewijzingen(gemeente, domein).order_by(tables.toewijzing.c.nummer)
    return [Toewijzing(*row) for row in conn.execute(statement.where(one_of(client.c.hash, clienten)))]


def _toewijzingen(gemeente: str, domein: str) -> Select[Any]:
    """The fields of Toewijzing, in order."""
    c = tables.toewijzing.c
    columns = [client.c.hash if name == "client" else c[name] for name in Toewijzing.__dataclass_fields__]
    joined = select(*columns).join(client, client.c.nr == c.client)
    return joined.where(c.gemeente == gemeente, c.domein == domein)


def _mandaat(row: Row[Any]) -> Mandaat:
    return Mandaat(row.gemeente, row.besluit, tuple(row.soorten), row.van, row.tot)


def _geldig(c: Any, dag: date) -> ColumnElement[bool]:
    day = literal(dag, Date)
    geldig: ColumnElement[bool] = (c.van <= day) & or_(c.tot.is_(None), c.tot >= day)
    return geldig


def _gelijk(waarden: Mapping[Any, Any]) -> list[ColumnElement[bool]]:
    """A condition per column with a value; None asks nothing."""
    return [column == waarde for column, waarde in waarden.items() if waarde is not None]
