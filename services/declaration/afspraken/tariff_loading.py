"""Loading tariffs, from a file or by indexation: stored, differences of A booked and the worklist made, in one go."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from sqlalchemy import Connection, insert, select

from services.declaration import tables
from services.declaration.afspraken.agreements import TARIEF_KOLOMMEN, lees_contracten, lees_producten
from services.declaration.afspraken.agreements import lees_tarieven as geladen_tarieven
from services.declaration.afspraken.gevolgen import Geladen
from services.declaration.afspraken.indexation import Indexatie, geindexeerd
from services.declaration.afspraken.tariff_files import lees_tarieven, onbekenden, weiger
from services.declaration.booking import Boekmoment, herboek
from services.declaration.contracts import Mapping as Vorm
from services.declaration.lijsten.herstel import leg_vast
from services.declaration.tariffs import Tarief, Tarieven, moment
from services.declaration.turns import om_af_te_spreken
from services.kernel.database import insert_rows
from services.kernel.loading import Laadfout, eis_zonder
from services.kernel.tables import partij


def laad_tarieven(conn: Connection, tekst: str, nu: Boekmoment) -> Geladen:
    """Tariffs: gemeente, aanbieder, productcode, van, tot, tarief, weekprijs, bekend_van, besluit (amounts in euro).

    And eenheid, if there is such a column. A row that is there already is left alone. Laadfout: unreadable, unknown,
    overlapping, with a gap, or two week prices in a month for W; every row of the file at once.
    """
    om_af_te_spreken(conn)
    gelezen, fouten = lees_tarieven(tekst)
    onvolledig = bool(fouten)
    fouten += onbekenden(gelezen, {product.code for product in lees_producten(conn)}, lees_aanbieders(conn))
    bestaande = geladen_tarieven(conn)
    aanwezig = set(bestaande)
    nieuw = [t for t in (replace(t, bekend_van=moment(t.bekend_van)) for t in gelezen) if t not in aanwezig]
    eis_zonder(fouten + weiger(nieuw, bestaande, _mappings(conn), onvolledig))
    return _bewaar(conn, nieuw, nu, None)


def indexeer(conn: Connection, indexatie: Indexatie, nu: Boekmoment) -> Geladen:
    """Tariffs raised by a percentage, which is kept with its source and date. Laadfout where there is none to raise."""
    om_af_te_spreken(conn)
    bestaande = geladen_tarieven(conn)
    nieuw = geindexeerd(Tarieven(bestaande), indexatie, nu.geboekt_op)
    if not nieuw:
        raise Laadfout([f"Er is geen tarief dat geldt op de dag voor {indexatie.vanaf}"])
    eis_zonder([_zonder_rij(fout, nieuw) for fout in weiger(nieuw, bestaande, _mappings(conn))])
    waarden = {naam: getattr(indexatie, naam) for naam in Indexatie.__dataclass_fields__}
    vastgelegd = insert(tables.indexatie).values(**waarden, vastgelegd=nu.geboekt_op)
    nr = conn.execute(vastgelegd.returning(tables.indexatie.c.nr)).scalar_one()
    return _bewaar(conn, nieuw, nu, nr)


def lees_aanbieders(conn: Connection) -> frozenset[str]:
    """The codes of the aanbieders that the hub knows."""
    return frozenset(conn.execute(select(partij.c.code).where(partij.c.soort == "aanbieder")).scalars())


def _bewaar(conn: Connection, nieuw: Sequence[Tarief], nu: Boekmoment, indexatie: int | None) -> Geladen:
    rijen = [(*(getattr(tarief, naam) for naam in TARIEF_KOLOMMEN), indexatie) for tarief in nieuw]
    insert_rows(conn, tables.tarief, rijen, (*TARIEF_KOLOMMEN, "indexatie"))
    geboekt = herboek(conn, nu) if nieuw else 0
    leg_vast(conn, nieuw, nu)
    return Geladen(len(nieuw), geboekt)


def _zonder_rij(fout: str, nieuw: Sequence[Tarief]) -> str:
    """There is no file whose rows could be named: the product says which tariff it is."""
    nummer, _, wat = fout.removeprefix("Rij ").partition(":")
    if not nummer.isdecimal():
        return fout
    tarief = nieuw[int(nummer) - 1]
    return f"{tarief.gemeente}, {tarief.productcode}:{wat}"


def _mappings(conn: Connection) -> Callable[[Tarief], Collection[Vorm]]:
    """In which mappings a tariff is claimed: those of the contracts it prices; without any contract, the default W.

    A contract of 2.3 has none: there a period costs the sum of its weeks, and no month has a price.
    """
    producten = {product.code: product.resultaatgebied for product in lees_producten(conn)}
    vormen: dict[tuple[str, str, str | None], set[Vorm]] = defaultdict(set)
    for contract in lees_contracten(conn):
        for aanbieder in (contract.aanbieder, None):
            vorm = set() if contract.release == tables.RELEASE_2_3 else {contract.mapping}
            vormen[contract.gemeente, contract.resultaatgebied, aanbieder] |= vorm

    def mappings(tarief: Tarief) -> Collection[Vorm]:
        gebied = producten.get(tarief.productcode, "")
        return vormen.get((tarief.gemeente, gebied, tarief.aanbieder), {Vorm.W})

    return mappings
